"""The model of the rasters alone: likeness of the ground to that of rich wastes, published only where a test bears it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from layers.validation import SurfaceTest
from pipeline.learning.applicability import measure_applicability
from pipeline.learning.candidates import Task, bagged_fit, fit_pipeline
from pipeline.learning.figures import measure, tested_mean
from pipeline.learning.fold_scores import score_folds
from pipeline.learning.folds import Folds
from pipeline.learning.null_test import spatial_null
from pipeline.learning.skill import skill_missing
from pipeline.learning.trained_model import Applicability
from pipeline.learning.validation import platt


@dataclass(frozen=True)
class SurfaceModel:
    """A tested surface.

    Parameters
    ----------
    model : tuple of (Pipeline, tuple of str) or None
        The fitted model and its rasters; None where there are none, or the test does not tell it from chance.
    applicability : Applicability or None
        Where it may speak.
    calibration : tuple of float
        Slope and intercept.
    test : SurfaceTest or None
        How it did; None without rasters.
    """

    model: tuple[Any, tuple[str, ...]] | None = None
    applicability: Applicability | None = None
    calibration: tuple[float, float] = (1.0, 0.0)
    test: SurfaceTest | None = None


def surface_model(task: Task, folds: Folds, n_bags: int, n_bags_validation: int, draws: int) -> SurfaceModel:
    """Fit the model of the rasters alone, which can be drawn where there is no site, and test it as the model of sites is.

    Parameters
    ----------
    task : Task
        With all features.
    folds : Folds
        Of the test.
    n_bags, n_bags_validation, draws : int
        Bags of the final model and of every model of the test, and draws of each null.
    """
    names = [name for name in task.features.columns if name.startswith("raster_") and not name.endswith("_sd")]
    if not names:
        return SurfaceModel()
    part = replace(task, features=task.features[names], prepared={})
    bagged = "logistic" if task.grade is None else "grade_ridge"  # bags, for their spread is the band of the surface
    scores = score_folds(bagged_fit(part, bagged, n_bags_validation), folds, task.judged)
    figures = measure(part, folds, scores).figures
    missing = skill_missing(figures, spatial_null(part, folds, draws)[0])
    test = SurfaceTest(
        auc=figures.auc,
        auc_low=figures.auc_low,
        auc_high=figures.auc_high,
        published=not missing,
        reasons=missing,
        features=tuple(names),
    )
    if missing:
        return SurfaceModel(test=test)
    pipeline = fit_pipeline(part, bagged, max(30, n_bags // 3))
    prepared = pipeline[:-1].transform(part.features)
    _, parts = pipeline[-1].contributions(prepared)
    raw = tested_mean(folds.tests, scores.single)
    usable = np.isfinite(raw) & task.judged
    return SurfaceModel(
        (pipeline, tuple(names)),
        measure_applicability(prepared, parts, part),
        platt(raw[usable], task.positive[usable]),
        test,
    )
