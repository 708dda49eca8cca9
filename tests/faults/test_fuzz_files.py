"""Bytes of files of every format changed at random: each is read, or stops with one clear message.

In short form with every run of the tests; `make fuzz` tries a thousand of every format (``MINEWASTE_FUZZ``).
"""

from __future__ import annotations

import gzip
import os
import random
import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio

from layers.catalogue.source import Source
from layers.errors import MinewasteError
from layers.rasters.reader import describe_raster, open_raster, read_window
from layers.readers.inventory import read_inventory
from pipeline.config import load_config

TRIES = max(4, int(os.environ.get("MINEWASTE_FUZZ", "0")) // 100)
BYTES = (0, 9, 10, 34, 38, 39, 44, 47, 58, 60, 62, 91, 123, 127, 128, 255)
RASTERS = (".tif", ".asc", ".img", ".vrt")
NAMES = (
    "a.csv", "a.csv.gz", "c.zip", "a.xlsx", "b.parquet", "a.parquet", "a.gpkg", "a.geojson", "a.fgb", "a.kml", "a.kmz", "a.gml",
    "a.shp", "a.shx", "a.dbf", "a.prj", "a.cpg", "a.zip", "a.tif", "a.asc", "a.img", "a.vrt", "run.yml",
)  # fmt: skip
RUN_FILE = """name: region
title: A region
sources:
  - {id: sites, role: inventory, path: a.csv, crs: EPSG:4326, columns: {name: name, latitude: latitude}}
train_model: {n_bags: 20, block_km: 25.0}
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve sites in every format that is read."""
    folder = tmp_path_factory.mktemp("whole")
    table = pd.DataFrame({"no": [f"K{one}" for one in range(12)], "name": [f"Heap é {one}" for one in range(12)]})
    table["latitude"], table["longitude"] = np.linspace(55, 56, 12).round(4), np.linspace(-121, -120, 12).round(4)
    sites = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["longitude"], table["latitude"]), crs=4326)
    table.to_csv(folder / "a.csv", index=False)
    table.to_excel(folder / "a.xlsx", index=False)
    table.to_parquet(folder / "b.parquet")
    sites.to_parquet(folder / "a.parquet")
    for suffix in ("gpkg", "geojson", "fgb", "gml", "shp"):
        sites.to_file(folder / f"a.{suffix}")
    sites[["name", "geometry"]].to_file(folder / "a.kml", driver="KML")
    packed = {"c.zip": ["a.csv"], "a.kmz": ["a.kml"], "a.zip": [f"a.{end}" for end in ("shp", "shx", "dbf", "prj")]}
    for name, members in packed.items():
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for member in members:
                archive.write(folder / member, member)
    (folder / "a.csv.gz").write_bytes(gzip.compress((folder / "a.csv").read_bytes()))
    size = {"width": 40, "height": 40, "count": 1, "dtype": "float32", "crs": "EPSG:32610"}
    for name, driver in (("a.tif", "GTiff"), ("a.asc", "AAIGrid"), ("a.img", "HFA")):
        with rasterio.open(
            folder / name, "w", driver=driver, transform=rasterio.Affine(9, 0, 5e5, 0, -9, 6e6), **size
        ) as grid:
            grid.write(np.random.default_rng(1).normal(size=(40, 40)).astype("float32"), 1)
    band = '<SimpleSource><SourceFilename relativeToVRT="1">a.tif</SourceFilename><SourceBand>1</SourceBand></SimpleSource>'
    (folder / "a.vrt").write_text(
        '<VRTDataset rasterXSize="40" rasterYSize="40"><SRS>EPSG:32610</SRS><GeoTransform>500000,9,0,6000000,0,-9</GeoTransform>'
        f'<VRTRasterBand dataType="Float32" band="1">{band}</VRTRasterBand></VRTDataset>'
    )
    (folder / "run.yml").write_text(RUN_FILE)
    return folder


def read(path: Path) -> int:
    """Read a file as a run would; return how many rows, cells or sources it gave."""
    if path.suffix == ".yml":
        return len(load_config(path).sources)
    if path.suffix in RASTERS:
        raster = describe_raster(Source(id="s", role="raster", path=path.name, crs="EPSG:32610"), path.parent)
        with open_raster(raster) as dataset:
            return read_window(raster, dataset, 0, 0, min(40, raster.height), min(40, raster.width)).size
    points = path.suffix in (".csv", ".xlsx", ".gz") or path.name in ("b.parquet", "c.zip")
    columns = {"name": "Name"} if path.suffix in (".kml", ".kmz") else {"official_id": "no", "name": "name"}
    columns |= {"latitude": "latitude", "longitude": "longitude"} if points else {}
    source = Source(id="s", role="inventory", path=path.name, crs="EPSG:4326", columns=columns)
    return len(read_inventory(source, path.parent).layer)


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """Change, remove, add or move some bytes, or cut the file off."""
    changed, how = bytearray(content), chance.randrange(6)
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        at = chance.randrange(max(1, len(changed) if chance.random() < 0.6 else min(len(changed), 200)))
        if how == 0 and changed:
            changed[at] ^= 1 << chance.randrange(8)
        elif how == 1 and changed:
            changed[at] = chance.choice(BYTES)
        elif how == 2:
            del changed[at : at + chance.choice([1, 2, 4, 16, 200])]
        elif how == 3:
            changed[at:at] = chance.randbytes(chance.choice([1, 4, 16]))
        elif how == 4:
            other = chance.randrange(max(1, len(changed)))
            changed[at : at + 8] = changed[other : other + 8]
        else:
            del changed[at:]
    return bytes(changed)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore")
def test_a_spoilt_file_is_read_or_one_message(name: str, whole: Path, tmp_path: Path) -> None:
    opened = "a.shp" if name in ("a.shx", "a.dbf", "a.prj", "a.cpg") else name
    beside = ("a.shp", "a.shx", "a.dbf", "a.prj", "a.cpg", "a.tif") if opened in ("a.shp", "a.vrt") else ()
    content = (whole / name).read_bytes()
    assert read(whole / opened) > 0
    messages = []
    for number in range(TRIES):
        folder = tmp_path / str(number)
        folder.mkdir()
        for one in {opened, *beside}:
            shutil.copy(whole / one, folder)
        (folder / name).write_bytes(spoilt(content, random.Random(f"{name} {number}")))
        try:
            read(folder / opened)
        except MinewasteError as error:
            messages.append(str(error))
        shutil.rmtree(folder)
    assert max(map(len, messages), default=0) < 1500
