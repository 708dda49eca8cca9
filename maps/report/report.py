"""The report: what was found in plain words, how far it can be trusted, and where every row went."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from layers.cell_search import among
from maps import pages, words
from maps.list_order import expected_line, order_told
from maps.nearby import areas_in_short, flags_per_site, titles_of_areas
from maps.publication import Publication, about, purpose_of_visits
from maps.report.figures import figures, in_language
from maps.report.methods import evidence_ratio, evidence_rows, method_rows, warnings, why_this_method
from maps.report.model_card import card_rows
from maps.report.plan_rows import linked, marked_sites, plan_rows
from maps.report.target_tables import target_tables
from maps.report.validation_notes import validation_notes, was_trained
from maps.rows import assayed, grade_looked_for, kinds_shown, records, rows, sites_with_sheets, tied_ranks
from maps.sovereignty import publishable
from maps.verdict import (
    capture_rows,
    of_place,
    plain_verdict,
    remark,
    rests_on_companion,
    score_key,
    validation_rows,
    verdict,
)
from maps.visits import plan_end
from maps.word_file import looked_for

COUNTS = ("rows_read", "rows_kept", "rows_merged", "rows_withheld", "rows_rejected")
SECTIONS = (
    "report_sampling",
    "report_best",
    "report_validation",
    "report_figures",
    "report_card",
    "report_accounting",
    "report_notes",
    "sources",
    "report_files",
)
FILES = (
    ("map.html", "file_map"),
    ("ranking.csv", "file_ranking"),
    ("ranking.xlsx", "file_workbook"),
    ("ranking.gpkg", "file_geopackage"),
    ("sites.parquet", "file_sites"),
    ("site_territories.csv", "file_territories"),
    ("accounting.csv", "file_accounting"),
    ("rejected.csv", "file_rejected"),
    ("model/card.md", "file_card"),
    ("model/validation.json", "file_validation"),
    ("manifest.json", "file_manifest"),
)
"""Files of a run that the report leads to, with the key of the words for each."""
TOP = 10

FIRST_FIGURES = ("figure_where", "figure_risk")
"""Figures that stand beneath the lists; the others follow the test."""


def write_report(publication: Publication, path: Path, max_sheets: int = 200, lang: str = "en") -> None:
    """Write the report as one page in English and French.

    First what to do: the sites to sample and the best of both lists. Then how far that can be trusted, then the rest.

    Parameters
    ----------
    publication : Publication
        What may be published of a run.
    path : Path
        File to write; leads to the map, the sheets and the tables beside it.
    max_sheets : int
        So many best-ranked sites, and so many of those assayed, have a sheet.
    lang : {"en", "fr"}
        Language the page opens in.
    """
    p = publishable(publication)
    drawn = dict(figures(p))
    first = {caption: drawn.pop(caption) for caption in FIRST_FIGURES if caption in drawn}
    with_sheet = frozenset(sites_with_sheets(p.ranking, max_sheets))
    page = pages.render(
        "report/templates/report.html",
        p=p,
        first=lang,
        coarse=bool((p.territories["publish"] == "generalised").any()),
        counts=COUNTS,
        sections=SECTIONS,
        files=[*FILES, *([("surface.tif", _file_surface(p))] if p.surface is not None else [])],
        sources=records(p.sources),
        pages=[
            {
                "figures": [(caption, in_language(svg, lang)) for caption, svg in drawn.items()],
                "first_figures": [(caption, in_language(svg, lang)) for caption, svg in first.items()],
                **_in(p, lang, with_sheet),
            }
            for lang in words.LANGUAGES
        ],
    )
    path.write_text(page, encoding="utf-8")


def _in(p: Publication, lang: str, with_sheet: Container[str]) -> dict[str, Any]:
    sampled = assayed(p.ranking)
    best: dict[str, pd.DataFrame] = {"sampled": p.ranking[sampled].head(TOP), "other": p.ranking[~sampled].head(TOP)}
    shown = pd.concat(list(best.values()))["site_id"]
    return {
        "lang": lang,
        "verdict": verdict(p.validation, lang),
        "plain_verdict": plain_verdict(p.validation, lang),
        "warnings": warnings(p.validation, lang),
        "why_method": why_this_method(p.validation, lang),
        "methods": method_rows(p.validation, lang),
        "evidence": evidence_rows(p.validation, lang),
        "evidence_ratio": evidence_ratio(p.validation, lang),
        "summary": _summary(p, lang),
        "score_key": score_key(p.validation),
        "capture_key": score_key(p.validation, "report_capture"),
        "capture_words_key": score_key(p.validation, "capture_words"),
        "test_words_key": _test_words_key(p),
        "lists": _lists(p, best, lang, with_sheet),
        "targets": target_tables(p, lang),
        "for_all": [words.flag(code, lang) + "." for code in _of_all(p)],
        "area_titles": titles_of_areas(replace(p, site_territories=_held(p)), shown, lang),
        "validation": validation_rows(p.validation, lang),
        "capture": capture_rows(p.validation, lang),
        "alarms": [remark("alarm", notice, lang) for notice in p.validation.alarms] if p.validation else [],
        "trained": was_trained(p.validation),
        "validation_notes": validation_notes(p, lang),
        "remarks": [remark("remark", notice, lang) for notice in p.validation.notes] if p.validation else [],
        "card": card_rows(p, lang),
        **accounted_for(p.accounting, p.rejected, p.notes, lang),
        "plan": plan_rows(p, lang, with_sheet),
        "plan_about": " ".join(filter(None, [_about_visits(p, lang), plan_end(p, lang)])),
    }


def _about_visits(p: Publication, lang: str) -> str:
    """Return what the visits of the plan are for and how they were chosen."""
    return words.phrase(f"report_sampling_text_{purpose_of_visits(p)}", lang, grade=grade_looked_for(p.ranking))


def _file_surface(p: Publication) -> str:
    """Return the key of what the surface is, which is not that of a model that orders the list where none does."""
    return "file_surface_unused" if rests_on_companion(p.validation) else "file_surface"


def _test_words_key(p: Publication) -> str:
    """Return the key of what the test did: held out whole camps, or the folds given."""
    given = p.validation is not None and p.validation.division.by == "given"
    return "validation_words_given" if given else "validation_words"


def _summary(p: Publication, lang: str) -> str:
    counts = p.ranking["evidence"].value_counts()
    target = words.word("target_ree", lang)
    kinds = {kind: int(counts.get(kind, 0)) for kind in ("measured", "inferred", "none")}
    rest = words.phrase("report_summary_none", lang, none=kinds["none"]) if kinds["none"] else ""
    key = "report_summary_text" if kinds["measured"] else "report_summary_text_unsampled"
    key_of_basis = score_key(p.validation, "summary_basis")
    if key_of_basis == "summary_basis" and p.validation is not None and p.validation.null is not None:
        key_of_basis += of_place(p.validation.null)
    basis = words.word(key_of_basis, lang)
    headline = words.phrase(key, lang, n=len(p.ranking), target=target, rest=rest, basis=basis, **kinds)
    kinds_told = words.kinds_counted(words.count_kinds(kinds_shown(p.ranking, p.flags)), lang)
    return " ".join([headline, kinds_told, *order_told(p.ranking, lang)])


def _lists(
    p: Publication, best: dict[str, pd.DataFrame], lang: str, with_sheet: Container[str]
) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Return the best of the sampled wastes and of the others: heading, heading of what each rests on, rows."""
    chance = score_key(p.validation)
    heads = {"sampled": "report_grade_head" if p.target == "REE" else chance, "other": chance}
    return [
        (words.word(f"report_best_{kind}", lang), words.word(heads[kind], lang), _best(p, table, lang, with_sheet))
        for kind, table in best.items()
        if len(table)
    ]


