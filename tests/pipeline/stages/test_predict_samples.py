"""Rare earths of samples from other elements: planted relations, no leakage, suites kept apart, honest ranges."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from layers.schema import Samples, conform
from maps.report.sample_report import sample_verdict
from pipeline.stages.judge_samples import JudgeSamplesParams, judge_samples
from pipeline.stages.predict_samples import PredictSamplesParams, predict_samples

QUICK = PredictSamplesParams(n_trees=30)
REE = ("La", "Ce", "Nd")


def samples(
    n: int = 240, signal: float = 1.0, seed: int = 3, source: str = "soils", **columns: Any
) -> gpd.GeoDataFrame:
    """Return samples on a 600 km square whose thorium and phosphorus tell the rare earths by ``signal``."""
    rng = np.random.default_rng(seed)
    place = rng.uniform(0, 600_000, (n, 2))
    hidden = rng.normal(0, 0.3, n) + 0.2 * np.sin(place[:, 0] / 90_000)
    table: dict[str, Any] = {
        "sample_id": [f"{source}:{at}" for at in range(n)],
        "source": source, "source_row": np.arange(n), "medium": "soil", "method": "inaa", "site_key": None, "n_analyses": 1,
        "latitude": 60 + place[:, 1] / 111_000, "longitude": 20 + place[:, 0] / 56_000, "coordinate_precision_km": 0.1,
        "tree_ppm": np.nan,
    }  # fmt: skip
    for element, level in (("La", 1.3), ("Ce", 1.6), ("Nd", 1.2), ("Y", 1.1)):
        table |= measured(element, 10 ** (level + hidden + rng.normal(0, 0.03, n)))
    for element, level in (("Th", 0.8), ("P", 2.8), ("Fe", 4.5)):
        table |= measured(element, 10 ** (level + signal * hidden + rng.normal(0, 0.15, n)))
    points = gpd.points_from_xy(place[:, 0], place[:, 1], crs="EPSG:32635")
    return conform(gpd.GeoDataFrame({**table, **columns}, geometry=points), Samples)


def measured(element: str, ppm: np.ndarray) -> dict[str, Any]:
    n = len(ppm)
    return {
        f"{element}_ppm": ppm,
        f"{element}_limit_ppm": np.full(n, np.nan),
        f"{element}_censored": np.zeros(n, np.int8),
    }


def suite(table: gpd.GeoDataFrame, params: PredictSamplesParams = QUICK) -> dict[str, Any]:
    validation = judge_samples(predict_samples(table, params), params.block_km, JudgeSamplesParams())
    assert validation["status"] == "validated"
    return dict(validation["proxies"][0])


def test_a_planted_relation_is_found_in_blocks_and_the_place_alone_does_not_do_it() -> None:
    one = suite(samples())
    assert one["r2_spatial"] > 0.75
    assert one["r2_spatial_low"] < one["r2_spatial"] < one["r2_spatial_high"]
    assert one["baselines"]["place"]["r2_spatial"] < 0.4
    assert one["baselines"]["best_element"]["r2_spatial"] < one["r2_spatial"]
    assert one["n"] == 240


def test_where_other_elements_tell_nothing_the_skill_is_nothing() -> None:
    assert suite(samples(signal=0.0))["r2_spatial"] < 0.1


def test_a_landscape_that_only_neighbours_share_is_no_skill_in_blocks() -> None:
    """Rare earths and thorium both follow the place in ways that hold inside a block alone: random folds flatter."""
    rng = np.random.default_rng(0)
    table = samples(n=400, signal=0.0)
    blocks = [(x // 100_000, y // 100_000) for x, y in zip(table.geometry.x, table.geometry.y, strict=True)]
    code = pd.factorize(pd.Series(blocks))[0]
    rare, thorium = rng.normal(0, 0.4, code.max() + 1)[code], rng.normal(0, 0.4, code.max() + 1)[code]
    for element in ("La", "Ce", "Nd", "Y"):
        table[f"{element}_ppm"] = 10 ** (1.4 + rare)
    table["Th_ppm"] = 10 ** (0.8 + thorium)
    one = suite(table)
    assert one["r2_random"] > one["r2_spatial"] + 0.3


def test_ranges_hold_nine_in_ten() -> None:
    one = suite(samples(n=500))
    assert 0.86 <= one["coverage_90"] <= 0.94
    assert one["factor_90"] > 1


def test_sums_hold_only_elements_of_the_method_of_the_suite() -> None:
    table = samples()
    table["Y_method"] = "aqua_regia"
    found = predict_samples(table, QUICK)
    assert set(found["elements"]) == {"La; Ce; Nd"}
    np.testing.assert_allclose(found["ree_ppm"], table[[f"{one}_ppm" for one in REE]].sum(axis=1))


def test_rare_earths_are_never_predictors() -> None:
    for one in ("La", "Y", "Sc"):
        with pytest.raises(ValidationError, match=f"{one} belongs to what is predicted"):
            PredictSamplesParams(proxies=("Th", one))
    assert set(predict_samples(samples(), QUICK)["proxies"]) == {"P; Fe; Th"}


def test_sources_media_and_methods_are_kept_apart_and_small_ones_left_out() -> None:
    both = pd.concat([samples(source="a"), samples(source="b", medium="till", seed=4), samples(n=30, source="c")])
    table = conform(both, Samples)
    validation = judge_samples(predict_samples(table, QUICK), 100.0, JudgeSamplesParams())
    assert [(one["source"], one["medium"], one["n"]) for one in validation["proxies"]] == [
        ("a", "soil", 240),
        ("b", "till", 240),
    ]
    alone = suite(samples(source="a"))
    assert validation["proxies"][0]["r2_spatial"] == pytest.approx(alone["r2_spatial"])


def test_results_below_a_limit_count_as_half_of_it_and_unstated_limits_as_missing() -> None:
    table = samples()
    table.loc[:9, "La_censored"] = -1
    table.loc[:9, "La_limit_ppm"] = 4.0
    table.loc[:9, "La_ppm"] = np.nan
    table.loc[5:9, "La_limit_ppm"] = np.nan
    found = predict_samples(table, QUICK).set_index("sample_id")
    others = table[["Ce_ppm", "Nd_ppm", "Y_ppm"]].sum(axis=1)
    assert found.loc["soils:0", "ree_ppm"] == pytest.approx(2.0 + others[0])
    assert found.loc["soils:0", "below_limit_share"] == pytest.approx(2.0 / (2.0 + others[0]))
    assert found.loc["soils:20", "below_limit_share"] == 0.0
    assert "soils:7" not in found.index


def test_the_order_of_rows_changes_nothing() -> None:
    table = samples()
    turned = table.sample(frac=1, random_state=1).reset_index(drop=True)
    first, second = (judge_samples(predict_samples(one, QUICK), 100.0, JudgeSamplesParams()) for one in (table, turned))
    assert second["proxies"][0]["n"] == first["proxies"][0]["n"]
    assert second["proxies"][0]["r2_spatial"] == pytest.approx(first["proxies"][0]["r2_spatial"], abs=0.03)


def test_nothing_to_test_is_said_and_not_invented() -> None:
    few = judge_samples(predict_samples(samples(n=30), QUICK), 100.0, JudgeSamplesParams())
    assert few["status"] == "not validated"
    assert few["proxies"] == []
    assert sample_verdict(few, "en").startswith("Not validated: no suite of samples has enough rare earths")
    assert sample_verdict(few, "en").endswith("there is no tonnage, no grade of a waste and no rank here.")
