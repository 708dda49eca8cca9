"""Cells that a spreadsheet program would calculate: told of where they are read, written so that nothing is calculated."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from layers.cell_search import cells_matching

OTHER_BREAKS = "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""What some program takes for the end of a line, beside the line feed."""

_STARTS = re.compile(
    r"\A\s*(?=[=@＝＠]\s*\S|[+＋－-].*[(|!])"
    rf"|(?<=[\n{OTHER_BREAKS}])[^\S\n{OTHER_BREAKS}]*(?=[=@＝＠]\s*\S|[+＋－-][^\s(|!]+[(|!])",
    re.DOTALL,
)
"""``=`` or ``@`` and something behind it; ``+`` or ``-`` with a call, a command or a cell of another sheet behind it, which no
number has. Some programs take these signs in full width for the same. On a further line of a cell, where a program that knows no
quotes begins a row, ``-`` and a blank begin an item of a list."""

_CALCULATED = re.compile(f"(?s:.*?)(?:{_STARTS.pattern})", re.DOTALL)


def formula_cells(column: pd.Series) -> np.ndarray:
    """Return which cells of a column a spreadsheet program would calculate, bool of its length."""
    first_look = rf"(?s)(?:^|[\n{OTHER_BREAKS}])[^0-9A-Za-z]*(?:[=@＝＠]|[+＋－-].*[(|!])"
    return cells_matching(column, _CALCULATED, first_look, any_of="=@＝＠(|!")


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose cells a spreadsheet program shows and never calculates: such a cell gets an apostrophe in front.

    So does every further line of a cell that would be calculated if a program began a row with it.
    """
    plain = table
    for at, name in enumerate(table.columns):
        column = table.iloc[:, at]
        is_formula = formula_cells(column)
        if is_formula.any():
            plain = plain.copy() if plain is table else plain
            cells = [_dead(cell) if hit else cell for cell, hit in zip(column.tolist(), is_formula, strict=True)]
            plain[name] = pd.Series(cells, index=table.index, dtype=object)
    return plain


def _dead(cell: str) -> str:
    return _STARTS.sub(lambda start: f"'{start.group()}", cell)
