"""Signs that a test flatters: any of them keeps a model from ordering the list."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.validation import Notice
from pipeline.learning.candidates import Task
from pipeline.learning.division import Folds
from pipeline.learning.validation import area_under_curve

LEAKAGE_GAP = 0.15
"""AUC by which random folds may exceed spatial ones before the alarm; pure block noise gives 0.4 and more."""

SEPARATES_ALONE = 0.99
"""AUC of a single column from which it is suspected of stating the label."""

TWIN_SHARE = 0.1
"""Share of judged sites with an exact twin in another fold before the alarm."""

LEAST_VALUES = 12
"""Different values from which a column counts as continuous: flags and classes agree by chance."""

LEAST_PARTS = 3
"""Folds with two positives and a negative below which a test rests on a camp or two."""


def alarms(task: Task, folds: Folds, spatial_auc: float | None, random_auc: float | None) -> list[Notice]:
    """Return what smells of leakage, and whether too few parts of the region tell.

    Parameters
    ----------
    task : Task
        The problem.
    folds : Folds
        Of the test.
    spatial_auc, random_auc : float or None
        AUC within spatial and within random folds.
    """
    found = []
    if spatial_auc is not None and random_auc is not None and random_auc - spatial_auc > LEAKAGE_GAP:
        found.append(Notice(code="random_folds_flatter", values={"random": random_auc, "spatial": spatial_auc}))
    found += _telling_columns(task)
    twins = twin_share(task.features[task.judged], folds.fold[task.judged])
    if twins > TWIN_SHARE:
        found.append(Notice(code="twins_across_folds", values={"percent": round(100 * twins)}))
    tested = folds.tests & task.judged
    parts = ((tested & task.positive).sum(axis=1) >= 2) & (tested & ~task.positive).any(axis=1)
    if parts.sum() < LEAST_PARTS:
        found.append(Notice(code="few_parts_with_positives", values={"n": int(parts.sum()), "needed": LEAST_PARTS}))
    return found


def _telling_columns(task: Task) -> list[Notice]:
    positive = task.positive[task.judged]
    found = []
    for name in task.features.columns:
        value = task.features[name].to_numpy(float)[task.judged]
        known = np.isfinite(value)
        if known.sum() < 10:
            continue
        auc = area_under_curve(positive[known], value[known])
        if max(auc, 1 - auc) >= SEPARATES_ALONE:
            values: dict[str, float | int | str] = {"feature": str(name), "auc": round(max(auc, 1 - auc), 3)}
            found.append(Notice(code="column_tells_label", values=values))
    return found


def twin_share(features: pd.DataFrame, fold: np.ndarray) -> float:
    """Return the share of rows that equal a row of another fold in all continuous columns, of which three must be known."""
    table = features.to_numpy(float)
    continuous = [column for column in table.T if len(np.unique(column[np.isfinite(column)])) >= LEAST_VALUES]
    if len(continuous) < 3 or not len(table):
        return 0.0
    values = np.column_stack(continuous)
    told = np.isfinite(values).sum(axis=1) >= 3
    keys = pd.Series([row.tobytes() for row in np.nan_to_num(values, nan=-9.25e37)])
    folds_of = pd.Series(fold).where(told).groupby(keys).transform("nunique")
    return float((told & (folds_of.to_numpy() > 1)).mean())