def _best(p: Publication, table: pd.DataFrame, lang: str, with_sheet: Container[str]) -> list[dict[str, Any]]:
    amounts, marked = _unknown_amounts(p, table, lang), marked_sites(p, table["site_id"], lang)
    for_all = _of_all(p)
    shown = about(
        replace(p, site_territories=_held(p), flags=p.flags[~p.flags["flag"].isin(for_all)]), list(table["site_id"])
    )
    areas, flags, ties = areas_in_short(shown, lang), flags_per_site(shown, lang), tied_ranks(p.ranking)
    return [
        {
            "first": _rank(row, ties, lang),
            **linked(row.site_id, row.name, row.site_id in with_sheet, lang),
            "cells": (
                "\n".join([_chance_or_grade(row, lang), *marked.get(row.site_id, [])]),
                amounts.get(row.site_id) or words.span(row.tonnage_low_t, row.tonnage_high_t, "t", lang),
                words.span(row.contained_treo_low_t, row.contained_treo_high_t, "t", lang),
                areas.get(row.site_id) or words.word("screen_no_area", lang),
                flags.get(row.site_id, "").replace("; ", "\n") or words.word("brief_no_caution", lang),
            ),
        }
        for row in rows(table)
    ]


def _rank(row: Any, ties: dict[str, tuple[int, int]], lang: str) -> str:
    """Return the rank and the ranks it may have; of tied sites the span they share."""
    band = f"({words.number(row.rank_low, lang)}–{words.number(row.rank_high, lang)})"
    if row.site_id in ties:
        first, last = ties[row.site_id]
        return f"{words.phrase('tied', lang, first=first, last=last)}\n{band}"
    return f"{words.number(row.rank, lang)}\n{band}"


