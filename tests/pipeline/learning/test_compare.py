"""Comparison of rankings: answers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.learning.compare import (
    block_interval,
    fold_aucs,
    lead_intervals,
    one_standard_error,
    pair_table,
    percentiles,
    within_fold_auc,
    within_folds,
    won_by_row,
)
from pipeline.learning.validation import area_under_curve

POSITIVE = np.array([True, False, False, True, False, False])
TESTS = np.array([[True, True, True, False, False, False], [False, False, False, True, True, True]])
SCORE = np.array([5.0, 4, 3, -1, -2, -3])


def test_folds_of_different_level_are_perfect_within_and_not_when_pooled() -> None:
    scores = np.tile(SCORE, (2, 1))
    assert within_fold_auc(TESTS, POSITIVE, scores) == 1.0
    assert area_under_curve(POSITIVE, SCORE) == pytest.approx(0.75)
    assert pair_table(within_folds(TESTS, POSITIVE, scores), np.arange(6)).auc == 1.0


def test_a_fold_of_one_class_weighs_nothing() -> None:
    tests = np.vstack([TESTS, [False, True, False, False, True, False]])
    scores = np.tile(SCORE, (3, 1))
    assert np.isnan(fold_aucs(tests, POSITIVE, scores)[2])
    assert within_fold_auc(tests, POSITIVE, scores) == 1.0
    assert np.isnan(within_fold_auc(tests[2:], POSITIVE, scores[2:]))


@pytest.mark.parametrize(
    ("distance", "mean", "error", "simplest"),
    [([0.02, 0.00, 0.04, 0.02], 0.020, 0.0082, False), ([0.05, -0.03, 0.04, 0.00], 0.015, 0.0185, True)],
)
def test_the_simplest_within_one_standard_error_wins(
    distance: list[float], mean: float, error: float, simplest: bool
) -> None:
    best = np.full(4, 0.8)
    chosen, behind, errors = one_standard_error(np.vstack([best - distance, best]))
    assert behind[0] == pytest.approx(mean)
    assert errors[0] == pytest.approx(error, abs=5e-5)
    assert (chosen == 0) is simplest


def test_pairs_by_block_sum_to_the_auc_with_ties_by_half() -> None:
    rng = np.random.default_rng(1)
    positive = rng.random(60) < 0.3
    score = np.round(rng.normal(size=60), 1)
    tests = np.arange(60) % 3 == np.arange(3)[:, None]
    table = pair_table(within_folds(tests, positive, np.tile(score, (3, 1))), rng.integers(0, 12, 60))
    assert table.auc == pytest.approx(within_fold_auc(tests, positive, np.tile(score, (3, 1))))
    compared, won = won_by_row(within_folds(tests, positive, np.tile(score, (3, 1))), 60)
    assert won.sum() / compared.sum() == pytest.approx(table.auc)
    assert not compared[~positive].any()


def test_the_interval_holds_the_auc_and_needs_six_blocks_with_positives() -> None:
    rng = np.random.default_rng(2)
    blocks = np.repeat(np.arange(40), 10)
    positive = rng.random(400) < 0.2
    score = rng.normal(size=400) + positive
    tests = (blocks % 4) == np.arange(4)[:, None]
    scores = np.tile(score, (4, 1))
    table = pair_table(within_folds(tests, positive, scores), blocks)
    low, high = block_interval(table, 7)
    assert low < table.auc < high
    assert high - low < 0.25
    assert lead_intervals(table, [table], 7) == [(0.0, 0.0)]
    few = positive & (blocks < 5)
    assert np.isnan(block_interval(pair_table(within_folds(tests, few, scores), blocks), 7)).all()


def test_percentiles_rank_among_all_rows_of_one_model() -> None:
    assert percentiles(np.array([1.0, 3, 2, 3]), [0, 1, 2, 3]).tolist() == [0.125, 0.75, 0.375, 0.75]


def test_of_many_lists_as_good_as_the_model_seldom_any_is_said_to_lead_it() -> None:
    """Taken one by one, one of eight would be said to lead in far more than one region of twenty."""
    rng = np.random.default_rng(3)
    blocks = np.repeat(np.arange(30), 4)
    tests = (blocks % 4) == np.arange(4)[:, None]
    beaten = 0
    for region in range(15):
        positive = rng.random(120) < 0.25
        model, *others = [
            pair_table(within_folds(tests, positive, np.tile(rng.normal(size=120) + positive, (4, 1))), blocks)
            for _ in range(9)
        ]
        alone = [lead_intervals(model, [other], region)[0] for other in others[:1]]
        ends = lead_intervals(model, others, region)
        assert ends[0][0] < alone[0][0]
        assert alone[0][1] < ends[0][1]
        beaten += min(high for _, high in ends) < 0
    assert beaten <= 3
