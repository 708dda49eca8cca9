"""Whether eastings and northings of a projected system were taken for each other."""

from __future__ import annotations

import re

import numpy as np
import pyproj
from pyproj.exceptions import ProjError

from layers.accounting import Note
from layers.cells.heading_tokens import LONGEST_HEADING
from layers.crs import WGS84, authority
from layers.errors import SourceError
from layers.transformer import transformer

MOST_ROWS = 0.9
"""Share of rows inside the area of use from which a reading of the axes is held possible."""

PAD = 0.1
"""Of the extent of the area of use, by which places may lie beside it."""

_BRITISH_GRID = "EPSG:27700"
_SQUARE_M, _SCILLY_M = 100_000.0, (78_000.0, 22_000.0)
"""Edge of its lettered squares; the only land in the south-western one lies east and south of these."""

_LETTER = re.compile(
    r"(?:coord\w*|koord\w*|grid|point|map)?[\s_.-]*([xy])(?:[\s_.(-]*(?:coord\w*|koord\w*|m|[a-z]*\d+)\)?)*",
    re.IGNORECASE,
)
"""X or Y, with words of coordinates or the name and year of a grid beside it (``X_1992``, ``X_PUWG92``)."""


def axes_notes(
    source: str, where: str, crs: pyproj.CRS, columns: tuple[str, ...], x: np.ndarray, y: np.ndarray
) -> list[Note]:
    """Compare eastings and northings, as mapped and exchanged, with the area of use of their system.

    Parameters
    ----------
    source, where : str
        Id of the source, and how messages name it.
    crs : pyproj.CRS
        Projected.
    columns : tuple of str
        Headings mapped to easting and northing.
    x, y : ndarray of float, shape (n,)
        Metres as mapped; not finite ones are left out.

    Returns
    -------
    list of Note
        One where both readings fit and the headings are letters that the system itself gives to the other axis, as those of
        Japan, Poland and Sweden do (X is north); else none.

    Raises
    ------
    SourceError
        If the places lie in the area of use only where the two are exchanged.
    """
    known = np.isfinite(x) & np.isfinite(y)
    bounds = _area_in_metres(crs)
    if bounds is None or not known.any():
        return []
    as_mapped, exchanged = (_share_inside(bounds, *axes) for axes in ((x[known], y[known]), (y[known], x[known])))
    easting, northing = columns
    if as_mapped < 1.0 - MOST_ROWS and exchanged >= MOST_ROWS:
        raise SourceError(
            f"{where}: as mapped ('{easting}' as easting, '{northing}' as northing) the places lie outside the area of "
            f"{authority(crs)}, exchanged they lie inside it. Map easting: '{northing}' and northing: '{easting}'."
        )
    if min(as_mapped, exchanged) >= MOST_ROWS and _letters_contradict(crs, easting, northing):
        text = (
            f"'{easting}' was read as the easting and '{northing}' as the northing, but {authority(crs)} itself calls its "
            f"northing {_letter(easting)}, and the places would lie in its area either way. If the file follows the system, "
            f"map easting: '{northing}' and northing: '{easting}'."
        )
        return [Note(source, "axes_may_be_exchanged", text, int(known.sum()), columns)]
    return _without_square(source, crs, columns, x, y)


def _without_square(source: str, crs: pyproj.CRS, columns: tuple[str, ...], x: np.ndarray, y: np.ndarray) -> list[Note]:
    """Notice British grid references whose two letters were left out: read as metres they lie in the sea off Scilly."""
    if authority(crs) != _BRITISH_GRID:
        return []
    square = (x >= 0) & (x < _SQUARE_M) & (y >= 0) & (y < _SQUARE_M) & ~((x > _SCILLY_M[0]) & (y < _SCILLY_M[1]))
    if not square.any():
        return []
    text = (
        f"{int(square.sum())} places by {', '.join(columns)} lie in the open sea west of Cornwall: coordinates of less "
        "than 100 km are those within a square of the British grid, whose two letters (such as NY) are missing. Add them."
    )
    return [Note(source, "in_no_country", text, int(square.sum()), columns)]


def _area_in_metres(crs: pyproj.CRS) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north ends of the area of use in the system's own metres; None where it is not known."""
    area = crs.area_of_use
    if area is None or area.west > area.east:
        return None
    to_metres = transformer(WGS84, crs)
    try:
        bounds = to_metres.transform_bounds(area.west, area.south, area.east, area.north)
    except ProjError:
        return None
    return bounds if np.isfinite(bounds).all() else None


def _share_inside(bounds: tuple[float, float, float, float], x: np.ndarray, y: np.ndarray) -> float:
    west, south, east, north = bounds
    pad_x, pad_y = PAD * (east - west), PAD * (north - south)
    inside = (x >= west - pad_x) & (x <= east + pad_x) & (y >= south - pad_y) & (y <= north + pad_y)
    return float(inside.mean())


def _letter(heading: str) -> str | None:
    """Return the bare letter that a heading is, upper case; None where it says more."""
    match = _LETTER.fullmatch(heading.strip()) if len(heading) <= LONGEST_HEADING else None
    return match.group(1).upper() if match else None


def _letters_contradict(crs: pyproj.CRS, easting: str, northing: str) -> bool:
    """Say whether the letters of both headings are those that the system gives to the other axis."""
    upright = {axis.abbrev.upper(): axis.direction in ("north", "south") for axis in crs.axis_info}
    return upright.get(_letter(easting) or "") is True and upright.get(_letter(northing) or "") is False
