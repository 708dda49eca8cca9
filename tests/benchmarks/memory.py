"""``python -m tests.benchmarks.memory --size M``: memory of every step of a run, held against the bounds that are stated.

The peak is the kernel's own mark of the process (``VmHWM``), set back before each step, so that no moment is missed. A step that
takes more than its bound in ``BOUNDS`` is named, and the command ends with 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pipeline.progress import Progress
from pipeline.run import run
from tests.benchmarks.run_file import run_file
from tests.benchmarks.workload import SIZES, Size, prepare

MIB = 1 << 20


class Bound(NamedTuple):
    """What a step may take beside what is held when it begins: MiB, and KiB for each site and each sample."""

    fixed_mib: float
    site_kib: float = 0.0
    sample_kib: float = 0.0

    def mib(self, size: Size) -> float:
        """Return the bound for a region."""
        return self.fixed_mib + (self.site_kib * size.sites + self.sample_kib * size.samples) / 1024


OTHERS = Bound(150, site_kib=10)
BOUNDS: dict[str, Bound] = {}
"""By step as the run names it; steps that are not named take `OTHERS`."""


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


def table(rows: list[tuple[str, float, float]], size: Size) -> tuple[str, list[str]]:
    """Return the table of the steps, and the steps that took more than their bound."""
    lines = ["| step | held before, MiB | more at its peak, MiB | bound, MiB |", "|---|---|---|---|"]
    over = []
    for words, held, peak in rows:
        bound = BOUNDS.get(words, OTHERS).mib(size)
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
    peaks = Peaks()
    with tempfile.TemporaryDirectory(prefix="bench-memory-") as folder:
        run(run_file(work), Path(), Path(folder) / "run", peaks)
    words, over = table(peaks.rows, work.size)
    print(words)
    if over:
        sys.exit(f"more than the bound: {', '.join(over)}")


if __name__ == "__main__":
    main()
