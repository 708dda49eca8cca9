"""Spellings of headings brought to one form before their words are looked up: powers of ten, valences, units around a symbol.

Only what can be read in one way is changed. What is changed into words that the lists hold keeps its place in the heading.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from layers.cells.element_spellings import with_registry_names
from layers.elements import ATOMIC_MASS

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_MINUS = str.maketrans("−–‐‑－", "-----")
_SHARE_OF_POWER = {"2": "%", "3": "permil", "6": "ppm", "9": "ppb", "12": "ppt"}
_MULTIPLE_OF_POWER = {"3": "thousand", "4": "ten thousand", "6": "million"}
_AMOUNT = r"(?:t\b|ton|m3|m³|m\^3|cubic|cu\.?\s?m|short|metric|m2|m²|立方)"
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6"}
_CHANGING = "Cr|Fe|As|Sb|Se|Mn|Ce|Eu|V|U|Sn|Tl|Hg|Cu|Co|Mo"
"""Elements whose states of oxidation are reported apart."""


_SHARE_OF_PERCENT = {"4": "ppm", "7": "ppb"}
_ISOTOPES_WITHIN = 0.15
"""Natural isotopes lie within a seventh of their element's atomic mass (IUPAC 2021), from lithium up."""


def _share_of_percent(match: re.Match[str]) -> str:
    return f" {_SHARE_OF_PERCENT.get(match[1], f'power{match[1]} %')} "


def _isotope(match: re.Match[str]) -> str:
    """Put the mass number behind its symbol, as in ``La139``; other numbers stay where they are."""
    mass = ATOMIC_MASS.get(match[2])
    near = mass is not None and abs(int(match[1]) / mass - 1) < _ISOTOPES_WITHIN
    return f"{match[2]}{match[1]}" if near else match[0]


def _share(match: re.Match[str]) -> str:
    return f" {_SHARE_OF_POWER[match[1]]} " if match[1] in _SHARE_OF_POWER else match[0]


def _multiple(match: re.Match[str]) -> str:
    return f" {_MULTIPLE_OF_POWER[match[1]]} " if match[1] in _MULTIPLE_OF_POWER else match[0]


def _state(match: re.Match[str]) -> str:
    charge = next(part for part in match.groups()[1:] if part)
    return f"{match[1]} state{_ROMAN.get(charge.casefold(), charge)} "


_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\bp\.\s?p\.\s?([mbt])\b\.?", re.IGNORECASE), r"pp\1"),
    (re.compile(r"\(?\bk\s?=\s?\d(?:[.,]\d+)?\)?"), ""),  # the factor of an uncertainty, no potassium
    (re.compile(r"\b[wcω]\s?\(\s?([A-Z][A-Za-z0-9]{0,5})\s?\)"), r"\1 "),  # w(La): the mass fraction of lanthanum
    (re.compile(r"\bw[\s_]?B\b\s?(?=[(/%])"), ""),
    (re.compile(r"\b([munk]?g|lb|oz)\s+([A-Z][A-Za-z0-9]{0,5})\s*/\s*(kg|t|ton|tonne|g|l)\b"), r"\2 \1/\3"),
    (re.compile(r"\b([munk]?g)[\s.·]+(kg|t|g|l)\s?\^?-1(?!\d)", re.IGNORECASE), r"\1/\2"),
    (re.compile(r"(?<![A-Za-z0-9])(?:%[o0]|[o0°º]\s?/\s?[o0]{2})(?![A-Za-z0-9])"), " permil "),
    (
        re.compile(r"(?:(?:[nx×*·/]\s*)+|(?<![A-Za-z0-9]))1[0Ee]\s?\^?\s?\(?-\s?(\d)\)?\s?(?:%|pct\b|percent\b)"),
        _share_of_percent,
    ),
    (re.compile(r"(?<![^\W_])(\d{1,3})([A-Z][a-z]?)(?![a-z0-9])"), _isotope),
    (re.compile(r"(?<![A-Za-z])(?:T?REE?|Ln|TR)2O3(?![A-Za-z0-9])"), "treo"),
    (re.compile(r"(?<![A-Za-z])(Fe2O3|FeO|Fe(?=\s?\(\s?T))\s?\(\s?[Tt]\s?\)"), r"\1 total "),
    (re.compile(r"(?:(?:[x×*/(]\s*)+|\s)10\s?\^?\s?\(?-\s?(\d{1,2})\)?(?!\d)"), _share),
    (re.compile(rf"(?:(?:[x×*]\s*)+|\b)10\s?\^\s?(\d)\s*(?={_AMOUNT})", re.IGNORECASE), _multiple),
    (re.compile(rf"(?:(?:[x×*]\s*)+|\b)10([36])\s*(?={_AMOUNT})", re.IGNORECASE), _multiple),
    (re.compile(r"\b([Mm]m)\^3\b"), r"\g<1>3"),
    (re.compile(r"(?<=\()\s*TM\s*(?=\))"), "t"),  # toneladas métricas; thulium stands in brackets nowhere
    (re.compile(r"(?<![A-Za-z])MM\s+(?:t|TM)(?![A-Za-z])"), "million t"),
    (re.compile(r"(?<![A-Za-z])k\s+t(?![A-Za-z])"), "kt"),
    (re.compile(r"\bMM\s+m(?:3|\^3|³)"), "million m3"),
    (re.compile(r"(?i)(?<![a-z])at(?:\.|om(?:ic|\.)?)?\s?(?:%|pct|percent)"), "atom%"),
    (re.compile(r"\b(k?m)\^([23])\b"), r"\1\2"),
    (re.compile(r"(?<![0-9A-Za-z])['’`´]\s?0{3}s?\s+(?=t\b|tonnes\b|m3|m³)"), "thousand "),
    (re.compile(r"δ\s?(Eu|Ce|Gd|Pr)\b"), r"\1 anomaly"),
    (re.compile(r"([1-3])?\s?σ"), r" \1sigma "),
    (
        re.compile(
            rf"(?<![A-Za-z])({_CHANGING})\s?(?:\(\s?([IV]{{1,3}}|[2-6])\s?[+-]?\)|([2-6])[+](?![\w+])|[+]([2-6])(?!\w))"
        ),
        _state,
    ),
    (re.compile(r"(?<![A-Za-z])(S)\s?\^?(?:\(\s?-?(II|2)\s?-?\)|(2)-(?=$|[\s(,;_])|-(2)(?![\w.,]))"), _state),
    (re.compile(r"(?i)(?<!\w)m[ěe]ď(?!\w)"), "koppar"),  # Czech and Slovak; without its accents a median
    (
        re.compile(r"^\s*O[Rr](?=[\s_(\[,]+(?:g/t|gpt|ppb|ppm|oz/t|mg/kg|g/tonne))"),
        "oro",
    ),  # French; elsewhere a conjunction
)


