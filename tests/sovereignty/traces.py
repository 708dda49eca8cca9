"""Search for traces of names and places in every byte of files, whatever they are packed in."""

from __future__ import annotations

import base64
import html
import io
import json
import re
import sqlite3
import struct
import unicodedata
import urllib.parse
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import rasterio
import shapely

from tests.maps.unpacking import unpack

DEPTH = 4
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{24,}={0,2}")
_NEAR = 80


@dataclass(frozen=True)
class Traces:
    """What to look for: names, and places in degrees (with the projected CRS they may be stored in)."""

    names: Sequence[str]
    points: Sequence[tuple[float, float]] = ()
    crs: str | None = None

    @cached_property
    def planes(self) -> list[np.ndarray]:
        """The places in degrees and in the projected CRS."""
        degrees = np.array(self.points, dtype=float).reshape(-1, 2)
        if self.crs is None or not len(degrees):
            return [degrees]
        to = pyproj.Transformer.from_crs(4326, self.crs, always_xy=True)
        return [degrees, np.column_stack(to.transform(degrees[:, 0], degrees[:, 1]))]


def search_folders(folders: Iterable[Path], traces: Traces) -> list[str]:
    """Return where in the folders, paths included, something of the traces stands."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            where = path.relative_to(folder).as_posix()
            found += [f"path {where}: {one}" for one in _in_bytes(where.encode(), traces)]
            if path.is_file():
                found += [f"{where}{one}" for one in search(path.read_bytes(), traces)]
    return found


def search(content: bytes, traces: Traces) -> list[str]:
    """Return where in some bytes, unpacked as far as they can be, something of the traces stands."""
    found: list[str] = []
    for label, part in unpacked(content):
        found += [f"{label}: {one}" for one in _in_bytes(part, traces)]
    return list(dict.fromkeys(found))


def unpacked(content: bytes, label: str = "", depth: int = DEPTH) -> Iterator[tuple[str, bytes]]:
    """Give the bytes themselves and everything that is packed in them."""
    yield label, content
    if depth == 0:
        return
    for name, inner in _members(content):
        yield from unpacked(inner, f"{label} > {name}", depth - 1)


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Give what is packed in some bytes; of a file that was cut off in the making, what can be had of it."""
    if content[:2] == b"\x1f\x8b":
        yield "gzip", _inflated(content, 31)
    elif content[:4] == b"PK\x03\x04":
        yield from _zip(content)
    elif content[:4] == b"PAR1":
        yield from _parquet(content)
    elif content[:16] == b"SQLite format 3\0":
        with suppress(sqlite3.DatabaseError):  # its cells are not packed
            yield from _sqlite(content)
    elif content[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        with suppress(rasterio.errors.RasterioError):
            yield from _tiff(content)
    elif content[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _png(content)
    elif content[:1] == b"x" and content[1:2] in (b"\x01", b"\x5e", b"\x9c", b"\xda"):
        yield "zlib", _inflated(content, 15)
    else:
        yield from _text(content)


def _inflated(content: bytes, window_bits: int) -> bytes:
    with suppress(zlib.error):
        return zlib.decompressobj(window_bits).decompress(content)
    return b""


def _zip(content: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for one in archive.infolist():
                yield one.filename, archive.read(one)
    except zipfile.BadZipFile:  # the list of members stands at the end
        for head in re.finditer(rb"PK\x03\x04", content):
            fields = content[head.start() : head.start() + 30]
            if len(fields) == 30:
                method, name, extra = struct.unpack("<8xH16xHH", fields)
                packed = content[head.start() + 30 + name + extra :]
                yield f"member at {head.start()}", _inflated(packed, -15) if method else packed


def _parquet(content: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        table = pq.read_table(io.BytesIO(content))
    except (pa.ArrowInvalid, OSError):  # the list of columns stands at the end
        yield from _pages(content)
        return
    yield "metadata", str(table.schema.metadata).encode() + str(table.schema).encode()
    for name in table.column_names:
        yield f"column {name}", _cells(table.column(name).to_pylist())


def _pages(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Give the pages of a Parquet file packed with snappy: each says how long it is before and after, then the packing again."""
    for head in re.finditer(
        rb"\x15[\x00-\x08]\x15((?:[\x80-\xff]{0,4})[\x00-\x7f])\x15((?:[\x80-\xff]{0,4})[\x00-\x7f])", content
    ):
        plain, packed = (_varint(part) >> 1 for part in head.groups())
        for start in range(head.end(), min(head.end() + 200, len(content))):
            if plain and _varint(content[start : start + 5]) == plain:
                with suppress(pa.ArrowException, OSError):
                    page = pa.Codec("snappy").decompress(content[start : start + packed], plain, asbytes=True)
                    yield f"page at {start}", page
                    break


def _varint(content: bytes) -> int:
    number = 0
    for at, byte in enumerate(content):
        number |= (byte & 127) << 7 * at
        if byte < 128:
            return number
    return -1


def _cells(values: Sequence[object]) -> bytes:
    """Return cells as text, numbers also as eight bytes, shapes also as text of their corners."""
    parts = []
    for value in values:
        if isinstance(value, bytes):
            parts += [value, _shape(value)]
        elif isinstance(value, float):
            parts += [repr(value).encode(), struct.pack("<d", value)]
        elif value is not None:
            parts.append(str(value).encode())
    return b"\n".join(parts)


def _shape(blob: bytes) -> bytes:
    if blob[:2] == b"GP":
        blob = blob[8 + (0, 32, 48, 48, 64)[blob[3] >> 1 & 7] :]
    try:
        corners = shapely.get_coordinates(shapely.from_wkb(blob))
    except shapely.errors.GEOSException:
        return b""
    return b"\n".join(f"{x!r} {y!r}".encode() for x, y in corners.tolist()) + corners.astype("<f8").tobytes()


def _sqlite(content: bytes) -> Iterator[tuple[str, bytes]]:
    base = sqlite3.connect(":memory:")
    base.deserialize(content)
    tables = [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        if table.startswith("rtree_") and not table.endswith(("_node", "_rowid", "_parent")):
            continue
        rows = base.execute(f'SELECT * FROM "{table}"').fetchall()
        yield f"table {table}", _cells([cell for row in rows for cell in row])
    base.close()


def _tiff(content: bytes) -> Iterator[tuple[str, bytes]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.MemoryFile(content) as memory, memory.open() as image:
            domains = [image.tags(ns=one) for one in (None, *image.tag_namespaces())]
            domains += [image.tags(band) for band in image.indexes]
            yield "tags", str([domains, image.descriptions, image.transform]).encode()
            yield "cells", image.read().tobytes()


def _png(content: bytes) -> Iterator[tuple[str, bytes]]:
    at, data = 8, b""
    while at + 8 <= len(content):
        (size,) = struct.unpack(">I", content[at : at + 4])
        kind, chunk = content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        if kind == b"IDAT":
            data += chunk
        elif kind in (b"zTXt", b"iTXt", b"iCCP"):
            start = chunk.find(b"\0") + 2
            yield kind.decode(), _inflated(chunk[start:], 15) or chunk
        at += size + 12
    yield "pixels", _inflated(data, 15)


def _text(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Give text with its escapes undone, and what is written in it as base64."""
    for found in _BASE64.finditer(content):
        packed = found.group()
        try:
            inner = base64.b64decode(packed + b"=" * (-len(packed) % 4))
        except ValueError:
            continue
        yield "base64", inner
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return
    for name, plain in (
        ("sites of a map", _sites_of_map(text)),
        ("u escapes", re.sub(r"\\u([0-9a-fA-F]{4})", lambda hit: chr(int(hit.group(1), 16)), text)),
        ("entities", html.unescape(text)),
        ("percent", urllib.parse.unquote(text)),
    ):
        if plain != text:
            yield name, plain.encode("utf-8", "surrogatepass")


def _sites_of_map(text: str) -> str:
    """Return the sites that a map holds packed, one column after the other; the text itself where it is no map as written.

    The same page with its escapes undone holds other digits and is none.
    """
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    if data is None:
        return text
    try:
        columns = json.loads(data[1])["sites"]["columns"]
        unpack(columns)
    except (ValueError, LookupError, StopIteration, AssertionError):
        return text
    return json.dumps(columns, ensure_ascii=False)


def _in_bytes(content: bytes, traces: Traces) -> list[str]:
    low = content.lower()
    found = [f"name '{name}'" for name in traces.names if any(form in low for form in _forms(name))]
    for plane, scale in zip(traces.planes, (1.0, 1e-5), strict=False):
        found += [f"place {point}" for point in plane.tolist() if _has_place(content, point, scale)]
    return found


@lru_cache
def _forms(name: str) -> set[bytes]:
    """Return the ways a name may be spelt, in lower case as far as ASCII goes."""
    forms = {unicodedata.normalize(form, name) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    forms |= {one.casefold() for one in forms} | {one.upper() for one in forms}
    forms |= {"".join(one for one in unicodedata.normalize("NFD", name) if not unicodedata.combining(one)).casefold()}
    spelt = forms | {json.dumps(one)[1:-1] for one in forms} | {urllib.parse.quote(one) for one in forms}
    spelt |= {html.escape(one) for one in forms}
    spelt |= {"".join(one if one.isascii() else f"&#{ord(one)};" for one in form) for form in forms}
    spelt |= {"".join(one if one.isascii() else f"&#x{ord(one):x};" for one in form) for form in forms}
    encoded = {one.encode(kind, "ignore") for one in spelt for kind in ("utf-8", "utf-16-le")}
    return {one.lower() for one in encoded if len(one) > 3}


def _has_place(content: bytes, point: Sequence[float], scale: float) -> bool:
    """Say whether a place stands there as text or as numbers of eight or four bytes."""
    x, y = point
    if struct.pack("<d", x)[2:] in content or struct.pack("<d", y)[2:] in content:
        return True
    if struct.pack("<ff", x, y) in content or struct.pack("<ff", y, x) in content:
        return True
    if scale < 1.0:  # metres: one decimal, both axes together
        return _pair(content, f"{int(abs(x))}.", f"{int(abs(y))}.")
    return any(_single(content, value) for value in point) or any(
        _pair(content, f"{_cut(abs(x), places)}", f"{_cut(abs(y), places)}")
        or _pair(content, f"{abs(x):.{places}f}", f"{abs(y):.{places}f}")
        for places in (3, 4, 5)
    )


def _cut(value: float, places: int) -> str:
    whole, _, decimals = f"{value:.9f}".partition(".")
    return f"{whole}.{decimals[:places]}"


def _single(content: bytes, value: float) -> bool:
    texts = {_cut(abs(value), 6), f"{abs(value):.6f}", f"{round(abs(value) * 1e6)}", f"{round(abs(value) * 1e7)}"}
    return any(text.encode() in content for text in texts)


def _pair(content: bytes, one: str, other: str) -> bool:
    """Say whether two numbers that start so stand close together."""
    first, second = one.encode(), other.encode()
    if first not in content or second not in content:
        return False
    for hit in re.finditer(rb"(?<![\d.])" + re.escape(first), content):
        near = content[max(0, hit.start() - _NEAR) : hit.end() + _NEAR]
        if re.search(rb"(?<![\d.])" + re.escape(second), near):
            return True
    return False
