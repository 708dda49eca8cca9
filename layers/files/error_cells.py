"""Errors of a spreadsheet program that were saved as text: ``#N/A`` stands for nothing, neither an id nor a name."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.cell_search import cells_matching

_ERROR = re.compile(
    r"(?i)\s*(?:#{3,}|#[¡!]?(?:N/?[AVD]|REF|VALUE|DIV/0|NAME|NULL|NUM|SPILL|CALC|GETTING_DATA|BEZUG|WERT|ZAHL|NOMBRE|VALOR|NOM|"
    r"VALEUR|NUL|NOME|RIF|VALORE|N/DISP|ССЫЛКА|ЗНАЧ|ДЕЛ/0|ИМЯ|ЧИСЛО|Н/Д|ПУСТО)[!?]?)\s*\Z"
)
"""Errors in the languages a spreadsheet program speaks, and the ``####`` of a column too narrow for its numbers."""


def without_error_cells(
    source: str, cells: pd.DataFrame, rows: np.ndarray, missing: Collection[str] = ()
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Return cells in which errors of a spreadsheet program are empty, and a note of them.

    Parameters
    ----------
    source : str
        Id of the source.
    cells : DataFrame
        Text cells, NA where empty.
    rows : ndarray of int
        Row of the file of each row of ``cells``.
    missing : collection of str
        Words that the run file says mean missing; these are left to it.
    """
    stated = {word.strip().casefold() for word in missing}
    changed: dict[str, pd.Series] = {}
    hit_rows: set[int] = set()
    count, first = 0, ""
    for name in cells.columns:
        hits = cells_matching(cells[name], _ERROR, None, ("#",))
        if stated and hits.any():
            hits[hits] = [str(cell).strip().casefold() not in stated for cell in cells[name].array[hits]]
        if not hits.any():
            continue
        first = first or f"row {rows[hits][0]}, '{name}': {cells[name][hits].iloc[0].strip()[:20]}"
        count += int(hits.sum())
        hit_rows.update(rows[hits].tolist())
        changed[str(name)] = cells[name].where(~hits, None)
    if not changed:
        return cells, ()
    text = (
        f"{count} cells hold an error of a spreadsheet program (the first in {first}) and were read as empty. Correct them there "
        "and export the table again."
    )
    note = Note(source, "excel_error_cells", text, count, tuple(changed), tuple(sorted(hit_rows)))
    return cells.assign(**changed), (note,)
