"""Units in the lines above a heading, such as ``# units: kt`` or ``thousands of tonnes``: asked about where they differ."""

from __future__ import annotations

import re

from layers.cells.quantities import unit_factor
from layers.errors import ConfigError

_SCALE = (
    r"(?P<scale>thousands?|millions?|hundreds?|milliers?|miles|mil|mille|millones|milhoes|milhões|tausend|millionen|tusen|"
    r"['’´]?0{3}'?s?|x? ?10{3}s?|x? ?10{6}s?|10 ?\^? ?[36](?!\d)|[kKM])"
)
_SCALED = re.compile(rf"{_SCALE}(?:(?:\s+(?:of|de)|\s+d['’])?\s*(?P<unit>[^\W\d_][\w ²³^'-]*))?", re.IGNORECASE)
_ASIDE = re.compile(
    r"[(\[]([^()\[\]]+)[)\]]|,\s*([^,]+)$|[-–:]\s+([^:]+)$|\b(?:in|en|em)\s+([^,;.()]+)|=\s*([^=;,|]+)", re.IGNORECASE
)
_UNITS_ARE = re.compile(
    r"\b(?:units?|unités?|unidad(?:es)?|unidades?|einheit(?:en)?|uom)\b\W*(?:(?:are|is|in)\b)?(.*)", re.IGNORECASE
)
_BETWEEN = re.compile(r"[,;/&|]|\band\b|\bet\b|\by\b", re.IGNORECASE)
_AMBIGUOUS_OF_MASS = frozenset(["ton", "tons", "mt", "MT"])


def unit_above(words: str, base: str, taken: str) -> str | None:
    """Return what a line above a heading says of the unit of an amount, where that is not the unit taken for its numbers.

    Parameters
    ----------
    words : str
        One cell above the heading: over the column, or alone in its row.
    base : str
        Base unit of what the column measures: ``t``, ``m3``, ``m2`` or ``m``.
    taken : str
        Unit of its bare numbers.

    Returns
    -------
    str or None
        The words that name another unit or a multiple; None where there are none. A unit behind a number is an amount and no unit
        of the column.
    """
    line = words.replace("³", "3").replace("²", "2").strip().strip("#/%*;!\"' ").strip()
    pieces = [line, *(next(filter(None, aside.groups())) for aside in _ASIDE.finditer(line))]
    stated = _UNITS_ARE.search(line)
    if stated is not None:
        parts = [part.strip(" .:=()[]") for part in _BETWEEN.split(stated[1])]
        pieces += [" ".join(part.split()[-count:]) for part in parts for count in (1, 2, 3)]
        pieces += [part.split(":")[-1].split("=")[-1] for part in parts]
    for piece in pieces:
        if _differs(piece.strip(" .:=()[]"), base, taken):
            return piece.strip()
    return None


def _differs(piece: str, base: str, taken: str) -> bool:
    """Say whether a few words are a unit of what the column measures, or a multiple, and not the unit taken."""
    if base == "t" and piece in _AMBIGUOUS_OF_MASS:
        return True
    try:
        measured, factor = unit_factor(piece)
    except ConfigError:
        scaled = _SCALED.fullmatch(piece)
        if scaled is None or (scaled["unit"] is None and len(scaled["scale"]) < 3):
            return False
        return scaled["unit"] is None or _measures(scaled["unit"].strip(), base)
    return measured == base and (measured, factor) != unit_factor(taken)


def _measures(unit: str, base: str) -> bool:
    try:
        return unit_factor(unit)[0] == base
    except ConfigError:
        return base == "t" and unit.casefold() in ("ton", "tons", "short tons")
