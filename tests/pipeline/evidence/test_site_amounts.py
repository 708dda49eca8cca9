"""Tonnes and existence of wastes of which nobody tells an amount."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.evidence.site_amounts import TONNES_LOG10, site_amounts, years_worked


def table(**columns: list[object]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    tonnes = {f"tonnage{end}_t": np.full(n, np.nan) for end in ("", "_low", "_high")}
    return pd.DataFrame({"waste_type": "unknown", "tonnage_rule": "none", "amount_rule": "worked"} | tonnes | columns)


def test_a_mine_that_worked_ten_times_as_long_left_ten_times_as_much() -> None:
    found = site_amounts(table(years_worked=[2.0, 20.0, np.nan]))
    assert found["tonnage_log10"] == pytest.approx(np.array([-1.0, 0.0, 0.0]) + TONNES_LOG10["worked"][0])


def test_years_say_nothing_of_places_where_nothing_is_known_to_have_worked() -> None:
    found = site_amounts(table(years_worked=[1.0, 50.0], amount_rule=["unclear", "prospect"]))
    assert found["tonnage_log10"].tolist() == [TONNES_LOG10["unclear"][0], TONNES_LOG10["prospect"][0]]


def test_a_recorded_waste_is_there_for_sure_and_that_of_a_worked_mine_likely() -> None:
    found = site_amounts(table(site_kind=["waste", "worked"], waste_type=["tailings", "unknown"]))
    assert found["exists"].tolist() == [1.0, 0.95]


def test_years_are_counted_at_both_ends_and_capped_and_never_backward() -> None:
    sites = pd.DataFrame({"first_year": [1950, 1950, 1950, np.nan, 1700], "last_year": [1950, 1969, 1940, 1990, 2000]})
    assert years_worked(sites).tolist()[:2] == [1.0, 20.0]
    assert np.isnan(years_worked(sites)[2:4]).all()
    assert years_worked(sites)[4] == 100.0
