"""The test against unrelated labels: a planted answer, nothing to find, and no way to switch it off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.kernels.spatial_blocks import grid_blocks, group_folds
from pipeline.kernels.spatial_nulls import best_share, fitted_field, random_fields
from pipeline.learning.candidates import Task
from pipeline.learning.folds import complements
from pipeline.learning.null_test import LEAST_DRAWS, spatial_null


def task_of(seed: int, strength: float, n: int = 160) -> Task:
    """Return a problem whose label field is made of one feature by a share of its variance."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 200, n), rng.uniform(0, 200, n)
    fields = random_fields(x, y, 60.0, 0.0, 6, rng)
    hidden = np.sqrt(strength) * fields[:, 0] + np.sqrt(1 - strength) * fields[:, 5]
    label = best_share(hidden[:, None], n // 4)[:, 0].astype(int)
    features = pd.DataFrame(fields[:, :5], columns=[f"near_{at}_z" for at in range(5)])
    blocks = grid_blocks(x * 1e3, y * 1e3, 40.0)
    return Task(features, label, True, blocks, 7, x_km=x, y_km=y)  # noqa: FBT003


def folds_of(task: Task):
    return complements(group_folds(task.blocks, task.positive, 8))


def test_a_planted_answer_is_found_and_the_larger_p_counts() -> None:
    task = task_of(1, 0.95)
    null, values = spatial_null(task, folds_of(task), 99)
    assert null.p_value == max(null.p_shift, null.p_field) == pytest.approx(0.01)
    assert len(values) == 2 * 99


def test_unrelated_fields_have_no_small_p_on_average() -> None:
    found = [spatial_null(task_of(seed, 0.0), folds_of(task_of(seed, 0.0)), 99)[0].p_value for seed in range(10, 16)]
    assert np.mean(found) > 0.2


def test_no_draws_asked_for_are_draws_all_the_same() -> None:
    task = task_of(2, 0.5)
    assert spatial_null(task, folds_of(task), 0)[0].n == LEAST_DRAWS


def test_a_fixed_score_is_tested_itself() -> None:
    task = task_of(3, 0.95)
    score = task.features["near_0_z"].to_numpy()
    null, _ = spatial_null(task, folds_of(task), 99, score, "pathfinder")
    assert null.statistic == "pathfinder"
    assert null.p_value == pytest.approx(0.01)
    assert spatial_null(task, folds_of(task), 99, -score)[0].p_value > 0.9


def test_concentrations_are_moved_and_cut_again_to_the_same_number() -> None:
    task = task_of(4, 0.95)
    grade = task.features["near_0_z"].to_numpy() + 0.1 * np.random.default_rng(1).normal(size=len(task.y))
    null, _ = spatial_null(replace(task, grade=grade), folds_of(task), 99)
    assert null.p_value == pytest.approx(0.01)


@pytest.mark.parametrize(("kept", "drawn"), [(32 << 20, 1), (0, 2)])
def test_label_fields_are_drawn_once_for_a_model_and_its_surface(
    monkeypatch: pytest.MonkeyPatch, kept: int, drawn: int
) -> None:
    """Tasks that differ in features share them, with the same answer as drawn anew; large ones are not kept."""
    calls: list[int] = []

    def noted(*arguments: Any, **options: Any) -> np.ndarray:
        calls.append(1)
        return fitted_field(*arguments, **options)

    monkeypatch.setattr("pipeline.learning.null_test.fitted_field", noted)
    monkeypatch.setattr("pipeline.learning.null_test.KEPT_BYTES", kept)
    task = task_of(5, 0.5)
    part = replace(task, features=task.features[["near_0_z"]], prepared={})
    alone = spatial_null(replace(part, label_fields={}), folds_of(task), 99)
    calls.clear()
    spatial_null(task, folds_of(task), 99)
    assert spatial_null(part, folds_of(task), 99) == alone
    assert len(calls) == drawn
