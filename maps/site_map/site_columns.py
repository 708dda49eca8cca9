"""The sites of the map as columns, with their cautions, reasons and areas."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from layers.schema import DISPOSALS, EVIDENCE, WASTE_TYPES
from maps import assets, words
from maps.publication import Publication
from maps.reasons import OF_AMOUNT, READ_AT, is_looked_for, reason_parts, record_template, unit_of
from maps.rows import grade_rule_told, kinds_shown, shared_ranks
from maps.site_map.columns import Listed, grouped, numbers, places_in, scaled, texts, thousandths
from maps.site_map.tiers import tiers
from maps.verdict import rests_on_companion

TOLD_IN_FULL = (
    "quarry", "radioactivity_measured", "radioactivity_possible", "recovery_host", "hazard_class", "protected_area",
    "same_place", "place_doubtful", "location_conflict", "jurisdiction_conflict", "low_coordinate_precision", "amount_conflict",
    "amount_older",
    "amount_doubtful", "grade_doubtful",
)  # fmt: skip
"""Cautions whose names alone say too little: their cards hold the sentence of the sheets."""

REASONS_MANY = 3
REASONS_FEW = 6
MANY = 5_000
"""Above this many sites the page keeps three reasons per site and no aliases."""


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column that later tables may or may not have; all missing where it is absent."""
    return table[name] if name in table else pd.Series([None] * len(table), dtype=object)


def grade_end(shown: pd.DataFrame, end: str) -> pd.Series:
    """Return the lower or upper end of the grade: of the assay where there is one, else of what was inferred."""
    return shown[f"treo_{end}_ppm"].where(shown["treo_ppm"].notna(), shown[f"treo_inferred_{end}_ppm"])


def site_columns(publication: Publication, shown: pd.DataFrame, ranked: int) -> dict[str, Any]:
    """Return the sites with a circle of their own: columns, and the texts, templates and codes their numbers mean.

    Parameters
    ----------
    publication : Publication
        Its flags, reasons and relations are taken.
    shown : DataFrame
        One row per site in the order of the page.
    ranked : int
        Sites among which ranks are given.

    Returns
    -------
    dict
        ``columns`` (name -> list, missing as None) and what the numbers in them count through.
    """
    few = len(shown) <= MANY
    texts_of, unused = Listed(), rests_on_companion(publication.validation)
    measured = (shown["evidence"] == "measured").to_numpy()
    chance = shown[["score", "score_low", "score_high"]].astype(float)
    chance.loc[measured] = np.nan  # of what was assayed it would only repeat the assay
    tie, ties = _ties(publication.ranking, shown["site_id"])

    def listed(column: str) -> list[int | None]:
        return texts_of.of_column(_column(shown, column))

    table: dict[str, Any] = {
        "id": texts(shown["site_id"]),
        "name": texts(shown["name"]),
        "x": scaled(shown["longitude"], 1e5),
        "y": scaled(shown["latitude"], 1e5),
        "score": thousandths(chance["score"]),
        "score_low": thousandths(chance["score_low"]),
        "score_high": thousandths(chance["score_high"]),
        "rank": numbers(shown["rank"], 12),
        "rank_low": numbers(shown["rank_low"], 12),
        "rank_high": numbers(shown["rank_high"], 12),
        "tier": numbers(
            pd.Series(tiers(publication.ranking, ranked), publication.ranking["site_id"]).reindex(shown["site_id"]), 2
        ),
        "tie": tie,
        "evidence": places_in(shown["evidence"], EVIDENCE),
        "t": numbers(shown["tonnage_t"], 2),
        "t_low": numbers(shown["tonnage_low_t"], 2),
        "t_high": numbers(shown["tonnage_high_t"], 2),
        "rule": listed("tonnage_rule"),
        "treo": numbers(shown["treo_ppm"], 2),
        "treo_low": numbers(grade_end(shown, "low"), 2),
        "treo_high": numbers(grade_end(shown, "high"), 2),
        "contained_low": numbers(shown["contained_treo_low_t"], 2),
        "contained_high": numbers(shown["contained_treo_high_t"], 2),
        "grade_rule": texts_of.of_column(
            pd.Series(
                map(
                    grade_rule_told,
                    *(_column(shown, name) for name in ("grade_rule", "waste_estimated_fraction", "waste_elements")),
                ),
                dtype=object,
            )
        ),
        "expected": numbers(_column(shown, "expected_grade_ppm"), 2),
        "payable": numbers(shown["payable_t"], 2),
        "payable_high": numbers(shown["payable_high_t"], 2),
        "chance_payable": thousandths(shown["chance_payable"]),
        "applicability": [None] * len(shown) if unused else listed("applicability"),
        "ranked_last": [1 if there else None for there in _column(shown, "ranked_last_reason").notna()],
        "waste_sources": listed("waste_sources"),
        "waste_n": [value or None for value in numbers(_column(shown, "waste_n"), 6)],
        "companion": thousandths(shown["companion_score"]),
        "companion_rank": numbers(shown["companion_rank"], 12),
        "community": listed("nearest_community"),
        "community_km": numbers(shown["community_km"], 3),
        "road_km": numbers(shown["road_km"], 3),
        "rail_km": numbers(shown["rail_km"], 3),
        "power_km": numbers(shown["power_km"], 3),
        "commodities": listed("commodities"),
        "deposit": listed("deposit_type"),
        "kind": places_in(_kinds(shown, publication), words.SHOWN_KINDS),
        "waste": places_in(shown["waste_type"], WASTE_TYPES),
        "disposal": places_in(shown["disposal"], DISPOSALS),
        "status": listed("status"),
        "first": numbers(shown["first_year"], 4),
        "last": numbers(shown["last_year"], 4),
        "jurisdiction": listed("jurisdiction"),
    }
    if few:
        table |= {"aliases": texts(shown["aliases"]), "url": [assets.safe_link(url) for url in shown["url"]]}
    sites = pd.Index(shown["site_id"])
    flags, codes = _flags(publication, sites)
    findings, sentences = _findings(publication, sites, [code["code"] for code in codes])
    mere = _column(shown, "site_kind").eq("showing").to_numpy()
    wanted = [name for name in _names(shown["commodities"]) if is_looked_for(name, publication.target)]
    records = _record_kinds(shown["commodities"], wanted)
    reasons, templates = _reasons(publication, sites, mere, records, REASONS_FEW if few else REASONS_MANY)
    table |= {"flags": flags, "findings": findings, "reasons": reasons, "relations": _relations(publication, sites)}
    return {"columns": _without_empty(table), "ties": ties, "texts": texts_of.values, "flags": codes, "findings": sentences,
            "reasons": templates, "looked_for": wanted,
            "commodities": _commodities(shown["commodities"]), "symbols": _symbols(shown["commodities"]),
            "statuses": _in_languages(shown["status"], words.status),
            "jurisdictions": _in_languages(_column(shown, "jurisdiction"), words.jurisdiction),
            "deposits": _in_languages(_column(shown, "deposit_type"), words.deposit_type),
            "kinds": list(words.SHOWN_KINDS), "waste": list(WASTE_TYPES),
            "disposal": list(DISPOSALS), "evidence": list(EVIDENCE)}  # fmt: skip


