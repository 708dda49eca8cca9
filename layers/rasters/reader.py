"""Rasters described without being read: where they lie, what means missing, and windows of them on demand."""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import re
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from rasterio.windows import Window

from layers import crs as crs_rules
from layers.accounting import Note
from layers.catalogue.source import Source
from layers.datum_doubts import require_datum, system_doubts
from layers.errors import SourceError, StageError
from layers.files.boundary import named_failure
from layers.files.located import locate
from layers.files.packed import Budget
from layers.files.scratch import scratch_home
from layers.files.signatures import (
    require_own_parts,
    require_plain_mosaic,
    require_side_cars,
    require_signature,
)
from layers.library_warnings import quiet
from layers.rasters.bands import chosen_band, classes_of, has_mask
from layers.rasters.checks import cell_km, class_notes, scale_notes, some_values, suspicions
from layers.rasters.georeference import georeference_notes
from layers.rasters.overflow import overflow_notes
from layers.rasters.raster import Raster, grid_bounds
from layers.transformer import transformer

SUFFIXES = (".tif", ".tiff", ".asc", ".img", ".vrt", ".nc", ".grd")
"""Raster formats that are known to be read; each may be gzipped."""

DRIVERS = {
    ".tif": ("GTiff", "COG"),
    ".tiff": ("GTiff", "COG"),
    ".asc": ("AAIGrid", "GRASSASCIIGrid"),
    ".img": ("HFA",),
    ".vrt": ("VRT",),
    ".nc": ("netCDF", "HDF5", "HDF5Image"),
    ".grd": ("GSAG", "GSBG", "GS7BG", "NWT_GRD", "RRASTER", "netCDF"),
}
"""Ending of a file -> GDAL drivers that may open it."""

_COARSEST_DEGREES = 5.0
_OPTIONS = ("name", "band", "nodata", "kind")
_NAME = re.compile(r"\w[\w -]{0,59}")
BLOCK_BYTES = 256 << 20
"""Bytes of one tile or strip, unpacked."""
HUGE = 1.0e30
"""No measured value is so large; such cells are missing, declared or not."""


