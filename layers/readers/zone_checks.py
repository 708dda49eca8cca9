"""UTM zones that stand in the rows, checked against the places they give: a neighbour's number, a grid of other zones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.crs import EARTH_RADIUS_KM, unit_vectors
from layers.readers.columns import mapped_columns, text_column
from layers.readers.lone_places import coordinate_columns, place_note, some_rows

_FEWEST = 5
_MANY = 200_000
_FEW = 0.2
_FAR_KM = 50.0
_FAR_TIMES = 3.0
_NEAR_KM = 30.0
_ZONE_DEGREES = 6.0
_WIDEST_DEGREES = 3.7
"""Zones reach 3 degrees to both sides; grids are carried on a little into their neighbours, seldom farther."""


def zone_notes(
    source: Source,
    cells: pd.DataFrame,
    rows: np.ndarray,
    longitude: np.ndarray,
    latitude: np.ndarray,
    confirmed: Callable[[int], bool],
) -> list[Note]:
    """Notice rows that lie among the others once their zone is counted one up or down, and rows outside their zone.

    Parameters
    ----------
    source : Source
        Nothing is looked at unless it maps ``utm_zone``.
    cells : DataFrame
        Raw cells.
    rows : ndarray of int
        Row numbers in the file.
    longitude, latitude : ndarray of float
        Degrees; NaN where a row has no position.
    confirmed : callable
        Says of a position of a row whether the row names the place where it lies.

    Returns
    -------
    list of Note
        ``zone_of_a_neighbour`` and ``outside_zone``.
    """
    column = text_column(source, cells, "utm_zone") if mapped_columns(source, cells, "utm_zone") else None
    if column is None or "latitude" in source.columns:
        return []
    zone = pd.to_numeric(column.str.extract(r"(\d{1,2})", expand=False), errors="coerce").to_numpy(dtype=float)
    placed = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude) & np.isfinite(zone))
    if not _FEWEST <= len(placed) <= _MANY:
        return []
    return [
        *_neighbours(source, rows, longitude, latitude, zone, placed, confirmed),
        *_outside(source, rows, longitude, zone, placed),
    ]


def _neighbours(
    source: Source,
    rows: np.ndarray,
    longitude: np.ndarray,
    latitude: np.ndarray,
    zone: np.ndarray,
    placed: np.ndarray,
    confirmed: Callable[[int], bool],
) -> list[Note]:
    spots = unit_vectors(longitude[placed], latitude[placed]) * EARTH_RADIUS_KM
    nearest = cKDTree(spots).query(spots, k=2)[0][:, 1]
    usual = float(np.percentile(nearest, 75))
    numbers, at, counts = np.unique(zone[placed], return_inverse=True, return_counts=True)
    rare = (counts <= max(1.0, _FEW * len(placed)))[at] if len(numbers) > 1 else np.zeros(len(placed), dtype=bool)
    far = max(_FAR_KM, _FAR_TIMES * usual)
    doubtful = rare | (nearest > far)
    if not doubtful.any() or doubtful.mean() > _FEW:
        return []
    others = cKDTree(spots[~doubtful])
    few = placed[doubtful]
    away = others.query(spots[doubtful])[0]
    suspects, hints = [], set()
    for step in (-1, 1):
        moved = unit_vectors(longitude[few] + step * _ZONE_DEGREES, latitude[few]) * EARTH_RADIUS_KM
        among = (away > far) & (others.query(moved)[0] < max(_NEAR_KM, 1.5 * usual))
        hits = [int(index) for index in few[among] if index not in suspects and not confirmed(int(index))]
        suspects += hits
        hints |= {f"{zone[index] + step:.0f}" for index in hits}
    if not suspects:
        return []
    suspects.sort()
    columns = coordinate_columns(source)
    text = (
        f"Rows lie more than {far:,.0f} km from all others by {', '.join(columns)} ({some_rows(rows[suspects])}); in zone "
        f"{' or '.join(sorted(hints))} they would lie among them. Check their zone."
    )
    return [place_note(source, "zone_of_a_neighbour", text, rows[suspects])]


def _outside(
    source: Source, rows: np.ndarray, longitude: np.ndarray, zone: np.ndarray, placed: np.ndarray
) -> list[Note]:
    middle = zone[placed] * _ZONE_DEGREES - 183.0
    away = np.abs((longitude[placed] - middle + 180.0) % 360.0 - 180.0)
    outside = placed[away > _WIDEST_DEGREES]
    if not len(outside):
        return []
    columns = coordinate_columns(source)
    text = (
        f"Rows lie more than {_WIDEST_DEGREES:g} degrees from the middle of their UTM zone by {', '.join(columns)} "
        f"({some_rows(rows[outside])}): another zone, or a grid whose zones are numbered otherwise (MTM)? Check them."
    )
    return [place_note(source, "outside_zone", text, rows[outside])]
