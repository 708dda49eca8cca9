"""What the degrees of a coordinate system are worth: whose datum, from which meridian, in which unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj

from layers.transformer import transformer

_MODERN = (
    "nad83",
    "wgs 84",
    "wgs84",
    "etrs89",
    "gda94",
    "gda2020",
    "sirgas",
    "itrf",
    "jgd2000",
    "jgd2011",
    "csrs",
    "rgf93",
    "posgar",
)
_MODERN_AXIS_M, _MODERN_INVERSE_FLATTENING = 6378137.0, 298.257
"""Of the ellipsoids of GRS 80 and WGS 84."""


def nearly_wgs84(crs: pyproj.CRS) -> bool:
    """Return whether a datum differs from WGS 84 by a metre or two, so that no shift is an honest answer.

    A datum that a file calls unknown is taken for one of these where its ellipsoid is theirs, or a sphere.
    """
    geodetic = crs.geodetic_crs
    if geodetic is None:
        return False
    name = geodetic.name.casefold().replace("_", " ")
    return any(modern in name for modern in _MODERN) or ("unknown" in name and _is_modern_in_shape(geodetic))


def _is_modern_in_shape(geodetic: pyproj.CRS) -> bool:
    ellipsoid = geodetic.ellipsoid
    if ellipsoid is None or not ellipsoid.inverse_flattening:
        return True
    axis_off = abs(ellipsoid.semi_major_metre - _MODERN_AXIS_M)
    return axis_off < 1.0 and abs(ellipsoid.inverse_flattening - _MODERN_INVERSE_FLATTENING) < 0.01


def counts_degrees_from_greenwich(crs: pyproj.CRS) -> bool:
    """Say whether the geographic part of a system counts degrees, and from Greenwich."""
    return _unit_and_meridian(crs) == (1.0, 0.0)


class GreenwichDegrees:
    """Brings points of a system to degrees from Greenwich, on the datum of their own system.

    Parameters
    ----------
    crs : pyproj.CRS
        Of the points; its geographic part may count from Paris or Rome, or in grads.
    """

    def __init__(self, crs: pyproj.CRS) -> None:
        self._transformer = transformer(crs, crs.geodetic_crs)
        self._unit, self._meridian = _unit_and_meridian(crs)

    def of(self, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return longitudes and latitudes, degrees, infinite where the system cannot hold the point.

        Parameters
        ----------
        x, y : array_like of float, shape (n,)
            Easting or longitude, and northing or latitude, in the unit of the system.
        """
        longitude, latitude = self._transformer.transform(x, y)
        east = np.asarray(longitude, dtype=float) * self._unit + self._meridian
        return east, np.asarray(latitude, dtype=float) * self._unit


def _unit_and_meridian(crs: pyproj.CRS) -> tuple[float, float]:
    """Return degrees in a unit of the geographic part of a system, and the longitude of its meridian, degrees."""
    geodetic = crs.geodetic_crs
    if geodetic is None or not geodetic.axis_info:
        return 1.0, 0.0
    unit = float(np.degrees(geodetic.axis_info[0].unit_conversion_factor))
    prime = geodetic.prime_meridian
    meridian = 0.0 if prime is None else float(np.degrees(float(prime.longitude) * float(prime.unit_conversion_factor)))
    return 1.0 if np.isclose(unit, 1.0, rtol=1e-9) else unit, meridian
