"""Reaches of folds and of use."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.kernels.fold_distances import fold_nearest_km, matched_folds, misfit_km, nearest_km
from pipeline.kernels.spatial_blocks import grid_blocks, group_folds


def test_the_worked_misfit_is_ten_kilometres() -> None:
    misfit, farther = misfit_km(np.array([10.0, 20, 30]), np.array([10.0, 10, 10]))
    assert misfit == pytest.approx(10.0)
    assert farther == pytest.approx(10.0)


def test_a_site_is_not_its_own_neighbour() -> None:
    x = np.array([0.0, 3.0, 7.0])
    all_rows = np.ones(3, dtype=bool)
    assert nearest_km(x, np.zeros(3), all_rows, all_rows).tolist() == [3.0, 3.0, 4.0]
    assert np.isnan(nearest_km(x, np.zeros(3), all_rows, ~all_rows)).all()
    assert np.isnan(nearest_km(x[:1], np.zeros(1), all_rows[:1], all_rows[:1])).all()


def test_matched_folds_resemble_the_use_more_than_blocks_do() -> None:
    rng = np.random.default_rng(3)
    camp = np.repeat(rng.uniform(0, 500, (30, 2)), 20, axis=0)
    x, y = (camp + rng.normal(0, 4, camp.shape)).T
    known = rng.random(600) < 0.3
    positive = known & (rng.random(600) < 0.3)
    use = nearest_km(x, y, ~known, known)
    folds = matched_folds(x, y, known, positive, 8)
    assert (folds[~known] == -1).all()
    assert set(folds[known]) == set(range(8))

    def misfit(of: np.ndarray) -> float:
        tests = (of == np.arange(8)[:, None]) & known
        return misfit_km(fold_nearest_km(x, y, ~tests & known, tests), use)[0]

    blocks = group_folds(grid_blocks(x * 1e3, y * 1e3, 120.0), positive, 8)
    assert misfit(folds) < 0.5 * misfit(blocks)
    assert misfit(folds) < 2.0


def test_a_fold_that_holds_out_nothing_has_no_distances() -> None:
    x, y = np.array([0.0, 1.0]), np.zeros(2)
    nobody, everybody = np.zeros(2, dtype=bool), np.ones(2, dtype=bool)
    assert nearest_km(x, y, nobody, everybody).shape == (0,)
    assert np.isnan(nearest_km(x, y, everybody, nobody)).all()
