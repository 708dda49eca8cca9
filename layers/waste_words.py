"""What remarks and vocabularies say about the kind of waste and where it was put, in English, French and Spanish."""

from __future__ import annotations

import re

import pandas as pd

from layers.schema import DISPOSALS, WASTE_TYPES

_TAILINGS = r"(?:mine |mill |mining )?(?:tailings?|relaves?|r[ée]sidus? miniers?|parc [àa] r[ée]sidus|slimes)"
_NO_WASTE = re.compile(
    rf"\b(?:no(?:t any)?|without|nil|aucuns?|sans|sin|pas de)\s+(?:visible |known |obvious |significant )?{_TAILINGS}\b|\btailings\s*[:=]\s*no(?:ne)?\b",
    re.IGNORECASE,
)
_KINDS = (
    ("tailings", re.compile(rf"\b{_TAILINGS}\b", re.IGNORECASE)),
    (
        "waste_rock",
        re.compile(
            r"\b(?:waste[- ]?rock|waste (?:dumps?|piles?)|mine dumps?|rock dumps?|haldes?|st[ée]riles|est[ée]riles|botaderos?)\b",
            re.I,
        ),
    ),
    ("slag", re.compile(r"\b(?:slags?|scories?|escorias?)\b", re.IGNORECASE)),
    (
        "heap_leach",
        re.compile(
            r"\b(?:heap[- ]?leach(?:ed|ing)?|leach(?:ing)? (?:pads?|heaps?|dumps?)|pila de lixiviaci[óo]n|lixiviation en tas)\b",
            re.I,
        ),
    ),
)
_PLACES = (
    (
        "unconfined",
        re.compile(r"\bunconfined\b|\bnon[- ]confin[ée]s?\b|\b(?:spilled|spread) tailings\b", re.IGNORECASE),
    ),
    (
        "lake",
        re.compile(
            r"\btailings?\b[^.;]{0,40}\b(?:in|into|to)\b[^.;]{0,12}\blake\b|\b(?:in-lake|sub-?aqueous) (?:disposal|tailings)\b",
            re.I,
        ),
    ),
    (
        "river",
        re.compile(
            r"\btailings?\b[^.;]{0,40}\b(?:in|into|to)\b[^.;]{0,12}\b(?:river|creek)\b|\briverine (?:disposal|tailings)\b",
            re.I,
        ),
    ),
    (
        "ocean",
        re.compile(
            r"\btailings?\b[^.;]{0,40}\b(?:in|into|to)\b[^.;]{0,12}\b(?:ocean|sea|inlet)\b|\b(?:marine|submarine) (?:disposal|tailings)\b",
            re.I,
        ),
    ),
    ("dry_stack", re.compile(r"\bdry[- ]?stack(?:ed|ing)?\b|\bfiltered tailings\b", re.IGNORECASE)),
    (
        "in_pit",
        re.compile(
            r"\bin[- ]pit (?:tailings|disposal)\b|\btailings?\b[^.;]{0,30}\bin[- ](?:the )?(?:open )?pit\b",
            re.IGNORECASE,
        ),
    ),
    ("backfill", re.compile(r"\b(?:paste )?back-?fill(?:ed)?\b", re.IGNORECASE)),
    (
        "impoundment",
        re.compile(
            r"\b(?:tailings? (?:ponds?|dams?|impoundments?|basins?|management (?:area|facility)|storage facility)|impound(?:ed|ment))\b",
            re.I,
        ),
    ),
)


def waste_type_in_words(text: str) -> str | None:
    """Return the kind of waste a remark speaks of: one of `WASTE_TYPES`, or None if it speaks of none.

    ``"Trenches; no tailings"`` is ``none``; two kinds are ``mixed``. A negation is read before the word it negates.
    """
    rest, denied = _NO_WASTE.subn(" ", text)
    kinds = [kind for kind, pattern in _KINDS if pattern.search(rest)]
    if len(kinds) > 1:
        return "mixed"
    if kinds:
        return kinds[0]
    return "none" if denied else None


def disposal_in_words(text: str) -> str | None:
    """Return where a remark says the waste was put: one of `DISPOSALS`, or None. Several places: the first of the list."""
    rest = _NO_WASTE.sub(" ", text)
    return next((place for place, pattern in _PLACES if pattern.search(rest)), None)


def settle(columns: list[pd.Series], remarks: pd.Series, kind: str) -> tuple[pd.Series, int, list[str]]:
    """Settle the waste type or the disposal of each row: the first column that knows, then the remarks.

    Parameters
    ----------
    columns : list of Series
        Translated vocabularies, best first.
    remarks : Series
        Free text.
    kind : {"waste_type", "disposal"}

    Returns
    -------
    Series of str
        One of the layer's words per row, ``unknown`` where nothing is known.
    int
        Rows settled by their remarks.
    list of str
        Words of the columns that are not in the vocabulary.
    """
    allowed, reader = (WASTE_TYPES, waste_type_in_words) if kind == "waste_type" else (DISPOSALS, disposal_in_words)
    settled = pd.Series(["unknown"] * len(remarks), index=remarks.index, dtype="str")
    strange: list[str] = []
    for column in columns:
        known = column.str.casefold().str.replace(r"[\s-]+", "_", regex=True)
        fits = known.isin(allowed)
        strange += sorted(set(column[column.notna() & ~fits]))
        settled = settled.where((settled != "unknown") | ~fits, known)
    open_rows = (settled == "unknown") & remarks.notna()
    said = {text: reader(text) for text in remarks[open_rows].unique()}
    found = remarks[open_rows].map(said).dropna().astype("str")
    settled.loc[found.index] = found
    return settled, len(found), strange
