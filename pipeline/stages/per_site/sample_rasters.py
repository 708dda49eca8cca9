"""What each raster says at each site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import pyproj
import shapely
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.crs import same_crs
from layers.errors import StageError
from layers.rasters.raster import Raster
from layers.schema import GeoDataFrame, SiteRasters, Sites, conform
from layers.transformer import transformer
from pipeline.kernels.exact_zones import exact_moments
from pipeline.kernels.zone_statistics import Zones, pass_over, zones_from

_CORNERS = 32
_METRES_PER_DEGREE = 111_320.0


class SampleRastersParams(BaseModel):
    """How rasters are read at sites."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    footprint: Literal["area", "point"] = Field(
        default="area",
        description="area: mean over the site's outline, or over a disc of its area_m2; point: the cell at the site",
    )
    default_radius_m: float = Field(
        default=0.0, ge=0, description="disc for point sites of unknown area, metres; 0: the cell at the site"
    )
    method: Literal["centres", "exact"] = Field(
        default="centres",
        description="centres: cells whose centre lies inside; exact: cells weighted by the part inside",
    )
    threads: int = Field(default=2, ge=1, description="readers per raster, each with its own handle")


def sample_rasters(
    sites: GeoDataFrame[Sites], rasters: Sequence[Raster], params: SampleRastersParams
) -> DataFrame[SiteRasters]:
    """Return the mean, spread and coverage of every raster over every site.

    Sites go to the raster's CRS, never the raster to theirs. A site with an outline, or with a known area (a disc of that area),
    is a zone; any other is sampled at its cell, and so is a zone too small to hold a cell centre. Each block of a raster is
    decoded once for all sites.

    Parameters
    ----------
    sites : GeoDataFrame[Sites]
        In the working CRS.
    rasters : sequence of Raster
        In any CRS; opened here, by each thread for itself.
    params : SampleRastersParams
        Footprints and method.

    Returns
    -------
    DataFrame[SiteRasters]
        In the order of the sites. Per raster, and per class of a raster of classes (its share): ``raster_<name>`` the
        mean, ``raster_<name>_sd`` the population standard deviation
        (NaN below two cells), ``raster_<name>_coverage`` the share of the zone that lies on cells with data (0-1), and
        ``raster_<name>_how``: ``zone``, ``point``, ``off_raster`` or ``no_data``. Missing is NaN, never 0.

    Raises
    ------
    StageError
        If two rasters have one name. That no site at all lies on a raster is for `layers.rasters.reader.require_overlap` to
        say, because a slice of the sites cannot know.
    """
    rasters = [part for raster in rasters for part in raster.parts()]
    names = [raster.name for raster in rasters]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise StageError(
            f"sample_rasters: {len(twice)} names stand for more than one raster: {', '.join(twice)}. "
            "Give each its own name with `options: {name: …}`."
        )
    columns: dict[str, object] = {"site_id": sites["site_id"].to_numpy()}
    shapes, reference = _footprints(sites, params)
    on_grid: dict[tuple[object, ...], _OnGrid] = {}
    for raster in rasters:
        grid = raster.crs, raster.transform, raster.width, raster.height
        if grid not in on_grid:
            on_grid[grid] = _on_grid(raster, sites.crs, shapes, reference)
        columns |= _sample(raster, on_grid[grid], params)
    return conform(pd.DataFrame(columns), SiteRasters)


def _footprints(sites: GeoDataFrame[Sites], params: SampleRastersParams) -> tuple[np.ndarray, np.ndarray]:
    """Return a polygon per site (None where it is sampled at a cell) and a point per site (None where it is nowhere)."""
    geometry = sites.geometry.to_numpy()
    nowhere = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    reference: np.ndarray = shapely.point_on_surface(geometry)
    reference[nowhere] = None
    shapes = np.full(len(sites), None, dtype=object)
    if params.footprint == "point":
        return shapes, reference
    outlined = ~nowhere & np.isin(shapely.get_type_id(geometry), (3, 6))
    shapes[outlined] = geometry[outlined]
    area = sites["area_m2"].to_numpy(dtype=float)
    radius = np.sqrt(np.where(area > 0, area, params.default_radius_m**2 * np.pi) / np.pi)
    round_ones = ~nowhere & (shapely.get_type_id(geometry) == 0) & (radius > 0)
    if round_ones.any():
        shapes[round_ones] = _discs(geometry[round_ones], radius[round_ones], sites.crs)
    return shapes, reference


def _discs(points: np.ndarray, radius_m: np.ndarray, crs: pyproj.CRS | None) -> np.ndarray:
    """Return polygons of 32 corners whose area is that of the disc."""
    x, y = shapely.get_x(points)[:, None], shapely.get_y(points)[:, None]
    angle = np.arange(_CORNERS) * 2 * np.pi / _CORNERS
    reach = radius_m[:, None] * np.sqrt(2 * np.pi / (_CORNERS * np.sin(2 * np.pi / _CORNERS)))
    east, north = reach * np.cos(angle), reach * np.sin(angle)
    if crs is not None and crs.is_geographic:
        east, north = east / (_METRES_PER_DEGREE * np.cos(np.radians(y))), north / _METRES_PER_DEGREE
    ring = np.stack([x + east, y + north], axis=-1)
    return shapely.polygons(np.concatenate([ring, ring[:, :1]], axis=1))


