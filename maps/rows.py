"""Rows of tables as plain values: what is missing is None."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from layers.elements import REE, heavy, light

MANY = 1_000
"""Rows from which it pays to turn columns into Python's objects at once."""


def rows(table: pd.DataFrame) -> Iterator[Any]:
    """Yield rows with the columns as attributes."""
    plain = table.astype(object) if len(table) >= MANY else table  # else Arrow makes every text by itself
    yield from plain.itertuples(index=False)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as dictionaries with None for missing cells."""
    filled = table.astype(object).where(table.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in filled.to_dict("records")]


def present(value: Any) -> bool:
    """Say whether a cell holds something."""
    return not bool(pd.isna(value))


MOSTLY_READ = 0.4
"""From this share of a total on, read from patterns, a waste counts as analysed for a few rare earths only."""


def rare_earths_analysed(elements: Any) -> set[str]:
    """Return which of the fifteen rare earths are among ``waste_elements``; none where it is missing."""
    return set(elements.split("; ")) & set(REE) if isinstance(elements, str) else set()


def grade_rule_told(rule: Any, estimated_fraction: Any, elements: Any = None) -> Any:
    """Return what a grade rests on as pages tell it: an assay of a few rare earths only is ``assay_part``.

    Parameters
    ----------
    rule : str or missing
        ``grade_rule`` of the ranking.
    estimated_fraction : float or missing
        ``waste_estimated_fraction`` of the site (0 to 1).
    elements : str or missing
        ``waste_elements``: where none of the light or none of the heavy rare earths is among them, the others are a guess,
        however little of usual rocks they make.
    """
    mostly_read = present(estimated_fraction) and float(estimated_fraction) >= MOSTLY_READ
    analysed = rare_earths_analysed(elements)
    one_sided = bool(analysed) and not (analysed & set(light("eu")) and analysed & set(heavy("eu")))
    return "assay_part" if rule == "assay" and (mostly_read or one_sided) else rule


def assayed(ranking: pd.DataFrame) -> pd.Series:
    """Say of every row of a ranking whether its waste was assayed for what is looked for: the split of the two lists."""
    return ranking["evidence"].eq("measured")


def marks(evidence: Any, waste_n: Any, applicability: Any) -> list[str]:
    """Return what a list tells beside the chance of a site, as keys of words: sampled for something else, like no other site.

    Parameters
    ----------
    evidence : str or missing
        Of the ranking; a waste that was assayed has no marks.
    waste_n : float or missing
        Analyses of the waste itself.
    applicability : str or missing
        Of the ranking.
    """
    if not present(evidence) or evidence == "measured":
        return []
    sampled = waste_n is not None and present(waste_n) and float(waste_n) > 0
    holding = {
        "mark_sampled_other": sampled,
        "mark_unlike": isinstance(applicability, str) and applicability == "outside",
    }
    return [key for key, holds in holding.items() if holds]


def sites_with_sheets(ranking: pd.DataFrame, most: int) -> list[str]:
    """Return the sites that get a sheet, best first: so many of the whole list, and so many of the wastes assayed."""
    measured = assayed(ranking)
    among_measured = measured & (measured.cumsum() <= most)
    return [
        str(site)
        for at, (site, chosen) in enumerate(zip(ranking["site_id"], among_measured, strict=True))
        if chosen or at < most
    ]


def kinds_shown(table: pd.DataFrame, flags: pd.DataFrame) -> pd.Series:
    """Return the kind of every site as pages tell it (`maps.words.SHOWN_KINDS`): worked places flagged as quarries are called so.

    Parameters
    ----------
    table : DataFrame
        ``site_id, site_kind``.
    flags : DataFrame
        ``site_id, flag`` of these sites at least.
    """
    quarries = flags.loc[flags["flag"] == "quarry", "site_id"]
    return table["site_kind"].mask(table["site_kind"].eq("worked") & table["site_id"].isin(quarries), "quarry")


def worth_counts(targets: pd.DataFrame) -> pd.Series:
    """Return for how many targets each site is worth a sample, by ``site_id``: a count of chances, never a sum of money."""
    return targets["worth_sampling"].groupby(targets["site_id"]).sum().astype(int)


def grade_looked_for(ranking: pd.DataFrame) -> float:
    """Return the grade in ppm from which oxides count as payable; NaN for a list that states none."""
    return float(ranking["order_grade_ppm"].iloc[0]) if "order_grade_ppm" in ranking and len(ranking) else math.nan


SHARED = ("rank_first", "rank_last")
"""First and last rank a site shares in the whole list: columns that a part of a list carries along (`with_shared_ranks`)."""


def with_shared_ranks(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return a whole list with the ranks its sites share as columns, so that a part of it still tells the ties of the whole."""
    ends = shared_ranks(ranking)
    return ranking.assign(rank_first=ends["first"], rank_last=ends["last"])


def shared_ranks(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return the first and last rank that each site shares with sites nothing tells it from.

    Parameters
    ----------
    ranking : DataFrame
        ``rank, tied_with``; best first and whole, or with the columns `SHARED`.

    Returns
    -------
    DataFrame
        ``first``, ``last``: int, index of ``ranking``; equal to the rank where nothing is tied.
    """
    if set(SHARED) <= set(ranking):
        return pd.DataFrame(ranking[list(SHARED)].set_axis(["first", "last"], axis=1))
    others = np.maximum(ranking["tied_with"].to_numpy(int), 0)
    starts, place = [], 0
    while place < len(others):  # who is tied with so many others stands beside all of them
        starts.append(place)
        place += int(others[place]) + 1
    group = np.zeros(len(others), dtype=int)
    group[starts] = 1
    rank = ranking["rank"].groupby(group.cumsum())
    return pd.DataFrame({"first": rank.transform("min"), "last": rank.transform("max")})


def rank_labels(ranking: pd.DataFrame) -> pd.Series:
    """Return the rank of every site as text, of tied sites the span they share, index of ``ranking``."""
    ends = shared_ranks(ranking).astype(str)
    return ends["first"].where(ends["first"] == ends["last"], ends["first"] + "–" + ends["last"])


def tied_ranks(ranking: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Return, for sites that nothing but their ids tells apart from others, the first and the last rank they share.

    Parameters
    ----------
    ranking : DataFrame[Ranking]
        Whole and in the order of ranks.
    """
    ends = shared_ranks(ranking)
    tied = ends[(ends["last"] > ends["first"]).to_numpy()]
    spans = zip(tied["first"].tolist(), tied["last"].tolist(), strict=True)
    return dict(zip(ranking.loc[tied.index, "site_id"], spans, strict=True))
