"""The marginal likelihood of a regression with a field in space, and its slopes.

References
----------
Rasmussen & Williams (2006), *Gaussian Processes for Machine Learning*, sections 2.7 and 5.4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.blas import dsymm
from scipy.linalg.lapack import dpotrf, dpotri, dpotrs

INTERCEPT_VARIANCE = 25.0
"""Of the intercept, squared units of the value: for decimal logarithms of ppm as good as unknown."""

NOT_DEFINITE = "the covariance of a field is not positive definite"

BAND = 64
"""Rows of a covariance computed together."""


@dataclass(frozen=True)
class Spread:
    """Where the variance of a value comes from.

    Parameters
    ----------
    slope : float
        Variance of every coefficient (one per prepared column).
    sill : float
        Variance of the field; 0 where none was learned.
    range_km : float
        Distance at which its correlation has fallen to 1/e.
    nugget : float
        Variance of what is every site's own.
    """

    slope: float
    sill: float
    range_km: float
    nugget: float


@dataclass(frozen=True)
class Block:
    """What one block of the covariance came to, for the slopes.

    Parameters
    ----------
    inverse : ndarray of float, shape (m, m), or (m,)
        Of its covariance about the trend: the upper triangle beside zeros, or the diagonal without a field.
    alike : ndarray of float, shape (m, m), or None
        Covariance of the field: the upper triangle, beside it some of the lower one and zeros.
    solved : ndarray of float, shape (m, p + 2)
        The inverse times the design and the value.
    """

    inverse: np.ndarray
    alike: np.ndarray | None
    solved: np.ndarray


@dataclass(frozen=True)
class Marginal:
    """Log-likelihood with the coefficients integrated out, their mean and covariance, and what it took by block."""

    log_likelihood: float
    coef: np.ndarray
    coef_covariance: np.ndarray
    blocks: list[Block]


def marginal(
    spread: Spread,
    design: np.ndarray,
    value: np.ndarray,
    own_variance: np.ndarray,
    blocks: list[np.ndarray],
    distance: list[np.ndarray],
) -> Marginal:
    """Return the likelihood of a field with its trend's coefficients integrated out.

    Parameters
    ----------
    spread : Spread
        Where the variance comes from.
    design : ndarray of float, shape (m, p + 1)
        Measured rows, with a column of ones last.
    value, own_variance : ndarray of float, shape (m,)
        What was measured, and its error variance.
    blocks : list of ndarray of int
        Rows whose field is taken as one; between blocks it is forgotten.
    distance : list of ndarray of float, each of shape (b, b)
        Kilometres between the rows of each block.

    Returns
    -------
    Marginal

    Raises
    ------
    numpy.linalg.LinAlgError
        If a covariance is not positive definite.
    """
    parts, sums = [], _Sums(spread, design.shape[1])
    for rows, apart in zip(blocks, distance, strict=True):
        noise = spread.nugget + own_variance[rows] + 1e-9
        whole = np.column_stack([design[rows], value[rows]])
        if spread.sill > 0:
            alike = _alike(apart, spread)
            inverse, determinant = _inverse(alike, noise)
            part = Block(inverse, alike, dsymm(1.0, inverse.T, whole, lower=1))
        else:
            part, determinant = Block(1.0 / noise, None, whole / noise[:, None]), float(np.log(noise).sum())
        parts.append(part)
        sums.add(design[rows], value[rows], part.solved, determinant)
    likelihood, coef, covariance = sums.integrated()
    return Marginal(likelihood, coef, covariance, parts)


def log_likelihood(
    spread: Spread,
    design: np.ndarray,
    value: np.ndarray,
    own_variance: np.ndarray,
    blocks: list[np.ndarray],
    distance: list[np.ndarray],
) -> float:
    """Return the log-likelihood of `marginal` alone, of a spread with a field: a third of the operations, for no slope is asked.

    Parameters
    ----------
    spread, design, value, own_variance, blocks, distance
        As for `marginal`.
    """
    sums = _Sums(spread, design.shape[1])
    for rows, apart in zip(blocks, distance, strict=True):
        whole = np.column_stack([design[rows], value[rows]])
        lower, determinant = _factor(_alike(apart, spread), spread.nugget + own_variance[rows] + 1e-9)
        sums.add(design[rows], value[rows], dpotrs(lower, whole, lower=1)[0], determinant)
    return sums.integrated()[0]


class _Sums:
    """What blocks add to the likelihood: by the coefficients' normal equations, and by squares and determinants."""

    def __init__(self, spread: Spread, width: int) -> None:
        prior = np.append(np.full(width - 1, spread.slope), INTERCEPT_VARIANCE)
        self.normal, self.moment = np.diag(1.0 / prior), np.zeros(width)
        self.squares, self.log_determinant, self.count = 0.0, float(np.log(prior).sum()), 0

    def add(self, design: np.ndarray, value: np.ndarray, solved: np.ndarray, determinant: float) -> None:
        """Add a block: its design and value, both divided by its covariance, and the covariance's log-determinant."""
        self.log_determinant += determinant
        self.normal += design.T @ solved[:, :-1]
        self.moment += design.T @ solved[:, -1]
        self.squares += float(value @ solved[:, -1])
        self.count += len(value)

    def integrated(self) -> tuple[float, np.ndarray, np.ndarray]:
        """Return the log-likelihood, and mean and covariance of the coefficients."""
        factor = cho_factor(self.normal, lower=True, check_finite=False)
        coef = cho_solve(factor, self.moment, check_finite=False)
        log_determinant = self.log_determinant + 2.0 * float(np.log(np.diag(factor[0])).sum())
        rest = self.squares - float(self.moment @ coef) + log_determinant + self.count * np.log(2.0 * np.pi)
        return -0.5 * rest, coef, cho_solve(factor, np.eye(len(coef)), check_finite=False)


