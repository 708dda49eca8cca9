"""Read all sources of a run file, one by one, and say what was understood; run nothing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from layers.accounting import ColumnFate, Note, Reading
from layers.catalogue.source import Source, resolve
from layers.errors import ConfigError, LayerError, MinewasteError, SourceError
from layers.rasters.raster import Raster
from layers.rasters.reader import describe_raster
from layers.readers.suspicious import suspicious_values
from layers.samples.censoring import CensoringParams, censoring_notes, censoring_table
from layers.samples.standardise import LEAST_SAMPLES
from layers.transformer import transformer
from layers.working_crs import metric_crs
from maps.report.check_page import FATES, SourceCheck, write_check
from maps.report.source_facts import CodeCounts, Corners, FactValue, FilledShares, in_words
from maps.words import LANGUAGES, phrase, word
from pipeline.commands.beside_sources import beside_sources
from pipeline.commands.check_elements import elements, origins, total
from pipeline.commands.foreseen import between_tables, by_source, foreseen
from pipeline.commands.foreseen_stops import stop_foreseen
from pipeline.commands.matches import Shared, count_matches
from pipeline.config import RunConfig
from pipeline.folder.own_files import require_new_or_own
from pipeline.folder.run_folder import LIST
from pipeline.folder.writing import atomic
from pipeline.input_layers import Inputs
from pipeline.inputs import WITHHOLDABLE, refuse_private
from pipeline.memory_needs import plan_reading
from pipeline.provenance import told_account
from pipeline.request_keys import RequestsTold
from pipeline.source_reading import READERS, is_private, read_source, words_of_shared_files
from pipeline.withhold import AsAsked, read_as_asked, shorten

MAX_REASONS = 12
PAGE, HEAD_READ = "check.html", 20_000
UNTOLD_YET = "are told once the requests of stewards can be followed, which comes first"
SUSPICIOUS = frozenset(
    [
        "decimal_shift", "minutes_as_decimals", "same_results", "same_place", "swapped", "implausible_rare_earth",
        "rare_earths_exchanged",
        "unusual_level", "lowest_value_repeated", "highest_value_round", "double_encoded_text", "suspected_nodata",
        "formula_without_result", "geometry_text", "geometry_unread", "encoding_contradicted",
        "place_contradicted", "sheet_contradicted",
        "in_no_country", "far_from_all", "filled_down", "coordinates_disagree",
        "outside_crs_area", "feet_or_metres", "system_contradicted", "datum_contradicted", "axes_may_be_exchanged",
        "hemisphere_empty", "hemisphere_unstated", "band_contradicted", "unit_unstated", "amounts_alike", "amount_of_another",
        "lines_perhaps_not_there", "communities_perhaps_left", "unsaved_journal", "journal_missing",
        "code_unexplained", "suspected_classes", "nodata_not_storable",
        "nodata_within_values", "element_and_oxide_differ", "page_sized", "low_precision", "degrees_minutes",
        "crs_overruled", "taken_back", "waste_taken_back", "datum_assumed", "unread_quantity", "unknown_commodity",
        "untranslated", "row_of_another_unit", "units_by_block", "waste_too_rich", "waste_samples_apart",
        "other_matter", "part_only", "area_against_outline",
        "georeference_contradicted", "amounts_contradict", "scale_in_words", "no_values", "cells_far_off", "zone_of_a_neighbour",
        "outside_zone", "waste_planned", "waste_gone", "amounts_of_two_sizes", "values_wrapped", "values_cut_off",
        "outside_declared_range", "control_codes_unknown",
        "repeats_by_number", "ids_like_controls", "ids_as_dates", "percent_by_format",
        "records_by_year", "lines_as_places", "ditto_marks", "numbers_cut_off", "amount_of_none",
        "amount_impossible", "nothing_in_region", "outside_by_mistake", "total_not_mapped",
        "code_among_limits", "total_against_parts", "status_not_understood",
        "made_results", "rare_earths_flat", "results_differ",
    ]
)  # fmt: skip
"""Codes of notes that ask for a person's eye; the others only tell what was done."""

BETWEEN_SOURCES = (
    "samples_of_another_source", "samples_in_part_of_another", "nothing_in_region", "outside_by_mistake",
)  # fmt: skip
"""Codes of notes that come from reading several sources together."""

_PLACE = ("datum_shift", "datum_assumed", "crs_overruled", "no_crs", "longitude_wrapped")


