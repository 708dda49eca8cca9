"""Small tables of sites, areas, lines and communities for the tests of spatial stages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.schema import Communities, Lines, Sites, Territories, conform


def sites_at(geometry: Sequence[Any], crs: Any = "EPSG:4326", ids: Sequence[str] | None = None, **columns: Any) -> Any:
    """Return sites with the given shapes in a CRS; other columns are missing."""
    shapes = gpd.GeoSeries(list(geometry), crs=crs)
    degrees = shapes.to_crs(4326).representative_point() if len(shapes) else shapes
    count = len(shapes)
    table = {
        "site_id": list(ids) if ids is not None else [f"S{number}" for number in range(1, count + 1)],
        "latitude": np.nan_to_num(degrees.y.to_numpy(float)),
        "longitude": np.nan_to_num(degrees.x.to_numpy(float)),
        "record_ids": "r",
        "sources": "test",
        "waste_type": "tailings",
        "disposal": "unknown",
    }
    for name in Sites.to_schema().columns:
        if name not in table and name != "geometry":
            kind = str(Sites.to_schema().columns[name].dtype)
            table[name] = np.full(count, np.nan) if kind == "float64" else pd.Series([None] * count, dtype="str")
    return conform(gpd.GeoDataFrame(table | columns, geometry=shapes.to_numpy(), crs=crs), Sites)


def points(xy: Any) -> list[Any]:
    return list(shapely.points(np.asarray(xy, dtype=float)))


def areas_of(shapes: Sequence[Any], crs: Any = "EPSG:4326", names: Sequence[str] | None = None) -> Any:
    names = list(names) if names is not None else [f"Area {number}" for number in range(1, len(shapes) + 1)]
    table = {
        "territory_id": [f"test:{number}" for number in range(1, len(shapes) + 1)],
        "territory": names,
        "territory_other_names": pd.Series([None] * len(shapes), dtype="str"),
        "layer": "Invented areas",
        "source": "test",
        "steward": "Steward",
        "publish": "allowed",
    }
    return conform(gpd.GeoDataFrame(table, geometry=list(shapes), crs=crs), Territories)


def lines_of(shapes: Sequence[Any], kind: str | Sequence[str] = "road", crs: Any = "EPSG:4326") -> Any:
    table = {
        "line_id": [f"test:{number}" for number in range(1, len(shapes) + 1)],
        "name": pd.Series([None] * len(shapes), dtype="str"),
        "kind": kind,
        "source": "test",
    }
    return conform(gpd.GeoDataFrame(table, geometry=list(shapes), crs=crs), Lines)


def communities_at(lonlat: Sequence[tuple[float, float]], names: Sequence[str], crs: Any = "EPSG:4326") -> Any:
    lon, lat = np.array(lonlat, dtype=float).reshape(-1, 2).T
    table = {
        "community_id": [f"test:{number}" for number in range(1, len(names) + 1)],
        "community": list(names),
        "kind": "office_point",
        "source": "test",
        "publish": "allowed",
        "latitude": lat,
        "longitude": lon,
    }
    geometry = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326").to_crs(crs)
    return conform(gpd.GeoDataFrame(table, geometry=geometry.to_numpy(), crs=crs), Communities)


def in_any_slices(stage: Any, sites: Any, *arguments: Any) -> Any:
    """Run a stage on all sites, on halves and on every third, and hold that the rows are the same to the last bit."""
    whole = stage(sites, *arguments)
    position = {site: place for place, site in enumerate(sites["site_id"])}
    for parts in (2, 3):
        cut = [stage(sites.iloc[start::parts], *arguments) for start in range(parts) if len(sites.iloc[start::parts])]
        joined = pd.concat(cut, ignore_index=True)
        order = np.argsort(joined["site_id"].map(position).to_numpy(), kind="stable")
        pd.testing.assert_frame_equal(joined.iloc[order].reset_index(drop=True), whole, check_exact=True)
    return whole
