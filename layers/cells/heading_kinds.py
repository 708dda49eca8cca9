"""What one column heading means, read alone: the words it holds decide its kind, in an order of precedence.

A result must be understood to the last word: an unknown one makes the column ``other`` and is reported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from layers.cells.heading_amounts import KEYS, amount_of, key, lone_word
from layers.cells.heading_grids import grid_letter, without_datum
from layers.cells.heading_results import UNSURE_SYMBOLS, core, elements_of, method_of, result, share_unit
from layers.cells.heading_tokens import Token, folded
from layers.cells.headings import Heading, Words

_DECIDING = (
    ("unit_words", "unit"), ("lab_words", "lab_id"), ("date", "date"), ("method_words", "method"),
    ("qualifiers", "qualifier"), ("upper_limits", "upper_limit"), ("limits", "detection_limit"), ("errors", "error"),
    ("normalised", "normalised"), ("statistics", "statistic"),
)  # fmt: skip
"""Classes that make a column something beside a result, whatever else stands in its heading; the first wins."""


_WITHOUT_UNIT = frozenset(["lab_id", "date", "method", "qualifier"])


def decide(text: str, heading_tokens: Sequence[Token]) -> Heading:
    """Say what a heading means from its words.

    Parameters
    ----------
    text : str
        The heading.
    heading_tokens : sequence of Token
        Its words in order.
    """
    grid = grid_letter(text, heading_tokens)
    if grid is not None:
        return grid
    words = Words(text, without_datum(heading_tokens))
    heading = _decided(text, words)
    if heading.kind == "other" and not heading.unknown and folded(text) in ("x", "y", "o"):
        return replace(heading, unknown=(text,))
    if heading.unknown or not _doubtful(text, words, heading):
        return heading
    return replace(heading, kind="other" if heading.kind == "result" else heading.kind, unknown=(text,))


def _doubtful(text: str, words: Words, heading: Heading) -> bool:
    """Say whether only the table can tell what a heading means although every word of it is known."""
    elements = elements_of(words)
    first, last = (folded(words.tokens[position].text) if words.tokens else "" for position in (0, -1))
    if heading.kind == "result":
        named_ars = any(folded(token.text) == "ars" for token in words.tokens)
        twice = re.fullmatch(r"%?[A-Z][a-z]?\d%?", text.strip()) is not None and "%" in text
        return named_ars or twice or _of_a_test(words, heading) or _of_another_method(words, heading)
    glued = heading.kind == "statistic" and heading.unit is None and words.tokens[-1].glued
    if glued and heading.element in UNSURE_SYMBOLS:  # ASAV is As on average, or a word
        return True
    if heading.kind == "ratio" and any(len(token.readings["number"]) == 1 for token in words.classes.get("number", [])):
        return bool(elements) and not words.has("ratio_words")
    if heading.kind == "total" and any(folded(token.text) in _SUMS_OR_RATIOS for token in words.tokens):
        return True
    concentrate = heading.kind == "other" and first == "conc" and bool(elements)
    added = any(token.readings.get("sign") == "+" for token in words.tokens)
    sum_or_ratio = heading.kind == "total" and words.has("sums") and bool(elements) and not added
    whole_text = heading.kind == "qualifier" and last in ("text", "txt") and bool(elements)
    drying_or_limit = heading.kind == "other" and any(folded(token.text) == "lod" for token in words.tokens)
    isotope = heading.kind == "other" and re.fullmatch(r"\d{2,3}[A-Z][a-z]?", text.strip()) is not None
    name_of_best = heading.kind == "method" and words.has("preferred")
    return concentrate or sum_or_ratio or whole_text or drying_or_limit or isotope or name_of_best


_SUMS_OR_RATIOS = frozenset(["pgeau", "totalox", "pge"])
"""Names of sums that are written like a ratio, or whose members nobody says."""
_BURNT = frozenset(["cs", "ir", "leco", "lecoir", "comb", "combustion", "cb"])
"""Methods for carbon, sulphur and water; beside a metal the letters stand for something else."""


def _of_a_test(words: Words, heading: Heading) -> bool:
    """Say whether a result without a unit may be the feed of a metallurgical test: ``As_Head``."""
    return heading.unit is None and any(folded(token.text) == "head" for token in words.tokens)


def _of_another_method(words: Words, heading: Heading) -> bool:
    """Say whether letters taken for a method may stand for something else: ``Nd(CS)``."""
    methods = {folded(token.text) for token in words.classes.get("methods", [])}
    return bool(methods) and methods <= _BURNT and heading.symbol is not None and heading.element not in ("C", "S", "F")


def _decided(text: str, words: Words) -> Heading:
    """Return what the words of a heading decide, in their order of precedence."""
    whole = lone_word(text, words)
    if whole is not None:
        return whole
    elements = elements_of(words)
    unit, multiplier, unsure_unit = share_unit(words)
    method, method_class = method_of(words)
    first_element = next((element for _, element in elements), None)
    if _lone_mark(words):
        asked = (*words.unknown, *([text] if unit is not None else []))
        return Heading(text, "qualifier" if unit is None else "other", first_element, unit, multiplier, method, asked)
    early = _early(text, words, first_element, (unit, multiplier))
    if early is not None:
        return early
    for group, kind in _DECIDING:
        if _stands(group, words, unit, has_element=bool(elements)):
            return _beside(text, kind, words, first_element, (unit, multiplier), method)
    found_amount = _ratio(text, words, elements) or amount_of(text, words, first_element)
    if found_amount is not None:
        return found_amount
    if words.has("sums") and not elements:
        return Heading(text, "total", None, unit, multiplier, method, words.unknown)
    if elements:
        return result(text, words, elements, (unit, multiplier, unsure_unit), (method, method_class))
    if words.has("lone_sums") and not words.unknown and not words.has("others_units", "others", *KEYS):
        return Heading(text, "total", None, unit, multiplier, method)
    return key(text, words, (unit, multiplier))


def _lone_mark(words: Words) -> bool:
    """Say whether a heading holds a ``<`` or ``>`` that belongs to no number: the column of marks, not of results."""
    return any(
        token.readings.get("sign") in ("<", ">") and (after is None or not after.text[:1].isdigit())
        for token, after in zip(words.tokens, [*words.tokens[1:], None], strict=False)
    )


def _early(text: str, words: Words, element: str | None, unit: tuple[str | None, float | None]) -> Heading | None:
    """Return lists of sites by commodity, keys with words nobody needs to know, and greatest heights, before all else."""
    if unit[0] is None and words.has("flags_of_sites"):
        if len(words.tokens) == 2:
            return Heading(text, "commodity", element)
        if words.has("sums"):
            return Heading(text, "commodity")
    beside = words.has("limits", "errors", "upper_limits", "methods")
    if words.unknown and unit[0] is None and words.has(*KEYS) and not beside:
        return key(text, words, unit)
    if words.has("statistics") and element is None and not words.unknown:
        amount = amount_of(text, words, None)
        return amount if amount is not None and amount.unit is not None else None
    return None


_CODE_OF_UT = re.compile(r"(?<![A-Za-z])UT-\d{1,3}[A-Z]?(?![^\W_])")


def _stands(group: str, words: Words, unit: str | None, *, has_element: bool) -> bool:
    """Say whether a deciding class is meant: a word of three letters beside a method or an element may be part of them."""
    group_tokens = words.classes.get(group, [])
    if group == "statistics" and words.has("sums") and not words.has("element_names"):
        return False
    if group == "unit_words" and has_element and _CODE_OF_UT.search(words.text):
        return False  # Ce UT-7: a code of a laboratory
    if group == "lab_words" and words.has("sample_id", "sample_type", "unit_words"):
        return False
    if group == "lab_words" and has_element and unit is not None and "number" in words.tokens[-1].readings:
        return False  # La ppm Lab2: a result of the second laboratory
    if group == "qualifiers" and not group_tokens and unit is None and has_element and words.has("methods"):
        last = words.tokens[-1]
        return last.text == "T" and not last.glued and len(words.tokens) > 2 and folded(words.text).endswith("pt")
    if group == "limits" and group_tokens and (_loss_on_drying(words) or (has_element and _limit_stated(words, unit))):
        return False
    if group == "date":
        return any(len(token.text) > 3 or not (has_element or words.has("methods")) for token in group_tokens)
    return bool(group_tokens)


def _limit_stated(words: Words, unit: str | None) -> bool:
    """Say whether a heading of results states its limit as a number, as in ``La (ppm) LDL 0.1``."""
    places = [index for index, token in enumerate(words.tokens) if "limits" in token.readings]
    numbers = [index for index, token in enumerate(words.tokens) if "number" in token.readings]
    return unit is not None and any(number > places[-1] for number in numbers)


def _loss_on_drying(words: Words) -> bool:
    """Say whether ``LOD`` stands for loss on drying: beside 105 degrees, or with a unit and no element."""
    if not any(folded(kind.text) == "lod" for kind in words.classes["limits"]):
        return False
    return words.meaning("number") == "105" or (
        words.has("share_units") and not words.has("symbol", "oxide", "element_names")
    )


def _beside(
    text: str, kind: str, words: Words, element: str | None, unit: tuple[str | None, float | None], method: str | None
) -> Heading:
    """Return a column that goes with results: its limit, its error, its unit."""
    unknown = words.unknown
    if kind == "unit" and words.has("others"):
        return Heading(text, "other", unknown=unknown)
    if kind == "unit" and element is not None and len(element) == 1 and _in_the_middle(words, element):
        element = None
    if kind == "date" and element is not None:
        element = None
    if kind in ("method", "statistic") and unknown and element is None:
        kind = "other"
    if kind == "statistic" and words.has("others_units"):
        kind = "other"
    if kind == "statistic" and words.has("sums"):
        kind = "total"
    if kind in ("statistic", "error") and words.has("ratio_words"):
        kind = "ratio"
    if kind == "statistic" and words.has("others") and element is None:
        return Heading(text, "other" if not words.has("lone") else kind, unknown=unknown)
    if kind == "statistic" and words.has("others"):
        kind = "other"
    if kind == "normalised" or any(folded(token.text) == "overrange" for token in words.tokens):
        unknown = (*unknown, text)
    if kind in _WITHOUT_UNIT:
        unit = (None, None)
    return Heading(text, kind, element, *unit, method, unknown)


def _in_the_middle(words: Words, element: str) -> bool:
    return all(token.readings.get("symbol") != element for token in (words.tokens[0], words.tokens[-1]))


def _ratio(text: str, words: Words, elements: list[tuple[int, str]]) -> Heading | None:
    """Return a ratio or a sum of two elements, asked about where no stroke or plus says which."""
    names = [folded(name) for _, name in elements]
    different = list(dict.fromkeys(core(name) for _, name in elements))
    signs = [token.readings["sign"] for token in words.classes.get("sign", [])]
    if "*" in signs and "/" in signs and elements:
        return Heading(text, "ratio")
    if words.has("ratio_words"):
        return Heading(text, "ratio", different[0] if len(different) == 1 else None)
    if len(elements) >= 2:
        (first, _), (second, _) = elements[:2]
        between = [token.readings.get("sign") for token in words.tokens[first + 1 : second]]
        if (
            "/" in between
            and (len(different) > 1 or words.has("number"))
            and not (len(set(names)) == 1 and not words.has("number"))
        ):
            return Heading(text, "ratio", different[0] if len(different) == 1 else None)
        if (
            "/" in signs
            and words.has("number")
            and len(different) == 1
            and len(elements) > 1
            and not words.has("methods")
        ):
            return Heading(text, "ratio", different[0])
        if "+" in between:
            return Heading(text, "total", None, *share_unit(words)[:2])
    if "#" in signs and elements and not words.has("share_units"):
        return Heading(text, "ratio", unknown=(text,))
    if len(different) > 1 and not _one_thing(elements):
        if elements[-1][1] == "N" and elements[-1][0] == len(words.tokens) - 1 and len(different) == 2:
            return Heading(text, "normalised", different[0])
        joined = re.search(r"[\s_(]", text.strip()) is None
        return Heading(text, "ratio" if joined else "other", unknown=(text,))
    if words.has("sums") and "+" in signs:
        return Heading(text, "total", None, *share_unit(words)[:2])
    if words.has("sums") and "/" in signs:
        return Heading(text, "ratio")
    return None


def _one_thing(elements: list[tuple[int, str]]) -> bool:
    return len({core(name) for _, name in elements}) == 1
