"""The map's data as one strict JSON text: columns instead of records, every repeated word kept once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely

from layers.schema import DISPOSALS, EVIDENCE, WASTE_TYPES
from maps import assets, words
from maps.publication import Publication
from maps.rows import present
from maps.rows import rows as rows_of
from maps.surface_image import surface_image
from maps.verdict import SCORE_WORDS, plain_verdict, rests_on_companion, score_key, verdict

SINGLE_SITES = 50_000
"""Sites drawn one by one; the others are summed in squares."""

CELL_DEGREES = 0.25
"""Edge of such a square."""

REASONS_MANY = 3
REASONS_FEW = 6
MANY = 5_000
"""Above this many sites the page keeps three reasons per site and no aliases."""

OUTLINE_VERTICES = 40_000
"""Corners of all areas, of all lines and of all background polygons (each) in the page."""

_NOT_ON_MAP = (
    "sheet_",
    "report_",
    "figure_",
    "axis_",
    "screen_",
    "explain_",
    "question_",
    "next_",
    "around_",
    "role_",
    "method_",
    "plain_",
    "verdict_",
    "baseline_",
    "card_",
    "row_",
    "tornado_",
    "plan_",
)


class Listed:
    """A list of distinct values and the number of each."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._at: dict[Hashable, int] = {}

    def number(self, value: Any) -> int:
        """Return the number of a value, adding it when it is new."""
        key = tuple(value) if isinstance(value, list) else value
        if key not in self._at:
            self._at[key] = len(self.values)
            self.values.append(value)
        return self._at[key]


def map_payload(publication: Publication, single_sites: int = SINGLE_SITES, max_sheets: int = 200) -> dict[str, Any]:
    """Return everything the map page shows.

    Parameters
    ----------
    publication : Publication
        Checked by `maps.sovereignty.publishable`.
    single_sites : int
        Best-ranked sites that get a circle of their own.
    max_sheets : int
        Best-ranked sites that have a sheet to link to.
    """
    ordered = _ordered(publication)
    shown, rest = ordered.iloc[:single_sites], ordered.iloc[single_sites:]
    return {
        "meta": _meta(publication, len(ordered), len(shown), max_sheets),
        "words": _words(publication.validation),
        "sites": _sites(publication, shown),
        "cells": _cells(rest),
        "areas": _areas(publication),
        "communities": _communities(publication),
        "lines": _lines(publication),
        "backdrop": _backdrop(publication),
        "surface": _surface(publication),
        "sources": _sources(publication),
    }


def _ordered(publication: Publication) -> pd.DataFrame:
    """Return all sites, ranked ones first, with what the ranking says of them."""
    ranking = publication.ranking.drop(columns=["name", "latitude", "longitude", "evidence", "reasons"])
    fresh = ["site_id", *(one for one in ranking if one != "site_id")]
    about = pd.DataFrame(publication.sites.drop(columns="geometry"))
    about = about.drop(columns=[one for one in fresh if one in about and one != "site_id"])
    evidence = publication.ranking[["site_id", "evidence"]]
    about = about.drop(columns="evidence", errors="ignore").merge(
        evidence, on="site_id", how="left", validate="one_to_one"
    )
    joined = about.merge(ranking[fresh], on="site_id", how="left", validate="one_to_one")
    if "road_km" not in joined:
        joined = joined.merge(
            publication.access, on="site_id", how="left", validate="one_to_one", suffixes=("", "_again")
        )
    return joined.sort_values(["rank", "site_id"], na_position="last", kind="stable").reset_index(drop=True)


def _meta(publication: Publication, total: int, shown: int, max_sheets: int) -> dict[str, Any]:
    return {
        "title": publication.title,
        "run_id": publication.run_id,
        "run_date": publication.run_date,
        "contact": publication.contact,
        "target": publication.target,
        "n": total,
        "n_ranked": len(publication.ranking),
        "shown": shown,
        "companion_order": rests_on_companion(publication.validation),
        "sheets": max_sheets,
        "withheld": publication.withheld,
        "plain_verdict": {lang: plain_verdict(publication.validation, lang) for lang in words.LANGUAGES},
        "verdict": {lang: verdict(publication.validation, lang) for lang in words.LANGUAGES},
    }


