"""Any file as raw rows: text cells as they stand in the file, their row numbers, geometry where the format has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.accounting import Note, reject
from layers.catalogue.source import Source
from layers.errors import NoRowsError, SourceError
from layers.files.boundary import named_failure
from layers.files.cell_notes import notes_on_cells
from layers.files.control_letters import without_control_letters
from layers.files.delimited import DELIMITERS, Grid, ragged, read_body, sniff_delimiter, split_rows
from layers.files.error_cells import without_error_cells
from layers.files.fixed_width import laid_out
from layers.files.geometry_systems import column_to_degrees
from layers.files.geometry_text import geometry_column
from layers.files.heading_notes import heading_notes, unset_formulas
from layers.files.heading_rows import Heading, find_heading
from layers.files.left_out import numbers_left, text_left
from layers.files.located import TEXT_SUFFIXES, locate
from layers.files.merged_cells import fill_merged
from layers.files.note_rows import note_rows
from layers.files.open_quotes import refuse_open_quotes
from layers.files.packed import unpacked
from layers.files.signatures import require_own_parts
from layers.files.text_encoding import decode, is_plain
from layers.files.text_marks import without_text_marks
from layers.files.unread_formats import WAYS_OUT
from layers.files.vector_layers import is_companion, is_mapinfo
from layers.files.vectors import VECTOR_SUFFIXES, read_features
from layers.files.workbooks import read_sheet

BOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls")
SUFFIXES = tuple(dict.fromkeys((*TEXT_SUFFIXES, *BOOK_SUFFIXES, *VECTOR_SUFFIXES)))
_COORDINATES = {
    "latitude",
    "longitude",
    "easting",
    "northing",
    "latitude_degrees",
    "longitude_degrees",
    "grid_reference",
}
_FEW_RAGGED = 0.05
_LARGE = 4_000_000
_HEAD = 2_000_000


@dataclass(frozen=True)
class RawTable:
    """Rows of a file before anything is interpreted.

    Parameters
    ----------
    path : Path
        The file read.
    cells : DataFrame
        Text cells exactly as in the file, NA only where a cell is empty; typed formats keep their numbers. Plain index.
    rows : ndarray of int
        1-based row number in the file (feature number for vector formats), one per row of ``cells``.
    geometry : GeoSeries or None
        EPSG:4326, two-dimensional, one per row; None where the format has none. ``attrs["system"]`` is the system of the file.
    notes : tuple of Note
        What was guessed or is suspicious.
    rejects : tuple of dict
        Rows already turned away (notes at the end, ragged rows), ready for `rejected_rows`.
    captions : mapping
        Rows under the heading that describe columns: ``unit``, ``limit``, ``method`` -> column -> cell.
    repeated : mapping
        Column that was given a name of its own because its heading stands more than once -> that heading.
    words_above : mapping
        Column -> cells above its name, and those that are alone in their row (titles, comments).
    """

    path: Path
    cells: pd.DataFrame
    rows: np.ndarray
    geometry: gpd.GeoSeries | None = None
    notes: tuple[Note, ...] = ()
    rejects: tuple[dict[str, Any], ...] = ()
    captions: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    repeated: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    words_above: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def rows_read(self) -> int:
        """Data rows in the file, rejected ones included."""
        return len(self.cells) + len(self.rejects)


def read_table(source: Source, root: Path) -> RawTable:
    """Read a file of any supported format into raw rows.

    Parameters
    ----------
    source : Source
        ``path`` is relative to ``root`` or absolute. ``layer``, ``sheet``, ``header_row``, ``said_rows``,
        ``encoding``, ``delimiter`` and ``crs`` are obeyed where given.
    root : Path
        Folder where relative paths start.

    Returns
    -------
    RawTable
        See there. Nothing is written beside the input.

    Raises
    ------
    SourceError
        If the file is missing, empty, incomplete, cut off by a service, of an unknown format, ambiguous (several layers or
        sheets and none named), has no CRS, or its rows do not fit its heading.
    """
    path = locate(source.id, source.path, root)
    inside = source.layer or source.sheet
    where = f"{source.id} ({path.name})"
    with named_failure(f"{where}, '{inside}'" if inside else where), unpacked(source, path, SUFFIXES) as inner:
        require_own_parts(where, path)
        suffix = inner.suffix.lower()
        if suffix in VECTOR_SUFFIXES and (suffix != ".tab" or is_mapinfo(inner)):
            features, geometry, notes = read_features(source, where, inner)
            numbers = numbers_left(len(features), source.left_out)
            cells, marks = _plain(source, features, numbers)
            table = RawTable(path, cells, numbers, geometry, (*notes, *marks))
        elif suffix in TEXT_SUFFIXES:
            if is_companion(inner):
                raise SourceError(f"{where}: this is the data part of a MapInfo table. Give the .tab file beside it.")
            table = _from_text(source, where, path, text_left(source, where, inner.read_bytes()))
        elif suffix in BOOK_SUFFIXES:
            table = _from_grid(source, where, path, read_sheet(source.id, where, inner, source.sheet, source.left_out))
        else:
            raise SourceError(
                f"{where}: files ending in '{suffix}' are not read. {WAYS_OUT.get(suffix, '')} "
                f"Supported are: {', '.join(SUFFIXES)}, with .gz or .zip.".replace("  ", " ")
            )
        table = table if table.geometry is not None else _with_geometry(source, where, table)
        cells, seen = without_control_letters(source.id, table.cells, table.rows)
        return replace(table, cells=cells, notes=(*table.notes, *seen))


def _with_geometry(source: Source, where: str, table: RawTable) -> RawTable:
    """Read geometry that stands in a text column, where the run file maps no columns of coordinates."""
    if _COORDINATES & set(source.columns):
        return table
    column = geometry_column(table.cells)
    if column is None:
        return table
    if source.crs is None and not column.srids.any():
        text = f"The column {column.name} holds geometry ({column.form}) that names no coordinate system. State 'crs:' to use it."
        return replace(table, notes=(*table.notes, Note(source.id, "geometry_text", text)))
    geometry, notes = column_to_degrees(source, where, column, table.rows)
    if len(lost := table.rows[column.unread]):
        rows = ", ".join(map(str, lost[:5]))
        text = f"Geometry in the column {column.name} cannot be read and was left out: rows {rows}."
        notes.append(Note(source.id, "geometry_unread", text, len(lost), (column.name,), tuple(lost.tolist())))
    cells = table.cells.drop(columns=column.name)
    return replace(table, cells=cells, geometry=geometry, notes=(*table.notes, *notes))


def _from_text(source: Source, where: str, path: Path, data: bytes) -> RawTable:
    """Read a text table: a large one fast if it is rectangular, any other row by row."""
    large = len(data) > _LARGE and _is_delimited(source, data)
    plain = large and is_plain(data, source.encoding)  # needs no decoding
    if plain:
        table = _from_large_text(source, where, path, data[:_HEAD].decode(), data, ())
        if table is not None:
            return table
    text, notes = decode(source.id, where, data, source.encoding)
    if not text.strip():
        raise SourceError(f"{where}: the file is empty. Fetch or export it again.")
    if large and not plain:
        table = _from_large_text(source, where, path, text[:_HEAD], text.encode(), notes)
        if table is not None:
            return table
    grid = laid_out(source.id, where, text, notes) if source.delimiter is None else None
    if grid is not None:
        return _from_grid(source, where, path, grid)
    delimiter = source.delimiter or sniff_delimiter(where, text)
    rows = split_rows(where, text, delimiter)
    refuse_open_quotes(where, text, delimiter, len(rows))
    open_end = not text.endswith(("\n", "\r"))
    return _from_grid(
        source, where, path, Grid(rows, list(range(1, len(rows) + 1)), notes, is_text=True, open_end=open_end)
    )


def _plain(source: Source, cells: pd.DataFrame, rows: np.ndarray) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Return cells without marks of text and errors of a spreadsheet program, and what was taken off."""
    cells, marks = without_text_marks(source.id, cells)
    cells, errors = without_error_cells(source.id, cells, rows, source.missing)
    return cells, (*marks, *errors)


