"""Rows whose place is odd beside the other rows: in the sea, far from all, or among them once a usual mistake is undone."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
from scipy.spatial import cKDTree

from layers import jurisdictions as known
from layers.accounting import Note
from layers.catalogue.source import Source
from layers.crs import EARTH_RADIUS_KM, unit_vectors
from layers.errors import SourceError

USUAL_MISTAKES: tuple[tuple[str, Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]], ...] = (
    ("with a minus before the longitudes", lambda lon, lat: (-lon, lat)),
    ("with latitude and longitude exchanged", lambda lon, lat: (lat, lon)),
    ("with a minus before the latitudes", lambda lon, lat: (lon, -lat)),
    ("with both signs changed", lambda lon, lat: (-lon, -lat)),
)
"""What undoes the mistakes that are made most with degrees: how to say it, and longitude and latitude after it."""

_ALONE_KM = 350.0
_NEAR_KM = 100.0
_FEWEST = 3
_FEWEST_ALONE = 5
_MOST = 0.8
_MOSTLY = 0.6
_MANY = 200_000
_ANTARCTIC = -60.0
_NAMED = 6
_SAME_DEGREES = 1e-7


def coordinate_columns(source: Source) -> tuple[str, ...]:
    """Return the headings that a source maps to coordinates, for notes."""
    axes = ("latitude", "longitude", "easting", "northing", "utm_zone")
    listed = [source.columns.get(axis) for axis in axes]
    return tuple(name for mapped in listed if mapped for name in ([mapped] if isinstance(mapped, str) else mapped))


def place_note(source: Source, code: str, text: str, rows: np.ndarray) -> Note:
    """Return a note on the places of rows, numbered as in the file."""
    return Note(source.id, code, text, len(rows), coordinate_columns(source), tuple(rows.tolist()))


def some_rows(rows: np.ndarray) -> str:
    """Return the numbers of the first rows for a message: ``row 4``, ``rows 4, 7 and 12 more``."""
    shown = ", ".join(str(row) for row in rows[:_NAMED])
    more = f" and {len(rows) - _NAMED:,} more" if len(rows) > _NAMED else ""
    return f"row{'s' if len(rows) > 1 else ''} {shown}{more}"


def in_the_sea(source: Source, where: str, rows: np.ndarray, longitude: np.ndarray, latitude: np.ndarray) -> list[Note]:
    """Notice points in no country at all, or in Antarctica, where nobody mined; stop where that is most of the file.

    Parameters
    ----------
    source : Source
        Its id and columns stand in the note.
    where : str
        What to call the file in messages.
    rows : ndarray of int
        Row numbers in the file.
    longitude, latitude : ndarray of float
        Degrees; NaN where a row has no position.

    Returns
    -------
    list of Note
        ``in_no_country`` with the rows.

    Raises
    ------
    SourceError
        If four rows in five, and at least three, lie there.
    """
    lost = np.flatnonzero(known.nowhere(longitude, latitude) | (latitude < _ANTARCTIC))
    placed = int(np.isfinite(longitude).sum())
    if not len(lost):
        return []
    columns = coordinate_columns(source)
    hint = _land_after(longitude[lost], latitude[lost])
    if len(lost) >= max(_FEWEST, _MOST * placed):
        grid = ""
        if {"easting", "northing"} <= set(source.columns):
            grid = (
                " Eastings and northings of another grid were read as UTM (MTM zones of Quebec and Ontario have numbers too: "
                "EPSG:32180 + zone; Gauss-Krüger; a national grid)?"
            )
        raise SourceError(
            f"{where}: {len(lost)} of {placed} rows lie in the open sea or in Antarctica ({some_rows(rows[lost])}).{hint}{grid} "
            "State the coordinate system with 'crs:' or correct the columns of coordinates."
        )
    named = f" by {', '.join(columns)}" if columns else ""
    text = (
        f"Rows lie in no country, province or state, far out at sea{named} ({some_rows(rows[lost])}).{hint} Check them."
    )
    return [place_note(source, "in_no_country", text, rows[lost])]


def copied_axes(source: Source, rows: np.ndarray, longitude: np.ndarray, latitude: np.ndarray) -> list[Note]:
    """Notice rows whose latitude and longitude are the same number, but for its sign: one was typed into both cells.

    Parameters
    ----------
    source : Source
        Its id and columns stand in the note.
    rows : ndarray of int
        Row numbers in the file.
    longitude, latitude : ndarray of float
        Degrees; NaN where a row has no position.

    Returns
    -------
    list of Note
        At most one, ``same_number_twice``. Whole degrees may agree by chance and are not told.
    """
    same = np.abs(np.abs(latitude) - np.abs(longitude)) < _SAME_DEGREES
    copied = np.flatnonzero(same & (np.abs(latitude * 100 - np.round(latitude * 100)) > _SAME_DEGREES))
    if not len(copied) or not {"latitude", "longitude"} <= set(source.columns):
        return []
    columns = coordinate_columns(source)
    text = (
        f"Rows have one number for latitude and longitude by {', '.join(columns)} ({some_rows(rows[copied])}): it was typed into "
        "both cells? Check them."
    )
    return [place_note(source, "same_number_twice", text, rows[copied])]


def _land_after(longitude: np.ndarray, latitude: np.ndarray) -> str:
    """Say which usual mistakes, undone, would bring most of some points to land."""
    fitting = []
    for text, undone in USUAL_MISTAKES:
        lon, lat = undone(longitude, latitude)
        legal = np.abs(lat) <= 90
        dry = legal & ~known.nowhere(lon, np.where(legal, lat, np.nan)) & (lat >= _ANTARCTIC)
        if legal.all() and dry.mean() >= _MOST:
            lands = known.names_of(known.may_lie_in(float(lon[0]), float(lat[0]))[:2])
            fitting.append(f"{text} they would lie in {lands or 'no country, near a coast'}")
    return " " + (sentence := "; ".join(fitting))[0].upper() + sentence[1:] + "." if fitting else ""


def among_the_others(
    source: Source,
    rows: np.ndarray,
    longitude: np.ndarray,
    latitude: np.ndarray,
    confirmed: Callable[[int], bool],
) -> list[Note]:
    """Notice the few rows that lie among the others only once a sign or the order of the axes is changed.

    Most rows must share both signs, so that it is clear which are the few. Three rows are enough, for the mistake itself is
    the evidence: by chance a mirrored place seldom falls among the others.

    Parameters
    ----------
    source : Source
        Its id and columns stand in the note.
    rows : ndarray of int
        Row numbers in the file.
    longitude, latitude : ndarray of float
        Degrees; NaN where a row has no position.
    confirmed : callable
        Says of a position of a row whether the row names the place where it lies.

    Returns
    -------
    list of Note
        ``far_from_all``, one per mistake.
    """
    placed = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
    if not _FEWEST <= len(placed) <= _MANY:
        return []
    side = (longitude[placed] < 0) * 2 + (latitude[placed] < 0)
    usual = int(np.bincount(side).argmax())
    most, few = placed[side == usual], placed[side != usual]
    if not len(few) or len(most) < _MOSTLY * len(placed):
        return []
    tree = cKDTree(unit_vectors(longitude[most], latitude[most]) * EARTH_RADIUS_KM)
    apart = tree.query(unit_vectors(longitude[most], latitude[most]) * EARTH_RADIUS_KM, k=2)[0][:, 1]
    near = min(max(_NEAR_KM, 3.0 * float(np.median(apart))), _ALONE_KM)
    left = few[tree.query(unit_vectors(longitude[few], latitude[few]) * EARTH_RADIUS_KM)[0] > _ALONE_KM]
    notes = []
    for text, undone in USUAL_MISTAKES:
        if not len(left):
            break
        lon, lat = undone(longitude[left], latitude[left])
        legal = np.abs(lat) <= 90
        away = tree.query(unit_vectors(lon, np.where(legal, lat, 0.0)) * EARTH_RADIUS_KM)[0]
        lone = np.array([at for at in left[legal & (away < near)] if not confirmed(int(at))], dtype=int)
        if not len(lone):
            continue
        left = np.setdiff1d(left, lone)
        columns = coordinate_columns(source)
        named = f" by {', '.join(columns)}" if columns else ""
        message = (
            f"Rows lie more than {_ALONE_KM:g} km from all others{named} ({some_rows(rows[lone])}); {text} they would lie among "
            "them. Check their coordinates."
        )
        notes.append(place_note(source, "far_from_all", message, rows[lone]))
    return notes


def far_from_all(
    source: Source,
    rows: np.ndarray,
    longitude: np.ndarray,
    latitude: np.ndarray,
    confirmed: Callable[[int], bool],
    already: Collection[int],
) -> list[Note]:
    """Notice single rows far from all others: a lost or an added digit, a wrong zone.

    Parameters
    ----------
    source : Source
        Its id and columns stand in the note.
    rows : ndarray of int
        Row numbers in the file.
    longitude, latitude : ndarray of float
        Degrees; NaN where a row has no position.
    confirmed : callable
        Says of a position of a row whether the row names the place where it lies.
    already : collection of int
        Row numbers that another note tells of.

    Returns
    -------
    list of Note
        ``far_from_all``; none where more than a tenth of the rows (one row of fewer than ten) would be told.
    """
    placed = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude) & ~np.isin(rows, list(already)))
    if not _FEWEST_ALONE <= len(placed) <= _MANY:
        return []
    spots = unit_vectors(longitude[placed], latitude[placed]) * EARTH_RADIUS_KM
    nearest = cKDTree(spots).query(spots, k=3)[0][:, 2]  # the second one: two rows of one wrong place are no company
    usual = float(np.percentile(nearest, 90 if len(placed) >= 10 else 50))
    alone = placed[(nearest > _ALONE_KM) & (nearest > 20 * max(usual, 1.0))]
    alone = np.array([at for at in alone if not confirmed(int(at))], dtype=int)
    if not len(alone) or len(alone) > max(1.0, 0.1 * len(placed)):
        return []
    columns = coordinate_columns(source)
    named = f" by {', '.join(columns)}" if columns else ""
    text = (
        f"Rows lie more than {_ALONE_KM:g} km from all others{named} ({some_rows(rows[alone])}): a lost digit, a wrong zone? "
        "Check them."
    )
    return [place_note(source, "far_from_all", text, rows[alone])]
