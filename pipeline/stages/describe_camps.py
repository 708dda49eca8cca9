"""Which like mine nearby says more of its ore, and how far that holds here too."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field
from scipy.spatial import cKDTree

from layers.crs import geodesic_km, unit_vectors
from layers.schema import GeoDataFrame, Sites, conform
from pipeline.evidence.worked_sites import site_kinds
from pipeline.kernels.camp_law import CampLaw, fit_camp_law

MUCH = 2
"""Further commodities from which a mine without a type of deposit is taken at its own word."""


class DescribeCampsParams(BaseModel):
    """How far mines of one camp speak for each other."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reach_km: float = Field(
        default=15.0, ge=0, description="like mines farther apart than this say nothing of each other"
    )
    block_km: float = Field(default=50.0, gt=0, description="edge of the blocks the law of agreement is tested on")


def describe_camps(sites: GeoDataFrame[Sites], params: DescribeCampsParams) -> GeoDataFrame[Sites]:
    """Add to every worked mine that says little what the nearest like mine says.

    Mines are like when both were worked and the first commodity of both is the same. A mine says enough to speak for others
    when it has a type of deposit or further commodities, and little when it has no type and fewer than `MUCH` of them. Two that
    say enough agree when they share the type or a further commodity; the chance of that by distance is fitted on the sites
    themselves (`fit_camp_law`). It is too low rather than too high, for inventories are silent on what nobody sold.

    Parameters
    ----------
    sites : GeoDataFrame[Sites]
        Any CRS; positions are taken from ``latitude`` and ``longitude``.
    params : DescribeCampsParams

    Returns
    -------
    GeoDataFrame[Sites]
        With ``camp_site_id``, ``camp_name``, ``camp_commodities``, ``camp_deposit_type``, ``camp_km`` and ``camp_chance`` (0-1),
        missing where no like mine within reach says more; and, the same in every row, ``camp_law``: top, floor, reach in km,
        pairs and skill on blocks left out.
    """
    first, more = _words(sites)
    worked = np.isin(site_kinds(sites), ("waste", "worked"))
    says = (
        worked
        & (first != "")
        & (sites["deposit_type"].notna().to_numpy() | np.array([bool(one) for one in more], dtype=bool))
    )
    at = _nearest_like(sites, first, says, worked)
    law = _law(sites, more, says, at, params)
    little = sites["deposit_type"].isna().to_numpy() & np.array([len(one) < MUCH for one in more], dtype=bool)
    silent = worked & (first != "") & little
    km = np.full(len(sites), np.nan)
    found = np.flatnonzero(silent & (at >= 0))
    km[found] = _apart(sites, found, at[found])
    found = found[km[found] <= params.reach_km]
    other = at[found]
    columns: dict[str, np.ndarray] = {}
    for name, column in (
        ("camp_site_id", "site_id"),
        ("camp_name", "name"),
        ("camp_commodities", "commodities"),
        ("camp_deposit_type", "deposit_type"),
    ):
        values = np.full(len(sites), None, dtype=object)
        values[found] = sites[column].to_numpy(dtype=object)[other]
        columns[name] = values
    near, chance = np.full(len(sites), np.nan), np.full(len(sites), np.nan)
    near[found], chance[found] = km[found], law.chance(km[found])
    told = f"{law.top:.2f}; {law.floor:.2f}; {law.reach_km:g}; {law.n_pairs}; {law.skill:.2f}"
    table = pd.DataFrame({name: pd.array(values, dtype="str") for name, values in columns.items()}, index=sites.index)
    table = table.assign(camp_km=near, camp_chance=chance, camp_law=told)
    kept = sites.drop(columns=[name for name in table if name in sites])
    return conform(gpd.GeoDataFrame(pd.concat([kept, table], axis=1), geometry="geometry", crs=sites.crs), Sites)


def _words(sites: pd.DataFrame) -> tuple[np.ndarray, list[frozenset[str]]]:
    """Return the first commodity of each site, empty where none is known, and the set of its others."""
    cells = sites["commodities"].fillna("").astype(str)
    parts = [cell.split("; ") for cell in cells]
    return np.array([one[0] for one in parts], dtype=object), [frozenset(one[1:]) for one in parts]


def _nearest_like(sites: pd.DataFrame, first: np.ndarray, says: np.ndarray, asks: np.ndarray) -> np.ndarray:
    """Return for each worked mine the row of the nearest other one of its first commodity that says enough, -1 where none is."""
    place = unit_vectors(sites["longitude"].to_numpy(float), sites["latitude"].to_numpy(float))
    nearest = np.full(len(sites), -1)
    for commodity in np.unique(first[says].astype(str)):
        rows, wanted = np.flatnonzero(says & (first == commodity)), np.flatnonzero(asks & (first == commodity))
        count = min(2, len(rows))
        _, found = cKDTree(place[rows]).query(place[wanted], k=count)
        found = rows[np.asarray(found).reshape(len(wanted), count)]
        own = found[:, 0] == wanted
        other = found[:, -1] if count == 2 else np.where(own, -1, found[:, 0])
        nearest[wanted] = np.where(own, other, found[:, 0])
    return nearest


def _apart(sites: pd.DataFrame, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    place = sites[["longitude", "latitude"]].to_numpy(float)
    km: np.ndarray = geodesic_km(*place[rows].T, *place[others].T)
    return km


def _law(
    sites: pd.DataFrame,
    more: list[frozenset[str]],
    says: np.ndarray,
    at: np.ndarray,
    params: DescribeCampsParams,
) -> CampLaw:
    """Learn from mines that say enough how often the nearest like one agrees."""
    rows = np.flatnonzero(says & (at >= 0))
    if not len(rows):
        return fit_camp_law(np.empty(0), np.empty(0, dtype=bool), np.empty(0, dtype=int))
    types = sites["deposit_type"].fillna("").astype(str).str.casefold().to_numpy()
    agrees = np.array(
        [bool(more[row] & more[at[row]]) or (types[row] != "" and types[row] == types[at[row]]) for row in rows],
        dtype=bool,
    )
    degrees = params.block_km / 111.0
    cell = np.floor(sites[["latitude", "longitude"]].to_numpy(float)[rows] / degrees).astype(int)
    block = np.unique(cell, axis=0, return_inverse=True)[1].ravel()
    return fit_camp_law(_apart(sites, rows, at[rows]), agrees, block)
