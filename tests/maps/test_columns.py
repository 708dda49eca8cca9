"""Columns of a page: numbers equal to their decimal text, texts once, rows under their owner."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from maps.site_map.columns import Listed, grouped, numbers, places_in, scaled, texts, thousandths


def as_written(value: float, digits: int) -> float | int | None:
    """Round through the decimal text, one number at a time."""
    if not np.isfinite(value):
        return None
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() else short


@pytest.mark.parametrize("digits", [2, 3, 4, 12])
def test_numbers_are_those_of_their_decimal_text(digits: int) -> None:
    rng = np.random.default_rng(8)
    middles = rng.integers(-2_000, 2_000, 2_000) / 8 * 10.0 ** rng.integers(-6, 6, 2_000)
    ends = [
        0,
        -0.0,
        np.nan,
        np.inf,
        -np.inf,
        1e300,
        1e-300,
        5e-324,
        1.7e308,
        9.5,
        99.5,
        0.005,
        1000,
        999.9999999999999,
        1e16,
    ]
    values = np.concatenate([rng.lognormal(0, 8, 4_000) * rng.choice([-1, 1], 4_000), middles, ends])
    told = numbers(values, digits)
    wanted = [as_written(float(one), digits) for one in values]
    assert told == wanted
    assert [type(one) for one in told] == [type(one) for one in wanted]


def test_scaled_numbers_are_whole_and_halves_go_to_the_even_one() -> None:
    assert scaled(pd.Series([0.5, 0.25, np.nan, np.inf, -1.2345]), 10) == [5, 2, None, None, -12]


def test_a_text_is_listed_once_and_missing_is_none() -> None:
    listed = Listed()
    assert listed.of_column(pd.Series(["b", None, "a", "b"], dtype="str")) == [0, None, 1, 0]
    assert listed.of_column(pd.Series(["a", "c"], dtype="str")) == [1, 2]
    assert listed.of_column(pd.Series([None, None], dtype=object)) == [None, None]
    assert listed.values == ["b", "a", "c"]
    assert texts(pd.Series(["NA", None], dtype="str")) == ["NA", None]


def test_an_unknown_code_is_refused() -> None:
    assert places_in(pd.Series(["y", None, "x"]), ("x", "y")) == [1, None, 0]
    with pytest.raises(ValueError, match="not in tuple"):
        places_in(pd.Series(["z"]), ("x", "y"))


def test_rows_stand_under_their_owner_in_their_order() -> None:
    assert grouped(4, np.array([2, 0, 2]), ["a", "b", "c"], [1, 2, None]) == [["b", 2], [], ["a", 1, "c", None], []]
    assert grouped(2, np.array([], dtype=int), []) == [[], []]
    assert grouped(0, np.array([], dtype=int), []) == []


def test_chances_keep_the_two_decimals_that_pages_print() -> None:
    chances = np.concatenate(
        [np.random.default_rng(3).uniform(0, 1, 5_000), np.arange(0, 1.0005, 0.0005), [0.9454, np.nan]]
    )
    kept = thousandths(pd.Series(chances))
    for chance, thousandth in zip(chances, kept, strict=True):
        if np.isnan(chance):
            assert thousandth is None
        else:
            assert thousandth is not None
            assert abs(thousandth / 1000 - chance) <= 0.0016
            assert f"{thousandth / 1000:.2f}" == f"{chance:.2f}"
