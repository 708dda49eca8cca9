"""Round published coordinates to the precision that a run file allows."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import geopandas as gpd
import pandas as pd

from layers.crs import grid_points

TableT = TypeVar("TableT", bound=pd.DataFrame)


def at_precision(table: TableT, spacing_km: float) -> TableT:
    """Move the places of a table onto a coarse grid, in its columns ``longitude`` and ``latitude`` and in its points.

    Parameters
    ----------
    table : DataFrame
        With ``longitude, latitude`` in degrees; its geometry, if any, becomes points in EPSG:4326.
    spacing_km : float
        As for `grid_points`; 0 leaves everything where it is.

    Returns
    -------
    DataFrame
        A copy.
    """
    if spacing_km == 0 or table.empty:
        return table
    longitude, latitude = grid_points(table["longitude"], table["latitude"], spacing_km)
    moved: Any = table.assign(longitude=longitude, latitude=latitude)
    if isinstance(moved, gpd.GeoDataFrame):
        moved = moved.set_geometry(gpd.points_from_xy(longitude, latitude, crs="EPSG:4326"))
    return cast("TableT", moved)
