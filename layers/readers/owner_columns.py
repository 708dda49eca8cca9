"""Columns of an inventory that say who answers for a site or whose land it is: kept as the file words it."""

from __future__ import annotations

import re

import pandas as pd

from layers.catalogue.source import Source
from layers.readers.column_fates import named_columns
from layers.readers.columns import as_text, mapped_columns, match_column
from layers.text import fold

OWNER = "owner"
"""The layer column: ``heading: cell`` of every such column that says something, joined by ``; ``."""

_BEARERS = re.compile(
    r"(?:^|_)(?:land_?)?(?:owner(?:s|ship)?|operators?|holders?|licensees?|lessees?|proponents?|custodians?|tenures?|company|companies|"
    r"responsible|proprietaires?|exploitants?|operateurs?|titulaires?|detenteurs?|regime_foncier|responsables?|"
    r"gestionnaires?|propietarios?|operador(?:es)?|titular(?:es)?|empresas?|eigentumer|betreiber|agare|eier|omistaja)(?:_|$)"
)
_NOT_WHO = re.compile(
    r"(?:^|_)(?:ids?|no|nos|num|number|numero|code|phone|telephone|tel|fax|e?mail|address|adresse|direccion|date|year|url|link|"
    r"website|web|percent|pct|share|remarks?|comments?|notes?)(?:_|$)"
)
"""What stands beside an owner in a heading and makes the column one of something else."""


def owner_columns(source: Source, cells: pd.DataFrame) -> dict[str, str]:
    """Return the columns that say who answers for a site -> ``owner``: those mapped so, and those whose heading says so.

    Parameters
    ----------
    source : Source
        A column that it maps to something else, filters by or ignores is none of them.
    cells : DataFrame
        All columns of the file.
    """
    headings = [str(name) for name in cells.columns]
    mapped = mapped_columns(source, cells, OWNER)
    spoken_for = named_columns(source, cells) | {match_column(headings, name) for name in source.ignore}
    named = [name for name in headings if name not in spoken_for and _says_who(name)]
    return dict.fromkeys([*mapped, *named], OWNER)


def owners(source: Source, cells: pd.DataFrame) -> pd.Series | None:
    """Return ``heading: cell`` of all columns of `owner_columns`, rows as in ``cells``; None where there is no such column."""
    columns = owner_columns(source, cells)
    default = source.defaults.get(OWNER)
    if not columns:
        return None if default is None else pd.Series(str(default), index=cells.index, dtype="str")
    missing = {word.strip().casefold() for word in source.missing}
    parts = [
        [f"{name.strip()}: {text.replace(';', ',')}" if _holds(text, missing) else "" for text in as_text(cells[name])]
        for name in columns
    ]
    joined = ["; ".join(filter(None, row)) or None for row in zip(*parts, strict=True)]
    return pd.Series(joined, index=cells.index, dtype="str")


def _holds(text: object, missing: set[str]) -> bool:
    """Say whether a cell names somebody; numbers alone are keys."""
    return isinstance(text, str) and text.casefold() not in missing and any(letter.isalpha() for letter in text)


def _says_who(heading: str) -> bool:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", heading.strip())
    plain = re.sub(r"[^a-z0-9]+", "_", fold(apart)).strip("_")
    return bool(_BEARERS.search(plain)) and not _NOT_WHO.search(plain)