def describe_raster(source: Source, root: Path) -> Raster:
    """Describe a raster without reading it; a few of its blocks are looked at for undeclared missing codes.

    Parameters
    ----------
    source : Source
        With role ``raster``. ``crs`` overrides the file's; ``options`` may hold ``name`` (default: the source's id), ``band``
        (number or description; needed where the file holds several), ``kind`` (``amounts`` or ``classes``) and ``nodata`` (one
        code or a list); ``missing`` may hold codes too.
    root : Path
        Folder where a relative path starts.

    Returns
    -------
    Raster

    Raises
    ------
    SourceError
        If the file is missing or no raster, states no CRS and none is given, has no such band or no georeference, or its
        coordinates cannot be of its CRS.
    """
    crs_rules.check_proj()
    unknown = sorted(set(source.options) - set(_OPTIONS))
    if unknown:
        raise SourceError(f"{source.id}: unknown options {', '.join(unknown)}. Rasters know: {', '.join(_OPTIONS)}.")
    name = str(source.options.get("name", source.id))
    if not _NAME.fullmatch(name):
        raise SourceError(
            f"{source.id}: the option name is '{name[:60]}'; columns are named after it: give letters, digits, '_' or '-'."
        )
    path = locate(source.id, source.path, root)
    where = f"{source.id} ({path.name})"
    with named_failure(where):
        _require_confined(where, path, root)
    with named_failure(where), _open(str(path), where) as dataset:
        band = chosen_band(source, where, dataset)
        crs = _crs(source, where, dataset)
        if dataset.transform.is_identity or dataset.transform.determinant == 0:
            raise SourceError(f"{where}: the raster says nothing of where it lies. Georeference it, e.g. as a GeoTIFF.")
        _require_numbers(where, dataset, band)
        if np.dtype(dataset.dtypes[band - 1]).kind not in "iuf":
            raise SourceError(
                f"{where}: its cells are {dataset.dtypes[band - 1]}, not plain numbers. Export one part of them, "
                "e.g. the amplitude, as a band of its own."
            )
        rows, columns = dataset.block_shapes[band - 1]
        _require_bearable_blocks(where, rows, columns, np.dtype(dataset.dtypes[band - 1]).itemsize)
        raster = Raster(
            name=name,
            path=str(path),
            band=band,
            crs=crs_rules.registered(crs) or crs.to_wkt(),
            transform=tuple(dataset.transform)[:6],
            width=dataset.width,
            height=dataset.height,
            dtype=str(dataset.dtypes[band - 1]),
            nodata=_codes(source, where, dataset.nodatavals[band - 1]),
            masked=has_mask(dataset, band),
            scale=float(dataset.scales[band - 1]),
            offset=float(dataset.offsets[band - 1]),
            block=(int(rows), int(columns)),
        )
        places = _places_on_earth(where, crs, raster)
        if crs.is_geographic or max(map(abs, raster.transform[:2])) < _COARSEST_DEGREES:
            crs_rules.check_range(where, crs, raster.bounds)
        require_datum(where, crs, *places, cell_km(raster))
        looked_at = some_values(raster, dataset)
        stored = looked_at[~np.isnan(stored_values(looked_at.copy(), raster.nodata))]
        classes, why = classes_of(source, where, _plain_file(path, where), dataset, band, stored)
        raster = replace(raster, classes=classes)
        notes = [
            *system_doubts(source.id, crs, *places),
            *georeference_notes(source.id, _plain_file(path, where), raster, crs_stated=bool(source.crs)),
            *class_notes(source.id, raster, why),
            *scale_notes(
                source.id,
                raster,
                dataset.tags() | dataset.tags(band),
                dataset.descriptions[band - 1],
                dataset.units[band - 1],
            ),
            *suspicions(source.id, raster, looked_at),
            *overflow_notes(source.id, raster, looked_at, dataset.tags() | dataset.tags(band)),
        ]
    if path.suffix.lower() == ".gz":
        notes.append(
            Note(source.id, "unpacked", "The gzipped grid is unpacked into a temporary folder, not beside the input.")
        )
    return replace(raster, notes=tuple(notes))


@contextmanager
def open_raster(raster: Raster) -> Iterator[Any]:
    """Open a described raster; each thread or process opens its own.

    Raises
    ------
    SourceError
        If the file is gone, no longer what was described, or damaged where it is read.
    """
    with named_failure(f"{raster.name} ({Path(raster.path).name})"), _open(raster.path, raster.name) as dataset:
        if (dataset.width, dataset.height) != (raster.width, raster.height):
            raise SourceError(
                f"{raster.name} ({Path(raster.path).name}): the raster is {dataset.width} × {dataset.height} cells but was "
                f"{raster.width} × {raster.height} when the run began. Leave inputs alone while a run is on."
            )
        yield dataset


def read_window(raster: Raster, dataset: Any, row: int, column: int, height: int, width: int) -> np.ndarray:
    """Read a window of cells with missing ones as NaN.

    Parameters
    ----------
    raster : Raster
        The description.
    dataset
        From `open_raster`.
    row, column, height, width : int
        First cell and size of the window; inside the raster.

    Returns
    -------
    ndarray
        float32, or float64 where the stored type needs it; shape (height, width).
    """
    window = Window(column, row, width, height)
    values = stored_values(dataset.read(raster.band, window=window), raster.nodata)
    if raster.masked:
        values[dataset.read_masks(raster.band, window=window) == 0] = np.nan
    if raster.code is not None:
        return np.where(np.isnan(values), values, values == raster.code).astype(values.dtype)
    if raster.scale != 1.0 or raster.offset != 0.0:
        values = (values * raster.scale + raster.offset).astype(cell_type(raster))
    return values


def cell_type(raster: Raster) -> np.dtype[Any]:
    """Return the type cells are given in: float32, or float64 where the stored type or a scale needs it."""
    scaled = raster.scale != 1.0 or raster.offset != 0.0
    return np.dtype(np.float64) if scaled else _wide_enough(np.dtype(raster.dtype))