def _kinds(shown: pd.DataFrame, publication: Publication) -> pd.Series:
    return kinds_shown(shown, publication.flags) if "site_kind" in shown else _column(shown, "site_kind")


def _ties(ranking: pd.DataFrame, sites: pd.Series) -> tuple[list[int | None], list[list[int]]]:
    """Return per site the number of its tie (None where its rank is its own), and the first and last rank of every tie."""
    ends = shared_ranks(ranking)
    shared = ends["first"] < ends["last"]
    tied = Listed()
    numbered = [tied.number(both) for both in ends[shared].to_numpy().tolist()]
    of_site = dict(zip(ranking["site_id"][shared], numbered, strict=True))
    return [of_site.get(site_id) for site_id in sites], tied.values


def _names(cells: pd.Series) -> list[str]:
    return sorted({name for cell in cells.dropna().unique() for name in str(cell).split("; ")})


def _symbols(cells: pd.Series) -> dict[str, str]:
    """Return the symbols of the elements among the commodities on the page, for its search."""
    symbols = {both["en"].casefold(): symbol for symbol, both in words.all_words()["elements"].items()}
    return {name: symbols[name.casefold()] for name in _names(cells) if name.casefold() in symbols}


def _commodities(cells: pd.Series) -> dict[str, str]:
    """Return the French names of the commodities on the page that have one of their own."""
    names = _names(cells)
    french = {name: words.commodities(name, "fr") for name in names}
    return {name: wording for name, wording in french.items() if wording != name}


def _in_languages(cells: pd.Series, say: Callable[[str, str], str]) -> dict[str, dict[str, str]]:
    """Return the texts of a column, states of work or types of deposit, in every language."""
    return {str(text): {lang: say(str(text), lang) for lang in words.LANGUAGES} for text in cells.dropna().unique()}