def check_sources(config: RunConfig, data_dir: Path, out: Path | None, *, show_private: bool = False) -> str:
    """Read every source and describe it.

    Parameters
    ----------
    config : RunConfig
        Run file.
    data_dir : Path
        Folder where relative source paths start.
    out : Path or None
        Folder of ``check.html``; None writes nothing.
    show_private : bool
        Describe private sources like the others, in the text returned only. Otherwise only their rows are counted, since what a
        terminal shows may end in a log.

    Returns
    -------
    str
        One paragraph per source, for a terminal.

    Raises
    ------
    SourceError
        After all sources were tried and the page was written, if some could not be read (all are named) or a run would stop
        before it learns; before that, if ``out`` holds a page that is none of this command.
    """
    _require_free(out)
    if config.region.crs is not None:
        metric_crs(config.region.crs)
    checks: list[SourceCheck] = []
    described: list[tuple[SourceCheck, str | None]] = []
    paragraphs: list[str] = []
    readings: dict[str, Reading[Any]] = {}
    sources = [resolve(source) for source in config.sources]
    asked = any(source.role == "exclusions" for source in sources)
    tight = plan_reading(sources, data_dir, config.dask).words
    requests, stop = _requests(config, data_dir) if asked else (None, None)
    for source in sources:
        hidden = f"local_only_{sum(hidden is not None for _, hidden in described) + 1}" if is_private(source) else None
        try:
            refuse_private([source])
            censoring = config.assign_samples.censoring
            check = _check(source, data_dir, readings, requests, censoring, show_private=show_private)
            if asked and requests is None and source.role in WITHHOLDABLE:
                readings.pop(source.id, None)
                check = SourceCheck(source.id, source.role, facts=[("Details", UNTOLD_YET)], counts=check.counts)
        except (SourceError, LayerError, ConfigError) as error:
            check = SourceCheck(source.id, source.role, failure=str(error), private=hidden is not None)
        described.append((check, hidden))
    inputs = requests.after if requests else None
    if not asked:
        inputs, stop = foreseen(config, sources, readings)
    for check, hidden in described:
        counted = check if inputs is None or hidden is not None else _as_a_run_counts(check, inputs, config)
        paragraphs.append(_in_words(counted))
        checks.append(_on_page(counted, data_dir) if hidden is None else _hidden(counted, hidden))
    paragraphs += [words for words in (tight, words_of_shared_files(sources)) if words is not None]
    for check in beside_sources(config, data_dir):
        paragraphs.append(_in_words(check))
        checks.append(_on_page(check, data_dir))
    layers = by_source(inputs) if inputs else {name: reading.layer for name, reading in readings.items()}
    matches = [*between_tables(config, inputs), *count_matches(sources, layers)]
    if inputs is not None and all(check.failure is None for check in checks):
        stop = stop_foreseen(config, inputs, data_dir)
    if stop is not None and not asked:  # a page may be handed on
        matches.append(("check_match_stops", {"why": stop}))
    paragraphs += _shared_in_words(matches)
    if requests is not None:
        paragraphs += RequestsTold.of(requests.after).in_words()
    if out is not None:
        with atomic(out / PAGE) as temporary:
            write_check(config.title, checks, matches, temporary)
        paragraphs.append(f"Page: {out / PAGE}")
    text = "\n\n".join(paragraphs)
    _require_sound(checks, stop, text)
    return text


def _shared_in_words(matches: Sequence[Shared]) -> list[str]:
    """Return what the tables share as one paragraph, or none."""
    lines = [f"  {phrase(key, 'en', **values)}" for key, values in matches]
    return ["\n".join(["What the tables share:", *lines])] if lines else []


def _require_sound(checks: Sequence[SourceCheck], stop: str | None, text: str) -> None:
    """Stop where a run would stop, with everything that is to be said."""
    failures = sum(check.failure is not None for check in checks)
    if failures:
        raise SourceError(f"{failures} of {len(checks)} sources cannot be read.\n\n{text}")
    if stop is not None:
        raise SourceError(f"A run would stop: {stop}\n\n{text}")


def _require_free(out: Path | None) -> None:
    """Stop where the page would lie among the files of a run, or take the place of a file that is none of this command."""
    if out is not None and (out / LIST).is_file():
        raise SourceError(
            f"{out}: is the folder of a run, which holds what the run wrote and nothing else. Give another --out."
        )
    if out is not None:
        require_new_or_own(out / PAGE, "--out", "a former page of `minewaste check`", _is_page)


def _is_page(path: Path) -> bool:
    """Say whether a file is a page of this command, whose title ends in the same words in every language it may begin with."""
    with path.open("rb") as file:
        head = file.read(HEAD_READ).decode("utf-8", "replace")
    return any(f"{word('check_title', lang)}</title>" in head for lang in LANGUAGES)


