"""Intervals of drill holes in one file, and where the holes are in another: the two are proposed as one source."""

from __future__ import annotations

import pandas as pd

from layers.guess.columns import Guess, guess_columns
from layers.guess.recognise import Look
from layers.guess.roles import POSITION
from layers.readers.columns import as_text
from layers.readers.drill_intervals import interval_columns

_MOST = 0.9
"""Share of the holes with intervals that a table of collars must hold."""


def propose_collars(pairs: list[tuple[Guess, Look]]) -> None:
    """Give intervals without a place the table of their collars; the table is then no source of its own.

    Parameters
    ----------
    pairs : list of tuple
        Guesses of tables with their content, changed in place.
    """
    for guess, sight in pairs:
        if guess.value("role") != "geochemistry" or any(f"columns.{column}" in guess.facts for column in POSITION):
            continue
        intervals = interval_columns([str(name) for name in sight.table.cells.columns])
        if intervals is None:
            continue
        holes = set(as_text(sight.table.cells[intervals.hole]).dropna())
        fitting = [(other, look) for other, look in pairs if other is not guess and _holds(look, intervals.hole, holes)]
        if len(fitting) == 1:
            _join(guess, *fitting[0], intervals.hole)


def _holds(sight: Look, key: str, holes: set[str]) -> bool:
    """Say whether a table has a row with a place for nearly each of some holes, and no two for one."""
    cells = sight.table.cells
    if key not in cells.columns or sight.table.geometry is not None:
        return False
    own = as_text(cells[key]).dropna()
    placed = {"easting", "northing"}, {"latitude", "longitude"}
    held = set(guess_columns(cells, POSITION))
    return (
        bool(own.is_unique) and len(holes & set(own)) >= _MOST * len(holes) > 0 and any(axes <= held for axes in placed)
    )


def _join(guess: Guess, other: Guess, sight: Look, key: str) -> None:
    cells: pd.DataFrame = sight.table.cells
    answer = {"path": other.path, "key": key}
    if other.value("sheet") is not None:
        answer["sheet"] = other.value("sheet")
    reason = f"the rows are intervals of holes, and {other.path} says where the holes are"
    guess.say("options.collars", answer, reason, 0.85)
    columns = guess_columns(cells, POSITION)
    if {"latitude", "longitude"} <= set(columns):
        columns = {name: fact for name, fact in columns.items() if name not in ("easting", "northing", "utm_zone")}
    for name, fact in columns.items():
        guess.facts[f"columns.{name}"] = fact
    if {"easting", "northing"} <= set(columns) and "utm_zone" not in columns:
        x, y = columns["easting"].value, columns["northing"].value
        guess.ask(
            "crs", f"in which coordinate system are {x} and {y} of {other.path}? E.g. EPSG:28351 (GDA94, MGA zone 51)."
        )
    elif {"latitude", "longitude"} <= set(columns) and "datum" not in columns:
        guess.say("crs", "EPSG:4326", "degrees without a stated datum: WGS 84 is taken", 0.7)
    other.left_out = f"it says where the holes of {guess.path} are, and is used there"
    other.facts.clear()
    other.questions.clear()
