"""GeoPackages of several layers, the same bytes for the same layers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd

from layers.library_warnings import writing_with_gdal

WRITTEN = "2000-01-01T00:00:00.000Z"
"""What the file says of its last change: the date of a run is in its manifest, and equal runs write equal files."""

VERSION = "1.3"
"""Of the standard: that of QGIS 3.22, which warns of later ones."""


def write_geopackage(path: Path, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Write layers into a new GeoPackage.

    Parameters
    ----------
    path : Path
        Must not exist.
    layers : mapping of str to GeoDataFrame
        By name, in order.

    Raises
    ------
    OSError
        If the disk is full.
    """
    import pyogrio

    former = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": WRITTEN})
    try:
        with writing_with_gdal():
            for name, layer in layers.items():
                table = _with_none(layer)
                table.to_file(path, layer=name, driver="GPKG", engine="pyogrio", dataset_options={"VERSION": VERSION})
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": former})


def _with_none(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer whose missing texts are None: a missing value of pandas would be written as the text ``<NA>``."""
    names = [name for name in layer.columns if layer[name].dtype == object and name != layer.geometry.name]
    return layer.assign(**{name: layer[name].where(layer[name].notna(), None) for name in names})
