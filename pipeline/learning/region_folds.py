"""Divide a region into blocks wide enough that what a simple model leaves is alike inside them, and into folds of blocks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from layers.errors import StageError
from pipeline.kernels.spatial_blocks import (
    Variogram,
    camp_districts,
    choose_block_km,
    fit_variogram,
    group_folds,
    random_folds,
    whole_camp_blocks,
)
from pipeline.learning.alarms import LEAST_PARTS
from pipeline.learning.candidates import Task, prepare
from pipeline.learning.compare import LEAST_CLUSTERS
from pipeline.learning.folds import buffered, complements, given_folds
from pipeline.learning.judge_model import Region

RESIDUAL_FOLDS = 5
PENALTY = 3.0

SHARE_OF_FOLDS = 0.75
"""Folds that shall hold both classes: six of eight."""

SPARE_CLUSTERS = 2
"""Blocks with positives beyond the fewest that an interval needs: some have nothing to be compared with."""

BELIEVED_SILL = 0.2
"""Share of the variance that must depend on distance for a range to be believed."""


def residual_variogram(task: Task) -> Variogram:
    """Return the variogram of what a ridge regression on random folds leaves of the labels, or of concentrations.

    The range of few labels themselves is 19 to 128 km for one and the same geology; what the features explain need not be kept
    apart.
    """
    judged = np.flatnonzero(task.judged)
    grade = None if task.grade is None else task.grade[judged]
    value = grade if grade is not None and np.isfinite(grade).all() else task.positive[judged].astype(float)
    residual = np.full(len(task.y), np.nan)
    folds = random_folds(len(judged), RESIDUAL_FOLDS, task.random_state)
    ready = prepare(task, task.judged)
    table = ready.steps.transform(task.features.iloc[judged])
    for fold in range(RESIDUAL_FOLDS):
        train, test = folds != fold, folds == fold
        centre, mean = table[train].mean(axis=0), value[train].mean()
        design = table[train] - centre
        slope = np.linalg.solve(design.T @ design + PENALTY * np.eye(design.shape[1]), design.T @ (value[train] - mean))
        residual[judged[test]] = value[test] - mean - (table[test] - centre) @ slope
    assert task.x_km is not None and task.y_km is not None  # noqa: S101, PT018 - given by the stage
    variogram = fit_variogram(task.x_km * 1000.0, task.y_km * 1000.0, residual)
    doubtful = bool(variogram.lag_km) and variogram.sill - variogram.nugget < BELIEVED_SILL * variogram.sill
    beyond = bool(variogram.lag_km) and variogram.range_km > variogram.lag_km[-1]
    return replace(variogram, range_km=float("nan")) if doubtful or beyond else variogram


def block_edge_km(task: Task, range_km: float, feature_radius_km: float, n_folds: int) -> float:
    """Return the edge of a block: the range or twice the reach of regional features, capped.

    It shrinks by a tenth at a time until three quarters of the folds hold both classes, never below the reach of the features.

    Parameters
    ----------
    task : Task
        Labels and places.
    range_km : float
        See `residual_variogram`; NaN where unknown.
    feature_radius_km : float
        Within which samples speak for a site.
    n_folds : int
        Folds wanted.
    """
    assert task.x_km is not None and task.y_km is not None  # noqa: S101, PT018
    x_m, y_m = task.x_km * 1000.0, task.y_km * 1000.0
    wanted = np.nanmax([range_km, 2.0 * feature_radius_km]) or np.nan
    size = choose_block_km(x_m, y_m, float(wanted), n_folds)
    extent_km = max(float(np.ptp(x_m)), float(np.ptp(y_m)), 1.0) / 1000.0
    least = max(extent_km / 40.0, feature_radius_km)
    while size * 0.9 >= least and not _tells(task, whole_camp_blocks(x_m, y_m, size), n_folds):
        size *= 0.9
    return size


def _telling_folds(task: Task, blocks: np.ndarray, n_folds: int) -> int:
    """Return the most folds, up to those wanted, of which enough hold two positives: fewer folds pair lone positives."""
    for count in range(n_folds, LEAST_PARTS, -1):
        tests = complements(group_folds(blocks, task.positive, count)).tests
        if (
            ((tests & task.positive).sum(axis=1) >= 2) & (tests & task.judged & ~task.positive).any(axis=1)
        ).sum() >= LEAST_PARTS:
            return count
    return min(n_folds, LEAST_PARTS)


def _tells(task: Task, blocks: np.ndarray, n_folds: int) -> bool:
    """Return whether enough folds hold both classes, and enough blocks hold positives for an interval."""
    both = complements(group_folds(blocks, task.positive, n_folds)).both(task.positive, task.judged)
    return both >= SHARE_OF_FOLDS * n_folds and len(set(blocks[task.positive])) >= LEAST_CLUSTERS + SPARE_CLUSTERS


def divide(
    task: Task,
    table: pd.DataFrame,
    splits: pd.DataFrame | None,
    *,
    block_km: float | None,
    feature_radius_km: float,
    buffer_km: float | None,
    n_folds: int,
    max_districts: int,
) -> tuple[Task, Region, Variogram]:
    """Return the task with its blocks, the region with its folds, and the variogram behind them.

    Parameters
    ----------
    task : Task
        Without blocks.
    table : DataFrame
        The same rows with ``site_id``, ``x_m``, ``y_m``, ``district``.
    splits : DataFrame or None
        A user's own folds.
    block_km : float or None
        Edge asked for.
    feature_radius_km, buffer_km, n_folds, max_districts
        See `TrainModelParams`.

    Raises
    ------
    StageError
        Where fewer than two of a user's folds test a site of the region.
    """
    x_m, y_m = table["x_m"].to_numpy(), table["y_m"].to_numpy()
    variogram = residual_variogram(task)
    edge = block_km or block_edge_km(task, variogram.range_km, feature_radius_km, n_folds)
    blocks = whole_camp_blocks(x_m, y_m, edge)
    if table["district"].notna().any():
        districts = table["district"].astype("string").fillna("unknown").to_numpy(str)
    else:
        districts = camp_districts(x_m, y_m, 1.5 * edge, max_districts).astype(str)
    if splits is None:
        count = _telling_folds(task, blocks, n_folds)
        folds = complements(group_folds(blocks, task.positive, count), task.x_km, task.y_km, buffer_km)
    else:
        assert task.x_km is not None and task.y_km is not None  # noqa: S101, PT018 - given by the stage
        _refuse_few(splits, table["site_id"])
        folds = buffered(given_folds(splits, table["site_id"]), task.x_km, task.y_km, buffer_km)
    by = "blocks" if splits is None else "given"
    unknown = 0 if splits is None else len(set(splits["site_id"]) - set(table["site_id"]))
    region = Region(folds, districts, edge, variogram.range_km, by, buffer_km, unknown)
    return replace(task, blocks=blocks), region, variogram


def _refuse_few(splits: pd.DataFrame, site_ids: pd.Series) -> None:
    """Stop where the ids of a user's folds are those of another region: nothing would be tested."""
    known = splits["site_id"].isin(set(site_ids))
    count = splits.loc[known & (splits["role"] == "test"), "fold"].nunique()
    if count < 2:
        asked = sorted(set(splits["site_id"]))
        raise StageError(
            f"train_model.splits: {splits.loc[known, 'site_id'].nunique()} of the {len(asked)} ids in the file are sites of this "
            f"region, and {count} folds test any of them. At least two folds must. Take the ids from ranking.csv of a run (such "
            f"as {', '.join(sorted(site_ids)[:3])}; the file has {', '.join(asked[:3])})."
        )
