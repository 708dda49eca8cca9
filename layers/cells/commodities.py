"""One vocabulary of commodities: what publishers write -> canonical names, their families and elements.

Letter codes are read with the source's own dictionary only. The same two letters mean coal in one inventory and chlorine in a
chemist's mind; an upper-case code nobody declared stays as written and is counted, it is never taken for an element symbol.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pandas as pd

from layers.cells.heading_tokens import vocabulary
from layers.cells.hedges import is_qualified, may_be_qualified, without_qualifiers
from layers.cells.missing_words import MISSING_WORDS, NOT_STATED
from layers.errors import ConfigError
from layers.own_tables import own_table
from layers.text import fold

SEPARATOR = "; "
SYMBOLS = {
    "Li": "lithium", "Be": "beryllium", "He": "helium", "Mg": "magnesium", "Al": "aluminum", "Ca": "calcium",
    "Sc": "scandium", "Ti": "titanium", "Cr": "chromium", "Mn": "manganese", "Fe": "iron", "Co": "cobalt", "Ni": "nickel",
    "Cu": "copper", "Zn": "zinc", "Ga": "gallium", "Ge": "germanium", "As": "arsenic", "Se": "selenium", "Rb": "rubidium",
    "Sr": "strontium", "Zr": "zirconium", "Nb": "niobium", "Mo": "molybdenum", "Ru": "ruthenium", "Rh": "rhodium",
    "Pd": "palladium", "Ag": "silver", "Cd": "cadmium", "In": "indium", "Sn": "tin", "Sb": "antimony", "Te": "tellurium",
    "Cs": "cesium", "Ba": "barite", "La": "lanthanum", "Ce": "cerium", "Pr": "praseodymium", "Nd": "neodymium",
    "Sm": "samarium", "Eu": "europium", "Gd": "gadolinium", "Tb": "terbium", "Dy": "dysprosium", "Ho": "holmium",
    "Er": "erbium", "Tm": "thulium", "Yb": "ytterbium", "Lu": "lutetium", "Hf": "hafnium", "Ta": "tantalum",
    "Re": "rhenium", "Os": "osmium", "Ir": "iridium", "Pt": "platinum", "Au": "gold", "Hg": "mercury", "Tl": "thallium",
    "Pb": "lead", "Bi": "bismuth", "Ra": "radium", "Th": "thorium",
}  # fmt: skip
"""Two-letter element symbols in mixed case, which no publisher's upper-case code can be mistaken for."""

_LETTERS = {"U": "uranium", "V": "vanadium", "W": "tungsten", "Y": "yttrium"}
"""One-letter symbols, which are read beside a two-letter one alone: on their own they are codes of somebody."""

