"""Inventories of mines, tailings and mine waste: raw rows -> records and rejected rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from shapely.affinity import translate

from layers.accounting import Note, Reading, reject_all, rejected_rows
from layers.catalogue.source import Source
from layers.crs import geodesic_km, parse_crs
from layers.errors import SourceError
from layers.files.tables import RawTable, read_table
from layers.geometry import repair_areas
from layers.readers.broken_ids import without_broken_ids
from layers.readers.column_fates import column_fates, named_columns, refuse_twins
from layers.readers.columns import (
    check_mapping,
    checked_options,
    mapped_columns,
    rows_wanted,
    text_column,
)
from layers.readers.coordinates import read_points
from layers.readers.inner_headings import heading_rows
from layers.readers.joined_amounts import join_amounts
from layers.readers.one_point import line_notes, one_point_notes
from layers.readers.outline_areas import settle_areas
from layers.readers.place_checks import check_places
from layers.readers.points import precision_of
from layers.readers.prime_meridians import refuse_meridians_above
from layers.readers.record_fields import LAYER_COLUMNS, InventoryOptions, quoted_columns, record_fields
from layers.readers.rows_put_aside import commented_out, without_dittos
from layers.readers.shifted_rows import shifted_rows
from layers.readers.summary_rows import summary_notes, summary_places, summary_reason
from layers.readers.sums_of_others import sums_of_others
from layers.schema import GeoDataFrame, Records, conform
from layers.transformer import transformer

_WIDE_KM = 20.0
_COLLECTION, _APART_KM = 7, 0.5
_ADD_UP = ("mass_t", "volume_m3", "area_m2", "milled_t", "mined_t")
"""Amounts of which those of all sites have a sum."""


def read_inventory(source: Source, root: Path) -> Reading[GeoDataFrame[Records]]:
    """Read an inventory.

    Parameters
    ----------
    source : Source
        Resolved (see `layers.catalogue.source.resolve`). ``where`` keeps rows; ``columns``, ``values``, ``missing``,
        ``commodity_codes`` and ``options`` (`InventoryOptions`) interpret them.
    root : Path
        Folder where relative paths start.

    Returns
    -------
    Reading[GeoDataFrame[Records]]
        Rows in file order, EPSG:4326. ``record_id`` is ``source:official id`` where that is unique, else
        ``source:official id#row``. ``cross_ids`` reads ``scheme=id; scheme=id``. Quantities are in base units, with
        ``<column>_bound`` (lower, upper, range) beside.

    Raises
    ------
    SourceError
        If the file cannot be read, columns named do not exist, or rows that differ share an official id.
    ConfigError
        If ``options`` or ``columns`` hold unknown keys.
    """
    options = checked_options(source, InventoryOptions, LAYER_COLUMNS, "an inventory")
    table = read_table(source, root)
    where = f"{source.id} ({table.path.name})"
    joined_notes: list[Note] = []
    if options.amounts is not None:
        joined, joined_notes = join_amounts(source, root, where, table.cells, options.amounts)
        table = replace(table, cells=joined)
    check_mapping(source, where, list(map(str, table.cells.columns)))
    refuse_meridians_above(source, where, table.words_above, table.cells)
    quoted = quoted_columns(source, options, table.cells)
    refuse_twins(source, where, table.cells, named_columns(source, table.cells) | set(quoted), table.repeated, quoted)
    if not source.columns and len(table.cells.columns):
        raise SourceError(
            f"{where}: no column is mapped, so nothing but places would be read. Map names, ids, commodities and amounts under "
            f"'columns:'. The columns are: {', '.join(map(str, table.cells.columns))}."
        )
    kept, withheld = rows_wanted(source, where, table.cells)
    cells, broken = without_broken_ids(source, table.cells, table.rows, ("official_id", "parent_id"))
    cells, dittos = without_dittos(source, cells, table.rows)
    table, joined_notes = replace(table, cells=cells), [*joined_notes, *broken, *dittos]
    kept, headings = _without_headings(source, where, table, kept)
    kept, merged, notes = _distinct(source, where, options, table, kept)
    cells = table.cells.loc[kept].reset_index(drop=True)
    rows = table.rows[kept]
    geometry = None if table.geometry is None else table.geometry.iloc[kept].reset_index(drop=True)
    location, bad, place_notes = _places(source, where, options, cells, rows, geometry)
    spots = location["longitude"], location["latitude"], location["coordinate_precision_km"]
    system = None if geometry is None else geometry.attrs.get("system")
    place_notes = [*place_notes, *check_places(source, where, cells, rows, *spots, system)]
    row_of_units = table.captions.get("unit")
    fields, field_bad, field_notes = record_fields(source, options, cells, rows, row_of_units, table.words_above)
    placed = np.isfinite(np.asarray(location["longitude"], dtype=float))
    own = placed & fields["official_id"].notna().to_numpy(dtype=bool)
    for name, ids in (("official_id", None), ("name", fields["official_id"])):
        summaries = summary_places(fields[name], ids)
        bad |= {position: summary_reason(fields[name].iloc[position]) for position in summaries}
        known = [*summaries, *np.flatnonzero(own & (name == "name")).tolist()]
        field_notes = [*field_notes, *summary_notes(source, name, fields[name], rows, known)]
    bad = {**field_bad, **bad}
    rejects = [*table.rejects, *headings, *reject_all(source.id, rows, cells, bad)]
    good = np.array([position for position in range(len(cells)) if position not in bad], dtype=int)
    amounts = {name: ", ".join(mapped_columns(source, cells, name)) for name in _ADD_UP if name in source.columns}
    field_notes = [*field_notes, *sums_of_others(source.id, fields, rows, good.tolist(), amounts)]
    drawn = location.pop("outline_area_m2", None)
    if drawn is not None:
        named = mapped_columns(source, cells, "area_m2")
        fields["area_m2"], area_notes = settle_areas(
            where, source.id, fields["area_m2"], drawn, rows, named, options.units, spots[1]
        )
        field_notes = [*field_notes, *area_notes]
    layer = gpd.GeoDataFrame(
        {**fields, **location, "source": source.id, "source_row": rows}, geometry="geometry", crs="EPSG:4326"
    )
    layer = layer.iloc[good].reset_index(drop=True)
    layer["record_id"] = _record_ids(source.id, layer["official_id"], layer["source_row"])
    used = named_columns(source, cells) | set(quoted)
    field_notes = [*field_notes, *one_point_notes(source.id, layer, cells.iloc[good].reset_index(drop=True), used)]
    return Reading(
        source=source.id,
        layer=conform(layer, Records),
        rejected=rejected_rows(sorted(rejects, key=lambda rejected: rejected["source_row"])),
        rows_read=table.rows_read,
        rows_withheld=withheld,
        rows_merged=merged,
        notes=(*table.notes, *joined_notes, *notes, *place_notes, *field_notes),
        fates=column_fates(source, table.cells, quoted),
    )


def _without_headings(
    source: Source, where: str, table: RawTable, kept: np.ndarray
) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """Turn away repeated headings and rows moved to the side, before anything is read from their cells."""
    cells, rows = table.cells.iloc[kept].reset_index(drop=True), table.rows[kept]
    bad = heading_rows(where, cells, rows) | shifted_rows(cells) | commented_out(cells)
    return np.delete(kept, list(bad)), reject_all(source.id, rows, cells, bad)


def _distinct(
    source: Source, where: str, options: InventoryOptions, table: RawTable, kept: np.ndarray
) -> tuple[np.ndarray, int, list[Note]]:
    """Merge rows that are the same in every cell; stop, or keep apart, rows that differ but share an official id."""
    cells = table.cells.iloc[kept]
    geometry = (
        pd.Series("", index=cells.index)
        if table.geometry is None
        else table.geometry.iloc[kept].to_wkb().map(bytes.hex, "ignore")
    )
    repeated = cells.assign(_geometry=geometry.to_numpy()).duplicated().to_numpy()
    official = text_column(source, cells, "official_id", keep_missing_words=True)
    notes = []
    if official is None:
        repeated = np.zeros(len(cells), dtype=bool)
    merged = int(repeated.sum())
    if merged:
        text = "Rows equal to an earlier row in every cell were merged with it."
        notes.append(Note(source.id, "identical_rows", text, merged, rows=tuple(table.rows[kept][repeated])))
    kept = kept[~repeated]
    if official is not None:
        official = official.iloc[np.flatnonzero(~repeated)]
        shared = official[official.notna() & official.duplicated(keep=False)]
        if len(shared):
            names = ", ".join(map(str, shared.unique()[:5]))
            if options.duplicate_ids == "error":
                places = ", ".join(
                    str(row) for row in table.rows[kept][np.flatnonzero(official.index.isin(shared.index))][:6]
                )
                raise SourceError(
                    f"{where}: {shared.nunique()} official ids stand in {len(shared)} rows that differ "
                    f"(e.g. {names}; rows {places}). "
                    "Correct the file, map another 'official_id', or state 'options: {duplicate_ids: keep}'."
                )
            text = f"Rows that differ share an official id (e.g. {names}); all were kept under their row numbers."
            columns = tuple(mapped_columns(source, cells, "official_id"))
            at = np.flatnonzero(official.index.isin(shared.index))
            notes.append(Note(source.id, "shared_official_id", text, len(shared), columns, tuple(table.rows[kept][at])))
        notes += _ids_by_case(source, official, table.rows[kept])
    return kept, merged, notes


def _ids_by_case(source: Source, official: pd.Series, rows: np.ndarray) -> list[Note]:
    """Say when ids differ by the case of their letters only: one id typed in two ways, or two things."""
    folded = official.str.casefold()
    alike = (folded.duplicated(keep=False) & ~official.duplicated(keep=False) & official.notna()).to_numpy(dtype=bool)
    if not alike.any():
        return []
    shown = ", ".join(official[alike].unique()[:4])
    text = f"Ids differ by the case of their letters only (e.g. {shown}); they were kept as different ids."
    return [Note(source.id, "ids_differ_by_case", text, int(alike.sum()), rows=tuple(rows[alike]))]


def _record_ids(source: str, official: pd.Series, rows: pd.Series) -> list[str]:
    shared = official.duplicated(keep=False)
    records = zip(official.tolist(), official.isna().tolist(), shared.tolist(), rows.tolist(), strict=True)
    return [
        f"{source}:row {row}" if missing else f"{source}:{official}#{row}" if again else f"{source}:{official}"
        for official, missing, again, row in records
    ]


def _places(
    source: Source,
    where: str,
    options: InventoryOptions,
    cells: pd.DataFrame,
    rows: np.ndarray,
    geometry: gpd.GeoSeries | None,
) -> tuple[dict[str, Any], dict[int, tuple[str, str]], list[Note]]:
    """Return position columns, rows to reject, and notes; from the geometry where the file has one, else from columns."""
    if geometry is not None:
        location, notes = _from_geometry(source, geometry, rows)
        problems = _at_zero(source, where, location, rows)
    else:
        points = read_points(source, where, cells, rows)
        problems, notes = points.problems, points.notes
        shapes = np.full(len(cells), None, dtype=object)
        located = np.isfinite(points.latitude)
        shapes[located] = shapely.points(points.longitude[located], points.latitude[located])
        location = {
            "latitude": points.latitude,
            "longitude": points.longitude,
            "coordinate_precision_km": precision_of(points),
            "geometry": shapes,
        }
    if not options.keep_unlocated:
        for position in np.flatnonzero(~np.isfinite(location["latitude"])):
            problems.setdefault(int(position), ("no_coordinates", f"row {rows[position]} has no coordinates"))
    return location, problems, notes


def _at_zero(source: Source, where: str, location: dict[str, Any], rows: np.ndarray) -> dict[int, tuple[str, str]]:
    """Reject features that stand at 0, 0 of degrees, or of the projected system that the run file states: a form left empty.

    Metres of a system that only the file states were turned into degrees before; those lie in the open sea and are told.
    """
    origins = [(0.0, 0.0)]
    stated = parse_crs(where, source.crs) if source.crs else None
    if stated is not None and stated.is_projected:
        origins.append(transformer(stated, 4326).transform(0.0, 0.0))
    at = np.zeros(len(rows), dtype=bool)
    for longitude, latitude in origins:
        at |= (np.abs(location["longitude"] - longitude) < 1e-7) & (np.abs(location["latitude"] - latitude) < 1e-7)
    for name in ("latitude", "longitude"):
        location[name] = np.where(at, np.nan, location[name])
    return {
        int(row): ("placeholder", f"row {rows[row]}: its point is 0, 0, a placeholder, not a place")
        for row in np.flatnonzero(at)
    }


def _from_geometry(source: Source, geometry: gpd.GeoSeries, rows: np.ndarray) -> tuple[dict[str, Any], list[Note]]:
    shapes = geometry.to_numpy().copy()
    present = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    shapes[~present] = None
    notes = [*_mended(source, shapes, rows), *line_notes(source.id, shapes, rows)]
    inside = np.full(len(shapes), None, dtype=object)
    inside[present] = shapely.point_on_surface(shapes[present])
    turns = np.nan_to_num(np.floor((shapely.get_x(inside) + 180) / 360))
    for row in np.flatnonzero(present & (turns != 0)):
        shift = -360 * turns[row]
        shapes[row], inside[row] = (translate(point, xoff=shift) for point in (shapes[row], inside[row]))
    areal = present & np.isin(shapely.get_type_id(shapes), (3, 6))
    area = np.full(len(shapes), np.nan)
    geod = pyproj.Geod(ellps="WGS84")
    ordered = shapely.normalize(shapes[areal])  # holes run against their outline, else they would be added
    area[areal] = [abs(geod.geometry_area_perimeter(shape)[0]) or np.nan for shape in ordered]
    precision = np.full(len(shapes), np.nan)
    precision[present] = 0.01
    location = {
        "latitude": shapely.get_y(inside),
        "longitude": shapely.get_x(inside),
        "coordinate_precision_km": precision,
        "outline_area_m2": area,
        "geometry": shapes,
    }
    text = "Positions of areas are points inside them; areas without a stated size have that of their outline."
    if areal.any():
        notes.append(Note(source.id, "outlines", text, int(areal.sum())))
    return location, [*notes, *_spread_out(source, shapes, rows)]


def _mended(source: Source, shapes: np.ndarray, rows: np.ndarray) -> list[Note]:
    """Repair outlines that cross or repeat themselves, in place; their size would be wrong otherwise."""
    broken = np.flatnonzero(np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_valid(shapes))
    if not len(broken):
        return []
    repaired = repair_areas(source.id, [f"row {row}" for row in rows[broken]], shapes[broken], rows[broken].tolist())
    for index, shape in zip(broken, repaired.geometry, strict=True):
        shapes[index] = shape if shape is not None else shapely.point_on_surface(shapes[index])
    return repaired.notes


def _spread_out(source: Source, shapes: np.ndarray, rows: np.ndarray) -> list[Note]:
    """Tell features so wide that one point hardly stands for them: several places under one name.

    Of a collection of points, lines and areas less is enough: only one of its parts is the place.
    """
    west, south, east, north = shapely.bounds(shapes).T
    across = geodesic_km(west, south, east, north)
    collected = (shapely.get_type_id(shapes) == _COLLECTION) & (across > _APART_KM)
    wide = np.flatnonzero((across > _WIDE_KM) | collected)
    if not len(wide):
        return []
    if collected[wide].all():
        text = (
            f"Features are collections of points, lines or areas that reach more than {_APART_KM:g} km (e.g. row "
            f"{rows[wide[0]]}), and a point inside one of them stands for each. Leave the one that is the waste."
        )
        return [Note(source.id, "parts_far_apart", text, len(wide), rows=tuple(rows[wide].tolist()))]
    text = (
        f"Features reach more than {_WIDE_KM:g} km (e.g. row {rows[wide[0]]}), and one point inside stands for each: are they "
        "several places under one name?"
    )
    return [Note(source.id, "parts_far_apart", text, len(wide), rows=tuple(rows[wide].tolist()))]
