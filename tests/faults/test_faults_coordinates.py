"""Coordinates of every wrong kind end as a right place, a stated doubt or a stated refusal, never as a quiet wrong place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import rasterio
import shapely

from layers import crs
from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.tables import RawTable, read_table
from layers.rasters.reader import describe_raster
from layers.readers.inventory import read_inventory
from layers.readers.territories import read_territories
from pipeline.stages.per_site.measure_access import MeasureAccessParams, measure_access
from pipeline.stages.per_site.overlay_territories import OverlayTerritoriesParams, overlay_territories
from pipeline.stages.per_site.sample_rasters import SampleRastersParams, sample_rasters
from tests.pipeline.stages.site_tables import areas_of, communities_at, lines_of, points, sites_at

NAMED = {"official_id": "site_id", "latitude": "latitude", "longitude": "longitude"}
ZONED = {"official_id": "site_id", "easting": "east", "northing": "north", "utm_zone": "zone", "datum": "datum"}
CANADA = pyproj.CRS.from_epsg(3979)


def inventory(path: Path, columns: dict[str, str] | None = None, **facts: Any) -> Reading[Any]:
    spec = {"id": "s", "role": "inventory", "path": path.name, "columns": columns or NAMED, **facts}
    return read_inventory(Source.model_validate(spec), path.parent)


def written(folder: Path, text: str, name: str = "t.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def table(folder: Path, rows: list[str], head: str = "site_id,latitude,longitude") -> Path:
    return written(folder, "\n".join([head, *(f"S{number},{row}" for number, row in enumerate(rows, 1))]) + "\n")


def raw(path: Path, **facts: Any) -> RawTable:
    return read_table(Source.model_validate({"id": "s", "role": "inventory", "path": path.name, **facts}), path.parent)


def areas(path: Path, **facts: Any) -> Any:
    return read_territories(Source(id="areas", role="territories", path=path.name, **facts), path.parent)


def reasons(reading: Reading[Any]) -> dict[int, str]:
    return dict(zip(reading.rejected["source_row"], reading.rejected["reason_code"], strict=True))


def notes(reading: Any) -> list[str]:
    return [note.code for note in reading.notes]


def geojson(folder: Path, geometries: list[Any], **members: Any) -> Path:
    features = [{"type": "Feature", "properties": {"name": f"T{n}"}, "geometry": g} for n, g in enumerate(geometries)]
    return written(folder, json.dumps({"type": "FeatureCollection", **members, "features": features}), "t.geojson")


METRES = {"type": "Polygon", "coordinates": [[[-1e6, 5e5], [-9.9e5, 5e5], [-9.9e5, 5.1e5], [-1e6, 5.1e5], [-1e6, 5e5]]]}


# --- latitude and longitude exchanged


def test_exchanged_rows_are_flagged_and_kept_out_of_the_layer_in_the_shared_file(shared_faults: Path) -> None:
    reading = inventory(shared_faults / "F01_swapped_lat_lon.csv")
    assert reasons(reading) == {3: "swapped", 4: "swapped"}
    assert reading.layer["official_id"].tolist() == ["S1", "S4"]


@pytest.mark.parametrize(
    ("rows", "row", "code"),
    [
        (["55.1234,-120.2345", "-119.5123,54.8123", "46.5123,-81.0123"], 3, "swapped"),
        (["54 07 30 N,123 15 00 W", "123 15 00 W,54 07 30 N", "54 08 30 N,123 16 00 W"], 3, "bad_coordinate"),
        (['"55,1234","-120,2345"', '"-119,5123","54,8123"', '"46,5123","-81,0123"'], 3, "swapped"),
    ],
    ids=["F01 a row out of range", "F01 degrees and minutes with letters", "F01 decimal commas"],
)
def test_one_exchanged_row_is_rejected_and_the_others_stay(
    tmp_path: Path, rows: list[str], row: int, code: str
) -> None:
    reading = inventory(table(tmp_path, rows), crs="EPSG:4326")
    assert reasons(reading) == {row: code}
    assert "swapped" in reading.rejected["reason"].iloc[0] or "exchanged" in reading.rejected["reason"].iloc[0]
    assert reading.layer["official_id"].tolist() == ["S1", "S3"]


def test_exchanged_easting_and_northing_are_rejected(tmp_path: Path) -> None:
    rows = ["500000,6000000,10,NAD83", "6000000,500000,10,NAD83", "501234,6001234,10,NAD83"]
    assert reasons(inventory(table(tmp_path, rows, "site_id,east,north,zone,datum"), ZONED)) == {3: "swapped"}


def test_a_whole_exchanged_file_stops_and_the_run_file_may_say_how_to_read_it(tmp_path: Path) -> None:
    path = table(tmp_path, ["-120.1234,55.1234", "-119.2345,54.2345", "-118.3456,53.3456"])
    with pytest.raises(
        SourceError, match=r"look swapped in 3 of 3 rows.*Exchange them in the run file under 'columns:'"
    ):
        inventory(path)
    turned = {"official_id": "site_id", "latitude": "longitude", "longitude": "latitude"}
    assert inventory(path, turned).layer["latitude"].tolist() == [55.1234, 54.2345, 53.3456]


# --- degrees and minutes typed as decimals

MINUTES = [3, 12, 38, 7, 45, 2, 51, 30, 19, 44, 8, 33]


def test_degrees_and_minutes_as_decimals_are_noticed_in_the_shared_file(shared_faults: Path) -> None:
    reading = inventory(shared_faults / "F03_degrees_dot_minutes.csv")
    assert "degrees_minutes" in notes(reading)
    assert reading.layer["latitude"].iloc[0] == 49.59
    assert (reading.layer["coordinate_precision_km"] > 0.5).all()


@pytest.mark.parametrize(
    "pattern",
    [
        "49.{m:02d},-117.{w:02d}",
        '"49,{m:02d}","-117,{w:02d}"',
        "N 49.{m:02d},W 117.{w:02d}",
        "49.{m:02d}30,-117.{w:02d}15",
    ],
    ids=["F03 two decimals", "F03 decimal commas", "F03 hemisphere letters", "F03 minutes and seconds packed"],
)
def test_minutes_typed_as_decimals_are_suspected_and_never_converted(tmp_path: Path, pattern: str) -> None:
    reading = inventory(table(tmp_path, [pattern.format(m=m, w=m * 7 % 60) for m in MINUTES]), crs="EPSG:4326")
    assert notes(reading) == ["degrees_minutes"]
    assert reading.layer["latitude"].iloc[2] == pytest.approx(49.38, abs=0.004)


@pytest.mark.parametrize("odd", ["49.77,-117.10", "49.7730,-117.1015", "49.1277,-117.10"])
def test_one_fraction_beyond_minutes_clears_the_suspicion(tmp_path: Path, odd: str) -> None:
    rows = [f"49.{m:02d}30,-117.{m * 7 % 60:02d}15" if len(odd) > 13 else f"49.{m:02d},-117.{m:02d}" for m in MINUTES]
    assert notes(inventory(table(tmp_path, [*rows, odd]), crs="EPSG:4326")) == []


# --- degrees, minutes, seconds


def test_every_spelling_of_the_shared_file_is_one_place(shared_faults: Path) -> None:
    path = shared_faults / "F04_dms_styles.csv"
    french = inventory(path, language="fr")
    np.testing.assert_allclose(french.layer["latitude"], 54.125, atol=1e-6)
    np.testing.assert_allclose(french.layer["longitude"], -123.25, atol=1e-6)
    assert french.layer["official_id"].tolist() == [f"D{n}" for n in range(1, 9)]
    assert "67 minutes" in french.rejected["reason"].iloc[0]
    assert inventory(path).rejected["source_row"].tolist() == [5, 10]  # O may be east (Ost) where nobody says French


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("54°07'30''N", "123°15'00''W"),
        ("54˚07ʹ30ʺN", "123˚15ʹ00ʺW"),
        ("54 d 07 m 30 s N", "123 d 15 m W"),
        ("54°07′30″N", "123°15′00″Ouest"),
        ("54-07.5N", "123-15.0W"),
    ],
    ids=["F04 two apostrophes", "F04 modifier primes", "F04 letters apart", "F04 Ouest in full", "F04 hyphens"],
)
def test_further_spellings_of_degrees_minutes_seconds(tmp_path: Path, latitude: str, longitude: str) -> None:
    layer = inventory(table(tmp_path, [f'"{latitude}","{longitude}"']), crs="EPSG:4326", language="fr").layer
    assert layer["latitude"].iloc[0] == pytest.approx(54.125, abs=1e-6)
    assert layer["longitude"].iloc[0] == pytest.approx(-123.25, abs=1e-6)


# --- datum


def test_the_datum_column_of_the_shared_file_is_honoured(shared_faults: Path) -> None:
    reading = inventory(shared_faults / "F06_nad27_points.csv", {**NAMED, "datum": "datum"})
    layer = reading.layer.set_index("official_id")
    metres = 1000 * crs.geodesic_km(layer.longitude, layer.latitude, [-120, -120, -79.4, -135], [55, 55, 46.5, 64])
    assert metres[[0, 1, 3]] == pytest.approx([76.1, 0.0, 109.6], abs=0.5)
    assert reasons(reading) == {6: "ballpark_datum"}
    shift = next(note for note in reading.notes if note.code == "datum_shift")
    assert "ca_nrc_ntv2_0.tif" in shift.message
    assert "accuracy" in shift.message


def test_a_file_declared_nad27_is_shifted_with_a_note(tmp_path: Path) -> None:
    reading = inventory(table(tmp_path, ["55.0000,-120.0000"]), crs="EPSG:4267")
    assert reading.layer["longitude"].iloc[0] == pytest.approx(-120.00119, abs=1e-5)
    assert notes(reading) == ["datum_shift"]


@pytest.mark.parametrize("name", ["t.gpkg", "t.shp"], ids=["F06 a GeoPackage in NAD27", "F06 a shapefile in NAD27"])
def test_a_layer_in_nad27_is_shifted_with_a_note(tmp_path: Path, name: str) -> None:
    gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(-120, 55)], crs=4267).to_file(tmp_path / name)
    read = raw(tmp_path / name)
    assert read.geometry.x.iloc[0] == pytest.approx(-120.00119, abs=1e-5)
    assert notes(read) == ["datum_shift"]


# --- zone by zone


def test_every_row_of_the_shared_file_in_its_own_zone_and_datum(shared_faults: Path) -> None:
    columns = {**ZONED, "easting": "easting", "northing": "northing", "utm_zone": "utm_zone"}
    reading = inventory(shared_faults / "F07_mixed_utm_zones.csv", columns)
    np.testing.assert_allclose(reading.layer["longitude"], [-129, -123, -117, -123.00127, -123], atol=1e-5)
    np.testing.assert_allclose(reading.layer["latitude"], [54.14810, 54.14810, 54.14810, 54.14999, 54.14810], atol=1e-5)
    assert reasons(reading) == {6: "no_zone", 8: "bad_zone"}


@pytest.mark.parametrize("zone", ["10", "10.0", "zone 10N", "10U"], ids=lambda zone: f"F07 {zone}")
def test_further_spellings_of_a_zone_beside_another_zone(tmp_path: Path, zone: str) -> None:
    rows = [f"500000,6000000,{zone},NAD83", "500000,6000000,9,NAD83", "500000,6000000,,NAD83"]
    reading = inventory(table(tmp_path, rows, "site_id,east,north,zone,datum"), ZONED)
    assert reading.layer["longitude"].tolist() == pytest.approx([-123, -129])
    assert reasons(reading) == {4: "no_zone"}


# --- a declared CRS that cannot be


def test_degrees_declared_as_metres_stop_in_the_shared_file(shared_faults: Path) -> None:
    columns = {"official_id": "site_id", "easting": "x", "northing": "y"}
    with pytest.raises(
        SourceError, match=r"x -120\.2\.\.-119\.5, y 54\.8\.\.55\.1 cannot be EPSG:26910 metres; did you mean EPSG"
    ):
        inventory(shared_faults / "F09_declared_crs_contradicts.csv", columns, crs="EPSG:26910")


def test_a_layer_labelled_with_metres_that_holds_degrees_stops(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(-120, 55)], crs=26910).to_file(tmp_path / "t.gpkg")
    with pytest.raises(SourceError, match="cannot be EPSG:26910 metres"):
        raw(tmp_path / "t.gpkg")
    assert raw(tmp_path / "t.gpkg", crs="EPSG:4326").geometry.x.iloc[0] == -120


def test_a_layer_labelled_with_degrees_that_holds_metres_stops(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(500000, 6000000)], crs=4326).to_file(tmp_path / "t.gpkg")
    with pytest.raises(SourceError, match="coordinates outside"):
        raw(tmp_path / "t.gpkg")
    with pytest.raises(SourceError, match="Are these metres of a projected system"):
        inventory(table(tmp_path, ["6000000,500000", "6000100,500100"]), crs="EPSG:4326")


# --- no CRS


def test_a_shapefile_without_prj_is_refused_until_its_crs_is_stated_in_the_shared_file(built: Any) -> None:
    path = built("F10_missing_prj.py") / "F10_no_prj.shp"
    with pytest.raises(SourceError, match=r"F10_no_prj\.prj.*'crs: EPSG:26910'; it is never guessed"):
        areas(path)
    middle = areas(path, crs="EPSG:26910").layer.geometry.iloc[0].centroid
    assert (middle.x, middle.y) == (pytest.approx(-122.92, abs=0.01), pytest.approx(54.19, abs=0.05))


@pytest.mark.parametrize("prj", [None, "", 'LOCAL_CS["unknown"]'], ids=["F10 no prj", "F10 empty prj", "F10 local prj"])
def test_a_shapefile_that_tells_no_crs_is_refused_until_it_is_stated(tmp_path: Path, prj: str | None) -> None:
    square = shapely.box(500000, 6000000, 510000, 6010000)
    gpd.GeoDataFrame({"name": ["T1"]}, geometry=[square], crs=26910).to_file(tmp_path / "t.shp")
    (tmp_path / "t.prj").unlink()
    if prj is not None:
        (tmp_path / "t.prj").write_text(prj)
    with pytest.raises(SourceError, match=r"t\.shp.*crs: EPSG"):
        areas(tmp_path / "t.shp")
    assert areas(tmp_path / "t.shp", crs="EPSG:26910").layer.total_bounds[1] == pytest.approx(54.14, abs=0.01)
    with pytest.raises(SourceError, match=r"coordinates outside -180..180 / -90..90 for EPSG:4326"):
        areas(tmp_path / "t.shp", crs="EPSG:4326")


def test_a_table_of_metres_without_zone_or_crs_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path, ["500000,6000000"], "site_id,east,north")
    with pytest.raises(SourceError, match="no zone is ever taken for granted"):
        inventory(path, {"official_id": "site_id", "easting": "east", "northing": "north"})


# --- one CRS in several spellings


def test_one_crs_in_several_spellings_of_the_shared_files_is_one(built: Any) -> None:
    folder = built("F11_same_crs_different_text.py")
    area = areas(folder / "F11_nad83_esri_prj.shp")
    sites = inventory(folder / "F11_sites.csv", crs="EPSG:4269")
    raster = describe_raster(Source(id="g", role="raster", path="F11_nad83_geotiff.tif"), folder)
    assert (notes(area), notes(sites)) == ([], [])
    assert [note.code for note in raster.notes] == ["constant_raster"]  # its cells are all 5
    placed = sites_at(list(sites.layer.geometry))
    assert sample_rasters(placed, (raster,), SampleRastersParams())["raster_g"].tolist() == [5]
    inside = overlay_territories(placed.to_crs(CANADA), area.layer.to_crs(CANADA), OverlayTerritoriesParams())
    assert inside["relation"].tolist() == ["inside"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pyproj.CRS(4269), pyproj.CRS(pyproj.CRS(4269).to_wkt("WKT1_ESRI"))),
        (pyproj.CRS(4326), pyproj.CRS("OGC:CRS84")),
        (pyproj.CRS(3978), pyproj.CRS(rasterio.crs.CRS.from_epsg(3978).to_wkt())),
        (pyproj.CRS(3979), pyproj.CRS(pyproj.CRS(3979).to_json())),
    ],
    ids=["F11 ESRI text", "F11 longitude first", "F11 GDAL text", "F11 JSON"],
)
def test_axis_order_and_text_are_no_difference(one: pyproj.CRS, other: pyproj.CRS) -> None:
    assert crs.same_crs(one, other)
    assert not crs.same_crs(one, pyproj.CRS(26910))


# --- GeoJSON that is not in degrees


def test_geojson_of_an_unknown_or_unstated_crs_in_the_shared_files(shared_faults: Path) -> None:
    for name in ("F13a_unknown_crs_member.geojson", "F13b_projected_without_crs.geojson"):
        with pytest.raises(SourceError, match=r"coordinates outside -180\.\.180 / -90\.\.90 for EPSG:4326"):
            areas(shared_faults / name)
    control = areas(shared_faults / "F13c_known_crs_member_control.geojson").layer.total_bounds
    np.testing.assert_allclose(control[:2], [-110.1, 52.4], atol=0.3)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"crs": None},
        {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::999999"}}},
        {"crs": {"type": "link", "properties": {"href": "http://example.org/crs"}}},
        {"crs": "EPSG:3978"},
    ],
    ids=["F13 no member", "F13 null member", "F13 unknown code", "F13 link", "F13 bare text"],
)
def test_metres_in_geojson_never_become_degrees(tmp_path: Path, members: dict[str, Any]) -> None:
    path = geojson(tmp_path, [METRES], **members)
    with pytest.raises(SourceError, match="coordinates outside"):
        areas(path)
    assert areas(path, crs="EPSG:3978").layer.total_bounds[0] == pytest.approx(-110.0, abs=0.3)


@pytest.mark.parametrize(
    "member",
    [{"type": "name", "properties": {"name": "EPSG:3978"}}, {"type": "EPSG", "properties": {"code": 3978}}],
    ids=["F13 short name", "F13 old style code"],
)
def test_a_known_crs_member_is_obeyed(tmp_path: Path, member: dict[str, Any]) -> None:
    assert areas(geojson(tmp_path, [METRES], crs=member)).layer.total_bounds[0] == pytest.approx(-110.0, abs=0.3)


def test_the_name_of_a_feature_is_not_that_of_the_coordinate_system(tmp_path: Path) -> None:
    path = geojson(tmp_path, [METRES], crs={"type": "EPSG", "properties": {"code": 999999}})
    with pytest.raises(SourceError, match="EPSG:999999"):
        areas(path)


# --- the antimeridian


def test_areas_across_the_antimeridian_of_the_shared_file_are_cut_there(shared_faults: Path) -> None:
    found = areas(shared_faults / "F14_antimeridian_territories.geojson")
    assert [(note.code, note.count) for note in found.notes] == [("antimeridian", 2)]
    west, _, east, _ = found.layer.total_bounds
    assert (west >= -180, east <= 180) == (True, True)
    far = sites_at(points([(-179, 52), (-75, 52), (-179, 55), (179, 55), (-119, 56)]))
    table = overlay_territories(far.to_crs(CANADA), found.layer.to_crs(CANADA), OverlayTerritoriesParams(near_km=0))
    assert table["site_id"].tolist() == ["S1", "S3", "S4", "S5"]


@pytest.mark.parametrize(
    "ring",
    [
        [(178, 51), (-178, 51), (-178, 53), (178, 53)],
        [(178, 51), (182, 51), (182, 53), (178, 53)],
        [(-182, 51), (-178, 51), (-178, 53), (-182, 53)],
    ],
    ids=["F14 both signs", "F14 beyond 180", "F14 before -180"],
)
def test_an_area_across_the_antimeridian_holds_both_sides_and_not_the_rest_of_the_world(
    tmp_path: Path, ring: Any
) -> None:
    shape = {"type": "Polygon", "coordinates": [[*map(list, ring), list(ring[0])]]}
    found = areas(geojson(tmp_path, [shape])).layer.geometry.iloc[0]
    assert [found.intersects(shapely.Point(x, 52)) for x in (-179, 179, -75, 0)] == [True, True, False, False]


# --- nearest on the ground


def test_the_river_nearer_on_the_ground_is_taken_in_the_shared_files(shared_faults: Path) -> None:
    rivers = gpd.read_file(shared_faults / "F16_nearest_at_68N_rivers.geojson")
    site = gpd.read_file(shared_faults / "F16_nearest_at_68N_sites.geojson")
    lines = lines_of([shapely.LineString([(p.x, p.y), (p.x, p.y + 1e-5)]) for p in rivers.geometry], "water")
    none = communities_at([], []).to_crs(CANADA)
    placed = sites_at(list(site.geometry)).to_crs(CANADA)
    access = measure_access(placed, lines.to_crs(CANADA), none, MeasureAccessParams(beyond_km=1e6))
    assert access["water_km"].iloc[0] == pytest.approx(50.2, abs=0.1)


def test_the_community_nearer_on_the_ground_is_taken_at_68_north() -> None:
    near = communities_at([(-113.8, 68), (-115, 69)], ["Community 1", "Community 2"]).to_crs(CANADA)
    access = measure_access(
        sites_at(points([(-115, 68)])).to_crs(CANADA), lines_of([]).to_crs(CANADA), near, MeasureAccessParams()
    )
    assert access["nearest_community"].tolist() == ["Community 1"]
    assert access["community_km"].iloc[0] == pytest.approx(50.2, abs=0.1)


def test_the_distance_to_an_area_is_kilometres_at_68_north() -> None:
    east, north = shapely.box(-113.8, 67.9, -113, 68.1), shapely.box(-115.1, 69, -114.9, 69.2)
    area = areas_of([east, north]).to_crs(CANADA)
    table = overlay_territories(
        sites_at(points([(-115, 68)])).to_crs(CANADA), area, OverlayTerritoriesParams(near_km=80)
    )
    assert table["territory"].tolist() == ["Area 1"]
    assert table["distance_km"].iloc[0] == pytest.approx(50.2, abs=0.1)


# --- placeholders


def test_placeholders_of_the_shared_file_are_rejected_and_sheet_corners_are_vague(shared_faults: Path) -> None:
    reading = inventory(shared_faults / "F17_placeholder_coordinates.csv")
    assert reasons(reading) == {2: "placeholder", 3: "placeholder", 4: "no_coordinates", 5: "out_of_range"}
    vague = reading.layer.set_index("official_id")["coordinate_precision_km"]
    assert (vague[["Q5", "Q6", "Q7"]] >= 10).all()
    assert vague["Q8"] < 0.2


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("0,0", "placeholder"),
        ("999,999", "placeholder"),
        ("99.99,-99.99", "placeholder"),
        ("54.1234,-99999", "placeholder"),
        ("54.1234,2000", "out_of_range"),
        ("unknown,unknown", "bad_coordinate"),
        (",", "no_coordinates"),
    ],
    ids=lambda value: f"F17 {value}" if "," in value else None,
)
def test_further_placeholders_are_rejected(tmp_path: Path, row: str, code: str) -> None:
    reading = inventory(table(tmp_path, ["54.3217,-122.4831", row]), crs="EPSG:4326")
    assert reasons(reading) == {3: code}


@pytest.mark.parametrize("corner", ["54 00 00 N,122 00 00 W", "54.25,-122.5", "54.000000,-122.000000"])
def test_three_sites_on_one_sheet_corner_are_vague(tmp_path: Path, corner: str) -> None:
    reading = inventory(table(tmp_path, [corner] * 3 + ["54.3217,-122.4831"]), crs="EPSG:4326")
    assert (reading.layer["coordinate_precision_km"] >= 10).tolist() == [True, True, True, False]
    assert notes(reading) == ["low_precision"]


# --- PROJ of another GIS


@pytest.mark.parametrize(
    ("variable", "arguments"),
    [
        ("PROJ_DATA", ["demo", "--quiet", "--out", "run"]),
        ("PROJ_LIB", ["check", "run.yml"]),
        ("PROJ_DATA", ["run", "run.yml", "--out", "run"]),
    ],
    ids=["F18 demo", "F18 check", "F18 run"],
)
def test_a_proj_folder_of_another_gis_stops_the_command_with_its_name(
    tmp_path: Path, variable: str, arguments: list[str]
) -> None:
    table(tmp_path, ["55.1,-120.1"])
    spec = "{id: s, role: inventory, path: t.csv, columns: {latitude: latitude, longitude: longitude}}"
    written(tmp_path, f"name: r\ntitle: R\nsources:\n  - {spec}\n", "run.yml")
    (tmp_path / "empty").mkdir()
    environment = {name: value for name, value in os.environ.items() if name not in ("PROJ_DATA", "PROJ_LIB")}
    environment |= {variable: str(tmp_path / "empty"), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip().count("\n") == 0
    assert f"environment: {variable} is '{tmp_path / 'empty'}', which holds no proj.db." in done.stderr
    assert f"unset {variable}" in done.stderr
    assert not (tmp_path / "run").exists()


def test_the_shared_script_meets_the_same_message(shared_faults: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            "sh",
            str(shared_faults / "F18_proj_environment.sh"),
            sys.executable,
            "-m",
            "pipeline",
            "demo",
            "--out",
            "run",
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "minewaste: environment: PROJ_DATA is" in done.stderr
