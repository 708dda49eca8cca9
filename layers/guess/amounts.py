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
