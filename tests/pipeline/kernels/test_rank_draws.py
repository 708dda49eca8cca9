"""From one belief about every waste to amounts, chances and ranks: answers of the lognormal algebra, and ranks that hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit, ndtr

from pipeline.evidence.host_grades import host_grades
from pipeline.evidence.site_amounts import site_amounts
from pipeline.kernels.rank_draws import (
    GRADE_SCORES,
    Aim,
    WasteBelief,
    amounts,
    chance_of_quantiles,
    choose_aim,
    draw_ranks,
    two_digits,
    with_share,
)
from pipeline.learning.applicability import within_waste_variance
from pipeline.learning.grade_model import quantile_of_log_odds, updated


def belief(
    grade: list[float], tonnes: list[float], grade_sd: float, tonnage_sd: float, exists: float = 1.0
) -> WasteBelief:
    n = len(grade)
    grades, logs = np.log10(grade), np.log10(tonnes)
    return WasteBelief(
        np.full(n, exists), grades, np.full(n, grade_sd), logs, np.full(n, tonnage_sd), np.full(n, tonnage_sd)
    )


def test_amounts_are_those_of_the_lognormal_algebra() -> None:
    """Median grade 400 ppm and 100 000 t, half a decade on either: worked out by hand from the bivariate normal."""
    one = belief([400.0], [1e5], 0.5, 0.5)
    found = amounts(one, Aim(np.log10(500.0), 1e12, 50.0))
    assert one.chance(np.log10(500.0))[0] == pytest.approx(0.4232, abs=1e-4)
    assert found["chance_payable"][0] == pytest.approx(0.3108, abs=0.01)
    assert found["payable_t"][0] == pytest.approx(125.1, rel=0.1)
    sd = np.hypot(0.5, 0.5)
    assert found["contained_low_t"][0] == pytest.approx(40 * 10 ** (-1.645 * sd), rel=0.1)
    assert found["contained_high_t"][0] == pytest.approx(40 * 10 ** (1.645 * sd), rel=0.1)


def test_a_waste_that_may_not_be_there_counts_by_its_chance_and_the_cap_holds() -> None:
    sure, doubtful = (belief([2000.0], [1e6], 0.05, 0.05, chance) for chance in (1.0, 0.25))
    aim = Aim(np.log10(500.0), 1e12, 100.0)
    whole, part = amounts(sure, aim), amounts(doubtful, aim)
    assert part["payable_t"][0] == pytest.approx(whole["payable_t"][0] / 4, rel=0.02)
    assert part["payable_low_t"][0] == 0.0
    assert amounts(sure, Aim(np.log10(500.0), 700.0, 100.0))["payable_t"][0] == pytest.approx(700.0)


def test_the_expectation_of_the_first_k_is_the_greatest_for_every_k() -> None:
    rng = np.random.default_rng(3)
    many = belief(list(10 ** rng.normal(2.5, 0.6, 60)), list(10 ** rng.normal(5, 1, 60)), 0.4, 0.6)
    expected = amounts(many, choose_aim(many, 3.0, 10, None, 1))["payable_t"]
    by_chance = many.chance(3.0)
    for k in (1, 5, 20):
        assert np.sort(expected)[::-1][:k].sum() >= expected[np.argsort(-by_chance)[:k]].sum()


@pytest.mark.parametrize("visits", [20, 1000])
def test_more_visits_than_wastes_that_pay_make_no_amount_of_nothing(visits: int) -> None:
    """Four sure wastes and many that hardly ever pay: the amount worth a visit is that of the second of the four."""
    few = belief([3000.0] * 4 + [30.0] * 60, [4e6, 3e6, 2e6, 1e6] + [1e6] * 60, 0.2, 0.01)
    aim = choose_aim(few, 3.0, visits, None, 1)
    assert 5_000 < aim.contained_t < 12_000
    assert amounts(few, aim)["chance_payable"][4:].max() < 0.001


def test_a_chance_of_enough_is_never_above_the_chance_of_the_grade() -> None:
    rng = np.random.default_rng(5)
    many = belief(list(10 ** rng.normal(3.0, 0.3, 200)), [1e6] * 200, 0.4, 0.5, exists=0.9)
    enough = amounts(many, Aim(3.0, 1e9, 1e-6))["chance_payable"]
    assert (enough <= 0.9 * many.chance(3.0) + 1e-12).all()


def test_ninety_percent_of_ranks_lie_in_their_intervals_when_the_belief_is_true() -> None:
    """Truth drawn from the belief itself: what is missed then is a fault of the arithmetic, not of an assumption."""
    held = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        many = belief(list(10 ** rng.normal(2.7, 0.5, 150)), list(10 ** rng.normal(5, 0.8, 150)), 0.3, 0.5)
        aim = Aim(3.0, 1e9, 1.0)
        grade = many.grade_log10 + 0.3 * rng.normal(size=150)
        tonnes = many.tonnage_log10 + 0.5 * rng.normal(size=150)
        true = np.where(grade >= 3.0, 10 ** (grade + tonnes - 6), 0.0)
        rank = np.empty(150, dtype=int)
        rank[np.lexsort((rng.random(150), -true))] = np.arange(1, 151)
        drawn = draw_ranks(many, aim, "payable", np.zeros(150, dtype=bool), 300, 10, seed)
        held.append(np.mean((rank >= drawn.low) & (rank <= drawn.high)))
    assert 0.88 <= np.mean(held) <= 0.93


def test_wastes_that_nothing_tells_apart_share_their_ranks_and_those_without_waste_come_last() -> None:
    same = belief([800.0] * 20, [1e5] * 20, 0.3, 0.5)
    last = np.arange(20) >= 17
    drawn = draw_ranks(same, Aim(3.0, 1e9, 1.0), "payable", last, 4000, 10, 5)
    assert drawn.low[:17].max() - drawn.low[:17].min() <= 1
    assert (drawn.low[17:] == 18).all()
    assert (drawn.high[17:] == 20).all()
    assert drawn.top[:17] == pytest.approx(np.full(17, 10 / 17), abs=0.05)
    assert drawn.top.sum() == pytest.approx(10.0)


def test_far_ranks_are_counted_in_classes_without_losing_the_near_ones() -> None:
    n = 3000
    many = belief(list(10 ** np.linspace(4, 1, n)), [1e5] * n, 1e-6, 1e-6)
    drawn = draw_ranks(many, Aim(0.0, 1e9, 1.0), "grade", np.zeros(n, dtype=bool), 50, 10, 1)
    rank = np.arange(1, n + 1)
    assert (drawn.low <= rank).all()
    assert (rank <= drawn.high).all()
    assert (drawn.low[:64] == rank[:64]).all()
    assert (drawn.high[:64] == rank[:64]).all()
    assert (drawn.high - drawn.low).max() <= 60


def test_the_amount_worth_a_visit_follows_the_visits() -> None:
    sure = belief([2000.0] * 40, list(10 ** np.linspace(4, 7.9, 40)), 1e-9, 1e-9)
    aim = choose_aim(sure, 3.0, 20, None, 1)
    contained = np.sort(10 ** np.linspace(4, 7.9, 40) * 2000 / 1e6)[::-1]
    assert aim.contained_t == pytest.approx(two_digits(contained[9]))
    assert aim.cap_t == pytest.approx(contained[0])
    assert choose_aim(sure, 3.0, 20, 123.0, 1).contained_t == 123.0
    assert two_digits(12_345.0) == 12_000.0


@pytest.mark.parametrize(("n", "mean", "sd"), [(1, 2.833, 0.244), (4, 2.949, 0.135)])
def test_an_assay_updates_what_was_expected(n: int, mean: float, sd: float) -> None:
    one = np.array([2.3]), np.array([0.5]), np.array([0.0])
    found = updated(*one, np.array([3.0]), np.array([0.28 / np.sqrt(n)]))
    assert found["grade_log10"][0] == pytest.approx(mean, abs=6e-4)
    assert found["grade_sd"][0] == pytest.approx(sd, abs=6e-4)
    nothing = updated(*one, np.array([np.nan]), np.array([np.nan]))
    assert (nothing["grade_log10"][0], nothing["grade_sd"][0]) == (2.3, 0.5)


def test_replicates_move_the_usual_spread_of_samples() -> None:
    """Squares of 0.24 on six degrees of freedom, beside ten of the usual 0.28: 0.064 (0.253 as a standard deviation)."""
    n, squares = pd.Series([3.0, 3.0, 3.0, 1.0, np.nan]), pd.Series([0.1, 0.1, 0.04, 0.0, np.nan])
    assert within_waste_variance(n, squares, 0.28) == pytest.approx(0.064)
    assert within_waste_variance(n * np.nan, squares, 0.28) == pytest.approx(0.28**2)


def test_a_chance_is_read_as_a_belief_and_back() -> None:
    chance = np.array([1e-9, 0.12, 0.5, 0.88, 1 - 1e-9])
    assert ndtr(quantile_of_log_odds(logit(chance))) == pytest.approx(chance)


def test_tonnes_are_believed_by_their_rule_and_a_showing_may_hold_none() -> None:
    table = pd.DataFrame(
        {
            "waste_type": ["tailings", "unknown", "unknown", "unknown", "none"],
            "tonnage_rule": ["area_law", "unknown", "unknown", "unknown", "unknown"],
            "amount_rule": ["tonnage", "worked", "prospect", "unclear", "worked"],
            "tonnage_t": [1e6, np.nan, np.nan, np.nan, np.nan],
            "tonnage_low_t": [1e5, np.nan, np.nan, np.nan, np.nan],
            "tonnage_high_t": [2e6, np.nan, np.nan, np.nan, np.nan],
        }
    )
    found = site_amounts(table)
    assert list(found["exists"]) == [1.0, 0.95, 0.3, 0.6, 0.0]
    assert found["tonnage_log10"][0] == pytest.approx(6.0)
    assert found["tonnage_below"][0] == pytest.approx(1 / 1.644854)
    assert found["tonnage_above"][0] == pytest.approx(np.log10(2) / 1.644854)
    assert found["tonnage_log10"][1] > found["tonnage_log10"][3] > found["tonnage_log10"][2]


def test_a_carbonatite_lets_expect_more_than_a_gold_vein_and_nothing_known_little() -> None:
    ends = [host_grades(np.array(utility), "REE", 500.0) for utility in ([0.95, 0.05], [np.nan])]
    middle, spread = (np.concatenate([end[side] for end in ends]) for side in (0, 1))
    assert middle == pytest.approx([3.14, 2.06, 2.18])
    chance = ndtr((middle - np.log10(500.0)) / spread)
    assert chance[0] > 0.7
    assert chance[1] < 0.01
    assert 0.05 < chance[2] < 0.15


def test_chances_are_moved_to_a_known_share_and_assayed_wastes_stay() -> None:
    some = belief([100.0, 300.0, 900.0, 2000.0], [1e5] * 4, 0.4, 0.4)
    rows = np.array([True, True, True, False])
    moved = with_share(some, rows, np.log10(500.0), 0.2)
    assert moved.chance(np.log10(500.0))[rows].mean() == pytest.approx(0.2)
    shift = (moved.grade_log10 - some.grade_log10)[rows]
    assert np.ptp(shift) == pytest.approx(0.0, abs=1e-12)
    assert shift[0] < 0
    assert moved.grade_log10[3] == some.grade_log10[3]
    assert with_share(some, ~rows & rows, 2.7, 0.2) is some


def test_wastes_of_one_belief_have_one_range_of_ranks_and_one_chance_of_the_top() -> None:
    """Sixty wastes, the first twenty alike: what few draws give each of them by luck must not tell them apart."""
    middle = np.where(np.arange(60) < 20, 3.0, np.linspace(2.0, 4.0, 60))
    ones = np.ones(60)
    many = WasteBelief(0.8 * ones, middle, 0.4 * ones, 5.0 * ones, 0.5 * ones, 0.5 * ones)
    drawn = draw_ranks(many, Aim(3.0, 1e9, 1.0), "payable", np.zeros(60, dtype=bool), 50, 10, 3)
    for ends in (drawn.low, drawn.high, drawn.top):
        assert len(set(ends[:20].tolist())) == 1
    assert len(set(drawn.high[20:].tolist())) > 5
    assert drawn.top.sum() == pytest.approx(10.0)
    empty = WasteBelief(*(np.empty(0) for _ in range(6)))
    assert len(draw_ranks(empty, Aim(3.0, 1e9, 1.0), "payable", np.zeros(0, dtype=bool), 50, 10, 3).low) == 0


def test_quantiles_of_a_normal_law_say_what_the_law_says() -> None:
    plain = belief([400.0, 90.0, 2000.0], [1e5, 1e6, 3e4], 0.4, 0.3, 0.8)
    told = replace(plain, grade_quantiles=plain.grade_log10[:, None] + plain.grade_sd[:, None] * GRADE_SCORES)
    assert told.chance(2.7) == pytest.approx(plain.chance(2.7), abs=1e-3)
    aim = choose_aim(plain, 2.7, 2, None, 1)
    assert choose_aim(told, 2.7, 2, None, 1).cap_t == pytest.approx(aim.cap_t, rel=1e-6)
    for name, values in amounts(plain, aim).items():
        assert amounts(told, aim)[name] == pytest.approx(values, rel=1e-6, abs=1e-9), name
    last = np.zeros(3, dtype=bool)
    drawn, again = (draw_ranks(one, aim, "payable", last, 200, 1, 3) for one in (plain, told))
    assert (drawn.low.tolist(), drawn.high.tolist()) == (again.low.tolist(), again.high.tolist())
    assert told.rows(slice(1, 3)).grade(np.zeros(2)).tolist() == pytest.approx(plain.grade_log10[1:].tolist())


def test_chances_of_quantiles_that_stop_are_none_and_all() -> None:
    quantiles = np.stack([np.linspace(1.0, 3.0, 129), np.full(129, 2.0)])
    assert chance_of_quantiles(quantiles, 3.1).tolist() == [0.0, 0.0]
    assert chance_of_quantiles(quantiles, 0.5).tolist() == [1.0, 1.0]
    assert chance_of_quantiles(quantiles, 2.0).tolist() == pytest.approx([0.5, 1.0])
