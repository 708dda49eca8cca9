"""Results of a laboratory: which element, in which unit, by which method, and what keeps a column from being a result."""

from __future__ import annotations

import re
from itertools import pairwise

from layers.cells.heading_spellings import respelt
from layers.cells.heading_tokens import Token, folded, vocabulary
from layers.cells.headings import IONS, SYMBOLS, Heading, Words
from layers.elements import parse_oxide

UNSURE_SYMBOLS = frozenset(["As", "At", "In", "Co", "Er", "W", "Ho", "I", "Re", "Be", "No", "N", "Y", "Th", "Dy"])
"""Symbols that are words, initials or abbreviations in other tables."""


def elements_of(words: Words) -> list[tuple[int, str]]:
    """Return place and name of the elements, oxides and ions of a heading; everyday words only where nothing else is one."""
    sure: list[tuple[int, str]] = []
    weak: list[tuple[int, str]] = []
    for index, token in enumerate(words.tokens):
        readings = token.readings
        if token.text == "SI" and index and any(letter.islower() for letter in words.text):  # units, no silicon
            continue
        named = next(
            (readings[group] for group in ("oxide", "misspelt oxide", "ions", "element_names") if group in readings),
            None,
        )
        if named is not None and not (
            readings.keys() & {"others", "fractions"} - {"fractions"} and len(words.tokens) > 1
        ):
            sure.append((index, named))
        elif "symbol" in readings:
            everyday = readings.keys() - {"symbol", "element_names"}
            lower = token.text.islower()
            (weak if everyday or (lower and not token.glued) else sure).append((index, readings["symbol"]))
    return (
        sure
        or [weak_token for weak_token in weak if _weak_stands(words, weak_token[0])][:1]
        or _joined_to_method(words)
    )


_LASER = frozenset(["laicpms", "laicp", "lamcicpms", "laqicpms"])
"""Laser ablation: a method; only ``La_ICPMS`` is lanthanum by another."""


def _joined_to_method(words: Words) -> list[tuple[int, str]]:
    """Return the symbol a code of a method begins with, where no other element is named: ``Ag_OG62``, ``La_ICPMS``."""
    for index, token in enumerate(words.tokens):
        if "methods" in token.readings and not (folded(token.text) in _LASER and token.text.startswith("LA")):
            for length in (2, 1):
                symbol = token.text[:length].capitalize()
                if (
                    symbol in SYMBOLS
                    and len(token.text) > length + 1
                    and re.search(rf"(?:^|[\s_(\[/-])(?:(?i:{symbol})[\s_/-]|{symbol}(?<=[a-z])(?=[A-Z]))", words.text)
                ):
                    return [(index, symbol)]
    return []


def _weak_stands(words: Words, position: int) -> bool:
    """Say whether a symbol that is also a word may be an element here: a unit, a method or a side word stands with it."""
    others = [token for index, token in enumerate(words.tokens) if index != position]
    if not words.tokens[position].text.islower():
        return True
    beside = {
        "share_units",
        "volume_units",
        "methods",
        "limits",
        "errors",
        "repeat_words",
        "qualifiers",
        "statistics",
        "number",
        "mass_units",
    }
    return bool(others) and all(other.readings.keys() & beside for other in others)


def share_unit(words: Words) -> tuple[str | None, float | None, bool]:
    """Return the unit of a share, its factor to ppm, and whether it is told twice or differently."""
    lists = vocabulary()
    names = list(dict.fromkeys(token.readings["share_units"] for token in words.classes.get("share_units", [])))
    volumes = list(dict.fromkeys(token.readings["volume_units"] for token in words.classes.get("volume_units", [])))
    unsure = words.meaning("unsure_units")
    if unsure == "gt" and not names and words.has("grade_words"):
        return "g/t", 1.0, False
    if names and not volumes and len(names) == 1:
        return names[0], float(lists["share_units"][names[0]][0]), False
    if names and (volumes or len(names) > 1):
        return None, None, True
    if volumes:
        return volumes[0], None, False
    if unsure is not None:
        return unsure, None, True
    return None, None, False


