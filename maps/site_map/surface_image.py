"""The scored surface as a small picture to lay over a map."""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

VIRIDIS = (
    "440154", "482475", "414487", "355f8d", "2a788e", "21918c", "22a884", "44bf70", "7ad151", "bddf26", "fde725",
)  # fmt: skip
"""Eleven stops of matplotlib's viridis, dark to light. Pages use it turned round: the darker, the higher the score."""

LARGEST_PX = 900
MOST_BYTES = 220_000
"""The picture is drawn in larger cells until its file is no larger than this (a third more as text in a page)."""

FADE_SHARE = 0.025
"""Over this share of the picture's longer side the colours fade out towards where the data end: no border of the ground."""

_LEVELS, _OPACITIES = 36, 7
_SHRINK = 0.85


@dataclass(frozen=True)
class SurfaceImage:
    """A PNG as data URI, the corners it is laid between (south, west, north, east; degrees), and the width of its cells."""

    address: str
    bounds: tuple[float, float, float, float]
    cell_km: float


def surface_image(path: Path) -> SurfaceImage:
    """Draw a GeoTIFF of scores (0 to 1) in the projection of web maps.

    Parameters
    ----------
    path : Path
        Band 1 is drawn; cells without data stay transparent, and towards the edge of all data the colours fade. An overview is
        read where it is fine enough.
    """
    import rasterio
    from rasterio.enums import Resampling
    from rasterio.vrt import WarpedVRT
    from rasterio.warp import transform_bounds

    with rasterio.open(path) as dataset, WarpedVRT(dataset, crs="EPSG:3857", resampling=Resampling.nearest) as warped:
        longest = max(warped.width, warped.height)
        size = float(min(LARGEST_PX, longest))
        while True:
            shape = tuple(max(1, round(cells * size / longest)) for cells in (warped.height, warped.width))
            scores = warped.read(1, out_shape=shape, masked=True).astype(float).filled(np.nan)
            picture = png(painted(scores))
            if len(picture) <= MOST_BYTES:
                break
            size *= _SHRINK
        west, south, east, north = transform_bounds("EPSG:3857", "EPSG:4326", *warped.bounds)
        cell_m = (warped.bounds.right - warped.bounds.left) / shape[1] * np.cos(np.radians((south + north) / 2))
    address = "data:image/png;base64," + base64.b64encode(picture).decode()
    bounds = (round(south, 6), round(west, 6), round(north, 6), round(east, 6))
    return SurfaceImage(address, bounds, float(f"{cell_m / 1000:.2g}"))


def png(cells: np.ndarray) -> bytes:
    """Return places in `palette`, shape (rows, columns), as a PNG file (ISO/IEC 15948), the same bytes on every machine."""
    rows, columns = cells.shape
    lines = np.zeros((rows, columns + 1), np.uint8)
    lines[:, 1:] = cells
    colours = palette()

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0))
        + chunk(b"PLTE", colours[:, :3].tobytes())
        + chunk(b"tRNS", colours[:, 3].tobytes())
        + chunk(b"IDAT", zlib.compress(lines.tobytes(), 9))
        + chunk(b"IEND", b"")
    )


def palette() -> np.ndarray:
    """Return the colours of a picture, shape (253, 4), uint8: the first transparent, then every level at every opacity."""
    stops = np.array([[int(colour[at : at + 2], 16) for at in (0, 2, 4)] for colour in reversed(VIRIDIS)], float)
    at = np.linspace(0, len(stops) - 1, _LEVELS)
    levels = np.column_stack([np.interp(at, np.arange(len(stops)), stops[:, band]) for band in range(3)])
    opaque = np.linspace(0, 255, _OPACITIES + 1)[1:]
    colours = np.column_stack([levels.repeat(_OPACITIES, axis=0), np.tile(opaque, _LEVELS)])
    return np.vstack([np.zeros((1, 4)), colours]).round().astype(np.uint8)


def painted(scores: np.ndarray) -> np.ndarray:
    """Return scores as places in `palette`, shape (rows, columns), uint8; missing is transparent."""
    level = np.rint(np.clip(np.nan_to_num(scores), 0, 1) * (_LEVELS - 1))
    opacity = np.rint(faded(np.isfinite(scores)) * _OPACITIES)
    return np.where(opacity > 0, 1 + level * _OPACITIES + opacity - 1, 0).astype(np.uint8)


def faded(known: np.ndarray) -> np.ndarray:
    """Return how opaque cells are (0 to 1): known ones wholly, less within `FADE_SHARE` of the edge of all; others not at all.

    A gap within the data has no such edge: only what is missing and touches the rim of the picture, or its rim itself, does.
    """
    from scipy import ndimage

    parts, _ = ndimage.label(np.pad(~known, 1, constant_values=True))
    within = parts != parts[0, 0]
    depth_px = ndimage.distance_transform_edt(within)[1:-1, 1:-1]
    return np.where(known, np.clip(depth_px / max(1.0, FADE_SHARE * max(known.shape)), 0.0, 1.0), 0.0)
