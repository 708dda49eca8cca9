"""Ids that a spreadsheet program changed: ``1.00E+05`` may have been 100000, 100123 or 1E5, ``Mar-01`` MAR-1 or 3-1."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cell_search import cells_matching
from layers.readers.columns import mapped_columns

_MONTH = (
    r"(?:[Jj]an|[Ff]eb|[Mm]ar|[Aa]pr|[Mm]ay|[Jj]un|[Jj]ul|[Aa]ug|[Ss]ept?|[Oo]ct|[Nn]ov|[Dd]ec|janv|févr|mars|avr|mai|juin|juil|"
    r"août|déc|ene|abr|ago|dic|fev|out|dez|Mrz|Mai|Okt|Dez)"
)
_DATE = re.compile(
    rf"\s*(?:{_MONTH}\.?-\d{{2}}|\d{{1,2}}-{_MONTH}\.?(?:-\d{{2,4}})?|(?:\d{{4}}-\d\d-\d\d(?: 00:00(?::00)?)?))\s*\Z"
)
"""How a spreadsheet program shows a day or a month; of ids in capitals, such as MAR-01, nothing was changed."""
_POWER = re.compile(r"\s*\d(?:[.,]\d+)?E\+\d{2,3}\s*\Z")


def without_broken_ids(
    source: Source, cells: pd.DataFrame, rows: np.ndarray, names: Sequence[str]
) -> tuple[pd.DataFrame, list[Note]]:
    """Return cells in which ids saved as powers of ten are empty, and notes of them and of ids turned into dates.

    Several ids may have become one power; a date is kept as it stands.

    Parameters
    ----------
    source : Source
        Maps ``names``.
    cells : DataFrame
        Raw cells.
    rows : ndarray of int
        Row of the file of each row of ``cells``.
    names : sequence of str
        Layer columns that hold ids.
    """
    notes: list[Note] = []
    for column in dict.fromkeys(column for name in names for column in mapped_columns(source, cells, name)):
        hits = cells_matching(cells[column], _POWER, None, ("E+",))
        notes += _dates(source.id, cells[column], column, rows)
        if not hits.any():
            continue
        text = (
            f"{int(hits.sum())} ids in {column} were saved as powers of ten by a spreadsheet program (e.g. "
            f"'{cells[column][hits].iloc[0]}'), so that their digits are lost; these rows count as rows without an id. Export "
            "the column as text."
        )
        notes.append(Note(source.id, "ids_as_powers", text, int(hits.sum()), (column,), tuple(rows[hits].tolist())))
        cells = cells.assign(**{column: cells[column].where(~hits, None)})
    return cells, notes


def _dates(source_id: str, ids: pd.Series, column: str, rows: np.ndarray) -> list[Note]:
    """Tell ids that look as a spreadsheet program writes days and months."""
    hits = cells_matching(ids, _DATE, None, ("-",))
    if not hits.any():
        return []
    text = (
        f"{int(hits.sum())} ids in {column} look like dates of a spreadsheet program, which turns MAR-1 or 3-15 into them (e.g. "
        f"'{ids[hits].iloc[0]}'); they are kept as they stand, and fit no list that holds the ids as they were. Export the "
        "column as text."
    )
    return [Note(source_id, "ids_as_dates", text, int(hits.sum()), (column,), tuple(rows[hits].tolist()))]
