r"""One regression with a map of what it leaves: a linear trend, a smooth field in space, and scatter of every site's own.

The value of a site is :math:`\theta = x^T\beta + S(u) + \epsilon` with :math:`\beta \sim N(0, \tau^2)` (the intercept all but
free), :math:`S` Gaussian of covariance :math:`s^2 e^{-d/a}` and :math:`\epsilon \sim N(0, n^2)`; what was measured of it is
:math:`y = \theta + e`, :math:`e \sim N(0, v)` with :math:`v` known. The four numbers :math:`\tau^2, s^2, a, n^2` are those of
the greatest marginal likelihood; where the field does not raise it by more than its two numbers are worth, there is none.

References
----------
Rasmussen & Williams (2006), *Gaussian Processes for Machine Learning*, sections 2.7 and 5.4. Cressie (1993), *Statistics for
Spatial Data*, section 3.4 (kriging with a trend).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from scipy.spatial import cKDTree

from pipeline.kernels.field_likelihood import INTERCEPT_VARIANCE, Marginal, Spread, log_likelihood, marginal, slopes

LARGEST_BLOCK = 400
"""Measured sites whose field is taken as one; more are cut into groups of neighbours, between which it is forgotten."""

LEAST_GAIN = 2.0
"""Log-likelihood by which two more numbers (sill and range of the field) must be better (Akaike 1974)."""

USUAL_NUGGET, NUGGET_FACTOR = 0.06, 2.0
"""Scatter of the wastes of one camp about what they share, squared log10 of ppm (a quarter of a decade), and by what factor it
may be more or less: some tens of assays cannot tell it from their own errors, and at 0 every range would be too narrow."""

FIRST_REACHES = (120.0, 60.0, 30.0, 15.0, 7.0)
"""Parts of the extent tried as range of the field; the search begins at the likeliest."""

NEAR_ENOUGH = 1e-6
"""Share of the log-likelihood by which a step of the search must still raise it."""

NEIGHBOURS = 30
"""Measured sites that speak for the field at a place; the next ones are screened by them."""

AT_ONCE = 250
"""Places predicted together: their neighbours' distances fit a processor's own memory."""


@dataclass(frozen=True)
class LinearField:
    """A fitted regression with its field.

    Parameters
    ----------
    spread : Spread
        Learned variances.
    coef : ndarray of float, shape (p + 1,)
        Mean of the coefficients, the intercept last.
    coef_covariance : ndarray of float, shape (p + 1, p + 1)
        Their covariance.
    design : ndarray of float, shape (m, p + 1)
        Measured rows, with a column of ones.
    value, own_variance, x_km, y_km : ndarray of float, shape (m,)
        What was measured, its error variance, and where.
    log_likelihood : float
        Of the fit.
    """

    spread: Spread
    coef: np.ndarray
    coef_covariance: np.ndarray
    design: np.ndarray
    value: np.ndarray
    own_variance: np.ndarray
    x_km: np.ndarray
    y_km: np.ndarray
    log_likelihood: float


def fit_field(
    table: np.ndarray, value: np.ndarray, own_variance: np.ndarray, x_km: np.ndarray, y_km: np.ndarray
) -> LinearField:
    """Fit trend, field and scatter by marginal likelihood.

    Parameters
    ----------
    table : ndarray of float, shape (m, p)
        Prepared columns without missing values.
    value : ndarray of float, shape (m,)
        What was measured.
    own_variance : ndarray of float, shape (m,)
        Variance of each measurement about the site's true value.
    x_km, y_km : ndarray of float, shape (m,)
        Places.

    Returns
    -------
    LinearField
    """
    design = np.column_stack([table, np.ones(len(value))])
    blocks = _blocks(x_km, y_km)
    distance = [_distance(x_km[block], y_km[block], x_km[block], y_km[block]) for block in blocks]
    scale = max(float(np.var(value)), 1e-4)
    columns = max(1.0, float((table**2).sum(axis=1).mean())) if table.size else 1.0
    extent = max(float(np.ptp(x_km)), float(np.ptp(y_km)), 1e-3)
    lowest, highest = np.log(scale) - 12.0, np.log(scale) + 3.0

    latest: dict[Spread, Marginal] = {}

    def beside_usual(point: np.ndarray) -> float:
        return float((point[1] - np.log(USUAL_NUGGET)) / np.log(NUGGET_FACTOR))

    def negative(point: np.ndarray, *, field: bool) -> tuple[float, np.ndarray]:
        away, spread = beside_usual(point), _spread(point, field=field)
        fit = marginal(spread, design, value, own_variance, blocks, distance)
        latest.clear()
        latest[spread] = fit
        downhill = -slopes(fit, spread, distance)[: len(point)]
        downhill[1] += away / np.log(NUGGET_FACTOR)
        return 0.5 * away**2 - fit.log_likelihood, downhill

    def of_start(point: np.ndarray) -> float:
        spread = _spread(point, field=True)
        return 0.5 * beside_usual(point) ** 2 - log_likelihood(spread, design, value, own_variance, blocks, distance)

    def best(start: np.ndarray, *, field: bool) -> tuple[np.ndarray, float]:
        ends = [(lowest - np.log(columns), highest), (lowest, highest)]
        ends += [(lowest, highest), (np.log(extent / 300.0), np.log(extent))] if field else []
        optimum = minimize(
            lambda point: negative(point, field=field),
            start,
            method="L-BFGS-B",
            jac=True,
            bounds=ends,
            options={"ftol": NEAR_ENOUGH},
        )
        return optimum.x, -float(optimum.fun)

    half = np.log(scale / 2.0)
    plain, plain_fit = best(np.array([half - np.log(columns), half]), field=False)
    starts = [np.array([plain[0], plain[1] - 0.7, plain[1] - 0.7, np.log(extent / parts)]) for parts in FIRST_REACHES]
    point, fit = best(min(starts, key=of_start), field=True)
    field = fit > plain_fit + LEAST_GAIN
    spread = _spread(point if field else plain, field=field)
    final = latest[spread] if spread in latest else marginal(spread, design, value, own_variance, blocks, distance)
    return LinearField(
        spread, final.coef, final.coef_covariance, design, value, own_variance, x_km, y_km, final.log_likelihood
    )


def with_values(fitted: LinearField, value: np.ndarray, own_variance: np.ndarray) -> LinearField:
    """Return the field of other measurements of the same sites, with the variances that were learned."""
    blocks = _blocks(fitted.x_km, fitted.y_km)
    distance = [_distance(*2 * (fitted.x_km[block], fitted.y_km[block])) for block in blocks]
    final = marginal(fitted.spread, fitted.design, value, own_variance, blocks, distance)
    return replace(
        fitted,
        coef=final.coef,
        coef_covariance=final.coef_covariance,
        value=value,
        own_variance=own_variance,
        log_likelihood=final.log_likelihood,
    )


def predict_field(
    fitted: LinearField,
    table: np.ndarray,
    x_km: np.ndarray,
    y_km: np.ndarray,
    own: np.ndarray | None = None,
    *,
    leave_own_out: bool = False,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the mean of the true value at places, its variance, and the part of the variance that is the place's own.

    Parameters
    ----------
    fitted : LinearField
        The regression.
    table : ndarray of float, shape (n, p)
        Prepared columns of the places.
    x_km, y_km : ndarray of float, shape (n,)
        Where they are.
    own : ndarray of int, shape (n,), optional
        Row of the place's own measurement among the measured, -1 where it has none.
    leave_own_out : bool
        Predict each place by the other measurements alone; the trend's coefficients have seen its own.

    Returns
    -------
    mean, variance, unshared : ndarray of float, shape (n,)
        ``unshared`` is the nugget where the place was not measured, else 0: no measurement elsewhere can tell it.
    """
    own = np.full(len(table), -1) if own is None else own
    design = np.column_stack([table, np.ones(len(table))])
    unshared = np.where((own < 0) | leave_own_out, fitted.spread.nugget, 0.0)
    if fitted.spread.sill == 0:
        return *_by_trend(fitted, design, own, leave_own_out), unshared
    parts = [
        _predict_some(fitted, design[some], x_km[some], y_km[some], own[some], leave_own_out)
        for some in (slice(start, start + AT_ONCE) for start in range(0, max(1, len(table)), AT_ONCE))
    ]
    mean, variance = (np.concatenate([part[side] for part in parts]) for side in (0, 1))
    return mean, variance, unshared


