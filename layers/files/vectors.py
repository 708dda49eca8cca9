"""Vector formats: one layer, complete, in EPSG:4326 and two dimensions, or a stop that says what is wrong."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from layers import crs as crs_rules
from layers.accounting import Note
from layers.catalogue.source import Source
from layers.datum_doubts import system_doubts, text_beside
from layers.errors import ConfigError, NoRowsError, SourceError
from layers.files.cell_notes import notes_on_cells
from layers.files.coded_values import decode_values
from layers.files.dbf_encoding import deleted_records, overflow_notes, true_encoding
from layers.files.geojson_crs import crs_member
from layers.files.json_text import parse_json, require_shapes
from layers.files.likely_encodings import require_western
from layers.files.parquet_bounds import require_bearable_parquet
from layers.files.text_encoding import double_encoded
from layers.files.unplaced import blanked, off_the_globe, unplaced_note, without_numbers
from layers.files.vector_layers import DRIVERS, open_layer, undisturbed

VECTOR_SUFFIXES = (*DRIVERS, ".parquet", ".geoparquet")
"""Endings of vector files; ``.tab`` is one only where it is the head of a MapInfo table."""

_FEW = 0.5
_KEYS_OF_THE_FILE = 2
PAGE_SIZES = (1000, 2000, 5000, 10_000)
_TRUNCATED = re.compile(rb'"exceededTransferLimit"\s*:\s*true')
_FEATURE = re.compile(rb'"type"\s*:\s*"Feature"')


def read_features(
    source: Source, where: str, path: Path
) -> tuple[pd.DataFrame, gpd.GeoSeries | None, tuple[Note, ...]]:
    """Read one layer of a vector file.

    Returns
    -------
    DataFrame
        Attributes, dates as ISO text, plain index.
    GeoSeries or None
        Geometry in EPSG:4326, two-dimensional; missing stays missing. None for a table without geometry.
    tuple of Note

    Raises
    ------
    SourceError
        If parts of a shapefile are missing, several layers exist and none is named, no CRS is known, coordinates cannot be of the
        CRS stated, a service cut the file off, or fewer features arrive than the file holds.
    """
    suffix = path.suffix.lower()
    notes: list[Note] = []
    if suffix in (".parquet", ".geoparquet"):
        frame = _read_parquet(where, path)
        _require_features(where, "the file", frame)
    else:
        if suffix == ".shp":
            _whole_shapefile(source, where, path)
        with undisturbed(source.id, path) as (quiet_path, disturbances):
            frame, notes = _read_layer(source, where, quiet_path)
        notes += disturbances
    if source.left_out:
        frame = frame[~np.isin(np.arange(1, len(frame) + 1), list(source.left_out))]
    frame = frame.reset_index(drop=True)
    geometry = None
    if isinstance(frame, gpd.GeoDataFrame):
        beside = text_beside(path) if suffix == ".shp" else None
        geometry, located = to_degrees(source, where, frame.geometry, crs_member(path), beside)
        notes += located
        frame = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    cells = _plain_columns(frame)
    joined = "\n".join(
        value
        for name in cells.columns
        if pd.api.types.is_string_dtype(cells[name])
        for value in cells[name].dropna().unique()
    )
    rows = np.arange(1, len(cells) + 1)
    return cells, geometry, notes_on_cells(source.id, [*notes, *double_encoded(source.id, joined)], cells, rows)


def features_as_stored(source: Source, where: str, path: Path) -> gpd.GeoDataFrame | None:
    """Return features in the coordinates of the file, for a look at a file that states no CRS; None where it has no geometry."""
    if path.suffix.lower() == ".shp":
        _whole_shapefile(source.model_copy(update={"crs": "EPSG:4326"}), where, path)
    with undisturbed(source.id, path) as (quiet_path, _):
        frame, _ = _read_layer(source, where, quiet_path)
    return frame if isinstance(frame, gpd.GeoDataFrame) else None


def _read_parquet(where: str, path: Path) -> pd.DataFrame:
    import pyarrow
    import pyarrow.parquet

    try:
        require_bearable_parquet(where, path)
        schema = pyarrow.parquet.read_schema(path)
        if b"geo" in (schema.metadata or {}):
            return gpd.read_parquet(path)
        bare = [
            field.name
            for field in schema
            if pyarrow.types.is_binary(field.type) or pyarrow.types.is_large_binary(field.type)
        ]
        frame = pd.read_parquet(path)
    except (pyarrow.ArrowException, ValueError, OSError) as failure:
        raise SourceError(f"{where}: this is not a readable Parquet file ({failure}). Write it again.") from None
    if bare:
        raise SourceError(
            f"{where}: the column {bare[0]} holds bytes and the file has no GeoParquet description of them, so geometry and CRS "
            "cannot be known. Write it with geopandas' to_parquet, or as GeoPackage."
        )
    return frame


def _whole_shapefile(source: Source, where: str, path: Path) -> None:
    present = {part.suffix.lower() for part in path.parent.glob(f"{glob_escape(path.stem)}.*")}
    missing = [part for part in (".shx", ".dbf") if part not in present]
    if missing:
        raise SourceError(
            f"{where}: the shapefile is incomplete, {' and '.join(path.stem + part for part in missing)} is missing beside it. "
            "A shapefile is .shp, .shx, .dbf and .prj together: copy all of them."
        )
    if ".prj" not in present and source.crs is None:
        raise SourceError(
            f"{where}: the shapefile has no {path.stem}.prj, so its coordinate system is unknown. "
            "Ask the publisher and state it in the run file, e.g. 'crs: EPSG:26910'; it is never guessed."
        )


def glob_escape(text: str) -> str:
    """Escape characters that mean something in a file pattern."""
    return re.sub(r"([\[\]*?])", r"[\1]", text)


def _read_layer(source: Source, where: str, path: Path) -> tuple[pd.DataFrame, list[Note]]:
    """Read a layer, with its codes decoded; stop where it is not whole."""
    data: Path | bytes = path
    raw = b""
    notes: list[Note] = []
    encoding = source.encoding
    if path.suffix.lower() in (".json", ".geojson"):
        raw, notes = _as_utf8(source, path.read_bytes())
        if _TRUNCATED.search(raw):
            raise SourceError(
                f"{where}: the service cut this file off (exceededTransferLimit is true): it is one page, not the layer. "
                "Fetch all pages and join them."
            )
        require_shapes(where, raw)
        bare = raw.lstrip()[:1] == b"["
        data = _as_collection(raw) if bare else raw if notes else path
    elif path.suffix.lower() == ".shp":
        encoding, notes = (encoding, []) if encoding is not None else true_encoding(source.id, path)
        notes = [*notes, *overflow_notes(source.id, path)]
    opened = open_layer(source.id, where, data, source.layer, encoding)
    frame = opened.frame
    if opened.expected >= 0 and len(frame) != opened.expected:
        deleted = deleted_records(path) if path.suffix.lower() == ".shp" else []
        if deleted and len(deleted) == opened.expected - len(frame):
            raise SourceError(
                f"{where}: records are marked as deleted and still stand in the table (record {', '.join(map(str, deleted[:6]))}"
                f"{', …' if len(deleted) > 6 else ''}). Save the layer anew, e.g. as GeoPackage, so that they are gone or back."
            )
        raise SourceError(
            f"{where}: the file says it holds {opened.expected} features but {len(frame)} could be read. Fetch it again."
        )
    _require_features(where, "the file" if isinstance(data, bytes) else f"the layer '{opened.name}'", frame)
    frame, decoded = decode_values(source.id, path, opened.name, frame)
    return frame, [*notes, *opened.notes, *decoded, *_completeness(source, where, raw, frame)]


def _require_features(where: str, what: str, frame: pd.DataFrame) -> None:
    if frame.empty:
        text = f"{where}: {what} holds no features. Fetch or export it again."
        raise NoRowsError(text, tuple(map(str, frame.columns)), placed=isinstance(frame, gpd.GeoDataFrame))


def _as_utf8(source: Source, raw: bytes) -> tuple[bytes, list[Note]]:
    """Return the text of a GeoJSON file in UTF-8, which the format asks for and some programs do not heed."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace").encode(), []
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        require_western(source.id, raw)
        text = "The text is not UTF-8; it was read as Windows-1252."
        return raw.decode("cp1252", "replace").encode(), [Note(source.id, "encoding_guessed", text)]
    return raw, []


