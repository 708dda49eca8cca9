"""``python -m tests.benchmarks --size S --steps all --out build/bench.json``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from tests.benchmarks.measure import BenchmarkError, Limits, Runs, agree, repeat
from tests.benchmarks.results import Row, draw_growth, read_rows, row_of, table, write_rows
from tests.benchmarks.steps import STEPS, step_named
from tests.benchmarks.workload import SIZES, prepare


def main() -> None:
    """Run the steps asked for; figures are written after each, and a step that fails is told at the end."""
    options = _options()
    names = list(STEPS) if options.steps == "all" else options.steps.split(",")
    unknown = sorted(set(names) - set(STEPS))
    if unknown:
        raise SystemExit(f"There is no step {', '.join(unknown)}. There are: {', '.join(STEPS)}.")
    prepare(options.size, options.data)
    failed = []
    for name in names:
        print(f"{name} {options.size}: load of the machine {os.getloadavg()[0]:.1f}", flush=True)
        try:
            fresh = _measure(name, options)
        except BenchmarkError as error:
            print(f"  {error}", flush=True)
            failed.append(name)
            continue
        rows = _replace(read_rows(options.out), fresh)
        write_rows(rows, options.out)
        draw_growth(rows, options.out.with_suffix(".png"))
    print(table([row for row in read_rows(options.out) if row["size"] == options.size]))
    if failed:
        raise SystemExit(f"{len(failed)} of {len(names)} steps failed: {', '.join(failed)}.")


def _measure(name: str, options: argparse.Namespace) -> list[Row]:
    step = step_named(name)
    wanted = step.variants_at(options.size, options.runs)
    if options.only:
        wanted = {one: count for one, count in wanted.items() if one in options.only.split(",")}
    runs = repeat(name, wanted, options.size, options.data, Limits(options.limit, options.budget))
    agree(name, runs, step.tolerance)
    return _rows(name, options.size, runs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "--size", choices=list(SIZES), default="S", help="1,000, 10,000 or 100,000 sites; T is for tests"
    )
    parser.add_argument("--steps", default="all", help=f"comma-separated: {', '.join(STEPS)}")
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    parser.add_argument("--data", type=Path, default=Path("build/bench_data"), help="where workloads are made and kept")
    parser.add_argument("--runs", type=int, default=3, help="repetitions of each variant")
    parser.add_argument("--only", default="", help="only these variants, e.g. ours,limit")
    parser.add_argument("--limit", type=float, default=1_200, help="seconds after which a repetition is ended")
    parser.add_argument("--budget", type=float, default=300, help="seconds of a variant after which none is begun")
    return parser.parse_args()


def _rows(step: str, size: str, runs: dict[str, Runs]) -> list[Row]:
    """Return the row of the step, and one per peer with the peer in the place of the naive way."""
    main_row = row_of(step, size, runs["ours"], runs.get("naive"), runs.get("limit"))
    peers = [name for name in runs if name not in ("ours", "naive", "limit")]
    return [main_row, *(row_of(f"{step}/{name}", size, runs["ours"], runs[name], runs.get("limit")) for name in peers)]


def _replace(rows: list[Row], fresh: list[Row]) -> list[Row]:
    keys = {(row["step"], row["size"]) for row in fresh}
    return [row for row in rows if (row["step"], row["size"]) not in keys] + fresh


if __name__ == "__main__":
    main()
