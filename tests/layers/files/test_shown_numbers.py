"""Numbers of a workbook as their format shows them, and what it hides or merges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font, PatternFill

from layers.catalogue.source import Source
from layers.files.shown_numbers import shown_number
from layers.files.tables import RawTable, read_table


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (5, "General", "5"), (5.0, '"<"0.0', "<5"), (5, "\\<0", "<5"), (2.5, '"< "0.0', "<2.5"), (10000, '">"0', ">10000"),
        (0.5, '[<2]"<2";0.0', "<2"), (3, '[<2]"<2";0.0', "3"), (-5, '0.0;"<"0.0', "<5"), (5, '0.0;"<"0.0', "5"),
        (0, '0.0;-0.0;"n.d."', "n.d."), (0, '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-', "0"), (12, '"REE"0', "12"),
        (0.25, "0.0%", "25"), (7, "000", "007"), (1.5, '0.0" Mt"', "1.5 Mt"), (-3, "0;[Red]-0", "-3"),
        (4, '[<=1]"<1";[>3]"> 3";0', "> 3"), (1250000, "#,##0,", "1250"), (2500000, '0.0,," Mt"', "2.5 Mt"),
        (1250, "#,##0", "1250"),
    ],
)  # fmt: skip
def test_a_number_reads_as_its_format_shows_it(value: float, code: str, shown: str) -> None:
    assert shown_number(value, code) == shown


def table(folder: Path, change: Any) -> RawTable:
    book = openpyxl.Workbook()
    page = book.active
    for row in (["id", "kind", "tonnes"], ["a", "tailings", 5], ["b", None, None], ["c", None, None], ["d", "slag", 7]):
        page.append(row)
    change(page)
    book.save(folder / "t.xlsx")
    return read_table(Source(id="t", role="inventory", path="t.xlsx"), folder)


def test_words_merged_over_rows_hold_for_each_of_them_and_numbers_are_named(tmp_path: Path) -> None:
    def merge(page: Any) -> None:
        page.merge_cells("B2:B4")
        page.merge_cells("C2:C3")

    raw = table(tmp_path, merge)
    assert raw.cells["kind"].tolist() == ["tailings", "tailings", "tailings", "slag"]
    assert raw.cells["tonnes"].isna().tolist() == [False, True, True, False]
    told = {note.code: (note.columns, note.rows) for note in raw.notes}
    assert told == {"merged_cells": (("kind",), (2, 3, 4)), "merged_numbers": (("tonnes",), (2, 3))}


@pytest.mark.parametrize(
    ("style", "told"),
    [
        ({"font": Font(strike=True)}, True), ({"font": Font(color="FFFFFFFF")}, True), ({"number_format": ";;;"}, True),
        ({"font": Font(bold=True, color="FFFF0000")}, False),
        ({"font": Font(color="FFFFFFFF"), "fill": PatternFill("solid", fgColor="FF000080")}, False),
    ],
)  # fmt: skip
def test_cells_struck_out_or_made_invisible_are_told(tmp_path: Path, style: dict[str, Any], told: bool) -> None:
    def dress(page: Any) -> None:
        for name, value in style.items():
            setattr(page["C5"], name, value)

    notes = [(note.columns, note.rows) for note in table(tmp_path, dress).notes if note.code == "struck_out"]
    assert notes == ([(("tonnes",), (5,))] if told else [])


@pytest.mark.parametrize("height", [0, 0.01])
def test_a_row_drawn_down_to_nothing_is_told_as_hidden(tmp_path: Path, height: float) -> None:
    def flatten(page: Any) -> None:
        page.row_dimensions[5].height = height or None
        page.row_dimensions[5].hidden = not height

    assert [note.rows for note in table(tmp_path, flatten).notes if note.code == "hidden_in_workbook"] == [(5,)]
