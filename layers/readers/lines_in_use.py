"""Lines that may not lie on the ground, or not any more: planned roads, lifted rails, power lines never built."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.readers.named_features import Features
from layers.text import fold

MOST_CLASSES = 60
"""A column with more distinct texts holds names or remarks, no classes."""

TRAVELLED = ("road", "rail", "power")
"""Kinds of line that somebody builds."""

_NOT_THERE = re.compile(
    r"\b(?:proposed|planned|projected|under construction|not (?:yet )?built|unbuilt|abandoned|dismantled|disused|decommissioned"
    r"|removed|razed|lifted|projete\w*|prevue?s?|planifie\w*|en construction|abandonne\w*|demantele\w*|desaffecte\w*"
    r"|propuest\w*|proyectad\w*|planificad\w*|en construccion|abandonad\w*|desmantelad\w*)\b"
)


def not_in_use_notes(features: Features, kind: pd.Series) -> list[Note]:
    """Tell which classes of roads, railways and power lines say that the lines may not be there.

    Parameters
    ----------
    features : Features
        Rows of a file of lines.
    kind : Series of str
        What each row is; structures and rivers are never doubted.

    Returns
    -------
    list of Note
        One per column with such words, with the rows.
    """
    built = kind.isin(TRAVELLED).to_numpy(bool)
    notes = []
    for name in features.cells.columns:
        texts = features.cells[name]
        if pd.api.types.is_numeric_dtype(texts) or texts.nunique() > MOST_CLASSES or (texts == features.names).all():
            continue
        classes = [word for word in texts.dropna().astype(str).unique() if _NOT_THERE.search(fold(word))]
        doubted = texts.notna().to_numpy(bool) & texts.astype(str).isin(classes).to_numpy(bool) & built
        if doubted.any():
            counted = texts[doubted].value_counts()
            shown = ", ".join(f"'{word}' ({count})" for word, count in counted.head(5).items())
            text = (
                f"{name} says {shown}: such lines may not be there, and distances count them like any other. Keep the "
                f"classes in use with where: {{{name}: [...]}}."
            )
            rows = tuple(int(row) for row in np.asarray(features.rows)[doubted])
            notes.append(
                Note(features.source.id, "lines_perhaps_not_there", text, int(doubted.sum()), (str(name),), rows)
            )
    return notes
