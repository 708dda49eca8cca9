"""Eastings and northings in feet that were read as metres, and the other way round: which reading lies where it should."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import pyproj.database
from pyproj.enums import PJType
from pyproj.exceptions import ProjError

from layers.crs import WGS84, authority, registered
from layers.transformer import transformer

US_FOOT_M = 1200 / 3937
"""The foot of the US survey; the international one is two millionths shorter."""

Change = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Takes longitudes and latitudes, degrees, and returns those of another reading of the same numbers."""

_LENGTHS = {"metres": 1.0, "feet": US_FOOT_M, "kilometres": 1000.0}
_IN_HEADINGS = {
    "feet": re.compile(r"(?:^|[^a-z])(?:(?:us)?s?_?(?:ft|feet|foot)(?:_?us)?|pieds?|pies)(?:$|[^a-z])"),
    "kilometres": re.compile(r"(?:^|[^a-z])(?:km|kilomet(?:er|re)s?)(?:$|[^a-z])"),
    "metres": re.compile(r"(?:^|[^a-z])(?:m|mtrs?|met(?:er|re)s?|mètres?|metros?)(?:$|[^a-z])"),
}
_SAME_LENGTH = 1e-4
_MOST = 0.9
_FEWEST = 3
_PAD = 0.1
"""Of the extent of the area of use, by which places may lie beside it."""
_FAR_PAD = 0.5
_IN_FEET = re.compile(r"(?: \((?:ftUS|ft)\)|_(?:Feet|Ft_US|US_Feet|Ft))$")
_REGISTER_SPELLINGS = {
    "feet": ("{} (ftUS)", "{} (ft)", "{}_Feet", "{}_Ft_US", "{}_US_Feet"),
    "metres": ("{}",),
}


@dataclass(frozen=True)
class OtherUnit:
    """Places that lie where they should once their eastings and northings are taken in another unit.

    Attributes
    ----------
    places : ndarray of int
        Indices of the places.
    text : str
        What to tell of them.
    """

    places: np.ndarray
    text: str


def other_units(crs: pyproj.CRS) -> tuple[tuple[str, Change], ...]:
    """Return how places of a projected system change when their numbers are in another unit of length than its own.

    Parameters
    ----------
    crs : pyproj.CRS
        Nothing is returned unless it is projected.

    Returns
    -------
    tuple of (str, callable)
        ``metres``, ``feet`` or ``kilometres``, and the change of longitudes and latitudes (degrees, WGS 84; infinite where the
        system holds no such place).
    """
    if not crs.is_projected or not crs.axis_info:
        return ()
    own = float(crs.axis_info[0].unit_conversion_factor)
    others = {name: length for name, length in _LENGTHS.items() if abs(length / own - 1.0) > _SAME_LENGTH}
    return tuple((name, _change(crs, length / own)) for name, length in others.items())


def _change(crs: pyproj.CRS, factor: float) -> Change:
    def changed(longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        try:
            x, y = transformer(WGS84, crs).transform(longitude, latitude)
            east, north = transformer(crs, WGS84).transform(np.asarray(x) * factor, np.asarray(y) * factor)
        except ProjError:
            return np.full(len(longitude), np.inf), np.full(len(longitude), np.inf)
        return np.asarray(east, dtype=float), np.asarray(north, dtype=float)

    return changed


def unit_of_headings(headings: Sequence[str]) -> str:
    """Return ``feet``, ``metres`` or ``kilometres`` where headings of eastings and northings say so; ``""`` where none does.

    ``X_ft``, ``Easting (ftUS)``, ``Northing [m]``, ``UTME_metres``.
    """
    spread = (re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading).casefold() for heading in headings)
    units = {unit for heading in spread for unit, pattern in _IN_HEADINGS.items() if pattern.search(heading)}
    return units.pop() if len(units) == 1 else ""


