"""Amounts with their units, and the columns of names, keys and places."""

from __future__ import annotations

import re
from itertools import pairwise

from layers.cells.heading_tokens import folded, tokens, vocabulary
from layers.cells.headings import Heading, Words

_AMOUNT_UNITS = {"mass": "mass_units", "volume": "volume_amount_units", "area": "area_units", "height": "length_units"}


KEYS = (
    "sample_type", "sample_id", "status", "commodity", "name", "zone", "datum", "latitude", "longitude", "easting", "northing",
    "depth_from", "depth_to", "medium", "site_id",
)  # fmt: skip
"""Kinds told by a word of their own; the first wins where a heading holds words of several."""


_PLAIN_DEGREES = re.compile(r"^[a-z]+(?<!deg)(?<!min)(?<!sec)(?<!hemi)(?<!orig)$")


_UNIT_SHOWN = re.compile(r"(?i)loi|loss on ign|yield|\bash|_ash|paf|paas|ppc|gl[uöo]")


_ABOVE_THE_SEA = re.compile(
    r"(?i)(?<![a-z])(?:a\.?)?m\.?\s?(?:a\.?\s?)?s\.?\s?l(?![a-z])|(?<![a-z])m\.?\s?s\.?\s?n\.?\s?m(?![a-z])|above sea|m ü"
)
_LONE_M = re.compile(r"(?<![A-Za-z])[Mk]\s+(?:m(?:3|³|\^3)|(?:t|tons?|tonn?es?|toneladas?|tonnen?|ton)(?![A-Za-z]))")
"""``M m3``, ``M tonnes``: millions, or thousands as Romans wrote them; ``k tonnes``."""

_GRAMS_OR_MEAN = re.compile(r"(?<![A-Za-z])(?:GM|gm)(?![A-Za-z])")
"""Grams, a geometric mean, or grams times metres."""

_TOTAL_OR_TONNES = re.compile(r"\(\s?T\s?\)")
"""``S(T)``, ``Cu (T)``: the total of a digestion, or tonnes."""

_NOT_THERE = re.compile(
    r"(?i)(?<![^\W\d_])(?:plan(?:ned)?|proposed|projected|permitted|authori[sz]ed|design|budget|forecast|class|category|code|min(?:imum)?"
    r"|max(?:imum)?)(?![^\W\d_])"
)
"""Amounts that are allowed, meant, least or most, and classes of amounts."""


def amount_of(text: str, words: Words, element: str | None) -> Heading | None:
    """Return a mass, volume, area or height with its unit; an unsure unit is asked about.

    Parameters
    ----------
    text : str
        The heading.
    words : Words
        Its words.
    element : str or None
        Element, oxide or ion it names: contained metal is a mass of it.
    """
    if _ABOVE_THE_SEA.search(text):
        return Heading(text, "other", None, unknown=words.unknown)
    shares = words.has("share_units")
    if words.has("others_units") or ((shares or words.has("volume_units")) and not words.has("amount mass")):
        return None
    by_unit = [kind for kind, group in _AMOUNT_UNITS.items() if words.has(group)]
    kind = _amount_kind(text, words, by_unit, has_element=element is not None)
    if kind is not None and words.unknown and not by_unit:
        return Heading(text, "other", None, unknown=words.unknown)
    if kind is None or (shares and kind != "mass"):
        return None
    if shares:
        return Heading(text, "other", element, unknown=words.unknown)
    if kind == "mass" and words.has("unsure_mass_units") and not words.has("mass_units"):
        unsure = words.classes["unsure_mass_units"][-1].text
        if unsure == "Mt":
            return Heading(text, "mass", element, "Mt", 1e6, None, (*words.unknown, *_NOT_THERE.findall(text)))
        return Heading(text, "mass", element, None, None, None, (*words.unknown, unsure))
    if kind == "mass" and element == "Mg" and not words.has("mass_units"):  # megagrams, or a mass of magnesium
        return Heading(text, "mass", None, None, None, None, (*words.unknown, "Mg"))
    unit = words.meaning(_AMOUNT_UNITS[kind])
    factor = float(vocabulary()[_AMOUNT_UNITS[kind]][unit][0]) if unit is not None else None
    unknown = (*words.unknown, *_unclear_amount(text, words, kind, by_unit), *_NOT_THERE.findall(text))
    unknown += tuple(_GRAMS_OR_MEAN.findall(text)) if kind == "mass" and element is not None else ()
    if kind in ("volume", "area") and len(words.tokens) == 2:  # V (m3): no vanadium
        element = None
    return Heading(text, kind, element, unit, factor, None, unknown)


