"""Tables as people send them: no cell shifts, turns into a number, a blank or another letter, and no row is lost or doubled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from layers.accounting import Reading
from layers.catalogue.source import Source, resolve
from layers.errors import SourceError, StageError
from layers.files.tables import RawTable, read_table
from layers.readers.geochemistry import read_geochemistry
from layers.readers.inventory import read_inventory
from pipeline.publish import _assays_and_their_sites
from pipeline.stages.locate_assays import LocateAssaysParams, locate_assays
from pipeline.stages.per_site.assign_samples import AssignSamplesParams, assign_samples
from tests.pipeline.stages.sample_tables import samples_at
from tests.pipeline.stages.site_tables import points, sites_at

NAMED = {"official_id": "site_id", "latitude": "latitude", "longitude": "longitude"}
KEYED = {"sample_id": "sample_id", "site_key": "sample_id"}


def raw(path: Path, **facts: Any) -> RawTable:
    return read_table(Source.model_validate({"id": "s", "role": "inventory", "path": path.name, **facts}), path.parent)


def inventory(path: Path, columns: dict[str, str] | None = None, **facts: Any) -> Reading[Any]:
    spec = {"id": "s", "role": "inventory", "path": path.name, "columns": columns or NAMED, **facts}
    return read_inventory(Source.model_validate(spec), path.parent)


def assays(path: Path, columns: dict[str, str] | None = None, **facts: Any) -> Reading[Any]:
    spec = {"id": "lab", "role": "geochemistry", "path": path.name, "defaults": {"medium": "waste"}}
    return read_geochemistry(resolve({**spec, "columns": columns or KEYED, **facts}), path.parent)


def written(folder: Path, text: str, name: str = "t.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def column(reading: Reading[Any], name: str) -> list[Any]:
    return [None if pd.isna(value) else value for value in reading.layer[name]]


def notes(reading: Any) -> list[str]:
    return [note.code for note in reading.notes]


# --- decimal commas


@pytest.mark.parametrize("name", ["F19a_semicolon_decimal_comma.csv", "F19b_comma_sep_quoted_decimal_comma.csv"])
def test_decimal_commas_of_the_shared_files_are_numbers(shared_faults: Path, name: str) -> None:
    first = "no_site" if "19a" in name else "site_id"
    layer = inventory(shared_faults / name, {**NAMED, "official_id": first, "mass_t": "tonnage_t"}).layer
    assert layer["official_id"].tolist() == ["001", "002"]
    assert layer[["latitude", "longitude", "mass_t"]].to_numpy().tolist() == [
        [55.1, -120.2, 1234.5],
        [54.8, -119.5, 900],
    ]


def test_a_shifting_comma_stops_in_the_shared_file(shared_faults: Path) -> None:
    with pytest.raises(SourceError, match="row 2 has 3 fields, header has 2"):
        raw(shared_faults / "F19c_comma_sep_unquoted_decimal_comma.csv")


@pytest.mark.parametrize(
    "text",
    [
        "site_id\tlatitude\tlongitude\tt\n001\t55,1012\t-120,2034\t1 234,5\n",
        "site_id;latitude;longitude;t\n001;55,1012;-120,2034;1.234,5\n",
        "site_id|latitude|longitude|t\n001|55,1012|-120,2034|1\u202f234,5\n",
    ],
    ids=["F19 tabs", "F19 points between thousands", "F19 bars and narrow blanks"],
)
def test_further_spellings_of_decimal_commas(tmp_path: Path, text: str) -> None:
    layer = inventory(written(tmp_path, text), {**NAMED, "mass_t": "t"}, decimal_mark=",", crs="EPSG:4326").layer
    assert layer["official_id"].tolist() == ["001"]
    assert layer[["latitude", "longitude", "mass_t"]].to_numpy().tolist() == [[55.1012, -120.2034, 1234.5]]


@pytest.mark.parametrize("text", ["id,t\n1,2,5\n2,3,5\n", "id,t,name\n1,1 234,5,A\n2,900,0,B\n"])
def test_every_row_shifted_stops_with_rows_and_counts(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError, match=r"2 of 2 rows do not fit the heading: row 2 has \d fields, header has \d"):
        raw(written(tmp_path, text))


# --- encodings


def test_western_letters_of_the_shared_files(shared_faults: Path) -> None:
    names = raw(shared_faults / "F20a_cp1252.csv").cells["nom"].tolist()
    assert names == ["Rivière-aux-Écorces", "Première Nation d’Été"]
    twice = raw(shared_faults / "F20b_double_encoded_utf8.csv")
    assert "double_encoded_text" in notes(twice)
    assert "Ã" in twice.cells["nom"].iloc[0]


# --- words that look missing


def test_sodium_and_names_of_the_shared_files_stay(shared_faults: Path) -> None:
    long = assays(shared_faults / "F22_sodium_NA_long_table.csv", {**KEYED, "analyte": "analyte", "value": "value_ppm"})
    assert column(long, "Na_ppm") == [18500, 21000]
    assert (long.rows_read, len(long.layer)) == (6, 2)
    names = raw(shared_faults / "F22_site_names_that_look_null.csv").cells["name"]
    assert names.tolist() == ["None", "Null", "N/A", "NaN Lake"]


@pytest.mark.parametrize("name", ["NA", "nan", "NULL", "n/a", "-", "<NA>"], ids=lambda one: f"F22 {one}")
def test_further_names_that_look_missing_stay_names(tmp_path: Path, name: str) -> None:
    text = f"site_id,name,latitude,longitude\nNA,{name},55.1234,-120.2345\n"
    layer = inventory(written(tmp_path, text), {**NAMED, "name": "name"}, crs="EPSG:4326").layer
    assert (layer["official_id"].tolist(), layer["name"].tolist()) == (["NA"], [name])


def test_sodium_as_a_heading_stays_a_column(tmp_path: Path) -> None:
    assert column(assays(written(tmp_path, "sample_id,NA_ppm,La_ppm\na,18500,31\nb,NA,12\n")), "Na_ppm") == [
        18500,
        None,
    ]


# --- ids


def test_sheet_numbers_of_the_shared_file_stay_text(shared_faults: Path) -> None:
    cells = raw(shared_faults / "F23_nts_sheets.csv").cells
    assert cells["nts_sheet"].tolist() == ["31E05", "082E01", "041E10"]
    assert cells["mine_id"].tolist() == ["00123", "00045", "00300"]


@pytest.mark.parametrize("kind", ["csv", "tsv", "xlsx"], ids=lambda one: f"F23 {one}")
def test_ids_that_look_like_numbers_stay_text_in_every_format(tmp_path: Path, kind: str) -> None:
    rows = [
        ["site_id", "sheet", "latitude", "longitude"],
        ["00123", "31E05", "55.1234", "-120.2345"],
        ["1e5", "007", "54.1234", "-121.2345"],
    ]
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / "t.xlsx")
    else:
        written(tmp_path, "\n".join(("," if kind == "csv" else "\t").join(row) for row in rows), f"t.{kind}")
    layer = inventory(tmp_path / f"t.{kind}", NAMED, crs="EPSG:4326").layer
    assert layer["official_id"].tolist() == ["00123", "1e5"]
    assert raw(tmp_path / f"t.{kind}").cells["sheet"].tolist() == ["31E05", "007"]


# --- keys


def keyed_sites(*ids: str) -> Any:
    place = points([(-120 + n / 10, 55) for n in range(len(ids))])
    return sites_at(place, official_ids=list(ids), record_ids=[f"inv:{one}" for one in ids])


def test_keys_of_the_shared_files_all_match(shared_faults: Path) -> None:
    sites = inventory(shared_faults / "F24_sites.csv").layer
    table = assays(shared_faults / "F24_geochem.csv", {"sample_id": "site_id", "site_key": "site_id"}).layer
    found = locate_assays(table, keyed_sites(*sites["official_id"]), LocateAssaysParams())
    assert found["site_id"].tolist() == ["S1", "S2", "S3"]
    assert [(note.code, note.count) for note in _assays_and_their_sites(found)] == [("assays_matched", 3)]


@pytest.mark.parametrize(
    ("key", "official"),
    [("12.0", "12"), (" 13 ", "13"), ("a2", "A2"), ("A 2", "a2"), ("\u00a013", "13")],
    ids=["F24 .0", "F24 blanks", "F24 case", "F24 blank inside", "F24 hard blank"],
)
def test_further_spellings_of_one_key_match(key: str, official: str) -> None:
    table = samples_at([None], medium="waste", site_key=pd.array([key], dtype="str"))
    assert locate_assays(table, keyed_sites("99", official), LocateAssaysParams())["site_id"].tolist() == ["S2"]


def test_unmatched_keys_are_counted_and_no_match_at_all_stops() -> None:
    table = samples_at([None] * 3, medium="waste", site_key=pd.array(["12", "77", "012"], dtype="str"))
    found = _assays_and_their_sites(locate_assays(table, keyed_sites("12"), LocateAssaysParams()))
    assert {note.code: note.count for note in found} == {"assays_matched": 1, "assays_unmatched": 2}
    assert found[0].message == "1 of 3 assays with a key of a site found theirs."
    with pytest.raises(StageError, match="none of 3 site keys of test"):
        locate_assays(table, keyed_sites("X"), LocateAssaysParams())


# --- ids given twice


def test_repeated_rows_of_the_shared_files_multiply_nothing(shared_faults: Path) -> None:
    sites = inventory(shared_faults / "F25_sites.csv")
    assert (len(sites.layer), sites.rows_merged, notes(sites).count("identical_rows")) == (2, 1, 1)
    table = assays(shared_faults / "F25_samples.csv", {"site_key": "site_id"}).layer
    located = locate_assays(table, keyed_sites(*sites.layer["official_id"]), LocateAssaysParams())
    means = assign_samples(keyed_sites("S1", "S2"), located, AssignSamplesParams())
    assert (means["waste_n"].tolist(), means["waste_La_ppm"].tolist()) == ([2, 1], [20, 50])


@pytest.mark.parametrize("other", ["54.9999,-120.2345,A", "55.1234,-120.2345,B"], ids=["F25 place", "F25 name"])
def test_two_different_rows_under_one_id_stop_with_the_id(tmp_path: Path, other: str) -> None:
    text = f"site_id,latitude,longitude,name\nS1,55.1234,-120.2345,A\nS1,{other}\n"
    with pytest.raises(SourceError, match="S1"):
        inventory(written(tmp_path, text), {**NAMED, "name": "name"}, crs="EPSG:4326")


def test_identical_rows_merge_with_a_count(tmp_path: Path) -> None:
    text = "site_id,latitude,longitude\n" + "S1,55.1234,-120.2345\n" * 3
    reading = inventory(written(tmp_path, text), crs="EPSG:4326")
    assert (reading.rows_read, len(reading.layer), reading.rows_merged) == (3, 1, 2)


# --- rows under the heading


def test_unit_and_limit_rows_of_the_shared_file_are_no_samples(shared_faults: Path) -> None:
    reading = assays(shared_faults / "F27_unit_and_limit_rows.csv")
    assert reading.layer["sample_id"].tolist() == ["lab:X1", "lab:X2"]
    assert column(reading, "La_ppm") == [12.1, 450]
    assert "unit from row 2, limit from row 3, method from row 4" in reading.notes[0].message


@pytest.mark.parametrize(
    "under",
    [
        ",ppm,ppb\nLOD,0.5,500\n",
        "Units,ppm,ppb\nDetection limit,0.5,500\nMethod,ME-MS81,ME-MS81\n",
        "unité,ppm,ppb\n",
    ],
    ids=["F27 unit and limit", "F27 in words", "F27 French"],
)
def test_further_rows_that_describe_columns(tmp_path: Path, under: str) -> None:
    reading = assays(written(tmp_path, f"sample_id,La,Ce\n{under}X1,12.1,33000\nX2,450,910000\n"))
    assert (column(reading, "La_ppm"), column(reading, "Ce_ppm")) == ([12.1, 450], [33, 910])
    assert reading.rows_read == 2


# --- workbooks


def test_the_workbook_of_the_shared_builder_gives_two_sites(built: Any) -> None:
    path = built("F28_title_and_merged_headers.py") / "F28_inventory.xlsx"
    columns = {"official_id": "ID", "name": "Name", "latitude": "Latitude", "longitude": "Longitude"}
    reading = inventory(path, columns)
    assert reading.layer["official_id"].tolist() == ["007", "031E05-1"]
    assert (reading.rows_read, reading.rejected["reason_code"].tolist()) == (3, ["note_row"])


@pytest.mark.parametrize("lead", [[["Inventory, issue 3"]], [["Title"], [], ["Second title line"]], [[]]])
def test_title_and_blank_rows_are_no_heading_and_notes_are_no_sites(tmp_path: Path, lead: list[list[str]]) -> None:
    book = openpyxl.Workbook()
    rows = [
        *lead,
        ["site_id", "latitude", "longitude", "La (ppm)"],
        ["007", 55.1234, -120.2345, 31],
        ["008", 54.1234, -119.2345, "<0.5"],
    ]
    for row in [*rows, ["Source: field visits"]]:
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    reading = inventory(tmp_path / "t.xlsx", crs="EPSG:4326")
    assert reading.layer["official_id"].tolist() == ["007", "008"]
    assert reading.rejected["reason_code"].tolist() == ["note_row"]


def test_a_workbook_without_a_heading_shows_its_first_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in ([1, 2, 3], [4, 5, 6], [7, 8, 9]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(SourceError, match=r"header_row") as stop:
        raw(tmp_path / "t.xlsx")
    assert "Unnamed" not in str(stop.value)


# --- censored results


def test_every_token_of_the_shared_file_has_its_meaning(shared_faults: Path) -> None:
    reading = assays(shared_faults / "F29_censored_tokens.csv")
    layer = reading.layer.set_index("sample_id").rename(index=lambda one: one.removeprefix("lab:"))
    assert layer["La_censored"].to_dict() == {
        **dict.fromkeys(["T1", "T2", "T4", "T5", "T6"], -1), "T3": 1, **dict.fromkeys(["T7", "T8", "T9", "T10", "T11", "T14"], 0),
    }  # fmt: skip
    assert layer.loc[["T1", "T2", "T3"], "La_limit_ppm"].tolist() == [0.5, 0.5, 10_000]
    assert layer["La_ppm"].dropna().to_dict() == {"T11": 12.5, "T14": 0.0}
    assert reading.rejected["source_row"].tolist() == [13, 14]
    assert "zero_results" in notes(reading)


@pytest.mark.parametrize(
    ("cell", "value", "limit", "flag"),
    [
        ("≤0.5", None, 0.5, -1),
        ("<.5", None, 0.5, -1),
        ("<1E-1", None, 0.1, -1),
        (">=100", None, 100, 1),
        ("n.d.", None, None, -1),
        ("Not Detected", None, None, -1),
        ("N.S.", None, None, 0),
        ("-9999", None, None, 0),
        ("0.00", 0.0, None, 0),
    ],
    ids=lambda value: f"F29 {value}" if isinstance(value, str) else None,
)
def test_further_tokens(tmp_path: Path, cell: str, value: float | None, limit: float | None, flag: int) -> None:
    reading = assays(written(tmp_path, f"sample_id,La_ppm\na,{cell}\nb,4\n"))
    assert (column(reading, "La_ppm")[0], column(reading, "La_limit_ppm")[0], column(reading, "La_censored")[0]) == (
        value,
        limit,
        flag,
    )


# --- negative results


def test_negative_results_of_the_shared_file_ask_and_then_obey(shared_faults: Path) -> None:
    path = shared_faults / "F30_negative_is_below_limit.csv"
    with pytest.raises(SourceError, match=r"6 results in 3 columns are negative \(Ag_ppm 3, Zn_ppm 2, La_ppm 1\)"):
        assays(path)
    told = assays(path, options={"negative": "below_limit"})
    assert column(told, "Ag_limit_ppm") == [2, 2, None, 2]
    assert column(told, "Zn_limit_ppm") == [10, 137, None, None]
    assert column(told, "La_censored") == [0, 0, -1, 0]
    assert column(told, "La_ppm") == [31, None, None, None]


@pytest.mark.parametrize("code", ["-9999", "-999", "-1.0E+30", "-99999"], ids=lambda one: f"F30 {one}")
def test_codes_for_missing_are_no_limits(tmp_path: Path, code: str) -> None:
    text = f"sample_id,La_ppm\na,-0.5\nb,{code}\nc,3\n"
    told = assays(written(tmp_path, text), options={"negative": "below_limit"})
    assert column(told, "La_censored") == [-1, 0, 0]
    assert column(told, "La_limit_ppm") == [0.5, None, None]


@pytest.mark.parametrize(
    "text", ["La_ppm\n-2", "Zn (ppb)\n-10", "La2O3_pct\n-0.01"], ids=["F30 ppm", "F30 ppb", "F30 oxide"]
)
def test_a_negative_result_nobody_explains_stops(tmp_path: Path, text: str) -> None:
    heading, cell = text.split("\n")
    with pytest.raises(SourceError, match=r"1 results? in 1 columns? (is|are) negative"):
        assays(written(tmp_path, f"sample_id,{heading}\na,{cell}\nb,3\n"))


# --- units and oxides


def test_units_and_oxides_of_the_shared_file(shared_faults: Path) -> None:
    reading = assays(shared_faults / "F33_units_and_oxides_in_headers.csv")
    found = {name: column(reading, f"{name}_ppm")[0] for name in ("La", "Ce", "Pr", "Nd", "Tb", "Y")}
    expected = {"La": 85.3, "Ce": 162.818, "Pr": 20.6925, "Nd": 75, "Tb": 0.7652, "Y": 23.623}
    assert found == pytest.approx(expected, rel=1e-4)
    assert column(reading, "tree_ppm") == [None]  # the file's total is not one more part of itself


@pytest.mark.parametrize(
    ("heading", "cell", "element", "ppm"),
    [
        ("Dy2O3 (%)", "0.01", "Dy", 87.132),
        ("Nd2O3 ppm", "100", "Nd", 85.736),
        ("La wt%", "0.01", "La", 100),
        ("Ce_g_t", "60", "Ce", 60),
        ("Y [mg/kg]", "30", "Y", 30),
        ("Tb (ppb)", "900", "Tb", 0.9),
    ],
    ids=lambda value: f"F33 {value}" if isinstance(value, str) and len(value) > 4 else None,
)
def test_further_units_and_oxides(tmp_path: Path, heading: str, cell: str, element: str, ppm: float) -> None:
    reading = assays(written(tmp_path, f"sample_id,{heading}\na,{cell}\n"))
    assert column(reading, f"{element}_ppm") == [pytest.approx(ppm, rel=1e-4)]


def test_an_oxide_that_contradicts_its_element_is_told_and_never_added(tmp_path: Path) -> None:
    reading = assays(written(tmp_path, "sample_id,La2O3_pct,La_ppm\na,0.02,85.3\n"))
    assert column(reading, "La_ppm") == [85.3]
    assert "element_and_oxide_differ" in notes(reading)


# --- pages of a service


@pytest.mark.parametrize("kind", ["json", "geojson"])
def test_one_page_of_the_shared_files_is_no_layer(shared_faults: Path, kind: str) -> None:
    with pytest.raises(SourceError, match=r"exceededTransferLimit is true.*one page, not the layer.*Fetch all pages"):
        raw(shared_faults / f"F36_esri_truncated_page.{kind}")


POINT = '{"type": "Feature", "properties": {"n": 1}, "geometry": {"type": "Point", "coordinates": [-120, 55]}}'


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"FeatureCollection","properties":{"exceededTransferLimit":true},"features":[%s]}',
        '{"type":"FeatureCollection","features":[%s],"exceededTransferLimit" : true}',
    ],
    ids=["F36 inside properties", "F36 at the end"],
)
def test_the_mark_of_a_page_is_found_wherever_it_stands(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError, match="exceededTransferLimit"):
        raw(written(tmp_path, text % POINT, "t.geojson"))


@pytest.mark.parametrize(("count", "told"), [(1000, True), (2000, True), (1001, False)])
def test_a_count_at_which_services_stop_is_told(tmp_path: Path, count: int, told: bool) -> None:
    text = '{"type":"FeatureCollection","exceededTransferLimit":false,"features":[%s]}' % ",".join([POINT] * count)  # noqa: UP031
    assert ("page_sized" in notes(raw(written(tmp_path, text, "t.geojson")))) is told


def test_no_number_is_invented_where_nothing_was_measured(tmp_path: Path) -> None:
    reading = assays(written(tmp_path, "sample_id,La_ppm,Ce_ppm\na,,\nb,ND,3\n"))
    assert np.isnan(reading.layer["La_ppm"]).all()
