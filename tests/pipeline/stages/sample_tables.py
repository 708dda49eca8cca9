"""Small tables of samples for the tests of stages that gather chemistry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.schema import Samples, conform


def samples_at(
    lonlat: Sequence[Any], ppm: dict[str, Sequence[Any]] | None = None, medium: Any = "till", **columns: Any
) -> Any:
    """Return samples at (longitude, latitude) or None; cells of ``ppm`` are numbers, ``"<2"``, ``">2"`` or None."""
    count = len(lonlat)
    points = [None if one is None else shapely.Point(*one) for one in lonlat]
    table: dict[str, Any] = {
        "sample_id": [f"test:{number}" for number in range(count)],
        "source": "test",
        "source_row": np.arange(count),
        "medium": medium,
        "method": "fusion",
        "site_key": pd.array([None] * count, dtype="str"),
        "n_analyses": 1,
        "latitude": [np.nan if one is None else one[1] for one in lonlat],
        "longitude": [np.nan if one is None else one[0] for one in lonlat],
        "coordinate_precision_km": np.full(count, 0.01),
        "tree_ppm": np.full(count, np.nan),
    }
    for element, cells in (ppm or {}).items():
        marks = [str(cell)[0] if str(cell)[0] in "<>" else "" for cell in cells]
        table[f"{element}_ppm"] = [
            np.nan if mark or cell is None else cell for cell, mark in zip(cells, marks, strict=True)
        ]
        table[f"{element}_limit_ppm"] = [
            float(cell[1:]) if mark and cell[1:] else np.nan for cell, mark in zip(cells, marks, strict=True)
        ]
        table[f"{element}_censored"] = np.array([{"<": -1, ">": 1, "": 0}[mark] for mark in marks], dtype=np.int8)
    return conform(gpd.GeoDataFrame(table | columns, geometry=points, crs="EPSG:4326"), Samples)
