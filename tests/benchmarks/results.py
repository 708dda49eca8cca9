"""Figures of the runs: JSON rows, a table for the eye, and how cost grows with size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Runs
from tests.benchmarks.workload import SIZES

Row = dict[str, Any]


def row_of(step: str, size: str, ours: Runs, naive: Runs | None, limit: Runs | None) -> Row:
    """Return one row of ``bench.json``; what was not run is null."""
    ours_s = ours.median_s
    naive_s = naive.median_s if naive else None
    limit_s = limit.median_s if limit else None
    return {
        "step": step,
        "size": size,
        "ours_s": round(ours_s, 4),
        "naive_s": None if naive_s is None else round(naive_s, 4),
        "limit_s": None if limit_s is None else round(limit_s, 4),
        "ratio_naive": None if naive_s is None else round(naive_s / ours_s, 2),
        "ratio_limit": None if limit_s is None else round(ours_s / limit_s, 2),
        "peak_mib": round(max(ours.peak_mib)),
        "naive_peak_mib": round(max(naive.peak_mib)) if naive else None,
        "runs": len(ours.seconds),
    }


def read_rows(path: Path) -> list[Row]:
    """Return the rows of earlier runs."""
    return list(json.loads(path.read_text())) if path.exists() else []


def write_rows(rows: list[Row], path: Path) -> None:
    """Write rows by size and step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    order = list(SIZES)
    rows.sort(key=lambda row: order.index(row["size"]))
    path.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


def show(rows: list[Row]) -> None:
    """Print a Markdown table."""
    print(
        "\n| step | size | ours, s | naive, s | limit, s | naive / ours | ours / limit | peak, MiB | naive peak, MiB | runs |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for row in rows:
        cells = (
            row["step"], row["size"], _number(row["ours_s"]), _number(row["naive_s"]), _number(row["limit_s"]),
            _number(row["ratio_naive"]), _number(row["ratio_limit"]), row["peak_mib"],
            "–" if row["naive_peak_mib"] is None else row["naive_peak_mib"], row["runs"],
        )  # fmt: skip
        print("| " + " | ".join(map(str, cells)) + " |")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}" if value < 100 else f"{value:.0f}"


def draw_growth(rows: list[Row], path: Path) -> None:
    """Draw seconds of ours and the naive way against the number of sites, for steps measured at two sizes or more."""
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    steps = [
        step
        for step in dict.fromkeys(row["step"] for row in rows)
        if "/" not in step and sum(row["step"] == step and row["size"] != "T" for row in rows) > 1
    ]
    if not steps:
        return
    columns = min(4, len(steps))
    lines = -(-len(steps) // columns)
    figure, axes = plt.subplots(lines, columns, figsize=(3.2 * columns, 2.6 * lines), squeeze=False, sharex=True)
    for place, axis in enumerate(axes.flat):
        if place >= len(steps):
            axis.set_visible(False)
            continue
        mine = sorted((row for row in rows if row["step"] == steps[place]), key=lambda row: SIZES[row["size"]].sites)
        for key, label, style in (("ours_s", "ours", "-o"), ("naive_s", "naive", "--s"), ("limit_s", "limit", ":^")):
            points = [(SIZES[row["size"]].sites, row[key]) for row in mine if row[key] is not None]
            if points:
                axis.loglog(*zip(*points, strict=True), style, label=label, markersize=4)
        axis.set_title(steps[place].replace("_", " "), fontsize=9)
        axis.grid(visible=True, which="major", linewidth=0.3)
    axes[0][0].legend(fontsize=7)
    figure.supxlabel("sites", fontsize=9)
    figure.supylabel("seconds", fontsize=9)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
