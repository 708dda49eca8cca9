"""Column headings of a table: one grammar for laboratories, surveys, mine and tailings tables in eight languages.

A heading is read whole (`layers.cells.heading_kinds`); where it does not tell enough alone, its neighbours decide. Only
headings are looked at here, never cells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from layers.cells.heading_kinds import decide
from layers.cells.heading_tokens import Token, folded, tokens
from layers.cells.headings import Heading

__all__ = ["Heading", "parse_heading", "parse_headings"]

_SUITE = 3
"""Element columns of the same style from which a symbol that is also a word is taken for the element."""
_POSITIONS = frozenset(["latitude", "longitude", "easting", "northing"])
_COPY = re.compile(r"^(.*\S)\.\d{1,2}$", re.DOTALL)
_NUMBERED = re.compile(r"^(.*\D\d?)\d{1,2}$")
_AMOUNTS_BESIDE = frozenset(
    ["mined", "milled", "oremined", "oremilled", "tonnesmined", "tonnesmilled", "production", "ore"]
)
_GRADES = frozenset(["grade", "grades", "gradesi", "ley", "teneur", "teor", "halt", "gehalt"])


def parse_heading(text: str, neighbours: Sequence[str] | None = None) -> Heading:
    """Say what a column heading means.

    Parameters
    ----------
    text : str
        The heading as in the file.
    neighbours : sequence of str, optional
        All headings of the table in order. They decide where one alone does not: a ``Y`` beside an ``X`` is a coordinate,
        ``Copper`` beside tonnes mined is an amount.

    Returns
    -------
    Heading
        Never raises. Where ``unknown`` is not empty the column must be asked about.
    """
    if neighbours is None:
        return _alone(str(text))
    names = [str(neighbour) for neighbour in neighbours]
    if str(text) not in names:
        names = [str(text), *names]
    return parse_headings(names)[names.index(str(text))]


@lru_cache(maxsize=20_000)
def _alone(text: str, known_words: frozenset[str] = frozenset()) -> Heading:
    """Read a heading without its neighbours."""
    found = tokens(text)
    if known_words:
        found = tuple(
            Token(one.text, {"methods": "unknown"}) if not one.readings and folded(one.text) in known_words else one
            for one in found
        )
    return decide(text, found)


def parse_headings(names: Sequence[str], known_words: frozenset[str] = frozenset()) -> list[Heading]:
    """Say what the headings of a table mean, each in the light of the others.

    Parameters
    ----------
    names : sequence of str
        All headings in order; equal ones get the same answer.
    known_words : frozenset of str
        Further words for methods, folded (see `layers.cells.heading_tokens.folded`).

    Returns
    -------
    list of Heading
        As long as ``names``.
    """
    found = [_alone(str(name), known_words) for name in names]
    plain = [folded(one.text) for one in found]
    found = _copies(found)
    found = _coordinates(found, plain)
    found = _suites(found)
    found = _feeds(found)
    found = _beside_their_results(found)
    return _amounts_and_long_tables(found, plain)


def _copies(found: list[Heading]) -> list[Heading]:
    """Read ``Y.1``, as table readers rename a second ``Y``, like the first; and ``SiO22`` beside ``SiO2`` as recalculated."""
    texts = {one.text for one in found}
    copies = []
    for one in found:
        copied, numbered = _COPY.match(one.text), _NUMBERED.match(one.text)
        if copied and copied[1] in texts:
            one = replace(_alone(copied[1]), text=one.text)
        elif numbered and one.kind == "other" and numbered[1] in texts and _alone(numbered[1]).kind == "result":
            one = Heading(one.text, "normalised", _alone(numbered[1]).element)
        copies.append(one)
    return copies


_NAMELESS = frozenset(["qualifier", "detection_limit", "unit", "error"])


def _beside_their_results(found: list[Heading]) -> list[Heading]:
    """Give repeated columns of marks, limits, units or errors without a name the result all of them stand before, or after."""
    decided = list(found)
    results = [index for index, one in enumerate(found) if one.kind == "result" and one.symbol is not None]
    for kind in _NAMELESS:
        mine = [
            index for index, one in enumerate(found) if one.kind == kind and one.element is None and not one.unknown
        ]
        if len(mine) < 2 and not (mine and kind == "qualifier" and len(results) == 1):
            continue
        sides = [step for step in (1, -1) if {place + step for place in mine} <= set(results)]
        if len(sides) == 1:
            for place in mine:
                decided[place] = replace(found[place], element=found[place + sides[0]].element)
    return decided


def _coordinates(found: list[Heading], plain: list[str]) -> list[Heading]:
    """Tell a bare ``X`` and ``Y`` that are coordinates from yttrium."""
    if "y" not in plain or not ("x" in plain or {one.kind for one in found} & _POSITIONS):
        return found
    named = sum(one.kind in _POSITIONS for one in found) >= 2
    kinds = ("easting", "northing") if "z" in plain or named else ("longitude", "latitude")
    decided = []
    for index, one in enumerate(found):
        if plain[index] == "x" and not named:
            one = replace(one, kind=kinds[0], unknown=())
        elif plain[index] == "y" and not named and "x" in plain and plain.index("y") == index:
            one = replace(one, kind=kinds[1], element=None, unknown=())
        elif one.element == "Y" and _bare(one) and (named or "x" in plain):
            others = sum(other.kind == "result" and other.symbol is not None for other in found)
            if others and (plain[index] != "y" or named):
                one = replace(one, kind="result", element="Y", unknown=())
        decided.append(one)
    return decided


def _bare(one: Heading) -> bool:
    """Say whether a heading is a symbol and nothing else."""
    stem = _COPY.match(one.text)
    return one.element is not None and folded(stem[1] if stem else one.text) == folded(one.element)


def _suites(found: list[Heading]) -> list[Heading]:
    """Let symbols stand or fall by the other columns: three of one style are a suite, a lone letter is an initial."""
    bare = [one for one in found if _bare(one) and not one.text.islower() and one.kind in ("result", "other")]
    unitless = [one for one in found if one.kind == "result" and one.symbol is not None and one.unit is None]
    letters = {one.text for one in (*bare, *unitless)}
    long_ones = {one.element for one in (*bare, *unitless) if len(one.element or "") > 1}
    suite = len(letters) >= _SUITE and len(long_ones) >= 2
    supported = any(one.kind == "result" and one.symbol is not None and not _single(one) for one in found) or suite
    decided = []
    for one in found:
        if suite and one.kind == "other" and one in bare and one.symbol is not None and one.text not in ("N", "No"):
            one = replace(one, kind="result", unknown=())
        elif not supported and _bare(one) and _single(one) and one.kind == "result":
            one = replace(one, kind="other", unknown=(one.text,))
        decided.append(one)
    return decided


def _feeds(found: list[Heading]) -> list[Heading]:
    """Read ``Head_Fe`` beside results of concentrates or tails as the result of what was fed."""
    tested = any(one.kind == "other" and _PRODUCT.search(one.text.casefold()) for one in found)
    return [
        replace(one, kind="result", unknown=())
        if tested and one.kind == "other" and one.unknown == (one.text,) and _FEED.search(one.text.casefold())
        else one
        for one in found
    ]


_PRODUCT = re.compile(r"(?:^|[^a-z])(?:conc|tail)")
_FEED = re.compile(r"(?:^|[^a-z])head(?:$|[^a-z])")


def _single(one: Heading) -> bool:
    return _bare(one) and len(one.element or "") == 1


def _amounts_and_long_tables(found: list[Heading], plain: list[str]) -> list[Heading]:
    """Read names of metals beside tonnes mined as amounts, and ``grade``, ``ore`` or ``operator`` by what stands beside them."""
    produced = bool(_AMOUNTS_BESIDE & set(plain))
    long_result = any(one.kind == "result" and one.element is None for one in found)
    decided = []
    for one, name in zip(found, plain, strict=True):
        with_unit = any(f"{name}{ending}" in plain for ending in ("unit", "units", "ut", "uom"))
        if (
            produced
            and one.kind in ("other", "result")
            and one.unknown
            and one.symbol
            and len(one.text) > 3
            and one.unit is None
        ):
            one = replace(one, kind="mass", unknown=())
        elif name in _GRADES and with_unit:
            one = replace(one, kind="result", unknown=())
        elif name in ("ore", "tailings", "waste", "material") and with_unit:
            one = replace(one, kind="mass", unknown=())
        elif name == "operator" and long_result:
            one = replace(one, kind="qualifier", unknown=())
        decided.append(one)
    return decided
