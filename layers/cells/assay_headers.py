"""What the heading of a laboratory column says: element or oxide, unit, method."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from layers.elements import ATOMIC_MASS, oxide_factor, parse_oxide

UNIT_PPM = {
    "ppm": 1.0, "g/t": 1.0, "gpt": 1.0, "g_t": 1.0, "mg/kg": 1.0, "mgkg": 1.0, "mg_kg": 1.0, "ug/g": 1.0, "µg/g": 1.0,
    "ppb": 1e-3, "mg/t": 1e-3, "ug/kg": 1e-3, "µg/kg": 1e-3, "ng/g": 1e-3, "ppt": 1e-6,
    "%": 1e4, "pct": 1e4, "perc": 1e4, "percent": 1e4, "wt%": 1e4, "wt.%": 1e4, "wtpct": 1e4, "pctm": 1e4, "cent": 1e4,
}  # fmt: skip
"""Unit as written, lower case, to ppm by mass."""

METHOD_WORDS = {
    "fus": "fusion", "fusion": "fusion", "lib": "fusion", "libo2": "fusion", "fusms": "fusion", "ms81": "fusion",
    "me-ms81": "fusion", "peroxide": "fusion",
    "ina": "inaa", "inaa": "inaa", "naa": "inaa",
    "4a": "four_acid", "4acid": "four_acid", "fouracid": "four_acid", "ma": "four_acid", "ms61": "four_acid",
    "me-ms61": "four_acid",
    "ar": "aqua_regia", "aqr": "aqua_regia", "aquaregia": "aqua_regia", "ms41": "aqua_regia", "me-ms41": "aqua_regia",
    "511": "aqua_regia", "511p": "aqua_regia",
    "xrf": "xrf", "pxrf": "xrf",
    "es": "spectrographic", "spec": "spectrographic",
    "icp": "unknown", "icpms": "unknown", "icpes": "unknown", "icpaes": "unknown", "icpoes": "unknown", "aas": "unknown",
    "ms": "unknown", "ic": "unknown", "ise": "unknown", "fa": "unknown", "cv": "unknown",
}  # fmt: skip
"""Word in a heading or a method row, lower case, to one of `layers.schema.METHODS`. ``511P``: aqua regia at GTK (Finland)."""

METHOD_ORDER = ("fusion", "inaa", "four_acid", "xrf", "aqua_regia", "spectrographic", "unknown")
"""Which method is taken where an element was analysed by several: total before partial. Never an average."""

_SYMBOLS = {symbol.upper(): symbol for symbol in ATOMIC_MASS}
_NO_OXIDES = frozenset(
    ["NO", "NO2", "NO3", "PO", "PO3", "PO4", "SO", "SO2", "SO4", "CO3", "IO", "IO3", "BO3", "ASO4", "H2O", "HO2"]
)
"""Ions, water and words that read like oxides; what leaches in water is no total."""
_MONOXIDES = {
    oxide.upper(): oxide
    for oxide in ["CaO", "MgO", "MnO", "FeO", "BaO", "SrO", "NiO", "ZnO", "PbO", "CoO", "CuO", "BeO"]
}
_HIGHEST_VALENCE = 8
_PREFIXES = re.compile(r"^(?:teneur|ley|conc|concentration|contenido)[\s_]+(?:en|de|of)?[\s_]*", re.IGNORECASE)
_SPLIT = re.compile(r"[\s_()\[\],;:]+")
_WORDS = re.compile(r"[\s_()\[\],;:/+]+|(?<=\D)-(?=\D)|(?<=\d)-(?=[a-z])")
_TOTALS = re.compile(r"^(?:TREO|TREE|REO|TREO\+?Y|LREO|HREO|LREE|HREE|SUM|TOTAL|TOT)", re.IGNORECASE)


@dataclass(frozen=True)
class AssayColumn:
    """One laboratory column.

    Parameters
    ----------
    name : str
        As in the file.
    element : str
        Symbol, e.g. ``La``.
    form : str
        The symbol, or the oxide the numbers are stated in, e.g. ``La2O3``.
    to_ppm : float or None
        Multiply a number by this to get ppm of the element; None where neither heading nor source says a unit.
    method : str
        One of `layers.schema.METHODS`.
    """

    name: str
    element: str
    form: str
    to_ppm: float | None
    method: str


def parse_heading(
    name: str,
    *,
    default_unit: str | None = None,
    oxide_unit: str | None = None,
    units: Mapping[str, str] | None = None,
    methods: Mapping[str, str] | None = None,
    default_method: str = "unknown",
) -> AssayColumn | None:
    """Read a heading such as ``La_INA_ppm``, ``La2O3 (%)``, ``Y(g/t)`` or ``teneur_La``.

    Parameters
    ----------
    name : str
        Heading as in the file.
    default_unit, oxide_unit : str, optional
        Unit of elements, and of oxides, whose heading says none. There is no guess between ppm and per cent.
    units : mapping, optional
        Heading or symbol -> unit; outweighs the two defaults.
    methods : mapping, optional
        Further words in headings -> method.
    default_method : str
        Method where the heading says none.

    Returns
    -------
    AssayColumn or None
        None where the heading is not that of an element or simple oxide (totals such as TREO are none either).
    """
    text = _PREFIXES.sub("", name.strip())
    if _TOTALS.match(text):
        return None
    unit, rest = _take_unit(text)
    tokens = [token for token in _SPLIT.split(rest) if token]
    if not tokens:
        return None
    parsed = _symbol(tokens[0], stated=unit is not None)
    if parsed is None:
        return None
    element, form = parsed
    method, others = _method(tokens[1:], {key.casefold(): value for key, value in (methods or {}).items()})
    if others and unit is None:
        return None
    given = units or {}
    unit = given.get(name) or unit or given.get(form) or (oxide_unit if form != element else None) or default_unit
    factor = None if unit is None else UNIT_PPM.get(unit.strip().casefold())
    if factor is not None and form != element:
        factor /= oxide_factor(form)
    return AssayColumn(name, element, form, factor, method or default_method)


def _take_unit(text: str) -> tuple[str | None, str]:
    """Split a unit off a heading, wherever it stands in it."""
    for unit in sorted(UNIT_PPM, key=len, reverse=True):
        pattern = rf"(?:(?<=[\s_(\[,])|(?<=\d)(?=%)|^){re.escape(unit)}(?=$|[\s_)\],.])" if unit != "%" else r"%"
        found = re.search(pattern, text, re.IGNORECASE)
        if found and text[: found.start()].strip(" _(["):
            return unit, f"{text[: found.start()]} {text[found.end() :]}".replace(" .", " ").strip()
    return None, text


def _symbol(token: str, *, stated: bool) -> tuple[str, str] | None:
    """Return element and form; lower case needs a stated unit."""
    token = token.strip("*.")
    if token.upper() not in _SYMBOLS:  # CO and HO in capitals are cobalt and holmium, not oxides
        shorter = re.sub(r"(?:tot|t)$", "", token, flags=re.IGNORECASE)
        token = shorter if parse_oxide(shorter) else token
        if any(letter.isdigit() for letter in token) and parse_oxide(token) is None:
            token = _proper_oxide(token)
        token = _MONOXIDES.get(token.upper(), token)
        parsed = None if token.upper() in _NO_OXIDES else parse_oxide(token)
        if (
            parsed is None or 2 * parsed[2] > _HIGHEST_VALENCE * parsed[1]
        ):  # SiO22 is a second column SiO2 of a workbook
            return None
        return parsed[0], token
    if token.islower() and not stated:
        return None
    symbol = _SYMBOLS[token.upper()]
    return symbol, symbol


def _proper_oxide(token: str) -> str:
    """Return ``LA2O3`` or ``la2o3`` as ``La2O3``."""
    found = re.fullmatch(r"([A-Za-z]{1,2}?)(\d*)[Oo](\d*)", token)
    if found is None or found[1].upper() not in _SYMBOLS:
        return token
    return f"{_SYMBOLS[found[1].upper()]}{found[2]}O{found[3]}"


def method_named(text: str, own: Mapping[str, str]) -> str | None:
    """Return the method a text such as ``Lithium borate fusion, ICP-MS`` names; None where it names none.

    Parameters
    ----------
    text : str
        Cell of a row of methods, or any name of a laboratory package.
    own : mapping
        Further words, lower case -> method.
    """
    known = {**METHOD_WORDS, **own}
    words = [word for word in _WORDS.split(text.strip().casefold()) if word]
    pairs = ["".join(pair) for pair in pairwise(words)]
    named = [known[one] for one in (text.strip().casefold(), *pairs, *words) if one in known]
    sure = [one for one in named if one != "unknown"]
    return sure[0] if sure else named[0] if named else None


def _method(tokens: list[str], own: Mapping[str, str]) -> tuple[str | None, list[str]]:
    """Return the method the words of a heading name, and the words that name none."""
    method, others = None, []
    for token in tokens:
        word = token.casefold()
        if word in own or word in METHOD_WORDS:
            named = own.get(word, METHOD_WORDS.get(word, "unknown"))
            method = named if method in (None, "unknown") else method
        else:
            others.append(token)
    return method, others
