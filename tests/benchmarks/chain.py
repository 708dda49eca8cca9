"""The whole chain: a run of minewaste here and on a cluster of this machine, and the script of today."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from pipeline.folder.writing import read_parquet
from pipeline.progress import Progress
from pipeline.run import run
from tests.benchmarks.naive_chain import run_naive
from tests.benchmarks.run_file import run_file
from tests.benchmarks.step import Step
from tests.benchmarks.workload import Workload

WORKERS = 2
WORKER_MEMORY = "4GiB"


def _load(work: Workload, variant: str) -> Any:
    return SimpleNamespace(work=work, config=run_file(work), folder=tempfile.TemporaryDirectory(prefix="bench-chain-"))


def _ours(state: Any) -> Path:
    out = Path(state.folder.name) / "run"
    run(state.config, Path(), out, Progress(quiet=True))
    return out


def _on_cluster(state: Any) -> Path:
    """Run the same run file on a scheduler and two workers of this machine; starting them is part of the time."""
    with cluster(Path(state.folder.name)) as address:
        dask = state.config.dask.model_copy(update={"scheduler": address})
        state.config = state.config.model_copy(update={"dask": dask})
        return _ours(state)


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Start a Dask scheduler and two workers of one thread and 4 GiB on the loopback; give the address, and end them."""
    told = folder / "scheduler.json"
    common = ["--scheduler-file", str(told)]
    scheduler = [*common, "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    worker = [
        *common, "--host", "127.0.0.1", "--nworkers", str(WORKERS), "--nthreads", "1", "--memory-limit", WORKER_MEMORY,
        "--no-dashboard", "--local-directory", str(folder),
    ]  # fmt: skip
    started = [_dask("scheduler", scheduler, folder)]
    try:
        yield from _ready(started, worker, told, folder)
    finally:
        for one in reversed(started):
            one.terminate()
        for one in started:
            one.wait(30)


def _dask(kind: str, options: list[str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / f"{kind}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + kind, *options], stdout=log, stderr=subprocess.STDOUT
        )


def _ready(started: list[subprocess.Popen[bytes]], worker: list[str], told: Path, folder: Path) -> Iterator[str]:
    """Give the address once both workers answer."""
    from distributed import Client

    for _ in range(600):
        if told.exists() and told.stat().st_size:
            break
        time.sleep(0.1)
    started.append(_dask("worker", worker, folder))
    with Client(scheduler_file=str(told), set_as_default=False) as client:
        client.wait_for_workers(WORKERS, timeout=60)
        address = str(client.scheduler.address)
    yield address


def _naive(state: Any) -> dict[str, float]:
    return run_naive(state.work, Path(state.folder.name))


def _answer(outcome: Any, state: Any) -> dict[str, float]:
    if isinstance(outcome, Path):
        sites = read_parquet(outcome / "sites.parquet")
        areas = pd.read_csv(outcome / "site_territories.csv")
        told = {
            "sites": len(sites), "pairs": (areas["relation"] == "inside").sum(), "road_km": sites["road_km"].mean(),
            "near_n": sites["near_n"].sum(), "raster": sites["raster_grid_0"].mean(),
        }  # fmt: skip
    else:
        told = outcome
    state.folder.cleanup()
    return told


CHAIN = Step(
    load=_load,
    variants={"ours": _ours, "naive": _naive, "cluster": _on_cluster},
    answer=_answer,
    # The script measures on the plane of one projection for a country: up to 4 % off in length, 8 % in area.
    tolerance={"sites": 0.0, "pairs": 0.001, "road_km": 0.04, "near_n": 0.08, "raster": 0.001},
    largest={"naive": "M"},
    once=frozenset({"naive", "cluster"}),
)
