"""Samples around sites: small cases by hand, and the two paths against each other."""

from __future__ import annotations

import numpy as np
import pytest

from layers.crs import geodesic_km
from pipeline.kernels.sample_grid import look_around

KM_PER_DEGREE = 111.19508
"""On a sphere of the Earth's mean radius."""


def around(samples: list[tuple[float, float]], values: list[float], **options: float):
    column = np.array(values, dtype=float)[:, None]
    return look_around(np.array([[10.0, 0.0]]), np.array(samples, dtype=float), column, column, radius_km=30, **options)


def test_mean_by_inverse_square_of_distance() -> None:
    found = around([(10.1, 0.0), (9.8, 0.0)], [1.0, 4.0])
    assert found.n.tolist() == [2]
    assert found.nearest.tolist() == [0]
    assert found.mean[0, 0] == pytest.approx((4 * 1 + 1 * 4) / 5, rel=1e-5)


def test_nearer_than_the_least_distance_counts_as_there() -> None:
    found = around([(10.0, 0.0), (10.0, 0.05)], [1.0, 3.0], least_km=10)
    assert found.mean[0, 0] == pytest.approx(2.0)


def test_the_radius_is_great_circle_kilometres() -> None:
    reach = 30 / KM_PER_DEGREE
    assert around([(10.0, reach * 0.9999)], [1.0]).n.tolist() == [1]
    assert around([(10.0, reach * 1.0001)], [1.0]).n.tolist() == [0]


def test_percentile_and_maximum_leave_missing_values_out() -> None:
    values = [*np.arange(1.0, 12.0), np.nan]
    found = around([(10.0 + i / 100, 0.0) for i in range(12)], values)
    assert found.n.tolist() == [12]
    assert found.percentile[0, 0] == pytest.approx(10.0)
    assert found.maximum[0, 0] == 11.0


def test_nothing_around_is_missing_not_zero() -> None:
    for samples, values in (([(50.0, 0.0)], [1.0]), ([(10.0, 0.0)], [np.nan])):
        found = around(samples, values)
        assert np.isnan([found.mean[0, 0], found.percentile[0, 0], found.maximum[0, 0]]).all()


def test_no_samples_and_no_sites() -> None:
    none = np.empty((0, 2))
    assert look_around(np.array([[10.0, 0.0]]), none, none, none, radius_km=5).n.tolist() == [0]
    assert look_around(none, np.array([[10.0, 0.0]]), np.ones((1, 3)), np.ones((1, 1)), radius_km=5).mean.shape == (
        0,
        3,
    )


def test_across_the_date_line_and_near_a_pole() -> None:
    site = np.array([[179.99, 84.9], [0.0, 89.99]])
    samples = np.array([[-179.95, 84.9], [180.0, 89.99]])
    found = look_around(site, samples, np.ones((2, 1)), np.ones((2, 1)), radius_km=5)
    assert found.n.tolist() == [1, 1]
    assert found.nearest.tolist() == [0, 1]


@pytest.mark.parametrize("power", [2.0, 1.5])
def test_compiled_pass_gives_the_same_numbers(power: float) -> None:
    rng = np.random.default_rng(5)
    sites = np.column_stack([rng.uniform(-90, -88, 60), rng.uniform(60, 62, 60)])
    samples = np.column_stack([rng.uniform(-90, -88, 3000), rng.uniform(60, 62, 3000)])
    samples[:30] = samples[30:60]
    values = rng.normal(size=(3000, 4))
    values[rng.random(values.shape) < 0.3] = np.nan
    amounts = np.round(10 ** values[:, :2], 1)
    one, other = (
        look_around(sites, samples, values, amounts, radius_km=15, power=power, compiled=compiled)
        for compiled in (False, True)
    )
    assert one.n.tolist() == other.n.tolist()
    assert one.n.min() > 0
    assert one.nearest.tolist() == other.nearest.tolist()
    for name in ("mean", "percentile", "maximum"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12, atol=1e-13)


def test_against_a_loop_over_geodesic_distances() -> None:
    rng = np.random.default_rng(6)
    sites = np.column_stack([rng.uniform(-80, -79, 20), rng.uniform(50, 51, 20)])
    samples = np.column_stack([rng.uniform(-80, -79, 400), rng.uniform(50, 51, 400)])
    value = rng.normal(size=(400, 1))
    found = look_around(sites, samples, value, value, radius_km=20)
    for row, (lon, lat) in enumerate(sites):
        km = geodesic_km(np.full(400, lon), np.full(400, lat), samples[:, 0], samples[:, 1])
        assert (km <= 20 * 0.994).sum() <= found.n[row] <= (km <= 20 * 1.006).sum()
        assert km[found.nearest[row]] == pytest.approx(km.min(), rel=0.01)
        weight = 1 / np.maximum(km[km <= 20], 0.1) ** 2
        assert found.mean[row, 0] == pytest.approx(np.average(value[km <= 20, 0], weights=weight), abs=0.05)


def test_a_part_of_the_samples_gives_the_same_bits() -> None:
    rng = np.random.default_rng(7)
    samples = np.column_stack([rng.uniform(-80, -70, 5000), rng.uniform(50, 55, 5000)])
    value = rng.normal(size=(5000, 2))
    site = np.array([[-75.0, 52.0]])
    near = np.abs(samples - site).max(axis=1) < 1
    whole = look_around(site, samples, value, value, radius_km=25)
    part = look_around(site, samples[near], value[near], value[near], radius_km=25)
    assert whole.mean.tolist() == part.mean.tolist()
    assert np.flatnonzero(near)[part.nearest].tolist() == whole.nearest.tolist()
