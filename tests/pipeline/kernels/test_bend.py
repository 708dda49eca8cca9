"""The bend of a law: learned where measurements show it, nothing where they do not."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.kernels.bend import BEND_LENGTH, BEND_SD, bend
from pipeline.learning import grade_model


def test_nothing_measured_moves_nothing() -> None:
    none = np.array([])
    assert bend(none, none, none, np.array([1.0, 3.0])).tolist() == [0.0, 0.0]


def test_a_law_that_levels_off_is_followed_where_it_does() -> None:
    rng = np.random.default_rng(3)
    expected = rng.uniform(1.0, 4.0, 600)
    true = np.minimum(expected, 3.2)
    observed = true + rng.normal(0.0, 0.4, 600)
    wanted = np.array([1.5, 2.2, 3.6, 3.9])
    moved = bend(expected, observed, np.full(600, 0.16), wanted)
    assert np.abs(moved[:2]).max() < 0.08
    assert moved[2] == pytest.approx(-0.4, abs=0.12)
    assert moved[3] == pytest.approx(-0.7, abs=0.2)


def test_a_straight_law_stays_straight() -> None:
    rng = np.random.default_rng(4)
    moved = [
        bend(expected, expected + rng.normal(0.0, 0.5, 40), np.full(40, 0.25), np.array([2.5]))[0]
        for expected in (rng.uniform(1.0, 4.0, 40) for _ in range(300))
    ]
    assert abs(np.mean(moved)) < 0.02
    assert np.std(moved) < 0.1


def test_a_measurement_counts_by_its_variance_and_fades() -> None:
    """One measurement: the prior of the bend and the variance of the difference share it (worked by hand)."""
    at, off = np.array([2.0]), 0.3
    for variance in (0.01, 0.16, 4.0):
        moved = bend(at, at + off, np.array([variance]), np.array([2.0, 2.0 + BEND_LENGTH, 6.0]))
        whole = off * BEND_SD**2 / (BEND_SD**2 + variance)
        assert moved == pytest.approx([whole, whole * np.exp(-0.5), 0.0], abs=1e-9)


def test_measurements_in_classes_say_what_each_alone_says() -> None:
    rng = np.random.default_rng(5)
    expected = np.repeat(np.linspace(1.0, 4.0, 20), 50)
    observed = expected + 0.2 * np.sin(expected) + rng.normal(0.0, 0.4, len(expected))
    variance = rng.uniform(0.1, 0.3, len(expected))
    wanted = np.linspace(1.0, 4.0, 7)

    def alike(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return BEND_SD**2 * np.exp(-0.5 * ((first[:, None] - second) / BEND_LENGTH) ** 2)

    exact = alike(wanted, expected) @ np.linalg.solve(
        alike(expected, expected) + np.diag(variance), observed - expected
    )
    assert bend(expected, observed, variance, wanted) == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize(("bent", "moves"), [(0.2, 0.0), (-0.2, -0.2)])
def test_what_nobody_sampled_is_lowered_by_the_bend_and_never_raised(
    monkeypatch: pytest.MonkeyPatch, bent: float, moves: float
) -> None:
    """Wastes are rather sampled where much is expected: they show what is too high for the others, not what is too low."""
    rng = np.random.default_rng(2)
    trend = rng.normal(size=(60, 2))
    observed = np.where(np.arange(60) < 40, 2.5 + 0.4 * trend[:, 0] + rng.normal(0, 0.2, 60), np.nan)
    known = (observed, np.where(np.isfinite(observed), 0.25, np.nan), rng.uniform(0, 90, 60), rng.uniform(0, 90, 60))
    tables = []
    for amount in (0.0, bent):
        monkeypatch.setattr(grade_model, "bend", lambda *given, amount=amount: np.full(len(given[3]), amount))
        tables.append(grade_model.grades_of_sites(trend, *known)[1])
    moved = tables[1]["grade_log10"] - tables[0]["grade_log10"]
    assert moved[:40].tolist() == pytest.approx([0.0] * 40)
    assert moved[40:].tolist() == pytest.approx([moves] * 20)
