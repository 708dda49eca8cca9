"""Measures of a ranking: numbers small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.kernels.spatial_blocks import (
    camp_districts,
    choose_block_km,
    fit_variogram,
    grid_blocks,
    group_folds,
    whole_camp_blocks,
)
from pipeline.learning.validation import (
    area_under_curve,
    areas_under_curves,
    as_json,
    captured,
    platt,
    prediction_rate,
    wilson_interval,
)


def test_auc_counts_pairs_and_halves_ties() -> None:
    assert area_under_curve(np.array([True, False, True, False]), np.array([3.0, 1, 2, 2])) == pytest.approx(3.5 / 4)
    assert np.isnan(area_under_curve(np.array([True, True]), np.array([1.0, 2])))


def test_auc_of_every_column_is_that_of_the_column_alone_to_the_last_bit() -> None:
    rng = np.random.default_rng(3)
    positive, scores = rng.random(60) < 0.3, np.round(rng.normal(size=(60, 7)), 1)
    assert areas_under_curves(positive, scores).tolist() == [area_under_curve(positive, one) for one in scores.T]
    assert np.isnan(areas_under_curves(np.ones(60, dtype=bool), scores)).all()


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"), [(8, 10, 49, 94), (16, 20, 58, 92), (24, 30, 63, 90), (40, 50, 67, 89)]
)
def test_wilson_intervals_are_the_published_ones(hits, n, low, high) -> None:
    found = wilson_interval(hits, n)
    assert round(100 * found[0]) == low
    assert round(100 * found[1]) == high


def test_capture_shares_ties_across_the_cut() -> None:
    positive = np.array([True, False, False, False, True, False, False, False, False, False])
    assert captured(positive, np.arange(10.0)[::-1], 20) == 1.0
    assert captured(positive, np.zeros(10), 20) == pytest.approx(0.4)


def test_prediction_rate_starts_at_nothing_and_ends_at_all() -> None:
    curve = prediction_rate(np.array([True, False, True, False]), np.array([4.0, 3, 2, 1]))
    assert curve["share_of_positives"][0] == 0.0
    assert curve["share_of_positives"][-1] == 1.0


def test_calibration_never_turns_a_ranking_round() -> None:
    positive = np.array([True] * 10 + [False] * 10)
    slope, _ = platt(-positive.astype(float), positive)
    assert slope == pytest.approx(0.05)


def test_json_has_no_nan() -> None:
    assert as_json({"a": np.float64("nan"), "b": [np.int64(3), True], "c": np.array([0.1234567])}) == {
        "a": None,
        "b": [3, True],
        "c": [0.123457],
    }


def test_variogram_finds_the_length_of_blocks_and_blocks_follow_it() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 400e3, 500), rng.uniform(0, 400e3, 500)
    cell = (x // 50e3).astype(int) * 8 + (y // 50e3).astype(int)
    values = rng.integers(0, 2, 64)[cell].astype(float)
    variogram = fit_variogram(x, y, values)
    assert 30 < variogram.range_km < 110
    size = choose_block_km(x, y, variogram.range_km)
    assert size == pytest.approx(variogram.range_km)
    assert len(set(grid_blocks(x, y, size))) > 8


def test_pure_noise_has_no_length() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.uniform(0, 400e3, 400), rng.uniform(0, 400e3, 400)
    variogram = fit_variogram(x, y, rng.normal(size=400))
    assert variogram.range_km < 40 or variogram.nugget > 0.7 * variogram.sill


def test_a_camp_is_one_district_and_blocks_stay_whole() -> None:
    rng = np.random.default_rng(0)
    camp = np.repeat(np.arange(6), 12)
    x, y = camp * 100e3 + rng.normal(0, 2e3, 72), rng.normal(0, 2e3, 72)
    district = camp_districts(x, y, 25.0, 20)
    assert [len(set(district[camp == one])) for one in range(6)] == [1] * 6
    assert len(set(district)) == 6
    blocks = grid_blocks(x, y, 20.0)
    folds = group_folds(blocks, camp % 2 == 0, 3)
    assert all(len(set(folds[blocks == one])) == 1 for one in set(blocks))
    order = rng.permutation(72)
    assert (group_folds(blocks[order], (camp % 2 == 0)[order], 3) == folds[order]).all()


def test_a_border_of_the_grid_cuts_no_camp_and_long_chains_are_cut() -> None:
    x, y = np.array([9.6e3, 10.4e3, 30e3]), np.array([5e3, 5e3, 5e3])
    assert len(set(grid_blocks(x, y, 10.0)[:2])) == 2
    blocks = whole_camp_blocks(x, y, 10.0)
    assert blocks[0] == blocks[1] != blocks[2]
    chain = np.arange(0, 40e3, 500.0)
    assert len(set(whole_camp_blocks(chain, np.zeros(len(chain)), 10.0))) == 4
