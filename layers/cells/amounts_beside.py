"""Headings of amounts beside the waste: what still fits in, what drains into it, what is allowed or planned, how high it lies."""

from __future__ import annotations

import re

from layers.cells.heading_grammar import parse_heading
from layers.cells.waste_words import wastes_named

_BESIDE = re.compile(
    r"(?i)remain|available|capaci|catchment|watershed|basin|cuenca|bassin versant|einzug|water|lease|tenure|licen[cs]e|permit|"
    r"autori[sz]|authori[sz]|\bplanned|planifi|planead|planejad|projected|proyect|prevu|pr[ée]vu|future?\b|forecast|expected|geplant|"
    r"genehmigt|ultimate|budget|max(?:imum)?[ _]*(?:ton|mass|vol|stor)|elev|altitud|cota\b|\ba\.?s\.?l\b|above sea|m\.?s\.?n\.?m"
)
_DOUBTFUL = re.compile(
    r"(?i)propos|propuest|concentrate?s?\b|concentrado|shipped|\bsold\b|\bwet\b|h[uú]med[ao]|humides?\b|\breserv(?:e|es|as?)\b|"
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
    match = _BESIDE.search(heading)
    return None if match is None else _word_at(heading, match)


def of_another_body(heading: str) -> str | None:
    """Return the word by which a heading names the area, volume or mass of a wall, a pit or a whole mine; None without one.

    ``Dam volume`` may be that of the wall; what names a waste (``Tailings dam volume``), and heights, are not in doubt.
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", heading)
    match = _OTHER_BODY.search(words)
    return None if match is None or not _EXTENT.search(words) or wastes_named(words) else match.group()


def doubtful_amount(heading: str) -> str | None:
    """Return the word of a heading that asks whether its amount is that of the dry waste that lies there; None without one."""
    match = _BESIDE.search(heading) or _DOUBTFUL.search(heading.replace("_", " "))
    if match is not None:
        return _word_at(heading, match)
    return of_another_body(heading) or _metal(heading)


def _metal(heading: str) -> str | None:
    """Return the element of whose metal a heading states the mass, as ``Production Cu (t)`` does; None where a waste is named."""
    amount = parse_heading(heading)
    return amount.element if amount.kind == "mass" and not wastes_named(heading.replace("_", " ")) else None


def _word_at(heading: str, match: re.Match[str]) -> str:
    whole = re.search(r"^[^\W_]*", heading[match.end() :])
    return match.group() + (whole.group() if whole is not None else "")
