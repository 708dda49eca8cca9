"""Amounts of an unknown inventory: which columns are asked about, and in which unit they stand."""

from __future__ import annotations

import re

from layers.guess.amount_choice import AMOUNTS, ORE, doubts
from layers.guess.columns import Fact, Guess
from layers.guess.recognise import Look
from layers.guess.words import plain
from layers.readers.amount_units import CHOICES, doubtful_unit, heading_unit
from layers.readers.columns import as_text
from layers.readers.record_amounts import QUANTITIES
from layers.readers.units_above import unit_above

_BARE_IS_BASE = {
    "mass_t": r"tonn|tonel|mass_t", "milled_t": r"tonn|tonel|mass_t", "volume_m3": r"vol(?:ume|umen)?(?:_a\w*)?$",
    "height_m": r"haut|altura|height",
}  # fmt: skip
"""Amounts whose headings without a unit are in the base unit by custom."""


def settle_amounts(guess: Guess, guessed: dict[str, Fact], sight: Look) -> None:
    """Ask for amounts whose column is not sure, and settle the units of the others.

    Parameters
    ----------
    guess : Guess
        Extended; its columns must be said already.
    guessed : dict of str to Fact
        Layer column -> column of the file.
    sight : Look
        Its content.
    """
    cells = sight.table.cells
    bases = QUANTITIES | dict.fromkeys(ORE, "t")
    chosen = {name: str(guessed[name].value) for name in (*AMOUNTS, *ORE) if name in guessed}
    questions = doubts(chosen, {name: guessed[name].rivals for name in chosen}, [str(name) for name in cells.columns])
    for name, question in questions.items():
        guess.ask(f"columns.{name}", question)
    for quantity, base in bases.items():
        if quantity not in chosen or quantity in questions:
            continue
        heading = str(guessed[quantity].value)
        unit, doubt = heading_unit(heading, base), doubtful_unit(heading, base)
        unit_text = sight.table.captions.get("unit", {}).get(heading)
        above = [unit_above(line, base, unit or base) for line in sight.table.words_above.get(heading, ())]
        with_unit = as_text(cells[heading]).dropna().str.contains(r"\d\s*(?:m|ha|km|t|ton)", regex=True)
        if unit_text:
            guess.say(f"options.units.{quantity}", unit_text, "the row of units says so", 0.9)
        elif any(above):
            words = next(filter(None, above))
            guess.ask(
                f"options.units.{quantity}",
                f"in which unit is {heading}? '{words}' stands above it: {CHOICES[base]}.",
            )
        elif doubt is not None:
            shown = _as_written(heading, doubt)
            question = f"in which unit is {heading}? '{shown}' can be read in several ways: {CHOICES[base]}."
            guess.ask(f"options.units.{quantity}", question)
        elif unit is not None:
            if unit != base:
                guess.say(f"options.units.{quantity}", unit, f"the heading {heading} says so", 0.85)
        elif not (len(with_unit) and with_unit.mean() > 0.9) and not re.search(
            _BARE_IS_BASE.get(quantity, "$^"), plain(heading)
        ):
            question = f"in which unit is {heading}? {CHOICES[base]}. The heading does not say it."
            guess.ask(f"options.units.{quantity}", question)


def _as_written(heading: str, doubt: str) -> str:
    """Return what a person reads of a doubt: the brackets it stands in, else the word it is a part of."""
    parts = [part.strip() for part in re.findall(r"[(\[]([^)\]]+)[)\]]", heading)] or heading.split()
    return next((part for part in parts if doubt in part), parts[-1] if doubt not in heading else doubt)
