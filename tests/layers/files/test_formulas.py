"""Cells a spreadsheet program would calculate: noted where they are read, and dead in every CSV file that is written."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from layers.catalogue.source import Source
from layers.csv_text import write_csv
from layers.files.tables import read_table
from layers.formulas import formula_cells, without_formulas
from layers.readers.inventory import read_inventory
from pipeline.folder.store import RunStore

CALCULATED = [
    "=1+1", "=cmd|' /C calc'!A0", "@SUM(1)", " =HYPERLINK(\"x\")", "\t=A1", "+cmd|'/C calc'!A0", "-2+3+cmd|' /C calc'!A0",
    "-SUM(A1)", '="00123"', "＝1+1", "＋cmd|x", "－SUM(A1)", "＠SUM(1)",
]  # fmt: skip
PLAIN = ["-5", "+1", "-9999", "- none -", "=", "@", "", "-", "+48 20 1234", "a=b", "Heap (old)", "-1,5", "'=1"]


@pytest.mark.parametrize("cell", CALCULATED)
def test_a_formula_is_seen_and_made_dead(cell: str) -> None:
    assert formula_cells(pd.Series([cell])).tolist() == [True]
    assert without_formulas(pd.DataFrame({"name": [cell]}))["name"].tolist() == [f"'{cell}"]


@pytest.mark.parametrize("cell", PLAIN)
def test_what_is_no_formula_is_left_as_it_is(cell: str) -> None:
    assert formula_cells(pd.Series([cell])).tolist() == [False]


def test_numbers_and_missing_cells_stay_and_the_table_is_not_changed() -> None:
    table = pd.DataFrame({"name": ["=1", None], "mass_t": [-5.0, float("nan")], "known": [True, False]})
    plain = without_formulas(table)
    assert plain["name"].fillna("missing").tolist() == ["'=1", "missing"]
    assert plain[["mass_t", "known"]].equals(table[["mass_t", "known"]])
    assert table["name"].fillna("missing").tolist() == ["=1", "missing"]
    assert without_formulas(plain) is plain


def test_a_file_with_formulas_is_noted_with_columns_and_rows(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,name,grade\n1,Heap,-5\n2,=cmd|'/C calc'!A0,3\n3,@SUM(1),4\n")
    notes = read_table(Source(id="s", role="inventory", path="t.csv"), tmp_path).notes
    noted = [(one.count, one.columns, one.rows) for one in notes if one.code == "formula_cells"]
    assert noted == [(2, ("name",), (3, 4))]


def test_a_run_folder_holds_no_csv_cell_that_is_calculated(tmp_path: Path) -> None:
    RunStore(tmp_path / "run").write_csv(
        "ranking.csv", pd.DataFrame({"name": CALCULATED, "rank": range(len(CALCULATED))})
    )
    written = pd.read_csv(tmp_path / "run" / "ranking.csv")
    assert written["name"].tolist() == [f"'{cell}" for cell in CALCULATED]


BROKEN = ["CR\r=cmd|' /C calc'!A0", "VT\v@SUM(1)", "NEL\x85+cmd|x", "LS\u2028=1+1", "LF\n -SUM(A1)"]


@pytest.mark.parametrize("cell", BROKEN)
def test_a_formula_behind_a_line_break_is_seen_and_dead_in_a_cell_of_its_own(cell: str, tmp_path: Path) -> None:
    assert formula_cells(pd.Series([cell])).tolist() == [True]
    write_csv(pd.DataFrame({"name": [cell, "b"]}), tmp_path / "t.csv")
    text = (tmp_path / "t.csv").read_bytes().decode()
    assert not any(line.lstrip(' "').startswith(tuple("=+-@")) for line in text.splitlines())
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as lines:
        assert [len(row) for row in csv.reader(lines)] == [1, 1, 1]
    assert text.startswith('name\n"')
    assert text.endswith('"\nb\n')


@pytest.mark.parametrize("cell", ["Rock\n- tailings (dry)\n- 3 m", "a\n-5", "one\rtwo", "x =\ny"])
def test_lists_and_numbers_on_lines_of_a_cell_are_no_formulas(cell: str) -> None:
    assert formula_cells(pd.Series([cell])).tolist() == [False]


def test_control_letters_of_a_file_are_read_as_blanks_and_told_where_they_stand(tmp_path: Path) -> None:
    rows = '1,"CR\r=A1",Au\n2,BEL\x07L,"Ag\vCo"\n3,"two\r\nlines",Pb\n4,plain,Zn\n'
    (tmp_path / "t.csv").write_bytes(f"id,name,metals\n{rows}".encode())
    table = read_table(Source(id="s", role="inventory", path="t.csv"), tmp_path)
    assert table.cells["name"].tolist() == ["CR\n=A1", "BEL L", "two\nlines", "plain"]
    assert table.cells["metals"].tolist() == ["Ag\nCo" if name == "Ag" else name for name in ["Au", "Ag", "Pb", "Zn"]]
    noted = {one.code: (one.count, one.columns, one.rows) for one in table.notes}
    assert noted["control_letters"] == (3, ("name", "metals"), (2, 3))
    assert noted["formula_cells"] == (1, ("name",), (2,))


def test_a_name_of_two_lines_is_kept_with_a_line_feed(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b'id,name,lat,lon\n1,"CR\rOVER",47.1,-80.1\n2,"two\nlines",47.2,-80.2\n')
    columns = {"official_id": ["id"], "name": ["name"], "latitude": ["lat"], "longitude": ["lon"]}
    source = Source(id="s", role="inventory", path="t.csv", crs="EPSG:4326", columns=columns)
    assert read_inventory(source, tmp_path).layer["name"].tolist() == ["CR\nOVER", "two\nlines"]
