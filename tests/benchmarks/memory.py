"""``python -m tests.benchmarks.memory --size M``: memory of every step of a run, held against the bounds that are stated.

The peak is the kernel's own mark of the process (``VmHWM``), set back before each step, so that no moment is missed. A step that
takes more than its bound (`pipeline.memory_needs`) is named, and the command ends with 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from layers.rasters.reader import describe_raster
from pipeline.memory_needs import MIB, NEEDS, OTHERS, Amounts, bytes_at_once, corners, plan_reading
from pipeline.progress import Progress
from pipeline.run import run
from tests.benchmarks.run_file import run_file
from tests.benchmarks.workload import SIZES, prepare


class Peaks(Progress):
    """Notes for every step what was held before it and the most that was held while it ran, MiB."""

    def __init__(self) -> None:
        super().__init__(quiet=True)
        self.rows: list[tuple[str, float, float]] = []

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """Measure one step."""
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        held = own_status_mib("VmRSS")
        with super().step(words):
            yield
        self.rows.append((words, held, own_status_mib("VmHWM")))


def own_status_mib(name: str) -> float:
    """Return a figure of this process that the kernel gives in kB, as MiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def table(rows: list[tuple[str, float, float]], bounds: Mapping[str, float], others: float) -> tuple[str, list[str]]:
    """Return the table of the steps, and the steps that took more than their bound, MiB."""
    lines = ["| step | held before, MiB | more at its peak, MiB | bound, MiB |", "|---|---|---|---|"]
    over = []
    for words, held, peak in rows:
        bound = bounds.get(words, others)
        lines.append(f"| {words} | {held:.0f} | {peak - held:.0f} | {bound:.0f} |")
        if peak - held > bound:
            over.append(words)
    return "\n".join(lines), over


def main() -> None:
    """Run a region of one size and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.memory", description=__doc__)
    parser.add_argument("--size", choices=list(SIZES), default="M")
    parser.add_argument("--data", type=Path, default=Path("build/bench_data"))
    options = parser.parse_args()
    work = prepare(options.size, options.data)
    peaks, config = Peaks(), run_file(work)
    reading = plan_reading(config.sources, Path(), config.dask).needed
    with tempfile.TemporaryDirectory(prefix="bench-memory-") as folder:
        run(config, Path(), Path(folder) / "run", peaks)
    rasters = [describe_raster(source, Path()) for source in config.sources if source.role == "raster"]
    shapes = sum(corners(work.table(name)) for name in ("areas", "lines"))
    amounts = Amounts(work.size.sites, work.size.samples, shapes, bytes_at_once(rasters))
    bounds = {"reading the sources": reading / MIB}
    bounds |= {name: need.total_bytes(amounts) / MIB for name, need in NEEDS.items()}
    words, over = table(peaks.rows, bounds, OTHERS.total_bytes(amounts) / MIB)
    print(words)
    if over:
        sys.exit(f"more than the bound: {', '.join(over)}")


if __name__ == "__main__":
    main()
