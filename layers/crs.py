"""Coordinate systems: one projected working CRS per region, geodesic distances, and what a datum shift is worth."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pyproj.database
import shapely
from pyproj.aoi import AreaOfInterest
from pyproj.transformer import TransformerGroup
from rapidfuzz import fuzz, process

from layers.accounting import Note
from layers.datums import GreenwichDegrees, counts_degrees_from_greenwich, nearly_wgs84
from layers.errors import ConfigError, SourceError
from layers.library_warnings import quiet
from layers.transformer import transformer

WGS84 = pyproj.CRS.from_epsg(4326)
EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""

KM_PER_DEGREE = 111.195
"""A degree of a great circle on a sphere of that radius."""

SHORT_DEGREE_KM = 111.0
"""A little less, for margins in degrees that are to be no narrower than asked."""

_GEOD = pyproj.Geod(ellps="WGS84")
_SAME_DATUM_M = 2.0
_AXIS_STEP = r"(?:Inverse of )?axis order change \(2D\)(?: \+ )?|(?: \+ )?axis order change \(2D\)"
_NO_DATUM = re.compile(r"(?i)unknown|unnamed|user[_ ]?defined|not[_ ]specified|undefined")
_LONGEST_TEXT = 10_000
_LONGEST_NAME = 120
_SURE = 70
"""PROJ's confidence, of 100, in a code."""
_GRIDS = {"NAD27": "ca_nrc_ntv2_0.tif (Canada) or us_noaa_conus.tif (USA)"}


def parse_crs(where: str, text: str) -> pyproj.CRS:
    """Return the CRS a text names.

    Raises
    ------
    ConfigError
        If PROJ does not know it.
    """
    named = " ".join(text.split()) if len(text) <= _LONGEST_TEXT else ""
    structured = re.match(r"(?i)\s*(?:\+|[A-Z_]{4,}(?:CRS|CS)?\[|\{)", text) is not None
    if (
        not named
        or (len(named) > _LONGEST_NAME and not structured)
        or re.search(r"(?i)(?:init|grids)=\S*(?:[/\\]|://)", text)
    ):
        raise ConfigError(
            f"{where}: '{text[:60]}…' is no coordinate system that is read: it is too long, or names files. Write a code such as "
            "EPSG:4269 or EPSG:26910."
        )
    try:
        with quiet():  # of spellings that a later pyproj will not take
            chosen = pyproj.CRS.from_user_input(named)
    except pyproj.exceptions.CRSError:
        unknown = f"{where}: '{named[:_LONGEST_NAME]}' is no known coordinate system. {_nearest_code(named)}"
        raise ConfigError(unknown) from None
    is_name = not structured and ":" not in named
    if is_name and _plain(named) != _plain(chosen.name):  # PROJ takes names that are merely alike
        raise ConfigError(
            f"{where}: '{named}' is no known coordinate system. Did you mean {authority(chosen)} ({chosen.name})? Write its code."
        )
    if chosen.is_geocentric or chosen.geodetic_crs is None:
        raise ConfigError(
            f"{where}: {authority(chosen)} ({chosen.name}) is no system of degrees or of eastings and northings, but a "
            f"{chosen.type_name}. Write a code such as EPSG:4269 or EPSG:26910."
        )
    return chosen


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _nearest_code(text: str) -> str:
    """Say which code may be meant by a text that PROJ does not know."""
    match = re.search(r"(\d{4,6})", text)
    codes = [f"{authority}:{match[1]}" for authority in ("EPSG", "ESRI")] if match else []
    for code in codes:
        try:
            return f"Did you mean {code} ({pyproj.CRS.from_user_input(code).name})?"
        except pyproj.exceptions.CRSError:
            continue
    alike = None if match else process.extractOne(text[:_LONGEST_NAME], _names(), scorer=fuzz.ratio, score_cutoff=75)
    hint = f"Did you mean '{alike[0]}'? " if alike else ""
    return f"{hint}Write a code such as EPSG:4269 or EPSG:26910; codes of ArcGIS begin with ESRI:, e.g. ESRI:102001."


@lru_cache(maxsize=1)
def _names() -> list[str]:
    return [crs_info.name for crs_info in pyproj.database.query_crs_info(auth_name="EPSG")]


