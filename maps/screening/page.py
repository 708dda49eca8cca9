"""The files of a screening: a brief of two printed pages, the whole list as its annex, a map, tables and sheets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from layers.crs import KM_PER_DEGREE
from maps import pages, words
from maps.list_order import order_notes
from maps.nearby import Place, areas_in_short, in_language, titles_of_areas
from maps.publication import Publication, about, of_sites
from maps.rows import records, with_shared_ranks
from maps.screening.area_map import area_map, coarse_outline, step_degrees
from maps.screening.brief import NEXT_STEPS, STEPS_WITHOUT_SITES, Brief, distance, judged, rank, rank_band
from maps.screening.print_size import COLUMNS, print_sizes
from maps.screening.whom_to_ask import areas_here, communities_around, here_key
from maps.screening.workbook import write_list
from maps.sheets.sheet import BESIDE_SCREENING, QUESTIONS, sources_by_licence, write_sheets
from maps.site_map.site_map import write_map
from maps.sovereignty import publishable
from maps.verdict import plain_verdict, rests_on_companion

SHEETS = 60
"""Sheets are written for so many best-ranked sites of a list, and for those of the short tables; the annex says so."""


def write_screening(
    publication: Publication, origin: Place, table: pd.DataFrame, folder: Path, *, within_km: float, lang: str
) -> None:
    """Write the answer to "what lies near us" into a folder.

    ``index.html`` (the brief: two printed pages, both languages), ``sites.html`` (its annex: the whole list), ``map.html``,
    ``sites.csv`` and ``sites.xlsx`` (the list for a spreadsheet program, with no cell that could be calculated), and
    ``sheets/<site_id>.html``. Of an outline somebody brought nothing is written but what the maps draw, on a coarse grid, unless
    it is hidden: neither its corners nor its name.

    Parameters
    ----------
    publication : Publication
        What the run published.
    origin : Place
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
    brief = Brief(p, origin, table, within_km)
    with_sheet = list(dict.fromkeys([*table["site_id"].head(SHEETS), *brief.numbered]))
    for name, page in html_pages(brief, with_sheet, lang).items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    write_list(p, in_language(p, table, lang), folder, title=_title(origin, lang), lang=lang)
    write_sheets(p, folder / "sheets", site_ids=with_sheet, lang=lang, beside=BESIDE_SCREENING)
    _write_map(p, origin, table, folder / "map.html", lang)


def html_pages(brief: Brief, with_sheet: list[str], lang: str) -> dict[str, str]:
    """Return the brief (``index``) and its annex (``sites``) as HTML.

    Parameters
    ----------
    brief : Brief
        Of a place.
    with_sheet : list of str
        Sites that have a sheet to link to.
    lang : {"en", "fr"}
        Language the pages open in.
    """
    p, place, table = brief.p, brief.place, brief.table
    tables = {language: in_language(p, table, language) for language in words.LANGUAGES}
    steps = NEXT_STEPS if len(table) else STEPS_WITHOUT_SITES
    in_languages = [_in(brief, tables[language], with_sheet, language) for language in words.LANGUAGES]
    for content in in_languages:
        content["print_pt"] = print_sizes(content, QUESTIONS, steps)
    shared: dict[str, Any] = {
        "p": p,
        "first": lang,
        "pages": in_languages,
        "private": "" if place.kind != "area" else "screen_nothing_kept" if place.hidden else "screen_outline_coarse",
        "nations_notice": "notice_nations_here" if place.name else "notice_nations",
        "coarse": bool((p.territories["publish"] == "generalised").any()),
    }
    titled = {"index": ("brief", "title"), "sites": ("annex", "annex_title")}
    return {
        name: pages.render(
            f"screening/templates/{template}.html",
            titles={content["lang"]: content[title] for content in in_languages},
            questions=QUESTIONS,
            steps=steps,
            sources=records(p.sources),
            **shared,
        )
        for name, (template, title) in titled.items()
    }


