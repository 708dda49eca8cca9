"""Drafts of parts become the very file that a draft of the whole becomes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio

from layers.rasters.cog import GridWindow, Rectangle, Surface, join_drafts, pack_draft, write_cog, write_draft

CUSTOM = pyproj.CRS.from_proj4("+proj=aea +lat_0=40 +lon_0=-96 +lat_1=20 +lat_2=60 +ellps=GRS80 +units=m").to_wkt()
PLACES = {
    "projected": ("EPSG:3979", (100.0, 0.0, 1_234_567.25, 0.0, -100.0, 765_432.1)),
    "degrees": ("EPSG:4326", (1 / 120, 0.0, -100.3, 0.0, -1 / 120, 60.7)),
    "turned": ("EPSG:3978", (70.0, 30.0, 5e5, 30.0, -70.0, 6e5)),
    "custom": (CUSTOM, (250.0, 0.0, 0.1, 0.0, -250.0, 0.3)),
}


@pytest.mark.parametrize("edge", [130, 512, 4_096])
@pytest.mark.parametrize("place", PLACES)
def test_parts_give_the_bytes_of_the_whole(place: str, edge: int, tmp_path: Path) -> None:
    crs, transform = PLACES[place]
    cells = np.random.default_rng(3).normal(size=(3, 1_301, 777)).astype(np.float32)
    cells[:, :600, :300] = np.nan  # some parts hold nothing
    whole = Rectangle(0, 0, *cells.shape[1:])
    surface = Surface(777, 1_301, transform, crs, ("score", "spread", "applicability"), [GridWindow(0, 0, cells)])
    write_cog(surface, tmp_path / "whole.tif")

    folder = tmp_path / "parts"
    folder.mkdir()
    parts = {folder / f"{number}.tif": one for number, one in enumerate(whole.cut(edge))}
    for path, one in parts.items():
        own = cells[:, one.row : one.row + one.height, one.column : one.column + one.width]
        windows = [GridWindow(0, 0, own)] if np.isfinite(own).any() else []
        write_draft(replace(surface, width=one.width, height=one.height, windows=windows), path)
    pack_draft(join_drafts(surface, parts, folder), tmp_path / "joined.tif")

    assert (tmp_path / "joined.tif").read_bytes() == (tmp_path / "whole.tif").read_bytes()
    with rasterio.open(tmp_path / "joined.tif") as dataset:
        np.testing.assert_array_equal(dataset.read(), cells)


def test_a_rectangle_is_cut_without_gap_or_overlap() -> None:
    seen = np.zeros((23, 31), dtype=int)
    for one in Rectangle(3, 5, 17, 22).cut(6):
        assert max(one.height, one.width) <= 6
        seen[one.row : one.row + one.height, one.column : one.column + one.width] += 1
    assert seen[3:20, 5:27].min() == seen.max() == 1
    assert seen.sum() == 17 * 22
