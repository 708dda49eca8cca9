r"""What measurements say of the bend of a law: where predictions run high or low, they are moved by as much as is certain.

A straight law of log grade foretells too much at its rich end where grades level off there. The residuals of the measured about
what all others let expect of them, as a function of that expectation, are read as a smooth function with the prior of a Gaussian
process of mean 0 and no effect where nothing is learned:

.. math:: f(m) = k(m, M)\,(K(M, M) + \mathrm{diag}(v))^{-1}\,(y - M)

References
----------
Rasmussen & Williams (2006), *Gaussian Processes for Machine Learning*, section 2.2. Kennedy & O'Hagan (2001), *Journal of the
Royal Statistical Society B* 63 (the discrepancy of a model as a Gaussian process).
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_factor, cho_solve

BEND_SD = 0.15
"""Usual size of the bend, log10: a factor of 1.4."""
BEND_LENGTH = 0.4
"""Distance in expected log10 grade over which it changes."""
KNOTS = 60
"""Classes of the expectation into which the measured are gathered, so that many cost no more than some."""


def bend(expected: np.ndarray, observed: np.ndarray, variance: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return by how much predictions are to be moved.

    Parameters
    ----------
    expected, observed : ndarray of float, shape (n,)
        What all others let expect of each measured value, its own left out, and the value; log10.
    variance : ndarray of float, shape (n,)
        Of the difference of both.
    wanted : ndarray of float, shape (m,)
        Predictions, log10.

    Returns
    -------
    ndarray of float, shape (m,)
        Added to a prediction; near 0 far from all that was measured.
    """
    if len(expected) == 0:
        return np.zeros(len(wanted))
    edges = np.unique(np.quantile(expected, np.linspace(0.0, 1.0, KNOTS + 1)))
    group = np.clip(np.searchsorted(edges, expected, side="right") - 1, 0, max(0, len(edges) - 2))
    weight = 1.0 / variance
    total = np.bincount(group, weight)
    there = total > 0
    middle, residual = (
        np.bincount(group, weight * value)[there] / total[there] for value in (expected, observed - expected)
    )

    def alike(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return BEND_SD**2 * np.exp(-0.5 * ((first[:, None] - second[None, :]) / BEND_LENGTH) ** 2)

    known = cho_factor(alike(middle, middle) + np.diag(1.0 / total[there]))
    moved: np.ndarray = alike(wanted, middle) @ cho_solve(known, residual)
    return moved