def _wide_enough(stored: np.dtype[Any]) -> np.dtype[Any]:
    wide = stored == np.float64 or (stored.kind in "iu" and stored.itemsize > 2)
    return np.dtype(np.float64 if wide else np.float32)


def stored_values(values: np.ndarray, nodata: tuple[float, ...]) -> np.ndarray:
    """Return cells as floating point with missing codes, infinities and numbers beyond all measure as NaN; floats in place.

    A code is met where a cell differs from it in the last digits only: publishers write -3.4e38 for the smallest float32, and
    -9999 for what a resampling has left of it.
    """
    result = values.astype(_wide_enough(values.dtype), copy=values.dtype.kind != "f" or values.dtype.itemsize < 4)
    floating = values.dtype.kind == "f"
    for code in nodata:
        if math.isnan(code) or (floating and abs(code) >= HUGE):
            continue
        result[np.abs(values - code) <= abs(code) * 1e-5 if floating else values == code] = np.nan
    if floating:
        result[~(np.abs(values) < HUGE)] = np.nan
    return result


def require_overlap(site_rasters: Any, rasters: tuple[Raster, ...]) -> None:
    """Stop when no site at all lies on one of the rasters.

    Asked of the table of all sites: a slice of them may well lie off a raster.

    Parameters
    ----------
    site_rasters : DataFrame[SiteRasters]
        Of all sites.
    rasters : tuple of Raster
        Those sampled.

    Raises
    ------
    StageError
        Naming every such raster and its extent.
    """
    missed = [
        raster
        for raster in rasters
        if len(site_rasters) and (site_rasters[f"raster_{raster.name}_how"] == "off_raster").all()
    ]
    if missed:
        extents = "; ".join(f"'{raster.name}' covers {raster.extent_text()}" for raster in missed)
        raise StageError(
            f"sample_rasters: none of {len(site_rasters)} sites lies on {len(missed)} of {len(rasters)} rasters: {extents}. "
            "Check the raster's crs in the run file and region.bbox, or leave the raster out."
        )


@contextmanager
def _open(path: str, where: str) -> Iterator[Any]:
    try:
        with quiet(rasterio.errors.NotGeoreferencedWarning):
            dataset = rasterio.open(_plain_file(Path(path), where))
    except rasterio.errors.RasterioIOError as failure:
        raise SourceError(
            f"{where}: this is not a readable raster ({failure}). Formats read: {', '.join(SUFFIXES)}."
        ) from None
    with dataset:
        allowed = DRIVERS.get(Path(dataset.name).suffix.lower(), ())
        if dataset.driver not in allowed or dataset.tags(ns="OVERVIEWS"):
            raise SourceError(
                f"{where}: the content is of the format {dataset.driver}, or leads to other files; the name says it is "
                f"{' or '.join(allowed)}. Write it as a GeoTIFF."
            )
        yield dataset


def _require_confined(where: str, path: Path, root: Path) -> None:
    """Stop at a file that is of another format than its name says, or that leads out of the data folder."""
    plain = _plain_file(path, where)
    if plain.suffix.lower() not in SUFFIXES:
        raise SourceError(
            f"{where}: rasters ending in '{plain.suffix}' are not read. Formats read: {', '.join(SUFFIXES)}; each may be gzipped."
        )
    if plain.suffix.lower() == ".vrt":
        require_plain_mosaic(where, plain, root)
    require_signature(where, plain)
    require_own_parts(where, path)
    require_side_cars(where, path)


def _plain_file(path: Path, where: str) -> Path:
    """Return the file, or its content unpacked once in the scratch folder of this process."""
    if path.suffix.lower() != ".gz":
        return path
    state = path.stat()
    key = hashlib.sha256(f"{path.resolve()}|{state.st_size}|{state.st_mtime_ns}".encode()).hexdigest()[:16]
    folder = scratch_home()
    target = folder / f"{key}-{path.stem}"
    if target.is_file():
        return target
    handle, name = tempfile.mkstemp(dir=folder, prefix=f"{key}-")
    try:
        with os.fdopen(handle, "wb") as plain, gzip.open(path) as packed:
            Budget(where, path, folder).copy(packed, plain)
        Path(name).replace(target)
    except (OSError, EOFError, zlib.error) as failure:
        Path(name).unlink(missing_ok=True)
        raise SourceError(f"{where}: the gzip file is damaged or cut off ({failure}). Fetch it again.") from None
    return target


