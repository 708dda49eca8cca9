"""Guess what a publisher's codes and words mean: what is agreed on is taken, the rest is asked."""

from __future__ import annotations

import re
from collections import defaultdict

import pandas as pd

from layers.catalogue.source import load_catalogue
from layers.cells.commodities import unknown_commodities
from layers.cells.hedges import takes_back
from layers.cells.waste_words import waste_type_in_words
from layers.guess.columns import Guess
from layers.readers.columns import as_text
from layers.schema import WASTE_TYPES

MAX_QUESTIONS = 40
_MORE_KINDS = (
    ("heap_leach", r"lixivia|leach"),
    (
        "tailings",
        r"\btailing|relave|\bparc\b.*r[ée]sidu|r[ée]sidus? (?:miniers?|d)|bassin de r[ée]sidus|digue|\btsf\b|pond|impoundment",
    ),
    ("waste_rock", r"waste rock|st[ée]ril|halde|botadero|\bdump\b|desmonte"),
    ("slag", r"slag|scorie|escoria"),
)


def guess_codes(guess: Guess, cells: pd.DataFrame) -> None:
    """Translate the commodity words no common dictionary knows.

    The same two letters mean different things with different publishers (``CL`` coal, ``RE`` rhenium or rare earths). A code is
    taken where all the catalogue's dictionaries that hold it agree; where they differ, or none holds it and it is a code of up to
    three letters, it is a question. Longer words nobody knows stay as they are written.
    """
    named = guess.value("columns.commodities")
    if named is None:
        return
    names = [named] if isinstance(named, str) else list(named)
    raw = pd.concat([as_text(cells[name]) for name in names]).dropna()
    missing = {str(word).casefold() for word in guess.value("missing") or []}
    raw = raw[~raw.str.casefold().isin(missing)]
    counts = unknown_commodities(raw, {})
    meanings: dict[str, set[str]] = defaultdict(set)
    for entry in load_catalogue().values():
        for code, meaning in entry.facts.get("commodity_codes", {}).items():
            meanings[str(code).casefold()].add(str(meaning))
    agreed = {str(code): next(iter(meanings[str(code).casefold()])) for code in counts.index
              if len(meanings.get(str(code).casefold(), ())) == 1}  # fmt: skip
    for code, meaning in agreed.items():
        guess.say(f"commodity_codes.{code}", meaning, "all dictionaries of the catalogue that hold it agree", 0.8)
    asked = 0
    for code, count in counts.items():
        text = str(code)
        if text in agreed or len(text) > 3 or not text.isalpha() or asked >= MAX_QUESTIONS:
            continue
        several = sorted(meanings.get(text.casefold(), ()))
        hint = f"others mean {' or '.join(several)} by it" if several else "no dictionary holds it"
        guess.ask(
            f"commodity_codes.{text}",
            f"what does the commodity code {text} mean ({count} rows; {hint})? A plain name, or {text} to keep it as it is.",
        )
        asked += 1


def guess_kinds(guess: Guess, cells: pd.DataFrame) -> None:
    """Translate the words a column of waste types holds; words that are not understood are named, and read as unknown."""
    named = guess.value("columns.waste_type")
    if named is None:
        return
    missing = {str(word).casefold() for word in guess.value("missing") or []}
    words = [
        str(word) for word in as_text(cells[named]).dropna().value_counts().index if str(word).casefold() not in missing
    ]
    translated: dict[str, str] = {}
    strange = []
    for word in words[:60]:
        fitting = [kind for kind, pattern in _MORE_KINDS if re.search(pattern, word.casefold())]
        if word in WASTE_TYPES or waste_type_in_words(word) == "none":
            continue
        taken_back = [kind for kind, pattern in _MORE_KINDS if takes_back(word, re.compile(pattern, re.IGNORECASE))]
        if len(fitting) == 1 and fitting[0] not in taken_back:
            translated[word] = fitting[0]
        else:
            strange.append(word)
    if translated:
        guess.say("values.waste_type", translated, f"words of column {named}", 0.8)
    if strange:
        shown = ", ".join(f"'{word}'" for word in strange[:8])
        guess.remarks.append(
            f"Waste types that were not understood count as unknown: {shown}. Translate them under values.waste_type."
        )
