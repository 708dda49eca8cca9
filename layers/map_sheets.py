"""Map sheets whose code says where they lie: the National Topographic System of Canada, the International Map of the World."""

from __future__ import annotations

import re

Box = tuple[float, float, float, float]
_NTS = re.compile(
    r"^(?:NTS|SNRC)?\s*0*(?P<number>\d{1,3})\s*[-/ ]?\s*(?P<letter>[A-P])"
    r"\s*[-/ ]?\s*(?:0*(?P<sheet>\d{1,2})(?:[NSEW]|[NS][EW])?)?$",
    re.IGNORECASE,
)
_IMW = re.compile(
    r"^(?P<side>[NS])(?P<row>[A-V])\s*[-/ ]?\s*0*(?P<zone>\d{1,2})(?:\s*[-/ ]\s*0*(?P<sheet>\d{1,2}))?$", re.IGNORECASE
)


def sheet_box(text: str) -> Box | None:
    """Return west, south, east, north of a sheet in degrees, None where the text is no code that is known.

    ``31E05``, ``031E/05`` and ``31E`` are sheets of the National Topographic System; ``SF 55-11`` lies on ``SF 55`` of the
    International Map of the World. North of 68 degrees only the first number of the national system is used.
    """
    text = " ".join(text.split())
    match = _NTS.match(text)
    if match:
        return _national(int(match["number"]), match["letter"].upper(), int(match["sheet"] or 0))
    match = _IMW.match(text)
    return _international(match) if match else None


def _national(number: int, letter: str, sheet: int) -> Box | None:
    """Return the box of a sheet: numbers of 4 by 8 degrees, letters in fours of 1 by 2 degrees from the south-east to and fro."""
    tens, ones = divmod(number, 10)
    if number > 117 or sheet > 16 or ones > 9:
        return None
    south, east = 40.0 + 4 * ones, -48.0 - 8 * tens
    if ones > 6:
        return (east - 8, south, east, south + 4)
    row, column = _to_and_fro(ord(letter) - ord("A"))
    south, east = south + row, east - 2 * column
    if not sheet:
        return (east - 2, south, east, south + 1)
    row, column = _to_and_fro(sheet - 1)
    south, east = south + 0.25 * row, east - 0.5 * column
    return (east - 0.5, south, east, south + 0.25)


def _to_and_fro(row_and_column: int) -> tuple[int, int]:
    """Return the row from the south and the column from the east of the sheets counted to and fro."""
    row, column = divmod(row_and_column, 4)
    return row, column if row % 2 == 0 else 3 - column


def _international(match: re.Match[str]) -> Box | None:
    """Return the box of a sheet of 4 by 6 degrees; how it is cut into sheets of 1:250 000 differs between countries."""
    zone, sheet = int(match["zone"]), int(match["sheet"] or 0)
    band = ord(match["row"].upper()) - ord("A")
    if not 1 <= zone <= 60 or sheet > 16:
        return None
    west = -180.0 + 6 * (zone - 1)
    south = 4.0 * band if match["side"].upper() == "N" else -4.0 * (band + 1)
    return (west, south, west + 6, south + 4)
