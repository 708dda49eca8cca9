"""Cells that are the name of a unit, or a number, in the rows around a heading."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"^[<>~-]?\s*[-+]?\d[\d\s.,'\u00a0\u202f]*(?:[eE][-+]?\d+\s*)?$")
_UNITS = frozenset(
    [
        "ppm", "ppb", "ppt", "%", "pct", "percent", "percentage", "wt%", "wt.%", "wt_%", "g/t", "mg/kg", "ug/kg", "µg/kg",
        "ug/g", "µg/g", "ng/g", "mg/l", "µg/l", "ug/l", "oz/t", "opt", "dd", "deg", "degrees", "degree", "°", "m", "km", "t",
        "tonnes", "kt", "mt", "kg", "lb", "lbs", "short tons", "tons", "tonne", "million tonnes", "mm3", "acre", "acres",
        "hectares", "km2", "km²", "sq km", "sq ft", "ft", "feet", "yd3", "decimal degrees", "degrees n", "degrees w", "m2",
        "m²", "m3", "m³", "ha", "year", "date", "text",
    ]
)  # fmt: skip
UNIT_SPELLINGS = frozenset(
    [*_UNITS, *(unit.upper() for unit in _UNITS), *(unit.title() for unit in _UNITS), *(f"({unit})" for unit in _UNITS)]
)


def is_number(cell: str) -> bool:
    """Return whether a cell reads as a number, with blanks, commas or a censoring mark allowed."""
    return bool(_NUMBER.match(cell.strip()))


def unit_of(cell: str) -> str | None:
    """Return the unit a cell is, in small letters and without brackets; None where it is none."""
    unit = cell.strip().strip("()[]").casefold()
    return unit if unit in _UNITS else None
