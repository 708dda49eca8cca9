"""Classes of rank: few colours, so that the map shows what is worth a look first and not the shape of a score."""

from __future__ import annotations

import numpy as np
import pandas as pd

from maps.rows import shared_ranks

TIERS: tuple[tuple[str, float, str], ...] = (
    ("tier_top_10", 0.0, "#440154"),
    ("tier_top_tenth", 0.10, "#31688e"),
    ("tier_top_half", 0.50, "#35b779"),
    ("tier_rest", 1.0, "#9e9e9e"),
)
"""Word, largest share of the ranks, colour; the first tier is the first ten ranks. Colours are told apart in grey too."""

FIRST = 10


def tier_of_rank(rank: np.ndarray, n: int) -> np.ndarray:
    """Return the position in `TIERS` of each rank, int, shape of ``rank``: the first ten, then shares of ``n`` ranks."""
    share = np.asarray(rank, dtype=float) / max(n, 1)
    tier = np.searchsorted([limit for _, limit, _ in TIERS[1:]], share, side="left") + 1
    return np.where(np.asarray(rank) <= FIRST, 0, np.minimum(tier, len(TIERS) - 1))


def tiers(ranking: pd.DataFrame, ranked: int) -> np.ndarray:
    """Return the tier of every site, shape (n,), of the middle of the ranks it shares, so that what is tied looks alike.

    ``ranked`` is the number of sites among which ranks are given.
    """
    ends = shared_ranks(ranking)
    middle = (ends["first"].to_numpy() + ends["last"].to_numpy()) / 2
    return tier_of_rank(middle, ranked)
