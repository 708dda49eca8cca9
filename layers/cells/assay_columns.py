"""Which columns of a table are results of a laboratory, and which stand beside them: limits, marks, units, errors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from layers.cells.heading_grammar import parse_headings
from layers.cells.heading_results import method_class
from layers.cells.heading_tokens import folded, tokens, vocabulary
from layers.cells.headings import Heading
from layers.elements import ATOMIC_MASS, oxide_factor, parse_oxide

METHOD_ORDER = ("fusion", "inaa", "four_acid", "xrf", "aqua_regia", "spectrographic", "unknown")
"""Which method is taken where an element was analysed by several: total before partial. Never an average."""
_BESIDE = (
    "detection_limit", "upper_limit", "error", "qualifier", "unit", "method", "statistic", "normalised", "ratio", "mass", "other",
)  # fmt: skip
_NO_TOTALS = frozenset(["form", "dissolved"])
_WORDS = re.compile(r"[\s_()\[\],;:/+]+|(?<=\D)-(?=\D)|(?<=\d)-(?=[a-z])")


@dataclass(frozen=True)
class AssayColumn:
    """One column of results.

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
    role : str
        ``first``, ``repeat``, ``over_range`` or ``best``.
    method_text : str
        Method as the heading writes it; empty where it says none.
    """

    name: str
    element: str
    form: str
    to_ppm: float | None
    method: str
    role: str = "first"
    method_text: str = ""

    @staticmethod
    def key_of(method: str | None, element: str | None) -> str:
        """Return a method as written without what differs from heading to heading: case, signs and a symbol before it."""
        plain = re.sub(r"[^a-z0-9]", "", (method or "").casefold())
        symbol = (element or "").casefold()
        return plain.removeprefix(symbol) if len(plain) > len(symbol) + 1 else plain

    @property
    def method_key(self) -> str:
        """The method of the heading by `key_of`; empty where it says none."""
        return self.key_of(self.method_text, self.element)


@dataclass(frozen=True)
class AssayColumns:
    """The columns of a table as its headings tell them.

    Parameters
    ----------
    results : list of AssayColumn
        In the order of the file.
    beside : mapping of str to list of Heading
        Kind -> columns that belong to an element and are no results.
    asked : list of Heading
        Columns that may be results but whose headings are not understood.
    """

    results: list[AssayColumn] = field(default_factory=list)
    beside: Mapping[str, list[Heading]] = field(default_factory=dict)
    asked: list[Heading] = field(default_factory=list)

    def beside_of(self, kind: str, column: AssayColumn) -> str | None:
        """Return the one column of a kind that belongs to a column of results, None where none or several do."""
        mine = [neighbour for neighbour in self.beside.get(kind, []) if neighbour.symbol == column.element]
        if len(mine) > 1:
            mine = [
                neighbour
                for neighbour in mine
                if neighbour.element == column.form
                and AssayColumn.key_of(neighbour.method, column.element) == column.method_key
            ]
        return mine[0].text if len(mine) == 1 else None


def assay_columns(
    names: Sequence[str],
    *,
    default_unit: str | None = None,
    oxide_unit: str | None = None,
    units: Mapping[str, str] | None = None,
    column_units: Mapping[str, str] | None = None,
    methods: Mapping[str, str] | None = None,
    default_method: str = "unknown",
    results: Mapping[str, str] | None = None,
) -> AssayColumns:
    """Sort the headings of a table.

    Parameters
    ----------
    names : sequence of str
        All headings, in the order of the file.
    default_unit, oxide_unit : str, optional
        Unit of elements, and of oxides, whose heading says none. There is no guess between ppm and per cent.
    units : mapping, optional
        Heading, symbol or oxide -> unit. One for a heading outweighs the heading itself; one for a symbol only the defaults.
    column_units : mapping, optional
        Heading -> unit of a row of units.
    methods : mapping, optional
        Further words in headings -> method.
    default_method : str
        Method where the heading says none.
    results : mapping, optional
        Heading -> element or oxide, of columns that are results although their heading does not say so.

    Returns
    -------
    AssayColumns
    """
    own = {folded(word): method for word, method in (methods or {}).items()}
    headings = parse_headings(names, known_words=frozenset(own))
    given, of_columns, forced = units or {}, column_units or {}, results or {}
    columns: list[AssayColumn] = []
    beside: dict[str, list[Heading]] = {}
    asked: list[Heading] = []
    for heading in headings:
        element = forced.get(heading.text) or _stated(heading, given)
        if element is None and heading.kind != "result":
            if heading.unknown and heading.symbol is not None and heading.kind == "other" and _likely(heading):
                asked.append(heading)
            elif heading.symbol is not None and heading.kind in _BESIDE:
                beside.setdefault(heading.kind, []).append(heading)
            continue
        form = element or heading.element
        symbol = _symbol_of(form) if form is not None else None
        if symbol is None or form is None:
            continue
        if heading.role in _NO_TOTALS and element is None:
            beside.setdefault(heading.role, []).append(heading)
            continue
        unit = given.get(heading.text) or heading.unit or of_columns.get(heading.text) or given.get(form)
        unit = unit or (oxide_unit if form != symbol else None) or default_unit
        method = _own_method(heading.text, own) or heading.method_class or default_method
        columns.append(
            AssayColumn(heading.text, symbol, form, factor_of(unit, form), method, heading.role, heading.method or "")
        )
    return AssayColumns(columns, beside, asked)


def _likely(heading: Heading) -> bool:
    """Say whether a heading nobody understands may be that of a result: a unit stands in it, or it begins with the element."""
    return heading.unit is not None or heading.text.strip(" *_-").startswith(heading.element or " ")


def _stated(heading: Heading, units: Mapping[str, str]) -> str | None:
    """Return the element of a heading that is not told to be a result but whose unit the source states by its name."""
    if heading.text not in units or heading.kind not in ("other", "result", "latitude", "longitude", "northing"):
        return None
    symbol = heading.text.strip().capitalize()
    return heading.element or (symbol if symbol in ATOMIC_MASS else None)


def _symbol_of(form: str) -> str | None:
    """Return the element of a symbol or oxide; None of ions, carbon dioxide and water."""
    if form in vocabulary()["ions"]:
        return None
    oxide = parse_oxide(form)
    return oxide[0] if oxide else form if form in ATOMIC_MASS else None


def _own_method(text: str, own: Mapping[str, str]) -> str | None:
    """Return the method a source's own word in a heading stands for."""
    words = {folded(word) for word in re.split(r"[\s_()\[\],;:]+", text)} if own else set()
    return next((method for word, method in own.items() if word in words), None)


