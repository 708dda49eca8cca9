"""Angles as people write them (54.125, 54,125, 54°07'30"N, N54 07.5, 54d07m30s, 540730N) as decimal degrees."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.crs import KM_PER_DEGREE

_MARKS = str.maketrans(
    {
        **dict.fromkeys("′’‘´`ʹʼ", "'"),
        **dict.fromkeys("″”“ʺ", '"'),
        **dict.fromkeys("º˚∘", "°"),
        **dict.fromkeys("−–—‐", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\t", " "),
    }
)
_WORDS = re.compile(
    r"\b(north|nord|norte|south|sud|sur|sul|s[uü]d|east|est|este|leste|ost|west|ouest|oeste)\b\.?", re.IGNORECASE
)
_LETTER = {
    **dict.fromkeys(("north", "nord", "norte"), "N"),
    **dict.fromkeys(("south", "sud", "sur", "sul", "süd"), "S"),
    **dict.fromkeys(("east", "est", "este", "leste", "ost"), "E"),
    **dict.fromkeys(("west", "ouest", "oeste"), "W"),
}
_SECONDS_LETTER = re.compile(r"(\d\s*m(?:in)?\.?\s*\d+(?:[.,]\d+)?)\s*s(?:ec)?\.?", re.IGNORECASE)
_ANGLE = re.compile(
    r"""^(?P<before>[NSEWO])?\s*(?P<sign>[-+])?\s*(?P<degrees>\d{1,3}(?:[.,]\d*)?)
    (?:\s*(?:°|d(?:eg)?\.?|:|-|\s)\s*(?P<minutes>\d{1,2}(?:[.,]\d*)?)
       (?:\s*(?:'|m(?:in)?\.?|:|-|\s)\s*(?P<seconds>\d{1,2}(?:[.,]\d*)?)\s*"?)?)?
    \s*(?(seconds)|(?(minutes)(?:'|m(?:in)?\.?)?|(?:°|d(?:eg)?\.?)?))\s*(?P<after>[NSEWO])?$""",
    re.IGNORECASE | re.VERBOSE,
)
_PACKED = re.compile(
    r"^(?P<before>[NSEWO])?\s*(?P<digits>\d{6,7})(?P<tail>\.\d+)?\s*(?P<after>[NSEWO])?$", re.IGNORECASE
)

LONGEST_ANGLE = 200
"""Letters, runs of blanks counted as one; a longer cell is no angle, and is not searched for one."""

LONGEST_QUOTED = 80
"""Letters of a cell that a message quotes."""


@dataclass(frozen=True)
class Angle:
    """A parsed angle.

    Parameters
    ----------
    degrees : float
        Decimal degrees, south and west negative; NaN when the text is no angle.
    precision_km : float
        What the last written digit is worth.
    problem : str
        Why the text is no angle, or ``""``.
    """

    degrees: float
    precision_km: float = math.nan
    problem: str = ""


def parse_angle(text: str, axis: str, west_is_o: bool = False) -> Angle:
    """Read one angle.

    Parameters
    ----------
    text : str
        The cell.
    axis : {"latitude", "longitude"}
        Decides which hemisphere letters may stand there.
    west_is_o : bool
        Whether O means west (Ouest, Oeste); otherwise it could be east in German or Dutch, and is a problem.

    Returns
    -------
    Angle
        With ``problem`` set instead of an exception: callers reject rows one by one.
    """
    plain = " ".join(text.translate(_MARKS).replace("''", '"').split())
    text = text if len(text) <= LONGEST_QUOTED else f"{plain[:LONGEST_QUOTED]}…"
    if len(plain) > LONGEST_ANGLE:
        return Angle(math.nan, problem=f"{axis} '{text}' is not an angle")
    plain = _WORDS.sub(lambda match: _LETTER[match.group(1).casefold()], plain)
    plain = _SECONDS_LETTER.sub(r"\1 ", plain).strip()
    packed = _PACKED.match(plain)
    if packed and (packed["before"] or packed["after"]):
        plain = _unpacked(packed, axis)
    angle_match = _ANGLE.match(plain)
    if not angle_match:
        return Angle(math.nan, problem=f"{axis} '{text}' is not an angle")
    letter = (angle_match["before"] or angle_match["after"] or "").upper()
    problem = _letter_problem(text, axis, letter, angle_match, west_is_o)
    degrees, minutes, seconds = (_number(angle_match[part]) for part in ("degrees", "minutes", "seconds"))
    problem = problem or _part_problem(text, axis, degrees, minutes, seconds)
    if problem:
        return Angle(math.nan, problem=problem)
    size = degrees + (minutes or 0.0) / 60 + (seconds or 0.0) / 3600
    negative = angle_match["sign"] == "-" or letter in ("S", "W", "O")
    return Angle(-size if negative else size, _precision(angle_match))


def _unpacked(packed: re.Match[str], axis: str) -> str:
    digits = packed["digits"]
    if axis == "latitude" and len(digits) == 7:
        digits = digits[1:] if digits[0] == "0" else digits
    cut = len(digits) - 4
    parts = f"{digits[:cut]} {digits[cut : cut + 2]} {digits[cut + 2 :]}{packed['tail'] or ''}"
    return f"{packed['before'] or ''}{parts} {packed['after'] or ''}"


def _letter_problem(text: str, axis: str, letter: str, match: re.Match[str], west_is_o: bool) -> str:
    if match["before"] and match["after"]:
        return f"{axis} '{text}' names a hemisphere twice"
    if letter == "O" and not west_is_o:
        return (
            f"{axis} '{text}': O is west in French, Spanish and Portuguese, and east in German; state 'language:' (fr, es, pt or "
            "de) for this source"
        )
    if letter and letter not in ("NS" if axis == "latitude" else "EWO"):
        return f"{axis} '{text}' has the hemisphere letter {letter}: latitude and longitude may be swapped"
    if match["sign"] == "-" and letter in ("N", "E"):
        return f"{axis} '{text}' is negative and {letter} at once"
    return ""


def _part_problem(text: str, axis: str, degrees: float, minutes: float | None, seconds: float | None) -> str:
    if minutes is not None and not degrees.is_integer():
        return f"{axis} '{text}' has a fraction of degrees and minutes besides"
    if minutes is not None and minutes >= 60:
        return f"{axis} '{text}' has {minutes:g} minutes"
    if seconds is not None and minutes is not None and not minutes.is_integer():
        return f"{axis} '{text}' has a fraction of minutes and seconds besides"
    if seconds is not None and seconds >= 60:
        return f"{axis} '{text}' has {seconds:g} seconds"
    return ""


def _number(part: str | None) -> float:
    return None if part is None else float(part.replace(",", "."))  # type: ignore[return-value]


def _precision(match: re.Match[str]) -> float:
    for part, share in (("seconds", 3600.0), ("minutes", 60.0), ("degrees", 1.0)):
        if match[part] is not None:
            return KM_PER_DEGREE / share * 10.0 ** -decimals(match[part])
    return math.nan


def all_decimals(numbers: pd.Series) -> np.ndarray:
    """Return how many digits stand behind the decimal point of each number, given as text."""
    mark = numbers.str.find(".").to_numpy(dtype=np.int64)
    behind: np.ndarray = np.where(mark < 0, 0, numbers.str.len().to_numpy(dtype=np.int64) - mark - 1)
    return behind


def decimals(text: str) -> int:
    """Return how many digits stand behind the decimal mark."""
    mark = max(text.rfind("."), text.rfind(","))
    return 0 if mark < 0 else len(text) - mark - 1
