"""Mutations of what a workbook hides or strikes out: rows, columns, cells and sheets that were put aside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openpyxl.styles import Font

from tests.mutations.mutation import Draw, mutation, some
from tests.mutations.packages import book_of
from tests.mutations.sheet import Sheet


def _hide_row(page: Any, row: int) -> None:
    page.row_dimensions[row].hidden = True


def _flatten_row(page: Any, row: int) -> None:
    page.row_dimensions[row].height = 0.01


def _strike_row(page: Any, row: int) -> None:
    for cell in page[row]:
        cell.font = Font(strike=True)


def _filter_row(page: Any, row: int) -> None:
    page.auto_filter.ref = page.dimensions
    page.row_dimensions[row].hidden = True


def _whiten_row(page: Any, row: int) -> None:
    for cell in page[row]:
        cell.font = Font(color="FFFFFFFF")


def _blank_format(page: Any, row: int) -> None:
    for cell in page[row]:
        cell.number_format = ";;;"


def _fold_row(page: Any, row: int) -> None:
    page.row_dimensions.group(row, row, hidden=True)


_ROWS: dict[str, Callable[[Any, int], None]] = {
    "hidden": _hide_row, "of no height": _flatten_row, "struck out": _strike_row, "filtered away": _filter_row,
    "in white letters": _whiten_row, "in a format that shows nothing": _blank_format, "folded away": _fold_row,
}  # fmt: skip
for _name, _change in _ROWS.items():

    @mutation("hidden parts", f"an older row {_name}")
    def older_row(sheet: Sheet, draw: Draw, change: Callable[[Any, int], None] = _change) -> None:
        """Put a row in that was set aside: it may be read, and then it is told."""
        row = list(sheet.rows[3])
        row[sheet.place("id")] = "OLD99"
        sheet.ghosts.add("OLD99")
        sheet.rows.insert(6, row)
        sheet.pack = lambda one, data: book_of(one, lambda book, page: change(page, 8))


def _hide_column(page: Any, letter: str) -> None:
    page.column_dimensions[letter].hidden = True


def _narrow_column(page: Any, letter: str) -> None:
    page.column_dimensions[letter].width = 0.01


_COLUMNS: dict[str, Callable[[Any, str], None]] = {"hidden": _hide_column, "of no width": _narrow_column}
for _name, _change_column in _COLUMNS.items():
    for _key in ("mass_t", "La"):

        @mutation("hidden parts", f"older {_key} in a column {_name} before the one that is shown", _key)
        def older_column(
            sheet: Sheet, draw: Draw, key: str = _key, change: Callable[[Any, str], None] = _change_column
        ) -> None:
            from openpyxl.utils import get_column_letter

            cells = [f"{float(cell) * 2:g}" if cell.replace(".", "").isdigit() else cell for cell in sheet.column(key)]
            at = sheet.place(key)
            sheet.insert("older", sheet.headings[at], cells, at)
            letter = get_column_letter(at + 1)
            sheet.pack = lambda one, data: book_of(one, lambda book, page: change(page, letter))


_SIGNS = {
    '"<"0.0': "<",
    '"< "General': "<",
    "\\<0.0": "<",
    '">"0.0': ">",
    '[<1000000]"<"0.0;0.0': "<",
    '0.0" ppb"': None,
}
for _code, _sign in _SIGNS.items():

    @mutation("workbook", f"results whose format {_code} shows more than the number", "La")
    def signed_by_format(sheet: Sheet, draw: Draw, code: str = _code, sign: str | None = _sign) -> None:
        [row] = some(sheet, draw)
        own, at = sheet.ids()[row], sheet.place("La") + 1
        if not isinstance(sheet.truth[own]["La"], float):
            raise ValueError("another mutation changed this result")
        sheet.truth[own]["La"] = (sign, sheet.truth[own]["La"]) if sign else sheet.truth[own]["La"] / 1000
        sheet.rows_touched.add(own)

        def files(other: Sheet, data: bytes) -> dict[str, bytes]:
            here = other.ids().index(own) + 2 + len(other.under)
            return book_of(other, lambda book, page: setattr(page.cell(here, at), "number_format", code))

        sheet.pack = files


for _code in ("#,##0,", "0.000,"):

    @mutation("workbook", f"masses in kt by the format {_code}", "mass_t")
    def scaled_by_format(sheet: Sheet, draw: Draw, code: str = _code) -> None:
        """Store tonnes, show thousands of them, and say kt in the heading."""
        if "mass_t" in sheet.touched:
            raise ValueError("another mutation changed the unit")
        sheet.rename("mass_t", "Tonnage (kt)")
        at = sheet.place("mass_t") + 1

        def change(book: Any, page: Any) -> None:
            for row in range(2, page.max_row + 1):
                page.cell(row, at).number_format = code
                cell = page.cell(row, at)
                cell.value = int(cell.value) if str(cell.value).isdigit() else cell.value

        sheet.pack = lambda one, data: book_of(one, change)


@mutation("hidden parts", "masses struck out in two cells", "mass_t")
def struck_cells(sheet: Sheet, draw: Draw) -> None:
    rows, at = some(sheet, draw, 2), sheet.place("mass_t") + 1
    sheet.touched.add("mass_t")
    for row in rows:
        sheet.truth[sheet.ids()[row]]["mass_t"] = None

    def change(book: Any, page: Any) -> None:
        for row in rows:
            page.cell(row + 2, at).font = Font(strike=True)

    sheet.pack = lambda one, data: book_of(one, change)


for _state in ("hidden", "veryHidden"):

    @mutation("hidden parts", f"the only sheet with rows is {_state} behind an empty one")
    def hidden_sheet(sheet: Sheet, draw: Draw, state: str = _state) -> None:
        def change(book: Any, page: Any) -> None:
            book.create_sheet("Sheet1", 0)
            book.active = 0
            page.sheet_state = state

        for facts in sheet.truth:
            sheet.rows_touched.add(facts)
        sheet.pack = lambda one, data: book_of(one, change)

    @mutation("hidden parts", f"an older copy is {_state} and stands first")
    def older_sheet(sheet: Sheet, draw: Draw, state: str = _state) -> None:
        def change(book: Any, page: Any) -> None:
            other = book.create_sheet("older", 0)
            for row in page.iter_rows(values_only=True):
                other.append([value * 2 if isinstance(value, float | int) else value for value in row])
            other.sheet_state = state
            book.active = 1

        sheet.pack = lambda one, data: book_of(one, change)
