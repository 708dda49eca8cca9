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


def lab(folder: Path, text: str) -> Reading[Any]:
    (folder / "lab.csv").write_text(text, encoding="utf-8")
    columns = {"sample_id": "sample_id", "site_key": "site_id"}
    facts = {"id": "s", "role": "geochemistry", "path": "lab.csv", "columns": columns, "defaults": {"medium": "waste"}}
    return read_geochemistry(Source.model_validate(facts), folder)


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
