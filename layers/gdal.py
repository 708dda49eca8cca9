"""GDAL kept to the files it is given: no network, no drivers that fetch, no schemas from elsewhere.

pyogrio and rasterio each bring a GDAL of their own; both obey the environment. It is set when `layers` is imported, before either
of them registers its drivers, and is inherited by worker processes. Files can name other files in ways no driver list stops (a
GeoTIFF may say that its overviews lie at an address), so requests are also sent to a port of this machine where nobody listens.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings

FETCHING_DRIVERS = (
    "WMS", "WMTS", "WCS", "WFS", "OAPIF", "OGCAPI", "CSW", "HTTP", "EEDA", "EEDAI", "DAAS", "PLMOSAIC", "PLSCENES", "NGW",
    "Carto", "AmigoCloud", "Elasticsearch", "STACIT", "STACTA", "GDALG", "ADBC", "OGR_VRT", "GTI", "MRF", "TIL",
    "ESRIC", "GPSBabel",
)  # fmt: skip
"""Drivers that open addresses, run commands or lead to other files, and that no source of ours needs."""

_NOWHERE = "http://127.0.0.1:1"
OPTIONS = {
    "GDAL_HTTP_PROXY": _NOWHERE,
    "GDAL_HTTPS_PROXY": _NOWHERE,
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
    "CPL_ALLOW_VSISTDIN": "NO",
    "PROJ_NETWORK": "OFF",
    "GDAL_CONFIG_FILE": os.devnull,
    "CPL_LOG": "OFF",
}
"""Settings of GDAL and PROJ under which nothing leaves the machine and no settings come from files of this user.

Nor do lines of GDAL reach a terminal or a log: they quote what files hold, those of private layers too. What is wrong with a
file is told by exceptions and by what was not read.
"""

LOGGERS = ("rasterio", "pyogrio", "pyproj")
"""Loggers of Python to which libraries hand the lines of GDAL and PROJ on."""

OF_GDAL = (
    "GDAL_",
    "OGR_",
    "OSR_",
    "CPL_",
    "VSI_",
    "SHAPE_",
    "GTIFF_",
    "GML_",
    "KML_",
    "DXF_",
    "GPX_",
    "VRT_",
    "AAIGRID_",
    "MITAB_",
)
"""Beginnings of names of variables that GDAL obeys. Some change what is read (``SHAPE_ENCODING`` the letters of every name), and
no result may depend on what a person has set for another program."""

OF_TABLES = ("PANDAS_", "PANDERA_", "PYOGRIO_", "SCIPY_", "SKLEARN_")
"""The same for libraries of tables and models: kinds of columns, checks switched off, another way to read."""

HARMLESS = ("GDAL_DATA", "GDAL_DRIVER_PATH", "GDAL_CACHEMAX", "GDAL_NUM_THREADS", "CPL_TMPDIR")
"""Those that change where GDAL finds its own files and how fast it is, and no value."""

CACHE_MIB = 512
"""Blocks of rasters that GDAL keeps. Its own default is a twentieth of the machine, whatever share of it a container may take."""


def confine() -> None:
    """Set `OPTIONS`, unset what else would change how files are read, and switch `FETCHING_DRIVERS` off.

    Holds for this process and those it starts, as does the size of the cache, where the user has set none.
    """
    plain_strings = "PANDAS_FUTURE_INFER_STRING" in os.environ
    obeyed = [name for name in os.environ if name.startswith(OF_GDAL + OF_TABLES)]
    for name in obeyed:
        if name not in HARMLESS:
            del os.environ[name]
    if (
        plain_strings and "pandas" in sys.modules
    ):  # imported before, by somebody's own script: it has read its variables
        with warnings.catch_warnings(action="ignore"):
            sys.modules["pandas"].options.future.infer_string = True
    os.environ.setdefault("GDAL_CACHEMAX", str(CACHE_MIB))
    os.environ.update(OPTIONS, GDAL_SKIP=",".join(FETCHING_DRIVERS))
    for name in LOGGERS:
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False


def let_lines_be_caught() -> None:
    """Let GDAL write its lines to the descriptor of standard error, in a process where nobody reads there but who heeds them."""
    os.environ.pop("CPL_LOG", None)