_SIEVED = re.compile(
    r"(?i)[(\[]?(?<![^\W_])(?<!\d[\s-])(?:[<≤]|-|minus\s|passing\s)\s?(\d+(?:[.,]\d+)?)\s?"
    r"(mm|[uµμ]m|microns?|mesh|#)(?![A-Za-z])(?:\s*fraction)?[)\]]?"
)
"""The part of a sample that went through a sieve: ``<63 µm``, ``-80 mesh``."""
_ISO_MESH = 14_900.0
"""Micrometres times meshes to the inch: what a wire cloth leaves open (80 mesh: 0.18 mm), within a fifth."""


def sieved_below_um(heading: str) -> float | None:
    """Return the grain size below which a heading says that its results are, micrometres; None where it says none."""
    match = _SIEVED.search(heading)
    if match is None:
        return None
    number, unit = float(match[1].replace(",", ".")), match[2].casefold()
    if unit in ("mesh", "#"):
        return _ISO_MESH / number if number else None
    return number * (1000.0 if unit == "mm" else 1.0)


def respelt(heading: str) -> str:
    """Return a heading with powers of ten, valences and units around a symbol written as words.

    ``La(×10⁻⁶)`` says ppm, ``10^6 m3`` million m3, ``Cr6+`` a state of chromium and ``mg La/kg`` lanthanum in mg/kg.
    """
    text = with_registry_names(unicodedata.normalize("NFC", heading).translate(_MINUS))
    text = _SIEVED.sub(" sieved ", _with_raised(text))
    for pattern, becomes in _RULES:
        text = pattern.sub(becomes, text)
    return text


_RAISED_POWER = re.compile(r"10([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_RAISED_CHARGE = re.compile(r"(?<=[A-Za-z)])[²³⁴⁵⁶]?[⁻⁺](?![¹²³⁴⁵⁶⁷⁸⁹])")
_RAISED_MINUS = re.compile(r"⁻[¹²³⁴⁵⁶⁷⁸⁹]+")


def _with_raised(text: str) -> str:
    """Return a text whose raised signs stand as plain ones where they are a power: ``10⁻⁶`` as ``×10^-6``."""
    text = _RAISED_POWER.sub(lambda match: f" x10^{match[1].translate(_RAISED)}", text)
    text = _RAISED_CHARGE.sub(lambda match: match[0].translate(_RAISED), text)
    return _RAISED_MINUS.sub(lambda match: match[0].translate(_RAISED), text)
