"""Mines of one camp speak for each other, by a law their own agreement teaches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from pipeline.evidence.target_evidence import affinity_range, lonely_words, moved_by_camp
from pipeline.kernels.camp_law import JUDGED, JUDGED_RARE, fit_camp_law
from pipeline.stages.describe_camps import DescribeCampsParams, describe_camps
from tests.pipeline.stages.site_tables import sites_at


def camp(**columns: Any) -> Any:
    """Three uranium mines 1.1 and 3.3 km apart, one of which says more, and a gold mine beside them."""
    places = [
        shapely.Point(-82.6, 46.40),
        shapely.Point(-82.6, 46.41),
        shapely.Point(-82.6, 46.43),
        shapely.Point(-82.6, 46.405),
    ]
    told = {
        "commodities": ["uranium; thorium; yttrium", "uranium", "uranium", "gold"],
        "status": "past_producer",
        "waste_type": "unknown",
        "name": ["Told", "Near", "Far", "Gold"],
    }
    return sites_at(places, **(told | columns))


def test_a_mine_that_names_uranium_alone_takes_part_in_what_its_neighbour_says() -> None:
    found = describe_camps(camp(), DescribeCampsParams())
    assert found["camp_name"].tolist()[1:3] == ["Told", "Told"]
    assert found["camp_name"].isna().tolist() == [True, False, False, True]
    assert found["camp_chance"].tolist()[1:3] == pytest.approx(JUDGED.chance(np.array([1.112, 3.335])), abs=1e-3)
    value, _, _ = affinity_range(found, "REE")
    assert value[0] == 1.0
    assert 0.5 < value[2] < value[1] < 1.0
    assert value[3] == pytest.approx(0.05)
    assert moved_by_camp(found, "REE").tolist() == [False, True, True, False]
    assert not moved_by_camp(camp(), "REE").any()


def test_a_word_that_few_like_mines_say_is_handed_on_with_less_chance() -> None:
    """One gold mine of twelve names monazite: its neighbour takes less of it than of silver, which six name."""
    n = 13
    places = [shapely.Point(-118.0, 48.0 + 0.01 * at) for at in range(n)]
    words = ["gold; monazite"] + ["gold; silver"] * 6 + ["gold; lead"] * 5 + ["gold"]
    sites = sites_at(
        [*places[:-1], shapely.Point(-118.001, 48.0)], commodities=words, status="past_producer", waste_type="unknown"
    )
    found = describe_camps(sites, DescribeCampsParams()).iloc[-1]
    assert found["camp_commodities"] == "gold; monazite"
    assert found["camp_common"] == "gold"
    assert found["camp_rare_chance"] == pytest.approx(JUDGED_RARE.chance(np.array([found["camp_km"]]))[0])
    value, _, _ = affinity_range(describe_camps(sites, DescribeCampsParams()), "REE")
    assert value[-1] == pytest.approx(0.05 + found["camp_rare_chance"] * 0.95)


def test_mines_out_of_reach_of_another_commodity_or_never_worked_say_nothing() -> None:
    assert describe_camps(camp(), DescribeCampsParams(reach_km=1.0))["camp_name"].isna().all()
    assert (
        describe_camps(camp(commodities=["thorium; yttrium", "uranium", "uranium", "gold"]), DescribeCampsParams())[
            "camp_name"
        ]
        .isna()
        .all()
    )
    assert describe_camps(camp(status="prospect"), DescribeCampsParams())["camp_name"].isna().all()


def test_the_order_of_rows_changes_nothing() -> None:
    whole = describe_camps(camp(), DescribeCampsParams())
    turned = describe_camps(camp().iloc[::-1], DescribeCampsParams()).sort_values("site_id", ignore_index=True)
    columns = ["site_id", "camp_site_id", "camp_km", "camp_chance"]
    assert whole[columns].astype(str).equals(turned[columns].astype(str))


def test_the_law_is_found_again_and_has_skill_where_distance_tells() -> None:
    rng = np.random.default_rng(5)
    km = rng.exponential(10.0, 4000)
    agrees = rng.random(4000) < 0.2 + 0.7 * np.exp(-km / 5.0)
    law = fit_camp_law(km, agrees, rng.integers(0, 40, 4000))
    assert law.reach_km in (3.0, 5.0, 8.0)
    assert law.top == pytest.approx(0.9, abs=0.08)
    assert law.floor == pytest.approx(0.2, abs=0.08)
    assert law.skill > 0.15


def test_where_distance_tells_nothing_the_law_is_one_constant() -> None:
    rng = np.random.default_rng(6)
    law = fit_camp_law(rng.exponential(10.0, 400), rng.random(400) < 0.4, rng.integers(0, 20, 400))
    assert law.top - law.floor < 0.15
    assert fit_camp_law(np.array([1.0]), np.array([True]), np.array([0])) is JUDGED


def test_a_sole_word_at_a_place_nobody_worked_counts_little() -> None:
    places = [shapely.Point(0, at) for at in range(4)]
    sites = sites_at(
        places, waste_type="unknown", commodities=["cerium", "cerium", "cerium; phosphate", "cerium"],
        status=["abandoned", "past_producer", "abandoned", None], deposit_type=[None, None, None, "Carbonatite"],
    )  # fmt: skip
    assert lonely_words(sites).tolist() == [True, False, False, False]
    value, low, high = affinity_range(sites, "REE")
    assert value.tolist() == [0.3, 1.0, 1.0, 1.0]
    assert low[0] < 0.05
    assert high[0] == 0.9
