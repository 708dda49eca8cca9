"""Test whether label fields that know nothing of the features, but cluster as the true ones do, are told as well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

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


KEPT_BYTES = 32 << 20
"""Of label fields that are kept for the test of the surface; larger ones are drawn again."""


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
    judged = _judged(task)
    if judged is None:
        return Null(), []
    rows, _, positive, truth, measured = judged
    parts = [_projection(task, rows, *division) for division in _divisions(folds, rows)] if fixed is None else []
    fixed_rows = None if fixed is None else fixed[rows]
    observed = float(_aucs(parts, truth[:, None], positive[:, None], fixed_rows)[0])
    if not np.isfinite(observed):
        return Null(), []
    count = max(draws, LEAST_DRAWS)
    moved, drawn = _label_fields(task, judged, count)
    by_shift = _aucs(parts, moved, best_share(moved, int(positive.sum())) if measured else moved > 0.5, fixed_rows)
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


def _label_fields(task: Task, judged: _Judged, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels moved over the map and random fields as alike, each of shape (judged, count).

    The surface is tested with the fields of the model of sites: kept on the task unless they are large.
    """
    _, (x, y), positive, truth, measured = judged
    key = count, measured, *(part.tobytes() for part in (x, y, positive, truth))
    if key in task.label_fields:
        return task.label_fields[key]
    seed = task.random_state
    moved = shifted_values(x, y, truth, positive, count, seed)
    fields = moved, fitted_field(x, y, truth, count, seed, indicator=not measured)
    if moved.nbytes <= KEPT_BYTES:
        task.label_fields[key] = fields
    return fields


_Judged = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, bool]


def _judged(task: Task) -> _Judged | None:
    """Return the judged rows, their x and y (km), classes, truth, and whether that was measured (else it is the classes).

    None without places, or where all are of one class.
    """
    rows = np.flatnonzero(task.judged)
    positive = task.positive[rows]
    if task.x_km is None or task.y_km is None or positive.all() or not positive.any():
        return None
    places = np.stack([task.x_km[rows], task.y_km[rows]])
    grade = None if task.grade is None else task.grade[rows]
    if grade is None or not np.isfinite(grade).all():
        return rows, places, positive, positive.astype(float), False
    return rows, places, positive, grade, True


NEIGHBOURS = 5
"""Sampled wastes whose mean by inverse distance stands for all that is learned from the place."""


def place_null(task: Task, folds: Folds, draws: int) -> tuple[Null, list[float]]:
    """Compare the leave-pair-out AUC of neighbours' assays with what the same assays give when dealt out to places at random.

    Where the place is all there is to learn from, values as alike over distance as the true ones would be told as well: what is
    in doubt is that they are alike at all.

    Parameters
    ----------
    task : Task
        With places.
    folds : Folds
        Of the test.
    draws : int
        Deals; at least `LEAST_DRAWS` are made.

    Returns
    -------
    Null
        Of ``statistic`` ``place``, with neither ``p_shift`` nor ``p_field``.
    values : list of float
        The AUC of all draws.
    """
    judged = _judged(task)
    if judged is None:
        return Null(), []
    rows, places, positive, truth, _ = judged
    points = places.T
    parts = [
        Projection(learning, asked, _neighbour_weights(points[learning], points[asked]), tests)
        for learning, asked, tests in _divisions(folds, rows)
    ]
    observed = float(_aucs(parts, truth[:, None], positive[:, None], None)[0])
    if not np.isfinite(observed):
        return Null(), []
    count = max(draws, LEAST_DRAWS)
    rng = np.random.default_rng([task.random_state, 79])
    dealt = np.column_stack([rng.permutation(len(rows)) for _ in range(count)])
    values = _aucs(parts, truth[dealt], positive[dealt], None)
    low, high = np.nanquantile(values, [0.025, 0.975])
    p_value = monte_carlo_p(observed, values)
    null = Null(auc=np.nanmean(values), auc_low=low, auc_high=high, p_value=p_value, n=count, statistic="place")
    return null, values[np.isfinite(values)].tolist()


def _neighbour_weights(known: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the weight of each known place at each wanted one: that of the nearest few, by inverse distance."""
    apart = np.maximum(np.hypot(*(wanted[:, None] - known[None]).transpose(2, 0, 1)), 1e-3)
    beyond = np.argsort(apart, axis=1, kind="stable")[:, NEIGHBOURS:]
    weight = 1.0 / apart
    np.put_along_axis(weight, beyond, 0.0, axis=1)
    shares: np.ndarray = weight / weight.sum(axis=1, keepdims=True)
    return shares


def _as_distributed(fields: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the values put in the order of each field."""
    order = np.argsort(np.argsort(fields, axis=0, kind="stable"), axis=0, kind="stable")
    return np.sort(values)[order]


def _divisions(folds: Folds, rows: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, tuple[np.ndarray, ...]]]:
    """Give training rows, asked rows and their parts (see `Projection`) for every fold and every two that are enough to fit."""
    tests = folds.tests[:, rows]
    single = [(folds.trains[fold], (test,)) for fold, test in enumerate(tests)]
    pairs = [
        (
            folds.trains[first] & folds.trains[second] & ~(folds.tests[first] | folds.tests[second]),
            (tests[first] & ~tests[second], tests[second] & ~tests[first]),
        )
        for first, second in combinations(range(len(folds)), 2)
    ]
    for train, parts in [*single, *pairs]:
        learning, asked = np.flatnonzero(train[rows]), np.flatnonzero(np.any(parts, axis=0))
        if len(learning) >= LEAST_ROWS and len(asked):
            yield learning, asked, tuple(part[asked] for part in parts)


def _projection(
    task: Task, rows: np.ndarray, learning: np.ndarray, asked: np.ndarray, parts: tuple[np.ndarray, ...]
) -> Projection:
    """Return a ridge regression on the prepared columns."""
    train = np.zeros(len(task.y), dtype=bool)
    train[rows[learning]] = True
    ready = prepare(task, train)
    table = ready.steps.transform(task.features.iloc[rows[learning]])
    centre = table.mean(axis=0)
    table = table - centre
    wanted = ready.steps.transform(task.features.iloc[rows[asked]]) - centre
    gram = table.T @ table + PENALTY * np.eye(table.shape[1])
    return Projection(learning, asked, wanted @ np.linalg.solve(gram, table.T), parts)


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
    from scipy.stats import rankdata

    if not len(score):
        return np.zeros(positive.shape[1]), np.zeros(positive.shape[1])
    count = positive.sum(axis=0)
    won = (rankdata(score, axis=0) * positive).sum(axis=0) - count * (count + 1) / 2
    return won, (count * (len(score) - count)).astype(float)
