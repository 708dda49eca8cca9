"""Vector files are read whole: one bad feature costs only itself, and a format that is not read says the way out."""

from __future__ import annotations

import json
import shutil
import sqlite3
import warnings
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.tables import RawTable, read_table
from layers.geometry import repair_areas
from layers.guess.recognise import finds
from layers.readers.context import read_lines
from pipeline.commands.screen import _outline

RING = [[-81.0, 48.0], [-80.0, 48.0], [-80.0, 49.0], [-81.0, 48.0]]


def read(path: Path, **facts: object) -> RawTable:
    return read_table(
        Source.model_validate({"id": "s", "role": "territories", "path": path.name, **facts}), path.parent
    )


def told(table: RawTable) -> dict[str, int]:
    return {note.code: note.count for note in table.notes}


def collection(path: Path, geometries: list[Any]) -> Path:
    features = [
        {"type": "Feature", "properties": {"n": number}, "geometry": one} for number, one in enumerate(geometries, 1)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def polygon(ring: list[Any]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [ring]}


def test_an_open_ring_is_closed_and_told_and_costs_no_other_feature(tmp_path: Path) -> None:
    table = read(collection(tmp_path / "a.geojson", [polygon(RING), polygon([[0, 0], [2, 0], [2, 3], [0, 3]]), None]))
    assert table.geometry is not None
    assert shapely.area(table.geometry.to_numpy())[:2].round(6).tolist() == [0.5, 6.0]
    assert told(table) == {"ring_closed": 1}
    assert "feature 2" in table.notes[0].message


def test_a_geometry_that_cannot_be_read_is_told_by_feature(tmp_path: Path) -> None:
    table = read(collection(tmp_path / "a.geojson", [polygon(RING), {"type": "Point", "coordinates": ["x", 48]}]))
    assert len(table.cells) == 2
    assert table.geometry is not None
    assert table.geometry.isna().tolist() == [False, True]
    assert told(table) == {"geometry_unread": 1}


def test_curves_are_made_of_straight_pieces(tmp_path: Path) -> None:
    arc = (
        '<gml:Polygon srsName="urn:ogc:def:crs:EPSG::3347"><gml:exterior><gml:Ring><gml:curveMember><gml:Curve><gml:segments>'
        "<gml:Arc><gml:posList>7000000 1500000 7001000 1501000 7002000 1500000</gml:posList></gml:Arc>"
        "<gml:Arc><gml:posList>7002000 1500000 7001000 1499000 7000000 1500000</gml:posList></gml:Arc>"
        "</gml:segments></gml:Curve></gml:curveMember></gml:Ring></gml:exterior></gml:Polygon>"
    )
    path = tmp_path / "round.gml"
    path.write_text(
        '<?xml version="1.0"?><w xmlns:gml="http://www.opengis.net/gml/3.2"><gml:featureMember><pond gml:id="p1">'
        f"<name>Pond</name><shape>{arc}</shape></pond></gml:featureMember></w>"
    )
    before = sorted(tmp_path.iterdir())
    table = read(path)
    assert table.geometry is not None
    area = table.geometry.to_crs(6933).area.iloc[0]
    assert area == pytest.approx(np.pi * 1000**2, rel=0.02)
    assert told(table)["curve_straightened"] == 1
    assert sorted(tmp_path.iterdir()) == before  # the driver's own notes go elsewhere


@pytest.mark.parametrize(
    ("name", "driver"), [("t.kml", "KML"), ("t.tab", "MapInfo File"), ("t.gml", "GML"), ("t.fgb", "FlatGeobuf")]
)
def test_formats_give_the_same_areas(tmp_path: Path, name: str, driver: str) -> None:
    shape = shapely.Polygon(RING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gpd.GeoDataFrame({"Name": ["Example area"]}, geometry=[shape], crs=4326).to_file(tmp_path / name, driver=driver)
    if name == "t.kml":
        with zipfile.ZipFile(tmp_path / "t.kmz", "w") as packed:
            packed.write(tmp_path / name, "doc.kml")
        (tmp_path / name).unlink()
        name = "t.kmz"
    table = read(tmp_path / name)
    assert table.cells["Name"].tolist() == ["Example area"]
    assert table.geometry is not None
    assert table.geometry.iloc[0].normalize().equals_exact(shape.normalize(), 1e-6)
    assert [(one.path, one.kind) for one in finds(tmp_path)] == [(name, "table")]


def test_the_one_layer_of_a_track_file_that_holds_features_is_taken(tmp_path: Path) -> None:
    point = '<wpt lat="48.3" lon="-81.5"><name>Example</name></wpt>'
    path = tmp_path / "w.gpx"
    path.write_text(f'<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{point}</gpx>')
    table = read(path)
    assert table.geometry is not None
    assert shapely.get_coordinates(table.geometry.to_numpy()).tolist() == [[-81.5, 48.3]]


def test_text_with_tabs_is_no_mapinfo_table(tmp_path: Path) -> None:
    path = tmp_path / "t.tab"
    path.write_text("id\tlat\nA\t48\nB\t49\n")
    assert read(path).cells["lat"].tolist() == ["48", "49"]


def test_other_formats_say_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "a.dwg").write_bytes(b"AC1032 drawing")
    assert "Save the drawing as .dxf" in str(finds(tmp_path)[0].why)
    with pytest.raises(SourceError, match=r"Save the drawing as \.dxf"):
        read(tmp_path / "a.dwg")


def coded(folder: Path) -> Path:
    path = folder / "c.gpkg"
    frame = gpd.GeoDataFrame({"status": [1, 2, 9]}, geometry=[shapely.Point(-81, 48 + n) for n in range(3)], crs=4326)
    frame.to_file(path, layer="mines")
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TABLE gpkg_data_columns (table_name TEXT, column_name TEXT, constraint_name TEXT)")
        base.execute(
            "CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT, constraint_type TEXT, value TEXT, description TEXT)"
        )
        base.execute("INSERT INTO gpkg_data_columns VALUES ('mines', 'status', 'states')")
        rows = [("states", "enum", "1", "closed"), ("states", "enum", "2", "open")]
        base.executemany("INSERT INTO gpkg_data_column_constraints VALUES (?, ?, ?, ?)", rows)
    return path


def test_codes_become_the_words_of_the_file_and_others_stay(tmp_path: Path) -> None:
    table = read(coded(tmp_path))
    assert table.cells["status"].tolist() == ["closed", "open", "9"]
    assert told(table) == {"codes_decoded": 1, "code_unexplained": 1}


def test_changes_in_a_journal_are_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "open.gpkg"
    frame = gpd.GeoDataFrame({"name": ["old", "kept"]}, geometry=[shapely.Point(-81, 48)] * 2, crs=4326)
    frame.to_file(path, layer="mines")
    away = tmp_path / "copied"
    away.mkdir()
    base = sqlite3.connect(path)
    for (trigger,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        base.execute(f'DROP TRIGGER "{trigger}"')  # they call functions only GDAL has
    base.commit()
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("UPDATE mines SET name = 'new' WHERE name = 'old'")
    base.commit()
    for one in (path, path.with_name("open.gpkg-wal")):
        shutil.copy(one, away / one.name)
    base.close()
    table = read(away / "open.gpkg")
    assert table.cells["name"].tolist() == ["new", "kept"]
    assert told(table) == {"unsaved_journal": 1}
    assert len(list(away.iterdir())) == 2
    (away / "open.gpkg-wal").unlink()
    alone = read(away / "open.gpkg")
    assert alone.cells["name"].tolist() == ["old", "kept"]
    assert told(alone) == {"journal_missing": 1}


@pytest.mark.parametrize(("stored", "stated"), [("utf-8", "ISO-8859-1"), ("cp1252", "UTF-8"), ("utf-8", "")])
def test_a_code_page_that_lies_is_caught(tmp_path: Path, stored: str, stated: str) -> None:
    names = ["Rivière Brûlée", "Île Étroite"]
    frame = gpd.GeoDataFrame({"name": names}, geometry=[shapely.Point(-70, 50)] * 2, crs=4326)
    frame.to_file(tmp_path / "r.shp", encoding=stored)
    page = tmp_path / "r.cpg"
    if stated:
        page.write_text(stated)
    else:
        page.unlink()
        table = bytearray((tmp_path / "r.dbf").read_bytes())
        table[29] = 0
        (tmp_path / "r.dbf").write_bytes(table)
    table_read = read(tmp_path / "r.shp")
    assert table_read.cells["name"].tolist() == names
    assert told(table_read) == {"encoding_contradicted": 1}


def test_attributes_of_no_stated_code_page_are_read_and_told(tmp_path: Path) -> None:
    names = ["Mine Été", "Île Étroite"]
    frame = gpd.GeoDataFrame({"name": names, "t": [1, 2]}, geometry=[shapely.Point(-70, 50)] * 2, crs=4326)
    frame.to_file(tmp_path / "r.shp", encoding="cp1252")
    (tmp_path / "r.cpg").unlink()
    table = bytearray((tmp_path / "r.dbf").read_bytes())
    table[29] = 0
    (tmp_path / "r.dbf").write_bytes(table)
    table_read = read(tmp_path / "r.shp")
    assert (table_read.cells["name"].tolist(), told(table_read)) == (names, {"encoding_guessed": 2})


def test_an_honest_code_page_is_believed_in_silence(tmp_path: Path) -> None:
    for stored in ("utf-8", "cp1252"):
        frame = gpd.GeoDataFrame({"name": ["Rivière"]}, geometry=[shapely.Point(-70, 50)], crs=4326)
        frame.to_file(tmp_path / f"{stored}.shp", encoding=stored)
        table = read(tmp_path / f"{stored}.shp")
        assert (table.cells["name"].tolist(), told(table)) == (["Rivière"], {})


def test_features_in_another_encoding_than_utf8_are_read_and_told(tmp_path: Path) -> None:
    text = collection(tmp_path / "a.geojson", [polygon(RING)]).read_text().replace('"n": 1', '"n": "Rivière"')
    (tmp_path / "a.geojson").write_bytes(text.encode("cp1252"))
    table = read(tmp_path / "a.geojson")
    assert (table.cells["n"].tolist(), told(table)) == (["Rivière"], {"encoding_guessed": 1})


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "geojson"])
def test_notes_on_letters_and_formulas_name_columns_and_rows(tmp_path: Path, ending: str) -> None:
    cells = {"name": ["Old Hill", "RiviÃ¨re", "Lac Long"], "remark": ["", "", "=1+1"]}
    frame = gpd.GeoDataFrame(cells, geometry=[shapely.Point(-70, 50 + n) for n in range(3)], crs=4326)
    frame.to_file(tmp_path / f"a.{ending}")
    noted = {note.code: (note.columns, len(note.rows)) for note in read(tmp_path / f"a.{ending}").notes}
    assert noted == {"double_encoded_text": (("name",), 1), "formula_cells": (("remark",), 1)}


