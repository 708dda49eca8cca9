"""Statistics of raster cells whose centres lie in zones: one pass over the rows of stored blocks, each block decoded once.

Cell centres decide (the rule of GDAL's rasterise and of rasterstats). The same function runs compiled for many cells and as it
stands for few; both do the same floating-point operations in the same order, so the result does not depend on how many sites
there are.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from layers.rasters import Raster, mask_codes, open_raster

COMPILE_FROM_CELLS = 400_000
"""From about this many cells on, compiling (a second or two, cached) is faster than plain Python."""

_BAND_ROWS = 256


@dataclass(frozen=True)
class Zones:
    """Polygons in cell coordinates of one raster, as edges.

    Parameters
    ----------
    edges : ndarray
        Shape (n, 4): column and row of start and end.
    first : ndarray of int
        Zone i has the edges ``first[i]`` to ``first[i + 1]``.
    """

    edges: np.ndarray
    first: np.ndarray

    def __len__(self) -> int:
        return len(self.first) - 1

    def bounds(self) -> np.ndarray:
        """Return column and row minimum, column and row maximum per zone, shape (n, 4)."""
        if len(self) == 0:
            return np.zeros((0, 4))
        lows = np.minimum.reduceat(self.edges[:, :2], self.first[:-1], axis=0)
        highs = np.maximum.reduceat(self.edges[:, :2], self.first[:-1], axis=0)
        return np.hstack([lows, highs])


@dataclass
class Moments:
    """Per zone: cell centres inside the zone, of those on the raster, of those with data; their mean and squared deviations."""

    centres: np.ndarray
    on_raster: np.ndarray
    n: np.ndarray
    mean: np.ndarray
    squares: np.ndarray

    @classmethod
    def of(cls, count: int) -> Moments:
        """Return empty moments of ``count`` zones."""
        return cls(*(np.zeros(count, dtype=kind) for kind in (np.int64, np.int64, np.int64, float, float)))

    def add(self, zones: np.ndarray, other: Moments) -> None:
        """Add the moments of further cells of some zones (Chan, Golub and LeVeque 1983)."""
        self.centres[zones] += other.centres
        self.on_raster[zones] += other.on_raster
        before, more = self.n[zones], other.n
        total = np.maximum(before + more, 1)
        step = other.mean - self.mean[zones]
        self.squares[zones] += other.squares + step**2 * before * more / total
        self.mean[zones] += step * more / total
        self.n[zones] = before + more


def zones_from(shapes: np.ndarray) -> Zones:
    """Turn polygons of one or several parts in cell coordinates into zones; none may be missing or empty."""
    parts, zone = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    owner = zone[part]
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    edges = np.hstack([points[:-1], points[1:]])[same]
    counts = np.bincount(owner[ring[1:][same]], minlength=len(shapes))
    return Zones(np.ascontiguousarray(edges), np.concatenate([[0], np.cumsum(counts)]))


def pass_over(
    raster: Raster, zones: Zones, columns: np.ndarray, rows: np.ndarray, threads: int
) -> tuple[Moments, np.ndarray]:
    """Read the needed blocks of a raster once and serve zones and single cells from them.

    Parameters
    ----------
    raster : Raster
        What to read.
    zones : Zones
        In cell coordinates; may stick out.
    columns, rows : ndarray of int
        Single cells wanted; those off the raster give NaN.
    threads : int
        Readers at once, each with its own handle; GDAL decodes without holding the interpreter.

    Returns
    -------
    Moments
        Per zone.
    ndarray of float
        Per single cell.
    """
    plan = _Plan(raster, zones, columns, rows)
    total = Moments.of(len(zones))
    values = np.full(len(columns), np.nan)
    bands = plan.bands()
    with ThreadPoolExecutor(max_workers=threads) as pool:
        shares = [bands[start::threads] for start in range(min(threads, len(bands)))]
        done = {band: result for part in pool.map(plan.read, shares) for band, result in part}
    for band in bands:
        members, moments, cells, found = done[band]
        total.add(members, moments)
        values[cells] = found
    plan.count_outside(total)
    return total, values


class _Plan:
    """Which rows of blocks serve which zones and cells of one raster."""

    def __init__(self, raster: Raster, zones: Zones, columns: np.ndarray, rows: np.ndarray) -> None:
        self.raster, self.zones, self.columns, self.rows = raster, zones, columns, rows
        stored = max(1, raster.block[0])
        self.band_rows = stored if stored >= _BAND_ROWS // 4 else stored * max(1, _BAND_ROWS // stored)
        self.bounds = zones.bounds()
        size = (self.bounds[:, 2:] - self.bounds[:, :2]).prod(axis=1).sum() if len(zones) else 0.0
        self.scan = scanner(bool(size >= COMPILE_FROM_CELLS))
        self.edges_at_most = int(np.diff(zones.first).max()) if len(zones) else 0
        on = (columns >= 0) & (columns < raster.width) & (rows >= 0) & (rows < raster.height)
        self.cells = np.flatnonzero(on)
        self.cell_band = rows[self.cells] // self.band_rows
        first = np.ceil(self.bounds[:, 1] - 0.5).astype(np.int64)
        last = np.floor(self.bounds[:, 3] - 0.5).astype(np.int64)
        touches = (first < raster.height) & (last >= 0) & (first <= last)
        self.first_band = np.maximum(first, 0) // self.band_rows
        self.last_band = np.where(touches, np.minimum(last, raster.height - 1) // self.band_rows, -1)
        self.by_cell = np.argsort(self.cell_band, kind="stable")
        self.by_zone = np.argsort(self.first_band, kind="stable")

    def bands(self) -> list[int]:
        """Return the rows of blocks that are needed, from the top."""
        needed = np.zeros(-(-self.raster.height // self.band_rows) + 1, dtype=np.int64)
        inside = self.last_band >= self.first_band
        np.add.at(needed, self.first_band[inside], 1)
        np.add.at(needed, self.last_band[inside] + 1, -1)
        needed = np.cumsum(needed)[:-1]
        needed[np.unique(self.cell_band)] += 1
        return [int(band) for band in np.flatnonzero(needed)]

    def read(self, bands: list[int]) -> list[tuple[int, Any]]:
        """Serve some rows of blocks with one handle."""
        with open_raster(self.raster) as dataset:
            return [(band, self._serve(dataset, band)) for band in bands]

    def _serve(self, dataset: Any, band: int) -> tuple[np.ndarray, Moments, np.ndarray, np.ndarray]:
        top = band * self.band_rows
        height = min(self.band_rows, self.raster.height - top)
        upto = np.searchsorted(self.first_band[self.by_zone], band, side="right")
        members = np.sort(self.by_zone[:upto][self.last_band[self.by_zone[:upto]] >= band])
        low, high = np.searchsorted(self.cell_band[self.by_cell], [band, band + 1])
        cells = self.cells[self.by_cell[low:high]]
        strip = self._strip(dataset, top, height, members, cells)
        moments = Moments.of(len(members))
        self._scan(strip, top, top, top + height, members, moments)
        return members, moments, cells, strip[self.rows[cells] - top, self.columns[cells]].astype(float)

    def _strip(self, dataset: Any, top: int, height: int, members: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """Read those blocks of one row of blocks that a zone or cell touches; the rest stays unset and is never looked at."""
        from rasterio.windows import Window

        raster = self.raster
        step = max(1, min(raster.block[1], raster.width))
        touched = np.zeros(-(-raster.width // step) + 1, dtype=np.int64)
        over = members[(self.bounds[members, 2] > 0) & (self.bounds[members, 0] < raster.width)]
        left = np.clip(np.floor(self.bounds[over, 0]), 0, raster.width - 1).astype(np.int64) // step
        right = np.clip(np.floor(self.bounds[over, 2]), 0, raster.width - 1).astype(np.int64) // step
        np.add.at(touched, np.concatenate([left, self.columns[cells] // step]), 1)
        np.add.at(touched, np.concatenate([right, self.columns[cells] // step]) + 1, -1)
        wanted = np.concatenate([[False], np.cumsum(touched)[:-1] > 0, [False]])
        starts, ends = np.flatnonzero(wanted[1:] & ~wanted[:-1]), np.flatnonzero(~wanted[1:] & wanted[:-1])
        kind = mask_codes(np.zeros(0, dtype=raster.dtype), ()).dtype
        strip = np.empty((height, raster.width), dtype=kind)
        for start, end in zip(starts, ends, strict=True):
            first, last = int(start) * step, min(int(end) * step, raster.width)
            values = dataset.read(raster.band, window=Window(first, top, last - first, height))
            strip[:, first:last] = mask_codes(values, raster.nodata)
        return strip

    def _scan(self, strip: np.ndarray, top: int, first: int, last: int, members: np.ndarray, moments: Moments) -> None:
        if len(members):
            self.scan(
                strip,
                top,
                first,
                last,
                members,
                self.zones.edges,
                self.zones.first,
                np.empty(self.edges_at_most),
                moments.centres,
                moments.on_raster,
                moments.n,
                moments.mean,
                moments.squares,
            )

    def count_outside(self, total: Moments) -> None:
        """Count the centres of zones in rows above and below the raster, so that coverage knows of them."""
        kind = mask_codes(np.zeros(0, dtype=self.raster.dtype), ()).dtype
        nothing = np.empty((0, 0), dtype=kind)
        above = np.flatnonzero(self.bounds[:, 1] < 0)
        below = np.flatnonzero(self.bounds[:, 3] > self.raster.height)
        for members, first, last in ((above, None, 0), (below, self.raster.height, None)):
            for zone in members:
                start = int(np.floor(self.bounds[zone, 1])) if first is None else first
                end = int(np.ceil(self.bounds[zone, 3])) if last is None else last
                more = Moments.of(1)
                self._scan(nothing, start, start, end, np.array([zone]), more)
                total.centres[zone] += more.centres[0]


@lru_cache(maxsize=2)
def scanner(compiled: bool) -> Callable[..., None]:
    """Return the scanline function, compiled or as it stands."""
    if not compiled:
        return _scan
    import numba

    try:
        return numba.njit(nogil=True, cache=True)(_scan)
    except RuntimeError:  # nowhere to keep compiled code
        return numba.njit(nogil=True)(_scan)


def _scan(
    strip: np.ndarray,
    top: int,
    first_row: int,
    last_row: int,
    members: np.ndarray,
    edges: np.ndarray,
    first: np.ndarray,
    crossings: np.ndarray,
    centres: np.ndarray,
    on_raster: np.ndarray,
    n: np.ndarray,
    mean: np.ndarray,
    squares: np.ndarray,
) -> None:
    """Go along the cell centres of each row of each zone, between pairs of crossings with its edges (even-odd rule)."""
    width = strip.shape[1]
    for position in range(len(members)):
        start, end = first[members[position]], first[members[position] + 1]
        low, high = edges[start, 1], edges[start, 1]
        for edge in range(start, end):
            low, high = min(low, edges[edge, 1]), max(high, edges[edge, 1])
        row_from, row_to = max(first_row, int(np.ceil(low - 0.5))), min(last_row, int(np.floor(high - 0.5)) + 1)
        for row in range(row_from, row_to):
            middle = row + 0.5
            found = 0
            for edge in range(start, end):
                ay, by = edges[edge, 1], edges[edge, 3]
                if (ay <= middle) != (by <= middle):
                    ax, bx = edges[edge, 0], edges[edge, 2]
                    x = ax + (middle - ay) * (bx - ax) / (by - ay)
                    place = found
                    while place > 0 and crossings[place - 1] > x:
                        crossings[place] = crossings[place - 1]
                        place -= 1
                    crossings[place] = x
                    found += 1
            for pair in range(0, found - 1, 2):
                left, right = int(np.ceil(crossings[pair] - 0.5)), int(np.ceil(crossings[pair + 1] - 0.5))
                centres[position] += right - left
                for column in range(max(left, 0), min(right, width)):
                    on_raster[position] += 1
                    value = float(strip[row - top, column])
                    if value == value:
                        n[position] += 1
                        step = value - mean[position]
                        mean[position] += step / n[position]
                        squares[position] += step * (value - mean[position])
