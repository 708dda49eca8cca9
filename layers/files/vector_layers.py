"""One layer of a vector file as GDAL reads it: the one place where such a file is opened."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from layers.accounting import Note
from layers.errors import SourceError
from layers.files.boundary import in_short
from layers.files.scratch import scratch_folder
from layers.files.signatures import require_signature, require_signature_of_text
from layers.library_warnings import quiet

DRIVERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        ".gpkg": ("GPKG",),
        ".shp": ("ESRI Shapefile",),
        ".geojson": ("GeoJSON", "GeoJSONSeq", "ESRIJSON", "TopoJSON"),
        ".json": ("GeoJSON", "GeoJSONSeq", "ESRIJSON", "TopoJSON"),
        ".gdb": ("OpenFileGDB",),
        ".fgb": ("FlatGeobuf",),
        ".kml": ("LIBKML", "KML"),
        ".kmz": ("LIBKML",),
        ".gml": ("GML",),
        ".gpx": ("GPX",),
        ".dxf": ("DXF",),
        ".tab": ("MapInfo File",),
        ".mif": ("MapInfo File",),
    }
)
"""Ending of a file -> GDAL drivers that may open it."""

_COMPANIONS = {".tab": (".dat", ".map", ".id", ".ind"), ".gml": (".xsd",), ".mif": (".mid",), ".gpkg": ()}
_CURVED = (8, 9, 10, 11, 12, 13, 14)
_MANY = 5


@dataclass(frozen=True)
class OpenedLayer:
    """Features as stored, in the CRS of the file.

    Parameters
    ----------
    name : str
        Name of the layer.
    frame : DataFrame
        A GeoDataFrame where the layer has geometry.
    expected : int
        Features the file says it holds; -1 where it does not say.
    notes : tuple of Note
        Rings closed, curves made straight, geometry that could not be read.
    """

    name: str
    frame: pd.DataFrame
    expected: int
    notes: tuple[Note, ...] = ()


def open_layer(source: str, where: str, data: Path | bytes, layer: str | None, encoding: str | None) -> OpenedLayer:
    """Read one layer with GDAL.

    A feature whose geometry cannot be read stays, without geometry, and is told; it never costs the file.

    Parameters
    ----------
    source, where : str
        Source id, and what to call the file in messages.
    data : Path or bytes
        The file, or the text of a GeoJSON file.
    layer : str or None
        Wanted layer; may be left out where only one holds features.
    encoding : str or None
        Of the attributes, where it is stated.

    Raises
    ------
    SourceError
        If the file cannot be opened, has no such layer, or several of them hold features and none is named.
    """
    if isinstance(data, Path):
        require_signature(where, data)
    else:
        require_signature_of_text(where, ".json", data)
    try:
        names = layer_names(data)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError, RuntimeError) as failure:
        raise SourceError(
            f"{where}: the file cannot be opened ({in_short(failure)}). Check that it is complete and of the format its name "
            "says."
        ) from None
    chosen = _choose(where, data, names, layer)
    options: dict[str, Any] = {"layer": 0 if isinstance(data, bytes) else chosen}
    if encoding:
        options["encoding"] = encoding
    try:
        with quiet():
            information = pyogrio.read_info(data, **options, force_feature_count=True)
            _of_its_format(where, data, str(information.get("driver", "")))
            frame, notes = _features(source, data, options)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        shapely.errors.ShapelyError,
        UnicodeDecodeError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as failure:
        raise SourceError(f"{where}: the layer '{chosen}' cannot be read ({in_short(failure)}).") from None
    return OpenedLayer(chosen, frame, int(information["features"]), notes)


def layer_names(data: Path | bytes) -> list[str]:
    """Return the names of the layers that hold features; all of them where none does."""
    if isinstance(data, Path):
        require_signature(data.name, data)
    with quiet():
        names = [str(name) for name, _ in pyogrio.list_layers(data)]
    if len(names) < 2 or isinstance(data, bytes):
        return names
    with quiet():
        counts = [pyogrio.read_info(data, layer=name, force_feature_count=True)["features"] for name in names]
    return [name for name, count in zip(names, counts, strict=True) if count] or names


@contextmanager
def undisturbed(source: str, path: Path) -> Iterator[tuple[Path, tuple[Note, ...]]]:
    """Give a file that can be opened without writing beside it; changes that a GeoPackage's journal holds are in it.

    Formats whose driver leaves files behind, and GeoPackages another program has not finished writing, are copied to a temporary
    folder first.
    """
    suffix = path.suffix.lower()
    journals = [path.with_name(path.name + ending) for ending in ("-wal", "-journal")] if suffix == ".gpkg" else []
    journals = [journal for journal in journals if journal.is_file() and journal.stat().st_size]
    if suffix != ".gml" and not journals:
        yield path, _missing_journal(source, path) if suffix == ".gpkg" else ()
        return
    with scratch_folder() as folder:
        copied = folder / path.name
        beside = [path.with_suffix(companion) for companion in _COMPANIONS[suffix]]
        for file in (path, *journals, *beside):
            if file.is_file():
                shutil.copyfile(file, folder / file.name)
        text = (
            "Another program has changed the file and not finished: "
            f"{' and '.join(journal.name for journal in journals)} stands beside it. "
            "What was committed there was read too. Close that program, or copy the files together."
        )
        yield copied, (Note(source, "unsaved_journal", text, len(journals)),) if journals else ()


def is_mapinfo(path: Path) -> bool:
    """Say whether a ``.tab`` file is the head of a MapInfo table, not text with tabs."""
    with path.open("rb") as file:
        return file.read(200).lstrip().lower().startswith(b"!table")


def is_companion(path: Path) -> bool:
    """Say whether a file belongs to another beside it: the data of a MapInfo table, the schema of a GML file."""
    suffix = path.suffix.lower()
    for head, parts in _COMPANIONS.items():
        if suffix in parts:
            heads = [path.with_suffix(spelling) for spelling in (head, head.upper())]
            if any(
                companion_head.is_file() and (head != ".tab" or is_mapinfo(companion_head)) for companion_head in heads
            ):
                return True
    return False


def _choose(where: str, data: Path | bytes, names: list[str], wanted: str | None) -> str:
    path = data if isinstance(data, Path) else None
    several = path is not None and path.suffix.lower() in (".gpkg", ".gdb")
    if wanted is not None and wanted not in names and path is not None and (len(names) > 1 or several):
        every = [str(name) for name, _ in pyogrio.list_layers(path)]
        if wanted not in every:
            raise SourceError(f"{where}: there is no layer '{wanted}'. The layers are: {', '.join(every)}.")
        return wanted
    if not names:
        raise SourceError(f"{where}: the file holds no layer. Fetch or export it again.")
    if wanted in names:
        return str(wanted)
    if len(names) > 1:
        raise SourceError(
            f"{where}: the file holds {len(names)} layers: {', '.join(names)}. Name one in the run file with 'layer:'."
        )
    return names[0]


def _of_its_format(where: str, data: Path | bytes, driver: str) -> None:
    """Stop at a file whose content is of another format than its name says."""
    allowed = DRIVERS.get(data.suffix.lower()) if isinstance(data, Path) else DRIVERS[".json"]
    if allowed and driver and driver not in allowed:
        raise SourceError(
            f"{where}: the content is of the format {driver}, not what the name says. Give the file its true ending."
        )


def _features(source: str, data: Path | bytes, options: dict[str, Any]) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Read fast; where a feature does not bear that, feature by feature."""
    try:
        frame = pyogrio.read_dataframe(data, use_arrow=isinstance(data, Path) and "encoding" not in options, **options)
    except UnicodeDecodeError:
        if "encoding" in options:
            raise
        frame, notes = _features(source, data, {**options, "encoding": "cp1252"})
        text = (
            "The attributes are not in the encoding the file says; they were read as Windows-1252. State 'encoding:'."
        )
        return frame, (*notes, Note(source, "encoding_guessed", text, len(frame)))
    except (shapely.errors.ShapelyError, NotImplementedError):
        return _one_by_one(source, data, options)
    if isinstance(frame, gpd.GeoDataFrame) and (shapely.get_type_id(frame.geometry.to_numpy()) > 7).any():
        return _one_by_one(source, data, options)
    return frame, ()


