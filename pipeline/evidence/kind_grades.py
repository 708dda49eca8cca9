"""What measured wastes of a region teach of the grades of each kind of waste: level, spread, and how sure both are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, ndtr

from pipeline.evidence.targets import Grades
from pipeline.kernels.rank_draws import GRADE_SCORES

MOST_PRIOR_WASTES = 4.0
"""Most wastes of the region that the table of a kind counts for, however many taught it: those lie in other regions, and regions
differ in what their common rock holds by more than so many wastes of one could hide. Judgement; a kind that is judged or taught
by fewer counts for as many as those, and at least one."""

SPREAD_WASTES = 4.0
"""Wastes of the region for which the table's spread counts, and with which its own shape is gone: until then its ends, narrower
than those of an unknown spread, fade."""

LEAST_SPREAD, MOST_SPREAD, SPREADS = 0.08, 2.0, 19
"""Spreads of a kind that are held possible, log10 of ppm, and how many between."""

MOST_LEVELS, LEVEL_STEP = 201, 0.04

GRID = 600
"""Points at which the distribution of a mixture is known: steps of some hundredths of a decade."""


@dataclass(frozen=True)
class MeasuredWastes:
    """Measured wastes as one normal observation each, log10 of ppm.

    Parameters
    ----------
    y, error_sd : ndarray of float, shape (k,)
        Value, or the limit where nothing was detected, and the spread of its error.
    undetected : ndarray of bool, shape (k,)
    """

    y: np.ndarray
    error_sd: np.ndarray
    undetected: np.ndarray


@dataclass(frozen=True)
class KindGrades:
    """What is held possible of the level and spread of every kind's grades.

    Parameters
    ----------
    level, spread : ndarray of float, shape (m,)
        Pairs of mean and standard deviation, log10 of ppm.
    weight : ndarray of float, shape (kinds, m)
        Chance of each pair, adding up to 1 for each kind.
    prior : ndarray of float, shape (kinds, m)
        The same before any waste was measured.
    table_middle, table_spread : ndarray of float, shape (kinds,)
        Normal law of the table.
    taught : ndarray of float, shape (kinds,)
        Share, 0-1, to which the table's own shape is gone: 0 without a measured waste of the kind, 1 from `SPREAD_WASTES` on.
    """

    level: np.ndarray
    spread: np.ndarray
    weight: np.ndarray
    prior: np.ndarray
    table_middle: np.ndarray
    table_spread: np.ndarray
    taught: np.ndarray

    def reaching(self, log_g: float) -> np.ndarray:
        """Return the chance of a waste of each kind to reach a threshold (log10 of ppm), shape (kinds,)."""
        of_table = ndtr((self.table_middle - log_g) / self.table_spread)
        return np.clip(
            self._either(of_table, lambda weight: weight @ ndtr((self.level - log_g) / self.spread)), 0.0, 1.0
        )

    def reaching_ends(self, log_g: float) -> np.ndarray:
        """Return 5 and 95 % of what that chance may be, level and spread being what they may be, shape (2, kinds)."""
        above = ndtr((self.level - log_g) / self.spread)
        order = np.argsort(above, kind="stable")
        sums = np.cumsum(self.weight[:, order], axis=1)
        return np.array([[above[order][np.searchsorted(row, q)] for row in sums] for q in (0.05, 0.95)])

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and variance of the grade of a waste of each kind, shape (kinds,)."""
        mean = self._either(self.table_middle, lambda weight: weight @ self.level)
        square = self._either(
            self.table_middle**2 + self.table_spread**2, lambda weight: weight @ (self.level**2 + self.spread**2)
        )
        return mean, np.maximum(square - mean**2, LEAST_SPREAD**2 / 4)

    def quantiles(self, parts: np.ndarray) -> np.ndarray:
        """Return the quantiles of mixtures of the kinds at the chances of `GRADE_SCORES`.

        Parameters
        ----------
        parts : ndarray of float, shape (n, kinds)
            Share of every kind, adding up to 1.

        Returns
        -------
        ndarray of float, shape (n, 129)
            Rising along each row; from the distribution function on a grid of `GRID` steps, read between its points.
        """
        mixtures, which = np.unique(parts, axis=0, return_inverse=True)
        ends = GRADE_SCORES[[0, -1]]
        mean, variance = self.moments()
        middle = np.concatenate([self.table_middle, mean])
        spread = np.concatenate([self.table_spread, np.sqrt(variance)])
        grid = np.linspace((middle + ends[0] * spread).min(), (middle + ends[1] * spread).max(), GRID)
        of_table = ndtr((grid - self.table_middle[:, None]) / self.table_spread[:, None])
        reached = of_table
        if self.taught.any():
            of_pairs = ndtr((grid - self.level[:, None]) / self.spread[:, None])
            reached = self._either(of_table, lambda weight: weight @ of_pairs)
            reached = np.maximum.accumulate(np.clip(reached, 0.0, 1.0), axis=1)
        wanted = ndtr(GRADE_SCORES)
        quantiles = np.array([np.interp(wanted, row @ reached, grid) for row in mixtures])
        return quantiles.reshape(len(mixtures), len(wanted))[which.ravel()]

    def _either(self, of_table: np.ndarray, of_pairs: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """Return what the pairs say, and of what the table says otherwise than the pairs before any waste the part not faded."""
        left = (1.0 - self.taught).reshape(-1, *[1] * (of_table.ndim - 1))
        mixed: np.ndarray = of_pairs(self.weight) + left * (of_table - of_pairs(self.prior))
        return mixed


class KindsLearner:
    r"""Learns the grades of kinds of waste from measured ones of which the kind is known with some chance.

    The grades of a kind are normal in log10 ppm with unknown mean :math:`\mu` and variance :math:`\sigma^2`, the prior being
    conjugate, :math:`\mu \sim N(m, \sigma^2/\kappa)` and :math:`\sigma^2` scaled inverse chi-squared (Gelman et al. 2013,
    *Bayesian Data Analysis*, 3.3), scaled so that level and spread together are as wide as the table before any is measured.
    Each measured waste counts with its own error, one below its limits by the chance to lie there, and with its chance to be of
    the kind; so that the posterior is taken on a grid of :math:`(\mu, \sigma)`.
    """

    def __init__(self, kinds: Sequence[Grades], wastes: MeasuredWastes) -> None:
        self.middle = np.log10([kind.median_ppm for kind in kinds])
        self.sd = np.log10([kind.gsd for kind in kinds])
        ends = [*(self.middle - 4 * self.sd), *(self.middle + 4 * self.sd), *wastes.y]
        steps = min(int((max(ends) - min(ends)) / LEVEL_STEP) + 2, MOST_LEVELS)
        levels = np.linspace(min(ends), max(ends), steps)
        spreads = np.geomspace(LEAST_SPREAD, MOST_SPREAD, SPREADS)
        self.level, self.spread = (axis.ravel() for axis in np.meshgrid(levels, spreads))
        counts = np.clip([kind.n for kind in kinds], 1.0, MOST_PRIOR_WASTES)
        usual = np.maximum(self.sd, LEAST_SPREAD) ** 2 * counts / (counts + 1.0)
        square = self.spread**2
        self.log_prior = (
            -0.5 * (SPREAD_WASTES + 1.0) * np.log(square)
            - 0.5 * SPREAD_WASTES * usual[:, None] / square
            - 0.5 * counts[:, None] * (self.level - self.middle[:, None]) ** 2 / square
        )
        total = np.sqrt(square + wastes.error_sd[:, None] ** 2)
        z = (wastes.y[:, None] - self.level) / total
        self.log_likelihood = np.where(wastes.undetected[:, None], log_ndtr(z), -0.5 * z**2 - np.log(total))
        self.likelihood = np.exp(self.log_likelihood - self.log_likelihood.max(axis=1, keepdims=True))

    def learn(self, members: np.ndarray) -> KindGrades:
        """Return what measured wastes teach, given the chance of each to be of each kind, shape (k, kinds)."""
        weight, prior = (
            np.exp(logs - logs.max(axis=1, keepdims=True))
            for logs in (self.log_prior + members.T @ self.log_likelihood, self.log_prior)
        )
        weight, prior = (part / part.sum(axis=1, keepdims=True) for part in (weight, prior))
        taught = np.minimum(members.sum(axis=0) / SPREAD_WASTES, 1.0)
        return KindGrades(self.level, self.spread, weight, prior, self.middle, self.sd, taught)

    def members(self, parts: np.ndarray, grades: KindGrades) -> np.ndarray:
        """Return the chance of each measured waste to be of each kind, by its words and its grade.

        Parameters
        ----------
        parts : ndarray of float, shape (k, kinds)
            By words.
        grades : KindGrades
        """
        likely = parts * (self.likelihood @ grades.weight.T)
        total = likely.sum(axis=1, keepdims=True)
        members: np.ndarray = np.where(total > 0, likely / np.where(total > 0, total, 1.0), parts)
        return members