def _as_collection(raw: bytes) -> bytes:
    """Wrap a bare JSON list of features, which some services send, into a collection."""
    try:
        features = parse_json(raw)
    except ValueError:
        return raw
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _completeness(source: Source, where: str, raw: bytes, frame: pd.DataFrame) -> list[Note]:
    """Compare the features read with those in the text, and notice counts at which services stop."""
    read, notes = len(frame), []
    placed = isinstance(frame, gpd.GeoDataFrame) and not shapely.is_missing(frame.geometry.to_numpy()).any()
    if raw and (len(_FEATURE.findall(raw)) > read or not placed):
        try:
            document = parse_json(raw)
        except ValueError as failure:
            raise SourceError(f"{where}: the JSON text is damaged ({failure}). Fetch it again.") from None
        features = document if isinstance(document, list) else document.get("features", [])
        if len(features) > read:
            raise SourceError(
                f"{where}: the file holds {len(features)} features but {read} could be read; one may be too large. "
                "Use GeoPackage."
            )
        notes += _unread_geometry(source.id, features, frame)
    notes += _repeated_keys(source.id, raw, frame)
    if read in PAGE_SIZES:
        text = f"The file holds exactly {read} features, a size at which services cut off: check that it is the whole layer."
        notes.append(Note(source.id, "page_sized", text, read))
    return notes


