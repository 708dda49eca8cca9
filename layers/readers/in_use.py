"""What may not be there, or not any more, or not all year: planned roads, winter roads, lifted rails, villages that were left."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note
from layers.readers.columns import mapped_columns
from layers.readers.named_features import Features
from layers.text import fold

MOST_CLASSES = 60
"""A column with more distinct texts holds names or remarks, no classes."""

TRAVELLED = ("road", "rail", "power")
"""Kinds of line that somebody builds."""

_NOT_THERE = re.compile(
    r"\b(?:proposed|planned|projected|under construction|not (?:yet )?built|unbuilt|abandoned|dismantled|disused|decommissioned"
    r"|removed|razed|lifted|projete\w*|prevue?s?|planifie\w*|en construction|abandonne\w*|demantele\w*|desaffecte\w*"
    r"|propuest\w*|proyectad\w*|planificad\w*|en construccion|abandonad\w*|desmantelad\w*"
    r"|en proyecto|em projeto|en projet|(?:sin|por) construir|no construid\w*|nunca construid\w*|em construcao|non construit\w*"
    r"|hors (?:service|d'usage)|fuera de servicio|out of service|stillgelegt\w*|ausser betrieb|im bau|geplant\w*|nedlagd\w*"
    r"|closed|impassable|ferme\w*|cerrad\w*|seasonal\w*|saisonni\w*|estacional\w*"
    r"|(?:winter|ice) (?:roads?|access|trails?|routes?|bridges?|only)|(?:chemins?|routes?|ponts?) d.hiver|de invierno)\b"
    r"|^(?:winter|hiver|invierno|construction|razed|corridor|elevator)$"
    r"|\b(?:foot ?ways?|foot ?paths?|paths?|steps|stairs|cycle ?ways?|bicycle|bridle ?ways?|pedestrian|sidewalks?|hiking"
    r"|trottoirs?|sentiers?|pietons?|escaliers?|pistes? cyclables?|senderos?|peatonal\w*|escaleras?|ciclovias?"
    r"|fahrrad\w*|fussweg\w*|wanderweg\w*|ferry|ferries|traversiers?|transbordador\w*|balsas?|faehre|fahre)\b"
)
_LEFT = re.compile(
    r"\b(?:abandoned|ghost town|uninhabited|unpopulated|depopulated|relocated|abandonne\w*|inhabite\w*|abandonad\w*"
    r"|despoblad\w*|historic place)\b"
)
_LEFT_NAME = re.compile(rf"{_LEFT.pattern}|\((?:historical|former|old site|ancien\w*|antigu\w*)\)")
"""In a name also what stands in brackets behind it, as gazetteers write it."""


def not_in_use_notes(features: Features, kind: pd.Series) -> list[Note]:
    """Tell which classes of roads, railways and power lines say that the lines may not be there, or not all year.

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
    for name, doubted in _columns_that_say(features, _NOT_THERE):
        doubted &= built
        if doubted.any():
            counted = features.cells[name][doubted].value_counts()
            shown = ", ".join(f"'{word}' ({count})" for word, count in counted.head(5).items())
            text = (
                f"{name} says {shown}: such lines may not be there, or not all year, or for no lorry, and distances "
                f"count them like any other. "
                f"Keep the classes in use with where: {{{name}: [...]}}."
            )
            notes.append(_note(features, "lines_perhaps_not_there", text, name, doubted))
    return notes


def left_places_notes(features: Features) -> list[Note]:
    """Tell which communities are called left, moved or historical by their names or by a class; names are not repeated.

    Parameters
    ----------
    features : Features
        Rows of a file of communities.

    Returns
    -------
    list of Note
        One for the names and one per column with such words, with the rows.
    """
    named = [bool(_LEFT_NAME.search(fold(str(name)))) for name in features.names.fillna("")]
    columns = [("the name", np.array(named, dtype=np.bool_)), *_columns_that_say(features, _LEFT)]
    notes = []
    for name, doubted in columns:
        if doubted.any():
            text = (
                f"{int(doubted.sum())} communities are abandoned, moved or historical by {name}: perhaps nobody lives there, and "
                "distances count them like any other. Leave them out with where:, or list them under exclusions."
            )
            notes.append(_note(features, "communities_perhaps_left", text, name, doubted))
    return notes


def _columns_that_say(features: Features, pattern: re.Pattern[str]) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """Yield each column of classes with a text that matches, and its rows; a column of names is none."""
    named = mapped_columns(features.source, features.cells, "name")
    for name in features.cells.columns:
        texts = features.cells[name]
        holds_names = name in named if named else (texts == features.names).all()
        if pd.api.types.is_numeric_dtype(texts) or texts.nunique() > MOST_CLASSES or holds_names:
            continue
        classes = [word for word in texts.dropna().astype(str).unique() if pattern.search(fold(word))]
        yield str(name), texts.notna().to_numpy(bool) & texts.astype(str).isin(classes).to_numpy(bool)


def _note(features: Features, code: str, text: str, column: str, doubted: npt.NDArray[np.bool_]) -> Note:
    rows = tuple(int(row) for row in np.asarray(features.rows)[doubted])
    return Note(features.source.id, code, text, int(doubted.sum()), (column,), rows)
