"""Learn the concentration itself: one regression with a map of what it leaves, and what it says of every waste."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import log_ndtr, ndtri_exp

from pipeline.evidence.assay_spread import USUAL_ASSAYS, as_limit, near_own_assay, near_own_limit
from pipeline.evidence.host_grades import PRIOR_WASTES, host_grades, taught_by_wastes
from pipeline.evidence.rare_earth_grades import published_wastes
from pipeline.kernels.bend import bend
from pipeline.kernels.censored_field import fit_with_limits, limit_as_observation
from pipeline.kernels.linear_field import LinearField, predict_field
from pipeline.learning.candidates import LEAST_ASSAYS, Preparation, Task, prepare
from pipeline.learning.trained_model import USUAL_SPREAD_LOG10, TrainedModel
from pipeline.learning.validation import Fit

ASSAYED_HOST_SD = 0.6
"""Least spread of a host's grades, log10, once a waste was assayed: a table of hosts must not argue an assay away."""

USUAL_VARIANCE = USUAL_ASSAYS.variance(1)
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
        x_km, y_km = task.x_km, task.y_km
        fitted = fitted_field(task, ready, rows)

        def score(wanted: np.ndarray) -> np.ndarray:
            table = ready.steps.transform(task.features.iloc[wanted])
            mean, spread, _ = predict_field(fitted, table, x_km[wanted], y_km[wanted])
            return chance_log_odds(mean, np.sqrt(spread))

        return score

    return fit


