"""The search finds a planted trace in whatever it is packed, and finds none where there is none."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import struct
import unicodedata
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely

from maps.site_map.packing import packed_columns

NAME, TOWN = "Qövärn ʔaq̓am", (-92.1234567, 61.7654321)
CRS = "EPSG:3979"


def _zip(content: bytes, name: str = "inner.txt") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def _xlsx() -> bytes:
    book, packed = openpyxl.Workbook(), io.BytesIO()
    book.active["B2"] = NAME
    book.save(packed)
    return packed.getvalue()


def _parquet(**columns: object) -> bytes:
    packed = io.BytesIO()
    pd.DataFrame({"n": range(3), **columns}).to_parquet(packed, compression="zstd")
    return packed.getvalue()


def _shapes(crs: str | int, driver: str, tmp: Path) -> bytes:
    line = shapely.LineString([(-90.0, 60.0), TOWN, (-91.0, 60.5)])
    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[line], crs=4326).to_crs(crs)
    path = tmp / f"shapes.{driver.lower()}"
    if driver == "parquet":
        frame.to_parquet(path, compression="gzip")
    else:
        frame.to_file(path, driver=driver)
    return path.read_bytes()


def _named_gpkg(tmp: Path) -> bytes:
    path = tmp / "named.gpkg"
    gpd.GeoDataFrame({"t": [NAME]}, geometry=[shapely.Point(0, 0)], crs=4326).to_file(path, driver="GPKG")
    return path.read_bytes()


def _tif(tmp: Path) -> bytes:
    path, grid = tmp / "grid.tif", rasterio.Affine(0.1, 0, -90, 0, -0.1, 60)
    with rasterio.open(
        path, "w", driver="GTiff", width=2, height=2, count=1, dtype="float32", crs="EPSG:4326", transform=grid
    ) as image:
        image.write(np.zeros((1, 2, 2), dtype="float32"))
        image.update_tags(history=f"made of {NAME}")
    return path.read_bytes()


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    said = b"Comment\0\0" + zlib.compress(NAME.encode())
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"zTXt", said) + pixels + chunk(b"IEND", b"")


def _plane() -> tuple[float, float]:
    x, y = pyproj.Transformer.from_crs(4326, CRS, always_xy=True).transform(*TOWN)
    return float(x), float(y)


def _map() -> bytes:
    named = ["Mine 1", NAME, "Mine 2", "Mine 3"]
    packed = packed_columns({"id": [f"a-{at}" for at in range(4)], "name": named, "rank": [1, 2, 3, 4]})
    assert NAME not in json.dumps(packed, ensure_ascii=False)
    return f'<script type="application/json" id="data">{json.dumps({"sites": {"columns": packed}})}</script>'.encode()


ESCAPED = "".join(one if one.isascii() else f"&#{ord(one)};" for one in NAME)
PLANTED: dict[str, Callable[[Path], bytes]] = {
    "composed text": lambda tmp: f"about {unicodedata.normalize('NFC', NAME)}.".encode(),
    "decomposed text": lambda tmp: f"about {unicodedata.normalize('NFD', NAME)}.".encode(),
    "capitals": lambda tmp: NAME.upper().encode(),
    "folded for a search index": lambda tmp: b'{"find": "qovarn \xca\x94aqam"}',
    "wide text": lambda tmp: NAME.encode("utf-16-le"),
    "json escapes": lambda tmp: json.dumps({"name": NAME}).encode(),
    "json escapes inside html": lambda tmp: html.escape(json.dumps([NAME])).encode(),
    "numeric entities": lambda tmp: ESCAPED.encode(),
    "named entities": lambda tmp: b"<p>" + NAME.replace("ö", "&ouml;").replace("ä", "&auml;").encode() + b"</p>",
    "an address": lambda tmp: urllib.parse.quote(NAME).encode(),
    "gzip": lambda tmp: gzip.compress(NAME.encode()),
    "zip": lambda tmp: _zip(NAME.encode()),
    "zip in a zip": lambda tmp: _zip(_zip(NAME.encode()), "inner.zip"),
    "a name inside a zip": lambda tmp: _zip(b"nothing", NAME),
    "workbook": lambda tmp: _xlsx(),
    "cells of parquet": lambda tmp: _parquet(name=["a", NAME, "b"]),
    "geopackage": _named_gpkg,
    "tags of a raster": _tif,
    "words of an image": lambda tmp: _png(),
    "image inside a page": lambda tmp: b'<img src="data:image/png;base64,' + base64.b64encode(_png()) + b'">',
    "packed script inside a page": lambda tmp: b"atob('" + base64.b64encode(zlib.compress(NAME.encode())) + b"')",
    "a packed site of a map": lambda tmp: _map(),
    "coordinates of three decimals": lambda tmp: b'{"coordinates": [-92.123, 61.765]}',
    "coordinates cut off": lambda tmp: b"61.7654 -92.1234",
    "one long coordinate": lambda tmp: b'"latitude": 61.765432',
    "coordinates in whole numbers": lambda tmp: b"[-92123457, 61765432]",
    "doubles": lambda tmp: b"ab" + struct.pack("<dd", *TOWN),
    "singles": lambda tmp: b"abc" + struct.pack("<ff", *TOWN),
    "doubles in metres": lambda tmp: b"abc" + struct.pack("<dd", *_plane()),
    "text in metres": lambda tmp: "POINT ({:.1f} {:.1f})".format(*_plane()).encode(),
    "doubles in parquet": lambda tmp: _parquet(x=[1.0, TOWN[0], 2.0], y=[1.0, TOWN[1], 2.0]),
    "shapes in parquet": lambda tmp: _shapes(4326, "parquet", tmp),
    "shapes in parquet in metres": lambda tmp: _shapes(CRS, "parquet", tmp),
    "shapes in a geopackage": lambda tmp: _shapes(4326, "GPKG", tmp),
    "shapes in a geopackage in metres": lambda tmp: _shapes(CRS, "GPKG", tmp),
    "shapes in geojson": lambda tmp: _shapes(4326, "GeoJSON", tmp),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_trace_is_found(kind: str, tmp_path: Path, traces: ModuleType) -> None:
    content = PLANTED[kind](tmp_path)
    assert traces.search(content, traces.Traces([NAME], [TOWN], CRS)) != []


@pytest.mark.parametrize("kind", PLANTED)
def test_another_name_and_place_are_not_found(kind: str, tmp_path: Path, traces: ModuleType) -> None:
    content = PLANTED[kind](tmp_path)
    assert traces.search(content, traces.Traces(["Nobody Hére"], [(-91.5432109, 60.1928374)], CRS)) == []


def _cut(content: bytes) -> bytes:
    """Return a file without what is written into it last."""
    if content[:4] == b"PAR1":
        return content[: -8 - struct.unpack("<I", content[-8:-4])[0]]
    if content[:2] == b"PK":
        return content[: content.index(b"PK\x01\x02")]
    return content[:-6]


CUT = (
    "gzip", "zip", "zip in a zip", "workbook", "cells of parquet", "geopackage", "tags of a raster", "words of an image",
    "doubles in parquet", "shapes in parquet", "shapes in parquet in metres", "shapes in a geopackage",
)  # fmt: skip


@pytest.mark.parametrize("kind", CUT)
def test_a_planted_trace_is_found_in_a_file_cut_off_in_the_making(
    kind: str, tmp_path: Path, traces: ModuleType
) -> None:
    content = _cut(PLANTED[kind](tmp_path))
    assert traces.search(content, traces.Traces([NAME], [TOWN], CRS)) != []
    assert traces.search(content, traces.Traces(["Nobody Hére"], [(-91.5432109, 60.1928374)], CRS)) == []


@pytest.mark.parametrize("kind", PLANTED)
def test_a_file_of_a_few_bytes_is_searched(kind: str, tmp_path: Path, traces: ModuleType) -> None:
    content = PLANTED[kind](tmp_path)
    for length in (2, 4, 9, 16, 40):
        traces.search(content[:length], traces.Traces([NAME], [TOWN], CRS))


def test_a_name_in_a_path_is_found(tmp_path: Path, traces: ModuleType) -> None:
    (tmp_path / f"{NAME}.txt").write_text("nothing")
    assert traces.search_folders([tmp_path], traces.Traces([NAME])) != []
