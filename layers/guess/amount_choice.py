"""Which heading of several amounts is that of the waste, and which say something else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from layers.cells.amounts_beside import of_another_body, unfamiliar
from layers.cells.heading_amounts import unit_doubt
from layers.cells.heading_grammar import parse_heading
from layers.cells.waste_words import wastes_named
from layers.guess.numbers import as_numbers

AMOUNTS = {"mass_t": "mass", "volume_m3": "volume", "area_m2": "area", "height_m": "height"}
ORE = ("milled_t", "mined_t")
_OF_OTHER_THINGS = re.compile(
    r"(?i)elev|altitud|cota|\brl\b|over ?have|sample|wt\b|weight|peso|poids|ore|mineral|milled|mined|concentr|product|reserve|"
    r"resource|capacity|catchment|pond|conten|contain|endow"
)
_OF_SAMPLES = ("mg", "g", "kg", "lb")
"""Units of what a laboratory received; no register weighs a waste in them."""
_BOUND = re.compile(
    r"(?i)(?<![a-z])(?:min|max|low|lower|high|upper|least|most|minim(?:o|a|um|ale?)|maxim(?:o|a|um|ale?)|p[159]0|"
    r"smallest|largest|optimistic|pessimistic)(?![a-z])"
)
_TALLEST = re.compile(r"(?i)max|high|upper")
_ALIKE = 0.03
"""Two columns are one amount, in two units, where their quotients differ by this share at most."""
_FEWEST = 3
"""Different amounts, from which that can be told."""


def measures_waste(name: str, layer_column: str) -> bool:
    """Say whether a heading names an amount of waste with its unit, as the grammar of headings reads it."""
    heading = parse_heading(name)
    has_unit = heading.unit is not None or unit_doubt(name) is not None
    return (
        heading.kind == AMOUNTS[layer_column]
        and has_unit
        and heading.unit not in _OF_SAMPLES
        and heading.element is None
        and not _OF_OTHER_THINGS.search(name)
    )


def best_first(layer_column: str, fitting: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Put the amounts of tailings first, then those that say nothing more, then bounds, then those of a wall or a whole mine."""
    return sorted(fitting, key=lambda candidate: _rank(candidate[0], layer_column))


def _rank(heading: str, layer_column: str) -> int:
    if layer_column in ORE:
        return 2 * is_bound(heading, layer_column)
    if of_another_body(heading) is not None or unfamiliar(heading) is not None:
        return 3
    if is_bound(heading, layer_column):
        return 2
    return int("tailings" not in wastes_named(heading))


def is_bound(heading: str, layer_column: str) -> bool:
    """Say whether a heading names the least or the most an amount may be; the greatest height of a waste is its height."""
    match = _BOUND.search(heading.replace("_", " "))
    return match is not None and not (layer_column == "height_m" and _TALLEST.search(match.group()))


def rivals(
    layer_column: str, fitting: Sequence[tuple[str, float]], cells: pd.DataFrame, decimal_mark: str
) -> tuple[str, ...]:
    """Return the columns that may be meant as well as the first: of its rank, and no copy of it in another unit."""
    first = fitting[0][0]
    of_rank = [name for name, _ in fitting[1:] if _rank(name, layer_column) == _rank(first, layer_column)]
    kept: list[str] = []
    for name in of_rank:
        if not any(_one_amount(cells[name], cells[other], decimal_mark) for other in (first, *kept)):
            kept.append(name)
    return tuple(kept)


def _one_amount(left: pd.Series, right: pd.Series, decimal_mark: str) -> bool:
    values = [as_numbers(column, decimal_mark) for column in (left, right)]
    both = np.logical_and.reduce([np.isfinite(column) & (column > 0) for column in values])
    if len(np.unique(values[0][both])) < _FEWEST:
        return False
    ratio = values[0][both] / values[1][both]
    return bool(np.ptp(ratio) <= _ALIKE * np.median(ratio))


def doubts(chosen: Mapping[str, str], rivals_of: Mapping[str, Sequence[str]], names: Sequence[str]) -> dict[str, str]:
    """Return questions on amounts whose column is not sure.

    Parameters
    ----------
    chosen : mapping of str to str
        Layer column -> column of the file.
    rivals_of : mapping of str to sequence of str
        Layer column -> columns that may be meant as well.
    names : sequence of str
        All columns of the file.
    """
    questions: dict[str, str] = {}
    for layer_column, name in chosen.items():
        others = rivals_of.get(layer_column, ())
        what = f"{layer_column} of the waste"
        body = None if layer_column in ORE else of_another_body(name) or unfamiliar(name)
        if others:
            questions[layer_column] = (
                f"which column is the {what}: {', '.join([name, *others][:6])}? Their numbers differ."
            )
        elif body is not None:
            questions[layer_column] = f"is {name} the {what}? It says '{body}', which may be something else."
        elif is_bound(name, layer_column):
            bounds = [name, *(other for other in names if other != name and _of_kind(other, layer_column))]
            questions[layer_column] = f"which column is the {what}: {', '.join(bounds[:6])}? {name} is a bound."
        if layer_column in questions:
            questions[layer_column] += " Answer with its name, or delete this line if none is."
    return questions | _of_other_wastes({name: column for name, column in chosen.items() if name not in questions})


def _of_kind(name: str, layer_column: str) -> bool:
    kind = AMOUNTS.get(layer_column, "mass")
    return parse_heading(name).kind == kind


def _of_other_wastes(chosen: Mapping[str, str]) -> dict[str, str]:
    """Ask for amounts whose heading names another waste than the first amount of the table that names one."""
    named = {name: kinds for name in AMOUNTS if name in chosen and (kinds := wastes_named(chosen[name]) - {"waste"})}
    if not named:
        return {}
    first = next((name for name, kinds in named.items() if "tailings" in kinds), next(iter(named)))
    return {
        name: f"{chosen[name]} is of another waste than {chosen[first]}, and a record is one waste. Answer with the column of "
        f"{name} that belongs to {chosen[first]}, or delete this line if there is none."
        for name, kinds in named.items()
        if not kinds & named[first]
    }