def fitted_field(task: Task, ready: Preparation, rows: np.ndarray) -> LinearField:
    """Return the grade model of the measured rows of a mask."""
    if task.grade is None or task.x_km is None or task.y_km is None:
        raise ValueError("the grade model needs concentrations and places")
    used = rows & np.isfinite(task.grade)
    variance = np.full(len(task.y), USUAL_VARIANCE) if task.grade_variance is None else task.grade_variance
    table = ready.steps.transform(task.features[used])
    below = np.zeros(len(task.y), dtype=bool) if task.undetected is None else task.undetected
    grade, error = as_limit(task.grade, variance, below)
    return fit_with_limits(table, grade[used], error[used], below[used], task.x_km[used], task.y_km[used])


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
    below: np.ndarray | None = None,
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
    below : ndarray of bool, shape (n,), optional
        Wastes in which nothing was detected: what was observed is the limit they lie below.

    Returns
    -------
    field : LinearField
        The fitted regression.
    table : DataFrame
        ``grade_log10`` and ``grade_sd`` of the true grade of each waste, its own assay counted, and ``grade_shared_sd``: the part
        of the spread that assays of other wastes, or more samples of this one, could take away. ``grade_alone_log10`` is what
        all others let expect, lowered by the `bend` that they show of the law; so is the grade where nothing was observed.
    """
    known = np.isfinite(observed_log10) & np.isfinite(observed_sd)
    below = np.zeros(len(known), dtype=bool) if below is None else below
    fitted = fit_with_limits(
        trend[known], observed_log10[known], observed_sd[known] ** 2, below[known], x_km[known], y_km[known]
    )
    own = np.full(len(known), -1)
    own[known] = np.arange(known.sum())
    mean, variance, unshared = predict_field(fitted, trend, x_km, y_km, own)
    mean, sd = near_own_assay(np.where(below, np.nan, observed_log10), observed_sd, mean, np.sqrt(variance))
    mean, sd = near_own_limit(observed_log10, observed_sd, below, mean, sd)
    alone, of_alone, _ = predict_field(fitted, trend, x_km, y_km, own, leave_own_out=True)
    measured = known & ~below
    off = bend(alone[measured], observed_log10[measured], of_alone[measured] + observed_sd[measured] ** 2, alone)
    off = np.minimum(
        off, 0.0
    )  # those that were sampled are rather the richer: of the others they show what is too high alone
    mean, alone = np.where(known, mean, mean + off), alone + off
    shared = np.sqrt(np.maximum(sd**2 - unshared, 1e-8))
    return fitted, pd.DataFrame(
        {
            "grade_log10": mean,
            "grade_sd": sd,
            "grade_shared_sd": shared,
            "grade_alone_log10": alone,
        }
    )


def with_grades(model: TrainedModel, table: pd.DataFrame, other: tuple[str, np.ndarray] | None = None) -> TrainedModel:
    """Return the model with a belief about the grade of every site.

    Where a model orders the list and learned from assays, the grade is learned, for wastes that were sampled without the other
    elements of their samples, which err together with what was assayed; where it learned from words of an inventory, its
    chance is read as a belief of the usual spread; where no model orders the list, the host tables say what is expected. Assays
    of the waste, and what its other elements tell, update all three.

    Parameters
    ----------
    model : TrainedModel
        Otherwise complete.
    table : DataFrame
        All sites by ``site_id`` with features, ``x_m``, ``y_m`` and ``companion_commodity``.
    other : tuple of str and ndarray, optional
        Another method with its columns for all sites: that of the sites whose distance to an assay asks another question than
        most do.

    Returns
    -------
    TrainedModel
        Its ``sites`` have ``grade_log10``, ``grade_sd``, ``grade_shared_sd`` and ``grade_rule`` (assay, proxies, model, words,
        hosts), and ``other_method`` where another method than the model's speaks for the site; ``grade_field`` is set where the
        grade was learned.
    """
    sites = model.sites.set_index("site_id").reindex(table["site_id"]).reset_index()
    below = sites["waste_undetected"].to_numpy(float) > 0
    middle, variance = sites["waste_log10"].to_numpy(float), sites["waste_sd_log10"].to_numpy(float) ** 2
    observed, variance = as_limit(middle, variance, below)
    sd = np.sqrt(variance)
    assayed = int((sites["waste_rule"] == "assay").sum())
    field = None
    if model.rests_on_companion:
        assays = np.where((sites["waste_rule"] == "assay").to_numpy(), observed, np.nan)
        expected, spread, shared, taught, kinds = _of_hosts(model, table, assays, sd, below)
        if kinds is not None:
            sites = sites.assign(**of_kind(kinds, np.isfinite(assays), table["measured_reaches"].to_numpy(bool)))
        of_hosts: dict[str, list[list[Any]]] = {"hosts_taught": [[ppm, n] for ppm, n in taught.items()]}
        if model.target == "REE" and "learned_log10" not in table:
            of_hosts["hosts_published"] = published_wastes(table, assays)
        model = replace(model, diagnostics={**model.diagnostics, **of_hosts})
        spread = np.where(np.isfinite(observed) & ~below, np.maximum(spread, ASSAYED_HOST_SD), spread)
        grades, rule = updated(expected, spread, shared, observed, sd, below), "hosts"
    elif model.kind == "supervised" and assayed >= LEAST_ASSAYS:
        known = observed, sd, table["x_m"].to_numpy() / 1000.0, table["y_m"].to_numpy() / 1000.0, below
        field, grades = grades_of_sites(model.prepare(table), *known)
        blind = model.prepare_blind(table)
        if blind is not None:
            sampled, of_sampled = grades_of_sites(blind, *known)
            grades = grades.mask(pd.Series(np.isfinite(observed)), of_sampled)
            model = replace(model, sampled_field=sampled)
        rule = "model"
        if other is not None:
            asks_another = (sites["question"] != model.validation.verdict.question).to_numpy()
            others = asks_another & (~np.isfinite(observed) | (model.sampled_field is None))
            grades = grades_of_sites(other[1], *known)[1].where(pd.Series(others), grades)
            sites["other_method"] = np.where(others, other[0], "")
    else:
        log_odds, of_fit = model.log_odds(table)
        centre = np.log10(model.threshold_ppm) + USUAL_SPREAD_LOG10 * quantile_of_log_odds(log_odds)
        shared = USUAL_SPREAD_LOG10 * np.hypot(of_fit / LOGIT_PER_PROBIT, PRIOR_WASTES**-0.5)
        grades, rule = updated(centre, np.full(len(sites), USUAL_SPREAD_LOG10), shared, observed, sd, below), "words"
    own = sites["waste_rule"].fillna("none").to_numpy(str)
    grades["grade_rule"] = np.where(own == "none", rule, own)
    return replace(model, sites=pd.concat([sites, grades], axis=1), grade_field=field)


def _of_hosts(
    model: TrainedModel, table: pd.DataFrame, assays: np.ndarray, assays_sd: np.ndarray, below: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[float, int], np.ndarray | None]:
    """Return the expected grade by the law of other regions, which this one's wastes moved, or by the host tables they move.

    Of the tables also what they expect of each site by itself: sites of one expectation are of one kind.
    """
    if "learned_log10" in table:
        spread = table["learned_sd"].to_numpy(float)
        return table["learned_log10"].to_numpy(float), spread, spread * PRIOR_WASTES**-0.5, {}, None
    utility = table["companion_commodity"].to_numpy(float) if "companion_commodity" in table else assays * np.nan
    hosts = table["companion_host"].to_numpy(object) if "companion_host" in table else None
    expected, spread = host_grades(utility, model.target, model.threshold_ppm, hosts)
    taught = taught_by_wastes(expected, spread, *_of_limits(assays, assays_sd, expected, spread, below))
    return *taught, expected


def of_kind(expected: np.ndarray, assayed: np.ndarray, rich: np.ndarray) -> dict[str, np.ndarray]:
    """Return ``kind_assayed`` and ``kind_rich``: how many wastes of a site's kind of host were assayed and reach the grade.

    Parameters
    ----------
    expected : ndarray of float, shape (n,)
        By the host tables alone, log10 of ppm: sites of one expectation are of one kind.
    assayed, rich : ndarray of bool, shape (n,)
        Wastes that were assayed, and those whose assay reaches the grade as it was measured.
    """
    _, kind = np.unique(np.round(expected, 6), return_inverse=True)
    return {
        "kind_assayed": np.bincount(kind, assayed)[kind].astype(int),
        "kind_rich": np.bincount(kind, assayed & rich)[kind].astype(int),
    }


def _of_limits(
    observed: np.ndarray, observed_sd: np.ndarray, expected: np.ndarray, spread: np.ndarray, below: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return measurements and their spread, those that are limits as what they say beside what is expected."""
    value, variance = limit_as_observation(observed, observed_sd**2, expected, spread**2)
    return np.where(below, value, observed), np.where(below, np.sqrt(variance), observed_sd)


