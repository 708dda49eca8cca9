"""The words of a column heading: where one ends and the next begins, and what each may mean.

Headings are written with blanks, underscores, brackets, line breaks, humps of case, or nothing at all between their words
(``La_MDL_ppm``, ``Al2O3PCNT``, ``aufaa_ppm``). The text is therefore split along the cheapest path through a list of known words:
a word that ends where the writing shows an edge costs least, one glued to the next costs more and must be of a sort that is
glued in practice (symbols, units, methods), and letters nobody knows cost most.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from layers.cells.element_spellings import named_oxides
from layers.cells.heading_spellings import respelt
from layers.elements import ATOMIC_MASS
from layers.own_tables import own_table
from layers.text import without_accents

GLUED = frozenset(
    [
        "share_units",
        "methods",
        "repeat_words",
        "statistics",
        "limits",
        "preferred",
        "unsure_units",
        "total_words",
        "amount mass",
        "mass_units",
    ]
)
"""Classes whose words are found glued to a symbol; of most others only words of a length that is no accident."""
_GLUED_WORDS = frozenset(
    ["ppm", "ppb", "ppt", "pct", "pcnt", "pcn", "percent", "perc", "pc", "%", "g/t", "gpt", "fa", "faa", "fagr", "xx", "icp",
     "icpms", "ar", "inaa", "xrf", "rpt", "dup", "dupl", "repeat", "rp", "av", "avg", "ave", "mean", "max", "min", "dl", "mdl",
     "lod", "total", "tot", "best", "pref", "err", "chk", "check", "std", "norm", "grade", "ii", "iii", "wt", "totwt", "splwt",
     "kg"]
)  # fmt: skip
_OXIDES = (
    "Li2O BeO B2O3 Na2O MgO Al2O3 SiO2 P2O5 SO2 SO3 K2O CaO Sc2O3 TiO2 Ti2O3 V2O5 V2O3 V2O4 VO2 CrO3 Cr2O3 MnO MnO2 Mn2O3 "
    "Mn3O4 FeO Fe2O3 CoO Co3O4 Co2O3 NiO Ni2O3 CuO Cu2O ZnO Ga2O3 GeO2 As2O3 As2O5 SeO2 Rb2O SrO Y2O3 ZrO2 Nb2O5 Nb2O3 MoO3 "
    "MoO2 PdO Ag2O CdO In2O3 SnO2 SnO Sb2O3 Sb2O5 TeO2 Cs2O BaO La2O3 CeO2 Ce2O3 Pr6O11 Pr2O3 Nd2O3 Sm2O3 Eu2O3 EuO Gd2O3 "
    "Tb4O7 Tb2O3 Dy2O3 Ho2O3 Er2O3 Tm2O3 Yb2O3 Lu2O3 HfO2 Ta2O5 WO3 WO2 Re2O7 PbO PbO2 Bi2O3 ThO2 UO2 UO3 U3O8 Tl2O Tl2O3 HgO"
)
"""Oxides of one element that rocks and ores are stated in; carbon dioxide is an ion here."""
_CODE = re.compile(
    r"(?:ME|TOT|OA|WEI|G[EOCS])?([A-Z][A-Z]?)??"
    r"(?:MS|ICP|ICM|IMS|OG|AA|AAS|XRF|GRA|IR|VOL|TOT|FAA|FAS|FAI|FAG|FUS|AQR|AQ|MA|LF|FA|TC|PF|LL|IC|XF|GX|GI|GS|GP|GV|FP|AR|AT|"
    r"INA|CON|CLA|ELE|PGM|SCR|AD|UT|UN|DX|EX|FS|DI|CSA|CSB|XR|ISE|PHY|WEI|WGH|WSH|OE|OM|GC|CAL|KM)"
    r"\d{1,3}|[XM]\d{2,3}"
)
_NUMBER_CODE = re.compile(
    r"\d{1,3}(?![KMCU]?M|G|KG|MG|H|HR|IN|FT|PC|PP|ST|ND|RD|TH|S|SD|SE|A(?![A-Z0-9]))[A-Z]{1,2}\d{0,2}(?:EXT)?"
)
_EDGE = str.maketrans(
    {"µ": "u", "μ": "u", "Σ": "sum ", "∑": "sum ", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ß": "ss", "ł": "l", "đ": "d",
     "±": "+/-", "₂": "2", "₃": "3", "×": "x", "Å": "A", "å": "a"}
)  # fmt: skip
_LONGEST = 40
LONGEST_HEADING = 400
"""Letters from which a text is no heading but a paragraph; it is not split."""


@dataclass(frozen=True)
class Token:
    """One word of a heading.

    Parameters
    ----------
    text : str
        As written.
    readings : mapping of str to str
        Class of word -> what it means; empty where nobody knows the word.
    glued : bool
        Whether it was cut out of a longer run of letters.
    """

    text: str
    readings: Mapping[str, str]
    glued: bool = False


@cache
def vocabulary() -> Mapping[str, Any]:
    """Return the lists of `heading_words.yml`."""
    return own_table("layers.cells", "heading_words.yml")


_BETWEEN = re.compile(r"[^\w%#<>+/‰°]|_")


def folded(text: str) -> str:
    """Return a text in lower case without accents, and with nothing between its words."""
    plain = text.lower() if text.isascii() else unicodedata.normalize("NFKD", text.translate(_EDGE)).casefold()
    return plain if plain.isalnum() else _BETWEEN.sub("", plain)


def _listed() -> Iterator[tuple[str, str, str]]:
    """Give word, class and meaning of every entry."""
    lists = vocabulary()
    for symbol, names in lists["element_names"].items():
        yield from ((word, "element_names", symbol) for word in names.split())
    yield from ((phrase, "element_names", oxide) for phrase, oxide in named_oxides(lists["element_names"]))
    for ion, names in lists["ions"].items():
        yield from ((word, "ions", ion) for word in names.split())
    for group in ("amounts", "kinds"):
        for kind, words in lists[group].items():
            yield from ((str(word), kind if group == "kinds" else f"amount {kind}", kind) for word in words)
    for group, entries in lists.items():
        if group in ("element_names", "ions", "amounts", "kinds", "compound_heads", "compound_starts"):
            continue
        if isinstance(entries, list):
            yield from ((str(word), group, str(word)) for word in entries)
            continue
        for name, words in entries.items():
            spellings = words[1] if isinstance(words[0], float) else words
            yield from ((str(word), group, str(name)) for word in spellings)
            if group in ("share_units", "volume_units"):
                yield from ((str(word).replace("/", " "), group, str(name)) for word in spellings if "/" in str(word))


@cache
def _words() -> tuple[Mapping[str, Mapping[str, str]], frozenset[str], Mapping[str, set[int]]]:
    """Return every known word, folded, with its readings; the beginnings of all; and where each may be broken in two."""
    words: dict[str, dict[str, str]] = {}
    breaks: dict[str, set[int]] = {}
    for word, group, meaning in _listed():
        plain = folded(word)
        words.setdefault(plain, {}).setdefault(group, meaning)
        if not word.isalnum():
            breaks.setdefault(plain, set()).update(_breaks(word))
        if len(word) > 4 and ("ae" in word or "oe" in word):
            words.setdefault(folded(word.replace("ae", "a").replace("oe", "o")), {}).setdefault(group, meaning)
    for symbol in ATOMIC_MASS.keys() - {"H", "O"}:
        words.setdefault(symbol.casefold(), {})["symbol"] = symbol
    for oxide in _OXIDES.split():
        if oxide not in words.get(oxide.casefold(), {}).values():
            words.setdefault(oxide.casefold(), {})["oxide"] = oxide
        for typo in {oxide.casefold().replace("o", "0"), oxide.casefold().replace("al", "a1").replace("o", "0")}:
            if any(digit.isdigit() and digit != "0" for digit in typo):
                words.setdefault(typo, {})["misspelt oxide"] = oxide
    beginnings = {word[:end] for word in words for end in range(1, len(word) + 1)}
    return words, frozenset(beginnings), breaks


_WORD_ENDS = re.compile(r"[\s_.-]+|(?<=/)")


def _breaks(word: str) -> set[int]:
    """Return after how many letters of a folded phrase its words end."""
    cuts, length = set(), 0
    for part in _WORD_ENDS.split(word):
        length += len(folded(part))
        cuts.add(length)
    return cuts


def tokens(heading: str) -> tuple[Token, ...]:
    """Split a heading into words.

    Parameters
    ----------
    heading : str
        As in the file.

    Returns
    -------
    tuple of Token
        In order. Time grows linearly with the length of the heading.
    """
    if len(heading) > LONGEST_HEADING:
        return (Token(heading, {}),)
    text, edges = _squashed(respelt(heading))
    low = text.casefold()
    if len(low) != len(text):
        low = text.lower() if len(text.lower()) == len(text) else text
    cost, back = [0.0] + [float("inf")] * len(text), [None] * (len(text) + 1)
    steps: list[tuple[int, Mapping[str, str], bool] | None] = list(back)
    for start in range(len(text)):
        if cost[start] == float("inf"):
            continue
        for end, readings, price, glued in _pieces(text, low, edges, start):
            if cost[start] + price < cost[end]:
                cost[end], steps[end] = cost[start] + price, (start, readings, glued)
    read_tokens, end = [], len(text)
    while end > 0:
        step = steps[end]
        if step is None:
            break
        start, readings, glued = step
        read_tokens.append(Token(text[start:end], readings, glued))
        end = start
    return tuple(_compound(token) for token in _without_chains(tuple(reversed(read_tokens))))


def _compound(token: Token) -> Token:
    """Return a Germanic or Finnish compound nobody lists as what its last part is; its first part stays unknown unless listed."""
    word = folded(token.text)
    if token.readings or len(word) < 8 or not word.isalpha():
        return token
    lists = vocabulary()
    for group, heads in lists["compound_heads"].items():
        for head in heads:
            if word.endswith(head) and len(word) > len(head) + 2:
                readings = {group: group.removeprefix("amount ")}
                if word[: -len(head)] not in lists["compound_starts"]:
                    readings["half known"] = word
                return Token(token.text, readings)
    return token


def _without_chains(heading_tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Take words in which symbols are glued to symbols as unknown: ``RES`` is neither rhenium nor sulphur."""
    kept: list[Token] = []
    run: list[Token] = []
    for token in (*heading_tokens, None):
        if token is not None and token.glued:
            run.append(token)
            continue
        chained = any(_is_symbol(first) and _is_symbol(second) for first, second in pairwise(run))
        kept += [Token("".join(part.text for part in run), {}, glued=True)] if chained else run
        run = []
        kept += [] if token is None else [token]
    return tuple(kept)


