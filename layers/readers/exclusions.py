"""A steward's requests: what a run must leave out, and links a person has confirmed or denied."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pandera.typing import DataFrame

from layers.accounting import ColumnFate, Reading, reject_all, rejected_rows
from layers.catalogue.source import Source
from layers.errors import NoRowsError, SourceError
from layers.files.located import locate
from layers.files.tables import RawTable, read_table
from layers.findings import Finding
from layers.readers.column_fates import column_fates, named_columns, refuse_twins
from layers.readers.columns import match_column
from layers.schema import Exclusions, GeoDataFrame, Links, conform

_SAME_AREA = 1e-6
"""Share of its area by which an outline may differ from what it is mended to; one that crosses itself differs by more."""

_TRUE, _FALSE = {"true", "yes", "1", "same"}, {"false", "no", "0", "different"}


def read_exclusions(source: Source, root: Path) -> Reading[GeoDataFrame[Exclusions]]:
    """Read the list of sites or areas a steward asked to leave out.

    A table needs a column of keys (``key``: site, record or official id; mapped by ``columns``); a vector file needs areas.
    ``reason`` and ``date`` may stand beside them. Nothing of the list is ever written to a run. A list with its columns and
    without rows is one without requests.

    Parameters
    ----------
    source : Source
        With role ``exclusions``.
    root : Path
        Folder where a relative path starts.

    Returns
    -------
    Reading[GeoDataFrame[Exclusions]]
        EPSG:4326.

    Raises
    ------
    SourceError
        If the file has neither a column of keys nor geometry, or an outline covers nothing or what nobody can tell: a request
        that would be followed by nobody is a stop.
    """
    raw = _read_list(source, root)
    fates = _fates(source, raw, ("key", "reason", "date"))
    keys = _column(raw.cells, source, "key")
    if keys is None and raw.geometry is None:
        raise SourceError(
            f"{source.id}: {raw.path.name} has no column 'key' and no areas; its columns are {', '.join(raw.cells.columns)}. "
            "Name the column of site ids under `columns: {key: …}`."
        )
    geometry = (
        gpd.GeoSeries([None] * len(raw.cells), crs="EPSG:4326") if raw.geometry is None else raw.geometry.to_crs(4326)
    )
    table = gpd.GeoDataFrame(
        {
            "exclusion_id": [f"{source.id}:{row}" for row in raw.rows],
            "key": keys.str.strip() if keys is not None else pd.NA,
            "reason": _column(raw.cells, source, "reason"),
            "date": _column(raw.cells, source, "date"),
        },
        geometry=_areas(f"{source.id} ({raw.path.name})", raw.rows, geometry.to_numpy(), keys),
        crs="EPSG:4326",
    )
    usable = (table["key"].notna() | ~(table.geometry.isna() | table.geometry.is_empty)).to_numpy()
    problem = "exclusion_names_nothing", "neither a key nor an area is given, so the request cannot be followed"
    unusable = dict.fromkeys(map(int, np.flatnonzero(~usable)), problem)
    rejected = reject_all(source.id, raw.rows, raw.cells, unusable)
    layer = conform(table[usable], Exclusions)
    return Reading(
        source.id, layer, rejected_rows([*raw.rejects, *rejected]), raw.rows_read, notes=raw.notes, fates=fates
    )


def _read_list(source: Source, root: Path) -> RawTable:
    """Read a list that a person keeps, which may hold nothing yet or nothing any more."""
    try:
        return read_table(source, root)
    except NoRowsError as none:
        cells = pd.DataFrame({name: pd.Series(dtype="str") for name in none.columns if name != "geometry"})
        geometry = gpd.GeoSeries([], crs="EPSG:4326") if none.placed else None
        return RawTable(locate(source.id, source.path, root), cells, np.empty(0, dtype=np.int64), geometry)


def _areas(where: str, rows: np.ndarray, shapes: np.ndarray, keys: pd.Series | None) -> np.ndarray:
    """Return outlines that can be followed: whole ones, and those that only touch themselves, mended."""
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    named = np.zeros(len(shapes), dtype=bool) if keys is None else keys.notna().to_numpy(dtype=bool)
    is_area = np.isin(shapely.get_type_id(shapes), (3, 6))
    flat = there & ~is_area & ~named
    if flat.any():
        raise SourceError(
            f"{where}: row {rows[flat][0]} is a {shapely.GeometryType(shapely.get_type_id(shapes[flat])[0]).name.lower()}, which "
            "covers no site. Draw an area, or name the site under a column 'key'."
        )
    kept = shapes.astype(object)  # a copy
    kept[~(is_area & there)] = None
    broken = np.flatnonzero(~(shapely.is_valid(kept) | shapely.is_missing(kept)))
    mended = shapely.make_valid(kept[broken], method="structure", keep_collapsed=False)
    areas = shapely.area(kept[broken])
    crossing = broken[np.abs(areas - shapely.area(mended)) > _SAME_AREA * np.maximum(areas, shapely.area(mended))]
    if len(crossing):
        raise SourceError(
            f"{where}: the outline of row {rows[crossing[0]]} crosses itself, so nobody can tell what it covers. Draw it "
            "again, or mend it in a GIS and look at what is then inside."
        )
    kept[broken] = mended
    return kept


def read_known_links(source: Source, root: Path) -> Reading[DataFrame[Links]]:
    """Read pairs of records a person has called the same site, or not; they overrule what the program thinks.

    Parameters
    ----------
    source : Source
        With role ``links``; the file has ``record_a, record_b, same_site`` and may have ``reason``. A ``links.csv`` written by a
        run and edited is such a file.
    root : Path
        Folder where a relative path starts.

    Returns
    -------
    Reading[DataFrame[Links]]
        With ``rule`` = ``known`` and confidence 1. Rows whose verdict is neither yes nor no are rejected.

    Raises
    ------
    SourceError
        If one of the three columns is missing; a list with them and without rows is one without links.
    """
    raw = _read_list(source, root)
    fates = _fates(source, raw, ("record_a", "record_b", "same_site", "reason"))
    columns = {name: _column(raw.cells, source, name) for name in ("record_a", "record_b", "same_site", "reason")}
    missing = [name for name in ("record_a", "record_b", "same_site") if columns[name] is None]
    if missing:
        raise SourceError(
            f"{source.id}: {raw.path.name} lacks the columns {', '.join(missing)}. A list of links has record_a, record_b and "
            "same_site (true or false)."
        )
    verdict = columns["same_site"].astype("str").str.strip().str.casefold()  # type: ignore[union-attr]
    usable = (verdict.isin(_TRUE | _FALSE) & columns["record_a"].notna() & columns["record_b"].notna()).to_numpy()  # type: ignore[union-attr]
    table = pd.DataFrame(
        {
            "record_a": columns["record_a"],
            "record_b": columns["record_b"],
            "same_site": verdict.isin(_TRUE),
            "confidence": 1.0,
            "rule": "known",
            "name_similarity": np.nan,
            "distance_km": np.nan,
        }
    )
    reasons = [None] * len(table) if columns["reason"] is None else columns["reason"]
    findings = [
        Finding(code="quoted", values={"quoted": reason}) if isinstance(reason, str) else Finding(code="by_hand")
        for reason in reasons
    ]
    table[["finding", "values"]] = pd.DataFrame(
        [finding.as_cells() for finding in findings], columns=["finding", "values"]
    )
    reason = "same_site is '{}', neither true nor false, or a record id is missing"
    unusable = {int(row): ("link_without_verdict", reason.format(verdict.iloc[row])) for row in np.flatnonzero(~usable)}
    rejected = reject_all(source.id, raw.rows, raw.cells, unusable)
    layer = conform(table[usable], Links)
    return Reading(
        source.id, layer, rejected_rows([*raw.rejects, *rejected]), raw.rows_read, notes=raw.notes, fates=fates
    )


def _fates(source: Source, raw: RawTable, names: Sequence[str]) -> tuple[ColumnFate, ...]:
    """Return what becomes of every column; stop at twins with different contents."""
    used = {column: name for name in names if (column := _heading(raw.cells, source, name)) is not None}
    where = f"{source.id} ({raw.path.name})"
    refuse_twins(source, where, raw.cells, named_columns(source, raw.cells) | set(used), raw.repeated)
    return column_fates(source, raw.cells, used)


def _column(cells: pd.DataFrame, source: Source, name: str) -> pd.Series | None:
    """Return the file's column for a layer column, as text, or None."""
    column = _heading(cells, source, name)
    return None if column is None else cells[column].astype("str").where(cells[column].notna())


def _heading(cells: pd.DataFrame, source: Source, name: str) -> str | None:
    """Return the file's column for a layer column: the one mapped, else one of that name."""
    wanted = source.columns.get(name, name)
    alike = [
        match_column(map(str, cells.columns), heading) for heading in ([wanted] if isinstance(wanted, str) else wanted)
    ]
    return next((column for column in alike if column is not None), None)
