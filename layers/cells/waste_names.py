"""Names of records that are the name of a waste: ``Kerr Tailings``, ``Trail Slag``, ``Mill Dump 2``, ``Tranque de relaves``.

What is named stands last in English and first in French and Spanish. A bed, a stream, a quarry or a mine that is only called
after a waste (``Tailings Tephra``, ``Slag Creek``, ``Ruisseau des Résidus``) names none.
"""

from __future__ import annotations

import re

from layers.cells.hedges import takes_back

_FIRST = (
    (
        "tailings",
        r"(?:parc [àa] r[ée]sidus|(?:(?:tranques?|dep[óo]sitos?|embalses?|acopios?) de )?relaves?)\b",
    ),
    ("waste_rock", r"(?:haldes?|terrils?|botaderos?|desmontes?)\b"),
    ("slag", r"(?:scories|escorias)\b"),
)
_RESIDUES = (
    r"roast(?:ing)? (?:yards?|beds?)|\S+\s+jarosites?(?: residues?)?|red mud (?:ponds?|dams?|piles?|stacks?)|"
    r"(?:bauxite|leach) residues?|phospho-?gypsum|(?:pyrite|pyrites) cinders?|(?:coal|fly|bottom)[- ]ash"
)
_LAST = (
    ("residue", _RESIDUES),
    ("slag", r"slags?(?: deposits?)?|smelter dumps?"),
    ("tailings", r"tailings?(?: deposits?)?|(?<!saw )mill dumps?|slimes (?:ponds?|dams?)"),
    ("heap_leach", r"heap[- ]leach(?: pads?)?"),
    ("waste_rock", r"waste[- ]?rock|\S+\s+dumps?"),
)
_ORES = (
    ("zinc", None, r"jarosites?"),
    ("aluminum", "bauxite", r"red mud|bauxite residues?"),
    ("phosphate", None, r"phospho-?gypsum"),
    ("coal", None, r"(?:coal|fly|bottom)[- ]ash"),
)
"""What was treated where a residue bears such a name, and in what type of deposit it is found."""
_PLACE = (
    r"(?:ponds?|impoundments?|dams?|basins?|dumps?|piles?|heaps?|areas?|sites?|storage|management|disposal|facilit(?:y|ies)|stacks?|"
    r"stockpiles?|project)"
)
_MARK = r"(?:nos?\.?|number|north|south|east|west|upper|lower|old|new|main|\d+[a-z]?|[ivx]+|[a-e])"
_NAMED = tuple((kind, re.compile(rf"^\W*{words}", re.IGNORECASE)) for kind, words in _FIRST) + tuple(
    (kind, re.compile(rf"\b(?:{words})(?:\s+{_PLACE})*(?:\W+{_MARK})*\W*$", re.IGNORECASE)) for kind, words in _LAST
)
LIKE_WASTE_NAME = (
    "(?i)parc|relave|halde|terril|botadero|desmonte|scorie|escoria|roast|jarosite|mud|residue|slag|smelter|tailing|dump|slimes|"
    "leach|rock|gypsum|cinder|ash|[ıİ]"
)
"""Regular expression of Arrow that finds at least the names of which `waste_in_name` makes something."""
_IN_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]")
_OF_TOWNS = re.compile(
    r"\b(?:town|township|city|county|village|municipal|regional|garbage|refuse|rubbish|land ?fill|snow|saw ?mill)\s+dumps?\b",
    re.IGNORECASE,
)
_WORDS = re.compile("|".join(rf"(?:{words})" for _, words in _FIRST + _LAST), re.IGNORECASE)


def waste_in_name(name: str) -> str | None:
    """Return the kind of waste that a name is the name of: one of `WASTE_TYPES`, or None.

    ``mixed`` where a name of several parts (``Mill tailings; Creek dump``) names several. What is doubted or gone (``possible
    tailings``) is None.
    """
    parts = _IN_BRACKETS.sub(" ", name).split(";")
    kinds = {kind for part in parts if (kind := _in_part(part)) is not None}
    return "mixed" if len(kinds) > 1 else next(iter(kinds), None)


def ore_of_residue(name: str) -> tuple[str, str | None] | None:
    """Return the commodity, and the type of deposit if there is one alone, whose treatment leaves what a name is the name of.

    Jarosite comes of zinc concentrates, red mud of bauxite, phosphogypsum of phosphate and ash of coal. None for other names.
    """
    if waste_in_name(name) != "residue":
        return None
    return next(
        ((ore, deposit) for ore, deposit, words in _ORES if re.search(rf"\b(?:{words})\b", name, re.IGNORECASE)), None
    )


def _in_part(part: str) -> str | None:
    kind = next((kind for kind, pattern in _NAMED if pattern.search(part)), None)
    if kind is None or _OF_TOWNS.search(part) or takes_back(part, _WORDS):
        return None
    return kind
