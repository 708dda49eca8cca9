"""What stands in a heading of an amount where its unit stands, and is not read as one: it is asked about, never passed over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from layers.cells.heading_amounts import MULTIPLES
from layers.cells.heading_tokens import Token, folded, tokens

_GROUP = {"t": "mass_units", "m3": "volume_amount_units", "m2": "area_units", "m": "length_units"}
_PLAIN = {"waste_forms", "fillers", "grade_words", "total_words", "statistics", "status", "years"}
_NO_UNITS = frozenset(
    ("gis", "gps", "calc", "tot", "total", "new", "old", "est", "bcm", "lidar", "approx", "rounded", "reported", "measured",
     "mapped", "drawn", "surveyed", "stored", "placed", "final", "min", "max", "mean", "low", "high", "best", "site", "plan",
     "all", "sum", "id", "no", "number", "geo", "geom", "poly", "calculated", "computed", "modelled", "ton", "tons")
)  # fmt: skip
"""Words behind an amount that are no unit (tons are asked about elsewhere)."""
_NO_MULTIPLES = _NO_UNITS | frozenset(
    ("historic", "historical", "legacy", "present", "current", "remaining", "existing", "original", "initial", "inferred",
     "indicated", "proven", "probable", "oxide", "sulphide", "sulfide", "dump", "pile", "heap", "leach", "pad", "cell", "fine",
     "coarse", "average", "gross", "net", "dry", "wet", "insitu", "stacked", "dumped", "impounded", "contained", "and", "or",
     "of", "in", "per", "as", "by", "material", "residue", "residues", "resource", "stockpile", "stockpiled", "volume", "mass",
     "waste", "ore", "rock", "sand", "slag", "slime", "slimes", "mine", "mill", "milled", "plant", "facility", "storage", "tsf",
     "dam", "deposit", "extent", "occupied", "covered", "impacted", "lake", "basin", "gross", "map", "mapped",
     "brut", "sec", "seca", "seco", "neto", "neta", "nett", "real", "util", "vrac", "nass", "torr", "vat", "pour", "para", "por",
     "de", "des", "du", "del", "der", "die", "das", "dos", "von", "av", "et", "y", "e", "und", "och", "the", "at", "on", "to",
     "pond", "lift", "area", "hole", "pit", "bulk", "left", "live", "held", "coal", "clay", "silt", "mud", "top", "base", "raw")
)  # fmt: skip
"""Words right before a unit that scale nothing; any other that nobody knows, such as Lakh, may be a multiple."""
_SHORT = 4
_LONGEST_MULTIPLE = 9
"""Letters of the longest word for a multiple (`thousands`); areas may have longer words before."""
_PICTURES = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]")
_NUMERALS = re.compile(r"[十百千万萬億亿兆십백천만억]")
"""Letters of East Asia, and those of them that stand for multiples: a word without one is no multiple."""
_UNIT_ALONE = re.compile(r"[(\[][^\W\d]+[23]?[)\]]\s*$")
_MEGATONNES = re.compile(r"(?:^|[\s_(,\[])(?:Mt|million t)(?=$|[\s_),\]])")


def megatonnes(heading: str) -> bool:
    """Say whether a heading that says tonnes goes on to say millions of them: ``Tonnes (Mt)``."""
    read = tokens(heading)
    unsure = [word_token.text for word_token in read if "unsure_mass_units" in word_token.readings]
    return unsure == ["Mt"] and _MEGATONNES.search(heading) is not None


def unread_unit(heading: str, base: str) -> str | None:
    """Return what stands where the unit of an amount stands and is not understood; None where all is.

    Looked at are words in brackets, behind a comma, and the last word of a heading; an unknown word counts in brackets whatever
    its length, elsewhere when it is as short as units are or holds digits. A second unit counts too, as do a lone ``k`` or ``M``.

    Parameters
    ----------
    heading : str
        Of a column mapped to an amount.
    base : str
        ``t``, ``m3``, ``m2`` or ``m``.
    """
    group = _GROUP[base]
    heading = re.sub(r"\.\d{1,2}$", "", heading)  # as table readers rename a second column of one heading
    read = tokens(heading)
    bracketed = " ".join(re.findall(r"[(\[,]([^)\],]*)", heading))
    units = list(dict.fromkeys(word_token.readings[group] for word_token in read if group in word_token.readings))
    if (len(units) > 1 and units[0] != "t") or len(units) > 2:
        return heading.strip()
    scale = _before_unit(heading, read, group)
    if scale is not None:
        return scale
    unsure_tons = [word_token.text for word_token in read if "unsure_mass_units" in word_token.readings]
    if base == "t" and unsure_tons and not units and not megatonnes(heading):
        return unsure_tons[-1]
    for number, word_token in enumerate(read):
        if word_token.text in ("k", "K", "M") and group not in word_token.readings:
            return word_token.text
        if "unsure_mass_units" in word_token.readings and units and not megatonnes(heading):
            return word_token.text
        last = number == len(read) - 1 and number > 0
        inside = bool(bracketed) and folded(word_token.text) in folded(bracketed)
        if (last or inside) and not _understood(word_token, group, inside=inside):
            return word_token.text
    return None


def _before_unit(heading: str, read: Sequence[Token], group: str) -> str | None:
    """Return a number, or a word nobody knows, right before a unit: ``1000 Tonnen``, ``Lakh tonnes``.

    Years scale nothing; of words before a unit that stands in brackets alone only some may (`_before_bracket`).
    """
    if _UNIT_ALONE.search(heading):
        return _before_bracket(read, group)
    for before, unit in pairwise(read):
        if group not in unit.readings or folded(before.text) in _NO_MULTIPLES:
            continue
        number = re.fullmatch(r"[\d.,]+", before.text)
        short = group in ("mass_units", "volume_amount_units") or len(before.text) <= _LONGEST_MULTIPLE
        pictures = _PICTURES.search(before.text) is not None and not _NUMERALS.search(before.text)
        unknown = not before.readings and not number and group != "length_units" and short and not pictures
        if unknown or (number and not re.fullmatch(r"(?:18|19|20)\d\d", before.text)):
            return f"{before.text} {unit.text}"
    return None


def _before_bracket(read: Sequence[Token], group: str) -> str | None:
    """Return a word right before a unit in brackets that is a multiple, or is as short as one and written small.

    ``Tonnage lakh (t)`` and ``Tonnage xyz (t)``; names and abbreviations are written large, longer words are of the waste.
    """
    if len(read) < 3 or group not in read[-1].readings:
        return None
    before = read[-2]
    word = folded(before.text)
    short = len(before.text) <= _SHORT and before.text.islower() and word.isalpha() and word not in _NO_MULTIPLES
    if word in MULTIPLES or (short and not before.readings and not _PICTURES.search(before.text)):
        return f"{before.text} {read[-1].text}"
    return None


def _understood(word_token: Token, group: str, *, inside: bool) -> bool:
    """Say whether a word is the unit, or a word that is none."""
    readings = set(word_token.readings)
    word = folded(word_token.text)
    if (
        group in readings
        or readings & _PLAIN
        or any(kind.startswith("amount ") for kind in readings)
        or word in _NO_UNITS
    ):
        return True
    if "unsure_mass_units" in readings:
        return True  # Mt is read and the others are asked about with their own words
    if word.isdigit():
        return len(word) == 4 and word[:2] in ("18", "19", "20")
    return not inside and len(word) > _SHORT and word.isalpha()
