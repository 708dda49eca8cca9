"""Guess what a laboratory table means: medium, units, negative numbers, missing codes and columns of marks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from layers.cells.assay_columns import METHOD_ORDER, AssayColumn, assay_columns, factor_of, method_named
from layers.cells.assays import MISSING_NUMBERS
from layers.cells.heading_grammar import parse_heading
from layers.elements import REE, oxide_factor
from layers.files.tables import RawTable
from layers.guess.columns import PART_OF_NAME, Guess, guess_columns
from layers.guess.numbers import numbers, share_of_numbers
from layers.guess.words import MEDIA_WORDS
from layers.readers.columns import as_text
from layers.schema import MEDIA

_CRUST_PPM: Mapping[str, float] = {
    "Al": 81500, "Fe": 39200, "Ca": 25700, "Mg": 15000, "Na": 24300, "K": 23200, "Ti": 3840, "Mn": 775, "P": 655, "Si": 311400,
    "La": 31, "Ce": 63, "Pr": 7.1, "Nd": 27, "Sm": 4.7, "Eu": 1.0, "Gd": 4.0, "Tb": 0.7, "Dy": 3.9, "Ho": 0.83, "Er": 2.3,
    "Tm": 0.3, "Yb": 2.0, "Lu": 0.31, "Y": 21, "Sc": 14, "Th": 10.5, "U": 2.7, "Zr": 193, "Nb": 12, "Hf": 5.3, "Rb": 84,
    "Sr": 320, "Ba": 628, "Cs": 4.9, "Li": 24, "V": 97, "Cr": 92, "Co": 17.3, "Ni": 47, "Cu": 28, "Zn": 67, "Ga": 17.5, "Pb": 17,
}  # fmt: skip
"""Upper continental crust after Rudnick and Gao (2003), of elements seldom a thousandfold from it in soil or sediment."""

_UNITS = {"ppm": 1.0, "ppb": 1e-3, "pct": 1e4}
_ORE = frozenset(["Cu", "Zn", "Pb", "Ni", "Co", "Cr", "U", "Li", "Cs", "V"])
_NEEDED = frozenset([*REE, "Th", "U", "P", "Nb", "Zr"])
MIN_RESULTS = 3
"""Laboratory columns a table needs to pass for geochemistry."""


def laboratory_columns(cells: pd.DataFrame, decimal_mark: str = ".") -> list[AssayColumn]:
    """Return the columns whose heading is that of an element or oxide and whose cells are mostly results."""
    return [
        column
        for column in assay_columns([str(name) for name in cells.columns]).results
        if cells[column.name].notna().any() and _results(cells[column.name], decimal_mark) > 0.6
    ]


def _results(column: pd.Series, decimal_mark: str) -> float:
    """Return the share of filled cells that are numbers or censored numbers."""
    plain_share = share_of_numbers(column, decimal_mark)
    if plain_share > 0.6 or pd.api.types.is_numeric_dtype(column):
        return plain_share
    text = as_text(column.head(500)).dropna()
    marked = text.str.contains(r"^\s*[<>]\s*\d", regex=True) | text.str.fullmatch(
        r"(?i)n\.?d\.?|bdl|tr|<.*|n\.?a\.?|-+"
    )
    return plain_share + float(marked.mean()) if len(text) else 0.0


def said_mark(guess: Guess) -> str:
    """Return the decimal mark that a guess says, which is the point where it says none."""
    return str(guess.value("decimal_mark") or ".")


def guess_chemistry(guess: Guess, table: RawTable, laboratory: Sequence[AssayColumn], where: str) -> None:
    """Add what the laboratory columns of a table say, and ask what they do not.

    Parameters
    ----------
    guess : Guess
        Extended; its columns must be guessed already.
    table : RawTable
        Its cells, and the rows of units, limits and methods under the heading.
    laboratory : sequence of AssayColumn
        Its columns of results under the decimal mark that the guess says.
    where : str
        File, layer and folder names: the medium often stands there alone.
    """
    cells, mark = table.cells, said_mark(guess)
    taken = {
        name for key, fact in guess.facts.items() if key.startswith("columns.") for name in np.atleast_1d(fact.value)
    }
    columns = [column for column in laboratory if column.name not in taken]
    guess_medium(guess, cells, where)
    _site_names(guess, cells)
    stated = table.captions.get("unit", {})
    by_row = _unit_by_row(cells)
    _units(
        guess,
        cells,
        [column for column in columns if column.to_ppm is None and column.name not in stated and not by_row],
        mark,
    )
    _methods(guess, table, columns)
    _negatives(guess, cells, columns, mark)
    _marks(guess, cells, columns)


def _methods(guess: Guess, table: RawTable, columns: Sequence[AssayColumn]) -> None:
    """Carry the methods of a row of methods, or of a line above the heading, into the run file."""
    by_column = table.captions.get("method", {})
    codes = dict.fromkeys(by_column[column.name] for column in columns if column.name in by_column)
    named = {code: method_named(code, {}) or "unknown" for code in codes}
    known = {code: method for code, method in named.items() if method != "unknown"}
    if known:
        guess.say("options.methods", known, "the row of methods above or below the analytes", 0.85)
    if others := [code for code in named if code not in known]:
        guess.remarks.append(
            f"How the samples were dissolved for {', '.join(others[:6])} is not known. State options.methods, e.g. "
            f"{{{others[0]}: {METHOD_ORDER[0]}}}; one of {', '.join(METHOD_ORDER[:-1])}."
        )
    lines = {word for words in table.words_above.values() for word in words} if not codes else set()
    stated = {method: line for line in sorted(lines) if (method := method_named(line, {})) not in (None, "unknown")}
    if len(stated) == 1 and all(column.method == "unknown" for column in columns):
        [(method, line)] = stated.items()
        guess.say("options.default_method", method, f"a line above the heading says '{line[:60]}'", 0.75)


def _unit_by_row(cells: pd.DataFrame) -> bool:
    """Say whether one column states the unit of all results row by row."""
    names = [str(name) for name in cells.columns]
    general = [name for name in names if (heading := parse_heading(name)).kind == "unit" and heading.element is None]
    words = [] if len(general) != 1 else as_text(cells[general[0]]).dropna().unique().tolist()
    return bool(words) and all(factor_of(str(word), "La") is not None for word in words)


def guess_medium(guess: Guess, cells: pd.DataFrame, where: str) -> None:
    """Say of what the samples were taken: a column's words, else the file's name, else a question."""
    name = guess.value("columns.medium")
    if name is not None:
        words = as_text(cells[name]).dropna().value_counts()
        translated = {str(word): medium for word in words.index if (medium := medium_of(str(word)))}
        covered = sum(words[medium_word] for medium_word in translated) / max(1, int(words.sum()))
        if covered == 1 and len(words):
            needed = {medium_word: medium for medium_word, medium in translated.items() if medium_word != medium}
            if needed:
                guess.say("values.medium", needed, f"words of column {name}", 0.85)
            return
        if covered > 0.7:
            others = {str(word): "other" for word in words.index if str(word) not in translated}
            guess.say(
                "values.medium",
                translated | others,
                f"words of column {name}; those that name no medium count as other",
                0.7,
            )
            if bool(cells[name].isna().any()):
                guess.say("options.missing_medium", "other", f"blank cells of column {name} name no medium", 0.7)
            return
        guess.facts.pop("columns.medium", None)
        if covered:
            shown = ", ".join(f"'{word}'" for word in words.index[:6] if word not in translated)
            guess.remarks.append(f"Column {name} may name the medium but holds words that are not understood: {shown}.")
    medium = medium_of(where)
    if medium is not None:
        guess.say("defaults.medium", medium, f"the name '{where}' says so", 0.75)
    else:
        guess.ask("defaults.medium", f"what was sampled? One of {', '.join(MEDIA)}. Nothing in names or cells says it.")


def _site_names(guess: Guess, cells: pd.DataFrame) -> None:
    """Take the column that names the mine where assays of waste have no place of their own."""
    if guess.value("defaults.medium") != "waste" or "columns.site_key" in guess.facts:
        return
    if any(f"columns.{name}" in guess.facts for name in ("latitude", "easting", "grid_reference")):
        return
    keys_guessed = guess_columns(cells, ("site_key",)).get("site_key")
    if (
        keys_guessed is not None
        and keys_guessed.confidence >= PART_OF_NAME
        and keys_guessed.value != guess.value("columns.sample_id")
    ):
        guess.say(
            "columns.site_key", keys_guessed.value, "no row has a place; the heading names the mine", PART_OF_NAME
        )


def medium_of(text: str) -> str | None:
    """Return the sample medium a text names, None where it names none or several."""
    if text in MEDIA:
        return text
    lowered = text.casefold().replace("_", " ").strip()
    media = [medium for medium, pattern in MEDIA_WORDS.items() if re.search(pattern.replace("_", " "), lowered)]
    if "waste" in media:
        return "waste" if set(media) <= {"waste", "rock"} or "tailing" in lowered or "relave" in lowered else None
    if media and media[0] == "lake_sediment":
        return "lake_sediment"
    return media[0] if len(media) == 1 else None


def _units(guess: Guess, cells: pd.DataFrame, columns: list[AssayColumn], mark: str) -> None:
    """Settle the unit of columns whose heading says none, by how much of an element rocks and sediments hold."""
    if not columns:
        return
    by_column = {column.name: _unit_by_crust(column, numbers(cells[column.name], mark)) for column in columns}
    clear = {name: unit for name, unit in by_column.items() if unit is not None}
    ore = guess.value("defaults.medium") in ("waste", None)
    shown = ", ".join(by_column)
    if ore or len(clear) < 0.5 * len(columns) or len(clear) < 3:
        guess.ask(
            "options.default_unit",
            f"in which unit are {shown[:150]}{' …' if len(shown) > 150 else ''}? ppm, ppb, pct or g/t. No heading says it, and "
            "the numbers alone do not settle it. Single columns go under options.units.",
        )
        return
    counts = pd.Series(list(clear.values())).value_counts()
    common = str(counts.index[0])
    reason = (
        f"no heading says it; the medians of {counts.iloc[0]} columns are near those of average crust only in {common}"
    )
    guess.say("options.default_unit", common, reason, 0.8)
    others = {name: unit for name, unit in clear.items() if unit != common}
    if others:
        guess.say("options.units", others, "medians near average crust only in these units", 0.75)
    unclear = [column for column in columns if by_column[column.name] is None]
    for element in unclear:
        if element.element in _NEEDED:
            guess.ask(
                f"options.units.{element.name}",
                f"in which unit is {element.name}? ppm, ppb or pct; its numbers do not settle it.",
            )
    ignored = [element.name for element in unclear if element.element not in _NEEDED]
    if ignored:
        guess.say(
            "options.ignore",
            ignored,
            "their unit is not settled and the ranking does not need them; give options.units to use them",
            0.9,
        )


def _unit_by_crust(column: AssayColumn, values: np.ndarray) -> str | None:
    """Return the one unit in which a median is near average crust; None where none or several fit.

    Near is a factor of thirty, of ten for metals that ore and waste hold a thousandfold.
    """
    usual = _CRUST_PPM.get(column.element)
    values = values[values > 0]
    if usual is None or len(values) < 10:
        return None
    factor = 1.0 if column.form == column.element else 1 / oxide_factor(column.form)
    off = {unit: abs(np.log10(np.median(values) * factor * to_ppm / usual)) for unit, to_ppm in _UNITS.items()}
    (best, distance), (_, second) = sorted(off.items(), key=lambda distance_of: distance_of[1])[:2]
    return best if distance < (1.0 if column.element in _ORE else 1.5) and second - distance > 1 else None


def _negatives(guess: Guess, cells: pd.DataFrame, columns: list[AssayColumn], mark: str) -> None:
    """Tell limits written as negative numbers from codes that mean missing."""
    seen: dict[str, np.ndarray] = {}
    low: list[bool] = []
    for column in columns:
        values = numbers(cells[column.name], mark)
        negative = values[(values < 0) & ~np.isin(values, MISSING_NUMBERS) & (values > -1e20)]
        if len(negative):
            seen[column.name] = negative
            positive = values[values > 0]
            low.append(
                bool(len(positive)) and float(np.abs(np.median(negative))) <= 2 * float(np.quantile(positive, 0.25))
            )
    if not seen:
        return
    total = sum(map(len, seen.values()))
    distinct = sorted({float(column) for negative in seen.values() for column in negative})
    example = ", ".join(f"{value:g}" for value in distinct[:4])
    repeated = len(distinct) < 0.5 * total or total < 10
    if len(distinct) == 1 and len(seen) > 1:
        guess.ask(
            "options.negative",
            f"the number {example} stands in {len(seen)} columns ({total} cells): does it mean missing, or below a limit of "
            f"{abs(distinct[0]):g}? Answer missing or below_limit.",
        )
    elif repeated and np.mean(low) > 0.8:
        reason = (
            f"{total} negative numbers, few different ones ({example}), no larger than the small results beside them"
        )
        guess.say("options.negative", "below_limit", reason, 0.85)
    else:
        guess.ask(
            "options.negative",
            f"what do {total} negative numbers in {', '.join(list(seen)[:4])} mean (e.g. {example})? below_limit or missing.",
        )


def _marks(guess: Guess, cells: pd.DataFrame, columns: list[AssayColumn]) -> None:
    """Find columns of marks (``<``) that stand beside the results."""
    stems = {column.name for column in columns} | {column.element for column in columns}
    mark_counts: dict[str, int] = {}
    for name in map(str, cells.columns):
        if pd.api.types.is_numeric_dtype(cells[name]):
            continue
        text = as_text(cells[name].head(2000)).dropna()
        if len(text) and float(text.isin(["<", ">", "<=", ">="]).mean()) > 0.3:
            for stem in sorted(stems, key=len, reverse=True):
                if name != stem and name.startswith(stem):
                    mark_counts[name.removeprefix(stem)] = mark_counts.get(name.removeprefix(stem), 0) + 1
                    break
    if mark_counts:
        suffix = max(mark_counts, key=lambda mark: mark_counts[mark])
        guess.say(
            "options.qualifier_suffix", suffix, f"{mark_counts[suffix]} columns ending so hold the marks < and >", 0.85
        )
