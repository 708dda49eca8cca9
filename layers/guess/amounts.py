"""Which headings of amounts measure a waste, and which what lies beside it."""

from __future__ import annotations

import re

from layers.cells.heading_amounts import unit_doubt
from layers.cells.heading_grammar import parse_heading

AMOUNTS = {"mass_t": "mass", "volume_m3": "volume", "area_m2": "area", "height_m": "height"}
_OF_OTHER_THINGS = re.compile(
    r"(?i)elev|altitud|cota|\brl\b|over ?have|sample|wt\b|weight|peso|poids|ore|mineral|milled|mined|concentr|product|reserve|"
    r"resource|capacity|catchment|pond|conten|contain|endow"
)

_NOT_OF_WASTE = re.compile(
    r"(?i)remain|available|capaci|catchment|watershed|basin|cuenca|bassin versant|einzug|water|lease|tenure|licen[cs]e|permit|"
    r"autori[sz]|authori[sz]|\bplanned|planifi|planead|planejad|projected|proyect|prevu|pr[ée]vu|future?\b|forecast|expected|geplant|"
    r"genehmigt|ultimate|budget|max(?:imum)?[ _]*(?:ton|mass|vol|stor)|elev|altitud|cota\b|\ba\.?s\.?l\b|above sea|m\.?s\.?n\.?m"
)
"""Words of amounts beside the waste: what still fits in, what drains into it, what is allowed or planned, how high it lies."""


def measures_waste(name: str, layer_column: str) -> bool:
    """Say whether a heading names an amount of waste with its unit, as the grammar of headings reads it."""
    heading = parse_heading(name)
    has_unit = heading.unit is not None or unit_doubt(name) is not None
    return (
        heading.kind == AMOUNTS[layer_column]
        and has_unit
        and heading.element is None
        and not _OF_OTHER_THINGS.search(name)
    )


def of_other_things(name: str) -> bool:
    """Say whether a heading names an amount of something beside the waste."""
    return _NOT_OF_WASTE.search(name) is not None
