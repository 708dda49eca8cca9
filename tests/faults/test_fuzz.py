"""Random cells, headings and run files: an answer or one clear error, never a crash, and never a number nobody can mean.

In short form with every run of the tests. `make fuzz` (``MINEWASTE_FUZZ``) gives every parser a hundred thousand inputs of
the same grammar from a plain seeded generator, and some thousands from hypothesis, which looks for odd letters.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.catalogue.source import Source
from layers.catalogue.yaml_text import load_text
from layers.cells import quantities, waste_words
from layers.cells.angles import parse_angle
from layers.cells.assay_columns import method_named
from layers.cells.assays import MOST, parse_cells
from layers.cells.commodities import normalise_commodities
from layers.cells.digit_groups import mark_of_thousands
from layers.cells.heading_grammar import parse_heading
from layers.cells.quantities import parse_quantities, parse_quantity
from layers.cells.site_names import name_key
from layers.cells.years import FIRST_YEAR, LAST_YEAR, parse_year
from layers.crs import parse_crs
from layers.elements import parse_oxide
from layers.errors import MinewasteError
from layers.readers.coordinates import read_points
from pipeline.config import parse_config

INPUTS = int(os.environ.get("MINEWASTE_FUZZ", "150"))
CELLS_AT_ONCE = 25
fuzz = settings(max_examples=min(INPUTS, 4000), suppress_health_check=list(HealthCheck), derandomize=INPUTS < 1000)
fuzz_columns = settings(fuzz, max_examples=max(10, min(INPUTS, 10_000) // CELLS_AT_ONCE))

PIECES = (
    "0", "1", "7", "12", "60", "180", "360", "1 234,5", "1,234", "1.5", "1e5", "1e308", "1E+400", "-", "+", ".", ",",
    ";", ":", "'", '"', "°", "º", "′", "″", "N", "S", "E", "W", "O", "nord", "west", " ", "\xa0", "\u202f", "\t",
    "\n", "(", ")", "[", "]", "<", ">", "≤", "~", "approx ", "> ", "up to ", "t", "tonnes", "Mt", "m3", "m²", "ha",
    "km2", "ft", "ton", "million ", "/", "Lake", "NA-In Lake", "n.d.", "nan", "inf", "-9999", "1960's", "1867-97",
    "circa ", "La", "La2O3", "LA_PPM", "Ce_INA_ppm", "REO", "%", "ppm", "ppb", "g/t", "_", "ICP-MS", "fusion",
    "EPSG:", "4326", "+proj=", "utm", "+zone=", "NAD83", "GEOGCS[", "PROJCS[", "&amp;", "&#x0;", "#2", "L. 1", "DL",
    "tailings", "stériles", "=cmd|'/C calc'!A0", "@SUM(1)", "\x00", "\x1f", "\ud7ff", "\u0301", "𝟙", "٣", "²", "½",
    "Ⅷ", "é", "ᐊ", "\u202e", "\ufeff", "{", "}", "&a ", "*a", "!!int ", "? ", "- ", "| ", "null", "true", "<<: ", "#",
    "%TAG ",
)  # fmt: skip
cells = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.text(max_size=30),
    st.builds(lambda piece, times: piece * times, st.sampled_from(PIECES), st.integers(1, 300)),
)
texts = st.lists(cells, min_size=1, max_size=CELLS_AT_ONCE)


def cell_of(chance: random.Random) -> str:
    """Return a cell of the same grammar without hypothesis, some twenty times as quick."""
    kind = chance.random()
    if kind < 0.75:
        return "".join(chance.choices(PIECES, k=chance.randrange(13)))
    if kind < 0.95:
        highest = chance.choice((0x7F, 0x2FF, 0xD7FF))
        return "".join(chr(chance.randrange(highest + 1)) for _ in range(chance.randrange(31)))
    return chance.choice(PIECES) * chance.randrange(1, 301)


def cells_of(chance: random.Random) -> list[str]:
    return [cell_of(chance) for _ in range(CELLS_AT_ONCE)]


def crs_of(chance: random.Random) -> str:
    """Return the text of a coordinate system; few are names, which are looked for in the whole database of PROJ."""
    if chance.random() < 0.1:
        return f"EPSG:{chance.randrange(40_000)}"
    return (chance.choice(STARTS) if chance.random() < 0.995 else "") + cell_of(chance)


STARTS = ("+proj=utm ", "+proj=utm +zone=", "+proj=aea +lat_1=", "GEOGCS[", "PROJCRS[", '{"type": ', "+init=", "+")
UNITS, MARKS = ("t", "m3", "ha", "m", "short_ton"), (None, ".", ",")


@given(texts, st.sampled_from(UNITS), st.sampled_from(MARKS), st.booleans())
@fuzz_columns
def test_quantities(texts: list[str], unit: str, mark: Any, zero_is_missing: bool) -> None:
    series = pd.Series(texts, dtype="str")
    column = parse_quantities(series, unit, mark, zero_is_missing)
    mark = mark or mark_of_thousands(series)
    cells = zip(texts, column["state"].tolist(), column["value"].tolist(), strict=True)
    for text, state, value in cells:
        found = parse_quantity(text, unit, mark, zero_is_missing)
        assert found.state in ("value", "missing", "rejected")
        if found.state == "value":
            assert 0 <= found.value <= max(quantities.MOST.values())
            assert not found.low > found.high
        else:
            assert math.isnan(found.value)
        assert state == found.state
        assert value == found.value or (math.isnan(value) and math.isnan(found.value))


@given(cells, st.sampled_from(["latitude", "longitude"]), st.booleans())
@fuzz
def test_angles(text: str, axis: str, west_is_o: bool) -> None:
    found = parse_angle(text, axis, west_is_o)
    assert math.isnan(found.degrees) == bool(found.problem)
    assert found.problem or abs(found.degrees) < 1000


@given(cells)
@fuzz
def test_years(text: str) -> None:
    first, last, uncertainty, reason = parse_year(text)
    if reason is None and not math.isnan(first):
        assert FIRST_YEAR <= first <= last <= LAST_YEAR
        assert uncertainty >= 0


NEGATIVES = ("error", "below_limit", "missing")


@given(texts, st.sampled_from(NEGATIVES), st.sampled_from([".", ","]))
@fuzz_columns
def test_assays(texts: list[str], negative: Any, mark: str) -> None:
    found = parse_cells(pd.Series(texts, dtype="str"), negative=negative, decimal_mark=mark)
    for values in (found.value, found.limit):
        known = values[~np.isnan(values)]
        assert ((known >= 0) & (known <= MOST)).all()
    assert np.isnan(found.value[found.unreadable]).all()
    assert np.isnan(found.value[found.censored != 0]).all()


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=CELLS_AT_ONCE))
@fuzz_columns
def test_assays_of_typed_files(numbers: list[float]) -> None:
    found = parse_cells(pd.Series(numbers, dtype="float64"), negative="missing")
    assert not (np.nan_to_num(found.value) > MOST).any()
    assert set(np.flatnonzero(np.isposinf(numbers))) <= set(found.unreadable.tolist())


@given(cells)
@fuzz
def test_headings(text: str) -> None:
    heading = parse_heading(text)
    assert heading.multiplier_to_base is None or heading.multiplier_to_base > 0
    assert heading.text == text
    method_named(text, {})
    parse_oxide(text)


@given(texts)
@fuzz_columns
def test_words(texts: list[str]) -> None:
    for text in texts:
        name_key(text)
        waste_words.waste_type_in_words(text)
        waste_words.disposal_in_words(text)
    normalise_commodities(pd.Series(texts, dtype="str"))


@given(cells)
@settings(fuzz, max_examples=max(10, min(INPUTS, 10_000) // 50))
def test_coordinate_systems(text: str) -> None:
    _or_one_clear_error(lambda: parse_crs("a file", text))


@given(st.lists(st.tuples(cells, cells, cells, cells), min_size=1, max_size=CELLS_AT_ONCE), st.booleans())
@fuzz_columns
def test_coordinates_row_by_row(rows: list[tuple[str, str, str, str]], in_degrees: bool) -> None:
    names = ["latitude", "longitude", "datum", "x"] if in_degrees else ["easting", "northing", "utm_zone", "datum"]
    source = Source.model_validate(
        {"id": "s", "role": "inventory", "path": "t.csv", "columns": {one: one for one in names[:-1]}}
    )
    table = pd.DataFrame(rows, columns=names, dtype="str").replace("", None)
    points = _or_one_clear_error(lambda: read_points(source, "s (t.csv)", table, np.arange(2, len(rows) + 2)))
    if points is not None:
        there = np.isfinite(points.latitude)
        assert (np.abs(points.latitude[there]) <= 90).all()
        assert (np.abs(points.longitude[there]) <= 360).all()
        assert (there == np.isfinite(points.longitude)).all()


@given(st.lists(st.tuples(st.integers(0, 6), cells), max_size=12))
@fuzz
def test_run_files(lines: list[tuple[int, str]]) -> None:
    text = "\n".join("  " * level + line for level, line in lines)
    try:
        content = load_text(text)
    except yaml.MarkedYAMLError:
        return
    if isinstance(content, dict):
        _or_one_clear_error(lambda: parse_config(content, "run.yml"))


Draw = Callable[[random.Random], tuple[Any, ...]]
BULK: dict[Callable[..., None], tuple[Draw, int]] = {
    test_quantities: (
        lambda chance: (cells_of(chance), chance.choice(UNITS), chance.choice(MARKS), chance.random() < 0.5),
        CELLS_AT_ONCE,
    ),
    test_angles: (
        lambda chance: (cell_of(chance), chance.choice(("latitude", "longitude")), chance.random() < 0.5),
        1,
    ),
    test_years: (lambda chance: (cell_of(chance),), 1),
    test_assays: (
        lambda chance: (cells_of(chance), chance.choice(NEGATIVES), chance.choice((".", ","))),
        CELLS_AT_ONCE,
    ),
    test_headings: (lambda chance: (cell_of(chance),), 1),
    test_words: (lambda chance: (cells_of(chance),), CELLS_AT_ONCE),
    test_coordinate_systems: (lambda chance: (crs_of(chance),), 1),
    test_coordinates_row_by_row: (
        lambda chance: (
            [tuple(cell_of(chance) for _ in range(4)) for _ in range(CELLS_AT_ONCE)],
            chance.random() < 0.5,
        ),
        CELLS_AT_ONCE,
    ),
    test_run_files: (
        lambda chance: ([(chance.randrange(7), cell_of(chance)) for _ in range(chance.randrange(13))],),
        1,
    ),
}
"""For every parser what one input is made of, and how many cells or rows are in it."""


@pytest.mark.parametrize("parser", BULK, ids=lambda parser: parser.__name__.removeprefix("test_"))
def test_many_inputs(parser: Callable[..., None]) -> None:
    draw, cells_each = BULK[parser]
    chance, check = random.Random(0), parser.hypothesis.inner_test  # type: ignore[attr-defined]
    for _ in range(INPUTS // cells_each):
        arguments = draw(chance)
        try:
            check(*arguments)
        except Exception as failure:
            raise AssertionError(f"{parser.__name__}{arguments!r}") from failure


def _or_one_clear_error(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except MinewasteError:
        return None


@pytest.mark.parametrize("cell", ["1e308", "<1e300", "9" * 400, "1E+13"])
def test_a_number_no_laboratory_can_mean_is_no_result(cell: str) -> None:
    found = parse_cells(pd.Series(["5", cell], dtype="str"))
    assert found.value.tolist() == [5.0, pytest.approx(math.nan, nan_ok=True)]
    assert found.unreadable.tolist() == [1]


def test_a_number_of_hundreds_of_digits_is_rejected_without_a_warning() -> None:
    column = parse_quantities(pd.Series(["5", "60" * 151], dtype="str"), "ha")
    assert column["state"].tolist() == ["value", "rejected"]
    assert column["value"].tolist() == [50_000.0, pytest.approx(math.nan, nan_ok=True)]


@pytest.mark.parametrize("east", ["1E+400", "1E-400", "1E" + "9" * 5000])
def test_an_easting_that_no_number_holds_costs_its_row_alone(east: str) -> None:
    rows = [(east, "6000000", "10", "NAD83"), ("500000", "6000000", "10", "NAD83")]
    names = ["easting", "northing", "utm_zone", "datum"]
    source = Source.model_validate({"id": "s", "role": "inventory", "path": "t.csv", "columns": {n: n for n in names}})
    points = read_points(source, "s (t.csv)", pd.DataFrame(rows, columns=names, dtype="str"), np.arange(2, 4))
    assert np.isfinite(points.latitude).tolist() == [False, True]


def test_a_deprecated_spelling_of_a_coordinate_system_warns_nobody() -> None:
    with pytest.raises(MinewasteError):
        parse_crs("a file", "+init=Lake&a true")


def test_minutes_need_degrees() -> None:
    assert parse_angle("492,3'", "latitude").problem
    assert parse_angle("49°2,3'", "latitude").degrees == pytest.approx(49 + 2.3 / 60)


@pytest.mark.parametrize(
    ("cell", "value", "remark"),
    [
        ("1 186 500 m3 (2019 survey)", 1186500.0, "2019 survey"),
        ("12 [a) b]", 12.0, "a) b"),
        ("5+ t", 5.0, None),
        ("(about) 5 (t)", 5.0, None),
    ],
)
def test_remarks_in_brackets(cell: str, value: float, remark: str | None) -> None:
    found = parse_quantity(cell, "m3" if "m3" in cell else "t")
    assert found.remark == remark
    assert found.value == value


LAUGHS = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: " + "[" * 3000, "deep"),
        ("a: " + "[" * 50 + "]" * 50, "deep"),
        ("seed: " + "9" * 6000, "digits"),
        ("a: b\x00", "U+0000"),
        (LAUGHS, "repeated parts"),
        ("a: &a [*a]", "deep"),
        ("a: !!python/object/apply:os.system [id]", "constructor"),
        ("x" * 2_000_001, "2,000,001 letters"),
        ("a: 1\na: 2", "given twice"),
    ],
    ids=["open", "deep", "digits", "null", "laughs", "itself", "object", "long", "twice"],
)
def test_a_run_file_that_would_fill_the_memory_is_one_message(text: str, problem: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError) as stop:
        load_text(text)
    assert problem in str(stop.value.problem)
