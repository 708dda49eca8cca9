"""Mutations of the file around a table: workbooks, archives, vector formats and the geometry in them."""

from __future__ import annotations

import datetime
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl

from tests.mutations.mutation import Draw, mutation, some
from tests.mutations.sheet import Sheet


def _typed(cell: str) -> Any:
    """Return a number where a person typing into a workbook would get one."""
    try:
        return float(cell) if "." in cell else int(cell)
    except ValueError:
        return cell or None


def _typed_in(sheet: Sheet, key: str, cell: str) -> Any:
    """Return a cell as it would be typed; what another mutation wrote in its own way stays text, which a number would lose."""
    return cell or None if key in sheet.touched else _typed(cell)


def book_of(sheet: Sheet, change: Callable[[Any, Any], None] | None = None) -> dict[str, bytes]:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "data"
    for row in [sheet.headings, *sheet.under]:
        page.append([_typed(cell) for cell in row])
    for row in sheet.rows:
        page.append([_typed_in(sheet, key, cell) for key, cell in zip(sheet.keys, row, strict=True)])
    if change is not None:
        change(book, page)
    stream = io.BytesIO()
    book.save(stream)
    return {sheet.name + ".xlsx": stream.getvalue()}


def _plain(book: Any, page: Any) -> None:
    """Change nothing."""


def _numbers_as_text(book: Any, page: Any) -> None:
    for row in page.iter_rows(min_row=2):
        for cell in row:
            cell.value = None if cell.value is None else str(cell.value)


def _title_rows(book: Any, page: Any) -> None:
    page.insert_rows(1, 2)
    page["A1"] = "Waste sites"
    page.merge_cells("A1:D1")


def _first_column_empty(book: Any, page: Any) -> None:
    page.insert_cols(1)


def _notes_page(book: Any, page: Any) -> None:
    other = book.create_sheet("Read me", 0)
    for text in ("This workbook holds one table.", "Ask before use."):
        other.append([text])


def _hidden_copy(book: Any, page: Any) -> None:
    other = book.create_sheet("old")
    for row in page.iter_rows(values_only=True):
        other.append([value * 2 if isinstance(value, float) else value for value in row])
    other.sheet_state = "hidden"


def _hidden_rows(book: Any, page: Any) -> None:
    page.row_dimensions[5].hidden = True


def _last_cells_absent(book: Any, page: Any) -> None:
    """Add a column whose cells are there in some rows only, as programs leave them out at the end of a row."""
    at = page.max_column + 1
    page.cell(1, at).value = "remark"
    page.cell(4, at).value = "seen"


BOOKS: dict[str, Callable[[Any, Any], None]] = {
    "last cells absent": _last_cells_absent, "typed cells": _plain,
    "numbers kept as text": _numbers_as_text, "title rows above": _title_rows,
    "empty first column": _first_column_empty, "page of notes first": _notes_page, "hidden older copy": _hidden_copy,
    "hidden row": _hidden_rows,
}  # fmt: skip
for _name, _change in BOOKS.items():

    @mutation("workbook", f"workbook, {_name}")
    def book(sheet: Sheet, draw: Draw, change: Callable[[Any, Any], None] = _change) -> None:
        sheet.pack = lambda one, data: book_of(one, change)


@mutation("workbook", "workbook, formulas without a result", "mass_t")
def formulas(sheet: Sheet, draw: Draw) -> None:
    at = sheet.place("mass_t") + 1
    sheet.touched.add("mass_t")

    def change(book: Any, page: Any) -> None:
        for row in range(2, page.max_row + 1):
            page.cell(row, at).value = f"={page.cell(row, at).value}*1"

    sheet.pack = lambda one, data: book_of(one, change)


@mutation("workbook", "workbook, errors in two cells", "mass_t")
def errors(sheet: Sheet, draw: Draw) -> None:
    at = sheet.place("mass_t") + 1
    for row in (2, 5):
        sheet.truth[sheet.ids()[row]]["mass_t"] = None
        sheet.rows[row][at - 1] = "#DIV/0!"
    sheet.touched.add("mass_t")
    sheet.pack = lambda one, data: book_of(one)


