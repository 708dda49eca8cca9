"""Certificates of analysis as laboratories hand them out: lines about the order, methods over names over units, controls."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from layers.catalogue.source import Source, resolve
from layers.files.heading_rows import find_heading
from layers.readers.geochemistry import read_geochemistry
from pipeline.commands.init import init_region

ORDER = [
    "QQ24001234 - Finalized",
    "CLIENT : INV - Invented",
    "# of SAMPLES : 6",
    "DATE RECEIVED : 2024-05-02",
    "PO NUMBER : 17",
]
SAMPLES = [f"T{n:03d},1.{n}0,{30 + n}.2,{60 + n}.1,{12 + n}.61" for n in range(6)]
CONTROLS = ["OREAS 45d,0.06,16.9,37.2,15.4", "BLANK,0.90,<0.1,0.2,0.02", "T003 DUP,,33.4,63.3,15.59"]


def certificate(folder: Path, methods: str = ",WEI-21,ME-MS81,ME-MS81,ME-ICP06") -> Path:
    lines = [f"{line},,,," for line in ORDER]
    names = [methods, "SAMPLE,Recvd Wt.,La,Ce,Al2O3", "DESCRIPTION,kg,ppm,ppm,%", *SAMPLES, *CONTROLS]
    (folder / "QQ24001234.csv").write_text("\n".join([*lines, *names]) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "methods", [",WEI-21,ME-MS81,ME-MS81,ME-ICP06", ",WEI-21,ME-MS81,ME-MS82,ME-ICP06"], ids=["one twice", "all once"]
)
def test_methods_over_the_names_are_no_heading(tmp_path: Path, methods: str) -> None:
    columns = {"sample_id": "SAMPLE", "site_key": "SAMPLE"}
    facts = {"columns": columns, "defaults": {"medium": "waste"}}
    source = {"id": "lab", "role": "geochemistry", "path": "QQ24001234.csv", **facts}
    reading = read_geochemistry(resolve(Source.model_validate(source)), certificate(tmp_path, methods))
    assert list(reading.layer["La_ppm"]) == [30.2, 31.2, 32.2, 33.2, 34.2, 35.2]
    assert reading.layer["Al_ppm"].iloc[0] == pytest.approx(126_100 / 1.8895, rel=1e-3)
    assert sorted(reading.rejected["reason_code"]) == ["control_blank", "control_duplicate", "control_standard"]


def test_init_knows_the_certificate_and_asks_what_was_sampled(tmp_path: Path) -> None:
    [source] = yaml.safe_load(init_region(certificate(tmp_path)).path.read_text(encoding="utf-8"))["sources"]
    assert (source["role"], source["columns"]["sample_id"]) == ("geochemistry", "SAMPLE")
    assert source["defaults"]["medium"].startswith("ASK")


BLOCKS = {
    "bureau veritas": [
        "BUREAU VERITAS,,,,,",
        "Client:,Invented,,,,",
        ",,,,,",
        ",Method,WGHT,LF100,LF100,LF300",
        ",Analyte,Wgt,La,Ce,Al2O3",
        ",Unit,KG,PPM,PPM,%",
        ",MDL,0.01,0.1,0.1,0.01",
        "Sample,Type,,,,",
    ],
    "bureau veritas, bare": [",,WGHT,LF100,LF100,LF300", ",,Wgt,La,Ce,Al2O3", ",,KG,PPM,PPM,%", ",,0.01,0.1,0.1,0.01"],
    "sgs": [
        "Element,,WtKg,La,Ce,Al2O3",
        "Method,,G_WGH79,GE_IMS90A50,GE_IMS90A50,GE_ICP90A50",
        "Det.Lim.,,0.01,0.1,0.1,0.01",
        "Units,,kg,ppm,ppm,%",
    ],
    "als": [",,WEI-21,ME-MS81,ME-MS81,ME-ICP06", "SAMPLE,KIND,Recvd Wt.,La,Ce,Al2O3", "DESCRIPTION,,kg,ppm,ppm,%"],
    "actlabs": [
        "Analyte Symbol,,Wt,La,Ce,Al2O3",
        "Unit Symbol,,kg,ppm,ppm,%",
        "Lower Limit,,0.01,0.1,0.1,0.01",
        "Upper Limit,,50,2000,3000,100",
        "Method Code,,WT,FUS-MS,FUS-MS,FUS-ICP",
    ],
    "msalabs": [
        "SAMPLE,Kind,PWE-100,LF-300,LF-300,LF-311",
        "ID,,Rec. Wt.,La,Ce,Al2O3",
        ",,kg,ppm,ppm,%",
        "LOR,,0.01,0.1,0.1,0.01",
    ],
    "intertek": [
        "ELEMENTS,,Wt,La,Ce,Al2O3",
        "UNITS,,kg,ppm,ppm,%",
        "DETECTION LIMIT,,0.01,0.1,0.1,0.01",
        "DIGEST,,NONE/,FP6/,FP6/,FB6/",
        "ANALYTICAL FINISH,,WT,MS,MS,OE",
        "SAMPLE NUMBERS,Kind,,,,",
    ],
    "limits first": [
        "LOD,,0.01,0.1,0.1,0.01",
        "Unit,,kg,ppm,ppm,%",
        "Sample,Kind,Wt,La,Ce,Al2O3",
        "Method,,WT,LF100,LF100,LF300",
    ],
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS.keys())
def test_heading_rows_of_laboratories_are_read_by_their_kind(tmp_path: Path, block: list[str]) -> None:
    rows = [f"T{n:03d},Rock,1.{n},{30 + n}.2,<0.1,12.6{n}" for n in range(6)]
    (tmp_path / "lab.csv").write_text("\n".join([*block, *rows]) + "\n", encoding="utf-8")
    [proposed] = yaml.safe_load(init_region(tmp_path).path.read_text(encoding="utf-8"))["sources"]
    assert proposed["role"] == "geochemistry"
    assert set(proposed["options"]["methods"].values()) == {"fusion"}
    assert proposed["columns"]["site_key"].startswith("ASK which column says from which site")
    key = proposed["columns"]["sample_id"]
    facts = {"columns": {"sample_id": key, "site_key": key}, "defaults": {"medium": "waste"}}
    source = Source.model_validate({"id": "lab", "role": "geochemistry", "path": "lab.csv", **facts})
    reading = read_geochemistry(resolve(source), tmp_path)
    assert list(reading.layer["sample_id"]) == [f"lab:T{n:03d}" for n in range(6)]
    assert list(reading.layer["La_ppm"]) == [30.2, 31.2, 32.2, 33.2, 34.2, 35.2]
    assert list(reading.layer["Ce_limit_ppm"]) == [0.1] * 6
    assert reading.layer["Al_ppm"].iloc[0] == pytest.approx(126_000 / 1.8895, rel=1e-2)
    assert set(reading.layer["method"]) == {"fusion"}
    [note] = [note for note in reading.notes if note.code == "heading_found"]
    at = next(n for n, line in enumerate(block, start=1) if ",La,Ce," in line)
    assert f"analytes were taken from row {at}, " in note.message


def test_samples_below_a_certificate_heading_stay_samples(tmp_path: Path) -> None:
    """A sample that the laboratory did not receive has no results; it is no row that names columns."""
    for lost in ("T-1", "Blank"):
        block = ["Element,La,Ce", "Units,ppm,ppm", "Limit,0.1,0.1", f"{lost},,", "T-2,3,4"]
        found = find_heading("a", [line.split(",") for line in block], None, {})
        assert (found.columns, found.first_row) == (("Element", "La", "Ce"), 3)


def test_an_element_analysed_twice_is_named_by_its_method() -> None:
    block = [",Method,AQ200,LF100", ",Analyte,La,La", ",Unit,PPM,PPM", "Sample,Type,,", "T-1,Rock,3,4"]
    found = find_heading("a", [line.split(",") for line in block], None, {})
    assert found.columns == ("Sample", "Type", "AQ200 La", "LF100 La")
    assert found.captions["method"] == {"AQ200 La": "AQ200", "LF100 La": "LF100"}


def test_a_method_merged_over_its_columns_holds_for_each_of_them() -> None:
    block = ["Method,AQ200,,LF100", "Analyte,Cu,La,Ce", "Unit,PPM,PPM,PPM", "MDL,1,1,1", "T-1,3,4,5"]
    found = find_heading("a", [line.split(",") for line in block], None, {})
    assert found.captions["method"] == {"Cu": "AQ200", "La": "AQ200", "Ce": "LF100"}


@pytest.mark.parametrize(
    "rows",
    [
        ["site,La,Ce", "a,ppm,ppm", "b,1,2", "c,3,4"],
        ["Name,In,As,At", "x,ppm,ppm,ppm", "y,a1,b2,c3"],
        ["Major,Major,Trace", "SiO2,Al2O3,La", "50,12,30", "51,13,31"],
    ],
)
def test_a_block_needs_units_and_another_row(rows: list[str]) -> None:
    found = find_heading("a", [line.split(",") for line in rows], None, {})
    assert not found.around


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["", "name", "status", "kind"], ["1", "Hill", "closed", "tailings"]),
        (["", "name", "status", "kind"], ["a", "Hill", "closed", "tailings"]),
        (["site", "La", "La", "Ce"], ["a", "b", "c", "d"]),
    ],
)
def test_an_index_without_a_name_is_no_row_of_methods(first: list[str], second: list[str]) -> None:
    grid = [first, second, *[[str(n), "x", "y", "3"] for n in range(4)]]
    assert find_heading("a", grid, None, {}).header_row == 0


def test_methods_over_some_columns_of_a_plain_table_are_theirs(tmp_path: Path) -> None:
    lines = [",,,ME-MS81,ME-ICP61", "Sample,Lat,Lon,La_ppm,Cu_ppm", "A1,49.1,-80.1,12,1200", "A2,49.2,-80.3,15,900"]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    columns = {"sample_id": "Sample", "latitude": "Lat", "longitude": "Lon"}
    facts = {"columns": columns, "crs": "EPSG:4326", "defaults": {"medium": "rock"}}
    source = {"id": "lab", "role": "geochemistry", "path": "t.csv", **facts}
    layer = read_geochemistry(resolve(Source.model_validate(source)), tmp_path).layer
    assert (list(layer["La_ppm"]), list(layer["method"])) == ([12.0, 15.0], ["fusion", "fusion"])
    assert list(layer["Cu_method"]) == ["four_acid", "four_acid"]
