"""The steps between raw features and the estimator; they are fitted with it and travel with it."""

# ruff: noqa: N803 - scikit-learn calls the table X
from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from pipeline.learning.labels import evidence_group


class KnownColumns(TransformerMixin, BaseEstimator):
    """Keep, by name, the columns that say something in the training rows.

    A column that is all missing or constant in training is dropped and named in ``dropped_``; the others keep their
    own names, so that no importance is credited to a neighbour. Later tables may hold values in the dropped columns.
    """

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn which columns have at least two different values."""
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        table = X.to_numpy(dtype=float)
        lowest = np.fmin.reduce(table, axis=0, initial=np.inf)
        varied = np.fmax.reduce(table, axis=0, initial=-np.inf) > lowest
        self.kept_ = [str(name) for name in self.feature_names_in_[varied]]
        self.dropped_ = [str(name) for name in self.feature_names_in_[~varied]]
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Return the kept columns as floats, in the order learnt."""
        names = X.columns.tolist()
        if names != self.feature_names_in_.tolist():  # other columns may hold texts
            return X[self.kept_].to_numpy(dtype=float)
        kept = set(self.kept_)
        at = [number for number, name in enumerate(names) if name in kept]
        columns: np.ndarray = X.to_numpy(dtype=float).T[at].T
        return columns

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:  # noqa: ARG002
        """Return the names of the kept columns."""
        return np.array(self.kept_, dtype=object)


class LogRatio(TransformerMixin, BaseEstimator):
    """Take concentrations (columns that end in ``_ppm``) to decimal logarithms about their medians.

    Parameters
    ----------
    names : tuple of str or None
        Names of the columns that arrive; None where they are unknown, then nothing is changed.
    """

    def __init__(self, names: tuple[str, ...] | None = None) -> None:
        self.names = names

    def fit(self, X: np.ndarray, y: Any = None) -> Self:  # noqa: ARG002
        """Learn which columns are concentrations, and their median logarithms."""
        names = self.names or ()
        self.where_ = np.array([index for index, name in enumerate(names) if name.endswith("_ppm")], dtype=int)
        logs = self._logs(X)
        has = np.isfinite(logs).any(axis=0)
        self.medians_ = np.zeros(len(self.where_))
        if has.any():
            self.medians_[has] = np.nanmedian(logs[:, has], axis=0)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return the table with concentrations transformed; a value of 0 or below becomes missing."""
        out = np.array(X, dtype=float)
        if len(self.where_) == 0:
            return out
        out[:, self.where_] = self._logs(X) - self.medians_
        return out

    def _logs(self, X: np.ndarray) -> np.ndarray:
        part = np.asarray(X, dtype=float)[:, self.where_]
        return np.log10(np.where(part > 0, part, np.nan))


SCALED_BETWEEN = (10.0, 90.0)
"""Percent of the values between which a column's scale is measured."""


def fitted_scaler(values: np.ndarray) -> Any:
    """Return scikit-learn's robust scaler with the numbers its own fit would find, all columns at once.

    Parameters
    ----------
    values : ndarray of float, shape (n, p)
        NaN where missing.
    """
    from sklearn.preprocessing import RobustScaler

    scaler = RobustScaler(quantile_range=SCALED_BETWEEN)
    count = (~np.isnan(values)).sum(axis=0)
    if not count.size or not count.all():
        return scaler.fit(values)
    in_order, column = np.sort(values, axis=0), np.arange(values.shape[1])  # missing ones last
    scaler.n_features_in_ = values.shape[1]
    scaler.center_ = (in_order[(count - 1) // 2, column] + in_order[count // 2, column]) / 2.0
    low, high = (_between(in_order, count, percent / 100.0) for percent in SCALED_BETWEEN)
    width = high - low
    scaler.scale_ = np.where(width < 10 * np.finfo(float).eps, 1.0, width)
    return scaler


def _between(in_order: np.ndarray, count: np.ndarray, share: float) -> np.ndarray:
    """Return the values with a share of each column's below them, as `numpy.quantile` draws the line between two."""
    column, at = np.arange(in_order.shape[1]), (count - 1) * share
    before = np.floor(at).astype(int)
    lower, upper = in_order[before, column], in_order[np.minimum(before + 1, count - 1), column]
    part, step = at - before, upper - lower
    return np.where(part >= 0.5, upper - step * (1 - part), lower + step * part)


class FillBounded(TransformerMixin, BaseEstimator):
    """Fill missing values with 0 (the median, after robust scaling) and hold the rest within bounds.

    Parameters
    ----------
    bound : float
        Largest absolute value, in robust standard units; beyond it a value says no more.
    """

    def __init__(self, bound: float = 6.0) -> None:
        self.bound = bound

    def fit(self, X: np.ndarray, y: Any = None) -> Self:  # noqa: ARG002
        """Learn nothing but the number of columns."""
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return a table without missing values."""
        return np.clip(np.nan_to_num(np.asarray(X, dtype=float), nan=0.0), -self.bound, self.bound)


EXPERT_WEIGHT = 4.0
"""Columns that carry published knowledge are shrunk by the square of this less."""


def _weight(group: str, groups: list[str]) -> float:
    return EXPERT_WEIGHT if group == "expert" else float(groups.count(group) ** -0.5)


class GroupWeights(TransformerMixin, BaseEstimator):
    """Divide every column by the root of the number of columns in its kind of evidence.

    Under a ridge penalty each kind then starts with the same say, however many columns it comes in: fifteen deposit groups
    do not drown one raster. Columns that carry published knowledge (``type_affinity``, ``pathfinder_z``) weigh more. Trees
    are not affected.

    Parameters
    ----------
    names : tuple of str or None
        Names of the columns that arrive; None: all weights are 1.
    """

    def __init__(self, names: tuple[str, ...] | None = None) -> None:
        self.names = names

    def fit(self, X: np.ndarray, y: Any = None) -> Self:  # noqa: ARG002
        """Count the columns of each kind."""
        groups = [evidence_group(name) for name in self.names] if self.names else []
        self.weights_ = np.array([_weight(group, groups) for group in groups]) if groups else np.ones(X.shape[1])
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return the weighted table."""
        return np.asarray(X, dtype=float) * self.weights_
