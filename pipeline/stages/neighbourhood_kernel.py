"""The compiled kernel of `pipeline.stages.neighbourhood`; imported only where compiling pays."""

from __future__ import annotations

import math

import numba
import numpy as np


@numba.njit(parallel=True, cache=True)  # type: ignore[untyped-decorator]
def around_points(
    points: np.ndarray,
    samples: np.ndarray,
    values: np.ndarray,
    first: np.ndarray,
    origin: np.ndarray,
    cell_m: float,
    width: int,
    height: int,
    radius_m: float,
    power: float,
    least_m: float,
    n: np.ndarray,
    weighted_mean: np.ndarray,
    largest: np.ndarray,
    n_values: np.ndarray,
) -> None:
    """Fill ``n``, ``weighted_mean``, ``largest`` and ``n_values`` for every point.

    ``first[c]`` to ``first[c + 1]`` are the samples of grid cell ``c`` (row by row from ``origin``, ``width`` by ``height`` cells
    of ``cell_m``).
    """
    k = values.shape[1]
    for point in numba.prange(points.shape[0]):  # type: ignore[not-iterable]
        x, y = points[point, 0], points[point, 1]
        weight_sum, total = np.zeros(k), np.zeros(k)
        west = max(0, math.floor((x - radius_m - origin[0]) / cell_m))
        east = min(width - 1, math.floor((x + radius_m - origin[0]) / cell_m))
        south = max(0, math.floor((y - radius_m - origin[1]) / cell_m))
        north = min(height - 1, math.floor((y + radius_m - origin[1]) / cell_m))
        for row in range(south, north + 1):
            if east < west:
                break
            for sample in range(first[row * width + west], first[row * width + east + 1]):
                squared = (samples[sample, 0] - x) ** 2 + (samples[sample, 1] - y) ** 2
                if squared > radius_m * radius_m:
                    continue
                n[point] += 1
                distance = max(math.sqrt(squared), least_m)
                weight = distance**-power
                for column in range(k):
                    value = values[sample, column]
                    if math.isnan(value):
                        continue
                    n_values[point, column] += 1
                    total[column] += value * weight
                    weight_sum[column] += weight
                    if n_values[point, column] == 1 or value > largest[point, column]:
                        largest[point, column] = value
        for column in range(k):
            if weight_sum[column] > 0:
                weighted_mean[point, column] = total[column] / weight_sum[column]