def same_crs(a: Any, b: Any) -> bool:
    """Return whether two CRS are the same, whatever text they were written in and whatever their axis order.

    Parameters
    ----------
    a, b : pyproj.CRS or anything pyproj accepts
        EPSG codes, WKT of any flavour, PROJ strings.
    """
    first, second = flat(a), flat(b)
    if first.equals(second, ignore_axis_order=True):
        return True
    codes = registered(first), registered(second)
    return codes[0] is not None and codes[0] == codes[1]


def flat(crs: Any) -> pyproj.CRS:
    """Return the horizontal part of a CRS, without heights and without a transformation bound to it."""
    plain = pyproj.CRS.from_user_input(crs)
    if plain.is_bound and plain.source_crs is not None:
        plain = plain.source_crs
    return plain.to_2d()


def geodesic_km(lon1: Any, lat1: Any, lon2: Any, lat2: Any) -> np.ndarray:
    """Return distances along the WGS 84 ellipsoid (Karney 2013).

    Parameters
    ----------
    lon1, lat1, lon2, lat2 : array_like of float
        Degrees, WGS 84, broadcast against each other. NaN gives NaN.

    Returns
    -------
    ndarray
        Kilometres.
    """
    start_lon, start_lat, end_lon, end_lat = np.broadcast_arrays(
        *(np.asarray(degrees, dtype=float) for degrees in (lon1, lat1, lon2, lat2))
    )
    _, _, metres = _GEOD.inv(start_lon.ravel(), start_lat.ravel(), end_lon.ravel(), end_lat.ravel())
    return np.asarray(metres, dtype=float).reshape(start_lon.shape) / 1000.0


def unit_vectors(longitude: Any, latitude: Any) -> np.ndarray:
    """Return points in degrees, shape (n,), as unit vectors (n, 3): their chord is 2 sin(d / 2R) for a great circle of d."""
    lon, lat = np.radians(np.asarray(longitude, dtype="float64")), np.radians(np.asarray(latitude, dtype="float64"))
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def grid_points(longitude: Any, latitude: Any, spacing_km: float) -> tuple[np.ndarray, np.ndarray]:
    """Move points to the nearest node of a grid, so that a place is told only as well as its spacing.

    Parameters
    ----------
    longitude, latitude : array_like of shape (n,)
        Degrees, WGS 84.
    spacing_km : float
        Distance between nodes, north and east, on a sphere of `KM_PER_DEGREE`.

    Returns
    -------
    longitude, latitude : ndarray of shape (n,)
        Degrees; the same for all points of one grid cell.
    """
    step = spacing_km / KM_PER_DEGREE
    north = np.clip(np.round(np.asarray(latitude, dtype="float64") / step) * step, -90.0, 90.0)
    east_step = step / np.maximum(np.cos(np.radians(north)), 1e-3)
    east = np.round(np.asarray(longitude, dtype="float64") / east_step) * east_step
    return np.clip(east, -180.0, 180.0), north


def check_range(where: str, crs: pyproj.CRS, bounds: Any, hint: str = "") -> None:
    """Stop when coordinates cannot be of a CRS: degrees labelled as metres, or metres labelled as degrees.

    Raises
    ------
    SourceError
        If bounds (west, south, east, north) contradict the CRS. Longitudes up to 360 pass, for data across the antimeridian.
    """
    west, south, east, north = (float(value) for value in bounds)
    if not all(map(math.isfinite, (west, south, east, north))):
        return
    shown = f"x {west:g}..{east:g}, y {south:g}..{north:g}"
    name = authority(crs)
    if crs.is_geographic and (west < -360 or east > 360 or south < -90.000001 or north > 90.000001):
        looks = (
            f"They look like metres of a projected system.{hint or ' State the right one with crs:, e.g. EPSG:26910.'}"
        )
        if max(-west, east) <= 90 and max(-south, north) <= 360:
            looks = "The axes look exchanged: x should be the longitude. Exchange them in the file."
        raise SourceError(f"{where}: coordinates outside -180..180 / -90..90 for {name}: {shown}. {looks}")
    if crs.is_projected and max(abs(west), abs(east)) <= 360 and max(abs(south), abs(north)) <= 90:
        raise SourceError(
            f"{where}: {shown} cannot be {name} metres; did you mean EPSG:4326 or EPSG:4269? State the right one with 'crs:'."
        )