def _amount_kind(text: str, words: Words, by_unit: list[str], *, has_element: bool) -> str | None:
    """Return which amount a heading names, by its word, else by its unit; None where it names none."""
    named = [kind for kind in _AMOUNT_UNITS if words.has(f"amount {kind}")]
    if named and not words.has("others"):
        kind = next((unit_kind for unit_kind in named if unit_kind in by_unit), named[-1])
        return "volume" if kind == "mass" and "mass" not in by_unit and "volume" in by_unit else kind
    if words.has("depth_from", "depth_to", "easting", "northing", "others", "latitude", "longitude", "zone"):
        return None
    wasted = words.has("waste_forms")
    if by_unit and (wasted or has_element or _all_units(words)):
        of_unit = next((unit_kind for unit_kind in by_unit if unit_kind != "height"), None)
        letter = any(token.text in ("T", "t") and not token.glued for token in words.classes.get("mass_units", []))
        lone_letter = of_unit == "mass" and has_element and not wasted and letter and "(" not in text
        return None if lone_letter else of_unit
    return "mass" if words.has("unsure_mass_units") and (wasted or has_element) else None


def _unclear_amount(text: str, words: Words, kind: str, by_unit: list[str]) -> list[str]:
    """Return what only a person can tell of an amount: no word of what, a unit of another sort, a number before the unit."""
    group = _AMOUNT_UNITS[kind]
    if not words.has(group):
        others = [words.classes[_AMOUNT_UNITS[unit_kind]][-1].text for unit_kind in by_unit if unit_kind != kind]
        return others or ([text.strip()] if _bare_amount(words) else [])
    scaled = any(
        "number" in before.readings and (group in token.readings or token is words.tokens[-1])
        for before, token in pairwise(words.tokens)
    )
    named = [index for index, token in enumerate(words.tokens) if group in token.readings]
    rate = any("sign" in token.readings for token in words.tokens[named[0] + 1 : named[-1]])
    if rate or len({words.tokens[index].readings[group] for index in named}) > 1:
        return [text.strip()]
    if _LONE_M.search(text) or (words.has("symbol", "oxide") and _TOTAL_OR_TONNES.search(text)):
        return [text.strip()]
    thousands = "number" in words.tokens[-1].readings and words.tokens[-1].text.startswith("0")
    return [text.strip()] if scaled or thousands or words.has("methods") else []


def trailing_unit(heading: str, base: str) -> str | None:
    """Return the unit a heading ends with, if it measures what its base unit does, whatever the words before it.

    Parameters
    ----------
    heading : str
        Of a column that is known to hold an amount.
    base : str
        ``t``, ``m3``, ``m2`` or ``m``.
    """
    group = {"t": "mass_units", "m3": "volume_amount_units", "m2": "area_units", "m": "length_units"}[base]
    heading_tokens = tokens(heading)
    return heading_tokens[-1].readings.get(group) if heading_tokens else None


MULTIPLES = frozenset(
    ["million", "millions", "thousand", "thousands", "millones", "miles", "milliers", "mio", "mill", "miljoner", "tusen",
     "tausend", "millionen", "milhoes", "mil", "hundred", "hundreds", "dozen", "dozens", "lakh", "lakhs", "lac", "lacs", "crore",
     "crores", "tsd", "mrd", "cientos", "cents", "tusind", "tuhat", "tuhansia", "tuhatta", "tys", "tis", "tisic", "tisice",
     "tyst", "tukst", "mije", "mii", "ezer", "bin", "milyon", "ribu", "juta", "libu", "nghin", "ngan", "trieu", "wan", "hazar",
     "millio", "тыс", "тысяч", "тис", "млн", "хил", "хиляди", "хиљада", "миллионов", "千", "万", "萬", "百万", "百萬", "천", "만"]
)  # fmt: skip
"""Words for hundreds, thousands, a hundred thousand and millions in the languages of mining countries."""


