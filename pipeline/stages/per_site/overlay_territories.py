"""Every relation of every site to every area, long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyproj
import shapely
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.crs import geodesic_km
from layers.readers.named_features import alphabetical_key
from layers.schema import RELATIONS, GeoDataFrame, Sites, SiteTerritories, Territories, conform
from pipeline.kernels.nearest_lines import Ground, Pieces, cut_lines, in_chunks, shortest_km

INSIDE, OVERLAPS, NEAR = range(len(RELATIONS))
_SEGMENTS = 32
_WHOLE = 1 - 1e-9


class OverlayTerritoriesParams(BaseModel):
    """How far an area may lie from a site and still be told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    near_km: float = Field(
        default=25.0, ge=0, description="areas up to so far from a site are listed as near, kilometres"
    )
    threads: int = Field(default=2, ge=1, description="areas compared at once")


def overlay_territories(
    sites: GeoDataFrame[Sites], territories: GeoDataFrame[Territories], params: OverlayTerritoriesParams
) -> DataFrame[SiteTerritories]:
    """Return all relations of sites to areas: inside, overlaps, near.

    Every area that holds, meets or lies near a site is listed, none is preferred: areas of one site are in alphabetical order,
    whatever their size. A point on a boundary is inside. Proximity says nothing of rights, and absence from the list does not
    mean absence of rights.

    Parameters
    ----------
    sites : GeoDataFrame[Sites]
        In the working CRS, metres; points, or outlines.
    territories : GeoDataFrame[Territories]
        In the same CRS.
    params : OverlayTerritoriesParams
        How far is near.

    Returns
    -------
    DataFrame[SiteTerritories]
        One row per pair, sites in their order. ``share`` is the part of an outlined site's area that lies in the area (0-1;
        shares of overlapping areas may add up to more than 1), NaN for point sites. ``distance_km`` is 0 inside, else the
        geodesic to the boundary.
    """
    geometry = sites.geometry.to_numpy()
    present = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    is_point = present & (shapely.get_type_id(geometry) == 0)
    areas = territories.geometry.to_numpy()
    points, outlines = np.flatnonzero(is_point), np.flatnonzero(present & ~is_point)
    parts = [
        _points_inside(geometry, points, areas, params.threads),
        _outlines_meeting(geometry, outlines, areas),
    ]
    met = pd.concat(parts, ignore_index=True)
    if params.near_km > 0 and len(areas) and len(sites):
        pieces = cut_lines(areas, _SEGMENTS)
        crs = pyproj.CRS(sites.crs)
        parts = [met]
        if len(points):
            parts.append(_points_near(crs, geometry, points, pieces, met, len(areas), params))
        if len(outlines):
            parts.append(_outlines_near(crs, geometry, outlines, pieces, met, len(areas), params))
        met = pd.concat(parts, ignore_index=True)
    return conform(_with_names(met, sites, territories), SiteTerritories)


def _pairs(site: np.ndarray, area: np.ndarray, relation: object, share: object, km: object) -> pd.DataFrame:
    """Return a row per pair; ``relation`` counts in `RELATIONS`."""
    kinds = {"site": np.int64, "area": np.int64, "relation": np.int64, "share": np.float64, "distance_km": np.float64}
    columns = zip(kinds.items(), (site, area, relation, share, km), strict=True)
    return pd.DataFrame(
        {name: np.broadcast_to(np.asarray(column, kind), site.shape) for (name, kind), column in columns}
    )