def _require_bearable_blocks(where: str, rows: int, columns: int, cell_bytes: int) -> None:
    """Stop at a raster stored in pieces that fill the memory: of a piece, GDAL decodes all to give one cell."""
    size = rows * columns * cell_bytes
    if size > BLOCK_BYTES:
        raise SourceError(
            f"{where}: it is stored in pieces of {columns:,} × {rows:,} cells ({size / 1e6:,.0f} MB each); pieces of "
            f"{BLOCK_BYTES / 1e6:,.0f} MB are read at most. Save it as a tiled GeoTIFF (gdal_translate -of COG)."
        )


def _require_numbers(where: str, dataset: Any, band: int) -> None:
    """Stop at a place, a scale or an offset that is no number: nothing could be computed with it."""
    facts = {
        "georeference": tuple(dataset.transform)[:6],
        "extent": grid_bounds(tuple(dataset.transform)[:6], dataset.width, dataset.height),
        "scale and offset": (dataset.scales[band - 1], dataset.offsets[band - 1]),
    }
    wrong = [f"its {name} is {numbers}" for name, numbers in facts.items() if not np.isfinite(numbers).all()]
    if not dataset.scales[band - 1]:
        wrong.append("its scale is 0")
    if wrong:
        raise SourceError(
            f"{where}: {'; '.join(wrong)}, which no place or value can have. See what stands beside the file (.aux.xml, "
            ".tfw), or export it again."
        )


def _places_on_earth(where: str, crs: pyproj.CRS, raster: Raster) -> tuple[np.ndarray, np.ndarray]:
    """Return longitudes and latitudes of places all over a grid, or stop where its coordinate system has none of them."""
    west, south, east, north = raster.bounds
    x, y = np.meshgrid(np.linspace(west, east, 5), np.linspace(south, north, 5))
    try:
        places = transformer(crs, 4326).transform(x, y)
    except pyproj.exceptions.ProjError:
        raise SourceError(
            f"{where}: its coordinate system ('{crs.name[:60]}') is one of its own, as of a mine, and says nothing of where it "
            "lies on Earth. Georeference it, or state the coordinate system it has under 'crs:'."
        ) from None
    if not np.isfinite(places).all(axis=0).any():
        raise SourceError(
            f"{where}: {raster.extent_text()} lies nowhere on Earth. Check its georeference, or state the coordinate system "
            "it has under 'crs:'."
        )
    return (np.ravel(places[0]) + 180.0) % 360.0 - 180.0, np.ravel(places[1])


def _crs(source: Source, where: str, dataset: Any) -> pyproj.CRS:
    if source.crs:
        return crs_rules.parse_crs(where, source.crs)
    if dataset.crs is None:
        raise SourceError(
            f"{where}: the raster states no coordinate system. Ask the publisher and state it in the run file, "
            "e.g. 'crs: EPSG:26910'; it is never guessed."
        )
    authority = dataset.crs.to_authority()
    if authority and dataset.crs == rasterio.CRS.from_authority(*authority):
        return pyproj.CRS.from_authority(*authority).to_2d()
    return pyproj.CRS.from_user_input(dataset.crs).to_2d()


def _codes(source: Source, where: str, declared: float | None) -> tuple[float, ...]:
    stated = source.options.get("nodata", [])
    texts = [*(stated if isinstance(stated, list | tuple) else [stated]), *source.missing]
    codes = [] if declared is None else [float(declared)]
    for text in texts:
        try:
            codes.append(float(text))
        except (TypeError, ValueError):
            raise SourceError(f"{where}: '{text}' is no number, so it cannot be a missing code of a raster.") from None
    return tuple(dict.fromkeys(codes))
