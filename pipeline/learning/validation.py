"""Measure a ranking on sites it did not learn from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

SHARES_PERCENT = (5, 10, 20)
Fit = Callable[[np.ndarray], Callable[[np.ndarray], np.ndarray] | None]
"""Trains on the rows of a mask and returns a scorer of row numbers, or None where the rows hold one class."""


def area_under_curve(positive: np.ndarray, score: np.ndarray) -> float:
    """Return the chance that a positive scores above a negative, ties counting half; NaN where one class is missing."""
    from scipy.stats import rankdata

    n1 = int(positive.sum())
    n0 = len(positive) - n1
    if n1 == 0 or n0 == 0:
        return float("nan")
    return float((rankdata(score)[positive].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


def areas_under_curves(positive: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return what `area_under_curve` does of every column of scores, shape (p,), from one ranking of the whole table."""
    from scipy.stats import rankdata

    n1 = int(positive.sum())
    n0 = len(positive) - n1
    if n1 == 0 or n0 == 0:
        return np.full(scores.shape[1], np.nan)
    won: np.ndarray = rankdata(scores, axis=0)[positive].sum(axis=0) - n1 * (n1 + 1) / 2
    return won / (n1 * n0)


def captured(positive: np.ndarray, score: np.ndarray, percent: float) -> float:
    """Return how many positives lie in the best ``percent`` of the rows; ties across the cut are shared out evenly."""
    size = int(np.ceil(percent * len(score) / 100.0))
    if size == 0:
        return 0.0
    cut = np.sort(score)[::-1][size - 1]
    above, level = score > cut, score == cut
    room = (size - above.sum()) / level.sum()
    return float(positive[above].sum() + room * positive[level].sum())


def wilson_interval(successes: float, n: float, z: float = 1.959964) -> tuple[float, float]:
    """Return the 95 % score interval of a share (Wilson 1927); NaN for no trials."""
    if n <= 0:
        return float("nan"), float("nan")
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def captures(positive: np.ndarray, score: np.ndarray) -> dict[str, dict[str, float]]:
    """Return the shares captured at 5, 10 and 20 % with Wilson intervals: ``capture``, ``capture_low``, ``capture_high``."""
    n = int(positive.sum())
    table: dict[str, dict[str, float]] = {"capture": {}, "capture_low": {}, "capture_high": {}}
    for percent in SHARES_PERCENT:
        hits = captured(positive, score, percent)
        low, high = wilson_interval(hits, n)
        table["capture"][str(percent)] = hits / n if n else float("nan")
        table["capture_low"][str(percent)] = low
        table["capture_high"][str(percent)] = high
    return table


def prediction_rate(positive: np.ndarray, score: np.ndarray, steps: int = 50) -> dict[str, list[float]]:
    """Return the prediction-rate curve: share of sites taken, share of positives found, Wilson band."""
    n = int(positive.sum())
    share = np.linspace(0.0, 100.0, steps + 1)
    hits = np.array([captured(positive, score, percent) for percent in share])
    bands = [wilson_interval(hit, n) for hit in hits]
    return {
        "share_of_sites": (share / 100.0).tolist(),
        "share_of_positives": (hits / max(n, 1)).tolist(),
        "low": [low for low, _ in bands],
        "high": [high for _, high in bands],
    }


def platt(log_odds: np.ndarray, positive: np.ndarray) -> tuple[float, float]:
    """Return slope and intercept of the logistic calibration of held-out log-odds.

    Targets are pulled in by one site per class, as Platt advises, so that few positives give no false certainty. The
    slope is held between 0.05 and 3: a model without skill is shrunk to the base rate, never turned round.

    References
    ----------
    Platt (1999), Probabilistic outputs for support vector machines.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    n1, n0 = int(positive.sum()), int((~positive).sum())
    aim = np.where(positive, (n1 + 1.0) / (n1 + 2.0), 1.0 / (n0 + 2.0))

    def loss(theta: np.ndarray) -> tuple[float, np.ndarray]:
        z = theta[0] * log_odds + theta[1]
        value = float(np.sum(np.logaddexp(0.0, z) - aim * z)) + 0.05 * (theta[0] - 1.0) ** 2
        away = expit(z) - aim
        return value, np.array([float(away @ log_odds) + 0.1 * (theta[0] - 1.0), float(away.sum())])

    start = np.array([1.0, np.log((n1 + 1.0) / (n0 + 1.0))])
    optimum = minimize(loss, start, method="L-BFGS-B", jac=True, bounds=[(0.05, 3.0), (-12.0, 12.0)])
    return float(optimum.x[0]), float(optimum.x[1])


def reliability(positive: np.ndarray, probability: np.ndarray, bins: int = 5) -> dict[str, list[float]]:
    """Return mean score, share of positives, its Wilson interval and count in bins of like size."""
    order = np.array_split(np.argsort(probability, kind="stable"), min(bins, max(1, len(probability))))
    table: dict[str, list[float]] = {"score": [], "share": [], "low": [], "high": [], "n": []}
    for rows in order:
        if len(rows):
            low, high = wilson_interval(float(positive[rows].sum()), len(rows))
            values = (probability[rows].mean(), positive[rows].mean(), low, high, len(rows))
            for key, value in zip(table, values, strict=True):
                table[key].append(float(value))
    return table


def as_json(value: Any) -> Any:
    """Return a value with arrays as lists, and NaN, which JSON does not know, as None; numbers to six digits."""
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [as_json(item) for item in value]
    if isinstance(value, np.bool_ | bool):
        return bool(value)
    if isinstance(value, np.integer | int):
        return int(value)
    if isinstance(value, np.floating | float):
        return round(float(value), 6) if np.isfinite(value) else None
    return value