@mutation("workbook", "workbook, years as dates", "last_year")
def dated(sheet: Sheet, draw: Draw) -> None:
    at = sheet.place("last_year") + 1
    sheet.touched.add("last_year")

    def change(book: Any, page: Any) -> None:
        for row in range(2, page.max_row + 1):
            year = page.cell(row, at).value
            if isinstance(year, int) and 1900 < year < 2100:
                page.cell(row, at).value = datetime.datetime(year, 6, 30)  # noqa: DTZ001 - a workbook knows no zone

    sheet.pack = lambda one, data: book_of(one, change)


@mutation("workbook", "workbook, ids turned into dates in two rows")
def id_dates(sheet: Sheet, draw: Draw) -> None:
    rows = some(sheet, draw, 2)
    at = sheet.place("id") + 1
    sheet.touched.add("id")
    for row in rows:
        sheet.truth.pop(sheet.ids()[row])

    def change(book: Any, page: Any) -> None:
        for row in rows:
            page.cell(row + 2, at).value = datetime.datetime(2026, 3, row + 1)  # noqa: DTZ001

    sheet.pack = lambda one, data: book_of(one, change)


@mutation("workbook", "workbook, percentages typed as such", "Al")
def percent(sheet: Sheet, draw: Draw) -> None:
    at = sheet.place("Al") + 1
    sheet.touched.add("Al")

    def change(book: Any, page: Any) -> None:
        for row in range(2, page.max_row + 1):
            cell = page.cell(row, at)
            if isinstance(cell.value, int | float):
                cell.value, cell.number_format = cell.value / 100, "0.00%"

    sheet.pack = lambda one, data: book_of(one, change)


@mutation("workbook", "text called a workbook")
def false_book(sheet: Sheet, draw: Draw) -> None:
    sheet.pack = lambda one, data: {one.name + ".xlsx": data}


