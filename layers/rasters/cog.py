"""Write a grid that is made window by window as a cloud-optimised GeoTIFF."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from rasterio.shutil import copy as copy_raster
from rasterio.windows import Window

TILE = 512
"""Cells of a tile of the written file."""


@dataclass(frozen=True)
class GridWindow:
    """A rectangle of cells and their values.

    Parameters
    ----------
    row, column : int
        First cell.
    values : ndarray
        Shape (bands, height, width) or (height, width); NaN is missing.
    """

    row: int
    column: int
    values: np.ndarray


@dataclass(frozen=True)
class Surface:
    """A grid whose windows are computed as they are asked for.

    Parameters
    ----------
    width, height : int
        Cells.
    transform : tuple of float
        Affine coefficients a, b, c, d, e, f of cell corners.
    crs : str
        WKT or authority code.
    bands : tuple of str
        Description of each band.
    windows : iterable of GridWindow
        Any order; cells no window covers are missing.
    """

    width: int
    height: int
    transform: tuple[float, float, float, float, float, float]
    crs: str
    bands: tuple[str, ...]
    windows: Iterable[GridWindow]


def write_cog(surface: Surface, path: Path) -> None:
    """Write a surface as a cloud-optimised GeoTIFF (float32, deflate, 512-cell tiles, overviews by averaging, NaN missing).

    Only one window is in memory at a time: windows go to an uncompressed GeoTIFF beside the target, which GDAL then turns into
    the final file.

    Parameters
    ----------
    surface : Surface
        What to write.
    path : Path
        Target; overwritten.
    """
    profile = {
        "driver": "GTiff",
        "width": surface.width,
        "height": surface.height,
        "count": len(surface.bands),
        "dtype": "float32",
        "crs": surface.crs,
        "transform": rasterio.Affine(*surface.transform),
        "nodata": np.nan,
        "tiled": True,
        "blockxsize": TILE,
        "blockysize": TILE,
        "sparse_ok": True,
        "bigtiff": "IF_SAFER",
    }
    with tempfile.TemporaryDirectory(prefix=".surface-", dir=path.parent) as folder:
        draft = Path(folder) / "draft.tif"
        with rasterio.open(draft, "w", **profile) as dataset:
            for number, name in enumerate(surface.bands, 1):
                dataset.set_band_description(number, name)
            for tile in surface.windows:
                values = tile.values if tile.values.ndim == 3 else tile.values[None]
                window = Window(tile.column, tile.row, values.shape[2], values.shape[1])
                dataset.write(values.astype(np.float32, copy=False), window=window)
        copy_raster(
            draft,
            path,
            driver="COG",
            compress="DEFLATE",
            predictor="YES",
            blocksize=TILE,
            num_threads="ALL_CPUS",
            overview_resampling="average",
            bigtiff="IF_SAFER",
        )
