"""Columns beside those of results: their marks and limits, and what of these no result takes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note, rows_at
from layers.cells.assay_columns import AssayColumn, AssayColumns, factor_of
from layers.cells.assays import Cells
from layers.cells.heading_grammar import parse_heading
from layers.cells.result_marks import as_marks, mark_signs
from layers.readers.assay_options import GeochemistryOptions

_BELOW = 0.98
"""Results are rounded, and so are limits."""


def marks_of(column: AssayColumn, options: GeochemistryOptions, cells: pd.DataFrame, sheet: AssayColumns) -> str | None:
    """Return the column of marks beside a column of results: of the publisher's ending, else the one its heading tells."""
    told_by_heading = sheet.beside_of("qualifier", column)
    if options.qualifier_suffix is None:
        return told_by_heading
    suffix = options.qualifier_suffix
    alike = [
        str(name)
        for name in cells.columns
        if str(name).endswith(suffix)
        and re.split(r"[\s_]", str(name).removesuffix(suffix))[0].casefold() == column.form.casefold()
    ]
    return alike[0] if len(alike) == 1 else told_by_heading


def marks_unread(
    source_id: str,
    sheet: AssayColumns,
    taken: Collection[str],
    cells: pd.DataFrame,
    rows: npt.NDArray[np.int64] | None,
) -> list[Note]:
    """Note marks of limits that belong to an element which is read, and to none of its columns beyond doubt.

    Parameters
    ----------
    source_id : str
        Id of the source.
    sheet : AssayColumns
        All headings.
    taken : collection of str
        Columns of marks that a column of results takes.
    cells : DataFrame
        All columns.
    rows : ndarray of int or None
        Row of the file at each position; None names no rows.
    """
    methods = {(column.element, column.method_key) for column in sheet.results}
    elements = {element for element, _ in methods}
    notes = []
    for heading in sheet.beside.get("qualifier", []):
        if heading.text in taken or heading.text not in cells.columns or heading.symbol not in elements:
            continue
        own = AssayColumn.key_of(heading.method, heading.symbol)
        if own and (heading.symbol, own) not in methods and ("" not in {key for _, key in methods}):
            continue  # of results by a method that is not there
        limits = np.flatnonzero(np.isin(mark_signs(as_marks(cells[heading.text], heading.text)), ["<", ">"]))
        if len(limits):
            message = (
                f"'{heading.text}' marks {len(limits)} results of {heading.symbol} as limits, and it cannot be told of "
                "which column: they count as measured. Name it after its column of results, or state options.qualifier_suffix."
            )
            notes.append(Note(source_id, "marks_unread", message, len(limits), (heading.text,), rows_at(rows, limits)))
    return notes


def stated_limits(
    column: AssayColumn, sheet: AssayColumns, cells: pd.DataFrame
) -> tuple[str, npt.NDArray[np.float64]] | None:
    """Return the column of limits beside a column of results and its numbers, in the unit of the results."""
    name = sheet.beside_of("detection_limit", column)
    if name is None:
        return None
    heading = parse_heading(name)
    numbers = np.array(pd.to_numeric(cells[name], errors="coerce"), dtype="float64")
    own, result = heading.multiplier_to_base, column.to_ppm
    form_factor = factor_of("ppm", column.form) or 1.0
    if own is not None and result is not None and heading.element == column.form:
        numbers = numbers * own * form_factor / result
    return name, numbers


def _limit_of_row(
    column: AssayColumn, under_heading: Mapping[str, str], count: int
) -> tuple[str, npt.NDArray[np.float64]] | None:
    """Return the column's own name and the limit that a row under the heading states for it, as often as there are rows."""
    stated = under_heading.get(column.name, "").strip().lstrip("<≤ ")
    limit = float(pd.to_numeric(pd.Series([stated]), errors="coerce").iloc[0])
    return (column.name, np.full(count, limit)) if np.isfinite(limit) else None


def take_limits(column_cells: Cells, column: AssayColumn, sheet: AssayColumns, cells: pd.DataFrame) -> None:
    """Fill the limits that censored cells do not tell from the column of limits beside them."""
    unknown = (column_cells.censored < 0) & ~np.isfinite(column_cells.limit)
    stated = stated_limits(column, sheet, cells) if unknown.any() else None
    if stated is not None:
        column_cells.limit[unknown] = stated[1][unknown]


def below_stated_limits(
    source_id: str,
    sheet: AssayColumns,
    parsed: Mapping[str, Cells],
    cells: pd.DataFrame,
    rows: npt.NDArray[np.int64] | None,
    under_heading: Mapping[str, str] = MappingProxyType({}),
) -> list[Note]:
    """Note results below the limit that stands beside them in a column of limits, or in a row under the heading.

    They count as measured. Parameters are those of `marks_unread`; ``parsed`` holds the cells of each column in its own unit,
    ``under_heading`` the limits of a row under the heading, by column.
    """
    hits: dict[str, npt.NDArray[np.int64]] = {}
    example = ""
    for column in sheet.results:
        stated = stated_limits(column, sheet, cells) or _limit_of_row(column, under_heading, len(cells))
        if stated is None:
            continue
        name, limits = stated
        values = parsed[column.name].value
        with np.errstate(invalid="ignore"):
            below = np.flatnonzero((values > 0) & (values < _BELOW * limits))
        if len(below):
            beside = f"{name} " if name != column.name else "a limit of "
            example = example or f"{column.name} {values[below[0]]:g} under {beside}{limits[below[0]]:g}"
            hits |= {column.name: below, name: below}
    if not hits:
        return []
    places = np.unique(np.concatenate(list(hits.values())))
    message = (
        f"Results lie below the limit that stands beside them or above their column, and count as measured "
        f"({example}). If they are none, mark them with a < or map the right column of limits."
    )
    return [Note(source_id, "below_own_limit", message, len(places), tuple(hits), rows_at(rows, places))]
