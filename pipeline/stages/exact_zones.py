"""Exact zonal statistics: each cell counts by the part of it that lies in the zone."""

from __future__ import annotations

import numpy as np
import shapely

from layers.rasters import Raster, open_raster, read_window
from pipeline.stages.zone_statistics import Moments

_TILE = 512


def exact_moments(raster: Raster, polygons: np.ndarray) -> Moments:
    """Return weighted moments of polygons in cell coordinates, read tile by tile.

    ``centres`` and ``on_raster`` hold areas in cells here: of the polygon, and of its part on the raster. exactextract (Baston
    2020) computes the covered parts.

    Parameters
    ----------
    raster : Raster
        What to read.
    polygons : ndarray of shapely.Polygon
        In cell coordinates (column, row).
    """
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    result = Moments(*(np.zeros(len(polygons)) for _ in range(5)))
    result.centres[:] = shapely.area(polygons)
    page = shapely.box(0, 0, raster.width, raster.height)
    result.on_raster[:] = shapely.area(shapely.intersection(polygons, page))
    bounds = shapely.bounds(polygons)
    order = np.lexsort((bounds[:, 0] // _TILE, bounds[:, 1] // _TILE)) if len(polygons) else np.zeros(0, dtype=int)
    with open_raster(raster) as dataset:
        for zone in order[result.on_raster[order] > 0]:
            left, top = np.maximum(np.floor(bounds[zone, :2]), 0).astype(int)
            right = min(int(np.ceil(bounds[zone, 2])), raster.width)
            bottom = min(int(np.ceil(bounds[zone, 3])), raster.height)
            values = read_window(raster, dataset, int(top), int(left), bottom - int(top), right - int(left))
            # exactextract wants north up: rows are counted downwards, so the shape is turned over with them.
            turned = shapely.transform(polygons[zone], lambda points: points * np.array([1.0, -1.0]))
            source = NumPyRasterSource(
                values.astype(float), xmin=left, ymin=-bottom, xmax=right, ymax=-top, nodata=np.nan
            )
            feature = {"type": "Feature", "geometry": shapely.geometry.mapping(turned), "properties": {}}
            found = exact_extract(source, [feature], ["count", "mean", "variance"])[0]["properties"]
            count = float(found["count"] or 0.0)
            if count > 0:
                result.n[zone], result.mean[zone] = count, found["mean"]
                result.squares[zone] = float(found["variance"]) * count
    return result
