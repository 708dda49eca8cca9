"""Places in an order: best first, those behind last, and how many others nothing but their ids tells apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Places:
    """Rank from 1, how many others are tied with each, and how many of those stand before it; each of shape (n,)."""

    rank: np.ndarray
    tied_with: np.ndarray
    tied_before: np.ndarray


def places(keys: list[np.ndarray], last: np.ndarray, ids: np.ndarray) -> Places:
    """Put rows in order.

    Parameters
    ----------
    keys : list of ndarray of float, shape (n,)
        More is better; the first decides, then the second. Numbers alike to nine digits are the same.
    last : ndarray of bool, shape (n,)
        Rows that stand behind all others.
    ids : ndarray, shape (n,)
        Order of what is left tied.
    """
    rounded = [to_nine_digits(key) for key in keys]
    order = np.lexsort((ids, *(-key for key in reversed(rounded)), last))
    rank = np.empty(len(ids), dtype=int)
    rank[order] = np.arange(1, len(ids) + 1)
    tied = pd.Series(rank).groupby([*rounded, last])
    return Places(rank, tied.transform("size").to_numpy() - 1, rank - tied.transform("min").to_numpy())


def to_nine_digits(value: np.ndarray) -> np.ndarray:
    """Return numbers to nine significant digits: what differs beyond is the same."""
    with np.errstate(divide="ignore"):
        size = np.floor(np.log10(np.abs(value)))
    unit = 10.0 ** (np.where(np.isfinite(size), size, 0.0) - 8.0)
    return np.round(value / unit) * unit
