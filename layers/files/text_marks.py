"""Marks that keep a spreadsheet program from reading a cell as a number, such as ``="001"``: they are no part of the cell."""

from __future__ import annotations

import re

import pandas as pd

from layers.accounting import Note
from layers.cell_search import cells_matching

_LOOKED_AT = 200
_BEGINS_MARKED = re.compile(r"\s*(?:=\"|'|\")")
_AS_FORMULA = r'^\s*="([^"]*)"\s*$'
_MARKED = r"\s*(?:'[^']*'?|\"[^\"]*\")\s*"


def without_text_marks(source: str, cells: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Return cells without the marks around them, and what was taken off.

    ``="001"`` is ``001`` wherever it stands; an apostrophe in front, or quotes around, are taken off where every cell of a column
    has them.

    Parameters
    ----------
    source : str
        Id of the source.
    cells : DataFrame
        Text cells, NA where empty.
    """
    changed: dict[str, pd.Series] = {}
    for name in cells.columns:
        head = cells[name].iloc[:_LOOKED_AT].dropna()
        if not pd.api.types.is_string_dtype(head) or not cells_matching(head, _BEGINS_MARKED, None, ("'", '"')).any():
            continue
        plain = cells[name].str.replace(_AS_FORMULA, r"\1", regex=True)
        if plain.dropna().str.fullmatch(_MARKED).all():
            plain = plain.str.strip().str.strip("'\"")
        if not plain.equals(cells[name]):
            changed[str(name)] = plain.where(plain != "", None)
    if not changed:
        return cells, ()
    first = next(iter(changed))
    shown = cells[first].dropna().iloc[0]
    names = ", ".join(list(changed)[:6])
    message = f"Marks that keep a cell a text (the first in '{first}': {shown[:40]!r}) were taken off in {names}."
    return cells.assign(**changed), (Note(source, "text_marks", message, len(changed), tuple(changed)),)
