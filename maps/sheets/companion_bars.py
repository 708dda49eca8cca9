"""The parts of the companion score as bars: what is known of a site, against the most that any site can have."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from maps import words
from maps.rows import present

Row = Mapping[Any, Any]
"""One row of a table by column."""

PARTS = ("metal", "amount", "access", "liability")


def companion_bars(companion: Row, site: Row, ranked: Row | None, lang: str) -> list[tuple[str, int | None, str]]:
    """Return label, width in percent and text of every part; a part of which nothing is known has neither width nor number.

    Parameters
    ----------
    companion : mapping
        ``part_…`` of the site, 0-1.
    site, ranked : mapping
        Its rows of the sites and of the ranking; None where it is not ranked.
    lang : {"en", "fr"}
        Language.
    """
    known = {
        "amount": ranked is not None and present(ranked["tonnage_t"]),
        "liability": present(site["hazard_class"]),
    }
    bars: list[tuple[str, int | None, str]] = []
    for part in PARTS:
        value = float(companion[f"part_{part}"])
        shown = math.isfinite(value) and known.get(part, True)
        text = words.number(value, lang, 2) if shown else words.word("not_known", lang)
        if part == "metal" and shown and not (ranked is not None and ranked["evidence"] == "measured"):
            text = words.phrase("bar_not_analysed", lang, value=text)
        bars.append((words.word(f"part_{part}", lang), round(100 * value) if shown else None, text))
    return bars
