"""The report: what was found in plain words, how far it can be trusted, and where every row went."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from maps import pages, words
from maps.nearby import areas_in_short, flags_per_site, titles_of_areas
from maps.publication import Publication, about
from maps.report.figures import figures, in_language
from maps.report.methods import evidence_ratio, evidence_rows, method_rows, warnings, why_this_method
from maps.report.model_card import card_rows
from maps.report.validation_notes import validation_notes, was_trained
from maps.rows import records, rows, tied_ranks
from maps.sovereignty import publishable
from maps.verdict import capture_rows, plain_verdict, remark, score_key, validation_rows, verdict

COUNTS = ("rows_read", "rows_kept", "rows_merged", "rows_withheld", "rows_rejected")
SECTIONS = (
    "report_top",
    "report_validation",
    "report_figures",
    "report_card",
    "report_accounting",
    "report_notes",
    "sources",
    "report_sampling",
)
TOP = 10


def write_report(publication: Publication, path: Path) -> None:
    """Write the report as one page in English and French.

    The verdict of the validation stands first, the list of sites to sample last.

    Parameters
    ----------
    publication : Publication
        What may be published of a run.
    path : Path
        File to write.
    """
    p = publishable(publication)
    drawn = figures(p)
    page = pages.render(
        "report/templates/report.html",
        p=p,
        coarse=bool((p.territories["publish"] == "generalised").any()),
        counts=COUNTS,
        sections=SECTIONS,
        sources=records(p.sources),
        pages=[
            {"figures": [(caption, in_language(svg, lang)) for caption, svg in drawn], **_in(p, lang)}
            for lang in words.LANGUAGES
        ],
    )
    path.write_text(page, encoding="utf-8")


def _in(p: Publication, lang: str) -> dict[str, Any]:
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
        "top": _top(p, lang),
        "area_titles": titles_of_areas(replace(p, site_territories=_held(p)), p.ranking["site_id"].head(TOP), lang),
        "validation": validation_rows(p.validation, lang),
        "capture": capture_rows(p.validation, lang),
        "alarms": [remark("alarm", notice, lang) for notice in p.validation.alarms] if p.validation else [],
        "trained": was_trained(p.validation),
        "validation_notes": validation_notes(p, lang),
        "remarks": [remark("remark", notice, lang) for notice in p.validation.notes] if p.validation else [],
        "card": card_rows(p, lang),
        **accounted_for(p.accounting, p.rejected, p.notes, lang),
        "plan": _plan(p, lang),
    }


def _test_words_key(p: Publication) -> str:
    """Return the key of what the test did: held out whole camps, or the folds given."""
    given = p.validation is not None and p.validation.division.by == "given"
    return "validation_words_given" if given else "validation_words"


def _summary(p: Publication, lang: str) -> str:
    counts = p.ranking["evidence"].value_counts()
    target = words.word("target_ree", lang) if p.target == "REE" else p.target
    kinds = {kind: int(counts.get(kind, 0)) for kind in ("measured", "inferred", "none")}
    rest = words.phrase("report_summary_none", lang, none=kinds["none"]) if kinds["none"] else ""
    key = "report_summary_text" if kinds["measured"] else "report_summary_text_unsampled"
    told = words.phrase(key, lang, n=len(p.ranking), target=target, rest=rest, **kinds)
    return f"{told} {words.kinds_counted(words.count_kinds(p.ranking['site_kind']), lang)}"


def _top(p: Publication, lang: str) -> list[list[str]]:
    amounts = _unknown_amounts(p, lang)
    shown = about(replace(p, site_territories=_held(p)), list(p.ranking["site_id"].head(TOP)))
    areas, flags, ties = areas_in_short(shown, lang), flags_per_site(shown, lang), _ties(p, lang)
    return [
        [
            f"{row.rank}\n({row.rank_low}–{row.rank_high}){ties.get(row.site_id, '')}",
            f"{row.name}\n{row.site_id}" if isinstance(row.name, str) else row.site_id,
            _chance_or_grade(row, lang),
            words.word(f"evidence_{row.evidence}_short", lang),
            amounts.get(row.site_id) or words.span(row.tonnage_low_t, row.tonnage_high_t, "t", lang),
            areas.get(row.site_id, ""),
            flags.get(row.site_id, "").replace("; ", "\n"),
        ]
        for row in rows(p.ranking.head(TOP))
    ]


def _chance_or_grade(row: Any, lang: str) -> str:
    """Return the chance of the grade with its band; where the waste was sampled, what was measured: its chance says no more."""
    if pd.notna(row.treo_ppm):
        return words.span(row.treo_low_ppm, row.treo_high_ppm, "ppm", lang)
    return words.phrase("score_band", lang, score=row.score, low=row.score_low, high=row.score_high).replace(
        " (", "\n("
    )


def _unknown_amounts(p: Publication, lang: str) -> dict[str, str]:
    """Return, for the best sites whose amount of waste is not known, whether they were worked at all."""
    if "amount_rule" not in p.companion:
        return {}
    rules = p.companion.set_index("site_id")["amount_rule"]
    top = p.ranking.head(TOP)
    blank = top.loc[top["tonnage_t"].isna() & top["site_id"].isin(rules.index), "site_id"]
    keys = {site: f"amount_unknown_{rules[site]}" for site in blank}
    return {site: words.word(key, lang) for site, key in keys.items() if words.known(key)}


def _held(p: Publication) -> Any:
    """Return only areas that hold a site wholly or partly."""
    return p.site_territories[p.site_territories["relation"] != "near"]


def _ties(p: Publication, lang: str) -> dict[str, str]:
    """Return, for sites that nothing but their ids tells apart from others, the ranks they share."""
    shared = tied_ranks(p.ranking)
    return {site: "\n" + words.phrase("tied", lang, first=first, last=last) for site, (first, last) in shared.items()}


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
        "notes": [[row["source"], row["message"], words.number(row["count"], lang)] for row in records(notes)],
    }


def rejected_rows_in(rejected: pd.DataFrame, lang: str) -> list[list[str]]:
    """Return rejected rows by source and reason: how many, and the first with its row number."""
    if rejected.empty:
        return []
    counts = rejected.groupby(["source", "reason_code"], sort=True).agg(
        n=("reason", "size"), reason=("reason", "first"), row=("source_row", "first")
    )
    return [
        [row.source, row.reason_code.replace("_", " "), words.number(row.n, lang), f"{row.reason} [{row.row}]"]
        for row in rows(counts.reset_index())
    ]


def _plan(p: Publication, lang: str) -> list[list[str]]:
    """Return the sampling list; why a site is in it is said from the ranking."""
    ranking = p.ranking.set_index("site_id")
    roads = p.access.set_index("site_id")["road_km"]
    plan = []
    for row in rows(p.sampling_plan.sort_values("order")):
        site = ranking.loc[row.site_id] if row.site_id in ranking.index else None
        name = row.site_id if site is None else _named(site["name"], row.site_id)
        why = "" if site is None else _why(site, roads.get(row.site_id), lang)
        plan.append([str(row.order), name, why, row.speak_first_with if isinstance(row.speak_first_with, str) else ""])
    return plan


def _why(site: pd.Series, road_km: Any, lang: str) -> str:
    known = road_km is not None and pd.notna(road_km)
    road = words.phrase("plan_road", lang, km=float(road_km)) if known else words.word("plan_road_unknown", lang)
    ends = {"rank": int(site["rank"]), "low": int(site["rank_low"]), "high": int(site["rank_high"])}
    return words.phrase("plan_reason", lang, road=road, expected=float(site["payable_t"]), **ends)


def _named(name: Any, site_id: str) -> str:
    return f"{name} ({site_id})" if isinstance(name, str) else site_id