def joint_covariance(
    fitted: LinearField, table: np.ndarray, x_km: np.ndarray, y_km: np.ndarray, most: int = 2000
) -> np.ndarray:
    """Return how the true values of unmeasured places hang together, given all that was measured.

    Parameters
    ----------
    fitted : LinearField
        The regression.
    table : ndarray of float, shape (n, p)
        Prepared columns of the places.
    x_km, y_km : ndarray of float, shape (n,)
        Where they are.
    most : int
        Where more was measured, so many, evenly taken, stand for all: memory grows with the square.

    Returns
    -------
    ndarray of float, shape (n, n)
        Covariance; the nugget is on its diagonal.
    """
    spread, design = fitted.spread, np.column_stack([table, np.ones(len(table))])
    prior = np.append(np.full(design.shape[1] - 1, spread.slope), INTERCEPT_VARIANCE)
    used = np.arange(len(fitted.value))
    if len(used) > most:
        used = np.linspace(0, len(used) - 1, most).astype(int)
    seen, seen_x, seen_y = fitted.design[used], fitted.x_km[used], fitted.y_km[used]

    def alike(x: np.ndarray, y: np.ndarray, to_x: np.ndarray, to_y: np.ndarray) -> np.ndarray:
        return spread.sill * np.exp(-_distance(x, y, to_x, to_y) / spread.range_km)

    among = alike(seen_x, seen_y, seen_x, seen_y) + (seen * prior) @ seen.T
    among[np.diag_indices(len(used))] += spread.nugget + fitted.own_variance[used]
    across = alike(x_km, y_km, seen_x, seen_y) + (design * prior) @ seen.T
    within = alike(x_km, y_km, x_km, y_km) + (design * prior) @ design.T
    within[np.diag_indices(len(table))] += spread.nugget
    return within - across @ cho_solve(cho_factor(among, lower=True), across.T)


