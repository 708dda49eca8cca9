"""Cells a spreadsheet program would calculate: noted where they are read, and dead in every CSV file that is written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from layers.catalogue.source import Source
from layers.files.tables import read_table
from layers.formulas import formula_cells, without_formulas
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
