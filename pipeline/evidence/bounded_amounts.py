"""Amounts of which a record gives a most alone (``<10 000 t``, ``up to 5 ha``): no estimate, but a limit few wastes come near."""

from __future__ import annotations

import numpy as np
import pandas as pd

Ends = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Low, middle and high tonnes of every site."""


def without_most(sites: pd.DataFrame) -> pd.DataFrame | None:
    """Return the sites without the amounts of which a most is given alone; None where there is no such amount.

    Parameters
    ----------
    sites : DataFrame
        `Sites`; ``<amount>_bound``, where a reader kept it, is ``upper`` for these.
    """
    exact = sites.copy()
    bounded = False
    for column in [name for name in sites.columns if str(name).endswith("_bound")]:
        most = sites[column].isin(["upper"]).to_numpy(dtype=bool)
        exact.loc[most, column.removesuffix("_bound")] = np.nan
        bounded |= bool(most.any())
    return exact if bounded else None


def below_most(ends: Ends, low_ratio: float, usual_ratio: float) -> Ends:
    """Return the tonnes where the middle of a range is a most: down to a share of it, and seldom above.

    Parameters
    ----------
    ends : tuple of ndarray of float, shape (n,)
        Low, middle and high tonnes as if the amount were the most.
    low_ratio, usual_ratio : float
        Least and usual share of a most that is there.
    """
    low, most, high = ends
    below = np.hypot(np.log(most / low), np.log(usual_ratio / low_ratio))
    above = np.hypot(np.log(high / most), np.log(1.0 / usual_ratio))
    middle = most * usual_ratio
    return middle * np.exp(-below), middle, middle * np.exp(above)
