"""Whether places lie in the area their coordinate system is made for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj

from layers.accounting import Note
from layers.crs import authority, ballpark_message, registered
from layers.lengths_of_axes import in_another_unit

_PAD_DEGREES = 6.0
_RESEMBLES = 25


def area_of_use_note(
    source: str,
    crs: pyproj.CRS,
    longitude: Any,
    latitude: Any,
    columns: tuple[str, ...] = (),
    rows: Any = None,
) -> list[Note]:
    """Notice places (degrees) well outside the area a CRS is made for: it, or the unit of its eastings, may be the wrong one.

    ``columns`` and ``rows`` (one number per place) stand in the notes: ``feet_or_metres`` where places lie in the area
    in another unit of length, ``outside_crs_area`` where most lie far outside.
    """
    area = crs.area_of_use or _area_of_a_known(crs)
    lon, lat = np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float)
    known = np.isfinite(lon) & np.isfinite(lat)
    if area is None or not known.any():
        return []
    exchanged = in_another_unit(crs, area, lon, lat, columns)
    notes = []
    if exchanged is not None:
        given = () if rows is None else tuple(np.asarray(rows)[exchanged.places].tolist())
        notes.append(Note(source, "feet_or_metres", exchanged.text, len(exchanged.places), columns, given))
    west, east = area.west - _PAD_DEGREES, area.east + _PAD_DEGREES
    across = area.west > area.east  # the antimeridian lies within
    beside = (lon < west) & (lon > east) if across else (lon < west) | (lon > east)
    outside = known & (beside | (lat < area.south - _PAD_DEGREES / 2) | (lat > area.north + _PAD_DEGREES / 2))
    if outside.sum() < 0.5 * known.sum():
        return notes
    text = (
        f"{int(outside.sum())} of {int(known.sum())} places lie far outside the area {authority(crs)} is made for "
        f"({area.name[:80]}): is it the right coordinate system?"
    )
    outside_rows = () if rows is None else tuple(np.asarray(rows)[outside].tolist())
    return [*notes, Note(source, "outside_crs_area", text, int(outside.sum()), columns, outside_rows)]


def why_no_shift(crs: pyproj.CRS, longitude: float, latitude: float) -> tuple[str, str]:
    """Return code and reason to reject a place (degrees) that no known shift brings to WGS 84.

    It lies outside the area its CRS is made for, which is probably the wrong one; else a grid of shifts is missing.
    """
    area = crs.area_of_use
    if area is None or area.west > area.east or not (np.isfinite(longitude) and np.isfinite(latitude)):
        return "ballpark_datum", ballpark_message(crs)
    if area.west <= longitude <= area.east and area.south <= latitude <= area.north:
        return "ballpark_datum", ballpark_message(crs)
    return "out_of_range", (
        f"the coordinates lie at {latitude:.2f}, {longitude:.2f}, outside the area {authority(crs)} is made for "
        f"({area.name[:80]}): is it the right coordinate system?"
    )


def _area_of_a_known(crs: pyproj.CRS) -> Any:
    """Return the area of the registered system that one written out by parameters most resembles; None where none does."""
    named = registered(crs, _RESEMBLES)
    return None if named is None else pyproj.CRS(named).area_of_use
