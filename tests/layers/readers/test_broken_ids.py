"""Ids that a spreadsheet program broke are none: its errors, and its powers of ten."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.catalogue.source import Source, resolve
from layers.readers.geochemistry import read_geochemistry
from layers.readers.inventory import read_inventory

COLUMNS = {"official_id": "ID", "name": "Name", "latitude": "Lat", "longitude": "Lon"}


@pytest.mark.parametrize(
    ("broken", "code"),
    [("#N/A", "excel_error_cells"), ("#REF!", "excel_error_cells"), ("#¡VALOR!", "excel_error_cells"),
     ("#BEZUG!", "excel_error_cells"), ("########", "excel_error_cells"), ("1.00E+05", "ids_as_powers"),
     ("1,2E+11", "ids_as_powers")],
)  # fmt: skip
def test_rows_with_broken_ids_have_none_and_are_named(tmp_path: Path, broken: str, code: str) -> None:
    text = f'ID,Name,Lat,Lon\nA1,Alpha,46.4,-81.3\n"{broken}",Beta,46.5,-81.2\n"{broken}",Gamma,46.6,-81.1\n'
    (tmp_path / "s.csv").write_text(text, encoding="utf-8")
    reading = read_inventory(Source(id="s", role="inventory", path="s.csv", crs="EPSG:4326", columns=COLUMNS), tmp_path)
    assert reading.layer["record_id"].tolist() == ["s:A1", "s:row 3", "s:row 4"]
    assert [(note.code, note.rows, note.columns) for note in reading.notes] == [(code, (3, 4), ("ID",))]


@pytest.mark.parametrize("own", ["12E3", "1E5", "31E-04", "#12", "#3 shaft", "N/A"])
def test_ids_that_only_look_so_stay(tmp_path: Path, own: str) -> None:
    (tmp_path / "s.csv").write_text(f"ID,Name,Lat,Lon\nA1,Alpha,46.4,-81.3\n{own},Beta,46.5,-81.2\n", encoding="utf-8")
    reading = read_inventory(Source(id="s", role="inventory", path="s.csv", crs="EPSG:4326", columns=COLUMNS), tmp_path)
    assert reading.layer["record_id"].tolist() == ["s:A1", f"s:{own}"]


def test_samples_with_broken_ids_are_samples_under_their_rows(tmp_path: Path) -> None:
    text = "id,key,La_ppm\nS1,A,30\n1.00E+05,A,40\n1.00E+05,A,40\n#N/A,A,50\n"
    (tmp_path / "lab.csv").write_text(text, encoding="utf-8")
    facts = {"columns": {"sample_id": "id", "site_key": "key"}, "defaults": {"medium": "waste"}}
    reading = read_geochemistry(resolve({"id": "lab", "role": "geochemistry", "path": "lab.csv", **facts}), tmp_path)
    assert reading.layer["sample_id"].tolist() == ["lab:S1", "lab:3", "lab:4", "lab:5"]
    assert {note.code for note in reading.notes} == {"excel_error_cells", "ids_as_powers"}


@pytest.mark.parametrize(
    ("own", "changed"), [("Mar-01", True), ("1-Mar", True), ("03-mars", True), ("2024-03-01", True), ("MAR-01", False)]
)
def test_ids_turned_into_dates_are_told_and_kept(tmp_path: Path, own: str, changed: bool) -> None:
    (tmp_path / "s.csv").write_text(f"ID,Name,Lat,Lon\nA1,Alpha,46.4,-81.3\n{own},Beta,46.5,-81.2\n", encoding="utf-8")
    reading = read_inventory(Source(id="s", role="inventory", path="s.csv", crs="EPSG:4326", columns=COLUMNS), tmp_path)
    assert reading.layer["record_id"].tolist() == ["s:A1", f"s:{own}"]
    noted = [(note.rows, note.columns) for note in reading.notes if note.code == "ids_as_dates"]
    assert noted == ([((3,), ("ID",))] if changed else [])
