"""``python -m tests.benchmarks.cells``: seconds of every parser for the worst cell of 4,000 characters.

Cells are pieces of cells, headings and run files repeated, alone and in pairs; ten times the length tells whether time is linear.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pandas as pd
import yaml

from layers.catalogue.yaml_text import load_text
from layers.cells import waste_words
from layers.cells.angles import parse_angle
from layers.cells.assay_columns import method_named
from layers.cells.assays import parse_cells
from layers.cells.commodities import normalise_commodities
from layers.cells.heading_grammar import parse_heading
from layers.cells.quantities import parse_quantities, parse_quantity
from layers.cells.site_names import name_key
from layers.cells.years import parse_year
from layers.crs import parse_crs
from layers.elements import parse_oxide
from layers.errors import MinewasteError
from layers.formulas import formula_cells
from tests.faults.test_fuzz import PIECES

LENGTH = 4_000
PAIRS = 400
WORST_MS = 50.0
SLOWEST = 10
"""So many of the slowest are tried again: what else the machine does is no cost of a parser."""


def _column(text: str) -> pd.Series:
    return pd.Series([text], dtype="str")


PARSERS: dict[str, Callable[[str], Any]] = {
    "quantity": lambda text: parse_quantity(text, "t"),
    "quantities of a column": lambda text: parse_quantities(_column(text), "m3"),
    "angle": lambda text: parse_angle(text, "latitude"),
    "year": parse_year,
    "assay": lambda text: parse_cells(_column(text)),
    "heading": parse_heading,
    "method": lambda text: method_named(text, {}),
    "oxide": parse_oxide,
    "site name": name_key,
    "waste type in words": waste_words.waste_type_in_words,
    "disposal in words": waste_words.disposal_in_words,
    "commodities": lambda text: normalise_commodities(_column(text)),
    "coordinate system": lambda text: parse_crs("a", text),
    "coordinate system, short": lambda text: parse_crs("a", text[:100]),
    "formula": lambda text: formula_cells(_column(text)),
    "run file": load_text,
}


def cells(length: int) -> list[str]:
    """Return cells of a length: every piece repeated, and some pairs of them."""
    pairs = list(itertools.permutations(PIECES, 2))
    chosen = [*PIECES, *("".join(pair) for pair in random.Random(4).sample(pairs, PAIRS))]
    return [(one * (length // len(one) + 1))[:length] for one in chosen]


def taken_ms(parse: Callable[[str], Any], text: str) -> float:
    """Return the milliseconds of the processor; what a parser remembers of earlier cells does not count."""
    parse = getattr(parse, "__wrapped__", parse)
    started = time.process_time()
    with suppress(MinewasteError, yaml.MarkedYAMLError):
        parse(text)
    return (time.process_time() - started) * 1000


def worst(parse: Callable[[str], Any], texts: list[str]) -> tuple[float, str]:
    """Return milliseconds of the slowest cell (the best of three times), and how it begins."""
    taken = sorted(((taken_ms(parse, text), text) for text in texts), reverse=True)[:SLOWEST]
    slowest = max((min(first, taken_ms(parse, text), taken_ms(parse, text)), text) for first, text in taken)
    return slowest[0], slowest[1][:12]


def main() -> None:
    """Print the worst cell of every parser, and the same at a tenth of the length."""
    print("| parser | 400 characters, ms | 4,000 characters, ms | worst cell begins |\n|---|---|---|---|")
    for name, parse in PARSERS.items():
        parse_all = worst(parse, cells(LENGTH // 10)), worst(parse, cells(LENGTH))
        mark = " **above 50**" if parse_all[1][0] > WORST_MS else ""
        print(f"| {name} | {parse_all[0][0]:.1f} | {parse_all[1][0]:.1f}{mark} | {parse_all[1][1]!r} |", flush=True)


if __name__ == "__main__":
    main()
