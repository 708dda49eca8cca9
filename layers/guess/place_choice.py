"""Which of several pairs of coordinates is where the waste lies: not an office, not the corner of a rectangle."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from layers.cells.other_places import other_place
from layers.guess.axis_headings import AXES
from layers.guess.numbers import as_numbers
from layers.guess.words import plain

_CORNER = re.compile(
    r"(?:^|_)(?:nw|ne|sw|se|ul|ur|lr|max|maximum|upper|lower|top|bottom|corner|begin|start|end|bbox)(?:_|$)|"
    r"^(?:x|y|lat|lon|long)_?(?:min|max)$|^(?:min|max)_?(?:x|y|lat|lon|long)$"
)
_AXIS_WORD = re.compile(
    r"(?:^|_)(?:lat(?:itude?)?|lo?ng?(?:itude?)?|easting|northing|est?e?|nor(?:te|th|d)|east|[xyen])(?=_|\d|$)"
)
_PART = re.compile(r"d|deg\w*|grad\w*|m|min\w*|s|sec\w*|seg\w*|dir\w*|hem\w*")
_FAR_DEGREES, _FAR_METRES = 0.01, 1000.0


def nearest_first(fitting: Sequence[tuple[str, float]], other_axis: str | None) -> list[tuple[str, float]]:
    """Put the coordinates of the place itself first, then corners, then those of an office; pairs stay together."""
    wanted = None if other_axis is None else _beside_the_axis(other_axis)
    return sorted(fitting, key=lambda candidate: (_rank(candidate[0]), _beside_the_axis(candidate[0]) != wanted))


def _beside_the_axis(name: str) -> str:
    """Return what a heading says besides its axis: ``LAT_NAD27`` and ``LON_NAD27`` are one pair."""
    return re.sub(r"_+", "_", _AXIS_WORD.sub("_", plain(name))).strip("_")


def _rank(name: str) -> int:
    return 2 if elsewhere(name) is not None else int(corner(name) is not None)


def elsewhere(name: str) -> str | None:
    """Return the word by which a heading names the place of something else than the waste; None without one."""
    return other_place(plain(name))


def corner(name: str) -> str | None:
    """Return the word by which a heading names one corner, or one end; None without one."""
    match = _CORNER.search(plain(name))
    return None if match is None else match.group().strip("_")


def other_places(fitting: Sequence[tuple[str, float]], cells: pd.DataFrame, decimal_mark: str) -> tuple[str, ...]:
    """Return columns of the rank of the first that put most rows more than about a kilometre elsewhere."""
    first = fitting[0][0]
    own = as_numbers(cells[first], decimal_mark)
    others = []
    for name, _ in fitting[1:]:
        if _PART.fullmatch(_beside_the_axis(name)):
            continue
        apart = np.abs(as_numbers(cells[name], decimal_mark) - own)
        apart = apart[np.isfinite(apart)]
        far = _FAR_METRES if len(apart) and np.nanmedian(np.abs(own)) > 400 else _FAR_DEGREES
        if _rank(name) == _rank(first) and len(apart) and np.median(apart) > far:
            others.append(name)
    return tuple(others)


def doubts_of_place(chosen: Mapping[str, str], rivals_of: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return questions on coordinates that may be those of another place.

    Parameters
    ----------
    chosen : mapping of str to str
        Axis -> column of the file.
    rivals_of : mapping of str to sequence of str
        Axis -> columns that may be meant as well.
    """
    questions = {}
    for axis in AXES:
        if axis not in chosen:
            continue
        name, others = chosen[axis], list(rivals_of.get(axis, ()))
        listed = ", ".join([name, *others][:6])
        if (end := corner(name)) is not None:
            questions[axis] = (
                f"which column is the {axis} of the waste: {listed}? '{end}' is one corner or end: write the middle "
                "into the file, or answer with one of them."
            )
        elif (word := elsewhere(name)) is not None:
            questions[axis] = (
                f"is {name} the {axis} of the waste? It says '{word}'. Answer with the name of the right column."
            )
        elif others:
            questions[axis] = (
                f"which column is the {axis} of the waste: {listed}? They lie far apart. Answer with its name."
            )
    return questions
