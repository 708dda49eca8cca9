"""What a workbook hides, and where its errors stand."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

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


def dressed(before: str, part: str, how: str) -> CellRichText:
    font = InlineFont(strike=True) if how == "strike" else InlineFont(vertAlign=how)
    return CellRichText(before, TextBlock(font, part))


def with_shared_text(path: Path, plain: str, runs: str) -> None:
    """Put a text among those that all sheets share, as spreadsheet programs keep them, and give it runs."""
    with zipfile.ZipFile(path) as packed:
        members = {name: packed.read(name).decode() for name in packed.namelist()}
    sheet, types = "xl/worksheets/sheet1.xml", "[Content_Types].xml"
    members[sheet], count = re.subn(rf't="inlineStr"><is><t>{plain}</t></is>', 't="s"><v>0</v>', members[sheet])
    assert count == 1
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    members["xl/sharedStrings.xml"] = f'<sst xmlns="{space}"><si>{runs}</si></sst>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    members[types] = members[types].replace("</Types>", part)
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in members.items():
            packed.writestr(name, data)


@pytest.mark.parametrize(
    ("before", "part", "how", "read"),
    [
        ("31.2", "2", "superscript", "31.2²"),
        ("31.2", "2, 3", "superscript", "31.2², ³"),
        ("31.2", "4", "subscript", "31.2₄"),
        ("31.2", "a", "superscript", "31.2a"),
        ("1.5x10", "-6", "superscript", "1.5x10⁻⁶"),
        ("4 m", "2", "superscript", "4 m2"),
        ("P", "2", "subscript", "P2"),
    ],
)
@pytest.mark.parametrize("shared", [True, False])
def test_a_digit_raised_behind_a_number_is_none_of_it(
    tmp_path: Path, before: str, part: str, how: str, read: str, shared: bool
) -> None:
    book = book_of([*ROWS, ["d", "here" if shared else dressed(before, part, how), 110]])
    book.save(tmp_path / "t.xlsx")
    if shared:
        run = f'<r><t>{before}</t></r><r><rPr><vertAlign val="{how}"/></rPr><t>{part}</t></r>'
        with_shared_text(tmp_path / "t.xlsx", "here", run)
    source = Source.model_validate({"id": "s", "role": "geochemistry", "path": "t.xlsx"})
    assert str(read_table(source, tmp_path).cells["La_ppm"].iloc[3]) == read


@pytest.mark.parametrize("shared", [True, False])
def test_a_part_of_a_cell_that_is_struck_out_is_told(tmp_path: Path, shared: bool) -> None:
    book = book_of([*ROWS, ["d", "here" if shared else dressed("12", "15", "strike"), 110]])
    book.save(tmp_path / "t.xlsx")
    if shared:
        with_shared_text(tmp_path / "t.xlsx", "here", "<r><t>12</t></r><r><rPr><strike/></rPr><t>15</t></r>")
    source = Source.model_validate({"id": "s", "role": "geochemistry", "path": "t.xlsx"})
    told = {note.code: note for note in read_table(source, tmp_path).notes}
    assert (told["struck_out"].columns, told["struck_out"].rows) == (("La_ppm",), (5,))
