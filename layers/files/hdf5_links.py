"""Whether an HDF5 file (netCDF 4) holds all it shows, or leads to other files, told from its bytes before a library opens it.

HDF5 has three ways out: a link to an object of another file, cells that lie in a raw file, and an array put together of arrays of
other files. The library follows each of them to any path without a word. What it would follow stands in its object headers and
heaps, which are looked for byte by byte, wherever in the file they lie.
"""

from __future__ import annotations

import mmap
import re
import struct
from pathlib import Path

from layers.errors import SourceError

START = b"\x89HDF\r\n\x1a\n"
_OFFSET_BYTES = {0: 13, 1: 13, 2: 9, 3: 9}
"""Version of the superblock -> where it says how many bytes an address has."""

_LINK = re.compile(rb"\x01[\x08-\x0f\x18-\x1f]\x40", re.DOTALL)
"""A link message (version 1) that states its kind, and whose kind is 64: to another file."""
_RAW_FILES = re.compile(rb"\x01\x00\x00\x00(?=..[\x01-\xff].|..\x00[\x01-\xff])", re.DOTALL)
"""A list of raw files (version 1) that holds at least one; the address of its heap of names follows."""
_VIRTUAL = re.compile(rb"[\x04\x05]\x03", re.DOTALL)
"""A layout of class 3, an array of arrays; the address of its global heap follows."""
_HEAP = re.compile(rb"FRHP")


def require_no_links_out(where: str, path: Path) -> None:
    """Stop at an HDF5 file that leads to other files; a netCDF file of the classic form passes, for it cannot.

    Parameters
    ----------
    where : str
        What to call the file in messages.
    path : Path
        The file, unpacked.

    Raises
    ------
    SourceError
        If it holds a link to another file, cells in another file or an array made of others, or hides whether it does.
    """
    with path.open("rb") as file:
        if file.read(len(START)) != START:
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            way_out = _way_out(content)
    if way_out:
        raise SourceError(
            f"{where}: the file {way_out}. Files that lead to other files are not followed: write it again with all it shows "
            "inside it, e.g. `nccopy` or a GeoTIFF."
        )


def _way_out(content: mmap.mmap) -> str:
    version = content[len(START)] if len(content) > 16 else -1
    if version not in _OFFSET_BYTES or content[_OFFSET_BYTES[version]] != 8:
        return "is HDF5 of a form that is not looked through"
    for match in _HEAP.finditer(content):
        start = match.start()
        if content[start + 4 : start + 5] == b"\x00" and content[start + 7 : start + 9] not in (b"\x00\x00", b""):
            return "keeps its list of contents packed"
    for match in _LINK.finditer(content):
        named = _linked_file(content, match.start())
        if named:
            return f"has a link to another file, '{named[:60]}'"
    for match in _RAW_FILES.finditer(content):
        if _points_at(content, match.end() + 4, b"HEAP"):
            return "keeps cells in another file"
    for match in _VIRTUAL.finditer(content):
        if _points_at(content, match.end(), b"GCOL"):
            return "shows an array of other arrays, which may lie in other files"
    return ""


def _points_at(content: mmap.mmap, at: int, signature: bytes) -> bool:
    """Say whether an address of 8 bytes leads to a part of the file that begins with a signature."""
    if at + 8 > len(content):
        return False
    (address,) = struct.unpack_from("<Q", content, at)
    return bool(address + 4 <= len(content) and content[address : address + 4] == signature)


def _linked_file(content: mmap.mmap, start: int) -> str:
    """Return the file that a link message names; empty where the bytes are none."""
    flags = content[start + 1]
    at = start + 3 + (8 if flags & 0x04 else 0) + (1 if flags & 0x10 else 0)
    width = 1 << (flags & 0x03)
    name_length = int.from_bytes(content[at : at + width], "little")
    at += width + name_length
    if not name_length or at + 2 > len(content):
        return ""
    length = int.from_bytes(content[at : at + 2], "little")
    value = content[at + 2 : at + 2 + length]
    names = value[1:].split(b"\x00")
    if len(value) != length or value[:1] != b"\x00" or len(names) != 3 or not names[0] or not names[1] or names[2]:
        return ""
    return names[0].decode("utf-8", "replace")
