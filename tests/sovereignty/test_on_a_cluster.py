"""No trace in what workers that put all they hold on disk ever wrote, nor of a run that was killed (`make faults`).

The search is shown to see private things in each place where a worker can write. A run folder holds none at once; what had been
unpacked goes with the process, or with the next command where what waits for its end is killed too.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import chdir, contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import dask
import geopandas as gpd
import pandas as pd
import pytest
from distributed import LocalCluster

from pipeline.executor import Executor, Shared
from tests.faults.processes import Command
from tests.sovereignty import kept_files

FULL = os.environ.get("MINEWASTE_FAULTS") == "full"
KINDS = ("never", "undeclared", "community", "generalised", "requests", "withheld")

in_full = pytest.mark.skipif(not FULL, reason="runs the whole region again: make faults")
pytestmark = pytest.mark.filterwarnings("ignore")


@contextmanager
def cluster_in(home: Path) -> Iterator[LocalCluster]:
    """Start workers that put all they hold on disk at once, unpacked; everything they write or remove lies in one folder."""
    places = {name: home / name for name in ("workers", "working", "temporary_of_workers", "kept")}
    for place in places.values():
        place.mkdir()
    settings = {
        "distributed.worker.memory.target": 1e-9,
        "distributed.worker.memory.spill": 1e-9,
        "distributed.worker.memory.spill-compression": False,
        "distributed.comm.compression": None,
        "distributed.worker.preload": [kept_files.__file__],
        "distributed.nanny.pre-spawn-environ": {  # later ones come when Python has chosen its temporary folder
            "TMPDIR": str(places["temporary_of_workers"]),
            kept_files.FOLDER: str(places["kept"]),
        },
    }
    with (
        chdir(places["working"]),
        dask.config.set(settings),
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(home / "workers"), silence_logs=50
        ) as running,
    ):  # fmt: skip
        yield running


@pytest.fixture(scope="module")
def workers(region: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folder of the workers of a finished run, whose run folder and temporary files lie beside it."""
    home = tmp_path_factory.mktemp("cluster")
    with cluster_in(home) as running:
        arguments = ["run", region.run_file, "--out", home / "run", "--scheduler", running.scheduler_address]
        code, said = Command(arguments, home / "temporary").end()
        assert code == 0, said
        yield home


@in_full
@pytest.mark.cluster
@pytest.mark.parametrize("kind", KINDS)
def test_workers_hold_no_trace(kind: str, workers: Path, region: Any, working_crs: str, traces: ModuleType) -> None:
    wanted = traces.Traces(region.names.get(kind, []), region.points.get(kind, []), working_crs)
    assert traces.search_folders([workers], wanted) == []


@in_full
@pytest.mark.cluster
def test_what_workers_may_hold_is_seen_in_what_they_wrote(workers: Path, region: Any, traces: ModuleType) -> None:
    """Ids of sites stand in every slice, names of communities in a layer of one stage only."""
    ranking = pd.read_csv(region.run / "ranking.csv")
    for name in (ranking["site_id"][0], ranking["nearest_community"].dropna().iloc[0]):
        assert traces.search_folders([workers / "kept"], traces.Traces([name]))


def leaking(part: gpd.GeoDataFrame, layer: gpd.GeoDataFrame, place: str) -> pd.DataFrame:
    """A stage that is handed a private layer, and that may write it somewhere."""
    folders = {"temporary": Path(tempfile.gettempdir()), "removed": Path(tempfile.gettempdir()), "working": Path()}
    if place in folders:
        file = folders[place] / f"{place}.parquet"
        layer.to_parquet(file)
        if place == "removed":
            file.unlink()
    return pd.DataFrame({"site_id": part["site_id"]})


WHERE = {
    "sent": r"(workers|kept)/(?!.*parquet)",
    "temporary": r"temporary_of_workers/.*temporary\.parquet",
    "working": r"working/.*working\.parquet",
    "removed": r"kept/.*removed\.parquet",
}
"""How a private layer may come to lie on the disk of a worker, and in which file it is then found."""


