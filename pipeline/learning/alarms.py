"""Signs that a test flatters: any of them keeps a model from ordering the list."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from layers.findings import Finding
from layers.validation import Figures
from pipeline.learning.candidates import Task
from pipeline.learning.figures import measure
from pipeline.learning.fold_scores import FoldScores, score_folds
from pipeline.learning.folds import Folds
from pipeline.learning.labels import evidence_group
from pipeline.learning.methods import fit_of
from pipeline.learning.validation import area_under_curve

LEAKAGE_GAP = 0.15
"""AUC by which random folds may exceed spatial ones, and the interval of these, before the alarm; block noise gives 0.4."""

CHANCE = 0.5
"""AUC of an order that knows nothing: random folds that reach no more flatter nobody, however bad the spatial ones are."""

SEPARATES_ALONE = 0.99
"""AUC of a single column from which it is suspected of stating the label."""

MUCH_ALONE = 0.9
"""AUC of a single column from which a reader is told to look at it."""

TWIN_SHARE = 0.1
"""Share of judged sites with an exact twin in another fold before the alarm."""

LEAST_VALUES = 12
"""Different values from which a column counts as continuous: flags and classes agree by chance."""

LEAST_PARTS = 3
"""Parts with two positives and a negative below which a test rests on a camp or two."""

LEAST_TOLD = 8
"""Sites of either class that must have a value before a column is suspected: two positives are told apart by luck."""


def alarms(task: Task, folds: Folds, spatial: Figures, random: Figures, *, of_columns: bool = False) -> list[Finding]:
    """Return what smells of leakage, and whether too few parts of the region tell.

    Parameters
    ----------
    task : Task
        The problem.
    folds : Folds
        Of the test.
    spatial, random : Figures
        On spatial and on random folds, of a method that learns from features alone.
    of_columns : bool
        Whether that method is `figures_of_features`, whose figures are not those of the model that is judged.
    """
    alarms_raised = []
    if spatial.auc is not None and random.auc is not None:
        most = spatial.auc if spatial.auc_high is None else spatial.auc_high  # a few positives part by chance, too
        if random.auc - max(spatial.auc, CHANCE) > LEAKAGE_GAP and random.auc > most:
            code = "random_folds_flatter_columns" if of_columns else "random_folds_flatter"
            alarms_raised.append(Finding(code=code, values={"random": random.auc, "spatial": spatial.auc}))
    alarms_raised += _telling_columns(task)
    fold = folds.fold[task.judged]
    twins = max(twin_share(task.features[task.judged], fold), twin_share(_of_the_wastes(task)[task.judged], fold))
    if twins > TWIN_SHARE:
        alarms_raised.append(Finding(code="twins_across_folds", values={"percent": round(100 * twins)}))
    parts = parts_with_positives(folds.tests & task.judged, task.positive)
    if parts < LEAST_PARTS:
        alarms_raised.append(Finding(code="few_parts_with_positives", values={"n": parts, "needed": LEAST_PARTS}))
    return alarms_raised


def figures_of_features(
    task: Task, folds: Folds, anyhow: Folds, tried: Mapping[str, FoldScores]
) -> tuple[Figures, Figures]:
    """Return the figures on spatial and on random folds of a textbook regression on the columns.

    A method that also learns from neighbours is better among them, as it should be; this shows what its columns tell: nothing,
    where there are none.

    Parameters
    ----------
    task : Task
        The problem.
    folds, anyhow : Folds
        Spatial and random.
    tried : mapping of str to FoldScores
        Methods already fitted on the spatial folds; the regression is seldom not among them.
    """
    if task.is_of_place:
        return Figures(), Figures()
    fit, none = fit_of(task, "logistic"), np.zeros(len(task.y), dtype=bool)
    spatial = measure(task, folds, tried["logistic"] if "logistic" in tried else score_folds(fit, folds, none))
    return spatial.figures, measure(task, anyhow, score_folds(fit, anyhow, none, pairs=False), interval=False).figures


def parts_with_positives(tested: np.ndarray, positive: np.ndarray) -> int:
    """Return how many parts of a region hold two positives and a negative.

    Folds are groups of blocks, so two folds of one positive each are one part: many folds of few positives are no fault.

    Parameters
    ----------
    tested : ndarray of bool, shape (k, n)
        Judged rows of each fold.
    positive : ndarray of bool, shape (n,)
        Classes.
    """
    count = (tested & positive).sum(axis=1)[(tested & ~positive).any(axis=1)]
    return int((count >= 2).sum() + (count == 1).sum() // 2)


def _telling_columns(task: Task) -> list[Finding]:
    return [
        Finding(code="column_tells_label", values={"feature": name, "auc": round(auc, 3)})
        for name, auc in _aucs_alone(task).items()
        if auc >= SEPARATES_ALONE
    ]


def strongest_column(task: Task) -> Finding | None:
    """Return the column that alone goes far with the labels, short of the alarm; None where none does."""
    name, auc = max(_aucs_alone(task).items(), key=lambda pair: pair[1], default=("", 0.0))
    if not MUCH_ALONE <= auc < SEPARATES_ALONE:
        return None
    return Finding(code="column_tells_much", values={"feature": name, "auc": round(auc, 3)})


def _aucs_alone(task: Task) -> dict[str, float]:
    """Return the AUC of every column by itself, whichever way it points; columns with few values are left out."""
    positive = task.positive[task.judged]
    aucs = {}
    for name in task.features.columns:
        value = task.features[name].to_numpy(float)[task.judged]
        known = np.isfinite(value)
        if min((known & positive).sum(), (known & ~positive).sum()) < LEAST_TOLD:
            continue
        auc = area_under_curve(positive[known], value[known])
        if np.isfinite(auc):
            aucs[str(name)] = float(max(auc, 1 - auc))
    return aucs


def _of_the_wastes(task: Task) -> pd.DataFrame:
    """Return what is known of each measured waste itself, its grade among it; nothing of the others.

    A record that stands twice, its assays copied, is a twin wherever the copy lies: samples and maps around it differ.
    """
    own = task.features[[name for name in task.features if evidence_group(str(name)) in ("waste", "form")]].astype(
        float
    )
    if task.grade is None:
        return own.iloc[:, :0]
    own = own.assign(grade=task.grade)
    own.loc[~np.isfinite(task.grade)] = np.nan
    return own


def twin_share(features: pd.DataFrame, fold: np.ndarray) -> float:
    """Return the share of rows that equal a row of another fold in all continuous columns, of which three must be known."""
    table = features.to_numpy(float)
    continuous = [column for column in table.T if len(np.unique(column[np.isfinite(column)])) >= LEAST_VALUES]
    if len(continuous) < 3 or not len(table):
        return 0.0
    values = np.column_stack(continuous)
    is_telling = np.isfinite(values).sum(axis=1) >= 3
    keys = pd.Series([row.tobytes() for row in np.nan_to_num(values, nan=-9.25e37)])
    folds_of = pd.Series(fold).where(is_telling).groupby(keys).transform("nunique")
    return float((is_telling & (folds_of.to_numpy() > 1)).mean())
