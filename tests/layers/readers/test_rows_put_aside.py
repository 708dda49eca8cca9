"""Rows commented out, ditto marks, records that share one point, lines among places, amounts of no waste."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from layers.accounting import Note, Reading
from layers.catalogue.source import Source
from layers.errors import ConfigError
from layers.files.vectors import read_features
from layers.readers.inventory import read_inventory

HEAD = "ID,Name,Lat,Lon,Type,Tonnes"
COLUMNS = {
    "official_id": "ID", "name": "Name", "latitude": "Lat", "longitude": "Lon", "waste_type": "Type", "mass_t": "Tonnes",
}  # fmt: skip
VALUES = {"waste_type": {"Tailings": "tailings"}}


def sites(folder: Path, lines: list[str], head: str = HEAD, **facts: Any) -> Reading[Any]:
    (folder / "s.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    facts = {"path": "s.csv", "crs": "EPSG:4326", "columns": COLUMNS, "values": VALUES, **facts}
    return read_inventory(Source(id="s", role="inventory", **facts), folder)


def noted(reading: Reading[Any], code: str) -> list[Note]:
    return [note for note in reading.notes if note.code == code]


def row(own: str, name: str, number: int = 1, kind: str = "Tailings", tonnes: int = 100) -> str:
    return f"{own},{name},49.{number}2345,-80.{number}2345,{kind},{tonnes}"


@pytest.mark.parametrize("own", ["#A9", "//A9", "REM A9", "-- A9", "; A9", "% A9", "# A9"])
def test_rows_commented_out_are_turned_away(tmp_path: Path, own: str) -> None:
    reading = sites(tmp_path, [row("A1", "Alder"), row(own, "Zed", 2), row("A2", "Birch", 3)])
    assert reading.layer["official_id"].tolist() == ["A1", "A2"]
    assert reading.rejected["reason_code"].tolist() == ["commented_out"]


@pytest.mark.parametrize("ids", [["#1", "#2", "#3"], ["A1", "#12", "A2"], ["A1", "#3 shaft", "A2"]])
def test_ids_with_a_number_sign_stay(tmp_path: Path, ids: list[str]) -> None:
    reading = sites(tmp_path, [row(own, f"Name {n}", n) for n, own in enumerate(ids, 1)])
    assert reading.layer["official_id"].tolist() == ids


@pytest.mark.parametrize("mark", ['""""', "do.", "idem", "〃", "ditto", "同上"])
def test_ditto_marks_are_no_names_and_told(tmp_path: Path, mark: str) -> None:
    reading = sites(tmp_path, [row("A1", "Alder"), row("A2", mark, 2), row("A3", "Dome", 3)])
    assert reading.layer["name"].fillna("").tolist() == ["Alder", "", "Dome"]
    [note] = noted(reading, "ditto_marks")
    assert (note.columns, note.rows) == (("Name",), (3,))


@pytest.mark.parametrize("name", ["Do Re", "Id", "Domino", '"""North"" pit"'])
def test_names_that_only_look_like_marks_stay(tmp_path: Path, name: str) -> None:
    assert not noted(sites(tmp_path, [row("A1", "Alder"), row("A2", name, 2)]), "ditto_marks")


def test_several_names_on_one_point_are_told(tmp_path: Path) -> None:
    reading = sites(tmp_path, [row("A1", "Alder"), row("A2", "Birch"), row("A3", "Cedar", 3)])
    assert [note.rows for note in noted(reading, "sites_on_one_point")] == [(2, 3)]


@pytest.mark.parametrize("year_in_id", [True, False])
def test_one_waste_counted_year_by_year_is_told(tmp_path: Path, year_in_id: bool) -> None:
    years = [2019, 2020, 2021]
    lines = [f"{row(f'A1-{year}' if year_in_id else f'K{year % 7}', 'Alder')},{year}" for year in years]
    reading = sites(tmp_path, [*lines, f"{row('B1', 'Birch', 3)},2020"], f"{HEAD},Year")
    [note] = noted(reading, "records_by_year")
    assert note.rows == (2, 3, 4)
    assert note.columns == (("official_id", "Year") if year_in_id else ("Year",))


def test_two_wastes_of_one_name_and_point_are_not_told_as_years(tmp_path: Path) -> None:
    lines = [f"{row('A1', 'Alder')},1950", f"{row('A2', 'Alder')},1950"]
    assert not noted(sites(tmp_path, lines, f"{HEAD},Year"), "records_by_year")


def test_a_kind_of_none_with_an_amount_is_told(tmp_path: Path) -> None:
    lines = [row("A1", "Alder", 1, "No tailings", 1000), row("A2", "Birch", 2), row("A3", "Cedar", 3, "None", 0)]
    [note] = noted(sites(tmp_path, lines), "amount_of_none")
    assert (note.columns, note.rows) == (("Type", "Tonnes"), (2,))


def test_lines_among_places_are_told(tmp_path: Path) -> None:
    shapes = [shapely.Point(-80, 49), shapely.LineString([(-80, 49), (-80.1, 49.1)])]
    gpd.GeoDataFrame({"Name": ["Alder", "Path"]}, geometry=shapes, crs=4326).to_file(tmp_path / "s.gpkg")
    source = Source(id="s", role="inventory", path="s.gpkg", columns={"name": "Name"})
    assert [note.rows for note in noted(read_inventory(source, tmp_path), "lines_as_places")] == [(2,)]


def test_numbers_cut_off_in_the_table_of_a_shapefile_are_told(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"Tonnes": [7777777, 42]}, geometry=shapely.points([-80, -81], [49, 50]), crs=4326)
    frame.to_file(tmp_path / "s.shp")
    table = tmp_path / "s.dbf"
    data = table.read_bytes()
    width = data[32 + 16]
    table.write_bytes(data.replace(b"7777777".rjust(width), b"*" * width))
    _, _, notes = read_features(Source(id="s", role="inventory", path="s.shp"), "s", tmp_path / "s.shp")
    assert [(note.columns, note.rows) for note in notes if note.code == "numbers_cut_off"] == [(("Tonnes",), (1,))]


def test_an_unknown_key_of_defaults_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"s\.defaults: .* jurisdicton\. Did you mean jurisdiction\?"):
        sites(tmp_path, [row("A1", "Alder")], defaults={"jurisdicton": "X"})


@pytest.mark.parametrize(
    ("date", "there"), [("2024-13-01", False), ("2024-02-30", False), ("2024-02", True), ("May 2024", True)]
)
def test_a_date_that_no_calendar_has_is_refused(date: str, there: bool) -> None:
    if there:
        assert Source(id="s", role="inventory", path="s.csv", date=date).date == date
    else:
        with pytest.raises(ValueError, match="no day of any calendar"):
            Source(id="s", role="inventory", path="s.csv", date=date)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("pre-1950", "before or after"),
        ("<1950", "before or after"),
        ("c. 1950", "approximate"),
        ("1950", None),
        ("since 1950", None),
    ],
)
def test_a_year_that_is_a_bound_is_told_as_one(tmp_path: Path, cell: str, words: str | None) -> None:
    columns = {**COLUMNS, "first_year": "Opened"}
    reading = sites(tmp_path, [f"{row('A1', 'Alder')},{cell}"], f"{HEAD},Opened", columns=columns)
    assert reading.layer["first_year"].tolist() == [1950]
    noted_words = [note.message for note in noted(reading, "uncertain_year")]
    assert len(noted_words) == (words is not None)
    assert all(words is not None and words in text for text in noted_words)