def _words(validation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words of the page; the score is called after what the order rests on."""
    kept = {key: both for key, both in words.all_words()["words"].items() if not key.startswith(_NOT_ON_MAP)}
    table: dict[str, Any] = {lang: {key: both[lang] for key, both in kept.items()} for lang in words.LANGUAGES}
    for lang in words.LANGUAGES:
        for key in SCORE_WORDS:
            if key in kept:
                table[lang][key] = words.word(score_key(validation, key), lang)
        table[lang]["surface_note"] = _surface_note(validation, lang)
    table["months"] = words.all_words()["months"]
    return table


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column that later tables may or may not have; all missing where it is absent."""
    return table[name] if name in table else pd.Series([None] * len(table), dtype=object)


def numbers(values: Iterable[Any], digits: int) -> list[float | int | None]:
    """Return numbers with so many significant digits, whole ones as integers, missing and infinite as None."""
    return [
        _number(value, digits) for value in np.asarray(pd.to_numeric(pd.Series(values), errors="coerce"), dtype=float)
    ]


def _number(value: float, digits: int) -> float | int | None:
    if not np.isfinite(value):
        return None
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() else short


def texts(values: Iterable[Any]) -> list[str | None]:
    """Return texts as they are; missing as None."""
    return [None if pd.isna(value) else str(value) for value in values]


def _scaled(values: pd.Series, factor: float) -> list[int | None]:
    return [None if not np.isfinite(value) else round(value * factor) for value in values.to_numpy(dtype=float)]


def _sites(publication: Publication, shown: pd.DataFrame) -> dict[str, Any]:
    few = len(shown) <= MANY
    texts_of, unused = Listed(), rests_on_companion(publication.validation)

    def listed(column: str) -> list[int | None]:
        values = texts(_column(shown, column))
        return [None if value is None else texts_of.number(value) for value in values]

    table: dict[str, Any] = {
        "id": texts(shown["site_id"]),
        "name": texts(shown["name"]),
        "x": _scaled(shown["longitude"], 1e5),
        "y": _scaled(shown["latitude"], 1e5),
        "score": _scaled(shown["score"], 1000),
        "score_low": _scaled(shown["score_low"], 1000),
        "score_high": _scaled(shown["score_high"], 1000),
        "rank": numbers(shown["rank"], 12),
        "rank_low": numbers(shown["rank_low"], 12),
        "rank_high": numbers(shown["rank_high"], 12),
        "evidence": [EVIDENCE.index(value) if isinstance(value, str) else None for value in shown["evidence"]],
        "t": numbers(shown["tonnage_t"], 2),
        "t_low": numbers(shown["tonnage_low_t"], 2),
        "t_high": numbers(shown["tonnage_high_t"], 2),
        "rule": listed("tonnage_rule"),
        "treo_low": numbers(shown["treo_low_ppm"], 2),
        "treo_high": numbers(shown["treo_high_ppm"], 2),
        "contained_low": numbers(shown["contained_treo_low_t"], 2),
        "contained_high": numbers(shown["contained_treo_high_t"], 2),
        "treo_rule": listed("treo_rule"),
        "applicability": [None] * len(shown) if unused else listed("applicability"),
        "ranked_last": [1 if present(value) else None for value in _column(shown, "ranked_last_reason")],
        "waste_n": [value or None for value in numbers(_column(shown, "waste_n"), 6)],
        "companion": _scaled(shown["companion_score"], 1000),
        "companion_rank": numbers(shown["companion_rank"], 12),
        "community": listed("nearest_community"),
        "community_km": numbers(shown["community_km"], 3),
        "road_km": numbers(shown["road_km"], 3),
        "rail_km": numbers(shown["rail_km"], 3),
        "power_km": numbers(shown["power_km"], 3),
        "commodities": listed("commodities"),
        "deposit": listed("deposit_type"),
        "waste": [WASTE_TYPES.index(value) for value in shown["waste_type"]],
        "disposal": [DISPOSALS.index(value) for value in shown["disposal"]],
        "status": listed("status"),
        "first": numbers(shown["first_year"], 4),
        "last": numbers(shown["last_year"], 4),
        "jurisdiction": listed("jurisdiction"),
    }
    if few:
        table |= {"aliases": texts(shown["aliases"]), "url": [assets.safe_link(one) for one in shown["url"]]}
    flags, codes = _flags(publication, shown["site_id"])
    reasons, templates = _reasons(publication, shown["site_id"], REASONS_FEW if few else REASONS_MANY)
    table |= {"flags": flags, "reasons": reasons, "relations": _relations(publication, shown["site_id"])}
    return {"columns": _without_empty(table), "texts": texts_of.values, "flags": codes, "reasons": templates,
            "commodities": _commodities(shown["commodities"]),
            "waste": list(WASTE_TYPES), "disposal": list(DISPOSALS), "evidence": list(EVIDENCE)}  # fmt: skip


def _commodities(cells: pd.Series) -> dict[str, str]:
    """Return the French names of the commodities on the page that have one of their own."""
    names = sorted({name for cell in cells.dropna().unique() for name in str(cell).split("; ")})
    french = {name: words.commodities(name, "fr") for name in names}
    return {name: said for name, said in french.items() if said != name}


def _without_empty(table: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Leave out columns in which nothing is known."""
    always = ("id", "name", "x", "y", "score", "rank", "evidence", "t", "flags", "reasons", "relations")
    return {name: column for name, column in table.items() if name in always or any(one is not None for one in column)}


def _grouped(table: pd.DataFrame, ids: pd.Series, row: Callable[[Any], list[Any]]) -> list[list[Any]]:
    at = {site: number for number, site in enumerate(ids)}
    found: list[list[Any]] = [[] for _ in at]
    for one in rows_of(table[table["site_id"].isin(at)]):
        found[at[one.site_id]].extend(row(one))
    return found


def _flags(publication: Publication, ids: pd.Series) -> tuple[list[list[int]], list[dict[str, str]]]:
    codes = Listed()
    found = _grouped(publication.flags, ids, lambda one: [codes.number(one.flag)])
    said = [{"code": code, **{lang: words.flag(code, lang) for lang in words.LANGUAGES}} for code in codes.values]
    return [list(dict.fromkeys(several)) for several in found], said


def _reasons(publication: Publication, ids: pd.Series, most: int) -> tuple[list[list[Any]], list[list[str]]]:
    """Return per site ``template, value, ...`` flat, and the templates ``[en, fr, unit]``."""
    templates = Listed()
    strongest = publication.reasons[publication.reasons["position"] <= most].sort_values("position", kind="stable")
    known: dict[tuple[str, bool, str], int] = {}

    def row(one: Any) -> list[Any]:
        english, shown = words.reason_parts(one.feature, one.contribution, one.value, "en")
        key = (one.feature, one.contribution >= 0, english)
        if key not in known:
            french, _ = words.reason_parts(one.feature, one.contribution, one.value, "fr")
            known[key] = templates.number([english, french, words.unit_of(one.feature)])
        return [known[key], None if shown is None else _number(shown, 4 if shown > 1000 else 3)]

    return _grouped(strongest, ids, row), templates.values


_RELATION = {"inside": 0, "overlaps": 1, "near": 2}


def _relations(publication: Publication, ids: pd.Series) -> list[list[Any]]:
    """Return per site ``area, relation, km, ...`` flat; areas by their number in the payload."""
    at = {area: number for number, area in enumerate(publication.territories["territory_id"])}

    def row(one: Any) -> list[Any]:
        return [at[one.territory_id], _RELATION[one.relation], _number(one.distance_km, 3)]

    return _grouped(publication.site_territories, ids, row)


def _cells(rest: pd.DataFrame) -> list[list[Any]]:
    """Sum sites without a circle in squares: west, south, count, best score, then the best three as id and name."""
    if rest.empty:
        return []
    column = np.floor(rest["longitude"].to_numpy() / CELL_DEGREES).astype(int)
    row = np.floor(rest["latitude"].to_numpy() / CELL_DEGREES).astype(int)
    found = []
    for at, group in rest.groupby([column, row], sort=True):
        x, y = np.asarray(at, dtype=float)
        best = group.head(3)
        top = _number(group["score"].max(), 3)
        named = [one for pair in zip(texts(best["site_id"]), texts(best["name"]), strict=True) for one in pair]
        found.append([round(x * CELL_DEGREES, 4), round(y * CELL_DEGREES, 4), len(group), top, *named])
    return found


def _areas(publication: Publication) -> dict[str, Any]:
    table = publication.territories
    kinds = Listed()
    order = sorted(table["layer"].unique())
    for one in order:
        kinds.number(one)
    drawn = assets.simplified(table.geometry.to_numpy(), OUTLINE_VERTICES)
    return {
        "kinds": [
            {
                "code": code,
                **{lang: words.layer(code, lang) for lang in words.LANGUAGES},
                "source": _of_layer(publication, code),
            }
            for code in kinds.values
        ],
        "name": texts(table["territory"]),
        "other": texts(table["territory_other_names"]),
        "kind": [kinds.number(one) for one in table["layer"]],
        "coarse": [int(one == "generalised") for one in table["publish"]],
        "paths": [assets.encode_paths([one]) for one in drawn],
        "label": [_label_point(one) for one in drawn],
    }


def _of_layer(publication: Publication, layer: str) -> list[str]:
    return sorted(publication.territories.loc[publication.territories["layer"] == layer, "source"].unique())


def _label_point(geometry: shapely.Geometry) -> list[float]:
    point = shapely.point_on_surface(geometry)
    return [round(point.x, 4), round(point.y, 4)] if not point.is_empty else [0.0, 0.0]


def _communities(publication: Publication) -> dict[str, Any]:
    table = publication.communities
    return {
        "name": texts(table["community"]),
        "kind": texts(table["kind"]),
        "x": _scaled(table["longitude"], 1e5),
        "y": _scaled(table["latitude"], 1e5),
    }


def _lines(publication: Publication) -> list[dict[str, Any]]:
    table = publication.lines
    drawn = assets.simplified(table.geometry.to_numpy(), OUTLINE_VERTICES)
    kinds = [one for one in ("water", "structure", "power", "rail", "road") if (table["kind"] == one).any()]
    return [{"kind": kind, "paths": assets.encode_paths(drawn[(table["kind"] == kind).to_numpy()])} for kind in kinds]


def _backdrop(publication: Publication) -> list[dict[str, Any]]:
    table = publication.backdrop
    drawn = assets.simplified(table.geometry.to_numpy(), OUTLINE_VERTICES)
    kinds = [one for one in ("land", "province", "protected", "lake") if (table["kind"] == one).any()]
    return [{"kind": kind, "paths": assets.encode_paths(drawn[(table["kind"] == kind).to_numpy()])} for kind in kinds]


def _surface_note(validation: Mapping[str, Any], lang: str) -> str:
    """Return what the surface shows and how it fared on blocks its model had not seen."""
    auc = (validation.get("surface") or {}).get("auc")
    tested = words.word("surface_untested", lang) if auc is None else words.phrase("surface_tested", lang, auc=auc)
    return words.phrase("surface_note", lang, tested=tested)


def _surface(publication: Publication) -> dict[str, Any] | None:
    """Return the surface as a picture; that of a model which is not used for the order is left out."""
    if publication.surface is None or not publication.surface.is_file() or rests_on_companion(publication.validation):
        return None
    image = surface_image(publication.surface)
    return {"address": image.address, "bounds": list(image.bounds)}


def _sources(publication: Publication) -> list[dict[str, Any]]:
    wanted = (
        "source_id",
        "title",
        "role",
        "publisher",
        "licence",
        "attribution",
        "steward",
        "date",
        "use_conditions",
        "address",
    )
    rows = []
    for row in publication.sources.to_dict("records"):
        rows.append({key: None if pd.isna(row.get(key)) else str(row[key]) for key in wanted if key in row})
        rows[-1]["address"] = assets.safe_link(rows[-1].get("address"))
    return rows
