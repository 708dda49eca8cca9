from __future__ import annotations

import re

import geopandas as gpd
import pytest
import shapely

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.context import read_backdrop, read_lines


def refusal(text):
    return pytest.raises(SourceError, match=re.escape(text))


def written(path, shapes, crs="EPSG:4326", **columns):
    gpd.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(path)
    return path


def lines(path, **facts):
    return read_lines(Source(id="lines", role="lines", path=path.name, **facts), path.parent)


def test_kind_for_all_rows_or_by_column(tmp_path) -> None:
    shapes = [
        shapely.LineString([(-120, 55), (-119, 56)]),
        shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]]),
    ]
    path = written(tmp_path / "a.gpkg", shapes, NAME=["Road 1", None], CLASS=["Highway", "RAIL"], NID=[7, 8])
    roads = lines(path, options={"kind": "road"}, columns={"name": "NAME", "line_id": "NID"})
    assert list(roads.layer["kind"]) == ["road", "road"]
    assert list(roads.layer["line_id"]) == ["lines:7", "lines:8"]
    assert roads.layer["name"].iloc[0] == "Road 1"
    assert roads.layer["name"].isna().tolist() == [False, True]
    mixed = lines(path, columns={"kind": "CLASS"}, values={"kind": {"highway": "road"}})
    assert list(mixed.layer["kind"]) == ["road", "rail"]
    unknown = lines(path, columns={"kind": "CLASS"})
    assert unknown.rejected["reason"].tolist() == [
        "row 1: kind is 'Highway', not one of road, rail, power, water, structure"
    ]
    assert list(lines(path, defaults={"kind": "power"}).layer["kind"]) == ["power", "power"]
    with refusal("lines: nothing says what the 2 rows are"):
        lines(path)
    with refusal("lines: options.kind is 'path'. It must be one of: road, rail, power, water, structure."):
        lines(path, options={"kind": "path"})


def test_classes_that_say_a_line_may_not_be_there_are_told(tmp_path) -> None:
    shapes = [shapely.LineString([(at, 0), (at, 1)]) for at in range(5)]
    classes = ["Highway", "Proposed", "Abandoned rail", "Chemin projeté", None]
    names = ["Main", "Proposed Lake Road", "x", "y", "z"]
    path = written(tmp_path / "a.gpkg", shapes, NAME=names, ROAD_CLASS=classes, LANES=[2, 1, 1, 1, 1])
    (told,) = [
        note
        for note in lines(path, options={"kind": "road"}, columns={"name": "NAME"}).notes
        if note.code == "lines_perhaps_not_there"
    ]
    assert (told.count, told.columns, told.rows) == (3, ("ROAD_CLASS",), (2, 3, 4))
    assert "'Abandoned rail' (1)" in told.message
    assert "where: {ROAD_CLASS: [...]}" in told.message
    kept = lines(path, options={"kind": "road"}, columns={"name": "NAME"}, where={"ROAD_CLASS": ["Highway"]})
    assert [len(kept.layer), [note.code for note in kept.notes]] == [1, []]
    faults = lines(path, options={"kind": "structure"}, columns={"name": "NAME"})
    assert "lines_perhaps_not_there" not in {note.code for note in faults.notes}


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("Winter road", True), ("Seasonal", True), ("Closed", True), ("Chemin d'hiver", True), ("Camino de invierno", True),
        ("winter", True), ("Fermée", True), ("ice bridge", True), ("Winterton line", False), ("All season", False),
        ("Paved", False), ("Enclosed", False), ("construction", True), ("footway", True), ("steps", True), ("Ferry", True),
        ("Traversier", True), ("sentier", True), ("razed", True), ("Construction Road", False), ("track", False),
        ("Ferryland road", False), ("En proyecto", True), ("Sin construir", True), ("En projet", True), ("Hors service", True),
    ],
)  # fmt: skip
def test_lines_that_are_not_there_all_year_are_told(tmp_path, text: str, doubted: bool) -> None:
    shapes = [shapely.LineString([(at, 0), (at, 1)]) for at in range(3)]
    path = written(tmp_path / "a.gpkg", shapes, STATUS=["Open", text, "Open"])
    notes = [
        note.rows for note in lines(path, options={"kind": "road"}).notes if note.code == "lines_perhaps_not_there"
    ]
    assert notes == ([(2,)] if doubted else [])


def test_lines_that_are_none(tmp_path) -> None:
    shapes = [
        shapely.LineString([(0, 0), (0, 0)]),
        shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (2, 2)]]),
        shapely.Point(1, 1),
        None,
        shapely.box(0, 0, 1, 1),
        shapely.GeometryCollection([shapely.Point(0, 0), shapely.LineString([(0, 0), (3, 4)])]),
    ]
    path = tmp_path / "a.geojson"
    reading = lines(written(path, shapes), options={"kind": "water"})
    assert reading.rows_read == 6
    assert reading.rejected[["source_row", "reason_code"]].to_numpy().tolist() == [
        [1, "no_length"],
        [3, "not_a_line"],
        [4, "no_geometry"],
    ]
    assert set(reading.layer.geom_type) <= {"LineString", "MultiLineString"}
    assert sorted(note.code for note in reading.notes) == ["no_length_parts", "outline_taken"]
    assert shapely.length(reading.layer.geometry.to_numpy()).round(6).tolist() == [round(2**0.5, 6), 4, 5]


def test_a_line_across_the_antimeridian_is_cut(tmp_path) -> None:
    path = written(
        tmp_path / "a.geojson", [shapely.LineString([(178, 60), (-178, 60)]), shapely.LineString([(179, 1), (183, 1)])]
    )
    reading = lines(path, options={"kind": "road"})
    assert reading.layer.total_bounds.tolist() == [-180, 1, 180, 60]
    assert shapely.length(reading.layer.geometry.to_numpy()).tolist() == [4, 4]


