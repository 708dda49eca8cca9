"""Headings of amounts beside the waste: what still fits in, what drains into it, what is allowed or planned, how high it lies."""

from __future__ import annotations

import re

_BESIDE = re.compile(
    r"(?i)remain|available|capaci|catchment|watershed|basin|cuenca|bassin versant|einzug|water|lease|tenure|licen[cs]e|permit|"
    r"autori[sz]|authori[sz]|\bplanned|planifi|planead|planejad|projected|proyect|prevu|pr[ée]vu|future?\b|forecast|expected|geplant|"
    r"genehmigt|ultimate|budget|max(?:imum)?[ _]*(?:ton|mass|vol|stor)|elev|altitud|cota\b|\ba\.?s\.?l\b|above sea|m\.?s\.?n\.?m"
)
_DOUBTFUL = re.compile(
    r"(?i)propos|propuest|concentrate?s?\b|concentrado|shipped|\bsold\b|\bwet\b|h[uú]med[ao]|humides?\b"
)


def beside_the_waste(heading: str) -> str | None:
    """Return the word by which a heading names an amount of something beside the waste; None where it has none."""
    match = _BESIDE.search(heading)
    return None if match is None else _word_at(heading, match)


def doubtful_amount(heading: str) -> str | None:
    """Return the word of a heading that asks whether its amount is that of the dry waste that lies there; None without one."""
    match = _BESIDE.search(heading) or _DOUBTFUL.search(heading.replace("_", " "))
    return None if match is None else _word_at(heading, match)


def _word_at(heading: str, match: re.Match[str]) -> str:
    whole = re.search(r"^[^\W_]*", heading[match.end() :])
    return match.group() + (whole.group() if whole is not None else "")
