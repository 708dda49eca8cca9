"""Guess what a publisher's commodity codes mean: what all dictionaries agree on is taken, the rest is asked."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from layers.catalogue import load_catalogue
from layers.columns import as_text
from layers.commodities import unknown_commodities
from layers.guess_columns import Guess

MAX_QUESTIONS = 40


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
    missing = {str(one).casefold() for one in guess.value("missing") or []}
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
