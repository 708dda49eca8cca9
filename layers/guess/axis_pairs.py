"""Coordinates told by one letter, which mean an axis only as a pair: X and Y, E and N, ``POINT_X`` and ``POINT_Y``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from layers.guess.axis_headings import word_of_coordinates

_SIDES = {"x": "x", "y": "y", "e": "x", "n": "y"}
_FAMILY = {"x": "xy", "y": "xy", "e": "en", "n": "en"}


def axis_pairs(headings: Mapping[str, str]) -> dict[str, str]:
    """Return the columns whose headings are a pair of letters with the same words of coordinates beside them.

    Parameters
    ----------
    headings : mapping of str to str
        Column -> heading in plain words (``point_x``).

    Returns
    -------
    dict of str to str
        Column -> ``x`` or ``y``. ``Y`` alone is yttrium, ``N`` alone a count: neither is there.
    """
    sides: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for name, heading in headings.items():
        words = re.sub(r"(^|_)([xyen])(\d{4,})(?=_|$)", r"\1\2_\3", heading).split("_")
        letters = [at for at, word in enumerate(words) if word in _SIDES]
        if len(letters) != 1 or not all(word_of_coordinates(word) for word in words):
            continue
        letter = words[letters[0]]
        key = tuple(_FAMILY[word] if word == letter else word for word in words)
        sides.setdefault(key, {}).setdefault(_SIDES[letter], []).append(name)
    pairs = [pair for pair in sides.values() if all(len(pair.get(side, ())) == 1 for side in "xy")]
    return {names[0]: side for pair in pairs for side, names in pair.items()}
