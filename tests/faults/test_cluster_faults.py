"""A cluster that loses a worker gives the same table; one that loses its scheduler gives a message."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster

from layers.errors import ConfigError, StageError
from pipeline.executor import TRIES, Executor, Shared
from tests.faults.small_region import PRIVATE, PRIVATE_CORNERS, SmallRun, differing, run_small
from tests.sovereignty.traces import Traces, search_folders

FULL = os.environ.get("MINEWASTE_FAULTS") == "full"

pytestmark = [pytest.mark.cluster, pytest.mark.filterwarnings("ignore")]


SPILL = {
    "distributed.worker.memory.target": 1e-9,
    "distributed.worker.memory.spill": 1e-9,
    "distributed.comm.compression": None,
}
"""Workers put whatever they hold on disk at once."""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LocalCluster]:
    with (
        dask.config.set(SPILL),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=None,
            local_directory=str(tmp_path / "workers"),
            silence_logs=50,
        ) as running,
    ):
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


class Heavy:
    """A layer whose second arrival on a worker ends that worker, as one too large for it does."""

    def __init__(self, home: Path) -> None:
        self.home, self.sender = home, os.getpid()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for number in () if os.getpid() == self.sender else (1, 2):
            try:
                (self.home / f"arrival{number}").touch(exist_ok=False)
            except FileExistsError:
                continue
            if number == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            return


def with_heavy(part: gpd.GeoDataFrame, layer: Heavy, _params: object) -> pd.DataFrame:
    assert layer.home.is_dir()
    return pd.DataFrame({"site_id": part["site_id"]})


@pytest.mark.skipif(not FULL, reason="takes half a minute: make faults")
def test_a_worker_that_ends_as_a_layer_arrives_is_not_waited_for(cluster: LocalCluster, tmp_path: Path) -> None:
    """A scheduler that is told to send to all would send to it for ever, and nothing else meanwhile."""
    with Executor(scheduler=cluster.scheduler_address, partitions=4) as executor:
        found = executor.map_sites(with_heavy, sites(), [Shared(Heavy(tmp_path))], None)
    assert (tmp_path / "arrival2").exists()
    assert list(found["site_id"]) == list(sites()["site_id"])


@pytest.mark.parametrize("step", ["slow", "score_surface"])
def test_a_lost_scheduler_is_a_message(cluster: LocalCluster, step: str) -> None:
    with Executor(scheduler=cluster.scheduler_address, partitions=2) as executor:
        threading.Timer(2.0, cluster.close).start()
        compute: dict[str, Callable[[], Any]] = {
            "slow": lambda: executor.map_sites(slow, sites(), [], None),
            "score_surface": lambda: executor.on_workers(slow, sites(), [1, 2], step, "lower something"),
        }
        with pytest.raises(StageError, match=f"{step}: the connection to the dask scheduler or its workers was lost"):
            compute[step]()


def test_a_scheduler_lost_between_two_steps_is_the_same_message(cluster: LocalCluster) -> None:
    with Executor(scheduler=cluster.scheduler_address) as executor:
        assert executor.cluster_workers == 2
        cluster.close()
        with pytest.raises(
            StageError, match=r"(?s)the connection to the dask scheduler or its workers was lost.*run it again"
        ):
            executor.map_sites(slow, sites(), [], None)


LOSING = """
import subprocess, sys, threading
from pipeline.executor import Executor
from layers.errors import StageError
from tests.faults.test_cluster_faults import sites, slow

scheduler = subprocess.Popen(
    [sys.executable, "-c", "from distributed.cli.dask_scheduler import main; main()", "--port", "0", "--no-dashboard"],
    stderr=subprocess.PIPE, text=True,
)
address = next(line.split()[-1] for line in scheduler.stderr if "Scheduler at:" in line)
threading.Thread(target=scheduler.stderr.read, daemon=True).start()
with Executor(scheduler=address, partitions=2) as executor:
    threading.Timer(1.0, scheduler.kill).start()
    try:
        executor.map_sites(slow, sites(), [], None)
    except StageError as error:
        print(error)
"""


def test_a_scheduler_that_is_killed_is_one_message_and_no_trace() -> None:
    """Dask prints what its connection ended with, unless it is told not to."""
    root = Path(__file__).parents[2]
    surroundings = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), *sys.path])}
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOSING],
        cwd=root,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "slow: the connection to the dask scheduler or its workers was lost" in ended.stdout
    assert ended.stderr == ""


@pytest.mark.parametrize(("losses", "answer"), [(1, KeyError), (1, OSError), (3, OSError)])
def test_a_worker_lost_while_layers_are_sent_is_one_that_was_lost(
    cluster: LocalCluster, losses: int, answer: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the scheduler answers then may not pass for an error of the stage."""
    send, lost = Client.scatter, []

    def interrupted(self: Client, *arguments: Any, **options: Any) -> Any:
        assert not options.get("broadcast")  # it never ends when a worker does
        if len(lost) < losses:
            lost.append("tcp://127.0.0.1:1")
            raise answer(lost[-1])
        return send(self, *arguments, **options)

    monkeypatch.setattr(Client, "scatter", interrupted)
    (tmp_path / "mark").touch()
    places, shared = sites(), [Shared(sites(), 10.0), Shared(pd.DataFrame({"value": np.arange(10.0)}))]
    with Executor(scheduler=cluster.scheduler_address, partitions=2) as executor:
        if losses < TRIES:
            assert (executor.map_sites(suicidal, places, shared, tmp_path / "mark")["value"] == 45.0).all()
        else:
            with pytest.raises(
                StageError, match="suicidal: the connection to the dask scheduler or its workers was lost"
            ):
                executor.map_sites(suicidal, places, shared, tmp_path / "mark")
    assert len(lost) == losses