def method_of(words: Words) -> tuple[str | None, str | None]:
    """Return method as written and its class; a total digestion named beside an instrument is the method."""
    named = words.classes.get("methods", [])
    if not named:
        return None, None
    classes = [method_class(method) for method in named]
    sure = [kind for kind in classes if kind != "unknown"]
    return " ".join(method.text for method in named), sure[0] if sure else "unknown"


def method_class(token: Token) -> str:
    """Return the method of a laboratory's code such as ``ME-MS81`` or ``LF100``."""
    if "code" not in token.readings:
        return token.readings["methods"]
    code = folded(token.readings["code"])
    for pattern, method in _CODES:
        if re.fullmatch(pattern, code):
            return method
    return "unknown"


_CODES = (
    (r"(?:me)?ms8[1-5].*|(?:me)?icp06|(?:me)?icp8[1-9].*|lf\d+.*|4b\d*|4a", "fusion"),
    (r"(?:g[ceo]?)?(?:ims9[0-9]|icp9[05]|icm9[0-9]).*|f[bp][16]/?(?:ms|oe)?|pf3\d\d", "fusion"),
    (r"(?:me)?(?:ms|icp|og|ai)6[0-9][a-z]?|ma\d+.*|1ex|(?:[a-z]{2})?og62.*|ims230|icp302", "four_acid"),
    (r"g?e?icp40.*|icm40.*|ims40.*", "four_acid"),
    (r"(?:me)?(?:ms|icp|og)4[0-9][a-z]?|aq\d+.*|aqr\d+|1dx\d*|1f\d*|(?:[a-z]{2})?og46.*", "aqua_regia"),
    (r"icp14.*|ar102|1ve|icm14.*|ims14.*|ar(?:10|25|50|005|01)/?(?:ms|oe)?", "aqua_regia"),
    (r"(?:me)?xrf\d+.*|xf\d+.*|gx\d+|xr\d+|x\d+|go?xrf.*", "xrf"),
    (r"ina\d*|1d|1h", "inaa"),
)  # fmt: skip
"""Codes of laboratory packages, folded -> method. Sources: the laboratories' public schedules of services."""


def result(
    text: str,
    words: Words,
    elements: list[tuple[int, str]],
    share: tuple[str | None, float | None, bool],
    named_method: tuple[str | None, str | None],
) -> Heading:
    """Return a result, or what keeps the column from being one."""
    unit, multiplier, unsure_unit = share
    method, method_class = named_method
    element = _form(words, elements)
    unknown = [*words.unknown, *_two_forms(words, elements)]
    if unit is None and words.has("flags_of_sites", "counts_of"):
        listed = words.has("flags_of_sites")
        return Heading(
            text, "commodity" if listed else "statistic", element, unknown=tuple(unknown) if listed else (text,)
        )
    if words.has("minerals"):
        return Heading(text, "other", unknown=tuple(unknown))
    if _not_of_the_sample(words) or words.has("others_units") or _equivalent(text):
        if unit is None and elements[0][0] > 0:
            element = ""
        if (words.has("fractions") and not words.has("grade_words")) or _GRAINS & {
            folded(token.text) for token in words.classes.get("others_units", [])
        }:
            unknown.append(text)
        return Heading(text, "other", element or None, unit, multiplier, method, tuple(unknown))
    unknown += _strangers(words, elements, element) + _unclear_numbers(words, unit)
    if any(folded(token.text) == "conc" for token in words.classes.get("grade_words", [])):
        unknown.append("conc")
    lone_ion = element in IONS and element not in ("CO2", "H2O") and unit is None and method is None
    counted = unit is not None and _isotope(words, elements)
    if words.has("sums") or counted or lone_ion or unsure_unit or (words.has("misspelt oxide") and unit is None):
        unknown.append(text)
    if unit is None:
        unknown += _unsure_without_unit(words, elements)
    if element in SYMBOLS and words.has("calculated"):  # an oxide is from its element; an element, from what?
        unknown.append(text)
    if unit == "ppt" or _may_be_another(text, words, elements):  # parts per thousand or per million millions
        unknown.append(text)
    kind = "other" if unknown else "result"
    asked = tuple(dict.fromkeys(unknown))
    role = "form" if len({name for _, name in elements}) > 1 and words.has("ions") else _role(words)
    return Heading(text, kind, element, unit, multiplier, method, asked, role, method_class)