def _chance_or_grade(row: Any, lang: str) -> str:
    """Return the chance of the grade with its band; where the waste was sampled, what was measured: its chance says no more."""
    if pd.notna(row.treo_ppm) and looked_for() == "REE":
        figure = words.measured_grade(row.treo_ppm, row.treo_low_ppm, row.treo_high_ppm, lang)
    else:
        figure = words.banded_chance("score_band", row._asdict(), lang)
    return "\n".join(filter(None, [figure.replace(" (", "\n("), expected_line(row._asdict(), lang)]))


def _of_all(p: Publication) -> list[str]:
    """Return the cautions that every site has, to be said once."""
    counts = p.flags.drop_duplicates(["site_id", "flag"])["flag"].value_counts()
    return [str(code) for code, count in counts.items() if count == len(p.sites)]


def _unknown_amounts(p: Publication, table: pd.DataFrame, lang: str) -> dict[str, str]:
    """Return, for the best sites whose amount of waste is not known, whether they were worked at all."""
    if "amount_rule" not in p.companion:
        return {}
    rules = p.companion.set_index("site_id")["amount_rule"]
    blank = table.loc[table["tonnage_t"].isna() & among(table["site_id"], rules.index), ["site_id", "site_kind"]]
    keys = {
        str(row.site_id): f"amount_unknown_{'waste' if row.site_kind == 'waste' else rules[row.site_id]}"
        for row in rows(blank)
    }
    return {site: words.word(key, lang) for site, key in keys.items() if words.known(key)}


def _held(p: Publication) -> Any:
    """Return only areas that hold a site wholly or partly."""
    return p.site_territories[p.site_territories["relation"] != "near"]


def accounted_for(accounting: pd.DataFrame, rejected: pd.DataFrame, notes: pd.DataFrame, lang: str) -> dict[str, Any]:
    """Return what the macro of the same name prints: every source's counts, their totals, rejected rows and notes."""
    return {
        "accounting": [
            [
                row["source"],
                words.word(f"role_{row['role']}", lang),
                *(words.number(row[count], lang) for count in COUNTS),
            ]
            for row in records(accounting)
        ],
        "totals": [words.number(int(accounting[count].sum()), lang) for count in COUNTS],
        "rejected": rejected_rows_in(rejected, lang),
        "notes": [
            [row["source"], _with_code(row["code"], row["message"], lang), words.number(row["count"], lang)]
            for row in records(notes)
        ],
    }


def _with_code(code: str, message: str, lang: str) -> str:
    """Return a message of a reader; beneath what its code means in a language that it is not written in."""
    meaning = "" if lang == "en" else words.code_note(code, lang)
    return f"{meaning}\n{message}" if meaning else message


def _reason(code: str, lang: str) -> str:
    """Return what a code of rejected rows means: in English its name says so."""
    return (lang != "en" and words.code_note(code, lang)) or code.replace("_", " ")


def rejected_rows_in(rejected: pd.DataFrame, lang: str) -> list[list[str]]:
    """Return rejected rows by source and reason: how many, and the first with its row number."""
    if rejected.empty:
        return []
    counts = rejected.groupby(["source", "reason_code"], sort=True).agg(
        n=("reason", "size"), reason=("reason", "first"), row=("source_row", "first")
    )
    return [
        [row.source, _reason(row.reason_code, lang), words.number(row.n, lang), f"{row.reason} [{row.row}]"]
        for row in rows(counts.reset_index())
    ]