@pytest.mark.parametrize(
    "name",
    ["a.gpkg", "a.shp", "a.geojson", "a.kmz", "a.parquet", "a.xlsx", "a.csv", "a.gml", "a.tab", "a.dxf", "a.zip"],
)
@pytest.mark.parametrize(
    "content",
    [b"\x00\xff\x10" * 500, b"PK\x03\x04" + b"\x07" * 300, b"SQLite format 3\x00" + b"\x01" * 600, b"!table\nx"],
)
def test_no_bytes_cause_anything_but_a_named_stop(tmp_path: Path, name: str, content: bytes) -> None:
    if (name, content[:6]) == ("a.csv", b"!table"):
        pytest.skip("a text of one column is a table")
    (tmp_path / name).write_bytes(content)
    for part in (".shx", ".dbf", ".prj") if name == "a.shp" else ():
        (tmp_path / f"a{part}").write_bytes(content)
    with pytest.raises(SourceError, match=r"^s \(a\."):
        read(tmp_path / name)


def test_a_closed_line_is_an_area_and_an_open_one_is_not() -> None:
    lines = [shapely.LineString(RING), shapely.LineString(RING[:3]), shapely.MultiLineString([RING[:3], RING[2:]])]
    repaired = repair_areas("s", ["closed", "open", "pieces"], np.array(lines, dtype=object))
    assert [None if one is None else round(shapely.area(one), 6) for one in repaired.geometry] == [0.5, None, 0.5]
    assert [(note.code, note.count) for note in repaired.notes] == [("line_closed", 2)]
    assert repaired.problems[1][0] == "not_an_area"


