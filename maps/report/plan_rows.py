"""The sampling plan as rows of the report: which site, why, and with whom to speak first."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

import pandas as pd

from maps import words
from maps.amounts import DOUBTS, rests_on_little
from maps.nearby import short_km
from maps.publication import Publication, of_sites
from maps.reasons import neighbours, of_weight, phrase_reason
from maps.rows import grade_looked_for, marks, records, rows, tied_ranks
from maps.verdict import rests_on_companion
from maps.visits import at_the_same_place


def linked(site_id: str, name: Any, has_sheet: bool, lang: str) -> dict[str, str]:
    """Return the name of a site, its id, and where its sheet is: on the map where it has none."""
    after = "#fr" if lang == "fr" else ""
    language = "&lang=fr" if lang == "fr" else ""
    sheet = f"sheets/{site_id}.html{after}"
    named = isinstance(name, str)
    return {
        "name": str(name) if named else site_id,
        "sub": site_id if named else "",
        "href": sheet if has_sheet else f"map.html#site={site_id}{language}",
    }


def marked_sites(p: Publication, site_ids: Iterable[str], lang: str) -> dict[str, list[str]]:
    """Return per site what is told beside its chance: that it was sampled for something else, is like no other."""
    waste_n = p.sites[["site_id", "waste_n"]].set_index("site_id")["waste_n"]
    ranking = of_sites(p.ranking, list(site_ids))
    return {
        row["site_id"]: [
            words.word(key, lang) for key in marks(row["evidence"], waste_n[row["site_id"]], row["applicability"])
        ]
        for row in records(ranking)
    }


def plan_rows(p: Publication, lang: str, with_sheet: Container[str]) -> list[dict[str, Any]]:
    """Return the sampling list; why a site is in it is said from the ranking."""
    ranking = p.ranking.set_index("site_id")
    access = p.access.set_index("site_id")
    ties, grade = tied_ranks(p.ranking), grade_looked_for(p.ranking)
    companion = rests_on_companion(p.validation)
    doubts, beside = _doubts(p, lang), at_the_same_place(p, lang)
    marked, first = marked_sites(p, p.sampling_plan["site_id"], lang), _first_reasons(p, lang)
    plan = []
    for row in rows(p.sampling_plan.sort_values("order")):
        if row.site_id not in ranking.index:
            continue
        site = ranking.loc[row.site_id]
        speak = (
            row.speak_first_with if isinstance(row.speak_first_with, str) else _nobody_known(access, row.site_id, lang)
        )
        why = [
            words.word("between_clauses", lang).join([_chance(site, companion, lang), *marked.get(row.site_id, [])]),
            first.get(row.site_id, ""),
            _why(site, ties.get(row.site_id), access["road_km"].get(row.site_id), grade, lang),
            doubts.get(row.site_id, ""),
            beside.get(row.site_id, ""),
        ]
        plan.append(
            {
                "first": str(row.order),
                **linked(row.site_id, site["name"], row.site_id in with_sheet, lang),
                "cells": ("\n".join(filter(None, why)), speak),
            }
        )
    return plan


def _doubts(p: Publication, lang: str) -> dict[str, str]:
    """Return per site of the plan what is doubtful about the amount that its expectation rests on."""
    given = of_sites(p.flags, list(p.sampling_plan["site_id"]))
    kept = given[given["flag"].isin(DOUBTS)].drop_duplicates(["site_id", "flag"])
    worded = kept.assign(doubt=[words.flag(code, lang) for code in kept["flag"]])
    between = words.word("between_clauses", lang)
    return {str(site): between.join(doubts) for site, doubts in worded.groupby("site_id")["doubt"]}


def _chance(site: pd.Series, companion: bool, lang: str) -> str:
    """Return the chance of the grade with its band, or what the kind of deposit lets expect where no model orders the list."""
    if companion and site["grade_rule"] != "proxies":
        return words.phrase("brief_judged_kind", lang, score=words.chance(float(site["score"]), lang))
    return words.banded_chance("brief_judged", {str(name): value for name, value in site.items()}, lang)


def _first_reasons(p: Publication, lang: str) -> dict[str, str]:
    """Return per site of the plan the strongest reason that speaks for it."""
    given = of_weight(of_sites(p.reasons, list(p.sampling_plan["site_id"])))
    strongest = given[given["contribution"] > 0].sort_values(["site_id", "position"], kind="stable")
    sites = pd.DataFrame(
        p.sites[["site_id", "commodities", "site_kind"]]
    )  # few columns: a wide table warns when one is added
    sites = sites.assign(neighbour=neighbours(p.sites, lang), target=p.target).set_index("site_id")
    return {
        row.site_id: phrase_reason(row.feature, row.contribution, row.value, lang, *sites.loc[row.site_id])
        for row in rows(strongest.drop_duplicates("site_id"))
    }


def _nobody_known(access: pd.DataFrame, site_id: str, lang: str) -> str:
    """Say whom to ask where no area of the public layers holds a site: that nobody is known here does not mean nobody."""
    near = access["nearest_community"].get(site_id)
    if not isinstance(near, str):
        return words.word("speak_unknown", lang)
    km = words.number(float(access["community_km"][site_id]), lang, 0)
    return words.phrase("speak_nearest", lang, community=near, km=km)


def _counted(site: pd.Series, lang: str) -> str:
    """Return which rare earths the tonnes are of; nothing where they are of all."""
    counted = site.get("order_counted", "all")
    alone = "" if counted == "all" else words.word(f"payable_counted_{counted}", lang)
    return words.phrase("plan_counted", lang, counted=alone) if alone else ""


def _why(site: pd.Series, tie: tuple[int, int] | None, road_km: Any, grade: float, lang: str) -> str:
    known = road_km is not None and pd.notna(road_km)
    road = (
        words.phrase("plan_road", lang, km=short_km(float(road_km), lang, None))
        if known
        else words.word("plan_road_unknown", lang)
    )
    first, last = tie or (int(site["rank"]), int(site["rank"]))
    rank = words.phrase("plan_rank" if tie is None else "plan_rank_tied", lang, rank=first, first=first, last=last)
    supposed = "" if pd.notna(site["tonnage_t"]) else words.word("plan_supposed", lang)
    ends = {"rank": rank, "low": int(site["rank_low"]), "high": int(site["rank_high"]), "counted": _counted(site, lang)}
    expected, least, most = (float(site[column]) for column in ("payable_t", "payable_low_t", "payable_high_t"))
    if expected < words.PRACTICALLY_NONE_T:
        none = words.number(words.PRACTICALLY_NONE_T, lang)
        return words.phrase("plan_reason_none", lang, road=road, supposed=supposed, grade=grade, least=none, **ends)
    tonnes = {"expected": expected, "least": least, "most": most}
    rounded = {name: words.rounded(amount, lang) for name, amount in tonnes.items()}
    rare = words.word("plan_rare", lang) if rests_on_little(expected, most) else ""
    return words.phrase("plan_reason", lang, road=road, supposed=supposed, grade=grade, rare=rare, **rounded, **ends)
