"""Where the rows of an unknown table lie: which columns are their coordinates, of which system; what nothing settles is asked."""

from __future__ import annotations

import re

import numpy as np

from layers.guess.angle_parts import angle_parts
from layers.guess.columns import Fact, Guess
from layers.guess.recognise import Look
from layers.guess.roles import POSITION
from layers.guess.words import plain
from layers.guess.zones import ask_hemisphere


def ask_crs(guess: Guess, sight: Look) -> None:
    """Ask for the coordinate system of a file that says nothing of it."""
    bounds = sight.table.geometry.total_bounds if sight.table.geometry is not None else np.full(4, np.nan)
    degrees = bool(np.all(np.abs(bounds[[0, 2]]) <= 360) and np.all(np.abs(bounds[[1, 3]]) <= 90))
    shown = ", ".join(f"{bound:.7g}" for bound in bounds)
    hint = "they are metres, of a UTM or national grid, e.g. EPSG:26910"
    if degrees:
        hint = "they look like degrees, EPSG:4326 (WGS 84), EPSG:4269 (NAD83) or EPSG:4267 (NAD27)"
    guess.ask(
        "crs",
        f"in which coordinate system is the file? It says nothing of it. West, south, east and north are {shown}; {hint}. "
        "Ask the publisher.",
    )


def _in_parts(guess: Guess, facts: dict[str, Fact], sight: Look) -> bool:
    """Take degrees, minutes and seconds from columns of their own; say whether they stand so."""
    parts = angle_parts(sight.table.cells, facts)
    if not parts:
        return False
    for column in ("latitude", "longitude", "easting", "northing", "utm_zone"):
        facts.pop(column, None)
    facts.update(parts)
    if "datum" not in facts:
        guess.say("crs", "EPSG:4326", "degrees without a stated datum: WGS 84 is taken", 0.7)
    return True


def settle_position(guess: Guess, guessed: dict[str, Fact], sight: Look) -> None:
    """Keep the position columns that serve, and settle or ask the coordinate system."""
    if sight.table.geometry is not None:
        for axis in POSITION:
            guessed.pop(axis, None)
        return
    if _in_parts(guess, guessed, sight):
        return
    degrees = {"latitude", "longitude"} <= set(guessed)
    if not degrees:
        guessed.pop("latitude", None)
        guessed.pop("longitude", None)
    else:
        for name in ("easting", "northing", "utm_zone"):
            guessed.pop(name, None)
    if degrees and "datum" not in guessed:
        headings = " ".join(plain(str(guessed[name].value)) for name in ("latitude", "longitude"))
        if "27" in headings:
            guess.say("crs", "EPSG:4267", "the headings say NAD27", 0.85)
        elif "83" in headings:
            guess.say("crs", "EPSG:4269", "the headings say NAD83", 0.85)
        else:
            datum_note = "degrees without a stated datum: WGS 84 is taken; NAD83 would be 1-2 m off, NAD27 up to 200 m"
            guess.say("crs", "EPSG:4326", datum_note, 0.7)
    if not degrees and "utm_zone" in guessed:
        ask_hemisphere(guess, guessed, sight)
    if degrees or "utm_zone" in guessed:
        return
    if {"easting", "northing"} <= set(guessed):
        x, y = guessed["easting"].value, guessed["northing"].value
        code = next((match.group(1) for axis in (x, y) if (match := re.search(r"(\d{4,5})$", str(axis)))), None)
        hint = f" ({code} in the heading may be an EPSG code)" if code else ""
        guess.ask(
            "crs",
            f"in which coordinate system are {x} and {y}? No zone stands beside them{hint}. "
            "E.g. EPSG:26910 (NAD83, UTM zone 10N).",
        )
