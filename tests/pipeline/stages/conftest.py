"""Small regions with a planted answer, as the layers the learning stages take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from layers import schema


@dataclass(frozen=True)
class Frames:
    """The layers of one small region, and which of its wastes are rich."""

    sites: Any
    site_samples: Any
    site_rasters: Any
    site_access: Any
    site_tonnage: Any
    flags: Any
    site_territories: Any
    rich: np.ndarray
    treo_ppm: np.ndarray


def planted_frames(n: int = 200, seed: int = 3, assayed: float = 0.35, signal: float = 1.2) -> Frames:
    """Return ``n`` sites in 40 camps of 240 x 240 km; thorium and magnetics tell the rich camps, everything else is noise."""
    rng = np.random.default_rng(seed)
    camp = np.sort(np.r_[np.arange(40), rng.integers(0, 40, n - 40)])
    camp_x, camp_y = rng.uniform(0, 240e3, 40), rng.uniform(0, 240e3, 40)
    camp_rich = rng.permutation(np.arange(40) % 5 == 0)
    x, y = camp_x[camp] + rng.normal(0, 4e3, n), camp_y[camp] + rng.normal(0, 4e3, n)
    lift = camp_rich[camp] * 1.0
    treo = 10 ** (2.1 + 1.3 * lift + rng.normal(0, 0.25, n))
    has = rng.random(n) < assayed
    ids = np.array([f"S{i:04d}" for i in range(n)])
    sites = gpd.GeoDataFrame(
        {
            "site_id": ids, "name": [f"Site {i}" for i in range(n)], "aliases": pd.NA, "record_ids": ids, "sources": "a",
            "official_ids": pd.NA, "jurisdiction": pd.NA, "latitude": 50 + y / 111e3, "longitude": -90 + x / 71e3,
            "coordinate_precision_km": np.nan, "coordinate_spread_km": np.nan, "commodities": "gold", "deposit_type": pd.NA,
            "waste_type": "tailings", "status": pd.NA, "hazard_class": pd.NA, "disposal": "unknown", "mass_t": np.nan,
            "volume_m3": np.nan, "milled_t": np.nan, "area_m2": 10 ** rng.normal(4.5, 0.5, n),
            "height_m": np.nan, "first_year": rng.integers(1900, 1980, n).astype(float), "last_year": np.nan,
            "remarks": pd.NA, "url": pd.NA,
        },
        geometry=gpd.points_from_xy(x, y), crs="EPSG:3978",
    )  # fmt: skip
    samples = pd.DataFrame(
        {
            "site_id": ids, "waste_n": has.astype(int), "waste_method": pd.NA, "waste_elements": pd.NA,
            "waste_tree_ppm": np.where(has, treo / 1.2, np.nan), "waste_treo_ppm": np.where(has, treo, np.nan),
            "waste_treo_low_ppm": np.where(has, treo * 0.95, np.nan),
            "waste_treo_high_ppm": np.where(has, treo * 1.05, np.nan),
            "waste_estimated_fraction": np.where(has, 0.0, np.nan), "near_n": 5, "near_km": rng.uniform(1, 10, n),
            "near_Th_z": signal * 1.5 * lift + rng.normal(0, 1, n), "near_La_z": signal * lift + rng.normal(0, 1, n),
            "near_Cu_z": rng.normal(0, 1, n), "near_Zn_z": rng.normal(0, 1, n),
            "waste_La_ppm": np.where(has, treo / 6, np.nan), "waste_Ce_ppm": np.where(has, treo / 3, np.nan),
            "waste_Th_ppm": np.where(has, treo / 20 * 10 ** rng.normal(0, 0.1, n), np.nan),
        }
    )  # fmt: skip
    rasters = pd.DataFrame(
        {
            "site_id": ids, "raster_magnetics": signal * lift + rng.normal(0, 1, n),
            "raster_magnetics_coverage": 1.0, "raster_magnetics_how": "point", "raster_gravity": rng.normal(0, 1, n),
        }
    )  # fmt: skip
    access = pd.DataFrame(
        {
            "site_id": ids, "road_km": rng.uniform(0, 50, n), "rail_km": np.nan, "power_km": rng.uniform(0, 90, n),
            "water_km": np.nan, "structure_km": rng.uniform(0, 30, n), "nearest_community": "Community 1",
            "nearest_community_kind": "place", "community_km": rng.uniform(1, 90, n),
        }
    )  # fmt: skip
    mass = 10 ** rng.normal(5.5, 0.7, n)
    tonnage = pd.DataFrame(
        {
            "site_id": ids, "tonnage_t": mass, "tonnage_low_t": mass / 3, "tonnage_high_t": mass * 3,
            "tonnage_rule": "reported_mass",
            "site_kind": "waste",
        }
    )  # fmt: skip
    flags = pd.DataFrame({"site_id": ids[:2], "flag": "acid", "finding": "acid_said", "values": "{}", "source": "a"})
    territories = pd.DataFrame(
        {
            "site_id": ids[[0, 0, 3]], "territory_id": ["t2", "t1", "t1"], "territory": ["Area B", "Area A", "Area A"],
            "layer": "areas", "relation": ["inside", "overlaps", "near"], "share": 1.0, "distance_km": 0.0,
            "steward": ["Office B", pd.NA, pd.NA],
        }
    )  # fmt: skip
    return Frames(
        sites=schema.conform(sites, schema.Sites),
        site_samples=schema.conform(samples, schema.SiteSamples),
        site_rasters=schema.conform(rasters, schema.SiteRasters),
        site_access=schema.conform(access, schema.SiteAccess),
        site_tonnage=schema.conform(tonnage, schema.SiteTonnage),
        flags=schema.conform(flags, schema.SiteFlags),
        site_territories=schema.conform(territories, schema.SiteTerritories),
        rich=treo >= 500,
        treo_ppm=treo,
    )


@pytest.fixture(scope="session")
def planted() -> Callable[..., Frames]:
    """Give the maker of small planted regions."""
    return planted_frames
