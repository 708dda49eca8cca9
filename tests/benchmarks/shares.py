"""``python -m tests.benchmarks.shares --size M``: processor seconds of client and workers, step by step, of a run on two workers.

The same run file is run here first, in a process of its own; both run folders must hold the same bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from dask.sizeof import sizeof
from distributed import Client, get_task_stream

from pipeline.progress import Progress
from pipeline.run import run
from tests.benchmarks.chain import cluster
from tests.benchmarks.memory import MIB, own_status_mib
from tests.benchmarks.run_file import run_file
from tests.benchmarks.workload import SIZES, prepare
from tests.faults.small_region import differing

ROOT = Path(__file__).parents[2]


class Shares(Progress):
    """Notes for every step the seconds on the clock, and the processor seconds of this process and of the workers."""

    def __init__(self, client: Any) -> None:
        super().__init__(quiet=True)
        self.client = client
        self.rows: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []

    def _processors_s(self) -> tuple[float, float]:
        workers = self.client.run(time.process_time) if self.client else {}
        return time.process_time(), sum(workers.values())

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """Measure one step."""
        began, started, (here, there) = time.time(), time.perf_counter(), self._processors_s()
        with super().step(words):
            yield
        seconds, (here_after, there_after) = time.perf_counter() - started, self._processors_s()
        self.rows.append(
            {
                "step": words, "s": seconds, "client_cpu_s": here_after - here, "workers_cpu_s": there_after - there,
                "began": began, "ended": time.time(),
            }
        )  # fmt: skip

    def noted(self, send: Callable[..., Any]) -> Callable[..., Any]:
        """Return `Client.scatter` that also notes the bytes it sends."""

        def scatter(client: Any, data: Any, **options: Any) -> Any:
            self.sent.append({"at": time.time(), "bytes": sum(map(sizeof, data))})
            return send(client, data, **options)

        return scatter


def measured(size: str, data: Path, out: Path, address: str | None, partitions: int | None) -> dict[str, Any]:
    """Run the chain into a folder and return what each step took."""
    config = run_file(prepare(size, data))
    dask = config.dask.model_copy(update={"scheduler": address, "partitions": partitions})
    with ExitStack() as stack:
        client = stack.enter_context(Client(address, set_as_default=False)) if address else None
        stream = stack.enter_context(get_task_stream(client)) if client else None
        shares, started = Shares(client), time.perf_counter()
        stack.enter_context(patch.object(Client, "scatter", shares.noted(Client.scatter)))
        run(config.model_copy(update={"dask": dask}), Path(), out, shares)
        seconds = time.perf_counter() - started
    return {
        "rows": shares.rows, "sent": shares.sent, "tasks": [] if stream is None else _tasks(stream.data), "s": seconds,
        "client_peak_mib": own_status_mib("VmHWM"),
    }  # fmt: skip


def _tasks(stream: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return when every task of Dask's task stream was computed, the bytes it gave and the seconds it waited for data."""
    tasks = []
    for told in stream:
        spans: dict[str, list[tuple[float, float]]] = {}
        for span in told["startstops"]:
            spans.setdefault(span["action"], []).append((span["start"], span["stop"]))
        if "compute" in spans:
            start, stop = spans["compute"][0]
            waited = sum(end - begin for begin, end in spans.get("transfer", []))
            tasks.append({"start": start, "stop": stop, "transfer_s": waited, "bytes": told["nbytes"]})
    return tasks


def table(here: dict[str, Any], spread: dict[str, Any]) -> str:
    """Return the steps as a Markdown table, sums last; what workers take while none has a task is idling and not counted."""
    lines = [
        "| step | here: clock, s | processors, s | two workers: clock, s | client, s | workers, s |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    totals = [0.0] * 5
    for one, two in zip(here["rows"], spread["rows"], strict=True):
        busy = any(two["began"] <= task["start"] <= two["ended"] for task in spread["tasks"])
        workers = two["workers_cpu_s"] if busy else 0.0
        figures = [one["s"], one["client_cpu_s"], two["s"], two["client_cpu_s"], workers]
        totals = [total + figure for total, figure in zip(totals, figures, strict=True)]
        lines.append(f"| {one['step']} | " + " | ".join(f"{figure:.2f}" for figure in figures) + " |")
    lines.append("| all | " + " | ".join(f"{total:.1f}" for total in totals) + " |")
    client, workers = totals[3:]
    sent = sum(part["bytes"] for part in spread["sent"]) / MIB
    lines.append(
        f"\nWorkers: {workers / (client + workers):.0%} of processor seconds. Clock: {spread['s'] / here['s']:.2f} times the run "
        f"here. Client's peak: {spread['client_peak_mib']:.0f} MiB (here {here['client_peak_mib']:.0f} MiB). "
        f"Sent by the client: {sent:.0f} MiB."
    )
    return "\n".join(lines)


def main() -> None:
    """Run here, run on two workers, compare, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.shares", description=__doc__)
    parser.add_argument("--size", choices=list(SIZES), default="M")
    parser.add_argument("--data", type=Path, default=Path("build/bench_data"))
    parser.add_argument("--partitions", type=int, default=None)
    parser.add_argument("--child", nargs=2, metavar=("FOLDER", "ADDRESS"), help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=Path("build/shares.json"))
    options = parser.parse_args()
    if options.child:
        folder, address = options.child
        told = measured(options.size, options.data, Path(folder), address or None, options.partitions)
        options.out.write_text(json.dumps(told))
        return
    prepare(options.size, options.data)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="bench-shares-") as home:
        here = _child(options, Path(home), "here", "")
        with cluster(Path(home)) as address:
            spread = _child(options, Path(home), "workers", address)
        unlike = differing(Path(home) / "here", Path(home) / "workers")
    options.out.write_text(json.dumps({"load": load, "here": here, "workers": spread, "differing": unlike}, indent=1))
    print(f"load of the machine at the start: {load:.1f}\n\n{table(here, spread)}")
    if unlike:
        sys.exit(f"files that differ: {', '.join(unlike)}")


def _child(options: argparse.Namespace, home: Path, name: str, address: str) -> Any:
    told = home / f"{name}.json"
    command = [
        sys.executable, "-m", "tests.benchmarks.shares", "--size", options.size, "--data", str(options.data.resolve()),
        "--out", str(told), "--child", str(home / name), address,
    ]  # fmt: skip
    command += ["--partitions", str(options.partitions)] if options.partitions else []
    subprocess.run(command, cwd=ROOT, check=True)
    return json.loads(told.read_text())


if __name__ == "__main__":
    main()
