"""Every word, number and date a person reads, in English and French, from one file."""

from __future__ import annotations

import datetime
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from layers.codes import codes
from layers.errors import StageError
from layers.findings import Value
from layers.schema import SITE_KINDS
from layers.text import fold
from maps.word_file import NARROW_SPACE, words_now
from maps.word_file import unbroken as unbroken

LANGUAGES = ("en", "fr")
SHOWN_KINDS = (*SITE_KINDS, "quarry")
"""Kinds of site as pages tell them: worked places of stone alone stand apart, for they leave no tailings."""

_NUMBER = re.compile(r"([+-]?)(\d[\d,]*)(\.\d+)?")


def all_words() -> dict[str, Any]:
    """Return the whole word file, for what is looked for: sections of ``key -> {en, fr}``, and ``months``.

    In French the space before ``: ; ? !`` and inside guillemets does not break; the file is written with plain spaces.
    """
    return words_now()


def word(key: str, lang: str) -> str:
    """Return a word or sentence of the pages.

    Parameters
    ----------
    key : str
        A key under ``words`` of ``words.yml``.
    lang : {"en", "fr"}
        Language.

    Returns
    -------
    str
        The text, with slots in braces where it has any. A key that comes from data and is not listed (a new flag or
        tonnage rule) is spelled out rather than refused.
    """
    entry = all_words()["words"].get(key)
    return str(entry[lang]) if entry else spelled_out(key)


def known(key: str) -> bool:
    """Say whether ``words.yml`` lists a key."""
    return key in all_words()["words"]


def phrase(key: str, lang: str, **values: object) -> str:
    """Return a sentence with its slots filled, numbers written with the marks of the language.

    Parameters
    ----------
    key : str
        A key under ``words``; of one thing (in French of none, too) ``<key>_one`` is taken where it is listed.
    lang : {"en", "fr"}
        Language.
    **values : object
        One per slot. Numbers follow the slot's format, or three significant digits without one.
    """
    filled = {name: _Localised(value, lang) for name, value in values.items()}
    return word(_singular(key, lang, values), lang).format(**filled)


def _singular(key: str, lang: str, values: Mapping[str, object]) -> str:
    """Return the key of a sentence about one thing where there is one; ``shown`` counts before ``n``."""
    count = values.get("shown", values.get("n"))
    few = (1,) if lang == "en" else (0, 1)
    return f"{key}_one" if count in few and known(f"{key}_one") else key


def number(value: float | None, lang: str, decimals: int | None = None) -> str:
    """Write a number with the marks of a language.

    Parameters
    ----------
    value : float or None
        Missing or not finite becomes the word for "not known".
    lang : {"en", "fr"}
        ``1,234.5`` in English, ``1 234,5`` (narrow no-break space) in French.
    decimals : int, optional
        Digits behind the mark; by default whole above 100, else three significant digits.
    """
    if value is None or not math.isfinite(value):
        return word("not_known", lang)
    if decimals is None:
        size = abs(value)
        decimals = 0 if size >= 100 or float(value).is_integer() else 1 if size >= 10 else 2 if size >= 0.1 else 3
    return marks(f"{round(value, decimals) + 0.0:,.{decimals}f}", lang)  # + 0.0: nothing is printed as -0.00


def chance(value: float | None, lang: str) -> str:
    """Write a chance (0-1) to two digits; one that would round to 0 or 1 as less or more, for no draw proves certainty."""
    if value is not None and (value >= 0.995 or value < 0.005):
        return marks("> 0.99" if value > 0.5 else "< 0.01", lang)
    return number(value, lang, 2)


PRACTICALLY_NONE_T = 1.0
"""An expectation of payable oxides below this is told as practically none."""


def percent(value: float, lang: str) -> str:
    """Write a chance (0-1) in whole per cent, without the sign; one that would round to 0 or 100 as less or more."""
    if value >= 0.995 or value <= 0.005:
        return "> 99" if value > 0.5 else "< 1"
    return number(100 * value, lang, 0)


def banded_chance(key: str, row: Mapping[str, Any], lang: str) -> str:
    """Say the chance of a ranked site with its band, or alone where the ends of the band print alike.

    Parameters
    ----------
    key : str
        Of a phrase with ``score, band``; ``<key>_plain`` is the same without a band.
    row : mapping
        ``score``, ``score_low``, ``score_high``.
    lang : {"en", "fr"}
        Language.
    """
    score, low, high = (chance(float(row[column]), lang) for column in ("score", "score_low", "score_high"))
    if low == high:
        return phrase(f"{key}_plain", lang, score=score)
    signed = {low[0], high[0]} & {"<", ">"}
    band = phrase("chance_between", lang, low=low, high=high) if signed else f"{low}–{high}"
    return phrase(key, lang, score=score, band=band)


def rounded(value: float | None, lang: str, digits: int = 2) -> str:
    """Write an estimate with as many significant digits as it deserves."""
    if value is None or not math.isfinite(value):
        return word("not_known", lang)
    if value == 0:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    return marks(f"{round(value, places):,.{max(places, 0)}f}", lang)


