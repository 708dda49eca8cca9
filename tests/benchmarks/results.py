"""Figures of the runs: JSON rows, a table for the eye, and how cost grows with size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Runs
from tests.benchmarks.workload import SIZES

Row = dict[str, Any]


def row_of(step: str, size: str, ours: Runs, naive: Runs | None, limit: Runs | None) -> Row:
    """Return one row of ``bench.json``; what was not run is null.

    Where the naive way was ended unfinished, ``naive_over_s`` says after how long, and ``ratio_naive`` is what it is at least.
    """
    over_s = naive.over_s if naive else None
    naive_s = naive.median_s if naive and naive.seconds else None
    limit_s = limit.median_s if limit and limit.seconds else None
    against = over_s if naive_s is None else naive_s
    return {
        "step": step,
        "size": size,
        "ours_s": _short(ours.median_s),
        "naive_s": _short(naive_s),
        "naive_over_s": over_s,
        "limit_s": _short(limit_s),
        "ratio_naive": None if against is None else round(against / ours.median_s, 2),
        "ratio_limit": None if limit_s is None else round(ours.median_s / limit_s, 2),
        "ours_cpu_s": _short(ours.median_cpu_s),
        "naive_cpu_s": _short(naive.median_cpu_s) if naive and naive.cpu_s else None,
        "peak_mib": round(max(ours.peak_mib)),
        "naive_peak_mib": round(max(naive.peak_mib)) if naive and naive.peak_mib else None,
        "ours_told": ours.answer,
        "naive_told": naive.answer if naive else {},
        "runs": len(ours.seconds),
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def read_rows(path: Path) -> list[Row]:
    """Return the rows of earlier runs."""
    return list(json.loads(path.read_text())) if path.exists() else []


def write_rows(rows: list[Row], path: Path) -> None:
    """Write rows by size and step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    order = list(SIZES)
    rows.sort(key=lambda row: order.index(row["size"]))
    path.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


HEAD = (
    "| step | size | ours, s | naive, s | limit, s | naive / ours | ours / limit | processors: ours, naive, s "
    "| peak: ours, naive, MiB | runs |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"
)


def table(rows: list[Row]) -> str:
    """Return rows as a Markdown table."""
    return "\n".join([HEAD, *map(_line, rows)])


def _line(row: Row) -> str:
    unfinished = row["naive_over_s"] is not None
    sign = "> " if unfinished else ""
    cells = (
        row["step"], row["size"], number(row["ours_s"]), sign + number(row["naive_over_s"] if unfinished else row["naive_s"]),
        number(row["limit_s"]), sign + number(row["ratio_naive"]), number(row["ratio_limit"]),
        f"{number(row['ours_cpu_s'])}, {number(row['naive_cpu_s'])}",
        f"{row['peak_mib']}, {'–' if row['naive_peak_mib'] is None else row['naive_peak_mib']}", str(row["runs"]),
    )  # fmt: skip
    pages = [told["page_mib"] for told in (row["ours_told"], row["naive_told"]) if "page_mib" in told]
    name = f"{cells[0]} ({' and '.join(map(str, pages))} MiB)" if pages else cells[0]
    return "| " + " | ".join([name, *cells[1:]]) + " |"


def number(value: float | None) -> str:
    """Return three significant digits, whole above 100; a dash for what was not run."""
    return "–" if value is None else f"{value:.3g}" if value < 100 else f"{value:.0f}"


def draw_growth(rows: list[Row], path: Path) -> None:
    """Draw seconds of ours and the naive way against the number of sites, for steps measured at two sizes or more."""
    import matplotlib as mpl

    mpl.use("agg")
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
    figure.savefig(path, metadata={"Software": None}, dpi=100)
    plt.close(figure)
