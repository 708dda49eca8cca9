"""Sheets, rows and columns that a workbook hides: what was put out of sight may have been put aside."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from layers.accounting import Note

_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_HIDDEN = re.compile(rb'\b(?:hidden="(?:1|true)"|(?:ht|width)="0(?:\.\d+)?")')
"""Hidden by a command, or drawn down to nothing."""
_SHOWN = 6


def sheet_xml(path: Path, sheet: Any) -> bytes:
    """Return the part of a workbook that holds a sheet, as it stands there."""
    member = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
    with zipfile.ZipFile(path) as packed:
        return packed.read(member) if member in packed.namelist() else b""


def hidden_note(source: str, text: bytes, sheet: Any, rows: Mapping[int, Sequence[str]]) -> tuple[Note, ...]:
    """Tell which parts of a sheet that hold something are hidden.

    Parameters
    ----------
    source : str
        Id of the source.
    text : bytes
        The sheet as it stands in the workbook.
    sheet : ReadOnlyWorksheet
        The sheet that is read.
    rows : mapping of int to sequence of str
        Its cells by row number.

    Returns
    -------
    tuple of Note
        ``hidden_in_workbook`` or nothing.
    """
    from openpyxl.utils import get_column_letter

    if sheet.sheet_state == "visible" and not any(mark in text for mark in (b"hidden=", b'ht="0', b'width="0')):
        return ()
    hidden_rows = [
        number for tag in _ROW.findall(text) if _HIDDEN.search(tag) and any(rows.get(number := _number(tag, b"r"), ()))
    ]
    filled = {at for cells in rows.values() for at, cell in enumerate(cells) if cell}
    hidden_columns = [
        get_column_letter(at)
        for tag in _COLUMN.findall(text)
        if _HIDDEN.search(tag)
        for at in range(_number(tag, b"min"), min(_number(tag, b"max"), max(filled, default=0) + 1) + 1)
        if at - 1 in filled
    ]
    parts = [f"the sheet '{sheet.title}'"] if sheet.sheet_state != "visible" else []
    for what, named in (("row", list(map(str, hidden_rows))), ("column", hidden_columns)):
        if named:
            more = ", ..." if len(named) > _SHOWN else ""
            parts.append(f"{what}{'s' * (len(named) > 1)} {', '.join(named[:_SHOWN])}{more}")
    if not parts:
        return ()
    message = (
        f"The workbook hides {' and '.join(parts)}, which count like all else. If they were put aside, take them out of the "
        "file, or leave them out by 'where:' or 'ignore:'."
    )
    return (Note(source, "hidden_in_workbook", message, max(1, len(hidden_rows)), (), tuple(hidden_rows)),)


def _number(tag: bytes, attribute: bytes) -> int:
    match = re.search(rb"\b" + attribute + rb'="(\d+)"', tag)
    return int(match[1]) if match else 0