LOGIT_PER_PROBIT = 1.702
"""Log-odds per standard deviation of a normal (Haley 1952)."""


def quantile_of_log_odds(log_odds: np.ndarray) -> np.ndarray:
    """Return the standard normal quantile of the chance with these log-odds, to the last digit at both ends."""
    weak = np.clip(log_odds, -30.0, 30.0)
    return np.where(
        weak > 0,
        -ndtri_exp(-np.logaddexp(0.0, np.maximum(weak, 0.0))),
        ndtri_exp(-np.logaddexp(0.0, -np.minimum(weak, 0.0))),
    )


def updated(
    expected: np.ndarray,
    spread: np.ndarray,
    shared: np.ndarray,
    observed: np.ndarray,
    observed_sd: np.ndarray,
    below: np.ndarray | None = None,
) -> pd.DataFrame:
    r"""Return what is believed of each grade after its own measurement, if there is one.

    :math:`\theta \sim N(m_0, s_0^2)` and :math:`y \sim N(\theta, v)` give :math:`m_0 + B(y - m_0)` with
    :math:`B = s_0^2/(s_0^2 + v)` and variance :math:`B v` (Gelman et al. 2013, *Bayesian Data Analysis*, 2.5), with a
    greater *B* where the range would end before *y* (`near_own_assay`). Where *y* is a limit (``below``) it
    moves the belief by its own likelihood, and its end no farther than the limit bears (`near_own_limit`).
    """
    below = np.zeros(len(expected), dtype=bool) if below is None else below
    limit, of_limit = observed, observed_sd
    observed, observed_sd = _of_limits(observed, observed_sd, expected, spread, below)
    known = np.isfinite(observed) & np.isfinite(observed_sd)
    variance = np.where(known, observed_sd, 1.0) ** 2
    weight = np.where(known, spread**2 / (spread**2 + variance), 0.0)
    mean = expected + weight * (np.where(known, observed, 0.0) - expected)
    mean, own = near_own_assay(np.where(below, np.nan, observed), observed_sd, mean, np.sqrt(weight * variance))
    mean, own = near_own_limit(limit, of_limit, below, mean, own)
    sd = np.where(known, own, spread)
    return pd.DataFrame(
        {"grade_log10": mean, "grade_sd": sd, "grade_shared_sd": np.where(known, sd, np.minimum(shared, sd))}
    )
