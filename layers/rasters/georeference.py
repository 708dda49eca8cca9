"""Where the files beside a raster, and the run file, say it lies, compared with where it is read: two answers are told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio

from layers.accounting import Note
from layers.crs import authority, geodesic_km
from layers.library_warnings import quiet
from layers.rasters.raster import Raster
from layers.transformer import transformer

_WORLD_ENDINGS = (".tfw", ".tifw", ".tiffw", ".tfwx", ".wld")
_LEAST_KM = 0.025
"""Datums of one continent that are taken for each other lie closer; what is told lies more than this and a cell apart."""


def georeference_notes(source: str, path: Path, raster: Raster, *, crs_stated: bool) -> list[Note]:
    """Tell where a raster lies by what else says it: its own tags below a side-car, a world file, a ``.prj``, the run file.

    Parameters
    ----------
    source : str
        Id of the source.
    path : Path
        The file as it was opened.
    raster : Raster
        Its description: where it is read.
    crs_stated : bool
        The run file states its coordinate system.

    Returns
    -------
    list of Note
        ``georeference_contradicted`` for each other answer that lies more than a cell, and more than 25 m, away, and
        ``crs_overruled`` where it is that of the file itself below what the run file states.
    """
    taken = pyproj.CRS.from_user_input(raster.crs)
    notes = []
    for name, transform, crs in _others(path):
        if crs is not None and crs_stated:
            apart = _apart_km(raster, raster.transform, taken, crs)
            if apart is not None:
                text = (
                    f"{name} says {authority(crs)}, the run file {authority(taken)}, which was taken: {apart} apart. "
                    "Make sure that the run file is right."
                )
                notes.append(Note(source, "crs_overruled", text))
        apart = _apart_km(raster, transform or raster.transform, taken, taken if crs_stated or crs is None else crs)
        if apart is not None:
            text = (
                f"{name} places the raster {apart} away from where it is read ({raster.extent_text()}). See which is right, and "
                "correct or take away the other."
            )
            notes.append(Note(source, "georeference_contradicted", text))
    return notes


def _others(path: Path) -> list[tuple[str, tuple[float, ...] | None, pyproj.CRS | None]]:
    """Return the name, transform and system of all that says where a raster lies; None for what it does not say."""
    answers: list[tuple[str, tuple[float, ...] | None, pyproj.CRS | None]] = []
    options = {"GEOREF_SOURCES": "INTERNAL"} if _is_tiff(path) else {}
    with (
        rasterio.Env(GDAL_PAM_ENABLED="NO"),
        quiet(rasterio.errors.NotGeoreferencedWarning),
        rasterio.open(path, **options) as own,
    ):
        transform = None if own.transform.is_identity else tuple(own.transform)[:6]
        answers.append(("The file itself", transform, _system(own.crs)))
    for beside in sorted(path.parent.iterdir()) if _is_tiff(path) else []:
        if beside.stem.casefold() != path.stem.casefold() or not beside.is_file():
            continue
        ending = beside.suffix.casefold()
        if ending in _WORLD_ENDINGS:
            answers.append((f"'{beside.name}' beside it", _world_file(beside), None))
        if ending == ".prj" and not beside.with_suffix(".shp").is_file():
            with suppress(pyproj.exceptions.CRSError, UnicodeDecodeError, OSError):
                answers.append((f"'{beside.name}' beside it", None, pyproj.CRS.from_wkt(beside.read_text("utf-8"))))
    return answers


def _is_tiff(path: Path) -> bool:
    return path.suffix.casefold() in (".tif", ".tiff")


def _system(crs: Any) -> pyproj.CRS | None:
    with suppress(pyproj.exceptions.CRSError):
        return None if crs is None else pyproj.CRS.from_user_input(crs).to_2d()
    return None


def _world_file(path: Path) -> tuple[float, ...] | None:
    """Return the transform of six lines: sizes, turns and the middle of the first cell; None where they are not six numbers."""
    words = re.split(r"\s+", path.read_bytes()[:4096].decode("ascii", "replace").strip())
    try:
        a, d, b, e, middle_x, middle_y = map(float, words)
    except ValueError:
        return None
    return a, b, middle_x - (a + b) / 2, d, e, middle_y - (d + e) / 2


def _apart_km(raster: Raster, transform: Sequence[float], taken: pyproj.CRS, crs: pyproj.CRS) -> str | None:
    """Return how far the corners of a raster lie from where they are read, in words; None where it is within a cell."""
    columns, rows = np.array([0, raster.width, 0, raster.width]), np.array([0, 0, raster.height, raster.height])
    here = _degrees(taken, raster.transform, columns, rows)
    there = _degrees(crs, transform, columns, rows)
    first = _degrees(taken, raster.transform, np.array([0, 1]), np.array([0, 1]))
    cell_km = float(geodesic_km(first[0][0], first[1][0], first[0][1], first[1][1]))
    if not np.isfinite(there).all():
        return "where its system has no places, far"
    farthest = float(geodesic_km(*here, *there).max())
    return None if farthest <= max(_LEAST_KM, cell_km) else f"{farthest:,.3g} km"


def _degrees(
    crs: pyproj.CRS, transform: Sequence[float], columns: np.ndarray, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude and latitude of corners of cells; infinite where the system has no place."""
    a, b, c, d, e, f = transform
    x, y = a * columns + b * rows + c, d * columns + e * rows + f
    longitude, latitude = transformer(crs, 4326).transform(x, y)
    return longitude, latitude
