"""Where the points of a file would fall in each UTM zone, and which names and map sheets of the file agree."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd

from layers import jurisdictions as known
from layers.cells.utm import BAND_S_METRES
from layers.guess.columns import Fact, Guess
from layers.guess.numbers import as_numbers, numbers
from layers.guess.recognise import Look
from layers.map_sheets import sheet_box
from layers.readers.columns import as_text
from layers.readers.likely_zones import only_zone
from layers.transformer import transformer

Box = tuple[float, float, float, float]
_REACH_DEGREES = 15.0
_MOST = 8
_AGREES = 0.6
_NEAR_DEGREES = 0.25
_ENDS_IN_S = r"(?i)\d\s*-?\s*S\s*$"


def suggest_crs(guess: Guess, sight: Look, extent: Box | None) -> None:
    """Say in a question of the coordinate system where the points would fall in each UTM zone that may be meant.

    No zone in reach is left out for lying apart from the other files: the truth may well do so. Only zones that put every point
    into the open sea are not named.

    Parameters
    ----------
    guess : Guess
        With an open question ``crs``.
    sight : Look
        Its content.
    extent : tuple of float or None
        West, south, east, north of the files whose place is known, in degrees.
    """
    if "crs" not in guess.questions:
        return
    rows, x, y = _metres(guess, sight)
    if not len(x):
        return
    cells = sight.table.cells.iloc[rows].reset_index(drop=True)
    placed = _Said(cells, extent, _of_another_meaning(guess))
    south = extent is not None and extent[3] < 0
    fits: list[tuple[float, bool, int, str]] = []
    for zone in range(1, 61):
        code = (32700 if south else 32600) + zone
        longitude, latitude = transformer(code, 4326).transform(x, y)
        longitude, latitude = np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float)
        if not np.isfinite(longitude).any() or known.nowhere(longitude, latitude).all():
            continue
        text, agrees = placed.of_zone(longitude, latitude)
        away = (
            0.0
            if extent is None
            else max(extent[0] - np.nanmedian(longitude), np.nanmedian(longitude) - extent[2], 0.0)
        )
        if agrees or (extent is not None and away <= _REACH_DEGREES):
            american = not south and zone <= 23 and np.nanmedian(latitude) > 14
            shown = f"EPSG:{26900 + zone if american else code} ({zone}{'S' if south else 'N'})"
            fits.append((away, not agrees, zone, f"{shown} {text}"))
    chosen = sorted(sorted(fits, key=lambda score: (score[1], score[0]))[:_MOST], key=lambda score: score[2])
    if chosen:
        guess.questions["crs"] += (
            f" By UTM zone its points would fall: {'; '.join(text for *_, text in chosen)}. It may be another grid altogether."
        )
    others = _of_another_meaning(guess)
    guess.questions["crs"] += only_zone(cells, x, y, path=guess.path, other_columns=others, extent=extent)


def _of_another_meaning(guess: Guess) -> set[str]:
    """Return the columns known to hold something else than places: the symbols Ni and Cu are codes of countries as well."""
    return {
        str(name)
        for key, fact in guess.facts.items()
        if key.startswith("columns.") and key != "columns.jurisdiction"
        for name in np.atleast_1d(fact.value)
    }


class _Said:
    """What a table says of its places besides their coordinates."""

    def __init__(self, cells: pd.DataFrame, extent: Box | None, other_columns: Collection[str] = ()) -> None:
        self.extent = extent
        self.sheets: tuple[str, np.ndarray] | None = None
        self.names: tuple[str, list[tuple[str, ...]]] | None = None
        for column in map(str, cells.columns):
            texts = as_text(cells[column])
            filled = texts.dropna().unique()
            if not len(filled) or len(filled) > 2000:
                continue
            boxes = {text: sheet_box(str(text)) for text in filled if re.search(r"[A-Pa-p]", str(text))}
            if self.sheets is None and sum(box is not None for box in boxes.values()) >= _AGREES * len(filled):
                table = [boxes.get(text) or (np.nan,) * 4 for text in texts]
                self.sheets = column, np.array(table, dtype=float).reshape(-1, 4)
            if column in other_columns:
                continue
            codes = {text: known.meanings(str(text)) for text in filled if len(str(text)) > 1}
            if self.names is None and sum(bool(code) for code in codes.values()) >= _AGREES * len(filled):
                self.names = column, [codes.get(text, ()) if isinstance(text, str) else () for text in texts]

    def of_zone(self, longitude: np.ndarray, latitude: np.ndarray) -> tuple[str, bool]:
        """Return where the points of a zone lie, in words, and whether the file itself says so."""
        lon, lat = float(np.nanmedian(longitude)), float(np.nanmedian(latitude))
        lies = known.names_of(known.may_lie_in(lon, lat)[:2]) or "the sea"
        parts = [f"near {abs(lat):.1f} {'N' if lat >= 0 else 'S'}, {abs(lon):.1f} {'E' if lon >= 0 else 'W'} ({lies})"]
        agrees = False
        if self.extent is not None:
            west, south, east, north = self.extent
            inside = (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)
            parts += [f"{np.mean(inside):.0%} within the extent of the other files"] if inside.any() else []
        if self.sheets is not None:
            column, boxes = self.sheets
            margin = _NEAR_DEGREES
            fits = (longitude >= boxes[:, 0] - margin) & (longitude <= boxes[:, 2] + margin)
            fits &= (latitude >= boxes[:, 1] - margin) & (latitude <= boxes[:, 3] + margin)
            given = np.isfinite(boxes[:, 0])
            parts += [f"{int(fits.sum())} of {int(given.sum())} map sheets in {column} agree"] if fits.any() else []
            agrees |= bool(given.any() and fits.sum() >= _AGREES * given.sum())
        if self.names is not None:
            column, codes = self.names
            given = [at for at, code in enumerate(codes) if code]
            fitting = sum(known.km_outside(codes[at], longitude[[at]], latitude[[at]])[0] <= 25 for at in given)
            parts += [f"{fitting} of {len(given)} names in {column} agree"] if fitting else []
            agrees |= bool(given and fitting >= _AGREES * len(given) and self.sheets is None)
        return ", ".join(parts), agrees


def _metres(guess: Guess, sight: Look) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows, eastings and northings of up to 500 points spread over the file; none where they are no metres."""
    if sight.crs_unknown and sight.table.geometry is not None:
        points = sight.table.geometry.representative_point()
        x, y = points.x.to_numpy(dtype=float), points.y.to_numpy(dtype=float)
    elif guess.value("columns.easting"):
        mark = guess.value("decimal_mark") or "."
        x, y = (numbers(sight.table.cells[guess.value(f"columns.{name}")], mark) for name in ("easting", "northing"))
    else:
        return np.empty(0, dtype=int), np.empty(0), np.empty(0)
    given = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & ((x != 0) | (y != 0)))
    rows = given[:: max(1, len(given) // 500)]
    if not len(rows) or np.median(np.abs(x[rows])) <= 400:
        return np.empty(0, dtype=int), np.empty(0), np.empty(0)
    return rows, x[rows], y[rows]


def ask_hemisphere(guess: Guess, facts: dict[str, Fact], sight: Look) -> None:
    """Ask on which side of the equator zones without a letter lie, where both sides have land and no datum tells."""
    cells = sight.table.cells
    zones = as_text(cells[str(facts["utm_zone"].value)]).dropna()
    if _may_be_band_s(zones, cells, facts, guess.value("decimal_mark") or "."):
        shown = zones[zones.str.contains(_ENDS_IN_S)].iloc[0]
        guess.ask(
            "defaults.utm_hemisphere",
            f"does S in {facts['utm_zone'].value} (e.g. {shown}) mean band S, 32 to 40 degrees "
            "north, or south of the equator? Its northings fit both. Answer N or S.",
        )
        return
    numbers = pd.to_numeric(zones.str.extract(r"^\D*(\d{1,2})(?:\.0+)?\s*$")[0], errors="coerce").dropna()
    datums = set(as_text(cells[str(facts["datum"].value)]).dropna()) if "datum" in facts else set()
    datum_known = any(re.search(r"(?i)nad|csrs|gda|agd|etrs|ed50|nzgd|osgb|hartebeest", str(datum)) for datum in datums)
    americas = numbers.lt(17).all() or (numbers.lt(24).all() and guess.value("language") != "es")
    if len(numbers) and not datum_known and not americas:
        guess.ask(
            "defaults.utm_hemisphere",
            f"are the zones in {facts['utm_zone'].value} (e.g. {zones.iloc[0]}) north or south of the equator? Answer N or S.",
        )


def _may_be_band_s(zones: pd.Series, cells: pd.DataFrame, facts: dict[str, Fact], mark: str) -> bool:
    """Say whether zones such as ``11S`` may name the band or the hemisphere, by the northings beside them."""
    if "northing" not in facts or not zones.str.contains(_ENDS_IN_S).any():
        return False
    northings = as_numbers(cells[str(facts["northing"].value)], mark)[zones.index[zones.str.contains(_ENDS_IN_S)]]
    return bool(((northings > BAND_S_METRES[0]) & (northings < BAND_S_METRES[1])).any())
