"""Samples around sites: means weighted by inverse distance, percentiles and maxima, in one pass over a grid.

Places are unit vectors, so no projection bends the distances, and samples are put in the order of the cells of a fixed grid.
The array path and the compiled path visit neighbours in that same order, so they add up the same numbers in the same way; the
compiled one keeps no list of pairs and pays where there are millions of them.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from layers.crs import EARTH_RADIUS_KM, unit_vectors
from layers.errors import SourceError

FloatArray = npt.NDArray[np.float64]

COMPILE_FROM_PAIRS = 500_000
"""From about this many pairs of site and sample on, compiling (a few seconds, kept for the next time) pays: with two dozen
columns the array path takes about 5 µs a pair, loading compiled code 1.3 s."""

NUMBA_SETTINGS = Path(".numba_config.yaml")
"""Numba reads it from the working folder, often that of somebody's data."""

_PARTS_PER_THREAD = 8
_PAIRS_PER_BLOCK = 2_000_000
_PROBES = 200


@dataclass(frozen=True)
class Neighbours:
    """What lies around each site.

    Parameters
    ----------
    n : ndarray of int, shape (sites,)
        Samples within the radius.
    nearest : ndarray of int, shape (sites,)
        Row of the nearest of them, -1 where there is none.
    mean : ndarray, shape (sites, columns)
        Mean of the values weighted by inverse distance; NaN where none is there.
    percentile, maximum : ndarray, shape (sites, amounts)
        Of the amounts; NaN where none is there.
    """

    n: npt.NDArray[np.int64]
    nearest: npt.NDArray[np.int64]
    mean: FloatArray
    percentile: FloatArray
    maximum: FloatArray


def look_around(
    sites: FloatArray,
    samples: FloatArray,
    values: FloatArray,
    amounts: FloatArray,
    *,
    radius_km: float,
    power: float = 2.0,
    least_km: float = 0.1,
    percentile: float = 90.0,
    compiled: bool | None = None,
    threads: int = 1,
) -> Neighbours:
    """Describe the samples within a radius of each site.

    Parameters
    ----------
    sites, samples : ndarray, shape (n, 2)
        Longitude and latitude, degrees.
    values : ndarray, shape (samples, columns)
        Averaged with the weight ``1 / max(distance, least_km) ** power``; NaN is missing.
    amounts : ndarray, shape (samples, amounts)
        Of which percentile and maximum are taken; NaN is missing.
    radius_km : float
        Great-circle kilometres on a sphere of `EARTH_RADIUS_KM` (within 0.6 % of the ellipsoid).
    power, least_km : float
        Of the weights; nearer than ``least_km`` counts as there.
    percentile : float
        0-100, interpolated linearly between results.
    compiled : bool, optional
        Which path; None chooses by the number of pairs.
    threads : int
        Parts of the sites gone through at once on the compiled path.

    Returns
    -------
    Neighbours
    """
    at_site, at_sample = unit_vectors(*sites.T), unit_vectors(*samples.T)
    chord = _chord(radius_km)
    keys, width = _keys(at_sample, chord)
    order = np.argsort(keys, kind="stable")
    least, share = least_km / EARTH_RADIUS_KM, percentile / 100.0
    # Samples that come in `cell_order` are used as they are: copies of a large survey would double the memory.
    in_place = bool((order[1:] > order[:-1]).all())
    at_sample, values, amounts = (
        np.ascontiguousarray(array if in_place else array[order]) for array in (at_sample, values, amounts)
    )
    table = (at_sample, values, amounts)
    neighbours = Neighbours(
        np.zeros(len(sites), dtype=np.int64),
        np.full(len(sites), -1, dtype=np.int64),
        *(np.full((len(sites), array.shape[1]), np.nan) for array in (values, amounts, amounts)),
    )
    result = (neighbours.n, neighbours.nearest, neighbours.mean, neighbours.percentile, neighbours.maximum)
    if compiled if compiled is not None else _many_pairs(at_site, at_sample, chord):
        cell_of_site = _cells(at_site, chord)
        # Sites of one cell in a row find its samples still in the processor's cache.
        along = np.lexsort(cell_of_site.T[::-1])
        search = (width, keys[order], chord * chord, power, least * least, share)
        here, cell = at_site[along], cell_of_site[along]
        ordered = [np.ascontiguousarray(array[along]) for array in result]
        compiled_pass = _compiled_pass()

        def go(part: slice) -> None:
            compiled_pass(here[part], *table, cell[part], *search, *(pair_part[part] for pair_part in ordered))

        # More parts than threads: parts in a dense camp take longest, and the others go on meanwhile.
        cuts = np.linspace(0, len(sites), _PARTS_PER_THREAD * threads + 1).astype(int).tolist()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(go, (slice(*ends) for ends in pairwise(cuts))))
        for whole, part in zip(result, ordered, strict=True):
            whole[along] = part
    elif len(sites) and len(samples):
        _array_pass(at_site, table, chord, power, least, share, neighbours)
    # Back from the order of cells to the caller's rows.
    nearest = np.where(neighbours.nearest >= 0, order[neighbours.nearest] if len(order) else -1, -1)
    return Neighbours(neighbours.n, nearest, neighbours.mean, neighbours.percentile, neighbours.maximum)


def cell_order(samples: FloatArray, radius_km: float) -> npt.NDArray[np.int64]:
    """Return the order in which `look_around` takes samples; those that come in it are not copied.

    Parameters
    ----------
    samples : ndarray, shape (n, 2)
        Longitude and latitude, degrees.
    radius_km : float
        As `look_around` will be asked for.
    """
    return np.argsort(_keys(unit_vectors(*samples.T), _chord(radius_km))[0], kind="stable")


