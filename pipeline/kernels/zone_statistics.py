"""Statistics of raster cells whose centres lie in zones: one pass over the rows of stored blocks, each block decoded once.

Cell centres decide (the rule of GDAL's rasterise and of rasterstats). Zones are cut into runs of cells once, for all rasters that
share a grid; a run knows nothing of values. The cells of some rows are then added up as arrays, in an order that does not hang on
which other zones there are.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from layers.rasters.raster import Raster
from layers.rasters.reader import cell_type, open_raster, read_window
from pipeline.kernels.number_runs import IntArray, runs_from

_BAND_ROWS = 256
_ROWS_AT_ONCE = 64
"""Rows whose cells are in memory at once; fixed, so that the sums of a zone do not depend on the others."""

_SHAPES_AT_ONCE = 10_000


@dataclass(frozen=True)
class Zones:
    """Polygons as runs of cells whose centres lie inside, in the order of rows, then zones, then columns.

    Parameters
    ----------
    count : int
        Zones.
    row, zone, left, right : ndarray of int, shape (runs,)
        The cells ``left`` to ``right - 1`` of a row belong to a zone. Runs may stick out of the raster.
    """

    count: int
    row: IntArray
    zone: IntArray
    left: IntArray
    right: IntArray


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
    """Turn polygons of one or several parts, in cell coordinates, into zones; none may be missing or empty."""
    parts = [
        np.stack(_runs_of(shapes[first : first + _SHAPES_AT_ONCE])) + np.array([[0], [first], [0], [0]])
        for first in range(0, len(shapes), _SHAPES_AT_ONCE)
    ]
    row, zone, left, right = np.concatenate(parts, axis=1) if parts else np.zeros((4, 0), dtype=np.int64)
    order = np.argsort(row, kind="stable")
    return Zones(len(shapes), row[order], zone[order], left[order], right[order])


def _runs_of(shapes: np.ndarray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return row, zone, left and right of the runs of some polygons.

    Each edge crosses the middles of some rows; between every other pair of crossings of a row lies the zone (even-odd rule).
    """
    parts, zone = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    edge = np.flatnonzero(ring[1:] == ring[:-1])
    (ax, ay), (bx, by) = points[edge].T, points[edge + 1].T
    # Row r has its middle at r + 0.5. An edge owns its upper end and not its lower: a vertex on a middle counts once.
    first = np.ceil(np.minimum(ay, by) - 0.5).astype(np.int64)
    crossed = np.ceil(np.maximum(ay, by) - 0.5).astype(np.int64) - first
    which = np.repeat(np.arange(len(edge)), crossed)
    row = runs_from(first, crossed)
    ax, ay, bx, by = (coordinate[which] for coordinate in (ax, ay, bx, by))
    x = ax + (row + 0.5 - ay) * (bx - ax) / (by - ay)
    owner = zone[part[ring[edge[which]]]]
    order = np.lexsort((x, owner, row))
    column = np.ceil(x[order] - 0.5).astype(np.int64)
    # A closed outline crosses each middle an even number of times: the zone lies from every odd crossing to the next.
    opens = order[0::2]
    return row[opens], owner[opens], column[0::2], column[1::2]


