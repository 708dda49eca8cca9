"""The benchmark harness runs, its figures have the agreed shape, and variants give one answer. Nothing here is about time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KEYS = {
    "step", "size", "ours_s", "naive_s", "limit_s", "ratio_naive", "ratio_limit", "peak_mib", "naive_peak_mib", "runs",
}  # fmt: skip


def bench(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.benchmarks", "--size", "T", "--runs", "1", "--data", str(folder / "data")]
    return subprocess.run(
        [*command, "--out", str(folder / "bench.json"), *options], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_a_step_at_the_tiny_size(tmp_path: Path) -> None:
    done = bench(tmp_path, "--steps", "point_sampling")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads((tmp_path / "bench.json").read_text())
    assert set(row) == KEYS
    assert (row["step"], row["size"], row["runs"]) == ("point_sampling", "T", 1)
    assert min(row["ours_s"], row["naive_s"], row["limit_s"], row["peak_mib"], row["naive_peak_mib"]) > 0
    assert row["ratio_naive"] == pytest.approx(row["naive_s"] / row["ours_s"], rel=0.05, abs=0.01)
    assert row["ratio_limit"] == pytest.approx(row["ours_s"] / row["limit_s"], rel=0.05, abs=0.01)
    assert "| point_sampling | T |" in done.stdout
    told = [line.split(" MiB ")[1] for line in done.stdout.splitlines() if line.startswith("  point_sampling T")]
    assert told[0] == told[1]  # the stage and rasterio.sample found the same cells
    assert told[0].startswith("known 200, mean ")


def test_an_unknown_step_is_named(tmp_path: Path) -> None:
    done = bench(tmp_path, "--steps", "nonsense")
    assert done.returncode != 0
    assert "There is no step nonsense. There are: territories," in done.stderr


def test_a_wrong_answer_stops() -> None:
    sys.path.insert(0, str(ROOT))
    try:
        from tests.benchmarks.measure import BenchmarkError, Runs, agree
    finally:
        sys.path.remove(str(ROOT))
    runs = {"ours": Runs(answer={"pairs": 10.0}), "naive": Runs(answer={"pairs": 11.0})}
    agree("joining", runs, {"pairs": 0.1})
    with pytest.raises(BenchmarkError, match=r"^joining: pairs is 11\.0 by naive but 10\.0 by ours \(allowed: ±0\)\.$"):
        agree("joining", runs, {"pairs": 0.0})
