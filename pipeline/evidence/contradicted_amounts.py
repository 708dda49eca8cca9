"""Amounts of one waste that its records contradict each other about: what either end would give, and a range that holds both."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from pipeline.kernels.mixture import mixture_quantiles
from pipeline.kernels.rank_draws import Z90

LEAST_SD_LOG10 = 1e-3
"""Of an amount that is taken for exact, so that there is a mixture."""

NEAR = 1e-6
"""Beside one half: between two amounts far apart any number is a median, and the middle of them is taken."""

Ends = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Low, middle and high tonnes of every site."""


def conflicting_sites(sites: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return the sites whose records disagree about an amount, once with the least and once with the most that any states.

    Parameters
    ----------
    sites : DataFrame
        `Sites`; ``amount_conflict`` of `merge_sites`, where known: a JSON object of column and the two ends.

    Returns
    -------
    tuple of DataFrame or None
        Both with the index of those sites; None where no records disagree.
    """
    if "amount_conflict" not in sites or not sites["amount_conflict"].notna().any():
        return None
    odd = sites[sites["amount_conflict"].notna()]
    least, most = odd.copy(), odd.copy()
    for row, text in odd["amount_conflict"].items():
        for column, (low, high) in json.loads(text).items():
            least.loc[row, column], most.loc[row, column] = low, high
    return least, most


def holding_both(least: Ends, most: Ends) -> tuple[np.ndarray, Ends]:
    """Return where two amounts lie beyond each other's range, and there the range of an even mixture of the two.

    Nothing tells which record errs: its quantiles at 5 and 95 % lie beyond either amount, and its median between them.

    Parameters
    ----------
    least, most : tuple of ndarray of float, shape (n,)
        Low, middle and high tonnes by the lower and by the higher amount; NaN where there is none.

    Returns
    -------
    apart : ndarray of bool, shape (n,)
    ends : tuple of ndarray of float, shape (n,)
        NaN where the two are not apart.
    """
    apart: np.ndarray = (most[1] > least[2]) | (least[1] < most[0])
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.log10(np.column_stack([least[1], most[1]]))
        sds = np.column_stack([(np.log10(high) - np.log10(low)) / (2.0 * Z90) for low, _, high in (least, most)])
    weights = np.array([0.5, 0.5])
    probabilities = (0.05, 0.5 - NEAR, 0.5 + NEAR, 0.95)
    low, below, above, high = mixture_quantiles(means, np.maximum(sds, LEAST_SD_LOG10), weights, probabilities)
    low, middle, high = (np.where(apart, 10.0**end, np.nan) for end in (low, (below + above) / 2.0, high))
    return apart, (low, middle, high)