def _as_a_run_counts(check: SourceCheck, inputs: Inputs, config: RunConfig) -> SourceCheck:
    """Return a source with the rows that a run says it kept, merged and left out, and how many of them its region leaves out."""
    account = next((account for account in inputs.accounts if account.source == check.id), None)
    if account is None or not check.counts:
        return check
    outside = account.rows_withheld - check.counts["withheld"]
    account_told = told_account(account, config)
    names = ("read", "kept", "merged", "withheld", "rejected")
    counts = {name: int(getattr(account_told, f"rows_{name}")) for name in names}
    sentence = f"{outside:,} of {account_told.rows_read:,} rows lie outside the region of this run file: a run leaves them out."
    noticed = [(outside, "outside_region", sentence)] if outside > 0 else []
    both = [note for note in inputs.notes if note.source == check.id and note.code in BETWEEN_SOURCES]
    noticed += [(note.count, note.code, note.message) for note in both if note.code not in SUSPICIOUS]
    odd = [(note.count, note.code, note.message) for note in both if note.code in SUSPICIOUS]
    return replace(check, counts=counts, noticed=[*noticed, *check.noticed], suspicious=[*odd, *check.suspicious])


def _on_page(check: SourceCheck, data_dir: Path) -> SourceCheck:
    """Return what the page says of a source: it may be handed on, and names no folder of this machine."""
    if check.failure is None:
        return check
    text = check.failure
    for folder, shown in ((data_dir, "the data folder"), (Path(tempfile.gettempdir()), "…"), (Path.home(), "~")):
        text = text.replace(f"{folder}{os.sep}", "" if folder == data_dir else f"{shown}/").replace(str(folder), shown)
    return replace(check, failure=text)


def _hidden(check: SourceCheck, name: str) -> SourceCheck:
    """Return what the page may say of a private source: that it is there, and whether it can be read."""
    hint = "It cannot be read; `minewaste check` says why on your own screen." if check.failure is not None else None
    return SourceCheck(name, "local_only", failure=hint, private=True)


def _requests(config: RunConfig, data_dir: Path) -> tuple[AsAsked | None, str | None]:
    """Follow the stewards' requests as a run does, until nothing more is found; where that cannot be done, return the message."""
    try:
        return read_as_asked(config, data_dir, None), None
    except MinewasteError as error:
        return None, str(error)


def _check(
    source: Source,
    data_dir: Path,
    readings: dict[str, Reading[Any]],
    requests: AsAsked | None,
    censoring: CensoringParams,
    *,
    show_private: bool,
) -> SourceCheck:
    if source.role == "raster":
        return _of_raster(source, describe_raster(source, data_dir))
    private = is_private(source)
    if private and show_private:
        reading = READERS[source.role][1](source, data_dir)
    elif requests is not None:
        reading = shorten(requests.readings.by_id[source.id], requests.before, requests.after)
    else:
        reading = read_source(source, data_dir)
    counts = {
        "read": reading.rows_read,
        "kept": len(reading.layer),
        "merged": reading.rows_merged,
        "withheld": reading.rows_withheld,
        "rejected": len(reading.rejected),
    }
    if private and not show_private:
        return SourceCheck(source.id, source.role, counts=counts, private=True)
    if not private:
        readings[source.id] = reading
    layer = reading.layer
    notes = [*reading.notes, *suspicious_values(source.id, layer)]
    if source.role == "geochemistry":
        notes += censoring_notes(source.id, censoring_table(layer, censoring, LEAST_SAMPLES), censoring)
    located = isinstance(layer, gpd.GeoDataFrame) and bool(layer.geometry.notna().any())
    return SourceCheck(
        source.id,
        source.role,
        facts=_facts(source, reading, notes),
        counts=counts,
        rejected=_rejected(reading),
        suspicious=[(note.count, note.code, note.message) for note in notes if note.code in SUSPICIOUS],
        noticed=[(note.count, note.code, note.message) for note in notes if note.code not in SUSPICIOUS],
        fates=() if private and not show_private else tuple(reading.fates),
        elements=[
            *total(source, layer),
            *elements(layer, origins(source, data_dir) if source.role == "geochemistry" else {}),
        ],
        shapes=layer.geometry.dropna().to_numpy() if located else None,
        extent=tuple(map(float, layer.total_bounds)) if located else None,  # type: ignore[arg-type]
        private=private,
    )


