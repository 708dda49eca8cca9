"""Lakes among the lines of water, so that the nearest water is a river or a lake, whichever is nearer."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from layers.schema import Backdrop, GeoDataFrame, Lines, conform


def with_shores(lines: GeoDataFrame[Lines], backdrop: GeoDataFrame[Backdrop]) -> GeoDataFrame[Lines]:
    """Return lines with the lakes of the background added as water: areas, inside of which the distance is 0.

    Parameters
    ----------
    lines : GeoDataFrame[Lines]
        Any CRS.
    backdrop : GeoDataFrame[Backdrop]
        In the same CRS; only ``kind == "lake"`` is used.
    """
    lakes = backdrop[(backdrop["kind"] == "lake").to_numpy()]
    if lakes.empty:
        return lines
    shores = gpd.GeoDataFrame(
        {
            "line_id": [f"shore:{source}:{at}" for at, source in enumerate(lakes["source"])],
            "name": lakes["name"].to_numpy(),
            "kind": "water",
            "source": lakes["source"].to_numpy(),
        },
        geometry=lakes.geometry.to_numpy(),
        crs=lakes.crs,
    )
    shores = shores[~shores.geometry.is_empty]
    both = pd.concat([lines, shores], ignore_index=True) if len(lines) else shores.reset_index(drop=True)
    return conform(gpd.GeoDataFrame(both, geometry="geometry", crs=lakes.crs), Lines)