def _alike(apart: np.ndarray, spread: Spread) -> np.ndarray:
    """Return the upper triangle of the field's covariance, a band of rows after the other; all bands begin at the diagonal."""
    alike = np.zeros_like(apart)
    for start in range(0, len(apart), BAND):
        band = alike[start : start + BAND, start:]
        np.multiply(apart[start : start + BAND, start:], -1.0 / spread.range_km, out=band)
        np.exp(band, out=band)
        band *= spread.sill
    return alike


def _inverse(alike: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the upper triangle of the inverse of a covariance, from its Cholesky factor, and the covariance's log-determinant.

    LAPACK's ``potri`` takes a third of the operations of solving for every column of the identity.
    """
    lower, determinant = _factor(alike.copy(), noise)
    inverse, singular = dpotri(lower, lower=1, overwrite_c=1)
    if singular:
        raise np.linalg.LinAlgError(NOT_DEFINITE)
    return inverse.T, determinant


def _factor(alike: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the lower Cholesky factor of a covariance told by its upper triangle, in its place, and the log-determinant."""
    alike[np.diag_indices(len(noise))] += noise
    lower, failed = dpotrf(alike.T, lower=1, clean=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError(NOT_DEFINITE)
    return lower, 2.0 * float(np.log(np.diag(lower)).sum())


def slopes(fit: Marginal, spread: Spread, distance: list[np.ndarray]) -> np.ndarray:
    r"""Return the derivatives of the log-likelihood by the logarithms of slope, nugget, sill and range.

    With :math:`K = X P X^T + C` and :math:`\alpha = K^{-1} y`, that by a number :math:`\theta` of :math:`C` is
    :math:`\tfrac12 (\alpha^T C' \alpha - tr(K^{-1} C'))` (Rasmussen & Williams 2006, equation 5.9), and
    :math:`K^{-1} = C^{-1} - C^{-1} X S X^T C^{-1}` with the coefficients' covariance :math:`S`.

    Parameters
    ----------
    fit : Marginal
        At this spread.
    spread : Spread
        Where the variance comes from.
    distance : list of ndarray of float, each of shape (b, b)
        Kilometres between the rows of each block.

    Returns
    -------
    ndarray of float, shape (4,)
    """
    trend = len(fit.coef) - 1
    squared = float((fit.coef[:-1] ** 2).sum() + np.diag(fit.coef_covariance)[:-1].sum())
    by_logarithm = np.array([0.5 * (squared / spread.slope - trend), 0.0, 0.0, 0.0])
    for apart, part in zip(distance, fit.blocks, strict=True):
        across = part.solved[:, :-1]
        alpha = part.solved[:, -1] - across @ fit.coef
        left, right = np.column_stack([alpha, across @ fit.coef_covariance]), np.column_stack([alpha, across])
        if part.alike is not None:
            by_logarithm[2] += 0.5 * _contracted(part, part.alike, left, right)
            by_logarithm[3] += 0.5 * _contracted(part, part.alike * apart, left, right) / spread.range_km
            inverse = np.diag(part.inverse)
        else:
            inverse = part.inverse
        by_logarithm[1] += 0.5 * spread.nugget * float((left * right).sum() - inverse.sum())
    return by_logarithm


def _contracted(part: Block, change: np.ndarray, left: np.ndarray, right: np.ndarray) -> float:
    """Return the sum over all pairs of ``left @ right.T`` less the inverse, times a change told by its upper triangle."""
    of_inverse = 2.0 * float(np.vdot(part.inverse, change)) - float(np.diag(part.inverse) @ np.diag(change))
    return float((left * dsymm(1.0, change.T, right, lower=1)).sum()) - of_inverse
