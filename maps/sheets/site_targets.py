"""The targets beside rare earths on the sheet of a site."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from maps import words
from maps.publication import MAIN_TARGET, Publication, of_sites
from maps.rows import rows, with_shared_ranks, worth_counts

SHOWN = 5
"""Targets shown of a site, the best first: those it is worth a sample for, then those it stands among the first for."""

AMONG_FIRST = 100


def target_lines(publication: Publication, site_ids: Collection[str], lang: str) -> dict[str, list[str]]:
    """Return per chosen site for how many targets it is worth a sample, and the best of them with chance, threshold and grade."""
    table = publication.targets
    if table.empty:
        return {}
    orders = [of_sites(with_shared_ranks(order), site_ids) for _, order in table.groupby("target", sort=False)]
    table = pd.concat(orders)
    counts = worth_counts(table)
    others = table[(table["target"] != MAIN_TARGET) & ~table["ranked_last"].astype(bool)]
    shown = others[others["worth_sampling"].astype(bool) | (others["rank"] <= AMONG_FIRST)]
    shown = shown.sort_values(["site_id", "worth_sampling", "rank"], ascending=[True, False, True], kind="stable")
    lines = {
        str(site): [words.phrase("worth_of" if count else "worth_of_none", lang, n=int(count)) + "."]
        for site, count in counts.items()
    }
    for site, own in shown.groupby("site_id", sort=False):
        lines[str(site)] += [_line(publication, row, lang) for row in rows(own.head(SHOWN))]
    return lines


def _line(publication: Publication, row: Any, lang: str) -> str:
    name = publication.diagnostics["target_names"][row.target][lang]
    chance = words.phrase(
        "target_chance", lang, chance=words.chance(row.score, lang), ppm=words.number(row.threshold_ppm, lang)
    )
    grade = words.span(row.grade_low_ppm, row.grade_high_ppm, "ppm", lang)
    how = f"{words.word('target_assayed', lang)} " if row.evidence == "measured" else ""
    rank = f"{words.word('rank', lang).lower()} {_rank(row, lang)}"
    return f"{name}{words.word('colon', lang)}{rank}; {chance}; {how}{grade}"


def _rank(row: Any, lang: str) -> str:
    """Return a rank, of tied sites the span they share."""
    return "–".join(words.number(int(end), lang) for end in sorted({row.rank_first, row.rank_last}))
