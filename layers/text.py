"""Texts compared: one folding, and one way to offer what somebody may have meant."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_COMMANDS = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069\\u200e\\u200f\\ud800-\\udfff]")


RAISED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉①②③④⑤⑥⑦⑧⑨"
"""Raised, lowered and circled digits: behind a number a power or the mark of a footnote, never more of its digits."""
_SET_APART = {ord(digit): f"^{unicodedata.normalize('NFKC', digit)}" for digit in RAISED_DIGITS}


def fold(text: str) -> str:
    """Return a text for comparing: no accents, no case, compatible signs alike. Never shown."""
    return without_accents(text).casefold()


def as_key(text: str) -> str:
    """Return an id or name for comparing: case, kinds of blanks and ways to compose letters do not count, accents do.

    A raised digit is none of the id's own: ``12²`` is not ``122``.
    """
    composed = unicodedata.normalize("NFKC", text.translate(_UNSEEN).translate(_SET_APART)).casefold()
    return " ".join(unicodedata.normalize("NFKC", composed).split())


def composed(text: str) -> str:
    """Return an id with its letters composed (NFC): the same to a reader, whoever typed it."""
    return unicodedata.normalize("NFC", text)


def printable(text: str) -> str:
    """Return a text for a terminal: what would move its cursor, colour it or turn the order of letters is shown as its code."""
    return "".join(f"\\x{ord(letter):02x}" if _COMMANDS.match(letter) else letter for letter in text)


def without_accents(text: str) -> str:
    """Return a text without accents, compatible signs alike (``²`` is ``2``), its case kept."""
    if text.isascii():
        return text
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def did_you_mean(wanted: str, known: Iterable[str], *, most: int = 3, least_likeness: float = 0.5) -> str:
    """Return the hint `` Did you mean a or b?`` with the names most like a wrong one; empty where none is.

    Parameters
    ----------
    wanted : str
        As it was written.
    known : iterable of str
        Names there are. They are compared without accents and case, and offered as they stand.
    most : int
        At most so many are offered, most like first.
    least_likeness : float
        0 to 1, the ratio of `difflib`.
    """
    as_written: dict[str, str] = {}
    for name in known:
        as_written.setdefault(fold(name), name)
    near = difflib.get_close_matches(fold(wanted), list(as_written), n=most, cutoff=least_likeness)
    return f" Did you mean {' or '.join(as_written[name] for name in near)}?" if near else ""
