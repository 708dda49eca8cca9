"""What the files of a folder say about each other: shared ids, repeated files, places that contradict each other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from layers.catalogue.source import load_catalogue
from layers.cells.heading_grammar import parse_heading
from layers.guess.collars import propose_collars
from layers.guess.columns import Guess
from layers.guess.recognise import Look
from layers.readers.columns import as_text
from layers.readers.drill_intervals import interval_columns

_ENOUGH = 5
_NAMED = 2
"""Ids that are enough where the heading itself says that they are ids of sites."""
_PLACES = ("latitude", "latitude_degrees", "easting", "grid_reference")
Pair = tuple[Guess, Look]
Box = tuple[float, float, float, float]


def relate(pairs: list[Pair]) -> None:
    """Compare the tables of a folder; facts are added to the guesses, repeated files are left out.

    Parameters
    ----------
    pairs : list of tuple
        Guesses of tables with their content.
    """
    _repeated(pairs)
    propose_collars(pairs)
    used = [(guess, sight) for guess, sight in pairs if guess.left_out is None]
    ids = {guess.id: _ids(guess, sight) for guess, sight in used if guess.value("role") == "inventory"}
    ids = {name: values for name, values in ids.items() if len(values) >= _ENOUGH}
    perhaps = {guess.id: _ids(guess, sight) for guess, sight in used if _may_hold_sites(guess)}
    for guess, sight in used:
        role = guess.value("role")
        texts = _Texts(sight)
        if role == "inventory" and guess.value("catalogue") is None:
            _cross_ids(guess, texts, ids, {guess.id: guess for guess, _ in used})
        if role == "geochemistry" and guess.value("catalogue") is None:
            _site_key(guess, texts, perhaps, used)
        if role is None and "role" in guess.questions:
            _shares(guess, texts, ids)


class _Texts:
    """The different texts of each column of a table, made when first asked for: every other table is compared with them."""

    def __init__(self, sight: Look) -> None:
        self._cells = sight.table.cells
        self.placed = sight.table.geometry is not None
        self._made: dict[str, set[str]] = {}

    def columns(self) -> list[str]:
        return [str(name) for name in self._cells.columns]

    def of(self, name: str) -> set[str]:
        if name not in self._made:
            self._made[name] = set(as_text(self._cells[name].drop_duplicates()).dropna())
        return self._made[name]


def _column(guess: Guess, name: str) -> list[str]:
    """Return the file columns mapped to a layer column, by guess or by the catalogue."""
    value = guess.value(f"columns.{name}")
    if value is None and guess.value("catalogue"):
        value = load_catalogue()[guess.value("catalogue")].facts.get("columns", {}).get(name)
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _ids(guess: Guess, sight: Look) -> set[str]:
    for name in _column(guess, "official_id"):
        if name in sight.table.cells.columns:
            return set(as_text(sight.table.cells[name]).dropna())
    return set()


def _may_hold_sites(guess: Guess) -> bool:
    """Say whether a table is an inventory, or may be one once its role is answered."""
    return guess.value("role") == "inventory" or (guess.value("role") is None and "role" in guess.questions)


def _telling(values: set[str]) -> bool:
    """Say whether ids are long enough that equal ones are the same by more than chance."""
    return len(values) >= _ENOUGH and float(np.median([len(value) for value in values])) >= 4


def _quoting(texts: _Texts, ids: set[str], skip: set[str]) -> tuple[str, int] | None:
    """Return the column whose filled cells are nearly all ids of another table, and how many different ones."""
    for name in texts.columns():
        if (
            name in skip or (kind := parse_heading(name).kind) == "result"
        ):  # round concentrations are often the numbers of a register, too
            continue
        values = texts.of(name)
        shared = values & ids
        named = len(shared) >= _NAMED and shared == values and kind == "site_id"
        if named or (_telling(shared) and len(shared) >= 0.9 * len(values)):
            return name, len(shared)
    return None


def _cross_ids(guess: Guess, texts: _Texts, ids: Mapping[str, set[str]], guesses: Mapping[str, Guess]) -> None:
    own = set(_column(guess, "official_id"))
    for other, known in ids.items():
        if other == guess.id:
            continue
        quoted = _quoting(texts, known, own)
        if quoted is None:
            continue
        reason = f"{quoted[1]} ids in column {quoted[0]} are ids of {other}"
        scheme = other
        if guesses[other].value("catalogue"):
            entry = load_catalogue()[guesses[other].value("catalogue")]
            scheme = entry.facts.get("options", {}).get("id_scheme", other)
        guesses[other].say("options.id_scheme", scheme, f"{guess.id} quotes these ids", 0.9)
        guess.say(f"options.cross_ids.{scheme}", {"column": quoted[0]}, reason, 0.9)


def _site_key(guess: Guess, texts: _Texts, ids: Mapping[str, set[str]], used: list[Pair]) -> None:
    """Find the column that says at which site waste, or a sample without a place, was taken: ids of an inventory, else names."""
    medium = guess.value("defaults.medium")
    nowhere = not (texts.placed or any(f"columns.{axis}" in {*guess.facts, *guess.questions} for axis in _PLACES))
    if medium != "waste" and "waste" not in (guess.value("values.medium") or {}).values() and not nowhere:
        return
    skip = {name for key in ("sample_id", "latitude", "longitude") for name in _column(guess, key)}
    for other, known in ids.items():
        quoted = _quoting(texts, known, skip)
        if quoted is not None:
            guess.say("columns.site_key", quoted[0], f"{quoted[1]} of its values are ids of {other}", 0.9)
            return
    names = {
        text.casefold()
        for guess, other in used
        if _may_hold_sites(guess)
        for name in _column(guess, "name")
        if name in other.table.cells.columns
        for text in as_text(other.table.cells[name]).dropna()
    }
    for name in texts.columns():
        values = {text.casefold() for text in texts.of(name)}
        shared = values & names
        if name not in skip and len(shared) >= 3 and len(shared) >= 0.6 * len(values):
            guess.say("columns.site_key", name, f"{len(shared)} of its {len(values)} values are names of sites", 0.8)
            return
    for other, known in ids.items() if nowhere else ():
        for name in texts.columns():
            values = {text for text in texts.of(name) if text[:1].isalnum()}  # a star marks controls of a laboratory
            lettered = all(any(letter.isalpha() for letter in text) for text in values)  # numbers are anything
            if len(values) >= _ENOUGH and lettered and values <= known and parse_heading(name).kind != "result":
                guess.say("columns.site_key", name, f"no row has a place, and all its values are ids of {other}", 0.7)
                return
    if nowhere and "columns.site_key" not in guess.facts and interval_columns(texts.columns()) is None:
        named = ", ".join(skip) or "no column that is known"
        guess.ask(
            "columns.site_key",
            f"which column says from which site a sample came, as the inventory spells its id or name? No row has a place; ids "
            f"of samples stand in {named}. Add such a column, or those of the coordinates, to the file where it has none.",
        )


def _shares(guess: Guess, texts: _Texts, ids: Mapping[str, set[str]]) -> None:
    for other, known in ids.items():
        quoted = _quoting(texts, known, set())
        if quoted is not None:
            guess.questions["role"] += f" Its column {quoted[0]} holds {quoted[1]} ids of {other}."


def _repeated(pairs: list[Pair]) -> None:
    """Leave out a table whose rows all stand in a larger one with the same columns."""
    bodies: dict[str, tuple[set[str], set[int]]] = {}
    for guess, sight in pairs:
        if guess.left_out is None and len(sight.table.cells.columns):
            bodies[guess.id + guess.path] = (set(map(str, sight.table.cells.columns)), set())
    for guess, sight in pairs:
        mine = bodies.get(guess.id + guess.path)
        if mine is None:
            continue
        for other, larger in pairs:
            theirs = bodies.get(other.id + other.path)
            if other is guess or theirs is None or other.left_out or not mine[0] <= theirs[0]:
                continue
            smaller_size, larger_size = len(sight.table.cells), len(larger.table.cells)
            if smaller_size > larger_size or (smaller_size == larger_size and guess.path <= other.path):
                continue
            shared = sorted(mine[0])
            if _all_within(sight, larger, shared):
                guess.left_out = f"all its {smaller_size} rows stand in {other.path} as well"
                break


def _all_within(sight: Look, larger: Look, columns: list[str]) -> bool:
    """Say whether all rows of one table stand in another; a column with a value that the other lacks tells it soonest."""
    if any(not _values(sight, name) <= _values(larger, name) for name in columns):
        return False
    return _rows(sight, columns) <= _rows(larger, columns)


def _values(sight: Look, column: str) -> set[str]:
    return set(as_text(sight.table.cells[column]).dropna())


def _rows(sight: Look, columns: list[str]) -> set[int]:
    cells = sight.table.cells
    text = pd.DataFrame({name: as_text(cells[name]).fillna("") for name in columns})
    return set(pd.util.hash_pandas_object(text, index=False).tolist())


def doubt_place(guess: Guess, extent: Box, others: list[Box]) -> None:
    """Ask when a file lies far from all others, but among them with latitude and longitude swapped, or west instead of east.

    Parameters
    ----------
    guess : Guess
        With columns of latitude and longitude.
    extent : tuple of float
        West, south, east, north as read, in degrees.
    others : list of tuple
        Extents of the other tables of sites and samples.
    """
    latitude, longitude = guess.value("columns.latitude"), guess.value("columns.longitude")
    if latitude is None or longitude is None or not others or any(_touch(extent, other) for other in others):
        return
    west, south, east, north = extent
    shown = f"{south:.1f} to {north:.1f} north, {west:.1f} to {east:.1f} east"
    if any(_touch((south, west, north, east), other) for other in others):
        doubt = (
            f"read as headed, rows lie at {shown}, far from the other files; swapped, among them. Which column is the"
        )
        guess.ask("columns.latitude", f"{doubt} latitude, {latitude} or {longitude}?")
        guess.ask("columns.longitude", f"{doubt} longitude, {longitude} or {latitude}?")
    elif west > 0 and any(_touch((-east, south, -west, north), other) for other in others):
        doubt = f"no longitude in {longitude} has a sign, so the rows lie at {shown}; the other files lie in the west"
        guess.ask("defaults.longitude_hemisphere", f"{doubt}. Is the hemisphere W or E?")


def _touch(a: Box, b: Box, margin: float = 2.0) -> bool:
    return a[0] - margin <= b[2] and b[0] - margin <= a[2] and a[1] - margin <= b[3] and b[1] - margin <= a[3]
