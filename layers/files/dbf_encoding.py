"""The table of a shapefile: its encoding where the code page file says another, records that are deleted, numbers cut off."""

from __future__ import annotations

import codecs
from pathlib import Path

from layers.accounting import Note
from layers.files.likely_encodings import require_western

_LARGEST = 200_000_000


def true_encoding(source: str, path: Path) -> tuple[str | None, list[Note]]:
    """Compare what a shapefile says of its encoding with the bytes of its attributes.

    Bytes that form valid UTF-8 with letters beyond ASCII are UTF-8 by more than chance; bytes that do not cannot be UTF-8.

    Parameters
    ----------
    source : str
        Id of the source, for the note.
    path : Path
        The ``.shp`` file.

    Returns
    -------
    encoding : str or None
        To read the attributes in; None where the file's own word holds.
    notes : list of Note
        ``encoding_contradicted`` where it does not, ``encoding_guessed`` where there is none.
    """
    table = next((candidate for ending in (".dbf", ".DBF") if (candidate := path.with_suffix(ending)).is_file()), None)
    if table is None or table.stat().st_size > _LARGEST:
        return None, []
    data = table.read_bytes()
    records = data[int.from_bytes(data[8:10], "little") :]
    if records.isascii():
        return None, []
    page = next((candidate for ending in (".cpg", ".CPG") if (candidate := path.with_suffix(ending)).is_file()), None)
    stated = page.read_text("ascii", "replace").strip() if page is not None else ""
    says_utf8 = stated.replace("-", "").replace("_", "").casefold() in ("utf8", "65001")
    is_utf8 = _is_utf8(records)
    if is_utf8 and not says_utf8 and (_known(stated) or not stated):
        return "utf-8", [_note(source, stated or "no code page (Latin-1 by default)", "UTF-8")]
    if not is_utf8 and (says_utf8 or (not stated and data[29] == 0)):
        require_western(f"{source} ({table.name})", records)
    if says_utf8 and not is_utf8:
        return "cp1252", [_note(source, stated, "Windows-1252")]
    if not stated and not is_utf8 and data[29] == 0:
        text = "Nothing says in which encoding the attributes are; they were read as Windows-1252. State 'encoding:' if not."
        return "cp1252", [Note(source, "encoding_guessed", text)]
    return None, []


def _is_utf8(records: bytes) -> bool:
    """Say whether bytes are UTF-8; a letter cut in two at the end of a cell, as some programs leave it, is forgiven."""
    text = records.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(letter > "\x7f" for letter in text) - broken
    return whole > 20 * broken


def _known(name: str) -> bool:
    """Say whether a code page name is one of a single byte per letter."""
    name = name.casefold().removeprefix("ansi ").removeprefix("oem ")
    if name.startswith(("88591", "28591", "iso", "latin", "125", "cp125", "windows-125", "437", "85")):
        return True
    try:
        return codecs.lookup(name).name.startswith(("iso8859", "cp125", "cp8"))
    except LookupError:
        return False


def _note(source: str, stated: str, used: str) -> Note:
    text = f"The attributes are said to be in {stated}, but their bytes are {used}; they were read so. State 'encoding:' if not."
    return Note(source, "encoding_contradicted", text)


def overflow_notes(source: str, path: Path) -> list[Note]:
    """Tell numbers that were too wide for their column and stand in the table of a shapefile as asterisks; they read as empty.

    Parameters
    ----------
    source : str
        Id of the source.
    path : Path
        The ``.shp`` file.
    """
    data = _table_beside(path)
    if len(data) < _HEAD or b"**" not in data:
        return []
    count, head, length = (int.from_bytes(data[at:to], "little") for at, to in ((4, 8), (8, 10), (10, 12)))
    hits: dict[str, list[int]] = {}
    start = 1
    for at in range(_HEAD, head - 1, _HEAD):
        field = data[at : at + _HEAD]
        if len(field) < _HEAD or field[0] == _END_OF_FIELDS:
            break
        width = field[16]
        if field[11:12] in (b"N", b"F"):
            cells = (data[head + number * length + start :][:width].strip() for number in range(count if length else 0))
            rows = [number + 1 for number, cell in enumerate(cells) if cell and not cell.strip(b"*")]
            hits |= {field[:11].split(b"\0")[0].decode("ascii", "replace"): rows} if rows else {}
        start += width
    if not hits:
        return []
    rows = sorted({row for rows in hits.values() for row in rows})
    text = (
        f"Numbers were too wide for their column when the table was saved, and stand in it as asterisks ({', '.join(hits)}, "
        f"first in row {rows[0]}); they were read as empty. Save the layer anew with wider columns, e.g. as GeoPackage."
    )
    return [Note(source, "numbers_cut_off", text, sum(map(len, hits.values())), tuple(hits), tuple(rows))]


_HEAD, _END_OF_FIELDS = 32, 0x0D
"""Bytes of the head of a table, and of the description of each of its columns; what ends these."""


def _table_beside(path: Path) -> bytes:
    table = next(
        (part for part in path.parent.glob("*") if part.stem == path.stem and part.suffix.lower() == ".dbf"), None
    )
    return b"" if table is None or table.stat().st_size > _LARGEST else table.read_bytes()


def deleted_records(path: Path) -> list[int]:
    """Return the records (from 1) of the table of a shapefile that are marked as deleted and still stand in it."""
    data = _table_beside(path)
    if len(data) < _HEAD:
        return []
    count, head, length = (int.from_bytes(data[at:to], "little") for at, to in ((4, 8), (8, 10), (10, 12)))
    if not length:
        return []
    return [number + 1 for number, mark in enumerate(data[head::length][:count]) if mark == ord("*")]
