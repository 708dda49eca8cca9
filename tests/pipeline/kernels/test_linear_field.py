"""A regression with a field: answers by hand, against brute force, and nothing learned where nothing is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from pipeline.kernels.field_likelihood import BAND, INTERCEPT_VARIANCE, Spread, log_likelihood, marginal, slopes
from pipeline.kernels.linear_field import AT_ONCE, LinearField, fit_field, predict_field


def known(spread: Spread, value: list[float], own_variance: list[float], x_km: list[float], mean: float) -> LinearField:
    """Return a field whose trend is a mean that is exactly known."""
    ones = np.ones((len(value), 1))
    places = np.array(x_km), np.zeros(len(value))
    return LinearField(
        spread, np.array([mean]), np.zeros((1, 1)), ones, np.array(value), np.array(own_variance), *places, 0.0
    )


@pytest.mark.parametrize(("n", "mean", "sd"), [(1, 2.833, 0.244), (4, 2.949, 0.135), (16, 2.986, 0.069)])
def test_an_assay_is_shrunk_toward_what_is_expected_of_its_like(n: int, mean: float, sd: float) -> None:
    field = known(Spread(0.0, 0.0, 1.0, 0.25), [3.0], [0.28**2 / n], [0.0], 2.3)
    found, variance, unshared = predict_field(field, np.empty((1, 0)), np.zeros(1), np.zeros(1), np.array([0]))
    assert found[0] == pytest.approx(mean, abs=6e-4)
    assert np.sqrt(variance[0]) == pytest.approx(sd, abs=6e-4)
    assert unshared[0] == 0.0


def test_an_assay_next_door_takes_away_what_is_shared() -> None:
    distance = -10.0 * np.log(0.8)
    field = known(Spread(0.0, 1.0, 10.0, 0.0), [1.0], [0.25], [0.0], 0.0)
    found, variance, _ = predict_field(field, np.empty((1, 0)), np.array([distance]), np.zeros(1))
    assert found[0] == pytest.approx(0.8 / 1.25)
    assert variance[0] == pytest.approx(1.0 - 0.512)


def test_far_from_all_assays_the_trend_speaks_alone() -> None:
    field = known(Spread(0.0, 1.0, 10.0, 0.2), [1.0], [0.25], [0.0], 0.5)
    found, variance, unshared = predict_field(field, np.empty((1, 0)), np.array([5000.0]), np.zeros(1))
    assert (found[0], variance[0], unshared[0]) == (pytest.approx(0.5), pytest.approx(1.2), 0.2)


def planted(n: int, rng: np.random.Generator, sill: float) -> tuple[np.ndarray, ...]:
    table = rng.normal(size=(n, 3))
    x, y = rng.uniform(0, 200, (2, n))
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    covariance = sill * np.exp(-distance / 20.0) + 1e-9 * np.eye(n)
    value = table @ [0.4, -0.2, 0.0] + 2.0 + np.linalg.cholesky(covariance) @ rng.normal(size=n)
    return table, value + rng.normal(0, 0.3, n), x, y


@pytest.mark.parametrize("n", [25, BAND, 2 * BAND + 1])
def test_the_likelihood_is_that_of_the_whole_normal_distribution(n: int) -> None:
    table, value, x, y = planted(n, np.random.default_rng(1), 0.3)
    spread, own = Spread(0.2, 0.3, 15.0, 0.05), np.full(n, 0.04)
    design = np.column_stack([table, np.ones(n)])
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    prior = np.diag([0.2, 0.2, 0.2, INTERCEPT_VARIANCE])
    covariance = 0.3 * np.exp(-distance / 15.0) + 0.09 * np.eye(n) + design @ prior @ design.T
    told = marginal(spread, design, value, own, [np.arange(n)], [distance])
    assert log_likelihood(spread, design, value, own, [np.arange(n)], [distance]) == pytest.approx(
        told.log_likelihood, abs=1e-8
    )
    assert told.log_likelihood == pytest.approx(multivariate_normal(np.zeros(n), covariance).logpdf(value), abs=1e-4)
    assert told.coef == pytest.approx(prior @ design.T @ np.linalg.solve(covariance, value), abs=1e-6)
    gain = prior @ design.T @ np.linalg.solve(covariance, design @ prior)
    assert told.coef_covariance == pytest.approx(prior - gain, abs=1e-6)


@pytest.mark.parametrize("ask", [marginal, log_likelihood])
def test_a_covariance_that_is_none_stops_the_fit(ask: Callable[..., object]) -> None:
    design, value = np.ones((3, 1)), np.arange(3.0)
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        ask(Spread(0.1, 1.0, 1.0, 0.1), design, value, np.full(3, -2.0), [np.arange(3)], [np.zeros((3, 3))])


def test_a_fit_takes_no_likelihood_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The five starts of the search are compared without slopes; what the search ended with is the answer."""
    asked: list[Spread] = []

    def noted(spread: Spread, *rest: Any) -> Any:
        asked.append(spread)
        return marginal(spread, *rest)

    monkeypatch.setattr("pipeline.kernels.linear_field.marginal", noted)
    table, value, x, y = planted(60, np.random.default_rng(6), 0.5)
    fitted = fit_field(table, value, np.full(60, 0.04), x, y)
    assert fitted.spread.sill > 0
    assert asked[-1] == fitted.spread
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("n", [30, 2 * BAND + 20])
@pytest.mark.parametrize("sill", [0.0, 0.3])
def test_the_slopes_of_the_likelihood_are_those_of_small_steps(sill: float, n: int) -> None:
    table, value, x, y = planted(n, np.random.default_rng(3), 0.3)
    design, own = np.column_stack([table, np.ones(n)]), np.full(n, 0.04)
    blocks = [np.arange(14), np.arange(14, n)]
    distance = [np.hypot(x[rows][:, None] - x[rows], y[rows][:, None] - y[rows]) for rows in blocks]

    def told(point: np.ndarray) -> tuple[float, np.ndarray]:
        slope, nugget, field, range_km = np.exp(point)
        spread = Spread(slope, field if sill else 0.0, range_km, nugget)
        found = marginal(spread, design, value, own, blocks, distance)
        return found.log_likelihood, slopes(found, spread, distance)

    point = np.log([0.2, 0.05, 0.3, 15.0])
    steps = [(told(point + step)[0] - told(point - step)[0]) / 2e-5 for step in 1e-5 * np.eye(4)]
    assert told(point)[1] == pytest.approx(steps, abs=1e-5)


