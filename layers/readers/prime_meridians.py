"""Longitudes that a heading or a cell counts from another meridian than Greenwich: Paris, Ferro, Madrid, Rome."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyproj

from layers.catalogue.source import Source
from layers.cells.utm import datum_of_headings
from layers.crs import parse_crs
from layers.errors import SourceError
from layers.jurisdictions import fold
from layers.readers.columns import mapped_columns

_SPELLINGS = {
    "greenwich": "greenwich", "paris": "paris", "atf": "paris", "ferro": "ferro", "hierro": "ferro", "madrid": "madrid",
    "rome": "rome", "roma": "rome", "rom": "rome", "monte mario": "rome", "lisbon": "lisbon", "lisboa": "lisbon",
    "lisbonne": "lisbon", "oslo": "oslo", "kristiania": "oslo", "christiania": "oslo", "bern": "bern", "berne": "bern",
    "brussels": "brussels", "bruxelles": "brussels", "brussel": "brussels", "stockholm": "stockholm", "athens": "athens",
    "athenes": "athens", "athen": "athens", "atenas": "athens", "jakarta": "jakarta", "batavia": "jakarta", "bogota": "bogota",
    "copenhagen": "copenhagen", "copenhague": "copenhagen", "kobenhavn": "copenhagen", "kopenhagen": "copenhagen",
    "pulkovo": "pulkovo", "poulkovo": "pulkovo", "pulkowo": "pulkovo", "amsterdam": "amsterdam",
}  # fmt: skip
"""Names of meridians in headings and cells -> their name in PROJ, which knows none of Pulkovo and Amsterdam."""
_UNKNOWN_TO_PROJ = frozenset(["pulkovo", "amsterdam"])
_NAMES = "|".join(sorted((re.escape(name) for name in _SPELLINGS), key=len, reverse=True))
_NAMED = re.compile(rf"\b(?:long?|longitude|longitud|longitudine)?(?P<name>{_NAMES})\b")
_BETWEEN = (
    r"east|west|[ew]|of|from|est|ouest|este|oeste|de|d|du|da|di|la|le|l|el|depuis|desde|contad\w*|compt\w*|partir|a|count\w*|are|"
    r"is|in|en|grad\w*|gons?|degre\w*|meridi\w*|origin\w*|ab|von|ostlich|westlich|prime|zero"
)
_ABOVE = re.compile(
    rf"\b(?:meridi\w*|long\w*|lon)(?:\W+(?:{_BETWEEN}))*\W+(?:{_NAMES})\b|\b(?:{_NAMES})\W+(?:prime\W+)?meridi\w*"
)
"""``Longitudes east of Paris``, ``méridien de Paris``, ``Ferro meridian``; not ``longitudes of the mines near Paris``."""
_GRADS = re.compile(r"\b(?:gons?|grads|grades|neugrad)\b")
_DATUMS = {"rome": "monte mario"}
_SAME_DEGREES = 1e-4
_LONGEST_LINE = 500


def meridian_of(text: str) -> str:
    """Return the meridian a heading or cell names, as PROJ spells it; ``""`` where it names none.

    ``Longitude (Paris)``, ``MGI (Ferro)``, ``long_paris``. ``Pulkovo 1942`` is a datum whose degrees count from Greenwich.
    """
    spread = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    named = _NAMED.search(fold(spread))
    if named is None or "greenwich" in fold(spread):
        return "greenwich" if "greenwich" in fold(spread) else ""
    name = _SPELLINGS[named["name"]]
    return "" if name in _UNKNOWN_TO_PROJ and datum_of_headings([text]) else name


def counts_from(system: pyproj.CRS | None, meridian: str) -> bool:
    """Say whether a coordinate system counts from a meridian, or is on the datum of that name (``Lisbon``)."""
    geodetic = None if system is None else system.geodetic_crs
    if geodetic is None:
        return meridian == "greenwich"
    if meridian != "greenwich" and _DATUMS.get(meridian, meridian) in geodetic.name.casefold():
        return True
    return abs(_longitude_of(geodetic) - (_east_of_greenwich(meridian) or 0.0)) < _SAME_DEGREES and (
        meridian not in _UNKNOWN_TO_PROJ
    )


def refuse_other_meridians(source: Source, where: str, cells: pd.DataFrame, system: pyproj.CRS | None) -> None:
    """Stop where the headings of degrees name a meridian, or a unit, from which the coordinate system does not count.

    Parameters
    ----------
    source : Source
        Its ``columns`` map latitude and longitude, whole or in parts.
    where : str
        What to call the file in messages.
    cells : DataFrame
        Raw cells.
    system : pyproj.CRS or None
        What the run file states for them; None for WGS 84.

    Raises
    ------
    SourceError
        Naming the heading, how far the meridian lies from Greenwich, and what to do.
    """
    axes = ("latitude", "longitude", "latitude_degrees", "longitude_degrees")
    for heading in (name for axis in axes for name in mapped_columns(source, cells, axis)):
        meridian = meridian_of(heading)
        if meridian and not counts_from(system, meridian):
            east = _east_of_greenwich(meridian)
            far = "" if east is None else f", {abs(east):.5f} degrees {'east' if east > 0 else 'west'} of Greenwich"
            raise SourceError(
                f"{where}: the heading '{heading}' names {meridian.capitalize()} as meridian or datum{far}, and its degrees "
                f"would be counted from {'Greenwich' if system is None else system.name}. State the system of the file with "
                "'crs:' (e.g. EPSG:4807 for NTF (Paris), whose unit is the grad), or write degrees from Greenwich under another "
                "heading."
            )
        if _GRADS.search(fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading))) and not _in_grads(system):
            raise SourceError(
                f"{where}: the heading '{heading}' says grads, of which 400 make a circle, and they would be read as degrees. "
                "State a system in grads with 'crs:' (e.g. EPSG:4807 for NTF (Paris)), or multiply by 0.9 in the file."
            )


def refuse_meridians_above(
    source: Source, where: str, words_above: Mapping[str, Sequence[str]], cells: pd.DataFrame
) -> None:
    """Stop where a line above the heading names a meridian from which the degrees of the table are not counted.

    Parameters
    ----------
    source : Source
        Its ``crs`` may be on that meridian.
    where : str
        What to call the file in messages.
    words_above : mapping of str to sequence of str
        Column -> cells above its name, and lines alone in their row.
    cells : DataFrame
        Raw cells.

    Raises
    ------
    SourceError
        With the line, and what to do.
    """
    axes = [name for axis in ("longitude", "longitude_degrees") for name in mapped_columns(source, cells, axis)]
    lines = dict.fromkeys(line for name in axes for line in words_above.get(name, ()))
    declared = parse_crs(where, source.crs) if source.crs and lines else None
    for line in lines:
        named = _ABOVE.search(fold(line[:_LONGEST_LINE]))
        meridian = meridian_of(named[0]) if named is not None else ""
        if meridian and meridian_of(line) != "greenwich" and not counts_from(declared, meridian):
            raise SourceError(
                f"{where}: the line '{line.strip()[:80]}' above the heading names {meridian.capitalize()} as meridian, and the "
                f"degrees would be counted from {'Greenwich' if declared is None else declared.name}. State the system of the "
                "file with 'crs:' (e.g. EPSG:4807 for NTF (Paris), whose unit is the grad), or write degrees from Greenwich and "
                "take the line away."
            )


def _in_grads(system: pyproj.CRS | None) -> bool:
    return system is not None and any("grad" in axis.unit_name for axis in system.axis_info)


def _longitude_of(geodetic: pyproj.CRS) -> float:
    """Return the longitude of a system's meridian, degrees east of Greenwich."""
    prime = geodetic.prime_meridian
    return 0.0 if prime is None else float(np.degrees(float(prime.longitude) * float(prime.unit_conversion_factor)))


def _east_of_greenwich(meridian: str) -> float | None:
    """Return the longitude of a meridian of PROJ, degrees; None where PROJ does not know it."""
    if meridian in _UNKNOWN_TO_PROJ:
        return None
    return _longitude_of(pyproj.CRS(f"+proj=longlat +ellps=WGS84 +pm={meridian} +type=crs"))
