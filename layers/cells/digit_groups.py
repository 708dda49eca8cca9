"""Which mark parts the thousands of a column of numbers."""

from __future__ import annotations

from typing import Literal

import pandas as pd

DecimalMark = Literal[".", ","] | None

LEAST_GROUPED, SHARE_GROUPED = 4, 0.8
"""How many numbers, and which share of them with exactly three decimals, make a column doubtful (a last 0 may be lost)."""


def mark_of_thousands(cells: pd.Series) -> DecimalMark:
    """Return the decimal mark a column must have because its millions are grouped by the other one; None where none are.

    ``1.234.567`` groups by points, so that ``42.956`` beside it is forty-two thousand; both kinds in one column say nothing.
    """
    if pd.api.types.is_numeric_dtype(cells):
        return None
    text = cells.dropna().astype(str).str.strip()
    points = bool(text.str.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?").any())
    commas = bool(text.str.fullmatch(r"\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?").any())
    if points == commas:
        return None
    other = text.str.fullmatch(r"\d+\.(?:\d{1,2}|\d{4,})" if points else r"\d+,(?:\d{1,2}|\d{4,})")
    return None if other.any() else ("," if points else ".")


def may_be_grouped(cells: pd.Series) -> bool:
    """Say whether points of a column may part thousands: nearly all numbers have three digits behind them, none has more.

    ``522.982`` is half a thousand with three decimals or half a million; nothing in the column tells which.
    """
    text = cells.dropna().astype(str).str.strip()
    three = text.str.fullmatch(r"[1-9]\d{0,2}\.\d{3}")
    return bool(
        len(text) >= LEAST_GROUPED
        and text.str.fullmatch(r"[1-9]\d{0,2}\.\d{1,3}").all()
        and three.mean() >= SHARE_GROUPED
    )
