"""Intervals of drill holes: brought together per hole, each counted by its length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
_TOLD = 1.1
"""Most by which the ends of a range may differ for its middle to count as a value."""


@dataclass(frozen=True)
class Intervals:
    """Which columns of a table say that its rows are intervals of holes."""

    hole: str
    start: str
    end: str


def interval_columns(names: Sequence[str]) -> Intervals | None:
    """Return the columns of hole, start and end of a table of intervals; None where it is none."""
    headings = parse_headings([str(name) for name in names])
    starts = [one.text for one in headings if one.kind == "depth_from"]
    ends = [one.text for one in headings if one.kind == "depth_to"]
    holes = [one.text for one in headings if one.kind == "site_id" and any(word in folded(one.text) for word in _HOLES)]
    if len(starts) != 1 or len(ends) != 1 or len(holes) != 1:
        return None
    return Intervals(holes[0], starts[0], ends[0])


def lengths_of(cells: pd.DataFrame, columns: Intervals) -> tuple[npt.NDArray[np.float64], dict[int, tuple[str, str]]]:
    """Return the length of each interval in the unit of the file, and rows whose ends make no interval."""
    start = np.array(pd.to_numeric(cells[columns.start], errors="coerce"), dtype="float64")
    end = np.array(pd.to_numeric(cells[columns.end], errors="coerce"), dtype="float64")
    length = end - start
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(~(length > 0))
    reasons = {
        int(place): (
            "bad_interval",
            (
                f"{columns.start} '{cells[columns.start].iloc[place]}' and {columns.end} "
                f"'{cells[columns.end].iloc[place]}' are no interval"
            ),
        )
        for place in wrong
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
        Intervals without a result do not count. Where some are below a limit, the mean lies between two ends; it is a value if
        they are within a tenth, else below the upper end. Where some are above a limit, it is above the lower end.
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
    results: dict[str, npt.NDArray[np.generic]],
    kept: npt.NDArray[np.int64],
    hole: pd.Series,
    length: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int64], int]:
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
    holes : int
        How many holes of several intervals were brought together.
    """
    waste = kept[(base["medium"].iloc[kept] == "waste").to_numpy() & hole.iloc[kept].notna().to_numpy()]
    keys = ["method", "site_key", "latitude", "longitude"]
    if not len(waste) or any(name.endswith("_method") for name in results):
        return kept, 0
    table = base[keys].iloc[waste].assign(hole=hole.iloc[waste].to_numpy())
    groups = np.array(table.groupby([*keys, "hole"], dropna=False, sort=False).ngroup(), dtype=np.int64)
    size = np.bincount(groups)
    if size.max() < 2:
        return kept, 0
    first = waste[np.unique(groups, return_index=True)[1]]
    elements = [name.removesuffix("_censored") for name in results if name.endswith("_censored")]
    composed = composite(groups, length[waste], {name: values[waste] for name, values in results.items()}, elements)
    for name, values in composed.items():
        results[name][first] = values
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
    return np.sort(np.concatenate([others, first])), int(several.sum())


def interval_notes(source_id: str, columns: Intervals, holes: int) -> list[Note]:
    """Say that intervals were brought together."""
    if not holes:
        return []
    message = (
        f"Intervals of {holes} holes ({columns.hole}, {columns.start}, {columns.end}) were brought together, each counted by its "
        "length."
    )
    return [Note(source_id, "intervals_composited", message, holes, (columns.hole, columns.start, columns.end))]
