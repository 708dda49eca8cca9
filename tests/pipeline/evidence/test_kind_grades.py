"""Planted regions whose elements have nothing to do with any host: measured wastes must teach level and spread of the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.special import ndtr
from scipy.stats import norm

from pipeline.evidence.host_beliefs import HostBelief, believe
from pipeline.evidence.kind_grades import KindsLearner, MeasuredWastes
from pipeline.evidence.targets import known_targets
from pipeline.evidence.worked_sites import site_kinds
from pipeline.kernels.rank_draws import WasteBelief
from tests.pipeline.stages.site_tables import sites_at

COMMODITIES = [
    "gold",
    "copper; silver",
    "lead; zinc",
    "iron",
    "tin; tungsten",
    "lithium",
    "antimony; gold",
    "nickel; copper",
]
DEPOSITS = [None, "VMS", "Mississippi Valley-type", "orogenic gold", "LCT pegmatite", None]
SEEDS = range(5)


def planted(
    seed: int, symbol: str, median_ppm: float, sd: float, assayed: int
) -> tuple[HostBelief, np.ndarray, np.ndarray]:
    """Return the belief, the true log10 ppm and which wastes were assayed (at random), of 80 wastes."""
    rng, n = np.random.default_rng(seed), 80
    sites = sites_at(
        [shapely.Point(0, at) for at in range(n)],
        waste_type=["tailings"] * n,
        commodities=rng.choice(COMMODITIES, n).tolist(),
        deposit_type=[DEPOSITS[at] for at in rng.integers(0, len(DEPOSITS), n)],
    )
    truth = np.log10(median_ppm) + sd * rng.standard_normal(n)
    known = np.isin(np.arange(n), rng.choice(n, assayed, replace=False))
    ppm = np.where(known, 10 ** (truth + 0.2 * rng.standard_normal(n)), np.nan)
    samples = pd.DataFrame({"site_id": sites["site_id"], "waste_n": 1, f"waste_{symbol}_ppm": ppm})
    return believe(known_targets()[symbol], symbol, sites, site_kinds(sites), samples), truth, known


@pytest.mark.parametrize(("symbol", "median_ppm"), [("Co", 100.0), ("Li", 630.0)])
def test_ranges_and_chances_of_wastes_not_assayed_hold_where_the_region_is_unlike_the_table(
    symbol: str, median_ppm: float
) -> None:
    """A third was assayed at random: nine in ten ranges hold, and as many wastes are rich as the chances say."""
    log_g, held, rich, told, in_band = np.log10(known_targets()[symbol].threshold_ppm), [], [], [], []
    true_chance = norm.sf((log_g - np.log10(median_ppm)) / 0.7)
    for seed in SEEDS:
        found, truth, known = planted(seed, symbol, median_ppm, 0.7, 32)
        waste = WasteBelief(*np.zeros((6, len(truth))), found.grade_quantiles)
        low, high = (waste.grade(np.full(len(truth), z)) for z in (-1.645, 1.645))
        held.append(((low <= truth) & (truth <= high))[~known].mean())
        rich.append((truth >= log_g)[~known].sum())
        told.append(found.chance[~known].sum())
        in_band.append(((found.chance_low <= true_chance) & (true_chance <= found.chance_high))[~known].mean())
        assert (found.chance_low < found.chance)[~known].all()
        assert (found.chance < found.chance_high)[~known].all()
    assert 0.85 <= np.mean(held) <= 0.96
    assert np.sum(told) == pytest.approx(np.sum(rich), rel=0.3)
    assert np.mean(in_band) > 0.5


def test_few_assays_leave_the_table_most_of_its_say() -> None:
    """One waste at 100 times the table's lithium moves common rock by less than half of the way, ten by most of it."""
    table = np.log10(known_targets()["Li"].background.median_ppm)
    moved = []
    for assayed in (1, 10, 40):
        sites = sites_at(
            [shapely.Point(0, at) for at in range(41)], waste_type=["tailings"] * 41, commodities=["gold"] * 41
        )
        ppm = np.where(np.arange(41) < assayed, 10 ** (table + 2.0), np.nan)
        samples = pd.DataFrame({"site_id": sites["site_id"], "waste_n": 1, "waste_Li_ppm": ppm})
        found = believe(known_targets()["Li"], "Li", sites, site_kinds(sites), samples)
        moved.append(float(found.grade_quantiles[40, 64]) - table)
    assert 0.0 < moved[0] < 0.5 * 2.0
    assert 0.6 * 2.0 < moved[1] < moved[2] < 2.0


def test_a_kind_that_was_not_measured_keeps_the_law_of_the_table() -> None:
    grades = _learner(np.array([]), np.array([], dtype=bool)).learn(np.zeros((0, 4)))
    facts = known_targets()["W"]
    kinds = [facts.background, *facts.hosts[:3]]
    expected = [ndtr(np.log(kind.median_ppm / 100) / np.log(kind.gsd)) for kind in kinds]
    assert grades.reaching(2.0) == pytest.approx(expected, abs=1e-9)
    low, high = grades.reaching_ends(2.0)
    assert (low < expected).all()
    assert (expected < high).all()


def test_the_posterior_of_many_measured_wastes_is_that_of_the_conjugate_law() -> None:
    """Level and spread of 200 wastes, measured well: their own mean and standard deviation; one kind, so nothing else speaks."""
    y = np.random.default_rng(3).normal(2.5, 0.6, 200)
    grades = _learner(y, np.zeros(200, dtype=bool)).learn(np.column_stack([np.ones(200), np.zeros((200, 3))]))
    mean, variance = grades.moments()
    assert mean[0] == pytest.approx((4 * 0 + y.sum() + np.log10(5.0)) / 201, abs=0.01)
    assert np.sqrt(variance[0]) == pytest.approx(y.std(), rel=0.08)
    assert grades.weight.sum(axis=1) == pytest.approx(np.ones(4))


def test_limits_teach_that_wastes_lie_below_them_and_no_value() -> None:
    """Thirty wastes below 1 ppm make 100 ppm rarer than the table has it; below 10,000 ppm they teach next to nothing."""
    members = np.column_stack([np.ones(30), np.zeros((30, 3))])
    before = _learner(np.array([]), np.array([], dtype=bool)).learn(np.zeros((0, 4)))
    low, high = (_learner(np.full(30, limit), np.ones(30, dtype=bool)).learn(members) for limit in (0.0, 4.0))
    assert low.moments()[0][0] < 0.0 < before.moments()[0][0]
    assert high.moments()[0][0] == pytest.approx(before.moments()[0][0], abs=0.05)
    assert low.reaching(2.0)[0] < 0.3 * before.reaching(2.0)[0]


def _learner(y: np.ndarray, undetected: np.ndarray) -> Any:
    facts = known_targets()["W"]
    return KindsLearner((facts.background, *facts.hosts[:3]), MeasuredWastes(y, np.full(len(y), 0.05), undetected))