@pytest.mark.parametrize("leave_own_out", [False, True])
def test_without_a_field_places_are_predicted_as_beside_one_that_is_almost_none(*, leave_own_out: bool) -> None:
    rng = np.random.default_rng(4)
    table, value, x, y = planted(40, rng, 0.0)
    plain, almost = (
        LinearField(Spread(0.2, sill, 20.0, 0.05), np.array([0.4, -0.2, 0.0, 2.0]), 0.01 * np.eye(4),
                    np.column_stack([table, np.ones(40)]), value, np.full(40, 0.04), x, y, 0.0)
        for sill in (0.0, 1e-12)
    )  # fmt: skip
    n = AT_ONCE + 7
    own = np.where(rng.random(n) < 0.3, rng.integers(0, 40, n), -1)
    places = rng.normal(size=(n, 3)), *rng.uniform(0, 200, (2, n)), own
    without, beside = (predict_field(field, *places, leave_own_out=leave_own_out) for field in (plain, almost))
    for told, expected in zip(without, beside, strict=True):
        assert told == pytest.approx(expected, abs=1e-9)


def test_with_all_sites_as_neighbours_it_is_the_exact_prediction() -> None:
    table, value, x, y = planted(28, np.random.default_rng(2), 0.3)
    own = np.full(28, 0.05)
    field = fit_field(table[:24], value[:24], own[:24], x[:24], y[:24])
    spread = field.spread
    every = np.column_stack([table, np.ones(28)])
    prior = np.diag([spread.slope] * 3 + [INTERCEPT_VARIANCE])
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    true = spread.sill * np.exp(-distance / spread.range_km) + spread.nugget * np.eye(28) + every @ prior @ every.T
    seen, new = slice(0, 24), slice(24, 28)
    weights = np.linalg.solve(true[seen, seen] + 0.05 * np.eye(24), true[seen, new])
    mean, variance, _ = predict_field(field, table[new], x[new], y[new])
    assert mean == pytest.approx(weights.T @ value[:24], abs=1e-5)
    assert variance == pytest.approx(np.diag(true[new, new] - true[new, seen] @ weights), abs=1e-5)


def test_a_planted_field_is_found_and_its_ranges_hold() -> None:
    held = []
    for seed in range(6):
        table, value, x, y = planted(400, np.random.default_rng(seed), 0.5)
        field = fit_field(table[:250], value[:250], np.full(250, 0.04), x[:250], y[:250])
        assert 0.15 < field.spread.sill < 1.5
        assert 5.0 < field.spread.range_km < 80.0
        mean, variance, _ = predict_field(field, table[250:], x[250:], y[250:])
        held.append(np.mean(np.abs(value[250:] - mean) <= 1.645 * np.sqrt(variance + 0.04)))
    assert 0.87 <= np.mean(held) <= 0.93


def test_nothing_is_added_where_neighbours_are_not_alike() -> None:
    none = 0
    for seed in range(10):
        table, value, x, y = planted(120, np.random.default_rng(seed), 0.0)
        none += fit_field(table, value, np.full(120, 0.04), x, y).spread.sill == 0.0
    assert none >= 8


def test_many_measured_sites_are_cut_into_groups_and_give_almost_the_same() -> None:
    table, value, x, y = planted(900, np.random.default_rng(5), 0.5)
    field = fit_field(table[:850], value[:850], np.full(850, 0.04), x[:850], y[:850])
    assert 0.25 < field.spread.sill < 1.0
    assert field.coef[:2] == pytest.approx([0.4, -0.2], abs=0.06)
    mean, _, _ = predict_field(field, table[850:], x[850:], y[850:])
    assert np.corrcoef(mean, value[850:])[0, 1] > 0.75
