"""Words of cells that say nothing, and commas that group digits."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from layers.cells.assay_columns import assay_columns
from layers.cells.missing_words import MISSING_WORDS, NOT_STATED
from layers.readers.columns import as_text

SURE_OF_MARK = 5
"""Numbers with a decimal point from which the point is the mark of the whole table."""
_TELLING = 60
"""Different words of a column, the most frequent first, that are asked whether they are symbols of elements."""


def groups_digits(cells: pd.DataFrame) -> bool:
    """Say whether a column holds numbers such as 12,500, in which a comma may group digits or be the decimal mark."""
    texts = (as_text(cells[name].head(2000)).dropna() for name in cells.columns if cells[name].dtype != "float64")
    with_comma = ((text[text.str.contains(",", regex=False)], len(text)) for text in texts if len(text))
    return any(text.str.fullmatch(r"\d{1,3}(?:,\d{3})+").sum() / filled > 0.1 for text, filled in with_comma)


def missing_words(cells: pd.DataFrame, *, of_results: bool) -> list[str]:
    """Return words that stand where nothing is known; among results ``ND`` may be one below a limit, which a reader decides."""
    words = MISSING_WORDS if of_results else MISSING_WORDS | NOT_STATED
    missing: dict[str, None] = {}
    for name in cells.columns:
        if pd.api.types.is_numeric_dtype(cells[name]):
            continue
        counts = as_text(cells[name]).dropna().value_counts()
        nothing_known = [str(word) for word in counts.index[counts > 1] if str(word).casefold() in words]
        if nothing_known and not _holds_elements(list(counts.index[:_TELLING])):  # nd is neodymium among elements
            missing |= dict.fromkeys(nothing_known)
    return sorted(missing)


def _holds_elements(words: Sequence[object]) -> bool:
    """Say whether most of the different words of a column are symbols of elements or oxides."""
    few = [str(word) for word in words]
    return len(few) > 1 and len(assay_columns(few, default_unit="ppm").results) > 0.5 * len(few)
