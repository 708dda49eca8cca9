"""Intervals of drill holes: brought together per hole, each counted by its length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note
from layers.cells.heading_grammar import parse_headings
from layers.cells.heading_tokens import folded

_HOLES = (
    "hole",
    "bore",
    "bhid",
    "dhid",
    "drill",
    "ddh",
    "sonda",
    "sonde",
    "barreno",
    "furo",
    "bohr",
    "borr",
    "collar",
    "core",
)
_TOLD = 2.0
"""Most by which the ends of a range may differ for its middle to count as a value: half of an upper end further off would lie
below everything that was measured, so that a limit would say less than is known."""


@dataclass(frozen=True)
class Composites:
    """What was done with intervals: holes brought together, intervals left apart, holes with a mean of a range per element."""

    holes: int = 0
    apart: int = 0
    middles: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Intervals:
    """Which columns of a table say that its rows are intervals of holes."""

    hole: str
    start: str
    end: str


def interval_columns(names: Sequence[str]) -> Intervals | None:
    """Return the columns of hole, start and end of a table of intervals; None where it is none."""
    holes, starts, ends = _depths(names)
    if len(starts) != 1 or len(ends) != 1 or len(holes) != 1:
        return None
    return Intervals(holes[0], starts[0], ends[0])


def unclear_intervals(source_id: str, names: Sequence[str], rows: int) -> list[Note]:
    """Tell that a table names holes and depths, and that no single hole, start and end can be told among them."""
    holes, starts, ends = _depths(names)
    if not (holes and starts and ends) or len(holes) == len(starts) == len(ends) == 1:
        return []
    columns = (*holes, *starts, *ends)
    message = (
        f"Among {', '.join(columns)} no single hole, start and end can be told, so every row counts as a sample of its own, "
        "however long. Take the columns that are not the interval of a row out of the file."
    )
    return [Note(source_id, "intervals_unclear", message, rows, columns)]


def _depths(names: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """Return the columns of holes, of starts and of ends."""
    headings = parse_headings([str(name) for name in names])
    known = [heading for heading in headings if not heading.unknown]
    # A start and an end side by side are a pair; other depths of the table (of the hole, of water) are not.
    pairs = [
        (start.text, end.text)
        for start, end in pairwise(headings)
        if (start.kind, end.kind) == ("depth_from", "depth_to") and start in known and end in known
    ]
    if pairs:
        starts, ends = ([pair[side] for pair in pairs] for side in (0, 1))
    else:
        starts, ends = (
            [heading.text for heading in known if heading.kind == kind] for kind in ("depth_from", "depth_to")
        )
    holes = [
        heading.text
        for heading in headings
        if heading.kind == "site_id" and any(word in folded(heading.text) for word in _HOLES)
    ]
    return holes, starts, ends


def lengths_of(cells: pd.DataFrame, columns: Intervals) -> tuple[npt.NDArray[np.float64], dict[int, tuple[str, str]]]:
    """Return the length of each interval in the unit of the file, and rows whose ends make no interval."""
    start = np.array(pd.to_numeric(cells[columns.start], errors="coerce"), dtype="float64")
    end = np.array(pd.to_numeric(cells[columns.end], errors="coerce"), dtype="float64")
    length = end - start
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(~(length > 0) | (start < 0))
    reasons = {
        int(position): (
            "bad_interval",
            (
                f"{columns.start} '{cells[columns.start].iloc[position]}' and {columns.end} "
                f"'{cells[columns.end].iloc[position]}' are no interval"
            ),
        )
        for position in wrong
    }
    return length, reasons


def composite(
    groups: npt.NDArray[np.int64],
    length: npt.NDArray[np.float64],
    results: dict[str, npt.NDArray[np.generic]],
    elements: Sequence[str],
) -> dict[str, npt.NDArray[np.generic]]:
    """Return results per group, every interval weighing as much as it is long.

    Parameters
    ----------
    groups : ndarray of int of shape (n,)
        Group of each interval, 0 to k - 1.
    length : ndarray of float of shape (n,)
        Length of each interval, above 0.
    results : dict of str to ndarray of shape (n,)
        ``X_ppm``, ``X_limit_ppm``, ``X_censored`` per element.
    elements : sequence of str
        The elements X.

    Returns
    -------
    dict of str to ndarray of shape (k,)
        Intervals without a result do not count. Where some are below a limit, the mean lies between two ends; their middle is
        the value if the upper is at most twice the lower, else it is below the upper end. Where some are
        above a limit, it is above the lower end.
    """
    k = int(groups.max(initial=-1)) + 1
    composed: dict[str, npt.NDArray[np.generic]] = {}
    for element in elements:
        value = results[f"{element}_ppm"].astype("float64")
        limit = results[f"{element}_limit_ppm"].astype("float64")
        flag = results[f"{element}_censored"].astype("int8")
        low = np.where(flag < 0, 0.0, np.where(flag > 0, limit, value))
        high = np.where(flag < 0, limit, np.where(flag > 0, np.inf, value))
        there = np.isfinite(low) & ~np.isnan(high)
        weight = np.bincount(groups[there], length[there], minlength=k)
        with np.errstate(invalid="ignore", divide="ignore"):
            least = np.bincount(groups[there], (length * low)[there], minlength=k) / weight
            most = np.bincount(groups[there], (length * high)[there], minlength=k) / weight
            sure = np.isfinite(most) & (most <= _TOLD * least)
        above = np.isinf(most) & (weight > 0)
        below = np.isfinite(most) & ~sure
        composed[f"{element}_ppm"] = np.where(sure, (least + most) / 2, np.nan)
        composed[f"{element}_limit_ppm"] = np.where(below, most, np.where(above, least, np.nan))
        composed[f"{element}_censored"] = np.where(below, -1, np.where(above, 1, 0)).astype(np.int8)
    return composed


def bring_together(
    base: pd.DataFrame,
    results: dict[str, Any],
    kept: npt.NDArray[np.int64],
    hole: pd.Series,
    length: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int64], Composites]:
    """Replace the intervals of each hole in waste by one row, in place.

    Parameters
    ----------
    base : DataFrame
        Ids, place, medium, method and key of all rows of the table.
    results : dict of str to ndarray
        Results of all rows.
    kept : ndarray of int
        Positions of the rows that count.
    hole : Series of str
        Hole of each row.
    length : ndarray of float
        Length of each interval.

    Returns
    -------
    kept : ndarray of int
        Positions of the rows that stand for a hole each, and of the rows that are no waste.
    holes : Composites
        What was brought together, and what was not.
    """
    waste = kept[(base["medium"].iloc[kept] == "waste").to_numpy() & hole.iloc[kept].notna().to_numpy()]
    keys = ["method", "site_key", "latitude", "longitude"]
    if not len(waste):
        return kept, Composites()
    table = base[keys].iloc[waste].assign(hole=hole.iloc[waste].to_numpy())
    groups = np.array(table.groupby([*keys, "hole"], dropna=False, sort=False).ngroup(), dtype=np.int64)
    apart = _several_methods(groups, waste, results)
    if apart.any():  # methods are never averaged: such intervals stay rows of their own
        waste, groups = waste[~apart], np.unique(groups[~apart], return_inverse=True)[1]
    size = np.bincount(groups, minlength=1)
    if size.max() < 2:
        return kept, Composites(apart=int(apart.sum()))
    own = {name: values for name, values in results.items() if name.endswith("_method")}
    first = waste[np.unique(groups, return_index=True)[1]]
    elements = [name.removesuffix("_censored") for name in results if name.endswith("_censored")]
    results_flags = {name: results[name].copy() for name in (f"{element}_censored" for element in elements)}
    composed = composite(groups, length[waste], {name: values[waste] for name, values in results.items()}, elements)
    for name, values in composed.items():
        results[name][first] = values
    for name, values in own.items():
        known = pd.Series(np.asarray(values)[waste]).groupby(groups).first()
        results[name] = pd.Categorical(values)
        results[name][first] = known.to_numpy()
    total = base["tree_ppm"].to_numpy(dtype="float64")[waste]
    there = np.isfinite(total)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(groups[there], (length[waste] * total)[there], minlength=len(size)) / np.bincount(
            groups[there], length[waste][there], minlength=len(size)
        )
    several = size > 1
    base.loc[base.index[first], "tree_ppm"] = mean
    base.loc[base.index[first], "n_analyses"] = np.bincount(groups, base["n_analyses"].to_numpy()[waste]).astype(int)
    base.loc[base.index[first[several]], "sample_id"] = hole.iloc[first[several]].astype("str").to_numpy()
    others = kept[~np.isin(kept, waste)]
    middles = _middles(groups, [flags[waste] for flags in results_flags.values()], composed, elements)
    return np.sort(np.concatenate([others, first])), Composites(int(several.sum()), int(apart.sum()), middles)


def _several_methods(
    groups: npt.NDArray[np.int64], waste: npt.NDArray[np.int64], results: Mapping[str, Any]
) -> npt.NDArray[np.bool_]:
    """Return which intervals belong to a hole in which one element was measured by several methods."""
    apart = np.zeros(len(waste), dtype=bool)
    for name, values in results.items():
        if name.endswith("_method"):
            methods = pd.Series(np.asarray(values, dtype=object)[waste])
            apart |= (methods.groupby(groups).transform("nunique") > 1).to_numpy()
    return apart


def _middles(
    groups: npt.NDArray[np.int64],
    flags: Sequence[npt.NDArray[np.int8]],
    composed: Mapping[str, npt.NDArray[np.generic]],
    elements: Sequence[str],
) -> dict[str, int]:
    """Return per element in how many holes the mean is the middle of a range, because some intervals lie below a limit."""
    middles = {}
    for element, flag in zip(elements, flags, strict=True):
        some_below = np.bincount(groups, flag < 0, minlength=int(groups.max()) + 1) > 0
        count = int((some_below & np.isfinite(composed[f"{element}_ppm"].astype("float64"))).sum())
        if count:
            middles[element] = count
    return middles


def overlap_notes(source_id: str, cells: pd.DataFrame, columns: Intervals, rows: npt.NDArray[np.int64]) -> list[Note]:
    """Say which intervals of one hole overlap: their ground counts twice."""
    table = pd.DataFrame({
        "hole": cells[columns.hole].astype("str"),
        "start": pd.to_numeric(cells[columns.start], errors="coerce"),
        "end": pd.to_numeric(cells[columns.end], errors="coerce"),
        "row": rows,
    }).dropna().sort_values(["hole", "start"], kind="stable")  # fmt: skip
    before = table.groupby("hole")["end"].cummax().groupby(table["hole"]).shift()
    twice = table[table["start"] < before - 1e-6]
    if twice.empty:
        return []
    message = (
        f"{len(twice)} intervals begin above the end of another one of their hole (e.g. {twice['hole'].iloc[0]} from "
        f"{twice['start'].iloc[0]:g}); that ground counts twice. Correct the file, or leave the composites or checks out."
    )
    source_rows = tuple(int(row) for row in twice["row"])
    return [
        Note(
            source_id, "intervals_overlap", message, len(twice), (columns.hole, columns.start, columns.end), source_rows
        )
    ]


def interval_notes(source_id: str, columns: Intervals, merged: Composites) -> list[Note]:
    """Say which intervals were brought together, which were not, and where limits made a mean uncertain."""
    where = (columns.hole, columns.start, columns.end)
    notes = []
    if merged.holes:
        middles = ", ".join(f"{element} ({count})" for element, count in merged.middles.items())
        below = (
            f" Where some intervals lie below a limit, the mean is the middle of what it can be, at most a third off: {middles}."
            if middles
            else ""
        )
        message = (
            f"Intervals of {merged.holes} holes ({columns.hole}, {columns.start}, {columns.end}) were brought together, each "
            f"counted by its length.{below}"
        )
        notes.append(Note(source_id, "intervals_composited", message, merged.holes, where))
    if merged.apart:
        message = (
            f"{merged.apart} intervals of holes in which one element was measured by several methods stay samples of their own: "
            "methods are not averaged. State options.column_methods, or ignore one of the columns."
        )
        notes.append(Note(source_id, "intervals_of_several_methods", message, merged.apart, where))
    return notes
