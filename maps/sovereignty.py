"""What may be drawn of the layers about Nations: the gate in front of every page, and coarse copies of outlines."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.errors import StageError
from layers.schema import Communities, GeoDataFrame, Territories, conform
from maps.publication import Publication

GENERALISED_DEGREES = 0.1
"""Grid that a generalised outline is moved onto: about 11 km north to south, 5 to 7 km west to east in Canada."""

GENERALISED_M = 10_000.0
"""The same in a projected CRS."""

DRAWABLE = ("allowed", "generalised")


def generalise_territories(territories: GeoDataFrame[Territories]) -> GeoDataFrame[Territories]:
    """Return areas with the outlines marked ``generalised`` replaced by coarse ones.

    Every corner is moved onto a grid (`GENERALISED_DEGREES`, or `GENERALISED_M` in a projected CRS), so that the exact
    outline is nowhere in what follows: not in relations, not in pages, not in files. An area smaller than a grid cell becomes the
    cell it lies in.

    Parameters
    ----------
    territories : GeoDataFrame[Territories]
        Any CRS. Rows marked ``allowed`` stay as they are.

    Returns
    -------
    GeoDataFrame[Territories]
        A copy, same rows and order, valid geometry.
    """
    coarse = (territories["publish"] == "generalised").to_numpy()
    if not coarse.any():
        return territories
    step = GENERALISED_DEGREES if territories.crs is None or territories.crs.is_geographic else GENERALISED_M
    geometry = territories.geometry.to_numpy().copy()
    geometry[coarse] = [_coarse(shape, step) for shape in geometry[coarse]]
    return conform(
        territories.set_geometry(gpd.GeoSeries(geometry, index=territories.index, crs=territories.crs)), Territories
    )


def publishable(publication: Publication) -> Publication:
    """Return the publication, after making sure that nothing in it is closed to pages.

    Parameters
    ----------
    publication : Publication
        As put together by the run.

    Raises
    ------
    StageError
        If an area or community is in it that its steward does not allow to be published. Nothing is drawn then. The
        message counts the rows and names none.
    """
    for name, table in (("territories", publication.territories), ("communities", publication.communities)):
        closed = int((~table["publish"].isin(DRAWABLE)).sum())
        if closed:
            raise StageError(
                f"maps: {closed} of {len(table)} rows of {name} may not be published, so no page was written. "
                "Only rows marked allowed or generalised may reach a page. This is a fault in minewaste: please report it."
            )
    shown = set(publication.territories["territory_id"])
    stray = (
        int((~publication.site_territories["territory_id"].isin(shown)).sum())
        if len(publication.site_territories)
        else 0
    )
    if stray:
        raise StageError(
            f"maps: {stray} relations between sites and areas name an area that is not among those to be published, so no page "
            "was written. This is a fault in minewaste: please report it."
        )
    return publication


def without_sites(publication: Publication, site_ids: Collection[str]) -> Publication:
    """Return the publication without some sites: their rows are in none of its tables, and they count as withheld.

    Parameters
    ----------
    publication : Publication
        Of a finished run. Ranks stay as the run gave them, so that they agree with its other pages.
    site_ids : collection of str
        Sites to leave out.
    """
    if not site_ids:
        return publication
    tables: dict[str, Any] = {}
    for name in Publication.PER_SITE:
        table = getattr(publication, name)
        tables[name] = table[~table["site_id"].isin(list(site_ids))].reset_index(drop=True)
    tables["flags"] = tables["flags"][~_name_any(tables["flags"], site_ids)].reset_index(drop=True)
    tables["sites"] = _without_mentions(tables["sites"], site_ids)
    return replace(publication, **tables, withheld=publication.withheld + len(site_ids))


def _name_any(flags: pd.DataFrame, site_ids: Collection[str]) -> np.ndarray:
    """Say which cautions of a site name one of some other sites."""
    named = [json.loads(values).get("site") for values in flags["values"]]
    return np.array([site in site_ids for site in named], dtype=bool)


def _without_mentions(sites: gpd.GeoDataFrame, site_ids: Collection[str]) -> gpd.GeoDataFrame:
    """Return the sites without what they hold of some others: the mine that speaks for them, and their doubles."""
    kept = sites.copy()
    if "camp_site_id" in kept:
        of_gone = kept["camp_site_id"].isin(list(site_ids))
        kept.loc[of_gone, [name for name in kept if str(name).startswith("camp_") and name != "camp_law"]] = None
    for name in {"same_place", "mistyped_place"} & set(kept):
        kept[name] = kept[name].map(lambda cell: _others(cell, site_ids), na_action="ignore")
    return kept


def _others(cell: str, site_ids: Collection[str]) -> str | None:
    left = [other for other in json.loads(cell) if other["site"] not in site_ids]
    return json.dumps(left, sort_keys=True) if left else None


def generalise_communities(communities: GeoDataFrame[Communities]) -> GeoDataFrame[Communities]:
    """Return communities with the points marked ``generalised`` moved onto the grid of `GENERALISED_DEGREES`.

    Parameters
    ----------
    communities : GeoDataFrame[Communities]
        EPSG:4326.
    """
    coarse = (communities["publish"] == "generalised").to_numpy()
    if not coarse.any():
        return communities
    moved = communities.copy()
    for column in ("latitude", "longitude"):
        values = moved[column].to_numpy(dtype=float)
        moved[column] = np.where(
            coarse, np.round(np.round(values / GENERALISED_DEGREES) * GENERALISED_DEGREES, 6), values
        )
    points = gpd.points_from_xy(moved["longitude"], moved["latitude"], crs=communities.crs)
    return conform(moved.set_geometry(points), Communities)


def _coarse(geometry: shapely.Geometry, step: float) -> shapely.Geometry:
    """Move a polygon onto a grid and drop the detail between its corners."""
    simple = shapely.simplify(geometry, step / 2, preserve_topology=True)
    snapped = shapely.make_valid(shapely.transform(simple, lambda points: np.round(np.round(points / step) * step, 6)))
    parts = [part for part in shapely.get_parts(shapely.extract_unique_points(snapped)) if not part.is_empty]
    areas = [
        part for part in shapely.get_parts(snapped) if part.geom_type in ("Polygon", "MultiPolygon") and part.area > 0
    ]
    if areas:
        return shapely.union_all(areas)
    x, y = shapely.get_coordinates(parts)[0] if parts else np.round(shapely.get_coordinates(geometry)[0] / step) * step
    return shapely.box(x - step / 2, y - step / 2, x + step / 2, y + step / 2)
