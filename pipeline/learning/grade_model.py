"""Learn the concentration itself: one regression with a map of what it leaves, and what it says of every waste."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import log_ndtr

from pipeline.kernels.linear_field import LinearField, fit_field, predict_field
from pipeline.learning.candidates import Task, prepare
from pipeline.learning.validation import Fit

LEAST_ASSAYS = 20
"""Wastes with a concentration from which it is learned."""

USUAL_VARIANCE = 0.28**2 + 0.1**2
"""Of one grab sample about the mean of its waste, squared log10 of ppm, with the bias of surface sampling and laboratory."""


def grade_field_fit(task: Task) -> Fit:
    """Return a fit of the grade model; its scorer answers with log-odds of reaching the threshold.

    Only rows with a measured concentration teach it. Where held-out places lie far from all of them the field fades and the trend
    speaks alone, so the same fit answers for a camp nobody sampled and for a waste among sampled ones.
    """
    measured = np.zeros(len(task.y), dtype=bool) if task.grade is None else np.isfinite(task.grade)

    def fit(rows: np.ndarray) -> Callable[[np.ndarray], np.ndarray] | None:
        used = rows & measured
        if task.grade is None or task.x_km is None or task.y_km is None or used.sum() < LEAST_ASSAYS:
            return None
        ready = prepare(task, rows)
        variance = np.full(len(task.y), USUAL_VARIANCE) if task.grade_variance is None else task.grade_variance
        x_km, y_km = task.x_km, task.y_km
        fitted = fit_field(
            ready.steps.transform(task.features[used]), task.grade[used], variance[used], x_km[used], y_km[used]
        )

        def score(wanted: np.ndarray) -> np.ndarray:
            table = ready.steps.transform(task.features.iloc[wanted])
            mean, spread, _ = predict_field(fitted, table, x_km[wanted], y_km[wanted])
            return chance_log_odds(mean, np.sqrt(spread))

        return score

    return fit


def chance_log_odds(mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Return the log-odds that a normal of this mean and spread exceeds 0."""
    z = np.clip(mean / sd, -30.0, 30.0)
    return log_ndtr(z) - log_ndtr(-z)


def grades_of_sites(
    trend: np.ndarray,
    observed_log10: np.ndarray,
    observed_sd: np.ndarray,
    x_km: np.ndarray,
    y_km: np.ndarray,
) -> tuple[LinearField, pd.DataFrame]:
    """Learn the grade from every waste that was assayed, or told by its other elements, and predict that of all.

    Parameters
    ----------
    trend : ndarray of float, shape (n, p)
        Prepared columns of all sites without missing values: the features, or the one score of another method.
    observed_log10, observed_sd : ndarray of float, shape (n,)
        Decimal logarithm of the ppm measured or inferred from other elements of the waste, and the spread of its error; NaN
        where nothing is known of the waste itself.
    x_km, y_km : ndarray of float, shape (n,)
        Places.

    Returns
    -------
    field : LinearField
        The fitted regression.
    table : DataFrame
        ``grade_log10`` and ``grade_sd`` of the true grade of each waste, its own assay counted, and ``grade_shared_sd``: the part
        of the spread that assays of other wastes, or more samples of this one, could take away.
    """
    known = np.isfinite(observed_log10) & np.isfinite(observed_sd)
    fitted = fit_field(trend[known], observed_log10[known], observed_sd[known] ** 2, x_km[known], y_km[known])
    own = np.full(len(known), -1)
    own[known] = np.arange(known.sum())
    mean, variance, unshared = predict_field(fitted, trend, x_km, y_km, own)
    shared = np.sqrt(np.maximum(variance - unshared, 1e-8))
    return fitted, pd.DataFrame({"grade_log10": mean, "grade_sd": np.sqrt(variance), "grade_shared_sd": shared})
