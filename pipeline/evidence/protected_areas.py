"""Sites inside protected areas of the backdrop."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import pandas as pd

from layers.findings import Finding


def protected_areas(sites: gpd.GeoDataFrame, backdrop: gpd.GeoDataFrame) -> Iterator[tuple[int, Finding, str]]:
    """Yield the row of a site, the protected area that holds it, and the source of the area.

    Parameters
    ----------
    sites, backdrop : GeoDataFrame
        In the same CRS; polygons of the backdrop of kind ``protected`` are tested.
    """
    areas = backdrop[backdrop["kind"] == "protected"]
    if areas.empty or sites.empty:
        return
    at, which = areas.sindex.query(sites.geometry.to_numpy(), predicate="intersects")
    names, sources = areas["name"].to_numpy(), areas["source"].to_numpy()
    for row, area in zip(at, which, strict=True):
        name = names[area]
        known = (
            Finding(code="protected_unnamed")
            if pd.isna(name)
            else Finding(code="protected", values={"name": str(name)})
        )
        yield int(row), known, str(sources[area])
