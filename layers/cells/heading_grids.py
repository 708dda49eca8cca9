"""Names of datums and grids in the headings of coordinates: ``MGA94_E``, ``LAT_GDA2020``, ``X_L93``, ``SWEREF99TM N``."""

from __future__ import annotations

from collections.abc import Sequence

from layers.cells.heading_tokens import Token, folded
from layers.cells.headings import Heading

_GRIDS = frozenset(["datum_names", "grid_names", "grids_x_north"])
_PLACES = frozenset(["latitude", "longitude", "easting", "northing", "zone"])
_BESIDE = _PLACES | {"length_units", "angle_units", "fillers"}
_LETTERS = {"e": "easting", "o": "easting", "ost": "easting", "n": "northing", "x": "easting", "y": "northing"}


def _parts(tokens: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """Return the names of datums and grids, with the numbers behind them, and the other words."""
    names: list[Token] = []
    others: list[Token] = []
    for index, token in enumerate(tokens):
        behind = index > 0 and tokens[index - 1] in names
        of_name = not token.readings.keys().isdisjoint(_GRIDS) and token.readings.keys().isdisjoint(_PLACES)
        if of_name or (behind and "number" in token.readings):
            names.append(token)
        elif token.readings.get("sign") != "/":
            others.append(token)
    return names, others


def without_datum(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return the words of a coordinate's heading without the datum or grid it names; other headings as they are."""
    names, others = _parts(tokens)
    placed = any(not token.readings.keys().isdisjoint(_PLACES) for token in others)
    if names and placed and all(not token.readings.keys().isdisjoint(_BESIDE) for token in others):
        return others
    return tokens


def grid_letter(text: str, tokens: Sequence[Token]) -> Heading | None:
    """Return a coordinate told by one letter beside a grid's name; None where that is not what a heading is.

    X is north on some grids and may be degrees under a datum alone: those are asked about.
    """
    names, others = _parts(tokens)
    if not names:
        return None
    if not others:
        return Heading(text, "datum", unknown=(text,))
    letter = folded(others[0].text)
    if len(others) > 1 and all(not token.readings.keys().isdisjoint(_BESIDE) for token in others[1:]):
        others = others[:1]
    if len(others) != 1 or letter not in _LETTERS:
        return None
    grid = any("grid_names" in token.readings for token in names)
    unsure = letter in "xy" and (not grid or any("grids_x_north" in token.readings for token in names))
    return Heading(text, _LETTERS[letter], unknown=(text,) if unsure else ())
