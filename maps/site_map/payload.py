"""The map's data as one strict JSON text: columns instead of records, every repeated word kept once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from layers.validation import Validation
from maps import assets, words
from maps.list_order import what_ranks_go_by
from maps.nearby import COARSE_STEP_KM, Place
from maps.publication import SOURCE_FACTS, Publication, purpose_of_visits
from maps.reasons import RECORDED_SHOWN
from maps.rows import assayed, grade_looked_for, sites_with_sheets
from maps.site_map.base_map import OUTLINE_VERTICES, base_map
from maps.site_map.columns import Listed, grouped, numbers, scaled, texts
from maps.site_map.site_columns import site_columns
from maps.site_map.surface_image import surface_image
from maps.site_map.target_columns import target_columns
from maps.verdict import SCORE_WORDS, plain_verdict, rests_on_companion, score_key, verdict
from maps.visits import plan_end

SINGLE_SITES = 50_000
"""Sites drawn one by one; the others are summed in squares."""

CELL_DEGREES = 0.25
"""Edge of such a square."""

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
    "gis_",
    "book_",
    "heading_",
    "brief_",
    "check_",
    "note_",
    "samples_",
    "remark_",
    "alarm_",
    "methods_",
)


_TAKEN_AS_WELL = {"brief_this", "brief_how", "book_read_me"}
_HEADINGS_OF_CSV = {
    f"heading_{name}"
    for name in (
        "rank", "rank_first", "rank_last", "rank_low", "rank_high", "order", "payable_t", "chance_payable", "site_id", "name",
        "expected_grade_ppm",
        "site_kind", "evidence", "treo_ppm", "treo_low_ppm", "treo_high_ppm", "score", "score_low", "score_high",
        "tonnage_low_t", "tonnage_high_t", "contained_treo_low_t", "contained_treo_high_t", "commodities", "flags", "areas",
        "nearest_community", "community_km", "latitude", "longitude",
    )
}  # fmt: skip
"""Words for the columns of the list that a reader takes from the page."""


def map_payload(
    publication: Publication,
    single_sites: int = SINGLE_SITES,
    max_sheets: int = 200,
    ranked: int | None = None,
    lang: str | None = None,
    place: Place | None = None,
) -> dict[str, Any]:
    """Return everything the map page shows.

    Parameters
    ----------
    publication : Publication
        Checked by `maps.sovereignty.publishable`.
    single_sites : int
        Best-ranked sites that get a circle of their own.
    max_sheets : int
        Best-ranked sites that have a sheet to link to.
    ranked : int, optional
        Sites among which ranks are given; by default those of the ranking.
    lang : {"en", "fr"}, optional
        Language the page opens in; by default that of the browser. A link that names one is heeded first.
    place : Place, optional
        What the page is about, marked and always named.
    """
    ordered = _ordered(publication)
    ranked = len(publication.ranking) if ranked is None else ranked
    shown, rest = ordered.iloc[:single_sites], ordered.iloc[single_sites:]
    return {
        "meta": _meta(publication, len(ordered), len(shown), max_sheets)
        | {"n_ranked": ranked, "lang": lang, "place": _marked(place)},
        "words": _words(publication),
        "sites": site_columns(publication, shown, ranked),
        "cells": _cells(rest),
        "areas": _areas(publication),
        "communities": _communities(publication),
        "base": base_map(publication),
        "surface": _surface(publication),
        "targets": target_columns(publication, shown["site_id"], ranked),
        **_plan(publication, shown["site_id"]),
        "sources": _sources(publication),
    }


def _marked(place: Place | None) -> dict[str, Any] | None:
    """Return what the map marks as the place it is about: name, kind and a point; of an outline somebody brought its rings."""
    if place is None or place.hidden:
        return None
    if place.kind == "area":
        return {"name": "", "kind": "area", "paths": assets.encode_paths([place.geometry])}
    point = shapely.point_on_surface(place.geometry)
    at = {"x": round(point.x, 5), "y": round(point.y, 5)}
    return {"name": place.name, "kind": place.kind, "point": place.point_kind, **at}


def _ordered(publication: Publication) -> pd.DataFrame:
    """Return all sites, ranked ones first, with what the ranking says of them."""
    ranking = publication.ranking.drop(columns=["name", "latitude", "longitude", "evidence", "reasons"])
    fresh = ["site_id", *(column for column in ranking if column != "site_id")]
    about = pd.DataFrame(publication.sites.drop(columns="geometry"))
    about = about.drop(columns=[column for column in fresh if column in about and column != "site_id"])
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
        "shown": shown,
        "companion_order": rests_on_companion(publication.validation),
        "sheets": max_sheets,
        "recorded_shown": RECORDED_SHOWN,
        "sheets_assayed": _last_rank_of_sheets(publication.ranking, max_sheets),
        "grade": numbers([grade_looked_for(publication.ranking)], 3)[0],
        "coarse_step_km": COARSE_STEP_KM,
        "near_km": publication.diagnostics.get("near_km"),
        "practically_none_t": words.PRACTICALLY_NONE_T,
        "enough_t": _of_order(publication.ranking, "order_contained_t"),
        "cap_t": _of_order(publication.ranking, "order_cap_t"),
        "order_told": {lang: what_ranks_go_by(publication.ranking, lang) for lang in words.LANGUAGES},
        "withheld": publication.withheld,
        "plain_verdict": {lang: plain_verdict(publication.validation, lang) for lang in words.LANGUAGES},
        "verdict": {lang: verdict(publication.validation, lang) for lang in words.LANGUAGES},
    }


def _last_rank_of_sheets(ranking: pd.DataFrame, max_sheets: int) -> int:
    """Return the rank to which assayed wastes have a sheet."""
    with_sheet = ranking["site_id"].isin(sites_with_sheets(ranking, max_sheets))
    ranks = ranking.loc[with_sheet & assayed(ranking), "rank"]
    return int(ranks.max()) if len(ranks) else 0


def _of_order(ranking: pd.DataFrame, column: str) -> float | None:
    """Return a figure that the order of the whole list rests on, two digits of it."""
    return float(f"{float(ranking[column].iloc[0]):.1e}") if _stated(ranking, column) else None


def _stated(table: pd.DataFrame, column: str) -> bool:
    return column in table and len(table) > 0


def _words(publication: Publication) -> dict[str, Any]:
    """Return the words of the page; the score is called after what the order rests on, visits after what they are for."""
    validation = publication.validation
    kept = {
        key: both
        for key, both in words.all_words()["words"].items()
        if not key.startswith(_NOT_ON_MAP) or key in _HEADINGS_OF_CSV or key in _TAKEN_AS_WELL
    }
    table: dict[str, Any] = {lang: {key: both[lang] for key, both in kept.items()} for lang in words.LANGUAGES}
    for lang in words.LANGUAGES:
        for key in SCORE_WORDS:
            if key in kept:
                table[lang][key] = words.word(score_key(validation, key), lang)
        if purpose_of_visits(publication) == "learn":
            table[lang]["list_about_plan"] = words.word("list_about_plan_learn", lang)
        if ends := plan_end(publication, lang):
            table[lang]["list_about_plan"] += f" {ends}"
        table[lang]["surface_note"] = _surface_note(validation, lang)
        counted = (
            publication.ranking["order_counted"].iloc[0] if _stated(publication.ranking, "order_counted") else "all"
        )
        if counted != "all":
            for key in ("payable", "heading_payable_t"):
                table[lang][key] += f", {words.word(f'payable_counted_{counted}', lang)}"
    table["months"] = words.all_words()["months"]
    return table


def _cells(rest: pd.DataFrame) -> list[list[Any]]:
    """Sum sites without a circle in squares: west, south, count, best score, then the best three as id and name."""
    column = np.floor(rest["longitude"].to_numpy(dtype=float) / CELL_DEGREES).astype(int)
    row = np.floor(rest["latitude"].to_numpy(dtype=float) / CELL_DEGREES).astype(int)
    squares, cell = np.unique(np.column_stack([column, row]), axis=0, return_inverse=True)
    best = numbers(rest["score"].groupby(cell, sort=True).max(), 3)
    named = rest.groupby(cell, sort=False).cumcount().to_numpy() < 3
    names = grouped(len(squares), cell[named], texts(rest["site_id"][named]), texts(rest["name"][named]))
    corner = np.round(squares * CELL_DEGREES, 4).tolist()
    count = np.bincount(cell, minlength=len(squares)).tolist()
    return [[*xy, n, top, *three] for xy, n, top, three in zip(corner, count, best, names, strict=True)]


def _areas(publication: Publication) -> dict[str, Any]:
    table = publication.territories
    kinds = Listed()
    order = sorted(table["layer"].unique())
    for index in order:
        kinds.number(index)
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
        "kind": [kinds.number(layer) for layer in table["layer"]],
        "source": _numbers_of_sources(publication, table["source"]),
        "steward": texts(table["steward"]),
        "coarse": [int(publish == "generalised") for publish in table["publish"]],
        "paths": [assets.encode_paths([area]) for area in drawn],
        "label": [_label_point(area) for area in drawn],
    }


def _of_layer(publication: Publication, layer: str) -> list[str]:
    return sorted(publication.territories.loc[publication.territories["layer"] == layer, "source"].unique())


def _label_point(geometry: shapely.Geometry) -> list[float]:
    """Return where an area's name stands, and how wide its largest part is: longitude, latitude, degrees of longitude."""
    parts = shapely.get_parts(geometry)
    if not len(parts):
        return [0.0, 0.0, 0.0]
    largest = parts[int(np.argmax(shapely.area(parts)))]
    point = shapely.point_on_surface(largest)
    west, _, east, _ = shapely.bounds(largest).tolist()
    return [round(point.x, 4), round(point.y, 4), round(east - west, 4)]


