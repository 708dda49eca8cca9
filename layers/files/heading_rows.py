"""Finds the heading of a grid of text cells: title rows, blank rows, two-row headings and unit rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from layers.cells.heading_grammar import parse_heading
from layers.cells.heading_tokens import LONGEST_HEADING
from layers.errors import SourceError
from layers.files.certificates import Certificate, find_certificate
from layers.files.method_rows import is_method_row, methods_above
from layers.files.row_labels import row_label
from layers.files.spelt_units import is_number, unit_of

Row = Sequence[str]

_SEARCHED_ROWS = 30
MOST_COLUMNS = 5_000
_MOSTLY = 0.6
_FEWEST_IN_BRACKETS = 3
"""Units in brackets, as ``(ppm)``, from which a row is one of units whatever stands before them."""
_UNIT_OF_GROUP = re.compile(r"[(\[]\s*([^()\[\]]+?)\s*[)\]]\s*$|,\s*([^,]+)$|\bin\s+(\S.*)$")
"""``Major elements (wt.%)``, ``Trace elements, ppm``, ``Results in ppm``."""


@dataclass(frozen=True)
class Heading:
    """Where the heading of a grid is and what it says.

    Parameters
    ----------
    columns : tuple of str
        Column names, unique, as in the file.
    first_row : int
        Position (0-based) of the first data row in the grid.
    header_row : int
        Position (0-based) of the row of names.
    captions : mapping of str to mapping of str to str
        Rows under the names that describe columns: ``unit``, ``limit``, ``method`` -> column -> cell.
    skipped : int
        Non-empty rows above the names (titles, group names).
    repeated : mapping of str to str
        Column that was given a name of its own because its heading stands more than once -> that heading.
    group_units : mapping of str to str
        Column without a unit of its own -> the unit that the heading of its group tells, which is among ``captions`` as well.
    above : tuple of tuple of str
        Rows above the names, their cells as they stand.
    around : mapping of str to sequence of int
        Kind of caption -> positions (0-based) of its rows, where the names are the analytes of a certificate.
    """

    columns: tuple[str, ...]
    first_row: int
    header_row: int
    captions: Mapping[str, Mapping[str, str]]
    skipped: int
    repeated: Mapping[str, str]
    group_units: Mapping[str, str] = field(default_factory=dict)
    above: tuple[tuple[str, ...], ...] = ()
    around: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def words_above(self) -> dict[str, tuple[str, ...]]:
        """Return, by column, the cells that stand above its name, and those that are alone in their row."""
        alone = [cells[0] for row in self.above if len(cells := [cell for cell in row if cell.strip()]) == 1]
        lines = [" ".join(row).strip() for row in self.above if row and row[0].lstrip().startswith(("#", "//", "%"))]
        return (
            {
                column: tuple(dict.fromkeys([*(row[at] for row in self.above if _filled(row, at)), *alone, *lines]))
                for at, column in enumerate(self.columns)
            }
            if self.above
            else {}
        )


def find_heading(where: str, grid: Sequence[Row], header_row: int | None, said_rows: Mapping[str, int]) -> Heading:
    """Find the row of column names, and the rows below it that describe columns.

    Parameters
    ----------
    where : str
        What to call the file in messages.
    grid : sequence of sequence of str
        All rows, or enough of the first; ``""`` where a cell is empty.
    header_row : int or None
        1-based row of names if the run file states it.
    said_rows : mapping of str to int
        1-based rows of ``unit``, ``limit`` and ``method`` if the run file states them; looked for where it does not.

    Raises
    ------
    SourceError
        If no row can be the row of names, or rows under it describe columns in a way that is not understood.
    """
    _require_narrow(where, grid)
    certificate = find_certificate(grid) if header_row is None and not said_rows else None
    if certificate is not None:
        return _of_certificate(grid, certificate)
    position = _declared(where, grid, header_row) if header_row is not None else _search(where, grid)
    columns, repeated = _names(grid, position)
    captions, first_row = _captions(grid, position, columns, said_rows)
    skipped = sum(any(cell.strip() for cell in row) for row in grid[:position])
    grouped = _units_of_groups(grid[position - 1] if position else [], columns, captions.get("unit", {}))
    if grouped:
        captions["unit"] = {**grouped, **captions.get("unit", {})}
    methods = methods_above(_group_names(grid[position - 1] if position else [], len(columns)), columns)
    if methods:
        captions["method"] = {**methods, **captions.get("method", {})}
    above = tuple(tuple(row) for row in grid[:position] if any(cell.strip() for cell in row))
    return Heading(columns, first_row, position, captions, skipped, repeated, grouped, above)


def _of_certificate(grid: Sequence[Row], certificate: Certificate) -> Heading:
    """Name the columns of a certificate; an element that was analysed twice is told apart by its method."""
    names = list(certificate.names)
    while names and not names[-1]:
        names.pop()
    methods = certificate.texts(grid, "method", len(names))
    columns, repeated = _told_apart([name or f"column_{at + 1}" for at, name in enumerate(names)], methods)
    above = tuple(tuple(row) for row in grid[: certificate.first] if any(cell.strip() for cell in row))
    captions = {
        kind: {
            name: text for name, text in zip(columns, certificate.texts(grid, kind, len(columns)), strict=True) if text
        }
        for kind in certificate.rows_by_kind
    }
    return Heading(
        columns,
        certificate.first_sample,
        certificate.analytes,
        captions,
        len(above),
        repeated,
        {},
        above,
        certificate.rows_by_kind,
    )


def _require_narrow(where: str, grid: Sequence[Row]) -> None:
    """Stop at a table laid on its side, or of another delimiter, before thousands of names are looked at one by one."""
    widest = max((len(row) for row in grid[:_SEARCHED_ROWS]), default=0)
    if widest > MOST_COLUMNS:
        raise SourceError(
            f"{where}: a row has {widest:,} cells; tables of up to {MOST_COLUMNS:,} columns are read. Check the delimiter, or "
            "turn the table so that each row is one site or sample."
        )


def _declared(where: str, grid: Sequence[Row], header_row: int) -> int:
    if header_row > len(grid) or not any(cell.strip() for cell in grid[header_row - 1]):
        raise SourceError(
            f"{where}: header_row is {header_row} but that row is empty or behind the end.\n{_first_rows(grid)}"
        )
    return header_row - 1


def _search(where: str, grid: Sequence[Row]) -> int:
    filled = [sum(bool(cell.strip()) for cell in row) for row in grid[:_SEARCHED_ROWS]]
    widest = max((len(row) for row in grid[:_SEARCHED_ROWS]), default=0)
    for position, count in enumerate(filled):
        if count == 0 or (count == 1 and widest > 1):
            continue
        later = filled[position + 1 :]
        if later and count < 0.6 * max(later):
            continue
        row = [cell.strip() for cell in grid[position] if cell.strip()]
        if row[0].startswith(("# ", "//", "%%")):
            continue
        if sum(map(is_number, row)) > 0.3 * len(row):
            break
        return position + 1 if _is_group_row(grid, position) else position
    raise SourceError(
        f"{where}: no row of column names was found in the first {min(len(grid), _SEARCHED_ROWS)} rows. "
        f"State it in the run file, e.g. 'header_row: 4'.\n{_first_rows(grid)}"
    )


def _is_group_row(grid: Sequence[Row], position: int) -> bool:
    """Tell a row of group names, with gaps from merged cells, or of methods, above a row with the real names.

    The lower row may be full, or fill just the gaps (names of other columns being merged over both rows). A gap in the first
    column alone is an unnamed index.
    """
    if position + 2 >= len(grid):
        return False
    upper, lower, body = grid[position], grid[position + 1], grid[position + 2 : position + 12]
    names = [cell.strip() for cell in lower if cell.strip()]
    width = max(len(upper), len(lower))
    holes = [index for index in range(1, width) if not _filled(upper, index)]
    closed = all(_filled(lower, position) for position in holes)
    complete = all(_filled(upper, index) or _filled(lower, index) for index in range(width))
    units = sum(unit_of(name) is not None for name in names)
    if not any(map(is_number, names)) and is_method_row(upper, lower, over_units=_kind(body[0]) == "unit"):
        return True
    return (
        bool(holes)
        and (len(names) > width - len(holes) or (closed and complete))
        and not any(map(is_number, names))
        and any(is_number(cell) for row in body for cell in row)
        and units * 2 < len(names)
    )


def _names(grid: Sequence[Row], position: int) -> tuple[tuple[str, ...], dict[str, str]]:
    names = list(grid[position])
    body = grid[position + 1 :]
    while names and not names[-1].strip() and sum(_filled(row, len(names) - 1) for row in body) <= 0.05 * len(body):
        names.pop()
    above = grid[position - 1] if position else []
    groups = _group_names(above, len(names))
    if any(groups):
        names = [name or (above[index].strip() if index < len(above) else "") for index, name in enumerate(names)]
    return _told_apart([name or f"column_{index + 1}" for index, name in enumerate(names)], groups)


def _told_apart(names: Sequence[str], groups: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Give columns of one heading names of their own, by their groups where these differ."""
    counts = Counter(names)
    unique: list[str] = []
    repeated: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for name, group in zip(names, groups, strict=True):
        heading = f"{group} {name}" if counts[name] > 1 and group else name
        own = heading
        while seen[heading] and (own in unique or own in counts):
            own = f"{heading}.{seen[heading]}" if own == heading else f"{own}_"
        seen[heading] += 1
        unique.append(own)
        if own != heading:
            repeated[own] = heading
    return tuple(unique), repeated


