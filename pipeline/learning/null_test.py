"""Test whether label fields that know nothing of the features, but cluster as the true ones do, are told as well."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import rankdata

from layers.validation import Null
from pipeline.kernels.spatial_nulls import best_share, fitted_field, monte_carlo_p, shifted_values
from pipeline.learning.candidates import Task, prepare
from pipeline.learning.folds import Folds

LEAST_DRAWS = 99
"""Draws of each null that are always made: without them no skill can be claimed."""

LEAST_ROWS = 4
"""Training rows below which nothing is fitted."""

PENALTY = 3.0
"""Of the ridge regression whose AUC is compared; as the bagged regressions have."""


@dataclass(frozen=True)
class Projection:
    """One fit of a ridge regression: from the values of the training rows to the scores of the test rows.

    Parameters
    ----------
    train, test : ndarray of int
        Rows among the judged.
    matrix : ndarray of float, shape (len(test), len(train))
        Scores are ``matrix @ (values - their mean)``.
    parts : tuple of ndarray of bool, shape (len(test),)
        Test rows of the one fold, or of either of two; in a pair of folds only pairs across them are compared.
    """

    train: np.ndarray
    test: np.ndarray
    matrix: np.ndarray
    parts: tuple[np.ndarray, ...]


def spatial_null(
    task: Task, folds: Folds, draws: int, fixed: np.ndarray | None = None, name: str = "ridge"
) -> tuple[Null, list[float]]:
    """Compare the leave-pair-out AUC of a simple method with what label fields unrelated to the features give.

    Parameters
    ----------
    task : Task
        With places; labels or concentrations are replaced, features stay.
    folds : Folds
        Of the test.
    draws : int
        Fields of each kind; at least `LEAST_DRAWS` are made.
    fixed : ndarray of float, shape (n,), optional
        A score fitted to nothing, to be tested itself; else a ridge regression on the prepared features stands for every method
        that learns, since its fits on all fields are one product of matrices.
    name : str
        What is tested.

    Returns
    -------
    Null
        ``p_value`` is the larger of the two nulls' p-values.
    values : list of float
        The AUC of all draws.
    """
    rows = np.flatnonzero(task.judged)
    positive = task.positive[rows]
    if task.x_km is None or task.y_km is None or positive.all() or not positive.any():
        return Null(), []
    x, y = task.x_km[rows], task.y_km[rows]
    grade = None if task.grade is None else task.grade[rows]
    measured = grade is not None and bool(np.isfinite(grade).all())
    truth = grade if measured and grade is not None else positive.astype(float)
    parts = _projections(task, folds, rows) if fixed is None else []
    fixed_rows = None if fixed is None else fixed[rows]
    observed = float(_aucs(parts, truth[:, None], positive[:, None], fixed_rows)[0])
    if not np.isfinite(observed):
        return Null(), []
    count, seed = max(draws, LEAST_DRAWS), task.random_state
    moved = shifted_values(x, y, truth, positive, count, seed)
    by_shift = _aucs(parts, moved, best_share(moved, int(positive.sum())) if measured else moved > 0.5, fixed_rows)
    drawn = fitted_field(x, y, truth, count, seed, indicator=not measured)
    chosen = best_share(drawn, int(positive.sum()))
    by_field = _aucs(parts, _as_distributed(drawn, truth) if measured else chosen.astype(float), chosen, fixed_rows)
    values = np.concatenate([by_shift, by_field])
    values = values[np.isfinite(values)]
    p_shift, p_field = monte_carlo_p(observed, by_shift), monte_carlo_p(observed, by_field)
    low, high = np.quantile(values, [0.025, 0.975])
    null = Null(
        auc=values.mean(), auc_low=low, auc_high=high, p_value=max(p_shift, p_field), p_shift=p_shift, p_field=p_field,
        n=count, statistic=name,
    )  # fmt: skip
    return null, values.tolist()


def _as_distributed(fields: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the values put in the order of each field."""
    order = np.argsort(np.argsort(fields, axis=0, kind="stable"), axis=0, kind="stable")
    return np.sort(values)[order]


def _projections(task: Task, folds: Folds, rows: np.ndarray) -> list[Projection]:
    """Return the fits on every fold's training rows and on those common to every two."""
    projections = []
    tests = folds.tests[:, rows]
    for fold, test in enumerate(tests):
        projections += _projection(task, folds.trains[fold], rows, (test,))
    for first, second in combinations(range(len(folds)), 2):
        out = folds.tests[first] | folds.tests[second]
        train = folds.trains[first] & folds.trains[second] & ~out
        projections += _projection(task, train, rows, (tests[first] & ~tests[second], tests[second] & ~tests[first]))
    return projections


def _projection(task: Task, train: np.ndarray, rows: np.ndarray, tests: tuple[np.ndarray, ...]) -> list[Projection]:
    learning, asked = np.flatnonzero(train[rows]), np.flatnonzero(np.any(tests, axis=0))
    if len(learning) < LEAST_ROWS or not len(asked):
        return []
    ready = prepare(task, train & task.judged)
    table = ready.steps.transform(task.features.iloc[rows[learning]])
    centre = table.mean(axis=0)
    table = table - centre
    wanted = ready.steps.transform(task.features.iloc[rows[asked]]) - centre
    gram = table.T @ table + PENALTY * np.eye(table.shape[1])
    matrix = wanted @ np.linalg.solve(gram, table.T)
    return [Projection(learning, asked, matrix, tuple(test[asked] for test in tests))]


def _aucs(parts: list[Projection], values: np.ndarray, positive: np.ndarray, fixed: np.ndarray | None) -> np.ndarray:
    """Return the AUC of all pairs for every column of values, shape (draws,)."""
    if fixed is not None:
        won, pairs = _wins(np.broadcast_to(fixed[:, None], positive.shape), positive)
        return np.divide(won, pairs, out=np.full(len(won), np.nan), where=pairs > 0)
    won, pairs = np.zeros(values.shape[1]), np.zeros(values.shape[1])
    for part in parts:
        learned = values[part.train]
        score, inside = part.matrix @ (learned - learned.mean(axis=0)), positive[part.test]
        new_won, new_pairs = _wins(score, inside)
        for part_rows in part.parts if len(part.parts) > 1 else ():
            same_won, same_pairs = _wins(score[part_rows], inside[part_rows])
            new_won, new_pairs = new_won - same_won, new_pairs - same_pairs
        won, pairs = won + new_won, pairs + new_pairs
    return np.divide(won, pairs, out=np.full(len(won), np.nan), where=pairs > 0)


def _wins(score: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return won and compared pairs of a positive and another row, column by column."""
    if not len(score):
        return np.zeros(positive.shape[1]), np.zeros(positive.shape[1])
    count = positive.sum(axis=0)
    won = (rankdata(score, axis=0) * positive).sum(axis=0) - count * (count + 1) / 2
    return won, (count * (len(score) - count)).astype(float)
