"""Rare earths in an order nature does not know: columns exchanged, rows whose results stand under other headings."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.accounting import Note, rows_at, rows_in_words
from layers.elements import CHONDRITE_PPM, REE, UPPER_CRUST_PPM

_LESS_AND_MORE = (
    ("Pr", "Nd"), ("Pr", "Ce"), ("Tb", "Dy"), ("Ho", "Er"), ("Tm", "Yb"), ("Lu", "Yb"), ("Sm", "Nd"), ("La", "Ce"), ("Eu", "Gd"),
)  # fmt: skip
"""An element and one beside it of which nature holds more: two to eight times where the first one's number is odd and the other's
even; of samarium, lanthanum, praseodymium and europium only in rocks that lack something else (see `_lacks`)."""
_CLEARLY = 1.2
_MOSTLY = 0.5
_STEEPEST = {"Pr": 2.6, "Nd": 3.3}
"""Lanthanum over another rare earth, chondrite-normalised: more is in no rock, with cerium lost or not."""
_STEEPEST_PR = 3.0
"""Praseodymium over neodymium, chondrite-normalised: clays that lost their cerium hold one to two."""
_HALF = 0.5
_ALTERNATE = (("Pr", "Nd"), ("Pr", "Ce"), ("Tb", "Dy"), ("Ho", "Er"), ("Tm", "Yb"), ("Lu", "Yb"), ("Sm", "Nd"))
"""In rocks and wastes the first is a third of the second or less; samarium of neodymium reaches it in xenotime alone."""
_FLAT, _FEWEST_FLAT = 0.6, 3
_MANY_ELEMENTS, _NEAR_LOG, _FAR_LOG, _ALIKE = 3, 0.35, 0.5, 0.5
_MUCH, _PAIRS = 2.0, 2


def exchanged_rare_earths(
    source_id: str,
    columns: Mapping[str, Any],
    headings: Mapping[str, Sequence[str]],
    rows: npt.NDArray[np.int64] | None,
) -> list[Note]:
    """Tell columns in which most rows hold more of a rare earth than of one beside it that is always more (Oddo-Harkins).

    Parameters
    ----------
    source_id : str
        Id of the source.
    columns : mapping of str to ndarray
        ``X_ppm`` per element, NaN where there is no result; ``X_censored`` beside it.
    headings : mapping of str to sequence of str
        Rare earth -> its columns in the file.
    rows : ndarray of int or None
        Row of the file at each position; None names no rows.
    """
    notes = []
    for odd, even in _LESS_AND_MORE:
        known, upside_down = _upside_down(columns, odd, even, _CLEARLY)
        at = np.flatnonzero(upside_down)
        if len(at) < 2 or len(at) <= _MOSTLY * int(known.sum()):
            continue
        more, less = columns[f"{odd}_ppm"], columns[f"{even}_ppm"]
        text = (
            f"{odd} is more than {even} in {len(at)} of {int(known.sum())} rows "
            f"(e.g. {more[at[0]]:g} and {less[at[0]]:g} ppm). No rock does: "
            "were two columns exchanged, or is one in another unit?"
        )
        names = (*headings.get(odd, ()), *headings.get(even, ()))
        notes.append(Note(source_id, "rare_earths_exchanged", text, len(at), names, rows_at(rows, at)))
    return notes


def flat_rare_earths(
    source_id: str,
    columns: Mapping[str, Any],
    headings: Mapping[str, Sequence[str]],
    rows: npt.NDArray[np.int64] | None,
) -> list[Note]:
    """Tell rare earths that do not alternate as those of any rock do (Oddo-Harkins): normalised values, or logarithms.

    Parameters are those of `exchanged_rare_earths`.
    """
    shares = []
    for odd, even in _ALTERNATE:
        known, _ = _upside_down(columns, odd, even, _CLEARLY)
        if known.any():
            with np.errstate(invalid="ignore", divide="ignore"):
                shares.append(np.where(known, columns[f"{odd}_ppm"] / columns[f"{even}_ppm"], np.nan))
    if len(shares) < _PAIRS:
        return _logarithms(source_id, columns, headings)
    enough = np.isfinite(shares).sum(axis=0) >= _PAIRS
    usual = np.nanmedian(np.where(enough, shares, 1.0), axis=0)
    flat = np.flatnonzero(enough & (usual > _FLAT))
    if len(flat) < _FEWEST_FLAT or len(flat) <= _MOSTLY * int(enough.sum()):
        return _logarithms(source_id, columns, headings)
    text = (
        f"In {len(flat)} of {int(enough.sum())} rows rare earths of odd and even numbers are nearly alike ({_ALTERNATE[0][0]} is "
        f"about as much as {_ALTERNATE[0][1]}, and so on), which no rock has: values divided by those of chondrites or the "
        "crust, or logarithms? They were read as ppm: check the file, and leave such columns out."
    )
    return [Note(source_id, "rare_earths_flat", text, len(flat), _all_of(headings), rows_at(rows, flat))]


def _logarithms(source_id: str, columns: Mapping[str, Any], headings: Mapping[str, Sequence[str]]) -> list[Note]:
    """Tell columns whose usual results are those of the crust as logarithms, and as alike as logarithms are."""
    usual = {}
    for element in REE:
        ppm = columns.get(f"{element}_ppm")
        if ppm is not None and np.isfinite(ppm).sum() >= _FEWEST_FLAT:
            usual[element] = float(np.nanmedian(ppm))
    if len(usual) < _MANY_ELEMENTS or min(usual.values()) <= 0:
        return []
    medians, crust = np.array(list(usual.values())), np.array([UPPER_CRUST_PPM[element] for element in usual])
    for step, name in ((1.0, "common"), (float(np.log(10)), "natural")):
        near = np.mean(np.abs(medians - step * np.log10(crust))) < _NEAR_LOG * step
        alike = np.std(np.log10(medians)) < _ALIKE * np.std(np.log10(crust))
        if near and alike and np.mean(np.log10(crust / medians)) > _FAR_LOG:
            text = (
                f"The usual results of {', '.join(usual)} (e.g. {next(iter(usual))} {medians[0]:.3g}) are those of {name} "
                "logarithms of what rocks hold, and lie as close together as these do. They were read as ppm: check the file."
            )
            return [Note(source_id, "rare_earths_flat", text, len(usual), _all_of(headings))]
    return []


def _all_of(headings: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(name for names in headings.values() for name in names)


def drop_disordered_rows(
    source_id: str, columns: MutableMapping[str, Any], rows: npt.NDArray[np.int64] | None
) -> list[Note]:
    """Take all rare earths of a row as missing where several stand in an order no rock has: cells moved to other headings.

    One wrong element explains all pairs it is in; those rows are left to `layers.readers.rare_earth_suites`.

    Parameters are those of `exchanged_rare_earths`, without headings; ``columns`` is changed. Where most rows are so,
    columns were exchanged, and nothing is changed here.
    """
    wrong = {pair: _upside_down(columns, *pair, _MUCH)[1] for pair in _LESS_AND_MORE}
    wrong = {pair: where for pair, where in wrong.items() if len(where)}
    if not wrong:
        return []
    count = np.sum(list(wrong.values()), axis=0)
    of_one = [
        np.sum([where for pair, where in wrong.items() if element in pair], axis=0) == count
        for element in {element for pair in wrong for element in pair}
    ]
    disordered = np.flatnonzero((count >= _PAIRS) & ~np.any(of_one, axis=0))
    there = [f"{element}_ppm" for element in REE if f"{element}_ppm" in columns]
    if not len(disordered) or len(disordered) > _MOSTLY * len(columns[there[0]]):
        return []
    for name in there:
        columns[name][disordered] = np.nan
        columns[name.replace("_ppm", "_censored")][disordered] = 0
    named = rows_in_words(rows_at(rows, disordered)) or f"{len(disordered)} rows"
    text = (
        f"Several rare earths are more than ones beside them that are always more ({named}): no rock does that, and cells may "
        "stand one column to the side. All rare earths of these rows were taken as missing: check the file."
    )
    return [Note(source_id, "rare_earths_exchanged", text, len(disordered), (), rows_at(rows, disordered))]


def _upside_down(
    columns: Mapping[str, Any], odd: str, even: str, times: float
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return rows with results of both, and those of them with more than ``times`` as much of the one as of the other."""
    if not {f"{odd}_ppm", f"{even}_ppm"} <= set(columns):
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    more, less = columns[f"{odd}_ppm"], columns[f"{even}_ppm"]
    known = np.isfinite(more) & np.isfinite(less)
    for element in (odd, even):
        known &= np.asarray(columns.get(f"{element}_censored", np.zeros(len(known)))) == 0
    with np.errstate(invalid="ignore", divide="ignore"):
        return known, known & (more > times * less) & _lacks(columns, odd, even, more)


