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
FADE_SHARE = 0.025
"""Over this share of the picture's longer side the colours fade out towards where the data end: no border of the ground."""


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
        Band 1 is drawn; cells without data stay transparent, and towards the edge of all data the colours fade. An overview is
        read where it is fine enough.
    """
    import rasterio
    from rasterio.enums import Resampling
    from rasterio.vrt import WarpedVRT
    from rasterio.warp import transform_bounds

    with rasterio.open(path) as dataset, WarpedVRT(dataset, crs="EPSG:3857", resampling=Resampling.nearest) as warped:
        shrink = max(1.0, max(warped.width, warped.height) / LARGEST_PX)
        shape = (max(1, round(warped.height / shrink)), max(1, round(warped.width / shrink)))
        scores = warped.read(1, out_shape=shape, masked=True).astype(float).filled(np.nan)
        west, south, east, north = transform_bounds("EPSG:3857", "EPSG:4326", *warped.bounds)
    address = "data:image/png;base64," + base64.b64encode(png(coloured(scores))).decode()
    return SurfaceImage(address, tuple(round(degrees, 6) for degrees in (south, west, north, east)))


def png(pixels: np.ndarray) -> bytes:
    """Return colours of shape (4, rows, columns) as a PNG file (ISO/IEC 15948), the same bytes on every machine."""
    _, rows, columns = pixels.shape
    lines = np.zeros((rows, columns * 4 + 1), np.uint8)
    lines[:, 1:] = np.moveaxis(pixels, 0, 2).reshape(rows, -1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", columns, rows, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(lines.tobytes(), 9))
        + chunk(b"IEND", b"")
    )


def coloured(scores: np.ndarray) -> np.ndarray:
    """Return scores as colours, shape (4, rows, columns), uint8; missing is transparent."""
    stops = np.array([[int(colour[at : at + 2], 16) for at in (0, 2, 4)] for colour in reversed(VIRIDIS)], float)
    at = np.clip(np.nan_to_num(scores), 0, 1) * (len(stops) - 1)
    bands = [np.interp(at, np.arange(len(stops)), stops[:, band]) for band in range(3)]
    return np.stack([*bands, 255 * faded(np.isfinite(scores))]).round().astype(np.uint8)


def faded(known: np.ndarray) -> np.ndarray:
    """Return how opaque cells are (0 to 1): known ones wholly, less within `FADE_SHARE` of the edge of all; others not at all.

    A gap within the data has no such edge: only what is missing and touches the rim of the picture, or its rim itself, does.
    """
    from scipy import ndimage

    parts, _ = ndimage.label(np.pad(~known, 1, constant_values=True))
    within = parts != parts[0, 0]
    depth_px = ndimage.distance_transform_edt(within)[1:-1, 1:-1]
    return np.where(known, np.clip(depth_px / max(1.0, FADE_SHARE * max(known.shape)), 0.0, 1.0), 0.0)
