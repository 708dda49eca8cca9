"""Run variants in fresh processes, one after the other in turn, and watch time and the memory of the process tree."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

MIB = 1024 * 1024
ROOT = Path(__file__).parents[2]


@dataclass
class Runs:
    """What the repetitions of one variant gave.

    Parameters
    ----------
    seconds, cpu_s, peak_mib : list of float
        Of each repetition: seconds on the clock and of processors (children included), and the peak of the process tree.
    answer : dict of str to float
        Figures of the last repetition.
    over_s : float or None
        Seconds after which a repetition was ended unfinished.
    """

    seconds: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)
    answer: dict[str, float] = field(default_factory=dict)
    over_s: float | None = None

    @property
    def median_s(self) -> float:
        """Median of the timed part."""
        return statistics.median(self.seconds)

    @property
    def median_cpu_s(self) -> float:
        """Median of the processors' seconds of the timed part."""
        return statistics.median(self.cpu_s)


@dataclass(frozen=True)
class Limits:
    """How long a benchmark may take.

    Parameters
    ----------
    repetition_s : float
        A repetition, loading included, is ended after so many seconds.
    variant_s : float
        No further repetition of a variant is begun once its timed parts sum to so many seconds.
    """

    repetition_s: float = 1_200.0
    variant_s: float = 300.0


class BenchmarkError(RuntimeError):
    """A variant failed or variants disagree."""


def repeat(step: str, variants: Mapping[str, int], size: str, data: Path, limits: Limits) -> dict[str, Runs]:
    """Run each variant as often as it asks for, interleaved: A B C, A B C, …

    Parameters
    ----------
    step : str
        Name of the step.
    variants : mapping of str to int
        Variant -> number of repetitions.
    size : str
        Size of the workload.
    data : Path
        Folder of the workloads.
    limits : Limits
        When to end a repetition, and when to begin no other.

    Returns
    -------
    dict of str to Runs

    Raises
    ------
    BenchmarkError
        If a variant fails, or ours takes longer than a repetition may.
    """
    runs: dict[str, Runs] = {name: Runs() for name in variants}
    for turn in range(max(variants.values())):
        for name, wanted in variants.items():
            mine = runs[name]
            if turn >= wanted or mine.over_s is not None or sum(mine.seconds) > limits.variant_s:
                continue
            told, peak_mib = one_run(step, name, size, data, limits.repetition_s)
            if told is None:
                if name == "ours":
                    raise BenchmarkError(f"{step} at size {size} took more than {limits.repetition_s:g} s.")
                mine.over_s = limits.repetition_s
                print(f"  {step} {size} {name}: ended after {limits.repetition_s:g} s", flush=True)
                continue
            mine.seconds.append(told["seconds"])
            mine.cpu_s.append(told["cpu_s"])
            mine.peak_mib.append(peak_mib)
            mine.answer = told["answer"]
            spent = f"{told['seconds']:.3f} s ({told['cpu_s']:.2f} s of processors), {peak_mib:.0f} MiB"
            print(f"  {step} {size} {name}: {spent} {_told(told['answer'])}", flush=True)
    return runs


def one_run(step: str, variant: str, size: str, data: Path, limit_s: float) -> tuple[dict[str, Any] | None, float]:
    """Run one variant once in a process of its own; return what it told (None: ended unfinished) and the peak MiB of the tree."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        result = Path(folder) / "result.json"
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks.child",
            step,
            variant,
            size,
            str(data.resolve()),
            str(result),
        ]
        environment = {**os.environ, "GDAL_CACHEMAX": "512", "TMPDIR": folder}
        with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) as process:
            peak = _Peak(process.pid)
            peak.start()
            try:
                code = process.wait(limit_s)
            except subprocess.TimeoutExpired:
                return None, peak.bytes / MIB
            finally:
                _end(process)
                peak.stop()
        if code != 0 or not result.exists():
            raise BenchmarkError(f"{step}/{variant} at size {size} ended with code {code}.")
        told = json.loads(result.read_text())
    return told, peak.bytes / MIB


def _end(process: subprocess.Popen[bytes]) -> None:
    """End whatever the process left running; it leads a session of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def agree(step: str, runs: Mapping[str, Runs], tolerance: Mapping[str, float]) -> None:
    """Stop when a variant's answer is not that of ours; quantities a variant does not tell are not compared."""
    ours = runs["ours"].answer
    for name, other in runs.items():
        for key, value in other.answer.items():
            if key not in ours or key not in tolerance:
                continue
            allowed = tolerance[key] * max(abs(value), abs(ours[key]), 1e-12)
            if abs(value - ours[key]) > allowed:
                raise BenchmarkError(
                    f"{step}: {key} is {value} by {name} but {ours[key]} by ours (allowed: ±{allowed:g})."
                )


def _told(answer: Mapping[str, float]) -> str:
    return ", ".join(f"{key} {value:.8g}" for key, value in answer.items())


class _Peak(threading.Thread):
    """Sample the resident memory of a process and its children every 20 ms."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.bytes, self._ended = pid, 0, threading.Event()

    def run(self) -> None:
        tree: list[psutil.Process] = []
        turn = 0
        while not self._ended.is_set():
            try:
                if turn % 10 == 0:
                    root = psutil.Process(self.pid)
                    tree = [root, *root.children(recursive=True)]
                self.bytes = max(self.bytes, sum(_resident(one) for one in tree))
            except psutil.Error:
                pass
            turn += 1
            time.sleep(0.02)

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