def _lacks(columns: Mapping[str, Any], odd: str, even: str, more: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Say in which rows nothing but an exchange explains that there is more of an element than of its neighbour.

    Samarium exceeds neodymium in heavy minerals, lanthanum and praseodymium exceed cerium where it was lost, europium exceeds
    gadolinium where it was enriched: the elements beside them tell.
    """
    normal = {
        element: columns[f"{element}_ppm"] / CHONDRITE_PPM[element] for element in REE if f"{element}_ppm" in columns
    }
    no = np.zeros(len(more), dtype=bool)
    if odd == "Sm":
        light = [columns[f"{element}_ppm"] for element in ("La", "Ce") if element in normal]
        return light[0] > more if len(light) == 1 else np.fmin(*light) > more if light else no
    if odd == "La":
        beside = next((element for element in _STEEPEST if element in normal), None)
        return no if beside is None else normal["La"] / normal[beside] > _STEEPEST[beside]
    if (odd, even) == ("Pr", "Ce"):
        return normal["Pr"] > _STEEPEST_PR * normal["Nd"] if "Nd" in normal else ~no
    if odd == "Eu":
        heavier = next((element for element in ("Tb", "Dy") if element in normal), None)
        if heavier is None or "Sm" not in normal:
            return no
        return normal["Gd"] < _HALF * np.sqrt(normal["Sm"] * normal[heavier])
    return ~no
