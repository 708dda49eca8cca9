"""The benchmark harness runs, its figures have the agreed shape, and variants give one answer. Nothing here is about time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.measure import BenchmarkError, Runs, agree
from tests.benchmarks.render import filled
from tests.benchmarks.results import row_of, table
from tests.benchmarks.shares import table as shares_table

ROOT = Path(__file__).parents[1]
KEYS = {
    "step", "size", "ours_s", "naive_s", "naive_over_s", "limit_s", "ratio_naive", "ratio_limit", "ours_cpu_s", "naive_cpu_s",
    "peak_mib", "naive_peak_mib", "ours_told", "naive_told", "runs",
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


def test_what_takes_too_long_is_ended_and_told(tmp_path: Path) -> None:
    done = bench(tmp_path, "--steps", "point_sampling", "--limit", "0.05")
    assert done.returncode != 0
    assert "point_sampling at size T took more than 0.05 s." in done.stdout
    assert "1 of 1 steps failed: point_sampling." in done.stderr
    assert not (tmp_path / "bench.json").exists()


def test_an_unfinished_naive_way_gives_the_least_ratio() -> None:
    ours = Runs(seconds=[3.0, 1.0, 2.0], cpu_s=[3.5, 1.5, 2.5], peak_mib=[90.0, 100.0, 95.0])
    row = row_of("zonal", "L", ours, Runs(over_s=600.0), None)
    assert (row["ours_s"], row["naive_s"], row["naive_over_s"], row["ratio_naive"]) == (2.0, None, 600.0, 300.0)
    assert "| zonal | L | 2 | > 600 | – | > 300 | – | 2.5, – | 100, – | 3 |" in table([row])


def test_a_page_gets_the_table_where_it_says(tmp_path: Path) -> None:
    answers = {"site_map": {"page_mib": 1.5}, "zonal": {"mean": 5.2}}
    runs = {step: Runs(seconds=[2.0], cpu_s=[2.0], peak_mib=[100.0], answer=answer) for step, answer in answers.items()}
    rows = [row_of(step, "M", ours, None, None) for step, ours in runs.items()]
    page = "before\n<!-- bench: zonal -->\nold\n<!-- /bench -->\nafter\n<!-- bench -->\n<!-- /bench -->\n"
    once = filled(page, rows)
    assert once.count("| zonal | M |") == 2
    assert once.count("| site_map (1.5 MiB) | M |") == 1
    assert "old" not in once
    assert filled(once, rows) == once
    with pytest.raises(SystemExit, match="has no lines"):
        filled("nothing here", rows)


def test_a_wrong_answer_stops() -> None:
    runs = {"ours": Runs(answer={"pairs": 10.0}), "naive": Runs(answer={"pairs": 11.0})}
    agree("joining", runs, {"pairs": 0.1})
    with pytest.raises(BenchmarkError, match=r"^joining: pairs is 11\.0 by naive but 10\.0 by ours \(allowed: ±0\)\.$"):
        agree("joining", runs, {"pairs": 0.0})


def test_what_workers_take_without_a_task_is_no_share_of_theirs() -> None:
    def row(step: str, began: float, client: float, workers: float) -> dict[str, object]:
        times = {"s": 10.0, "began": began, "ended": began + 10.0}
        return {"step": step, "client_cpu_s": client, "workers_cpu_s": workers, **times}

    here = {
        "rows": [row("reading", 0.0, 9.0, 0.0), row("training", 10.0, 6.0, 0.0)],
        "s": 20.0,
        "client_peak_mib": 900.0,
    }
    spread = {
        "rows": [row("reading", 0.0, 2.0, 8.0), row("training", 10.0, 6.0, 3.0)], "s": 30.0, "client_peak_mib": 500.0,
        "tasks": [{"start": 1.0, "stop": 9.0, "transfer_s": 0.0, "bytes": 28}], "sent": [{"at": 1.0, "bytes": 3 << 20}],
    }  # fmt: skip
    told = shares_table(here, spread)
    assert "| reading | 10.00 | 9.00 | 10.00 | 2.00 | 8.00 |" in told
    assert "| training | 10.00 | 6.00 | 10.00 | 6.00 | 0.00 |" in told
    assert "Workers: 50% of processor seconds. Clock: 1.50 times" in told
    assert "Sent by the client: 3 MiB." in told
