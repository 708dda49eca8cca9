"""The projected CRS a region is computed in: equal-area, in metres."""

from __future__ import annotations

import math

import numpy as np
import pyproj

from layers.crs import check_proj, parse_crs
from layers.datums import counts_degrees_from_greenwich
from layers.errors import ConfigError
from layers.transformer import transformer

_LARGEST_STRETCH = 0.15
"""How far the areas of a working CRS may be from true ones within the region."""


def working_crs(bounds_wgs84: tuple[float, float, float, float], configured: str | None = None) -> pyproj.CRS:
    """Return the projected CRS a region is computed in: equal-area, metres.

    Lambert azimuthal equal-area centred on the extent for regions up to 15 degrees of latitude; Albers with standard parallels
    at one sixth and five sixths of the extent for taller ones (Snyder 1987, USGS PP 1395, p. 99). Areas are exact, distances
    good near the centre; printed distances do not depend on it (see `geodesic_km`).

    Parameters
    ----------
    bounds_wgs84 : tuple of float
        West, south, east, north in degrees; east may lie beyond 180 for a region across the antimeridian.
    configured : str or None
        CRS of the run file; must be projected, in metres.

    Raises
    ------
    ConfigError
        If the configured CRS is unknown, geographic, not in metres, or the bounds are not finite.
    """
    check_proj()
    west, south, east, north = bounds_wgs84
    if configured is not None:
        chosen = metric_crs(configured)
        _require_true_areas(configured, chosen, (west, south, east, north))
        return chosen
    if not all(map(math.isfinite, bounds_wgs84)) or not (-90 <= south <= north <= 90):
        raise ConfigError(f"region: the extent {tuple(bounds_wgs84)} is not west, south, east, north in degrees.")
    centre_lon = round((((west + east) / 2 + 180) % 360) - 180, 1)
    centre_lat = round((south + north) / 2, 1)
    tail = f"+lon_0={centre_lon} +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs"
    span = north - south
    if span <= 15 or south < 0 < north or abs(centre_lat) > 75:
        return pyproj.CRS.from_proj4(f"+proj=laea +lat_0={centre_lat} {tail}")
    low, high = round(south + span / 6, 1), round(north - span / 6, 1)
    return pyproj.CRS.from_proj4(f"+proj=aea +lat_0={centre_lat} +lat_1={low} +lat_2={high} {tail}")


def metric_crs(configured: str) -> pyproj.CRS:
    """Return the CRS of ``region.crs``, projected and in metres.

    Raises
    ------
    ConfigError
        If it is unknown, geographic or in another unit.
    """
    chosen = parse_crs("region.crs", configured)
    units = {axis.unit_name for axis in chosen.axis_info[:2]}
    if not chosen.is_projected or not units <= {"metre", "meter"}:
        raise ConfigError(
            f"region.crs: {configured} ({chosen.name}) is not a projected CRS in metres. "
            "Use e.g. EPSG:3979 for Canada, EPSG:3005 for British Columbia, or leave it out."
        )
    return chosen


def _require_true_areas(configured: str, crs: pyproj.CRS, bounds: tuple[float, float, float, float]) -> None:
    """Stop at a working CRS whose areas are far from true ones in the region (areal scale, Snyder 1987), or cannot hold it."""
    west, south, east, north = bounds
    if not all(map(math.isfinite, bounds)):
        return
    lon, lat = np.meshgrid(np.linspace(west, east, 3), np.linspace(max(south, -89.0), min(north, 89.0), 3))
    factors = pyproj.Proj(crs).get_factors((lon.ravel() + 180) % 360 - 180, lat.ravel(), errcheck=False)
    stretch = np.asarray(factors.areal_scale, dtype=float)
    x, _ = transformer(crs.geodetic_crs if counts_degrees_from_greenwich(crs) else 4326, crs).transform(
        lon.ravel(), lat.ravel()
    )
    stretch[~np.isfinite(np.asarray(x, dtype=float))] = np.inf
    worst = float(stretch[np.argmax(np.abs(stretch - 1.0))])
    if not abs(worst - 1.0) <= _LARGEST_STRETCH:
        remedy = (
            f"makes areas up to {worst:.2f} times as large as they are"
            if math.isfinite(worst)
            else "cannot hold all of it"
        )
        raise ConfigError(
            f"region.crs: {configured} ({crs.name}) {remedy} within {west:.1f}..{east:.1f} E, {south:.1f}..{north:.1f} N. "
            "Use an equal-area CRS made for the region, or leave region.crs out: one is fitted to the extent."
        )
