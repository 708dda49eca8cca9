"""A cell of tens of thousands of blanks costs no more than its length, whatever stands on both sides of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from layers.cells.angles import parse_angle
from layers.cells.utm import usual_zone
from layers.files.geometry_text import _WKT
from layers.files.spelt_units import is_number

PARSERS: dict[str, Callable[[str], Any]] = {
    "an angle": lambda text: parse_angle(text, "latitude"),
    "a zone": lambda text: usual_zone([text]),
    "a number": is_number,
    "a geometry": _WKT.match,
}
SIDES = [("58", "N"), ("", "x"), ("zone", "1"), ("-1", "e"), ("POINT", "M"), ("SRID=1;", "POINT")]


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", " \u202f"])
@pytest.mark.parametrize("parser", PARSERS)
def test_a_long_cell_takes_little_time(parser: str, blank: str) -> None:
    for before, after in SIDES:
        began = time.process_time()
        PARSERS[parser](before + blank * 60_000 + after)
        assert time.process_time() - began < 2.0


def test_what_a_blank_parts_is_read_as_before() -> None:
    assert parse_angle("58 \t 30\u00a0\u00a0N", "latitude").degrees == 58.5
    assert parse_angle("  N  58 30 36 ", "latitude").degrees == pytest.approx(58.51)
    assert [is_number(cell) for cell in (" 1 234,5 ", "<0.5", "1e5 ", "- 3", "1 N", "x")] == [
        True,
        True,
        True,
        True,
        False,
        False,
    ]
    assert [bool(_WKT.match(text)) for text in ("SRID=4326; POINT (1 2)", " point z(1 2 3)", "POINTZ EMPTY", "POINTS (1)")] == [
        True, True, True, False,
    ]  # fmt: skip
