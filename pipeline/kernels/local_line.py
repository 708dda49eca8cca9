"""A line whose usual course is known, moved by what was measured in one region."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_ROUNDS = 30
"""Of line and spread in turn; they settle within ten."""


@dataclass(frozen=True)
class LocalLine:
    """How measured values go with a prediction here.

    Parameters
    ----------
    centre : float
        Of the predictions that were met by measurements.
    shift, slope : float
        Measured less predicted at the centre, and its change per unit of the prediction.
    covariance : ndarray of float, shape (2, 2)
        Of the two.
    variance : float
        Of measurements about the line.
    """

    centre: float
    shift: float
    slope: float
    covariance: np.ndarray
    variance: float

    def predict(self, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and standard deviation of the true values behind predictions, both of shape (n,)."""
        design = np.column_stack([np.ones(len(predicted)), predicted - self.centre])
        mean = predicted + design @ np.array([self.shift, self.slope])
        return mean, np.sqrt(self.variance + np.einsum("ij,jk,ik->i", design, self.covariance, design))


def fit_local_line(
    predicted: np.ndarray,
    measured: np.ndarray,
    usual_variance: float,
    usual_count: float,
    shift_sd: float,
    slope_sd: float,
) -> LocalLine:
    """Fit a line to pairs, with normal beliefs that there is no shift and no change of slope.

    Line and variance are settled in turn: the line given the variance, the variance as the mean of the usual one, which counts
    for ``usual_count`` pairs, and of the squares about the line with what the line itself leaves open.

    Parameters
    ----------
    predicted, measured : ndarray of float, shape (n,)
        In one unit, such as log10 of tonnes.
    usual_variance, usual_count : float
        Squared spread of measurements about predictions elsewhere, and for how many pairs it counts.
    shift_sd, slope_sd : float
        Spread of the two beliefs.

    References
    ----------
    Gelman et al. (2013), *Bayesian Data Analysis*, section 14.8 (regression with a prior).
    """
    centre = float(predicted.mean())
    design = np.column_stack([np.ones(len(predicted)), predicted - centre])
    excess = measured - predicted
    prior = np.diag([shift_sd**-2, slope_sd**-2])
    variance = usual_variance
    for _ in range(_ROUNDS):
        covariance = np.linalg.inv(prior + design.T @ design / variance)
        coef = covariance @ (design.T @ excess) / variance
        open_part = float(np.einsum("ij,jk,ik->", design, covariance, design))
        squares = float(((excess - design @ coef) ** 2).sum()) + open_part
        variance = (usual_count * usual_variance + squares) / (usual_count + len(excess))
    return LocalLine(centre, float(coef[0]), float(coef[1]), covariance, variance)
