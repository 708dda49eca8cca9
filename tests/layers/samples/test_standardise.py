"""Standard scores: known answers, nothing mixed between media and methods, nothing from limits."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from layers.samples.censoring import CensoringParams
from layers.samples.standardise import LARGEST_Z, LEAST_SAMPLES, standardise_samples
from layers.schema import Samples, conform

LADDER = 10 ** (1 + np.arange(41) / 40)
"""Median 10^1.5; the median absolute deviation of its logarithm is 10 steps of 1/40."""


def samples(value: Any, medium: str = "till", method: str = "fusion", **columns: Any) -> gpd.GeoDataFrame:
    n = len(value)
    table = gpd.GeoDataFrame(
        {
            "sample_id": [f"{medium}{method}{i}" for i in range(n)],
            "source": "lab",
            "source_row": np.arange(n),
            "medium": medium,
            "method": method,
            "site_key": pd.Series([None] * n, dtype="str"),
            "n_analyses": 1,
            "latitude": 50.0,
            "longitude": np.linspace(-80, -79, n),
            "coordinate_precision_km": 0.01,
            "tree_ppm": np.nan,
            "La_ppm": np.asarray(value, dtype="float64"),
            "La_limit_ppm": columns.get("limit", np.full(n, np.nan)),
            "La_censored": np.asarray(columns.get("censored", np.zeros(n)), dtype="int8"),
        },
        geometry=gpd.points_from_xy(np.linspace(-80, -79, n), np.full(n, 50.0)),
        crs="EPSG:4326",
    )
    return conform(table, Samples)


def z(table: gpd.GeoDataFrame) -> np.ndarray:
    return np.asarray(standardise_samples(table)["La_z"], dtype="float64")


def test_known_answer() -> None:
    score = z(samples(LADDER))
    assert score[20] == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(score[30], 1 / 1.4826, rtol=1e-9)
    np.testing.assert_allclose(score, -score[::-1], atol=1e-9)


def test_a_change_of_unit_changes_nothing() -> None:
    np.testing.assert_allclose(z(samples(LADDER)), z(samples(LADDER * 1e-3)), atol=1e-9)


def test_one_slip_of_three_decimals_moves_no_other_score() -> None:
    slipped = LADDER.copy()
    slipped[40] *= 1e6
    before, after = z(samples(LADDER)), z(samples(slipped))
    np.testing.assert_allclose(after[:40], before[:40])
    assert after[40] == LARGEST_Z


def test_media_and_methods_are_never_mixed() -> None:
    parts = [samples(LADDER), samples(LADDER * 7, medium="soil"), samples(LADDER / 3, method="aqua_regia")]
    score = z(pd.concat(parts, ignore_index=True))
    np.testing.assert_allclose(score.reshape(3, -1), np.tile(z(parts[0]), (3, 1)), atol=1e-9)


def test_order_of_samples_does_not_matter() -> None:
    table = samples(LADDER)
    turn = np.random.default_rng(3).permutation(len(table))
    np.testing.assert_allclose(z(table.iloc[turn].reset_index(drop=True)), z(table)[turn])


def test_waste_has_no_regional_score() -> None:
    assert "La_z" not in standardise_samples(samples(LADDER, medium="waste"))
    both = pd.concat([samples(LADDER, medium="waste"), samples(LADDER)], ignore_index=True)
    scored = standardise_samples(both)["La_z"].to_numpy()
    assert np.isnan(scored[: len(LADDER)]).all()
    assert np.isfinite(scored[len(LADDER) :]).all()


def test_below_a_limit_counts_as_half_of_it_and_above_as_it() -> None:
    value, limit, censored = LADDER.copy(), np.full(41, np.nan), np.zeros(41)
    value[[0, 40]], limit[[0, 40]], censored[[0, 40]] = np.nan, [2 * LADDER[0], LADDER[40]], [-1, 1]
    np.testing.assert_allclose(z(samples(value, limit=limit, censored=censored)), z(samples(LADDER)))


def with_limit(value: np.ndarray, limit: float) -> gpd.GeoDataFrame:
    """Return samples of which all below a limit are told as below it."""
    below = value < limit
    return samples(np.where(below, np.nan, value), limit=np.where(below, limit, np.nan), censored=-1 * below)


def normal(n: int, share_below: float) -> tuple[np.ndarray, float]:
    """Return lognormal values whose true scores are the normal quantiles of even ranks, and the limit of a share of them."""
    quantile = ndtri(np.arange(1, n + 1) / (n + 1))
    return np.exp(3 + 0.7 * quantile), float(np.exp(3 + 0.7 * ndtri(share_below)))


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3, 0.45, 0.55, 0.8, 0.9])
def test_measured_samples_score_the_same_however_many_others_are_below_a_limit(share: float) -> None:
    value, limit = normal(2000, share)
    score = z(with_limit(value, limit))
    measured = value >= limit
    np.testing.assert_allclose(score[measured], ndtri(np.arange(1, 2001) / 2001)[measured], atol=0.03)
    assert (score[~measured] < score[measured].min()).all()


def test_ranks_are_scored_where_the_median_is_below_a_limit() -> None:
    value, limit = normal(2000, 0.6)
    score = z(with_limit(value, limit))
    edge = ndtri(0.6)
    expected = (
        -np.exp(-edge * edge / 2) / np.sqrt(2 * np.pi) / 0.6
    )  # mean of a standard normal below its 60th percentile
    np.testing.assert_allclose(score[value < limit], expected, atol=2e-3)
    assert score[value >= limit].mean() == pytest.approx(-expected * 0.6 / 0.4, abs=0.01)


def test_shares_from_which_ranks_or_nothing_are_scored_stand_in_the_run_file() -> None:
    table = with_limit(*normal(2000, 0.4))
    ranked = standardise_samples(table, CensoringParams(rank_above_censored_share=0.3))["La_z"].to_numpy()
    assert np.unique(ranked[:799]).tolist() == pytest.approx([-0.3863 / 0.4], abs=2e-3)
    assert np.isnan(standardise_samples(table, CensoringParams(max_censored_share=0.39))["La_z"]).all()
    assert np.isnan(z(with_limit(*normal(2000, 0.97)))).all()


def test_a_high_limit_is_no_sign_of_enrichment() -> None:
    value = np.concatenate([LADDER, [np.nan]])
    limit, censored = np.append(np.full(41, np.nan), 500.0), np.append(np.zeros(41), -1)
    for method in ("substitution", "ros", "multiplicative"):
        table = samples(value, limit=limit, censored=censored)
        assert standardise_samples(table, CensoringParams(method=method))["La_z"].iloc[-1] <= 0


def test_the_choice_moves_what_lies_below_a_limit_and_nothing_else() -> None:
    value, limit = normal(400, 0.2)
    table = with_limit(value, limit)
    half = standardise_samples(table, CensoringParams())["La_z"].to_numpy()
    ros = standardise_samples(table, CensoringParams(method="ros"))["La_z"].to_numpy()
    parts = standardise_samples(table, CensoringParams(method="multiplicative"))["La_z"].to_numpy()
    below = value < limit
    np.testing.assert_allclose(ros[~below], half[~below])
    expected = -np.exp(-(ndtri(0.2) ** 2) / 2) / np.sqrt(2 * np.pi) / 0.2
    np.testing.assert_allclose(ros[below], expected, atol=0.03)  # half the limit is off by a third of a deviation here
    assert half[below].max() < expected - 0.3
    assert np.allclose(parts[below] - half[below], np.log(0.65 / 0.5) / 0.7, atol=0.01)


def test_order_of_samples_and_of_elements_does_not_matter_below_limits_either() -> None:
    value, limit = normal(300, 0.6)
    table = with_limit(value, limit).assign(Ce_ppm=1.0, Ce_limit_ppm=np.nan, Ce_censored=np.int8(0))
    for method in ("substitution", "ros"):
        params = CensoringParams(method=method)
        turn = np.random.default_rng(3).permutation(len(table))
        turned = standardise_samples(table.iloc[turn].reset_index(drop=True), params)["La_z"].to_numpy()
        np.testing.assert_array_equal(turned, standardise_samples(table, params)["La_z"].to_numpy()[turn])
    swapped = table[[*[name for name in table if not name.startswith("La_")], "La_ppm", "La_limit_ppm", "La_censored"]]
    pd.testing.assert_frame_equal(standardise_samples(swapped), standardise_samples(table))


def test_an_element_with_a_method_of_its_own_is_scored_within_it() -> None:
    table = samples(LADDER)
    both = pd.concat([table, table.assign(La_ppm=LADDER * 50, La_method="aqua_regia")], ignore_index=True)
    score = z(both)
    np.testing.assert_allclose(score[:41], z(table), atol=1e-9)
    np.testing.assert_allclose(score[41:], z(table), atol=1e-9)


def test_scores_of_an_earlier_call_are_made_anew() -> None:
    table = samples(LADDER)
    again = standardise_samples(standardise_samples(table).iloc[:30])
    pd.testing.assert_frame_equal(again, standardise_samples(table.iloc[:30]))


def test_a_small_group_a_constant_one_and_missing_values_give_no_score() -> None:
    assert np.isnan(z(samples(LADDER[: LEAST_SAMPLES - 1]))).all()
    assert np.isfinite(z(samples(LADDER[:LEAST_SAMPLES]))).all()
    assert np.isnan(z(samples(np.full(40, 3.0)))).all()
    holed = LADDER.copy()
    holed[5] = np.nan
    assert np.flatnonzero(np.isnan(z(samples(holed)))).tolist() == [5]


def test_a_zero_gives_no_score_and_does_not_pull_the_others() -> None:
    with_zeros = samples(np.concatenate([LADDER, [0, 0, 0]]))
    score = z(with_zeros)
    assert np.isnan(score[41:]).all()
    np.testing.assert_allclose(score[:41], z(samples(LADDER)))


def test_input_stays_as_it_is() -> None:
    table = samples(LADDER)
    copy = table.copy()
    standardise_samples(table)
    pd.testing.assert_frame_equal(table, copy)
