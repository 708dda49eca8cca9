"""The rows of a workbook's sheet as XML: openpyxl makes an object and a tree of every cell, ten times the work of a long list."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO
from xml.sax.saxutils import escape

import pandas as pd

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First letters of texts that a spreadsheet program would calculate."""

LARGE = 10_000
"""Numbers from here on are shown with marks between thousands."""

MOST_LETTERS = 32_767
"""Of a cell, as Excel has it."""


def write_rows(table: pd.DataFrame, style_of: Callable[[str], int], formats: Mapping[str, str], file: BinaryIO) -> None:
    """Write the rows of a table, which stand below a row of headings.

    Parameters
    ----------
    table : DataFrame
        Texts, numbers and missing cells, which stay empty.
    style_of : callable
        From a kind of cell (``text``, ``formula_like``, ``thousands``, a heading of ``formats``) to the number of its style;
        asked in the order of cells.
    formats : mapping of str to str
        Number formats of columns, by heading.
    file : binary file
        Receives the ``row`` elements.
    """
    from openpyxl.utils import get_column_letter

    letters = [get_column_letter(at) for at in range(1, len(table.columns) + 1)]
    columns = [_cells(table[name], style_of, str(name) if name in formats else "") for name in table.columns]
    for at, row in enumerate(zip(*columns, strict=True), start=2):
        cells = [f'<c r="{letter}{at}"{cell}' for letter, cell in zip(letters, row, strict=True) if cell]
        file.write(f'<row r="{at}">{"".join(cells)}</row>'.encode(errors="xmlcharrefreplace"))


def _cells(column: pd.Series, style_of: Callable[[str], int], format_of: str) -> Iterator[str]:
    """Yield what follows a cell's place; texts are typed as text, so that none is taken for a formula or an error.

    ``format_of`` names the number format of the column, or is empty.
    """
    for value, missing in zip(column.astype(object), column.isna(), strict=True):
        if missing:
            yield ""
        elif isinstance(value, str):
            kind = "formula_like" if value.startswith(STARTS) else "text"
            yield f' s="{style_of(kind)}" t="inlineStr"{_text(printable(value)[:MOST_LETTERS])}'
        else:
            number = value.item() if hasattr(value, "item") else value
            number = int(number) if float(number).is_integer() else number
            kind = format_of or ("thousands" if abs(number) >= LARGE else "")
            style = f' s="{style_of(kind)}"' if kind else ""
            shown = f"<v>{number:.16g}</v>" if math.isfinite(number) else "<v />"
            yield f'{style} t="n">{shown}</c>'


def _text(text: str) -> str:
    if not text:
        return " />"
    stripped = text.strip()
    space = ' xml:space="preserve"' if stripped and text != stripped else ""
    return f"><is><t{space}>{escape(text)}</t></is></c>"


def printable(text: str) -> str:
    """Drop the control characters that XML cannot hold."""
    return text if text.isprintable() else "".join(letter for letter in text if letter >= " " or letter in "\t\n\r")
