"""Take out what stewards asked to leave out, before anything is kept or computed.

A request names a site, or covers it. Which records belong to that site is only known once all records are linked, so they
are linked here a first time, in memory; the records, assays, links and rejected rows of withheld sites are then taken out of the
inputs, and the run goes on as if they had never been in the files. What was taken out is counted and named nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from layers import schema
from layers.accounting import Note, Reading
from layers.catalogue.source import Source
from layers.files.tables import read_table
from layers.samples.censoring import CensoringParams
from layers.samples.repeated import twins_of
from layers.samples.standardise import standardise_samples
from layers.text import as_key
from pipeline import rejected_rows
from pipeline.config import RunConfig
from pipeline.executor import Executor
from pipeline.folder.store import RunStore
from pipeline.input_layers import Account, Inputs
from pipeline.inputs import WITHHOLDABLE, Readings, assembled, assembled_again, read_again, read_sources
from pipeline.kernels.record_groups import slug
from pipeline.kernels.record_pairs import official_tokens
from pipeline.kernels.site_keys import sites_named
from pipeline.quotations import quotations, rows_of_layers
from pipeline.request_keys import KnownIds, request_of, spelt_as_known, spelt_otherwise
from pipeline.stages.link_records import link_records
from pipeline.stages.locate_assays import locate_assays
from pipeline.stages.merge_sites import MergeSitesParams, merge_sites
from pipeline.stages.withhold_sites import WithholdSitesParams, withhold_sites
from pipeline.unheeded_requests import fitting_requests, unheeded_requests

UNTOLD = "Details are withheld at the request of a steward."


@dataclass(frozen=True)
class _Withheld:
    """What must not be seen again: record ids, and every text that names a withheld site (in folded case).

    ``ids_there`` stand in the inventories; ``ids`` are these and the keys of the requests; no other record bears ``names``.
    ``requests`` are those that named or covered something, while it stood in what was read; ``unplaced`` are places asked for
    of which no row could be read; ``numbers`` are the official numbers of the records, with their registers.
    """

    records: frozenset[str]
    site_ids: frozenset[str]
    ids_there: frozenset[str]
    ids: frozenset[str]
    names: frozenset[str]
    requests: frozenset[str] = frozenset()
    numbers: frozenset[tuple[str, str]] = frozenset()
    unplaced: frozenset[str] = frozenset()

    def with_those_of(self, other: _Withheld) -> _Withheld:
        """Return what either of the two holds."""
        return _Withheld(*(getattr(self, field.name) | getattr(other, field.name) for field in fields(self)))


_NOTHING = _Withheld(frozenset(), frozenset(), frozenset(), frozenset(), frozenset())


def read_and_withhold(
    config: RunConfig, data_dir: Path, store: RunStore | None, executor: Executor | None = None
) -> Inputs:
    """Read all sources as if what stewards asked to leave out had never been in the files.

    What the requests name or cover is only known once everything is read and linked. The rows found are then blanked and their
    files read again, until nothing more is found (a row may have hidden its repetition). Only then are the region, its working
    CRS and everything else taken from what is left.

    Parameters
    ----------
    config, data_dir
        The run file, and the folder where relative source paths start.
    store, executor
        Keeps what was read for the next run, but for rows a request may take out; has the workers that may read it.

    Returns
    -------
    Inputs
        ``accounts`` count what was taken out as withheld, ``withheld`` counts the sites.
    """
    return read_as_asked(config, data_dir, store, executor).after


@dataclass(frozen=True)
class AsAsked:
    """What was read in the end: by source, put together, and without the rows and words that no file holds any more."""

    readings: Readings
    before: Inputs
    after: Inputs


def read_as_asked(
    config: RunConfig, data_dir: Path, store: RunStore | None, executor: Executor | None = None
) -> AsAsked:
    """Do what `read_and_withhold` does, and return what was read of every source with it."""
    readings = read_sources(config, data_dir, store, executor)
    inputs = assembled(config, readings)
    if len(inputs["exclusions"]) == 0:
        return AsAsked(readings, inputs, inputs)
    known_ids = _known_ids(inputs)
    inputs = _spelt(inputs, known_ids)
    left_out: dict[str, frozenset[int]] = {}
    known = _NOTHING
    while True:
        shorter, known = _followed(inputs, config, known, set(left_out))
        rows = _rows_gone(readings, inputs, shorter, data_dir, left_out)
        if not rows:
            quoting = rows_of_layers(shorter.layers, shorter.sources, known.ids | known.names, data_dir)
            return AsAsked(readings, inputs, replace(shorter, quoting_layers=quoting))
        left_out |= {name: left_out.get(name, frozenset()) | more for name, more in rows.items()}
        readings = read_again(readings, data_dir, left_out)
        inputs = _spelt(assembled_again(config, readings), known_ids)


def _rows_gone(
    readings: Readings, before: Inputs, after: Inputs, data_dir: Path, left_out: Mapping[str, Set[int]]
) -> dict[str, frozenset[int]]:
    """Return the rows of inventories and assays that were taken out and stand in their files still."""
    gone: dict[str, set[int]] = {}
    for role, key in (("inventory", "record_id"), ("geochemistry", "sample_id")):
        table: pd.DataFrame = before.layers[role]
        lost = table[~table[key].isin(after.layers[role][key])]
        for source, row in zip(lost["source"], lost["source_row"], strict=True):
            gone.setdefault(str(source), set()).add(int(row))
    gone_rows = pd.MultiIndex.from_frame(before.rejected[["source", "source_row"]]).difference(
        pd.MultiIndex.from_frame(after.rejected[["source", "source_row"]])
    )
    for source, row in gone_rows:
        gone.setdefault(str(source), set()).add(int(row))
    assays = {source.id: readings.by_id[source.id] for source in readings.sources if source.role == "geochemistry"}
    for name, twins in twins_of(assays, gone).items():  # no sample lives on in another source
        gone.setdefault(name, set()).update(twins)
    rows = {}
    for source in readings.sources:
        if source.role in ("inventory", "geochemistry") and source.id in gone:
            wanted = _all_rows(source.without_rows(left_out.get(source.id, ())), data_dir, gone[source.id])
            rows[source.id] = frozenset(wanted - left_out.get(source.id, frozenset()))
    return {name: more for name, more in rows.items() if more}


def _all_rows(source: Source, data_dir: Path, rows: set[int]) -> set[int]:
    """Return the rows of the samples that begin in some rows, where a file has one row per result."""
    if "analyte" not in source.columns:
        return rows
    raw = read_table(source, data_dir)
    columns = [name for name in rejected_rows.columns_of(source, ("sample_id",)) if name in raw.cells.columns]
    if not columns:
        return rows
    ids = raw.cells[columns[0]]
    return rows | set(raw.rows[ids.isin(ids[np.isin(raw.rows, list(rows))]).to_numpy(dtype=bool)].tolist())


def withhold(inputs: Inputs, config: RunConfig) -> Inputs:
    """Return the inputs without what the requests name or cover.

    Parameters
    ----------
    inputs : Inputs
        As read, with the requests as layer ``exclusions``.
    config : RunConfig
        Says how records are linked and merged, and how assays find their site.

    Returns
    -------
    Inputs
        Without the records of withheld sites, without assays at these sites, samples inside the areas asked for, known links to
        these records, and rejected rows that carry an id or name of such a site; notes that mention one lose their words.
        ``accounts`` count all of these as withheld, ``withheld`` counts the sites.
    """
    if len(inputs["exclusions"]) == 0:
        return inputs
    return _followed(_spelt(inputs, _known_ids(inputs)), config, _NOTHING, set())[0]


def _known_ids(inputs: Inputs) -> KnownIds:
    """Return the ids a request may mean: of records, of rows that could not be read, and those that assays name."""
    records = inputs["inventory"]
    official = {part for ids in records["official_id"].dropna() for part in str(ids).split("; ")}
    return KnownIds(
        official | rejected_rows.stated_ids(inputs),
        records["record_id"],
        {slug(record_id) for record_id in records["record_id"]},
        inputs["geochemistry"]["site_key"].dropna(),
    )


def _spelt(inputs: Inputs, known_ids: KnownIds) -> Inputs:
    """Return the inputs with the ids of requests as the inventories spell them."""
    asked = inputs["exclusions"]
    exclusions = schema.conform(spelt_as_known(asked, known_ids), schema.Exclusions)
    layers = {**inputs.layers, "exclusions": exclusions}
    return replace(inputs, layers=layers, respelt=spelt_otherwise(asked, exclusions))


def _followed(
    inputs: Inputs, config: RunConfig, earlier: _Withheld, read_without: Set[str]
) -> tuple[Inputs, _Withheld]:
    """Follow the requests, and remember what they took out here and earlier.

    Notes of sources that were read without the rows asked for cannot tell of them; those of others lose words that do.
    """
    exclusions = inputs["exclusions"]
    records, known = inputs["inventory"], inputs["links"]
    known = known[~_links_what_is_gone(known, records, earlier.ids | _folded(exclusions["key"]))]
    links = link_records(records, known, config.link_records)
    sites = merge_sites(records, links, config.merge_sites)
    withheld = _withheld(records, sites, exclusions).with_those_of(earlier)
    samples = inputs["geochemistry"]
    at_site = _samples_withheld(samples, sites, withheld, exclusions, config)
    ids_there = withheld.ids_there | _folded(samples.loc[at_site, "site_key"])
    rejected = tuple(rejected_rows.rejected_rows_of(inputs))
    heeded = fitting_requests(exclusions, ids_there, [records.geometry, samples.geometry])
    heeded |= rejected_rows.requests_of_rows(rejected, exclusions)
    unplaced = rejected_rows.places_asked_for(rejected, inputs, withheld.ids_there)
    withheld = replace(withheld, requests=withheld.requests | heeded, unplaced=withheld.unplaced | unplaced)
    stays = ~records["record_id"].isin(withheld.records).to_numpy()
    linked = (known["record_a"].isin(withheld.records) | known["record_b"].isin(withheld.records)).to_numpy(dtype=bool)
    rows = rejected_rows.rows_that_tell(rejected, inputs, withheld.ids, withheld.names, samples["sample_id"][at_site])
    out = {
        "inventory": records["source"][~stays].value_counts(),
        "geochemistry": samples["source"][at_site].value_counts(),
        "rejected": inputs.rejected["source"][rows].value_counts(),
    }
    layers = {
        **inputs.layers,
        "inventory": schema.conform(records[stays].reset_index(drop=True), schema.Records),
        "geochemistry": _restandardised(samples, at_site, config.assign_samples.censoring),
        "links": schema.conform(known[~linked].reset_index(drop=True), schema.Links),
    }
    kept = (staying := records[stays], layers["geochemistry"], inputs.rejected[~rows])
    quotes = np.array([bool(own & withheld.numbers) for own in _numbers(staying)], dtype=bool)
    unheeded = exclusions.loc[~exclusions["exclusion_id"].isin(withheld.requests), "exclusion_id"]
    shorter = replace(
        inputs,
        layers=layers,
        accounts=tuple(_account(account, out) for account in inputs.accounts),
        rejected=schema.conform(inputs.rejected[~rows].reset_index(drop=True), schema.Rejected),
        notes=tuple(note if note.source in read_without else _note(note, withheld) for note in inputs.notes)
        + unheeded_requests(unheeded.map(request_of).nunique()),
        unheeded=(*inputs.unheeded, *unheeded),
        quoting=quotations(staying[quotes], kept, withheld.ids | withheld.names),
        withheld=len(withheld.site_ids) + len(withheld.unplaced),
    )
    return shorter, withheld


def shorten(reading: Reading[Any], before: Inputs, after: Inputs) -> Reading[Any]:
    """Return what was read of one source without what `withhold` took out of the inputs.

    Parameters
    ----------
    reading : Reading
        Of an inventory or of geochemistry; others come back as they are.
    before, after : Inputs
        The inputs given to `withhold`, and those it returned.
    """
    roles: tuple[tuple[Literal["inventory", "geochemistry"], str], ...] = (
        ("inventory", "record_id"),
        ("geochemistry", "sample_id"),
    )
    for role, column in roles:
        if column in reading.layer.columns:
            gone = set(before[role][column]) - set(after[role][column])
            stays = ~reading.layer[column].isin(gone).to_numpy()
            rejected = after.rejected[after.rejected["source"] == reading.source].reset_index(drop=True)
            out = int((~stays).sum()) + len(reading.rejected) - len(rejected)
            return replace(
                reading,
                layer=reading.layer[stays].reset_index(drop=True),
                rejected=schema.conform(rejected, schema.Rejected),
                rows_withheld=reading.rows_withheld + out,
                notes=tuple(note for note in after.notes if note.source == reading.source),
            )
    return reading


def _withheld(records: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, exclusions: gpd.GeoDataFrame) -> _Withheld:
    """Find the sites asked for, by what they are after merging and by what each of their records is alone."""
    alone = merge_sites(records, schema.empty(schema.Links), MergeSitesParams())
    asked = set(alone["record_ids"]) - set(withhold_sites(alone, exclusions, WithholdSitesParams())["record_ids"])
    asked |= set(records.loc[_named(records, _folded(exclusions["key"])), "record_id"])
    kept = withhold_sites(sites, exclusions, WithholdSitesParams())
    merged_in = np.array([bool(asked & set(ids.split("; "))) for ids in sites["record_ids"]], dtype=bool)
    gone = sites[~sites["site_id"].isin(kept["site_id"]) | merged_in]
    lost = asked | {part for ids in gone["record_ids"] for part in ids.split("; ")}
    rows, others = records[records["record_id"].isin(lost)], records[~records["record_id"].isin(lost)]
    placed = others[others.geometry.notna()]
    names = (_folded(rows["name"]) | _folded(rows["aliases"]) | _folded(gone["name"])) - _folded(placed["name"])
    unplaced = others[others.geometry.isna() & _keys(others["name"]).isin(names)]
    lost |= set(unplaced["record_id"])
    withheld_ids = _folded(rows["record_id"]) | _folded(rows["official_id"]) | _folded(gone["site_id"])
    withheld_ids = withheld_ids | _folded(alone.loc[alone["record_ids"].isin(lost), "site_id"])
    ids = withheld_ids | _folded(exclusions["key"])
    numbers = frozenset(number for own in _numbers(rows) for number in own)
    parts = (lost, set(gone["site_id"]), withheld_ids, ids, names)
    return replace(_Withheld(*map(frozenset, parts)), numbers=numbers)


def _numbers(records: pd.DataFrame) -> list[set[tuple[str, str]]]:
    """Return the official numbers of each record and those it quotes, as (register, number)."""
    return [{(scheme.split()[0], number) for scheme, number in own} for own in official_tokens(records)]


def _named(records: pd.DataFrame, keys: Set[str]) -> np.ndarray:
    is_named = np.zeros(len(records), dtype=bool)
    for column in ("record_id", "official_id"):
        is_named = is_named | _keys(records[column]).isin(keys).to_numpy(dtype=bool)
    return is_named


def _links_what_is_gone(known: pd.DataFrame, records: pd.DataFrame, ids: Set[str]) -> np.ndarray:
    """Mark links to a record asked for that is not among those read: it was taken out before, or could not be read."""
    there = set(records["record_id"])
    marks = np.zeros(len(known), dtype=bool)
    for column in ("record_a", "record_b"):
        record = known[column].astype("str").str.replace(r"#\d+$", "", regex=True)
        own = record.str.split(":", n=1).str[-1]
        asked = _keys(known[column]).isin(ids) | _keys(record).isin(ids) | _keys(own).isin(ids)
        marks |= (asked & ~known[column].isin(there)).to_numpy(dtype=bool)
    return marks


def _keys(cells: pd.Series) -> pd.Series:
    return cells.astype("str").map(as_key, na_action="ignore")


def _folded(cells: pd.Series) -> set[str]:
    return {part for cell in cells.dropna() for own in str(cell).split("; ") if (part := as_key(own))}


def _samples_withheld(
    samples: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    withheld: _Withheld,
    exclusions: gpd.GeoDataFrame,
    config: RunConfig,
) -> np.ndarray:
    """Mark samples taken at withheld sites, keyed to them, perhaps keyed to them, or inside an area asked for."""
    if samples.empty:
        return np.zeros(0, dtype=bool)
    params = config.locate_assays.model_copy(update={"require_match": False})
    located = locate_assays(samples, sites, params)
    is_withheld = located["site_id"].isin(withheld.site_ids).to_numpy(dtype=bool)
    keys = _keys(samples["site_key"])
    is_withheld = is_withheld | (located["site_id"].isna() & keys.isin(withheld.ids | withheld.names)).to_numpy(
        dtype=bool
    )
    grouped = located["site_rule"].eq("group").to_numpy(dtype=bool)  # the results stand for all sites of the name
    named = sites_named(samples.loc[grouped, "site_key"].astype(str).unique(), sites)
    of_gone = {key for key, (rows, _) in named.items() if sites["site_id"].iloc[rows].isin(withheld.site_ids).any()}
    is_withheld = is_withheld | grouped & samples["site_key"].isin(of_gone).to_numpy(dtype=bool)
    areas = exclusions.geometry.dropna()
    if len(areas):
        is_withheld = is_withheld | samples.intersects(areas.union_all()).to_numpy(dtype=bool)
    open_question = located["site_key_status"].eq("ambiguous").to_numpy(dtype=bool) & ~is_withheld
    if open_question.any():
        staying = sites[~sites["site_id"].isin(withheld.site_ids)]
        without = locate_assays(samples, staying, params)["site_key_status"]
        is_withheld = is_withheld | open_question & without.ne("ambiguous").to_numpy(dtype=bool)
    return is_withheld


def _restandardised(samples: gpd.GeoDataFrame, gone: np.ndarray, censoring: CensoringParams) -> gpd.GeoDataFrame:
    """Drop samples and take the standard scores again, so that the dropped ones shape none."""
    if not gone.any():
        return samples
    return standardise_samples(samples[~gone].reset_index(drop=True), censoring)


def _note(note: Note, withheld: _Withheld) -> Note:
    message = as_key(note.message)
    tells = any(len(text) > rejected_rows.SHORT_ID and text in message for text in withheld.ids | withheld.names)
    return replace(note, message=UNTOLD, columns=(), rows=()) if tells else note


def _account(account: Account, out: dict[str, Any]) -> Account:
    if account.role not in WITHHOLDABLE:
        return account
    kept = int(out[account.role].get(account.source, 0)) if account.role in out else 0
    rejected = int(out["rejected"].get(account.source, 0))
    return replace(
        account,
        rows_kept=account.rows_kept - kept,
        rows_rejected=account.rows_rejected - rejected,
        rows_withheld=account.rows_withheld + kept + rejected,
    )
