"""Slices, order and types: the same table however the sites are cut and wherever they are computed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from layers.errors import ConfigError, StageError
from pipeline.executor import Executor, Shared


def nearby(sites: gpd.GeoDataFrame, points: gpd.GeoDataFrame, weight: float) -> pd.DataFrame:
    """Count the points within 10 km of each site; a list column and a truth value ride along."""
    counts = [int((points.distance(geometry) <= 10_000).sum()) for geometry in sites.geometry]
    return pd.DataFrame(
        {
            "site_id": sites["site_id"].to_numpy(),
            "n": counts,
            "weighted": np.array(counts) * weight,
            "any": np.array(counts) > 0,
            "tags": [["B", "C"]] * len(sites),
        }
    )


def several(sites: gpd.GeoDataFrame, params: None) -> pd.DataFrame:
    """Return one, two or no rows per site."""
    rows = [(one, part) for position, one in enumerate(sites["site_id"]) for part in "ab"[: int(one[1:]) % 3]]
    return pd.DataFrame(rows, columns=["site_id", "part"])


def failing(sites: gpd.GeoDataFrame, params: None) -> pd.DataFrame:
    raise StageError("failing: none of 3 samples lies within 1 km. Raise radius_km.")


@pytest.fixture
def region() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    random = np.random.default_rng(4)
    places = random.uniform(0, 100_000, (60, 2))
    sites = gpd.GeoDataFrame(
        {"site_id": [f"S{i}" for i in range(60)]}, geometry=gpd.points_from_xy(*places.T), crs=3979
    )
    points = random.uniform(-5_000, 105_000, (300, 2))
    return sites, gpd.GeoDataFrame({"v": range(300)}, geometry=gpd.points_from_xy(*points.T), crs=3979)


@pytest.mark.parametrize(
    ("mode", "partitions"),
    [("serial", 1), ("serial", 2), ("serial", 8), ("threads", 1), ("threads", 2), ("threads", 8), ("processes", 2)],
)
def test_any_partition_gives_the_serial_table(region, mode, partitions) -> None:
    sites, points = region
    expected = nearby(sites, points, 0.5)
    with Executor(mode, workers=2, partitions=partitions) as executor:
        for reach_km in (None, 10.0):
            table = executor.map_sites(nearby, sites, [Shared(points, reach_km)], 0.5)
            pd.testing.assert_frame_equal(table, expected)
            assert table["tags"].iloc[0] == ["B", "C"]
            assert table["any"].dtype == bool


@pytest.mark.parametrize("partitions", [1, 2, 8])
def test_long_tables_keep_sites_in_order_and_rows_within_a_site(region, partitions) -> None:
    sites, _ = region
    with Executor("threads", workers=2, partitions=partitions) as executor:
        table = executor.map_sites(several, sites, [], None)
    pd.testing.assert_frame_equal(table, several(sites, None))


def test_a_stage_error_reaches_the_caller_unchanged(region) -> None:
    sites, _ = region
    with Executor("threads", workers=2, partitions=2) as executor, pytest.raises(StageError, match="Raise radius_km"):
        executor.map_sites(failing, sites, [], None)


def test_a_scheduler_that_is_not_there_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match=r"dask\.scheduler: no Dask scheduler answers at 'tcp://127\.0\.0\.1:9'"):
        Executor(scheduler="tcp://127.0.0.1:9")


@pytest.mark.cluster
def test_a_cluster_gives_the_serial_table(region, dask_cluster) -> None:
    sites, points = region
    with Executor(scheduler=dask_cluster, partitions=4) as executor:
        table = executor.map_sites(nearby_in_cluster(), sites, [Shared(points, 10.0)], 0.5)
        whole = executor.map_sites(nearby_in_cluster(), sites, [Shared(points)], 0.5)
    expected = nearby(sites, points, 0.5)
    pd.testing.assert_frame_equal(table, expected)
    pd.testing.assert_frame_equal(whole, expected)


def nearby_in_cluster():
    """Return `nearby` as a function workers can unpickle by value (they cannot import the tests)."""
    import sys

    import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    return nearby