def test_an_outline_may_be_a_closed_line_and_nothing_less(tmp_path: Path) -> None:
    closed = collection(tmp_path / "closed.geojson", [{"type": "LineString", "coordinates": RING}])
    assert round(float(shapely.area(_outline(closed).geometry.to_numpy()).sum()), 6) == 0.5
    track = collection(tmp_path / "open.geojson", [{"type": "LineString", "coordinates": RING[:3]}])
    with pytest.raises(
        SourceError, match=r"the file holds LineString \(1 features\) and no line that ends where it begins"
    ):
        _outline(track)
    spot = collection(tmp_path / "spot.geojson", [{"type": "Point", "coordinates": RING[0]}])
    with pytest.raises(SourceError, match="an outline must enclose an area, but the file holds Point"):
        _outline(spot)


def test_an_empty_shape_among_others_stops_nothing(tmp_path: Path) -> None:
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "LineString", "coordinates": corners}}
        for name, corners in (("creek", [[-120.0, 50.0], [-120.1, 50.1]]), ("nothing", []))
    ]
    (tmp_path / "lines.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    layer = read_lines(
        Source(id="rivers", role="lines", path="lines.geojson", defaults={"kind": "water"}), tmp_path
    ).layer
    assert layer["name"].tolist()[0] == "creek"


def test_few_features_off_the_globe_cost_no_others_and_are_named(tmp_path: Path) -> None:
    shapes = [shapely.Point(-117 - row / 50, 48 + row / 50) for row in range(10)]
    shapes[4] = shapely.Point(48.1, -117.1)
    frame = gpd.GeoDataFrame({"n": range(10)}, geometry=shapes, crs=4326)
    frame.to_file(tmp_path / "a.gpkg")
    table = read(tmp_path / "a.gpkg")
    [note] = [note for note in table.notes if note.code == "geometry_unread"]
    assert note.rows == (5,)
    assert "exchanged" in note.message
    assert [row for row, shape in enumerate(table.geometry) if shape is None] == [4]


def test_many_features_off_the_globe_stop_the_file(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"n": range(4)}, geometry=[shapely.Point(400_000, 5_300_000)] * 3 + [shapely.Point(-117, 48)]
    )
    frame.set_crs(4326).to_file(tmp_path / "a.gpkg")
    with pytest.raises(SourceError, match="outside -180"):
        read(tmp_path / "a.gpkg")


def test_heights_of_0_are_no_heights(tmp_path: Path) -> None:
    for height, codes in ((0.0, set()), (312.0, {"z_dropped"})):
        frame = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(-117, 48, height)], crs=4326)
        frame.to_file(tmp_path / f"h{height:g}.gpkg")
        assert set(told(read(tmp_path / f"h{height:g}.gpkg"))) == codes
