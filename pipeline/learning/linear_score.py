"""The last step of a model that is one weighted sum, in the form the bags have."""

# ruff: noqa: N803, N806 - scikit-learn calls the table X
from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from pipeline.learning.weights_of_evidence import fit_patterns


class LinearScore(BaseEstimator):
    """A weighted sum of prepared columns; it answers what `BlockBaggedRanker` answers, as one bag that nothing was kept from.

    Parameters
    ----------
    coef : ndarray of float, shape (p,), optional
        Weights; default 1 for every column.
    intercept : float
        Added to the sum.
    """

    def __init__(self, coef: np.ndarray | None = None, intercept: float = 0.0) -> None:
        self.coef = coef
        self.intercept = intercept

    def fit(self, X: np.ndarray, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Remember the mean of every column: contributions are told against it."""
        self.coef_ = np.ones(X.shape[1]) if self.coef is None else np.asarray(self.coef, dtype=float)
        self.centre_ = np.asarray(X, dtype=float).mean(axis=0)
        self.n_features_in_ = X.shape[1]
        return self

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        """Return the sum, shape (n,)."""
        total: np.ndarray = np.asarray(X, dtype=float) @ self.coef_ + self.intercept
        return total

    def bag_scores(self, X: np.ndarray) -> np.ndarray:
        """Return the sum as a table of one bag, shape (n, 1)."""
        return self.decision_function(X)[:, None]

    def unseen(self, blocks: np.ndarray) -> np.ndarray:
        """Return that the one bag scores every site, shape (n, 1)."""
        return np.ones((len(blocks), 1), dtype=bool)

    def contributions(self, X: np.ndarray, mask: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:  # noqa: ARG002
        """Split the sum into its value at the mean of all columns and one summand per column, exactly."""
        parts = (np.asarray(X, dtype=float) - self.centre_) * self.coef_
        return np.full(len(parts), self.intercept + float(self.centre_ @ self.coef_)), parts


class EvidenceWeights(TransformerMixin, BaseEstimator):
    """Replace every column by its weight of evidence: W+ at or above the cut, W- below, 0 where missing or not believed."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> Self:
        """Learn cuts and weights from training rows and their classes (1 positive)."""
        X = np.asarray(X, dtype=float)
        self.cuts_ = np.full(X.shape[1], np.nan)
        self.w_plus_, self.w_minus_ = np.zeros(X.shape[1]), np.zeros(X.shape[1])
        for pattern in fit_patterns(X, np.asarray(y) == 1):
            if pattern.used:
                self.cuts_[pattern.column] = pattern.cut
                self.w_plus_[pattern.column] = pattern.weights.w_plus
                self.w_minus_[pattern.column] = pattern.weights.w_minus
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return the weights, shape (n, p)."""
        X = np.asarray(X, dtype=float)
        weight = np.where(self.cuts_ <= X, self.w_plus_, self.w_minus_)
        return np.where(np.isfinite(X) & np.isfinite(self.cuts_), weight, 0.0)
