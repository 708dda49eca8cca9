"""What remarks and vocabularies say about the kind of waste and where it was put, in English, French and Spanish."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.cells.hedges import denial_of, sentences_that_hold, takes_back
from layers.cells.removals import says_gone
from layers.schema import DISPOSALS, WASTE_TYPES

_TAILINGS = (
    r"(?:mine |mill |mining )?(?:tailings?|relaves?|r[ée]sidus? miniers?|parc [àa] r[ée]sidus|slimes(?: dams?)?|rejeitos?|jales?|"
    r"anrikningssand|avgangs?|rikastushiekka|хвост\w*|"
    r"aufbereitungsr[üu]ckst[äa]nde|sp[üu]lsand|scarti di flottazione)"
)
_INTO = r"\btailings?\b[^.;]{0,40}\b(?:in|into|to)\b[^.;]{0,12}"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b(?:{pattern})\b" for pattern in patterns), re.IGNORECASE)


_KIND_WORDS = {
    "tailings": (_TAILINGS,),
    "waste_rock": (
        r"waste[- ]?rock",
        r"(?:waste|mine|rock) (?:dumps?|piles?|heaps?)",
        "haldes?",
        "halden",
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
    "slag": ("slags?", "scories?", "escorias?", "slagg", "schlacken?", "kuona"),
    "heap_leach": (
        "heap[- ]?leach(?:ed|ing)?",
        "leach(?:ing)? (?:pads?|heaps?|dumps?)",
        "pila de lixiviaci[óo]n",
        "lixiviation en tas",
    ),
}
_KINDS = tuple((kind, _any(*words)) for kind, words in _KIND_WORDS.items())
_ANY_WASTE = _any(*(word for words in _KIND_WORDS.values() for word in words))
_ANY_REMAINS = re.compile(
    rf"{_ANY_WASTE.pattern}|\b(?:wastes?|(?<!garbage )(?<!trash )(?<!refuse )dumps?(?! (?:trucks?|sites?))|"
    r"r[ée]sidus?|d[ée]chets miniers|res[íi]duos?|"
    r"esc[óo]rias?|berge(?:material)?|abg[äa]nge)\b",
    re.IGNORECASE,
)
_NO_WASTE = denial_of("|".join(word for words in _KIND_WORDS.values() for word in words))
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


_ANY_PLACE = re.compile("|".join(pattern.pattern for _, pattern in _PLACES), re.IGNORECASE)

_IN_HEADINGS = {
    **{kind: _any(*words) for kind, words in _KIND_WORDS.items()},
    "facility": _any("tsf", "tmf", "tma", "tmb", "twrsf", "slimes"),
    "waste": _any(
        "wastes?", "r[ée]sidus?", "residuos?", "d[ée]chets?", "dumps?", "piles?", "heaps?", "spoil", "pilhas?", "pilas?"
    ),
}


def wastes_named(heading: str) -> frozenset[str]:
    """Return the kinds of waste a heading names; ``waste`` alone where it names a waste of any kind, none where it names none."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\W]+", " ", heading)
    kinds = {kind for kind, pattern in _IN_HEADINGS.items() if pattern.search(words)}
    kinds = {"tailings" if kind == "facility" else kind for kind in kinds}
    return frozenset(kinds - {"waste"} or kinds)


def waste_type_in_words(text: str) -> str | None:
    """Return the kind of waste a cell speaks of: one of `WASTE_TYPES`, or None if it speaks of none or takes it back.

    ``"Trenches; no tailings"`` is ``none``; two kinds are ``mixed``. A negation is read before the word it negates. What is
    doubted, planned or gone (``tailings?``, ``tailings removed 1998``) is None.
    """
    rest, denied = _NO_WASTE.subn(" ", text)
    kinds = [kind for kind, pattern in _KINDS if pattern.search(rest)]
    if (kinds or denied) and takes_back(rest, _ANY_WASTE):
        return None
    if len(kinds) > 1:
        return "mixed"
    if kinds:
        return kinds[0]
    return "none" if denied else None


def disposal_in_words(text: str) -> str | None:
    """Return where a cell says the waste was put: one of `DISPOSALS`, or None. Several places: the first of the list."""
    rest = _NO_WASTE.sub(" ", text)
    place = next((position for position, pattern in _PLACES if pattern.search(rest)), None)
    return None if place is None or takes_back(rest, _ANY_PLACE, doubts=False) else place


@lru_cache(maxsize=200_000)
def says_waste_is_gone(text: str) -> bool:
    """Say whether a status or remark says that the whole of it was taken away."""
    return says_gone(text, _ANY_REMAINS)


def _waste_type_in_remark(remark: str) -> str | None:
    """Return the kind of waste a remark speaks of; sentences that take a waste back say nothing of the others."""
    denied = _NO_WASTE.search(remark)
    kind = waste_type_in_words(sentences_that_hold(_NO_WASTE.sub(" ", remark), _ANY_WASTE))
    return kind or ("none" if denied and not takes_back(_NO_WASTE.sub(" ", remark), _ANY_WASTE) else None)


def _disposal_in_remark(remark: str) -> str | None:
    return disposal_in_words(sentences_that_hold(_NO_WASTE.sub(" ", remark), _ANY_PLACE))


@dataclass(frozen=True)
class Settled:
    """What `settle` found for each row."""

    words: pd.Series
    """One of the layer's words per row, ``unknown`` where nothing is known."""
    by_remarks: npt.NDArray[np.bool_]
    """Rows settled by their remarks."""
    strange: list[str]
    """Words of the columns that are not in the vocabulary, or take back what they name."""
    strange_rows: npt.NDArray[np.bool_]
    """Rows that hold such words and are unknown."""


def settle(columns: list[pd.Series], remarks: pd.Series, kind: str) -> Settled:
    """Settle the waste type or the disposal of each row: the first column that knows, then the remarks.

    Parameters
    ----------
    columns : list of Series
        Translated vocabularies, best first.
    remarks : Series
        Free text.
    kind : {"waste_type", "disposal"}
    """
    of_waste = kind == "waste_type"
    allowed, reader = (WASTE_TYPES, waste_type_in_words) if of_waste else (DISPOSALS, disposal_in_words)
    settled = pd.Series(["unknown"] * len(remarks), index=remarks.index, dtype="str")
    strange: list[str] = []
    strange_rows = np.zeros(len(remarks), dtype=bool)
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
        strange_rows |= (known.notna() & ~fits).to_numpy(dtype=bool)
        settled = settled.where((settled != "unknown") | ~fits, known)
    in_remark = _waste_type_in_remark if of_waste else _disposal_in_remark
    open_rows = (settled == "unknown") & remarks.notna()
    read_remarks = {text: in_remark(text) for text in remarks[open_rows].unique()}
    read_values = remarks[open_rows].map(read_remarks).dropna().astype("str")
    settled.loc[read_values.index] = read_values
    by_remarks = remarks.index.isin(read_values.index)
    return Settled(settled, by_remarks, strange, strange_rows & (settled == "unknown").to_numpy(dtype=bool))
