"""Letters that are an axis only as a pair, with the same words of coordinates beside both."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.guess.axis_pairs import axis_pairs
from layers.guess.columns import guess_columns
from layers.guess.words import plain

ROWS = 6
EAST, NORTH = [476034.0 + 1251 * row for row in range(ROWS)], [5373294.0 + 2211 * row for row in range(ROWS)]
LON, LAT = [-81.1 - row / 70 for row in range(ROWS)], [48.5 + row / 70 for row in range(ROWS)]
WANTED = ("latitude", "longitude", "easting", "northing", "sample_id", "n_analyses")
IDS = [f"S{row}" for row in range(ROWS)]


@pytest.mark.parametrize(
    "axes",
    [
        ("E", "N"),
        ("X", "Y"),
        ("POINT_X", "POINT_Y"),
        ("X_1992", "Y_1992"),
        ("X1992", "Y1992"),
        ("e_m", "n_m"),
        ("XMAP", "YMAP"),
    ],
)
def test_a_pair_of_metres_is_easting_and_northing(axes: tuple[str, str]) -> None:
    cells = pd.DataFrame({"sample": IDS, axes[1]: NORTH, axes[0]: EAST})
    facts = guess_columns(cells, WANTED)
    assert (facts["easting"].value, facts["northing"].value) == axes
    assert "n_analyses" not in facts


@pytest.mark.parametrize("axes", [("X", "Y"), ("POINT_X", "POINT_Y")])
def test_a_pair_of_degrees_is_longitude_and_latitude(axes: tuple[str, str]) -> None:
    facts = guess_columns(pd.DataFrame({"sample": IDS, axes[1]: LAT, axes[0]: LON}), WANTED)
    assert (facts["longitude"].value, facts["latitude"].value) == axes


def test_metres_beside_degrees_are_no_counts() -> None:
    facts = guess_columns(pd.DataFrame({"Latitude": LAT, "Longitude": LON, "N": NORTH, "E": EAST}), WANTED)
    assert (facts["latitude"].value, facts["longitude"].value) == ("Latitude", "Longitude")
    assert "n_analyses" not in facts


@pytest.mark.parametrize(
    ("cells", "count"), [([5, 12, 7, 3, 9, 2], True), (NORTH, False), ([0.5, 1.5, 2, 3, 4, 5], False)]
)
def test_a_lone_n_is_a_count_where_its_numbers_may_be(cells: list[float], count: bool) -> None:
    facts = guess_columns(pd.DataFrame({"sample": IDS, "N": cells, "Latitude": LAT, "Longitude": LON}), WANTED)
    assert ("n_analyses" in facts) is count


@pytest.mark.parametrize(
    "headings",
    [["Y", "La"], ["X_1992", "Y_2000"], ["Office_X", "Office_Y"], ["Y_ppm", "X_ppm"], ["N", "C"], ["E", "F"]],
)
def test_other_letters_are_no_pair(headings: list[str]) -> None:
    assert axis_pairs({name: plain(name) for name in headings}) == {}
