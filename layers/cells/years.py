"""Years and spans of years as inventories write them -> first and last year with their uncertainty."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

from layers.cells.quantities import NO_QUANTITY

FIRST_YEAR, LAST_YEAR = 1600, 2100
"""Years outside are not years of mining in the regions covered."""
DECADE_YEARS, CENTURY_YEARS = 9, 99
"""How far the true year may lie after the year named by "1960's" and "1800's"."""

_SPAN = re.compile(r"(?<!\d)(\d{4})(?:\.0+)?(?!\d)\s*('?s)?(?:\s*(?:-|–|to|à|a)\s*(\d{4}|\d{2})(?!\d)('?s)?)?", re.I)

_DATE = re.compile(
    r"\b(\d{4})[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?\b"
    r"|\b(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](\d{4})\b"
)
"""A day of a year, with or without the time of day: only its year counts."""
_BACKWARDS = re.compile(r"(\d{4})\s*(?:-|–|to|à|a)\s*(\d{4})", re.I)

_MONTH = re.compile(r"(\d{4})[-/](0[1-9]|1[0-2])")
_LONG_YEARS = 30
"""``1898-02`` is a span of four years; ``1950-05`` may be a month."""


def parse_year(text: str) -> tuple[float, float, float, str | None]:
    """Read the first and last year named in a cell.

    ``"1960's"`` is 1960 with an uncertainty of 9 years; ``"1867-97, 1918-29"`` is 1867 to 1929.

    Parameters
    ----------
    text : str
        The cell as written.

    Returns
    -------
    first, last : float
        Calendar years; NaN where not known.
    uncertainty_years : float
        How far the true years may lie from those named; 0 for plain years.
    reason : str or None
        Why the cell is not understood, else None.
    """
    nothing = float("nan"), float("nan"), float("nan")
    cell = unicodedata.normalize("NFKC", str(text)).replace("’", "'").strip()
    if cell.casefold() in NO_QUANTITY or re.fullmatch(r"0(?:\.0+)?", cell):
        return *nothing, None
    cell = _DATE.sub(r"\1\2", cell)
    if (backwards := _BACKWARDS.fullmatch(cell)) is not None and int(backwards[1]) > int(backwards[2]):
        return *nothing, f"'{text}' ends before it begins"
    month = _MONTH.fullmatch(cell)
    if month is not None and _century_end(int(month[1]), int(month[2])) - int(month[1]) > _LONG_YEARS:
        return *nothing, f"'{text}' may be a month of {month[1]} or a span into the next century"
    years: list[int] = []
    uncertainty = 0
    for match in _SPAN.finditer(cell):
        start = int(match.group(1))
        years.append(start)
        if match.group(3):
            end = match.group(3)
            years.append(int(end) if len(end) == 4 else _century_end(start, int(end)))
        if match.group(2) or match.group(4):
            uncertainty = max(uncertainty, CENTURY_YEARS if years[-1] % 100 == 0 and years[-1] < 1900 else DECADE_YEARS)
    if re.match(r"(?:c|ca|circa|approx|about|vers)\b", cell, re.I):
        uncertainty = max(uncertainty, DECADE_YEARS)
    if not years:
        return *nothing, f"'{text}' names no year"
    if not (min(years) >= FIRST_YEAR and max(years) <= LAST_YEAR):
        return *nothing, f"'{text}' is not a year between {FIRST_YEAR} and {LAST_YEAR}"
    return float(min(years)), float(max(years)), float(uncertainty), None


def parse_years(cells: pd.Series) -> pd.DataFrame:
    """Read a column of years or spans of years; see `parse_year`.

    Parameters
    ----------
    cells : Series
        Text or numbers; missing stays missing.

    Returns
    -------
    DataFrame
        Index of ``cells``; columns ``first, last, uncertainty_years, reason``.
    """
    codes, distinct = pd.factorize(cells.map(str, na_action="ignore"))
    blank = (float("nan"), float("nan"), float("nan"), None)
    known = pd.DataFrame(
        [*(parse_year(str(text)) for text in distinct), blank], columns=["first", "last", "uncertainty_years", "reason"]
    ).astype({"first": float, "last": float, "uncertainty_years": float, "reason": object})
    return known.take(codes).set_axis(cells.index)


def _century_end(start: int, two_digits: int) -> int:
    """Return the first year ending in two digits that is not before the start."""
    end = start - start % 100 + two_digits
    return end if end >= start else end + 100
