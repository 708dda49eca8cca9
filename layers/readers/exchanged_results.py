"""Two rare earths beside each other whose results stand under each other's heading in some rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.accounting import Note, rows_at, rows_in_words
from layers.elements import LANTHANIDES, REE

_FEWEST, _MOST = 8, 0.4
"""Rows with both from which the usual share of one in the other is known, and how many of them may be exchanged."""
_LEAST, _SPREAD, _MIRRORED, _OWN_PART, _NARROWLY = 0.4, 0.3, 0.5, 0.3, 2.5
"""Natural logarithm of the least usual ratio, and parts of the usual one: how far ratios may scatter, how far the ratio of an
exchanged row may lie off the inverse, and how far each of the two must lie off what the other rare earths foretell; last, how
many times its scatter a ratio may lie off the inverse where those do not tell."""


def drop_exchanged_results(
    source_id: str,
    columns: MutableMapping[str, Any],
    headings: Mapping[str, Sequence[str]],
    rows: npt.NDArray[np.int64] | None,
) -> list[Note]:
    """Take two rare earths of a row as missing where their ratio is the inverse of what it is in nearly all other rows.

    The first must be as much too high as the other is too low against the rest of the row: where cerium was lost, lanthanum
    stays as it was. Europium, which feldspar gathers, is not judged.

    Parameters
    ----------
    source_id : str
        Id of the source.
    columns : mapping of str to ndarray
        ``X_ppm`` per element, NaN where there is no result, ``X_censored`` beside it; changed in place.
    headings : mapping of str to sequence of str
        Rare earth -> its columns in the file.
    rows : ndarray of int or None
        Row of the file at each position; None names no rows.
    """
    logs = {element: _logarithm(columns, element) for element in REE if element in headings}
    if len(logs) < 3:
        return []
    off = {element: log - np.nanmedian(log) for element, log in logs.items() if np.isfinite(log).any()}
    notes = []
    for first, second in pairwise([element for element in LANTHANIDES if element in off and element != "Eu"]):
        at, sure = _exchanged(logs, off, first, second)
        if not len(at):
            continue
        numbers = rows_at(rows, at)
        example = f"{columns[f'{first}_ppm'][at[0]]:g} and {columns[f'{second}_ppm'][at[0]]:g} ppm"
        taken = "both were taken as missing there" if sure else "they were kept"
        text = (
            f"{first} and {second} are the other way round than in all other rows ({rows_in_words(numbers) or len(at)}; e.g. "
            f"{example}): their results stand under each other's heading; {taken}. Check the file."
        )
        names = (*headings[first], *headings[second])
        notes.append(Note(source_id, "rare_earths_exchanged", text, len(at), names, numbers))
        for name in (first, second) if sure else ():
            columns[f"{name}_ppm"][at] = np.nan
    return notes


def _logarithm(columns: Mapping[str, Any], element: str) -> npt.NDArray[np.float64]:
    """Return the natural logarithms of the results of an element, NaN where there is none or only a limit."""
    ppm = np.asarray(columns[f"{element}_ppm"], dtype="float64")
    known = (ppm > 0) & (np.asarray(columns.get(f"{element}_censored", np.zeros(len(ppm)))) == 0)
    return np.log(ppm, out=np.full(len(ppm), np.nan), where=known)


def _exchanged(
    logs: Mapping[str, npt.NDArray[np.float64]], off: Mapping[str, npt.NDArray[np.float64]], first: str, second: str
) -> tuple[npt.NDArray[np.int64], bool]:
    """Return the rows in which two elements are exchanged, and whether the other rare earths say so too.

    ``off`` says how far each result lies off the median of its element. Where the others follow the two too loosely to tell,
    the ratio must be the inverse as narrowly as it is itself in other rows.
    """
    ratio = logs[first] - logs[second]
    known = np.isfinite(ratio)
    none = np.zeros(0, dtype=np.int64), False
    if known.sum() < _FEWEST:
        return none
    usual = float(np.median(ratio[known]))
    scatter = 1.4826 * float(np.median(np.abs(ratio[known] - usual)))
    if abs(usual) < _LEAST or scatter > _SPREAD * abs(usual):
        return none
    at = np.flatnonzero(np.abs(ratio + usual) <= _MIRRORED * abs(usual))
    if not len(at) or len(at) > _MOST * known.sum():
        return none
    others = np.array([off[element] for element in off if element not in (first, second)])
    there = known & np.isfinite(others).any(axis=0)
    level = np.full(len(ratio), np.nan)
    level[there] = np.nanmedian(others[:, there], axis=0)
    loose = 1.4826 * float(np.nanmedian(np.abs((off[first] + off[second]) / 2 - level))) if there.any() else np.inf
    if loose > _OWN_PART * abs(usual):
        return at[np.abs(ratio[at] + usual) <= _NARROWLY * scatter], False
    own, opposite = (-np.sign(usual) * (off[element][at] - level[at]) for element in (first, second))
    least = _OWN_PART * abs(usual)
    return at[(own >= least) & (opposite <= -least)], True