def _filled(row: Row, position: int) -> bool:
    return len(row) > position and bool(row[position].strip())


def _group_names(row: Row, width: int) -> list[str]:
    """Spread group names of merged cells to the right; a lone title is no group."""
    cells = [cell.strip() for cell in row]
    if sum(map(bool, cells)) < 2:
        return [""] * width
    groups, last = [], ""
    for index in range(width):
        last = (cells[index] if index < len(cells) else "") or last
        groups.append(last)
    return groups


def _units_of_groups(above: Row, columns: Sequence[str], below: Mapping[str, str]) -> dict[str, str]:
    """Return the units that names of groups tell for columns whose own heading, and the row below it, tell none."""
    groups = _group_names(above, len(columns))
    units = {}
    for group in set(groups):
        match = _UNIT_OF_GROUP.search(" ".join(group.split())) if len(group) <= LONGEST_HEADING else None
        units[group] = next(filter(None, match.groups())) if match is not None else group
    return {
        column: units[group]
        for column, group in zip(columns, groups, strict=True)
        if unit_of(units[group]) is not None and column not in below and parse_heading(column).unit is None
    }


def _captions(
    grid: Sequence[Row], position: int, columns: Sequence[str], said_rows: Mapping[str, int]
) -> tuple[dict[str, dict[str, str]], int]:
    words_by_kind: dict[str, dict[str, str]] = {}
    first = position + 1
    if said_rows:
        for kind, number in said_rows.items():
            words_by_kind[kind] = {
                column: cell for column, cell in zip(columns, grid[number - 1], strict=False) if cell.strip()
            }
            first = max(first, number)
        return words_by_kind, first
    while first < len(grid) and first <= position + 5:
        described = _kind(grid[first]) or _above_units(grid, first)
        if described is None:
            break
        words_by_kind[described] = {
            column: cell for column, cell in zip(columns, grid[first], strict=False) if cell.strip()
        }
        first += 1
    return words_by_kind, first


