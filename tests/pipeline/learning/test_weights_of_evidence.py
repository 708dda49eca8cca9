"""Weights of evidence against a worked example: 1,000 cells, 50 positives, a pattern of 200, 30 in both."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.learning.linear_score import EvidenceWeights, LinearScore
from pipeline.learning.weights_of_evidence import best_cut, fit_patterns, omnibus, weights

POSITIVE = np.repeat([True, False], [50, 950])
INSIDE = np.concatenate([np.repeat([1.0, 0.0], [30, 20]), np.repeat([1.0, 0.0], [170, 780])])
FOUND = weights(30, 170, 20, 780)


def test_weights_contrast_and_errors_of_the_worked_example() -> None:
    assert (FOUND.w_plus, FOUND.s_plus) == pytest.approx((1.2098, 0.1980), abs=5e-5)
    assert (FOUND.w_minus, FOUND.s_minus) == pytest.approx((-0.7191, 0.2265), abs=5e-5)
    assert FOUND.contrast == pytest.approx(1.9290, abs=1e-4)
    assert FOUND.studentised == pytest.approx(6.41, abs=5e-3)


def test_half_is_added_where_a_count_is_zero() -> None:
    found = weights(30.5 - 0.5, 170, 0, 800)
    assert np.isfinite([found.w_plus, found.w_minus]).all()
    shifted = weights(30.5, 170.5, 20.5, 780.5)
    assert (shifted.w_plus, shifted.w_minus, shifted.contrast) == pytest.approx((1.2047, -0.7138, 1.9185), abs=1e-4)


def test_posteriors_of_one_pattern_sum_to_the_positives() -> None:
    told = omnibus(INSIDE[:, None], [FOUND], POSITIVE)
    assert told.total == pytest.approx(50.0, abs=1e-6)
    assert told.ratio == pytest.approx(1.0)
    prior = np.log(50 / 950)
    assert prior == pytest.approx(-2.9444, abs=5e-5)
    for weight, chance in ((FOUND.w_plus, 0.150), (FOUND.w_minus, 0.025)):
        assert 1 / (1 + np.exp(-prior - weight)) == pytest.approx(chance, abs=5e-4)


def test_a_pattern_that_stands_twice_is_told_by_the_ratio_and_not_by_the_omnibus_test() -> None:
    told = omnibus(np.column_stack([INSIDE, INSIDE]), [FOUND, FOUND], POSITIVE)
    assert told.total == pytest.approx(84.2, abs=0.05)
    assert told.ratio == pytest.approx(0.594, abs=5e-4)
    assert told.z == pytest.approx(1.45, abs=5e-3)


def test_noise_gets_no_weight_and_a_telling_feature_does() -> None:
    rng = np.random.default_rng(4)
    positive = np.arange(400) < 60
    noise = rng.normal(size=(400, 40))
    assert sum(pattern.used for pattern in fit_patterns(noise, positive)) <= 6
    told = best_cut(0, positive * 1.5 + rng.normal(size=400), positive)
    assert told is not None
    assert told.used
    assert told.weights.contrast > 1


def test_missing_evidence_adds_nothing_and_contributions_sum_to_the_score() -> None:
    table = np.column_stack([np.where(INSIDE == 1, 2.0, 1.0) + np.arange(1000) * 1e-9, np.full(1000, np.nan)])
    (pattern,) = fit_patterns(table, POSITIVE)
    steps = EvidenceWeights().fit(table, POSITIVE.astype(int))
    told = steps.transform(np.array([[2.5, 1], [0.5, 1], [np.nan, 1]]))
    assert told[:, 0] == pytest.approx([pattern.weights.w_plus, pattern.weights.w_minus, 0.0])
    assert (told[:, 1] == 0).all()
    score = LinearScore(intercept=-2.9).fit(steps.transform(table))
    base, parts = score.contributions(told)
    assert base + parts.sum(axis=1) == pytest.approx(score.decision_function(told))
