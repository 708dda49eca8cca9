"""Facts of a source on the page of `minewaste check`, in a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TypeAlias

from maps import words

NAMES = {
    "Details": "check_fact_details",
    "File": "check_fact_file",
    "Known source": "check_fact_known",
    "Licence": "licence",
    "Steward": "steward",
    "Coordinates": "check_fact_coordinates",
    "Shift to WGS 84": "check_fact_shift",
    "Extent": "check_fact_extent",
    "Medium": "check_fact_medium",
    "Method": "report_method",
    "Waste type": "heading_waste_type",
    "Kind": "check_fact_kind",
    "Status": "status",
    "Filled": "check_fact_filled",
    "Cells": "check_fact_cells",
    "Missing codes": "check_fact_missing",
    "Values": "check_fact_values",
    "not stated": "check_not_stated",
    "as the file states them": "check_as_stated",
    "none was needed, or less than a few metres": "check_no_shift",
    "none are declared": "check_none_declared",
    "amounts": "check_amounts",
}
"""Names and set phrases of facts, with their keys in the words."""

LISTED = 6
"""Codes of a column that are named, the commonest first; of the others their number is told."""


@dataclass(frozen=True)
class CodeCounts:
    """How many rows of a source hold each code of a column.

    Parameters
    ----------
    column : {"medium", "method", "waste_type", "kind", "status"}
        Of the layer.
    rows : dict of str to int
        The commonest first.
    """

    column: str
    rows: Mapping[str, int]


@dataclass(frozen=True)
class FilledShares:
    """Share (0-1) of a source's rows with a value, by column of the layer."""

    shares: Mapping[str, float]


@dataclass(frozen=True)
class Corners:
    """West, south, east, north of a source in degrees."""

    west: float
    south: float
    east: float
    north: float


FactValue: TypeAlias = str | CodeCounts | FilledShares | Corners


def in_words(value: FactValue, lang: str) -> str:
    """Return the name or the value of a fact in a language; texts that are no set phrase stay as they are.

    Parameters
    ----------
    value : str, CodeCounts, FilledShares or Corners
        A name or set phrase in English, a text of a file, or what was counted.
    lang : {"en", "fr"}
        Language.

    Returns
    -------
    str
    """
    match value:
        case CodeCounts():
            return _counted(value, lang)
        case FilledShares():
            return ", ".join(
                words.phrase("check_filled", lang, column=_heading(name, lang), percent=100 * share)
                for name, share in value.shares.items()
            )
        case Corners():
            return words.phrase("check_extent", lang, **asdict(value))
    key = NAMES.get(value)
    return words.word(key, lang) if key and lang != "en" else value


def _counted(counts: CodeCounts, lang: str) -> str:
    rows = list(counts.rows.items())
    named = [f"{_code(counts.column, str(code), lang)} {words.number(n, lang, 0)}" for code, n in rows[:LISTED]]
    if len(rows) > LISTED:
        named.append(words.phrase("check_codes_more", lang, n=len(rows) - LISTED))
    return ", ".join(named)


def _code(column: str, code: str, lang: str) -> str:
    if column == "status":
        return words.status(code, lang)
    keys = [f"{column}_{code}", f"line_{code}"]
    return next((words.word(key, lang) for key in keys if words.known(key)), code)


def _heading(column: str, lang: str) -> str:
    keys = (f"check_column_{column}", f"heading_{column}")
    return next((words.word(key, lang) for key in keys if words.known(key)), column).lower()
