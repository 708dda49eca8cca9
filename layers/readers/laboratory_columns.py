"""From laboratory columns to one value, limit and flag per sample and element, in ppm of the element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cells.assay_columns import METHOD_ORDER, AssayColumn, AssayColumns, factor_of
from layers.cells.assays import Cells, parse_cells, suspicions
from layers.cells.heading_grammar import parse_heading
from layers.cells.result_marks import apply_qualifiers, as_marks, of_a_validation
from layers.elements import REE
from layers.errors import SourceError
from layers.readers.assay_checks import (
    contradictions,
    follow_ups_unread,
    limits_contradicted,
    one_of_a_kind,
    repeats_taken,
    suspicion_notes,
    unlike_columns,
    words_first,
    zeros,
)
from layers.readers.assay_choice import choose, preference, refuse_twins
from layers.readers.assay_options import GeochemistryOptions
from layers.readers.assay_sheet import heading_notes, laboratory_sheet, units_against_headings, units_beside
from layers.readers.beside_results import below_stated_limits, marks_of, marks_unread, take_limits
from layers.readers.column_fates import named_columns
from layers.readers.doubtful_results import (
    decimal_comma,
    drop_codes_among_limits,
    drop_impossible,
    mark_notes,
    refuse_other_units,
    refuse_parted_thousands,
    without_own_unit,
)
from layers.readers.exchanged_results import drop_exchanged_results
from layers.readers.method_notes import keep_own_methods, method_notes, method_of_rows
from layers.readers.rare_earth_order import drop_disordered_rows, exchanged_rare_earths, flat_rare_earths
from layers.readers.rare_earth_suites import drop_outliers
from layers.readers.stated_totals import total_of_rare_earths, totals_against_parts
from layers.readers.whole_sample import refuse_shares


@dataclass
class Suites:
    """Results of all rows of a table.

    Parameters
    ----------
    columns : dict of str to ndarray
        ``X_ppm``, ``X_limit_ppm`` (float), ``X_censored`` (int8) per element, in order of atomic number; ``X_method``
        (categorical) where an element has another method than ``method`` says of its row.
    tree_ppm : ndarray of float
        Total of rare earths the file gives as one number.
    method : ndarray of str
        Per row the best method among its rare earths (among all elements where it has none).
    problems : dict of int to tuple of str
        Position of a row to reject -> (code, reason).
    notes : list of Note
    used : dict of str to str
        Column results or marks were read from -> layer column.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    tree_ppm: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    method: npt.NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))
    problems: dict[int, tuple[str, str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    used: dict[str, str] = field(default_factory=dict)


def read_suites(
    source: Source,
    where: str,
    options: GeochemistryOptions,
    cells: pd.DataFrame,
    words_by_kind: Mapping[str, Mapping[str, str]],
    rows: npt.NDArray[np.int64] | None = None,
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
    words_by_kind : mapping
        Rows under the heading: ``unit``, ``method``, ``limit`` -> column -> text.
    rows : ndarray of int, optional
        Row of the file of each cell, for notes.

    Returns
    -------
    Suites
        Where several columns hold one element, each row takes the first result in the order of `METHOD_ORDER`, the element
        before its oxide. The order of the columns in the file changes nothing.

    Raises
    ------
    SourceError
        If no column is a result, a unit is missing, or undeclared negative numbers stand in the table. All columns at once.
    """
    sheet = laboratory_sheet(source, where, options, cells, words_by_kind)
    results = sheet.results
    suites = Suites(notes=heading_notes(source.id, sheet) + units_against_headings(source.id, results, options))
    marks = {column.name: name for column in results if (name := marks_of(column, options, cells, sheet)) is not None}
    for column in results:
        suites.used[column.name] = f"{column.element}_ppm"
        beside = {"censored": marks.get(column.name), "limit_ppm": sheet.beside_of("detection_limit", column)}
        for part, name in beside.items():
            if name is not None:
                suites.used.setdefault(name, f"{column.element}_{part}")
    mark_cells = {result: as_marks(cells[name], name) for result, name in marks.items() if name in cells.columns}
    read = partial(
        _read_column,
        options=options,
        marks=mark_cells,
        validated=of_a_validation(mark_cells.values()),
        cells=cells,
        words_by_kind=words_by_kind,
        sheet=sheet,
    )
    parsed = {column.name: read(source, column) for column in results}
    if source.decimal_mark is None and (comma := decimal_comma(where, cells, parsed)) is not None:
        source = source.model_copy(update={"decimal_mark": ","})
        message = (
            f"Numbers are written with a decimal comma (e.g. {comma}) and were read so. State decimal_mark to be sure."
        )
        suites.notes.append(Note(source.id, "decimal_comma", message))
        parsed = {column.name: read(source, column) for column in results}
    refuse_other_units(where, results, parsed, cells, rows)
    suites.notes += marks_unread(source.id, sheet, marks.values(), cells, rows)
    suites.notes += below_stated_limits(source.id, sheet, parsed, cells, rows, words_by_kind.get("limit", {}))
    captions = words_by_kind.get("unit", {})
    settled = [
        column.name
        for column in results
        if {column.name, column.form} & options.units.keys() or column.name in captions
    ]
    settled += [column.name for column in results if parse_heading(column.name).unit is not None]
    units = units_beside(source, where, sheet, cells, settled)
    results = _units_by_row(results, parsed, units, cells, suites)
    if source.decimal_mark is None:
        suites.notes += refuse_parted_thousands(source, where, results, cells)
    suites.notes += mark_notes(source.id, marks, mark_cells, cells, rows)
    suites.notes += drop_impossible(source.id, results, parsed, rows)
    refuse_twins(where, results, parsed)
    _refuse_negatives(where, parsed)
    if options.negative == "below_limit":
        suites.notes += drop_codes_among_limits(source.id, parsed, rows)
    suites.notes += words_first(source.id, results, parsed, cells, 1 if rows is None or not len(rows) else int(rows[0]))
    _note_odd_cells(suites, results, parsed, source, cells)
    _choose_results(suites, results, parsed, source, options, cells, rows)
    _method_by_row(suites, results, source, options, cells)
    headings = {
        element: tuple(column.name for column in results if column.element == element) for element in _rare(suites)
    }
    suites.notes += exchanged_rare_earths(source.id, suites.columns, headings, rows)
    suites.notes += flat_rare_earths(source.id, suites.columns, headings, rows)
    suites.notes += drop_disordered_rows(source.id, suites.columns, rows)
    suites.notes += drop_exchanged_results(source.id, suites.columns, headings, rows)
    suites.notes += drop_outliers(source.id, suites.columns, headings, rows)
    suites.notes += refuse_shares(source.id, where, suites.columns, rows)
    suites.tree_ppm, total_notes = total_of_rare_earths(source, where, options, cells, captions, rows)
    suites.notes += total_notes
    suites.notes += totals_against_parts(source, options, cells, suites.columns, rows)
    suites.notes += method_notes(source.id, suites.method)
    return suites


def _note_odd_cells(
    suites: Suites, results: list[AssayColumn], parsed: Mapping[str, Cells], source: Source, cells: pd.DataFrame
) -> None:
    """Reject rows with a cell that is no result, and tell of results that are suspicious."""
    odd = []
    for column in results:
        column_cells = parsed[column.name]
        for position in column_cells.unreadable.tolist():
            reason = f"{column.name} is '{cells[column.name].iloc[position]}', which is no result"
            suites.problems.setdefault(position, ("unreadable_result", reason))
        odd += [*suspicions(column.name, column_cells), *zeros(column.name, column_cells)]
    suites.notes += suspicion_notes(source.id, odd)


def _choose_results(
    suites: Suites,
    results: list[AssayColumn],
    parsed: dict[str, Cells],
    source: Source,
    options: GeochemistryOptions,
    cells: pd.DataFrame,
    rows: npt.NDArray[np.int64] | None,
) -> None:
    """Take one result per sample and element into the suites, with its method; ``parsed`` is emptied on the way."""
    rank_of_row = np.full(len(cells), len(METHOD_ORDER), dtype=np.int8)
    rank_of_any = rank_of_row.copy()
    one_method = len({column.method for column in results}) == 1
    known = {*(column.name for column in results), *options.ignore, *source.ignore}
    ranks: dict[str, npt.NDArray[np.int8]] = {}
    doubts: list[Note] = []
    for element in dict.fromkeys(column.element for column in results):
        mine = sorted(
            (column for column in results if column.element == element), key=lambda column: preference(column, parsed)
        )
        doubts += contradictions(source.id, mine, parsed, rows)
        doubts += limits_contradicted(source.id, mine, parsed, rows)
        doubts += repeats_taken(source.id, mine, parsed, rows)
        doubts += unlike_columns(source.id, mine, parsed, rows)
        rank, chosen = choose(mine, parsed)
        doubts += follow_ups_unread(
            source.id, element, np.asarray(chosen["censored"], dtype=np.int8) > 0, cells, known, rows
        )
        suites.columns |= {f"{element}_{part}": values for part, values in chosen.items()}
        best_so_far = rank_of_row if element in REE else rank_of_any
        np.minimum(best_so_far, rank, out=best_so_far)
        if not one_method:
            ranks[element] = rank
        for column in mine:  # a large table's cells are not needed twice
            del parsed[column.name]
    suites.notes += one_of_a_kind(doubts)
    best = np.where(rank_of_row < len(METHOD_ORDER), rank_of_row, np.minimum(rank_of_any, len(METHOD_ORDER) - 1))
    suites.method = np.array(METHOD_ORDER, dtype=object)[best]
    suites.notes += keep_own_methods(source.id, suites.columns, ranks, best)


def _method_by_row(
    suites: Suites, results: list[AssayColumn], source: Source, options: GeochemistryOptions, cells: pd.DataFrame
) -> None:
    """Take the method of each row from a column that says it, where the headings say none."""
    words = {word.casefold(): method for word, method in options.methods.items()}
    taken = {*options.ignore, *source.ignore, *suites.used, *named_columns(source, cells)}
    of_columns = any(column.method != "unknown" for column in results)
    column, methods, notes = method_of_rows(source.id, cells, words, taken, of_columns=of_columns)
    suites.notes += notes
    if column:
        suites.method = methods
        suites.used[column] = "method"


def _units_by_row(
    results: list[AssayColumn],
    parsed: dict[str, Cells],
    units: Mapping[str, str | None],
    cells: pd.DataFrame,
    suites: Suites,
) -> list[AssayColumn]:
    """Bring columns whose unit stands in a column of its own to ppm row by row; rows with another word there are rejected.

    A unit that is stated for the whole table holds where the row tells none.
    """
    read = []
    for column in results:
        unit = units.get(column.name)
        text = None if unit is None else cells[unit].astype("str").str.strip().where(cells[unit].notna(), "")
        factors = {} if text is None else {word: factor_of(word, column.form) for word in text.unique()}
        if unit is None or text is None or (column.to_ppm is not None and not any(factors.values())):
            read.append(column)
            continue
        factor = text.map(factors).to_numpy(dtype="float64", na_value=np.nan, copy=True)
        if column.to_ppm is not None:
            factor[(text == "").to_numpy(dtype=bool)] = column.to_ppm
        column_cells = parsed[column.name]
        there = np.isfinite(column_cells.value) | (column_cells.censored != 0)
        for row in np.flatnonzero(there & ~np.isfinite(factor)).tolist():
            reason = (
                f"the unit of {column.name} is '{text.iloc[row]}' in {unit}, which is no share by mass that is known"
            )
            suites.problems.setdefault(row, ("unknown_unit", reason))
        parsed[column.name] = Cells(
            column_cells.value * factor,
            column_cells.limit * factor,
            column_cells.censored,
            column_cells.unreadable,
            column_cells.negatives,
        )
        suites.used.setdefault(unit, "unit")
        read.append(replace(column, to_ppm=1.0))
    return read


def _read_column(
    source: Source,
    column: AssayColumn,
    *,
    options: GeochemistryOptions,
    marks: Mapping[str, pd.Series],
    validated: bool,
    cells: pd.DataFrame,
    words_by_kind: Mapping[str, Mapping[str, str]],
    sheet: AssayColumns,
) -> Cells:
    """Read one column in its own unit, with its marks and substituted limits."""
    column_cells = parse_cells(
        without_own_unit(cells[column.name], column),
        negative=options.negative,
        missing_words=source.missing,
        missing_numbers=options.missing_numbers,
        decimal_mark=source.decimal_mark or ".",
    )
    stated = pd.Series([words_by_kind.get("limit", {}).get(column.name)])
    limit = pd.to_numeric(stated, errors="coerce").to_numpy(dtype="float64")[0]
    if np.isfinite(limit):
        unknown = (column_cells.censored < 0) & ~np.isfinite(column_cells.limit)
        column_cells.limit[unknown] = limit
    if column.name in marks:
        column_cells = apply_qualifiers(column_cells, marks[column.name], limit, validated=validated)
    take_limits(column_cells, column, sheet, cells)
    substituted = options.substituted_below.get(column.name)
    if substituted is not None:
        low = column_cells.value <= substituted
        column_cells.limit[low] = column_cells.value[low] * (2 if options.substituted_as == "half_limit" else 1)
        column_cells.censored[low], column_cells.value[low] = -1, np.nan
    if options.zero != "keep":
        nothing = column_cells.value == 0
        column_cells.censored[nothing] = -1 if options.zero == "below_limit" else 0
        column_cells.value[nothing] = np.nan
    return column_cells


def _refuse_negatives(where: str, parsed: Mapping[str, Cells]) -> None:
    negative = {name: column_cells.negatives for name, column_cells in parsed.items() if column_cells.negatives}
    if negative:
        most = sorted(negative.items(), key=lambda entry: -entry[1])[:8]
        shown = ", ".join(f"{name} {count}" for name, count in most)
        raise SourceError(
            f"{where}: {sum(negative.values())} results in {len(negative)} columns are negative ({shown}). No concentration is. "
            "Ask the publisher, and state options.negative: below_limit (below the absolute value) or missing."
        )


def _rare(suites: Suites) -> list[str]:
    return [element for element in REE if f"{element}_ppm" in suites.columns]