def pass_over(
    raster: Raster, zones: Zones, columns: IntArray, rows: IntArray, threads: int
) -> tuple[Moments, np.ndarray]:
    """Read the needed blocks of a raster once and serve zones and single cells from them.

    Parameters
    ----------
    raster : Raster
        What to read.
    zones : Zones
        On the grid of the raster.
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
    total = Moments.of(zones.count)
    np.add.at(total.centres, zones.zone, zones.right - zones.left)
    values = np.full(len(columns), np.nan)
    bands = plan.bands()
    with ThreadPoolExecutor(max_workers=threads) as pool:
        shares = [bands[start::threads] for start in range(min(threads, len(bands)))]
        done = {band: result for part in pool.map(plan.read, shares) for band, result in part}
    # In the order of the raster, whichever thread was first: floating-point sums depend on the order.
    for band in bands:
        parts, cells, statistics = done[band]
        for members, moments in parts:
            total.add(members, moments)
        values[cells] = statistics
    return total, values


class _Plan:
    """Which rows of blocks serve which zones and cells of one raster."""

    def __init__(self, raster: Raster, zones: Zones, columns: IntArray, rows: IntArray) -> None:
        self.raster, self.columns, self.rows = raster, columns, rows
        stored = max(1, raster.block[0])
        # Files stored by single lines are read some hundred at a time; tiled files by whole rows of tiles.
        self.band_rows = stored if stored >= _BAND_ROWS // 4 else stored * max(1, _BAND_ROWS // stored)
        left, right = np.maximum(zones.left, 0), np.minimum(zones.right, raster.width)
        on = (zones.row >= 0) & (zones.row < raster.height) & (left < right)
        self.runs = Zones(zones.count, zones.row[on], zones.zone[on], left[on], right[on])
        on = (columns >= 0) & (columns < raster.width) & (rows >= 0) & (rows < raster.height)
        cells = np.flatnonzero(on)
        self.cells = cells[np.argsort(rows[cells], kind="stable")]

    def bands(self) -> list[int]:
        """Return the rows of blocks that are needed, from the top."""
        needed = np.union1d(self.runs.row // self.band_rows, self.rows[self.cells] // self.band_rows)
        return [int(band) for band in needed]

    def read(self, bands: list[int]) -> list[tuple[int, Any]]:
        """Serve some rows of blocks with one handle."""
        with open_raster(self.raster) as dataset:
            return [(band, self._serve(dataset, band)) for band in bands]

    def _serve(self, dataset: Any, band: int) -> tuple[list[tuple[IntArray, Moments]], IntArray, np.ndarray]:
        top = band * self.band_rows
        height = min(self.band_rows, self.raster.height - top)
        cells = self.cells[slice(*np.searchsorted(self.rows[self.cells], [top, top + height]))]
        runs = self._runs(top, top + height)
        strip = self._strip(dataset, top, height, runs, cells)
        parts = [
            _add_up(strip, top, self._runs(row, min(row + _ROWS_AT_ONCE, top + height)))
            for row in range(top, top + height, _ROWS_AT_ONCE)
        ]
        return parts, cells, strip[self.rows[cells] - top, self.columns[cells]].astype(float)

    def _runs(self, first: int, last: int) -> Zones:
        """Return the runs of some rows."""
        some, runs = slice(*np.searchsorted(self.runs.row, [first, last])), self.runs
        return Zones(runs.count, runs.row[some], runs.zone[some], runs.left[some], runs.right[some])

    def _strip(self, dataset: Any, top: int, height: int, runs: Zones, cells: IntArray) -> np.ndarray:
        """Read those blocks of one row of blocks that a zone or cell touches; the rest stays unset and is never looked at."""
        raster = self.raster
        step = max(1, min(raster.block[1], raster.width))
        # +1 where a run begins, -1 after it ends: the running sum tells the blocks that are needed.
        touched = np.zeros(-(-raster.width // step) + 1, dtype=np.int64)
        np.add.at(touched, np.concatenate([runs.left, self.columns[cells]]) // step, 1)
        np.add.at(touched, np.concatenate([runs.right - 1, self.columns[cells]]) // step + 1, -1)
        wanted = np.concatenate([[False], np.cumsum(touched)[:-1] > 0, [False]])
        starts, ends = np.flatnonzero(wanted[1:] & ~wanted[:-1]), np.flatnonzero(~wanted[1:] & wanted[:-1])
        strip = np.empty((height, raster.width), dtype=cell_type(raster))
        for start, end in zip(starts, ends, strict=True):
            first, last = int(start) * step, min(int(end) * step, raster.width)
            strip[:, first:last] = read_window(raster, dataset, top, first, height, last - first)
        return strip


def _add_up(strip: np.ndarray, top: int, here: Zones) -> tuple[IntArray, Moments]:
    """Return the zones that have cells in some rows, and the moments of these cells."""
    length = here.right - here.left
    members, own = np.unique(here.zone, return_inverse=True)
    column = runs_from(here.left, length)
    values = strip[np.repeat(here.row - top, length), column].astype(float)
    zone = np.repeat(own, length)
    moments = Moments.of(len(members))
    moments.on_raster += np.bincount(zone, minlength=len(members))
    # NaN alone differs from itself; the reader has turned nodata and masks into NaN.
    known = values == values
    zone, values = zone[known], values[known]
    moments.n += np.bincount(zone, minlength=len(members))
    moments.mean += np.bincount(zone, values, len(members)) / np.maximum(moments.n, 1)
    moments.squares += np.bincount(zone, (values - moments.mean[zone]) ** 2, len(members))
    return members, moments
