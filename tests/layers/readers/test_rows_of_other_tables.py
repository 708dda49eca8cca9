"""Rows that belong to another table: headings and units in the middle, means, published values; and places that stand twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.control_rows import control_rows
from layers.readers.geochemistry import read_geochemistry
from layers.readers.inner_headings import heading_rows
from layers.readers.inventory import read_inventory
from layers.readers.summary_rows import summary_places

IDS = [f"T{number:03d}" for number in range(12)]
LAB = "sample_id,site_id,La_ppm,Ce_ppm\nS1,A,40,80\nS2,A,50,90\n"


def lab(folder: Path, text: str, options: dict[str, Any] | None = None) -> Reading[Any]:
    (folder / "lab.csv").write_text(text, encoding="utf-8")
    columns = {"sample_id": "sample_id", "site_key": "site_id"}
    facts = {"id": "s", "role": "geochemistry", "path": "lab.csv", "columns": columns, "defaults": {"medium": "waste"}}
    return read_geochemistry(Source.model_validate({**facts, "options": options or {}}), folder)


@pytest.mark.parametrize(
    "block",
    [
        "sample_id,site_id,Ce_ppm,La_ppm\nS3,B,81,41\n",
        "sample_id,site_id,La_pct,Ce_pct\nS3,B,0.0041,0.0081\n",
        "Sample,Site,La (%),Ce (%)\nS3,B,0.0041,0.0081\n",
        ",,%,%\nS3,B,0.0041,0.0081\n",
        ",,ppb,ppb\nS3,B,41000,81000\n",
    ],
)
def test_another_heading_in_the_middle_stops_with_its_row(tmp_path: Path, block: str) -> None:
    with pytest.raises(SourceError, match=r"lab\.csv\): row 4 holds headings or units"):
        lab(tmp_path, LAB + block)


@pytest.mark.parametrize("block", ["sample_id,site_id,La_ppm,Ce_ppm\nS3,B,41,81\n", ",,ppm,ppm\nS3,B,41,81\n"])
def test_the_same_heading_or_units_again_are_turned_away(tmp_path: Path, block: str) -> None:
    reading = lab(tmp_path, LAB + block)
    assert reading.layer["La_ppm"].tolist() == [40, 50, 41]
    assert reading.rejected["source_row"].tolist() == [4]


def test_cells_called_like_columns_or_units_are_cells() -> None:
    cells = pd.DataFrame({"name": ["Zone", "Old Hill", "t"], "Zone": ["name", "b", "t"], "unit": ["t", "t", "t"]})
    assert heading_rows("t.csv", cells.assign(mass=[1, 2, 3]), cells.index.to_numpy() + 2) == {}


def test_another_heading_in_the_middle_of_an_inventory_stops(tmp_path: Path) -> None:
    text = "id,name,lat,lon\n1,Old Hill,48.1,-81.2\n2,Lac,48.3,-81.4\nid,name,lon,lat\n3,Nord,-81.5,48.2\n"
    (tmp_path / "sites.csv").write_text(text)
    columns = {"official_id": "id", "name": "name", "latitude": "lat", "longitude": "lon"}
    source = Source.model_validate(
        {"id": "s", "role": "inventory", "path": "sites.csv", "columns": columns, "crs": "EPSG:4326"}
    )
    with pytest.raises(SourceError, match=r"sites\.csv\): row 4 holds headings"):
        read_inventory(source, tmp_path)


@pytest.mark.parametrize(
    ("own", "summary"),
    [
        ("Mean (n=2)", True), ("Average tailings", True), ("Weighted avg", True), ("Sub-total north", True), ("Std. Dev.", True),
        ("Grand total (6 sites)", True), ("Moyenne du parc", True), ("Total (all)", True), ("Max (n=12)", True),
        ("Average-01", False), ("Total Mine", False), ("Max Creek", False), ("Mean Lake 2", False), ("Somme", False),
        ("Median Ridge", False),
    ],
)  # fmt: skip
def test_forms_that_nothing_is_called_by_are_summaries_wherever_they_stand(own: str, summary: bool) -> None:
    assert summary_places(pd.Series([*IDS[:3], own, *IDS[3:]])) == ([3] if summary else [])


@pytest.mark.parametrize(
    ("own", "published"),
    [
        ("Upper crust", True), ("UCC", True), ("PAAS", True), ("Detection limit", True), ("LOD", True), ("CCME guideline", True),
        ("C1 chondrite", True), ("Clarke value", True), ("UCC-3", False), ("Crusty", False), ("Clarke Lake", False),
        ("DL-4", False),
    ],
)  # fmt: skip
def test_published_values_and_limits_among_samples_are_no_samples(own: str, published: bool) -> None:
    ids = pd.Series([*IDS[:3], own, *IDS[3:]])
    assert list(control_rows(pd.DataFrame({"id": ids}), ids)) == ([3] if published else [])


@pytest.mark.parametrize(("shift", "told"), [(0.0, False), (0.004, False), (0.9, True), (6.0, True)])
@pytest.mark.parametrize("headings", [("Lat", "Long_"), ("lat_dd", "lon_dd"), ("Latitude", "Longitude")])
def test_degrees_beside_the_geometry_are_compared_with_it(
    tmp_path: Path, shift: float, told: bool, headings: tuple[str, str]
) -> None:
    lon, lat = [-81.2134, -81.3345, -81.4456], [48.5123, 48.6234, 48.7345]
    facts = {"id": ["a", "b", "c"], headings[0]: lat, headings[1]: [one + shift for one in lon]}
    gpd.GeoDataFrame(facts, geometry=gpd.points_from_xy(lon, lat), crs=4326).to_file(tmp_path / "s.gpkg")
    source = Source.model_validate({"id": "s", "role": "inventory", "path": "s.gpkg", "columns": {"official_id": "id"}})
    notes = [note for note in read_inventory(source, tmp_path).notes if note.code == "coordinates_disagree"]
    assert [(note.columns, note.rows) for note in notes] == ([(headings, (1, 2, 3))] if told else [])


@pytest.mark.parametrize(
    ("units", "stops"),
    [(("t", "kt"), True), (("kt", "Mt"), True), (("t", "t"), False), (("ha", "km2"), False), (("t", ""), False)],
)
def test_a_bare_column_of_units_beside_an_amount_is_not_passed_over(
    tmp_path: Path, units: tuple[str, str], stops: bool
) -> None:
    (tmp_path / "sites.csv").write_text(
        f"id,lat,lon,Tonnage,Unit\n1,48.1,-81.2,100,{units[0]}\n2,48.3,-81.4,200,{units[1]}\n"
    )
    columns = {"official_id": "id", "mass_t": "Tonnage", "latitude": "lat", "longitude": "lon"}
    source = Source.model_validate(
        {"id": "s", "role": "inventory", "path": "sites.csv", "columns": columns, "crs": "EPSG:4326"}
    )
    if stops:
        with pytest.raises(
            SourceError, match=r"(?s)sites\.csv\).*the column 'Unit' holds the unit of 'Tonnage' by row"
        ):
            read_inventory(source, tmp_path)
    else:
        assert read_inventory(source, tmp_path).layer["mass_t"].tolist() == [100, 200]


@pytest.mark.parametrize(
    ("heading", "block"),
    [
        ("La_ppm,Ce_ppm", "units,,%,%\nS3,B,0.0041,0.0081\n"), ("La_ppm,Ce_ppm", "7,,%,%\nS3,B,0.0041,0.0081\n"),
        ("La_ppm,Ce_ppm", ",,%,\nS3,B,0.0041,81\n"), ("La_ppm,Ce_ppm", "Owner,Since,Grade,Class\nZ1,B,41,81\n"),
        ("La_ppm,Ce_ppm", "No.,,Cerium (ppm),Lanthanum (ppm)\nS3,B,81,41\n"),
    ],
)  # fmt: skip
def test_units_beside_other_cells_and_rows_of_words_among_numbers_stop(
    tmp_path: Path, heading: str, block: str
) -> None:
    with pytest.raises(SourceError, match=r"lab\.csv\): row 4 holds headings or units"):
        lab(tmp_path, f"sample_id,site_id,{heading}\nS1,A,40,80\nS2,A,50,90\n{block}")


@pytest.mark.parametrize("block", ["S3,B,lost,lost\n", "S3,B,n.d.,trace\n", "S3,B,see report,81\n", "S3,B,lost,<1\n"])
def test_words_in_the_place_of_results_are_no_heading(tmp_path: Path, block: str) -> None:
    assert lab(tmp_path, LAB + block + "S4,B,43,83\n").layer["La_ppm"].iloc[-1] == 43


@pytest.mark.parametrize(("unit", "stops"), [("kt", True), ("t", False), ("ha", False), ("tonnes", False)])
def test_a_unit_in_the_middle_of_amounts_stops_where_it_is_another(tmp_path: Path, unit: str, stops: bool) -> None:
    (tmp_path / "sites.csv").write_text(
        f"id,lat,lon,tonnes\n1,48.1,-81.2,100\n2,48.3,-81.4,200\n9,48.4,-81.4,{unit}\n3,48.2,-81.3,3\n"
    )
    columns = {"official_id": "id", "mass_t": "tonnes", "latitude": "lat", "longitude": "lon"}
    source = Source.model_validate(
        {"id": "s", "role": "inventory", "path": "sites.csv", "columns": columns, "crs": "EPSG:4326"}
    )
    if stops:
        with pytest.raises(SourceError, match=r"sites\.csv\): row 4 holds headings or units"):
            read_inventory(source, tmp_path)
    else:
        assert read_inventory(source, tmp_path).layer["mass_t"].fillna(0).tolist() == [100, 200, 0, 3]


@pytest.mark.parametrize(
    ("under", "limit"), [(",,ME-MS81,ME-MS81\n,,ppm,ppm\n", None), (",,ICP-MS,ICP-MS\n,,2,3\n,,ppm,ppm\n", 2.0)]
)
def test_rows_without_labels_above_the_units_are_methods_and_limits(
    tmp_path: Path, under: str, limit: float | None
) -> None:
    reading = lab(tmp_path, f"sample_id,site_id,La,Ce\n{under}S1,A,40,80\nS2,A,ND,90\n")
    assert reading.layer["La_ppm"].iloc[0] == 40
    assert reading.layer["La_censored"].tolist() == [0, -1]
    assert (None if limit is None else reading.layer["La_limit_ppm"].iloc[1]) == limit


def test_the_unit_of_a_group_holds_for_its_columns_and_is_told(tmp_path: Path) -> None:
    text = ",,Traces (ppm),,Major elements (wt.%)\nsample_id,site_id,La,Ce,Al\nS1,A,40,80,5\nS2,A,50,90,6\n"
    reading = lab(tmp_path, text)
    assert (reading.layer["La_ppm"].iloc[0], reading.layer["Al_ppm"].iloc[0]) == (40, 50_000)
    assert [note.columns for note in reading.notes if note.code == "unit_of_group"] == [("La", "Ce", "Al")]


@pytest.mark.parametrize(("rows", "told"), [(4, "stops"), (1, "note"), (0, "nothing")])
def test_rare_earths_that_make_up_the_sample_are_shares_of_their_sum(tmp_path: Path, rows: int, told: str) -> None:
    cells = ["S{},A,50,48" if row < rows else "S{},A,0.5,0.4" for row in range(5)]
    text = "sample_id,site_id,La2O3_pct,CeO2_pct\n" + "".join(f"{cell.format(row)}\n" for row, cell in enumerate(cells))
    if told == "stops":
        with pytest.raises(SourceError, match="add up to more than 80 % of the sample"):
            lab(tmp_path, text)
        return
    reading = lab(tmp_path, text)
    notes = [note.rows for note in reading.notes if note.code == "more_than_the_sample"]
    assert notes == ([(2,)] if told == "note" else [])
    assert reading.layer["La_ppm"].isna().tolist() == [row < rows for row in range(5)]
    assert reading.layer["Ce_ppm"].isna().tolist() == [row < rows for row in range(5)]


def test_results_whose_sum_no_sample_holds_are_missing_and_told(tmp_path: Path) -> None:
    header = "sample_id,site_id,La2O3_pct,CeO2_pct,SiO2_pct,Th_pct,tree_ppm\n"
    own = "S1,A,50,48,1,0.1,50\nS2,A,20,<0.1,95,0.1,60\nS3,A,0.5,0.4,60,0.1,1832751\nS4,A,0.5,0.4,60,0.1,\n"
    (tmp_path / "lab.csv").write_text(header + own)
    facts = {
        "id": "s", "role": "geochemistry", "path": "lab.csv", "defaults": {"medium": "waste"},
        "columns": {"sample_id": "sample_id", "site_key": "site_id", "tree_ppm": "tree_ppm"},
    }  # fmt: skip
    reading = read_geochemistry(Source.model_validate(facts), tmp_path)
    told = [(note.columns, note.rows) for note in reading.notes if note.code == "more_than_the_sample"]
    assert told == [(("La", "Ce"), (2,)), (("tree_ppm",), (4,))]
    assert reading.layer["La_ppm"].isna().tolist() == [True, False, False, False]
    assert reading.layer["Th_ppm"].notna().all()
    assert reading.layer["tree_ppm"].isna().tolist() == [False, False, True, True]
    silicon = "S1,A,20,<0.1,90,60,0.1\nS2,A,0.5,0.4,60,1,0.1\nS3,A,0.5,0.4,60,1,0.1\n"
    reading = lab(tmp_path, "sample_id,site_id,La2O3_pct,CeO2_pct,SiO2_pct,Fe_pct,Th_pct\n" + silicon)
    assert [note.rows for note in reading.notes if note.code == "more_than_the_sample"] == [(2,)]
    for element in ("La", "Ce", "Si", "Fe", "Th"):
        assert reading.layer[f"{element}_ppm"].isna().tolist() == [True, False, False]
    assert reading.layer["Ce_censored"].tolist()[0] == 0


def test_a_column_of_units_outweighs_the_unit_of_the_whole_table(tmp_path: Path) -> None:
    (tmp_path / "lab.csv").write_text(
        "sample_id,site_id,Units,La,Ce\nS1,A,ppm,40,80\nS2,A,%,0.005,0.009\nS3,A,,50,90\n"
    )
    facts = {
        "id": "s", "role": "geochemistry", "path": "lab.csv", "columns": {"sample_id": "sample_id", "site_key": "site_id"},
        "defaults": {"medium": "waste"}, "options": {"default_unit": "ppm"},
    }  # fmt: skip
    reading = read_geochemistry(Source.model_validate(facts), tmp_path)
    assert reading.layer["La_ppm"].tolist() == pytest.approx([40, 50, 50])
    assert ("Units", "used") in [(fate.column, fate.fate) for fate in reading.fates]


def test_a_column_of_units_that_contradicts_the_headings_stops(tmp_path: Path) -> None:
    text = "sample_id,site_id,Units,La_ppm,Ce_ppm\nS1,A,ppm,40,80\nS2,A,%,0.005,0.009\n"
    with pytest.raises(SourceError, match="the column 'Units' says '%' and the unit told for 'La_ppm' is another"):
        lab(tmp_path, text)


@pytest.mark.parametrize(
    ("words", "rejected"),
    [
        (["Original", "CRM", "Original"], [3]), (["Routine", "Spike", "Re-assay"], [3, 4]), (["tailings", "blank", "slag"], []),
        (["CRM", "CRM", "CRM"], []), (["Original", "Original", "Core"], []),
    ],
)  # fmt: skip
def test_controls_are_told_by_a_column_of_any_name_that_tells_them_from_samples(
    tmp_path: Path, words: list[str], rejected: list[int]
) -> None:
    rows = "".join(f"T{row},A,{40 + row},80,{word}\n" for row, word in enumerate(words))
    reading = lab(tmp_path, "sample_id,site_id,La_ppm,Ce_ppm,Type\n" + rows)
    assert reading.rejected["source_row"].tolist() == rejected


@pytest.mark.parametrize(("unit", "told"), [("kt", True), ("t", False)])
def test_a_unit_of_the_run_file_that_is_not_the_headings_is_told(tmp_path: Path, unit: str, told: bool) -> None:
    (tmp_path / "sites.csv").write_text("id,lat,lon,Tailings (t)\n1,48.1,-81.2,100\n2,48.3,-81.4,200\n")
    columns = {"official_id": "id", "mass_t": "Tailings (t)", "latitude": "lat", "longitude": "lon"}
    facts = {"id": "s", "role": "inventory", "path": "sites.csv", "columns": columns, "crs": "EPSG:4326"}
    source = Source.model_validate({**facts, "options": {"units": {"mass_t": unit}}})
    notes = [note.columns for note in read_inventory(source, tmp_path).notes if note.code == "unit_against_heading"]
    assert notes == ([("Tailings (t)",)] if told else [])


@pytest.mark.parametrize(
    ("heading", "stated", "told"),
    [
        ("La_ppm", {"La_ppm": "pct"}, True), ("La2O3 (%)", {"La2O3": "ppm"}, True), ("Ce_ppb", {"Ce": "ppm"}, True),
        ("La_ppm", {"La": "ppm"}, False), ("La_ppm", {"La_ppm": "mg/kg"}, False), ("La", {"La": "pct"}, False),
    ],
)  # fmt: skip
def test_a_unit_of_the_run_file_that_is_not_that_of_a_laboratory_heading_is_told(
    tmp_path: Path, heading: str, stated: dict[str, str], told: bool
) -> None:
    rows = "".join(f"T{row},A,0.{row + 1}\n" for row in range(4))
    reading = lab(tmp_path, f"sample_id,site_id,{heading}\n" + rows, options={"units": stated})
    notes = [note.columns for note in reading.notes if note.code == "unit_against_heading"]
    assert notes == ([(heading,)] if told else [])


@pytest.mark.parametrize(
    ("below", "refused"),
    [
        (["Owner,Since,Zone", "Z0,11,12", "Z1,21,22"], 6), (["Pit,Depth,Remark", "P1,4,deep", "P2,5,shallow"], 6),
        (["S7,A,", "S8,B,", "S9,A,"], None), (["S7,A,north", "S8,B,south", "S9,A,west"], None), (["Notes,,", "S9,A,1"], None),
    ],
)  # fmt: skip
def test_a_narrower_table_below_stops_and_last_rows_without_results_do_not(
    tmp_path: Path, below: list[str], refused: int | None
) -> None:
    rows = [f"S{row},{'AB'[row % 2]},{row},{40 + row},{80 + row}" for row in range(4)]
    text = "\n".join(["sample_id,site_id,line,La_ppm,Ce_ppm", *rows, *(f"{row},," for row in below)]) + "\n"
    if refused is None:
        assert len(lab(tmp_path, text).layer) >= 4
    else:
        with pytest.raises(SourceError, match=f"row {refused} holds headings"):
            lab(tmp_path, text)


def test_a_repeated_heading_is_read_by_no_check(tmp_path: Path) -> None:
    heading = "ID,Name,Lat,Lon,Province,Commodity,Tonnes"
    sites = [f"A{row},Pit {row},46.{row}1,-81.{row}3,Ontario,Ni; Cu,{100 + row}" for row in range(1, 7)]
    (tmp_path / "s.csv").write_text("\n".join([heading, *sites[:3], heading, *sites[3:]]) + "\n", encoding="utf-8")
    columns = {"official_id": "ID", "name": "Name", "latitude": "Lat", "longitude": "Lon", "jurisdiction": "Province"}
    columns |= {"commodities": "Commodity", "mass_t": "Tonnes"}
    reading = read_inventory(Source(id="s", role="inventory", path="s.csv", crs="EPSG:4326", columns=columns), tmp_path)
    assert list(reading.rejected["reason_code"]) == ["repeated_heading"]
    assert len(reading.layer) == 6
    assert not {note.code for note in reading.notes} & {"jurisdiction_unknown", "unknown_commodity", "unread_quantity"}


def test_a_second_row_of_headings_that_names_ids_alone_is_no_sample(tmp_path: Path) -> None:
    reading = lab(tmp_path, "sample_id,site_id,La_ppm,Ce_ppm,Y_ppm\nSample,Type,,,\nS1,A,3,4,5\nSample 2,A,6,7,8\n")
    assert list(reading.rejected["reason_code"]) == ["repeated_heading"]
    assert reading.layer["sample_id"].tolist() == ["s:S1", "s:Sample 2"]
