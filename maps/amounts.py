"""Amounts of waste as pages tell them: a range, and beside it what is doubtful about the amount on record."""

from __future__ import annotations

from collections.abc import Iterable

from maps import words

DOUBTS = ("amount_doubtful", "amount_conflict")
"""Cautions about an amount on record itself: they stand wherever it does."""


def amount_told(low: float | None, high: float | None, codes: Iterable[str], lang: str) -> str:
    """Return an amount of waste as a range in tonnes, with what is doubtful about it in brackets.

    Parameters
    ----------
    low, high : float or None
        Tonnes, 5 and 95 %.
    codes : iterable of str
        Cautions of the site.
    lang : {"en", "fr"}
        Language.
    """
    amount, held = words.span(low, high, "t", lang), set(codes)
    doubts = [words.word(f"doubt_{code}", lang) for code in DOUBTS if code in held]
    return f"{amount} ({', '.join(doubts)})" if doubts and amount != words.word("not_known", lang) else amount


def rests_on_little(mean: float, high: float) -> bool:
    """Say whether an expectation, as printed, lies above the 95 % end of what it is an expectation of."""
    return float(f"{mean:.1e}") > float(f"{high:.1e}")