def _kind(row: Row) -> str | None:
    """Return ``unit``, ``limit`` or ``method`` if a row describes columns instead of holding data."""
    cells = [cell.strip() for cell in row]
    filled = [cell for cell in cells if cell]
    if len(filled) < 2:
        return None
    labelled = _labelled(filled)
    if labelled is not None:
        return labelled
    if sum(cell[0] in "([" and unit_of(cell) is not None for cell in filled) >= _FEWEST_IN_BRACKETS:
        return "unit"
    units = [unit_of(cell) for cell in filled]
    known = [unit is not None for unit in units]
    if not any(unit is not None and (len(unit) > 2 or unit in ("%", "dd")) for unit in units):
        return None
    labelled_so = len(known) > 2 and all(known[1:])  # SAMPLE over DESCRIPTION, then units
    return "unit" if labelled_so or all(known) or (sum(known) >= 3 and sum(known) >= 0.8 * len(known)) else None


def _labelled(filled: Sequence[str]) -> str | None:
    """Return what a row says whose first cell names it: limits are numbers, units and methods are not."""
    label = row_label(filled[0])
    if label is None or label == "analyte":
        return None
    numbers = sum(map(is_number, filled[1:])) / (len(filled) - 1)
    return label if (numbers > 0 if label in ("limit", "upper_limit") else numbers <= 1 - _MOSTLY) else None


def _above_units(grid: Sequence[Row], row: int) -> str | None:
    """Return ``method`` or ``limit`` of a row without a label that stands between the names and a row of units."""
    if not any(_kind(below) == "unit" for below in grid[row + 1 : row + 3]):
        return None
    filled = [cell for cell in grid[row] if cell.strip()]
    numbers = [is_number(cell) for cell in filled]
    if len(filled) < 2 or any(numbers) != all(numbers):
        return None
    if not all(numbers):
        return "method"
    return None if _filled(grid[row], 0) else "limit"


def _first_rows(grid: Sequence[Row]) -> str:
    return "The first rows are:\n" + "\n".join(
        f"  {number}: {' | '.join(cell for cell in row if cell)[:120] or '(empty)'}"
        for number, row in enumerate(grid[:6], start=1)
    )