def _write_map(p: Publication, place: Place, table: pd.DataFrame, path: Path, lang: str) -> None:
    """Write the map of the sites of a list; their ranks and ties stay those of the run."""
    ids = list(table["site_id"])
    own: dict[str, Any] = {
        name: of_sites(getattr(p, name), ids).reset_index(drop=True) for name in Publication.PER_SITE
    }
    ranked = with_shared_ranks(p.ranking)
    own["ranking"] = of_sites(ranked, ids).reset_index(drop=True)
    orders = [with_shared_ranks(order) for _, order in p.targets.groupby("target", sort=False)]
    own["targets"] = of_sites(pd.concat(orders), ids).reset_index(drop=True) if orders else own["targets"]
    title = f"{_title(place, lang)} · {p.title}"
    write_map(
        replace(p, title=title, surface=None, **own),
        path,
        max_sheets=SHEETS,
        ranked=len(p.ranking),
        back=("index.html", "to_brief"),
        lang=lang,
        place=replace(place, geometry=coarse_outline(place, table[["longitude", "latitude"]].to_numpy(dtype=float))),
    )


def _title(place: Place, lang: str) -> str:
    return words.phrase("screen_title", lang, place=place.name or words.word("screen_own_area", lang))


def _in(brief: Brief, table: pd.DataFrame, with_sheet: list[str], lang: str) -> dict[str, Any]:
    """Return everything that brief and annex print in one language."""
    p, place = brief.p, brief.place
    title, name = _title(place, lang), place.name or words.word("screen_own_area", lang)
    common = {
        "lang": lang,
        "n": len(table),
        "title": title,
        "annex_title": words.phrase("screen_annex_title", lang, place=name),
        "point_kind": words.word(f"kind_{place.point_kind}", lang) if place.point_kind else "",
        "tables": brief.tables(lang, set(with_sheet)),
        "summary": brief.summary(lang),
        "sources": sources_by_licence(p, lang),
        "areas_here": areas_here(p, place),
        "here_key": here_key(place),
        "communities": _communities(p, place, brief.within_km, lang),
    }
    if table.empty:
        head = words.word("brief_speak_else" if place.name else "brief_speak", lang)
        whom = {"permits": brief.permits(lang), "speak_first": brief.speak_first(lang), "speak_head": head}
        return {**common, **whom, "rows": [], "area_titles": []}
    drawn, keys = area_map(p, place, brief.table, brief.numbered, title)
    grade = words.number(float(p.ranking["order_grade_ppm"].iloc[0]), lang) if "order_grade_ppm" in p.ranking else "…"
    shown = about(p, list(table["site_id"]))
    areas = areas_in_short(shown, lang)
    return {
        **common,
        "map": drawn,
        "outline_note": _outline_note(place, table, lang),
        "key": keys[lang],
        "plain_verdict": plain_verdict(p.validation, lang),
        "sure": brief.sure(lang),
        "amounts": brief.amounts(lang),
        "cautions": brief.cautions(lang),
        "liability": brief.liability(lang),
        "permits": brief.permits(lang),
        "speak_first": brief.speak_first(lang),
        "other_targets": brief.other_targets(lang),
        "unknown": brief.unknown(lang),
        "rank_note": _rank_note(p, grade, lang),
        "distance_note": _distance_note(place, lang),
        "amounts_known": brief.amounts_known,
        "annex_amounts": bool(table[["tonnage_high_t", "contained_treo_high_t"]].notna().any(axis=None)),
        "widths": COLUMNS[brief.amounts_known],
        "road_note": _road_note(place, bool(table["road_km"].notna().any()), lang),
        "notices": _notices(p, lang),
        "rows": [_row(row, row["site_id"] in with_sheet, areas, brief, lang) for row in records(table)],
        "speak_head": words.word("brief_speak_else" if place.name else "brief_speak", lang),
        "for_all": [words.flag(code, lang) + "." for code in brief.of_all],
        "area_titles": titles_of_areas(p, table["site_id"], lang),
        "sheets_note": words.phrase("screen_sheets_first", lang, n=len(with_sheet))
        if len(table) > len(with_sheet)
        else "",
    }