def authority(crs: pyproj.CRS) -> str:
    """Return ``EPSG:nnnn`` where known, else the CRS's name."""
    return registered(crs) or str(crs.name)


@lru_cache(maxsize=256)
def registered(crs: pyproj.CRS, min_confidence: int = _SURE) -> str | None:
    """Return the code of the registered system that a CRS is; None where there is none of its grid and its datum.

    PROJ alone holds a grid on an unknown datum for one of any datum with that ellipsoid.
    """
    code = None if of_no_datum(crs) else crs.to_authority(min_confidence=min_confidence)
    return ":".join(code) if code else None


def of_no_datum(crs: pyproj.CRS) -> bool:
    """Say whether the datum of a system is called unknown, undefined or the like."""
    datum = crs.geodetic_crs.name if crs.geodetic_crs else crs.name
    named = crs.geodetic_crs.datum.name if crs.geodetic_crs and crs.geodetic_crs.datum else ""
    return _NO_DATUM.search(datum) is not None and (not named or _NO_DATUM.search(named) is not None)


@dataclass(frozen=True)
class Shift:
    """An operation from one CRS to WGS 84 degrees, and what it is worth.

    Parameters
    ----------
    transformer : pyproj.Transformer
        x, y -> longitude, latitude.
    accuracy_m : float
        Stated accuracy; NaN when it is not known (a ballpark operation that moves nothing).
    name : str
        PROJ's name of the operation.
    """

    transformer: pyproj.Transformer
    accuracy_m: float
    name: str


@lru_cache(maxsize=512)
def shift_to_wgs84(crs_text: str, cell: tuple[int, int]) -> Shift:
    """Return the best operation to WGS 84 near a place.

    Datums that agree with WGS 84 within two metres or so (NAD83, ETRS89, GDA94 ...) are taken as WGS 84, everywhere alike.

    Parameters
    ----------
    crs_text : str
        WKT or code of the CRS the coordinates are in.
    cell : tuple of int
        Whole degrees (longitude, latitude) of the place's lower left corner.
    """
    crs = flat(crs_text)
    if nearly_wgs84(crs):
        degrees = crs.geodetic_crs if counts_degrees_from_greenwich(crs) else WGS84
        return Shift(transformer(crs, degrees), 2.0, "taken as WGS 84")
    area = AreaOfInterest(max(cell[0], -180), max(cell[1], -90), min(cell[0] + 1, 180), min(cell[1] + 1, 90))
    with quiet():
        group = TransformerGroup(crs, WGS84, always_xy=True, area_of_interest=area)  # type: ignore[arg-type]
    known = [shift for shift in group.transformers if shift.accuracy is not None and shift.accuracy >= 0]
    if not known:
        return Shift(transformer(crs, WGS84), math.nan, "ballpark")
    best = min(known, key=lambda operation: float(operation.accuracy))
    name = re.sub(_AXIS_STEP, "", str(best.description))
    return Shift(best, float(best.accuracy), name)


def points_to_wgs84(
    crs_text: str, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, float]]:
    """Bring points to WGS 84, each by the best operation of its own degree cell.

    Parameters
    ----------
    crs_text : str
        CRS of the coordinates.
    x, y : ndarray of float
        Easting/northing or longitude/latitude.

    Returns
    -------
    longitude, latitude : ndarray
        Degrees, NaN where the CRS cannot hold the point.
    accuracy_m : ndarray
        Accuracy of the datum shift; NaN where unknown (ballpark).
    operations : dict of str to float
        Names of the operations used, with their accuracy.
    """
    check_proj()
    crs = flat(crs_text)
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    own_lon, own_lat = map(_finite, GreenwichDegrees(crs).of(x, y))
    accuracy = np.full(len(x), np.nan)
    if nearly_wgs84(crs):
        accuracy[:] = 2.0
        return own_lon, own_lat, accuracy, {}
    longitude, latitude = np.full(len(x), np.nan), np.full(len(x), np.nan)
    cells = np.column_stack([np.floor(own_lon), np.floor(own_lat)])
    usable = np.isfinite(cells).all(axis=1)
    operations: dict[str, float] = {}
    places = np.flatnonzero(usable)
    distinct, belongs = np.unique(cells[places], axis=0, return_inverse=True)
    order = np.argsort(belongs.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(belongs.ravel(), minlength=len(distinct)))
    for cell, rows in zip(distinct, np.split(places[order], ends[:-1]), strict=True) if len(places) else ():
        shift = shift_to_wgs84(crs.to_wkt(), (int(cell[0]), int(cell[1])))
        longitude[rows], latitude[rows] = shift.transformer.transform(x[rows], y[rows])
        accuracy[rows] = shift.accuracy_m
        operations[shift.name] = shift.accuracy_m
    return _finite(longitude), _finite(latitude), accuracy, operations


