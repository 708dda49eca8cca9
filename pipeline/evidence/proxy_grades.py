"""Predict rare earths of a waste from other elements of the same sample, where some samples have both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from pipeline.kernels.spatial_blocks import group_folds, random_folds


class ProxyParams(BaseModel):
    """How concentrations are predicted from proxies."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_samples: int = Field(
        default=15, ge=8, description="samples with both target and proxies below which none is made"
    )
    min_skill_r2: float = Field(
        default=0.2, ge=0, le=1, description="R2 in spatial folds below which the prediction is not used"
    )
    n_trees: int = Field(default=100, ge=10, description="extra trees in the blend")
    n_folds: int = Field(default=5, ge=2, description="spatial and random folds")
    random_state: int = Field(default=7, ge=0, description="seed")


@dataclass(frozen=True)
class ProxyGrades:
    """Predictions from proxies and how good they are.

    Parameters
    ----------
    predicted_log10_ppm : ndarray of float, shape (n,)
        Prediction where the target is missing and at least two proxies are known; NaN elsewhere.
    sd_log10 : float
        Standard deviation of held-out residuals in spatial folds, in log10 of ppm.
    r2_spatial, r2_random : float
        Coefficient of determination in spatial and in random folds; NaN where nothing was fitted.
    n : int
        Samples learned from.
    proxies : tuple of str
        Columns used.
    """

    predicted_log10_ppm: np.ndarray
    sd_log10: float
    r2_spatial: float
    r2_random: float
    n: int
    proxies: tuple[str, ...]


def predict_from_proxies(
    target_ppm: np.ndarray, proxies: pd.DataFrame, blocks: np.ndarray, params: ProxyParams
) -> ProxyGrades:
    """Learn the target's concentration from proxies of the same sample and apply it where the target is missing.

    Elements that share minerals with rare earths (P, Th, Ti, Fe, Zr, Nb, U) say more about a waste than any map does.
    A forest and a ridge regression on decimal logarithms are tried; the better in spatial folds is used, and only if
    it has skill there.

    Parameters
    ----------
    target_ppm : ndarray of float, shape (n,)
        Concentration of the target, NaN where not analysed; rows in a fixed order such as that of ``site_id``.
    proxies : DataFrame, shape (n, p)
        Concentrations in ppm or per cent, NaN where not analysed.
    blocks : ndarray of str, shape (n,)
        Spatial block per row.
    params : ProxyParams
        See there.

    Returns
    -------
    ProxyGrades
    """
    names = tuple(str(name) for name in proxies.columns)
    logs = np.log10(proxies.where(proxies > 0).to_numpy(float)) if names else np.empty((len(target_ppm), 0))
    enough = np.isfinite(logs).sum(axis=1) >= min(2, max(1, len(names)))
    known = np.isfinite(target_ppm) & (np.nan_to_num(target_ppm) > 0) & enough
    nothing = np.full(len(target_ppm), np.nan)
    if not names or known.sum() < params.min_samples:
        return ProxyGrades(nothing, np.nan, np.nan, np.nan, int(known.sum()), names)
    value, table = np.log10(target_ppm[known]), logs[known]
    varied = np.isfinite(table).any(axis=0)
    table, logs = table[:, varied], logs[:, varied]
    spatial = group_folds(blocks[known], value > np.median(value), params.n_folds)
    trials = {kind: held_out(kind, table, value, spatial, params) for kind in ("ridge", "blend")}
    best = max(trials, key=lambda kind: r_squared(value, trials[kind]))
    r2 = r_squared(value, trials[best])
    by_chance = held_out(best, table, value, random_folds(len(value), params.n_folds, params.random_state), params)
    r2_random = r_squared(value, by_chance)
    sd = float(np.sqrt(np.mean((value - trials[best]) ** 2)))
    wanted = ~np.isfinite(target_ppm) & enough
    predicted = nothing.copy()
    if r2 >= params.min_skill_r2 and wanted.any():
        predicted[wanted] = _regressor(best, params).fit(table, value).predict(logs[wanted])
    return ProxyGrades(
        predicted,
        sd,
        r2,
        r2_random,
        int(known.sum()),
        tuple(name for name, column in zip(names, varied, strict=True) if column),
    )


def _regressor(kind: str, params: ProxyParams) -> Any:
    """Return an unfitted regression: a ridge, or the mean of a quadratic ridge (smooth) and extra trees (bounded)."""
    from sklearn.ensemble import ExtraTreesRegressor, VotingRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    fill = SimpleImputer(strategy="median", keep_empty_features=True)
    if kind == "ridge":
        return make_pipeline(fill, StandardScaler(), Ridge(alpha=1.0))
    smooth = make_pipeline(StandardScaler(), PolynomialFeatures(2, include_bias=False), Ridge(alpha=1.0))
    trees = ExtraTreesRegressor(params.n_trees, min_samples_leaf=2, random_state=params.random_state, n_jobs=1)
    return make_pipeline(fill, VotingRegressor([("smooth", smooth), ("trees", trees)]))


def held_out(kind: str, table: np.ndarray, value: np.ndarray, folds: np.ndarray, params: ProxyParams) -> np.ndarray:
    """Predict every row by a regression that was fitted on the other folds.

    Parameters
    ----------
    kind : {"ridge", "blend"}
        Kind of regression.
    table : ndarray of float, shape (n, p)
        Predictors; NaN is filled with the median.
    value : ndarray of float, shape (n,)
        What is predicted.
    folds : ndarray of int, shape (n,)
        Fold of every row.
    params : ProxyParams
        Trees and seed.

    Returns
    -------
    ndarray of float, shape (n,)
    """
    predicted = np.full(len(value), value.mean())
    for fold in np.unique(folds):
        held = folds == fold
        if held.all():
            continue
        predicted[held] = _regressor(kind, params).fit(table[~held], value[~held]).predict(table[held])
    return predicted


def r_squared(value: np.ndarray, predicted: np.ndarray) -> float:
    """Return the share of the variance about the mean that a prediction explains; negative where the mean does better."""
    spread = float(np.sum((value - value.mean()) ** 2))
    return 1.0 - float(np.sum((value - predicted) ** 2)) / spread if spread > 0 else float("nan")
