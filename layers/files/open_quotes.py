"""A quote that opens a cell and is not closed swallows the rows below it, up to the next quote or the end of the file."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from layers.errors import SourceError

_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_NUMBERS_ALIKE = 2
"""So many numbers in the places where the line above has numbers make a line inside a cell a row of its own."""


def refuse_open_quotes(where: str, text: str, delimiter: str, rows: int | None = None) -> None:
    """Stop where rows of a text table stand inside a quoted cell, or the text ends inside one.

    Cells may hold line breaks. Their lines are taken for rows where they have as many cells as the table and begin with an id of
    the same shape as the row they stand in, have numbers in the same places, or the quotes about them do not fit.

    Parameters
    ----------
    where : str
        What to call the file in messages.
    text : str
        The whole file.
    delimiter : str
        Of the cells.
    rows : int, optional
        How many rows the text was split into, blank ones too, where that is known.

    Raises
    ------
    SourceError
        Naming the row where the quote opens.
    """
    if '"' not in text:
        return
    lines = list(io.StringIO(text, newline=""))
    widths: Counter[int] = Counter()
    if len(lines) == rows:  # no cell goes on in the next line
        if not _is_sound(lines[-1:], delimiter, end_only=True):
            raise _ends_inside(where, rows, lines[-1])
        return
    over_lines: list[tuple[int, int, int]] = []
    reader = csv.reader(lines, delimiter=delimiter)
    above = 0
    try:
        for row, cells in enumerate(reader, 1):
            widths[len(cells)] += 1
            if reader.line_num > above + 1:
                over_lines.append((row, above, reader.line_num))
            above = reader.line_num
    except csv.Error:  # said with its own words by who splits the text
        return
    width = widths.most_common(1)[0][0]
    for row, start, end in over_lines:
        own = lines[start:end]
        if any(_is_row(line, own[0], delimiter, width, sound=_is_sound(own, delimiter)) for line in own[1:]):
            raise SourceError(
                f"{where}: a quote (\") opens a cell of row {row} (line {start + 1}, '{_shown(own[0])}') and is not closed: "
                f"the rows below it would become part of the cell, up to line {end}. Close the quote or take it out."
            )
    row, start = sum(widths.values()), over_lines[-1][1] if over_lines and over_lines[-1][2] == len(lines) else -1
    if not _is_sound(lines[start:], delimiter, end_only=True):
        raise _ends_inside(where, row, lines[start])


def _ends_inside(where: str, row: int, line: str) -> SourceError:
    return SourceError(
        f"{where}: the file ends inside a cell of row {row} ('{_shown(line)}') whose quote (\") is not closed. "
        "Close the quote or take it out; if the file was cut off, fetch it again."
    )


def _is_row(line: str, first_line: str, delimiter: str, width: int, *, sound: bool) -> bool:
    """Say whether a line inside a cell is a row of the table, seen from the line where the cell's row begins."""
    if width == 1 or width not in (line.count(delimiter) + 1, len(next(csv.reader([line], delimiter=delimiter), []))):
        return False
    above, below = (
        [cell.strip().strip('"') for cell in text.rstrip("\r\n").split(delimiter)] for text in (first_line, line)
    )
    alike = sum(
        bool(_NUMBER.fullmatch(upper) and _NUMBER.fullmatch(lower)) for upper, lower in zip(above, below, strict=False)
    )
    same_shape = any(letter.isdecimal() for letter in below[0]) and _shape(above[0]) == _shape(below[0])
    return not sound or alike >= _NUMBERS_ALIKE or same_shape


def _is_sound(lines: list[str], delimiter: str, *, end_only: bool = False) -> bool:
    """Say whether the quotes of a row fit: each one closed, and nothing between a closing one and the next delimiter."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as failure:
        return end_only and "end of data" not in str(failure)
    return True


def _shape(cell: str) -> str:
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", cell))


def _shown(line: str) -> str:
    return " ".join(line.split())[:60]
