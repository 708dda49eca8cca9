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
from layers.cells.heading_spellings import sieved_below_um
from layers.cells.heading_tokens import Token, folded, tokens
from layers.cells.headings import Heading
from layers.cells.mistyped_symbols import mistyped

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
    heading_tokens = tokens(text)
    if known_words:
        heading_tokens = tuple(
            Token(token.text, {"methods": "unknown"})
            if not token.readings and folded(token.text) in known_words
            else token
            for token in heading_tokens
        )
    decided = decide(text, heading_tokens)
    of_another = _INTERPOLATED.search(text) or _SHARE_OF.search(text) or _OVER_STANDARD.search(text.strip())
    if decided.kind in ("result", "other") and decided.element is not None and _MEAN.search(text):
        return replace(decided, kind="statistic", unknown=())
    if decided.kind == "result" and of_another:
        return replace(decided, kind="normalised", unknown=(text.strip(),))
    if decided.element == "Re" and decided.unit == "pct" and "RE" in text:  # rare earths; rhenium is stated in ppb
        return replace(decided, kind="other", unknown=(text.strip(),))
    if decided.kind in ("result", "other") and not decided.unknown:
        typed = mistyped(text, heading_tokens)
        return decided if typed is None else replace(decided, kind="other", unknown=(typed,))
    return decided


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
    headings = [_alone(str(name), known_words) for name in names]
    plain = [folded(heading.text) for heading in headings]
    headings = _lettered_twins(_copies(headings))
    headings = _coordinates(headings, plain)
    headings = _north_and_o(headings, plain)
    headings = _suites(headings)
    headings = _months(headings, plain)
    headings = _days_or_datums(headings, plain)
    headings = _intervals(headings)
    headings = _feeds(headings)
    headings = _parts_of_samples(headings)
    headings = _beside_their_results(headings)
    return _amounts_and_long_tables(headings, plain)


def _copies(headings: list[Heading]) -> list[Heading]:
    """Read ``Y.1``, as table readers rename a second ``Y``, like the first; and ``SiO22`` beside ``SiO2`` as recalculated."""
    texts = {heading.text for heading in headings}
    copies = []
    for heading in headings:
        copied, numbered = _COPY.match(heading.text), _NUMBERED.match(heading.text)
        if copied and copied[1] in texts:
            heading = replace(_alone(copied[1]), text=heading.text)
        elif numbered and heading.kind == "other" and numbered[1] in texts and _alone(numbered[1]).kind == "result":
            heading = Heading(heading.text, "normalised", _alone(numbered[1]).element)
        copies.append(heading)
    return copies


def _lettered_twins(headings: list[Heading]) -> list[Heading]:
    """Ask about columns that differ by a last letter alone, as joins of tables leave them: which is right no letter says."""
    twins: dict[str, list[Heading]] = {}
    for heading in headings:
        match = _LETTERED.match(heading.text)
        if match is not None and heading.element is not None and heading.kind in ("result", "other"):
            twins.setdefault(match[1], []).append(heading)
    asked = {
        heading.text
        for group in twins.values()
        if len({heading.text for heading in group}) > 1 and any(heading.unknown for heading in group)
        for heading in group
    }
    return [
        replace(heading, kind="other", unknown=(heading.text,))
        if heading.text in asked and not heading.unknown
        else heading
        for heading in headings
    ]


_LETTERED = re.compile(r"^(.*[^\W_][\])]?)[ _.-][A-Za-z]$", re.DOTALL)

_INTERPOLATED = re.compile(r"(?:^|[\s_(/])(?:Ce|Pr|Nd|Sm|Eu|Gd|Tb)\s?\*")
"""``Ce*`` is what cerium would be between its neighbours; a footnote mark looks the same, so it is asked about."""

_MEAN = re.compile(r"(?:^|[\s(\[_-])[Øø⌀∅](?:$|[\s)\]._-])|x\u0304|X\u0304|\u0305")
"""The mark of a mean, or a bar over a letter."""

_SHARE_OF = re.compile(
    r"(?i)(?:%|\bpct|\bpercent|\bshare|\bproportion|\bpart)\s*(?:of|du|des|de|del|do|da|von|vom|av|af)\s+"
    r"(?!(?:the\s+)?(?:dry|sample|weight|mass|rock|ore|whole rock|masse|masa|peso|poids)\b)"
)
"""``Nd (% of total)``: a share of the rare earths, not of the sample."""
_OVER_STANDARD = re.compile(
    r"(?:^|[^A-Za-z])(?:La|Ce|Pr|Nd|Sm|Eu|Gd|Tb|Dy|Ho|Er|Tm|Yb|Lu|Y)[\s_]?[(/]?"
    r"(?:[Cc][NnHh]|CI|C1|N|n|PM|PAAS|NASC|UCC|MORB|BSE|CHUR)\)?$"
)
"""``LaCN``: a rare earth over chondrite or another standard. ``CuCN`` and ``AuCN`` are what cyanide dissolves."""

_ND_FIRST = re.compile(r"(?i)nd(?![^\W_])")
_NAMELESS = frozenset(["qualifier", "detection_limit", "unit", "error"])


