"""Excel workbooks as a grid of text cells, as a person sees them: 123 not 123.0, 00123 where the format says so."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Set
from pathlib import Path
from typing import Any

from layers.accounting import Note
from layers.errors import SourceError
from layers.files.delimited import Grid
from layers.files.hidden_cells import hidden_note, sheet_xml
from layers.files.merged_cells import merged_spans
from layers.files.rich_text import inline_parts, is_struck_in_part, parts_of, written
from layers.files.shown_numbers import is_percent, is_put_aside, is_scaled, shown_number, words_beside
from layers.files.unsafe_files import require_bearable_row, require_bearable_workbook
from layers.library_warnings import quiet

_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")


def read_sheet(source: str, where: str, path: Path, sheet: str | None, left_out: Set[int] = frozenset()) -> Grid:
    """Read one sheet of a workbook.

    Parameters
    ----------
    source, where : str
        Source id, and what to call the file in messages.
    path : Path
        An ``.xlsx`` or ``.xlsm`` file.
    sheet : str or None
        Sheet name; may be left out when only one sheet holds rows.
    left_out : set of int
        Rows read as if they were blank.

    Returns
    -------
    Grid
        Cells as text, per cents as the number that is shown; dates as ISO text; formulas as their stored result; Excel errors
        (``#N/A``) as empty, with a note.

    Raises
    ------
    SourceError
        If the file is no workbook of the new format, the sheet does not exist, or several sheets hold rows and none is named.
    """
    if path.suffix.lower() == ".xls":
        raise SourceError(f"{where}: the old .xls format is not read. Open it and save it as .xlsx or .csv.")
    require_bearable_workbook(where, path)
    book = _opened(where, path)
    try:
        chosen = _choose(where, book, sheet)
        if hasattr(chosen, "reset_dimensions"):
            chosen.reset_dimensions()
        rows, numbers = [], []
        errors: list[tuple[int, int]] = []
        dated: list[tuple[int, int]] = []
        put_aside: list[tuple[int, int]] = []
        percents: list[tuple[int, int]] = []
        dressed: dict[int, str] = {}
        scaled: list[int] = []
        text = sheet_xml(path, chosen)
        inline = inline_parts(text)
        for number, row in enumerate(chosen.iter_rows(), start=1):
            require_bearable_row(where, number, len(row))
            if number in left_out:
                continue
            parts = {
                at: of_cell
                for at, cell in enumerate(row)
                if (of_cell := inline.get((number, at)) or parts_of(cell.value))
            }
            cells = [written(parts[at]) if at in parts else _text(cell) for at, cell in enumerate(row)]
            errors += [(number, at) for at, cell in enumerate(cells) if cell is None]
            words = next((shown for cell in row if (shown := words_beside(cell))), None)
            dressed |= {number: words} if words else {}
            percents += [(number, at) for at, cell in enumerate(row) if is_percent(cell)]
            scaled += [number] if any(map(is_scaled, row)) else []
            put_aside += [(number, at) for at, cell in enumerate(row) if cell.value is not None and is_put_aside(cell)]
            put_aside += [(number, at) for at, of_cell in parts.items() if is_struck_in_part(of_cell)]
            dated += [(number, at) for at, cell in enumerate(row) if isinstance(cell.value, dt.datetime | dt.date)]
            rows.append([cell or "" for cell in cells])
            numbers.append(number)
        unset = _unset_formulas(path, chosen.title, rows)
        hidden = hidden_note(source, text, chosen, dict(zip(numbers, rows, strict=True)))
    finally:
        book.close()
    while rows and not any(rows[-1]):
        rows.pop()
        numbers.pop()
    if not rows:
        raise SourceError(f"{where}: the sheet '{chosen.title}' is empty. Name another with 'sheet:'.")
    width = max(map(len, rows), default=0)  # a cell without a value may be absent at the end of a row
    rows = [row + [""] * (width - len(row)) for row in rows]
    notes = (*_notes(source, dressed, scaled), *hidden)
    return Grid(
        rows,
        numbers,
        notes,
        unset=unset,
        dated=tuple(dated),
        errors=tuple(errors),
        put_aside=tuple(put_aside),
        percents=tuple(percents),
        merged=merged_spans(text),
    )


def _unset_formulas(path: Path, title: str, rows: list[list[str]]) -> tuple[tuple[int, int], ...]:
    """Return row number and column of cells that hold a formula whose result the program that wrote the file did not store."""
    import openpyxl

    with zipfile.ZipFile(path) as packed:
        sheets = [
            member for member in packed.namelist() if member.startswith("xl/worksheets/") and member.endswith(".xml")
        ]
        if not any(_FORMULA.search(packed.read(sheet)) for sheet in sheets):
            return ()
    with quiet():
        book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    try:
        sheet = book[title]
        sheet.reset_dimensions()
        return tuple(
            (number, column)
            for number, (cells, shown) in enumerate(zip(sheet.iter_rows(), rows, strict=False), start=1)
            for column, cell in enumerate(cells)
            if cell.data_type == "f" and column < len(shown) and shown[column] == ""
        )
    finally:
        book.close()


def sheets_with_rows(path: Path) -> tuple[list[str], list[str]]:
    """Return the names of a workbook's sheets, and of those that hold rows.

    Raises
    ------
    SourceError
        If the file is no workbook of the new format.
    """
    require_bearable_workbook(path.name, path)
    book = _opened(path.name, path)
    try:
        return list(book.sheetnames), [sheet.title for sheet in book.worksheets if _has_rows(sheet)]
    finally:
        book.close()


def _opened(where: str, path: Path) -> Any:
    import openpyxl

    try:
        with quiet():
            return openpyxl.load_workbook(path, read_only=True, data_only=True, rich_text=True)
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        OSError,
        openpyxl.utils.exceptions.InvalidFileException,
    ) as failure:
        raise SourceError(
            f"{where}: this is not a readable Excel workbook ({failure}). Save it again as .xlsx."
        ) from None


def _choose(where: str, book: Any, sheet: str | None) -> Any:
    names = list(book.sheetnames)
    if sheet is not None:
        if sheet not in names:
            raise SourceError(f"{where}: there is no sheet '{sheet}'. The sheets are: {', '.join(names)}.")
        return book[sheet]
    filled = [worksheet for worksheet in book.worksheets if _has_rows(worksheet)]
    if len(filled) > 1:
        raise SourceError(
            f"{where}: {len(filled)} sheets hold rows: {', '.join(sheet.title for sheet in filled)}. "
            "Name one in the run file with 'sheet:'."
        )
    return filled[0] if filled else book.worksheets[0]


def _has_rows(sheet: Any) -> bool:
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()
    for count, row in enumerate(sheet.iter_rows(values_only=True)):
        if any(value not in (None, "") for value in row):
            return True
        if count > 50:
            break
    return False


def _text(cell: Any) -> str | None:
    """Return a cell as text, ``""`` when empty, None when it holds an Excel error."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return None if cell.data_type == "e" else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return shown_number(value, cell.number_format or "")
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _notes(source: str, dressed: dict[int, str], scaled: list[int]) -> tuple[Note, ...]:
    notes = []
    if scaled:
        text = (
            f"The format of cells shows a thousandth, or less, of the number that is stored (first in row {scaled[0]}); they "
            "were read as they are shown. Make sure that the unit of their heading is meant so."
        )
        notes.append(Note(source, "scaled_by_format", text, len(scaled), rows=tuple(scaled)))
    if dressed:
        row, words = next(iter(dressed.items()))
        text = (
            f"The format of cells shows words beside their numbers that do not stand in them (e.g. '{words}' in row {row}); the "
            "numbers were read without. Write what they say into the heading."
        )
        notes.append(Note(source, "words_by_format", text, len(dressed), rows=tuple(dressed)))
    return tuple(notes)