def _points_inside(geometry: np.ndarray, rows: np.ndarray, areas: np.ndarray, threads: int) -> pd.DataFrame:
    """Return pairs of point sites and areas that hold them: prepared areas over points sorted by x."""
    x, y = shapely.get_x(geometry[rows]), shapely.get_y(geometry[rows])
    order = np.argsort(x, kind="stable")
    rows, x, y = rows[order], x[order], y[order]
    bounds = shapely.bounds(areas)

    def inside(number: int) -> np.ndarray:
        west, south, east, north = bounds[number]
        low, high = np.searchsorted(x, west, side="left"), np.searchsorted(x, east, side="right")
        around = low + np.flatnonzero((y[low:high] >= south) & (y[low:high] <= north))
        if len(around) == 0:
            return around
        area = shapely.force_2d(areas[number])  # a copy: preparing an area would edit the input
        shapely.prepare(area)
        return np.asarray(around[shapely.intersects_xy(area, x[around], y[around])])

    numbers = [int(row) for row in np.flatnonzero(np.isfinite(bounds).all(axis=1))] if len(rows) else []
    with ThreadPoolExecutor(max_workers=threads) as pool:
        inside_pairs = list(pool.map(inside, numbers))
    site = np.concatenate([rows[held] for held in inside_pairs]) if inside_pairs else np.zeros(0, dtype=np.int64)
    area = np.repeat(np.array(numbers, dtype=np.int64), [len(held) for held in inside_pairs])
    return _pairs(site, area, INSIDE, np.nan, 0.0)


def _outlines_meeting(geometry: np.ndarray, rows: np.ndarray, areas: np.ndarray) -> pd.DataFrame:
    """Return pairs of outlined sites and areas they meet, with the share of the site's area inside."""
    if len(rows) == 0:
        return _pairs(rows, rows, INSIDE, np.nan, 0.0)
    areas, outlines = shapely.force_2d(areas), _mended(geometry[rows], np.arange(len(rows)))
    area, outline = shapely.STRtree(outlines).query(areas)
    areas = _mended(areas, np.unique(area))
    meeting = shapely.intersects(areas[area], outlines[outline])
    area, outline = area[meeting], outline[meeting]
    shapes = outlines[outline]
    size = shapely.area(shapes)
    common = shapely.area(shapely.intersection(shapes, areas[area]))
    share = np.where(size > 0, np.clip(common / np.where(size > 0, size, 1.0), 0.0, 1.0), np.nan)
    covered = np.where(size > 0, share >= _WHOLE, shapely.covers(areas[area], shapes))
    share = np.where(covered & (size > 0), 1.0, share)
    return _pairs(rows[outline], area, np.where(covered, INSIDE, OVERLAPS), share, 0.0)


