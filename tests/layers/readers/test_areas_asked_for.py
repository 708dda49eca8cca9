"""Outlines of requests: followed where it is certain what they cover, refused where it is not."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.exclusions import read_exclusions

SITE = shapely.Point(-87.0, 59.0)
SQUARE = shapely.box(-87.1, 58.9, -86.9, 59.1)
CROSSING = shapely.Polygon([(-87.1, 58.9), (-86.9, 59.1), (-86.9, 58.9), (-87.1, 59.1)])
"""The corners of the square in another order: the site above its middle lies in no half of it."""
TOUCHING = shapely.Polygon(
    [(-87.1, 58.9), (-86.9, 58.9), (-86.9, 59.1), (-87.0, 59.1), (-86.95, 59.05), (-87.05, 59.05), (-87.0, 59.1), (-87.1, 59.1)]
)  # fmt: skip


def areas(folder: Path, shape: shapely.Geometry, **columns: object) -> gpd.GeoSeries:
    table = gpd.GeoDataFrame({"why": ["asked"], **columns}, geometry=[shape], crs="EPSG:4326")
    table.to_file(folder / "asked.gpkg")
    return read_exclusions(Source(id="asked", role="exclusions", path="asked.gpkg"), folder).layer.geometry


def test_an_outline_that_crosses_itself_is_not_followed_by_half(tmp_path: Path) -> None:
    assert SQUARE.contains(shapely.Point(-87.0, 59.05))
    assert not shapely.make_valid(CROSSING).contains(shapely.Point(-87.0, 59.05))
    with pytest.raises(
        SourceError, match=r"asked \(asked\.gpkg\): the outline of row 1 crosses itself, so nobody can tell"
    ):
        areas(tmp_path, CROSSING)
    with pytest.raises(SourceError, match="crosses itself"):
        areas(tmp_path, shapely.MultiPolygon([SQUARE, shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 2)])]))


def test_an_outline_that_only_touches_itself_is_followed(tmp_path: Path) -> None:
    assert not TOUCHING.is_valid
    (shape,) = areas(tmp_path, TOUCHING)
    assert shape.is_valid
    assert shape.area == pytest.approx(TOUCHING.area)
    assert shape.contains(shapely.Point(-87.05, 58.95))


@pytest.mark.parametrize(("shape", "kind"), [(SITE, "point"), (shapely.LineString(SQUARE.exterior), "linestring")])
def test_what_covers_nothing_is_a_request_nobody_follows(tmp_path: Path, shape: shapely.Geometry, kind: str) -> None:
    with pytest.raises(
        SourceError, match=rf"asked \(asked\.gpkg\): row 1 is a {kind}, which covers no site\. Draw an area"
    ):
        areas(tmp_path, shape)
    assert areas(tmp_path, shape, key=["A-1"]).isna().all()


def test_whole_outlines_stay_as_they_are(tmp_path: Path) -> None:
    (shape,) = areas(tmp_path, SQUARE)
    assert shape.equals(SQUARE)
