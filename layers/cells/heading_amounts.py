"""Amounts with their units, and the columns of names, keys and places."""

from __future__ import annotations

import re
from itertools import pairwise

from layers.cells.heading_tokens import folded, vocabulary
from layers.cells.headings import Heading, Words


_AMOUNT_UNITS = {"mass": "mass_units", "volume": "volume_amount_units", "area": "area_units", "height": "length_units"}


KEYS = (
    "sample_type", "sample_id", "status", "commodity", "name", "zone", "datum", "latitude", "longitude", "easting", "northing",
    "depth_from", "depth_to", "medium", "site_id",
)  # fmt: skip
"""Kinds told by a word of their own; the first wins where a heading holds words of several."""


_PLAIN_DEGREES = re.compile(r"^[a-z]+(?<!deg)(?<!min)(?<!sec)(?<!hemi)(?<!orig)$")


_UNIT_SHOWN = re.compile(r"(?i)loi|loss on ign|yield|\bash|_ash|paf|paas|ppc|gl[uöo]")


def amount_of(text: str, words: Words, element: str | None, has_element: bool) -> Heading | None:
    """Return a mass, volume, area or height with its unit; an unsure unit is asked about."""
    lists = vocabulary()
    if words.has("share_units", "volume_units") and not words.has("amount mass"):
        return None
    if words.has("others_units"):
        return None
    named = [kind for kind in _AMOUNT_UNITS if words.has(f"amount {kind}")]
    by_unit = [kind for kind, group in _AMOUNT_UNITS.items() if words.has(group)]
    keys = words.has("depth_from", "depth_to", "easting", "northing", "others", "latitude", "longitude", "zone")
    kind = None
    if named and not words.has("others"):
        kind = next((one for one in named if one in by_unit), named[-1])
        if kind == "mass" and "mass" not in by_unit and words.has("volume_amount_units"):
            kind = "volume"
    elif not keys and by_unit and (words.has("waste_forms") or has_element or _all_units(words)):
        kind = next((one for one in by_unit if one != "height"), None)
        if kind == "mass" and has_element and not words.has("waste_forms") and words.meaning("mass_units") == "t":
            kind = (
                kind
                if not any(one.text in ("T", "t") and not one.glued for one in words.classes["mass_units"])
                or "(" in text
                else None
            )
    elif not keys and words.has("unsure_mass_units") and (words.has("waste_forms") or has_element):
        kind = "mass"
    if kind is not None and words.unknown and not by_unit:
        return Heading(text, "other", None, unknown=words.unknown)
    if (
        kind is None
        or (words.has("share_units") and kind != "mass")
        or (words.has("share_units") and not words.has("amount mass"))
    ):
        return None
    if kind == "mass" and words.has("share_units"):
        return Heading(text, "other", element, unknown=words.unknown)
    if kind == "mass" and words.has("unsure_mass_units") and not words.has("mass_units"):
        unsure = words.classes["unsure_mass_units"][-1].text
        if unsure == "Mt":
            return Heading(text, "mass", element, "Mt", 1e6, None, words.unknown)
        return Heading(text, "mass", element, None, None, None, (*words.unknown, unsure))
    group = _AMOUNT_UNITS[kind]
    unit = words.meaning(group)
    factor = float(lists[group][unit][0]) if unit is not None else None
    foreign = [one for one in by_unit if one != kind and not (one == "mass" and unit)]
    unknown = (
        words.unknown
        if unit is not None or not foreign
        else (*words.unknown, *(words.classes[_AMOUNT_UNITS[one]][-1].text for one in foreign))
    )
    unsure: tuple[str, ...] = ()
    if unit is None and _bare_amount(words):
        unsure = (text.strip(),)
    if any(
        "number" in before.readings and (group in one.readings or one is words.tokens[-1])
        for before, one in pairwise(words.tokens)
    ):
        unsure = (text.strip(),)
    if words.tokens and "number" in words.tokens[-1].readings and words.tokens[-1].text.startswith("0"):
        unsure = (text.strip(),)
    if words.has("methods"):
        unsure = (text.strip(),)
    if kind in ("volume", "area") and element is not None and len(words.tokens) == 2:
        element = None
    return Heading(text, kind, element, unit, factor, None, (*unknown, *unsure))


def _bare_amount(words: Words) -> bool:
    """Say whether an amount is one word that tells neither of what nor in which unit."""
    return all(folded(one.text) in _BARE or "number" in one.readings for one in words.tokens)


_BARE = frozenset(
    [
        "mined",
        "milled",
        "production",
        "reserves",
        "quantity",
        "amount",
        "wt",
        "mass",
        "weight",
        "surface",
        "capacity",
        "mined",
        "peak",
        "total",
        "shape",
        "shapearea",
        "minedquantity",
        "peakproduction",
        "wttotal",
        "quantity1",
    ]
)


def _all_units(words: Words) -> bool:
    """Say whether a heading is a unit and nothing else, e.g. ``Tonnes``; a single letter is none."""
    return all(
        one.readings.keys() & {"mass_units", "volume_amount_units", "area_units"} and len(one.text) > 2
        for one in words.tokens
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
        shown: tuple[str | None, float | None] = (None, None)
        length = words.meaning("length_units")
        if kind in ("depth_from", "depth_to", "easting", "northing") and length is not None:
            shown = length, float(lists["length_units"][length][0])
        elif kind in ("latitude", "longitude"):
            shown = ("deg", None) if _decimal_degrees(words) else (None, None)
        return Heading(text, kind, None, *shown, unknown=words.unknown)
    asked = (text,) if words.has(*_AMOUNT_UNITS.values(), "unsure_mass_units") else ()
    return Heading(text, "other", unknown=(*words.unknown, *asked))


def _decimal_degrees(words: Words) -> bool:
    return words.has("angle_units")


def lone_word(text: str, words: Words) -> Heading | None:
    """Return what a heading of one known word means: a key of a table, a result in a long table, or a unit."""
    if len(words.tokens) != 1 or not words.tokens[0].readings:
        return None
    readings = words.tokens[0].readings
    if "positions_unsure" in readings:
        kind = next((one for one in KEYS if one in readings), "other")
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
