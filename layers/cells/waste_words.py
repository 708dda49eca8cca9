"""What remarks and vocabularies say about the kind of waste and where it was put, in English, French and Spanish."""

from __future__ import annotations

import re

import pandas as pd

from layers.schema import DISPOSALS, WASTE_TYPES

_TAILINGS = (
    r"(?:mine |mill |mining )?(?:tailings?|relaves?|r[ée]sidus? miniers?|parc [àa] r[ée]sidus|slimes(?: dams?)?|rejeitos?|jales?|"
    r"anrikningssand|avgangs?|rikastushiekka|хвост\w*|"
    r"aufbereitungsr[üu]ckst[äa]nde|sp[üu]lsand|scarti di flottazione)"
)
_INTO = r"\btailings?\b[^.;]{0,40}\b(?:in|into|to)\b[^.;]{0,12}"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b(?:{pattern})\b" for pattern in patterns), re.IGNORECASE)


_NO_WASTE = _any(
    rf"(?:no(?:t any)?|without|nil|aucuns?|sans|sin|pas de)\s+(?:visible |known |obvious |significant )?{_TAILINGS}",
    r"tailings\s*[:=]\s*no(?:ne)?",
)
_KINDS = (
    ("tailings", _any(_TAILINGS)),
    (
        "waste_rock",
        _any(
            r"waste[- ]?rock",
            r"(?:waste|mine|rock) (?:dumps?|piles?|heaps?)",
            "haldes?",
            "st[ée]riles",
            "est[ée]riles",
            "botaderos?",
            "gr[åa]berg",
            "sivukivi",
            "bergehalden?",
            "gesteinshalden?",
            "desmontes?",
            "discarich[ea]",
            "отвал\\w*",
        ),
    ),
    ("slag", _any("slags?", "scories?", "escorias?", "slagg", "schlacken?", "kuona")),
    (
        "heap_leach",
        _any(
            "heap[- ]?leach(?:ed|ing)?",
            "leach(?:ing)? (?:pads?|heaps?|dumps?)",
            "pila de lixiviaci[óo]n",
            "lixiviation en tas",
        ),
    ),
)
_PLACES = (
    ("unconfined", _any("unconfined", "non[- ]confin[ée]s?", "(?:spilled|spread) tailings")),
    ("lake", _any(rf"{_INTO}\blake", "(?:in-lake|sub-?aqueous) (?:disposal|tailings)")),
    ("river", _any(rf"{_INTO}\b(?:river|creek|brook)", "riverine (?:disposal|tailings)")),
    ("ocean", _any(rf"{_INTO}\b(?:ocean|sea|inlet)", "(?:marine|submarine) (?:disposal|tailings)")),
    ("dry_stack", _any("dry[- ]?stack(?:ed|ing)?", "filtered tailings")),
    ("in_pit", _any("in[- ]pit (?:tailings|disposal)", r"tailings?\b[^.;]{0,30}\bin[- ](?:the )?(?:open )?pit")),
    ("backfill", _any("(?:paste )?back-?fill(?:ed)?")),
    (
        "impoundment",
        _any(
            "tailings? (?:ponds?|dams?|impoundments?|basins?)",
            "tailings? (?:management|storage) (?:area|facility)",
            "impound(?:ed|ment)",
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
    return next((position for position, pattern in _PLACES if pattern.search(rest)), None)


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
        codes, distinct = pd.factorize(column)
        words = [re.sub(r"[\s-]+", "_", str(remark).casefold()) for remark in distinct]
        words = [
            word if word in allowed else reader(str(remark)) or word
            for remark, word in zip(distinct, words, strict=True)
        ]
        known = pd.Series(pd.array([*words, None], dtype="str").take(codes), index=column.index)
        fits = known.isin(allowed)
        strange += sorted(str(remark) for remark, word in zip(distinct, words, strict=True) if word not in allowed)
        settled = settled.where((settled != "unknown") | ~fits, known)
    open_rows = (settled == "unknown") & remarks.notna()
    read_remarks = {text: reader(text) for text in remarks[open_rows].unique()}
    read_values = remarks[open_rows].map(read_remarks).dropna().astype("str")
    settled.loc[read_values.index] = read_values
    return settled, len(read_values), strange
