"""Where the model can be trusted: unlike sites, measured concentrations, and evidence from the waste itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.evidence.assay_spread import (
    MOST_OPEN_DEX,
    WIDTH90,
    AssaySpread,
    all_below,
    mean_above,
    reaches,
    variance_of_mean,
)
from pipeline.evidence.proxy_grades import ProxyParams, predict_from_proxies
from pipeline.learning.candidates import Task
from pipeline.learning.trained_model import Applicability, dissimilarity


def measure_applicability(prepared: np.ndarray, parts: np.ndarray, task: Task) -> Applicability:
    """Return the area of applicability; the threshold is the upper whisker of the dissimilarity to other blocks."""
    strength = np.abs(parts).mean(axis=0)
    weights = strength / strength.mean() if strength.mean() > 0 else np.ones(len(strength))
    train = np.flatnonzero(task.judged)
    if len(train) > 1500:
        train = train[np.linspace(0, len(train) - 1, 1500).astype(int)]
    rows = prepared[train] * weights
    distance = np.sqrt(((rows[:, None, :] - rows[None]) ** 2).sum(axis=2))
    mean = float(distance[np.triu_indices(len(rows), 1)].mean()) or 1.0
    raw = Applicability(rows, weights, mean, np.inf)
    own = task.blocks[train][:, None] == task.blocks[train][None, :]
    distances = dissimilarity(prepared[train], raw, own)
    distances = distances[np.isfinite(distances)]
    q25, q75 = np.quantile(distances, [0.25, 0.75]) if len(distances) else (0.0, 1.0)
    return Applicability(rows, weights, mean, float(q75 + 1.5 * (q75 - q25)))


def fit_grade_line(measured_ppm: np.ndarray, log_odds: np.ndarray) -> tuple[float, float, float, float] | None:
    """Return the line of measured concentrations over out-of-block log-odds with its 90 % band, from 20 sites up."""
    known = np.isfinite(measured_ppm) & (measured_ppm > 0)
    n = int(known.sum())
    if n < 20 or np.ptp(log_odds[known]) == 0:
        return None
    x, v = log_odds[known], np.log10(measured_ppm[known])
    slope, intercept = np.polyfit(x, v, 1)
    slope = max(float(slope), 0.0)
    intercept = float(np.mean(v) - slope * np.mean(x))
    residual = (v - intercept - slope * x) * np.sqrt(n / (n - 2))
    low, high = np.quantile(residual, [0.05, 0.95])
    return slope, intercept, float(low), float(high)


USUAL_REPLICATES = 10.0
"""Degrees of freedom with which the usual spread of samples counts beside the replicates of a region."""


def within_waste_variance(n: pd.Series, squares: pd.Series, usual_sd_log10: float) -> float:
    r"""Return the variance of single samples of one waste, learned from wastes sampled more than once.

    :math:`s_w^2 = (\nu_0 s_0^2 + \sum_i \sum_j (x_{ij} - \bar x_i)^2) / (\nu_0 + \sum_i (n_i - 1))`.

    Parameters
    ----------
    n, squares : Series of float
        Samples of each waste and the sum of their squared deviations, log10 of ppm; missing where there are none.
    usual_sd_log10 : float
        :math:`s_0`.
    """
    has_spread = n.notna() & squares.notna() & (n > 1)
    freedom = float((n[has_spread] - 1).sum())
    return (USUAL_REPLICATES * usual_sd_log10**2 + float(squares[has_spread].sum())) / (USUAL_REPLICATES + freedom)


def means_of_wastes(table: pd.DataFrame, spread: AssaySpread) -> pd.DataFrame:
    """Return the table with what was measured of each waste raised to what its mean is expected to be (`mean_above`).

    Few samples of a waste that scatters rather lie below its mean; many hold it. Where nothing was detected it stays as it is.

    Parameters
    ----------
    table : DataFrame
        Rows by ``site_id`` with ``measured_ppm, measured_low_ppm, measured_high_ppm, measured_n, measured_squares`` and
        ``measured_open_dex`` and ``threshold_ppm``. Added: ``measured_reaches``, whether it reaches that before it is raised.
    spread : AssaySpread
        How far an assay may lie from the mean of its waste.
    """
    undetected = _open_dex(table) >= MOST_OPEN_DEX
    names = ("measured_ppm", "measured_low_ppm", "measured_open_dex", "threshold_ppm")
    value, low, open_dex, threshold_ppm = (table[name].to_numpy(float) for name in names)
    reached = reaches(value, low, open_dex, threshold_ppm)
    above = mean_above(_variance_of_means(table, _within(table, undetected, spread)))
    raised = np.where(undetected, 1.0, 10.0**above)
    columns = ["measured_ppm", "measured_low_ppm", "measured_high_ppm"]
    return table.assign(**{name: table[name] * raised for name in columns}, measured_reaches=reached)


def _open_dex(table: pd.DataFrame) -> np.ndarray:
    """Return how open limits and missing elements leave each waste, or one of its samples where that is known, in decades."""
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.log10(table["measured_high_ppm"].to_numpy(float) / table["measured_low_ppm"].to_numpy(float))
    alone = table["measured_open_dex"].to_numpy(float)  # of one sample: its fellows' scatter is counted by itself
    width = np.where(np.isfinite(alone), alone, width)
    return np.where(np.isfinite(width), np.clip(width, 0.0, MOST_OPEN_DEX), 0.0)


def _within(table: pd.DataFrame, undetected: np.ndarray, spread: AssaySpread) -> float:
    squares = table["measured_squares"].mask(undetected)  # shares of limits are alike by themselves
    return within_waste_variance(table["measured_n"], squares, spread.sample_sd_log10)


def _variance_of_means(table: pd.DataFrame, within: float) -> np.ndarray:
    return variance_of_mean(within, np.maximum(1.0, table["measured_n"].fillna(1).to_numpy(float)))


def weigh_waste(
    table: pd.DataFrame, names: list[str], blocks: np.ndarray, spread: AssaySpread, params: ProxyParams
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return what the waste itself tells of the target: assays first, else proxies of the same waste.

    Parameters
    ----------
    table : DataFrame
        Rows by ``site_id`` with ``measured_ppm, measured_low_ppm, measured_high_ppm, measured_n`` (`means_of_wastes`) and the
        features.
    names : list of str
        Feature columns; ``waste_<element>_ppm`` among them are the proxies.
    blocks : ndarray of str, shape (n,)
        Spatial block per row.
    spread : AssaySpread
        How far an assay may lie from the mean of its waste.
    params : ProxyParams
        Settings of the proxies.

    Returns
    -------
    waste : DataFrame
        ``waste_log10, waste_sd_log10, waste_rule`` per row, and ``waste_undetected``, 1 where nothing was detected: the value is
        then the middle of what the limits leave open, and its spread theirs, as all its samples below them say (`all_below`).
        ``waste_limit_log10`` is then what the limits sum up to.
    facts : dict
        Skill of the proxies.
    """
    value = table["measured_ppm"].to_numpy(float)
    measured = np.isfinite(value) & (value > 0)
    log10 = np.log10(np.where(measured, value, np.nan))
    width = _open_dex(table)
    undetected = measured & (width >= MOST_OPEN_DEX)
    within = _within(table, undetected, spread)
    of_mean = _variance_of_means(table, within)
    sd = np.where(measured, np.sqrt((width / WIDTH90) ** 2 + of_mean + spread.bias_sd_log10**2), np.nan)
    below = np.maximum(1.0, table["measured_below_n"].fillna(1).to_numpy(float))
    lowered, of_limits = all_below(log10, below, within, spread.bias_sd_log10**2)
    sd = np.where(undetected, np.sqrt(of_limits), sd)
    columns = [name for name in names if name.startswith("waste_") and name.endswith("_ppm")]
    grades = predict_from_proxies(np.where(measured, value, np.nan), table[columns], blocks, params)
    by_proxy = ~measured & np.isfinite(grades.predicted_log10_ppm)
    waste = pd.DataFrame(
        {
            "waste_log10": np.where(by_proxy, grades.predicted_log10_ppm, np.where(undetected, lowered, log10)),
            "waste_sd_log10": np.where(by_proxy, max(grades.sd_log10, 0.15), sd),
            "waste_undetected": undetected.astype(float),
            "waste_limit_log10": np.where(undetected, log10 + MOST_OPEN_DEX / 2.0, np.nan),
            "waste_rule": np.where(measured, "assay", np.where(by_proxy, "proxies", "none")),
        }
    )
    facts = {
        "proxies": list(grades.proxies),
        "n": grades.n,
        "r2_spatial": grades.r2_spatial,
        "r2_random": grades.r2_random,
        "sd_log10": grades.sd_log10,
        "applied_to": int(by_proxy.sum()),
    }
    return waste, facts
