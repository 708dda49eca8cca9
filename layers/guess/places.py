"""Where the rows of an unknown table lie: which columns are their coordinates, of which system; what nothing settles is asked."""

from __future__ import annotations

import re

import numpy as np
import pyproj
from pyproj.exceptions import CRSError

from layers.cells.utm import datum_of_headings
from layers.guess.angle_parts import angle_parts
from layers.guess.columns import Fact, Guess
from layers.guess.place_choice import doubts_of_place
from layers.guess.recognise import Look
from layers.guess.roles import POSITION
from layers.guess.zones import ask_hemisphere

_ZONE_IN_HEADING = re.compile(r"(?i)(?<![a-z])z(?:one|ona)?[ _.]*(\d{1,2})(?!\d)")


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


def _parts(facts: dict[str, Fact], sight: Look) -> set[str]:
    """Take degrees, minutes, seconds and hemispheres from columns of their own; return the axes that stand in parts."""
    parts = angle_parts(sight.table.cells, facts)
    apart = {axis for axis in ("latitude", "longitude") if f"{axis}_degrees" in parts}
    for column in (*apart, *(("easting", "northing", "utm_zone") if parts else ())):
        facts.pop(column, None)
    facts.update(parts)
    return apart


def _by_squares(guessed: dict[str, Fact], *, paired: bool) -> bool:
    """Keep references of squares where no pair of coordinates stands beside them; say whether they are kept."""
    paired |= {"latitude", "longitude"} <= set(guessed) or {"easting", "northing"} <= set(guessed)
    if "grid_reference" not in guessed or paired:
        guessed.pop("grid_reference", None)
        return False
    for axis in set(POSITION) - {"grid_reference"}:  # half a pair is none
        guessed.pop(axis, None)
    return True


def settle_position(guess: Guess, guessed: dict[str, Fact], sight: Look) -> None:
    """Keep the position columns that serve, and settle or ask the coordinate system."""
    if sight.table.geometry is not None:
        for axis in POSITION:
            guessed.pop(axis, None)
        return
    apart = _parts(guessed, sight)
    if _by_squares(guessed, paired=bool(apart)):
        return
    if apart:
        if "datum" not in guessed:
            guess.say("crs", "EPSG:4326", "degrees without a stated datum: WGS 84 is taken", 0.7)
        return
    degrees = {"latitude", "longitude"} <= set(guessed)
    if not degrees:
        guessed.pop("latitude", None)
        guessed.pop("longitude", None)
    else:
        for name in ("easting", "northing", "utm_zone"):
            guessed.pop(name, None)
    axes = ("latitude", "longitude") if degrees else ("easting", "northing")
    chosen = {axis: str(guessed[axis].value) for axis in axes if axis in guessed}
    zones = {match[1] for name in chosen.values() if (match := _ZONE_IN_HEADING.search(name))}
    _system(guess, guessed, sight, list(chosen.values()), zones)
    if zones:  # of two zones each pair is right in its own
        return
    for axis, question in doubts_of_place(chosen, {axis: guessed[axis].rivals for axis in chosen}).items():
        guess.ask(f"columns.{axis}", question)
        guessed.pop(axis)


def _system(guess: Guess, guessed: dict[str, Fact], sight: Look, headings: list[str], zones: set[str]) -> None:
    """Settle or ask the coordinate system of columns of coordinates."""
    degrees = "latitude" in guessed
    stated = datum_of_headings(headings) if "datum" not in guessed else ""
    if stated and (degrees or "utm_zone" in guessed):
        guess.say("crs", stated, f"the headings {' and '.join(headings)} say so", 0.85)
    elif degrees and "datum" not in guessed:
        datum_note = "degrees without a stated datum: WGS 84 is taken; NAD83 would be 1-2 m off, NAD27 up to 200 m"
        guess.say("crs", "EPSG:4326", datum_note, 0.7)
    if not degrees and "utm_zone" in guessed:
        ask_hemisphere(guess, guessed, sight)
    if degrees or "utm_zone" in guessed or len(headings) != 2:
        return
    code = next(
        (match[1] for heading in headings if (match := re.search(r"(\d{4,5})$", heading)) and _is_code(match[1])), None
    )
    hint = f" ({code} in the heading may be an EPSG code)" if code else ""
    zone = next(iter(zones)) if len(zones) == 1 else None
    zone_words = f"No zone stands beside them{hint}" if zone is None else f"The headings say zone {zone}"
    datum = f" and {pyproj.CRS(stated).name}" if stated else ""
    guess.ask(
        "crs",
        f"in which coordinate system are {' and '.join(headings)}? {zone_words}{datum}. "
        f"E.g. EPSG:{26900 + int(zone or 10)} (NAD83, UTM zone {zone or 10}N).",
    )


def _is_code(digits: str) -> bool:
    """Say whether digits are the EPSG code of a grid; the year of one (``X_1992``) is not."""
    try:
        return pyproj.CRS.from_epsg(int(digits)).is_projected
    except CRSError:
        return False
