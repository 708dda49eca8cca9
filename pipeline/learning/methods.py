"""Every method that may order a list, the simplest first, each as a fit that can be tested and as a final model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from pipeline.learning.candidates import Task, prepare
from pipeline.learning.grade_model import fitted_field, grade_field_fit
from pipeline.learning.labels import PROBIT_TO_LOGIT
from pipeline.learning.validation import Fit, areas_under_curves

ONE_COLUMN = {"pathfinder": "pathfinder_z", "affinity": "type_affinity"}
"""Scores that are a single column, fitted to nothing."""


def applicable(task: Task, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the methods that can be tried on a task, in the order given.

    A single column is left out where it is missing (it may define the labels), the regression of the grade where too few were
    measured; of the place alone nothing else can learn.
    """
    names = set(task.features.columns)
    if task.is_of_place:
        return ("grade_field",)
    fitting = [
        code
        for code in codes
        if (code not in ONE_COLUMN or ONE_COLUMN[code] in names) and (code != "grade_field" or task.grade is not None)
    ]
    return tuple(fitting) or ("logistic",)


def fit_of(task: Task, code: str) -> Fit:
    """Return the fit of a method: from a mask of training rows to a scorer of row numbers."""
    if code == "grade_field":
        return grade_field_fit(task)
    if code == "near_known":
        return near_known_fit(task)
    if code == "one_column":
        return one_column_fit(task)
    return _of_column_fit(task, ONE_COLUMN[code]) if code in ONE_COLUMN else _steps_fit(task, code)


def final_model(task: Task, code: str) -> tuple[Any, tuple[str, ...]]:
    """Return a method fitted on everything, as a pipeline from features to score, and the features it takes."""
    everything = np.ones(len(task.y), dtype=bool)
    if code == "grade_field":
        return _grade_pipeline(task, everything), tuple(task.features.columns)
    names = (ONE_COLUMN[code],) if code in ONE_COLUMN else tuple(task.features.columns)
    return _fitted_steps(task, code, everything), names


def _of_column_fit(task: Task, name: str) -> Fit:
    """Return the fit of a single column as `_fitted_steps` scores it: missing values at the median of the training rows.

    A test fits it hundreds of times, and the steps cost far more than the median.
    """
    column = task.features[name].to_numpy(float)
    missing = np.isnan(column)

    def fit(rows: np.ndarray) -> Callable[[np.ndarray], np.ndarray] | None:
        if not task.has_both_classes(rows):
            return None
        known = column[task.seen(rows) & task.judged & ~missing]
        varied = len(known) > 0 and known.max() > known.min()
        score = np.where(missing, np.median(known), column) if varied else np.zeros(len(column))
        return lambda wanted: score[wanted]

    return fit


def _steps_fit(task: Task, code: str) -> Fit:
    def fit(rows: np.ndarray) -> Callable[[np.ndarray], np.ndarray] | None:
        if not task.has_both_classes(rows):
            return None
        steps = _fitted_steps(task, code, rows)
        return lambda wanted: steps.decision_function(task.features.iloc[wanted])

    return fit


def _fitted_steps(task: Task, code: str, rows: np.ndarray) -> Any:
    """Return a simple method fitted on the judged rows of a mask that training may see."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline

    from pipeline.learning.feature_steps import KnownColumns
    from pipeline.learning.linear_score import LinearScore

    used = task.seen(rows) & task.judged
    table, classes = task.features[used], task.positive[used].astype(int)
    if code in ONE_COLUMN:
        table = table[[ONE_COLUMN[code]]]
    known = KnownColumns().fit(table)
    steps: list[tuple[str, Any]] = [("known", known)]
    values = known.transform(table)
    for name, step in _steps(code, varied=bool(known.kept_)):
        values = step.fit_transform(values, classes)
        steps.append((name, step))
    score = LinearScore()
    if code == "logistic" and known.kept_:
        model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000).fit(values, classes)
        score = LinearScore(model.coef_[0], float(model.intercept_[0]))
    return Pipeline([*steps, ("score", score.fit(values))])


def _steps(code: str, *, varied: bool) -> list[tuple[str, Any]]:
    """Return the unfitted steps between the columns and the score of a simple method."""
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import StandardScaler

    from pipeline.learning.linear_score import EvidenceWeights

    if not varied:
        return []
    if code == "weights_of_evidence":
        return [("weights", EvidenceWeights())]
    gaps = ("gaps", SimpleImputer(strategy="median"))
    return [gaps] if code in ONE_COLUMN else [gaps, ("scale", StandardScaler())]


def near_known_fit(task: Task) -> Fit:
    """Return a fit that scores by the distance to the nearest known positive of the training rows."""

    def fit(rows: np.ndarray) -> Callable[[np.ndarray], np.ndarray] | None:
        if task.x_km is None or task.y_km is None or not task.has_both_classes(rows):
            return None
        points = np.column_stack([task.x_km, task.y_km])
        tree = cKDTree(points[rows & task.positive])
        return lambda wanted: -tree.query(points[wanted])[0]

    return fit


def one_column_fit(task: Task) -> Fit:
    """Return a fit that orders by the one column that orders the training rows best, whichever way it points.

    A column without a value stands at its median, so that one with few values goes no further than those.
    """
    table = task.features.to_numpy(float)

    def fit(rows: np.ndarray) -> Callable[[np.ndarray], np.ndarray] | None:
        used = task.seen(rows) & task.judged
        if not task.has_both_classes(used) or task.is_of_place:
            return None
        known = np.isfinite(table)
        inside = known & used[:, None]
        middle = np.array(
            [np.median(column[own]) if own.any() else 0.0 for column, own in zip(table.T, inside.T, strict=True)]
        )
        filled = np.where(known, table, middle)
        tells = areas_under_curves(task.positive[used], filled[used]) - 0.5
        best = int(np.argmax(np.abs(tells)))
        score = np.sign(tells[best]) * filled[:, best]
        return lambda wanted: score[wanted]

    return fit


def _grade_pipeline(task: Task, rows: np.ndarray) -> Any:
    """Return the trend of the grade model as log-odds of reaching the threshold; its field has no place in a row of features."""
    from sklearn.pipeline import Pipeline

    from pipeline.learning.linear_score import LinearScore

    ready = prepare(task, rows)
    fitted = fitted_field(task, ready, rows)
    scale = PROBIT_TO_LOGIT / np.sqrt(fitted.spread.nugget + fitted.spread.sill)
    score = LinearScore(fitted.coef[:-1] * scale, float(fitted.coef[-1] * scale))
    return Pipeline([*ready.steps.steps, ("score", score.fit(ready.table))])