def _predict_some(
    fitted: LinearField, design: np.ndarray, x_km: np.ndarray, y_km: np.ndarray, own: np.ndarray, leave_own_out: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of some places, each from its neighbours by kriging with the trend."""
    spread, measured = fitted.spread, len(fitted.value)
    residual = fitted.value - fitted.design @ fitted.coef
    count = min(NEIGHBOURS, measured - leave_own_out)
    tree = cKDTree(np.column_stack([fitted.x_km, fitted.y_km]))
    near = tree.query(np.column_stack([x_km, y_km]), k=np.arange(1, count + 1 + leave_own_out))[1]
    if leave_own_out:
        away = np.argsort(near == own[:, None], axis=1, kind="stable")  # the own one, if there, behind all others
        near = np.take_along_axis(near, away, axis=1)[:, :count]
    else:
        has = own >= 0
        listed = (near == own[:, None]).any(axis=1)
        near[has & ~listed, -1] = own[has & ~listed]
    near_x, near_y = fitted.x_km[near], fitted.y_km[near]
    matrix = _decayed(near_x[:, :, None] - near_x[:, None, :], near_y[:, :, None] - near_y[:, None, :], spread)
    diagonal = np.arange(count)
    matrix[:, diagonal, diagonal] += spread.nugget + fitted.own_variance[near]
    vector = _decayed(near_x - x_km[:, None], near_y - y_km[:, None], spread) + spread.nugget * (near == own[:, None])
    weight = np.linalg.solve(matrix, vector[:, :, None])[:, :, 0]
    mean = design @ fitted.coef + (weight * residual[near]).sum(axis=1)
    rest = design - np.einsum("nk,nkp->np", weight, fitted.design[near])
    variance = spread.sill + spread.nugget - (weight * vector).sum(axis=1)
    variance = variance + np.einsum("np,pq,nq->n", rest, fitted.coef_covariance, rest)
    return mean, np.maximum(variance, 1e-8)


def _by_trend(
    fitted: LinearField, design: np.ndarray, own: np.ndarray, leave_own_out: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of places where no field was learned: the trend, and a place's own measurement."""
    nugget, has = fitted.spread.nugget, (own >= 0) & (not leave_own_out)
    weight = np.where(has, nugget / (nugget + fitted.own_variance[own]), 0.0)
    residual = fitted.value - fitted.design @ fitted.coef
    rest = design - weight[:, None] * fitted.design[own]
    variance = nugget - weight * nugget + ((rest @ fitted.coef_covariance) * rest).sum(axis=1)
    return design @ fitted.coef + weight * residual[own], np.maximum(variance, 1e-8)


def _decayed(apart_x: np.ndarray, apart_y: np.ndarray, spread: Spread) -> np.ndarray:
    """Return the field's covariance over differences of places; writes into ``apart_x`` and ``apart_y``."""
    apart_x *= apart_x
    apart_y *= apart_y
    apart_x += apart_y
    np.sqrt(apart_x, out=apart_x)
    apart_x /= -spread.range_km
    np.exp(apart_x, out=apart_x)
    apart_x *= spread.sill
    return apart_x


def _spread(point: np.ndarray, *, field: bool) -> Spread:
    values = [float(parameter) for parameter in np.exp(point)]
    return Spread(values[0], values[2] if field else 0.0, values[3] if field else 1.0, values[1])


def _distance(x: np.ndarray, y: np.ndarray, to_x: np.ndarray, to_y: np.ndarray) -> np.ndarray:
    return np.hypot(x[:, None] - to_x[None, :], y[:, None] - to_y[None, :])


def _blocks(x_km: np.ndarray, y_km: np.ndarray) -> list[np.ndarray]:
    """Cut the measured sites into groups of neighbours: halves across the longer side until each is small enough."""
    waiting, done = [np.arange(len(x_km))], []
    while waiting:
        rows = waiting.pop()
        if len(rows) <= LARGEST_BLOCK:
            done.append(rows)
            continue
        along = x_km[rows] if np.ptp(x_km[rows]) >= np.ptp(y_km[rows]) else y_km[rows]
        order = rows[np.argsort(along, kind="stable")]
        waiting += [order[len(order) // 2 :], order[: len(order) // 2]]
    return done