def _mended(shapes: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Return a copy in which some shapes are valid; reprojection may cross rings that were drawn close to each other."""
    copied = shapes.copy()
    bad = which[~shapely.is_valid(shapes[which])]
    copied[bad] = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
    return copied


def _points_near(
    crs: pyproj.CRS,
    geometry: np.ndarray,
    rows: np.ndarray,
    pieces: Pieces,
    met: pd.DataFrame,
    n_areas: int,
    params: OverlayTerritoriesParams,
) -> pd.DataFrame:
    """Return pairs of point sites and areas that do not hold them but whose boundary is near."""
    ground = Ground(crs, shapely.get_coordinates(geometry[rows]))
    taken = np.sort(met["site"].to_numpy() * n_areas + met["area"].to_numpy())
    tree = pieces.boxes()

    def search(places: np.ndarray) -> np.ndarray:
        xy = ground.xy[places]
        reach = params.near_km * 1000.0 * ground.plane_per_metre(places) * (1.01 + params.near_km / 2000.0)
        near, piece = tree.query(shapely.box(*(xy - reach[:, None]).T, *(xy + reach[:, None]).T))
        key = rows[places[near]] * n_areas + pieces.owner[piece]
        free = ~_member(key, taken)
        near, piece, key = near[free], piece[free], key[free]
        order = np.lexsort((piece, key))
        near, piece, key = near[order], piece[order], key[order]
        slack = ground.slack(places[near], reach[near])
        keep = _promising(xy[near], pieces, piece, key, slack, reach[near])
        near, piece, key = near[keep], piece[keep], key[keep]
        wanted, group = np.unique(key, return_inverse=True)
        km = shortest_km(ground, pieces, group, piece, places[near], len(wanted))
        within = km <= params.near_km
        return np.stack([wanted[within].astype(float), km[within]])

    near_pairs = np.concatenate([part for _, part in in_chunks(ground.xy, search, params.threads)], axis=1)
    key = near_pairs[0].astype(np.int64)
    return _pairs(key // n_areas, key % n_areas, NEAR, np.nan, near_pairs[1])


def _promising(
    xy: np.ndarray, pieces: Pieces, piece: np.ndarray, key: np.ndarray, slack: np.ndarray, reach: np.ndarray
) -> np.ndarray:
    """Return which pieces can hold the nearest point of their area: those whose box is nearer than any piece's first vertex."""
    if len(key) == 0:
        return np.zeros(0, dtype=bool)
    box, vertex = pieces.box[piece], pieces.points[pieces.start[piece]]
    gap = np.maximum(0.0, np.maximum(box[:, :2] - xy, xy - box[:, 2:]))
    least = np.hypot(gap[:, 0], gap[:, 1])
    most = np.hypot(vertex[:, 0] - xy[:, 0], vertex[:, 1] - xy[:, 1])
    heads = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    bound = np.repeat(np.minimum.reduceat(most, heads), np.diff(np.append(heads, len(key))))
    return np.asarray((least <= bound * slack) & (least <= reach))


def _outlines_near(
    crs: pyproj.CRS,
    geometry: np.ndarray,
    rows: np.ndarray,
    pieces: Pieces,
    met: pd.DataFrame,
    n_areas: int,
    params: OverlayTerritoriesParams,
) -> pd.DataFrame:
    """Return pairs of outlined sites and areas near them, by the shortest line between site and boundary."""
    shapes = geometry[rows]
    ground = Ground(crs, shapely.get_coordinates(shapely.point_on_surface(shapes)))
    everywhere = np.arange(len(rows))
    reach = params.near_km * 1000.0 * ground.plane_per_metre(everywhere) * (1.01 + params.near_km / 2000.0)
    bounds = shapely.bounds(shapes)
    around = shapely.box(*(bounds[:, :2] - reach[:, None]).T, *(bounds[:, 2:] + reach[:, None]).T)
    outline, piece = pieces.boxes().query(around)
    key = rows[outline] * n_areas + pieces.owner[piece]
    free = ~_member(key, np.sort(met["site"].to_numpy() * n_areas + met["area"].to_numpy()))
    outline, piece, key = outline[free], piece[free], key[free]
    if len(key) == 0:
        return _pairs(outline, piece, NEAR, np.nan, 0.0)
    ends = shapely.get_coordinates(shapely.shortest_line(shapes[outline], pieces.shapes(piece)))
    km = geodesic_km(*ground.degrees(ends[0::2]), *ground.degrees(ends[1::2]))
    shortest = pd.Series(km).groupby(key).min()
    shortest = shortest[shortest <= params.near_km]
    site, area = np.divmod(shortest.index.to_numpy(), n_areas)
    return _pairs(site, area, NEAR, np.where(shapely.area(geometry[site]) > 0, 0.0, np.nan), shortest.to_numpy())


def _member(key: np.ndarray, taken: np.ndarray) -> np.ndarray:
    if len(taken) == 0:
        return np.zeros(len(key), dtype=bool)
    position = np.minimum(np.searchsorted(taken, key), len(taken) - 1)
    return np.asarray(taken[position] == key)


def _with_names(met: pd.DataFrame, sites: GeoDataFrame[Sites], territories: GeoDataFrame[Territories]) -> pd.DataFrame:
    """Put names to pairs: sites in order, areas alphabetical."""
    names = [alphabetical_key(name) for name in territories["territory"]]
    columns = (
        names,
        territories["territory"].tolist(),
        territories["layer"].tolist(),
        territories["territory_id"].tolist(),
    )
    alphabetical = np.empty(len(territories), dtype=np.int64)
    alphabetical[sorted(range(len(territories)), key=lambda row: tuple(column[row] for column in columns))] = range(
        len(territories)
    )
    met = met.iloc[np.lexsort((alphabetical[met["area"]], met["site"]))]
    site, area = met["site"].to_numpy(), met["area"].to_numpy()
    territory_columns = {
        name: territories[name].array.take(area) for name in ("territory_id", "territory", "layer", "steward")
    }
    return pd.DataFrame(
        {
            "site_id": sites["site_id"].array.take(site),
            **territory_columns,
            "relation": pd.array(RELATIONS, dtype="str").take(met["relation"].to_numpy()),
            "share": met["share"].to_numpy(),
            "distance_km": met["distance_km"].to_numpy(),
        }
    )
