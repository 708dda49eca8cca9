"""Null label fields: known answers, and that they keep the clustering they must keep."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from pipeline.kernels.spatial_blocks import fit_variogram
from pipeline.kernels.spatial_nulls import (
    best_share,
    fitted_field,
    latent_correlation,
    monte_carlo_p,
    random_fields,
    shifted_rows,
    shifted_values,
)


def places(n: int, seed: int, extent_km: float = 200.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(0, extent_km, n), rng.uniform(0, extent_km, n)


def test_four_of_ninety_nine_draws_give_one_in_twenty() -> None:
    draws = np.repeat([0.9, 0.1], [4, 95])
    assert monte_carlo_p(0.5, draws) == pytest.approx(0.05)
    assert monte_carlo_p(2.0, draws) == pytest.approx(0.01)


def test_no_shift_gives_every_site_its_own_label() -> None:
    x, y = places(150, 1)
    assert (shifted_rows(x, y, (0.0, 0.0)) == np.arange(150)).all()


def test_a_shift_by_one_column_of_a_grid_moves_labels_by_one_column_round_the_torus() -> None:
    column, row = (part.ravel() for part in np.meshgrid(np.arange(5.0), np.arange(4.0)))
    rows = shifted_rows(column, row, (1.0, 0.0))
    inside = column >= 1
    assert (column[rows][inside] == column[inside] - 1).all()
    assert (row[rows] == row).all()


def test_shifted_labels_keep_their_number_and_their_clustering() -> None:
    x, y = places(300, 2)
    field = random_fields(x, y, 60.0, 0.0, 1, np.random.default_rng(3))[:, 0]
    positive = field > np.quantile(field, 0.8)
    moved = shifted_values(x, y, positive.astype(float), positive, 40, 1)
    counts = moved.sum(axis=0)
    assert (np.abs(counts - positive.sum()) <= 13).mean() > 0.9
    near = np.hypot(x[:, None] - x, y[:, None] - y) < 15
    near &= ~np.eye(300, dtype=bool)

    def alike(label: np.ndarray) -> float:
        return float((near * (label[:, None] == label)).sum() / near.sum())

    free = np.mean([alike(np.random.default_rng(at).permutation(positive)) for at in range(20)])
    assert np.mean([alike(moved[:, at] > 0.5) for at in range(40)]) > (alike(positive) + free) / 2


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("rho", [0.3, 0.8])
def test_the_correlation_behind_an_indicator_is_that_of_the_bivariate_normal(share: float, rho: float) -> None:
    cut = norm.isf(share)
    both = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([-cut, -cut])
    indicator = (both - share**2) / (share * (1 - share))
    assert latent_correlation(np.array([indicator]), share)[0] == pytest.approx(rho, abs=0.01)


def test_random_fields_have_unit_variance_and_the_range_asked_for() -> None:
    x, y = places(400, 4, 100.0)
    fields = random_fields(x, y, 30.0, 0.2, 200, np.random.default_rng(5))
    assert fields.var(axis=1).mean() == pytest.approx(1.0, abs=0.05)
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    for low, high in ((4, 6), (9, 11), (19, 21)):
        i, j = np.nonzero((distance > low) & (distance < high))
        told = 0.8 * np.exp(-3 * (low + high) / 2 / 30.0)
        assert np.mean(fields[i] * fields[j]) == pytest.approx(told, abs=0.05)


def test_a_fitted_field_is_as_clustered_as_the_labels_it_was_fitted_to() -> None:
    x, y = places(400, 6)
    field = random_fields(x, y, 70.0, 0.0, 1, np.random.default_rng(8))[:, 0]
    label = best_share(field[:, None], 100)[:, 0].astype(float)
    drawn = best_share(fitted_field(x, y, label, 30, 1, indicator=True), 100)
    lags = slice(0, 3)
    true = np.array(fit_variogram(x * 1e3, y * 1e3, label).semivariance)[lags]
    again = np.mean([fit_variogram(x * 1e3, y * 1e3, one.astype(float)).semivariance[:3] for one in drawn.T], axis=0)
    assert again == pytest.approx(true, rel=0.4)


def test_the_largest_share_of_each_column_is_chosen() -> None:
    chosen = best_share(np.array([[1.0, 5.0], [3.0, 2.0], [2.0, 9.0]]), 2)
    assert chosen.tolist() == [[False, True], [True, False], [True, True]]
