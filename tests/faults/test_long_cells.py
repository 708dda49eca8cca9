"""One very long cell costs what its length says: no pattern begins anew at each of its letters."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layers.catalogue.source import Source
from layers.cells import hedges
from layers.cells.angles import parse_angle
from layers.cells.assays import parse_cells
from layers.cells.commodities import normalise_commodities
from layers.cells.heading_grammar import parse_heading
from layers.cells.quantities import parse_quantity
from layers.cells.removals import says_gone
from layers.cells.site_names import name_key
from layers.cells.utm import metre_precision, usual_zone
from layers.cells.years import parse_year
from layers.files.geometry_text import geometry_column
from layers.files.spelt_units import is_number
from layers.guess.contents import by_contents
from layers.map_sheets import sheet_box
from layers.readers.control_rows import control_rows
from layers.readers.coordinates import read_points

LETTERS = 40_000
"""A pattern that begins anew at each letter of such a cell takes minutes; one that does not, a few tenths of a second."""

MOST_SECONDS = 10
"""Room for a machine that does much else."""

REPEATED = (
    " ",
    "\t",
    "\u00a0",
    "5",
    "٣",
    "5 ",
    "58°",
    "-",
    ".",
    ",",
    "(",
    "[",
    "a ",
    "e",
    "é",
    "'",
    "/",
    "x",
    "_",
    "1 000 ",
)
ENDS = (("58", "N"), ("", ""), ("(", "!"))

TAILINGS = re.compile("tailings")

PARSERS: dict[str, Callable[[str], Any]] = {
    "latitude": lambda text: parse_angle(text, "latitude"),
    "longitude": lambda text: parse_angle(text, "longitude", west_is_o=True),
    "zone": lambda text: usual_zone(np.array([text], dtype=object)),
    "easting": lambda text: metre_precision(text, "5"),
    "year": parse_year,
    "amount": lambda text: parse_quantity(text, "t"),
    "assay": lambda text: parse_cells(pd.Series([text, "<" + text], dtype="str")),
    "commodities": lambda text: normalise_commodities(pd.Series([text], dtype="str")),
    "name": name_key,
    "heading": parse_heading,
    "map sheet": sheet_box,
    "number": is_number,
    "geometry": lambda text: geometry_column(pd.DataFrame({"shape": [text]}, dtype="str")),
    "sample id": lambda text: control_rows(pd.DataFrame({"id": [text, "b"]}), pd.Series([text, "b"], dtype="str")),
    "hedges": lambda text: [
        *(says(text) for says in (hedges.denies, hedges.doubts, hedges.is_qualified, hedges.without_qualifiers)),
        *(says(text) for says in (hedges.is_not_there_yet, hedges.is_only_planned, hedges.is_only_gone)),
        *(says(text) for says in (hedges.is_only_found, hedges.is_status_understood, hedges.was_never_worked)),
        *(says(text, TAILINGS) for says in (hedges.takes_back, hedges.sentences_that_hold, says_gone)),
    ],
    "guess": lambda text: by_contents(pd.DataFrame({"a": [text, "copper"]}, dtype="str"), ["commodities"], []),
}


@contextmanager
def _in_time(what: str) -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise TimeoutError(f"{what}: not read in {MOST_SECONDS} s")

    former = signal.signal(signal.SIGALRM, stop)
    signal.alarm(MOST_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)


@pytest.mark.parametrize("parser", PARSERS)
def test_parsers_are_linear_in_the_length_of_a_cell(parser: str) -> None:
    for piece in REPEATED:
        for start, end in ENDS:
            with _in_time(f"{parser} of {start!r} + {piece!r} + {end!r}"):
                PARSERS[parser](start + piece * (LETTERS // len(piece)) + end)


@pytest.mark.parametrize("piece", [" ", "\t", "58°", "5", "-", "E "])
def test_columns_of_coordinates_are_linear_and_their_long_cell_is_refused_by_row_in_few_words(piece: str) -> None:
    cell = "58" + piece * (LETTERS // len(piece)) + "X"
    degrees = Source(id="s", role="inventory", path="f.csv", columns={"latitude": "lat", "longitude": "lon"})
    metres = Source(
        id="s", role="inventory", path="f.csv", columns={"easting": "lat", "northing": "lon", "utm_zone": "zone"}
    )
    table = pd.DataFrame({"lat": ["45.5", cell], "lon": ["-75.25", cell], "zone": ["18N", cell]}, dtype="str")
    with _in_time(repr(piece)):
        points = read_points(degrees, "f.csv", table, np.array([2, 3]))
        assert points.latitude[0] == 45.5
        assert np.isnan(points.latitude[1])
        code, reason = points.problems[1]
        assert code == "bad_coordinate"
        assert reason.startswith("row 3: latitude '58")
        assert len(reason) < 200
        read_points(metres, "f.csv", table.assign(lat=["450000", cell], lon=["5000000", cell]), np.array([2, 3]))


def test_blanks_between_the_parts_of_an_angle_do_not_count() -> None:
    assert parse_angle("58" + " " * 400 + "30" + "\t" * 300 + "N", "latitude").degrees == 58.5


def test_what_a_sentence_says_counts_behind_others_of_any_length() -> None:
    long = "Worked by hand. " * 5_000
    assert hedges.was_never_worked(f"{long}Never mined.")
    assert says_gone(f"{long}All tailings were removed.", TAILINGS)
    assert hedges.doubts("pegmatite (beryl (blue)) ?")
    assert not hedges.doubts("pegmatite (granite?)")
