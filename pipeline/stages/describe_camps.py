"""Which like mine nearby says more of its ore, and how far that holds here too."""

from __future__ import annotations

from collections import Counter
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field
from scipy.spatial import cKDTree

from layers.crs import geodesic_km, unit_vectors
from layers.schema import GeoDataFrame, Sites, conform
from pipeline.evidence.mined_first import mined_first
from pipeline.evidence.worked_sites import WERE_WORKED, site_kinds
from pipeline.kernels.camp_law import JUDGED_RARE, CampLaw, fit_camp_law

COMMON_SHARE = 0.1
"""Share of the mines of a first commodity from which a further one is common among them."""

_TEXTS = ("camp_site_id", "camp_name", "camp_commodities", "camp_deposit_type", "camp_common")

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
    say enough agree when they share the type or a further commodity that is common among mines of the first; the chance of that
    by distance is fitted on the sites themselves (`fit_camp_law`), and so is that of sharing a rare one (monazite beside gold),
    which is smaller. Both are too low rather than too high, for inventories are silent on what nobody sold.

    Parameters
    ----------
    sites : GeoDataFrame[Sites]
        Any CRS; positions are taken from ``latitude`` and ``longitude``.
    params : DescribeCampsParams

    Returns
    -------
    GeoDataFrame[Sites]
        With ``camp_site_id``, ``camp_name``, ``camp_commodities``, ``camp_deposit_type``, ``camp_common`` (the commodities that
        are common among like mines), ``camp_km``, ``camp_chance`` (of type and common commodities, 0-1) and
        ``camp_rare_chance`` (of all), missing where no like mine within reach says more; and, the same in every row,
        ``camp_law``: top, floor, reach in km, pairs and skill on blocks left out, of common words and of rare ones.
    """
    first, more = _words(sites)
    worked = np.isin(site_kinds(sites), WERE_WORKED)
    says = (
        worked
        & (first != "")
        & (sites["deposit_type"].notna().to_numpy() | np.array([bool(parts) for parts in more], dtype=bool))
    )
    at = _nearest_like(sites, first, says, worked)
    common = _common(first, more, says)
    law, rare_law = _laws(sites, more, common, says, at, params)
    little = sites["deposit_type"].isna().to_numpy() & np.array([len(parts) < MUCH for parts in more], dtype=bool)
    wastes = np.flatnonzero(worked & (first != "") & little & (at >= 0))
    apart_km = _apart(sites, wastes, at[wastes])
    wastes, apart_km = wastes[apart_km <= params.reach_km], apart_km[apart_km <= params.reach_km]
    camps: dict[str, Any] = {
        "camp_site_id": sites["site_id"].to_numpy(dtype=object)[at[wastes]],
        "camp_name": sites["name"].to_numpy(dtype=object)[at[wastes]],
        "camp_commodities": mined_first(sites).to_numpy(dtype=object)[at[wastes]],
        "camp_deposit_type": sites["deposit_type"].to_numpy(dtype=object)[at[wastes]],
        "camp_common": ["; ".join([first[row], *sorted(common[row])]) for row in at[wastes]],
        "camp_km": apart_km,
        "camp_chance": law.chance(apart_km),
        "camp_rare_chance": np.minimum(rare_law.chance(apart_km), law.chance(apart_km)),
    }
    table = pd.DataFrame(camps, index=sites.index[wastes]).reindex(sites.index)
    texts = {name: pd.array(table[name].to_numpy(dtype=object), dtype="str") for name in _TEXTS}
    table = table.assign(**texts, camp_law=f"{_law_text(law)} | {_law_text(rare_law)}")
    kept = sites.drop(columns=[name for name in table if name in sites])
    return conform(gpd.GeoDataFrame(pd.concat([kept, table], axis=1), geometry="geometry", crs=sites.crs), Sites)


def _words(sites: pd.DataFrame) -> tuple[np.ndarray, list[frozenset[str]]]:
    """Return the first commodity of each site, empty where none is known, and the set of its others."""
    cells = mined_first(sites).fillna("").astype(str)
    parts = [cell.split("; ") for cell in cells]
    return np.array([words[0] for words in parts], dtype=object), [frozenset(words[1:]) for words in parts]


def _nearest_like(sites: pd.DataFrame, first: np.ndarray, says: np.ndarray, asks: np.ndarray) -> np.ndarray:
    """Return for each worked mine the row of the nearest other one of its first commodity that says enough, -1 where none is."""
    vectors = unit_vectors(sites["longitude"].to_numpy(float), sites["latitude"].to_numpy(float))
    nearest = np.full(len(sites), -1)
    for commodity in np.unique(first[says].astype(str)):
        rows, wanted = np.flatnonzero(says & (first == commodity)), np.flatnonzero(asks & (first == commodity))
        count = min(2, len(rows))
        _, neighbours = cKDTree(vectors[rows]).query(vectors[wanted], k=count)
        neighbours = rows[np.asarray(neighbours).reshape(len(wanted), count)]
        own = neighbours[:, 0] == wanted
        other = neighbours[:, -1] if count == 2 else np.where(own, -1, neighbours[:, 0])
        nearest[wanted] = np.where(own, other, neighbours[:, 0])
    return nearest


def _apart(sites: pd.DataFrame, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    degrees = sites[["longitude", "latitude"]].to_numpy(float)
    km: np.ndarray = geodesic_km(*degrees[rows].T, *degrees[others].T)
    return km


def _common(first: np.ndarray, more: list[frozenset[str]], says: np.ndarray) -> list[frozenset[str]]:
    """Return of the further commodities of each site those that at least `COMMON_SHARE` of the mines of its first one name."""
    usual: dict[str, frozenset[str]] = {}
    for commodity in np.unique(first[says].astype(str)):
        rows = np.flatnonzero(says & (first == commodity))
        counts = Counter(word for row in rows for word in more[row])
        usual[commodity] = frozenset(word for word, count in counts.items() if count >= COMMON_SHARE * len(rows))
    return [words & usual.get(str(own), frozenset()) for own, words in zip(first, more, strict=True)]


def _laws(
    sites: pd.DataFrame,
    more: list[frozenset[str]],
    common: list[frozenset[str]],
    says: np.ndarray,
    at: np.ndarray,
    params: DescribeCampsParams,
) -> tuple[CampLaw, CampLaw]:
    """Learn from mines that say enough how often the nearest like one agrees: in type or common words, and in rare words."""
    rows = np.flatnonzero(says & (at >= 0))
    types = sites["deposit_type"].fillna("").astype(str).str.casefold().to_numpy()
    alike = [bool(common[row] & common[at[row]]) or (types[row] != "" and types[row] == types[at[row]]) for row in rows]
    telling = [row for row in rows if more[at[row]] - common[at[row]]]
    rare = [bool((more[at[row]] - common[at[row]]) & more[row]) for row in telling]
    degrees = params.block_km / 111.0
    cell = np.floor(sites[["latitude", "longitude"]].to_numpy(float) / degrees).astype(int)
    block = np.unique(cell, axis=0, return_inverse=True)[1].ravel()
    return (
        fit_camp_law(_apart(sites, rows, at[rows]), np.array(alike, dtype=bool), block[rows]),
        fit_camp_law(
            _apart(sites, np.array(telling, dtype=int), at[np.array(telling, dtype=int)]),
            np.array(rare, dtype=bool),
            block[np.array(telling, dtype=int)],
            JUDGED_RARE,
        ),
    )


def _law_text(law: CampLaw) -> str:
    return f"{law.top:.2f}; {law.floor:.2f}; {law.reach_km:g}; {law.n_pairs}; {law.skill:.2f}"
