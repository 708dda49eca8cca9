"""Geochemistry: laboratory tables of any layout -> samples in ppm of the element, censored results kept apart."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.accounting import Fate, Note, Reading, reject_all, rejected_rows
from layers.catalogue.source import Source
from layers.errors import LayerError, SourceError
from layers.files.tables import RawTable, read_table
from layers.readers.assay_options import GeochemistryOptions, refuse_unknown_headings
from layers.readers.assay_sheet import heading_fates, placed_beside
from layers.readers.broken_ids import without_broken_ids
from layers.readers.collars import collars_wanted, join_collars
from layers.readers.column_fates import column_fates, named_columns, refuse_twins
from layers.readers.columns import (
    as_text,
    check_mapping,
    checked_options,
    mapped_columns,
    rows_wanted,
    text_column,
    text_or_default,
    translate,
)
from layers.readers.control_rows import control_notes, control_rows
from layers.readers.coordinates import read_points
from layers.readers.drill_intervals import (
    Intervals,
    bring_together,
    interval_columns,
    interval_notes,
    lengths_of,
    overlap_notes,
    unclear_intervals,
)
from layers.readers.endowments import PROPERTIES, waste_properties, with_endowments
from layers.readers.hole_ends import past_the_end
from layers.readers.inner_headings import heading_rows
from layers.readers.laboratory_columns import Suites, read_suites
from layers.readers.long_tables import one_row_per_sample
from layers.readers.made_columns import made_column_notes
from layers.readers.method_notes import sieved_notes
from layers.readers.one_point import line_notes
from layers.readers.other_matter import other_matter_notes, part_only_columns, part_only_rows
from layers.readers.place_checks import check_places
from layers.readers.points import precision_of
from layers.readers.prime_meridians import refuse_meridians_above
from layers.readers.rows_put_aside import commented_out, without_dittos
from layers.readers.shifted_rows import shifted_rows
from layers.readers.summary_rows import summary_notes, summary_places, summary_reason
from layers.readers.unclear_controls import unclear_controls
from layers.readers.units_by_block import units_by_block
from layers.readers.unusual_levels import level_notes
from layers.schema import MEDIA, GeoDataFrame, Samples, conform

LAYER_COLUMNS = (
    "sample_id", "site_key", "medium", "n_analyses", "tree_ppm", "analyte", "value", "coordinate_precision_km",
    *PROPERTIES,
    "latitude", "longitude", "easting", "northing", "utm_zone", "datum", "utm_hemisphere", "grid_reference",
    "latitude_degrees", "latitude_minutes", "latitude_seconds", "latitude_hemisphere",
    "longitude_degrees", "longitude_minutes", "longitude_seconds", "longitude_hemisphere",
)  # fmt: skip
"""What ``columns`` of a geochemistry source may map; laboratory columns are recognised by their headings."""

_POSITION = {"latitude", "latitude_degrees", "easting", "grid_reference"}


def read_geochemistry(source: Source, root: Path) -> Reading[GeoDataFrame[Samples]]:
    """Read a laboratory table.

    Parameters
    ----------
    source : Source
        Resolved (see `layers.catalogue.source.resolve`). ``columns`` maps sample id, position, medium, the key of the site
        a waste assay belongs to, and a total of rare earths given as one number; ``options`` is a `GeochemistryOptions`. A table
        with one result per row maps ``analyte`` and ``value``.
    root : Path
        Folder where relative paths start.

    Returns
    -------
    Reading[GeoDataFrame[Samples]]
        In file order, EPSG:4326; per element X ``X_ppm``, ``X_limit_ppm``, ``X_censored``. Rows that are the same in id, place
        and every result are merged. The row's ``method`` is the best one among its rare earths.

    Raises
    ------
    SourceError
        If the file cannot be read, a unit is not stated, negative numbers stand in it and nobody says what they mean, or
        no column is a laboratory result.
    ConfigError
        If ``columns`` or ``options`` hold unknown keys.
    """
    options = checked_options(source, GeochemistryOptions, LAYER_COLUMNS, "geochemistry")
    raw = read_table(source, root)
    where = f"{source.id} ({raw.path.name})"
    collar_notes: list[Note] = []
    if options.collars is not None:
        joined, collar_notes = join_collars(source, root, where, raw.cells, options.collars)
        raw = replace(raw, cells=joined)
    check_mapping(source, where, list(map(str, raw.cells.columns)))
    refuse_meridians_above(source, where, raw.words_above, raw.cells)
    wanted, withheld = rows_wanted(source, where, raw.cells)
    raw_rows_read = raw.rows_read
    cells, rows, geometry = raw.cells, raw.rows, raw.geometry
    if withheld:
        cells, rows, geometry = cells.iloc[wanted].reset_index(drop=True), rows[wanted], _geometry(raw, wanted)
    cells, broken = without_broken_ids(source, cells, rows, ("sample_id", "site_key"))
    cells, dittos = without_dittos(source, cells, rows)
    collar_notes += [*broken, *dittos]
    collar_notes += other_matter_notes(source, cells, rows, options.ignore)
    collar_notes += part_only_rows(source.id, cells, rows)
    if mapped_columns(source, cells, "analyte"):
        wide = one_row_per_sample(source, where, cells, rows)
        cells, rows, folded, beside = wide.cells, wide.rows, wide.folded, wide.used
        collar_notes += wide.notes
    else:
        folded, beside = 0, {}
    if options.endowments is not None:
        cells, derived, endowment_notes = with_endowments(source, where, cells, options.endowments)
        beside, collar_notes = beside | derived, [*collar_notes, *endowment_notes]
    intervals = interval_columns([str(name) for name in cells.columns])
    by_column: dict[str, str] = {}
    controls, end_notes = _no_samples(source, where, options, cells, rows, intervals, by_column)
    collar_notes += end_notes
    early = reject_all(source.id, rows, cells, controls)
    if controls:
        samples = _without(np.arange(len(cells)), list(controls))
        geometry = None if geometry is None else geometry.iloc[samples].reset_index(drop=True)
        cells, rows = cells.iloc[samples].reset_index(drop=True), rows[samples]
    suites = read_suites(source, where, options, cells, _captions(raw, cells), rows)
    refuse_unknown_headings(
        source, where, options, {*map(str, raw.cells.columns), *map(str, cells.columns), *suites.used}
    )
    spelt = {*options.units, *options.column_methods, *options.substituted_below}
    told_apart = named_columns(source, raw.cells) | (set(suites.used) - placed_beside(suites.used))
    refuse_twins(source, where, raw.cells, told_apart, raw.repeated, spelt)
    base, problems, notes = _table(source, where, options, cells, rows, geometry, suites)
    notes += level_notes(source.id, suites.columns, base["medium"].tolist(), suites.used)
    notes += units_by_block(source.id, suites.columns, cells, rows, suites.used)
    notes += made_column_notes(source.id, suites.columns, suites.used)
    bad = {**suites.problems, **problems}
    rejects = [*raw.rejects, *early, *reject_all(source.id, rows, cells, bad)]
    good = _without(np.arange(len(cells)), list(bad))
    apart = base if intervals is None else base.assign(start=cells[intervals.start], end=cells[intervals.end])
    kept = _distinct(apart, suites.columns, good)
    if intervals is not None:
        hole, (length, _) = as_text(cells[intervals.hole]), lengths_of(cells, intervals)
        kept, holes = bring_together(base, suites.columns, kept, hole, length)
        notes += [*interval_notes(source.id, intervals, holes), *overlap_notes(source.id, cells, intervals, rows)]
    else:
        notes += unclear_intervals(source.id, list(map(str, cells.columns)), len(kept))
    notes += [*control_notes(source.id, controls), *part_only_columns(source.id, list(suites.used))]
    if options.control_rows == "reject":
        sample_id = text_column(source, cells, "sample_id", keep_missing_words=True)
        spoken_for = {*named_columns(source, cells), *source.ignore, *options.ignore, *suites.used}
        notes += unclear_controls(source.id, cells, rows, sample_id, spoken_for)
    return Reading(
        source=source.id,
        layer=_layer(source.id, base, suites.columns, kept),
        rejected=rejected_rows(sorted(rejects, key=lambda rejected: rejected["source_row"])),
        rows_read=raw_rows_read,
        rows_withheld=withheld,
        rows_merged=folded + len(good) - len(kept),
        notes=(*raw.notes, *collar_notes, *suites.notes, *notes, *_repeated_ids(source, base, kept)),
        fates=column_fates(source, raw.cells, {**by_column, **beside, **suites.used}, _not_used(options, raw)),
    )


def _geometry(raw: RawTable, wanted: np.ndarray) -> gpd.GeoSeries | None:
    return None if raw.geometry is None else raw.geometry.iloc[wanted].reset_index(drop=True)


def _no_samples(
    source: Source,
    where: str,
    options: GeochemistryOptions,
    cells: pd.DataFrame,
    rows: np.ndarray,
    intervals: Intervals | None,
    used: MutableMapping[str, str],
) -> tuple[dict[int, tuple[str, str]], list[Note]]:
    """Return the rows that are no samples of the thing, or intervals without a length or below their hole, and notes.

    ``used`` gets the columns that tell such rows.
    """
    notes: list[Note] = []
    left_out = heading_rows(where, cells, rows) | shifted_rows(cells) | commented_out(cells)
    if options.control_rows == "reject":
        translated = [name for value in source.values for name in mapped_columns(source, cells, value)]
        sample_id = text_column(source, cells, "sample_id", keep_missing_words=True)
        spoken_for = {*named_columns(source, cells), *source.ignore, *options.ignore}
        left_out |= control_rows(cells, sample_id, [*translated, *source.where], spoken_for, used)
    medium = source.defaults.get("medium") if "medium" not in source.columns else "waste"
    if intervals is not None and medium == "waste":
        below, notes = past_the_end(source.id, cells, intervals, rows)
        left_out = below | lengths_of(cells, intervals)[1] | left_out
    return dict(sorted(left_out.items())), notes


def _not_used(options: GeochemistryOptions, raw: RawTable) -> dict[str, tuple[Fate, str]]:
    """Return what becomes of columns that are no results, by what their headings say; what the run file says goes first."""
    named: dict[str, tuple[Fate, str]] = dict.fromkeys(options.ignore, ("ignored", "named_ignored"))
    return heading_fates([str(name) for name in raw.cells.columns]) | named


def _captions(raw: RawTable, cells: pd.DataFrame) -> Mapping[str, Mapping[str, str]]:
    """Return what rows under the heading say about the columns that are still there."""
    return {
        kind: {name: text for name, text in words.items() if name in cells.columns}
        for kind, words in raw.captions.items()
    }


def _table(
    source: Source,
    where: str,
    options: GeochemistryOptions,
    cells: pd.DataFrame,
    rows: np.ndarray,
    geometry: gpd.GeoSeries | None,
    suites: Suites,
) -> tuple[gpd.GeoDataFrame, dict[int, tuple[str, str]], list[Note]]:
    """Put ids, place, medium and results together; return rows to reject with them."""
    location, problems, notes = _places(source, where, cells, rows, geometry)
    spots = location["longitude"], location["latitude"], location["coordinate_precision_km"]
    system = None if geometry is None else geometry.attrs.get("system")
    notes = [*notes, *check_places(source, where, cells, rows, *spots, system)]
    stated = translate(source, text_or_default(source, cells, "coordinate_precision_km"), "coordinate_precision_km")
    stated_km = pd.to_numeric(stated, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    location["coordinate_precision_km"] = np.fmax(location["coordinate_precision_km"], stated_km)
    medium = translate(source, text_or_default(source, cells, "medium"), "medium").fillna(options.missing_medium)
    unknown = ~medium.isin(MEDIA).to_numpy()
    for position in np.flatnonzero(unknown):
        problems[int(position)] = (
            "unknown_medium",
            f"the medium '{medium.iloc[position]}' is none of {', '.join(MEDIA)}; say so under values.medium or defaults.medium",
        )
    site_key = translate(source, text_or_default(source, cells, "site_key", keep_missing_words=True), "site_key")
    wasted = (medium == "waste").to_numpy(dtype=bool)
    notes += sieved_notes(source.id, suites.used, wasted)
    keyed = site_key.notna().to_numpy(dtype=bool) & wasted
    for position in np.flatnonzero(~np.isfinite(location["latitude"]) & ~keyed):
        problems.setdefault(
            int(position), ("no_coordinates", "the sample has neither coordinates nor the key of a site")
        )
    analyses = (
        pd.to_numeric(text_or_default(source, cells, "n_analyses"), errors="coerce").fillna(1).clip(lower=1).astype(int)
    )
    sample_id = text_column(source, cells, "sample_id", keep_missing_words=True)
    if sample_id is not None:
        summaries = summary_places(sample_id)
        problems |= {position: summary_reason(sample_id.iloc[position]) for position in summaries}
        notes += summary_notes(source, "sample_id", sample_id, rows, summaries)
    table = gpd.GeoDataFrame(
        {
            "sample_id": pd.Series(rows, dtype="str")
            if sample_id is None
            else sample_id.fillna(pd.Series(rows, dtype="str")),
            "source": source.id,
            "source_row": rows,
            "medium": medium,
            "method": suites.method,
            "site_key": site_key,
            "n_analyses": analyses,
            "tree_ppm": suites.tree_ppm,
            **waste_properties(source, cells),
            **location,
        },
        geometry="geometry",
        crs="EPSG:4326",
    )
    return table, problems, notes


def _places(
    source: Source, where: str, cells: pd.DataFrame, rows: np.ndarray, geometry: gpd.GeoSeries | None
) -> tuple[dict[str, Any], dict[int, tuple[str, str]], list[Note]]:
    """Return position columns: from the geometry where the file has one, else from columns, else none (waste by name)."""
    nowhere = np.full(len(cells), np.nan)
    if geometry is not None:
        shapes = geometry.to_numpy().copy()
        there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        shapes[~there] = None
        shapes[there] = shapely.point_on_surface(shapes[there])
        location = {
            "latitude": shapely.get_y(shapes),
            "longitude": shapely.get_x(shapes),
            "coordinate_precision_km": nowhere,
        }
        return {**location, "geometry": shapes}, {}, line_notes(source.id, geometry.to_numpy(), rows)
    if not _POSITION & set(source.columns):
        if "site_key" not in source.columns:
            raise SourceError(
                f"{where}: neither coordinates nor a key of sites is mapped (columns: {', '.join(map(str, cells.columns))}). "
                f"Map latitude and longitude, easting and northing, or site_key, under `columns:`.{collars_wanted(cells)}"
            )
        location = {"latitude": nowhere, "longitude": nowhere, "coordinate_precision_km": nowhere}
        return {**location, "geometry": np.full(len(cells), None, dtype=object)}, {}, []
    points = read_points(source, where, cells, rows)
    shapes = np.full(len(cells), None, dtype=object)
    located = np.isfinite(points.latitude)
    shapes[located] = shapely.points(points.longitude[located], points.latitude[located])
    location = {
        "latitude": points.latitude,
        "longitude": points.longitude,
        "coordinate_precision_km": precision_of(points),
    }
    return {**location, "geometry": shapes}, dict(points.problems), list(points.notes)


def _distinct(base: pd.DataFrame, results: Mapping[str, np.ndarray], good: np.ndarray) -> np.ndarray:
    """Return the good rows without those that repeat an earlier one in id, place and every result."""
    shared = good[base["sample_id"].iloc[good].duplicated(keep=False).to_numpy()]
    if not len(shared):
        return good
    rows = base.drop(columns=["source_row", "geometry", "source"]).iloc[shared].reset_index(drop=True)
    both = pd.concat([rows, pd.DataFrame({name: values[shared] for name, values in results.items()})], axis=1)
    return _without(good, shared[both.duplicated().to_numpy()])


def _repeated_ids(source: Source, base: pd.DataFrame, kept: np.ndarray) -> list[Note]:
    """Say when an id stands on rows that differ, or ids differ by the case of their letters only."""
    if "sample_id" not in source.columns:
        return []
    ids = base["sample_id"].iloc[kept]
    columns = tuple(map(str, [source.columns["sample_id"]] if isinstance(source.columns["sample_id"], str) else []))
    rows = base["source_row"].to_numpy()[kept]
    again = ids.duplicated(keep=False).to_numpy(dtype=bool)
    alike = ids.str.casefold().duplicated(keep=False).to_numpy(dtype=bool) & ~again
    notes = []
    for code, which, wording in (
        (
            "shared_sample_id",
            again,
            "Rows that differ share a sample id (e.g. {}); each is a sample under its row number.",
        ),
        (
            "ids_differ_by_case",
            alike,
            "Ids differ by the case of their letters only (e.g. {}); they are different samples.",
        ),
    ):
        if which.any():
            text = wording.format(", ".join(ids[which].unique()[:4]))
            notes.append(Note(source.id, code, text, int(which.sum()), columns, tuple(rows[which])))
    return notes


def _without(rows: np.ndarray, left_out: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return row numbers in ascending order without some of them."""
    keep = np.ones(rows.max(initial=-1) + 1, dtype=bool)
    keep[np.asarray(left_out, dtype=np.int64)] = False
    remaining: np.ndarray = rows[keep[rows]]
    return remaining


def _layer(
    source_id: str, base: gpd.GeoDataFrame, results: dict[str, np.ndarray], kept: np.ndarray
) -> GeoDataFrame[Samples]:
    """Put the rows kept together; ids of rows that differ are made unique by their row number. Empties ``results``."""
    whole = len(kept) == len(base)
    layer = (base if whole else base.iloc[kept]).reset_index(drop=True)
    twice = layer["sample_id"].duplicated(keep=False)
    layer["sample_id"] = source_id + ":" + layer["sample_id"]
    if twice.any():
        layer["sample_id"] += ("#" + layer["source_row"].astype("str")).where(twice, "")
    if twice.any() and layer["sample_id"].duplicated().any():
        raise LayerError(
            f"{source_id}: sample ids are not unique even with their row numbers. Map another column to sample_id."
        )
    arrays = {name: results.pop(name) if whole else results.pop(name)[kept] for name in list(results)}
    return cast("GeoDataFrame[Samples]", pd.concat([conform(layer, Samples), pd.DataFrame(arrays, copy=False)], axis=1))
