"""Rows that sum up others: totals, means and deviations, known by the word in place of an id or name."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cell_search import cells_like, cells_matching

_TOTALS = (
    r"(?:grand |sub-?|sous-)?totals?|sums?|total g[ée]n[ée]ral|total general|total geral|somme|suma(?: total)?|totale|subtotale|"
    r"somma|soma|totais|totaux|summen?|(?:gesamt|zwischen|end)summe|insgesamt|gesamt|(?:sub|eind)?totaal|totalt|i ?alt|"
    r"(?:del|slut)?summa|yhteens[äa]|yht\.|(?:v[äa]li|loppu)summa|kokku|kop[āa]|i[šs] viso|[łl][ąa]cznie|razem|og[óo][łl]em|"
    r"celkem|mezisou[čc]et|spolu|skupaj|ukupno|[öo]sszesen|mind[öo]sszesen|(?:genel |ara )?toplam|"
    r"jumlah|t[ổo]ng(?: c[ộo]ng)?|итого|всего|сумма|"
    r"разом|усього|общо|σύνολο|合[計计]|小[計计]|[總総总][計计]|합계|총계|소계|المجموع"
)
"""What a row that adds others up is called, in the languages of public tables."""
_STATISTICS = (
    r"means?|averages?|median|min(?:imum)?|max(?:imum)?|std\.?(?: ?dev\.?)?|m[áa]x\.?|m[ií]n\.?|desv\.?(?: ?est\.?)?|"
    r"moyenne|moy\.?|m[ée]diane|[ée]cart[- ]?type|promedio|mediana|m[ií]nimo|m[áa]ximo|deviazione standard|scarto(?: tipo)?|"
    r"desviaci[óo]n(?: est[áa]ndar)?|desvio[- ]padr[ãa]o|m[ée]dia|mittel(?:wert)?|std\.? ?abw\.?|streuung|standardabweichung|"
    r"gemiddelde|mediaan|standaardafwijking|medelv[äa]rde|gjennomsnitt|gennemsnit|standard(?:avvik(?:else)?|afvigelse)|"
    r"keskiarvo|keskihajonta|mediaani|[śs]rednia|odchylenie(?: standardowe)?|pr[ůu]m[ěe]r|ortalama|standart sapma|"
    r"среднее(?: значение)?|медиана|ст\.? ?откл\.?|стандартное отклонение|минимум|максимум|平均[値值]?|中央[値值]|中位[数數]|"
    r"标准差|標準偏差|最[大小][値值]|평균|표준편차|standard deviation|variance|"
    r"(?:geo|arith|harm)(?:metric|metical|m|monic)?\.? ?mean|"
    r"(?:\d{1,2}(?:st|nd|rd|th)? )?percentiles?|(?:lower|upper|1st|3rd|first|third) quartile|skewness|kurtosis|statistics|"
    r"summary|(?:moyenne|moy\.?) g[ée]om(?:[ée]trique|\.)?|m[ée]dia geom[ée]trica|geom(?:etrisches|\.)? mittel(?:wert)?|"
    r"(?:standard|std\.?) err(?:or|\.)?|rel(?:ative|\.) (?:standard|std\.?) dev(?:iation|\.)?|"
    r"min(?:imum)?\.? ?[-–/] ?max(?:imum)?\.?|"
    r"(?:min|max)(?:imum)?\.? values?|(?:90|95|99) ?% (?:ci|confidence.*)|(?:n|count|anzahl|nombre) ?[=:] ?\d+|"
    r"samples? (?:\(n\)|count)|"
    r"(?:n|no\.?|n[ºo°]\.?|nb\.?|number|count|nombre|n[úu]mero|anzahl)(?: of| des?| d['’]| der)? ?"
    r"(?:samples?|analyses|results|[ée]chantillons|muestras|amostras|proben)"
)
_SUMMARY = re.compile(rf"(?i)\s*(?:{_TOTALS}|{_STATISTICS})\s*:?\s*")
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
    r"(?:\(.*\)|n ?= ?\d+|of (?:all|the|\d).*|(?:g[ée]n[ée]ral|general|all)\b.*)|n ?= ?\d+|"
    r"(?:all(?: (?:of )?the| known)?|tous les|toutes les|todos los|todas las|alle) (?:sites?|mines?|deposits?|dumps?|tailings|"
    r"samples?|haldes|terrils|sitios|minas|relaves|halden|standorte)(?!\w).*)\s*"
)
"""Forms that no sample and no site is called by, wherever they stand: the word with what it is made of behind it."""
_LIKE_A_SUMMARY = (
    "(?i)average|avg|mean|±|cv|c\\.v|[̄¯]|tota|moyen|promedio|mittel|dev|abweich|type|desviaci|coeff|"
    "percentile|rsd|sum|min|max|media|m.diane|somme|n ?=|all|tou[st]|tod[oa]s"
)
"""Finds at least what `_NAMED_SUMMARY` does."""
_SUMMARY_ONLY = re.compile(rf"{_SUMMARY.pattern}\Z")
_LIKE_A_BARE_ONE = (
    rf"{_LIKE_A_SUMMARY}|std|m.x|m.n|desv|m.dia|medelv|keski|variance|gesamt|som|i ?alt|yht|kokku|kopa|viso|lacznie|razem|ogolem|"
    "celkem|mezisouc|spolu|skupaj|ukupno|sszesen|toplam|jumlah|tong|moy|scarto|abw|streuung|gemidd|standa|gjenn|genn|srednia|"
    r"odchyl|prumer|ortalama|quartile|skew|kurt|statist|err|rel|n ?[=:]|count|anz|nombre|sampl|anal|result|proben|muestr|amostr|"
    r"9[059]|[^\x00-\x7f]"
)
"""Finds at least what `_SUMMARY` does."""
_LIKE_A_NAME = re.compile(r"(?i)\s*(?:averages?|avg|moyennes?|promedios?|mittelwert)\s+[^\W\d_].*")
"""A summary, or a name such as ``Average Joe``: it counts, and is told."""
_SUMMARY_BESIDE = re.compile(
    r"(?i)\s*(?:n|count|nombre|anzahl|s|se|sem|gm|gsd|mad|iqr|range|mode|overall|all samples|"
    r"s\.?d\.?|[123] ?[sσ]|σ|rsd|cv|clarke|p ?(?:5|10|25|50|75|90|95|98|99)|q[1-3]|"
    r"(?:5|10|25|50|75|90|95) ?%)\s*%?\s*:?\s*"
)
"""Words that are ids as well; they count in the last rows only: below another row of the sort, or where ids hold digits."""
_OF_A_WHOLE = re.compile(rf"(?i)\s*(?:sub-?totals?|grand totals?|sous-?total|totaux)(?:{_OF_WHAT})")
_BEGINS_LIKE_A_TOTAL = re.compile(r"(?i)\s*(?:sub-?totals?|grand totals?|sous-?total|totaux)\s+[^\W\d_]")
_MOSTLY = 0.5
_FEWEST_IDS, _FEWEST_NUMBERED, _NUMBERED = 4, 0.1, 0.8
_LAST = 6
"""Rows at the end of a table among which a bare word tells statistics; more where those before are statistics, too."""


def summary_places(words: pd.Series, ids: pd.Series | None = None, last: int = _LAST) -> list[int]:
    """Return which rows are totals or means of others, by the word that stands for their id or name.

    A bare word tells it of the last rows only, of rows without an id where nearly all have one, and beside another row of the
    sort among ids that hold digits; a form nothing is called by (``Mean (n=2)``) of all.

    Parameters
    ----------
    words : Series of str
        Ids or names.
    ids : Series of str or None
        Ids, where ``words`` are names: a ``Grand Total Lode`` that has one is a mine.
    last : int
        Rows at the end that a bare word tells of.
    """
    [named] = _fitting(words, _NAMED_SUMMARY)
    named &= not named.all()
    if ids is not None:
        named &= ~_named_and_identified(words, named, ids)
        named |= _without_id(words, ids)
    if _numbered(words):
        _add_neighbours(words, named)
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


def _named_and_identified(words: pd.Series, named: np.ndarray, ids: pd.Series) -> np.ndarray:
    """Return the rows that have an id and are called like a total with a name behind (``Grand Total Lode``)."""
    hits = named & ids.notna().to_numpy(dtype=bool)
    for row in np.flatnonzero(hits).tolist():
        word = str(words.iloc[row])
        hits[row] = _BEGINS_LIKE_A_TOTAL.match(word) is not None and _OF_A_WHOLE.fullmatch(word) is None
    return hits


def _without_id(words: pd.Series, ids: pd.Series) -> np.ndarray:
    """Return the rows without an id that are called by a bare word, where most rows have an id."""
    hits = np.array(ids.isna(), dtype=bool)
    if hits.mean() > 1 - _MOSTLY or not hits.any():
        return np.zeros(len(words), dtype=bool)
    hits[hits] = [_SUMMARY.fullmatch(str(word)) is not None for word in words[hits]]
    return hits


def _add_neighbours(words: pd.Series, named: np.ndarray) -> None:
    """Add statistics that stand beside a row known as one, and bare words that stand side by side, among numbered ids."""
    texts = words.fillna("").astype("str")
    worded = cells_matching(texts, _SUMMARY_ONLY, _LIKE_A_BARE_ONE, ())
    for row in np.flatnonzero(named | worded).tolist():
        for step in (-1, 1):
            beside = row + step
            while 0 <= beside < len(texts) and _is_statistic(texts.iloc[beside]):
                named[[row, beside]] = True
                beside += step


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
    """Say whether nearly every id holds a digit, statistics aside, so that a bare word stands out."""
    given = words.dropna().astype("str")
    digits = given.str.contains(r"\d", regex=True).to_numpy(dtype=bool)
    if len(given) <= _FEWEST_IDS or digits.sum() < max(_FEWEST_IDS, _FEWEST_NUMBERED * len(given)):
        return False
    worded = given[~digits]
    statistics = worded.isin([word for word in worded.unique() if _is_statistic(word)]).sum()
    return bool(digits.sum() >= _NUMBERED * (len(given) - statistics))


def summary_notes(
    source: Source, column: str, words: pd.Series, rows: np.ndarray, known: Sequence[int], last: int = _LAST
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
    known : sequence of int
        Rows that are turned away as summaries, or have an id and a place of their own, which no total has.
    last : int
        Rows at the end that a bare word tells of.
    """
    inner = words.fillna("").astype("str")
    named, like = _fitting(words, _NAMED_SUMMARY, _LIKE_A_NAME)
    like = (like & ~named) | (named & (not named.all()))
    if _numbered(words):
        bare = cells_matching(inner.iloc[:-last], _SUMMARY_ONLY, _LIKE_A_BARE_ONE, ())
        like[: len(bare)] |= bare
    like[list(known)] = False
    summaries = np.flatnonzero(like)
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
