r"""The regression of `linear_field` where some measurements say no more than that a value lies below a limit.

A limit enters by its own likelihood :math:`\Phi((L - \theta)/\sqrt{v})`, never as a number: each is replaced by the normal that
moves what all others let expect of its site as that likelihood does (expectation propagation). A limit far above what is
expected tells nothing and is given next to no weight; one far below it pulls as an assay would.

References
----------
Rasmussen & Williams (2006), *Gaussian Processes for Machine Learning*, sections 3.6 and 5.5 (the moments are those of the probit
likelihood). Tobin (1958), *Econometrica* 26 (regression with limits).
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr

from pipeline.kernels.linear_field import LinearField, fit_field, predict_field, with_values

FITS, ROUNDS = 3, 3
"""Times the variances are learned, and times the normals are made anew from what the others let expect between two of them; both
change little after the second."""

LARGEST_VARIANCE = 100.0
"""Of a limit that tells nothing, squared log10: ten decades."""


def limit_as_observation(
    limit: np.ndarray, error_variance: np.ndarray, mean: np.ndarray, variance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return value and variance of the measurement that says of each site what its limit says.

    Parameters
    ----------
    limit : ndarray of float, shape (n,)
        What was measured lies below it.
    error_variance : ndarray of float, shape (n,)
        Of a measurement about the true value.
    mean, variance : ndarray of float, shape (n,)
        Of the true value by all other knowledge.
    """
    total = error_variance + variance
    z = (limit - mean) / np.sqrt(total)
    ratio = np.exp(-0.5 * z**2 - 0.5 * np.log(2.0 * np.pi) - log_ndtr(z))
    curvature = ratio * (z + ratio) / total  # minus the second derivative of the log-likelihood, always positive
    own = np.minimum(1.0 / np.maximum(curvature, 1e-12) - variance, LARGEST_VARIANCE)
    own = np.maximum(own, 1e-6)
    return mean - ratio / np.sqrt(total) * (variance + own), own


def fit_with_limits(
    table: np.ndarray,
    value: np.ndarray,
    own_variance: np.ndarray,
    below: np.ndarray,
    x_km: np.ndarray,
    y_km: np.ndarray,
) -> LinearField:
    """Fit trend, field and scatter as `fit_field` does, limits by their likelihood.

    Parameters
    ----------
    table, own_variance, x_km, y_km
        As for `fit_field`.
    value : ndarray of float, shape (m,)
        What was measured, or the limit it lies below.
    below : ndarray of bool, shape (m,)
        Where it is a limit.

    Returns
    -------
    LinearField
        Its ``value`` and ``own_variance`` are those of `limit_as_observation` where there was a limit.
    """
    if not below.any():
        return fit_field(table, value, own_variance, x_km, y_km)
    seen, error = value.astype(float).copy(), own_variance.astype(float).copy()
    seen[below] -= 1.0  # at first anywhere within two decades below the limit
    error[below] += 0.4
    own = np.arange(len(value))
    for _ in range(FITS - 1):
        fitted = fit_field(table, seen, error, x_km, y_km)
        for _ in range(ROUNDS):
            mean, variance, _ = predict_field(fitted, table, x_km, y_km, own, leave_own_out=True)
            seen[below], error[below] = limit_as_observation(
                value[below], own_variance[below], mean[below], variance[below]
            )
            fitted = with_values(fitted, seen.copy(), error.copy())
    return fit_field(table, seen, error, x_km, y_km)