def _chord(radius_km: float) -> float:
    """Return the chord of an arc on the unit sphere."""
    return float(2.0 * np.sin(min(radius_km / EARTH_RADIUS_KM, np.pi) / 2.0))


def _keys(points: FloatArray, chord: float) -> tuple[npt.NDArray[np.int64], int]:
    """Return one number for the cell of each point, and the cells in a row of the grid."""
    width = int(np.floor(2.0 / chord)) + 4
    cells = _cells(points, chord)
    return (cells[:, 0] * width + cells[:, 1]) * width + cells[:, 2], width


def _cells(points: FloatArray, chord: float) -> npt.NDArray[np.int64]:
    """Return the cell of each point in a grid fixed to the Earth, one radius wide, counted from 1."""
    return np.floor((points + 1.0) / chord).astype(np.int64) + 1


def _many_pairs(sites: FloatArray, samples: FloatArray, chord: float) -> bool:
    """Guess from some sites whether there are so many pairs that compiling pays."""
    if len(sites) * len(samples) < COMPILE_FROM_PAIRS:
        return False
    probes = sites[:: max(1, len(sites) // _PROBES)]
    tree = cKDTree(samples, balanced_tree=False, compact_nodes=False)
    counts = tree.query_ball_point(probes, chord, return_length=True)
    return bool(counts.mean() * len(sites) >= COMPILE_FROM_PAIRS)


def _array_pass(
    sites: FloatArray,
    table: tuple[FloatArray, FloatArray, FloatArray],
    chord: float,
    power: float,
    least: float,
    share: float,
    neighbours: Neighbours,
) -> None:
    """Fill ``neighbours`` by lists of pairs, some sites at a time."""
    samples, values, amounts = table
    tree = cKDTree(samples)
    # The tree rounds differently from the compiled loop: it is asked a little too widely, and the loop's own test decides.
    generous = chord * (1 + 1e-9)
    blocks = np.cumsum(tree.query_ball_point(sites, generous, return_length=True)) // _PAIRS_PER_BLOCK
    for block in np.unique(blocks):
        here = np.flatnonzero(blocks == block)
        lists = tree.query_ball_point(sites[here], generous, return_sorted=True)
        site = np.repeat(np.arange(len(here)), [len(pairs) for pairs in lists])
        if not len(site):
            continue
        sample = np.concatenate([np.asarray(pairs, dtype=np.int64) for pairs in lists])
        apart = sites[here][site] - samples[sample]
        square = apart[:, 0] * apart[:, 0] + apart[:, 1] * apart[:, 1] + apart[:, 2] * apart[:, 2]
        inside = square <= chord * chord
        site, sample, square = site[inside], sample[inside], square[inside]
        neighbours.n[here] = np.bincount(site, minlength=len(here))
        # Ties go to the first sample in the order of cells, as in the compiled loop.
        by_distance = np.lexsort((sample, square, site))
        heads = by_distance[np.flatnonzero(np.diff(site[by_distance], prepend=-1))]
        neighbours.nearest[here[site[heads]]] = sample[heads]
        held = np.maximum(square, least * least)
        weight = 1.0 / held if power == 2.0 else held ** (-0.5 * power)
        for column in range(values.shape[1]):
            neighbours.mean[here, column] = _weighted_mean(site, weight, values[sample, column], len(here))
        for column in range(amounts.shape[1]):
            high, top = _upper(site, amounts[sample, column], len(here), share)
            neighbours.percentile[here, column], neighbours.maximum[here, column] = high, top


def _weighted_mean(site: npt.NDArray[np.int64], weight: FloatArray, value: FloatArray, size: int) -> FloatArray:
    there = ~np.isnan(value)
    total = np.bincount(site[there], weight[there] * value[there], minlength=size)
    weights = np.bincount(site[there], weight[there], minlength=size)
    return np.divide(total, weights, out=np.full(size, np.nan), where=weights > 0)


def _upper(site: npt.NDArray[np.int64], amount: FloatArray, size: int, share: float) -> tuple[FloatArray, FloatArray]:
    """Return a percentile, interpolated, and the maximum of the amounts of each site."""
    there = ~np.isnan(amount)
    order = np.lexsort((amount[there], site[there]))
    sorted_amount = amount[there][order]
    counts = np.bincount(site[there], minlength=size)
    some = counts > 0
    ends = np.cumsum(counts)
    position = share * (counts[some] - 1)
    below = np.floor(position).astype(np.int64)
    start = (ends - counts)[some]
    low = sorted_amount[start + below]
    above = sorted_amount[start + np.minimum(below + 1, counts[some] - 1)]
    high, top = np.full(size, np.nan), np.full(size, np.nan)
    high[some] = low + (above - low) * (position - below)
    top[some] = sorted_amount[ends[some] - 1]
    return high, top


@lru_cache(maxsize=1)
def _compiled_pass() -> Callable[..., None]:
    """Compile the grid pass; numba is imported only here.

    Raises
    ------
    SourceError
        If the working folder holds settings of numba: these may name a folder of compiled code, which would be executed.
    """
    if NUMBA_SETTINGS.exists():
        raise SourceError(
            f"environment: the working folder holds '{NUMBA_SETTINGS}', which the compiler numba obeys: it can have others' code "
            "executed. Take it away, or start minewaste from another folder, and try again."
        )
    import numba

    from pipeline.kernels import sample_grid_kernel as kernel

    def compiled(function: Callable[..., object]) -> Callable[..., None]:
        try:
            return numba.njit(nogil=True, cache=True)(function)
        except RuntimeError:  # nowhere to keep compiled code
            return numba.njit(nogil=True)(function)

    return compiled(kernel.grid_pass)
