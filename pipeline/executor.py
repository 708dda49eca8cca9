"""Run per-site stages on slices of the sites, here or on a cluster. The only file that names Dask.

Sites are cut along a Hilbert curve, so that a slice is compact on the ground and needs only the neighbouring part of the
other layers. Every slice goes through the same pure stage; rows come back in the order of the sites. Serial, threads,
processes and a remote cluster therefore give the same table.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.errors import ConfigError, StageError

Mode = Literal["serial", "threads", "processes", "cluster"]
SITES_PER_PARTITION = 25_000
"""A slice of this many sites keeps what a process or a worker of a cluster costs (about 50 ms) far below its work."""

TRIES = 3
"""How often the slices of a stage are sent to a cluster whose workers end while they compute."""

SITES_PER_SLICE_HERE = 250_000
"""On threads of this process slices only bound memory: the stages use threads themselves, and every slice copies its layers."""


ANSWER_S = 10
"""How long a scheduler may take to answer before a run begins."""

_LOST = "the connection to the dask scheduler or its workers was lost"
_GO_ON = "Start them again and run it again: the steps that were finished are kept."


@dataclass(frozen=True)
class Shared:
    """A layer a stage needs beside the sites.

    Parameters
    ----------
    layer : DataFrame, GeoDataFrame or any picklable value
        The whole layer, in the CRS of the sites when it has one.
    reach_km : float or None
        How far from a site its rows can matter. None: the whole layer goes to every slice.
    """

    layer: Any
    reach_km: float | None = None


class Executor:
    """Where the per-site stages of one run are computed.

    Parameters
    ----------
    mode : {"serial", "threads", "processes", "cluster"}
        ``serial`` calls the stage in this process; ``threads`` and ``processes`` use Dask's local schedulers; ``cluster``
        sends slices to an existing dask.distributed scheduler.
    workers : int
        Threads or processes at once; ignored by ``cluster``, which uses what the cluster has.
    scheduler : str or None
        Address of the cluster's scheduler, e.g. ``tcp://10.0.0.5:8786``; needed by ``cluster`` only.
    partitions : int or None
        Number of slices; None: as many as the number of sites warrants.

    Raises
    ------
    ConfigError
        If the scheduler does not answer.
    """

    def __init__(
        self, mode: Mode = "threads", workers: int = 1, scheduler: str | None = None, partitions: int | None = None
    ) -> None:
        self.mode: Mode = "cluster" if scheduler else mode
        self.workers = max(1, workers)
        self.partitions = partitions
        self._log_levels: dict[str, int] = {}
        if scheduler:
            self._log_levels = _silenced()
        self._client = _connect(scheduler) if scheduler else None
        self._processes: ProcessPoolExecutor | None = None

    def __enter__(self) -> Executor:
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()
        for name, level in self._log_levels.items():
            logging.getLogger(name).setLevel(level)
        if self._processes is not None:
            self._processes.shutdown()
            self._processes = None

    def map_sites(
        self, stage: Callable[..., pd.DataFrame], sites: gpd.GeoDataFrame, shared: Sequence[Shared], params: Any
    ) -> Any:
        """Run a per-site stage over all sites.

        Parameters
        ----------
        stage : callable
            ``stage(sites, *layers, params)`` returning one row, or several, per site with a ``site_id`` column.
        sites : GeoDataFrame[Sites]
            In the working CRS (metres).
        shared : sequence of Shared
            The stage's further layers, in its order.
        params : pydantic model
            The stage's parameters.

        Returns
        -------
        DataFrame
            The stage's table for all sites, in the order of the sites (rows of one site in the stage's order).

        Raises
        ------
        StageError
            What the stage raises, or when a worker was killed (usually for memory).
        """
        slices = _hilbert_slices(sites, self.partitions or self._fitting_partitions(len(sites)))
        params = self._within_workers(params, len(slices))
        if len(slices) == 1 and self.mode != "cluster":
            return stage(sites, *[table.layer for table in shared], params)
        parts = self._compute(stage, sites, slices, shared, params)
        return _in_order(parts, sites)

    @property
    def cluster_workers(self) -> int:
        """How many workers a cluster has at the moment; 0 without a cluster.

        Raises
        ------
        StageError
            When the scheduler is lost.
        """
        if self._client is None:
            return 0
        try:
            return len(self._client.scheduler_info(n_workers=-1)["workers"])
        except (
            KeyError,
            OSError,
            TimeoutError,
            RuntimeError,
        ) as error:  # what the client knows of a scheduler it has lost
            raise StageError(f"dask: {_LOST} ({error}). {_GO_ON}") from error

    def on_workers(
        self, work: Callable[[Any, Any], Any], shared: Any, parts: Sequence[Any], name: str, remedy: str
    ) -> list[Any]:
        """Compute ``work(shared, part)`` for every part on the workers of a cluster.

        Parameters
        ----------
        work : callable
            Of a module that workers can import. A part whose worker ends is computed again, perhaps beside the first.
        shared : any picklable value
            Sent once, unless it is None.
        parts : sequence of any picklable values
            What each call takes beside it.
        name, remedy : str
            The step, and what makes it take less memory, for messages.

        Returns
        -------
        list
            In the order of the parts.

        Raises
        ------
        StageError
            What ``work`` raises, or when a worker was killed again and again or the scheduler is lost.
        """
        import dask

        def tasks_of() -> list[Any]:
            sent = None if shared is None else self._sent(shared)
            return [dask.delayed(work, pure=False)(sent, part) for part in parts]

        return self._gather(name, remedy, tasks_of)

    def _within_workers(self, params: Any, n_slices: int) -> Any:
        """Lower a stage's own ``threads`` so that slices times threads never exceed the workers; results do not depend on it."""
        threads = getattr(params, "threads", None)
        if threads is None:
            return params
        at_once = 1 if self.mode == "serial" else min(n_slices, self.workers)
        share = 1 if self.mode == "cluster" else max(1, self.workers // at_once)
        return params if threads <= share else params.model_copy(update={"threads": share})

    def _fitting_partitions(self, n_sites: int) -> int:
        """Return one slice for small regions, else a multiple of the workers that keeps slices near the target size."""
        if self.mode == "cluster":
            return max(1, self.cluster_workers, math.ceil(n_sites / SITES_PER_PARTITION))
        if self.mode == "processes":
            return max(self.workers, math.ceil(n_sites / SITES_PER_PARTITION))
        return max(1, math.ceil(n_sites / SITES_PER_SLICE_HERE))

    def _compute(
        self,
        stage: Callable[..., pd.DataFrame],
        sites: gpd.GeoDataFrame,
        slices: list[np.ndarray],
        shared: Sequence[Shared],
        params: Any,
    ) -> list[pd.DataFrame]:
        import dask

        def tasks_of() -> list[Any]:
            whole = [self._scatter(table.layer) if table.reach_km is None else None for table in shared]
            tasks = []
            for rows in slices:
                part = sites.iloc[rows]
                layers = [
                    everything if table.reach_km is None else self._sent(_near(table.layer, part, table.reach_km))
                    for table, everything in zip(shared, whole, strict=True)
                ]
                tasks.append(dask.delayed(stage, pure=False)(part, *layers, params))
            return tasks

        if self._client is not None:
            return self._gather(stage.__name__, "raise dask.partitions so that slices become smaller", tasks_of)
        tasks = tasks_of()
        if self.mode == "serial":
            return list(dask.compute(*tasks, scheduler="synchronous"))
        try:
            if self.mode == "processes":
                return list(dask.compute(*tasks, scheduler="processes", pool=self._pool(), chunksize=1))
            return list(dask.compute(*tasks, scheduler=self.mode, num_workers=self.workers))
        except (BrokenProcessPool, MemoryError) as error:
            self._processes = None
            raise StageError(
                f"{stage.__name__}: a worker was stopped while computing one of {len(tasks)} slices of sites, usually because "
                f"the machine ran out of memory. Lower dask.workers (now {self.workers}), or raise dask.partitions (now "
                f"{len(tasks)}) so that slices become smaller."
            ) from error

    def _pool(self) -> ProcessPoolExecutor:
        """Return the processes of this run: starting them and loading the libraries takes longer than most stages."""
        if self._processes is None:
            from dask.multiprocessing import get_context, initialize_worker_process

            self._processes = ProcessPoolExecutor(
                self.workers, mp_context=get_context(), initializer=initialize_worker_process
            )
        return self._processes

    def _sent(self, layer: Any) -> Any:
        """Send a layer, or what one slice needs of it, to one worker of the cluster, from which others fetch it.

        Never to all at once: a scheduler that loses a worker while it copies to all of them goes on copying for ever.
        """
        if self._client is None:
            return layer
        from distributed.comm.core import CommClosedError

        try:
            return self._client.scatter([layer], hash=False)[0]
        except (KeyError, OSError) as error:  # what a scheduler answers when the worker ends meanwhile
            raise CommClosedError(f"a worker was lost while it was sent a layer: {error}") from error

    def _scatter(self, layer: Any) -> Any:
        """Send a whole layer to the cluster; locally, wrap it so that it is not copied per slice."""
        import dask

        return dask.delayed(layer, pure=False, traverse=False) if self._client is None else self._sent(layer)

    def _gather(self, name: str, remedy: str, tasks_of: Callable[[], list[Any]]) -> list[Any]:
        """Compute on the cluster; where a worker took what it had been sent with it, everything is sent once more."""
        from concurrent.futures import CancelledError

        from distributed import KilledWorker
        from distributed.client import FutureCancelledError
        from distributed.comm.core import CommClosedError

        assert self._client is not None  # noqa: S101 - narrowed for mypy; the caller checked
        for attempt in range(1, TRIES + 1):
            try:
                return cast("list[Any]", self._client.gather(self._client.compute(tasks_of())))
            except KilledWorker as error:
                raise StageError(
                    f"{name}: a worker was stopped several times while computing one part of it, "
                    "usually because it ran out of memory. Give the workers more memory (--memory-limit of `dask worker`), "
                    f"or {remedy}."
                ) from error
            except (CancelledError, FutureCancelledError, CommClosedError, TimeoutError) as error:
                if self._client.status != "running" or attempt == TRIES:
                    raise StageError(f"{name}: {_LOST} ({error}). {_GO_ON}") from error
        raise AssertionError("the loop returns or raises")


def fitting_workers() -> int:
    """Return how many workers this machine can run at once (the cores this process may use)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def _silenced() -> dict[str, int]:
    """Let Dask print no trace of a connection that is lost: the run says it in one message. Return the levels before."""
    import distributed  # noqa: F401 - sets the levels when it is loaded

    levels = {name: logging.getLogger(name).level for name in ("distributed", "distributed.client")}
    for name in levels:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return levels


def _connect(scheduler: str) -> Any:
    from concurrent.futures import ThreadPoolExecutor

    from distributed import Client

    asking = ThreadPoolExecutor(1)  # a notebook has a loop of its own in this thread
    try:
        asking.submit(asyncio.run, _answer(scheduler)).result()
        return Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        why = str(error) or f"whatever is there says nothing of a scheduler within {ANSWER_S} s"
        raise ConfigError(
            f"dask.scheduler: no Dask scheduler answers at '{scheduler}' ({why}). "
            "Start one with `dask scheduler`, check the address, or leave the option out to run on this machine."
        ) from None
    finally:
        asking.shutdown(wait=False)


async def _answer(scheduler: str) -> None:
    """Wait a while for what only a scheduler answers: its client itself waits for ever for a word of whoever takes its call."""
    from distributed.core import rpc
    from distributed.security import Security

    async def asked() -> None:
        async with rpc(scheduler, connection_args=Security().get_connection_args("client")) as there:
            if (await there.identity()).get("type") != "Scheduler":
                raise ValueError("it is no scheduler, but another part of a cluster")

    try:
        await asyncio.wait_for(asked(), ANSWER_S)
    except (OSError, ValueError, TimeoutError):
        raise
    except (
        Exception
    ) as error:  # its first bytes are taken for a length of any size, its next ones for whatever they unfold to
        raise ValueError("what is there speaks otherwise") from error


def _hilbert_slices(sites: gpd.GeoDataFrame, partitions: int) -> list[np.ndarray]:
    """Cut row positions into ``partitions`` compact groups, each in ascending row order; none is empty."""
    if len(sites) == 0 or partitions <= 1:
        return [np.arange(len(sites))]
    along_curve = np.argsort(sites.geometry.hilbert_distance().to_numpy(), kind="stable")
    return [np.sort(rows) for rows in np.array_split(along_curve, min(partitions, len(sites)))]


def _near(layer: gpd.GeoDataFrame, part: gpd.GeoDataFrame, reach_km: float) -> gpd.GeoDataFrame:
    """Return the rows of a layer that can matter to a slice; rows without geometry always can.

    The reach is widened by 5 % because an equal-area projection stretches distances by up to a few per cent.
    """
    reach_m = reach_km * 1000 * 1.05
    west, south, east, north = part.total_bounds
    bounds = layer.geometry.bounds
    inside = (
        (bounds["minx"] <= east + reach_m)
        & (bounds["maxx"] >= west - reach_m)
        & (bounds["miny"] <= north + reach_m)
        & (bounds["maxy"] >= south - reach_m)
    )
    return layer[inside | layer.geometry.isna() | layer.geometry.is_empty]


def _in_order(parts: list[pd.DataFrame], sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """Put the rows of all slices back into the order of the sites, keeping types and the order within a site."""
    filled = [part for part in parts if len(part)] or parts[:1]
    table = pd.concat(filled, ignore_index=True)
    position = pd.Series(np.arange(len(sites)), index=sites["site_id"].to_numpy())
    order = np.argsort(position.loc[table["site_id"]].to_numpy(), kind="stable")
    return table.iloc[order].reset_index(drop=True)
