"""Countries, provinces and states: what a name or code means, and whether a point can lie there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely

from layers.crs import KM_PER_DEGREE
from layers.own_tables import own_table
from layers.text import fold as text_fold

_SHORTEST_NAME = 5
_SMALL_DEGREES2 = 0.6
"""Square degrees of all boxes of a place, below which it is a small island or state."""
_BETWEEN = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Jurisdiction:
    """A country, province or state.

    Parameters
    ----------
    code : str
        ISO 3166: ``CA``, ``CA-ON``.
    name : str
        Its English name.
    boxes : ndarray of float, shape (n, 4)
        West, south, east, north in degrees; wider than the outline.
    part_of : str or None
        Code of the country a province or state belongs to.
    """

    code: str
    name: str
    boxes: np.ndarray
    part_of: str | None = None


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Mapping[str, Any]]:
    """Read the table of extents."""
    return MappingProxyType(own_table("layers", "jurisdictions.yml")["places"])


@lru_cache(maxsize=1)
def jurisdictions() -> Mapping[str, Jurisdiction]:
    """Return all that are known, by code."""
    return MappingProxyType(
        {
            code: Jurisdiction(
                code,
                jurisdiction["names"][0],
                np.array([box.split() for box in jurisdiction["boxes"].split(";")], dtype=float),
                jurisdiction.get("part_of"),
            )
            for code, jurisdiction in _table().items()
        }
    )


@lru_cache(maxsize=1)
def _under() -> Mapping[str, tuple[str, ...]]:
    """Return the places overseas whose rows may name a country that holds them: French Guiana, Greenland."""
    places: dict[str, list[str]] = {}
    for code, jurisdiction in _table().items():
        if (country := jurisdiction.get("also_under")) is not None:
            places.setdefault(country, []).append(code)
    return MappingProxyType({country: tuple(codes) for country, codes in places.items()})


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, tuple[str, ...]]:
    codes_by_name: dict[str, list[str]] = {}
    for code, jurisdiction in _table().items():
        for name in {fold(name) for name in (code, *jurisdiction["names"])}:
            codes_by_name.setdefault(name, []).append(code)
    return MappingProxyType({name: tuple(codes) for name, codes in codes_by_name.items()})


@lru_cache(maxsize=1)
def subdivisions() -> Mapping[str, tuple[list[str], list[str]]]:
    """Return the codes and the names of states, provinces and the like without a known extent, by the code of their country."""
    countries = own_table("layers", "subdivisions.yml")["countries"]
    return MappingProxyType(
        {
            country: (parts.get("codes", "").split(), [name for name in parts.get("names", "").split("; ") if name])
            for country, parts in countries.items()
        }
    )


@lru_cache(maxsize=1)
def _by_subdivision() -> Mapping[str, tuple[str, ...]]:
    """Return the countries that have a state or province of a name or code, of which no extent is known."""
    countries_by_name: dict[str, list[str]] = {}
    for country, (codes, names) in subdivisions().items():
        for name in {fold(name) for name in (*codes, *names)}:
            countries_by_name.setdefault(name, []).append(country)
    return MappingProxyType({name: tuple(countries) for name, countries in countries_by_name.items()})


def fold(text: str) -> str:
    """Return a name as it is compared: letters and digits only, without accents, in lower case."""
    return _BETWEEN.sub(" ", text_fold(text.replace(".", ""))).strip()


def meanings(text: str) -> tuple[str, ...]:
    """Return the codes a name or code may stand for: ``WA`` is Washington and Western Australia; none where it is not known.

    ``MG`` is Madagascar, and Brazil for the sake of Minas Gerais: a state or province without an extent of its own stands for
    its country. Of ``Ontario, Canada`` or ``Canada (Ontario)`` the part that says most is taken; of ``QC; NL`` either may be
    meant.
    """
    whole = _of_one(text)
    if whole:
        return whole
    parts = [_of_one(part) for part in re.split(r"[,;/()]|\s-\s", text) if fold(part)]
    if not parts or not all(parts):
        return ()
    known = jurisdictions()
    finest = [codes for codes in parts if any(known[code].part_of for code in codes)]
    return tuple(dict.fromkeys(code for codes in finest or parts for code in codes))


def _of_one(name: str) -> tuple[str, ...]:
    folded = fold(name)
    return tuple(dict.fromkeys((*_by_name().get(folded, ()), *_by_subdivision().get(folded, ()))))


@lru_cache(maxsize=1)
def _with_codes() -> frozenset[str]:
    """Return the countries of which the codes of all parts are known."""
    parts = {jurisdiction.part_of for jurisdiction in jurisdictions().values() if jurisdiction.part_of}
    return frozenset([*(country for country, (codes, _) in subdivisions().items() if codes), *parts])


def land_of_unknown_codes(longitude: float, latitude: float) -> str | None:
    """Return the name of a country a point may lie in whose codes of provinces and states are not known; None without one."""
    known = jurisdictions()
    countries = [known[code].part_of or code for code in may_lie_in(longitude, latitude)]
    return next((known[country].name for country in countries if country not in _with_codes()), None)


def is_of_known_extent(text: str) -> bool:
    """Say whether a name or code, or a part of it, is that of a place whose extent is known, and not only of a part of one."""
    return any(fold(part) in _by_name() for part in (text, *re.split(r"[,;/()]|\s-\s", text)))


def named_in(path: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the provinces, states and countries that the parts of a path name in full, with their codes.

    ``ontario/old_mines.csv`` names Ontario; ``mn.csv`` may be anything, so codes are not looked for. Names of fewer than five
    letters are too common as parts of other words, and so are those of small islands: there is a Jersey mine in British Columbia.
    """
    text = f" {fold(re.sub(r'[^A-Za-z0-9]+', ' ', text_fold(path)))} "
    names = [name for name in _by_name() if len(name) >= _SHORTEST_NAME and f" {name} " in text]
    whole = [name for name in names if not any(name != other and name in other for other in names)]
    return [(name.title(), codes) for name in whole if not all(map(_is_small, codes := _by_name()[name]))]


