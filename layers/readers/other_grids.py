"""Grids whose zones are numbered like those of UTM and lie elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

import numpy as np

from layers import jurisdictions as known
from layers.catalogue.source import Source
from layers.errors import SourceError


def refuse_other_grids(source: Source, where: str, headings: Sequence[str], zones: np.ndarray) -> None:
    """Stop where a file's name, headings or zone cells speak of a grid whose numbered zones are not those of UTM.

    Raises
    ------
    SourceError
        Naming the code of the zones seen, where there is one.
    """
    words = [PurePath(source.path).stem, source.title or "", *headings, *{str(zone) for zone in zones[:50]}]
    folded = known.fold(" ".join(words))
    numbers = sorted({int(zone_match[0]) for zone in set(zones) if (zone_match := re.search(r"\d{1,2}", str(zone)))})
    if re.search(r"\bmtm\b", folded):
        codes = (
            " or ".join(f"EPSG:{32180 + number}" for number in numbers if 1 <= number <= 17) or "EPSG:32188 for zone 8"
        )
        remedy = f"Its zones are of MTM (3 degrees wide), not of UTM. State 'crs: {codes}'"
    elif re.search(r"\bgauss\b|\bkruger\b|\bkrueger\b", folded):
        remedy = "Its zones are of a Gauss-Krüger grid, not of UTM. State its code with 'crs:', e.g. EPSG:22182"
    else:
        return
    several = f", and read the {len(numbers)} zones apart with 'where:'" if len(numbers) > 1 else ""
    raise SourceError(f"{where}: the file speaks of another grid than UTM. {remedy}{several}.")
