"""Files beside a raster, and the run file, that place it elsewhere than it is read are told; those that agree are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import CRS

from layers.catalogue.source import Source
from layers.rasters.reader import describe_raster

_WORLD = "{step}\n0.0\n0.0\n-{step}\n{x}\n{y}\n"


def notes(folder: Path, crs: str | None = None, **beside: str) -> list[tuple[str, str]]:
    values = np.add.outer(np.arange(40.0), np.arange(40.0)).astype("float32")
    place = {"crs": "EPSG:26917", "transform": rasterio.Affine(50, 0, 500_000, 0, -50, 5_300_000)}
    size = {"count": 1, "height": 40, "width": 40, "dtype": "float32"}
    with rasterio.open(folder / "mag.tif", "w", driver="GTiff", **place, **size) as dataset:
        dataset.write(values, 1)
    for ending, text in beside.items():
        (folder / f"mag.{ending.replace('__', '.')}").write_text(text, encoding="utf-8")
    read = describe_raster(Source(id="g", role="raster", path="mag.tif", crs=crs), folder)
    return [(note.code, note.message) for note in read.notes]


@pytest.mark.parametrize("shift", [0, 25])
def test_side_cars_that_agree_to_a_cell_are_not_told(tmp_path: Path, shift: int) -> None:
    world = _WORLD.format(step=50, x=500_025 + shift, y=5_299_975)
    assert notes(tmp_path, tfw=world, prj=CRS.from_epsg(32617).to_wkt("WKT1_ESRI")) == []


@pytest.mark.parametrize("ending", ["tfw", "TFW", "tifw", "wld"])
def test_a_world_file_of_another_place_is_told_with_its_name(tmp_path: Path, ending: str) -> None:
    [(code, message)] = notes(tmp_path, **{ending: _WORLD.format(step=50, x=510_025, y=5_299_975)})
    assert code == "georeference_contradicted"
    assert f"'mag.{ending}'" in message
    assert "10 km" in message
    assert "x 500000..502000" in message


def test_a_side_car_that_outweighs_the_file_is_told(tmp_path: Path) -> None:
    text = "<PAMDataset><GeoTransform>530000, 50, 0, 5300000, 0, -50</GeoTransform></PAMDataset>"
    [(code, message)] = notes(tmp_path, tif__aux__xml=text)
    assert code == "georeference_contradicted"
    assert message.startswith("The file itself places the raster 30 km away from where it is read (x 530000..532000")


def test_a_projection_beside_that_is_of_another_zone_is_told(tmp_path: Path) -> None:
    [(code, message)] = notes(tmp_path, prj=CRS.from_epsg(26916).to_wkt("WKT1_ESRI"))
    assert code == "georeference_contradicted"
    assert "'mag.prj'" in message


def test_a_projection_that_belongs_to_a_shapefile_of_that_name_is_not(tmp_path: Path) -> None:
    assert notes(tmp_path, prj=CRS.from_epsg(26916).to_wkt("WKT1_ESRI"), shp="") == []


def test_a_system_of_the_run_file_that_moves_the_raster_is_told(tmp_path: Path) -> None:
    [(code, message)] = notes(tmp_path, crs="EPSG:26916")
    assert code == "crs_overruled"
    assert "EPSG:26917" in message
    assert "EPSG:26916" in message


def test_a_datum_of_the_run_file_that_moves_it_by_less_than_a_cell_is_not(tmp_path: Path) -> None:
    assert notes(tmp_path, crs="EPSG:32617") == []


def test_text_beside_that_is_no_world_file_is_passed_over(tmp_path: Path) -> None:
    assert notes(tmp_path, tfw="made by hand", prj="nothing") == []