def _outline_note(place: Place, table: pd.DataFrame, lang: str) -> str:
    """Say how an outline somebody brought is drawn, or that it is not."""
    if place.kind != "area":
        return ""
    if place.hidden:
        return words.word("brief_outline_untold", lang)
    km = step_degrees(place, table[["longitude", "latitude"]].to_numpy(dtype=float)) * KM_PER_DEGREE
    return words.phrase("brief_outline_drawn", lang, km=words.rounded(km, lang))


def _row(row: dict[str, Any], has_sheet: bool, areas: Mapping[str, str], brief: Brief, lang: str) -> dict[str, str]:
    for_all = brief.of_all
    kind = words.word(f"kind_short_{row['site_kind']}", lang)
    kinds = (row["site_id"], kind, words.commodities(row["commodities"] or "", lang))
    codes = [
        *brief.hazards_of(row["site_id"]),
        *(code for code in brief.permits_of(row["site_id"]) if code not in for_all),
    ]
    return {
        "band": rank_band(row, lang),
        "rank": rank(row, lang),
        "name": row["name"] or row["site_id"],
        "about": " · ".join(str(text) for text in kinds if text),
        "href": f"sheets/{row['site_id']}.html" if has_sheet else "",
        "distance": distance(row, lang, coarse=brief.place.coarse),
        "judged": judged(row, lang),
        "amount": brief.amount(row, lang),
        "contained": words.span(row["contained_treo_low_t"], row["contained_treo_high_t"], "t", lang),
        "status": words.status(row["status"], lang) if row["status"] else words.word("not_known", lang),
        "areas": areas.get(row["site_id"], "") or words.word("screen_no_area", lang),
        "flags": words.in_list((words.flag(code, lang) for code in codes), lang)
        or words.word("brief_no_caution", lang),
    }


def _rank_note(p: Publication, grade: str, lang: str) -> str:
    """Say what ranks are among, what they go by, and what the number beside a site is."""
    key = "brief_rank_note_companion" if rests_on_companion(p.validation) else "brief_rank_note"
    order_by = p.ranking["order_by"].iloc[0] if "order_by" in p.ranking else None
    order = "" if order_by is None else words.word(f"brief_order_{order_by}", lang)
    sentence = words.phrase(key, lang, n=len(p.ranking), grade=grade, order=order)
    return " ".join([sentence, *order_notes(p.ranking, lang)])


def _notices(p: Publication, lang: str) -> list[str]:
    """Return the paragraphs of the box of notices, for the room they take."""
    keys = (
        ("notice_not_resource_list", "notice_tenure"),
        ("notice_nations_here", "notice_absence", "notice_boundaries", "notice_generalised"),
    )
    contact = words.phrase("notice_contact", lang, contact=p.contact or words.word("contact_unstated", lang))
    withheld = words.word("withheld_feature", lang) if p.withheld else ""
    return [*(" ".join(words.word(key, lang) for key in group) for group in keys), f"{contact} {withheld}"]


def _distance_note(origin: Place, lang: str) -> str:
    key = "straight_line_office" if origin.point_kind == "office_point" else "straight_line_place"
    return words.word(f"distance_{key}" if origin.kind == "community" else "distance_straight_line", lang)


def _road_note(origin: Place, known: bool, lang: str) -> str:
    """Say how distances by road are meant, or why none is told."""
    if origin.coarse:
        return words.word("screen_road_coarse", lang)
    key = "screen_road_note" if origin.kind == "community" else "screen_road_note_area"
    return words.word(key, lang) if known else ""


def _communities(p: Publication, origin: Place, within_km: float, lang: str) -> list[str]:
    """Return every other community inside or near a place, nearest first: the brief names the first of them."""
    inside = words.word("screen_inside", lang)
    return [
        f"{name}{words.word('colon', lang)}"
        + (
            inside
            if far == 0 and origin.kind != "community"
            else words.phrase("near_lines", lang, km=words.number(far, lang, 1))
        )
        for far, name in communities_around(p, origin, within_km)
    ]
