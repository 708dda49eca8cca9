"""Columns that hold two quantities: mapped twice, told apart row by row in a column beside, or by two sizes far apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note, rows_at, rows_in_words
from layers.cells.quantities import unit_factor
from layers.errors import ConfigError, SourceError
from layers.readers.amount_units import heading_unit

_MOST_WORDS = 12
_MEASURES = (
    ("mass", r"tonnage|tonnes?|tons?|mass|weight|tonelaje|toneladas|masa|masse|poids|peso"),
    ("volume", r"volumen?|cubic \w+|metres cubes|metros cubicos"),
    ("area", r"areas?|surface|superfic\w*|footprint|hectares?|hectareas?|acres?|acreage"),
    ("height", r"height|depth|thickness|hauteur|epaisseur|altura|espesor"),
    ("grade", r"grades?|assays?|teneurs?|ley(?:es)?|concentration|ppm|ppb|pct|per ?cent|percentage|%|g/t|oz/t|opt|mg/kg"),
)  # fmt: skip
_OF_BASE = {"t": "mass", "m3": "volume", "m2": "area", "m": "height"}
_SIZES = {"height_m": (0.05, 500.0, "m"), "area_m2": (1.0, 3e8, "m2")}
"""What a waste has least and most: the highest dumps and dams reach 300 to 400 m, the widest basins some 100 km2."""
_OVER_HEIGHT = 3.0
"""Heights are of a dam or an average, so that a volume may be somewhat more than area times height."""
_USUAL_T_M3 = 1.6
_APART_DEX, _FEWEST, _LEAST_SIDE = 3.0, 6, 2
_THOUSAND_DEX, _NEAR_DEX, _GAP_DEX, _FEWEST_CLOSE = 3.0, 0.4, 1.2, 12
"""Amounts of two sizes a thousandfold apart are told with less between them where there are more of them, and alike: tonnages of
a register spread over many powers of ten, and fill what lies between."""


def refuse_mixed(
    where: str, mapped: Mapping[str, Sequence[str]], bases: Mapping[str, str], cells: pd.DataFrame
) -> None:
    """Stop at a column that is mapped to two quantities, or whose quantity another column says row by row.

    Parameters
    ----------
    where : str
        Source and file, for messages.
    mapped : mapping of str to sequence of str
        Layer column, such as ``mass_t`` -> file columns.
    bases : mapping of str to str
        Layer column -> base unit.
    cells : DataFrame
        All columns of the file.

    Raises
    ------
    SourceError
        Naming the columns, and what to state.
    """
    meanings: dict[str, list[str]] = {}
    for name in bases:
        for heading in mapped.get(name, []):
            meanings.setdefault(heading, []).append(name)
    doubts = [
        f"'{heading}' is mapped to {' and '.join(names)}: one number cannot be both; map it to one of them"
        for heading, names in meanings.items()
        if len(names) > 1
    ]
    without_unit = [heading for heading, names in meanings.items() if heading_unit(heading, bases[names[0]]) is None]
    headings = [heading for heading in without_unit or meanings if heading in cells.columns]
    others = [str(name) for name in cells.columns if str(name) not in meanings] if headings else []
    coded = {column: pd.factorize(cells[column]) for column in others}
    for heading in headings:
        stated = cells[heading].notna().to_numpy(dtype=bool)
        for column, (codes, values) in coded.items():
            distinct = _few_words(values, np.unique(codes[stated & (codes >= 0)]))
            measures = [_measure(word) for word in distinct]
            if len(set(measures)) > 1 and None not in measures:
                doubts.append(
                    f"'{heading}' holds {' and '.join(dict.fromkeys(map(str, measures)))}, as '{column}' says by row "
                    f"({', '.join(distinct[:4])}); make a source of each with 'where: {{{column}: [{distinct[0]}]}}'"
                )
    if doubts:
        raise SourceError(f"{where}: columns hold several quantities.\n  " + "\n  ".join(doubts))


def _few_words(values: Any, which: npt.NDArray[np.int64]) -> list[str]:
    """Return some of the values of a column as words in alphabetical order; none where they are many."""
    words: set[str] = set()
    for at in which.tolist():
        words.add(str(values[at]).strip())
        if len(words) > _MOST_WORDS:
            return []
    return sorted(words - {""})


def _measure(word: str) -> str | None:
    """Return what a unit, or the name of a quantity, measures; None where it is neither."""
    try:
        return _OF_BASE[unit_factor(word)[0]]
    except ConfigError:
        plain = " ".join(re.sub(r"[_\W]+", " ", word.casefold()).split()) or word.strip()
    named = [kind for kind, words in _MEASURES if re.search(rf"(?<!\w)(?:{words})(?!\w)", plain)]
    if not named and re.fullmatch(r"%|g/t|oz/t|mg/kg", word.strip().casefold()):
        return "grade"
    return named[0] if len(named) == 1 and len(plain.split()) <= 4 else None


def mixed_notes(
    source: str,
    mapped: Mapping[str, Sequence[str]],
    bases: Mapping[str, str],
    fields: Mapping[str, Any],
    rows: npt.NDArray[np.int64],
) -> list[Note]:
    """Tell columns whose amounts are of two sizes with a thousandfold between them and none there (``amounts_of_two_sizes``).

    Parameters are those of `refuse_mixed`; ``fields`` holds the amounts in base units, ``rows`` their rows in the file.
    """
    notes = []
    for name, base in bases.items():
        amounts = np.asarray(fields[name], dtype=float)
        known = np.flatnonzero(amounts > 0)
        if len(known) < _FEWEST:
            continue
        order = known[np.argsort(amounts[known], kind="stable")]
        sizes = np.log10(amounts[order])
        gaps = np.diff(sizes)[_LEAST_SIDE - 1 : len(sizes) - _LEAST_SIDE]
        at = int(np.argmax(gaps)) + _LEAST_SIDE
        spread = max(np.ptp(sizes[:at]), np.ptp(sizes[at:]))
        if (gaps.max() < _APART_DEX or spread > gaps.max()) and not _thousand_apart(sizes, at, spread):
            continue
        fewer = order[:at] if at <= len(order) - at else order[at:]
        text = (
            f"{name}: numbers are of two sizes with none between: {at} up to {amounts[order[at - 1]]:,.6g} {base}, "
            f"{len(order) - at} from {amounts[order[at]]:,.6g} {base} on. Do rows hold two units, or two quantities? They were "
            "read alike."
        )
        columns = tuple(mapped.get(name, ()))
        notes.append(Note(source, "amounts_of_two_sizes", text, len(fewer), columns, tuple(rows[np.sort(fewer)])))
    return notes


def _thousand_apart(sizes: npt.NDArray[np.float64], at: int, spread: float) -> bool:
    """Say whether sizes in ascending order, powers of ten, are two groups alike, one a thousand times the other."""
    gap, apart = sizes[at] - sizes[at - 1], float(np.median(sizes[at:]) - np.median(sizes[:at]))
    return bool(
        len(sizes) >= _FEWEST_CLOSE and gap >= max(_GAP_DEX, spread) and abs(apart - _THOUSAND_DEX) <= _NEAR_DEX
    )


def impossible_notes(
    source: str, mapped: Mapping[str, Sequence[str]], fields: Mapping[str, Any], rows: npt.NDArray[np.int64]
) -> list[Note]:
    """Tell rows whose height or area no waste has (``amount_impossible``). Parameters are those of `mixed_notes`."""
    notes = []
    for name, (least, most, unit) in _SIZES.items():
        size = np.asarray(fields[name], dtype=float)
        odd = np.flatnonzero((size > 0) & ((size < least) | (size > most)))
        if len(odd):
            text = (
                f"{name} is {size[odd[0]]:,.6g} {unit} ({rows_in_words(rows[odd])}); no waste has less than {least:g} or more "
                f"than {most:,.6g} {unit}. It was read as it stands: another unit, or a slip?"
            )
            notes.append(
                Note(source, "amount_impossible", text, len(odd), tuple(mapped.get(name, ())), rows_at(rows, odd))
            )
    return notes


def contradicting_notes(
    source: str, mapped: Mapping[str, Sequence[str]], fields: Mapping[str, Any], rows: npt.NDArray[np.int64]
) -> list[Note]:
    """Tell rows whose mass, volume and area cannot be those of one waste (``amounts_contradict``).

    A heap of tailings, rock or slag weighs 0.2 to 8 t/m3 and lies up to 500 m thick, and not below 2 mm over all of its area.
    Parameters are those of `mixed_notes`.
    """
    mass, volume, area, height = (
        np.asarray(fields[name], dtype=float) for name in ("mass_t", "volume_m3", "area_m2", "height_m")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        pairs = (
            (("mass_t", "volume_m3"), mass / volume, 0.2, 8.0, "t/m3"),
            (("volume_m3", "area_m2"), volume / area, 0.002, 500.0, "m thick"),
            (("mass_t", "area_m2"), mass / _USUAL_T_M3 / area, 0.002, 500.0, "m thick"),
            (("volume_m3", "area_m2", "height_m"), volume / area / height, 0.0, _OVER_HEIGHT, "times as thick as high"),
        )
    notes = []
    for names, ratio, least, most, unit in pairs:
        odd = np.flatnonzero(np.isfinite(ratio) & (ratio > 0) & ((ratio < least) | (ratio > most)))
        if not len(odd):
            continue
        columns = tuple(heading for name in names for heading in mapped.get(name, ()))
        shown = " and ".join(columns) or " and ".join(names)
        text = (
            f"{shown} cannot be of one waste (row {rows[odd[0]]}: it would be {ratio[odd[0]]:.3g} {unit}): a slip, another unit, "
            "or amounts of two things? Both were read."
        )
        notes.append(Note(source, "amounts_contradict", text, len(odd), columns, tuple(rows[odd])))
    return notes
