"""What a coordinate system says of its datum besides its name: a shift to WGS 84, an ellipsoid. What contradicts is told."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
from pyproj.exceptions import CRSError, ProjError

from layers.accounting import Note
from layers.area_of_use import area_of_use_note
from layers.cells.utm import datum_code
from layers.crs import WGS84, authority, ballpark_message, flat, geodesic_km, shift_to_wgs84
from layers.errors import SourceError
from layers.library_warnings import quiet
from layers.transformer import transformer

_LEAST_KM = 0.03
"""Means of one datum for the parts of a continent differ by less."""
_COARSE_KM = 2.0
"""Cells so large that a wrong datum moves them by a part of themselves."""
_AXIS_M, _FLATTENING = 1.0, 0.01
_SHIFT = re.compile(r"(?i)towgs84\s*[=\[]\s*([-+\d.,eE\s]+)")


def system_doubts(
    source: str,
    crs: pyproj.CRS,
    longitude: Any,
    latitude: Any,
    columns: tuple[str, ...] = (),
    rows: Any = None,
    stated: str | None = None,
) -> list[Note]:
    """Compare a coordinate system with its area of use, and the name of its datum with the shift and ellipsoid beside it.

    Parameters
    ----------
    source : str
        Id of the source.
    crs : pyproj.CRS
        As stated, bound to a shift or not.
    longitude, latitude : array_like of float
        Degrees, WGS 84, of places read in it.
    columns, rows
        As for `area_of_use_note`.
    stated : str, optional
        Text of the system as it stands in a file, where a library left the shift out.

    Returns
    -------
    list of Note
        Those of `area_of_use_note`, and ``datum_contradicted``: the datum as it is named was taken.
    """
    lon, lat = np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float)
    known = np.isfinite(lon) & np.isfinite(lat)
    plain = flat(crs)
    if not known.any() or plain.geodetic_crs is None:
        return []
    doubts = _by_ellipsoid(source, plain)
    bound = _bound(crs, stated)
    if bound is not None:
        doubts += _by_shift(source, plain, bound, float(np.median(lon[known])), float(np.median(lat[known])))
    given = () if rows is None else tuple(np.asarray(rows)[known].tolist())
    of_rows = [replace(doubt, count=len(given), columns=columns, rows=given) for doubt in doubts]
    return [*area_of_use_note(source, plain, lon, lat, columns, rows), *of_rows]


def require_datum(where: str, crs: pyproj.CRS, longitude: np.ndarray, latitude: np.ndarray, cell_km: float) -> None:
    """Stop at a grid on a datum of which nobody knows where it lies, unless its cells are coarser than that matters.

    Parameters
    ----------
    where : str
        What to call the file in messages.
    crs : pyproj.CRS
        Of the grid. One that is bound to a shift says where it lies.
    longitude, latitude : ndarray of float
        Degrees of places of the grid.
    cell_km : float
        Height of a cell.

    Raises
    ------
    SourceError
        Naming the datum.
    """
    if crs.is_bound or cell_km >= _COARSE_KM:
        return
    known = np.isfinite(longitude) & np.isfinite(latitude)
    lon, lat = float(np.median(longitude[known])), float(np.median(latitude[known]))
    if np.isnan(shift_to_wgs84(crs.to_wkt(), (int(np.floor(lon)), int(np.floor(lat)))).accuracy_m):
        raise SourceError(f"{where}: {ballpark_message(crs)}")


def text_beside(path: Path) -> str | None:
    """Return the text of the ``.prj`` beside a file; None without one."""
    for ending in (".prj", ".PRJ"):
        with suppress(OSError):
            return path.with_suffix(ending).read_text("utf-8", errors="replace")
    return None


def _bound(crs: pyproj.CRS, stated: str | None) -> pyproj.CRS | None:
    """Return the system with the shift that is stated for it; None where none is."""
    if crs.is_bound:
        return crs
    if stated is None or _SHIFT.search(stated) is None:
        return None
    with suppress(CRSError), quiet():
        read = pyproj.CRS.from_user_input(stated)
        return read if read.is_bound else None
    return None


def _by_shift(source: str, plain: pyproj.CRS, bound: pyproj.CRS, longitude: float, latitude: float) -> list[Note]:
    named = shift_to_wgs84(plain.to_wkt(), (int(np.floor(longitude)), int(np.floor(latitude))))
    if np.isnan(named.accuracy_m):
        return []
    try:
        x, y = transformer(WGS84, plain).transform(longitude, latitude)
        here, there = named.transformer.transform(x, y), transformer(bound, WGS84).transform(x, y)
    except ProjError:
        return []
    apart_km = float(geodesic_km(*here, *there)[()])
    if not apart_km > _LEAST_KM + named.accuracy_m / 1000:
        return []
    text = (
        f"The coordinate system names the datum {_name(plain)} and states a shift to WGS 84 that is not of it: "
        f"{apart_km * 1000:,.0f} m apart here. The datum as named was taken. "
        f"Ask the publisher, and state crs: as a code, e.g. {_example(plain)}."
    )
    return [Note(source, "datum_contradicted", text)]


def _by_ellipsoid(source: str, plain: pyproj.CRS) -> list[Note]:
    geodetic = plain.geodetic_crs
    if geodetic is None:
        return []
    code = datum_code(geodetic.name) or (datum_code(geodetic.datum.name) if geodetic.datum else "")
    usual, own = pyproj.CRS(code).ellipsoid if code else None, geodetic.ellipsoid
    if usual is None or own is None:
        return []
    axis_off = abs(usual.semi_major_metre - own.semi_major_metre)
    if axis_off < _AXIS_M and abs(usual.inverse_flattening - own.inverse_flattening) < _FLATTENING:
        return []
    text = (
        f"The coordinate system names the datum {_name(plain)} on the ellipsoid {own.name}, but that datum is on {usual.name}. "
        f"Ask the publisher which is right, and state crs: as a code, e.g. {code} for degrees of {_name(pyproj.CRS(code))}."
    )
    return [Note(source, "datum_contradicted", text)]


def _name(plain: pyproj.CRS) -> str:
    geodetic = plain.geodetic_crs
    named = geodetic.datum.name if geodetic is not None and geodetic.datum is not None else ""
    return named or (plain.name if geodetic is None else geodetic.name)


def _example(plain: pyproj.CRS) -> str:
    code = authority(plain)
    return code if ":" in code else "EPSG:26917"
