"""The loop of `pipeline.kernels.sample_grid` that is compiled as a whole; plain Python without numba."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def grid_pass(  # noqa: C901 - one loop nest that is compiled as a whole
    sites: FloatArray,
    samples: FloatArray,
    values: FloatArray,
    amounts: FloatArray,
    cells: IntArray,
    width: int,
    keys: IntArray,
    reach: float,
    power: float,
    least: float,
    share: float,
    n: IntArray,
    nearest: IntArray,
    mean: FloatArray,
    high: FloatArray,
    top: FloatArray,
) -> None:
    """Fill ``n``, ``nearest``, ``mean``, ``high`` and ``top`` for every site.

    ``samples`` are unit vectors in the order of their cell's key ``(i * width + j) * width + k``; ``reach`` and ``least`` are
    squares of chords. The three cells of a row along k are one run of samples.
    """
    n_values, n_amounts = values.shape[1], amounts.shape[1]
    # Grown by doubling where a site has more samples: no allocation inside the loop for nearly all sites.
    pairs = np.empty(1024, dtype=np.int64)
    scratch = np.empty(1024)
    total, weights = np.empty(n_values), np.empty(n_values)
    for site in range(len(sites)):
        x, y, z = sites[site, 0], sites[site, 1], sites[site, 2]
        count, best = 0, np.inf
        total[:] = 0.0
        weights[:] = 0.0
        for i in range(cells[site, 0] - 1, cells[site, 0] + 2):
            for j in range(cells[site, 1] - 1, cells[site, 1] + 2):
                # Cells k - 1, k and k + 1 have consecutive keys, so one binary search finds the run of all three.
                key = (i * width + j) * width + cells[site, 2] - 1
                start = np.searchsorted(keys, key)
                for sample in range(start, len(keys)):
                    if keys[sample] > key + 2:
                        break
                    dx, dy, dz = x - samples[sample, 0], y - samples[sample, 1], z - samples[sample, 2]
                    square = dx * dx + dy * dy + dz * dz
                    if square > reach:
                        continue
                    if square < best:
                        best = square
                        nearest[site] = sample
                    if count == len(pairs):
                        longer = np.empty(2 * count, dtype=np.int64)
                        longer[:count] = pairs
                        pairs = longer
                        scratch = np.empty(2 * count)
                    pairs[count] = sample
                    count += 1
                    # 1 / d**p with d**2 at hand: no square root for the usual p = 2.
                    held = max(square, least)
                    weight = 1.0 / held if power == 2.0 else held ** (-0.5 * power)
                    for column in range(n_values):
                        value = values[sample, column]
                        if not np.isnan(value):
                            total[column] += weight * value
                            weights[column] += weight
        n[site] = count
        for column in range(n_values):
            if weights[column] > 0:
                mean[site, column] = total[column] / weights[column]
        for column in range(n_amounts):
            size = 0
            for position in range(count):
                amount = amounts[pairs[position], column]
                if not np.isnan(amount):
                    scratch[size] = amount
                    size += 1
            if size == 0:
                continue
            # The linear rule of numpy.percentile: between the order statistics ``below`` and ``below + 1``.
            # Selecting one order statistic is linear in the number of samples where sorting is not.
            rank_position = share * (size - 1)
            below = int(np.floor(rank_position))
            first, last = 0, size - 1
            while first < last:  # Hoare's selection of the value at ``below``
                pivot = scratch[(first + last) // 2]
                left, right = first, last
                while left <= right:
                    while scratch[left] < pivot:
                        left += 1
                    while scratch[right] > pivot:
                        right -= 1
                    if left <= right:
                        swapped = scratch[left]
                        scratch[left] = scratch[right]
                        scratch[right] = swapped
                        left += 1
                        right -= 1
                if below <= right:
                    last = right
                elif below >= left:
                    first = left
                else:
                    break
            # Everything right of ``below`` is at least as large: its least is the next order statistic.
            lower, upper, largest = scratch[below], np.inf, scratch[below]
            for position in range(below + 1, size):
                upper = min(upper, scratch[position])
                largest = max(largest, scratch[position])
            if below + 1 >= size:
                upper = lower
            high[site, column] = lower + (upper - lower) * (rank_position - below)
            top[site, column] = largest
