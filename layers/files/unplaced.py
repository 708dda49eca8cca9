"""Features whose coordinates no place on Earth can have: left without a place and told, so that they cost no others."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from layers.accounting import Note
from layers.catalogue.source import Source

_FEW = 0.2


def without_numbers(source: Source, geometry: gpd.GeoSeries) -> tuple[gpd.GeoSeries, list[Note]]:
    """Leave features with coordinates that are infinite or no numbers without a place; return the geometry and a note of them."""
    corners, owner = shapely.get_coordinates(geometry.to_numpy(), return_index=True)
    bad = np.zeros(len(geometry), dtype=bool)
    bad[owner[~np.isfinite(corners).all(axis=1)]] = True
    if not bad.any():
        return geometry, []
    text = "Features have coordinates that are infinite or no numbers; they were left without a place."
    return blanked(geometry, bad), [unplaced_note(source.id, text, bad)]


def off_the_globe(source: Source, geometry: gpd.GeoSeries, crs: pyproj.CRS) -> tuple[gpd.GeoSeries, list[Note]]:
    """Leave the few features outside the range of degrees without a place; of many, the whole file must be in doubt.

    Returns the geometry and a note of them, which says whether exchanged axes explain it.
    """
    if not crs.is_geographic:
        return geometry, []
    west, south, east, north = geometry.bounds.to_numpy().T
    with np.errstate(invalid="ignore"):
        bad = (west < -360) | (east > 360) | (south < -90.000001) | (north > 90.000001)
    placed = int(np.isfinite(west).sum())
    if not bad.any() or bad.sum() > max(1.0, _FEW * placed) or bad.sum() == placed:
        return geometry, []
    good = np.isfinite(west) & ~bad
    around = south[good].min() - 1, north[good].max() + 1, west[good].min() - 1, east[good].max() + 1
    exchanged = (west[bad] > around[0]) & (east[bad] < around[1]) & (south[bad] > around[2]) & (north[bad] < around[3])
    first = int(np.flatnonzero(bad)[0])
    text = (
        f"Features lie outside -180..180 / -90..90 (row {first + 1}: x {west[first]:g}, y {south[first]:g}); they were left "
        f"without a place.{' With latitude and longitude exchanged they would lie among the others.' if exchanged.all() else ''}"
    )
    return blanked(geometry, bad), [unplaced_note(source.id, text, bad)]


def blanked(geometry: gpd.GeoSeries, bad: npt.NDArray[np.bool_]) -> gpd.GeoSeries:
    """Return a geometry without that of some rows."""
    shapes = geometry.to_numpy().copy()
    shapes[bad] = None
    return gpd.GeoSeries(shapes, index=geometry.index, crs=geometry.crs)


def unplaced_note(source: str, text: str, bad: npt.NDArray[np.bool_]) -> Note:
    """Return the note of features that were left without a place."""
    return Note(source, "geometry_unread", text, int(bad.sum()), rows=tuple((np.flatnonzero(bad) + 1).tolist()))
