"""Numbers of a workbook as their format shows them: per cent, leading zeros, units, signs of limits, words instead of them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from layers.cells.quantities import unit_factor
from layers.errors import ConfigError

_QUOTED = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
"""What a format shows as it stands; blanks as wide as a letter and letters that fill a cell show nothing of meaning."""
_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;])*')
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\]")
_DIGITS = re.compile(r"[0#?]|General", re.IGNORECASE)
_SCALED = re.compile(r"[0#?](,+)\s*(?:[^0#?,.]|$)")
"""Commas behind the last digit: each shows a thousandth of the number."""
_ZEROS = re.compile(r"^0{2,}$")
_SIGN = re.compile(r"\s*([<>≤≥])\s*=?\s*$")
_LETTER = re.compile(r"[^\W\d_]")
_MARK = re.compile(r"[*~±†‡?!<>≤≥^#‰']")
"""Signs beside a number that say something of it: a footnote, a doubt, a limit."""
LONGEST_CODE = 255
"""Letters of the longest format that a spreadsheet program keeps; a longer one shows a number as it is."""
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip
_WHITE = frozenset(["FFFFFFFF", "00FFFFFF"])


@dataclass(frozen=True)
class _Section:
    """What one section of a format makes of its numbers.

    ``condition`` is a comparison and its number, ``sign`` that of a limit before the number, ``instead`` words that stand for it.
    """

    condition: tuple[str, float] | None
    percent: bool
    percent_sign: bool
    thousands: int
    zeros: int
    sign: str
    unit: str
    instead: str
    other_words: str


@lru_cache(maxsize=2000)
def _sections(code: str) -> tuple[_Section, ...]:
    """Read the code of a format: of ``0.0" Mt"`` the unit of an amount is shown and read, other words are only shown."""
    if len(code) > LONGEST_CODE:
        return ()
    parts = _SECTION.findall(code)[::2] if ";" in code else [code]
    return tuple(_section(part) for part in parts if "@" not in part)


def _section(code: str) -> _Section:
    condition = _CONDITION.search(code)
    bare = re.sub(r"\[[^\]]*\]", "", code)
    literals = [(match.start(), (match[1] or match[2] or "")) for match in _QUOTED.finditer(bare)]
    plain = _QUOTED.sub(lambda match: " " * len(match[0]), bare)
    digits = _DIGITS.search(plain)
    first = digits.start() if digits else len(bare)
    before = "".join(text for at, text in literals if at < first) + plain[:first].strip()
    shown = "".join(text for _, text in literals).strip()
    sign = _SIGN.match(before)
    words = shown if _LETTER.search(shown) else ""
    instead = "" if digits else (shown if words or re.match(r"[<>≤≥]", shown) else "")
    unit = ""
    if words and digits:
        try:
            unit = f" {words}" if unit_factor(words) else ""
        except ConfigError:
            unit = ""
    return _Section(
        condition=None if condition is None else (condition[1], float(condition[2])),
        percent="%" in plain,
        percent_sign="%" in plain or "%" in shown,
        thousands=len(scaled[1]) if (scaled := _SCALED.search(plain)) is not None else 0,
        zeros=len(code) if _ZEROS.match(code) else 0,
        sign=sign[1] if sign and digits else "",
        unit=unit,
        instead=instead,
        other_words="" if unit or not digits or (sign and sign[0].strip() == shown) else words or _marks(shown),
    )


def _marks(shown: str) -> str:
    return shown if _MARK.search(shown) else ""


def _section_of(value: float, code: str) -> _Section:
    """Return the section of a format that a number falls under: by its conditions, else by sign."""
    sections = _sections(code) or (_section(""),)
    conditional = [section for section in sections if section.condition is not None]
    if conditional:
        for section in conditional:
            sign, bound = section.condition or ("=", value)
            if _COMPARE[sign](value, bound):
                return section
        others = [section for section in sections if section.condition is None]
        return others[0] if others else _section("")
    at = 0 if value > 0 or len(sections) == 1 else 1 if value < 0 else 2
    return sections[at] if at < len(sections) else sections[0]


def shown_number(value: float, code: str) -> str:
    """Return a number as its format shows it.

    Parameters
    ----------
    value : float
        As stored.
    code : str
        Of the format, e.g. ``0.0"%"`` or ``[<2]"<2";0.0``.
    """
    layout = _section_of(value, code)
    if layout.instead:
        return layout.instead
    if layout.sign:
        value = abs(value)
    if layout.percent:
        value = round(value * 100, 10)
    if layout.thousands:
        value = value / 1000**layout.thousands
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int) and value >= 0:
        return layout.sign + str(value).zfill(layout.zeros) + layout.unit
    return layout.sign + repr(value) + layout.unit


def words_beside(cell: Any) -> str:
    """Return the words that the format of a cell shows beside its number and that are no unit of an amount, else ``""``."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        code = cell.number_format or ""
        return "" if code == "General" else _section_of(value, code).other_words
    return ""


def is_percent(cell: Any) -> bool:
    """Say whether the format of a cell shows a sign of per cent behind its number."""
    value, code = cell.value, cell.number_format or ""
    if not isinstance(value, int | float) or isinstance(value, bool) or "%" not in code:
        return False
    return _section_of(value, code).percent_sign


def is_scaled(cell: Any) -> bool:
    """Say whether the format of a cell shows a thousandth, or less, of its number."""
    value = cell.value
    if not isinstance(value, int | float) or isinstance(value, bool) or "," not in (cell.number_format or ""):
        return False
    return _section_of(value, cell.number_format).thousands > 0


def is_put_aside(cell: Any) -> bool:
    """Say whether a cell that holds something is struck out, or looks empty: white on no ground, or of a format without signs."""
    font = cell.font
    if font is not None and font.strike:
        return True
    if cell.number_format and set(cell.number_format) == {";"}:
        return True
    colour = getattr(font, "color", None)
    if colour is None or not (
        (colour.type == "rgb" and colour.rgb in _WHITE) or (colour.type == "theme" and colour.theme == 0)
    ):
        return False
    return getattr(cell.fill, "patternType", None) is None
