"""Headings of the parts of an angle: ``Lat Deg``, ``LAT_MIN``, ``LONG_W_SEC``, ``Deg Long W``, ``Lat Dir``, ``N/S``."""

from __future__ import annotations

import re

from layers.text import fold

_AXES = {"latitude": r"lat(?:itude?|itudine)?", "longitude": r"lo?ng?(?:itude?|itudine)?"}
_PARTS = {
    "degrees": r"d|deg|degs|degree|degrees|degres?|grad|grados|graus|gradi|°",
    "minutes": r"m|min|mins|minute|minutes|minutos|minuti|'|′",
    "seconds": r"s|sec|secs|second|seconds|seg|segundos|secondes?|secondi|\"|″",
    "hemisphere": r"dir|direction|hemi|hemisphere|hem|ns|ew|n/s|e/w|n s|e w|h",
}
_SIDE = r"[nsweo]"
_SIDES = {"latitude": r"n[ /]?s|s[ /]?n", "longitude": r"[eo][ /]?w|w[ /]?[eo]|e[ /]?o"}
"""Headings that name both sides and so the axis."""


def part_of_angle(name: str) -> str | None:
    """Return the layer column of the part of an angle that a heading names (``latitude_degrees``), None for other headings."""
    text = re.sub(r"[\s_.()\[\]-]+", " ", fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))).strip()
    for axis, sides in _SIDES.items():
        if re.fullmatch(sides, text):
            return f"{axis}_hemisphere"
    for axis, words in _AXES.items():
        for part, spellings in _PARTS.items():
            before = rf"(?:{_SIDE} )?(?:{words})(?:\s?| {_SIDE} )(?:{spellings})"
            behind = rf"(?:{_SIDE} )?(?:{spellings})(?: {_SIDE})? (?:{words})"
            if re.fullmatch(rf"(?:{before}|{behind})(?: {_SIDE})?", text):
                return f"{axis}_{part}"
    return None
