"""Columns whose results lie a thousand or ten thousand times higher in one part of the rows: another unit there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note, rows_at, rows_in_words
from layers.readers.columns import as_text

_FEWEST, _SHARE = 3, 0.05
"""Rows of the smaller part, and its least share of all."""
_FACTORS_DEX, _NEAR_DEX = (3.0, 4.0, 6.0), 0.45
"""Per mille to ppm or ppm to ppb, per cent to ppm, g to µg; how far the medians of the parts may lie from that."""
_GAP_DEX, _WIDE_GAP_DEX = 0.6, 1.5
"""Between the parts there are no results: so wide where the rows fall in two blocks, and where in three or by a column."""
_BIN_DEX = 0.2
_MOST_GROUPS = 20


def units_by_block(
    source_id: str,
    columns: Mapping[str, Any],
    cells: pd.DataFrame,
    rows: npt.NDArray[np.int64],
    used: Mapping[str, str],
) -> list[Note]:
    """Tell columns of which a block of rows, or the rows of a group, seems to stand in another unit.

    Parameters
    ----------
    source_id : str
        Id of the source.
    columns : mapping of str to ndarray
        ``X_ppm`` per element, shape (n,), NaN where there is none; ``X_censored`` beside it.
    cells : DataFrame
        Raw cells of the n rows; columns of few words tell groups.
    rows : ndarray of int, shape (n,)
        Row of the file at each position.
    used : mapping of str to str
        Column of the file -> layer column.

    Returns
    -------
    list of Note
        Code ``units_by_block``: at most one, with the rows of the smaller parts.
    """
    lines, names, at = [], [], np.zeros(len(rows), dtype=bool)
    for name in (name for name in columns if name.endswith("_ppm") and not name.endswith("_limit_ppm")):
        part = _part_of_another_level(np.asarray(columns[name], dtype=float), cells, used)
        if part is None:
            continue
        places, factor, what = part
        at[places] = True
        headings = [heading for heading, layer_column in used.items() if layer_column == name]
        names += headings
        lines.append(
            f"{' and '.join(headings) or name.removesuffix('_ppm')} about {10 ** abs(factor):,.0f} times "
            f"{'more' if factor > 0 else 'less'} in {what} ({rows_in_words(rows_at(rows, places)) or f'{len(places)} rows'})"
        )
    if not lines:
        return []
    shown = "; ".join(lines[:6]) + (f"; and {len(lines) - 6} more columns" if len(lines) > 6 else "")
    text = (
        f"A part of the rows holds results far from all others, and none between: {shown}. The unit may change there; all were "
        "read in the unit of the heading. Ask the laboratory, or split the file and state the units apart."
    )
    places = np.flatnonzero(at)
    return [Note(source_id, "units_by_block", text, len(places), tuple(names), rows_at(rows, places))]


def _part_of_another_level(
    ppm: npt.NDArray[np.float64], cells: pd.DataFrame, used: Mapping[str, str]
) -> tuple[npt.NDArray[np.int64], float, str] | None:
    """Return the rows of the smaller part, its level against the rest in powers of ten, and what tells it, or None."""
    known = np.flatnonzero(np.isfinite(ppm) & (ppm > 0))
    if len(known) < 2 * _FEWEST:
        return None
    dex = np.log10(ppm[known])
    split = _middle_of_gap(dex)
    if split is None:
        return None
    middle, gap = split
    high = dex > middle
    step = float(np.median(dex[high]) - np.median(dex[~high]))
    if not any(abs(step - factor) <= _NEAR_DEX for factor in _FACTORS_DEX):
        return None
    few_are_high = 2 * int(high.sum()) <= len(dex)
    few = high if few_are_high else ~high
    if few.sum() < max(_FEWEST, _SHARE * len(dex)):
        return None
    blocks = 1 + int((high[1:] != high[:-1]).sum())
    if blocks == 2 or (blocks == 3 and gap >= _WIDE_GAP_DEX):
        what = "one block of rows"
    elif gap >= _WIDE_GAP_DEX and (column := _group_of(few, cells.iloc[known], used)) is not None:
        what = column
    else:
        return None
    return known[few], step if few_are_high else -step, what


def _middle_of_gap(dex: npt.NDArray[np.float64]) -> tuple[float, float] | None:
    """Return the middle and width of the widest gap between results, where it is wide enough."""
    low, top = float(dex.min()), float(dex.max())
    if top - low < min(_FACTORS_DEX) - _NEAR_DEX:
        return None
    filled = np.bincount(((dex - low) / _BIN_DEX).astype(int)) > 0
    if filled.all() and len(filled) > 1:  # a gap of three bins leaves two of them empty, wherever they begin
        return None
    steps = np.sort(dex)
    gaps = np.diff(steps)
    at = int(np.argmax(gaps))
    return (float(steps[at] + steps[at + 1]) / 2, float(gaps[at])) if gaps[at] >= _GAP_DEX else None


def _group_of(few: npt.NDArray[np.bool_], cells: pd.DataFrame, used: Mapping[str, str]) -> str | None:
    """Return, in words, a column of few words whose words tell the rows apart from the rest."""
    for name in (str(column) for column in cells.columns if str(column) not in used):
        words = as_text(cells[name])
        if not 1 < words.nunique() <= _MOST_GROUPS:
            continue
        inside: Sequence[str] = [str(word) for word in words[few].dropna().unique()]
        if len(inside) and not words[~few].isin(inside).any() and words[few].notna().all():
            return f"the rows whose {name} is {', '.join(inside[:3])}"
    return None