def hungry(part: gpd.GeoDataFrame, _params: object) -> pd.DataFrame:
    """Take more memory than a worker has, a little at a time, so that its nanny sees it grow."""
    held = []
    for _ in range(200):
        held.append(np.ones(1_000_000))
        time.sleep(0.03)
    return pd.DataFrame({"site_id": part["site_id"], "held": len(held)})


def modest(part: gpd.GeoDataFrame, _params: object) -> pd.DataFrame:
    return pd.DataFrame({"site_id": part["site_id"]})


@pytest.mark.skipif(not FULL, reason="takes half a minute: make faults")
def test_a_worker_without_memory_is_a_message_and_the_cluster_goes_on(tmp_path: Path) -> None:
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(
            n_workers=1, threads_per_worker=1, memory_limit="600MiB", dashboard_address=None,
            local_directory=str(tmp_path), silence_logs=50,
        ) as small,
        Executor(scheduler=small.scheduler_address, partitions=1) as executor,
    ):  # fmt: skip
        with pytest.raises(StageError, match=r"hungry: a worker was stopped several times.*ran out of memory"):
            executor.map_sites(hungry, sites(), [], None)
        assert len(executor.map_sites(modest, sites(), [], None)) == len(sites())


PER_SITE = (
    "assign_samples", "sample_rasters", "overlay_territories", "measure_access", "estimate_tonnage", "flag_constraints",
)  # fmt: skip
ON_WORKERS = ("read_roads", *PER_SITE, "score_surface")


@pytest.mark.parametrize("stage", ON_WORKERS if FULL else ("read_roads", PER_SITE[0], "score_surface"))
def test_a_run_whose_worker_is_killed_in_a_stage_writes_the_same_folder(
    cluster: LocalCluster, stage: str, small_run: SmallRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, killed = Executor._gather, []

    def kill_one_on_the_way(self: Executor, name: str, *arguments: Any) -> Any:
        if name == stage and not killed:
            worker = next(iter(cluster.workers.values()))
            killed.append(worker.pid)
            threading.Timer(0.02, os.kill, (worker.pid, signal.SIGKILL)).start()
        return whole(self, name, *arguments)

    monkeypatch.setattr(Executor, "_gather", kill_one_on_the_way)
    dask = {"scheduler": cluster.scheduler_address, "partitions": 6}
    run_small(small_run.raw | {"dask": dask}, small_run.data, tmp_path / "run")
    assert len(killed) == 1
    assert differing(tmp_path / "run", small_run.folder) == []
    assert [one for one in (tmp_path / "workers").rglob("*") if one.is_file()]
    assert search_folders([tmp_path], Traces([PRIVATE], PRIVATE_CORNERS)) == []


LOSSES = {
    "scheduler": "(?s)slow: the connection to the dask scheduler or its workers was lost.*run it again",
    "memory": "killed: a worker was stopped several times.*ran out of memory",
}


@pytest.mark.skipif(not FULL, reason="starts a second cluster: make faults")
@pytest.mark.parametrize("loss", LOSSES)
def test_a_run_that_loses_its_cluster_goes_on_with_the_next(
    cluster: LocalCluster, loss: str, small_run: SmallRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scheduler comes back, or the workers have memory again: the same command gives the same folder."""
    whole = Executor.map_sites

    def lose(self: Executor, run_stage: Any, *arguments: Any) -> Any:
        if run_stage.__name__ != "measure_access":
            return whole(self, run_stage, *arguments)
        if loss == "scheduler":
            threading.Timer(1.0, cluster.close).start()
        return whole(self, {"scheduler": slow, "memory": killed}[loss], arguments[0], [], None)

    def run_with(scheduler: str) -> Any:
        dask = {"scheduler": scheduler, "partitions": 2}
        return run_small(small_run.raw | {"dask": dask}, small_run.data, tmp_path / "run")

    with monkeypatch.context() as patched:
        patched.setattr(Executor, "map_sites", lose)
        with pytest.raises(StageError, match=LOSSES[loss]):
            run_with(cluster.scheduler_address)
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        dashboard_address=None,
        local_directory=str(tmp_path / "later"),
        silence_logs=50,
    ) as later:
        summary = run_with(later.scheduler_address)
    assert summary.reused >= 5
    assert differing(tmp_path / "run", small_run.folder) == []
    assert search_folders([tmp_path], Traces([PRIVATE], PRIVATE_CORNERS)) == []


def killed(_part: gpd.GeoDataFrame, _params: object) -> pd.DataFrame:
    """Every worker that comes here is ended, as the system ends one without memory."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


@pytest.mark.skipif(not FULL, reason="eight slices are tried beside another process: make faults")
@pytest.mark.parametrize("partitions", [1, 2, 8])
def test_slices_change_no_file_of_the_run_folder(small_run: SmallRun, tmp_path: Path, partitions: int) -> None:
    dask = {"mode": "threads", "workers": 2, "partitions": partitions}
    run_small(small_run.raw | {"dask": dask}, small_run.data, tmp_path / "sliced")
    assert differing(tmp_path / "sliced", small_run.folder) == []


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-OpenSSH_9.6\r\n" * 40, b"HTTP/1.1 400 Bad Request\r\n\r\n" * 40])
def test_what_takes_the_call_and_is_no_scheduler_is_not_waited_for(
    greeting: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.executor.ANSWER_S", 2)
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                taken.append(server.accept()[0])
                taken[-1].sendall(greeting)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=take, daemon=True).start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(ConfigError, match=f"no Dask scheduler answers at '{address}' .*Start one with"):
            Executor(scheduler=address)
        assert time.monotonic() - began < 20
