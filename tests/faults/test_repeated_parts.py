"""Small files that show one part a million times are refused before a library draws it; plain ones of their kind are read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rasterio

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.tables import read_table
from layers.guess.file import guess_file
from layers.guess.recognise import finds
from layers.rasters.reader import describe_raster

LINE = "0\nLINE\n8\n0\n10\n-87\n20\n59\n11\n-86\n21\n59\n"


def left_out(folder: Path) -> str:
    """Return why `minewaste init` leaves the one file of a folder out."""
    (found,) = finds(folder)
    return str(guess_file(found, folder)[0].left_out)


def insert(block: str, columns: str = "1", rows: str = "1") -> str:
    return f"0\nINSERT\n8\n0\n2\n{block}\n10\n0\n20\n0\n70\n{columns}\n71\n{rows}\n"


def drawing(blocks: dict[str, str], entities: str) -> str:
    """Return a DXF of blocks (name to entities) and entities."""
    inner = "".join(f"0\nBLOCK\n8\n0\n2\n{name}\n10\n0\n20\n0\n{parts}0\nENDBLK\n" for name, parts in blocks.items())
    return (
        "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n0\nENDSEC\n"
        f"0\nSECTION\n2\nBLOCKS\n{inner}0\nENDSEC\n0\nSECTION\n2\nENTITIES\n{entities}0\nENDSEC\n0\nEOF\n"
    )


def levels(depth: int, each: int) -> dict[str, str]:
    return {f"B{level}": insert(f"B{level - 1}") * each if level else LINE for level in range(depth)}


BOMBS = {
    "nested": drawing(levels(9, 6), insert("B8")),
    "rows and columns": drawing({"B": LINE}, insert("B", "800", "800")),
    "other spelling": drawing({"B": LINE}, insert("b", "+800x", "0800").replace("INSERT", "Insert")),
    "ends of lines of old": drawing({"B": LINE}, insert("B", "800", "800")).replace("\n", "\r"),
    "many lines in one": drawing({"B": LINE * 2000}, insert("B", "20", "20")),
    "of itself": drawing({"A": insert("B"), "B": insert("A")}, insert("A")),
    "by dimensions": drawing({"B": LINE * 1000}, "0\nDIMENSION\n8\n0\n2\nB\n10\n0\n20\n0\n70\n0\n" * 600),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BOMBS))
def test_a_drawing_that_inserts_without_end_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "outline.dxf").write_bytes(BOMBS[name].encode())
    with pytest.raises(SourceError, match=r"^s \(outline\.dxf\): its inserts of blocks draw .*; 500,000 are read"):
        read_table(Source(id="s", role="lines", path="outline.dxf", crs="EPSG:4326"), tmp_path)
    assert "inserts of blocks draw" in left_out(tmp_path)


def test_a_drawing_with_some_inserts_is_read(tmp_path: Path) -> None:
    (tmp_path / "outline.dxf").write_text(drawing({"A": LINE * 2, "B": insert("A") * 2}, LINE + insert("B", "3", "2")))
    table = read_table(Source(id="s", role="lines", path="outline.dxf", crs="EPSG:4326"), tmp_path)
    assert len(table.cells) == 7


def test_a_binary_drawing_is_named_as_one(tmp_path: Path) -> None:
    (tmp_path / "outline.dxf").write_bytes(b"AutoCAD Binary DXF\r\n\x1a\x00" + bytes(50))
    with pytest.raises(SourceError, match="binary DXF, which is not read"):
        read_table(Source(id="s", role="lines", path="outline.dxf", crs="EPSG:4326"), tmp_path)


def topology(points: int, features: int) -> str:
    arc = [[-87 + number / 1e5, 59] for number in range(points)]
    shapes = [{"type": "LineString", "arcs": [~0 if at % 2 else 0], "properties": {"n": at}} for at in range(features)]
    return json.dumps(
        {"type": "Topology", "objects": {"a": {"type": "GeometryCollection", "geometries": shapes}}, "arcs": [arc]}
    )


@pytest.mark.parametrize("name", ["lines.json", "lines.geojson"])
def test_a_topology_that_names_its_arcs_without_end_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(topology(10_000, 2_500))
    with pytest.raises(SourceError, match="name its 1 arcs so often that they have more than 20,000,000 points"):
        read_table(Source(id="s", role="lines", path=name), tmp_path)
    assert "so often that they have more" in left_out(tmp_path)


def test_a_plain_topology_is_read(tmp_path: Path) -> None:
    (tmp_path / "lines.json").write_text(topology(10, 25))
    assert len(read_table(Source(id="s", role="lines", path="lines.json", crs="EPSG:4326"), tmp_path).cells) == 25


def grid(path: Path, bands: int) -> None:
    place = rasterio.Affine(1000, 0, 400_000, 0, -1000, 6_600_000)
    options = {"driver": "GTiff", "height": 4, "width": 4, "dtype": "float32", "crs": "EPSG:26916", "transform": place}
    with rasterio.open(path, "w", count=bands, SPARSE_OK=True, **options):
        pass


@pytest.mark.parametrize("options", [{}, {"band": 3}])
def test_a_raster_of_very_many_bands_is_refused(options: dict[str, int], tmp_path: Path) -> None:
    grid(tmp_path / "r.tif", 5_000)
    source = Source(id="s", role="raster", path="r.tif", options=options)
    with pytest.raises(
        SourceError, match=r"^s \(r\.tif\): the file holds 5,000 bands; files of 4,096 are read at most"
    ):
        describe_raster(source, tmp_path)
    assert "5,000 bands" in left_out(tmp_path)


def test_a_raster_of_some_hundred_bands_is_described(tmp_path: Path) -> None:
    grid(tmp_path / "r.tif", 300)
    assert describe_raster(Source(id="s", role="raster", path="r.tif", options={"band": 3}), tmp_path).band == 3
