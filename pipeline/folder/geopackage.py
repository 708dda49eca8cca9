"""GeoPackages of several layers, the same bytes for the same layers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd

WRITTEN = "2000-01-01T00:00:00.000Z"
"""What the file says of its last change: the date of a run is in its manifest, and equal runs write equal files."""


def write_geopackage(path: Path, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Write layers into a new GeoPackage.

    Parameters
    ----------
    path : Path
        Must not exist.
    layers : mapping of str to GeoDataFrame
        By name, in order.
    """
    import pyogrio

    former = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": WRITTEN})
    try:
        for name, layer in layers.items():
            layer.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": former})
