"""Sites against areas, lines, communities and samples; logs of ratios."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from layers import schema
from pipeline.executor import Executor, Shared, _hilbert_slices
from pipeline.stages.per_site.assign_samples import PPM_ELEMENTS, AssignSamplesParams, assign_samples
from pipeline.stages.per_site.measure_access import MeasureAccessParams, measure_access
from pipeline.stages.per_site.overlay_territories import OverlayTerritoriesParams, overlay_territories
from tests.benchmarks.step import Step
from tests.benchmarks.workload import CRS, ELEMENTS, Workload

RADIUS_KM = 25.0
PARTS = 8


def _scale(sites: gpd.GeoDataFrame) -> np.ndarray:
    """Return metres of the plane per metre of the ground at each site (the projection is conformal)."""
    factors = pyproj.Proj(CRS).get_factors(sites["longitude"].to_numpy(), sites["latitude"].to_numpy())
    return np.asarray(factors.meridional_scale)


# --- areas -----------------------------------------------------------------------------------------------------------


def _sites_and_areas(work: Workload, variant: str) -> Any:
    return SimpleNamespace(sites=work.table("sites"), areas=work.table("areas"))


def _areas_ours(state: Any) -> pd.DataFrame:
    return overlay_territories(state.sites, state.areas, OverlayTerritoriesParams(near_km=0))


def _areas_naive(state: Any) -> pd.DataFrame:
    return gpd.sjoin(state.sites, state.areas)


def _areas_within(state: Any) -> pd.DataFrame:
    return gpd.sjoin(state.sites, state.areas, predicate="within")


def _areas_dask(state: Any) -> pd.DataFrame:
    import dask
    import dask_geopandas

    parts = dask_geopandas.from_geopandas(state.sites, npartitions=PARTS)
    with dask.config.set(scheduler="threads", num_workers=2):
        return dask_geopandas.sjoin(parts, state.areas, predicate="within").compute()


TERRITORIES = Step(
    load=_sites_and_areas,
    variants={"ours": _areas_ours, "naive": _areas_naive, "sjoin_within": _areas_within, "dask_geopandas": _areas_dask},
    answer=lambda pairs, state: {"pairs": len(pairs)},
    tolerance={"pairs": 0.0},
)


def _area_distance_ours(state: Any) -> pd.DataFrame:
    return overlay_territories(state.sites, state.areas, OverlayTerritoriesParams(near_km=RADIUS_KM))


def _area_distance_naive(state: Any) -> pd.DataFrame:
    return gpd.sjoin_nearest(state.sites, state.areas, distance_col="distance_m")


def _area_distance_answer(outcome: pd.DataFrame, state: Any) -> dict[str, float]:
    if "distance_m" in outcome:
        metres = outcome.groupby("site_id")["distance_m"].min().reindex(state.sites["site_id"]).to_numpy()
        km = metres / _scale(state.sites) / 1000
    else:
        km = outcome.groupby("site_id")["distance_km"].min().reindex(state.sites["site_id"]).to_numpy()
    near = km < RADIUS_KM - 1  # the edge of the search is a matter of metres
    return {"inside": (km == 0).sum(), "mean_km": np.mean(km[near])}


AREA_DISTANCE = Step(
    load=_sites_and_areas,
    variants={"ours": _area_distance_ours, "naive": _area_distance_naive},
    answer=_area_distance_answer,
    tolerance={"inside": 0.0, "mean_km": 0.01},
    largest={"naive": "M"},
)

# --- lines and communities -------------------------------------------------------------------------------------------


def _sites_and_lines(work: Workload, variant: str) -> Any:
    return SimpleNamespace(
        sites=work.table("sites"), lines=work.table("lines"), points=schema.empty(schema.Communities)
    )


def _lines_ours(state: Any) -> np.ndarray:
    return measure_access(state.sites, state.lines, state.points, MeasureAccessParams())["road_km"].to_numpy()


def _nearest_naive(layer: str) -> Any:
    def nearest(state: Any) -> gpd.GeoDataFrame:
        return gpd.sjoin_nearest(state.sites, getattr(state, layer), distance_col="distance_m")

    return nearest


def _km_answer(outcome: Any, state: Any) -> dict[str, float]:
    if isinstance(outcome, pd.DataFrame):
        metres = outcome.groupby("site_id")["distance_m"].min().reindex(state.sites["site_id"]).to_numpy()
        outcome = metres / _scale(state.sites) / 1000
    return {"known": np.isfinite(outcome).sum(), "mean_km": np.mean(outcome)}


NEAREST_LINE = Step(
    load=_sites_and_lines,
    variants={"ours": _lines_ours, "naive": _nearest_naive("lines")},
    answer=_km_answer,
    tolerance={"known": 0.0, "mean_km": 0.005},
)


def _sites_and_communities(work: Workload, variant: str) -> Any:
    return SimpleNamespace(
        sites=work.table("sites"), lines=schema.empty(schema.Lines), points=work.table("communities")
    )


def _communities_ours(state: Any) -> np.ndarray:
    return measure_access(state.sites, state.lines, state.points, MeasureAccessParams())["community_km"].to_numpy()


def _communities_rows(state: Any) -> np.ndarray:
    """Distance row by row, as EIS Toolkit's distance tool and many notebooks do."""
    return np.array([state.points.distance(point).min() for point in state.sites.geometry]) / _scale(state.sites) / 1000


