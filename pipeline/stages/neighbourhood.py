"""Statistics of the samples around many points in one pass, without a list of pairs.

Samples are sorted into a grid of cells; a point looks through the cells its circle touches. Small inputs go through NumPy
and a k-d tree; beyond `COMPILE_ABOVE` pairs a compiled kernel does the same arithmetic in the same order of samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

FloatArray = npt.NDArray[np.float64]

COMPILE_ABOVE = 20_000_000
"""Samples times elements times points per sample, roughly, from which compiling (about 1 s) pays."""
BATCH_PAIRS = 400_000
"""Pairs handled at once by the NumPy path; bounds its memory to some ten megabytes per element group."""
LEAST_DISTANCE_M = 500.0
"""Distances below this weigh alike: positions are no better."""


@dataclass(frozen=True)
class Around:
    """Statistics per point and value column.

    Parameters
    ----------
    n : ndarray of int of shape (points,)
        Samples within the radius.
    weighted_mean : ndarray of shape (points, columns)
        Inverse-distance-weighted mean of the values that are there; NaN where none is.
    largest : ndarray of shape (points, columns)
        NaN where none is.
    n_values : ndarray of int of shape (points, columns)
        Values behind the two.
    """

    n: npt.NDArray[np.int64]
    weighted_mean: FloatArray
    largest: FloatArray
    n_values: npt.NDArray[np.int64]


def summarise_around(
    points: FloatArray, samples: FloatArray, values: FloatArray, radius_m: float, power: float
) -> Around:
    """Summarise the samples around each point.

    Parameters
    ----------
    points : ndarray of shape (m, 2)
        Metres, in a projected CRS.
    samples : ndarray of shape (n, 2)
        Same CRS.
    values : ndarray of shape (n, k)
        One column per quantity; NaN is missing.
    radius_m : float
        Samples at exactly this distance count.
    power : float
        Weights are ``max(distance, 500 m) ** -power``.

    Returns
    -------
    Around
        The same for any subset of the points, and to 1e-9 for both ways of computing.
    """
    if len(points) == 0 or len(samples) == 0:
        return _nothing(len(points), values.shape[1])
    order = np.lexsort((samples[:, 1], samples[:, 0]))
    samples, values = samples[order], np.ascontiguousarray(values[order])
    if _expected_pairs(points, samples, radius_m) * values.shape[1] > COMPILE_ABOVE:
        return _compiled(points, samples, values, radius_m, power)
    return _with_numpy(points, samples, values, radius_m, power)


def _nothing(m: int, k: int) -> Around:
    return Around(
        np.zeros(m, dtype=np.int64), np.full((m, k), np.nan), np.full((m, k), np.nan), np.zeros((m, k), dtype=np.int64)
    )


def _expected_pairs(points: FloatArray, samples: FloatArray, radius_m: float) -> float:
    """Return about how many pairs there are, from a sample of the points."""
    some = points[:: max(1, len(points) // 200)]
    counts = cKDTree(samples).query_ball_point(some, radius_m, return_length=True)
    return float(np.mean(counts)) * len(points)


def _with_numpy(points: FloatArray, samples: FloatArray, values: FloatArray, radius_m: float, power: float) -> Around:
    tree = cKDTree(samples)
    result = _nothing(len(points), values.shape[1])
    counts = tree.query_ball_point(points, radius_m, return_length=True)
    result.n[:] = counts
    start = 0
    while start < len(points):
        stop = start + max(1, int(np.searchsorted(np.cumsum(counts[start:]), BATCH_PAIRS, side="right")))
        _batch(tree, points, samples, values, slice(start, min(stop, len(points))), radius_m, power, result)
        start = stop
    return result


def _batch(
    tree: Any,
    points: FloatArray,
    samples: FloatArray,
    values: FloatArray,
    rows: slice,
    radius_m: float,
    power: float,
    out: Around,
) -> None:
    """Fill the results of some points."""
    neighbours = tree.query_ball_point(points[rows], radius_m, return_sorted=True)
    lengths = np.array([len(one) for one in neighbours])
    with_some = np.flatnonzero(lengths)
    if len(with_some) == 0:
        return
    index = np.concatenate([neighbours[row] for row in with_some]).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths[with_some])[:-1]])
    owner = np.repeat(with_some, lengths[with_some])
    distance = np.hypot(*(samples[index] - points[rows][owner]).T)
    weight = np.maximum(distance, LEAST_DISTANCE_M) ** -power
    part = values[index]
    there = np.isfinite(part)
    weights = np.where(there, weight[:, None], 0.0)
    total = np.add.reduceat(np.where(there, part, 0.0) * weights, starts, axis=0)
    weight_sum = np.add.reduceat(weights, starts, axis=0)
    target = np.arange(rows.start, rows.stop)[with_some]
    out.n_values[target] = np.add.reduceat(there, starts, axis=0, dtype=np.int64)
    out.weighted_mean[target] = np.divide(total, weight_sum, out=np.full(total.shape, np.nan), where=weight_sum > 0)
    largest = np.maximum.reduceat(np.where(there, part, -np.inf), starts, axis=0)
    out.largest[target] = np.where(np.isfinite(largest), largest, np.nan)


def _compiled(points: FloatArray, samples: FloatArray, values: FloatArray, radius_m: float, power: float) -> Around:
    """Do the same with the kernel, samples sorted by grid cells of half the radius."""
    from pipeline.stages.neighbourhood_kernel import around_points

    cell_m = radius_m / 2
    origin = samples.min(axis=0)
    cells = np.floor((samples - origin) / cell_m).astype(np.int64)
    width, height = (cells.max(axis=0) + 1).tolist()
    number = cells[:, 1] * width + cells[:, 0]
    order = np.argsort(number, kind="stable")
    first = np.searchsorted(number[order], np.arange(width * height + 1))
    result = _nothing(len(points), values.shape[1])
    around_points(
        points,
        np.ascontiguousarray(samples[order]),
        np.ascontiguousarray(values[order]),
        first,
        origin,
        cell_m,
        width,
        height,
        radius_m,
        power,
        LEAST_DISTANCE_M,
        result.n,
        result.weighted_mean,
        result.largest,
        result.n_values,
    )
    return result
