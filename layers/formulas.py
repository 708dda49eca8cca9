"""Cells that a spreadsheet program would calculate: told of where they are read, written so that nothing is calculated."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from layers.cell_search import cells_matching

_CALCULATED = re.compile(r"\s*(?:[=@＝＠]\s*\S|[+＋－-].*[(|!])", re.DOTALL)
"""``=`` or ``@`` and something behind it; ``+`` or ``-`` with a call, a command or a cell of another sheet behind it, which no
number has. Some programs take these signs in full width for the same."""


def formula_cells(column: pd.Series) -> np.ndarray:
    """Return which cells of a column a spreadsheet program would calculate, bool of its length."""
    return cells_matching(
        column, _CALCULATED, first_look=r"(?s)^[^0-9A-Za-z]*(?:[=@＝＠]|[+＋－-].*[(|!])", any_of="=@＝＠(|!"
    )


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose cells a spreadsheet program shows and never calculates: such a cell gets an apostrophe in front."""
    plain = table
    for at, name in enumerate(table.columns):
        column = table.iloc[:, at]
        is_formula = formula_cells(column)
        if is_formula.any():
            plain = plain.copy() if plain is table else plain
            cells = ["'" + cell if hit else cell for cell, hit in zip(column.tolist(), is_formula, strict=True)]
            plain[name] = pd.Series(cells, index=table.index, dtype=object)
    return plain
