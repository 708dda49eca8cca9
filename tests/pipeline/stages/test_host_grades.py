"""Expected grades of kinds of host are moved by the wastes of the region that were assayed."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.evidence.assay_spread import USUAL_ASSAYS
from pipeline.evidence.host_grades import host_grades, taught_by_wastes

GRAB_SD = float(np.sqrt(USUAL_ASSAYS.variance(1)))


def test_assays_of_a_kind_move_it_and_leave_the_others() -> None:
    """Four assays at 10 times the expectation, the tables counting four: the middle moves by half a decade."""
    utility = np.array([0.5] * 5 + [0.05] * 3)
    expected, spread = host_grades(utility, "REE", 500.0)
    measured = np.where(np.arange(8) < 4, expected + 1.0, np.nan)
    middle, sd, shared, counts = taught_by_wastes(expected, spread, measured, np.full(len(measured), GRAB_SD))
    assert middle[:5] == pytest.approx(expected[0] + 0.5)
    assert middle[5:].tolist() == expected[5:].tolist()
    assert sd[0] > 0.5 * spread[0]
    assert shared[0] == pytest.approx(sd[0] / 8**0.5)
    assert list(counts.values()) == [4]


def test_without_assays_nothing_moves() -> None:
    expected, spread = host_grades(np.array([0.9, 0.1]), "REE", 500.0)
    middle, sd, shared, counts = taught_by_wastes(expected, spread, *np.full((2, 2), np.nan))
    assert middle.tolist() == expected.tolist()
    assert sd.tolist() == spread.tolist()
    assert shared == pytest.approx(spread / 2)
    assert counts == {}


def test_many_assays_outweigh_the_tables() -> None:
    expected, spread = host_grades(np.full(100, 0.9), "REE", 500.0)
    measured = np.random.default_rng(3).normal(2.0, 0.2, 100)
    middle, sd, shared, _ = taught_by_wastes(expected, spread, measured, np.full(len(measured), GRAB_SD))
    assert middle[0] == pytest.approx(2.0, abs=0.1)
    assert sd[0] == pytest.approx(0.2, abs=0.15)
    assert shared[0] < 0.05


def test_analyses_that_leave_the_grade_open_move_a_kind_less() -> None:
    """Of error twice that of a grab sample four wastes count as one; better ones count as themselves and no more."""
    expected, spread = host_grades(np.full(4, 0.5), "REE", 500.0)
    moved = {
        factor: taught_by_wastes(expected, spread, expected + 1.0, np.full(4, factor * GRAB_SD))[0][0] - expected[0]
        for factor in (0.3, 1.0, 2.0)
    }
    assert moved[0.3] == moved[1.0] == pytest.approx(0.5)
    assert moved[2.0] == pytest.approx(1.0 / 5.0)
