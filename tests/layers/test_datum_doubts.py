"""Datums whose shift or ellipsoid is another's are told, and grids on a datum that nobody knows stop."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.crs import registered, same_crs
from layers.errors import SourceError
from layers.rasters.raster import Raster
from layers.rasters.reader import describe_raster
from layers.readers.inventory import read_inventory

_CLARKE, _GRS80 = "Clarke 1866,6378206.4,294.978698213898", "GRS 1980,6378137,298.257222101"


def wkt(
    shift: str = "", name: str = "NAD27", datum: str = "North_American_Datum_1927", ellipsoid: str = _CLARKE
) -> str:
    words = f'SPHEROID["{ellipsoid.split(",")[0]}",{",".join(ellipsoid.split(",")[1:])}]'
    bound = f",TOWGS84[{shift}]" if shift else ""
    return (
        f'PROJCS["{name} / UTM zone 17N",GEOGCS["{name}",DATUM["{datum}",{words}{bound}],PRIMEM["Greenwich",0],'
        'UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],'
        'PARAMETER["central_meridian",-81],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],'
        'PARAMETER["false_northing",0],UNIT["metre",1]]'
    )


NAD83 = {"name": "NAD83", "datum": "North_American_Datum_1983"}
CONTRADICTED = {
    "no shift for NAD27": wkt("0,0,0,0,0,0,0"),
    "the shift of NAD27 for NAD83": wkt("-10,158,187,0,0,0,0", **NAD83, ellipsoid=_GRS80),
    "another ellipsoid": wkt(**NAD83),
}
AGREES = {
    "NAD27": wkt(),
    "mean shift of Canada": wkt("-10,158,187,0,0,0,0"),
    "mean shift of the United States": wkt("-8,160,176"),
    "NAD83": wkt("0,0,0", **NAD83, ellipsoid=_GRS80),
}
UNKNOWN = {
    "unknown": wkt(name="Unknown", datum="Unknown_based_on_Clarke_1866_ellipsoid"),
    "of ArcGIS": wkt(name="GCS_User_Defined", datum="D_User_Defined"),
    "an ellipsoid": wkt(name="GCS_Clarke_1866", datum="D_Clarke_1866"),
    "of a mine": wkt(name="Mine datum", datum="Mine_datum_1950"),
}


def raster(folder: Path, text: str, *, stated: bool, cell_m: float = 50.0) -> Raster:
    rows = "\n".join(" ".join(f"{row + column + 0.5:g}" for column in range(40)) for row in range(40))
    corner = f"ncols 40\nnrows 40\nxllcorner 500000\nyllcorner 5298000\ncellsize {cell_m:g}\n"
    (folder / "g.asc").write_text(corner + rows, encoding="utf-8")
    if not stated:
        (folder / "g.prj").write_text(text, encoding="utf-8")
    return describe_raster(Source(id="g", role="raster", path="g.asc", crs=text if stated else None), folder)


def shapefile(folder: Path, text: str) -> dict[str, list[Note]]:
    points = shapely.points(480_000 + 3_100.0 * np.arange(8), 5_150_000 + 2_210.0 * np.arange(8))
    table = pd.DataFrame({"id": [f"A{n}" for n in range(8)]})
    gpd.GeoDataFrame(table, geometry=points, crs="EPSG:26917").to_file(folder / "t.shp")
    (folder / "t.prj").write_text(text, encoding="utf-8")
    spec = {"id": "s", "role": "inventory", "path": "t.shp", "columns": {"official_id": "id"}}
    notes = read_inventory(Source.model_validate(spec), folder).notes
    return {code: [note for note in notes if note.code == code] for code in {note.code for note in notes}}


@pytest.mark.parametrize("name", list(CONTRADICTED))
def test_a_shift_or_an_ellipsoid_of_another_datum_is_told(tmp_path: Path, name: str) -> None:
    [note] = shapefile(tmp_path, CONTRADICTED[name])["datum_contradicted"]
    assert note.rows == tuple(range(1, 9))
    codes = {note.code for note in raster(tmp_path, CONTRADICTED[name], stated=True).notes}
    assert "datum_contradicted" in codes
    codes = {note.code for note in raster(tmp_path, CONTRADICTED[name], stated=False).notes}
    assert codes & {"datum_contradicted", "georeference_contradicted"}


@pytest.mark.parametrize("name", list(AGREES))
def test_what_agrees_with_its_datum_is_no_doubt(tmp_path: Path, name: str) -> None:
    assert "datum_contradicted" not in shapefile(tmp_path, AGREES[name])
    assert raster(tmp_path, AGREES[name], stated=True).notes == ()


@pytest.mark.parametrize("stated", [False, True])
@pytest.mark.parametrize("name", list(UNKNOWN))
def test_grids_on_a_datum_nobody_knows_stop_unless_their_cells_are_coarse(
    tmp_path: Path, name: str, stated: bool
) -> None:
    with pytest.raises(SourceError, match=r"names no datum|only a ballpark shift"):
        raster(tmp_path, UNKNOWN[name], stated=stated)
    raster(tmp_path, UNKNOWN[name], stated=stated, cell_m=2_500)


def test_an_unknown_datum_is_none_of_the_register() -> None:
    unknown = pyproj.CRS(UNKNOWN["unknown"])
    assert registered(unknown) is None
    assert not same_crs(unknown, "EPSG:26717")
    modern = pyproj.CRS("+proj=utm +zone=17 +ellps=GRS80 +units=m +type=crs")
    assert registered(modern, 25) is None
    for code in ("EPSG:26917", "EPSG:2950", "ESRI:102001"):
        assert registered(pyproj.CRS(code)) == code
        assert same_crs(pyproj.CRS(code).to_wkt("WKT1_ESRI"), code)


def test_a_tagged_grid_of_a_known_datum_is_read(tmp_path: Path) -> None:
    with rasterio.open(
        tmp_path / "g.tif", "w", driver="GTiff", crs="EPSG:26717", count=1, height=4, width=4, dtype="float32",
        transform=rasterio.Affine(50, 0, 500_000, 0, -50, 5_300_000),
    ) as dataset:  # fmt: skip
        dataset.write(np.arange(16, dtype="float32").reshape(4, 4) + 0.5, 1)
    assert describe_raster(Source(id="g", role="raster", path="g.tif"), tmp_path).crs == "EPSG:26717"