def _communities(publication: Publication) -> dict[str, Any]:
    table = publication.communities
    return {
        "name": texts(table["community"]),
        "kind": texts(table["kind"]),
        "source": _numbers_of_sources(publication, table["source"]),
        "x": scaled(table["longitude"], 1e5),
        "y": scaled(table["latitude"], 1e5),
    }


def _numbers_of_sources(publication: Publication, sources: pd.Series) -> list[int | None]:
    """Return where each source stands in the list of sources of the page; None for one that is not told."""
    at = pd.Index(publication.sources["source_id"]).get_indexer(pd.Index(sources))
    return [None if index < 0 else int(index) for index in at]


def _plan(publication: Publication, shown: pd.Series) -> dict[str, list[int]]:
    """Return the sites to sample next by their position among those drawn one by one, and their numbers in the plan."""
    plan = publication.sampling_plan.sort_values("order", kind="stable")
    at = pd.Index(shown).get_indexer(pd.Index(plan["site_id"]))
    steps = plan["order"].to_numpy()[at >= 0]
    return {"plan": [int(index) for index in at if index >= 0], "plan_steps": [int(step) for step in steps]}


def _surface_note(validation: Validation | None, lang: str) -> str:
    """Return what the surface shows and how it fared on blocks its model had not seen."""
    auc = validation.surface.auc if validation and validation.surface else None
    tested = words.word("surface_untested", lang) if auc is None else words.phrase("surface_tested", lang, auc=auc)
    return words.phrase("surface_note", lang, tested=tested, km="{km}")  # the page knows how coarse its picture is


def _surface(publication: Publication) -> dict[str, Any] | None:
    """Return the surface as a picture; that of a model which is not used for the order is left out."""
    if publication.surface is None or not publication.surface.is_file() or rests_on_companion(publication.validation):
        return None
    image = surface_image(publication.surface)
    return {"address": image.address, "bounds": list(image.bounds), "cell_km": image.cell_km}


def _sources(publication: Publication) -> list[dict[str, Any]]:
    wanted = ("source_id", *SOURCE_FACTS)
    rows = []
    for row in publication.sources.to_dict("records"):
        rows.append({key: None if pd.isna(row.get(key)) else str(row[key]) for key in wanted if key in row})
        rows[-1]["address"] = assets.safe_link(rows[-1].get("address"))
    return rows
