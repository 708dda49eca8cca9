"""What to do about a file of a format that is not read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WAYS_OUT: Mapping[str, str] = MappingProxyType(
    {
        ".dwg": "Save the drawing as .dxf, or export the layer as GeoPackage.",
        ".dgn": "Export the layer as GeoPackage or .dxf.",
        ".mdb": "Export the table from Access as .xlsx or .csv, a layer of a personal geodatabase as GeoPackage.",
        ".accdb": "Export the table from Access as .xlsx or .csv.",
        ".xlsb": "Save the workbook as .xlsx.",
        ".ods": "Save the sheet as .xlsx or .csv.",
        ".numbers": "Export the sheet as .xlsx or .csv.",
        ".sqlite": "Export the table as .csv, a layer as GeoPackage.",
        ".db": "Export the table as .csv, a layer as GeoPackage.",
        ".e00": "Export the coverage as GeoPackage or shapefile.",
        ".mpk": "Unpack the package in ArcGIS and export the layer as GeoPackage.",
        ".lpk": "Unpack the package in ArcGIS and export the layer as GeoPackage.",
        ".aprx": "This is a project, not data. Export its layers as GeoPackage.",
        ".mxd": "This is a project, not data. Export its layers as GeoPackage.",
        ".qgz": "This is a project, not data. Export its layers as GeoPackage.",
        ".rar": "Unpack it, or pack it as .zip.",
        ".7z": "Unpack it, or pack it as .zip.",
        ".pdf": "A table in a PDF has to be exported or typed as .xlsx or .csv.",
        ".jsonl": "Write it as .csv, one line a record.",
        ".ndjson": "Write it as .csv, one line a record.",
        ".dbf": "Save the table as .csv or .xlsx; a shapefile is given by its .shp.",
    }
)
"""Ending of a format that is not read -> what to do."""