def _beside_their_results(headings: list[Heading]) -> list[Heading]:
    """Give repeated columns of marks, limits, units or errors without a name the result all of them stand before, or after."""
    headings = _marks_of_neodymium(headings)
    decided = list(headings)
    results = [
        index for index, heading in enumerate(headings) if heading.kind == "result" and heading.symbol is not None
    ]
    for kind in _NAMELESS:
        mine = [
            index
            for index, heading in enumerate(headings)
            if heading.kind == kind and heading.element is None and not heading.unknown
        ]
        if len(mine) < 2 and not (mine and kind == "qualifier" and len(results) == 1):
            continue
        sides = [step for step in (1, -1) if {position + step for position in mine} <= set(results)]
        if len(sides) == 1:
            for position in mine:
                decided[position] = replace(headings[position], element=headings[position + sides[0]].element)
    return decided


def _marks_of_neodymium(headings: list[Heading]) -> list[Heading]:
    """Tell marks beside results of neodymium (``Nd flag``) from those of what was not detected (``ND flag``)."""
    own = next((heading.element for heading in headings if heading.kind == "result" and heading.symbol == "Nd"), None)
    of_others = {_ending(heading.text) for heading in headings if heading.kind == "qualifier" and heading.element}
    return [
        replace(heading, element=own)
        if own
        and heading.kind == "qualifier"
        and heading.element is None
        and _ND_FIRST.match(heading.text)
        and (heading.text.startswith("Nd") or _ending(heading.text) in of_others)
        else heading
        for heading in headings
    ]


def _ending(text: str) -> str:
    return re.sub(r"^[^\W_]+", "", text)


def _coordinates(headings: list[Heading], plain: list[str]) -> list[Heading]:
    """Tell a bare ``X`` and ``Y`` that are coordinates from yttrium."""
    if "y" not in plain or not ("x" in plain or {heading.kind for heading in headings} & _POSITIONS):
        return headings
    named = sum(heading.kind in _POSITIONS for heading in headings) >= 2
    kinds = ("easting", "northing") if "z" in plain or named else ("longitude", "latitude")
    decided = []
    for index, heading in enumerate(headings):
        if plain[index] == "x" and not named:
            heading = replace(heading, kind=kinds[0], unknown=())
        elif plain[index] == "y" and not named and "x" in plain and plain.index("y") == index:
            heading = replace(heading, kind=kinds[1], element=None, unknown=())
        elif heading.element == "Y" and _bare(heading) and (named or "x" in plain):
            others = sum(other.kind == "result" and other.symbol is not None for other in headings)
            if others and (plain[index] != "y" or named):
                heading = replace(heading, kind="result", element="Y", unknown=())
        decided.append(heading)
    return decided


def _north_and_o(headings: list[Heading], plain: list[str]) -> list[Heading]:
    """Read bare ``N`` and ``O`` beside words of Germanic languages as north and east, and ask elsewhere: O is west in others."""
    if not {"n", "o"} <= set(plain) or set(plain) & {"e", "w", "s"}:
        return headings
    kinds = {"n": "northing", "o": "easting"} if _GERMANIC & set(plain) else {}
    return [
        replace(heading, kind=kinds.get(text, "other"), element=None, unknown=() if kinds else (heading.text,))
        if text in ("n", "o")
        else heading
        for heading, text in zip(headings, plain, strict=True)
    ]


_GERMANIC = frozenset(
    ["hojd", "hoyde", "hoh", "hohe", "hoehe", "tiefe", "djup", "dybde", "dyp", "zon", "sone", "namn", "navn", "provnr", "provid",
     "provenr", "probennr", "probe", "plats", "ort", "gruva", "gruve", "grube", "halde", "jahr", "ar", "koordinatsystem"]
)  # fmt: skip


def _months(headings: list[Heading], plain: list[str]) -> list[Heading]:
    """Read a bare ``Mo`` between a year and a day as the month, not as molybdenum."""
    if "mo" not in plain or not set(plain) & _YEARS or not set(plain) & _DAYS:
        return headings
    return [
        replace(heading, kind="date", element=None, unknown=()) if text == "mo" and heading.unit is None else heading
        for heading, text in zip(headings, plain, strict=True)
    ]


def _days_or_datums(headings: list[Heading], plain: list[str]) -> list[Heading]:
    """Read ``Datum`` as the day where a time of day stands beside it, and ask where the table has no coordinates it may be of."""
    timed = bool(_TIMES & set(plain))
    placed = bool({heading.kind for heading in headings} & {*_POSITIONS, "zone"})
    if len(headings) < 2 or (placed and not timed):
        return headings
    return [
        (replace(heading, kind="date") if timed else replace(heading, unknown=(heading.text,)))
        if text == "datum" and heading.kind == "datum"
        else heading
        for heading, text in zip(headings, plain, strict=True)
    ]


_TIMES = frozenset(["uhrzeit", "zeit", "tid", "tidpunkt", "klokkeslett", "klockslag", "tijd", "vrijeme", "cas"])


