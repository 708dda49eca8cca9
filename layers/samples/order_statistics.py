"""Results below limits by their ranks: plotting positions, regression on order statistics, normal scores.

All three take a sample with any number of limits and need no value put in the place of a limit.

References
----------
Helsel & Cohn (1988), Estimation of descriptive statistics for multiply censored water quality data, Water Resources Research
24(12), 1997-2004. Lee & Helsel (2005), Statistical analysis of water-quality data containing multiple detection limits,
Computers & Geosciences 31, 1241-1248.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PlottingPositions:
    """Where each result stands in the distribution, as a probability of a lower one.

    Parameters
    ----------
    detected : ndarray of shape (n,)
        Of detected results, in the order given.
    limits : ndarray of shape (m,)
        The different limits, ascending.
    below : ndarray of shape (m,)
        Probability of a result below each limit.
    censored : sequence of ndarray
        Per limit the positions of the results below it.
    """

    detected: FloatArray
    limits: FloatArray
    below: FloatArray
    censored: tuple[FloatArray, ...]


@dataclass(frozen=True)
class Line:
    """A lognormal distribution fitted to the detected results: ``log x = intercept + slope * normal quantile``.

    Parameters
    ----------
    intercept, slope : float
        Natural logarithm; the median is ``exp(intercept)``.
    positions : PlottingPositions
        Of the results it was fitted to.
    """

    intercept: float
    slope: float
    positions: PlottingPositions

    def imputed(self) -> FloatArray:
        """Return one value per censored result, by limit ascending, for summaries of the sample as a whole."""
        return np.concatenate(
            [np.empty(0), *(self._values(censored_value) for censored_value in self.positions.censored)]
        )

    def of_limit(self) -> FloatArray:
        """Return per limit the geometric mean of the values imputed below it.

        Results below one limit cannot be told apart, so each counts as the same: which of them gets which of the imputed
        values would hang on the order of rows.
        """
        return np.array(
            [np.exp(np.log(self._values(censored_value)).mean()) for censored_value in self.positions.censored]
        )

    def _values(self, position: FloatArray) -> FloatArray:
        values: FloatArray = np.exp(self.intercept + self.slope * ndtri(position))
        return values


def plotting_positions(detected: FloatArray, limit: FloatArray) -> PlottingPositions:
    """Return the plotting positions of Helsel & Cohn (1988) for a sample with one or several limits.

    Parameters
    ----------
    detected : ndarray of shape (n,)
        Detected results.
    limit : ndarray of shape (k,)
        Limit of each result below one.

    Returns
    -------
    PlottingPositions
    """
    limits, counts = np.unique(limit, return_counts=True)
    order = np.argsort(detected, kind="stable")
    first = np.searchsorted(detected[order], limits, side="left")  # detected results below each limit
    between = np.diff(np.append(first, len(detected)))
    under = first + np.cumsum(counts)
    above = np.zeros(len(limits) + 1)  # probability of a result at or above each limit
    for index in range(len(limits) - 1, -1, -1):
        here = between[index] / (between[index] + under[index])
        above[index] = above[index + 1] + here * (1.0 - above[index + 1])
    edges = np.concatenate([[0.0], 1.0 - above])
    starts = np.concatenate([[0], first])
    sizes = np.diff(np.append(starts, len(detected)))
    cohort = np.repeat(np.arange(len(sizes)), sizes)
    rank = np.arange(len(detected)) - starts[cohort] + 1.0
    positions = np.empty(len(detected))
    positions[order] = edges[cohort] + (edges[cohort + 1] - edges[cohort]) * rank / (sizes[cohort] + 1.0)
    censored = tuple(
        low * np.arange(1, count + 1) / (count + 1.0) for low, count in zip(edges[1:-1], counts, strict=True)
    )
    return PlottingPositions(positions, limits, edges[1:-1], censored)


def fit_line(detected: FloatArray, limit: FloatArray) -> Line:
    """Fit a lognormal distribution by regression of the logarithms of detected results on their normal quantiles.

    Parameters
    ----------
    detected : ndarray of shape (n,)
        Detected results, positive, at least two of them different.
    limit : ndarray of shape (k,)
        Limit of each result below one.

    Returns
    -------
    Line
        Its imputed values serve with the detected results for mean, deviation and quantiles (robust ROS).
    """
    positions = plotting_positions(detected, limit)
    quantile, logs = ndtri(positions.detected), np.log(detected)
    apart = quantile - quantile.mean()
    slope = float((apart * logs).sum() / (apart * apart).sum())
    return Line(float(logs.mean() - slope * quantile.mean()), slope, positions)


def normal_scores(detected: FloatArray, limit: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the normal quantile of each result's rank, and for a result below a limit the mean of those below it.

    With all results below one limit but a few, this tells little more than detected from not detected, which is all there is.

    Parameters
    ----------
    detected : ndarray of shape (n,)
        Detected results; equal ones share their score.
    limit : ndarray of shape (k,)
        Limit of each result below one.

    Returns
    -------
    detected, censored : ndarray
        In the order given.
    """
    positions = plotting_positions(detected, limit)
    quantile = ndtri(positions.detected)
    values, which, times = np.unique(detected, return_inverse=True, return_counts=True)
    shared = np.bincount(which, quantile, minlength=len(values)) / times
    edge = ndtri(positions.below)
    with np.errstate(invalid="ignore"):
        density = np.exp(-0.5 * edge * edge) / np.sqrt(2.0 * np.pi)
    mean_below = np.where(positions.below > 0, -density / np.maximum(positions.below, np.finfo(float).tiny), np.nan)
    return shared[which], mean_below[np.searchsorted(positions.limits, limit)]