def unit_name(text: str) -> str | None:
    """Return the unit of mass share a text is, e.g. ``pct`` for ``wt. %``; None where it is none."""
    unit_tokens = tokens(text)
    if len(unit_tokens) == 1 and "share_units" in unit_tokens[0].readings:
        return unit_tokens[0].readings["share_units"]
    return None


def factor_of(unit: str | None, form: str) -> float | None:
    """Return by what a number in a unit is multiplied to get ppm of the element of a symbol or oxide; None where unknown."""
    name = None if unit is None else unit_name(unit)
    if name is None:
        return None
    factor = float(vocabulary()["share_units"][name][0])
    return factor if form in ATOMIC_MASS else factor / oxide_factor(form)


def method_named(text: str, own: Mapping[str, str]) -> str | None:
    """Return the method a text such as ``Lithium borate fusion, ICP-MS`` names; None where it names none.

    Parameters
    ----------
    text : str
        Cell of a row of methods, or any name of a laboratory package.
    own : mapping
        Further words, lower case -> method.
    """
    words = [word for word in _WORDS.split(text.strip().casefold()) if word]
    pairs = ["".join(pair) for pair in pairwise(words)]
    named = [own[alias] for alias in (text.strip().casefold(), *pairs, *words) if alias in own]
    for token in tokens(text):
        if "methods" in token.readings:
            named.append(method_class(token))
    sure = [method for method in named if method != "unknown"]
    return sure[0] if sure else named[0] if named else None