_GRAINS = frozenset(["um", "mesh"])
"""Units of grain sizes: of a range, or of what stayed on a sieve; `heading_spellings` takes what passed one apart."""

_ALLOWED = frozenset(
    ["symbol", "oxide", "misspelt oxide", "ions", "element_names", "share_units", "volume_units", "methods", "laboratories",
     "grade_words", "calculated", "preferred", "over_range", "repeat_words", "total_words", "partial_forms", "dissolved",
     "number", "sign", "fillers", "lone_sums", "unsure_units", "limits", "sieved"]
)  # fmt: skip
"""Classes of words a result may hold."""


def _strangers(words: Words, elements: list[tuple[int, str]], element: str) -> list[str]:
    """Return known words that have no place in the heading of a result, and symbols of another element."""
    places = {position for position, _ in elements}
    strangers = []
    for index, token in enumerate(words.tokens):
        groups = token.readings.keys()
        other = core(token.readings.get("symbol", element)) != core(element) and groups <= {"symbol", "element_names"}
        if groups and index not in places and (other or not groups & _ALLOWED or _stray_letter(words, index)):
            strangers.append(token.text)
    return strangers


def _stray_letter(words: Words, index: int) -> bool:
    """Say whether a letter that is a small word in some language joins nothing: ``Fe_o`` by oxalate, ``Cu_ppm_y`` of a join."""
    token, after = words.tokens[index], words.tokens[index + 1 : index + 2]
    lone = len(token.text) == 1 and "fillers" in token.readings
    return lone and (not after or bool(after[0].readings.keys() & {"share_units", "methods", "number"}))


def _unclear_numbers(words: Words, unit: str | None) -> list[str]:
    """Return what may be a depth range, a valence or tonnes: two numbers in a row, a plus, a small ``t`` without a unit."""
    unclear = [
        f"{a.text} {b.text}"
        for a, b in pairwise(words.tokens)
        if "number" in a.readings and "number" in b.readings and not words.has("limits")
    ]
    unclear += [
        "+"
        for token in words.classes.get("sign", [])
        if token.text == "+" and words.has("number") and not words.has("share_units")
    ]
    if any(token.text == "+" and "number" in before.readings for before, token in pairwise(words.tokens)):
        unclear.append("+")
    unclear += [token.text for token in words.tokens if token.text == "t" and unit is None and not token.glued]
    last = words.tokens[-1]
    if len(words.tokens) > 2 and "share_units" in words.tokens[-2].readings and re.fullmatch(r"\d\d", last.text):
        unclear.append(last.text)  # La_ppm_50: a percentile, a mesh
    only_unit = len(words.classes.get("share_units", [])) == 1  # x10^-6 alone is the unit, behind ppm a multiple
    multiple = _MULTIPLE.search(respelt(words.text) if only_unit else words.text)
    unclear += [] if multiple is None else [multiple[0].strip()]
    threshold = None if words.has("limits", "sieved") else _THRESHOLD.search(words.text)
    unclear += [] if threshold is None else [threshold[0].strip()]
    return unclear