@pytest.fixture(scope="module")
def zone(planted: Any) -> str:
    """A projected CRS in which a run hands layers of the region to workers."""
    longitudes, latitudes = zip(*planted.points["withheld"], strict=True)
    crs = gpd.GeoSeries(gpd.points_from_xy(longitudes, latitudes), crs="EPSG:4326").estimate_utm_crs()
    return json.dumps(crs.to_json_dict())


@pytest.fixture(scope="module")
def leaks(planted: Any, zone: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folder of workers that were handed everything private of the region, in each of the ways of `WHERE`."""
    home = tmp_path_factory.mktemp("leaks")
    points = [point for kind in KINDS for point in planted.points.get(kind, [])]
    names = [name for kind in KINDS for name in planted.names.get(kind, [])] + [""] * len(points)
    shapes = gpd.GeoSeries(gpd.points_from_xy(*zip(*points, strict=True)), crs="EPSG:4326").to_crs(zone)
    private = gpd.GeoDataFrame({"name": names}, geometry=shapes.reindex(range(len(names))))
    sites = gpd.GeoDataFrame({"site_id": ["a", "b"]}, geometry=shapes[:2])
    with cluster_in(home) as running, Executor(scheduler=running.scheduler_address, partitions=2) as executor:
        for way in WHERE:
            executor.map_sites(leaking, sites, [Shared(private)], way)
        yield home


@pytest.mark.cluster
@pytest.mark.parametrize("kind", KINDS)
def test_a_private_layer_that_reached_a_worker_would_be_seen(
    kind: str, leaks: Path, planted: Any, zone: str, traces: ModuleType
) -> None:
    wanted = traces.Traces(planted.names.get(kind, []), planted.points.get(kind, []), zone)
    hits = traces.search_folders([leaks], wanted)
    spellings = [{f"name '{name}'"} for name in wanted.names]
    spellings += [
        {f"place {place}" for place in places} for places in zip(*(p.tolist() for p in wanted.planes), strict=True)
    ]
    assert spellings
    for file in WHERE.values():
        there = " ".join(hit for hit in hits if re.match(file, hit))
        assert [spelling for spelling in spellings if not any(one in there for one in spelling)] == []


@in_full
@pytest.mark.parametrize("ended", ["alone", "with its shell"])
@pytest.mark.parametrize("seed", range(6))
def test_a_run_that_was_killed_leaves_no_trace(
    seed: int, ended: str, region: Any, working_crs: str, traces: ModuleType, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    process = Command(["run", region.run_file, "--out", tmp_path / "run"], tmp_path / "temporary")
    wanted, waited = chance.randrange(0, 20), chance.uniform(0, 1)
    while process.running() and len(list(tmp_path.glob("run/stages/*.mark"))) < wanted:
        time.sleep(0.01)
    time.sleep(waited)
    for child in process.children() if ended == "with its shell" else ():
        os.kill(child, signal.SIGKILL)
    process.signal(signal.SIGKILL)
    assert process.end()[0] == -signal.SIGKILL
    every = [traces.Traces(region.names.get(kind, []), region.points.get(kind, []), working_crs) for kind in KINDS]
    assert [traces.search_folders([tmp_path / "run"], looked_for) for looked_for in every] == [[]] * len(KINDS)
    if ended == "alone":  # the shell removes at once what was unpacked
        deadline = time.monotonic() + 20
        while any((tmp_path / "temporary").iterdir()) and time.monotonic() < deadline:
            time.sleep(0.05)
    else:  # nobody but its user can read it, and the next command of any kind removes it
        assert {path.stat().st_mode & 0o777 for path in (tmp_path / "temporary").iterdir()} == {0o700}
        assert Command(["sources"], tmp_path / "temporary").end()[0] == 0
    assert list((tmp_path / "temporary").iterdir()) == []


@in_full
def test_the_search_sees_what_a_killed_run_had_unpacked(region: Any, traces: ModuleType, tmp_path: Path) -> None:
    """Private layers do lie in the temporary folder for moments, so that the test before this one looks for something."""
    process = Command(["run", region.run_file, "--out", tmp_path / "run"], tmp_path / "temporary")
    wanted, hits = traces.Traces(region.names["never"]), []
    while process.running() and not hits:
        with suppress(OSError):  # it comes and goes
            hits = traces.search_folders([tmp_path / "temporary"], wanted)
    process.signal(signal.SIGKILL)
    process.end()
    assert hits