def marks(text: str, lang: str) -> str:
    """Give the marks of a language to numbers written the English way."""
    if lang == "en":
        return text
    return _NUMBER.sub(
        lambda match: match[1] + match[2].replace(",", NARROW_SPACE) + (match[3] or "").replace(".", ","), text
    )


def span(low: float | None, high: float | None, unit: str, lang: str) -> str:
    """Write a range with its unit, e.g. ``19,000–480,000 t``; one bound may be missing."""
    known_ends = [rounded(end, lang) for end in (low, high) if end is not None and math.isfinite(end)]
    if not known_ends:
        return word("not_known", lang)
    ends = "–".join(dict.fromkeys(known_ends))
    return f"{ends}\u00a0{unit}" if unit else ends


def ground(area_m2: float, lang: str) -> str:
    """Write an area as it is spoken of: square metres, hectares or square kilometres, to three digits at most."""
    unit, m2 = ("km²", 1e6) if area_m2 >= 1e6 else ("ha", 1e4) if area_m2 >= 1e4 else ("m²", 1.0)
    return f"{rounded(area_m2 / m2, lang, 3)}\u00a0{unit}"


def grade(low: float | None, high: float | None, lang: str) -> str:
    """Write the range of a grade in ppm; from 0 on it is what limits leave open, for nothing was detected."""
    if low == 0 and high is not None and math.isfinite(high):
        return phrase("grade_undetected", lang, high=rounded(high, lang))
    return span(low, high, "ppm", lang)


def measured_grade(mean: float, low: float, high: float, lang: str) -> str:
    """Write a measured grade in ppm, its range in brackets: the one form of all pages; see `grade` for one that starts at 0."""
    if low == 0 or not math.isfinite(mean):
        return grade(low, high, lang)
    return f"{rounded(mean, lang)}\u00a0ppm ({span(low, high, '', lang)})"


def date(iso: str | None, lang: str) -> str:
    """Write an ISO date out: ``25 November 2026``, ``25 novembre 2026``; other texts stay as they are."""
    if not iso:
        return word("date_unstated", lang)
    try:
        day = datetime.date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    first = "1er" if lang == "fr" and day.day == 1 else str(day.day)
    return f"{first} {all_words()['months'][lang][day.month - 1]} {day.year}"


def element(symbol: str, lang: str) -> str:
    """Return the name of an element or group of elements; the symbol itself where it has none."""
    entry = all_words()["elements"].get(symbol)
    return str(entry[lang]) if entry else symbol


def flag(code: str, lang: str) -> str:
    """Return the words for a caution's code."""
    return word(f"flag_{code}", lang)


def code_note(code: str, lang: str) -> str:
    """Return what a code of a note or of a rejected row means and what to do, as a sentence each; nothing for an unknown code."""
    entry = codes().get(code)
    if entry is None:
        return ""
    meaning, remedy = (entry.meaning, entry.remedy) if lang == "en" else (entry.meaning_fr, entry.remedy_fr)
    if not meaning or remedy.casefold() in ("", "nothing", "rien"):
        return _sentence(meaning)
    return f"{_sentence(meaning)} {word('code_remedy', lang)}{word('colon', lang)}{unbroken(remedy) if lang == 'fr' else remedy}."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def finding(code: str, values: Mapping[str, Value], lang: str) -> str:
    """Return a finding in words: why a caution was given, or two records are linked.

    Parameters
    ----------
    code : str
        Of a `layers.findings.Finding`: a key under ``findings`` of ``words.yml``.
    values : mapping
        One per slot. Commodities and elements are named in the language, other texts are quoted as they are.
    lang : {"en", "fr"}
        Language.

    Raises
    ------
    StageError
        If ``words.yml`` has no such key. A test keeps the two in step.
    """
    entry = all_words()["findings"].get(code)
    if entry is None:
        raise StageError(
            f"words: no sentence for the finding '{code}' in {lang}. This is a fault in minewaste: please report it."
        )
    filled = {name: _Localised(_shown(name, value, lang), lang) for name, value in values.items()}
    text = str(entry[lang]).format(**filled)
    return text[:1].upper() + text[1:] if text.endswith(".") else text


def _shown(slot: str, value: Value, lang: str) -> Value:
    """Return what fills a slot of a finding: names are put into the language, numbers and quotations stay."""
    if isinstance(value, tuple | list):
        named = [commodities(str(name), lang) if slot == "commodities" else str(name) for name in value]
        return f" {word('and_word', lang)} ".join(filter(None, [", ".join(named[:-1]), *named[-1:]]))
    shown = word(f"{slot}_{value}", lang) if slot in ("quantity", "commodity") else value
    return hazard_grade(str(value), lang) if slot == "grade" else shown


