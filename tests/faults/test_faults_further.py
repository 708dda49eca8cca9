"""Further spellings of known troubles, thought up by somebody who wants a quiet wrong value and gets none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from layers.accounting import Reading
from layers.catalogue.source import Source, resolve
from layers.errors import SourceError
from layers.readers.geochemistry import read_geochemistry
from layers.readers.inventory import read_inventory
from layers.readers.territories import read_territories

PLACED = {"official_id": "site_id", "latitude": "latitude", "longitude": "longitude"}
HEAD = "site_id,latitude,longitude"


def inventory(folder: Path, content: str | bytes, extra: dict[str, str] | None = None, **facts: Any) -> Reading[Any]:
    (folder / "t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    spec = {
        "id": "s",
        "role": "inventory",
        "path": "t.csv",
        "crs": "EPSG:4326",
        "columns": PLACED | (extra or {}),
        **facts,
    }
    return read_inventory(Source.model_validate(spec), folder)


def assays(folder: Path, text: str, **facts: Any) -> Reading[Any]:
    (folder / "t.csv").write_text(text, encoding="utf-8")
    spec = {"id": "lab", "role": "geochemistry", "path": "t.csv", "defaults": {"medium": "waste"}}
    columns = {"sample_id": "sample_id", "site_key": "sample_id"}
    return read_geochemistry(resolve({**spec, "columns": columns, **facts}), folder)


@pytest.mark.parametrize(
    ("cell", "tonnes"),
    [
        ("1\u202f234\u202f567", 1234567.0), ("1'234'567", 1234567.0),
        ("1\u2019234\u2019567", 1234567.0), ("1.234.567", 1234567.0),
        ('"1,234,567"', 1234567.0), ("1E+05", 1e5), ("5 Mt", 5e6), ("10000 short tons", 9071.8474), ("~5000", 5000.0),
        ("-999.25", None), ("1e30", None), ("9.96921e+36", None), ("100 cubic yards", None), ("0", None), ("n.d.", None),
    ],
    ids=lambda one: f"F19 {one}" if isinstance(one, str) else "",
)  # fmt: skip
def test_amounts_in_every_spelling_are_read_or_missing(tmp_path: Path, cell: str, tonnes: float | None) -> None:
    reading = inventory(tmp_path, f"{HEAD},mass\nS1,55.1234,-120.2345,{cell}\n", {"mass_t": "mass"}, missing=["n.d."])
    found = reading.layer["mass_t"].tolist()
    assert found == [pytest.approx(tonnes)] if tonnes is not None else np.isnan(found).all()


@pytest.mark.parametrize("ends", ["\r", "\r\n", "mixed"], ids=lambda one: f"F19 line ends {one!r}")
def test_line_ends_lose_no_row(tmp_path: Path, ends: str) -> None:
    rows = [HEAD, "S1,55.1234,-120.2345", "S2,55.2234,-120.1345", "S3,55.3234,-120.5345", ""]
    text = f"{rows[0]}\r\n{rows[1]}\n{rows[2]}\r{rows[3]}\n" if ends == "mixed" else ends.join(rows)
    assert inventory(tmp_path, text).layer["official_id"].tolist() == ["S1", "S2", "S3"]


@pytest.mark.parametrize(
    ("latitude", "longitude", "place"),
    [
        ("S 55.1234", "120.2345 W", (-55.1234, -120.2345)), ("55.2234N", "W120.1345", (55.2234, -120.1345)),
        ("55.1234", "\u2212120.2345", (55.1234, -120.2345)), ("-55.1 N", "120.3 E", None), ("61.25 gon", "-133.6 gon", None),
        ("120\u00b015'00\"\"W", "55\u00b007'30\"\"N", None), ("91.5", "-120.2", None), ("55.1", "1E+99", None),
    ],
    ids=["F04 letters", "F04 letters beside", "F04 true minus", "F04 sign and letter", "F04 gons", "F01 swapped letters",
         "F17 beyond the pole", "F17 sentinel"],
)  # fmt: skip
def test_odd_coordinates_are_right_or_rejected(tmp_path: Path, latitude: str, longitude: str, place: Any) -> None:
    reading = inventory(tmp_path, f'{HEAD}\nS0,55.5123,-120.5123\nS1,"{latitude}","{longitude}"\n')
    if place is None:
        assert reading.layer["official_id"].tolist() == ["S0"]
        assert len(reading.rejected) == 1
    else:
        assert tuple(reading.layer[["latitude", "longitude"]].iloc[1]) == pytest.approx(place)


@pytest.mark.parametrize("word", ["TOTAL", "Moyenne", "Grand total", "Promedio"], ids=lambda one: f"F28 {one}")
def test_a_row_of_totals_with_a_place_is_no_site(tmp_path: Path, word: str) -> None:
    reading = inventory(tmp_path, f"{HEAD}\nS1,55.1234,-120.2345\nS2,55.2234,-120.1345\n{word},55.1734,-120.1845\n")
    assert reading.layer["official_id"].tolist() == ["S1", "S2"]
    assert reading.rejected["reason_code"].tolist() == ["summary_row"]
    assert f"row 4: '{word}' stands for a total or mean" in reading.rejected["reason"].iloc[0]


@pytest.mark.parametrize("word", ["Mean", "Min", "Max"], ids=lambda one: f"F28 {one}")
def test_a_row_of_means_is_no_sample_and_a_mine_of_that_name_above_is_one(tmp_path: Path, word: str) -> None:
    reading = assays(tmp_path, f"sample_id,La_ppm\na,3\nb,5\n{word},4\n")
    assert reading.layer["La_ppm"].tolist() == [3, 5]
    assert reading.rejected["reason_code"].tolist() == ["summary_row"]
    rows = "".join(f"s{number},{number}\n" for number in range(1, 9))
    assert len(assays(tmp_path, f"sample_id,La_ppm\n{word},4\n{rows}").layer) == 9


def test_a_number_with_the_unit_of_its_heading_is_read_and_with_another_is_not(tmp_path: Path) -> None:
    assert assays(tmp_path, "sample_id,La_ppm\na,5 ppm\nb,4\nc,3\n").layer["La_ppm"].tolist() == [5, 4, 3]
    other = assays(tmp_path, "sample_id,La_ppm\na,5 ppb\nb,4\nc,3\n")
    assert (other.layer["La_ppm"].tolist(), other.rejected["reason_code"].tolist()) == ([4, 3], ["unreadable_result"])


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        ("<LLD", -1), ("bdl", -1), ("< 0,5", -1), ("trace", -1), ("tr.", None), ("5%", None), ("0.5 J", None),
        ("0.5U", None), ("0.5<", None), ("TRUE", None), ("Infinity", None), ("5'000", None),
        ("1/2", None), (">OL", None),
    ],
    ids=lambda one: f"F29 {one}" if isinstance(one, str) else "",
)  # fmt: skip
def test_marks_of_laboratories_never_become_measured_numbers(tmp_path: Path, cell: str, outcome: int | None) -> None:
    reading = assays(tmp_path, f'sample_id,La_ppm,Ce_ppm\na,"{cell}",5\nb,4,6\nc,3,7\n')
    if outcome is None:
        assert reading.layer["La_ppm"].tolist() == [4, 3]
        assert reading.rejected["reason_code"].tolist() == ["unreadable_result"]
    else:
        assert reading.layer["La_censored"].tolist() == [outcome, 0, 0]
        assert np.isnan(reading.layer["La_ppm"].iloc[0])


@pytest.mark.parametrize("cell", ["#REF!", "#DIV/0!", "#N/A"], ids=lambda one: f"F29 {one}")
def test_errors_of_a_spreadsheet_program_are_no_results_and_their_rows_are_named(tmp_path: Path, cell: str) -> None:
    reading = assays(tmp_path, f'sample_id,La_ppm,Ce_ppm\na,"{cell}",5\nb,4,6\nc,3,7\n')
    assert np.isnan(reading.layer["La_ppm"].iloc[0])
    assert reading.layer["La_ppm"].tolist()[1:] == [4, 3]
    assert [(one.rows, one.columns) for one in reading.notes if one.code == "excel_error_cells"] == [
        ((2,), ("La_ppm",))
    ]


@pytest.mark.parametrize("cell", ["-999.25", "-0.01"], ids=lambda one: f"F30 {one}")
def test_a_stray_negative_number_stops(tmp_path: Path, cell: str) -> None:
    with pytest.raises(SourceError, match="1 results in 1 columns are negative"):
        assays(tmp_path, f"sample_id,La_ppm\na,{cell}\nb,4\n")


def test_ids_that_differ_by_leading_zeros_only_stay_two_sites(tmp_path: Path) -> None:
    reading = inventory(tmp_path, f"{HEAD}\n007,55.1234,-120.2345\n7,55.2234,-120.1345\n")
    assert reading.layer["official_id"].tolist() == ["007", "7"]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"], ids=lambda one: f"F48 {one} sheet")
def test_a_hidden_sheet_of_rows_is_asked_about(tmp_path: Path, state: str) -> None:
    book = openpyxl.Workbook()
    for sheet, prefix in ((book.active, "S"), (book.create_sheet("old"), "H")):
        sheet.append(HEAD.split(","))
        sheet.append([f"{prefix}1", 55.1234, -120.2345])
    book["old"].sheet_state = state
    book.save(tmp_path / "t.xlsx")
    spec = {"id": "s", "role": "inventory", "path": "t.xlsx", "crs": "EPSG:4326", "columns": PLACED}
    with pytest.raises(SourceError, match=r"sheets hold rows.*old"):
        read_inventory(Source.model_validate(spec), tmp_path)


@pytest.mark.parametrize(
    ("ring", "inside"),
    [
        ([(-120, 55), (-120, 57), (-118, 57), (-118, 55)], True),
        ([(-120, 55), (-118, 55), (-118, 57), (-119, 55), (-120, 57)], True),
    ],
    ids=["F38 the wrong way round", "F38 touching itself"],
)
def test_rings_keep_their_area(tmp_path: Path, ring: list[tuple[float, float]], inside: bool) -> None:
    shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    feature = {"type": "Feature", "properties": {"name": "Area A"}, "geometry": shape}
    (tmp_path / "t.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    layer = read_territories(Source(id="a", role="territories", path="t.geojson"), tmp_path).layer
    assert layer.geometry.is_valid.all()
    assert layer.geometry.iloc[0].area == pytest.approx(4 if len(ring) == 4 else 2)