def _facts(source: Source, reading: Reading[Any], notes: Sequence[Note]) -> list[tuple[str, FactValue]]:
    """Say of a source what was understood: file, terms, coordinate system, columns, methods and media."""
    layer = reading.layer
    facts: list[tuple[str, FactValue]] = [
        ("File", source.path + (f" ({source.layer or source.sheet})" if source.layer or source.sheet else ""))
    ]
    facts += [("Known source", f"{source.catalogue}: {source.title}")] if source.catalogue else []
    facts.append(("Licence", source.licence or "not stated"))
    if source.steward:
        facts.append(("Steward", source.steward))
    if isinstance(layer, gpd.GeoDataFrame) and layer.geometry.notna().any():
        shifts = [note.message for note in notes if note.code in _PLACE]
        facts.append(("Coordinates", source.crs or "as the file states them"))
        facts.append(("Shift to WGS 84", " ".join(shifts) if shifts else "none was needed, or less than a few metres"))
        facts.append(("Extent", Corners(*map(float, layer.total_bounds))))
    for column, title in (
        ("medium", "Medium"),
        ("method", "Method"),
        ("waste_type", "Waste type"),
        ("kind", "Kind"),
        ("status", "Status"),
    ):
        if column in layer.columns and layer[column].notna().any():
            counts = layer[column].value_counts()
            facts.append((title, CodeCounts(column, {str(code): int(count) for code, count in counts.items()})))
    if source.role == "inventory" and len(layer):
        columns = ("name", "official_id", "commodities", "mass_t", "area_m2", "last_year")
        facts.append(("Filled", FilledShares({column: float(layer[column].notna().mean()) for column in columns})))
    return facts


def _of_raster(source: Source, raster: Raster) -> SourceCheck:
    west, south, east, north = raster.bounds
    corners = shapely.segmentize(shapely.box(west, south, east, north), max(east - west, north - south) / 8)
    to_degrees = transformer(raster.crs, 4326)
    outline = shapely.transform(
        corners, lambda points: np.column_stack(to_degrees.transform(points[:, 0], points[:, 1]))
    )
    is_drawn = bool(np.isfinite(shapely.get_coordinates(outline)).all())
    notes = [(note.count, note.code, note.message) for note in raster.notes]
    return SourceCheck(
        source.id,
        "raster",
        facts=[
            ("File", source.path),
            ("Licence", source.licence or "not stated"),
            ("Cells", f"{raster.width} × {raster.height}, {raster.dtype}"),
            ("Coordinates", _crs_name(raster.crs)),
            ("Missing codes", ", ".join(f"{value:g}" for value in raster.nodata) or "none are declared"),
            ("Values", f"shares of {len(raster.classes)} classes" if raster.classes else "amounts"),
        ],
        suspicious=[note for note in notes if note[1] in SUSPICIOUS],
        noticed=[note for note in notes if note[1] not in SUSPICIOUS],
        shapes=np.array([outline], dtype=object) if is_drawn else None,
        extent=tuple(map(float, outline.bounds)) if is_drawn else None,  # type: ignore[arg-type]
    )


def _crs_name(text: str) -> str:
    crs = pyproj.CRS.from_user_input(text)
    authority = crs.to_authority(min_confidence=70)
    return f"{crs.name} ({':'.join(authority)})" if authority else crs.name


def _rejected(reading: Reading[Any]) -> list[tuple[int, str, str]]:
    """Return reason codes with how often each stands and the first reason in words, the commonest first."""
    groups = reading.rejected.groupby("reason_code", sort=False)["reason"].agg(["size", "first"])
    rows = [(int(row["size"]), str(code), str(row["first"])) for code, row in groups.iterrows()]
    return sorted(rows, key=lambda entry: -entry[0])[:MAX_REASONS]


def _column_in_words(fate: ColumnFate) -> str:
    """Return a column with what it is used for, or why it is not."""
    return fate.column if fate.meaning in ("", "not_understood", fate.column) else f"{fate.column} ({fate.meaning})"


def _in_words(check: SourceCheck) -> str:
    """Return a source as a paragraph for a terminal."""
    if check.failure is not None:
        return f"{check.id} ({check.role}): cannot be read\n  {check.failure}"
    counts = ", ".join(f"{count} {'rows read' if name == 'read' else name}" for name, count in check.counts.items())
    lines = [f"{check.id} ({check.role}): {counts}" if counts else f"{check.id} ({check.role})"]
    if check.private:
        more = "" if check.facts else "; --show-private says more, on your own screen"
        lines.append(f"  publish          no: used on this machine only{more}")
    lines += [f"  {name.lower():<16} {in_words(value, 'en')}" for name, value in check.facts]
    for fate in FATES:
        columns = check.columns_with(fate)
        if columns:
            shown = "; ".join(_column_in_words(column) for column in columns)
            lines.append(f"  columns     {fate} {len(columns)} ({word(f'check_fate_words_{fate}', 'en')}): {shown}")
    for element in check.elements:
        lines.append(
            f"  {element.element:<3} {element.measured} measured, {element.below} below a limit"
            + (f" ({element.limits} ppm)" if element.limits else "")
            + (f", {element.above} above one" if element.above else "")
        )
    lines += [f"  suspicious  {count} × {code}: {text}" for count, code, text in check.suspicious]
    lines += [f"  rejected    {count} × {code}: {text}" for count, code, text in check.rejected]
    lines += [f"  note        {count} × {code}: {text}" for count, code, text in check.noticed]
    return "\n".join(lines)
