"""Years as inventories write them."""

from __future__ import annotations

import datetime
import math
import re

import pandas as pd
import pytest

from layers.cells.years import may_be_months, open_end, parse_year, parse_years
from layers.text import RAISED_DIGITS


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


@pytest.mark.parametrize("mark", [*RAISED_DIGITS, " ¹", "²³"])
@pytest.mark.parametrize(
    ("text", "years"), [("1905", (1905, 1905)), ("1905-11", (1905, 1911)), ("1905–1911", (1905, 1911))]
)
def test_the_mark_of_a_footnote_is_no_digit_of_a_year(mark: str, text: str, years: tuple[int, int]) -> None:
    assert parse_year(text + mark)[:2] == years


@pytest.mark.parametrize("mark", RAISED_DIGITS)
def test_three_digits_and_a_mark_are_no_year(mark: str) -> None:
    assert parse_year(f"190{mark}")[3] is not None


TYPED = [1867, 1905, 1911, 1923, 1934, 1950, 2012]


@pytest.mark.parametrize("zero", [datetime.date(1899, 12, 30), datetime.date(1904, 1, 1)])
@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y-%m-%d 00:00:00"])
@pytest.mark.parametrize("beside", [(), ("1941",), ("1930s", None)])
def test_years_typed_into_cells_of_dates_are_not_read_as_the_year_of_the_date(
    zero: datetime.date, form: str, beside: tuple[str | None, ...]
) -> None:
    dates = [(zero + datetime.timedelta(days=year)).strftime(form) for year in TYPED]
    read = parse_years(pd.Series([*dates, *beside]))
    assert read["first"].iloc[:7].isna().all()
    for year, reason in zip(TYPED, read["reason"], strict=False):
        assert re.search(rf"the year (?:\d+ or )?{year} (?:or \d+ )?typed into a cell formatted as a date\?", reason)
    assert read["reason"].iloc[7:].isna().all()


@pytest.mark.parametrize(
    "dates",
    [
        ["1905-03-19", "1911-05-02"],
        ["1905-12-19", "1905-12-30"],
        ["1905-03-19"],
        ["1904-02-03", "1905-03-19", "1908-06-01"],
    ],
)
def test_dates_of_other_years_are_dates(dates: list[str]) -> None:
    read = parse_years(pd.Series(dates))
    assert read["first"].tolist() == [float(date[:4]) for date in dates]
    assert read["reason"].isna().all()


def test_one_date_beside_plain_years_may_be_a_year() -> None:
    read = parse_years(pd.Series(["1905-03-19", "1923", "1934"]))
    assert read["first"].isna().tolist() == [True, False, False]
    assert "the year 1905 typed" in read["reason"].iloc[0]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("1979–", "last"), ("1979-present", "last"), ("since 1979", "last"), ("1979-heute", "last"), ("1979 →", "last"),
        ("from 1979", "last"), ("depuis 1979", "last"), ("desde 1979", "last"), ("1979 - ?", "last"), ("1979年以降", "last"),
        ("-1982", "first"), ("until 1982", "first"), ("jusqu'en 1982", "first"), ("bis 1982", "first"), ("to 1982", "first"),
        ("?-1982", "first"), ("hasta 1982", "first"), ("1982年まで", "first"),
        ("1979", ""), ("1979-1985", ""), ("1979-85", ""), ("1960s", ""), ("1979-06-01", ""), ("ca. 1979", ""), ("June 1954", ""),
        ("1963 (approx.)", ""), ("from 1979 to 1985", ""),
    ],
)  # fmt: skip
def test_a_span_may_leave_an_end_open(text: str, end: str) -> None:
    assert open_end(text) == end


def test_months_of_a_column_of_single_years_are_told_from_spans() -> None:
    assert may_be_months(["1990-06", "01.07.1972", "1954"]) == {"1990-06"}
    assert may_be_months(["1990-06", "1972-85"]) == set()
    assert may_be_months(["1990-06", "1972-1985"]) == set()
