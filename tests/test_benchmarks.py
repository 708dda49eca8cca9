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
    done = bench(tmp_path, "--steps", "territories,point_sampling", "--only", "ours,naive,limit")
    assert done.returncode == 0, done.stderr
    rows = {row["step"]: row for row in json.loads((tmp_path / "bench.json").read_text())}
    assert set(rows) == {"territories", "point_sampling"}
    assert all(set(row) == KEYS for row in rows.values())
    for row in rows.values():
        assert row["size"] == "T"
        assert row["runs"] == 1
        assert row["ours_s"] > 0
        assert row["naive_s"] > 0
        assert row["peak_mib"] > 0
        assert row["ratio_naive"] == pytest.approx(row["naive_s"] / row["ours_s"], rel=0.05, abs=0.01)
    assert rows["territories"]["limit_s"] is None
    assert rows["point_sampling"]["limit_s"] > 0
    assert "| territories | T |" in done.stdout
    told = [line.split("MiB ")[1] for line in done.stdout.splitlines() if line.startswith("  territories T")]
    assert len(told) == 2
    assert told[0] == told[1]  # ours and the default join found the same pairs


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
