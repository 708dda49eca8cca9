"""The models that are tried, and the choice between them inside spatial folds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from pipeline.kernels.spatial_blocks import group_folds
from pipeline.learning.bagging import NEGATIVE, POSITIVE, BlockBaggedRanker
from pipeline.learning.feature_steps import FillBounded, GroupWeights, KnownColumns, LogRatio
from pipeline.learning.validation import Fit, area_under_curve

CANDIDATES: dict[str, dict[str, Any]] = {
    "logistic": {"bases": ("logistic",), "inverse_penalty": 0.3},
    "logistic_strict": {"bases": ("logistic",), "inverse_penalty": 0.03},
    "forest": {"bases": ("forest",)},
    "extra_trees": {"bases": ("extra_trees",)},
    "boosting": {"bases": ("boosting",)},
    "blend": {"bases": ("logistic", "forest"), "inverse_penalty": 0.1},
    "grade_panel": {"bases": ("grade_ridge", "grade_ridge_even", "logistic_even"), "inverse_penalty": 0.3},
    "grade_ridge": {"bases": ("grade_ridge",), "inverse_penalty": 0.3},
    "grade_ridge_strict": {"bases": ("grade_ridge",), "inverse_penalty": 0.02},
    "grade_blend": {"bases": ("grade_ridge", "grade_forest"), "inverse_penalty": 0.05},
    "grade_mix": {"bases": ("grade_ridge", "logistic", "grade_forest"), "inverse_penalty": 0.1},
}
"""Settings of `BlockBaggedRanker`."""

CLEARLY_BETTER = 0.02
"""AUC by which a candidate must beat the first one to be chosen instead."""


@dataclass(frozen=True)
class Preparation:
    """The label-free steps, fitted on some rows.

    Parameters
    ----------
    features : DataFrame
        The table it was fitted on; held, so that it can be told from every other.
    steps : sklearn.pipeline.Pipeline
        Fitted; takes the features to a table without missing values.
    rows : ndarray of int, shape (m,)
        Rows it was fitted on.
    table : ndarray of float, shape (m, p)
        Those rows, prepared.
    """

    features: pd.DataFrame
    steps: Any
    rows: np.ndarray
    table: np.ndarray


@dataclass(frozen=True)
class Task:
    """One learning problem, rows in the order of ``site_id``.

    Parameters
    ----------
    features : DataFrame
        Numeric columns only.
    y : ndarray of int, shape (n,)
        1 positive, 0 measured negative, -1 unlabelled.
    supervised : bool
        Whether measured negatives stand against the positives; else the unlabelled do.
    blocks : ndarray of str, shape (n,)
        Spatial block per row.
    min_leaf : int
        Fewest sites in a leaf of a tree.
    centred : bool
        Centred log-ratios instead of plain logarithms.
    random_state : int
        Seed.
    grade : ndarray of float or None
        Decimal logarithm of measured concentration over threshold, NaN where not measured; None where too few were.
    learned : ndarray of bool, shape (n,), or None
        Rows that training may see, all labelled ones among them; None: all. Bounds the cost at national scale.
    x_km, y_km : ndarray of float, shape (n,), or None
        Places in the working CRS, for what is learned in space.
    grade_variance : ndarray of float, shape (n,), or None
        Error variance of ``grade``, squared log10; None: that of one grab sample.
    prepared : dict
        Fitted preparations by table and mask of rows. They look at features alone, so tasks that differ in labels share
        them.
    """

    features: pd.DataFrame
    y: np.ndarray
    supervised: bool
    blocks: np.ndarray
    min_leaf: int
    centred: bool
    random_state: int
    grade: np.ndarray | None = None
    learned: np.ndarray | None = None
    x_km: np.ndarray | None = None
    y_km: np.ndarray | None = None
    grade_variance: np.ndarray | None = None
    prepared: dict[tuple[int, bytes], Preparation] = field(default_factory=dict, compare=False, repr=False)

    @property
    def positive(self) -> np.ndarray:
        """Which rows are positive."""
        return self.y == POSITIVE

    @property
    def judged(self) -> np.ndarray:
        """Which rows figures are computed on: the measured ones, or all when unlabelled stand for negatives."""
        return self.y >= NEGATIVE if self.supervised else np.ones(len(self.y), dtype=bool)

    def seen(self, rows: np.ndarray) -> np.ndarray:
        """Return the rows of a mask that training may see."""
        return rows if self.learned is None else rows & self.learned

    def has_both_classes(self, rows: np.ndarray) -> bool:
        """Return whether at least two of each class are among the rows of a mask."""
        inside = self.judged & rows
        return bool((self.positive & inside).sum() >= 2 and (~self.positive & inside).sum() >= 2)


def fit_pipeline(task: Task, candidate: str, n_bags: int, rows: np.ndarray | None = None) -> Any:
    """Fit a candidate on the rows of a mask (default all) and return its scikit-learn pipeline, from features to score."""
    from sklearn.pipeline import Pipeline

    ready = prepare(task, np.ones(len(task.y), dtype=bool) if rows is None else rows)
    return Pipeline([*ready.steps.steps, ("bags", _fit_bags(task, candidate, n_bags, ready))])


def prepare(task: Task, rows: np.ndarray) -> Preparation:
    """Return the preparation fitted on the rows of a mask that training may see; made once per mask."""
    used = task.seen(rows)
    key = id(task.features), np.packbits(used).tobytes()
    if key not in task.prepared:
        steps = _preparation(task, used)
        task.prepared[key] = Preparation(
            task.features, steps, np.flatnonzero(used), steps.fit_transform(task.features[used])
        )
    return task.prepared[key]


def _preparation(task: Task, rows: np.ndarray) -> Any:
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import RobustScaler

    names = tuple(KnownColumns().fit(task.features[rows]).kept_)
    return Pipeline(
        [
            ("known", KnownColumns()),
            ("log", LogRatio(names, centred=task.centred)),
            ("scale", RobustScaler(quantile_range=(10.0, 90.0))),
            ("fill", FillBounded()),
            ("weights", GroupWeights(names)),
        ]
    )


def _fit_bags(task: Task, candidate: str, n_bags: int, ready: Preparation) -> BlockBaggedRanker:
    grade = None if task.grade is None else task.grade[ready.rows]
    bags = _bags(task, candidate, n_bags)
    return bags.fit(
        ready.table,
        task.y[ready.rows],
        blocks=task.blocks[ready.rows],
        grade=grade,
        weights=ready.steps[-1].weights_,
    )


def _bags(task: Task, candidate: str, n_bags: int) -> BlockBaggedRanker:
    return BlockBaggedRanker(
        n_bags=n_bags,
        min_leaf=task.min_leaf,
        draw_unlabelled=not task.supervised,
        random_state=task.random_state,
        **CANDIDATES[candidate],
    )


def bagged_fit(task: Task, candidate: str, n_bags: int) -> Fit:
    """Return a function that fits a candidate on a mask and hands back its scorer."""

    def fit(rows: np.ndarray) -> Callable[[np.ndarray], np.ndarray] | None:
        if not task.has_both_classes(rows):
            return None
        ready = prepare(task, rows)
        bags = _fit_bags(task, candidate, n_bags, ready)
        return lambda wanted: bags.decision_function(ready.steps.transform(task.features.iloc[wanted]))

    return fit


def chosen_fit(task: Task, candidates: tuple[str, ...], n_bags: int, inner_folds: int) -> Fit:
    """Return a fit that first chooses among candidates inside the mask's own spatial folds.

    All candidates answer in log-odds, so folds that chose differently can be pooled as they are; calibrating each on its
    few inner positives added more noise than it took away.
    """

    def fit(rows: np.ndarray) -> Callable[[np.ndarray], np.ndarray] | None:
        if not task.has_both_classes(rows):
            return None
        choice = choose(task, candidates, max(10, n_bags // 2), inner_folds, rows)
        return bagged_fit(task, choice.name, n_bags)(rows)

    return fit


@dataclass(frozen=True)
class Choice:
    """The candidate chosen, and the AUC of each."""

    name: str
    auc: dict[str, float]


def choose(
    task: Task, candidates: tuple[str, ...], n_bags: int, n_folds: int, rows: np.ndarray | None = None
) -> Choice:
    """Return the candidate of the highest AUC in spatial folds of the given rows.

    Another than the first is chosen only where it is better by `CLEARLY_BETTER`: with few positives smaller differences are
    chance.

    Parameters
    ----------
    task : Task
        The problem.
    candidates : tuple of str
        Names in `CANDIDATES`.
    n_bags, n_folds : int
        Size of the trial.
    rows : ndarray of bool, optional
        Rows to use; default all.

    Returns
    -------
    Choice
    """
    rows = np.ones(len(task.y), dtype=bool) if rows is None else rows
    if len(candidates) == 1:
        return Choice(candidates[0], {})
    inside = np.flatnonzero(rows)
    folds = np.full(len(rows), -1)
    folds[inside] = group_folds(task.blocks[inside], task.positive[inside], n_folds)
    scores = {name: _scores_inside(bagged_fit(task, name, n_bags), inside, folds) for name in candidates}
    positive, judged = task.positive[inside], task.judged[inside]
    usable = {name: np.isfinite(one) & judged for name, one in scores.items()}
    found = {
        name: float(np.nan_to_num(area_under_curve(positive[usable[name]], one[usable[name]])))
        for name, one in scores.items()
    }
    best = max(candidates, key=lambda name: found[name] - (0.0 if name == candidates[0] else CLEARLY_BETTER))
    return Choice(best, found)


def _scores_inside(fit: Fit, inside: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Return held-out scores of the rows ``inside``; rows of fold -1 are never trained on."""
    scores = np.full(len(folds), np.nan)
    for fold in np.unique(folds[inside]):
        scorer = fit((folds >= 0) & (folds != fold))
        if scorer is not None:
            held = np.flatnonzero(folds == fold)
            scores[held] = scorer(held)
    return scores[inside]


def plain_logistic_fit(task: Task) -> Fit:
    """Return a fit of one logistic regression as a textbook sets it up: medians for gaps, standard units, ridge penalty."""

    def prepared(rows: np.ndarray) -> tuple[Any, np.ndarray]:
        from sklearn.impute import SimpleImputer
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        steps = make_pipeline(KnownColumns(), SimpleImputer(strategy="median"), StandardScaler())
        return steps, steps.fit_transform(task.features[task.seen(rows)])

    return _one_logistic(task, prepared)


def _one_logistic(task: Task, prepared: Callable[[np.ndarray], tuple[Any, np.ndarray]]) -> Fit:
    def fit(rows: np.ndarray) -> Callable[[np.ndarray], np.ndarray] | None:
        from sklearn.linear_model import LogisticRegression

        if not task.has_both_classes(rows):
            return None
        used = rows & task.judged
        steps, table = prepared(used)
        estimator = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000)
        estimator.fit(table, task.positive[task.seen(used)].astype(int))
        return lambda wanted: estimator.decision_function(steps.transform(task.features.iloc[wanted]))

    return fit
