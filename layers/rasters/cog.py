"""Write a grid that is made window by window as a cloud-optimised GeoTIFF."""

from __future__ import annotations

import copy
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import rasterio
from rasterio.shutil import copy as copy_raster
from rasterio.windows import Window

from layers.library_warnings import writing_with_gdal

TILE = 512
"""Cells of a tile of the written file."""


class Rectangle(NamedTuple):
    """Cells of a grid: the first row and column, and how many of both."""

    row: int
    column: int
    height: int
    width: int

    def cut(self, edge: int) -> Iterator[Rectangle]:
        """Cut into squares of ``edge`` cells, row after row; those at the far edges are smaller."""
        for row in range(self.row, self.row + self.height, edge):
            for column in range(self.column, self.column + self.width, edge):
                height, width = self.row + self.height - row, self.column + self.width - column
                yield Rectangle(row, column, min(edge, height), min(edge, width))


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

    Raises
    ------
    OSError
        If the disk is full.
    """
    with writing_with_gdal(), tempfile.TemporaryDirectory(prefix=".surface-", dir=path.parent) as folder:
        draft = Path(folder) / "draft.tif"
        write_draft(surface, draft)
        pack_draft(draft, path)


def write_draft(surface: Surface, path: Path) -> None:
    """Write a surface as an uncompressed GeoTIFF in which tiles without a value take no room.

    Parameters
    ----------
    surface : Surface
        What to write, one window after the other.
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
    with rasterio.open(path, "w", **profile) as dataset:
        for number, name in enumerate(surface.bands, 1):
            dataset.set_band_description(number, name)
        for tile in surface.windows:
            values = tile.values if tile.values.ndim == 3 else tile.values[None]
            window = Window(tile.column, tile.row, values.shape[2], values.shape[1])
            dataset.write(values.astype(np.float32, copy=False), window=window)


def join_drafts(surface: Surface, parts: Mapping[Path, Rectangle], folder: Path) -> Path:
    """Join drafts of parts without touching their cells; `pack_draft` makes of them what it makes of a draft of the whole.

    Parameters
    ----------
    surface : Surface
        The whole; its windows are not asked for.
    parts : mapping of Path to Rectangle
        Drafts in ``folder``, and the cells of the whole they hold.
    folder : Path
        Where the parts lie.

    Returns
    -------
    Path
        A GDAL virtual dataset in ``folder``: an empty draft of the whole with the parts laid on it.
    """
    empty, joined = folder / "empty.tif", folder / "joined.vrt"
    write_draft(replace(surface, windows=()), empty)
    copy_raster(empty, joined, driver="VRT")
    tree = ElementTree.parse(joined)  # noqa: S314 - GDAL wrote it a line above
    for band in tree.iter("VRTRasterBand"):
        template = next(band.iter("SimpleSource"))
        for path, cells in parts.items():
            source = copy.deepcopy(template)
            source.find("SourceFilename").text = path.name  # type: ignore[union-attr]
            extent = {"xSize": str(cells.width), "ySize": str(cells.height)}
            for name, column, row in (("SrcRect", 0, 0), ("DstRect", cells.column, cells.row)):
                source.find(name).attrib = {"xOff": str(column), "yOff": str(row), **extent}  # type: ignore[union-attr]
            properties = source.find("SourceProperties")
            properties.attrib |= {"RasterXSize": extent["xSize"], "RasterYSize": extent["ySize"]}  # type: ignore[union-attr]
            band.append(source)
    tree.write(joined, encoding="utf-8")
    return joined


def pack_draft(draft: Path, path: Path) -> None:
    """Turn a draft, whole or joined, into the cloud-optimised GeoTIFF."""
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