def _communities_haversine(state: Any) -> np.ndarray:
    from sklearn.neighbors import BallTree

    def radians(table: pd.DataFrame) -> np.ndarray:
        return np.radians(table[["latitude", "longitude"]].to_numpy())

    return BallTree(radians(state.points), metric="haversine").query(radians(state.sites))[0][:, 0] * 6371.0088


NEAREST_COMMUNITY = Step(
    load=_sites_and_communities,
    variants={
        "ours": _communities_ours,
        "naive": _nearest_naive("points"),
        "row_by_row": _communities_rows,
        "haversine_tree": _communities_haversine,
    },
    answer=_km_answer,
    tolerance={"known": 0.0, "mean_km": 0.005},
    largest={"row_by_row": "M"},
)

# --- samples ---------------------------------------------------------------------------------------------------------


def _sites_and_samples(work: Workload, variant: str) -> Any:
    return SimpleNamespace(sites=work.table("sites"), samples=work.table("samples"))


def _samples_ours(state: Any) -> pd.DataFrame:
    return assign_samples(state.sites, state.samples, AssignSamplesParams(radius_km=RADIUS_KM))


def _samples_naive(state: Any) -> pd.DataFrame:
    """Buffer, join, group: the same figures for the same 16 elements."""
    buffers = state.sites[["site_id", "geometry"]].copy()
    buffers["site_geometry"] = buffers.geometry
    scale = _scale(state.sites)
    buffers["scale"] = scale
    buffers["geometry"] = buffers.buffer(RADIUS_KM * 1000 * scale)
    joined = gpd.sjoin(state.samples, buffers)
    km = joined.geometry.distance(gpd.GeoSeries(joined["site_geometry"], crs=CRS)) / joined["scale"] / 1000
    weight = 1 / np.maximum(km, 0.1) ** 2
    scores = [f"{element}_z" for element in ELEMENTS]
    weighted = joined[scores].mul(weight, axis=0)
    by_site = joined["site_id"]
    weights = joined[scores].notna().mul(weight, axis=0).groupby(by_site).sum()
    amounts = joined[[f"{element}_ppm" for element in PPM_ELEMENTS]].groupby(by_site)
    table = weighted.groupby(by_site).sum() / weights
    table.columns = [f"near_{column}" for column in table.columns]
    largest = amounts.max().add_prefix("near_max_")
    high = amounts.quantile(0.9).add_prefix("near_p90_")
    return pd.concat([joined.groupby("site_id").size().rename("near_n"), table, largest, high], axis=1)


def _samples_answer(outcome: pd.DataFrame, state: Any) -> dict[str, float]:
    there = outcome[outcome["near_n"] > 0]
    high = "near_La_p90_ppm" if "near_La_p90_ppm" in there else "near_p90_La_ppm"
    return {
        "sites": len(there), "samples": there["near_n"].sum(), "p90": there[high].mean(), "z": there["near_La_z"].abs().mean(),
    }  # fmt: skip


NEIGHBOURHOOD = Step(
    load=_sites_and_samples,
    variants={"ours": _samples_ours, "naive": _samples_naive},
    answer=_samples_answer,
    tolerance={"sites": 0.005, "samples": 0.01, "p90": 0.005, "z": 0.005},
    largest={"naive": "M"},
)

# --- the executor ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Job:
    """A stage in eight slices of the sites."""

    sites: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    params: OverlayTerritoriesParams


def _job(work: Workload, variant: str) -> _Job:
    return _Job(work.table("sites"), work.table("areas"), OverlayTerritoriesParams(near_km=RADIUS_KM))


def _dask_slices(job: _Job) -> pd.DataFrame:
    with Executor("threads", 2, None, PARTS) as executor:
        return executor.map_sites(overlay_territories, job.sites, [Shared(job.areas, RADIUS_KM)], job.params)


def _plain_loop(job: _Job) -> pd.DataFrame:
    parts = [
        overlay_territories(job.sites.iloc[rows], job.areas, job.params) for rows in _hilbert_slices(job.sites, PARTS)
    ]
    return pd.concat(parts, ignore_index=True)


EXECUTOR = Step(
    load=_job,
    variants={"ours": _dask_slices, "naive": _plain_loop},
    answer=lambda pairs, state: {"pairs": len(pairs), "km": pairs["distance_km"].sum()},
    tolerance={"pairs": 0.0, "km": 1e-12},
    once=frozenset(),
)
