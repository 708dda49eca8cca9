"""A steward's request takes a site out, by any of its ids or by an area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers import schema
from pipeline.stages.withhold_sites import WithholdSitesParams, withhold_sites


def sites() -> gpd.GeoDataFrame:
    table = schema.empty(schema.Sites).drop(columns="geometry").reindex(range(3))
    table = table.assign(
        site_id=["s1", "s2", "s3"],
        record_ids=["r:1; r:2", "r:3", "r:4"],
        sources="r",
        official_ids=["A1", "A2; A3", None],
        latitude=[50.0, 51.0, 52.0],
        longitude=[-90.0, -91.0, -92.0],
        waste_type="unknown",
        disposal="unknown",
    )
    geometry = gpd.points_from_xy(table["longitude"], table["latitude"], crs="EPSG:4326")
    return schema.conform(gpd.GeoDataFrame(table, geometry=geometry), schema.Sites)


def exclusions(keys: list[str | None], areas: list[shapely.Geometry | None]) -> gpd.GeoDataFrame:
    table = pd.DataFrame(
        {"exclusion_id": [f"x:{i}" for i in range(len(keys))], "key": keys, "reason": "asked", "date": "2026-01-01"}
    )
    return schema.conform(
        gpd.GeoDataFrame(table, geometry=np.array(areas, dtype=object), crs="EPSG:4326"), schema.Exclusions
    )


@pytest.mark.parametrize("key", ["s2", "r:3", "A3"])
def test_any_id_of_a_site_withholds_it(key: str) -> None:
    left = withhold_sites(sites(), exclusions([key], [None]), WithholdSitesParams())
    assert list(left["site_id"]) == ["s1", "s3"]


def test_an_area_withholds_the_sites_inside_it() -> None:
    left = withhold_sites(sites(), exclusions([None], [shapely.box(-90.5, 49, -89, 50.5)]), WithholdSitesParams())
    assert list(left["site_id"]) == ["s2", "s3"]


def test_no_request_changes_nothing() -> None:
    left = withhold_sites(sites(), schema.empty(schema.Exclusions), WithholdSitesParams())
    assert list(left["site_id"]) == ["s1", "s2", "s3"]
