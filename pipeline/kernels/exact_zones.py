"""Exact zonal statistics: each cell counts by the part of it that lies in the zone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import shapely

from layers.rasters.raster import Raster
from layers.rasters.reader import open_raster, read_window
from pipeline.kernels.zone_statistics import Moments

_TILE = 512


def exact_moments(raster: Raster, polygons: np.ndarray, threads: int) -> Moments:
    """Return weighted moments of polygons in cell coordinates, read tile by tile.

    ``centres`` and ``on_raster`` hold areas in cells here: of the polygon, and of its part on the raster. exactextract (Baston
    2020) computes the covered parts.

    Parameters
    ----------
    raster : Raster
        What to read.
    polygons : ndarray of shapely.Polygon
        In cell coordinates (column, row).
    threads : int
        Readers at once, each with its own handle. While one measures, which holds the interpreter, others decode.
    """
    result = Moments(*(np.zeros(len(polygons)) for _ in range(5)))
    result.centres[:] = shapely.area(polygons)
    page = shapely.box(0, 0, raster.width, raster.height)
    result.on_raster[:] = shapely.area(shapely.intersection(polygons, page))
    there = np.flatnonzero(result.on_raster > 0)
    tiles = _by_tile(shapely.bounds(polygons[there]))

    def measure(share: list[np.ndarray]) -> None:
        with open_raster(raster) as dataset:
            for zones in share:
                _measure(raster, dataset, polygons, there[zones], result)

    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(measure, [tiles[start::threads] for start in range(min(threads, len(tiles)))]))
    return result


def _by_tile(bounds: np.ndarray) -> list[np.ndarray]:
    """Return which zones are read together: those that begin in one tile, row of tiles by row; a large one alone."""
    if len(bounds) == 0:
        return []
    tile = np.floor(bounds[:, 1::-1] / _TILE)
    large = ((bounds[:, 2:] - bounds[:, :2]) > _TILE).any(axis=1)
    alone = np.where(large, np.arange(len(bounds)) + 1, 0)
    order = np.lexsort((alone, tile[:, 1], tile[:, 0]))
    key = np.column_stack([tile, alone])[order]
    return np.split(order, np.flatnonzero((np.diff(key, axis=0) != 0).any(axis=1)) + 1)


def _measure(raster: Raster, dataset: Any, polygons: np.ndarray, zones: np.ndarray, result: Moments) -> None:
    """Fill in the moments of zones that lie close together, from one window."""
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    from pipeline.kernels.exact_outlines import Outlines

    bounds = shapely.bounds(polygons[zones])
    left, top = np.maximum(np.floor(bounds[:, :2].min(axis=0)), 0).astype(int).tolist()
    right, bottom = np.minimum(np.ceil(bounds[:, 2:].max(axis=0)), [raster.width, raster.height]).astype(int).tolist()
    values = read_window(raster, dataset, top, left, bottom - top, right - left)
    # exactextract wants north up: rows are counted downwards, so the shapes are turned over with them.
    turned = shapely.transform(polygons[zones], lambda points: points * np.array([1.0, -1.0]))
    source = NumPyRasterSource(values.astype(float), xmin=left, ymin=-bottom, xmax=right, ymax=-top, nodata=np.nan)
    features = Outlines(shapely.to_wkb(turned))
    for zone, measured in zip(zones, exact_extract(source, features, ["count", "mean", "variance"]), strict=True):
        statistics = measured["properties"]
        count = float(statistics["count"] or 0.0)
        if count > 0:
            result.n[zone], result.mean[zone] = count, statistics["mean"]
            result.squares[zone] = float(statistics["variance"]) * count
