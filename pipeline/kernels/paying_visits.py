"""Visits that together bring most for what they cost, without giving up much of what so many could bring."""

from __future__ import annotations

import numpy as np

HALVINGS = 50
"""Of the range of prices in which the set stops keeping its share; what is left of it is told apart by rounding alone."""


def pay_most_per_cost(gain: np.ndarray, cost: np.ndarray, visits: int, least_share: float) -> np.ndarray:
    r"""Choose the visits that bring most per cost among the sets that keep a share of the most so many could bring.

    At a price :math:`\lambda` of cost the *k* greatest of :math:`g_i - \lambda c_i` bring what no other *k* visits bring as
    cheaply. At no price they are those of the greatest gain; as the price rises they bring and cost less, and most per cost
    where the price is what they bring per cost themselves (Dinkelbach 1967). The price stops there, or before where the set
    would keep less than its share.

    Parameters
    ----------
    gain : ndarray of float, shape (n,)
        What a visit is expected to bring, 0 or more.
    cost : ndarray of float, shape (n,)
        Of a visit, more than 0.
    visits : int
        How many; all where there are no more.
    least_share : float
        Share of what the visits of the greatest gain bring that is kept, 0-1.

    Returns
    -------
    ndarray of int
        Rows; those that bring most for their own cost first.

    References
    ----------
    Dinkelbach (1967), *Manag. Sci.* 13.
    """
    chosen = _best_at(gain, cost, visits, 0.0)
    least_gain = least_share * gain[chosen].sum() * (1.0 - 1e-12)
    kept_price, price = 0.0, _per_cost(gain, cost, chosen)
    while price > kept_price:
        at_price = _best_at(gain, cost, visits, price)
        if gain[at_price].sum() < least_gain:
            break
        chosen, kept_price, price = at_price, price, _per_cost(gain, cost, at_price)
    else:
        return _dearest_last(gain, cost, chosen)
    for _ in range(HALVINGS):
        middle = (kept_price + price) / 2.0
        at_middle = _best_at(gain, cost, visits, middle)
        if gain[at_middle].sum() < least_gain:
            price = middle
        else:
            chosen, kept_price = at_middle, middle
    return _dearest_last(gain, cost, chosen)


def _best_at(gain: np.ndarray, cost: np.ndarray, visits: int, price: float) -> np.ndarray:
    """Return the rows that bring most less the price of their cost; of equals the cheaper, then the first."""
    return np.lexsort((cost, price * cost - gain))[:visits]


def _per_cost(gain: np.ndarray, cost: np.ndarray, rows: np.ndarray) -> float:
    return float(gain[rows].sum() / cost[rows].sum()) if len(rows) else 0.0


def _dearest_last(gain: np.ndarray, cost: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return rows, those that bring most for their own cost first; of equals the first."""
    first = np.sort(rows)
    return first[np.argsort(-gain[first] / cost[first], kind="stable")]