_MULTIPLE = re.compile(
    r"(?<![A-Za-z0-9])x\s*10+\b|[×*]\s*10+\b|/\s*10+\b(?!\s*(?:[mk]?g|m?l)\b)|\b10+\s*[x×*](?![A-Za-z])|[x×*]\s*10\s*\^?\s*-?\d\b|%0"
    r"|(?:pp[mbt]|%|pct)\W{0,2}\s*[/÷]\s*\d|(?<![\w.,])10+\s*(?:pp[mbt]|[mµu]g/kg|g/t|%|pct)(?![A-Za-z])"
)
"""``La (ppm) x10``, ``La, 1000 mg/kg``: nobody knows whether the numbers were multiplied or are to be."""

_THRESHOLD = re.compile(
    r"[<>≤≥]\s*=?\s*\d+(?:[.,]\d+)?|(?<![A-Za-z0-9.,^−-])(?=[\d.,]*[1-9])\d+(?:[.,]\d+)?[\s_]*(?:pp[mbt]|[mµμu]g/kg|g/t|%|pct)(?![A-Za-z])"
)
"""``La <0.1 ppm``, ``La 0.1 ppm``: a limit, marks of what lies below it, a share that passed it, or tenths of a ppm."""


_SCREENED = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z][a-z]?\s?\(\s?[-−–]\s?\)|(?:Au|Ag|Pt|Pd)[-−–](?=$|[\s(])|[A-Z][a-z]?\s?(?:\(\s?\+\s?\)|\+(?=$|[\s(_])))"
)
"""``Au+``, ``Au(-)``: gold above and below a screen, or a charge; a lone minus behind other symbols is an ion's, or a hyphen."""


def _may_be_another(text: str, words: Words, elements: list[tuple[int, str]]) -> bool:
    """Say whether known words may make a share that of something else: of what a plant was fed, an ore, a screen, a spread.

    A laboratory's package for rich samples tells its ``ore grade`` from that of an ore; ``cv`` is cold vapour for mercury alone.
    """
    methods = {folded(token.text) for token in words.classes.get("methods", [])}
    of_ore = any(folded(token.text) in _OF_ORE for token in words.classes.get("over_range", []))
    spread = "cv" in methods and any(core(name) != "Hg" for _, name in elements)
    return bool(_FED.search(text) or _SCREENED.search(text)) or (of_ore and not methods) or spread


_OF_ORE = frozenset(["oregrade", "highgrade"])

_FED = re.compile(r"(?i)(?:^|[^a-z])(?:(?:mill\s?|plant\s?)?feed|head)(?:$|[^a-z])")


def _isotope(words: Words, elements: list[tuple[int, str]]) -> bool:
    """Say whether a mass number of lead, uranium or another element with counted isotopes stands beside the symbol."""
    numbers = [token.readings["number"] for token in words.classes.get("number", [])]
    return any((name, number) in _ISOTOPES for _, name in elements for number in numbers)


_ISOTOPES = frozenset(
    [("Pb", str(mass)) for mass in (204, 206, 207, 208, 210)] + [("U", str(mass)) for mass in (234, 235, 238)]
    + [("Sr", "86"), ("Sr", "87"), ("Nd", "143"), ("Nd", "144"), ("Th", "230"), ("Ra", "226"), ("K", "40"), ("Cs", "137")]
)  # fmt: skip


def _form(words: Words, elements: list[tuple[int, str]]) -> str:
    """Return what the numbers state: of ``P as P2O5`` the oxide, beside a form of it (``S_SO4``) the element itself."""
    names = list(dict.fromkeys(name for _, name in elements))
    symbols = [name for name in names if name in SYMBOLS]
    if len(names) == 2 and _stated_as(words, elements):
        return names[1]
    return symbols[0] if len(names) > 1 and symbols else names[0]


_AS = frozenset(["as", "en", "als", "como", "som"])
"""Words between what was looked for and the form it is stated in."""