def _repeated_keys(source: str, raw: bytes, frame: pd.DataFrame) -> list[Note]:
    """Tell properties that stand more often in a GeoJSON file than it has features: the last of them was read."""
    if not raw:
        return []
    often = []
    for name in (str(column) for column in frame.columns if str(column) != "geometry"):
        key = json.dumps(name, ensure_ascii=False).encode()
        if raw.count(key + b":") + raw.count(key + b" :") > len(frame) + _KEYS_OF_THE_FILE:
            often.append(name)
    if not often:
        return []
    text = (
        f"Properties stand more often in the text than there are features ({', '.join(often[:5])}): where one is given twice "
        "the last was read. Ask the publisher."
    )
    return [Note(source, "repeated_key", text, len(often), tuple(often))]


def _unread_geometry(source: str, features: list[Any], frame: pd.DataFrame) -> list[Note]:
    """Tell which features of a GeoJSON file state a geometry that was not understood."""
    if not isinstance(frame, gpd.GeoDataFrame) or len(features) != len(frame):
        return []
    missing = shapely.is_missing(frame.geometry.to_numpy())
    lost = [
        number
        for number, (feature, absent) in enumerate(zip(features, missing, strict=True), 1)
        if absent and isinstance(feature, dict) and feature.get("geometry")
    ]
    shown = ", ".join(map(str, lost[:5]))
    text = f"Geometry that cannot be read was left out: features {shown}."
    return [Note(source, "geometry_unread", text, len(lost))] if lost else []


