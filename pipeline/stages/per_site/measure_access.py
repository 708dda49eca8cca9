"""How far the nearest line and community of each kind is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyproj
import shapely
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field
from scipy.spatial import cKDTree

from layers.crs import geodesic_km, unit_vectors
from layers.readers.named_features import alphabetical_key
from layers.schema import LINE_KINDS, Communities, GeoDataFrame, Lines, SiteAccess, Sites, conform
from pipeline.kernels.nearest_lines import Ground, cut_lines, lines_in_question, nearest_km

_SEGMENTS = 8
_OVAL = 1.015
_NEIGHBOURS = 8


class MeasureAccessParams(BaseModel):
    """How distances are searched, and how far from a layer they still mean something."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    threads: int = Field(default=2, ge=1, description="searches at once; what is told does not depend on it")
    beyond_km: float = Field(
        default=100.0,
        gt=0,
        description="sites farther than this outside the extent of the lines of a kind have no distance to it: the layer "
        "ends there, and nearer ones may not be in it",
    )


def measure_access(
    sites: GeoDataFrame[Sites],
    lines: GeoDataFrame[Lines],
    communities: GeoDataFrame[Communities],
    params: MeasureAccessParams,
) -> DataFrame[SiteAccess]:
    """Return the geodesic distance from each site to the nearest line of each kind and to the nearest community.

    Candidates are found on the plane of the working CRS, or on the sphere for communities; the choice among them, and the
    distance told, are geodesic. Straight-line distances say nothing of rights, and nothing of how one gets there.

    Parameters
    ----------
    sites : GeoDataFrame[Sites]
        In the working CRS, metres. A site with an outline is measured from its reference point.
    lines : GeoDataFrame[Lines]
        In the working CRS. Areas among them, such as lakes, are measured to their shore, and are 0 km away from inside.
    communities : GeoDataFrame[Communities]
        ``latitude`` and ``longitude`` are used.
    params : MeasureAccessParams
        Threads.

    Returns
    -------
    DataFrame[SiteAccess]
        In the order of the sites. NaN where no layer of a kind is given, or where it ends far from the site.
        Communities equally near to the millimetre: the first by name, then by id.
    """
    xy = shapely.get_coordinates(_reference_points(sites))
    located = np.isfinite(xy).all(axis=1)
    table: dict[str, object] = {"site_id": sites["site_id"].to_numpy()}
    ground = Ground(pyproj.CRS(sites.crs), xy[located]) if len(lines) else None
    for kind in LINE_KINDS:
        km = np.full(len(sites), np.nan)
        chosen = lines.geometry.to_numpy()[(lines["kind"] == kind).to_numpy()]
        if ground is not None and len(chosen):
            pieces = cut_lines(lines_in_question(ground, _shores(chosen)), _SEGMENTS)
            km[located] = nearest_km(ground, pieces, params.threads)
            km[_inside(xy, chosen)] = 0.0
            km[_beyond(xy, chosen, params.beyond_km)] = np.nan
        table[f"{kind}_km"] = km
    return conform(pd.DataFrame(table | _nearest_community(sites, communities, params.threads)), SiteAccess)


def _shores(shapes: np.ndarray) -> np.ndarray:
    """Return lines as they are and the outlines of areas."""
    areas = shapely.get_dimensions(shapes) == 2
    lines = shapes.copy()
    lines[areas] = shapely.boundary(shapes[areas])
    return lines


def _inside(xy: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Return the rows of the points that lie in or on an area among some shapes."""
    areas = shapes[shapely.get_dimensions(shapes) == 2]
    located = np.flatnonzero(np.isfinite(xy).all(axis=1))
    rows, _ = shapely.STRtree(areas).query(shapely.points(xy[located]), predicate="intersects")
    return np.unique(located[rows])


def _beyond(xy: np.ndarray, lines: np.ndarray, beyond_km: float) -> np.ndarray:
    """Return which points lie farther than ``beyond_km`` outside the extent of some lines, all in metres of one CRS."""
    west, south, east, north = shapely.total_bounds(lines)
    beside = np.maximum(np.maximum(west - xy[:, 0], xy[:, 0] - east), 0.0)
    past = np.maximum(np.maximum(south - xy[:, 1], xy[:, 1] - north), 0.0)
    far: np.ndarray = np.hypot(beside, past) > beyond_km * 1000.0
    return far


def _reference_points(sites: GeoDataFrame[Sites]) -> np.ndarray:
    """Return one point per site; (nan, nan) where a site has no geometry."""
    points: np.ndarray = sites.geometry.to_numpy().copy()
    outlined = shapely.get_type_id(points) != shapely.GeometryType.POINT
    points[outlined] = shapely.point_on_surface(points[outlined])
    nowhere = shapely.is_missing(points) | shapely.is_empty(points)
    points[nowhere] = shapely.points(np.full((int(nowhere.sum()), 2), np.nan))
    return points


def _nearest_community(
    sites: GeoDataFrame[Sites], communities: GeoDataFrame[Communities], threads: int
) -> dict[str, object]:
    """Return name, kind and distance of the nearest community per site."""
    count = len(sites)
    if len(communities) == 0:
        nothing = pd.Series([None] * count, dtype="str").to_numpy()
        return {"nearest_community": nothing, "nearest_community_kind": nothing, "community_km": np.full(count, np.nan)}
    names = [alphabetical_key(name) for name in communities["community"]]
    keys = list(zip(names, communities["community_id"], strict=True))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    ordered = communities.iloc[order]
    points = np.column_stack([ordered["longitude"].to_numpy(float), ordered["latitude"].to_numpy(float)])
    site = np.column_stack([sites["longitude"].to_numpy(float), sites["latitude"].to_numpy(float)])
    best, km = _nearest_points(site, points, threads)
    return {
        "nearest_community": ordered["community"].to_numpy()[best],
        "nearest_community_kind": ordered["kind"].to_numpy()[best],
        "community_km": km,
    }


def _nearest_points(site: np.ndarray, points: np.ndarray, threads: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the row of the nearest place per site, and its geodesic distance; the lower row where two are equal."""
    tree = cKDTree(unit_vectors(*points.T))
    sphere = unit_vectors(*site.T)
    best, km = np.zeros(len(site), dtype=np.int64), np.full(len(site), np.nan)
    pending = np.arange(len(site))
    neighbours = min(_NEIGHBOURS, len(points))
    while len(pending):
        chord, row = tree.query(sphere[pending], k=neighbours, workers=threads)
        chord, row = chord.reshape(len(pending), -1), row.reshape(len(pending), -1)
        # The ellipsoid differs from the sphere by less than 0.6 %: a farther one than this cannot be nearer on the ground.
        certain = (chord[:, -1] > chord[:, 0] * _OVAL + 1e-12) | (neighbours == len(points))
        done, row, chord = pending[certain], row[certain], chord[certain]
        near = chord <= chord[:, :1] * _OVAL + 1e-12
        which, candidates = np.nonzero(near)[0], points[row[near]]
        distance = np.full(row.shape, np.inf)
        distance[near] = geodesic_km(site[done[which], 0], site[done[which], 1], candidates[:, 0], candidates[:, 1])
        choice = np.lexsort((row, np.round(distance * 1e6)), axis=-1)[:, :1]
        best[done] = np.take_along_axis(row, choice, axis=1)[:, 0]
        km[done] = np.take_along_axis(distance, choice, axis=1)[:, 0]
        pending = pending[~certain]
        neighbours = min(neighbours * 4, len(points))
    return best, km
