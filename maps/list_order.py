"""What a list goes by, where that is not the usual: in sentences, and as the figure of each site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from maps import words

SAME_GRADE = 1e-6
"""Relative difference of two grades that are one, written twice."""


def order_notes(ranking: pd.DataFrame, lang: str) -> list[str]:
    """Return what else must be said of an order that is not the default one."""
    if ranking.empty or "order_by" not in ranking:
        return []
    first = ranking.iloc[0]
    notes = (
        [] if first.get("order_counted", "all") == "all" else [words.word(f"counted_{first['order_counted']}", lang)]
    )
    if first["order_by"] == "chance":
        notes.append(words.word("ranges_of_grade", lang))
    tested = first.get("tested_grade_ppm")
    if (
        tested is not None
        and pd.notna(tested)
        and abs(float(tested) / float(first["order_grade_ppm"]) - 1.0) > SAME_GRADE
    ):
        ends = {"tested": float(tested), "grade": float(first["order_grade_ppm"])}
        notes.append(words.phrase("note_other_grade", lang, **ends))
    asked, sites = first.get("order_visits"), len(ranking)
    if "ranked_last_reason" in ranking:
        sites = int(ranking["ranked_last_reason"].isna().sum())
    if asked is not None and pd.notna(asked) and float(asked) > sites > 0:
        counts = {"asked": words.number(float(asked), lang, 0), "n": sites}
        notes.append(words.phrase("note_visits_beyond", lang, **counts))
    enough, cap = (first.get(name) for name in ("order_contained_t", "order_cap_t"))
    if enough is not None and cap is not None and float(enough) > float(cap) > 0:
        amounts = {"enough": words.rounded(float(enough), lang), "cap": words.rounded(float(cap), lang)}
        notes.append(words.phrase("note_enough_for_none", lang, **amounts))
    return notes


def order_told(ranking: pd.DataFrame, lang: str) -> list[str]:
    """Return what a page says that tells the usual order elsewhere or not at all: what else the list goes by, and its notes."""
    other = "order_by" in ranking and len(ranking) > 0 and ranking["order_by"].iloc[0] != "payable"
    return [
        *([words.word(f"list_goes_by_{ranking['order_by'].iloc[0]}", lang)] if other else []),
        *order_notes(ranking, lang),
    ]


def what_ranks_go_by(ranking: pd.DataFrame, lang: str) -> str:
    """Return what the map says beside its lists, whose numbers are not what the ranks go by."""
    usual = "order_by" in ranking and len(ranking) > 0 and ranking["order_by"].iloc[0] == "payable"
    by = [words.word("list_goes_by_payable", lang)] if usual else []
    return " ".join([*by, *order_told(ranking, lang)])


def expected_grade(row: Mapping[Any, Any], lang: str) -> str:
    """Return the expected grade of a site in ppm where the list goes by it; empty elsewhere."""
    value = row.get("expected_grade_ppm")
    return "" if value is None or pd.isna(value) else f"{words.rounded(float(value), lang)}\u00a0ppm"


def expected_line(row: Mapping[Any, Any], lang: str) -> str:
    """Return the same as a part of a list's row: ``expected grade 2,400 ppm``; empty elsewhere."""
    grade = expected_grade(row, lang)
    return words.phrase("expected_grade_line", lang, grade=grade) if grade else ""
