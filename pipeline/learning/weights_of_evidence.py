"""Weights of evidence: which patterns go with the known sites, and by how much (Bonham-Carter 1994)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CUTS = np.arange(0.10, 0.91, 0.05)
"""Quantiles of a feature tried as cuts."""

LEAST_POSITIVES = 5
"""Fewest positives on either side of a cut."""

STUDENTISED = 2.6
"""Least |C / s(C)| believed: the largest of the cuts tried reaches 2.6 in one of twenty features of pure noise."""


@dataclass(frozen=True)
class Weights:
    """Weights of one pattern.

    Parameters
    ----------
    w_plus, w_minus : float
        Natural-log weights inside and outside the pattern.
    s_plus, s_minus : float
        Their standard errors.
    """

    w_plus: float
    w_minus: float
    s_plus: float
    s_minus: float

    @property
    def contrast(self) -> float:
        """W+ less W-."""
        return self.w_plus - self.w_minus

    @property
    def studentised(self) -> float:
        """Contrast over its standard error."""
        return self.contrast / float(np.hypot(self.s_plus, self.s_minus))


def weights(inside_positive: float, inside_other: float, outside_positive: float, outside_other: float) -> Weights:
    """Return the weights of a pattern from the four counts; ½ is added to all where one is zero.

    Parameters
    ----------
    inside_positive, inside_other, outside_positive, outside_other : float
        Counts of positives and others inside and outside the pattern.
    """
    counts = np.array([inside_positive, inside_other, outside_positive, outside_other], dtype=float)
    if (counts == 0).any():
        counts = counts + 0.5
    a, b, c, d = counts
    n1, n0 = a + c, b + d
    return Weights(
        float(np.log((a / n1) / (b / n0))),
        float(np.log((c / n1) / (d / n0))),
        float(np.sqrt(1 / a + 1 / b)),
        float(np.sqrt(1 / c + 1 / d)),
    )


@dataclass(frozen=True)
class Pattern:
    """A feature cut in two: inside where it is at or above the cut."""

    column: int
    cut: float
    inside: int
    inside_positive: int
    weights: Weights
    used: bool


def best_cut(column: int, value: np.ndarray, positive: np.ndarray) -> Pattern | None:
    """Return the cut of a feature with the largest studentised contrast; None where no cut has enough on either side.

    Parameters
    ----------
    column : int
        Its place in the table.
    value : ndarray of float, shape (n,)
        NaN counts neither inside nor outside.
    positive : ndarray of bool, shape (n,)
        Classes of the training rows; a cut chosen on rows that are tested later would leak.
    """
    known = np.isfinite(value)
    v, v_positive = np.sort(value[known]), np.sort(value[known & positive])
    if not len(v):
        return None
    cuts = np.unique(np.quantile(v, CUTS))
    a, inside = (len(sorted_values) - np.searchsorted(sorted_values, cuts) for sorted_values in (v_positive, v))
    b, c = inside - a, len(v_positive) - a
    d = len(v) - inside - c
    enough = np.flatnonzero((np.minimum(a, c) >= LEAST_POSITIVES) & (np.minimum(b, d) >= 1))
    if not len(enough):
        return None
    best = enough[np.argmax(_strength(*(count[enough].astype(float) for count in (a, b, c, d))))]
    chosen = weights(a[best], b[best], c[best], d[best])
    used = abs(chosen.studentised) >= STUDENTISED
    return Pattern(column, float(cuts[best]), int(inside[best]), int(a[best]), chosen, used)


def _strength(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Return the size of the studentised contrast of `weights` for many cuts whose four counts are all above 0."""
    n1, n0 = a + c, b + d
    contrast = np.log((a / n1) / (b / n0)) - np.log((c / n1) / (d / n0))
    size: np.ndarray = np.abs(contrast / np.hypot(np.sqrt(1 / a + 1 / b), np.sqrt(1 / c + 1 / d)))
    return size


def fit_patterns(table: np.ndarray, positive: np.ndarray) -> list[Pattern]:
    """Return the best cut of every column that has one."""
    cuts = (best_cut(column, table[:, column], positive) for column in range(table.shape[1]))
    return [pattern for pattern in cuts if pattern is not None]


@dataclass(frozen=True)
class Independence:
    """Test of conditional independence.

    Parameters
    ----------
    total : float
        Sum of the posterior chances.
    ratio : float
        Positives over that sum; under 0.85 the patterns say the same twice.
    z : float
        Omnibus statistic (Agterberg & Cheng 2002); one-sided 1.645. With few positives it rejects seldom: act on the ratio.
    """

    total: float
    ratio: float
    z: float


def omnibus(states: np.ndarray, patterns: Sequence[Weights], positive: np.ndarray) -> Independence:
    """Return the test of conditional independence of some patterns.

    Parameters
    ----------
    states : ndarray of float, shape (n, m)
        1 inside a pattern, 0 outside, NaN unknown.
    patterns : sequence of Weights, length m
    positive : ndarray of bool, shape (n,)

    Notes
    -----
    Cells of one unique combination share one estimate, so their errors add before they are squared.
    """
    n = int(positive.sum())
    prior = np.log(n / (len(positive) - n))
    keys, count = np.unique(np.nan_to_num(states, nan=-1.0), axis=0, return_counts=True)
    log_odds, variance = np.full(len(keys), prior), np.full(len(keys), 1.0 / n)
    for index, pattern in enumerate(patterns):
        inside, outside = keys[:, index] == 1, keys[:, index] == 0
        log_odds += inside * pattern.w_plus + outside * pattern.w_minus
        variance += inside * pattern.s_plus**2 + outside * pattern.s_minus**2
    chance = 1.0 / (1.0 + np.exp(-log_odds))
    total = float(count @ chance)
    spread = float(np.sqrt((count.astype(float) ** 2 * chance**2 * variance).sum()))
    return Independence(total, n / total, (total - n) / spread if spread else float("nan"))