def _one_by_one(source: str, data: Path | bytes, options: dict[str, Any]) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Read features of which some have a geometry that the fast way refuses: rings are closed, curves made straight."""
    frame = pyogrio.read_dataframe(data, use_arrow=False, on_invalid="ignore", **options)
    stored = pyogrio.raw.read(data, columns=[], **options)[2]
    present = np.array([feature is not None for feature in stored], dtype=bool)
    shapes = shapely.from_wkb(stored, on_invalid="ignore")
    damaged = present & shapely.is_missing(shapes)
    shapes[damaged] = shapely.from_wkb(stored[damaged], on_invalid="fix")
    lost = present & shapely.is_missing(shapes)
    curved = _curves(data, options) & ~lost if not isinstance(data, bytes) else np.zeros(len(frame), dtype=bool)
    message = (
        ("ring_closed", damaged & ~lost, "Rings that are not closed were closed"),
        ("curve_straightened", curved, "Curves were made of straight pieces"),
        ("geometry_unread", lost, "Geometry that cannot be read (damaged, or a surface of facets) was left out"),
    )
    notes = [
        Note(source, code, f"{text}: {_numbered(which)}.", int(which.sum()))
        for code, which, text in message
        if which.any()
    ]
    frame = gpd.GeoDataFrame(
        pd.DataFrame(frame.drop(columns=frame.geometry.name)), geometry=shapes, crs=frame.geometry.crs
    )
    return frame, tuple(notes)


def _curves(data: Path | bytes, options: dict[str, Any]) -> np.ndarray:
    """Return which features are stored as curves, by the type that stands at the head of their bytes."""
    meta, table = pyogrio.read_arrow(data, **options)
    column = table.column(meta["geometry_name"] or "wkb_geometry").to_pylist()
    codes = [int.from_bytes(shape[1:5], "little" if shape[0] else "big") if shape else 0 for shape in column]
    return np.isin(np.array(codes, dtype=np.int64) % 1000, _CURVED)


def _numbered(which: np.ndarray) -> str:
    places = (np.flatnonzero(which) + 1).tolist()
    more = f" and {len(places) - _MANY} more" if len(places) > _MANY else ""
    return f"feature{'s' if len(places) > 1 else ''} {', '.join(map(str, places[:_MANY]))}{more}"


def _missing_journal(source: str, path: Path) -> tuple[Note, ...]:
    """Notice a GeoPackage that a program keeps open (its header says so) and whose journal was not copied with it."""
    with path.open("rb") as file:
        head = file.read(20)
    if (
        not head.startswith(b"SQLite format 3\x00")
        or head[18:20] != b"\x02\x02"
        or path.with_name(f"{path.name}-wal").exists()
    ):
        return ()
    text = (
        f"The file was copied or left while a program had it open, and there is no {path.name}-wal beside it: the last changes "
        "may be missing. Close the program and copy the file again."
    )
    return (Note(source, "journal_missing", text),)
