"""The rows over the samples of a certificate of analysis: analytes, units, methods and limits in any order and number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from layers.cells.assay_columns import method_named
from layers.cells.heading_grammar import parse_heading
from layers.elements import ATOMIC_MASS, parse_oxide
from layers.files.row_labels import Label, labels_of
from layers.files.spelt_units import is_number, unit_of

Row = Sequence[str]

SEARCHED_ROWS = 60
_FEWEST, _HALF, _MOSTLY = 2, 0.5, 0.8
_MOST_ROWS, _LONGEST_OXIDE = 8, 10
"""Rows that describe columns, above the analytes and below them."""


@dataclass(frozen=True)
class Certificate:
    """Where a certificate says what.

    Parameters
    ----------
    names : tuple of str
        Of all columns; empty where no row has one.
    analytes, first, first_sample : int
        Positions (0-based) of the row of analytes, of the first row that describes columns, and of the first row behind them.
    rows_by_kind : mapping of str to list of int
        ``unit``, ``limit``, ``upper_limit``, ``method`` -> rows that say it.
    results : int
        Position of the first column that is analysed; those before it say which sample it is.
    """

    names: tuple[str, ...]
    analytes: int
    first: int
    first_sample: int
    rows_by_kind: Mapping[str, list[int]] = field(default_factory=dict)
    results: int = 1

    def texts(self, grid: Sequence[Row], kind: str, width: int) -> list[str]:
        """Return what the rows of a kind say of each column that is analysed, several rows of methods as one text.

        A method over several columns, whose cells are merged, stands in the first of them.

        Parameters
        ----------
        grid : sequence of sequence of str
            Rows of the file.
        kind : str
            Of ``rows_by_kind``.
        width : int
            How many columns there are.
        """
        rows = [grid[row] for row in self.rows_by_kind.get(kind, [])]
        cells = [[_cell(row, at) if at >= self.results else "" for at in range(width)] for row in rows]
        if kind == "method":
            cells = [_spread(row) for row in cells]
        return [_joined(column) for column in zip(*cells, strict=True)] or [""] * width


def find_certificate(grid: Sequence[Row]) -> Certificate | None:
    """Find the block of heading rows of a certificate; None of any other table.

    Parameters
    ----------
    grid : sequence of sequence of str
        Rows of the file.

    Returns
    -------
    Certificate or None
        There is one where a row of symbols of elements and oxides, a row of their units and a further row that describes them,
        or one that names the columns of the samples, stand together over the first sample.
    """
    for analytes in range(min(len(grid), SEARCHED_ROWS)):
        elements = _elements(grid[analytes])
        if elements:
            return _around(grid, analytes, elements)
    return None


def _cell(row: Row, at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _spread(row: Sequence[str]) -> list[str]:
    """Fill empty cells with what stands to their left."""
    cells: list[str] = []
    for cell in row:
        cells.append(cell or (cells[-1] if cells else ""))
    return cells


def _joined(cells: Sequence[str]) -> str:
    text = ""
    for cell in filter(None, cells):
        text += cell if not text or text.endswith("/") else f" {cell}"
    return text


def _is_element(cell: str) -> bool:
    symbol = cell.capitalize() if len(cell) <= 2 else cell
    return symbol in ATOMIC_MASS or (2 < len(cell) <= _LONGEST_OXIDE and parse_oxide(cell) is not None)


def _names_samples(cell: str) -> bool:
    """Say whether a cell is the name of the column of samples, and no sample without results."""
    return cell.casefold() == "id" or (bool(cell) and parse_heading(cell).kind == "sample_id")


def _elements(row: Row) -> list[int]:
    """Return the columns of symbols, where most of the row's cells behind the first of them are some."""
    cells = [cell.strip() for cell in row]
    there = [at for at, cell in enumerate(cells) if cell and _is_element(cell)]
    labelled = bool(there) and "analyte" in labels_of(cells[: there[0]])
    if not there or (len(there) < _FEWEST and not labelled):
        return []
    behind = sum(map(bool, cells[there[0] :]))
    return there if len(there) >= _HALF * behind else []


