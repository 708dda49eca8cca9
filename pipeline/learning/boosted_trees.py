"""Histogram boosting of shallow trees whose log-odds split exactly among the features."""

# ruff: noqa: N803 - scikit-learn calls the table X
from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator

N_TREES = 40
"""Rounds of boosting; with 0.1 shrinkage on tens of sites more only learn the noise."""
SHRINKAGE = 0.1
"""Learning rate."""


class BoostedTrees(BaseEstimator):
    """Grow scikit-learn's histogram-boosted trees and keep their nodes as plain arrays.

    Arrays can be stored without pickle, and every step down a tree can be credited to the feature it asks for.

    Parameters
    ----------
    min_leaf : int
        Fewest training sites in a leaf.
    random_state : int
        Seed.

    References
    ----------
    Ke et al. (2017), LightGBM, *Advances in Neural Information Processing Systems* 30. Saabas (2014) for the credit along
    paths.
    """

    def __init__(self, min_leaf: int = 3, random_state: int = 7) -> None:
        self.min_leaf = min_leaf
        self.random_state = random_state

    def fit(self, X: np.ndarray, y: np.ndarray) -> Self:
        """Fit to a table without missing values, shape (n, p), and classes 0 and 1, shape (n,)."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        grown = HistGradientBoostingClassifier(
            max_iter=N_TREES,
            learning_rate=SHRINKAGE,
            max_leaf_nodes=4,
            min_samples_leaf=self.min_leaf,
            l2_regularization=1.0,
            class_weight="balanced",
            early_stopping=False,
            random_state=self.random_state,
        ).fit(X, y)
        nodes, roots = [], [0]
        for (tree,) in grown._predictors:
            part = tree.nodes.copy()
            for side in ("left", "right"):
                part[side] = np.where(part["is_leaf"] == 1, 0, part[side] + roots[-1])
            nodes.append(part)
            roots.append(roots[-1] + len(part))
        table = np.concatenate(nodes)
        self.roots_ = np.array(roots[:-1])
        self.leaf_ = table["is_leaf"] == 1
        self.feature_ = table["feature_idx"].astype(int)
        self.threshold_ = table["num_threshold"].copy()
        self.value_ = table["value"] * np.where(self.leaf_, 1.0, SHRINKAGE)
        self.left_, self.right_ = table["left"].astype(int), table["right"].astype(int)
        self.value_[self.roots_] = 0.0
        self.intercept_ = float(np.ravel(grown._baseline_prediction)[0])
        return self

    def contributions(self, X: np.ndarray) -> np.ndarray:
        """Return one summand of the log-odds per feature, shape (n, p); with ``intercept_`` they add up to the log-odds."""
        parts = np.zeros(X.shape)
        for root in self.roots_:
            active = np.arange(len(X))
            node = np.full(len(X), root)
            while len(active):
                here = node[active]
                asked = self.feature_[here]
                below = np.where(X[active, asked] <= self.threshold_[here], self.left_[here], self.right_[here])
                parts[active, asked] += self.value_[below] - self.value_[here]
                node[active] = below
                active = active[~self.leaf_[below]]
        return parts

    def decision_function(self, X: np.ndarray) -> Any:
        """Return the log-odds, shape (n,)."""
        return self.intercept_ + self.contributions(X).sum(axis=1)
