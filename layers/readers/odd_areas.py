"""Areas and communities whose place cannot be right beside the others of their file, and areas that stand there twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.readers.lone_places import among_the_others, in_the_sea
from layers.readers.placed_rows import PlacedRows

_REGION_DEGREES = 60.0
"""A file whose rows spread farther is of the whole world, where a mirrored place falls among the others by chance."""


def odd_places(
    source: Source,
    cells: pd.DataFrame,
    rows: npt.NDArray[np.int64],
    longitude: npt.NDArray[np.float64],
    latitude: npt.NDArray[np.float64],
) -> list[Note]:
    """Notice places far out at sea or in Antarctica, and single ones that lie among the others once a sign is changed.

    Parameters
    ----------
    source : Source
        Its id and columns stand in the notes.
    cells : DataFrame
        Raw cells, n rows.
    rows : ndarray of int, shape (n,)
        Row numbers in the file.
    longitude, latitude : ndarray of float, shape (n,)
        Degrees; NaN where a row has no position.

    Returns
    -------
    list of Note
        ``in_no_country`` and ``far_from_all``, with the rows.

    Raises
    ------
    SourceError
        If most rows lie where nobody lives.
    """
    placed = np.isfinite(longitude)
    if not placed.any():
        return []
    table = PlacedRows(source, f"{source.id} ({Path(source.path).name})", cells, rows, longitude, latitude)
    low, high = np.percentile(longitude[placed], [20, 80])
    notes = in_the_sea(table)
    if high - low > _REGION_DEGREES:
        return []  # islands of all oceans are no mistakes
    notes += among_the_others(table, lambda _, __: False)
    return notes


def middles(shapes: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return longitude and latitude of a point on each shape; NaN where there is none."""
    longitude, latitude = np.full(len(shapes), np.nan), np.full(len(shapes), np.nan)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    points = shapely.point_on_surface(shapes[there])
    longitude[there], latitude[there] = shapely.get_x(points), shapely.get_y(points)
    return longitude, latitude


def drawn_again(names: pd.Series, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Say which areas repeat an earlier one of the file in name and shape."""
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    outlines = np.full(len(shapes), None, dtype=object)
    outlines[there] = shapely.to_wkb(shapely.normalize(shapes[there]))
    again = pd.DataFrame({"name": names.to_numpy(), "outline": outlines}).duplicated().to_numpy(dtype=bool)
    return np.asarray(again & there & names.notna().to_numpy(dtype=bool), dtype=bool)
