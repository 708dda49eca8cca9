"""Years as inventories write them."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from layers.cells.years import parse_year, parse_years


@pytest.mark.parametrize(
    ("text", "first", "last", "uncertainty"),
    [
        ("1960's", 1960, 1960, 9),
        ("1960s", 1960, 1960, 9),
        ("1800's", 1800, 1800, 99),
        ("1991.0", 1991, 1991, 0),
        ("1935-1938, 1952-1956", 1935, 1956, 0),
        ("1867-97, 1918-29", 1867, 1929, 0),
        ("1898-02", 1898, 1902, 0),
        ("1895-1904, 1915, 1933", 1895, 1933, 0),
        ("c. 1900", 1900, 1900, 9),
    ],
)
def test_years(text: str, first: float, last: float, uncertainty: float) -> None:
    assert parse_year(text) == (first, last, uncertainty, None)


@pytest.mark.parametrize("text", ["0", "0.0", "UNK", "Null", ""])
def test_not_known(text: str) -> None:
    first, _, _, reason = parse_year(text)
    assert math.isnan(first)
    assert reason is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("long ago", "'long ago' names no year"),
        ("9999", "'9999' is not a year between 1600 and 2100"),
        ("20230512", "names no year"),
    ],
)
def test_not_understood(text: str, reason: str) -> None:
    assert reason in str(parse_year(text)[3])


def test_a_column_keeps_its_index() -> None:
    table = parse_years(pd.Series(["1960's", None, 1991.0], index=[5, 7, 9]))
    assert table.index.tolist() == [5, 7, 9]
    assert table["first"].tolist()[::2] == [1960.0, 1991.0]
    assert table["first"].isna().tolist() == [False, True, False]
