"""Small inventories built by hand for the tests of linking and merging."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.schema import Links, Records, conform

KM_PER_DEGREE = 111.195


def records_of(*rows: dict[str, Any], crs: str = "EPSG:4326") -> Any:
    """Return records; each row may give any column, and ``km_east``/``km_north`` of 60 N 100 W instead of degrees."""
    table = []
    for number, row in enumerate(rows, start=1):
        row = {"source": "a", "waste_type": "unknown", "disposal": "unknown", "source_row": number} | row
        row.setdefault("record_id", f"{row['source']}:{number}")
        row.setdefault("latitude", 60 + row.pop("km_north", 0.0) / KM_PER_DEGREE)
        row.setdefault("longitude", -100 + row.pop("km_east", 0.0) / (KM_PER_DEGREE * 0.5))
        table.append(row)
    frame = pd.DataFrame(table)
    for name, column in Records.to_schema().columns.items():
        if name not in frame and name != "geometry":
            kind = str(column.dtype)
            frame[name] = (
                np.full(len(frame), np.nan) if kind == "float64" else pd.Series([None] * len(frame), dtype="str")
            )
    shapes = frame.pop("geometry") if "geometry" in frame else gpd.points_from_xy(frame["longitude"], frame["latitude"])
    located = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(list(shapes), crs="EPSG:4326"), crs="EPSG:4326")
    return conform(located.to_crs(crs), Records)


def links_of(*rows: tuple[Any, ...]) -> Any:
    """Return links from (record_a, record_b, same_site, rule, confidence)."""
    table = pd.DataFrame(rows, columns=["record_a", "record_b", "same_site", "rule", "confidence"])
    return conform(table.assign(name_similarity=np.nan, distance_km=np.nan, finding="by_hand", values="{}"), Links)