def hazard_grade(grade: str, lang: str) -> str:
    """Return a hazard class with what its letter means; classes that are words (high, extreme) say it themselves."""
    key = f"hazard_grade_{_as_key(grade).removeprefix('class_')}"
    return word(key, lang) if known(key) else grade


def commodity_names(text: str, lang: str) -> list[str]:
    """Return the commodities of a cell in a language; a name that is no element and not listed stays as it is."""
    names = text.split("; ") if text else []
    return names if lang == "en" else [_french_names().get(name.casefold(), name) for name in names]


def commodities(text: str, lang: str) -> str:
    """Return `commodity_names` as one text."""
    return in_list(commodity_names(text, lang), lang)


def in_list(parts: Iterable[str], lang: str) -> str:
    """Join what may hold commas."""
    return word("between_clauses", lang).join(parts)


@lru_cache(maxsize=1)
def _french_names() -> dict[str, str]:
    sections = ("elements", "commodities")
    return {both["en"].casefold(): both["fr"] for section in sections for both in all_words()[section].values()}


def layer(name: str, lang: str) -> str:
    """Return the words for a kind of area where it is a known code; a title given by a source stays as it is."""
    key = f"layer_{_as_key(name)}"
    return word(key, lang) if known(key) else name


def areas_looked_up(layers: Iterable[str], lang: str) -> str:
    """Say which kinds of area a run holds, for where none is near: of others an empty list says nothing."""
    kinds = ", ".join(sorted({layer(name, lang) for name in layers}))
    return phrase("areas_looked_up", lang, kinds=kinds) if kinds else word("areas_looked_up_none", lang)


def count_kinds(kinds: Iterable[str]) -> dict[str, int]:
    """Return how many sites there are of each kind, those without one too."""
    counts = Counter(kinds)
    return {kind: counts[kind] for kind in SHOWN_KINDS}


def kinds_counted(counts: Mapping[str, int], lang: str) -> str:
    """Say how many sites are wastes, worked mines, of unclear kind and showings; kinds that do not occur are not named."""
    return _by_kind("kinds_counted", "counted", counts, lang, ", ")


def ranked_last(reason: str, lang: str) -> str:
    """Say why a site stands at the end of the list: there is no waste, it was taken away, or its kind is left out."""
    if reason == "no_waste_expected":
        return word("ranked_last", lang)
    return word(f"ranked_last_{reason if reason in ('showing', 'gone') else 'kind'}", lang)


def not_sampled(kind: str, lang: str) -> str:
    """Say that no waste was sampled, as it is true of a kind of site."""
    return word("not_sampled" if kind == "waste" else f"not_sampled_{kind}", lang)


def tally(counts: Mapping[str, int], lang: str) -> str:
    """Say how many sites of a list are of each kind, as briefly as can be."""
    return _by_kind("tally", "tally", counts, lang, word("between_clauses", lang))


def _by_kind(sentence: str, clause: str, counts: Mapping[str, int], lang: str, between: str) -> str:
    counted = [phrase(f"{clause}_{kind}", lang, n=int(counts[kind])) for kind in SHOWN_KINDS if counts.get(kind)]
    return phrase(sentence, lang, kinds=between.join(counted))


def status(text: str, lang: str) -> str:
    """Return the state of work an inventory gives; one that is not listed stays as it is."""
    return _of_section("statuses", text, lang)


def licence(text: str, lang: str) -> str:
    """Return a licence that is stated in plain words, in a language; names of licences stay as they are."""
    return _of_section("licences", text, lang)


def jurisdiction(text: str, lang: str) -> str:
    """Return the name of a province, territory or state for its short name; other texts stay as they are."""
    return _of_section("jurisdictions", text, lang)


def deposit_type(text: str, lang: str) -> str:
    """Return a deposit type, or several with commas between; what is not listed stays as it is."""
    return ", ".join(_of_section("deposits", part, lang) for part in text.split(", "))


def _of_section(section: str, text: str, lang: str) -> str:
    entry = all_words()[section].get(_as_key(text))
    return str(entry[lang]) if entry else text


def _as_key(text: str) -> str:
    return "_".join(fold(text).split())


def spelled_out(key: str) -> str:
    """Return a code as words, for codes that ``words.yml`` does not list."""
    for start in ("flag_", "tonnage_rule_", "layer_", "relation_", "status_", "evidence_"):
        key = key.removeprefix(start)
    return key.replace("_", " ").strip()


class _Localised:
    """A value that formats itself with the marks of a language."""

    def __init__(self, value: object, lang: str) -> None:
        self.value = value
        self.lang = lang

    def __format__(self, spec: str) -> str:
        value = self.value
        if isinstance(value, str) or value is None:
            return "" if value is None else value
        if spec in ("", "g"):
            return number(float(value), self.lang)  # type: ignore[arg-type]
        if spec.endswith("f"):  # z, which stands behind a sign: nothing is printed as -0.00
            signed = spec[0] in "+- "
            spec = f"{spec[:signed]}z{spec[signed:]}"
        return marks(format(value, spec), self.lang)