def _is_symbol(token: Token) -> bool:
    return not token.readings.keys().isdisjoint({"symbol", "oxide", "misspelt oxide", "ions"})


def _squashed(heading: str) -> tuple[str, list[int]]:
    """Return letters, digits and signs of a heading, and how clear an edge stands before each of them: 2, 1 or 0."""
    plain = without_accents(unicodedata.normalize("NFKC", heading).translate(_EDGE))
    kept: list[str] = []
    edges: list[int] = []
    edge = 2
    for index, letter in enumerate(plain):
        inside = letter in ".," and plain[index - 1 : index].isdigit() and plain[index + 1 : index + 2].isdigit()
        if not (letter.isalnum() or letter in "%#<>+/‰°*?^" or inside):
            edge = 2
            continue
        if kept and edge != 2:
            before, after = kept[-1], plain[index + 1 : index + 2]
            if not (before.isalnum() and letter.isalnum()):
                edge = 1 if before.isalnum() or letter.isalnum() else 0
            else:
                edge = int(_hump(before, letter, after))
        kept.append(letter)
        edges.append(edge)
        edge = 0
    return "".join(kept), [*edges, 2]


def _hump(before: str, letter: str, after: str) -> bool:
    """Say whether case or digits show that a word begins with a letter."""
    if before.isdigit() != letter.isdigit() or before.isascii() != letter.isascii():
        return True
    return letter.isupper() and (before.islower() or (before.isupper() and after.islower()))


