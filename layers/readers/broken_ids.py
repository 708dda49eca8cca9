"""Ids that a spreadsheet program showed and saved as powers of ten: ``1.00E+05`` may have been 100000, 100123 or 1E5."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cell_search import cells_matching
from layers.readers.columns import mapped_columns

_POWER = re.compile(r"\s*\d(?:[.,]\d+)?E\+\d{2,3}\s*\Z")


def without_broken_ids(
    source: Source, cells: pd.DataFrame, rows: np.ndarray, names: Sequence[str]
) -> tuple[pd.DataFrame, list[Note]]:
    """Return cells in which ids saved as powers of ten are empty, and a note of them: several ids may have become one.

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
