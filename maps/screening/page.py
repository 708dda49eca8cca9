"""The pages of a screening: a printable summary, the list for a spreadsheet, and sheets of the sites in it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd

from maps import pages, words
from maps.nearby import Place, areas_in_short, distance_to_place_km, in_language, titles_of_areas
from maps.publication import Publication, about
from maps.rows import assayed, records
from maps.screening.workbook import write_csv, write_xlsx
from maps.sheets.sheet import QUESTIONS, write_sheets
from maps.sovereignty import publishable
from maps.verdict import plain_verdict, verdict

SHEETS = 60
"""Sheets are written for so many best-ranked sites of a list; the page says so when there are more."""


def write_screening(
    publication: Publication, place: Place, table: pd.DataFrame, folder: Path, *, within_km: float, lang: str
) -> None:
    """Write the answer to "what lies near us" into a folder.

    ``index.html`` (both languages, printable), ``sites.csv`` and ``sites.xlsx`` (the same list for a spreadsheet program, with no
    cell that could be calculated), and ``sheets/<site_id>.html``. Of an outline somebody brought nothing is written: neither its
    shape nor its name.

    Parameters
    ----------
    publication : Publication
        What the run published.
    place : Place
        Where somebody looks from.
    table : DataFrame
        From `maps.screening.screening.screen`.
    folder : Path
        Made where it does not exist.
    within_km : float
        As given to `maps.screening.screening.screen`.
    lang : {"en", "fr"}
        Language the pages open in, and of the words in CSV and XLSX.
    """
    p = publishable(publication)
    folder.mkdir(parents=True, exist_ok=True)
    tables = {language: in_language(p, table, language) for language in words.LANGUAGES}
    said = [_in(p, place, tables[language], within_km, language) for language in words.LANGUAGES]
    page = pages.render(
        "screening/templates/screening.html",
        p=p,
        first=lang,
        titles={one["lang"]: one["title"] for one in said},
        pages=said,
        private=place.kind == "area",
        questions=QUESTIONS,
        sources=records(p.sources),
        coarse=bool((p.territories["publish"] == "generalised").any()),
    )
    (folder / "index.html").write_text(page, encoding="utf-8")
    write_csv(tables[lang], folder / "sites.csv")
    write_xlsx(tables[lang], folder / "sites.xlsx", words.word("sites_list", lang))
    write_sheets(p, folder / "sheets", site_ids=table["site_id"].head(SHEETS), lang=lang)


def _in(p: Publication, place: Place, table: pd.DataFrame, within_km: float, lang: str) -> dict[str, Any]:

    name = place.name or words.word("screen_own_area", lang)
    areas = areas_in_short(about(p, list(table["site_id"])), lang)
    counts = table["evidence"].value_counts()
    kinds = {kind: int(counts.get(kind, 0)) for kind in ("measured", "inferred", "none")}
    found = {"n": len(table), "km": float(within_km), "place": name}
    key = "screen_summary_one" if len(table) == 1 else "screen_summary"
    return {
        "lang": lang,
        "title": words.phrase("screen_title", lang, place=name),
        "point_kind": words.word(f"kind_{place.point_kind}", lang) if place.point_kind else "",
        "summary": words.phrase(key, lang, **found)
        if len(table)
        else words.phrase("screen_none", lang, km=float(within_km)),
        "kinds": words.phrase("screen_of_which", lang, **kinds) if len(table) else "",
        "plain_verdict": plain_verdict(p.validation, lang) if len(table) else "",
        "verdict": verdict(p.validation, lang) if len(table) else "",
        "first": _first(table, lang),
        "rows": [_row(row, at < SHEETS, areas, lang) for at, row in enumerate(records(table))],
        "area_titles": titles_of_areas(p, table["site_id"], lang),
        "sheets_note": words.phrase("screen_sheets_first", lang, n=SHEETS) if len(table) > SHEETS else "",
        "distance_note": _distance_note(place, lang),
        "has_roads": bool(table["road_km"].notna().any()),
        "communities": _communities(p, place, within_km, lang),
    }


def _row(row: dict[str, Any], has_sheet: bool, areas: dict[str, str], lang: str) -> dict[str, str]:
    about = (row["site_id"], words.commodities(row["commodities"] or "", lang))
    road = row["road_km"]
    band = (
        "" if row["rank"] is None else f"{words.number(row['rank_low'], lang)}–{words.number(row['rank_high'], lang)}"
    )
    return {
        "band": band,
        "rank": words.word("not_scored", lang) if row["rank"] is None else words.number(int(row["rank"]), lang),
        "name": row["name"] or row["site_id"],
        "about": " · ".join(str(one) for one in about if one),
        "href": f"sheets/{row['site_id']}.html" if has_sheet else "",
        "distance": f"{words.number(row['distance_km'], lang, 1)}\u00a0km",
        "road": words.word("not_known", lang) if road is None else f"{words.number(road, lang, 0)}\u00a0km",
        "evidence": words.word(f"evidence_{row['evidence']}_short", lang) if row["evidence"] else "",
        "amount": words.span(row["tonnage_low_t"], row["tonnage_high_t"], "t", lang),
        "areas": areas.get(row["site_id"], ""),
        "flags": (row["flags"] or "").replace("; ", "\n"),
    }


def _first(table: pd.DataFrame, lang: str) -> list[str]:
    """Return what somebody in a hurry wants: the nearest site, the best-ranked one, and the best-ranked one that was sampled."""
    found: dict[str, str] = {}
    sampled = table[assayed(table)]
    for key, chosen in (
        ("screen_nearest", table.sort_values("distance_km", kind="stable")),
        ("screen_best", table[table["rank"].notna()]),
        ("screen_best_sampled", sampled),
    ):
        if len(chosen) and (key != "screen_best_sampled" or chosen["site_id"].iloc[0] not in found):
            one = records(chosen.head(1))[0]
            evidence = words.word(f"evidence_{one['evidence']}_short" if one["evidence"] else "not_scored", lang)
            km = words.number(one["distance_km"], lang, 1)
            said = words.phrase(key, lang, site=one["name"] or one["site_id"], km=km, evidence=evidence)
            found[one["site_id"]] = f"{found[one['site_id']]} {said}" if one["site_id"] in found else said
    return list(found.values())


def _distance_note(place: Place, lang: str) -> str:
    key = "straight_line_office" if place.point_kind == "office_point" else "straight_line_place"
    said = words.word(key if place.kind == "community" else "straight_line", lang)
    return f"{words.word('screen_distance', lang)}{words.word('colon', lang)}{said}."


def _communities(p: Publication, place: Place, within_km: float, lang: str) -> list[str]:
    """Return the communities inside or near an area; a community is not told of its neighbours."""
    if place.kind == "community" or p.communities.empty:
        return []
    table = p.communities
    km = distance_to_place_km(place.geometry, table["longitude"].to_numpy(), table["latitude"].to_numpy(), within_km)
    near = sorted(
        (one, name) for one, name in zip(km, table["community"], strict=True) if math.isfinite(one) and one <= within_km
    )
    inside = words.word("screen_inside", lang)
    return [
        f"{name}{words.word('colon', lang)}"
        + (inside if one == 0 else words.phrase("near_lines", lang, km=words.number(one, lang, 1)))
        for one, name in near
    ]