def test_projected_lines_come_in_degrees(tmp_path) -> None:
    path = written(
        tmp_path / "a.gpkg", [shapely.LineString([(500_000, 6_000_000), (500_000, 6_100_000)])], "EPSG:26910"
    )
    layer = lines(path, options={"kind": "structure"}).layer
    assert layer.crs.to_epsg() == 4326
    assert layer.total_bounds[[0, 2]].round(6).tolist() == [-123, -123]


def test_backdrop(tmp_path) -> None:
    bowtie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    written(
        tmp_path / "a.gpkg", [shapely.box(5, 5, 6, 6), bowtie, shapely.Point(0, 0)], name=["Lake 1", "Lake 2", "Lake 3"]
    )
    source = Source(id="lakes", role="backdrop", path="a.gpkg", options={"kind": "lake"})
    reading = read_backdrop(source, tmp_path)
    assert shapely.area(reading.layer.geometry.to_numpy()).tolist() == [1, 2]
    assert list(reading.layer["backdrop_id"]) == ["lakes:row1", "lakes:row2"]
    assert list(reading.rejected["reason_code"]) == ["not_an_area"]
    table = tmp_path / "t.csv"
    table.write_text("a,b\n1,2\n")
    with refusal("lakes (t.csv): the file has no geometry (columns: a, b). A source of role 'backdrop'"):
        read_backdrop(source.model_copy(update={"path": "t.csv"}), tmp_path)


def test_towns_are_points_with_their_people(tmp_path) -> None:
    shapes = [shapely.Point(-80, 50), shapely.Point(-81, 51), shapely.box(0, 0, 1, 1), None, shapely.Point(-82, 52)]
    written(
        tmp_path / "a.gpkg", shapes, NAME=["One", "Two", "Three", "Four", "Five"], POP=["1200", "few", "9", "9", None]
    )
    source = Source(
        id="towns", role="backdrop", path="a.gpkg", options={"kind": "town"}, columns={"name": "NAME", "people": "POP"}
    )
    reading = read_backdrop(source, tmp_path)
    assert list(reading.layer["name"]) == ["One", "Two", "Five"]
    assert reading.layer["people"].fillna(-1).tolist() == [1200, -1, -1]
    assert reading.layer.geometry.x.tolist() == [-80, -81, -82]
    assert reading.rejected[["source_row", "reason_code"]].to_numpy().tolist() == [
        [3, "not_a_point"],
        [4, "no_geometry"],
    ]


def test_coordinates_of_towns_may_stand_in_columns(tmp_path) -> None:
    rows = ["One,46.5,-82.5,1200", "Two,,-82.5,9", "Three,91.5,-82,9", "Four,0,0,9", "Five,47.25,-83.5,few"]
    (tmp_path / "a.csv").write_text("NAME,lat,lng,POP\n" + "\n".join(rows) + "\n")
    facts = {"id": "towns", "role": "backdrop", "path": "a.csv", "crs": "EPSG:4326"}
    source = Source(**facts, options={"kind": "town"}, columns={"name": "NAME", "people": "POP"})
    reading = read_backdrop(source, tmp_path)
    assert reading.layer["name"].tolist() == ["One", "Five"]
    assert reading.layer["people"].fillna(-1).tolist() == [1200, -1]
    assert [(point.x, point.y) for point in reading.layer.geometry] == [(-82.5, 46.5), (-83.5, 47.25)]
    assert reading.rejected["source_row"].tolist() == [3, 4, 5]
    assert {fate.column: fate.fate for fate in reading.fates}["lng"] == "used"
    with pytest.raises(SourceError, match="has no geometry"):
        read_backdrop(Source(**facts, options={"kind": "lake"}), tmp_path)


@pytest.mark.parametrize(
    ("path", "kind", "read", "kept"),
    [
        ("washington_geology/WA_structure.shp", "structure", 585, 585),
        ("labrador/geoatlas-rail-labrador.geojson", "rail", 187, 187),
        ("labrador/geoatlas-resource-roads-labrador.geojson.gz", "road", 1014, 998),
        ("labrador/geoatlas-roads-labrador.geojson.gz", "road", 1099, 1095),
        ("labrador/geoatlas-transmission-labrador.geojson", "power", 84, 84),
        ("natural_earth_50m/ne_50m_rivers_lake_centerlines.geojson.gz", "water", 478, 477),
    ],
)
def test_real_lines(shared_realdata, path, kind, read, kept) -> None:
    reading = read_lines(Source(id="x", role="lines", path=path, options={"kind": kind}), shared_realdata / "context")
    assert (reading.rows_read, len(reading.layer), len(reading.rejected)) == (read, kept, read - kept)
    assert reading.layer.geometry.is_valid.all()


@pytest.mark.parametrize(
    ("path", "kind", "read", "repaired"),
    [
        ("natural_earth_50m/ne_50m_lakes.geojson.gz", "lake", 412, 0),
        ("natural_earth_50m/ne_50m_admin_1_states_provinces.shp", "province", 294, 1),
        ("canada_admin_population/provinces_and_territories.geojson.gz", "province", 13, 0),
        ("labrador/geoatlas-cpcad-labrador.geojson.gz", "protected", 12, 4),
    ],
)
def test_real_backdrops(shared_realdata, path, kind, read, repaired) -> None:
    source = Source(id="x", role="backdrop", path=path, options={"kind": kind})
    reading = read_backdrop(source, shared_realdata / "context")
    assert len(reading.layer) == read
    assert reading.layer.geometry.is_valid.all()
    assert sum(note.count for note in reading.notes) == repaired
    assert {note.code for note in reading.notes} <= {"repaired_geometry"}
