"""References of a square by letters and digits (``NY 123 456``, ``H 12 34``, ``30U VF 12345 67890``) as its middle.

British and Irish letters as the Ordnance Surveys publish them, those of the military grid (MGRS, USNG) after DMA TM 8358.1.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

BRITISH, IRISH = "EPSG:27700", "EPSG:29903"

_SQUARE_M = 100_000
_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
_SIDE = 5
_FALSE_SQUARE = 2 * _SIDE, 4 * _SIDE - 1
"""The British grid begins two squares of 500 km east of the letter A and counts its rows from below."""
_BRITISH_LAND = frozenset(
    first + second
    for first, seconds in (
        ("H", "PTUWXYZ"), ("N", "ABCDFGHJKLMNORSTUWXYZ"), ("O", "V"), ("S", "CDEHJKMNOPRSTUVWXYZ"), ("T", "AFGLMQRV"),
    )
    for second in seconds
)  # fmt: skip
_IRISH_LAND = frozenset("ABCDFGHJLMNOQRSTVWX")
_COLUMNS = ("STUVWXYZ", "ABCDEFGH", "JKLMNPQR")
"""Of the zones whose number leaves 0, 1 and 2 when divided by three."""
_ROWS = "ABCDEFGHJKLMNPQRSTUV"
_EVEN_ZONES_BEGIN = 5
_LOWEST_KM = dict(
    zip(
        "CDEFGHJKLMNPQRSTUVWX",
        (1100, 2000, 2800, 3700, 4600, 5500, 6400, 7300, 8200, 9100,
         0, 800, 1700, 2600, 3500, 4400, 5300, 6200, 7000, 7900),
        strict=True,
    )
)  # fmt: skip
"""Least northing of a band, in km."""
_BAND_M, _HIGHEST_M = 1_000_000, {"X": 1_500_000}
_MIDDLE_M, _HALF_ZONE_M, _NORWAY = 500_000, 334_000, "V"
_MOST_ZONES, _NORTHERN = 60, "N"
_DIGITS = r"(?P<digits>\d{2,10}|\d{1,5}\s+\d{1,5})"
_FORMS = (
    re.compile(
        rf"(?P<zone>\d{{1,2}})\s*(?P<band>[C-HJ-NP-X])\s*(?P<square>[A-HJ-NP-Z][A-HJ-NP-V])\s*{_DIGITS}", re.IGNORECASE
    ),
    re.compile(rf"(?P<square>[HJNOST][A-HJ-Z])\s*{_DIGITS}", re.IGNORECASE),
    re.compile(rf"(?P<square>[A-HJ-Z])\s*{_DIGITS}", re.IGNORECASE),
)
_LONGEST = 40


@dataclass(frozen=True)
class Square:
    """The square a reference names.

    Parameters
    ----------
    system : str
        ``EPSG:27700``, ``EPSG:29903``, or a zone of UTM on WGS 84.
    easting, northing : float
        Its middle, metres.
    size_m : float
        Its side.
    """

    system: str
    easting: float
    northing: float
    size_m: float


def square_of(text: str) -> Square | None:
    """Return the square that a cell names; None where it names none, or one without land in Britain or Ireland.

    Parameters
    ----------
    text : str
        With as many digits for the easting as for the northing.
    """
    plain = " ".join(text.split()) if len(text) <= _LONGEST else ""
    match = next((fitting for form in _FORMS if (fitting := form.fullmatch(plain)) is not None), None)
    if match is None:
        return None
    parts = match["digits"].split()
    half = len(match["digits"]) // 2
    east, north = parts if len(parts) == 2 else (match["digits"][:half], match["digits"][half:])
    if len(east) != len(north):
        return None
    letters, size = match["square"].upper(), _SQUARE_M / 10 ** len(east)
    offset = (int(east) + 0.5) * size, (int(north) + 0.5) * size
    if "zone" in match.re.groupindex:
        return _military(int(match["zone"]), match["band"].upper(), letters, offset, size)
    if len(letters) == 1:
        column, row = _LETTERS.index(letters) % _SIDE, _SIDE - 1 - _LETTERS.index(letters) // _SIDE
        known, system = letters in _IRISH_LAND, IRISH
    else:
        first, second = (_LETTERS.index(letter) for letter in letters)
        column = first % _SIDE * _SIDE + second % _SIDE - _FALSE_SQUARE[0]
        row = _FALSE_SQUARE[1] - first // _SIDE * _SIDE - second // _SIDE
        known, system = letters in _BRITISH_LAND, BRITISH
    return Square(system, column * _SQUARE_M + offset[0], row * _SQUARE_M + offset[1], size) if known else None


def _military(zone: int, band: str, letters: str, offset: tuple[float, float], size: float) -> Square | None:
    columns = _COLUMNS[zone % len(_COLUMNS)]
    if not 1 <= zone <= _MOST_ZONES or letters[0] not in columns:
        return None
    first = _EVEN_ZONES_BEGIN if zone % 2 == 0 else 0
    northing = (_ROWS.index(letters[1]) - first) % len(_ROWS) * _SQUARE_M
    while northing < _LOWEST_KM[band] * 1000:
        northing += len(_ROWS) * _SQUARE_M
    easting = (columns.index(letters[0]) + 1) * _SQUARE_M + offset[0]
    if northing - _LOWEST_KM[band] * 1000 > _HIGHEST_M.get(band, _BAND_M) or _beside_the_zone(band, easting):
        return None
    system = f"EPSG:{(32600 if band >= _NORTHERN else 32700) + zone}"
    return Square(system, easting, northing + offset[1], size)


def _beside_the_zone(band: str, easting: float) -> bool:
    """Say whether a square lies wholly beside a zone of 6 degrees; around Norway some zones are wider."""
    if band in _HIGHEST_M or band == _NORWAY:
        return False
    south = -80 + 8 * list(_LOWEST_KM).index(band)
    widest = math.cos(math.radians(min(abs(south), abs(south + 8)))) * _HALF_ZONE_M
    return abs(easting - _MIDDLE_M) - _SQUARE_M > widest