def _without_empty(table: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Leave out columns in which nothing is known."""
    always = ("id", "name", "x", "y", "score", "rank", "evidence", "t", "flags", "findings", "reasons", "relations")
    return {
        name: column for name, column in table.items() if name in always or any(value is not None for value in column)
    }


def _of(table: pd.DataFrame, sites: pd.Index) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the rows of some sites, and where each one's site stands among them."""
    at = sites.get_indexer(pd.Index(table["site_id"]))
    return table[at >= 0], at[at >= 0]


def _flags(publication: Publication, sites: pd.Index) -> tuple[list[list[int]], list[dict[str, str]]]:
    codes = Listed()
    given, at = _of(publication.flags.drop_duplicates(["site_id", "flag"]), sites)
    pairs = grouped(len(sites), at, codes.of_column(given["flag"]))
    flags = [{"code": code, **{lang: words.flag(code, lang) for lang in words.LANGUAGES}} for code in codes.values]
    return pairs, flags


def _findings(
    publication: Publication, sites: pd.Index, codes: Sequence[str]
) -> tuple[list[list[int]], list[dict[str, str]]]:
    """Return per site ``caution, finding, ...`` flat for the cautions of `TOLD_IN_FULL`, and every finding in words once."""
    listed = Listed()
    given, at = _of(publication.flags[publication.flags["flag"].isin(TOLD_IN_FULL)], sites)
    keys = [listed.number(pair) for pair in zip(given["finding"], given["values"], strict=True)]
    pairs = grouped(len(sites), at, [codes.index(code) for code in given["flag"]], keys)
    return pairs, [
        {lang: words.finding(code, json.loads(values), lang) for lang in words.LANGUAGES}
        for code, values in listed.values
    ]


_NO_RECORD, _RECORD, _OWN_RECORD = range(3)


def _record_kinds(commodities: pd.Series, wanted: list[str]) -> np.ndarray:
    """Say of each site whether it has commodities on record, and whether some are of the elements looked for."""
    looked_for = set(wanted)
    kind_of = {
        cell: _OWN_RECORD if looked_for & set(str(cell).split("; ")) else _RECORD
        for cell in commodities.dropna().unique()
        if cell
    }
    return commodities.map(kind_of).fillna(_NO_RECORD).to_numpy(dtype=int)


def _reasons(
    publication: Publication, sites: pd.Index, mere: np.ndarray, records: np.ndarray, most: int
) -> tuple[list[list[Any]], list[list[str]]]:
    """Return per site ``template, value, ...`` flat, and the templates ``[en, fr, unit]``.

    All rows of a feature with the same direction and a value read alike share a template, which is put into words once; what
    tells of an amount of waste reads otherwise at a mere showing, and what rests on recorded commodities leaves a slot for
    their names, ``{recorded}`` or, for those that are looked for themselves, ``{own}``.
    """
    among = publication.reasons[publication.reasons["position"] <= most].sort_values("position", kind="stable")
    given, at = _of(among, sites)
    value = given["value"].to_numpy(dtype=float, copy=True)
    features = pd.factorize(given["feature"])[0]
    alike = sum(np.searchsorted(READ_AT, value, side) for side in ("left", "right"))
    kinds = pd.DataFrame(
        {
            "feature": features,
            "raises": given["contribution"].to_numpy() >= 0,
            "alike": np.where(np.isfinite(value), alike, -1),
            "mere": mere[at] & given["feature"].isin(OF_AMOUNT).to_numpy(),
            "record": np.where(given["feature"].eq("part_metal") & np.isfinite(value), records[at], _NO_RECORD),
        }
    )
    kind, distinct = pd.factorize(pd.MultiIndex.from_frame(kinds))
    templates = Listed()
    number_of, slot_of = np.empty(len(distinct), dtype=int), np.empty(len(distinct), dtype=int)
    for index, row in enumerate(np.unique(kind, return_index=True)[1]):
        reason, stands = given.iloc[row], "showing" if kinds["mere"].iloc[row] else "waste"
        english, shown = reason_parts(reason["feature"], reason["contribution"], reason["value"], "en", stands)
        french, _ = reason_parts(reason["feature"], reason["contribution"], reason["value"], "fr", stands)
        if record := kinds["record"].iloc[row]:
            english, french = (
                record_template(reason["contribution"], reason["value"], lang, own=record == _OWN_RECORD)
                .replace(";", ",")
                .replace("{x}", "{own}" if record == _OWN_RECORD else "{recorded}")
                for lang in words.LANGUAGES
            )
            shown = None
        unit = unit_of(reason["feature"])
        number_of[index] = templates.number([english, french, unit])
        slot_of[index] = 0 if shown is None else 2 if unit.startswith("log_") else 1
    slot = slot_of[kind]
    value[slot == 2] = 10.0 ** value[slot == 2]
    value[slot == 0] = np.nan
    unit_of_row = np.array([templates.values[number][2] for number in number_of.tolist()], dtype=object)[kind]
    short = numbers(value, 2)  # as many digits as sheets and reports print
    for units, decimals in ((("z",), 1), (("count", "year"), 6)):
        exact = np.flatnonzero(np.isin(unit_of_row, units))
        for row, reason in zip(exact, numbers(np.round(value[exact], decimals) + 0.0, 12), strict=True):
            short[row] = reason
    return grouped(len(sites), at, number_of[kind].tolist(), short), templates.values


_RELATIONS = ("inside", "overlaps", "near")


def _relations(publication: Publication, sites: pd.Index) -> list[list[Any]]:
    """Return per site ``area, relation, km, ...`` flat; areas by their number in the payload."""
    given, at = _of(publication.site_territories, sites)
    area = pd.Index(publication.territories["territory_id"]).get_indexer(pd.Index(given["territory_id"]))
    how = places_in(given["relation"], _RELATIONS)
    return grouped(len(sites), at, area.tolist(), how, numbers(given["distance_km"], 3))
