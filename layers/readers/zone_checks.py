"""UTM zones that stand in the rows, checked against the places they give: a neighbour's number, a grid of other zones."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from layers.accounting import Note
from layers.readers.columns import mapped_columns, text_column
from layers.readers.placed_rows import Confirmed, PlacedRows, points_km

_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_BAND_DEGREES = 4.0
"""Half a band: one letter is often written for all rows of a province that reaches into the next."""
_FEWEST = 5
_MANY = 200_000
_FEW = 0.2
_FAR_KM = 50.0
_FAR_TIMES = 3.0
_NEAR_KM = 30.0
_ZONE_DEGREES = 6.0
_WIDEST_DEGREES = 3.7
"""Zones reach 3 degrees to both sides; grids are carried on a little into their neighbours, seldom farther."""


def zone_notes(table: PlacedRows, confirmed: Confirmed) -> list[Note]:
    """Notice rows that lie among the others once their zone is counted one up or down, and rows outside their zone.

    Parameters
    ----------
    table : PlacedRows
        Nothing is looked at unless its source maps ``utm_zone``.
    confirmed : callable
        Says of the index of a row whether the row names the place where it lies, and not that where it would lie.

    Returns
    -------
    list of Note
        ``band_contradicted``, ``zone_of_a_neighbour`` and ``outside_zone``.
    """
    source, cells = table.source, table.cells
    column = text_column(source, cells, "utm_zone") if mapped_columns(source, cells, "utm_zone") else None
    if column is None or "latitude" in source.columns:
        return []
    bands = _bands(table, column)
    zone = pd.to_numeric(column.str.extract(r"0*(\d{1,2})", expand=False), errors="coerce").to_numpy(dtype=float)
    placed = table.placed[np.isfinite(zone[table.placed])]
    if not _FEWEST <= len(placed) <= _MANY:
        return bands
    return [*bands, *_neighbours(table, zone, placed, confirmed), *_outside(table, zone, placed)]


def _bands(table: PlacedRows, zones: pd.Series) -> list[Note]:
    """Notice rows whose zone has the letter of a band of latitudes far from their own; N and S may mean a side of the equator."""
    letters = zones.str.extract(r"(?i)\d\s*([C-HJ-MP-RT-X])\s*$", expand=False).str.upper()
    south = np.array([_BANDS.find(letter) if isinstance(letter, str) else np.nan for letter in letters]) * 8.0 - 80.0
    north = south + np.where(south == 72.0, 12.0, 8.0)
    far = np.maximum(south - table.latitude, table.latitude - north) > _BAND_DEGREES
    wrong = np.flatnonzero(far & np.isfinite(table.longitude))
    if not len(wrong):
        return []
    text = (
        f"Rows lie more than {_BAND_DEGREES:g} degrees from the band that the letter of their UTM zone names{table.by_columns} "
        f"({table.listed(wrong)}): a mistyped northing, or another letter? Check them."
    )
    return [table.note("band_contradicted", text, wrong)]


def _neighbours(table: PlacedRows, zone: np.ndarray, placed: np.ndarray, confirmed: Confirmed) -> list[Note]:
    points = points_km(*table.degrees(placed))
    nearest = cKDTree(points).query(points, k=2)[0][:, 1]
    usual = float(np.percentile(nearest, 75))
    numbers, at, counts = np.unique(zone[placed], return_inverse=True, return_counts=True)
    rare = (counts <= max(1.0, _FEW * len(placed)))[at] if len(numbers) > 1 else np.zeros(len(placed), dtype=bool)
    far = max(_FAR_KM, _FAR_TIMES * usual)
    doubtful = rare | (nearest > far)
    if not doubtful.any() or doubtful.mean() > _FEW:
        return []
    others = cKDTree(points[~doubtful])
    few = placed[doubtful]
    away = others.query(points[doubtful])[0]
    suspects, hints = set(), set()
    for step in (-1, 1):
        longitude, latitude = table.longitude[few] + step * _ZONE_DEGREES, table.latitude[few]
        among = (away > far) & (others.query(points_km(longitude, latitude))[0] < max(_NEAR_KM, 1.5 * usual))
        hits = {
            int(index)
            for index, lon, lat in zip(few[among], longitude[among], latitude[among], strict=True)
            if index not in suspects and not confirmed(int(index), (float(lon), float(lat)))
        }
        suspects |= hits
        hints |= {f"{zone[index] + step:.0f}" for index in hits}
    if not suspects:
        return []
    odd = np.array(sorted(suspects))
    text = (
        f"Rows lie more than {far:,.0f} km from all others{table.by_columns} ({table.listed(odd)}); in zone "
        f"{' or '.join(sorted(hints))} they would lie among them. Check their zone."
    )
    return [table.note("zone_of_a_neighbour", text, odd)]


def _outside(table: PlacedRows, zone: np.ndarray, placed: np.ndarray) -> list[Note]:
    middle = zone[placed] * _ZONE_DEGREES - 183.0
    away = np.abs((table.longitude[placed] - middle + 180.0) % 360.0 - 180.0)
    outside = placed[away > _WIDEST_DEGREES]
    if not len(outside):
        return []
    text = (
        f"Rows lie more than {_WIDEST_DEGREES:g} degrees from the middle of their UTM zone{table.by_columns} "
        f"({table.listed(outside)}): another zone, or a grid whose zones are numbered otherwise (MTM)? Check them."
    )
    return [table.note("outside_zone", text, outside)]
