"""Points read from a table, and the suspicions they raise when looked at together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.errors import SourceError

_COARSE_KM = 1.0


@dataclass
class Points:
    """Coordinates of rows, WGS 84.

    Parameters
    ----------
    longitude, latitude : ndarray of float
        Degrees; NaN where a row has no usable coordinates.
    precision_km : ndarray of float
        What the last written digit, or the datum shift if worse, is worth.
    problems : dict of int to tuple of str
        Position of a row that must be rejected -> (reason code, reason).
    absent : ndarray of bool
        Rows whose coordinate cells are empty.
    notes : list of Note
        Suspicions and shifts.
    """

    longitude: np.ndarray
    latitude: np.ndarray
    precision_km: np.ndarray
    problems: dict[int, tuple[str, str]] = field(default_factory=dict)
    absent: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    notes: list[Note] = field(default_factory=list)


def bounds(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float]:
    """Return west, south, east and north of points in the units they have; NaN where there are none."""
    if not np.isfinite(x).any() or not np.isfinite(y).any():
        return (np.nan,) * 4
    return float(np.nanmin(x)), float(np.nanmin(y)), float(np.nanmax(x)), float(np.nanmax(y))


def fill(points: Points, other: Points) -> None:
    """Fill rows without coordinates from a second reading of them."""
    for row in np.flatnonzero(points.absent & ~other.absent):
        points.longitude[row], points.latitude[row] = other.longitude[row], other.latitude[row]
        points.precision_km[row] = other.precision_km[row]
    points.problems.update(other.problems)
    points.absent &= other.absent
    points.notes += other.notes


def flag_swapped(points: Points, where: str, rows: np.ndarray, *, grid: bool = False) -> None:
    """Reject rows that are legal but lie with the others only when exchanged; stop when that is most of the file."""
    given = int((~points.absent).sum())
    swapped = [position for position, (code, _) in points.problems.items() if code == "swapped"]
    if given and len(swapped) > 0.5 * given:
        raise SourceError(
            f"{where}: the two coordinates look swapped in {len(swapped)} of {given} rows ({points.problems[swapped[0]][1]}). "
            "Exchange them in the run file under 'columns:'."
        )
    outside = [position for position, (code, _) in points.problems.items() if code == "out_of_range"]
    if given and len(outside) > 0.5 * given:
        raise SourceError(
            f"{where}: {len(outside)} of {given} rows lie outside the range of coordinates ({points.problems[outside[0]][1]}). "
            + (
                "They are mapped as easting and northing: are they in km, or is another zone or crs meant? Metres are read; "
                "multiply kilometres by 1000 in the file."
                if grid
                else "Are these metres of a projected system? Map easting and northing, and state 'crs:' or map 'utm_zone'."
            )
        )
    good = np.isfinite(points.latitude)
    if good.sum() < 3:
        return
    lat, lon = points.latitude[good], points.longitude[good]
    mid_lat, mid_lon = float(np.median(lat)), float(np.median(lon))
    spread = max(float(np.median(np.abs(lat - mid_lat))), float(np.median(np.abs(lon - mid_lon))))
    as_is = np.maximum(np.abs(lat - mid_lat), np.abs(lon - mid_lon))
    exchanged = np.maximum(np.abs(lon - mid_lat), np.abs(lat - mid_lon))
    suspect = (as_is > 20) & (exchanged < as_is / 2) & (exchanged <= np.maximum(10.0, 3 * spread)) & (np.abs(lon) <= 90)
    for row in np.flatnonzero(good)[suspect]:
        shown = f"latitude {points.latitude[row]:g}, longitude {points.longitude[row]:g}"
        points.problems[int(row)] = (
            "swapped",
            f"row {rows[row]}: {shown} lies with the other rows only when the two are swapped",
        )
        points.latitude[row] = points.longitude[row] = np.nan


def flag_rounded(points: Points, source: str) -> None:
    """Note rounded positions shared by several rows, and minutes written as if they were decimals."""
    good = np.flatnonzero(np.isfinite(points.latitude))
    if not len(good):
        return
    frame = pd.DataFrame({"lat": points.latitude[good].round(6), "lon": points.longitude[good].round(6)})
    shared = frame.groupby(["lat", "lon"])["lat"].transform("size").to_numpy()
    quarters = frame.to_numpy() * 4
    rounded = (np.abs(quarters - quarters.round()) < 1e-4).all(axis=1)
    coarse = (shared >= 3) & (rounded | (points.precision_km[good] > 1.2))
    points.precision_km[good[coarse]] = np.fmax(points.precision_km[good[coarse]], 10.0)
    if coarse.any():
        text = (
            "Three or more rows share one rounded position (a map-sheet corner or centre?); "
            "their precision was set to 10 km or worse."
        )
        points.notes.append(Note(source, "low_precision", text, int(coarse.sum())))
    points.notes.extend(_minutes_as_decimals(points, good, source))


def flag_powers(points: Points, source: Source, cells: pd.DataFrame, rows: np.ndarray) -> None:
    """Note coordinates written as powers of ten with few digits (``4.62E+05``): a spreadsheet showed and saved them so."""
    mapped = [source.columns.get(axis) for axis in ("latitude", "longitude", "easting", "northing")]
    columns = [name for axis in mapped if axis for name in ([axis] if isinstance(axis, str) else axis) if name in cells]
    powers = np.zeros(len(cells), dtype=bool)
    for name in columns:
        powers |= cells[name].astype("str").str.contains(r"\d[eE][-+]?\d", regex=True, na=False).to_numpy(dtype=bool)
    coarse = np.flatnonzero(powers & np.isfinite(points.latitude) & (points.precision_km >= _COARSE_KM))
    if len(coarse):
        text = (
            f"Coordinates are written as powers of ten with few digits (row {rows[coarse[0]]}): they are good to "
            f"{points.precision_km[coarse].max():,.0f} km only. Take them from the file before a spreadsheet rounded them."
        )
        points.notes.append(
            Note(source.id, "low_precision", text, len(coarse), tuple(columns), tuple(rows[coarse].tolist()))
        )


def _minutes_as_decimals(points: Points, good: np.ndarray, source: str) -> list[Note]:
    """Note coordinates that may be degrees.minutes or degrees.minutes-and-seconds typed as if they were decimal degrees."""
    if len(good) < 10:
        return []
    fractions = np.concatenate([np.abs(points.latitude[good]) % 1, np.abs(points.longitude[good]) % 1]).round(6)
    hundredths = fractions * 100
    if np.abs(hundredths - hundredths.round()).max() < 1e-6:
        if not 0 < fractions.max() < 0.595:
            return []
        pattern = f"have two decimals and none exceeds .59 (largest {fractions.max():.2f}): they may be degrees.minutes"
    else:
        packed = (fractions * 10_000).round()
        whole = np.abs(fractions * 10_000 - packed).max() < 1e-2
        three_decimals = not (packed % 10).any()  # with a 0 behind them, no seconds
        if not whole or three_decimals or (packed // 100).max() > 59 or (packed % 100).max() > 59:
            return []
        pattern = "have four decimals of which no pair exceeds 59: they may be degrees.minutes and seconds"
    text = f"All coordinates {pattern}. They were taken as decimal degrees; ask the publisher."
    return [Note(source, "degrees_minutes", text, len(good))]


def precision_of(points: Points) -> Any:
    """Return the precision as a column, NaN where there is no position."""
    return np.where(np.isfinite(points.latitude), points.precision_km, np.nan)
