"""No belief about a waste ends before what was measured of it."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.evidence.assay_spread import (
    USUAL_ASSAYS,
    all_below,
    as_limit,
    greatest_of,
    mean_above,
    near_own_assay,
    variance_of_mean,
)
from pipeline.learning.grade_model import grades_of_sites, updated

HALF = 1.644854


def test_an_assay_lies_inside_the_range_however_strongly_everything_else_argues_against_it() -> None:
    rng = np.random.default_rng(1)
    expected, spread = rng.normal(2.5, 0.5, 500), rng.uniform(0.05, 0.6, 500)
    observed, error = expected + rng.normal(0, 1.0, 500), rng.uniform(0.1, 0.6, 500)
    found = updated(expected, spread, np.zeros(500), observed, error)
    away = np.abs(found["grade_log10"].to_numpy() - observed)
    assert (away < 0.78 * HALF * found["grade_sd"].to_numpy()).all()


def test_where_both_agree_nothing_is_widened() -> None:
    found = updated(*(np.array([value]) for value in (2.3, 0.5, 0.0, 3.0, 0.28)))
    assert found["grade_sd"][0] == pytest.approx(0.244, abs=0.001)
    assert found["grade_log10"][0] == pytest.approx(2.833, abs=0.001)
    nothing = near_own_assay(*(np.array([value]) for value in (np.nan, np.nan, 1.0, 0.3)))
    assert [part.tolist() for part in nothing] == [[1.0], [0.3]]


def test_a_belief_that_is_drawn_back_leaves_one_in_ten_beyond_the_assay() -> None:
    found = updated(*(np.array([value]) for value in (1.0, 0.2, 0.0, 3.0, 0.3)))
    middle, sd = found["grade_log10"][0], found["grade_sd"][0]
    assert (3.0 - middle) / sd == pytest.approx(1.2816, abs=1e-3)
    assert 0.2 < sd < 0.3


def test_an_assay_far_from_what_a_learned_law_and_neighbours_expect_lies_inside_too() -> None:
    rng = np.random.default_rng(2)
    trend = rng.normal(0, 1, (80, 1))
    observed = 2.0 + 0.5 * trend[:, 0] + rng.normal(0, 0.05, 80)
    observed[7] += 2.0
    place = rng.uniform(0, 50, (2, 80))
    _, found = grades_of_sites(trend, observed, np.full(80, 0.3), *place)
    middle, sd = (found[name].to_numpy() for name in ("grade_log10", "grade_sd"))
    assert (observed[7] - middle[7]) / sd[7] == pytest.approx(1.2816, abs=1e-3)
    assert (np.abs(middle - observed) < HALF * sd).all()


def test_wastes_in_which_nothing_was_detected_stand_where_all_else_lets_expect_below_their_limit() -> None:
    """One limit, three kinds of waste: none is believed above it, and no two kinds are one value."""
    found = updated(
        np.array([1.8, 2.3, 3.2]),
        np.full(3, 0.3),
        np.zeros(3),
        np.full(3, 2.6),
        np.full(3, 0.25),
        np.ones(3, dtype=bool),
    )
    middle = found["grade_log10"].to_numpy()
    assert middle[0] == pytest.approx(1.8, abs=0.02)
    assert middle[0] < middle[1] < 2.3
    assert middle[1] < middle[2] < 2.85
    assert found["grade_sd"][2] < found["grade_sd"][0] <= 0.3


def test_the_greatest_of_samples_is_that_of_order_statistics() -> None:
    """Means 0, 0.5642, 1.0294 and 1.8675, variances 1, 0.6817, 0.4917 and 0.2757 (Harter 1961, for 1, 2, 4 and 20)."""
    mean, variance = greatest_of(np.array([1.0, 2.0, 4.0, 20.0]))
    assert mean == pytest.approx([0.0, 0.5642, 1.0294, 1.8675], abs=1e-3)
    assert variance == pytest.approx([1.0, 0.6817, 0.4917, 0.2757], abs=1e-3)


@pytest.mark.parametrize(("expected", "spread"), [(0.5, 0.3), (0.3, 0.5), (0.0, 0.5), (-1.0, 0.8)])
def test_samples_that_all_lie_below_a_limit_are_weighed_by_the_chance_that_every_one_does(
    expected: float, spread: float
) -> None:
    """Against the posterior on a grid, for samples that scatter by 0.28 about a waste whose samples are all off by 0.1."""
    from scipy.special import log_ndtr, roots_hermitenorm

    grid = np.linspace(-6.0, 4.0, 4001)
    off, weight = roots_hermitenorm(15)
    mean_of, most = [], []
    for n in (1, 2, 4, 8):
        each = np.exp(n * log_ndtr((-grid[:, None] - 0.10 * off) / 0.28)) @ weight
        density = each * np.exp(-0.5 * ((grid - expected) / spread) ** 2)
        density /= density.sum()
        mean_of.append(density @ grid)
        middle, variance = all_below(np.array([-1.0]), np.array([n]), 0.28**2, 0.10**2)
        limit, error = as_limit(middle, variance, np.array([True]))
        found = updated(
            *(np.array([value]) for value in (expected, spread, 0.0)), limit, np.sqrt(error), np.array([True])
        )
        most.append(found["grade_log10"][0] + HALF * found["grade_sd"][0])
        if most[-1] < limit[0] + 1.2816 * np.sqrt(error[0]) - 1e-3:  # nor is it lowered further
            assert found["grade_log10"][0] == pytest.approx(mean_of[-1], abs=0.03)
    assert (np.diff(most) < -0.05).all()
    assert 10 ** most[2] <= 1.0  # of four samples


def test_a_waste_of_four_samples_in_which_nothing_was_detected_ends_where_its_limits_do() -> None:
    """All else lets expect a thousand ppm and more; the limits of each sample sum up to 880."""
    middle, variance = all_below(
        np.full(1, np.log10(88.0)), np.full(1, 4.0), USUAL_ASSAYS.sample_sd_log10**2, USUAL_ASSAYS.bias_sd_log10**2
    )
    limit, error = as_limit(middle, variance, np.ones(1, dtype=bool))
    for expected in (2.5, 3.0, 3.3, 4.0):
        for spread in (0.2, 0.5):
            prior = np.array([expected]), np.array([spread]), np.zeros(1)
            found = updated(*prior, limit, np.sqrt(error), np.ones(1, dtype=bool))
            assert 10 ** (found["grade_log10"][0] + HALF * found["grade_sd"][0]) <= 880.0


def test_the_mean_of_samples_rather_lies_below_that_of_their_waste() -> None:
    """One sample of 0.25 dex lies 0.072 decades below the mean (1.18 times), and the mean of thirty 0.003."""
    assert variance_of_mean(0.25**2, 1.0) == pytest.approx(0.25**2)
    assert mean_above(variance_of_mean(0.25**2, 1.0)) == pytest.approx(0.07196, abs=1e-5)
    assert mean_above(variance_of_mean(0.25**2, 30.0)) == pytest.approx(0.00283, abs=1e-4)
    assert variance_of_mean(5.0, 1.0) == pytest.approx(
        0.36
    )  # samples 170 times apart are of several wastes, or in other units


@pytest.mark.parametrize(("sd", "n"), [(0.25, 1), (0.25, 3), (0.5, 2), (0.5, 12)])
def test_the_range_of_a_mean_holds_the_mean_whose_samples_scatter_by_factors(sd: float, n: int) -> None:
    rng = np.random.default_rng(5)
    below_mean = -np.log(10.0) / 2.0 * sd**2
    samples = 10 ** rng.normal(below_mean, sd, (20_000, n))  # of a waste that holds 1 ppm on average
    variance = variance_of_mean(sd**2, float(n))
    middle = np.log10(samples.mean(axis=1)) + mean_above(variance)
    held = np.abs(middle) < 1.645 * np.sqrt(variance)
    # Moments of the mean, not of its logarithm, are those of a log-normal: a little wide.
    assert 0.885 < held.mean() < 0.945
    assert abs(middle.mean()) < 0.2 * np.sqrt(variance)