def _is_delimited(source: Source, data: bytes) -> bool:
    """Say whether the first lines hold a delimiter, so that they are not laid out in columns of fixed width."""
    return source.delimiter is not None or any(mark.encode() in data[:20_000] for mark in DELIMITERS)


def _from_large_text(
    source: Source, where: str, path: Path, head: str, data: bytes, notes: tuple[Note, ...]
) -> RawTable | None:
    """Read a rectangular table, whose text begins with ``head``; None where that does not do."""
    delimiter = source.delimiter or sniff_delimiter(where, head)
    lines = head.splitlines()[:1000]
    if any('"' in line for line in lines[:40]) and any(line.count('"') % 2 for line in lines[:40]):
        return None
    heading = _heading(source, where, split_rows(where, "\n".join(lines), delimiter))
    cells = read_body(data, delimiter, heading.first_row, heading.columns)
    if cells is None or cells.empty:
        return None
    if data.count(b"\n") > heading.first_row + len(cells):  # some cells hold line breaks
        refuse_open_quotes(where, data.decode(), delimiter)
    tail = cells.tail(50).fillna("").to_numpy().tolist()
    blank = (cells.isna() | cells.apply(lambda column: column.str.isspace())).all(axis=1).to_numpy(dtype=bool)
    if note_rows(tail, len(heading.columns)) or not str(cells.columns[-1]).strip():
        return None
    numbers = np.arange(heading.first_row + 1, heading.first_row + 1 + len(cells), dtype=np.int64)
    cells, marks = _plain(source, cells, numbers)
    notes = (*notes_on_cells(source.id, (*notes, *marks), cells, numbers), *heading_notes(source.id, heading, 0))
    kept = cells[~blank].reset_index(drop=True)
    return RawTable(
        path, kept, numbers[~blank], None, notes, (), heading.captions, heading.repeated, heading.words_above()
    )


