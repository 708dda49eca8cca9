"""From laboratory columns to one value, limit and flag per sample and element, in ppm of the element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note
from layers.assay_headers import METHOD_ORDER, AssayColumn, parse_heading
from layers.assays import Cells, apply_qualifiers, parse_cells, suspicions
from layers.catalogue import Source
from layers.columns import mapped_columns
from layers.elements import REE
from layers.errors import SourceError

if TYPE_CHECKING:
    from layers.geochemistry import GeochemistryOptions

DISAGREEMENT = 0.05
"""Relative difference from which an element and its oxide in one row are said to contradict each other."""


@dataclass
class Suites:
    """Results of all rows of a table.

    Parameters
    ----------
    columns : dict of str to ndarray
        ``X_ppm``, ``X_limit_ppm`` (float), ``X_censored`` (int8) per element, and ``tree_ppm``.
    method : ndarray of str
        Per row the best method among its rare earths (among all elements where it has none).
    problems : dict of int to tuple of str
        Position of a row to reject -> (code, reason).
    notes : list of Note
    """

    columns: dict[str, npt.NDArray[np.generic]] = field(default_factory=dict)
    method: npt.NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))
    problems: dict[int, tuple[str, str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def read_suites(
    source: Source, where: str, options: GeochemistryOptions, cells: pd.DataFrame, said: Mapping[str, Mapping[str, str]]
) -> Suites:
    """Recognise the laboratory columns of a table and read them.

    Parameters
    ----------
    source : Source
        Its mapped columns are no laboratory columns, but for ``tree_ppm``.
    where : str
        Names the file in messages.
    options : GeochemistryOptions
        Units, methods and conventions.
    cells : DataFrame
        Raw cells.
    said : mapping
        Rows under the heading: ``unit``, ``method``, ``limit`` -> column -> text.

    Returns
    -------
    Suites
        Where several columns hold one element, each row takes the first result in the order of `METHOD_ORDER`, the element
        before its oxide.

    Raises
    ------
    SourceError
        If no column is a result, a unit is missing, or undeclared negative numbers stand in the table. All columns at once.
    """
    found = _laboratory_columns(source, where, options, cells, said)
    suites = Suites()
    parsed = {column.name: _read_column(source, options, column, cells, said) for column in found}
    _refuse_negatives(where, parsed)
    for column in found:
        one = parsed[column.name]
        for place in one.unreadable.tolist():
            reason = f"{column.name} is '{cells[column.name].iloc[place]}', which is no result"
            suites.problems.setdefault(place, ("unreadable_result", reason))
        suites.notes += [Note(source.id, odd.code, odd.message, odd.count) for odd in suspicions(column.name, one)]
    rank_of_row = np.full(len(cells), len(METHOD_ORDER))
    rank_of_any = rank_of_row.copy()
    for element in dict.fromkeys(column.element for column in found):
        mine = sorted((column for column in found if column.element == element), key=_preference)
        suites.notes += _contradictions(source.id, mine, parsed)
        _choose(element, mine, parsed, suites, rank_of_row if element in REE else rank_of_any)
    best = np.where(rank_of_row < len(METHOD_ORDER), rank_of_row, np.minimum(rank_of_any, len(METHOD_ORDER) - 1))
    suites.method = np.array(METHOD_ORDER, dtype=object)[best]
    suites.columns["tree_ppm"] = _total(source, options, cells)
    _note_methods(source.id, suites)
    return suites


def _laboratory_columns(
    source: Source, where: str, options: GeochemistryOptions, cells: pd.DataFrame, said: Mapping[str, Mapping[str, str]]
) -> list[AssayColumn]:
    """Return the columns that hold results; stop when one of them has no unit or there is none."""
    taken = {name for layer_column in source.columns for name in mapped_columns(source, cells, layer_column)}
    taken |= set(options.ignore) | set(source.where)
    found = []
    for name in map(str, cells.columns):
        if name in taken:
            continue
        method = _method_of(said.get("method", {}).get(name, ""), options)
        column = parse_heading(
            name,
            default_unit=said.get("unit", {}).get(name) or options.default_unit,
            oxide_unit=options.oxide_unit,
            units=options.units,
            methods=options.methods,
            default_method=method,
        )
        if column is not None:
            found.append(column)
    unitless = [column.name for column in found if column.to_ppm is None]
    if unitless:
        raise SourceError(
            f"{where}: no unit is stated for {', '.join(unitless[:12])}{' …' if len(unitless) > 12 else ''} "
            f"({len(unitless)} columns). ppm and per cent differ by ten thousand, so this is not guessed. Give "
            "options.default_unit (and options.oxide_unit), options.units per column, or list columns that are no results under "
            "options.ignore."
        )
    if not found and not mapped_columns(source, cells, "tree_ppm"):
        raise SourceError(
            f"{where}: no column is a laboratory result (columns: {', '.join(map(str, cells.columns[:40]))}). Headings such as "
            "La_ppm or La2O3 (%) are recognised; a total goes under columns.tree_ppm; one result per row needs columns.analyte "
            "and value."
        )
    return found


def _method_of(text: str, options: GeochemistryOptions) -> str:
    from layers.assay_headers import METHOD_WORDS

    return METHOD_WORDS.get(text.strip().casefold(), options.default_method)


def _preference(column: AssayColumn) -> tuple[int, bool]:
    return METHOD_ORDER.index(column.method), column.form != column.element


def _read_column(
    source: Source,
    options: GeochemistryOptions,
    column: AssayColumn,
    cells: pd.DataFrame,
    said: Mapping[str, Mapping[str, str]],
) -> Cells:
    """Read one column in its own unit, with its marks and substituted limits."""
    one = parse_cells(
        cells[column.name],
        negative=options.negative,
        missing_words=source.missing,
        missing_numbers=options.missing_numbers,
        decimal_mark=source.decimal_mark or ".",
    )
    limit = pd.to_numeric(pd.Series([said.get("limit", {}).get(column.name)]), errors="coerce").to_numpy(
        dtype="float64"
    )[0]
    if np.isfinite(limit):
        unknown = (one.censored < 0) & ~np.isfinite(one.limit)
        one.limit[unknown] = limit
    marks = _marks_of(column, options, cells)
    if marks is not None:
        one = apply_qualifiers(one, cells[marks], limit)
    substituted = options.substituted_below.get(column.name)
    if substituted is not None:
        low = one.value <= substituted
        one.limit[low], one.censored[low], one.value[low] = 2 * substituted, -1, np.nan
    return one


def _marks_of(column: AssayColumn, options: GeochemistryOptions, cells: pd.DataFrame) -> str | None:
    """Return the column of marks beside a column of results: the same symbol with the publisher's ending."""
    if options.qualifier_suffix is None:
        return None
    alike = [
        str(name)
        for name in cells.columns
        if str(name).endswith(options.qualifier_suffix) and str(name).split("_")[0].casefold() == column.form.casefold()
    ]
    return alike[0] if len(alike) == 1 else None


