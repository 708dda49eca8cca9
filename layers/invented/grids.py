"""Geophysics of the invented region as GeoTIFF: two grids that know something, one that is noise, one with holes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from rasterio import Affine

from layers.invented.geology import Array, Region, Waves, stream

GRID_CRS = "EPSG:3979"
PIXEL_M = 1000.0
NODATA = -99999.0
ROWS_AT_ONCE = 256


def write_grids(region: Region, folder: Path) -> None:
    """Write ``thorium.tif`` (equivalent Th, ppm), ``magnetics.tif`` (nT), ``terrain.tif`` (m; noise) and ``gravity.tif``.

    Thorium and magnetics follow the halo of the camps with much else on top. Gravity (mGal) ends in the west of the region
    and has holes: nothing is known there. The grid's CRS and pixel differ from those of all other files.

    Parameters
    ----------
    region : Region
        Halo of the camps.
    folder : Path
        Existing folder.
    """
    edge = np.linspace(-1, 1, 41) * (region.side_km / 2 + 10)
    ring_x = np.concatenate([edge, edge, np.full(41, edge[0]), np.full(41, edge[-1])])
    ring_y = np.concatenate([np.full(41, edge[0]), np.full(41, edge[-1]), edge, edge])
    east, north = region.to_crs(ring_x, ring_y, GRID_CRS)
    west, top = np.floor(east.min() / PIXEL_M) * PIXEL_M, np.ceil(north.max() / PIXEL_M) * PIXEL_M
    width, height = int(np.ceil((east.max() - west) / PIXEL_M)), int(np.ceil((top - north.min()) / PIXEL_M))
    profile = {
        "driver": "GTiff", "dtype": "float32", "count": 1, "crs": GRID_CRS, "nodata": NODATA, "width": width, "height": height,
        "transform": Affine(PIXEL_M, 0.0, west, 0.0, -PIXEL_M, top), "tiled": True, "blockxsize": 256, "blockysize": 256,
        "compress": "deflate", "predictor": 3,
    }  # fmt: skip
    painters = {"thorium": _thorium, "magnetics": _magnetics, "terrain": _terrain, "gravity": _gravity}
    for name, paint in painters.items():
        with rasterio.open(folder / f"{name}.tif", "w", **profile) as grid:
            for start in range(0, height, ROWS_AT_ONCE):
                rows = min(ROWS_AT_ONCE, height - start)
                column, row = np.meshgrid(np.arange(width) + 0.5, np.arange(start, start + rows) + 0.5)
                x, y = region.from_crs(west + column * PIXEL_M, top - row * PIXEL_M, GRID_CRS)
                noise = np.random.default_rng([region.seed, start, *name.encode()]).normal(0, 1, x.shape)
                values = np.round(paint(region, x, y, noise), 2)
                grid.write(values.astype("float32"), 1, window=((start, start + rows), (0, width)))


def _thorium(region: Region, x: Array, y: Array, noise: Array) -> Array:
    cover = 0.08 * Waves.draw(stream(region.seed, "cover"), 18).at(x, y)
    return 9.0 * 10 ** (0.46 * region.footprint(x, y, "thorium") + cover + 0.06 * noise)


def _magnetics(region: Region, x: Array, y: Array, noise: Array) -> Array:
    belts = Waves.draw(stream(region.seed, "belts"), 14).at(x, y)
    return 220.0 * region.footprint(x, y, "magnetics") + 130.0 * belts + 30.0 * noise


def _terrain(region: Region, x: Array, y: Array, noise: Array) -> Array:
    return np.maximum(0.0, 180 + 60 * Waves.draw(stream(region.seed, "terrain"), 25).at(x, y) + 4 * noise)


def _gravity(region: Region, x: Array, y: Array, noise: Array) -> Array:
    values = -35 + 9 * Waves.draw(stream(region.seed, "gravity"), 40).at(x, y) + 0.6 * noise
    holes = Waves.draw(stream(region.seed, "holes"), 20).at(x, y) > 1.7
    return np.where((x < -0.33 * region.side_km) | holes, NODATA, values)
