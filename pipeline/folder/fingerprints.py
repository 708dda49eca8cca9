"""What a result depends on, as digests: the code, the libraries, the bytes of files with their side-cars, the rows of a layer."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
from dataclasses import replace
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from pydantic import BaseModel

from layers.errors import SourceError
from layers.geometry import blocks_of_corners
from layers.rasters.raster import Raster
from pipeline.folder.writing import read_bounded

PACKAGES = ("layers", "maps", "pipeline")

BESIDE_DEPENDENCIES = ("joblib", "llvmlite")
"""Libraries that compute on behalf of a dependency and have versions of their own."""

SIDE_CARS = (
    ".prj", ".qpj", ".dbf", ".shx", ".cpg", ".cst", ".sbn", ".sbx", ".qix",  # shapefile
    ".tfw", ".tifw", ".wld", ".jgw", ".pgw", ".blw", ".hdr", ".clr", ".aux", ".ige", ".rrd", ".rde",  # grids
    ".csvt", ".gfs", ".xsd", ".id", ".map", ".dat", ".ind", ".mid",  # tables of types, GML, MapInfo
)  # fmt: skip
"""Suffixes of files that stand beside a file in place of its own suffix and change how it is read."""

APPENDED = (".aux.xml", ".ovr", ".msk", "-wal", "-journal")
"""What stands behind a file's whole name and changes how it is read."""

_TARGETS = re.compile(
    r"<(?:SourceFilename|SourceDataset|SrcDataSource|SourceDatasource)\b([^>]*)>([^<]+)<", re.IGNORECASE
)


@lru_cache(maxsize=1)
def code_fingerprint() -> str:
    """Return the sha256 of the project's own code and facts: every Python and YAML file of its packages, with its name."""
    digest = hashlib.sha256()
    root = Path(__file__).parent.parent.parent
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.suffix in {".py", ".yml"}:
                digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Return the versions of all that decides results: Python, every dependency, the C libraries beneath, the processor."""
    import rasterio

    needed = [line for line in metadata.requires("minewaste") or [] if "extra ==" not in line]
    names = sorted({re.split(r"[^A-Za-z0-9_.-]", line, maxsplit=1)[0] for line in needed} | set(BESIDE_DEPENDENCIES))
    return {
        "minewaste": metadata.version("minewaste"),
        "python": platform.python_version(),
        "processor": processor(),
        "gdal": str(rasterio.__gdal_version__),
        "geos": ".".join(map(str, shapely.geos_version)),
        "proj": str(pyproj.proj_version_str),
        **{name: metadata.version(name) for name in names},
    }


def processor() -> str:
    """Return the kind of processor as the libraries of numbers use it: on another kind, last digits differ."""
    from threadpoolctl import threadpool_info  # type: ignore[import-untyped]

    extensions = np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", [])
    kernels = {str(library["architecture"]) for library in threadpool_info() if library.get("architecture")}
    return " ".join([platform.machine(), *sorted(extensions), *sorted(kernels)])


@lru_cache(maxsize=1)
def datum_grids() -> tuple[tuple[str, int], ...]:
    """Return names and sizes of the grids PROJ can use here; a shift between datums depends on them."""
    folders = [pyproj.datadir.get_data_dir(), str(getattr(pyproj.datadir, "get_user_data_dir", str)())]
    paths = {Path(part) for folder in folders for part in folder.split(os.pathsep)}
    grids = [path for folder in paths if folder.is_dir() for path in folder.iterdir()]
    return tuple(sorted((grid.name, grid.stat().st_size) for grid in grids if grid.suffix in {".tif", ".gsb", ".gtx"}))


def step_fingerprint(name: str, arguments: Any) -> str:
    """Return the sha256 of a step: its name, code, libraries, datum grids and what its arguments are, in words of JSON."""
    ground = [code_fingerprint(), versions(), datum_grids()]
    content = json.dumps([ground, name, arguments], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def value_fingerprint(value: Any) -> Any:
    """Return what stands for a value in a fingerprint: plain values as they are, tables by their rows, rasters by their files.

    Raises
    ------
    TypeError
        For anything else: what cannot be told apart must not be reused.
    """
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, pd.DataFrame):
        return table_fingerprint(value)
    if isinstance(value, Raster):
        return [repr(replace(value, path="", notes=())), source_files(Path(value.path))]
    if isinstance(value, list | tuple):
        return [value_fingerprint(item) for item in value]
    raise TypeError(f"a {type(value).__name__} has no fingerprint")


def file_fingerprint(path: Path) -> str:
    """Return the sha256 of a file, or of a folder's files with their names.

    Raises
    ------
    SourceError
        If there is no such file, or it cannot be read.
    """
    if path.is_dir():
        content = [(file.relative_to(path).as_posix(), file_fingerprint(file)) for file in _files_in(path)]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()
    try:
        state = path.stat()
        return _sha256(path, state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
    except FileNotFoundError:
        raise SourceError(f"{path}: there is no such file. Check `path:` of the source, or --data.") from None
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}). Check the file and its permissions.") from None


def side_cars(path: Path, depth: int = 4) -> list[Path]:
    """Return the files beside a file that change how it is read: .prj, .dbf, .aux.xml …, and what a VRT refers to.

    Parameters
    ----------
    path : Path
        A file, which need not exist.
    depth : int
        Through how many VRTs to follow references.

    Returns
    -------
    list of Path
        In order of their names, without ``path`` itself.
    """
    if path.is_dir() or not path.parent.is_dir():
        return []
    stem, name = path.stem.casefold(), path.name.casefold()
    cars = set()
    for sibling in path.parent.iterdir():
        other = sibling.name.casefold()
        beside = sibling.stem.casefold() == stem and sibling.suffix.casefold() in SIDE_CARS
        if other != name and (beside or other in {name + end for end in APPENDED}):
            cars.add(sibling)
    if path.suffix.casefold() == ".vrt" and depth:
        cars |= _targets(path, depth)
    return sorted(path for path in cars if path.is_file())


def source_files(path: Path) -> list[list[str]]:
    """Return name and sha256 of a source's file and of its side-cars."""
    return [[file.name, file_fingerprint(file)] for file in [path, *side_cars(path)]]


