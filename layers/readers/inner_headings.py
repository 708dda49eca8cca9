"""Headings and units between the rows of a table: repeated ones are turned away, others begin a block that is another table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.cells.heading_grammar import parse_heading
from layers.errors import SourceError
from layers.files.heading_rows import UNIT_SPELLINGS, is_number

_LABORATORY = ("result", "total", "detection_limit")
_LIKE_A_RESULT = r"\s*[A-Z][A-Za-z0-9]{0,7}[\s_(\[,-]+(?:ppm|ppb|%|pct|wt|mg|ug|µg|g/t)[^\d]{0,12}"
_LOOKED_AT, _SPREAD = 3, 10
_FEWEST_UNITS, _MOST_UNIT_ROWS = 2, 50


def heading_rows(where: str, cells: pd.DataFrame, rows: np.ndarray) -> dict[int, tuple[str, str]]:
    """Find rows that repeat the headings in the middle of a table: most filled cells say the name of their own column.

    Parameters
    ----------
    where : str
        What to call the file in messages.
    cells : DataFrame
        Raw cells.
    rows : ndarray of int
        1-based row numbers in the file.

    Returns
    -------
    dict of int to tuple of str
        Position -> reason code and reason.

    Raises
    ------
    SourceError
        If a row holds other headings, or units, so that the rows below it belong to another table.
    """
    names = [name for name in cells.columns if not pd.api.types.is_numeric_dtype(cells[name])]
    ends = {*names[:_LOOKED_AT], *names[-_LOOKED_AT:]}
    headings = {str(name).strip() for name in cells.columns}
    mentioned, united, like_results = (np.zeros(len(cells), dtype=int) for _ in range(3))
    words = {*headings, *map(str, cells.columns), *UNIT_SPELLINGS}
    for name in dict.fromkeys([*names[:_LOOKED_AT], *names[:: max(1, len(names) // _SPREAD)], *names[-_LOOKED_AT:]]):
        hits = cells[name].isin(words)
        if hits.any():
            unit = cells[name].isin(UNIT_SPELLINGS)
            mentioned += (hits & ~unit).to_numpy(dtype=int)
            united += unit.to_numpy(dtype=int)
        if name in ends and pd.api.types.is_string_dtype(cells[name]):
            like_results += cells[name].str.fullmatch(_LIKE_A_RESULT).fillna(value=False).to_numpy(dtype=int)
    units = np.flatnonzero(united >= _FEWEST_UNITS)
    likely = {
        *np.flatnonzero((mentioned >= 2) | (like_results >= _FEWEST_UNITS)).tolist(),
        *(units.tolist() if len(units) <= _MOST_UNIT_ROWS else []),
    }
    repeated: dict[int, tuple[str, str]] = {}
    for position in sorted(likely):
        row = cells.iloc[position].dropna()
        filled = {str(name).strip(): str(cell).strip() for name, cell in row.items() if str(cell).strip()}
        own = sum(name == cell for name, cell in filled.items())
        whole = own >= 2 and own == len(filled)
        if whole or not (_names_columns(filled, headings) or (position > 0 and _names_units(filled))):
            if own >= 2 and own > 0.5 * len(filled):
                repeated[position] = ("repeated_heading", "the row repeats the headings of the table")
            continue
        name, cell = next((name, cell) for name, cell in filled.items() if name != cell)
        raise SourceError(
            f"{where}: row {rows[position]} holds headings or units in the middle of the table, and not those of its columns "
            f"('{cell}' stands under {name}). The rows below it are another table: split the file there, or give all rows one "
            "heading."
        )
    return repeated


def _names_columns(filled: dict[str, str], headings: set[str]) -> bool:
    """Say whether most cells of a row are headings: of this table, or of laboratories."""
    if any(is_number(cell) for cell in filled.values()):
        return False
    known = sum(cell in headings for cell in filled.values())
    others = [cell for name, cell in filled.items() if cell not in headings and cell != name]
    kinds = [parse_heading(cell).kind for cell in others]
    laboratory = sum(kind in _LABORATORY for kind in kinds)
    named = sum(kind != "other" for kind in kinds)
    wrong = laboratory + sum(cell in headings and cell != name for name, cell in filled.items())
    return wrong > 0 and known + laboratory >= 2 and known + named > 0.5 * len(filled)


def _names_units(filled: dict[str, str]) -> bool:
    """Say whether a row holds units and nothing else, two at least, of columns whose own heading says another."""
    if len(filled) < _FEWEST_UNITS or not set(filled.values()) <= UNIT_SPELLINGS:
        return False
    return any(
        (stated := parse_heading(name).unit) is not None
        and parse_heading(f"{name.split('_')[0]} ({cell})").unit != stated
        for name, cell in filled.items()
    )
