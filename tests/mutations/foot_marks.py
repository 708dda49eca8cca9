"""Mutations by marks of footnotes behind numbers, as text and raised in a workbook, and years typed into cells of dates."""

from __future__ import annotations

import datetime
from typing import Any

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from tests.mutations.mutation import Draw, mutation, some
from tests.mutations.packages import book_of
from tests.mutations.sheet import Sheet

_MARKS = ("¹", "²", "³", "⁴", " ²", "₂", "①", "²,³", "*", "†", "ª", " [2]", " 2)", "(2)")
_NUMBERS = ("mass_t", "area_m2", "last_year", "latitude", "easting", "La")
for _key in _NUMBERS:
    for _mark in _MARKS:

        @mutation("footnote", f"'{_mark}' behind two numbers of {_key}", _key)
        def marked(sheet: Sheet, draw: Draw, key: str = _key, mark: str = _mark) -> None:
            sheet.change(key, lambda cell: cell + mark, some(sheet, draw, 2))


for _key in ("mass_t", "area_m2", "last_year", "latitude", "La"):
    for _how in ("superscript", "subscript", "strike"):

        @mutation("footnote", f"a 2 behind a number of {_key} as {_how} of a workbook", _key)
        def raised(sheet: Sheet, draw: Draw, key: str = _key, how: str = _how) -> None:
            [row] = some(sheet, draw)
            sheet.touched.add(key)
            sheet.rows_touched.add(sheet.ids()[row])

            def change(book: Any, page: Any) -> None:
                font = InlineFont(strike=True) if how == "strike" else InlineFont(vertAlign=how)
                cell = page.cell(row + 2 + len(sheet.under), sheet.place(key) + 1)
                cell.value = CellRichText(str(cell.value), TextBlock(font, "2"))

            sheet.pack = lambda one, data: book_of(one, change)


@mutation("dates", "workbook, years typed into cells of dates", "last_year")
def typed(sheet: Sheet, draw: Draw) -> None:
    at = sheet.place("last_year") + 1
    sheet.touched.add("last_year")

    def change(book: Any, page: Any) -> None:
        for row in range(2, page.max_row + 1):
            if isinstance(year := page.cell(row, at).value, int):
                page.cell(row, at).value = datetime.date(1899, 12, 30) + datetime.timedelta(days=year)

    sheet.pack = lambda one, data: book_of(one, change)