def in_another_unit(
    crs: pyproj.CRS, area: Any, longitude: np.ndarray, latitude: np.ndarray, headings: Sequence[str] = ()
) -> OtherUnit | None:
    """Return the places outside the area of a projected system that lie in it in another unit of length; None without any.

    All, or nearly all, must lie so; or some, far outside, among the places that lie in the area as they stand. Where all lie
    inside the area of a system in feet, they are returned if they would do so in metres as well. Headings that name the unit
    of the system settle that; where they name another, every place is returned.

    Parameters
    ----------
    crs : pyproj.CRS
    area : pyproj.aoi.AreaOfUse
        For which the system is made.
    longitude, latitude : ndarray of float, shape (n,)
        Degrees, WGS 84; NaN without a place.
    headings : sequence of str
        Of the columns of eastings and northings.
    """
    known = np.isfinite(longitude) & np.isfinite(latitude)
    if not crs.is_projected or not known.any():
        return None
    named = unit_of_headings(headings)
    if named in dict(other_units(crs)):
        return OtherUnit(np.flatnonzero(known), _by_headings(crs, named, headings))
    if area.west > area.east:
        return None
    beside = np.flatnonzero(known & ~_inside(area, longitude, latitude, _PAD))
    most = len(beside) >= _MOST * known.sum()
    if not len(beside):
        return None if named else _in_either_unit(crs, area, np.flatnonzero(known), longitude, latitude)
    if not most:
        beside = np.flatnonzero(known & ~_inside(area, longitude, latitude, _FAR_PAD))
    within = np.flatnonzero(known & _inside(area, longitude, latitude, 0.0))
    for unit, change in other_units(crs) if len(beside) else ():
        lon, lat = change(longitude[beside], latitude[beside])
        back = _inside(area, lon, lat, 0.0)
        if not most:  # a few among others: they come back into their midst
            back &= _among(longitude[within], latitude[within], lon, lat)
        if back.mean() >= _MOST if most else back.any():
            return OtherUnit(beside[back], _outside(crs, area, unit, int(back.sum()), int(known.sum())))
    return None


def _in_either_unit(
    crs: pyproj.CRS, area: Any, known: np.ndarray, longitude: np.ndarray, latitude: np.ndarray
) -> OtherUnit | None:
    """Return places that lie in the area of a system in feet in either unit: the corner into which metres shrink there."""
    metres = dict(other_units(crs)).get("metres")
    if metres is None or len(known) < _FEWEST:
        return None
    fitting = known[_inside(area, *metres(longitude[known], latitude[known]), 0.0)]
    if len(fitting) < len(known):
        return None
    own, code = crs.axis_info[0].unit_name, _code_in(crs, "metres")
    text = (
        f"All {len(known)} places would lie in the area of {authority(crs)} ({area.name[:80]}) in metres as well; they were "
        f"read in {own}, as the system says. If their eastings and northings are in metres, "
        f"{f'state crs: {code}' if code else 'convert them'}."
    )
    return OtherUnit(known, text)


def _inside(area: Any, longitude: np.ndarray, latitude: np.ndarray, pad: float) -> np.ndarray:
    beside, beyond = pad * (area.east - area.west), pad * (area.north - area.south)
    inside: np.ndarray = (longitude >= area.west - beside) & (longitude <= area.east + beside)
    return inside & (latitude >= area.south - beyond) & (latitude <= area.north + beyond)


def _among(longitudes: np.ndarray, latitudes: np.ndarray, longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Say which places lie within the extent of others."""
    if not len(longitudes):
        return np.zeros(len(longitude), dtype=bool)
    among: np.ndarray = (longitude >= longitudes.min()) & (longitude <= longitudes.max())
    return among & (latitude >= latitudes.min()) & (latitude <= latitudes.max())


def _outside(crs: pyproj.CRS, area: Any, unit: str, count: int, known: int) -> str:
    own = crs.axis_info[0].unit_name
    code = _code_in(crs, unit)
    remedy = f"State 'crs: {code}'" if code and count >= _MOST * known else f"Bring them to {own}"
    return (
        f"{count} of {known} places lie outside the area {authority(crs)} is made for ({area.name[:80]}) as it is read, in "
        f"{own}; read as {unit} they lie inside it. {remedy}, if their eastings and northings are in {unit}."
    )


def _by_headings(crs: pyproj.CRS, unit: str, headings: Sequence[str]) -> str:
    own, code = crs.axis_info[0].unit_name, _code_in(crs, unit)
    return (
        f"The headings {', '.join(headings)} say {unit}, and {authority(crs)} is in {own}: the numbers were read in {own}. "
        f"{f'State crs: {code}' if code else f'Bring them to {own}'}, or name the columns after the unit they are in."
    )


def _code_in(crs: pyproj.CRS, unit: str) -> str:
    """Return the code of the register's system that differs by its unit of length alone; ``""`` without one."""
    named = registered(crs)
    name = crs.name if named is None else pyproj.CRS(named).name
    plain = _IN_FEET.sub("", name)
    codes = _codes_by_name()
    spellings = (spelling.format(plain) for spelling in _REGISTER_SPELLINGS.get(unit, ()))
    return next((codes[spelling] for spelling in spellings if spelling in codes), "")


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, str]:
    return {
        info.name: f"{info.auth_name}:{info.code}"
        for authority_name in ("ESRI", "EPSG")
        for info in pyproj.database.query_crs_info(auth_name=authority_name, pj_types=PJType.PROJECTED_CRS)
    }
