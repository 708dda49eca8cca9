"""The columns of an inventory record but its place: names, ids, commodities, amounts, kinds and years from raw cells."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cells.commodities import commodities_taken_back, normalise_commodities, unknown_commodities
from layers.cells.waste_words import settle
from layers.readers.columns import as_text, mapped_columns, match_column, text_or_default, translate, without_words
from layers.readers.gone_wastes import amounts_of_none, without_gone
from layers.readers.joined_options import AmountTable
from layers.readers.marked_columns import MarkOptions, marked_columns, marked_words
from layers.readers.named_wastes import with_named_wastes, with_ores_of_residues, without_unworked
from layers.readers.owner_columns import OWNER, owner_columns, owners
from layers.readers.planned_wastes import without_nothing_there, without_planned
from layers.readers.record_amounts import QUANTITIES, RARE_QUANTITIES, record_amounts
from layers.readers.record_years import record_years
from layers.readers.taken_back import (
    deposits_that_hold,
    minerals_that_hold,
    status_notes,
    status_words_unknown,
    taken_back_notes,
)

_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)

LAYER_COLUMNS = (
    *(
        "official_id",
        "parent_id",
        "name",
        "aliases",
        "jurisdiction",
        "commodities",
        "main_commodities",
        "deposit_type",
        "second_deposit_type",
        "waste_type",
        "status",
    ),
    *("hazard_class", "disposal", "first_year", "last_year", "minerals", "owner", "remarks", "url"),
    *(*QUANTITIES, *RARE_QUANTITIES),
    *(
        f"{axis}_{part}"
        for axis in ("latitude", "longitude")
        for part in ("degrees", "minutes", "seconds", "hemisphere")
    ),
    *("latitude", "longitude", "easting", "northing", "utm_zone", "utm_hemisphere", "datum", "grid_reference"),
)
"""What ``columns`` of an inventory source may map."""


class CrossId(BaseModel):
    """An id of another inventory that stands in a column, for some or all rows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str = Field(description="file column that holds the id")
    where: dict[str, list[str]] = Field(
        default_factory=dict, description="file column -> values of rows the id is given in"
    )
    pattern: str | None = Field(
        default=None, description="regular expression the whole id must fit, else it is left out"
    )
    remove_blanks: bool = Field(default=True, description="inner blanks are no part of the id")


class InventoryOptions(MarkOptions):
    """Settings under ``options`` of an inventory source."""

    units: dict[str, str] = Field(
        default_factory=dict, description="quantity column of the layer -> unit of bare numbers, e.g. ha"
    )
    cross_ids: dict[str, CrossId] = Field(default_factory=dict, description="scheme -> where its ids stand")
    id_scheme: str | None = Field(
        default=None, description="scheme of the official ids, when other inventories quote them"
    )
    duplicate_ids: Literal["error", "keep"] = Field(
        default="error",
        description="rows that differ but share an official id: stop, or keep them all under their row numbers",
    )
    alias_separator: str | None = Field(
        default=None, description="what separates several names in one cell, outside brackets"
    )
    keep_unlocated: bool = Field(default=False, description="keep rows without coordinates instead of rejecting them")
    amounts: AmountTable | None = Field(
        default=None,
        description="table of amounts by feature or site, joined by a key; map its columns as if they stood here",
    )
    zero_is_known: list[str] = Field(
        default_factory=list, description="quantity columns where 0 means none, not unknown"
    )


def quoted_columns(source: Source, options: InventoryOptions, cells: pd.DataFrame) -> dict[str, str]:
    """Return the columns that options read, or that say who answers for a site -> the layer column they fill."""
    names = [name for rule in options.cross_ids.values() for name in (rule.column, *rule.where)]
    headings = [str(name) for name in cells.columns]
    quoted = {column: "cross_ids" for name in names if (column := match_column(headings, name)) is not None}
    return owner_columns(source, cells) | quoted | marked_columns(options.marked, cells)


