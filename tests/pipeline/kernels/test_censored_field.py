"""Limits speak by their own likelihood: moments by numbers, and ranges of what nobody measured."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from pipeline.kernels.censored_field import fit_with_limits, limit_as_observation
from pipeline.kernels.linear_field import fit_field, predict_field


@pytest.mark.parametrize(("mean", "variance", "limit", "error"), [(1.0, 0.5, 0.3, 0.08), (2.0, 0.1, 2.2, 0.06)])
def test_a_limit_moves_a_belief_as_its_likelihood_does(
    mean: float, variance: float, limit: float, error: float
) -> None:
    at = np.linspace(-8, 8, 40001)
    density = norm.pdf(at, mean, variance**0.5) * norm.cdf((limit - at) / error**0.5)
    density /= density.sum()
    middle = (density * at).sum()
    value, of_limit = limit_as_observation(*map(np.array, (limit, error, mean, variance)))
    weight = variance / (variance + of_limit)
    assert mean + weight * (value - mean) == pytest.approx(middle, abs=1e-6)
    assert variance * of_limit / (variance + of_limit) == pytest.approx((density * (at - middle) ** 2).sum(), abs=1e-6)


def test_a_limit_far_above_what_is_expected_says_nothing() -> None:
    value, variance = limit_as_observation(*map(np.array, (4.0, 0.07, 1.5, 0.1)))
    assert variance == 100.0
    assert np.isfinite(value)


def test_ranges_hold_where_most_measurements_are_limits() -> None:
    """Wastes of three kinds, all below 400 ppm called that and no more: nine in ten of the others lie in their ranges."""
    held, off, of_middle = [], [], []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        kind, place = rng.integers(0, 3, 160), rng.uniform(0, 250, (2, 160))
        trend = np.column_stack([kind == 1, kind == 2]).astype(float)
        true = 2.0 + 0.3 * trend[:, 0] + 1.2 * trend[:, 1] + rng.normal(0, 0.3, 160)
        measured, some = true + rng.normal(0, 0.25, 160), np.arange(160) < 80
        below = measured < 2.6
        assert below[some].mean() > 0.5
        value, error = np.where(below, 2.6, measured), np.full(160, 0.0625)
        fitted = fit_with_limits(trend[some], value[some], error[some], below[some], *place[:, some])
        mean, variance, _ = predict_field(fitted, trend[~some], *place[:, ~some])
        held.append((np.abs(true[~some] - mean) <= 1.645 * np.sqrt(variance)).mean())
        poor = kind[~some] < 2
        off.append((true[~some] - mean)[poor].mean())
        numbers = np.where(below, 1.6, measured), np.where(below, 0.0625 + (2.0 / 3.29) ** 2, error)
        plain = fit_field(trend[some], numbers[0][some], numbers[1][some], *place[:, some])
        of_middle.append((true[~some] - predict_field(plain, trend[~some], *place[:, ~some])[0])[poor].mean())
    assert np.mean(held) >= 0.86
    assert abs(np.mean(off)) < 0.6 * np.mean(of_middle)  # a tenth of the limit, as a number, draws the poor down


def test_without_limits_it_is_the_plain_regression() -> None:
    rng = np.random.default_rng(3)
    table, place = rng.normal(0, 1, (40, 2)), rng.uniform(0, 50, (2, 40))
    value, error = table[:, 0] + rng.normal(0, 0.3, 40), np.full(40, 0.05)
    plain = fit_field(table, value, error, *place)
    assert fit_with_limits(table, value, error, np.zeros(40, dtype=bool), *place).coef.tolist() == plain.coef.tolist()
