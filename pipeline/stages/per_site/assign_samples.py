"""Chemistry of the waste itself, and what regional samples say of the ground around it."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.crs import geodesic_km, unit_vectors
from layers.samples.censoring import CensoringParams
from layers.schema import GeoDataFrame, Samples, Sites, SiteSamples, conform
from pipeline.evidence.waste_chemistry import waste_chemistry
from pipeline.kernels.sample_grid import cell_order, look_around

NEAR_MEDIA = ("rock", "stream_sediment", "lake_sediment", "till", "soil", "other")
PPM_ELEMENTS = ("La", "Ce", "Nd", "Y", "Th", "U", "P", "Nb", "Zr")


class AssignSamplesParams(BaseModel):
    """How samples are gathered for each site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    radius_km: float = Field(
        default=25.0, gt=0, description="regional samples within this distance count as around a site"
    )
    waste_radius_km: float = Field(
        default=1.0, gt=0, description="waste samples that nothing has located yet belong to sites within this distance"
    )
    idw_power: float = Field(
        default=2.0, ge=0, description="regional samples weigh 1 / distance to this power (no unit)"
    )
    least_distance_km: float = Field(
        default=0.1, gt=0, description="nearer samples weigh as if they were this far away"
    )
    ppm_elements: tuple[str, ...] = Field(
        default=PPM_ELEMENTS, description="elements with 90th percentile and maximum in ppm around each site (symbols)"
    )
    censoring: CensoringParams = Field(
        default=CensoringParams(), description="what a result below a limit counts as, in waste and around sites"
    )
    ree_convention: Literal["eu", "canada", "usgs"] = Field(
        default="eu", description="light rare earths are La-Sm (eu), La-Eu (canada) or La-Gd (usgs); Y is heavy"
    )
    estimate_error_fraction: float = Field(
        default=0.5, ge=0, le=1, description="interpolated rare earths may be off by this share, for the range"
    )
    min_suite_fraction: float = Field(
        default=0.6,
        gt=0,
        le=1,
        description="share of the rare earths of average upper crust from which samples of a waste speak for it alone; those "
        "with less speak where none has so much, the rest read from patterns of the host, with a wider range",
    )
    threads: int = Field(default=2, ge=1, description="parts of the sites gone through at once")


def assign_samples(
    sites: GeoDataFrame[Sites], samples: GeoDataFrame[Samples], params: AssignSamplesParams
) -> DataFrame[SiteSamples]:
    """Gather the chemistry of each site's waste, and of the regional samples around it.

    Waste samples count for the site `locate_assays` gave them to; without its column ``site_id``, for the sites within
    ``waste_radius_km``. They never enter the neighbourhood of any site. Regional samples enter by their standard scores
    ``X_z`` (`layers.samples.standardise`), so that no statistic over the samples at hand is needed and any slice of the
    sites gives the same rows. Samples whose position is worse than the radius, and waters, are left out.

    Parameters
    ----------
    sites : GeoDataFrame[Sites]
        Positions are taken from ``latitude`` and ``longitude`` (WGS 84).
    samples : GeoDataFrame[Samples]
        At least all within the radius of any of the sites, and all waste samples of them.
    params : AssignSamplesParams
        Distances in km.

    Returns
    -------
    DataFrame[SiteSamples]
        In the order of the sites. ``waste_*``: see `waste_chemistry`. ``near_n`` samples around, ``near_km`` geodesic to the
        nearest of them, ``near_<El>_z`` mean score weighted by inverse distance, ``near_<El>_p90_ppm`` and
        ``near_<El>_max_ppm`` of measured values. NaN, and 0 for counts, where there is no sample.
    """
    waste = samples["medium"].eq("waste").to_numpy(dtype=bool)
    own = samples.iloc[_in_fixed_order(samples, np.flatnonzero(waste))]
    site, row = _pairs(sites, own, params.waste_radius_km)
    around = _in_fixed_order(samples, np.flatnonzero(_regional(samples, params.radius_km)))
    parts = [
        pd.DataFrame({"site_id": sites["site_id"].to_numpy()}),
        waste_chemistry(
            site,
            own.iloc[row],
            len(sites),
            host_words=sites["deposit_type"].fillna("").astype(str)
            + "; "
            + sites["commodities"].fillna("").astype(str),
            censoring=params.censoring,
            estimate_error_fraction=params.estimate_error_fraction,
            min_suite_fraction=params.min_suite_fraction,
            convention=params.ree_convention,
        ),
        _near(sites, samples, around, params),
    ]
    return conform(pd.concat(parts, axis=1), SiteSamples)


