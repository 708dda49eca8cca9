"""Visits chosen one after the other by what each would teach about the sites that are not visited."""

from __future__ import annotations

import numpy as np


def learn_greedily(
    covariance: np.ndarray, cost: np.ndarray, visit_variance: float, visits: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Choose visits one after the other by what each takes from the variances of the others, per cost.

    Parameters
    ----------
    covariance : ndarray of float, shape (n, n)
        Of the sites' true values.
    cost : ndarray of float, shape (n,)
        Of a visit.
    visit_variance : float
        Error variance of what a visit brings.
    visits : int
        How many.

    Returns
    -------
    chosen : ndarray of int
        Rows in order.
    gains : ndarray of float
        Variance taken from the sites not visited, by each visit.
    fall : ndarray of float
        Foretold fall of the root-mean-square error over the sites not visited at all, up to and with each visit.
    """
    left = covariance.copy()
    start = np.diag(covariance).copy()
    open_rows = np.ones(len(left), dtype=bool)
    chosen, gains, after = [], [], []
    for _ in range(min(visits, len(left))):
        own = np.diag(left)
        others = (left**2) @ open_rows - own**2 * open_rows
        gain = np.where(open_rows, others / (own + visit_variance), -np.inf)
        if gain.max() <= 1e-12:  # nothing is shared: what is left is each site's own
            gain = np.where(open_rows, 1e-12 * own, -np.inf)
        best = int(np.argmax(np.where(open_rows, gain / cost, -np.inf)))
        chosen.append(best)
        gains.append(float(max(gain[best], 0.0)))
        left = left - np.outer(left[:, best], left[best]) / (left[best, best] + visit_variance)
        open_rows[best] = False
        after.append(np.diag(left).copy())
    rest = open_rows if open_rows.any() else np.ones(len(left), dtype=bool)
    fall = [1.0 - float(np.sqrt(value[rest].mean() / start[rest].mean())) for value in after]
    return np.array(chosen, dtype=int), np.array(gains), np.array(fall)