def _is_small(code: str) -> bool:
    west, south, east, north = jurisdictions()[code].boxes.T
    return float(((east - west) * (north - south)).sum()) < _SMALL_DEGREES2


def lie_in(country: str, names: Iterable[str], longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Say of each site whether the province, state or country it names is, or is part of, a country and can hold its point.

    ``CA`` is Canada and California: the point decides. A site that names nothing known lies in no country.
    """
    given = list(names)
    inside = np.zeros(len(given), dtype=bool)
    for name in sorted({*given} - {""}):
        codes = [code for code in meanings(name) if country in (code, jurisdictions()[code].part_of)]
        rows = np.array([at for at, other in enumerate(given) if other == name])
        if codes:
            inside[rows] = km_outside(codes, longitude[rows], latitude[rows]) == 0.0
    return inside


def km_outside(codes: Iterable[str], longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Return how far points lie outside all boxes of some jurisdictions, km; 0 inside any of them, NaN without a position.

    A country's places overseas are its own: French Guiana does not lie outside France.

    Parameters
    ----------
    codes : iterable of str
        As from `meanings`.
    longitude, latitude : ndarray of float, shape (n,)
        Degrees, WGS 84.

    Returns
    -------
    ndarray of float, shape (n,)
    """
    known = jurisdictions()
    boxes = np.concatenate([known[place].boxes for code in codes for place in (code, *_under().get(code, ()))])
    lon, lat = np.asarray(longitude, dtype=float)[:, None], np.asarray(latitude, dtype=float)[:, None]
    west, south, east, north = boxes.T[:, None, :]
    beside = np.maximum(np.maximum(west - lon, lon - east), 0.0)
    beyond = np.maximum(np.maximum(south - lat, lat - north), 0.0)
    away = np.hypot(beside * np.cos(np.radians(np.clip(lat, -89, 89))), beyond) * KM_PER_DEGREE
    nearest: np.ndarray = away.min(axis=1)
    return nearest


@lru_cache(maxsize=1)
def _finest() -> tuple[tuple[str, ...], shapely.STRtree]:
    known = jurisdictions()
    whole = {jurisdiction.part_of for jurisdiction in known.values()}
    pairs = [
        (code, shapely.box(*box))
        for code, jurisdiction in known.items()
        if code not in whole
        for box in jurisdiction.boxes
    ]
    return tuple(code for code, _ in pairs), shapely.STRtree([box for _, box in pairs])


def may_lie_in(longitude: float, latitude: float) -> tuple[str, ...]:
    """Return the codes of provinces, states and undivided countries a point may lie in, the smallest box first."""
    codes, tree = _finest()
    candidates = tree.query(shapely.Point(longitude, latitude), predicate="intersects")
    ordered = sorted(candidates, key=lambda at: float(shapely.area(tree.geometries[at])))
    return tuple(dict.fromkeys(codes[at] for at in ordered))


def nowhere(longitude: np.ndarray, latitude: np.ndarray, margin_degrees: float = 0.5) -> np.ndarray:
    """Return which points lie in no country, province or state that is known: in the open sea.

    Parameters
    ----------
    longitude, latitude : ndarray of float, shape (n,)
        Degrees; NaN is not told.
    margin_degrees : float
        How far from a box a point still counts as within it.
    """
    _, tree = _finest()
    lon, lat = np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float)
    left = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    while len(left):  # most points of a file lie in a few boxes
        at = tree.query(shapely.Point(lon[left[0]], lat[left[0]]), predicate="dwithin", distance=margin_degrees)
        if not len(at):
            break
        boxes = tree.geometries[at]
        west, south, east, north = shapely.bounds(boxes[shapely.area(boxes).argmax()])
        x, y = lon[left], lat[left]
        within = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        within[0] = True
        left = left[~within]
    lost = np.zeros(len(lon), dtype=bool)
    near = tree.query(shapely.points(lon[left], lat[left]), predicate="dwithin", distance=margin_degrees)[0]
    lost[np.delete(left, np.unique(near))] = True
    return lost


def names_of(codes: Iterable[str]) -> str:
    """Return the names of some jurisdictions for a message."""
    known = jurisdictions()
    return " or ".join(dict.fromkeys(known[code].name for code in codes))
