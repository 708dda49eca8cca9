"""Amounts as people write them: every spelling met in public inventories parses or is reported, none is guessed."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from layers.cells.quantities import SHORT_TON_T, parse_quantities, parse_quantity, unit_factor
from layers.errors import ConfigError
from layers.text import RAISED_DIGITS


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("5 060 000", "m3", 5_060_000),
        ("1 186 500 m3", "m3", 1_186_500),
        ("11000000", "t", 11_000_000),
        ("0.25 km2", "m2", 250_000),
        ("0.03 km²", "m2", 30_000),
        ("64 387 t", "t", 64_387),
        ("13000001", "t", 13_000_001),
        ("4", "t", 4),
        ("1'186'500 m³", "m3", 1_186_500),
        ("1’186’500", "m3", 1_186_500),
        ("1\u00a0186\u202f500", "t", 1_186_500),
        ("12,5 ha", "m2", 125_000),
        ("1,234,567.5", "t", 1_234_567.5),
        ("1.234.567,5 t", "t", 1_234_567.5),
        ("1.5e6", "t", 1_500_000),
        ("2 Mt", "t", 2_000_000),
        ("350 kt", "t", 350_000),
        ("2.5Mm3", "m3", 2_500_000),
        ("3.5 million tonnes", "t", 3_500_000),
        ("1,2 million de tonnes", "t", 1_200_000),
        ("2 millones de toneladas", "t", 2_000_000),
        ("164.5", "ha", 1_645_000),
        ("164.5 (ha)", "m2", 1_645_000),
        ("10 acres", "m2", 40_468.564224),
        ("60 pieds", "m", 18.288),
        ("50 short tons", "t", 50 * SHORT_TON_T),
        ("50 tons", "short_ton", 50 * SHORT_TON_T),
        ("~ 500 t", "t", 500),
    ],
)
def test_a_spelling_gives_its_value_in_the_base_unit(text: str, unit: str, value: float) -> None:
    read = parse_quantity(text, unit)
    assert (read.state, read.bound) == ("value", "")
    assert read.value == pytest.approx(value)
    assert read.low == read.high == read.value


@pytest.mark.parametrize(
    ("text", "bound", "low", "high"),
    [
        (">10 000 000 tonnes", "lower", 1e7, math.nan),
        ("10 000 000+ t", "lower", 1e7, math.nan),
        ("plus de 500 t", "lower", 500.0, math.nan),
        ("<5000", "upper", 0.0, 5000.0),
        ("not more than 5000", "upper", 0.0, 5000.0),
        ("jusqu'à 5000 t", "upper", 0.0, 5000.0),
        ("bis zu 5000 t", "upper", 0.0, 5000.0),
        ("up to 5 Mt", "upper", 0.0, 5e6),
        ("10-12 t", "range", 10.0, 12.0),
        ("10 t - 12 t", "range", 10.0, 12.0),
        ("10 to 12 kt", "range", 1e4, 1.2e4),
    ],
)
def test_bounds_and_ranges_are_kept_as_such(text: str, bound: str, low: float, high: float) -> None:
    read = parse_quantity(text, "t")
    assert (read.state, read.bound, read.low) == ("value", bound, low)
    assert read.high == high or (math.isnan(high) and math.isnan(read.high))


@pytest.mark.parametrize(
    "text",
    ["", " ", "Null", "NUL", "UNK", "unknown", "N/A/Unknown", "n.d.", "s.o.", "non déterminé", "0", "0.0", "-", "?"],
)
def test_what_is_not_known_is_missing_and_never_zero(text: str) -> None:
    read = parse_quantity(text, "t")
    assert read.state == "missing"
    assert math.isnan(read.value)


@pytest.mark.parametrize("mark", [*RAISED_DIGITS, " ²", "²,³", "*", "†", " (2)", "[2]", " 2)", "a", "ª"])
@pytest.mark.parametrize(
    ("text", "value"), [("1.5", 15_000), ("120000", 12e8), ("10", 1e5), ("> 3", 3e4), ("12 ha", 12e4)]
)
def test_the_mark_of_a_footnote_is_never_a_digit_of_an_amount(mark: str, text: str, value: float) -> None:
    for read in (parse_quantity(text + mark, "ha"), parse_quantities(pd.Series([text + mark, "3"]), "ha").iloc[0]):
        assert read.state == "rejected" or read.value == pytest.approx(value)
        assert mark not in RAISED_DIGITS or text == "12 ha" or "raised or lowered digits" in read.reason


def test_zero_counts_where_the_caller_says_so() -> None:
    assert parse_quantity("0", "t", zero_is_missing=False).value == 0.0


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("NA-In Lake", "lake"),
        ("In lake", "lake"),
        ("dans un lac", "lake"),
        ("river", "river"),
        ("NA - underground", "backfill"),
    ],
)
def test_a_place_instead_of_a_number_says_where_the_waste_went(text: str, place: str) -> None:
    read = parse_quantity(text, "m2")
    assert (read.state, read.disposal) == ("missing", place)


def test_a_remark_behind_the_number_is_kept() -> None:
    read = parse_quantity("57 000 000 t (combined, measured and indicated)", "t")
    assert (read.value, read.remark) == (57e6, "combined, measured and indicated")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "1,234 t",
            "the comma in '1,234' may be a decimal mark or separate thousands; state decimal_mark for this source",
        ),
        ("50 tons", "'tons' may be short tons (0.907 t), long tons (1.016 t) or tonnes"),
        ("2 MT", "'MT' may be metric tons or megatonnes"),
        ("5 zorks", "'zorks' is not a known unit"),
        ("5 m3", "'m³' does not measure what this column holds (t)"),
        ("5 t / 6 m3", "2 numbers (5, 6) in one cell, and which one counts is not said"),
        ("12 34", "2 numbers (12, 34) in one cell, and which one counts is not said"),
        ("large", "holds no number"),
        ("-5", "is negative"),
        ("12,34,567", "'12,34,567' does not group its digits in threes"),
    ],
)
def test_what_has_two_readings_is_rejected_with_the_reason(text: str, reason: str) -> None:
    read = parse_quantity(text, "t")
    assert read.state == "rejected"
    assert math.isnan(read.value)
    assert reason in str(read.reason)


@pytest.mark.parametrize(("mark", "value"), [(".", 1234.0), (",", 1.234)])
def test_the_declared_decimal_mark_settles_a_comma(mark: str, value: float) -> None:
    assert parse_quantity("1,234 t", "t", decimal_mark=mark).value == pytest.approx(value)  # type: ignore[arg-type]


def test_a_dot_in_a_comma_file_separates_thousands() -> None:
    cells = pd.Series(["1.234", "12,5", "1234"])
    assert parse_quantities(cells, "t", decimal_mark=",")["value"].tolist() == [1234.0, 12.5, 1234.0]


def test_an_unknown_unit_of_a_column_stops() -> None:
    with pytest.raises(ConfigError, match="unit 'tons': 'tons' may be short tons"):
        unit_factor("tons")


def test_a_column_equals_its_cells_one_by_one() -> None:
    cells = pd.Series(
        ["5 060 000", None, "0", ">3 t", "7.5", "NA-In Lake", "1,234 t", "12"], index=[3, 1, 4, 15, 9, 2, 6, 5]
    )
    table = parse_quantities(cells, "ha", None)
    assert table.index.equals(cells.index)
    for index, cell in cells.dropna().items():
        one = parse_quantity(cell, "ha")
        assert table.loc[index, "state"] == one.state
        np.testing.assert_equal(table.loc[index, "value"], one.value)
    assert table.loc[1, "state"] == "missing"


def test_numbers_pass_as_numbers() -> None:
    table = parse_quantities(pd.Series([1.0, 0.0, np.nan, -3.0]), "kt")
    assert table["state"].tolist() == ["value", "missing", "missing", "rejected"]
    assert table["value"].tolist()[0] == 1000.0


@given(st.integers(1, 3 * 10**10), st.sampled_from([" ", "\u00a0", "\u202f", "'", "’"]))
def test_grouped_digits_read_back(number: int, separator: str) -> None:
    assume(set(str(number)) != {"9"})  # nines alone are a code for missing
    assert parse_quantity(f"{number:,}".replace(",", separator), "t").value == number


@pytest.mark.parametrize("cell", ["(2000)", "( 2 000 )", "123456789012", "4e10 t"])
def test_brackets_and_amounts_no_waste_has_are_refused(cell: str) -> None:
    read = parse_quantity(cell, "t")
    assert (read.state, np.isnan(read.value)) == ("rejected", True)
    assert parse_quantity("2000 (est.)", "t").value == 2000.0
