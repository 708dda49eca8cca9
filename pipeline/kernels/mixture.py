"""Quantiles of a mixture of two normal beliefs, for many sites at once."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

_HALVINGS = 60


def mixture_quantiles(
    means: np.ndarray, sds: np.ndarray, weights: np.ndarray, probabilities: tuple[float, ...]
) -> np.ndarray:
    r"""Return the quantiles of :math:`w N(\mu_1, \sigma_1^2) + (1 - w) N(\mu_2, \sigma_2^2)`.

    They are found by halving an interval that holds them.

    Parameters
    ----------
    means : ndarray of float, shape (n, 2)
        NaN gives NaN.
    sds, weights : ndarray of float, shape (2,) or (n, 2)
        Of the two parts; the weights sum to 1.
    probabilities : tuple of float
        Each between 0 and 1.

    Returns
    -------
    ndarray of float, shape (len(probabilities), n)
        Exact to the last digits: each halving doubles the accuracy.
    """
    quantiles = np.empty((len(probabilities), len(means)))
    for row, probability in enumerate(probabilities):
        low = (means - 9.0 * sds).min(axis=1)
        high = (means + 9.0 * sds).max(axis=1)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2.0
            below = (weights * ndtr((middle[:, None] - means) / sds)).sum(axis=1) < probability
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        quantiles[row] = (low + high) / 2.0
    return quantiles