def _around(grid: Sequence[Row], analytes: int, elements: Sequence[int]) -> Certificate | None:
    """Read the rows around the row of analytes; None where they are no block of a certificate."""
    rows_by_kind: dict[str, list[int]] = {}
    named: list[int] = []
    of_samples = elements[0]
    while of_samples > 1 and (cell := _cell(grid[analytes], of_samples - 1)) and not labels_of([cell]):
        of_samples -= 1  # weights received and the like stand before the first element
    first, last = analytes, analytes
    for step in (-1, 1):
        row = analytes + step
        while 0 <= row < len(grid) and abs(row - analytes) <= _MOST_ROWS:
            kind = _kind(grid[row], elements, of_samples, above=step < 0)
            if kind is None or (kind == "names" and named):
                break
            if kind == "names":
                named.append(row)
            elif kind != "blank":
                rows_by_kind.setdefault(kind, []).append(row)
            if kind != "blank":
                first, last = min(first, row), max(last, row)
            row += step
    rows_by_kind = {kind: sorted(rows) for kind, rows in rows_by_kind.items()}
    if (
        len(rows_by_kind.get("unit", [])) != 1
        or (len(rows_by_kind) < _FEWEST and not named)
        or not _rise(grid, rows_by_kind, elements)
    ):
        return None
    if any(len(rows) > 1 for kind, rows in rows_by_kind.items() if kind not in ("method", "limit")):
        return None
    units = grid[rows_by_kind["unit"][0]]
    results = elements[0]
    while results > 0 and unit_of(_cell(units, results - 1)) is not None and _cell(grid[analytes], results - 1):
        results -= 1
    described = [row for rows in rows_by_kind.values() for row in rows]
    order = [*named, analytes, *(row for row in sorted(described, reverse=True) if row > analytes)]
    order += [row for row in sorted(described, reverse=True) if row < analytes]
    width = max(len(grid[row]) for row in order)
    names = tuple(
        _cell(grid[analytes], at) if at >= results else _name_of([_cell(grid[row], at) for row in order])
        for at in range(width)
    )
    return Certificate(names, analytes, first, last + 1, rows_by_kind, results)


def _name_of(cells: Sequence[str]) -> str:
    """Return the name of a column of the samples: a cell that says nothing of its row, else the first there is."""
    there = [cell for cell in cells if cell]
    return next((cell for cell in there if not labels_of([cell])), there[0] if there else "")


def _rise(grid: Sequence[Row], rows_by_kind: dict[str, list[int]], elements: Sequence[int]) -> bool:
    """Part two rows of limits, of which nothing says which is which, into lower and upper; False where they do not rise."""
    limits = rows_by_kind.get("limit", [])
    if len(limits) < _FEWEST:
        return True
    if len(limits) > _FEWEST or "upper_limit" in rows_by_kind:
        return False
    pairs = [
        (float(low), float(high))
        for at in elements
        if _is_plain(low := _cell(grid[limits[0]], at)) and _is_plain(high := _cell(grid[limits[1]], at))
    ]
    rows_by_kind["limit"], rows_by_kind["upper_limit"] = [limits[0]], [limits[1]]
    return bool(pairs) and all(low < high for low, high in pairs)


def _is_plain(cell: str) -> bool:
    return cell.replace(".", "", 1).isdecimal()


def _kind(row: Row, elements: Sequence[int], of_samples: int, *, above: bool) -> Label | str | None:
    """Return what a row beside the analytes is: a label, ``names`` or ``blank``; None of a sample or a line about the order."""
    before = [cell.strip() for cell in row[:of_samples]]
    there = [cell for at in elements if (cell := _cell(row, at))]
    labels = [label for label in labels_of(before) if label != "analyte"]
    if not there:
        words = [cell for cell in row if cell.strip()]
        if not words:
            return "blank"
        only_of_samples = len(words) == sum(map(bool, before)) and not above and not labels
        return "names" if only_of_samples and any(map(_names_samples, before)) else None
    full = len(there) >= _MOSTLY * len(elements)
    numbers = sum(map(is_number, there))
    if sum(unit_of(cell) is not None for cell in there) >= _MOSTLY * len(there):
        return "unit" if full else None
    if labels:
        limits = labels[0] in ("limit", "upper_limit")
        fits = numbers >= _HALF * len(there) if limits else numbers <= _HALF * len(there)
        return labels[0] if fits and labels[0] != "unit" else None
    if numbers == len(there):
        return "limit" if full and not any(before) else None
    free = not any(any(map(str.isdecimal, cell)) for cell in before) if above else not any(before)
    codes = [cell for cell in there if any(map(str.isdecimal, cell)) or method_named(cell, {}) is not None]
    worded = all(any(map(str.isalpha, cell)) and not _is_element(cell) for cell in there)
    return "method" if free and full and worded and len(codes) >= _HALF * len(there) else None
