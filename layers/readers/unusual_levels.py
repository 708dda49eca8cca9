"""Columns whose usual result no rock, soil or waste holds: another unit than stated, a weak digestion, a concentrate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.accounting import Note
from layers.elements import MAIN_ELEMENTS_CRUST_PPM, REE, UPPER_CRUST_PPM

_CRUST_PPM = UPPER_CRUST_PPM | MAIN_ELEMENTS_CRUST_PPM
_RICH_MEDIA = ("waste", "rock")
"""What may be an ore, whose tailings hold hundreds of times what the crust does; tills, soils, sediments and waters do not."""
_ABOVE, _ABOVE_RICH = 30.0, 500.0
_BELOW, _BELOW_MANY, _MANY = 300.0, 30.0, 20
"""How many times below the crust in tables of a few rows, and of many; quartz and dunite hold a hundredth of it."""
_ELEMENTS = 4
_FEWEST = 3
_NOTHING = 3000.0
"""How many times below the crust an element is in no rock: the purest quartz sand holds 40 ppm of iron."""
_MOST_PPM = {
    "Rb": 2e4, "Sc": 2e3, "Ga": 1e3, "Ge": 2e3, "In": 5e3, "Hf": 2e4, "Cs": 3e5, "V": 3e5, "Be": 5e4, "Cd": 1e5, "K": 2e5,
    "P": 2e5, "Al": 5.4e5, "Mg": 6.1e5, "Si": 4.7e5, "Na": 4e5,
}  # fmt: skip
"""What no rock's and no waste's usual sample exceeds: the pure oxide, or the richest ore known."""
_THORIUM_TIMES = 100.0
"""Thorium above the crust, over what the rare earths and uranium of a table are: thorite veins hold ten times."""
_TILL_TIMES = 100.0
_PRECIOUS_PPM = {"Au": 0.0015, "Ag": 0.053, "Hg": 0.05, "Pt": 0.0005, "Pd": 0.00052}
"""Upper continental crust, Rudnick & Gao (2003), of metals of which most rocks hold next to nothing."""
_MOST_PRECIOUS_PPM = {"Au": 60.0, "Ag": 5000.0, "Hg": 5e4, "Pt": 60.0, "Pd": 120.0}
"""What the usual sample of no ore and of no waste exceeds."""
_SOIL_TIMES, _OF_DIRTY_SOIL_TIMES = 300.0, 1000.0
_DIRTY = frozenset([*_PRECIOUS_PPM, "As", "Sb", "Cd", "Se", "Bi", "Pb", "Mo", "W", "Sn"])
"""What tills, soils and sediments beside mines and smelters are known to hold much of."""
_STEEP, _RICH_IN_HEAVY = 300.0, 10.0
_HEAVY, _LIGHT = ("Er", "Tm", "Yb", "Lu"), ("La", "Ce")
"""Heavy rare earths over light ones, against the crust: xenotime holds a hundred times as much, poor rocks little of both."""


def level_notes(
    source_id: str, columns: Mapping[str, Any], medium: Sequence[str], used: Mapping[str, str]
) -> list[Note]:
    """Say where the medians of most rare earths, or of one other element, lie where those of no rock do.

    Parameters
    ----------
    source_id : str
        Id of the source.
    columns : mapping of str to ndarray
        ``X_ppm`` per element, NaN where there is none; ``X_censored`` beside it.
    medium : sequence of str
        Of each row; rows without a known one are judged as wastes are.
    used : mapping of str to str
        Column of the file -> layer column.

    Returns
    -------
    list of Note
        Code ``unusual_level``: at most one of the rare earths, one of other elements.
    """
    media = np.asarray(medium, dtype=object)
    rich = np.isin(media, _RICH_MEDIA) | ~np.isin(media, [name for name in set(media) if isinstance(name, str)])
    notes: list[Note] = []
    for chosen, most in ((~rich, _ABOVE), (rich, _ABOVE_RICH)):
        if chosen.any() and not notes:
            notes += _of_rare_earths(source_id, _medians(columns, chosen), most, used)
            notes += [] if notes else _upside_down(source_id, _medians(columns, chosen), used)
    odd: dict[str, str] = {}
    for chosen, is_rich in ((~rich, False), (rich, True)):
        if chosen.any():
            odd = _odd_elements(_medians(columns, chosen), is_rich=is_rich) | odd
    if odd:
        message = (
            f"The usual result of a column is one that no rock and no waste has: {'; '.join(odd.values())}. Another unit than "
            "stated, a weak digestion, or another element stands in it. Check the file, and state the unit under options.units."
        )
        names = _columns_of(odd, used)
        notes.append(Note(source_id, "unusual_level", message, len(odd), names))
    return notes


def _columns_of(elements: Iterable[str], used: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns of the file that hold results of some elements."""
    wanted = {f"{element}_ppm" for element in elements}
    return tuple(name for name, layer_column in used.items() if layer_column in wanted)


