"""The headings of a laboratory table: which columns are results in which unit, which stand beside them, and what is asked."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from layers.accounting import Fate, Note
from layers.catalogue.source import Source, recognise
from layers.cells.assay_columns import AssayColumn, AssayColumns, assay_columns, factor_of, method_named
from layers.cells.heading_grammar import parse_heading, parse_headings
from layers.errors import SourceError
from layers.readers.assay_options import GeochemistryOptions
from layers.readers.columns import as_text, mapped_columns
from layers.samples.columns import atomic_order

_MARKS_OF_LIMITS = ("<", ">", "U", "UJ", "ND")


def laboratory_columns(
    source: Source,
    where: str,
    options: GeochemistryOptions,
    cells: pd.DataFrame,
    words_by_kind: Mapping[str, Mapping[str, str]],
) -> list[AssayColumn]:
    """Return the columns that hold results, by atomic number; see `laboratory_sheet`."""
    return laboratory_sheet(source, where, options, cells, words_by_kind).results


def laboratory_sheet(
    source: Source,
    where: str,
    options: GeochemistryOptions,
    cells: pd.DataFrame,
    words_by_kind: Mapping[str, Mapping[str, str]],
) -> AssayColumns:
    """Return the columns that hold results and those beside them; stop when a result has no unit or there is none.

    Parameters are those of `read_suites`. The method of a column is what ``column_methods`` says of its heading, else what the
    heading says, else what ``column_methods`` says of its symbol, else what a row of methods or the source says.
    """
    taken = {name for layer_column in source.columns for name in mapped_columns(source, cells, layer_column)}
    taken |= set(options.ignore) | set(source.ignore) | set(source.where)
    names = [str(name) for name in cells.columns]
    sheet = assay_columns(
        names,
        default_unit=options.default_unit,
        oxide_unit=options.oxide_unit,
        units=options.units,
        column_units=words_by_kind.get("unit"),
        methods=options.methods,
        default_method="",
        results=options.results,
    )
    results = [
        replace(column, method=_method_of(column, words_by_kind.get("method", {}).get(column.name, ""), options))
        for column in sheet.results
        if column.name not in taken
    ]
    asked = [asked for asked in sheet.asked if asked.text not in taken]
    beside = {kind: [heading for heading in ones if heading.text not in taken] for kind, ones in sheet.beside.items()}
    sheet = AssayColumns(sorted(results, key=lambda result: atomic_order(result.element)), beside, asked)
    unitless = [
        column.name for column in results if column.to_ppm is None and unit_column(sheet, column, names) is None
    ]
    if unitless:
        raise SourceError(
            f"{where}: no unit is stated for {', '.join(unitless[:12])}{' …' if len(unitless) > 12 else ''} "
            f"({len(unitless)} columns). ppm and per cent differ by ten thousand, so this is not guessed. Give "
            "options.default_unit (and options.oxide_unit), options.units per column, or list columns that are no results under "
            "options.ignore."
        )
    _refuse_two_units(where, results, words_by_kind.get("unit", {}), options)
    _refuse_stray_marks(where, cells, names, taken, options)
    if not results and not mapped_columns(source, cells, "tree_ppm"):
        unclear = (
            f" Not understood: {', '.join(heading.text for heading in asked[:12])} (say options.results)."
            if asked
            else ""
        )
        raise SourceError(
            f"{where}: no column is a laboratory result (columns: {', '.join(names[:40])}). Headings such as "
            "La_ppm or La2O3 (%) are recognised; a total goes under columns.tree_ppm; one result per row needs columns.analyte "
            f"and value.{unclear}{_looks_like(cells)}"
        )
    return sheet


def _refuse_two_units(
    where: str, columns: Sequence[AssayColumn], row_of_units: Mapping[str, str], options: GeochemistryOptions
) -> None:
    """Stop where a heading says one unit and the row of units under it another: nobody can tell which is right."""
    conflicts = []
    for column in columns:
        own, below = parse_heading(column.name).unit, row_of_units.get(column.name)
        if own is None or below is None or column.name in options.units:
            continue
        factors = [factor_of(unit, column.form) for unit in (own, below)]
        if None not in factors and factors[0] != factors[1]:
            conflicts.append(f"'{column.name}' over '{below}'")
    if conflicts:
        raise SourceError(
            f"{where}: {len(conflicts)} headings say another unit than the row of units under them: {', '.join(conflicts[:8])}. "
            "Ask the publisher, and state options.units for these columns."
        )


def units_against_headings(source_id: str, columns: Sequence[AssayColumn], options: GeochemistryOptions) -> list[Note]:
    """Return the note of results whose unit in the run file is another than their heading says: what is stated is taken."""
    contradicted = []
    for column in columns:
        stated, own = options.units.get(column.name) or options.units.get(column.form), parse_heading(column.name).unit
        if stated is None or own is None:
            continue
        factors = [factor_of(unit, column.form) for unit in (own, stated)]
        if None not in factors and factors[0] != factors[1]:
            contradicted.append((column.name, own, stated))
    if not contradicted:
        return []
    listed = ", ".join(f"'{name}' says {own}, options.units {stated}" for name, own, stated in contradicted[:8])
    text = f"Headings say another unit than the run file, which was taken: {listed}. Make sure that it is meant."
    return [
        Note(source_id, "unit_against_heading", text, len(contradicted), tuple(name for name, _, _ in contradicted))
    ]


def placed_beside(used: Mapping[str, str]) -> set[str]:
    """Return the columns of marks and limits that are told apart by the results they stand beside, not by their headings."""
    return {
        name
        for name, meaning in used.items()
        if meaning.endswith(("_censored", "_limit_ppm")) and parse_heading(name).element is None
    }


def _refuse_stray_marks(
    where: str, cells: pd.DataFrame, names: Sequence[str], taken: set[str], options: GeochemistryOptions
) -> None:
    """Stop where a column of ``<`` and ``>`` belongs to no result: limits would be read as measurements."""
    if options.qualifier_suffix is not None:
        return
    stray = [
        heading.text
        for heading in parse_headings(names)
        if heading.kind == "qualifier" and heading.element is None and heading.text not in taken
    ]
    marked = [name for name in stray if as_text(cells[name]).str.upper().isin(_MARKS_OF_LIMITS).any()]
    if marked:
        raise SourceError(
            f"{where}: {len(marked)} columns hold marks such as < and it cannot be told of which results: "
            f"{', '.join(marked[:8])}. Limits would be read as measurements. Name them after their element (La_qualifier), or "
            "list them under options.ignore."
        )


def heading_notes(source_id: str, sheet: AssayColumns) -> list[Note]:
    """Say which columns of an element were not taken for results, and which only a person can tell."""
    notes = []
    if sheet.asked:
        shown = ", ".join(f"{asked.text} (not understood: {', '.join(asked.unknown)})" for asked in sheet.asked[:8])
        more = f" and {len(sheet.asked) - 8} more" if len(sheet.asked) > 8 else ""
        message = (
            f"Headings that may be results but are not understood, so the columns were not read: {shown}{more}. "
            "State options.results, e.g. {heading: La}, or list them under options.ignore."
        )
        notes.append(Note(source_id, "heading_not_understood", message, len(sheet.asked)))
    others = [
        (heading.text, kind.replace("_", " "))
        for kind, ones in sheet.beside.items()
        for heading in ones
        if kind not in ("method", "qualifier", "unit")
    ]
    if others:
        shown = ", ".join(f"{name} ({kind})" for name, kind in others[:12])
        more = f" and {len(others) - 12} more" if len(others) > 12 else ""
        message = f"Columns beside the results, not read as results: {shown}{more}."
        notes.append(Note(source_id, "columns_beside_results", message, len(others)))
    return notes


def unit_column(sheet: AssayColumns, column: AssayColumn, names: Sequence[str]) -> str | None:
    """Return the column that states the unit row by row: of the element, else the one of the whole table."""
    own = sheet.beside_of("unit", column)
    if own is not None:
        return own
    general = [name for name in names if (heading := parse_heading(name)).kind == "unit" and heading.element is None]
    return general[0] if len(general) == 1 else None


def units_beside(
    source: Source, where: str, sheet: AssayColumns, cells: pd.DataFrame, settled: Collection[str]
) -> dict[str, str | None]:
    """Return the column that states the unit row by row of each column of results whose unit nothing else tells.

    Parameters
    ----------
    source : Source
        Columns it ignores state no unit.
    where : str
        Names the file in messages.
    sheet : AssayColumns
        All headings.
    cells : DataFrame
        Raw cells.
    settled : collection of str
        Columns of results whose unit their heading, a row under it or the run file tells.

    Raises
    ------
    SourceError
        If a column of units says another one than is told for a column of results.
    """
    left_out = {*source.ignore, *source.options.get("ignore", ())}
    names = [name for name in map(str, cells.columns) if name not in left_out]
    units = {column.name: unit_column(sheet, column, names) for column in sheet.results}
    served = {unit for name, unit in units.items() if name not in settled}
    for column in sheet.results:
        unit = units[column.name]
        doubtful = unit is not None and column.name in settled and unit not in served
        for word in as_text(cells[unit]).dropna().unique() if doubtful else ():
            factor = factor_of(str(word), column.form)
            if factor is not None and column.to_ppm is not None and not math.isclose(factor, column.to_ppm):
                raise SourceError(
                    f"{where}: the column '{unit}' says '{word}' and the unit told for '{column.name}' is another. Which is "
                    f"right cannot be told. List '{unit}' under 'ignore:', or correct the file."
                )
    return {name: unit for name, unit in units.items() if name not in settled}


def _looks_like(cells: pd.DataFrame) -> str:
    """Say what a table without results is, where the catalogue knows it."""
    known = recognise(map(str, cells.columns))
    if known is None:
        return ""
    return f" These are the columns of '{known.entry.id}' ({known.entry.title}), which has the role {known.entry.role}."


def _method_of(column: AssayColumn, row_of_methods: str, options: GeochemistryOptions) -> str:
    """Return the method of a column; a heading such as ``Cu_ICP`` says the instrument only, which is no method."""
    own = options.column_methods
    of_symbol = own.get(column.form) or own.get(column.element)
    oxide = options.oxide_method if column.form != column.element else None
    words = {word.casefold(): method for word, method in options.methods.items()}
    rest = oxide or method_named(row_of_methods, words) or options.default_method
    stated_method = None if column.method in ("", "unknown") else column.method
    return own.get(column.name) or stated_method or of_symbol or column.method or rest


def heading_fates(names: Sequence[str]) -> dict[str, tuple[Fate, str]]:
    """Return what becomes of the columns that are no results: left out knowingly by their kind, or asked about."""
    return {
        heading.text: ("asked", "not_understood") if heading.unknown else ("ignored", heading.kind)
        for heading in parse_headings(names)
    }