def _finite(values: Any) -> np.ndarray:
    values = np.array(values, dtype=float)
    values[~np.isfinite(values)] = np.nan
    return values


def to_wgs84(source: str, where: str, geometry: Any) -> tuple[Any, list[Note]]:
    """Reproject a GeoSeries to EPSG:4326 by the best operation of its middle, and record what that is worth.

    Raises
    ------
    SourceError
        If only a ballpark operation exists (a datum shift of 0 m that is really unknown).
    """
    check_proj()
    crs = flat(geometry.crs)
    values = geometry.to_numpy().copy()
    mask = ~(shapely.is_missing(values) | shapely.is_empty(values))
    if same_crs(crs, WGS84) or not mask.any():
        return geometry.set_crs(WGS84, allow_override=True), []
    west, south, east, north = shapely.total_bounds(values[mask])
    lon, lat = map(float, GreenwichDegrees(crs).of((west + east) / 2, (south + north) / 2))
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise SourceError(
            f"{where}: x {west:g}..{east:g}, y {south:g}..{north:g} lie outside {authority(crs)}. Check 'crs'."
        )
    shift = shift_to_wgs84(crs.to_wkt(), (math.floor(lon), math.floor(lat)))
    if math.isnan(shift.accuracy_m):
        raise SourceError(f"{where}: {ballpark_message(crs)}")
    values[mask] = shapely.transform(
        values[mask], lambda xy: np.column_stack(shift.transformer.transform(xy[:, 0], xy[:, 1]))
    )
    moved = type(geometry)(values, index=geometry.index, crs=WGS84)
    if shift.accuracy_m <= _SAME_DATUM_M:
        return moved, []
    return moved, [datum_note(source, crs, shift.accuracy_m, shift.name, int(mask.sum()))]


def datum_note(source: str, crs: pyproj.CRS, accuracy: float, name: str, count: int) -> Note:
    """Return the note that records a datum shift."""
    datum = crs.geodetic_crs.name if crs.geodetic_crs else crs.name
    grid = _GRIDS.get(datum, "")
    better = f" The grid file {grid} would be more exact." if grid and accuracy >= 5 else ""
    return Note(
        source, "datum_shift", f"{datum} was shifted to WGS 84 by '{name}' (accuracy {accuracy:g} m).{better}", count
    )


def ballpark_message(crs: pyproj.CRS) -> str:
    """Say that no honest datum shift is at hand."""
    datum = crs.geodetic_crs.name if crs.geodetic_crs else crs.name
    if of_no_datum(crs):
        return (
            f"{datum} names no datum, so that its places may lie hundreds of metres off. Ask the publisher which it is, and "
            "state its 'crs:', e.g. EPSG:4267 for NAD27."
        )
    grid = _GRIDS.get(datum, "the grid file PROJ names for this area")
    return (
        f"only a ballpark shift (0 m, accuracy unknown) from {datum} to WGS 84 is at hand here. "
        f"Install {grid}, or give WGS 84 coordinates."
    )


@lru_cache(maxsize=1)
def check_proj() -> None:
    """Stop when the environment points PROJ to a folder without its database (left behind by another GIS).

    pyproj finds its own database, but rasterio and pyogrio obey the variable: half a run would use another PROJ.

    Raises
    ------
    SourceError
        Naming the variable and its value.
    """
    for variable in ("PROJ_DATA", "PROJ_LIB"):
        value = os.environ.get(variable)
        if value and not any((Path(part) / "proj.db").is_file() for part in value.split(os.pathsep)):
            raise SourceError(
                f"environment: {variable} is '{value}', which holds no proj.db. Another GIS left it behind. "
                f"Unset it ('unset {variable}') or start minewaste from its own environment, and try again."
            )
