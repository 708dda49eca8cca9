"""Amounts of one waste on which its records, or two figures of one record, contradict each other, and a range that holds both."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import expit

from pipeline.evidence.doubtful_amounts import stated_densities_unlike
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


def mass_or_volume(rule: np.ndarray, table: np.ndarray, ranges: Mapping[str, Ends], sites: pd.DataFrame) -> None:
    """Put the range of both amounts where one record states a mass and a volume that no one waste has, in place.

    One of the two is a slip. Where the footprint is known, its law says how likely either is; else their chances are even.

    Parameters
    ----------
    rule : ndarray of str, shape (n,)
        ``reported_mass`` becomes ``mass_or_volume`` there.
    table : ndarray of float, shape (3, n)
        Low, middle and high tonnes.
    ranges : mapping of str to Ends
        By every rule; ``reported_mass``, ``volume_density`` and ``area_law`` are used.
    sites : DataFrame
        ``mass_t`` (t) and ``volume_m3`` (m3), with their bounds where there are any.
    """
    rows = np.flatnonzero((rule == "reported_mass") & stated_densities_unlike(sites, "mass_t", "volume_m3"))
    if not len(rows):
        return
    mass, volume, area = (_at(ranges[name], rows) for name in ("reported_mass", "volume_density", "area_law"))
    law, spread = np.log10(area[1]), (np.log10(area[2]) - np.log10(area[0])) / (2.0 * Z90)
    fits = [-0.5 * np.square((np.log10(ends[1]) - law) / spread) for ends in (mass, volume)]
    share = np.where(np.isfinite(law), expit(fits[0] - fits[1]), 0.5)
    table[:, rows] = _of_either(mass, volume, np.column_stack([share, 1.0 - share]))
    rule[rows] = "mass_or_volume"


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
    low, middle, high = (np.where(apart, end, np.nan) for end in _of_either(least, most, np.array([0.5, 0.5])))
    return apart, (low, middle, high)


def _at(ends: Ends, rows: np.ndarray) -> Ends:
    low, middle, high = ends
    return low[rows], middle[rows], high[rows]


def _of_either(first: Ends, second: Ends, weights: np.ndarray) -> Ends:
    """Return the range of a mixture of two amounts with the chances of either, shape (2,) or (n, 2)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.log10(np.column_stack([first[1], second[1]]))
        sds = np.column_stack([(np.log10(high) - np.log10(low)) / (2.0 * Z90) for low, _, high in (first, second)])
    probabilities = (0.05, 0.5 - NEAR, 0.5 + NEAR, 0.95)
    low, below, above, high = mixture_quantiles(means, np.maximum(sds, LEAST_SD_LOG10), weights, probabilities)
    return 10.0**low, 10.0 ** ((below + above) / 2.0), 10.0**high
