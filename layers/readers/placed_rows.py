"""Rows of a table with the degrees read from them, as the checks of places take them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.accounting import Note, rows_in_words
from layers.catalogue.source import Source
from layers.crs import EARTH_RADIUS_KM, unit_vectors

Confirmed = Callable[[int, tuple[float, float] | None], bool]
"""Says of the index of a row whether the row names the place where it lies; with longitude and latitude of where it would lie
once a mistake is undone, whether the name tells the two apart."""


def coordinate_columns(source: Source) -> tuple[str, ...]:
    """Return the headings that a source maps to coordinates, for notes."""
    axes = ("latitude", "longitude", "easting", "northing", "utm_zone", "grid_reference")
    listed = [source.columns.get(axis) for axis in axes]
    return tuple(name for mapped in listed if mapped for name in ([mapped] if isinstance(mapped, str) else mapped))


def points_km(longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Return places (degrees) as points of space in km, shape (n, 3), so that a tree can search their neighbours."""
    return unit_vectors(longitude, latitude) * EARTH_RADIUS_KM


@dataclass(frozen=True)
class PlacedRows:
    """A table, its rows and where they lie. Checks name rows by their index here and tell them by their number in the file.

    Attributes
    ----------
    source : Source
        Its id and columns stand in notes.
    where : str
        What to call the file in messages.
    cells : DataFrame
        Raw cells, one row per place.
    rows : ndarray of int
        1-based row numbers in the file.
    longitude, latitude : ndarray of float
        Degrees; NaN where a row has no place.
    system : str or None
        Coordinate system the file itself states (WKT), where its places are its geometry.
    """

    source: Source
    where: str
    cells: pd.DataFrame
    rows: np.ndarray
    longitude: np.ndarray
    latitude: np.ndarray
    system: str | None = None

    @property
    def placed(self) -> np.ndarray:
        """Indices of the rows that have a place."""
        return np.flatnonzero(np.isfinite(self.longitude) & np.isfinite(self.latitude))

    @property
    def by_columns(self) -> str:
        """The columns of coordinates for a message: `` by Lat, Long``, or nothing where the file has geometry."""
        columns = coordinate_columns(self.source)
        return f" by {', '.join(columns)}" if columns else ""

    def degrees(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return longitude and latitude of some rows."""
        return self.longitude[at], self.latitude[at]

    def listed(self, at: np.ndarray) -> str:
        """Return the numbers of the first of some rows for a message: ``row 4``, ``rows 4, 7 and 12 more``."""
        return rows_in_words(self.rows[at])

    def note(self, code: str, text: str, at: np.ndarray, columns: tuple[str, ...] | None = None) -> Note:
        """Return a note on some rows, about the columns of coordinates unless others are named."""
        columns = coordinate_columns(self.source) if columns is None else columns
        return Note(self.source.id, code, text, len(at), columns, tuple(self.rows[at].tolist()))