def unit_doubt(heading: str) -> str | None:
    """Return the part of an amount's heading that can be read in several units; None where there is none.

    ``MT`` may be metric tons or megatonnes, ``tons`` those of three countries, and ``1000 m3`` or ``million short tons`` hold a
    multiple that is not known as a unit. A heading without any unit is no doubt here.
    """
    words = Words(heading, tokens(heading))
    multiple = next(
        (token.text for token in words.tokens if not token.readings and folded(token.text) in MULTIPLES), None
    )
    stray = multiple or _stray_beside_unit(words)
    if stray is not None:
        return stray
    amount = amount_of(heading, words, None)
    if amount is None or amount.kind not in _AMOUNT_UNITS:
        return None
    if amount.unit is None:
        return amount.unknown[-1] if words.has("unsure_mass_units") and amount.unknown else None
    powers = [unknown_word for unknown_word in words.unknown if unknown_word == "^"]
    scaled = _unclear_amount(heading, words, amount.kind, [])
    return next(iter([*powers, *scaled]), None)


def _stray_beside_unit(words: Words) -> str | None:
    """Return a word nobody knows right before the unit a heading ends with: it may be a multiple, as in ``[xyz. m3]``."""
    groups = [*_AMOUNT_UNITS.values()]
    if len(words.tokens) < 2 or not any(group in words.tokens[-1].readings for group in groups):
        return None
    before = words.tokens[-2]
    inside = re.search(r"[\[(,]\s*([^\[\](),]*)[\])]?\s*$", words.text)
    if before.readings or inside is None or folded(before.text) not in folded(inside[1]):
        return None
    return before.text


def _bare_amount(words: Words) -> bool:
    """Say whether an amount is one word that tells neither of what nor in which unit."""
    return all(folded(token.text) in _BARE or "number" in token.readings for token in words.tokens)


_BARE = frozenset(
    ["mined", "milled", "production", "reserves", "quantity", "amount", "wt", "mass", "weight", "surface", "capacity", "peak",
     "total", "shape", "shapearea", "minedquantity", "peakproduction", "wttotal", "quantity1"]
)  # fmt: skip


def _all_units(words: Words) -> bool:
    """Say whether a heading is a unit and nothing else, e.g. ``Tonnes``; a single letter is none."""
    return all(
        token.readings.keys() & {"mass_units", "volume_amount_units", "area_units"} and len(token.text) > 2
        for token in words.tokens
    )


def key(text: str, words: Words, unit: tuple[str | None, float | None]) -> Heading:
    """Return a column of names, keys or places; what is none of them is ``other``."""
    if words.has("others", "fractions") and not words.has("sample_id", "sample_type"):
        shown = unit if _UNIT_SHOWN.search(text) else (None, None)
        asked = (text,) if words.has("limits") else ()
        return Heading(text, "other", None, *shown, unknown=(*words.unknown, *asked))
    if words.has("long_results") and not words.has(*KEYS):
        return (
            Heading(text, "result", None, *unit, unknown=words.unknown)
            if not words.unknown
            else Heading(text, "other", unknown=words.unknown)
        )
    lists = vocabulary()
    if words.has("share_units") and words.has("latitude", "longitude", "name"):
        return Heading(text, "other", unknown=(text,))
    for kind in KEYS:
        if not words.has(kind):
            continue
        measure: tuple[str | None, float | None] = (None, None)
        length = words.meaning("length_units")
        if kind in ("depth_from", "depth_to", "easting", "northing") and length is not None:
            measure = length, float(lists["length_units"][length][0])
        elif kind in ("latitude", "longitude") and length is not None:  # metres of a grid, or how long something is
            return Heading(text, "other", unknown=(*words.unknown, text))
        elif kind in ("latitude", "longitude"):
            measure = ("deg", None) if _decimal_degrees(words) else (None, None)
        return Heading(text, kind, None, *measure, unknown=words.unknown)
    asked = (text,) if words.has(*_AMOUNT_UNITS.values(), "unsure_mass_units", "grade_words") else ()
    return Heading(text, "other", unknown=(*words.unknown, *asked))


def _decimal_degrees(words: Words) -> bool:
    return words.has("angle_units")


def lone_word(text: str, words: Words) -> Heading | None:
    """Return what a heading of one known word means: a key of a table, a result in a long table, or a unit."""
    if len(words.tokens) != 1 or not words.tokens[0].readings:
        return None
    readings = words.tokens[0].readings
    if "positions_unsure" in readings:
        kind = next((lone_key for lone_key in KEYS if lone_key in readings), "other")
        return Heading(text, kind, unknown=(text.strip(),))
    if "long_results" in readings:
        return Heading(text, "result")
    for group in ("date", *KEYS):
        if group in readings and not {"symbol", "element_names"} & set(readings):
            return Heading(
                text,
                group,
                unit="deg" if group in ("latitude", "longitude") and _PLAIN_DEGREES.search(folded(text)) else None,
            )
    return None
