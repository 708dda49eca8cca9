"""Years and spans of years as inventories write them -> first and last year with their uncertainty."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable, Sequence

import pandas as pd

from layers.cells.quantities import NO_QUANTITY
from layers.text import RAISED_DIGITS

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
_MARKS_OF_NOTES = re.compile(rf"(?<=\d)\s?[{RAISED_DIGITS}]+")
"""No part of a year: the mark of a footnote."""
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
    cell = unicodedata.normalize("NFKC", _MARKS_OF_NOTES.sub("", str(text))).replace("’", "'").strip()
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
    texts = isinstance(cells.dtype, pd.StringDtype)
    codes, distinct = pd.factorize(cells if texts else cells.map(str, na_action="ignore"))
    typed = _years_shown_as_dates([str(text).strip() for text in distinct])
    blank = (float("nan"), float("nan"), float("nan"), None)
    known = pd.DataFrame(
        [
            *(
                (*blank[:3], typed[text]) if text in typed else parse_year(text)
                for text in map(str.strip, map(str, distinct))
            ),
            blank,
        ],
        columns=["first", "last", "uncertainty_years", "reason"],
    ).astype({"first": float, "last": float, "uncertainty_years": float, "reason": object})
    return known.take(codes).set_axis(cells.index)


def open_end(text: str) -> str:
    """Return which end of a span a cell leaves open: ``last`` (``1979–``, ``since 1979``), ``first`` (``until 1982``), or ``""``.

    A cell of one year that says neither is no open span.
    """
    cell = unicodedata.normalize("NFKC", _MARKS_OF_NOTES.sub("", str(text))).replace("’", "'").strip()
    if len(re.findall(r"(?<!\d)\d{4}(?!\d)", cell)) != 1 or _SPAN_IN_SHORT.search(cell):
        return ""
    return "last" if _STILL.search(cell) else "first" if _UNTIL.search(cell) else ""


def is_bound(text: str) -> bool:
    """Say whether a cell names one year, before or after which something was: ``pre-1950``, ``<1950``, ``after 1960``."""
    cell = unicodedata.normalize("NFKC", str(text)).strip()
    return _BOUND.match(cell) is not None and len(re.findall(r"(?<!\d)\d{4}(?!\d)", cell)) == 1


def may_be_months(texts: Iterable[str]) -> set[str]:
    """Return cells of a column of single years that are months as well as spans (``1990-06``); none beside clear spans."""
    distinct = {str(text).strip() for text in texts}
    if any(re.fullmatch(r"\d{4}\s*[-–]\s*(?:1[3-9]|[2-9]\d|00|\d{4})", text) for text in distinct):
        return set()
    return {text for text in distinct if _MONTH.fullmatch(text)}


_BOUND = re.compile(
    r"(?:pre|before|prior to|by|no later than|not (?:before|after)|after|post|avant|apr[èe]s|vor|nach|antes de|despu[ée]s de|"
    r"depois de|ap[óo]s|prima del|dopo il|før|efter|före|etter|ennen|przed|po|до|после|[<>≤≥])[\s.\-–]*\d{4}(?!\d)",
    re.IGNORECASE,
)
_SPAN_IN_SHORT = re.compile(r"\d{4}\s*[-–—/]\s*\d")
_STILL = re.compile(
    r"^(?:since|from|after|seit|ab|von|depuis|desde|a partir|dal|från|sedan|fra|siden|sinds|vanaf|od|с|自)\b|^自|"
    r"\d{4}s?\s*(?:[-–—~→>+]+|\.{2,}|…)\s*(?:\?|$|[^\W\d])|(?:present|today|now|current|ongoing|heute|aujourd|actualidad|hoje|hoy|oggi)|"
    r"\d{4}\s*年?\s*(?:以降|から|起|至今|alkaen|onwards?|[àa] ce jour)",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"^(?:until|till|to|up to|through|before|ended|bis|vor|jusqu|avant|hasta|antes|até|ate|fino|sino|tot|t\.?o\.?m|do|до)\b|"
    r"^(?:\?|\.{2,}|…|unknown|inconnu|desconocid[oa])?\s*[-–—~→]+\s*\d{4}|\d{4}\s*年?\s*(?:まで|以前|止|saakka|asti)",
    re.IGNORECASE,
)


def _years_shown_as_dates(texts: Sequence[str]) -> dict[str, str]:
    """Return the dates of a column that are most likely years typed into cells formatted as dates, each with why it is none.

    A spreadsheet counts days, so that it shows a typed 1923 as 1905-04-06: all such years are days of 1904 and 1905 (of 1908 and
    1909 where a file counts from 1904). It takes several days there, or one beside plain years, and no other date.
    """
    dates = [text for text in texts if _DATE.fullmatch(text)]
    plain = sum(re.fullmatch(r"\d{4}(?:\.0+)?", text) is not None for text in texts)
    for zero in (_DAY_ZERO, _DAY_ZERO_1904):
        shown = {text: " or ".join(map(str, _serials(text, zero))) for text in dates}
        if all(shown.values()) and (len(dates) > 1 or (dates and plain)):
            reason = (
                "'{}' is a day of {}, like all dates of this column: the year {} typed into a cell formatted as a date?"
            )
            return {text: reason.format(text, _DATE.sub(r"\1\2", text), shown[text]) for text in dates}
    return {}


_DAY_ZERO, _DAY_ZERO_1904 = datetime.date(1899, 12, 30), datetime.date(1904, 1, 1)
"""From which spreadsheets count days."""
_LONGEST_MONTH_DAYS = 31


def _serials(text: str, zero: datetime.date) -> list[int]:
    """Return the number of days that a date may be shown for, of those that are years of mining."""
    first, second, third = (int(part) for part in re.split(r"[-/. T]", text)[:3])
    readings = (
        [(first, second, third)] if first > _LONGEST_MONTH_DAYS else [(third, second, first), (third, first, second)]
    )
    counts = [_days_between(zero, *reading) for reading in readings]
    return [count for count in dict.fromkeys(counts) if count is not None and FIRST_YEAR <= count <= LAST_YEAR]


def _days_between(zero: datetime.date, year: int, month: int, day: int) -> int | None:
    """Return the days from a date to another; None where there is no such day."""
    try:
        return (datetime.date(year, month, day) - zero).days
    except ValueError:
        return None


def _century_end(start: int, two_digits: int) -> int:
    """Return the first year ending in two digits that is not before the start."""
    end = start - start % 100 + two_digits
    return end if end >= start else end + 100
