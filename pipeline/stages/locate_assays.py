"""Which site each waste assay belongs to: by its key (official id or name) or by its place. Nothing is guessed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from layers.crs import geodesic_km
from layers.errors import StageError
from layers.samples.columns import OWNER
from layers.schema import GeoDataFrame, Samples, Sites, conform
from layers.working_crs import working_crs
from pipeline.evidence.worked_sites import WERE_WORKED, site_kinds
from pipeline.kernels.site_keys import sites_named


class LocateAssaysParams(BaseModel):
    """How waste assays find their site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    waste_radius_km: float = Field(
        default=1.0, gt=0, description="a located waste sample belongs to the nearest site within this distance"
    )
    agreement_km: float = Field(
        default=10.0, gt=0, description="a sample with both key and place must lie this near to the site its key names"
    )
    one_place_km: float = Field(
        default=2.0,
        ge=0,
        description="sites of the name a key gives that lie within this of each other are one place, and the one that says most "
        "of itself takes the samples",
    )
    require_match: bool = Field(
        default=True, description="stop when no key of a source names any site; false: go on without its samples"
    )


def locate_assays(
    samples: GeoDataFrame[Samples], sites: GeoDataFrame[Sites], params: LocateAssaysParams
) -> GeoDataFrame[Samples]:
    """Say for every waste sample which site it was taken at.

    A key is compared, in this order, with site, official and record ids, with names and aliases as written (case, accents and
    punctuation aside), and with their distinctive words. The first comparison that finds a site decides. Where it finds
    several, the place of the sample decides if it has one and only one of them is near. A register may keep several records of
    one mine under ids of their own: sites of one name within ``one_place_km`` of each other, of no two kinds, amounts or
    jurisdictions and with a commodity in common, are one place. The nearest to the sample takes it, or, where the sample has no
    place, the one that was worked and says most of itself. Else the key is ambiguous and the sample belongs to no site. Samples
    without a key, or whose key names none, go to the nearest site within the radius.

    Parameters
    ----------
    samples : GeoDataFrame[Samples]
        All samples of a run, in any CRS.
    sites : GeoDataFrame[Sites]
        All sites of a run, points or outlines.
    params : LocateAssaysParams
        Distances in km.

    Returns
    -------
    GeoDataFrame[Samples]
        The samples, in order, with ``site_id`` (missing for samples of no site), ``site_key_status`` (``matched``,
        ``ambiguous``, ``unmatched``; missing where a waste sample has no key, and for other media) and ``site_rule`` (``id``,
        ``name``, ``words``, ``group`` or ``distance``).

    Raises
    ------
    StageError
        If a source has keys and none of them names a site, unless ``require_match`` is false.
    """
    size = len(samples)
    owner, status, rule = (np.full(size, None, dtype=object) for _ in range(3))
    waste = samples["medium"].eq("waste").to_numpy(dtype=bool)
    keyed = np.flatnonzero(waste & samples["site_key"].notna().to_numpy(dtype=bool))
    if len(keyed):
        candidates = sites_named(samples["site_key"].iloc[keyed].astype(str).unique(), sites)
        for row in keyed:
            rows, how = candidates[str(samples["site_key"].iloc[row])]
            near = _near(samples, int(row), sites, rows, params.agreement_km)
            placed = not np.isnan(float(samples["latitude"].iloc[row]))
            chosen = _of_group(near, sites, params.one_place_km, nearest=placed) if how in _BY_NAME else None
            if len(near) == 1 or chosen is not None:
                owner[row] = sites["site_id"].iloc[near[0] if chosen is None else chosen]
                rule[row] = how if chosen is None else "group"
            status[row] = "unmatched" if not rows else "ambiguous" if pd.isna(owner[row]) else "matched"
        if params.require_match:
            _stop_without_match(samples.iloc[keyed], status[keyed], len(sites))
    located = samples["latitude"].notna().to_numpy(dtype=bool) & (status != "ambiguous")
    free = np.flatnonzero(waste & located & pd.isna(owner))
    nearest = _nearest_site(samples.iloc[free], sites, params.waste_radius_km)
    owner[free] = nearest
    rule[free[~pd.isna(nearest)]] = "distance"
    owners = {name: pd.array(cells, dtype="str") for name, cells in zip(OWNER, (owner, status, rule), strict=True)}
    return conform(pd.concat([samples, pd.DataFrame(owners, index=samples.index)], axis=1), Samples)