def record_fields(
    source: Source,
    options: InventoryOptions,
    cells: pd.DataFrame,
    rows: np.ndarray,
    row_of_units: Mapping[str, str] | None = None,
    words_above: Mapping[str, Sequence[str]] | None = None,
) -> tuple[dict[str, Any], dict[int, tuple[str, str]], list[Note]]:
    """Read all columns of a record but its place; ``row_of_units`` and ``words_above`` stand under and over their headings.

    Returns
    -------
    dict
        Column name -> Series, rows as in ``cells``.
    dict of int to tuple of str
        Position of a row that must be rejected -> (reason code, reason).
    list of Note
        What was decoded, read from remarks, or could not be read.
    """
    notes: list[Note] = []
    bad: dict[int, tuple[str, str]] = {}
    fields: dict[str, Any] = {}
    for name in ("official_id", "parent_id"):
        fields[name] = text_or_default(source, cells, name, keep_missing_words=name == "official_id")
    fields["name"] = _names(source, text_or_default(source, cells, "name", keep_missing_words=True), notes)
    fields["aliases"] = _aliases(source, options, cells)
    for name in ("jurisdiction", "status", "hazard_class", "url"):
        fields[name] = translate(source, text_or_default(source, cells, name), name)
    fields["remarks"] = marked_words(options.marked, cells, source.path, _joined(source, cells, "remarks"))
    bearers = owners(source, cells)
    if bearers is not None:
        fields[OWNER] = bearers
    left_out: dict[str, pd.Series] = {}
    if {"minerals"} & {*source.columns, *source.defaults}:
        fields["minerals"], left_out["minerals"] = minerals_that_hold(_joined(source, cells, "minerals"))
    mapped = {*source.columns, *source.defaults}
    first, left_out["deposit_type"] = _deposits(source, cells, "deposit_type")
    fields["deposit_type"] = first
    if "second_deposit_type" in mapped:
        second, left_out["second_deposit_type"] = _deposits(source, cells, "second_deposit_type")
        fields["deposit_type"] = first.fillna(second)
        fields["second_deposit_type"] = second.where(second != fields["deposit_type"], None).astype("str")
    fields["commodities"], left_out["commodities"] = _commodities(source, cells, notes)
    if "main_commodities" in mapped:
        main = _joined(source, cells, "main_commodities")
        fields["main_commodities"] = normalise_commodities(main, source.commodity_codes)
    notes += taken_back_notes(source, cells, left_out, rows)
    fields["cross_ids"] = _cross_ids(options, cells, fields["official_id"])
    disposal = record_amounts(source, options, cells, rows, fields, bad, notes, row_of_units, words_above)
    _kinds(source, cells, rows, fields, disposal, notes)
    notes += with_named_wastes(source, cells, fields, rows)
    notes += with_ores_of_residues(source, cells, fields, rows)
    notes += without_unworked(source, cells, fields, rows)
    notes += without_planned(source, cells, fields, rows)
    notes += without_nothing_there(source, options.zero_is_known, cells, fields, rows)
    notes += without_gone(source, cells, fields, rows)
    notes += amounts_of_none(source, cells, fields, rows)
    notes += status_notes(source, cells, fields, rows)
    notes += status_words_unknown(source, cells, fields, rows)
    notes += record_years(source, cells, rows, fields)
    return fields, bad, notes


def _deposits(source: Source, cells: pd.DataFrame, name: str) -> tuple[pd.Series, pd.Series]:
    """Return the types of deposit of a layer column, missing where ``values`` translates one to nothing, and those taken back."""
    types = translate(source, text_or_default(source, cells, name), "deposit_type")
    return deposits_that_hold(types.where(types != "", None).astype("str"))


def _commodities(source: Source, cells: pd.DataFrame, notes: list[Note]) -> tuple[pd.Series, pd.Series]:
    """Return the commodities of each row, and those that a cell takes back."""
    raw = _joined(source, cells, "commodities")
    unknown = unknown_commodities(raw, source.commodity_codes)
    if len(unknown):
        shown = ", ".join(f"{name} ({count})" for name, count in unknown.items())
        text = f"Commodities no dictionary knows were kept as written: {shown}. Add them under 'commodity_codes:'."
        columns = tuple(mapped_columns(source, cells, "commodities"))
        notes.append(Note(source.id, "unknown_commodity", text, int(unknown.sum()), columns))
    return normalise_commodities(raw, source.commodity_codes), commodities_taken_back(raw, source.commodity_codes)


def _names(source: Source, names: pd.Series, notes: list[Note]) -> pd.Series:
    """Decode HTML entities and bring names to NFC; nothing else is changed."""
    given = [text if isinstance(text, str) else None for text in names.tolist()]
    decoded = [_unescaped(text) if text and "&" in text else text for text in given]
    changed = [before for before, after in zip(given, decoded, strict=True) if before != after]
    if changed:
        text = f"HTML entities in names were decoded (e.g. '{changed[0]}')."
        notes.append(Note(source.id, "html_entities", text, len(changed), (str(names.name),)))
    composed = [text if text is None or text.isascii() else unicodedata.normalize("NFC", text) for text in decoded]
    return pd.Series(composed, index=names.index, name=names.name, dtype="str")


def _unescaped(text: str) -> str:
    """Decode entities that end in a semicolon; a bare ``&copy`` may be part of a name."""
    return _ENTITY.sub(lambda match: html.unescape(match.group()), text)


def _aliases(source: Source, options: InventoryOptions, cells: pd.DataFrame) -> pd.Series:
    joined = _names(source, _joined(source, cells, "aliases"), [])
    if options.alias_separator is None:
        return joined
    separator = options.alias_separator
    return joined.map(lambda text: "; ".join(_split_outside_brackets(text, separator)), na_action="ignore").astype(
        "str"
    )


