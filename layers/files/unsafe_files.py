"""Refuse files that make the library opening them do endless or unsafe work (pipes, endless sheets, foreign grids).

Looked for before the library opens the file, so that none of it is followed, waited for or unpacked.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

from layers.errors import SourceError

SHEET_ROWS = 1_048_576
"""Rows a sheet of a workbook can have."""
SHEET_COLUMNS = 5_000
"""Cells of a row beyond which nobody has made a table."""
TEXTS_BYTES = 256 << 20
PARTS_BYTES = 2 << 30
"""Bytes that the shared texts of a workbook, which lie in memory whole, and all its parts may unpack to."""
PART_ELEMENTS = 500_000
"""Elements of a part of a workbook beside sheets and texts; also of these where they are so many and packed by more than
`PACKED_RATIO`, as no table is: 32 times is the most of any real workbook known."""
PACKED_RATIO = 150

FAR_ROWS = 100_000
SPARSE = 20
"""A row below the first of so many, in a sheet with fewer rows than that by the second, stands off the table."""

_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError)
_ROWS = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=\"(\d{1,10})\"")
_FAR_CELLS = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{3})(\d{1,10})\"")
_GRIDS = re.compile(
    rb"(?:grids|\+init)\s*=\s*@?[^\s\"',<]*[/\\]|PROJ4_GRIDS\"\s*,\s*\"[^\"]*[/\\]|PARAMETERFILE\[[^\]]*[/\\]",
    re.IGNORECASE,
)


def require_regular(source: str, path: Path) -> None:
    """Stop at pipes and devices, whose reading may never end.

    Raises
    ------
    SourceError
        If the path is neither a file nor a folder.
    """
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise SourceError(
            f"{source}: '{path.name}' is a pipe or a device, not a file. Save what it gives to a file first."
        )


def require_own_members(where: str, folder: Path) -> None:
    """Stop at a folder that is read as one file (``.gdb``) and holds links out of itself, pipes or devices.

    Raises
    ------
    SourceError
        Naming the member.
    """
    for member in sorted(folder.rglob("*")):
        if member.is_symlink() and not member.resolve().is_relative_to(folder.resolve()):
            raise SourceError(
                f"{where}: '{member.name}' in it is a link out of it. Put the file itself there, or remove it."
            )
        if member.exists():
            require_regular(where, member)


def require_no_grids(where: str, text: bytes) -> None:
    """Stop at the description of a CRS that names files: the projection library would open them.

    Raises
    ------
    SourceError
        With the words that name the file.
    """
    match = _GRIDS.search(text)
    if match:
        named = match[0].decode("utf-8", "replace")[:60]
        raise SourceError(
            f"{where}: its coordinate system names a file ('{named}'). Files elsewhere are not opened: save the layer in a "
            "coordinate system with a code, e.g. EPSG:4326."
        )


def require_bearable_workbook(where: str, path: Path) -> None:
    """Stop at a workbook whose parts unpack to more than its sheets can need.

    Raises
    ------
    SourceError
        With the size.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            parts = {member.filename: member.file_size for member in packed.infolist()}
    except (zipfile.BadZipFile, OSError):
        return  # the library that reads workbooks says what it is not
    texts = sum(size for name, size in parts.items() if "worksheets/" not in name)
    whole = sum(parts.values())
    if texts > TEXTS_BYTES or whole > PARTS_BYTES:
        raise SourceError(
            f"{where}: the workbook unpacks to {whole / 1e6:,.0f} MB, {texts / 1e6:,.0f} MB of it beside its sheets; "
            f"{PARTS_BYTES / 1e6:,.0f} MB and {TEXTS_BYTES / 1e6:,.0f} MB are read at most. Save the sheet as .csv."
        )
    _require_bearable_parts(where, path)
    _require_no_far_cells(where, path, [name for name in parts if "worksheets/" in name])


def _require_bearable_parts(where: str, path: Path) -> None:
    """Stop at parts of so many elements that the library, which makes an object of each, would not end."""
    with suppress(*_DAMAGED), zipfile.ZipFile(path) as packed:
        for member in packed.infolist():
            of_cells = "worksheets/" in member.filename or "sharedStrings" in member.filename
            if of_cells and member.file_size <= PACKED_RATIO * max(1, member.compress_size):
                continue
            elements = 0
            with packed.open(member) as stream:
                while elements <= PART_ELEMENTS and (part := stream.read(1 << 20)):
                    elements += part.count(b"<") - part.count(b"</")
            if elements > PART_ELEMENTS:
                raise SourceError(
                    f"{where}: the part {member.filename} of the workbook has more than {PART_ELEMENTS:,} elements in "
                    f"{member.compress_size / 1e3:,.0f} kB, which no table needs. Copy the cells into a new workbook."
                )


def _require_no_far_cells(where: str, path: Path, sheets: list[str]) -> None:
    """Stop at sheets with cells far off their table: the library that reads them makes every empty cell on the way."""
    with suppress(*_DAMAGED), zipfile.ZipFile(path) as packed:
        for sheet in sheets:
            lowest, rows, rest = 0, 0, b""
            with packed.open(sheet) as stream:
                while part := stream.read(1 << 20):
                    text, _, rest = (rest + part).rpartition(b"<")
                    rest = b"<" + rest
                    numbers = [int(digits) for digits in _ROWS.findall(text)]
                    lowest, rows = max([lowest, *numbers]), rows + len(numbers)
                    for letters, row in _FAR_CELLS.findall(text):
                        require_bearable_row(where, int(row), _column_number(letters.decode()))
            if lowest > FAR_ROWS and lowest > SPARSE * rows:
                raise SourceError(
                    f"{where}: the sheet has {rows:,} rows, and the last of them is row {lowest:,}. Delete what stands far off "
                    "the table, or save the sheet as .csv."
                )


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def require_bearable_row(where: str, number: int, cells: int) -> None:
    """Stop at a sheet that goes on beyond what a sheet can be.

    Parameters
    ----------
    where : str
        What to call the file in messages.
    number : int
        1-based number of the row.
    cells : int
        Cells in it, empty ones included.

    Raises
    ------
    SourceError
        With the number of the row.
    """
    if number > SHEET_ROWS or cells > SHEET_COLUMNS:
        raise SourceError(
            f"{where}: row {number:,} has {cells:,} cells; sheets of {SHEET_ROWS:,} rows and {SHEET_COLUMNS:,} columns are read "
            "at most. Delete what stands far off the table, or save the sheet as .csv."
        )
