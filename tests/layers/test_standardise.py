"""Standard scores: known answers, nothing mixed between media and methods, nothing from limits."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from layers.schema import Samples, conform
from layers.standardise import LARGEST_Z, LEAST_SAMPLES, standardise_samples

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
    assert np.isnan(z(samples(LADDER, medium="waste"))).all()


def test_below_a_limit_counts_as_half_of_it_and_above_as_it() -> None:
    value, limit, censored = LADDER.copy(), np.full(41, np.nan), np.zeros(41)
    value[[0, 40]], limit[[0, 40]], censored[[0, 40]] = np.nan, [2 * LADDER[0], LADDER[40]], [-1, 1]
    np.testing.assert_allclose(z(samples(value, limit=limit, censored=censored)), z(samples(LADDER)))


def test_a_group_of_mostly_limits_gives_no_score() -> None:
    censored = np.zeros(82)
    censored[:41] = -1
    value = np.concatenate([np.full(41, np.nan), LADDER])
    limit = np.where(censored < 0, 5.0, np.nan)
    assert np.isnan(z(samples(value, limit=limit, censored=censored))).all()


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