def _zip(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


_PACKS: dict[str, Callable[[Sheet, bytes], dict[str, bytes]]] = {
    "gzipped": lambda one, data: {f"{one.name}.csv.gz": gzip.compress(data)},
    "zipped": lambda one, data: {f"{one.name}.zip": _zip({f"{one.name}.csv": data})},
    "zipped with a read-me": lambda one, data: {f"{one.name}.zip": _zip({"readme.md": b"x", f"{one.name}.csv": data})},
    "zipped in a folder": lambda one, data: {f"{one.name}.zip": _zip({f"a/b/{one.name}.csv": data})},
    "zipped with another table": lambda one, data: {
        f"{one.name}.zip": _zip({"b.csv": b"a,b\n1,2\n", f"{one.name}.csv": data})
    },
    "zip in a zip": lambda one, data: {f"{one.name}.zip": _zip({"in.zip": _zip({f"{one.name}.csv": data})})},
    "gzipped under a plain name": lambda one, data: {f"{one.name}.csv": gzip.compress(data)},
    "zipped under a plain name": lambda one, data: {f"{one.name}.csv": _zip({f"{one.name}.csv": data})},
    "cut off in the archive": lambda one, data: {f"{one.name}.csv.gz": gzip.compress(data)[:-40]},
    "damaged archive": lambda one, data: {f"{one.name}.zip": _zip({f"{one.name}.csv": data})[:-60]},
    "page of a login": lambda one, data: {f"{one.name}.csv": b"<!DOCTYPE html><html><body>Log in</body></html>"},
    "empty file": lambda one, data: {f"{one.name}.csv": b""},
    "heading alone": lambda one, data: {f"{one.name}.csv": data.split(b"\n", 1)[0] + b"\n"},
    "capital ending": lambda one, data: {f"{one.name}.CSV": data},
    "text ending": lambda one, data: {f"{one.name}.txt": data},
    "blank in the name": lambda one, data: {"my table.csv": data},
}
for _name, _pack in _PACKS.items():

    @mutation("archive", _name)
    def packed(sheet: Sheet, draw: Draw, pack: Callable[[Sheet, bytes], dict[str, bytes]] = _pack) -> None:
        sheet.pack = pack


def _geojson(sheet: Sheet, shape: Callable[[float, float], Any], rows: set[int], **more: Any) -> dict[str, bytes]:
    """Write points as GeoJSON, some rows with another geometry."""
    dropped = ("latitude", "longitude")
    features = []
    for number, row in enumerate(sheet.rows):
        cells = {
            h: _typed_in(sheet, k, cell)
            for k, h, cell in zip(sheet.keys, sheet.headings, row, strict=True)
            if k not in dropped
        }
        x, y = float(row[sheet.place("longitude")]), float(row[sheet.place("latitude")])
        geometry = shape(x, y) if number in rows else {"type": "Point", "coordinates": [x, y]}
        features.append({"type": "Feature", "properties": cells, "geometry": geometry})
    text = json.dumps({"type": "FeatureCollection", "features": features, **more})
    return {sheet.name + ".geojson": text.encode()}


def _ring(x: float, y: float, *, closed: bool = True, twisted: bool = False) -> list[list[float]]:
    d = 0.001
    corners = [[x - d, y - d], [x + d, y - d], [x + d, y + d], [x - d, y + d]]
    if twisted:
        corners[2], corners[3] = corners[3], corners[2]
    return [*corners, corners[0]] if closed else corners


_SHAPES: dict[str, Callable[[float, float], Any]] = {
    "points": lambda x, y: {"type": "Point", "coordinates": [x, y]},
    "points with heights": lambda x, y: {"type": "Point", "coordinates": [x, y, 300.0]},
    "points in brackets of many": lambda x, y: {"type": "MultiPoint", "coordinates": [[x, y]]},
    "squares": lambda x, y: {"type": "Polygon", "coordinates": [_ring(x, y)]},
    "rings that are not closed": lambda x, y: {"type": "Polygon", "coordinates": [_ring(x, y, closed=False)]},
    "rings that cross themselves": lambda x, y: {"type": "Polygon", "coordinates": [_ring(x, y, twisted=True)]},
    "rings of three corners": lambda x, y: {"type": "Polygon", "coordinates": [[[x, y], [x + 0.001, y], [x, y]]]},
    "closed lines": lambda x, y: {"type": "LineString", "coordinates": _ring(x, y)},
    "no geometry": lambda x, y: None,
    "empty points": lambda x, y: {"type": "Point", "coordinates": []},
    "collections": lambda x, y: {
        "type": "GeometryCollection",
        "geometries": [{"type": "Point", "coordinates": [x, y]}],
    },
    "exchanged axes": lambda x, y: {"type": "Point", "coordinates": [y, x]},
    "unsigned longitudes": lambda x, y: {"type": "Point", "coordinates": [-x, y]},
    "metres": lambda x, y: {"type": "Point", "coordinates": [512_000.0, 5_300_000.0]},
    "points at zero": lambda x, y: {"type": "Point", "coordinates": [0.0, 0.0]},
    "texts for numbers": lambda x, y: {"type": "Point", "coordinates": [str(x), str(y)]},
}
_NOWHERE = ("no geometry", "empty points", "points at zero", "metres")
for _name, _shape in _SHAPES.items():
    for _few in (True, False):

        @mutation(
            "geometry", f"{_name} {'in two rows' if _few else 'throughout'}", "inventory", "latitude", "longitude"
        )
        def shaped(
            sheet: Sheet, draw: Draw, shape: Callable[[float, float], Any] = _shape, few: bool = _few, name: str = _name
        ) -> None:
            rows = set(some(sheet, draw, 2)) if few else set(range(len(sheet.rows)))
            if name in _NOWHERE:
                for row in rows:
                    sheet.truth[sheet.ids()[row]] |= {"latitude": None, "longitude": None}
            sheet.mapping = {layer: key for layer, key in sheet.mapping.items() if key not in ("latitude", "longitude")}
            sheet.pack = lambda one, data: _geojson(one, shape, rows)


_MEMBERS: dict[str, Any] = {
    "a system nobody knows": {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::999999"}}},
    "a projected system": {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3978"}}},
    "the usual system": {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}},
    "a limit of a service": {"exceededTransferLimit": True},
}
for _name, _members in _MEMBERS.items():

    @mutation("geometry", f"file that states {_name}", "inventory", "latitude", "longitude")
    def stated(sheet: Sheet, draw: Draw, members: dict[str, Any] = _members) -> None:
        sheet.mapping = {layer: key for layer, key in sheet.mapping.items() if key not in ("latitude", "longitude")}
        sheet.pack = lambda one, data: _geojson(one, lambda x, y: None, set(), **members)
