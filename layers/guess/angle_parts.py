"""Degrees, minutes and seconds in columns of their own: ``Lat Deg``, ``Lat Min``, ``Long Deg W``."""

from __future__ import annotations

import pandas as pd

from layers.cells.angle_headings import part_of_angle
from layers.cells.angles import parse_angle
from layers.guess.columns import Fact
from layers.guess.numbers import numbers
from layers.readers.columns import as_text
from layers.readers.whole_degrees import parts_of

_AXES = ("latitude", "longitude")


def angle_parts(cells: pd.DataFrame, facts: dict[str, Fact]) -> dict[str, Fact]:
    """Return the columns of the parts of angles that do not stand whole in another column, and of hemispheres beside whole ones.

    Parameters
    ----------
    cells : DataFrame
        Raw cells.
    facts : dict of str to Fact
        What was guessed of the columns before.

    Returns
    -------
    dict of str to Fact
        ``latitude_degrees`` and so on -> column; empty unless each axis stands whole in a column, or its degrees and minutes do.
    """
    parts: dict[str, Fact] = {}
    for name in map(str, cells.columns):
        key = part_of_angle(name)
        if key is not None and key not in parts and _in_range(cells[name], key):
            parts[key] = Fact(name, "the parts of the angles stand in columns of their own", 0.9)
    apart = {axis for axis in _AXES if axis not in facts and parts_of(axis, cells) is not None}
    whole = {axis for axis in _AXES if axis in facts}
    if apart | whole != set(_AXES):
        return {}
    return {key: part for key, part in parts.items() if key.partition("_")[0] in apart or key.endswith("hemisphere")}


def _in_range(column: pd.Series, key: str) -> bool:
    """Say whether what stands in a column can be the part its heading names."""
    if key.endswith("hemisphere"):
        axis = key.partition("_")[0]
        sides = as_text(column).dropna().unique().tolist()
        return bool(sides) and all(
            side.isalpha() and not parse_angle(f"1 {side}", axis, west_is_o=True).problem for side in sides
        )
    values = numbers(column)
    most = 180 if key.endswith("degrees") else 60
    return bool(len(values)) and bool((abs(values) <= most).all())
