"""How large a sheet is printed so that it fits one page."""

from __future__ import annotations

import math
from typing import Any

LONGER = {"en": 0, "fr": 7}
"""Lines that the words of every sheet take more in a language."""

LINE = 58
"""Letters in a line of a column, about."""


def print_size(page_words: dict[str, Any], sources: int, kinds_of_area: int) -> float:
    """Return the size of print in points at which a sheet fits one page: smaller where more is known of a site."""
    texts = [item for part in ("reasons", "flags", "areas", "communities") for item in page_words[part]]
    texts += [page_words["similar"], page_words["unknown"], page_words["elements"], *page_words["targets"]]
    texts += ["; ".join(f"{name} {value}" for name, value in values) for _, values in page_words["metals"]]
    wrapped = sum(math.ceil(len(text) / LINE) for text in texts)
    lines = wrapped + len(page_words["known"]) + len(page_words["metals"]) + sources / 4 + LONGER[page_words["lang"]]
    lines += 2 * max(0, kinds_of_area - 1)  # each more takes up to two lines of the key of the map
    return round(min(8.1, max(6.0, 8.1 - 0.065 * (lines - 17))), 2)