def _pieces(text: str, low: str, edges: list[int], start: int) -> Iterator[tuple[int, Mapping[str, str], float, bool]]:
    """Give the words that may begin at a place: end, readings, cost, whether glued."""
    words, beginnings, _ = _words()
    size, clear = len(text), edges[start] > 0
    end = start + 1
    while end <= min(size, start + _LONGEST) and low[start:end] in beginnings:
        readings = words.get(low[start:end])
        if readings:
            yield from _word(text, low, edges, start, end, readings)
        end += 1
    if text[start] in "?^":
        yield start + 1, {}, 0.6, False
    if text[start] in "/*<>#+°=":
        yield start + 1, {"sign": text[start]}, 0.6, False
    if text[start].isdigit() and (edges[start] == 2 or not text[start - 1].isdigit()):
        yield from _numbers(text, low, edges, start)
    if text[start].isalpha():
        yield from _code(low, edges, start)
    if clear and text[start].isalpha():
        end = start + 1
        while edges[end] < 1:
            end += 1
        yield end, {}, 8.2, False
        if edges[start] == 2:
            while edges[end] < 2:
                end += 1
            yield end, {}, 8.4, False


def _numbers(text: str, low: str, edges: list[int], start: int) -> Iterator[tuple[int, Mapping[str, str], float, bool]]:
    """Give the number that begins at a place, and the code of a package such as ``4B02``."""
    end = start + 1
    while end < len(text) and edges[end] < 2 and (text[end].isdigit() or text[end] in ".,"):
        end += 1
    yield end, {"number": text[start:end]}, 0.9, False
    code = _NUMBER_CODE.match(low[start : start + 9].upper())
    if code is None or edges[start] != 2:
        return
    end = start + code.end()
    if edges[end] and not _broken(edges, start, end):
        yield end, {"methods": "unknown", "code": code[0]}, 1.2, False


