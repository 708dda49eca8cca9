"""Degrees, minutes and seconds in columns of their own: ``Lat Deg``, ``Lat Min``, ``Long Deg W``."""

from __future__ import annotations

import re

import pandas as pd

from layers.guess.columns import Fact
from layers.guess.numbers import numbers
from layers.text import fold

_AXES = {"latitude": r"lat(?:itude?|itudine)?", "longitude": r"lo?ng?(?:itude?|itudine)?"}
_PARTS = {
    "degrees": r"d|deg|degs|degree|degrees|degres?|grad|grados|graus|gradi|°",
    "minutes": r"m|min|mins|minute|minutes|minutos|minuti|'|′",
    "seconds": r"s|sec|secs|second|seconds|seg|segundos|secondes?|secondi|\"|″",
    "hemisphere": r"dir|direction|hemi|hemisphere|hem|ns|ew|n/s|e/w|n s|e w|h",
}


def angle_parts(cells: pd.DataFrame, facts: dict[str, Fact]) -> dict[str, Fact]:
    """Return the columns of the parts of both angles; none where an angle stands whole in another column.

    Parameters
    ----------
    cells : DataFrame
        Raw cells.
    facts : dict of str to Fact
        What was guessed of the columns before.

    Returns
    -------
    dict of str to Fact
        ``latitude_degrees`` and so on -> column; empty unless degrees and minutes of both axes are there.
    """
    parts: dict[str, Fact] = {}
    for name in map(str, cells.columns):
        key = _part_of(name)
        if key is not None and key not in parts and _in_range(cells[name], key):
            parts[key] = Fact(name, "degrees, minutes and seconds stand in columns of their own", 0.9)
    wanted = [f"{axis}_{part}" for axis in _AXES for part in ("degrees", "minutes")]
    if not set(wanted) <= set(parts):
        return {}
    for axis in _AXES:
        if axis in facts and facts[axis].value != parts[f"{axis}_degrees"].value:
            return {}
    return parts


def _part_of(name: str) -> str | None:
    text = re.sub(r"[\s_.()\[\]-]+", " ", fold(name)).strip()
    for axis, words in _AXES.items():
        for part, spellings in _PARTS.items():
            if re.fullmatch(rf"(?:{words})\s?(?:{spellings})(?: [nsweo])?|(?:{spellings})\s(?:{words})", text):
                return f"{axis}_{part}"
    return None


def _in_range(column: pd.Series, key: str) -> bool:
    """Say whether what stands in a column can be the part its heading names."""
    if key.endswith("hemisphere"):
        return not pd.api.types.is_numeric_dtype(column)
    values = numbers(column)
    most = 180 if key.endswith("degrees") else 60
    return bool(len(values)) and bool((abs(values) <= most).all())
