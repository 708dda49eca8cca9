"""Plotting positions and regression on order statistics against the published example and the answers of large samples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import linregress

from layers.samples.order_statistics import fit_line, normal_scores, plotting_positions

DETECTED = np.array([3, 7, 9, 12, 15, 20, 27, 33, 50], dtype=float)
LIMITS = np.array([1] * 6 + [10] * 3, dtype=float)
"""Example of appendix B of Helsel & Cohn (1988): six results below 1, three below 10, nine detected."""


def test_plotting_positions_by_hand() -> None:
    found = plotting_positions(DETECTED, LIMITS)
    # At or above 10: 6 of 18. Of those below 10, 3 of 9 lie at or above 1: 1/3 + 3/9 * 2/3 = 5/9.
    np.testing.assert_allclose(found.below, [4 / 9, 2 / 3])
    np.testing.assert_allclose(found.detected[:3], 4 / 9 + (2 / 3 - 4 / 9) * np.array([1, 2, 3]) / 4)
    np.testing.assert_allclose(found.detected[3:], 2 / 3 + 1 / 3 * np.arange(1, 7) / 7)
    np.testing.assert_allclose(found.censored[0], 4 / 9 * np.arange(1, 7) / 7)
    np.testing.assert_allclose(found.censored[1], 2 / 3 * np.arange(1, 4) / 4)


def test_the_published_example() -> None:
    line = fit_line(DETECTED, LIMITS)
    published = [0.47, 0.85, 1.11, 1.27, 1.76, 2.34, 2.50, 3.03, 4.80]
    np.testing.assert_array_equal(
        np.floor(100 * np.sort(line.imputed())) / 100, published
    )  # printed cut to two decimals


def test_the_line_is_a_regression_on_normal_quantiles() -> None:
    line = fit_line(DETECTED, LIMITS)
    other = linregress(ndtri(line.positions.detected), np.log(DETECTED))
    assert (line.intercept, line.slope) == (pytest.approx(other.intercept), pytest.approx(other.slope))
    six, three = np.split(np.log(line.imputed()), [6])
    np.testing.assert_allclose(np.log(line.of_limit()), [six.mean(), three.mean()])


def test_without_limits_these_are_weibull_positions() -> None:
    found = plotting_positions(np.array([5.0, 1.0, 3.0]), np.array([]))
    np.testing.assert_allclose(found.detected, [3 / 4, 1 / 4, 2 / 4])
    assert found.censored == ()
    assert fit_line(np.array([5.0, 1.0, 3.0]), np.array([])).imputed().shape == (0,)


@pytest.mark.parametrize("limits", [(6.0,), (2.0, 6.0, 14.0)])
def test_mean_and_deviation_of_a_lognormal_sample_are_recovered_where_half_the_limit_misses_them(
    limits: tuple[float, ...],
) -> None:
    rng = np.random.default_rng(11)
    value = np.exp(rng.normal(2.0, 1.0, 20_000))
    limit = rng.choice(limits, len(value))
    below = value < limit
    line = fit_line(value[~below], limit[below])
    assert line.intercept == pytest.approx(2.0, abs=0.03)
    assert line.slope == pytest.approx(1.0, abs=0.03)
    filled = np.concatenate([value[~below], line.imputed()])
    assert filled.mean() == pytest.approx(np.exp(2.5), rel=0.02)
    assert np.log(filled).std() == pytest.approx(1.0, abs=0.03)
    assert np.log(np.where(below, limit / 2, value)).std() < 0.92


def test_normal_scores_share_ties_and_end_where_a_limit_says_nothing() -> None:
    measured, censored = normal_scores(np.array([4.0, 9.0, 4.0, 2.0]), np.array([3.0, 20.0]))
    assert measured[0] == measured[2] < measured[1]
    assert censored[0] < measured[0]
    assert censored[1] == 0.0  # below 20 is all that was measured
    quantile = ndtri(plotting_positions(np.array([4.0, 9.0, 4.0, 2.0]), np.array([3.0, 20.0])).detected)
    assert measured[0] == pytest.approx((quantile[0] + quantile[2]) / 2)


def test_scores_have_mean_0() -> None:
    value = np.exp(np.random.default_rng(5).normal(0, 2, 5_000))
    below = value < 1.5
    measured, censored = normal_scores(value[~below], np.full(below.sum(), 1.5))
    assert np.concatenate([measured, censored]).mean() == pytest.approx(0, abs=0.002)
