"""Layers that meet in a stage are in one coordinate system, or the stage is not entered."""

from __future__ import annotations

from typing import Any

import geopandas as gpd

from layers.crs import authority, same_crs
from layers.errors import StageError


def require_one_crs(stage: str, *layers: Any) -> None:
    """Refuse layers of different CRS at the door of a stage; what has no geometry passes.

    Parameters
    ----------
    stage : str
        Name of the stage, for the message.
    *layers
        What is handed to the stage; a raster has a CRS of its own and is read in it.

    Raises
    ------
    StageError
        If two layers with geometry differ in their CRS, or one states none.
    """
    all_crs = [layer.crs for layer in layers if isinstance(layer, gpd.GeoDataFrame)]
    first = next((crs for crs in all_crs if crs is not None), None)
    others = [crs for crs in all_crs if crs is None or not (crs is first or same_crs(crs, first))]
    if others and len(all_crs) > 1:
        names = dict.fromkeys("none stated" if crs is None else authority(crs) for crs in [first, *others])
        raise StageError(
            f"{stage}: {len(others)} of {len(all_crs)} layers are in another coordinate system than the first "
            f"({'; '.join(names)}), so distances between them would be nonsense. Bring all to the working CRS of the run, "
            "e.g. with `to_crs`."
        )