def _medians(columns: Mapping[str, Any], chosen: npt.NDArray[np.bool_]) -> dict[str, tuple[float, int]]:
    """Return element -> median in ppm and number of results, where most of its results are measured ones."""
    medians = {}
    for element in _CRUST_PPM | _PRECIOUS_PPM:
        if f"{element}_ppm" not in columns:
            continue
        value = np.asarray(columns[f"{element}_ppm"])[chosen]
        measured = value[np.isfinite(value)]
        below = int((np.asarray(columns.get(f"{element}_censored", np.zeros(len(chosen))))[chosen] != 0).sum())
        if len(measured) > below:
            medians[element] = float(np.median(measured)), len(measured)
    return medians


def _of_rare_earths(
    source_id: str, medians: Mapping[str, tuple[float, int]], most: float, used: Mapping[str, str]
) -> list[Note]:
    """Say when most rare earths lie far from those of the crust."""
    levels = {element: medians[element][0] / UPPER_CRUST_PPM[element] for element in REE if element in medians}
    low = []
    for element, level in levels.items():
        count = medians[element][1]
        if count >= _FEWEST and level < 1 / (_BELOW_MANY if count >= _MANY else _BELOW):
            low.append(element)
    for far, word in ((low, "below"), ([element for element, level in levels.items() if level > most], "above")):
        if len(far) >= _ELEMENTS and 2 * len(far) > len(levels):
            times = float(np.median([max(levels[element], 1 / max(levels[element], 1e-30)) for element in far]))
            message = (
                f"The medians of {', '.join(far)} lie about {times:.0f} times {word} those of the upper crust: a weak "
                "digestion, water, a concentrate, or a unit other than stated. Check the unit with the publisher; do not compare "
                "with total analyses."
            )
            names = _columns_of(far, used)
            return [Note(source_id, "unusual_level", message, len(far), names)]
    return []


def _odd_elements(medians: Mapping[str, tuple[float, int]], *, is_rich: bool) -> dict[str, str]:
    """Return elements beside the rare earths whose median is in no rock -> it in words."""
    crust = _CRUST_PPM | _PRECIOUS_PPM
    levels = {element: ppm / crust[element] for element, (ppm, _) in medians.items()}
    odd = {}
    for element, level in levels.items():
        ppm, count = medians[element]
        if element in REE or count < _FEWEST or ppm <= 0:
            continue
        others = max((levels[other] for other in (*REE, "U") if other in levels), default=np.nan)
        too_much = ppm > (_MOST_PPM | _MOST_PRECIOUS_PPM).get(element, np.inf)
        too_much |= not is_rich and level > (_OF_DIRTY_SOIL_TIMES if element in _DIRTY else _SOIL_TIMES)
        too_much |= element == "Th" and level > _THORIUM_TIMES * max(others, 1.0)
        too_much |= element in ("Th", "U") and not is_rich and level > _TILL_TIMES
        if (level < 1 / _NOTHING and element not in _PRECIOUS_PPM) or too_much:
            times = f"{max(level, 1 / level):.0f} times {'below' if level < 1 else 'above'} the upper crust"
            odd[element] = f"{element} {ppm:g} ppm ({times})"
    return odd


def _upside_down(source_id: str, medians: Mapping[str, tuple[float, int]], used: Mapping[str, str]) -> list[Note]:
    """Say when the heavy rare earths outweigh the light ones, against the crust, as in no rock: columns in another order."""
    levels = {
        element: medians[element][0] / UPPER_CRUST_PPM[element] for element in (*_HEAVY, *_LIGHT) if element in medians
    }
    heavy = [element for element in _HEAVY if element in levels]
    light = [element for element in _LIGHT if element in levels]
    if not heavy or not light or min(medians[element][1] for element in levels) < _FEWEST:
        return []
    least, most = min(levels[element] for element in heavy), max(levels[element] for element in light)
    if least < _RICH_IN_HEAVY or least < _STEEP * most:
        return []
    shown = ", ".join(f"{element} {medians[element][0]:g}" for element in (*light, *heavy))
    message = (
        f"The usual results of rare earths ({shown} ppm) hold more of the heavy ones, against the light, than any ore: columns "
        "may stand in another order, or a unit differ between them. Check the file."
    )
    names = _columns_of((*light, *heavy), used)
    return [Note(source_id, "unusual_level", message, len(names), names)]
