"""The word file as it reads for what is looked for: rare earths, or another element whose name stands in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from layers.own_tables import own_table

NARROW_SPACE = "\u202f"
"""Separates thousands in French (and number from unit), as the Canadian translation bureau asks."""

_TARGET: ContextVar[str] = ContextVar("target", default="REE")


@contextmanager
def looking_for(target: str) -> Iterator[None]:
    """Let all words inside be those of a main target: ``REE``, or the symbol of the element looked for."""
    before = _TARGET.set(target)
    try:
        yield
    finally:
        _TARGET.reset(before)


def looked_for() -> str:
    """Return the main target: ``REE``, or the symbol of the element looked for."""
    return _TARGET.get()


def words_now() -> dict[str, Any]:
    """Return the word file for what is looked for: sections of ``key -> {en, fr}``, and ``months``."""
    return _words_for(_TARGET.get())


@lru_cache(maxsize=16)
def _words_for(target: str) -> dict[str, Any]:
    table = own_table("maps", "words.yml")
    if target != "REE":
        names = table["elements"].get(target, {"en": target, "fr": target})
        table["words"] |= {key: _named(entry, names) for key, entry in table["of_element"].items()}
    for section, entries in table.items():
        if section != "months":
            for entry in entries.values():
                entry["fr"] = unbroken(entry["fr"])
    return table


def _named(entry: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Fill the name of an element into a text of both languages; in French with what stands before it."""
    french = names["fr"]
    vowel = french[0].casefold() in "aeiouyhéè"
    slots = {
        "en": {"metal": names["en"]},
        "fr": {
            "metal": french,
            "the_metal": f"l'{french}" if vowel else f"le {french}",
            "of_metal": f"d'{french}" if vowel else f"de {french}",
            "du_metal": f"de l'{french}" if vowel else f"du {french}",
        },
    }
    filled = dict(entry)
    for lang, texts in slots.items():
        for slot, text in texts.items():
            upper = text[0].upper() + text[1:]
            filled[lang] = filled[lang].replace(f"<{slot}>", text).replace(f"<{slot.capitalize()}>", upper)
    return filled


def unbroken(text: str) -> str:
    """Return French text whose spaces before high punctuation and per cent do not break."""
    return re.sub(
        " ([;?!])",
        NARROW_SPACE + r"\1",
        re.sub(" ([:»%])|(«) ", lambda quoted: f"\u00a0{quoted[1]}" if quoted[1] else "«\u00a0", text),
    )
