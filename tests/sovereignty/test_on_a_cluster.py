"""No trace in the folders of workers that put all they hold on disk, nor of a run that was killed (`make faults`).

A run folder holds none at once; what had been unpacked goes with the next command.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import dask
import pytest
from distributed import LocalCluster

from tests.faults.processes import Command

FULL = os.environ.get("MINEWASTE_FAULTS") == "full"
KINDS = ("never", "undeclared", "community", "generalised", "requests", "withheld")
SPILL = {
    "distributed.worker.memory.target": 1e-9,
    "distributed.worker.memory.spill": 1e-9,
    "distributed.comm.compression": None,
}

pytestmark = [
    pytest.mark.skipif(not FULL, reason="runs the whole region again: make faults"),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def workers(region: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folder of the workers of a finished run, whose run folder and temporary files lie beside it."""
    home = tmp_path_factory.mktemp("cluster")
    with (
        dask.config.set(SPILL),
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(home / "workers"), silence_logs=50
        ) as running,
    ):  # fmt: skip
        arguments = ["run", region.run_file, "--out", home / "run", "--scheduler", running.scheduler_address]
        code, said = Command(arguments, home / "temporary").end()
        assert code == 0, said
        assert [one for one in (home / "workers").rglob("*") if one.is_file()]
        yield home


@pytest.mark.cluster
@pytest.mark.parametrize("kind", KINDS)
def test_workers_hold_no_trace(kind: str, workers: Path, region: Any, working_crs: str, traces: ModuleType) -> None:
    wanted = traces.Traces(region.names.get(kind, []), region.points.get(kind, []), working_crs)
    assert traces.search_folders([workers], wanted) == []


@pytest.mark.cluster
def test_what_workers_may_hold_is_seen_in_their_folders(workers: Path, traces: ModuleType) -> None:
    assert traces.search_folders([workers / "workers"], traces.Traces(["Community Gxilm"]))


@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_was_killed_leaves_no_trace(
    seed: int, region: Any, working_crs: str, traces: ModuleType, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    process = Command(["run", region.run_file, "--out", tmp_path / "run"], tmp_path / "temporary")
    wanted, waited = chance.randrange(0, 20), chance.uniform(0, 1)
    while process.running() and len(list(tmp_path.glob("run/stages/*.mark"))) < wanted:
        time.sleep(0.01)
    time.sleep(waited)
    process.signal(signal.SIGKILL)
    process.end()
    every = [traces.Traces(region.names.get(kind, []), region.points.get(kind, []), working_crs) for kind in KINDS]
    assert [traces.search_folders([tmp_path / "run"], looked_for) for looked_for in every] == [[]] * len(KINDS)
    # What a killed process had unpacked nobody but its user can read, and the next command of any kind removes it.
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "temporary").iterdir()} <= {0o700}
    assert Command(["sources"], tmp_path / "temporary").end()[0] == 0
    assert [traces.search_folders([tmp_path], looked_for) for looked_for in every] == [[]] * len(KINDS)
