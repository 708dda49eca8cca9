"""A cluster that loses a worker gives the same table; one that loses its scheduler gives a message."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from distributed import LocalCluster

from layers.errors import StageError
from pipeline.executor import Executor, Shared

pytestmark = [pytest.mark.cluster, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path), silence_logs=50
    ) as running:
        yield running


def sites(n: int = 40) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(1)
    points = gpd.points_from_xy(rng.uniform(0, 1e5, n), rng.uniform(0, 1e5, n))
    return gpd.GeoDataFrame({"site_id": [f"s{one}" for one in range(n)]}, geometry=points, crs="EPSG:3978")


def suicidal(part: gpd.GeoDataFrame, near: gpd.GeoDataFrame, table: pd.DataFrame, mark: Path) -> pd.DataFrame:
    """The first worker to come here ends itself, as one without memory is ended by the system."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        time.sleep(0.2)
        return pd.DataFrame({"site_id": part["site_id"], "value": float(table["value"].sum()), "n": len(near)})
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def slow(part: gpd.GeoDataFrame, _params: object) -> pd.DataFrame:
    time.sleep(20)
    return pd.DataFrame({"site_id": part["site_id"]})


def test_a_worker_killed_in_a_stage_changes_nothing(cluster: LocalCluster, tmp_path: Path) -> None:
    places, table = sites(), pd.DataFrame({"value": np.arange(10.0)})
    shared = [Shared(places, 10.0), Shared(table)]
    with Executor(scheduler=cluster.scheduler_address, partitions=6) as executor:
        found = executor.map_sites(suicidal, places, shared, tmp_path / "mark")
    assert (tmp_path / "mark").exists()
    assert list(found["site_id"]) == list(places["site_id"])
    assert (found["value"] == 45.0).all()


def test_a_lost_scheduler_is_a_message(cluster: LocalCluster) -> None:
    import threading

    with Executor(scheduler=cluster.scheduler_address, partitions=2) as executor:
        threading.Timer(2.0, cluster.close).start()
        with pytest.raises(StageError, match="slow: the connection to the dask scheduler or its workers was lost"):
            executor.map_sites(slow, sites(), [], None)