def _refuse_negatives(where: str, parsed: Mapping[str, Cells]) -> None:
    negative = {name: one.negatives for name, one in parsed.items() if one.negatives}
    if negative:
        shown = ", ".join(f"{name} {count}" for name, count in list(negative.items())[:8])
        raise SourceError(
            f"{where}: {sum(negative.values())} results in {len(negative)} columns are negative ({shown}). No concentration is. "
            "Ask the publisher, and state options.negative: below_limit (below the absolute value) or missing."
        )


def _choose(
    element: str, columns: list[AssayColumn], parsed: Mapping[str, Cells], suites: Suites, rank: npt.NDArray[np.int64]
) -> None:
    """Take per row the first column with a result, in ppm; remember the best method of the row."""
    n = len(rank)
    value, limit, censored = np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, dtype=np.int8)
    open_rows = np.ones(n, dtype=bool)
    for column in columns:
        one, factor = parsed[column.name], float(column.to_ppm or np.nan)
        here = open_rows & (np.isfinite(one.value) | (one.censored != 0))
        value[here], limit[here], censored[here] = (
            one.value[here] * factor,
            one.limit[here] * factor,
            one.censored[here],
        )
        rank[here] = np.minimum(rank[here], METHOD_ORDER.index(column.method))
        open_rows &= ~here
    suites.columns[f"{element}_ppm"] = value
    suites.columns[f"{element}_limit_ppm"] = limit
    suites.columns[f"{element}_censored"] = censored


def _contradictions(source_id: str, columns: list[AssayColumn], parsed: Mapping[str, Cells]) -> list[Note]:
    """Note where an element and its oxide by the same method differ in one row."""
    notes = []
    for first, second in pairwise(columns):
        if first.method != second.method or first.form == second.form:
            continue
        a = parsed[first.name].value * float(first.to_ppm or np.nan)
        b = parsed[second.name].value * float(second.to_ppm or np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            differ = np.abs(a - b) > DISAGREEMENT * np.maximum(a, b)
        if differ.any():
            notes.append(
                Note(
                    source_id,
                    "element_and_oxide_differ",
                    f"{first.name} and {second.name} differ by more than {DISAGREEMENT:.0%} in some rows; "
                    f"{first.name} was taken.",
                    int(differ.sum()),
                )
            )
    return notes


def _total(source: Source, options: GeochemistryOptions, cells: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return a total of rare earths the file gives as one number, ppm."""
    names = mapped_columns(source, cells, "tree_ppm")
    if not names:
        return np.full(len(cells), np.nan)
    return parse_cells(cells[names[0]], negative=options.negative, decimal_mark=source.decimal_mark or ".").value


def _note_methods(source_id: str, suites: Suites) -> None:
    """Say when methods that see different shares of an element stand in one table."""
    methods, counts = np.unique(suites.method.astype(str), return_counts=True)
    if len(methods) > 1:
        shown = ", ".join(f"{method} {count}" for method, count in zip(methods, counts, strict=True))
        message = (
            f"The samples were analysed by several methods ({shown}); they are standardised apart and never averaged."
        )
        suites.notes.append(Note(source_id, "several_methods", message, int(counts.sum())))
    partial = int((suites.method == "aqua_regia").sum())
    if partial:
        message = "Aqua regia dissolves only part of the rare earths (least of the heavy ones): compare within the method only."
        suites.notes.append(Note(source_id, "partial_digestion", message, partial))
