"""Drawings and topologies name a part once and show it many times: counted before a library draws each of them.

A DXF of some kilobytes may insert blocks of blocks of blocks, or one block in rows and columns without end; a TopoJSON may
name one long arc in a million features.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from layers.errors import SourceError
from layers.files.json_text import parse_json

INSERTED = 500_000
"""Entities that all inserts of a DXF together may draw; those the file holds itself do not count."""
POINTS = 20_000_000
"""Points that the arcs of a TopoJSON file may come to, each counted as often as it is named."""

_BINARY = b"AutoCAD Binary DXF"
_SHOWING = re.compile(rb"INSERT|DIMENSION|LEADER", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d{1,30}")
_BY_NAME, _HANDLE, _COLUMNS, _ROWS = "2", "5", "70", "71"
_BY_HANDLE = ("341", "342", "344", "1005")
"""Group codes of leaders for blocks and arrowheads, by the handle of the block's record."""
_KNOWN = frozenset(("0", _BY_NAME, _HANDLE, _COLUMNS, _ROWS, *_BY_HANDLE, "8", "10", "20", "30", "100"))


@dataclass
class _Block:
    """What a block, or the drawing itself, shows: (name of a block, how often), and how many entities it holds itself."""

    entities: int = 0
    shows: list[tuple[str, float]] = field(default_factory=list)


def require_bearable_drawing(where: str, path: Path) -> None:
    """Stop at a DXF whose inserts draw more than can be read.

    Parameters
    ----------
    where : str
        What to call the file in messages.
    path : Path
        The file, unpacked.

    Raises
    ------
    SourceError
        With the number of entities; or if a block inserts itself, or the file is of the binary kind.
    """
    content = path.read_bytes()
    if content.startswith(_BINARY):
        raise SourceError(f"{where}: this is a binary DXF, which is not read. Save it as DXF text (ASCII).")
    if not _SHOWING.search(content):
        return
    drawing, blocks = _parts(content)
    drawn = _drawn(blocks)
    inserted = _inserted(drawing, drawn)
    if inserted > INSERTED:
        many = f"{inserted:,.0f} entities" if inserted < 1e18 else "entities without end"
        raise SourceError(
            f"{where}: its inserts of blocks draw {many}; {INSERTED:,} are read at most. Leave out what is inserted in rows, "
            "columns or other blocks, and save the outlines you need as GeoPackage."
        )


def require_bearable_topology(where: str, content: bytes) -> None:
    """Stop at a TopoJSON whose features name its arcs so often that their points do not fit.

    Parameters
    ----------
    where : str
        What to call the file in messages.
    content : bytes
        The text of the file; one that is no JSON passes, for the library that reads it says what it is.

    Raises
    ------
    SourceError
        With the number of points.
    """
    try:
        document = parse_json(content)
    except ValueError:
        return
    if not isinstance(document, dict) or document.get("type") != "Topology":
        return
    stored = document.get("arcs")
    lengths = [len(arc) if isinstance(arc, list) else 0 for arc in stored] if isinstance(stored, list) else []
    points, waiting = 0, [document.get("objects")]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend(inner for name, inner in part.items() if name != "properties")
        elif isinstance(part, list):
            waiting.extend(inner for inner in part if isinstance(inner, dict | list))
            named = [number if number >= 0 else ~number for number in part if type(number) is int]
            points += sum(lengths[number] for number in named if number < len(lengths))
        if points > POINTS:
            raise SourceError(
                f"{where}: its features name its {len(lengths):,} arcs so often that they have more than {POINTS:,} points. Keep "
                "the features of the region, or simplify them."
            )


def _drawn(blocks: dict[str, _Block]) -> dict[str, float]:
    """Return the entities that one insert of each block draws, infinite where it shows itself; no deep recursion."""
    drawn: dict[str, float] = {}
    for start in blocks:
        path = [start]
        while path:
            name = path[-1]
            inner = {shown for shown, _ in blocks[name].shows if shown in blocks and shown not in drawn}
            if inner & set(path):
                drawn.update(dict.fromkeys(path, math.inf))
                break
            if inner:
                path.append(inner.pop())
                continue
            drawn[name] = blocks[name].entities + _inserted(blocks[name], drawn)
            path.pop()
    return drawn


def _inserted(block: _Block, drawn: dict[str, float]) -> float:
    return sum(times * max(drawn.get(name, 1.0), 1.0) for name, times in block.shows)


def _pairs(content: bytes) -> Iterator[tuple[str, str]]:
    """Give group codes and values parted as GDAL parts them: any end of line, codes as far as they are digits, no comments."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\n\r", b"\n").replace(b"\r", b"\n").split(b"\n")
    for code, value in zip(lines[::2], lines[1::2], strict=False):
        text = code.strip().decode("latin-1")
        yield text if text in _KNOWN else str(_number(text, 0)), value.strip().decode("latin-1")


def _entities(content: bytes) -> Iterator[tuple[str, dict[str, str], list[str]]]:
    """Give each entity with the fields that say which block it shows and how often, and the handles it names."""
    kind, fields, handles = "", dict[str, str](), list[str]()
    for code, value in _pairs(content):
        if code == "0":
            yield kind, fields, handles
            kind, fields, handles = value.upper(), {}, []
        elif code in (_BY_NAME, _HANDLE, _COLUMNS, _ROWS):
            fields[code] = value.casefold()
        elif code in _BY_HANDLE:
            handles.append(value.casefold())
    yield kind, fields, handles


def _parts(content: bytes) -> tuple[_Block, dict[str, _Block]]:
    """Return what the drawing itself shows, and its blocks by name."""
    drawing, blocks, records = _Block(), dict[str, _Block](), dict[str, str]()
    current = drawing
    for kind, fields, handles in _entities(content):
        name = fields.get(_BY_NAME, "")
        if kind == "BLOCK":
            current = blocks.setdefault(name, _Block())
        elif kind in ("ENDBLK", "SECTION", "ENDSEC"):
            current = drawing
        elif kind == "BLOCK_RECORD":
            records[fields.get(_HANDLE, "")] = name
        elif kind == "INSERT":
            current.shows.append((name, _times(fields.get(_COLUMNS)) * _times(fields.get(_ROWS))))
        elif kind == "DIMENSION" and name:
            current.shows.append((name, 1.0))
        elif kind in ("LEADER", "MULTILEADER", "MLEADER"):
            current.shows.extend((records[handle], 1.0) for handle in handles if handle in records)
        else:
            current.entities += 1
    return drawing, blocks


def _number(text: str, otherwise: int) -> int:
    """Return the number a text begins with."""
    digits = _NUMBER.match(text)
    return int(digits[0]) if digits else otherwise


def _times(text: str | None) -> float:
    """Return the rows or columns of an insert, one where none are stated."""
    return float(max(_number(text or "", 1), 1))
