"""Names of mines compared: what is left of a name when the words every mine has are taken away.

Names are folded for comparison only; what is shown stays byte for byte as the source gives it.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from layers.text import fold

_COMMON_WORDS = frozenset(
    ("mine", "mines", "minesite", "mining", "property", "properties", "prospect", "occurrence", "deposit",
     "showing", "tailings", "tailing", "impoundment", "tsf", "site", "sites", "past", "producer", "company",
     "co", "ltd", "limited", "inc", "corp", "corporation", "the", "of", "and", "at", "former", "old",
     "abandoned", "historic", "no", "number", "nos", "mill", "workings", "working", "group", "claim",
     "claims", "limitee", "ltee", "ancien", "ancienne", "gisement", "parc", "a", "residus", "de", "du", "des",
     "la", "le", "les", "et", "mina", "minas", "relave", "relaves", "tranque", "tranques", "embalse",
     "acopio", "planta", "depositos", "deposito", "faena", "el", "los", "las", "y")
)  # fmt: skip
_MARKERS = frozenset(
    ("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "upper", "lower",
     "inner", "outer", "main", "nord", "sud", "est", "ouest", "norte", "sur", "este", "oeste", "superior",
     "inferior", "new", "extension", "annex", "underground")
)  # fmt: skip
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9",
          "x": "10"}  # fmt: skip
_SMALL_WORDS = frozenset("delosy")
_APOSTROPHES = "'’‘ʼʻʹ′‛＇`´"
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"})
"""Letters that Unicode does not take apart into a plain letter and a mark."""
_NUMBERED = re.compile(r"^([a-z]{1,4})(\d{1,3})$")
_NAMELESS = re.compile(
    r"^(?:unknown|unnamed|no name|none|null|unk|n/?a|nan|not named|inconnu|sans nom|sin nombre|desconocido)\b"
    r"|^(?:gravel )?(?:pit|quarry)$",
    re.I,
)
_NAMES_BEHIND = re.compile(r"\b(?:claims?|prospects?|other|former)? ?names? ?:.*$", re.I)
"""Names of claims that stand behind the name of the mine, as MRDS writes them (``Big Hope Claim Names:Silver``)."""
_LOT = re.compile(r"[(\[]\s*(?:L|lot|DL|claim)s?\.?\s*[\d][^)\]]{0,80}[)\]]|\b(?:L|DL)\.\s*\d+\w*", re.I)


@dataclass(frozen=True)
class NameKey:
    """A name taken apart for comparison.

    Parameters
    ----------
    core : str
        Distinctive words, folded, in their order; empty when the name says nothing.
    numbers : tuple of str
        Numbers in the name, sorted, each as often as it stands there ("No. 2", "#2", "II" and "ZM2" all give ``2``), and a
        single letter that is no initial ("Zone C").
    markers : frozenset of str
        Words that tell neighbours apart (north, upper …).
    """

    core: str
    numbers: tuple[str, ...]
    markers: frozenset[str]

    @property
    def joined(self) -> str:
        """The core without blanks, so that "Kam Kotia" and "KamKotia" are equal."""
        return self.core.replace(" ", "")


def own_part(name: str) -> str:
    """Return a name without the names of claims behind it; all of it where nothing else is left."""
    own = _NAMES_BEHIND.sub("", name).strip()
    return own or name


@lru_cache(maxsize=200_000)
def name_key(name: str) -> NameKey:
    """Take a name apart: fold case and accents, drop lot numbers and the words every mine has."""
    text = own_part(html.unescape(name))
    if _NAMELESS.match(text.strip()):
        return NameKey("", (), frozenset())
    bare = _LOT.sub(" ", text)
    apart = "".join("'" if character in _APOSTROPHES else character for character in (bare if bare.strip() else text))
    letters = fold(apart).translate(_PLAIN)
    quoted = re.findall(r"[\"“”']([a-z])[\"“”']", letters)
    words = re.findall(r"[^\W_]+", letters.replace("'", ""))
    initials = re.findall(r"\b([a-z])\.", letters)
    numbers, markers, core = list(quoted), set(), []
    for position, word in enumerate(words):
        if word in quoted:
            continue
        if word.isdigit():
            numbers.append(word.lstrip("0") or "0")
        elif word in _ROMAN and position > 0:
            numbers.append(_ROMAN[word])
        elif (numbered := _NUMBERED.match(word)) is not None:
            core += [numbered[1]] if numbered[1] not in _COMMON_WORDS else []
            numbers.append(numbered[2].lstrip("0") or "0")
        elif len(word) == 1 and word not in _SMALL_WORDS and word not in initials and position > 0:
            numbers.append(word)
        elif word in _MARKERS:
            markers.add(word)
        elif word not in _COMMON_WORDS:
            core.append(word)
    if not core and markers:
        core = [word for word in words if word in _MARKERS]
    return NameKey(" ".join(core), tuple(sorted(numbers)), frozenset(markers))


def contradict(a: NameKey, b: NameKey) -> bool:
    """Say whether two names tell themselves apart: both numbered, or both marked, and neither covers the other.

    A number that stands in both names covers itself once: "Webb-1 #1" and "Webb-1 #2" are two.
    """
    marked = not (a.markers <= b.markers or b.markers <= a.markers)
    if a.numbers == b.numbers:
        return marked
    first, second = Counter(a.numbers), Counter(b.numbers)
    return marked or not (first <= second or second <= first)


def name_similarity(first: pd.Series, second: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Compare two columns of names row by row.

    The similarity is the larger of the token-sort ratio and 0.92 of the token-set ratio of the distinctive words (normalised
    indel similarity, `rapidfuzz`); 1 for cores equal without blanks; lowered by 0.08 when only one name carries a number or
    marker.

    Parameters
    ----------
    first, second : Series of str
        Names, or several joined with ``"; "`` of which the best pair counts.

    Returns
    -------
    similarity : ndarray of float
        0-1; NaN where either says nothing.
    contradiction : ndarray of bool
        The best pair's names differ by number or marker ("No. 1" and "No. 2").
    """
    from rapidfuzz import fuzz, process

    lefts, rights, rows = [], [], []
    for row, (first_key, other) in enumerate(zip(_keys(first), _keys(second), strict=True)):
        for left in first_key:
            for right in other:
                lefts.append(left)
                rights.append(right)
                rows.append(row)
    similarity, contradiction = np.full(len(first), np.nan), np.zeros(len(first), dtype=bool)
    if not rows:
        return similarity, contradiction
    cores = [left.core for left in lefts], [right.core for right in rights]
    sort = process.cpdist(*cores, scorer=fuzz.token_sort_ratio, workers=1) / 100.0
    subset = process.cpdist(*cores, scorer=fuzz.token_set_ratio, workers=1) / 100.0
    score = np.maximum(sort, 0.92 * subset).astype(float)
    score[[left.joined == right.joined for left, right in zip(lefts, rights, strict=True)]] = 1.0
    uneven = [
        bool(left.numbers) != bool(right.numbers) or bool(left.markers) != bool(right.markers)
        for left, right in zip(lefts, rights, strict=True)
    ]
    score = np.clip(score - 0.08 * np.asarray(uneven), 0.0, 1.0)
    against = np.array([contradict(left, right) for left, right in zip(lefts, rights, strict=True)])
    best = (
        pd.DataFrame({"row": rows, "score": score, "against": against})
        .sort_values(["row", "against", "score"], ascending=[True, True, False], kind="stable")
        .drop_duplicates("row")
    )
    similarity[best["row"].to_numpy()] = best["score"].to_numpy()
    contradiction[best["row"].to_numpy()] = best["against"].to_numpy()
    return similarity, contradiction


def _keys(names: pd.Series) -> list[tuple[NameKey, ...]]:
    """Take apart every name of a column, at most six per cell; empty where nothing is said."""
    known: dict[str, tuple[NameKey, ...]] = {}
    for cell in names.dropna().unique():
        keys = dict.fromkeys(name_key(part) for part in html.unescape(str(cell)).split("; ")[:6] if part.strip())
        known[cell] = tuple(key for key in keys if key.core)
    return [() if pd.isna(cell) else known[cell] for cell in names]
