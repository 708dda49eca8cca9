"""Label fields that know nothing of the features but are as clustered in space as the true ones.

Free permutation of labels is no test of a ranking in space: smooth labels that have nothing to do with smooth features pass it
in a third to nearly all cases. Two other nulls are drawn here; a test takes the larger of their p-values.
"""

from __future__ import annotations

import numpy as np

from pipeline.kernels.spatial_blocks import exponential_fit, fit_variogram

COSINES = 256
"""Plane waves in one random field; their sum is close to normal."""

TRIES = 20
"""Shifts tried for one draw until it holds about as many positives as the truth."""


def monte_carlo_p(statistic: float, draws: np.ndarray) -> float:
    """Return (1 + number of draws that reach the statistic) / (1 + number of draws), which is never 0.

    References
    ----------
    Phipson & Smyth (2010), *Statistical Applications in Genetics and Molecular Biology* 9.
    """
    known = draws[np.isfinite(draws)]
    return float((1 + (known >= statistic).sum()) / (1 + len(known)))


def shifted_rows(x_km: np.ndarray, y_km: np.ndarray, shift_km: tuple[float, float]) -> np.ndarray:
    """Return for every site the row of the site nearest to it after all sites moved by one vector on a torus.

    Parameters
    ----------
    x_km, y_km : ndarray of float, shape (n,)
        Positions, km.
    shift_km : tuple of float
        East and north; what leaves the bounding box on one side comes in on the other.

    Returns
    -------
    ndarray of int, shape (n,)
        Each site's own row for the shift (0, 0) where no two sites share a place.

    References
    ----------
    Lotwick & Silverman (1982), *Journal of the Royal Statistical Society B* 44.
    """
    from scipy.spatial import cKDTree

    corner = np.array([x_km.min(), y_km.min()])
    points = np.column_stack([x_km, y_km]) - corner
    box = np.maximum(points.max(axis=0), 1e-6) * (1 + 1e-9) + 1e-9
    moved = np.mod(points + np.asarray(shift_km), box)
    rows: np.ndarray = cKDTree(moved, boxsize=box).query(points)[1]
    return rows


def shifted_values(
    x_km: np.ndarray, y_km: np.ndarray, values: np.ndarray, positive: np.ndarray, draws: int, seed: int
) -> np.ndarray:
    """Return ``draws`` copies of the values, each moved over the map as a whole by a random vector.

    Parameters
    ----------
    x_km, y_km : ndarray of float, shape (n,)
        Positions, km.
    values : ndarray of float, shape (n,)
        Grades, or 0 and 1.
    positive : ndarray of bool, shape (n,)
        Which are positive; of the shifts tried for one draw the one is kept that comes nearest to their number.
    draws, seed : int
        Number of fields, and of the random stream.

    Returns
    -------
    ndarray of float, shape (n, draws)
    """
    rng = np.random.default_rng([seed, 71])
    wanted = int(positive.sum())
    slack = max(1, round(0.2 * wanted))
    extent = np.ptp(x_km), np.ptp(y_km)
    fields = np.empty((len(values), draws))
    for draw in range(draws):
        nearest = np.inf
        for shift in rng.random((TRIES, 2)) * extent:
            rows = shifted_rows(x_km, y_km, (float(shift[0]), float(shift[1])))
            miss = abs(int(positive[rows].sum()) - wanted)
            if miss < nearest:
                nearest, fields[:, draw] = miss, values[rows]
            if nearest <= slack:
                break
    return fields


def latent_correlation(indicator: np.ndarray, share: float) -> np.ndarray:
    """Return the correlation of a normal field whose part above a threshold has the given indicator correlation.

    Parameters
    ----------
    indicator : ndarray of float
        Correlations of the 0/1 field.
    share : float
        Share of ones.

    Returns
    -------
    ndarray of float
        Between 0 and 0.999; an indicator is always less correlated than the field it was cut from.
    """
    from scipy.integrate import cumulative_trapezoid
    from scipy.stats import norm

    cut = norm.isf(share)
    rho = np.sin(np.linspace(0.0, np.pi / 2, 400)[:-1])
    density = np.exp(-(cut**2) / (1 + rho)) / (2 * np.pi * np.sqrt(1 - rho**2))
    joint = np.concatenate([[0.0], cumulative_trapezoid(density, rho)])
    return np.clip(np.interp(indicator, joint / (share * (1 - share)), rho), 0.0, 0.999)


def fitted_field(
    x_km: np.ndarray, y_km: np.ndarray, values: np.ndarray, draws: int, seed: int, *, indicator: bool
) -> np.ndarray:
    r"""Return random normal fields at the sites with range and nugget of the values' own variogram.

    Parameters
    ----------
    x_km, y_km : ndarray of float, shape (n,)
        Positions, km.
    values : ndarray of float, shape (n,)
        Grades (logarithms), or 0 and 1.
    draws, seed : int
        Number of fields, and of the random stream.
    indicator : bool
        Whether values are 0 and 1; their variogram is then carried over to the normal field behind them.

    Returns
    -------
    ndarray of float, shape (n, draws)
        Mean 0, variance 1; covariance :math:`(1-\nu)\,e^{-3h/a}` and a nugget :math:`\nu`, as sums of random plane waves.
    """
    variogram = fit_variogram(x_km * 1000.0, y_km * 1000.0, values)
    rng = np.random.default_rng([seed, 73])
    if not variogram.lag_km:
        return rng.standard_normal((len(values), draws))
    lag, pairs = np.array(variogram.lag_km), np.array(variogram.pairs)
    correlation = 1.0 - np.array(variogram.semivariance) / float(np.var(values))
    if indicator:
        correlation = latent_correlation(correlation, float(np.mean(values)))
    range_km, nugget, sill = exponential_fit(lag, np.maximum(1.0 - correlation, 0.0), pairs)
    nugget_share = 1.0 if range_km == 0 else min(1.0, nugget / sill)
    return random_fields(x_km, y_km, range_km, nugget_share, draws, rng)


def random_fields(
    x_km: np.ndarray, y_km: np.ndarray, range_km: float, nugget_share: float, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Return normal fields of exponential covariance, shape (n, draws); ``range_km`` is where 95 % of the sill is reached."""
    points = np.column_stack([x_km - x_km.mean(), y_km - y_km.mean()])
    fields = np.empty((len(points), draws))
    scale = max(range_km, 1e-9) / 3.0
    for draw in range(draws):
        # The spectrum of an exponential covariance in the plane is a two-dimensional Student t of one degree of freedom.
        waves = rng.standard_normal((2, COSINES)) / (np.abs(rng.standard_normal(COSINES)) * scale)
        smooth = np.cos(points @ waves + rng.random(COSINES) * 2 * np.pi).sum(axis=1) * np.sqrt(2.0 / COSINES)
        noise = rng.standard_normal(len(points))
        fields[:, draw] = np.sqrt(1 - nugget_share) * smooth + np.sqrt(nugget_share) * noise
    return fields


def best_share(fields: np.ndarray, count: int) -> np.ndarray:
    """Return which values are among the ``count`` largest of each column, ties by row."""
    chosen = np.zeros(fields.shape, dtype=bool)
    order = np.argsort(-fields, axis=0, kind="stable")[:count]
    np.put_along_axis(chosen, order, np.ones_like(order, dtype=bool), axis=0)
    return chosen