def _intervals(headings: list[Heading]) -> list[Heading]:
    """Read ``De`` and ``À`` or ``Até`` of one table as the ends of intervals: alone they are words between others."""
    stems = [_INTERVAL.fullmatch(heading.text.strip()) for heading in headings]
    words = {stem[1].casefold() for stem in stems if stem is not None}
    if "de" not in words or not words & {"à", "a", "ate", "até"}:
        return headings
    kinds = {"de": "depth_from"}
    decided = []
    for heading, stem in zip(headings, stems, strict=True):
        if stem is not None:
            metres = ("m", 1.0) if stem[2] else (heading.unit, heading.multiplier_to_base)
            kind = kinds.get(stem[1].casefold(), "depth_to")
            heading = Heading(heading.text, kind, None, *metres)
        decided.append(heading)
    return decided


_INTERVAL = re.compile(r"(?i)(de|à|a|ate|até)\s*[\s_]?([(\[]m[)\]]|m)?")
_YEARS = frozenset(["yr", "year", "yyyy", "yy", "an", "annee", "ano", "jahr"])
_DAYS = frozenset(["da", "day", "dy", "dd", "dia", "jour", "tag"])


def _bare(heading: Heading) -> bool:
    """Say whether a heading is a symbol and nothing else."""
    stem = _COPY.match(heading.text)
    return heading.element is not None and folded(stem[1] if stem else heading.text) == folded(heading.element)


def _suites(headings: list[Heading]) -> list[Heading]:
    """Let symbols stand or fall by the other columns: three of one style are a suite, a lone letter is an initial."""
    bare = [
        heading
        for heading in headings
        if _bare(heading) and not heading.text.islower() and heading.kind in ("result", "other")
    ]
    unitless = [
        heading
        for heading in headings
        if heading.kind == "result" and heading.symbol is not None and heading.unit is None
    ]
    letters = {heading.text for heading in (*bare, *unitless)}
    long_ones = {heading.element for heading in (*bare, *unitless) if len(heading.element or "") > 1}
    suite = len(letters) >= _SUITE and len(long_ones) >= 2
    supported = (
        any(heading.kind == "result" and heading.symbol is not None and not _single(heading) for heading in headings)
        or suite
    )
    decided = []
    for heading in headings:
        if (
            suite
            and heading.kind == "other"
            and heading in bare
            and heading.symbol is not None
            and heading.text not in ("N", "No")
        ):
            heading = replace(heading, kind="result", unknown=())
        elif not supported and _bare(heading) and _single(heading) and heading.kind == "result":
            heading = replace(heading, kind="other", unknown=(heading.text,))
        decided.append(heading)
    return decided


def _feeds(headings: list[Heading]) -> list[Heading]:
    """Read ``Head_Fe`` beside results of concentrates or tails as the result of what was fed."""
    tested = any(heading.kind == "other" and _PRODUCT.search(heading.text.casefold()) for heading in headings)
    return [
        replace(heading, kind="result", unknown=())
        if tested
        and heading.kind == "other"
        and heading.unknown == (heading.text,)
        and _FEED.search(heading.text.casefold())
        else heading
        for heading in headings
    ]


def _parts_of_samples(headings: list[Heading]) -> list[Heading]:
    """Ask about results of what went through a sieve where the table holds the element of another part, or of the whole, too."""
    parts: dict[str | None, set[float | None]] = {}
    for heading in headings:
        if heading.kind == "result" and heading.symbol is not None:
            parts.setdefault(heading.symbol, set()).add(sieved_below_um(heading.text))
    return [
        replace(heading, kind="other", unknown=(heading.text,))
        if heading.kind == "result" and len(parts.get(heading.symbol, ())) > 1 and sieved_below_um(heading.text)
        else heading
        for heading in headings
    ]


_PRODUCT = re.compile(r"(?:^|[^a-z])(?:conc|tail)")
_FEED = re.compile(r"(?:^|[^a-z])head(?:$|[^a-z])")


def _single(heading: Heading) -> bool:
    return _bare(heading) and len(heading.element or "") == 1


def _amounts_and_long_tables(headings: list[Heading], plain: list[str]) -> list[Heading]:
    """Read names of metals beside tonnes mined as amounts, and ``grade``, ``ore`` or ``operator`` by what stands beside them."""
    produced = bool(_AMOUNTS_BESIDE & set(plain))
    long_result = any(heading.kind == "result" and heading.element is None for heading in headings)
    decided = []
    for heading, name in zip(headings, plain, strict=True):
        with_unit = any(f"{name}{ending}" in plain for ending in ("unit", "units", "ut", "uom"))
        if (
            produced
            and heading.kind in ("other", "result")
            and heading.unknown
            and heading.symbol
            and len(heading.text) > 3
            and heading.unit is None
        ):
            heading = replace(heading, kind="mass", unknown=())
        elif name in _GRADES and with_unit:
            heading = replace(heading, kind="result", unknown=())
        elif name in ("ore", "tailings", "waste", "material") and with_unit:
            heading = replace(heading, kind="mass", unknown=())
        elif name == "operator" and long_result:
            heading = replace(heading, kind="qualifier", unknown=())
        decided.append(heading)
    return decided