def _heading(source: Source, where: str, rows: Sequence[Sequence[str]]) -> Heading:
    said_rows = {str(kind): row for kind, row in source.said_rows.items()}
    return find_heading(where, rows, source.header_row, said_rows)


def _from_grid(source: Source, where: str, path: Path, grid: Grid) -> RawTable:
    """Cut a grid of text cells into heading, data rows and rows that are neither."""
    heading = _heading(source, where, grid.rows)
    grid, merged = fill_merged(source.id, grid, heading)
    named = grid.rows[heading.header_row]
    if grid.is_text and len(named) >= len(heading.columns) and not named[len(heading.columns) - 1].strip():
        raise SourceError(
            f"{where}: the last column has no name but is filled: cells may be shifted. "
            "Check the delimiter, or give the column a name."
        )
    kept, numbers = _data_rows(grid, heading)
    width = len(heading.columns)
    rejects: list[dict[str, Any]] = []
    remarks = set(note_rows(kept, width))
    for position in sorted(remarks):
        text = " ".join(cell.strip() for cell in kept[position] if cell.strip())
        reason = f"row {numbers[position]} is a remark, not data: '{text[:80]}'"
        rejects.append(
            reject(
                source.id,
                numbers[position],
                "note_row",
                reason,
                dict(zip(heading.columns, kept[position], strict=False)),
            )
        )
    body = [index for index in range(len(kept)) if index not in remarks]
    bad = dict(ragged([kept[position] for position in body], [numbers[position] for position in body], width))
    if bad:
        _few(where, bad, len(body))
        last = body[-1]
        if grid.open_end and len(body) - 1 in bad and len(kept[last]) < width:
            raise SourceError(
                f"{where}: the file ends in the middle of row {numbers[last]}. It was cut off: fetch it again."
            )
        for position, reason in bad.items():
            row = {"cells": ";".join(kept[body[position]])}
            rejects.append(reject(source.id, numbers[body[position]], "ragged_row", reason, row))
        body = [row for index, row in enumerate(body) if index not in bad]
    cells = _frame([kept[position] for position in body], heading.columns)
    if cells.empty:
        text = f"{where}: there is a heading ({', '.join(heading.columns[:6])}) but no data row. Fetch or export the file again."
        raise SourceError(text) if kept else NoRowsError(text, tuple(heading.columns))
    numbered = np.array([numbers[position] for position in body], dtype=np.int64)
    cells, marks = _plain(source, cells, numbered)
    aside = grid.dated, grid.errors, grid.put_aside, grid.percents
    notes = notes_on_cells(source.id, (*grid.notes, *merged, *marks), cells, numbered, *aside)
    notes = (*notes, *unset_formulas(source.id, grid, heading), *heading_notes(source.id, heading, len(bad)))
    above = heading.words_above()
    return RawTable(path, cells, numbered, None, notes, tuple(rejects), heading.captions, heading.repeated, above)


def _data_rows(grid: Grid, heading: Heading) -> tuple[list[list[str]], list[int]]:
    kept, numbers = [], []
    for row, number in zip(grid.rows[heading.first_row :], grid.numbers[heading.first_row :], strict=True):
        if "".join(row).strip():
            kept.append(row)
            numbers.append(number)
    return kept, numbers


def _few(where: str, bad: Mapping[int, str], rows: int) -> None:
    """Stop when so many rows are ragged that the file, not the row, is wrong."""
    if len(bad) > max(_FEW_RAGGED * rows, 0) or rows < 20:
        shown = "; ".join(list(bad.values())[:3])
        raise SourceError(
            f"{where}: {len(bad)} of {rows} rows do not fit the heading: {shown}. A decimal comma or a comma inside an unquoted "
            "cell shifts the columns. Export the file with ';' as delimiter or with quoted cells, or state 'delimiter:'."
        )


def _frame(rows: Sequence[Sequence[str]], columns: Sequence[str]) -> pd.DataFrame:
    across = [tuple(column) for column in zip_longest(*rows, fillvalue="")]
    across += [("",) * len(rows)] * (len(columns) - len(across))
    data = {
        name: pd.array([cell or None for cell in column], dtype="str")
        for name, column in zip(columns, across, strict=False)
    }
    return pd.DataFrame(data)
