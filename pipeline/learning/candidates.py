"""One learning problem, its label-free preparation, and bags of regressions on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipeline.learning.labels import NEGATIVE, POSITIVE
from pipeline.learning.validation import Fit

if TYPE_CHECKING:
    from pipeline.learning.bagging import BlockBaggedRanker

BAGGED: dict[str, float] = {"logistic": 0.3, "grade_ridge": 0.3}
"""Kinds of bags, with what `BlockBaggedRanker` takes as inverse penalty."""


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
    undetected : ndarray of bool, shape (n,), or None
        Wastes in which nothing was detected: their ``grade`` is the middle of what limits leave open. None: there are none.
    prepared : dict
        Fitted preparations by table and mask of rows. They look at features alone, so tasks that differ in labels share
        them.
    label_fields : dict
        Fields of labels drawn for a null test, by what they were drawn from. They look at labels alone, so tasks that differ in
        features share them.
    """

    features: pd.DataFrame
    y: np.ndarray
    supervised: bool
    blocks: np.ndarray
    random_state: int
    grade: np.ndarray | None = None
    learned: np.ndarray | None = None
    x_km: np.ndarray | None = None
    y_km: np.ndarray | None = None
    grade_variance: np.ndarray | None = None
    undetected: np.ndarray | None = None
    prepared: dict[tuple[int, bytes], Preparation] = field(default_factory=dict, compare=False, repr=False)
    label_fields: dict[tuple[Any, ...], tuple[np.ndarray, np.ndarray]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def positive(self) -> np.ndarray:
        """Which rows are positive."""
        return self.y == POSITIVE

    @property
    def judged(self) -> np.ndarray:
        """Which rows figures are computed on: the measured ones, or all when unlabelled stand for negatives."""
        return self.y >= NEGATIVE if self.supervised else np.ones(len(self.y), dtype=bool)

    @property
    def is_of_place(self) -> bool:
        """Whether no column is left, so that the place is all there is to learn from."""
        return self.features.shape[1] == 0

    def seen(self, rows: np.ndarray) -> np.ndarray:
        """Return the rows of a mask that training may see."""
        return rows if self.learned is None else rows & self.learned

    def has_both_classes(self, rows: np.ndarray) -> bool:
        """Return whether at least two of each class are among the rows of a mask."""
        inside = self.judged & rows
        return bool((self.positive & inside).sum() >= 2 and (~self.positive & inside).sum() >= 2)


def rows_looked_at(y: np.ndarray, most: int, seed: int) -> np.ndarray | None:
    """Return the rows training looks at: the labelled ones and at most so many others; None for all."""
    others = np.flatnonzero(y < NEGATIVE)
    if len(others) <= most:
        return None
    rows: np.ndarray = y >= NEGATIVE
    rows[np.random.default_rng([seed, 41]).choice(others, size=most, replace=False)] = True
    return rows


LEAST_ASSAYS = 20
"""Wastes with a concentration from which it is learned."""


def threshold_distance(table: pd.DataFrame, *, supervised: bool) -> np.ndarray | None:
    """Return log10 of measured over threshold, NaN where not measured; None where no measured classes are learned, or too few.

    Parameters
    ----------
    table : DataFrame
        ``measured_ppm`` and ``threshold_ppm``.
    supervised : bool
        Whether measured classes are learned.
    """
    value = table["measured_ppm"].where(table["measured_ppm"] > 0).to_numpy(float)
    if not supervised or np.isfinite(value).sum() < LEAST_ASSAYS:
        return None
    distance: np.ndarray = np.log10(value / table["threshold_ppm"].to_numpy(float))
    return distance


def fit_pipeline(task: Task, kind: str, n_bags: int, rows: np.ndarray | None = None) -> Any:
    """Fit bags of a kind on the rows of a mask (default all) and return their scikit-learn pipeline, from features to score."""
    from sklearn.pipeline import Pipeline

    ready = prepare(task, np.ones(len(task.y), dtype=bool) if rows is None else rows)
    return Pipeline([*ready.steps.steps, ("bags", _fit_bags(task, kind, n_bags, ready))])


def prepare(task: Task, rows: np.ndarray) -> Preparation:
    """Return the preparation fitted on the rows of a mask that training may see; made once per mask."""
    used = task.seen(rows)
    key = id(task.features), np.packbits(used).tobytes()
    if key not in task.prepared:
        task.prepared[key] = _preparation(task, used)
    return task.prepared[key]


def _preparation(task: Task, rows: np.ndarray) -> Preparation:
    """Return the steps fitted one by one: a pipeline would copy each before it fits it."""
    from sklearn.pipeline import Pipeline

    from pipeline.learning.feature_steps import FillBounded, GroupWeights, KnownColumns, LogRatio, fitted_scaler

    table = task.features[rows]
    known = KnownColumns().fit(table)
    names, values = tuple(known.kept_), known.transform(table)
    steps: list[tuple[str, Any]] = [("known", known)]
    fits: dict[str, Callable[[np.ndarray], Any]] = {
        "log": LogRatio(names).fit,
        "scale": fitted_scaler,
        "fill": FillBounded().fit,
        "weights": GroupWeights(names).fit,
    }
    for name, fit in fits.items() if names else ():  # else the place alone is learned from
        step = fit(values)
        values = step.transform(values)
        steps.append((name, step))
    return Preparation(task.features, Pipeline(steps), np.flatnonzero(rows), values)


def _fit_bags(task: Task, kind: str, n_bags: int, ready: Preparation) -> BlockBaggedRanker:
    from pipeline.learning.bagging import BlockBaggedRanker

    bags = BlockBaggedRanker(
        kind,
        n_bags,
        inverse_penalty=BAGGED[kind],
        draw_unlabelled=not task.supervised,
        random_state=task.random_state,
    )
    grade = None if task.grade is None else task.grade[ready.rows]
    return bags.fit(ready.table, task.y[ready.rows], blocks=task.blocks[ready.rows], grade=grade)


def bagged_fit(task: Task, kind: str, n_bags: int) -> Fit:
    """Return a function that fits bags of a kind on a mask and hands back their scorer."""

    def fit(rows: np.ndarray) -> Callable[[np.ndarray], np.ndarray] | None:
        if not task.has_both_classes(rows):
            return None
        ready = prepare(task, rows)
        bags = _fit_bags(task, kind, n_bags, ready)
        return lambda wanted: bags.decision_function(ready.steps.transform(task.features.iloc[wanted]))

    return fit
