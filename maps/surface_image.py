"""The scored surface as a small picture to lay over a map."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

import numpy as np

VIRIDIS = (
    "440154", "482475", "414487", "355f8d", "2a788e", "21918c", "22a884", "44bf70", "7ad151", "bddf26", "fde725",
)  # fmt: skip
"""Eleven stops of matplotlib's viridis, dark to light. Pages use it turned round: the darker, the higher the score."""

LARGEST_PX = 900


@dataclass(frozen=True)
class SurfaceImage:
    """A PNG as data URI and the corners it is laid between (south, west, north, east; degrees)."""

    address: str
    bounds: tuple[float, float, float, float]


def surface_image(path: Path) -> SurfaceImage:
    """Draw a GeoTIFF of scores (0 to 1) in the projection of web maps.

    Parameters
    ----------
    path : Path
        Band 1 is drawn; cells without data stay transparent. An overview is read where it is fine enough.
    """
    import rasterio
    from rasterio.enums import Resampling
    from rasterio.io import MemoryFile
    from rasterio.transform import array_bounds
    from rasterio.vrt import WarpedVRT
    from rasterio.warp import transform_bounds

    with rasterio.open(path) as dataset, WarpedVRT(dataset, crs="EPSG:3857", resampling=Resampling.nearest) as warped:
        shrink = max(1.0, max(warped.width, warped.height) / LARGEST_PX)
        shape = (max(1, round(warped.height / shrink)), max(1, round(warped.width / shrink)))
        scores = warped.read(1, out_shape=shape, masked=True).astype(float).filled(np.nan)
        west, south, east, north = transform_bounds(
            "EPSG:3857", "EPSG:4326", *array_bounds(warped.height, warped.width, warped.transform)
        )
    pixels = coloured(scores)
    with MemoryFile() as memory:
        with memory.open(driver="PNG", width=shape[1], height=shape[0], count=4, dtype="uint8", zlevel=9) as picture:
            picture.write(pixels)
        data = memory.read()
    address = "data:image/png;base64," + base64.b64encode(data).decode()
    return SurfaceImage(address, tuple(round(one, 6) for one in (south, west, north, east)))  # type: ignore[arg-type]


def coloured(scores: np.ndarray) -> np.ndarray:
    """Return scores as colours, shape (4, rows, columns), uint8; missing is transparent."""
    stops = np.array([[int(one[at : at + 2], 16) for at in (0, 2, 4)] for one in reversed(VIRIDIS)], float)
    at = np.clip(np.nan_to_num(scores), 0, 1) * (len(stops) - 1)
    bands = [np.interp(at, np.arange(len(stops)), stops[:, band]) for band in range(3)]
    alpha = np.where(np.isfinite(scores), 255, 0)
    return np.stack([*bands, alpha]).round().astype(np.uint8)
