"""Points of features whose file has coordinates in columns in place of geometry: communities, and towns of a map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from layers.accounting import ColumnFate, Note
from layers.readers.columns import match_column
from layers.readers.coordinates import read_points
from layers.readers.named_features import Features

_LATITUDE = ("latitude", "lat", "y", "ycoord")
_LONGITUDE = ("longitude", "lon", "lng", "long", "x", "xcoord")


def points_from_columns(features: Features) -> tuple[np.ndarray, np.ndarray, dict[int, tuple[str, str]], list[Note]]:
    """Return longitudes, latitudes, problems by position and notes, from the columns of coordinates.

    Raises
    ------
    SourceError
        As `layers.readers.coordinates.read_points`.
    """
    source = features.source
    mapped = {**source.columns, **_coordinate_columns(features)}
    points = read_points(source.model_copy(update={"columns": mapped}), source.id, features.cells, features.rows)
    problems = {position: (code, reason.partition(": ")[2]) for position, (code, reason) in points.problems.items()}
    for row in np.flatnonzero(points.absent):
        problems.setdefault(int(row), ("no_location", "the place has no coordinates"))
    return points.longitude, points.latitude, problems, points.notes


def fates_with_coordinates(features: Features) -> tuple[ColumnFate, ...]:
    """Return what becomes of every column, coordinates that are recognised by their names among them."""
    if not shapely.is_missing(features.geometry).all():
        return features.fates
    fates = {column: name for name, column in _coordinate_columns(features).items()}
    return tuple(
        replace(fate, fate="used", meaning=fates[fate.column]) if fate.column in fates else fate
        for fate in features.fates
    )


def _coordinate_columns(features: Features) -> dict[str, str]:
    """Return the columns of coordinates that are recognised by their names where none is mapped."""
    if {"latitude", "longitude", "easting", "northing", "grid_reference"} & set(features.source.columns):
        return {}
    headings = [str(column) for column in features.cells.columns]
    columns = {}
    for name, spellings in (("latitude", _LATITUDE), ("longitude", _LONGITUDE)):
        alike = [column for spelling in spellings if (column := match_column(headings, spelling)) is not None]
        if alike:
            columns[name] = alike[0]
    return columns
