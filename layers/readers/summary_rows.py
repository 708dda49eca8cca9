"""Rows that sum up others: totals, means and deviations, known by the word in place of an id or name."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cell_search import cells_like, cells_matching

_SUMMARY = re.compile(
    r"(?i)\s*(?:(?:grand )?totals?|sub-?totals?|sums?|means?|averages?|median|min(?:imum)?|max(?:imum)?|std\.?(?: ?dev\.?)?|"
    r"m[áa]x\.?|m[ií]n\.?|desv\.?(?: ?est\.?)?|"
    r"total g[ée]n[ée]ral|somme|moyenne|m[ée]diane|[ée]cart[- ]?type|suma|promedio|mediana|m[ií]nimo|m[áa]ximo|"
    r"desviaci[óo]n(?: est[áa]ndar)?|desvio[- ]padr[ãa]o|m[ée]dia|mittelwert|standardabweichung|medelv[äa]rde|keskiarvo|"
    r"standard deviation|variance|geo(?:metric )?mean|(?:\d{1,2}(?:st|nd|rd|th)? )?percentiles?)\s*:?\s*"
)
_OF_WHAT = (
    r"(?:\W*|\W*[(\[:=±+\d].*|\W*(?:of|for|in|all|from|n|the|des?|du|del|do|da|der|die|das|von|aller|over|per|par|por|grades?|"
    r"values?|conc\w*|results?|assays?|samples?|tailings?|waste\w*|sediments?|soils?|till|rocks?|ores?|crust\w*|shales?|slag|heads?|"
    r"feed|composition|background|upper|lower|bulk|continental|world|global|overall|weighted|total|sites?|mines?|ppm|ppb|pct)(?!\w).*)"
)
"""What follows the word where it is a mean of something; ``Average Joe`` is a name."""
_NAMED_SUMMARY = re.compile(
    r"(?i)\s*(?:mean ?[±+-] ?\d* ?s\.?d\.?.*|± ?\d? ?(?:s|σ|s\.?d\.?)|c\.?v\.? ?\(?%\)?|% ?c\.?v\.?|x[̄¯]|"
    r"\d{1,2}(?:st|nd|rd|th) percentiles?|% ?rsd|rsd ?\(?%\)?|"
    rf"(?:averages?|avg|moyennes?|promedios?|mittelwert)(?![\w-]){_OF_WHAT}|"
    r"(?:mean(?= \(|=)|weighted (?:mean|average|avg)|sub-?totals?|grand totals?|sous-?total|totaux|"
    r"std\.? ?dev|st\. ?dev|standard deviation|standardabweichung|[ée]cart[- ]type|"
    r"desviaci[óo]n est[áa]ndar|arithmetic mean|geo(?:metric|m\.?)? ?mean|coefficient of variation)(?![\w-]).*|"
    r"[^\W\d]{3,20} (?:means?|averages?|avg|medians?)|(?:moyenne|m[ée]diane|promedio|media) (?:des?|del?|dos|das) [^\W\d]{3,20}|"
    r"(?:means?|totals?|sums?|min(?:imum)?|max(?:imum)?|medians?|media|m[ée]diane|mediana|suma|somme)\W*"
    r"(?:\(.*\)|n ?= ?\d+|of (?:all|the|\d).*|(?:g[ée]n[ée]ral|general|all)\b.*))\s*"
)
"""Forms that no sample and no site is called by, wherever they stand: the word with what it is made of behind it."""
_LIKE_A_SUMMARY = (
    "(?i)average|avg|mean|±|cv|c\\.v|[̄¯]|tota|moyen|promedio|mittel|dev|abweich|type|desviaci|coeff|"
    "percentile|rsd|sum|min|max|media|m.diane|somme"
)
"""Finds at least what `_NAMED_SUMMARY` does."""
_SUMMARY_ONLY = re.compile(rf"{_SUMMARY.pattern}\Z")
_LIKE_A_BARE_ONE = rf"{_LIKE_A_SUMMARY}|std|m.x|m.n|desv|m.dia|medelv|keskiarvo|variance|[ıİ]"
"""Finds at least what `_SUMMARY` does."""
_LIKE_A_NAME = re.compile(r"(?i)\s*(?:averages?|avg|moyennes?|promedios?|mittelwert)\s+[^\W\d_].*")
"""A summary, or a name such as ``Average Joe``: it counts, and is told."""
_SUMMARY_BESIDE = re.compile(
    r"(?i)\s*(?:n|count|nombre|s\.?d\.?|rsd|cv|p ?(?:5|10|25|50|75|90|95|98|99)|q[1-3])\s*%?\s*:?\s*"
)
"""Words that are ids as well; they count in the last rows only: below another row of the sort, or where ids hold digits."""
_FEWEST_IDS, _NUMBERED = 4, 0.8
_LAST = 6
"""Rows at the end of a table among which a bare word tells statistics; more where those before are statistics, too."""


def summary_places(words: pd.Series, last: int = _LAST) -> list[int]:
    """Return which rows are totals or means of others, by the word that stands for their id or name.

    A bare word tells it of the last rows only, a form nothing is called by (``Mean (n=2)``) of all.
    """
    [named] = _fitting(words, _NAMED_SUMMARY)
    named &= not named.all()
    while last < len(words) and all(_is_statistic(word) for word in words.iloc[-last - 1 :]):
        last += 1
    texts = words.iloc[-last:].fillna("").astype("str")
    is_summary, beside = (
        np.array([pattern.fullmatch(text) is not None for text in texts], dtype=bool)
        for pattern in (_SUMMARY, _SUMMARY_BESIDE)
    )
    below = np.arange(len(texts)) > (int(is_summary.argmax()) if is_summary.any() else len(texts))
    if _numbered(words):
        below = below | ~texts.str.contains(r"\d", regex=True).to_numpy(dtype=bool)
    named[len(words) - len(texts) :] |= is_summary | (beside & below)
    return [int(row) for row in np.flatnonzero(named)]


def _is_statistic(word: object) -> bool:
    text = str(word)
    return any(pattern.fullmatch(text) for pattern in (_SUMMARY, _SUMMARY_BESIDE, _NAMED_SUMMARY))


def _fitting(words: pd.Series, *patterns: re.Pattern[str]) -> list[np.ndarray]:
    """Return, for each pattern, which words fit it as a whole; only words that look like a summary are tried."""
    texts = words.astype("str")
    likely = cells_like(texts, _LIKE_A_SUMMARY)
    tried = [text if isinstance(text, str) else "" for text in texts.array[likely]]
    fits = [likely.copy() for _ in patterns]
    for hits, pattern in zip(fits, patterns, strict=True):
        hits[likely] = [pattern.fullmatch(text) is not None for text in tried]
    return fits


def _numbered(words: pd.Series) -> bool:
    """Say whether nearly every id holds a digit, so that a bare word stands out."""
    given = words.dropna().astype("str")
    return len(given) > _FEWEST_IDS and float(given.str.contains(r"\d", regex=True).mean()) >= _NUMBERED


def summary_notes(
    source: Source,
    column: str,
    words: pd.Series,
    rows: np.ndarray,
    last: int = _LAST,
    own: np.ndarray | None = None,
) -> list[Note]:
    """Note rows above the last ones that are called like a total or mean, among ids that hold digits: they count as they stand.

    Parameters
    ----------
    source : Source
        Maps ``column``.
    column : str
        Layer column of the words.
    words : Series of str
        Ids or names.
    rows : ndarray of int
        Row numbers in the file.
    last : int
        How many rows at the end `summary_places` looked at.
    own : ndarray of bool, optional
        Rows with an id and a place of their own, which no total has: ``Average Creek`` is what the mine is called.
    """
    inner = words.fillna("").astype("str")
    named, like = _fitting(words, _NAMED_SUMMARY, _LIKE_A_NAME)
    like &= ~named
    if _numbered(words):
        bare = cells_matching(inner.iloc[:-last], _SUMMARY_ONLY, _LIKE_A_BARE_ONE, ())
        like[: len(bare)] |= bare & ~named[: len(bare)]
    summaries = np.flatnonzero(like if own is None else like & ~own)
    if not len(summaries):
        return []
    mapped = source.columns.get(column, [])
    names = tuple([mapped] if isinstance(mapped, str) else mapped)
    text = (
        f"Rows among the others are called like a total or mean (row {rows[summaries[0]]}: '{inner.iloc[summaries[0]]}') and "
        "count as they stand. Take them out of the file if they are none of their own."
    )
    return [Note(source.id, "called_like_a_summary", text, len(summaries), names, tuple(rows[summaries].tolist()))]


def summary_reason(word: object) -> tuple[str, str]:
    """Return the reason such a row is rejected for."""
    return (
        "summary_row",
        f"'{word}' stands for a total or mean of other rows, not for one of them",
    )
