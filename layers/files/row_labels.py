"""What a row says of its columns when its first words name it: analytes, units, methods or limits, in several languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from layers.cells.heading_tokens import LONGEST_HEADING, tokens

Label = Literal["analyte", "unit", "method", "limit", "upper_limit"]

_WORDS: tuple[tuple[Label, re.Pattern[str]], ...] = (
    (
        "analyte",
        re.compile(
            r"(?:elements?|elementos?|éléments?|analytes?|analitos?|analyten?|parameters?|paramètres?|parámetros?|compounds?|"
            r"constituents?|determinands?)(?: symbols?| names?)?"
        ),
    ),
    ("unit", re.compile(r"(?:units?|unit[ée]s?|unidad(?:es)?|uom)(?: symbols?| of measure)?")),
    (
        "upper_limit",
        re.compile(r"(?:udl|ul|upper (?:limit|dl|detection limit|reporting limit)|max(?:imum)? (?:limit|detection))"),
    ),
    (
        "limit",
        re.compile(
            r"(?:lod|l o d|loq|lor|dl|mdl|ldl|rdl|rl|lld|ld|limit(?: of (?:detection|reporting))?|limite de d[ée]tection|"
            r"det(?:ection)?(?: lim(?:it)?s?)?|lower (?:limit|dl|detection limit|reporting limit)|"
            r"(?:reporting|method detection|reported detection) limits?|min(?:imum)? (?:limit|detection))"
        ),
    ),
    (
        "method",
        re.compile(
            r"methods?(?: codes?)?|m[ée]thodes?|m[ée]todos?|techniques?|packages?|digest(?:ion)?s?|(?:analytical )?finish|"
            r"analy(?:tical|sis) (?:methods?|codes?|techniques?)|(?:method|analysis|scheme|procedure) codes?|schemes?|procedures?"
        ),
    ),
)
_COMPOUND: dict[str, Label] = {
    "unit_words": "unit",
    "limits": "limit",
    "upper_limits": "upper_limit",
    "method_words": "method",
}
"""Class of a word of another language, as ``Nachweisgrenze``."""
_SHORTEST_COMPOUND = 5
_SIGNS = re.compile(r"[\s.:,_()\[\]*-]+")


def row_label(cell: str) -> Label | None:
    """Return what the cell at the beginning of a row says of the row; None where it is the cell of a sample or a name.

    Parameters
    ----------
    cell : str
        E.g. ``Det.Lim.``, ``Unit Symbol``, ``MDL`` or ``Nachweisgrenze``.
    """
    if not cell or len(cell) > LONGEST_HEADING:
        return None
    plain = _SIGNS.sub(" ", cell).strip().casefold()
    for label, words in _WORDS:
        if words.fullmatch(plain):
            return label
    if len(plain) < _SHORTEST_COMPOUND:
        return None
    read = tokens(cell)
    return next((label for group, label in _COMPOUND.items() if len(read) == 1 and group in read[0].readings), None)


def labels_of(cells: Sequence[str]) -> tuple[Label, ...]:
    """Return the labels among some cells."""
    return tuple(label for cell in cells if (label := row_label(cell.strip())) is not None)