def _near(
    samples: pd.DataFrame, row: int, sites: pd.DataFrame, candidates: list[int], agreement_km: float
) -> list[int]:
    """Return the sites a key may mean that the place of the sample allows, nearest first; all where it has no place."""
    latitude, longitude = (float(samples[axis].iloc[row]) for axis in ("latitude", "longitude"))
    if np.isnan(latitude) or not candidates:
        return candidates
    places = sites[["longitude", "latitude"]].iloc[candidates].to_numpy(dtype=float)
    here = np.full(len(candidates), longitude), np.full(len(candidates), latitude)
    apart = geodesic_km(*here, places[:, 0], places[:, 1])
    return [site for km, site in sorted(zip(apart, candidates, strict=True)) if km <= agreement_km]


def _of_group(candidates: list[int], sites: pd.DataFrame, one_place_km: float, *, nearest: bool) -> int | None:
    """Return the fullest, or the first, of several sites of one name that nothing tells apart; else None."""
    if len(candidates) < 2 or one_place_km <= 0 or _widest_km(sites, candidates) > one_place_km:
        return None
    group = sites.iloc[candidates]
    kinds = set(group["waste_type"].dropna()) - {"unknown"}
    amounts = any(group[name].dropna().round(-1).nunique() > 1 for name in _AMOUNTS)
    if len(kinds) > 1 or amounts or group["jurisdiction"].dropna().nunique() > 1:
        return None
    best = _fullest(sites, candidates)
    minerals = {
        row: set(str(cell).split("; "))
        for row, cell in zip(candidates, group["commodities"], strict=True)
        if not pd.isna(cell)
    }
    if best in minerals and any(not other & minerals[best] for other in minerals.values()):
        return None
    return candidates[0] if nearest else best


_BY_NAME = frozenset(["name", "words"])
_AMOUNTS = ("mass_t", "volume_m3", "area_m2")


def _widest_km(sites: pd.DataFrame, candidates: list[int]) -> float:
    """Return the greatest distance between any two of some sites."""
    places = sites[["longitude", "latitude"]].iloc[candidates].to_numpy(dtype=float)
    pairs = np.array([(row, other) for row in range(len(candidates)) for other in range(row)])
    return float(geodesic_km(*places[pairs[:, 0]].T, *places[pairs[:, 1]].T).max())


def _fullest(sites: pd.DataFrame, candidates: list[int]) -> int:
    """Return which of some sites of one place was worked, then says most of itself, then comes first by id."""
    rows = sites.iloc[candidates]
    worked = np.isin(site_kinds(rows), WERE_WORKED)
    filled = rows.drop(columns="geometry").notna().sum(axis=1).to_numpy()
    words = rows["commodities"].fillna("").str.count(";").to_numpy()
    order = np.lexsort((rows["site_id"].to_numpy(), -words, -filled, ~worked))
    return candidates[int(order[0])]


def _stop_without_match(keyed: pd.DataFrame, status: np.ndarray, n_sites: int) -> None:
    """Stop when all keys of a source miss: the wrong column or the wrong region, not bad luck."""
    lost = pd.Series(status == "unmatched", index=keyed.index).groupby(keyed["source"]).all()
    if lost.any():
        source = str(lost.index[lost][0])
        keys = keyed.loc[keyed["source"] == source, "site_key"]
        shown = ", ".join(map(repr, keys.unique()[:5]))
        raise StageError(
            f"locate_assays: none of {keys.nunique()} site keys of {source} ({shown}) is an id, name or alias of any of "
            f"{n_sites} sites. Check the column mapped to site_key and region.bbox, or set locate_assays.require_match: false."
        )


def _nearest_site(samples: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, radius_km: float) -> np.ndarray:
    """Return the id of the nearest site within a radius of each sample, None where there is none."""
    owner = np.full(len(samples), None, dtype=object)
    if samples.empty or sites.empty:
        return owner
    crs = sites.crs
    if crs is None or not crs.is_projected:
        degrees = samples.geometry.to_crs(4326).total_bounds
        crs = working_crs(tuple(degrees), None)
    shapes, points = sites.geometry.to_crs(crs), samples.geometry.to_crs(crs)
    rows, distances = shapes.sindex.nearest(points, return_distance=True, max_distance=radius_km * 1000)
    pairs = pd.DataFrame(
        {"sample": rows[0], "site_id": sites["site_id"].to_numpy()[rows[1]], "distance": np.round(distances, 6)}
    )
    best = pairs.sort_values(["sample", "distance", "site_id"], kind="stable").drop_duplicates("sample")
    owner[best["sample"].to_numpy()] = best["site_id"].to_numpy()
    return owner