def _split_outside_brackets(text: str, separator: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for index, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if letter == separator and depth <= 0:
            parts.append(text[start:index].strip())
            start = index + 1
    return [part for part in (*parts, text[start:].strip()) if part]


def _joined(source: Source, cells: pd.DataFrame, name: str) -> pd.Series:
    """Join all mapped columns of a row that say something, each once."""
    words = {word.strip().casefold() for word in source.missing}
    columns = [as_text(cells[column]) for column in mapped_columns(source, cells, name)]
    if not columns:
        default = source.defaults.get(name)
        return pd.Series([None if default is None else str(default)] * len(cells), index=cells.index, dtype="str")
    if len(columns) == 1:
        return without_words(columns[0], words)
    parts = [
        "; ".join(dict.fromkeys(text for text in row if isinstance(text, str) and text.casefold() not in words)) or None
        for row in zip(*columns, strict=True)
    ]
    return pd.Series(parts, index=cells.index, dtype="str")


def _cross_ids(options: InventoryOptions, cells: pd.DataFrame, official: pd.Series) -> pd.Series:
    if not options.id_scheme and not options.cross_ids:
        return pd.Series(None, index=cells.index, dtype="str")
    ids_by_row: list[list[str]] = [[] for _ in range(len(cells))]
    if options.id_scheme:
        for index, record_id in enumerate(official):
            if isinstance(record_id, str):
                ids_by_row[index].append(f"{options.id_scheme}={''.join(record_id.split())}")
    for scheme, rule in options.cross_ids.items():
        ids = _rule_ids(rule, cells)
        for index, record_id in enumerate(ids):
            if isinstance(record_id, str):
                ids_by_row[index].append(f"{scheme}={record_id}")
    return pd.Series(
        ["; ".join(dict.fromkeys(row_ids)) or None for row_ids in ids_by_row], index=cells.index, dtype="str"
    )


def _rule_ids(rule: CrossId, cells: pd.DataFrame) -> pd.Series:
    column = match_column(map(str, cells.columns), rule.column)
    if column is None:
        return pd.Series([None] * len(cells), index=cells.index, dtype="str")
    ids = as_text(cells[column])
    for name, values in rule.where.items():
        other = match_column(map(str, cells.columns), name)
        wanted = {value.casefold() for value in values}
        given = np.zeros(len(cells), dtype=bool) if other is None else as_text(cells[other]).str.casefold().isin(wanted)
        ids = ids.where(given, None)
    if rule.remove_blanks:
        ids = ids.str.replace(r"\s+", "", regex=True)
    return ids if rule.pattern is None else ids.where(_fits(ids, rule.pattern), None)


def _fits(texts: pd.Series, pattern: str) -> np.ndarray:
    """Return which texts fit a pattern as a whole; missing ones do not."""
    return (texts.str.fullmatch(pattern, case=False) == True).to_numpy(dtype=bool)  # noqa: E712


def _kinds(
    source: Source,
    cells: pd.DataFrame,
    rows: np.ndarray,
    fields: dict[str, Any],
    disposal: pd.Series,
    notes: list[Note],
) -> None:
    """Fill waste type and disposal from their columns, then from remarks; words of both that nobody knows are one note."""
    untranslated: dict[str, list[str]] = {}
    strange_rows = np.zeros(len(cells), dtype=bool)
    for name in ("waste_type", "disposal"):
        columns = [
            translate(source, _without(source, as_text(cells[column])), name)
            for column in mapped_columns(source, cells, name)
        ]
        if name == "disposal":
            columns.append(disposal)
        if name in source.defaults:
            columns.append(pd.Series(str(source.defaults[name]), index=cells.index, dtype="str"))
        settled = settle(columns, fields["remarks"], name)
        fields[name] = settled.words
        if settled.by_remarks.any():
            notes.append(
                Note(
                    source.id,
                    f"{name}_from_remarks",
                    f"{name} was read from the remarks of rows whose columns do not say it.",
                    int(settled.by_remarks.sum()),
                    tuple(mapped_columns(source, cells, "remarks")),
                    tuple(rows[settled.by_remarks]),
                )
            )
        if settled.strange:
            untranslated[name] = settled.strange
            strange_rows |= settled.strange_rows
    if untranslated:
        words = "; ".join(f"{name}: {', '.join(strange)}" for name, strange in untranslated.items())
        keys = ", ".join(f"{name}: …" for name in untranslated)
        text = f"Words without a translation were read as unknown: {words}. Add them under 'values: {{{keys}}}'."
        columns_read = tuple(column for name in untranslated for column in mapped_columns(source, cells, name))
        count = sum(map(len, untranslated.values()))
        notes.append(
            Note(source.id, "untranslated", text, count, tuple(dict.fromkeys(columns_read)), tuple(rows[strange_rows]))
        )


def _without(source: Source, column: pd.Series) -> pd.Series:
    return without_words(column, {word.strip().casefold() for word in source.missing})