def _in_fixed_order(samples: pd.DataFrame, rows: np.ndarray) -> np.ndarray:
    """Order rows by place, then id: sums are the same to the last bit however the rows of a file are ordered.

    One number stands for a place; where places share it, by chance or because they are the same, all is compared.
    """
    places = _lonlat(samples)[rows]
    along = places @ np.array([1.0, 0.6180339887498949])
    order = np.argsort(along)
    placed = along[order]
    same = (placed[1:] == placed[:-1]) | np.isnan(placed[1:])
    tied = np.concatenate([same, [False]]) | np.concatenate([[False], same]) if len(rows) else np.zeros(0, dtype=bool)
    if tied.any():
        among = order[tied]
        names, _ = pd.factorize(samples["sample_id"].iloc[rows[among]], sort=True)
        order[tied] = among[np.lexsort((names, *places[among].T, along[among]))]
    ordered: np.ndarray = rows[order]
    return ordered


def _regional(samples: pd.DataFrame, radius_km: float) -> np.ndarray:
    located = samples["latitude"].notna() & samples["longitude"].notna()
    precise = ~(samples["coordinate_precision_km"] > radius_km)
    return (samples["medium"].isin(NEAR_MEDIA) & located & precise).to_numpy(dtype=bool)


def _pairs(sites: pd.DataFrame, waste: pd.DataFrame, radius_km: float) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of sites and of waste samples that belong together."""
    if "site_id" in waste:
        position = pd.Index(sites["site_id"]).get_indexer(waste["site_id"].fillna(""))
        rows = np.flatnonzero(position >= 0)
        return position[rows], rows
    rows = np.flatnonzero(waste["latitude"].notna().to_numpy(dtype=bool))
    if not len(rows) or not len(sites):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    from scipy.spatial import cKDTree

    trees = [cKDTree(unit_vectors(*_lonlat(table).T)) for table in (sites, waste.iloc[rows])]
    lists = trees[0].query_ball_tree(trees[1], radius_km / 6350.0)
    site = np.repeat(np.arange(len(sites)), [len(pairs) for pairs in lists])
    row = rows[np.array([index for pair in lists for index in sorted(pair)], dtype=np.int64)]
    apart = geodesic_km(*_lonlat(sites).T[:, site], *_lonlat(waste).T[:, row]) if len(site) else np.zeros(0)
    return site[apart <= radius_km], row[apart <= radius_km]


def _lonlat(table: pd.DataFrame) -> np.ndarray:
    return table[["longitude", "latitude"]].to_numpy(dtype="float64")


def _columns(table: pd.DataFrame, names: list[str], rows: np.ndarray) -> np.ndarray:
    """Return some rows of some columns, without copying the others."""
    values = np.empty((len(rows), len(names)))
    for index, name in enumerate(names):
        values[:, index] = table[name].to_numpy(dtype="float64")[rows]
    return values


def _near(sites: pd.DataFrame, samples: pd.DataFrame, around: np.ndarray, params: AssignSamplesParams) -> pd.DataFrame:
    """Describe the regional samples around each site; ``around`` says which rows of the samples these are."""
    scored = [str(name).removesuffix("_z") for name in samples.columns if str(name).endswith("_z")]
    shown = [
        element for element in params.ppm_elements if f"{element}_ppm" in samples and f"{element}_censored" in samples
    ]
    place_of_sample = _columns(samples, ["longitude", "latitude"], around)
    order = cell_order(place_of_sample, params.radius_km)
    around, place_of_sample = around[order], place_of_sample[order]
    neighbours = look_around(
        _lonlat(sites),
        place_of_sample,
        _columns(samples, [f"{element}_z" for element in scored], around),
        _columns(samples, [f"{element}_ppm" for element in shown], around),
        radius_km=params.radius_km,
        power=params.idw_power,
        least_km=params.least_distance_km,
        threads=params.threads,
    )
    nearest_km = np.full(len(sites), np.nan)
    there = neighbours.nearest >= 0
    if there.any():
        nearest_km[there] = geodesic_km(*_lonlat(sites)[there].T, *place_of_sample[neighbours.nearest[there]].T)
    columns: dict[str, np.ndarray] = {"near_n": neighbours.n, "near_km": nearest_km}
    columns |= {f"near_{element}_z": neighbours.mean[:, index] for index, element in enumerate(scored)}
    for index, element in enumerate(shown):
        columns[f"near_{element}_p90_ppm"] = neighbours.percentile[:, index]
        columns[f"near_{element}_max_ppm"] = neighbours.maximum[:, index]
    return pd.DataFrame(columns)
