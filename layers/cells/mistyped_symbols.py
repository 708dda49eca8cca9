"""Symbols and oxides with a digit typed for a letter like it: ``C0`` for cobalt, ``Mg0`` for magnesia, ``5n`` for tin."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from layers.cells.heading_tokens import Token, tokens

_LOOKS_LIKE = {"0": "O", "1": "LI", "5": "S", "8": "B"}
_WORD = re.compile(r"(?<![^\W_])(?=\d*[A-Za-z])(?=[A-Za-z]*\d)[A-Za-z0-9]{2,7}(?![^\W_]|[.,]\d)")
_ZERO_BEHIND = re.compile(r"([A-Z][A-Za-z]?)0[0-5]?")
"""A symbol with a zero behind it: the element alone or in its native state, or its oxide."""
_FORMS = frozenset(["symbol", "oxide", "ions"])


def mistyped(heading: str, read: Sequence[Token]) -> str | None:
    """Return the word of a heading that is, or may be, another symbol or oxide once a digit in it is taken for a letter.

    Parameters
    ----------
    heading : str
        As in the file.
    read : sequence of Token
        Its words; one that is known as a whole (``K20``, a laboratory's code) has one reading. Without a unit of a share
        among them nothing is a symbol for sure.
    """
    if not any("share_units" in token.readings for token in read):
        return None
    known = {token.text.casefold() for token in read if token.readings and not _like_a_code(token)}
    for word in _WORD.findall(heading):
        zero = _ZERO_BEHIND.fullmatch(word)
        if word.casefold() not in known and ((zero and _is_form(zero[1])) or any(map(_is_form, _look_alikes(word)))):
            return str(word)
    return None


def _like_a_code(token: Token) -> bool:
    """Say whether a word is taken for a package of a laboratory by its shape alone, digit first, as ``5iO2`` is."""
    return "code" in token.readings and token.text[0].isdigit()


def _look_alikes(word: str) -> list[str]:
    """Return a word with some or all of its digits taken for the letters they look like."""
    choices = [letter + _LOOKS_LIKE.get(letter, "") for letter in word.upper()]
    return [text for text in map("".join, itertools.product(*choices)) if text != word.upper()]


def _is_form(word: str) -> bool:
    read = tokens(word)
    return len(read) == 1 and not _FORMS.isdisjoint(read[0].readings)