def to_degrees(
    source: Source, where: str, geometry: gpd.GeoSeries, member: str | None = None, projection: str | None = None
) -> tuple[gpd.GeoSeries, list[Note]]:
    """Bring geometry from the CRS the run file or the file states to EPSG:4326, flat.

    Parameters
    ----------
    source, where
        Whose ``crs`` overrules the file's, and what to call the file in messages.
    geometry : GeoSeries
        In the CRS of the file; None where it states none.
    member : str or None
        What a GeoJSON file says of its CRS.
    projection : str or None
        The text of a shapefile's ``.prj``, of which libraries take only what they need.

    Raises
    ------
    SourceError
        If no CRS is known, or the coordinates cannot be of it.
    """
    notes: list[Note] = []
    geometry, unread = without_numbers(source, geometry)
    notes += unread
    present = ~(shapely.is_missing(geometry.to_numpy()) | shapely.is_empty(geometry.to_numpy()))
    if shapely.has_z(geometry[present].to_numpy()).any():
        heights, owner = shapely.get_coordinates(geometry.to_numpy(), include_z=True, return_index=True)
        deep = len(np.unique(owner[np.nan_to_num(heights[:, 2]) != 0]))  # formats that know no other points write 0
        text = "Heights (Z) of the geometry were dropped; they are not used."
        notes += [Note(source.id, "z_dropped", text, deep)] if deep else []
        geometry = geometry.force_2d()
    declared = crs_rules.parse_crs(where, source.crs) if source.crs else None
    known = geometry.crs
    if (
        declared is not None
        and known is not None
        and not crs_rules.same_crs(declared, known)
        and not _default_crs(known, member)
    ):
        notes.append(
            Note(
                source.id,
                "crs_overruled",
                f"The run file's crs {source.crs} was used instead of the file's own ({known.name}).",
                len(geometry),
            )
        )
    used = declared or known
    if used is None or "undefined" in used.name.casefold() or pyproj.CRS(used).geodetic_crs is None:
        raise SourceError(
            f"{where}: the file states no coordinate system. "
            "Ask the publisher and state it in the run file, e.g. 'crs: EPSG:4269'."
        )
    as_stated, used = pyproj.CRS(used), crs_rules.flat(used)
    geometry = geometry.set_crs(used, allow_override=True)
    hint = (
        f" The file's crs member '{member}' is not known here; state the right one with 'crs:'."
        if member and declared is None
        else ""
    )
    geometry, off = off_the_globe(source, geometry, used)
    notes += off
    present = present & ~shapely.is_missing(geometry.to_numpy())
    crs_rules.check_range(where, used, geometry[present].total_bounds, hint)
    if member and declared is None:
        _require_known(where, member)
    moved, shifted = crs_rules.to_wgs84(source.id, where, geometry)
    lost = present & ~np.isfinite(moved.bounds.to_numpy()).all(axis=1)
    if lost.sum() > _FEW * present.sum():
        raise SourceError(
            f"{where}: {int(lost.sum())} features have coordinates that {used.name} cannot hold. Check 'crs'."
        )
    if lost.any():
        text = f"Features have coordinates that {used.name} cannot hold; they were left without a place."
        notes.append(unplaced_note(source.id, text, lost))
        moved, present = blanked(moved, lost), present & ~lost
    moved.attrs["system"] = used.to_wkt()
    middle = shapely.centroid(moved.to_numpy()[present])  # an empty shape has no middle to ask for
    rows = np.flatnonzero(present) + 1
    beside = None if declared is not None else projection
    notes += system_doubts(source.id, as_stated, shapely.get_x(middle), shapely.get_y(middle), rows=rows, stated=beside)
    return moved, notes + shifted


def _require_known(where: str, member: str) -> None:
    """Stop at a GeoJSON file whose CRS GDAL does not know and takes for WGS 84."""
    try:
        crs_rules.parse_crs(where, member)
    except ConfigError:
        raise SourceError(
            f"{where}: the file's crs member '{member[:60]}' is no coordinate system that is known here, so its coordinates are "
            "of none. Ask the publisher and state it in the run file, e.g. 'crs: EPSG:4326'."
        ) from None


def _default_crs(known: pyproj.CRS, member: str | None) -> bool:
    """Return whether a CRS is only what GeoJSON readers assume when nothing is said."""
    return member is None and crs_rules.same_crs(known, pyproj.CRS(4326))


def _plain_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Return attributes as text or numbers: dates as ISO text, lists joined, truth values as text."""
    cells = frame.copy()
    for name in cells.columns:
        column = cells[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            text = column.dt.strftime("%Y-%m-%dT%H:%M:%S").astype("str")
            cells[name] = text.str.removesuffix("T00:00:00")
        elif pd.api.types.is_bool_dtype(column):
            cells[name] = column.map({True: "true", False: "false"}).astype("str")
        elif column.dtype == object:
            cells[name] = pd.Series([_as_text(value) for value in column], index=cells.index, dtype="str")
        elif isinstance(column.dtype, pd.StringDtype):
            cells[name] = column.where(column != "", None).astype("str")
    return cells


def _as_text(value: Any) -> str | None:
    if isinstance(value, list | tuple | np.ndarray):
        return "; ".join(str(item) for item in value) or None
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    return str(value) or None
