"""Headings of coordinates that name the place of something else than the waste: an office, a mill, the nearest town."""

from __future__ import annotations

import re

_ELSEWHERE = re.compile(
    r"(?:^|_)(?:offices?|oficina|bureau|lab|laboratory|laborator\w*|town|city|village|port|station|owner|company|operator|contact|"
    r"headquarters?|hq|sede|weather|gauge|nearest|community|airport|mill|mills|plant|planta|usine|smelter|refinery|fundicion|"
    r"concentrator|concentradora|molino|fonderie|moulin|school|hospital|gate|mailing|postal|address|receptor|"
    r"monitoring|stream_?gage)(?:_|$)"
)


def other_place(heading: str) -> str | None:
    """Return the word by which a plain heading (words joined by ``_``) names the place of something else; None without one.

    Parameters
    ----------
    heading : str
        E.g. ``mill_lat``.
    """
    match = _ELSEWHERE.search(heading)
    return None if match is None else match.group().strip("_")
