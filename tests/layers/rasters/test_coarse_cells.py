"""Cells so large that sites of different camps get one value are told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from layers.catalogue.source import Source
from layers.rasters.reader import describe_raster


@pytest.mark.parametrize(
    ("crs", "cell", "told"),
    [("EPSG:4326", 0.25, True), ("EPSG:4326", 0.05, False), ("EPSG:32617", 25_000.0, True), ("EPSG:32617", 2_240.0, False),
     ("EPSG:2276", 70_000.0, True), ("EPSG:2276", 60_000.0, False)],
)  # fmt: skip
def test_cells_of_tens_of_kilometres_are_told(tmp_path: Path, crs: str, cell: float, told: bool) -> None:
    origin = (-84.0, 50.0) if crs == "EPSG:4326" else (300_000.0, 5_500_000.0) if crs == "EPSG:32617" else (2e6, 7.5e6)
    values = np.random.default_rng(1).normal(50, 9, (12, 12)).astype("float32")
    grid = Affine(cell, 0.0, origin[0], 0.0, -cell, origin[1])
    shape = {"width": 12, "height": 12, "count": 1, "dtype": "float32", "crs": crs}
    with rasterio.open(tmp_path / "g.tif", "w", driver="GTiff", transform=grid, **shape) as file:
        file.write(values, 1)
    notes = describe_raster(Source(id="g", role="raster", path="g.tif"), tmp_path).notes
    assert ("coarse_cells" in {note.code for note in notes}) == told
