"""Headings of amounts beside the waste: what still fits in, what drains into it, what is allowed or planned, how high it lies."""

from __future__ import annotations

import re

from layers.cells.heading_amounts import MULTIPLES
from layers.cells.heading_grammar import parse_heading
from layers.cells.heading_tokens import Token, folded, tokens
from layers.cells.waste_words import wastes_named

_BESIDE = re.compile(
    r"(?i)remain|available|capaci|catchment|watershed|basin|cuenca|bassin versant|einzug|water|\blease|tenure|licen[cs]e|permit|"
    r"autori[sz]|authori[sz]|\bplanned|planifi|planead|planejad|projected|proyect|prevu|pr[ée]vu|future?\b|forecast|expected|geplant|"
    r"genehmigt|ultimate|budget|max(?:imum)?[ _]*(?:ton|mass|vol|stor)|elev|altitud|cota\b|\ba\.?s\.?l\b|above sea|m\.?s\.?n\.?m"
)
_DOUBTFUL = re.compile(
    r"(?i)propos|propuest|reprocess|retreat|remined|\bremoved?\b|excavat|reclaim|\brecycled\b|retrait[ée]|reprocesad|"
    r"concentrate?s?\b|concentrado|shipped|\bsold\b|\bwet\b|h[uú]med[ao]|humides?\b|\breserv(?:e|es|as?)\b|"
    r"\br[ée]serves\b|\bresources?\b|\brecursos?\b|\bressources?\b|\bmalmivar|\bmalmreserv|запасы|储量"
)

_OTHER_BODY = re.compile(
    r"(?i)\b(?:dams?|walls?|embankments?|di[kq]ues?|dykes?|dikes?|digues?|muros?|muralla|berms?|mines?|mina|mining|mini[eè]re|propert(?:y|ies)|"
    r"plant|mill|pits?|quarr(?:y|ies)|claims?|concession|concesi[oó]n|disturbed|disturbance|affected|perturb[ée]e?|tajo|rajo|"
    r"cantera|fosse|carri[eè]re|cava|lavra|damm|tagebau|overburden|desbroce|mort[- ]terrain)\b"
)
_EXTENT = re.compile(
    r"(?i)\b(?:area|[áa]rea|surface|superf\w*|footprint|extent|vol(?:ume|umen)?|mass|ton\w*|fl[äa]che|yta|ha|hectares?|km2|m[23]|[km]?t)\b"
)


def beside_the_waste(heading: str) -> str | None:
    """Return the word by which a heading names an amount of something beside the waste; None where it has none."""
    words = _apart(heading)
    match = _BESIDE.search(words)
    return None if match is None else _word_at(words, match)


def _apart(heading: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", heading)


def of_another_body(heading: str) -> str | None:
    """Return the word by which a heading names the area, volume or mass of a wall, a pit or a whole mine; None without one.

    ``Dam volume`` may be that of the wall; what names a waste (``Tailings dam volume``), and heights, are not in doubt.
    """
    words = _apart(heading)
    match = _OTHER_BODY.search(words)
    return None if match is None or not _EXTENT.search(words) or wastes_named(words) else match.group()


def doubtful_amount(heading: str) -> str | None:
    """Return the word of a heading that asks whether its amount is that of the dry waste that lies there; None without one."""
    words = _apart(heading)
    match = _BESIDE.search(words) or _DOUBTFUL.search(words)
    if match is not None:
        return _word_at(words, match)
    return of_another_body(heading) or _metal(heading)


def unfamiliar(heading: str, *, sure: bool = False) -> str | None:
    """Return the first word of an amount's heading that is not known to be said of a waste; None where all are.

    ``FOREST_AREA_HA``, ``CHIMNEY_HEIGHT_M`` and ``ORE_VOLUME_M3`` are amounts of something else, and so may be whatever a word
    nobody lists names: only words for amounts, units, wastes and how an amount was come by are familiar.
    ``sure`` passes over a word nobody lists where no listed one says which amount it is: it may be that word in another language.
    """
    named = bool(wastes_named(_apart(heading)))
    read = tokens(heading)
    token = next((token for token in read if not _of_a_waste(token, named=named)), None)
    of_amount = any(reading.startswith("amount ") for other in read for reading in other.readings)
    if token is None or (sure and not token.readings and not of_amount):
        return None
    parts = [part for part in re.split(r"[\W_]+", _apart(heading)) if part and folded(part) in folded(token.text)]
    return parts[0] if parts else token.text


def _of_a_waste(token: Token, *, named: bool) -> bool:
    word = folded(token.text)
    if word in _OF_THE_MINE or (word in _OF_THE_PLACE and not named) or "half known" in token.readings:
        return False
    if _OF_A_PIT.match(word):
        return False
    return (
        not any(letter.isalpha() and letter != "x" for letter in word)
        or (named and not token.readings.keys().isdisjoint({"symbol", "element_names"}))
        or word in _PARTS_OF_UNITS
        or word in MULTIPLES
        or not token.readings.keys().isdisjoint(_SAID_OF_AMOUNTS)
        or any(reading.startswith("amount ") for reading in token.readings)
    )


_OF_A_PIT = re.compile(r"(?:gruben|gruve|gruv|kaivos|bergwerks?|schacht|proben?|prov)(?!.*(?:avfall|jate|abfall))")
"""Compounds of a mine or a sample: ``Grubenfläche``."""
_SAID_OF_AMOUNTS = frozenset(
    ["mass_units", "volume_amount_units", "area_units", "length_units", "unsure_mass_units", "waste_forms", "number", "sign",
     "fillers", "statistics", "total_words", "lone_sums", "calculated", "grade_words", "preferred"]
)  # fmt: skip
"""Classes of words of the grammar of headings that may stand beside an amount of waste."""
_OF_THE_MINE = frozenset(
    ["ore", "mineral", "milled", "mined", "contained", "con", "concontained", "endowment", "head", "feature", "processed",
     "minedquantity", "oremilled", "oremined", "soil", "topsoil"]
)  # fmt: skip
"""Words the grammar knows of amounts that are no waste's."""
_OF_THE_PLACE = frozenset(
    ["site", "pond", "ponds", "facility", "stage", "stockpile", "stockpiles", "bassin", "bassins"]
)
"""Words for what may be larger than the waste, or hold something else, where no waste is named beside them."""
_PARTS_OF_UNITS = frozenset(["short", "long", "metric", "si", "shape", "tail", "geometry", "st", "cubic", "square"])


def _metal(heading: str) -> str | None:
    """Return the element of whose metal a heading states the mass, as ``Production Cu (t)`` does; None where a waste is named."""
    amount = parse_heading(heading)
    return amount.element if amount.kind == "mass" and not wastes_named(heading.replace("_", " ")) else None


def _word_at(heading: str, match: re.Match[str]) -> str:
    whole = re.search(r"^[^\W_]*", heading[match.end() :])
    return match.group() + (whole.group() if whole is not None else "")
