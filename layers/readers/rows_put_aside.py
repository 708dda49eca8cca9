"""Rows that a person took out by a mark at their start, as in programs, and marks that stand for the cell above."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cell_search import cells_like, cells_matching
from layers.readers.columns import as_text, mapped_columns

_COMMENT = re.compile(
    r"\s*(?:(?P<sure>//+|rem\s|REM\s|Rem\s|<!--|/\*)|(?P<mark>#|--|;|%|!)[#\-;]*)\s*(?P<rest>.*)", re.DOTALL
)
_LIKE_A_COMMENT = r"^\s*(?://|[Rr][Ee][Mm]\s|<!--|/\*|#|--|;|%|!)"
_HALF = 0.5
_DITTO = re.compile(
    r"""\s*(?:-?\s?["″〃]\s?-?|''|,,|"{2,}|(?:[Dd]o|[Ii]d|[Ii]bid)\.|do|(?i:ditto|idem|dito)\.?|同上|同左)\s*\Z"""
)
_LIKE_DITTO = r"""^[\s\-]*(?:["″〃',]|[Dd]o\.?\s*$|[Dd]itt?o|[Ii]d|[Ii]bid|DIT|IDEM|同)"""


def commented_out(cells: pd.DataFrame) -> dict[int, tuple[str, str]]:
    """Return the rows whose first cell begins with the mark of a remark, before what others have there.

    A number sign may belong to ids (``#3 shaft``): it counts where few rows have it, and the cell without it is built as the
    others are.

    Parameters
    ----------
    cells : DataFrame
        Raw cells, n rows.

    Returns
    -------
    dict of int to tuple of str
        Position -> reason code and reason.
    """
    if not len(cells.columns):
        return {}
    first = cells.iloc[:, 0]
    likely = np.flatnonzero(cells_like(first, _LIKE_A_COMMENT)).tolist()
    if not likely:
        return {}
    matches = {at: match for at in likely if (match := _COMMENT.fullmatch(str(first.iloc[at]))) is not None}
    often = [
        mark
        for mark, times in Counter(match["mark"] for match in matches.values()).items()
        if times > _HALF * len(first)
    ]
    matches = {at: match for at, match in matches.items() if match["mark"] not in often}
    marked = np.isin(np.arange(len(first)), list(matches))
    shapes = {_shape(str(text)) for text in as_text(first)[~marked].dropna().unique()}
    return {
        at: ("commented_out", f"the row begins with '{str(first.iloc[at])[:20]}', as rows that were taken out do")
        for at, match in matches.items()
        if match["sure"] or _shape(match["rest"]) in shapes
    }


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", re.sub(r"[^\W\d_]+", "a", text.strip()))


def without_dittos(source: Source, cells: pd.DataFrame, rows: np.ndarray) -> tuple[pd.DataFrame, list[Note]]:
    """Return cells in which marks for the cell above are empty, and a note of them: nobody knows that no row was moved since.

    Parameters
    ----------
    source : Source
        All columns it maps are looked through; words it translates stay.
    cells : DataFrame
        Raw cells.
    rows : ndarray of int
        Row of the file of each row of ``cells``.
    """
    hits: dict[str, np.ndarray] = {}
    for name in source.columns:
        translated = {word.strip().casefold() for word in source.values.get(name, {})}
        for column in mapped_columns(source, cells, name):
            marks = cells_matching(cells[column], _DITTO, _LIKE_DITTO, ())
            marks[marks] = [str(text).strip().casefold() not in translated for text in cells[column].array[marks]]
            if marks.any():
                hits[column] = marks
    if not hits:
        return cells, []
    shown, places = next(iter(hits.items()))
    at = np.flatnonzero(np.logical_or.reduce(list(hits.values())))
    text = (
        f"Cells hold a mark for what stands above them (the first, in '{shown}': {cells[shown][places].iloc[0]!r}, row "
        f"{rows[places][0]}); they were read as empty, since rows may have been sorted since. Write the cells out in the file."
    )
    note = Note(
        source.id, "ditto_marks", text, int(sum(marks.sum() for marks in hits.values())), tuple(hits), tuple(rows[at])
    )
    return cells.assign(**{column: cells[column].where(~marks, None) for column, marks in hits.items()}), [note]
