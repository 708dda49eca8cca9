"""Which mark parts the thousands of a column of numbers."""

from __future__ import annotations

import re
from typing import Literal

import pandas as pd

from layers.cell_search import cells_like

DecimalMark = Literal[".", ",", "unsure"] | None
"""``unsure`` where commas are decimal marks in a column, and perhaps points: one before three digits may part thousands."""

_THOUSANDS = re.compile(r"\d{1,3}(?:[ '.,]\d{3})+")
LEAST_GROUPED, SHARE_GROUPED = 4, 0.8
"""How many numbers, and which share of them with exactly three decimals, make a column doubtful (a last 0 may be lost)."""
LEAST_AMONG_WHOLE = 2
"""How many such numbers do where all others are whole and below a thousand."""


def mark_of_thousands(cells: pd.Series) -> DecimalMark:
    """Return the decimal mark a column must have because its thousands are grouped by the other one; None where none are.

    ``1.234.567`` and ``1.234,5`` group by points, so that ``42.956`` beside them is forty-two thousand. Beside groups by commas
    as well, or beside ``12,5`` alone, it is ``unsure``.
    """
    if pd.api.types.is_numeric_dtype(cells):
        return None
    if not cells_like(cells, None, (".", ",")).any():
        return None
    text = _numbers_in(cells)
    grouped = text.str.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}").any()
    if not grouped and not cells_like(text, None, (",",)).any():
        return None
    points = bool(text.str.fullmatch(r"\d{1,3}(?:(?:\.\d{3}){2,}(?:,\d+)?|(?:\.\d{3})+,\d+)").any())
    commas = bool(text.str.fullmatch(r"\d{1,3}(?:(?:,\d{3}){2,}(?:\.\d+)?|(?:,\d{3})+\.\d+)").any())
    decimal = {mark: bool(text.str.fullmatch(rf"[\d ]+\{mark}(?:\d{{1,2}}|\d{{4,}})").any()) for mark in ",."}
    if points and not commas and not decimal["."]:
        return ","
    if commas and not points and not decimal[","]:
        return "."
    return "unsure" if points or (decimal[","] and not decimal["."]) else None


def _numbers_in(cells: pd.Series) -> pd.Series:
    """Return the numbers of a column without marks before and units behind them (``~12,5 Mt``); cells of several stay whole."""
    text = cells.dropna().astype(str).str.strip()
    marked = ~text.str.fullmatch(r"[\d.]*").to_numpy(dtype=bool)
    if marked.any():
        text = text.mask(marked, text[marked].str.replace(_AROUND, r"\1", regex=True))
    return text


_AROUND = re.compile(r"^[<>≤≥=~≈±\s]*(\d[\d., ']*\d|\d)\s*[(\[]?[A-Za-z%°'][^\d]{0,30}[23²³]?[)\]]?$")


def point_unsure(number: str) -> bool:
    """Say whether a number has exactly three digits behind a point and up to three before it, as parted thousands have."""
    return re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", number) is not None


def may_be_grouped(cells: pd.Series) -> bool:
    """Say whether points of a column may part thousands: nearly all numbers have three digits behind them, none has more.

    ``522.982`` is half a thousand with three decimals or half a million; nothing in the column tells which. Nor does anything
    where ``3.000`` and its like stand among whole numbers below a thousand.
    """
    if not cells_like(cells, None, (".",)).any():
        return False
    text = _numbers_in(cells)
    three = text.str.fullmatch(r"[1-9]\d{0,2}\.\d{3}")
    if three.sum() >= LEAST_AMONG_WHOLE and text[~three].str.fullmatch(r"\d{1,3}").all():
        return True
    return bool(
        len(text) >= LEAST_GROUPED
        and text.str.fullmatch(r"[1-9]\d{0,2}\.\d{1,3}").all()
        and three.mean() >= SHARE_GROUPED
    )


def number_of(token: str, decimal_mark: DecimalMark) -> float | str:
    """Read digits with separators, or say why they can be read two ways."""
    compact = token.replace(" ", "").replace("'", "")
    if decimal_mark == "unsure":
        if point_unsure(compact):
            return (
                f"the point in '{token}' may be a decimal mark or part thousands, as other cells write decimal commas"
            )
        decimal_mark = None
    dots, commas = compact.count("."), compact.count(",")
    if decimal_mark is not None:
        other = "," if decimal_mark == "." else "."
        if other in compact and not _THOUSANDS.fullmatch(compact.split(decimal_mark)[0]):
            return f"'{token}' does not group its digits in threes, though the decimal mark is '{decimal_mark}'"
        plain = compact.replace(other, "").replace(decimal_mark, ".")
        return float(plain) if plain.count(".") <= 1 else f"'{token}' has {plain.count('.')} decimal marks"
    if dots and commas:
        mark = "." if compact.rfind(".") > compact.rfind(",") else ","
        return number_of(token, "." if mark == "." else ",")
    if commas == 1 and re.fullmatch(r"[1-9]\d{0,2},\d{3}", compact):
        return f"the comma in '{token}' may be a decimal mark or separate thousands; state decimal_mark for this source"
    if commas > 1 or dots > 1:
        if not _THOUSANDS.fullmatch(compact):
            return f"'{token}' does not group its digits in threes"
        return float(compact.replace(",", "").replace(".", ""))
    return float(compact.replace(",", "."))
