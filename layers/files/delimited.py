"""Text tables of any dialect: delimiter, quotes and ragged rows, as a grid of text cells."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from layers.accounting import Note
from layers.errors import SourceError

csv.field_size_limit(10_000_000)
"""Set once for the whole process, so that what is read does not depend on what was read before."""

DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Grid:
    """Rows of text cells with their 1-based row numbers in the file.

    Parameters
    ----------
    rows : list of list of str
        ``""`` where a cell is empty.
    numbers : list of int
        1-based row numbers.
    notes : tuple of Note
        What was noticed on the way.
    is_text : bool
        Cells of text files can be shifted by a stray delimiter; those of a workbook cannot.
    open_end : bool
        The text does not end with a line break.
    dated : tuple of (int, int)
        Row number and column position of cells a workbook keeps as dates.
    unset : tuple of (int, int)
        Row number and column of workbook cells that hold a formula without a stored result.
    errors : tuple of (int, int)
        Row number and column position of workbook cells that show an error; they are empty here.
    put_aside : tuple of (int, int)
        The same of workbook cells that are struck out, or filled and shown as if they were empty.
    percents : tuple of (int, int)
        The same of workbook cells whose format shows a sign of per cent.
    merged : tuple of (int, int, int)
        First row, last row and column position of workbook cells that are merged over several rows.
    """

    rows: list[list[str]]
    numbers: list[int]
    notes: tuple[Note, ...] = ()
    is_text: bool = False
    open_end: bool = False
    unset: tuple[tuple[int, int], ...] = ()
    dated: tuple[tuple[int, int], ...] = ()
    errors: tuple[tuple[int, int], ...] = ()
    put_aside: tuple[tuple[int, int], ...] = ()
    percents: tuple[tuple[int, int], ...] = ()
    merged: tuple[tuple[int, int, int], ...] = ()


def sniff_delimiter(where: str, text: str) -> str:
    """Return the delimiter under which the first lines fall into equally many fields (the most fields, at a tie)."""
    head = "\n".join(text[:200_000].splitlines()[:100])
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(head), delimiter=delimiter) if row]
        except csv.Error as failure:
            raise SourceError(f"{where}: the text cannot be split into cells ({failure}). Check its quotes.") from None
        wide = Counter(width for width in widths if width > 1)
        if wide:
            width, count = wide.most_common(1)[0]
            best, best_score = max(
                (best, best_score), (delimiter, (count / len(widths), width)), key=lambda pair: pair[1]
            )
    return best


def split_rows(where: str, text: str, delimiter: str) -> list[list[str]]:
    """Split text into rows of cells; nothing is interpreted, blank lines are empty rows.

    Raises
    ------
    SourceError
        If the text cannot be split (a cell of more than ten million letters: a quote that is never closed).
    """
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as failure:
        raise SourceError(f"{where}: the text cannot be split into cells ({failure}). Check its quotes.") from None


def read_body(data: bytes, delimiter: str, first_row: int, columns: Sequence[str]) -> pd.DataFrame | None:
    """Read the data rows of a large, perfectly rectangular text file fast.

    Parameters
    ----------
    data : bytes
        The whole file in UTF-8, without a byte-order mark.
    delimiter : str
        Of the cells.
    first_row : int
        Position of the first data row; the rows above it must not hold line breaks.
    columns : sequence of str
        Names of all columns.

    Returns
    -------
    DataFrame or None
        Text cells, NA where empty; None if any row has another number of fields, so that the careful way has to be taken.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    named = [str(index) for index in range(len(columns))]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(data),
            arrow_csv.ReadOptions(skip_rows=first_row, column_names=named, use_threads=False),
            arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(named, pa.large_string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        return None
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.large_string(): pd.StringDtype(na_value=float("nan"))}.get)
    frame.columns = pd.Index(list(columns))
    return frame


def ragged(rows: Sequence[Sequence[str]], numbers: Sequence[int], width: int) -> list[tuple[int, str]]:
    """Return (position, reason) of rows with another number of fields than the heading; empty extra fields do not count."""
    ragged_rows = []
    for position, (row, number) in enumerate(zip(rows, numbers, strict=True)):
        fields = len(row)
        while fields > width and not row[fields - 1].strip():
            fields -= 1
        if fields != width and any(cell.strip() for cell in row):
            ragged_rows.append((position, f"row {number} has {fields} fields, header has {width}"))
    return ragged_rows