@dataclass(frozen=True)
class _OnGrid:
    """Where the sites lie on the grid of a raster: the cell of each (-1 for none), and polygons of those that are zones."""

    column: np.ndarray
    row: np.ndarray
    zone_sites: np.ndarray
    polygons: np.ndarray
    zones: Zones


def _on_grid(raster: Raster, crs: pyproj.CRS | None, shapes: np.ndarray, reference: np.ndarray) -> _OnGrid:
    column, row, turn = _reference_cells(raster, crs, reference)
    located = np.isfinite(column) & np.isfinite(row)
    zone_sites = np.flatnonzero(~shapely.is_missing(shapes) & located)
    polygons = _in_cells(raster, crs, shapes[zone_sites], turn[zone_sites])
    usable = shapely.is_valid(polygons) & (shapely.area(polygons) > 0)
    zone_sites, polygons = zone_sites[usable], polygons[usable]
    cell_column, cell_row = _whole(column, raster.width), _whole(row, raster.height)
    cell_column[~located] = cell_row[~located] = -1
    return _OnGrid(cell_column, cell_row, zone_sites, polygons, zones_from(polygons))


def _sample(raster: Raster, at: _OnGrid, params: SampleRastersParams) -> dict[str, np.ndarray]:
    """Return the four columns of one raster."""
    count = len(at.column)
    if params.method == "exact":  # which reads the zones itself: only the other sites need a pass for their cells
        single = at.column.copy()
        single[at.zone_sites] = -1
        _, at_cell = pass_over(raster, zones_from(at.polygons[:0]), single, at.row, params.threads)
        moments = exact_moments(raster, at.polygons, params.threads)
    else:
        moments, at_cell = pass_over(raster, at.zones, at.column, at.row, params.threads)
    mean, sd, coverage = np.full(count, np.nan), np.full(count, np.nan), np.zeros(count)
    how = np.full(count, "point", dtype=object)
    on_raster = (at.column >= 0) & (at.row >= 0)
    mean[:] = at_cell
    coverage[np.isfinite(at_cell)] = 1.0
    how[np.isnan(at_cell)] = "no_data"
    how[~on_raster] = "off_raster"
    held = moments.centres > 0
    zone, own = at.zone_sites[held], np.flatnonzero(held)
    n = moments.n[own]
    mean[zone] = np.where(n > 0, moments.mean[own], np.nan)
    sd[zone] = np.where(n >= 2, np.sqrt(moments.squares[own] / np.maximum(n, 1)), np.nan)
    coverage[zone] = np.minimum(n / moments.centres[own], 1.0)
    how[zone] = np.where(n > 0, "zone", np.where(moments.on_raster[own] > 0, "no_data", "off_raster"))
    key = f"raster_{raster.name}"
    return {key: mean, f"{key}_sd": sd, f"{key}_coverage": coverage, f"{key}_how": how}


def _reference_cells(
    raster: Raster, crs: pyproj.CRS | None, reference: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the fractional column and row of each site's point, and the degrees its longitude was turned by."""
    x, y = shapely.get_x(reference), shapely.get_y(reference)
    moved = _to_raster(raster, crs, np.column_stack([x, y]))
    turn = np.where(np.isfinite(moved[:, 0]), raster.turn(moved[:, 0]), 0.0)
    column, row = raster.cells(moved[:, 0] + turn, moved[:, 1])
    return column, row, turn


def _in_cells(raster: Raster, crs: pyproj.CRS | None, shapes: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Return polygons in cell coordinates of the raster; empty ones where the raster's CRS cannot hold them."""
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    moved = _to_raster(raster, crs, points)
    cells = np.column_stack(raster.cells(moved[:, 0] + turn[owner], moved[:, 1]))
    lost = np.unique(owner[~np.isfinite(cells).all(axis=1)])
    cells[np.isin(owner, lost)] = 0.0
    return shapely.set_coordinates(shapely.force_2d(shapes), cells) if len(shapes) else shapes


def _to_raster(raster: Raster, crs: pyproj.CRS | None, points: np.ndarray) -> np.ndarray:
    if crs is None or same_crs(crs, raster.crs) or len(points) == 0:
        return points
    x, y = transformer(crs, raster.crs).transform(points[:, 0], points[:, 1])
    moved = np.column_stack([x, y])
    moved[~np.isfinite(moved).all(axis=1)] = np.nan
    return moved


def _whole(position: np.ndarray, size: int) -> np.ndarray:
    """Return cell numbers; the far edge of the raster belongs to its last cell, places beyond give -1."""
    inside = (position >= 0) & (position <= size)
    return np.where(inside, np.minimum(np.floor(np.where(inside, position, 0)), size - 1), -1).astype(np.int64)
