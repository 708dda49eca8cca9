"""What a workbook hides, and where its errors stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.files.tables import read_table


def notes(folder: Path, book: Any, **facts: Any) -> dict[str, Note]:
    book.save(folder / "t.xlsx")
    table = read_table(Source.model_validate({"id": "s", "role": "geochemistry", "path": "t.xlsx", **facts}), folder)
    return {note.code: note for note in table.notes}


def book_of(rows: list[list[Any]]) -> Any:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


ROWS: list[list[Any]] = [["id", "La_ppm", "Ce_ppm"], ["a", 40, 80], ["b", 50, 90], ["c", 60, 100]]


def test_hidden_rows_and_columns_are_told(tmp_path: Path) -> None:
    book = book_of(ROWS)
    book.active.row_dimensions[3].hidden = True
    book.active.row_dimensions[40].hidden = True
    book.active.column_dimensions["C"].hidden = True
    book.active.column_dimensions["K"].hidden = True
    note = notes(tmp_path, book)["hidden_in_workbook"]
    assert note.message.startswith("The workbook hides row 3 and column C, which count")
    assert note.rows == (3,)


def test_a_hidden_sheet_is_told(tmp_path: Path) -> None:
    book = book_of(ROWS)
    book.active.title = "old"
    book.create_sheet("note").append(["see old"])
    book.active.sheet_state = "hidden"
    assert "the sheet 'old'" in notes(tmp_path, book, sheet="old")["hidden_in_workbook"].message


def test_nothing_is_told_where_nothing_is_hidden(tmp_path: Path) -> None:
    assert "hidden_in_workbook" not in notes(tmp_path, book_of(ROWS))


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!"])
def test_errors_name_their_column_and_row(tmp_path: Path, error: str) -> None:
    note = notes(tmp_path, book_of([*ROWS, ["d", error, 110]]))["excel_error_cells"]
    assert (note.count, note.columns, note.rows) == (1, ("La_ppm",), (5,))
    assert "row 5, 'La_ppm'" in note.message
