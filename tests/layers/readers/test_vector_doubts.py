"""Features whose geometry reads and would mislead: crossed rings, holes, wide features, points that are no numbers."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.inventory import read_inventory

RING = [(-81.001, 47.999), (-80.999, 47.999), (-80.999, 48.001), (-81.001, 48.001)]
INNER = [(-81.0005, 47.9995), (-80.9995, 47.9995), (-80.9995, 48.0005), (-81.0005, 48.0005)]


def read(folder: Path, shapes: list[Any], crs: Any = 4326) -> Reading[Any]:
    frame = gpd.GeoDataFrame({"id": [f"A{n}" for n in range(len(shapes))]}, geometry=shapes, crs=crs)
    frame.to_file(folder / "t.gpkg", driver="GPKG")
    columns = {"official_id": "id"}
    return read_inventory(Source(id="s", role="inventory", path="t.gpkg", columns=columns), folder)


def rows_of(reading: Reading[Any], code: str) -> list[tuple[int, ...]]:
    return [note.rows for note in reading.notes if note.code == code]


def square_m2(ring: list[tuple[float, float]]) -> float:
    return abs(pyproj.Geod(ellps="WGS84").polygon_area_perimeter(*zip(*ring, strict=True))[0])


@pytest.mark.parametrize("turned", [False, True], ids=["as drawn", "turned round"])
def test_a_hole_is_taken_off_however_its_ring_runs(tmp_path: Path, turned: bool) -> None:
    hole = INNER[::-1] if turned else INNER
    [area] = read(tmp_path, [shapely.Polygon(RING, [hole])]).layer["area_m2"]
    assert area == pytest.approx(square_m2(RING) - square_m2(INNER), rel=1e-4)


@pytest.mark.parametrize(
    ("shape", "right"),
    [
        (shapely.Polygon([*RING, *RING]), 1.0),
        (shapely.MultiPolygon([shapely.Polygon(RING), shapely.Polygon(INNER)]), 1.0),
        (shapely.Polygon([RING[0], RING[1], RING[3], RING[2]]), 0.5),
    ],
    ids=["drawn twice", "one part within another", "bow-tie"],
)
def test_ground_counts_once_and_the_repair_is_told(tmp_path: Path, shape: Any, right: float) -> None:
    reading = read(tmp_path, [shapely.Polygon(RING), shape])
    assert reading.layer["area_m2"].tolist() == pytest.approx([square_m2(RING), right * square_m2(RING)], rel=1e-3)
    assert rows_of(reading, "repaired_geometry") == [(2,)]


def test_features_with_coordinates_that_are_no_numbers_cost_only_themselves(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library that writes the file
        reading = read(tmp_path, [shapely.Point(-81, 48), shapely.Point(np.inf, 48), shapely.Point(-81, 49)])
    assert reading.layer["official_id"].tolist() == ["A0", "A2"]
    assert rows_of(reading, "geometry_unread") == [(2,)]


def test_a_collection_whose_parts_lie_apart_is_told(tmp_path: Path) -> None:
    outline = shapely.box(-81.0, 48.0, -80.999, 48.001)
    apart = shapely.GeometryCollection([shapely.Point(-81.03, 48.0), outline])
    within = shapely.GeometryCollection([shapely.Point(-80.9995, 48.0005), outline])
    reading = read(tmp_path, [within, apart])
    assert rows_of(reading, "parts_far_apart") == [(2,)]


def test_a_feature_of_far_parts_is_told(tmp_path: Path) -> None:
    near = shapely.MultiPoint([(-81, 48), (-81.01, 48)])
    assert not rows_of(read(tmp_path, [near]), "parts_far_apart")
    (tmp_path / "t.gpkg").unlink()
    assert rows_of(read(tmp_path, [near, shapely.MultiPoint([(-81, 48), (-78, 49)])]), "parts_far_apart") == [(2,)]


@pytest.mark.parametrize("twice", [False, True])
def test_properties_given_twice_are_told(tmp_path: Path, twice: bool) -> None:
    more = ', "tonnes": 9000' if twice else ""
    features = ", ".join(
        f'{{"type": "Feature", "properties": {{"id": "A{n}", "tonnes": 7{more}}}, '
        f'"geometry": {{"type": "Point", "coordinates": [-81.{n}, 48.{n}]}}}}'
        for n in range(1, 6)
    )
    (tmp_path / "t.geojson").write_text(
        f'{{"type": "FeatureCollection", "name": "t", "features": [{features}]}}', encoding="utf-8"
    )
    columns = {"official_id": "id", "mass_t": "tonnes"}
    reading = read_inventory(Source(id="s", role="inventory", path="t.geojson", columns=columns), tmp_path)
    assert [note.columns for note in reading.notes if note.code == "repeated_key"] == ([("tonnes",)] if twice else [])


def test_a_record_marked_as_deleted_is_named(tmp_path: Path) -> None:
    points = gpd.GeoDataFrame(
        {"id": ["a", "b", "c"]}, geometry=[shapely.Point(-81, 48 + at) for at in range(3)], crs=4326
    )
    points.to_file(tmp_path / "t.shp")
    data = bytearray((tmp_path / "t.dbf").read_bytes())
    data[int.from_bytes(data[8:10], "little") + int.from_bytes(data[10:12], "little")] = ord("*")
    (tmp_path / "t.dbf").write_bytes(data)
    source = Source.model_validate({"id": "s", "role": "inventory", "path": "t.shp", "columns": {"official_id": "id"}})
    with pytest.raises(SourceError, match=r"marked as deleted and still stand in the table \(record 2\)"):
        read_inventory(source, tmp_path)
