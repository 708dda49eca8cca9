"""Visits that bring most per cost without giving up more than they may."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from pipeline.kernels.paying_visits import pay_most_per_cost


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("visits", [1, 3, 5])
def test_what_is_given_up_at_will_leaves_the_most_per_cost_of_all_sets(seed: int, visits: int) -> None:
    rng = np.random.default_rng(seed)
    gain, cost = 10.0 ** rng.normal(0.0, 0.7, 12), rng.uniform(1.0, 4.0, 12)
    chosen = pay_most_per_cost(gain, cost, visits, 0.0)
    sets = [list(rows) for rows in combinations(range(12), visits)]
    assert gain[chosen].sum() / cost[chosen].sum() == pytest.approx(max(gain[s].sum() / cost[s].sum() for s in sets))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("share", [0.8, 0.95, 1.0])
def test_no_other_visits_bring_as_much_for_less(seed: int, share: float) -> None:
    rng = np.random.default_rng([seed, 1])
    gain, cost = 10.0 ** rng.normal(0.0, 0.7, 12), rng.uniform(1.0, 4.0, 12)
    chosen = pay_most_per_cost(gain, cost, 4, share)
    assert gain[chosen].sum() >= share * np.sort(gain)[-4:].sum() * (1 - 1e-9)
    for rows in map(list, combinations(range(12), 4)):
        more, cheaper = gain[rows].sum() > gain[chosen].sum() + 1e-9, cost[rows].sum() < cost[chosen].sum() - 1e-9
        assert not (more and cheaper)


def test_a_poor_waste_at_a_road_does_not_stand_for_a_rich_one_far_from_it() -> None:
    """One of 100 t at a cost of 3, one of 40 t at 1: alone the near one brings more per cost, but gives up 60 %."""
    gain, cost = np.array([100.0, 40.0]), np.array([3.0, 1.0])
    assert list(pay_most_per_cost(gain, cost, 1, 0.9)) == [0]
    assert list(pay_most_per_cost(gain, cost, 1, 0.3)) == [1]
    assert list(pay_most_per_cost(gain, cost, 5, 0.9)) == [1, 0]


def test_where_nothing_pays_the_cheapest_are_visited() -> None:
    chosen = pay_most_per_cost(np.zeros(4), np.array([3.0, 1.0, 2.0, 1.0]), 2, 0.9)
    assert sorted(chosen) == [1, 3]
    assert len(pay_most_per_cost(np.empty(0), np.empty(0), 3, 0.9)) == 0