def _stated_as(words: Words, elements: list[tuple[int, str]]) -> bool:
    """Say whether a word between the first and the last form of an element says that the numbers state the last."""
    between = words.tokens[elements[0][0] + 1 : elements[-1][0]]
    return any(folded(token.text) in _AS for token in between)


def _two_forms(words: Words, elements: list[tuple[int, str]]) -> list[str]:
    """Return the oxide that stands beside its element where nothing says which of them the numbers state."""
    names = list(dict.fromkeys(name for _, name in elements))
    oxides = [name for name in names if name not in IONS and parse_oxide(name) is not None]
    both = len(names) > 1 and bool(oxides) and any(name in SYMBOLS for name in names)
    return oxides[:1] if both and not _stated_as(words, elements) else []


def _role(words: Words) -> str:
    """Return what a result is among several of its element."""
    for group, role in (
        ("dissolved", "dissolved"), ("volume_units", "dissolved"), ("partial_forms", "form"), ("repeat_words", "repeat"),
        ("over_range", "over_range"), ("preferred", "best"),
    ):  # fmt: skip
        if words.has(group):
            return role
    codes = [folded(token.readings["code"]) for token in words.classes.get("methods", []) if "code" in token.readings]
    if any(re.fullmatch(r"(?:[a-z]{2})?(?:og\d+.*|ms81h|ms85h?|gra\d+)", code) for code in codes):
        return "over_range"
    return "first"


def _not_of_the_sample(words: Words) -> bool:
    """Say whether a word tells that something else than the sample was analysed: a concentrate, ash, leachate, a guideline."""
    if words.has("grade_words") and any("head" in folded(token.text) for token in words.tokens):
        return False
    return any(
        token.readings.keys() & {"fractions", "others"}
        and not token.readings.keys() & {"symbol", "element_names", "methods", "grade_words", "unit_words"}
        for token in words.tokens
    ) or any(
        "fractions" in token.readings and folded(token.text) == "conc" and index == 0
        for index, token in enumerate(words.tokens)
    )


def _equivalent(text: str) -> bool:
    """Say whether a small e before the symbol marks an equivalent of a gamma probe."""
    return re.search(r"(?:^|[\s_(-])e(?:U|Th|K)(?:3O8|308)?(?=$|[\s_)(-])", text) is not None


def _unsure_without_unit(words: Words, elements: list[tuple[int, str]]) -> list[str]:
    """Return what only the table can tell where a heading says no unit."""
    unsure = []
    supported = words.has(
        "methods",
        "grade_words",
        "repeat_words",
        "total_words",
        "element_names",
        "preferred",
        "over_range",
        "volume_units",
    )
    if "/" in [token.readings.get("sign") for token in words.tokens] and not words.has("methods"):
        unsure.append("/")
    for position, name in elements:
        token = words.tokens[position]
        if "element_names" in token.readings and len(token.text) > 2:
            if name in _TRADED and len(words.tokens) == 1:
                unsure.append(token.text)
            continue
        if len(name) == 1 and words.has("grade_words") and _VALUES & {folded(other.text) for other in words.tokens}:
            unsure.append(token.text)  # P value, K value: a probability, a factor
        if not supported and (name in UNSURE_SYMBOLS or token.text.islower()):
            unsure.append(token.text)
    if words.has("number") and not (words.has("repeat_words") and not words.has("methods")):
        unsure.append(words.classes["number"][0].text)
    return unsure


_VALUES = frozenset(["value", "values"])
_TRADED = frozenset(["Au", "Ag", "Cu", "Pb", "Zn", "Fe", "Sn", "Mo", "W", "Hg", "Sb"])
"""Metals whose bare name heads amounts produced as often as grades."""


def core(name: str) -> str:
    """Return the element of a symbol, oxide or ion."""
    oxide = parse_oxide(name)
    return (
        oxide[0] if oxide else {"SO4": "S", "SO3": "S", "PO4": "P", "NO3": "N", "CO2": "C", "CO3": "C"}.get(name, name)
    )
