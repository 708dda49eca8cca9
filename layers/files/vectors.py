"""Vector formats: one layer, complete, in EPSG:4326 and two dimensions, or a stop that says what is wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from layers import crs as crs_rules
from layers.accounting import Note
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.delimited import double_encoded
from layers.quiet import quiet

VECTOR_SUFFIXES = (".gpkg", ".shp", ".geojson", ".json", ".gdb", ".parquet", ".geoparquet", ".fgb", ".kml")
PAGE_SIZES = (1000, 2000, 5000, 10_000)
_TRUNCATED = re.compile(rb'"exceededTransferLimit"\s*:\s*true')
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*\{.{0,200}?"name"\s*:\s*"([^"]+)"', re.DOTALL)
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
    else:
        if suffix == ".shp":
            _whole_shapefile(source, where, path)
        raw = path.read_bytes() if suffix in (".json", ".geojson") else b""
        frame = _read_layer(source, where, path, raw)
        notes += _completeness(source, where, raw, len(frame))
    frame = frame.reset_index(drop=True)
    geometry = None
    if isinstance(frame, gpd.GeoDataFrame):
        geometry, located = _to_wgs84(source, where, frame.geometry, _crs_member(path))
        notes += located
        frame = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    cells = _plain_columns(frame)
    joined = "\n".join(
        value
        for name in cells.columns
        if pd.api.types.is_string_dtype(cells[name])
        for value in cells[name].dropna().unique()
    )
    return cells, geometry, (*notes, *double_encoded(source.id, joined))


def layer_names(path: Path) -> list[str]:
    """Return the names of the layers in a vector file."""
    return [str(name) for name, _ in pyogrio.list_layers(path)]


def _read_parquet(where: str, path: Path) -> pd.DataFrame:
    import pyarrow
    import pyarrow.parquet

    try:
        schema = pyarrow.parquet.read_schema(path)
        if b"geo" in (schema.metadata or {}):
            return gpd.read_parquet(path)
        bare = [
            one.name for one in schema if pyarrow.types.is_binary(one.type) or pyarrow.types.is_large_binary(one.type)
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
    present = {one.suffix.lower() for one in path.parent.glob(f"{glob_escape(path.stem)}.*")}
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


def _read_layer(source: Source, where: str, path: Path, raw: bytes) -> pd.DataFrame:
    data: Any = path
    if raw:
        if _TRUNCATED.search(raw):
            raise SourceError(
                f"{where}: the service cut this file off (exceededTransferLimit is true): it is one page, not the layer. "
                "Fetch all pages and join them."
            )
        if raw.lstrip()[:1] == b"[":
            data = _as_collection(raw)
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(data)]
    except pyogrio.errors.DataSourceError as failure:
        raise SourceError(
            f"{where}: the file cannot be opened ({failure}). Check that it is complete and of the format its name says."
        ) from None
    layer = source.layer if source.layer in names else None
    if source.layer is not None and layer is None and (len(names) > 1 or path.suffix.lower() in (".gpkg", ".gdb")):
        raise SourceError(f"{where}: there is no layer '{source.layer}'. The layers are: {', '.join(names)}.")
    if layer is None and len(names) > 1:
        raise SourceError(
            f"{where}: the file holds {len(names)} layers: {', '.join(names)}. Name one in the run file with 'layer:'."
        )
    if not names:
        raise SourceError(f"{where}: the file holds no layer. Fetch or export it again.")
    options: dict[str, Any] = {"layer": 0 if isinstance(data, bytes) else layer or names[0]}
    if source.encoding:
        options["encoding"] = source.encoding
    try:
        with quiet():
            expected = pyogrio.read_info(data, **options, force_feature_count=True)["features"]
            frame = pyogrio.read_dataframe(data, use_arrow=not raw and not source.encoding, **options)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError, RuntimeError) as failure:
        raise SourceError(f"{where}: the layer '{options['layer']}' cannot be read ({failure}).") from None
    if expected >= 0 and len(frame) != expected:
        raise SourceError(
            f"{where}: the file says it holds {expected} features but {len(frame)} could be read. Fetch it again."
        )
    if frame.empty:
        raise SourceError(f"{where}: the layer '{options['layer']}' holds no features. Fetch or export it again.")
    return frame


def _as_collection(raw: bytes) -> bytes:
    """Wrap a bare JSON list of features, which some services send, into a collection."""
    try:
        features = json.loads(raw)
    except ValueError:
        return raw
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _completeness(source: Source, where: str, raw: bytes, read: int) -> list[Note]:
    """Compare the features read with those in the text, and notice counts at which services stop."""
    if raw and len(_FEATURE.findall(raw)) > read:
        try:
            document = json.loads(raw)
        except ValueError as failure:
            raise SourceError(f"{where}: the JSON text is damaged ({failure}). Fetch it again.") from None
        held = len(document if isinstance(document, list) else document.get("features", []))
        if held > read:
            raise SourceError(
                f"{where}: the file holds {held} features but {read} could be read; one may be too large. Use GeoPackage."
            )
    if read in PAGE_SIZES:
        text = f"The file holds exactly {read} features, a size at which services cut off: check that it is the whole layer."
        return [Note(source.id, "page_sized", text, read)]
    return []


def _crs_member(path: Path) -> str | None:
    if path.suffix.lower() not in (".json", ".geojson"):
        return None
    with path.open("rb") as file:
        found = _CRS_MEMBER.search(file.read(20_000))
    return found.group(1).decode("utf-8", "replace") if found else None


def _to_wgs84(
    source: Source, where: str, geometry: gpd.GeoSeries, member: str | None
) -> tuple[gpd.GeoSeries, list[Note]]:
    notes: list[Note] = []
    present = ~(shapely.is_missing(geometry.to_numpy()) | shapely.is_empty(geometry.to_numpy()))
    deep = int(shapely.has_z(geometry[present].to_numpy()).sum())
    if deep:
        notes.append(Note(source.id, "z_dropped", "Heights (Z) of the geometry were dropped; they are not used.", deep))
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
    used = crs_rules.flat(used)
    geometry = geometry.set_crs(used, allow_override=True)
    hint = (
        f" The file's crs member '{member}' is not known here; state the right one with 'crs:'."
        if member and declared is None
        else ""
    )
    crs_rules.check_range(where, used, geometry[present].total_bounds, hint)
    moved, shifted = crs_rules.to_wgs84(source.id, where, geometry)
    lost = present & ~np.isfinite(moved.bounds.to_numpy()).all(axis=1)
    if lost.any():
        raise SourceError(
            f"{where}: {int(lost.sum())} features have coordinates that {used.name} cannot hold. Check 'crs'."
        )
    return moved, notes + shifted


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
        return "; ".join(str(one) for one in value) or None
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    return str(value) or None
