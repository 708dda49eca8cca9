"""Rows of tables as plain values: what is missing is None."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd


def rows(table: pd.DataFrame) -> Iterator[Any]:
    """Yield rows with the columns as attributes."""
    yield from table.itertuples(index=False)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as dictionaries with None for missing cells."""
    filled = table.astype(object).where(table.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in filled.to_dict("records")]


def present(value: Any) -> bool:
    """Say whether a cell holds something."""
    return not bool(pd.isna(value))


def assayed(ranking: pd.DataFrame) -> pd.Series:
    """Say of every row of a ranking whether its waste was assayed for what is looked for: the split of the two lists."""
    return ranking["evidence"].eq("measured")


def tied_ranks(ranking: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Return, for sites that nothing but their ids tells apart from others, the first and the last rank they share.

    Parameters
    ----------
    ranking : DataFrame[Ranking]
        Whole and in the order of ranks.
    """
    same = ["payable_t", "score", "tied_with"]
    apart = (ranking[same] != ranking[same].shift()).any(axis=1) | (ranking["tied_with"] == 0)
    spans = ranking.groupby(apart.cumsum())["rank"].agg(["min", "max"])
    first, last = (apart.cumsum().map(spans[end]) for end in ("min", "max"))
    tied = (last > first).to_numpy()
    ends = zip(first[tied].tolist(), last[tied].tolist(), strict=True)
    return dict(zip(ranking.loc[tied, "site_id"], ends, strict=True))
