"""Headings and units between the rows of a table: repeated ones are turned away, others begin a block that is another table."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from layers.cell_search import among, ascii_cells, cells_like, cells_matching
from layers.cells.assays import BELOW_WORDS, NO_RESULT
from layers.cells.heading_grammar import parse_heading
from layers.errors import SourceError
from layers.files.spelt_units import UNIT_SPELLINGS, is_number

_LABORATORY = ("result", "total", "detection_limit")
_LOOKED_AT, _SPREAD = 3, 10
_WORD, _LIKE_WORD = r"^\s*[(\[]?\pL", r"^\s*[(\[]?(?:[A-Za-z]|[^\x00-\x7f])"
"""A word, and what may be one: the letters of all scripts take Arrow milliseconds to make ready."""
_HEAD_ROWS, _NUMERIC = 60, 0.6
_FEWEST_WORDS, _MOST_ALIKE = 2, 6
"""A word in the place of a number begins another table where a second one stands beside it, and neither occurs often."""
_FEWEST_FILLED = 3
_OF_IDS = re.compile(
    r"(?i)\s*(?:samples?|site|muestra|amostra|[ée]chantillons?|proben?|prov)(?:[ _-]?(?:ids?|nos?\.?|numbers?|names?))?\s*\Z"
)
_OF_IDS_LIKE = r"(?i)^\s*(?:sampl|site|muestra|amostra|.chantillon|prob|prov)"
_NO_HEADING = NO_RESULT | BELOW_WORDS


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
        If a row holds other headings, so that the rows below it belong to another table.
    """
    names = [name for name in cells.columns if not pd.api.types.is_numeric_dtype(cells[name])]
    looked_at = dict.fromkeys([*names[:_LOOKED_AT], *names[:: max(1, len(names) // _SPREAD)], *names[-_LOOKED_AT:]])
    headings = {str(name).strip() for name in cells.columns}
    words = {*headings, *map(str, cells.columns)} - UNIT_SPELLINGS
    mentioned, wordy = (np.zeros(len(cells), dtype=int) for _ in range(2))
    for name in looked_at:
        mentioned += among(cells[name], words)
        wordy += _words_among_numbers(cells[name])
    repeated: dict[int, tuple[str, str]] = {}
    for position in np.flatnonzero((mentioned >= _FEWEST_WORDS) | (wordy >= _FEWEST_WORDS)).tolist():
        row = cells.iloc[position].dropna()
        filled = {str(name).strip(): str(cell).strip() for name, cell in row.items() if str(cell).strip()}
        own = sum(name == cell for name, cell in filled.items())
        whole = own >= _FEWEST_WORDS and own == len(filled)
        begins = position > 0 and wordy[position] >= _FEWEST_WORDS and _all_words(filled)
        if whole or not (_names_columns(filled, headings) or begins):
            if own >= _FEWEST_WORDS and own > 0.5 * len(filled):
                repeated[position] = ("repeated_heading", "the row repeats the headings of the table")
            continue
        name, cell = next((name, cell) for name, cell in filled.items() if name != cell)
        raise _another_table(where, int(rows[position]), name, cell)
    _refuse_narrow_table(where, cells, rows)
    return _of_ids_alone(cells, names) | repeated


def _of_ids_alone(cells: pd.DataFrame, names: Sequence[str]) -> dict[int, tuple[str, str]]:
    """Find rows that say of the first column that ids stand in it, and hold hardly anything else: a second row of headings."""
    if not names:
        return {}
    hits = cells_matching(cells[names[0]], _OF_IDS, _OF_IDS_LIKE, ())
    reason = ("repeated_heading", "the row holds headings of columns of words, and nothing of a sample or site")
    return {
        position: reason
        for position in np.flatnonzero(hits).tolist()
        if len(filled := cells.iloc[position].dropna()) <= len(cells.columns) / 2
        and not any(any(letter.isdigit() for letter in str(cell)) for cell in filled)
    }


def _refuse_narrow_table(where: str, cells: pd.DataFrame, rows: np.ndarray) -> None:
    """Stop where the last rows fill only some columns and begin with a row of words: headings of a table of another width."""
    if len(cells) <= _FEWEST_FILLED:
        return
    narrow = cells.columns[_filled(cells.iloc[-1])]
    known = [np.flatnonzero(cells[name].notna()) for name in cells.columns.difference(narrow, sort=False)]
    start = max((int(positions[-1]) + 1 for positions in known if len(positions)), default=0)
    if not 0 < start < len(cells) - _FEWEST_WORDS:
        return
    first = cells.iloc[start]
    words = {str(name).strip(): str(cell).strip() for name, cell in first[_filled(first)].items()}
    if not _all_words(words) or set(words) != {str(name).strip() for name in narrow}:
        return
    for name in narrow:  # under words of a heading stand numbers; a last row without places is no heading
        if all(is_number(str(cell)) for cell in cells[name].iloc[start + 1 :]):
            raise _another_table(where, int(rows[start]), str(name), str(first[name]))


def _filled(row: pd.Series) -> np.ndarray:
    return np.array([pd.notna(cell) and bool(str(cell).strip()) for cell in row], dtype=bool)


def _words_among_numbers(column: pd.Series) -> np.ndarray:
    """Return which cells hold a word that is seldom there, where most others hold numbers; none in a column of words."""
    nowhere = np.zeros(len(column), dtype=int)
    if not pd.api.types.is_string_dtype(column):
        return nowhere
    head = column.iloc[:_HEAD_ROWS].dropna()
    if not len(head) or np.mean([is_number(str(cell)) for cell in head]) < _NUMERIC:
        return nowhere
    hits = cells_like(column, _LIKE_WORD)
    if not ascii_cells(column[hits]).all():
        hits = cells_like(column, _WORD)
    if not hits.any():
        return nowhere
    texts = column[hits].str.strip()
    meaning = ~texts.str.casefold().isin(_NO_HEADING) & (texts.groupby(texts).transform("size") <= _MOST_ALIKE)
    nowhere[np.flatnonzero(hits)[meaning.to_numpy(dtype=bool)]] = 1
    return nowhere


def _all_words(filled: dict[str, str]) -> bool:
    """Say whether a row holds different words and no number, as a heading does."""
    cells = {cell.casefold() for cell in filled.values()}
    return len(cells) == len(filled) >= _FEWEST_FILLED and not any(is_number(cell) for cell in filled.values())


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


def refuse_units(where: str, name: str, cells: pd.Series, rows: np.ndarray, differs: Callable[[str], bool]) -> None:
    """Stop where a cell of a column of numbers is nothing but another unit: the numbers below it are in that one.

    Parameters
    ----------
    where : str
        What to call the file in messages.
    name : str
        Heading of the column.
    cells : Series of str
        Cells of the column that hold no number.
    rows : ndarray of int
        Row of the file of each of them.
    differs : callable
        Says of a unit whether it is one of what the column measures, and not the one that is taken for its numbers.

    Raises
    ------
    SourceError
        Naming the first such row.
    """
    for position in np.flatnonzero(cells.astype("str").str.strip().isin(UNIT_SPELLINGS).to_numpy(dtype=bool)):
        unit = str(cells.iloc[position]).strip()
        if differs(unit.strip("()[] ")):
            raise _another_table(where, int(rows[position]), name, unit)


def _another_table(where: str, row: int, name: str, cell: str) -> SourceError:
    return SourceError(
        f"{where}: row {row} holds headings or units in the middle of the table, and not those of its columns "
        f"('{cell}' stands under {name}). The rows below it are another table: split the file there, or give all rows one "
        "heading."
    )