def _broken(edges: list[int], start: int, end: int) -> bool:
    return any(edges[index] == 2 for index in range(start + 1, end))


def _code(low: str, edges: list[int], start: int) -> Iterator[tuple[int, Mapping[str, str], float, bool]]:
    """Give the code of a laboratory's package that begins at a place, such as ``ME-MS81`` or ``LF100``."""
    piece = low[start : start + 14].upper()
    code = _CODE.match(piece)
    if code is None or piece.startswith(("PPM", "PPB")) or (code[1] and code[1].capitalize() not in ATOMIC_MASS):
        return
    end = start + code.end()
    clear = edges[start] > 0
    gaps = sum(edges[index] == 2 for index in range(start + 1, end))
    if gaps > 1 or (
        gaps
        and not piece.startswith(("ME", "OA", "GE", "GO", "GC", "IMS", "ICP", "FAS", "WEI", "XRF", "TOT"))
        and not code[1]
    ):
        return
    if (not clear and not piece.startswith("ME")) or (gaps and _word_of_its_own(low, edges, start, end)):
        return
    ends = [end] if edges[end] else []
    longer = end
    while longer < len(low) and longer < end + 5 and edges[longer] < 2:
        longer += 1
    if longer > end and edges[longer] == 2 and not low.startswith(("pp", "pc", "pe", "%"), end):
        ends.append(longer)
    for code_end in ends:
        name = low[start:code_end].upper()
        yield code_end, {"methods": "unknown", "code": name}, 1.3 + (0 if clear else 0.6), not clear


def _word_of_its_own(low: str, edges: list[int], start: int, end: int) -> bool:
    """Say whether the digits of a code with a gap begin a word such as ``2sd`` that makes a column no result."""
    first = next(index for index in range(end - 1, start, -1) if edges[index] == 2)
    last = next(index for index in range(first + 1, len(low) + 1) if edges[index] == 2)
    return (
        not _words()[0].get(low[first:last], {}).keys().isdisjoint({"errors", "limits", "upper_limits", "statistics"})
    )


def _word(
    text: str, low: str, edges: list[int], start: int, end: int, readings: Mapping[str, str]
) -> Iterator[tuple[int, Mapping[str, str], float, bool]]:
    """Give a listed word where its edges and its case allow it."""
    written = text[start:end]
    broken = _broken(edges, start, end)
    if broken:
        breaks = _words()[2].get(low[start:end], set())
        if any(edges[index] == 2 and index - start not in breaks for index in range(start + 1, end)):
            return
    weak = (edges[start] == 0) + (edges[end] == 0)
    soft = (edges[start] == 1) + (edges[end] == 1)
    allowed = {}
    for group, meaning in readings.items():
        if group in ("symbol", "oxide", "misspelt oxide", "ions"):
            if broken or (group == "symbol" and len(written) == 2 and written[0].islower() and written[1].isupper()):
                continue
            allowed[group] = meaning
        elif (
            not weak
            or (group in GLUED and low[start:end] in _GLUED_WORDS)
            or (group == "total_words" and _of_oxide(low, start, end))
        ):
            allowed[group] = meaning
    if "symbol" in allowed and not written.islower():  # Mg is no milligram, La no article
        dropped = _LOWER_ONLY | (_NEVER_FIRST if start == 0 else frozenset())
        allowed = {group: meaning for group, meaning in allowed.items() if group not in dropped}
    if low[start:end] == "gt" and not broken:
        allowed.pop("share_units", None)
    if allowed:
        yield end, allowed, 1.0 + 0.8 * weak + 0.05 * soft + 0.1 * broken, bool(weak)


_LOWER_ONLY = frozenset(["fillers", "mass_units", "others_units", "area_units", "length_units"])
"""Classes whose words are no symbols of elements unless written small."""


_NEVER_FIRST = frozenset(
    ["errors", "methods", "qualifiers", "statistics", "total_words", "repeat_words", "partial_forms"]
)
"""Classes whose words follow a symbol: ``Se`` at the start is selenium, after lanthanum a standard error."""


def _of_oxide(low: str, start: int, end: int) -> bool:
    """Say whether a ``t`` or ``tot`` is glued to an oxide, as in ``FeOt``."""
    return low[start:end] in ("t", "tot") and start > 1 and (low[start - 1] == "o" or low[start - 1].isdigit())