_KEPT = 4096
"""Phrases whose reading is kept: the cells of a file repeat a few hundred."""
_MARKS = re.compile(r"[,;|+\n()\[\]]")
_SOFT_SPLIT = re.compile(r" ?/ ?| (?:and|et|y|e|&|con|with) | ?& ?| ?[-–+] ?", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_BRACKETED = re.compile(r" ?[(\[][^)\]]*[)\]]")


def normalise_commodities(raw: pd.Series, codes: Mapping[str, str] | None = None) -> pd.Series:
    """Bring cells of codes or phrases to canonical names.

    Cells are split at commas, semicolons, bars and line breaks outside brackets. Each part is looked up in the source's own
    ``codes`` first (without case), then as a phrase (without case, accents and bracketed qualifier), then as a mixed-case
    element symbol, then as several codes or symbols apart by blanks (``Au Ag Cu``). Parts nobody knows stay as written, so that
    nothing is lost; `unknown_commodities` counts them. Parts that deny or doubt what they name (``no REE``, ``REE?``,
    ``REE (trace)``) are left out; `commodities_taken_back` names them.

    Parameters
    ----------
    raw : Series of str
        Cells as in the file.
    codes : mapping, optional
        This publisher's codes or phrases -> plain names, e.g. ``{"CL": "coal", "RE": "rhenium"}``. A name may hold several
        commodities joined with ``"; "`` and is itself brought to canonical form. Empty text drops the code.

    Returns
    -------
    Series of str
        Canonical names joined with ``"; "``, first mention first, each once; NA where nothing is said.
    """
    own = {_key(str(code)): name for code, name in (codes or {}).items()}
    text = raw.map(str, na_action="ignore")
    codes_of, cells = pd.factorize(text)
    known = pd.array([*(_cell(str(cell), own) for cell in cells), pd.NA], dtype="string")
    named = pd.Series(known.take(codes_of), index=raw.index, name=raw.name)
    return named.astype(pd.StringDtype(na_value=float("nan")))


def unknown_commodities(raw: pd.Series, codes: Mapping[str, str] | None = None) -> pd.Series:
    """Count the parts of cells that no dictionary knows.

    Parameters
    ----------
    raw, codes
        As in `normalise_commodities`.

    Returns
    -------
    Series of int
        Cells per unknown part, most frequent first; the index is the part as written.
    """
    counts: dict[str, int] = {}
    for cell, rows in normalise_commodities(raw, codes).value_counts(sort=False).items():
        for part in str(cell).split(SEPARATOR):
            if part not in _vocabulary():
                counts[part] = counts.get(part, 0) + rows
    return pd.Series(counts, dtype="int64", name="count").sort_values(ascending=False, kind="stable")


def commodities_taken_back(raw: pd.Series, codes: Mapping[str, str] | None = None) -> pd.Series:
    """Return the parts of each cell that deny or doubt what they name, joined with ``"; "``; NA where there are none.

    Parameters
    ----------
    raw, codes
        As in `normalise_commodities`.
    """
    own = {_key(str(code)): name for code, name in (codes or {}).items()}
    dropped: dict[str, list[str]] = {str(cell): [] for cell in raw.dropna().unique() if may_be_qualified(str(cell))}
    for cell, parts in dropped.items():
        _cell(cell, own, parts)
    named = {cell: SEPARATOR.join(parts) for cell, parts in dropped.items() if parts}
    return raw.map(str, na_action="ignore").map(named)


@lru_cache(maxsize=_KEPT)
def canonical_name(text: str) -> str | None:
    """Return the canonical name of a phrase, or None when it is not known or brackets make little of it (``REE (trace)``)."""
    bare = _without_brackets(text)
    keys = (_key(text),) if bare != text and _makes_little_of_it(text) else (_key(text), _key(bare))
    for key in keys:
        canonical = _aliases().get(key) or next(
            (name for singular in _singulars(key) if (name := _aliases().get(singular))), None
        )
        if canonical is not None:
            return canonical
    return None


def _singulars(key: str) -> list[str]:
    """Return what a plural of English, French or Spanish may be the plural of; short words have none."""
    if len(key) < 5 or not key.endswith("s"):
        return []
    return [key[:-1], key[:-2]] if key.endswith("es") else [key[:-1]]


def elements_of(commodity: str) -> tuple[str, ...]:
    """Return the element symbols a canonical commodity stands for; empty for coal, stone and the like."""
    return tuple(_vocabulary().get(commodity, {}).get("elements", ()))


def group_of(commodity: str) -> str | None:
    """Return the family of a canonical commodity: rare_earths, radioactive, precious, metals, industrial, fuels, stone, gems."""
    group = _vocabulary().get(commodity, {}).get("group")
    return None if group is None else str(group)


def mentions(commodities: pd.Series, names: frozenset[str] | tuple[str, ...]) -> pd.Series:
    """Say per cell of canonical names joined with ``"; "`` whether it names one of ``names``; False where missing."""
    wanted = frozenset(names)
    known = {cell: not wanted.isdisjoint(str(cell).split(SEPARATOR)) for cell in commodities.dropna().unique()}
    return commodities.isin([cell for cell, is_named in known.items() if is_named])


def order_tells(commodities: pd.Series) -> bool:
    """Say whether lists of commodities are in an order of their own: not when most follow the alphabet, of names or of symbols.

    Parameters
    ----------
    commodities : Series of str
        Canonical names joined with ``"; "``. Cells of fewer than three say nothing.
    """
    lists = [cell.split(SEPARATOR) for cell in commodities.dropna().unique() if cell.count(SEPARATOR) >= 2]
    symbols = [["".join(elements_of(name)[:1]) or name for name in names] for names in lists]
    alphabetical = [sum(names == sorted(names) for names in form) for form in (lists, symbols)]
    return not lists or 2 * max(alphabetical) <= len(lists)


def _cell(cell: str, own: Mapping[str, str], dropped: list[str] | None = None) -> Any:
    """Read one cell; NA when nothing is said. Parts that are taken back go to ``dropped``."""
    commodities = _lookup(cell, own)
    if commodities is None:
        commodities = [
            name for part in _parts(cell) for name in _part(part.strip(), own, [] if dropped is None else dropped)
        ]
    return SEPARATOR.join(dict.fromkeys(commodities)) or pd.NA


def _parts(cell: str) -> list[str]:
    """Cut a cell at its delimiters; one whose next bracket is a closing one stands in brackets and cuts nothing."""
    cuts: list[int] = []
    inside = False
    for mark in reversed(list(_MARKS.finditer(cell))):
        if mark.group() in "()[]":
            inside = mark.group() in ")]"
        elif not inside:
            cuts.append(mark.start())
    edges = [-1, *reversed(cuts), len(cell)]
    return [cell[start + 1 : end] for start, end in pairwise(edges)]


def _without_brackets(text: str) -> str:
    """Return a phrase without what stands in brackets; a bracket that is never closed stays."""
    plain = _BLANKS.sub(" ", text)
    end = max(plain.rfind(")"), plain.rfind("]")) + 1  # behind it no bracket is closed, so nothing need be searched
    return _BRACKETED.sub("", plain[:end]) + plain[end:]


def _makes_little_of_it(text: str) -> bool:
    """Say whether brackets doubt or deny what stands before them; ``silver (no zinc)`` denies another commodity."""
    inner = [match.group().strip(" ([)]") for match in _BRACKETED.finditer(_BLANKS.sub(" ", text))]
    return any(is_qualified(words) and canonical_name(without_qualifiers(words)) is None for words in inner)


def _part(part: str, own: Mapping[str, str], dropped: list[str]) -> list[str]:
    """Read one part of a cell: as it stands, or cut at a slash or *and* when all pieces are known or taken back."""
    if _key(part) in _missing():
        return []
    commodity = _lookup(part, own)
    if commodity is not None:
        return commodity
    pieces = _SOFT_SPLIT.split(_BLANKS.sub(" ", part))
    known = {piece: _lookup(piece, own) for piece in pieces}
    taken_back = [piece for piece, names in known.items() if names is None and _is_taken_back(piece)]
    if len(pieces) > 1 and any(known.values()) and all(known[piece] or piece in taken_back for piece in pieces):
        dropped += taken_back
        return [name for piece in pieces for name in known[piece] or ()]
    if _is_taken_back(part):
        dropped.append(part.replace(";", ","))
        return []
    if len(apart := _BLANKS.sub(" ", part).split(" ")) > 1 and _are_symbols(apart, own):
        return [name for piece in apart for name in _symbol(piece, own)]
    return [part.replace(";", ",")]


def _are_symbols(pieces: list[str], own: Mapping[str, str]) -> bool:
    """Say whether pieces apart by blanks are all symbols (``Au Ag U``), or own codes and known words (``BE F Cerium``).

    A word beside a symbol that is no code may be an article: ``La plata`` is silver without lanthanum.
    """
    if any(_key(piece) in own for piece in pieces):
        return all(_lookup(piece, own) is not None for piece in pieces)
    return all(piece in SYMBOLS or piece in _LETTERS for piece in pieces) and not _LETTERS.keys() >= set(pieces)


def _symbol(piece: str, own: Mapping[str, str]) -> list[str]:
    names = _lookup(piece, own)
    return [_LETTERS[piece]] if names is None else names


def _is_taken_back(part: str) -> bool:
    return is_qualified(part) and any(letter.isalpha() for letter in without_qualifiers(part))


def _lookup(text: str, own: Mapping[str, str]) -> list[str] | None:
    """Look a text up in the publisher's dictionary, the vocabulary and the mixed-case symbols, in this order."""
    key = _key(text)
    if key in own:
        names = [part.strip() for part in own[key].split(";")]
        return [canonical_name(name) or name for name in names if name]
    name = canonical_name(text) if len(key) > 2 or (key in ("or",) and not text.isupper()) else None
    if name is None and text.strip() in SYMBOLS:
        name = SYMBOLS[text.strip()]
    return None if name is None else [name]


@lru_cache(maxsize=_KEPT)
def _key(text: str) -> str:
    """Fold a phrase for comparison: no case, accents, double blanks or outer punctuation."""
    return _BLANKS.sub(" ", fold(text)).strip(" .'\"")


@lru_cache(maxsize=1)
def _missing() -> frozenset[str]:
    """Return the folded words that name nothing; ``na`` and ``nd`` are sodium and neodymium here."""
    return frozenset(map(_key, MISSING_WORDS | NOT_STATED)) - {"na", "nd"}


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, dict[str, Any]]:
    return own_table("layers.cells", "commodities.yml")


@lru_cache(maxsize=1)
def _aliases() -> dict[str, str]:
    """Map every folded spelling to its canonical name; two names for one spelling are a fault of the file."""
    aliases: dict[str, str] = {}
    for name, entry in _vocabulary().items():
        for spelling in (name, *entry["aliases"]):
            if aliases.setdefault(_key(spelling), name) != name:
                raise ConfigError(f"commodities.yml: '{spelling}' means both {aliases[_key(spelling)]} and {name}.")
    for symbol, name in {**SYMBOLS, **_LETTERS}.items():
        for spelling in vocabulary()["element_names"].get(symbol, "").split():
            if len(spelling) > 3 and spelling not in _NO_COMMODITY and name in aliases:
                aliases.setdefault(_key(spelling), name)
    return aliases


_NO_COMMODITY = frozenset(["alum", "ars", "plat", "chloride"])
"""Names of elements in headings that are other things as commodities."""