def table_fingerprint(table: pd.DataFrame) -> str:
    """Return the sha256 of a table's columns, types, values, outlines and CRS, in order.

    The index does not count, nor how the values lie in memory: a table that was written and read back has the same fingerprint.
    """
    digest = hashlib.sha256()
    for name in table.columns:
        column = table[name]
        digest.update(f"\0{name}\0{column.dtype}\0{len(column)}\0".encode())
        if isinstance(column, gpd.GeoSeries):
            digest.update(column.crs.to_wkt().encode() if column.crs else b"no CRS")
            shapes = column.to_numpy()
            for some in blocks_of_corners(shapes):
                digest.update(b"\0".join(shape or b"none" for shape in shapely.to_wkb(shapes[some])))
        else:
            digest.update(np.ascontiguousarray(pd.util.hash_pandas_object(column, index=False).to_numpy()).tobytes())
    return digest.hexdigest()


def _targets(path: Path, depth: int) -> set[Path]:
    """Return the files that a VRT refers to, also through other VRTs, with what stands beside them."""
    try:
        text = read_bounded(path).decode("utf-8", "replace")
    except OSError:
        return set()
    except ValueError as error:
        raise SourceError(
            f"{path}: {error}, for a virtual raster is a short text. Give the rasters themselves."
        ) from None
    targets = set()
    for _, name in _TARGETS.findall(text):
        target = path.parent / name.strip()
        targets |= {target, *side_cars(target, depth - 1)}
    return targets


def _files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@lru_cache(maxsize=1024)
def _sha256(path: Path, _size: int, _mtime_ns: int, _ctime_ns: int, _inode: int) -> str:
    """Return the sha256 of a file, read once for a size and time of change; the second time is one that no program can set."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
