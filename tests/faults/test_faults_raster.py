"""Grids as people send them: a missing cell is never a value, a site off the grid is never 0, and cells stay where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely

from layers.catalogue.source import Source
from layers.errors import StageError
from layers.rasters.raster import Raster
from layers.rasters.reader import describe_raster, require_overlap
from pipeline.stages.per_site.sample_rasters import SampleRastersParams, sample_rasters
from tests.pipeline.stages.site_tables import points, sites_at

UTM = pyproj.CRS.from_epsg(26910)
TEN = rasterio.Affine(10, 0, 0, 0, -10, 40)
DEGREES = rasterio.Affine(0.1, 0, -120, 0, -0.1, 56)
BOTH = [SampleRastersParams(), SampleRastersParams(method="exact")]
ZONES = [shapely.box(0, 20, 20, 40), shapely.box(20, 0, 40, 20)]


def grid(folder: Path, values: Any, transform: Any = TEN, crs: Any = UTM, tags: Any = None, **profile: Any) -> Path:
    values = np.asarray(values)
    size = {"height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": values.dtype}
    path = folder / "g.tif"
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=transform, **size, **profile) as dataset:
        dataset.write(values, 1)
        dataset.update_tags(**(tags or {}))
    return path


def described(path: Path, **options: Any) -> Raster:
    return describe_raster(Source(id="g", role="raster", path=path.name, options=options), path.parent)


def sampled(sites: Any, raster: Raster, params: SampleRastersParams = BOTH[0]) -> pd.DataFrame:
    table = sample_rasters(sites, (raster,), params)
    return table.rename(columns=lambda name: name.replace(f"raster_{raster.name}", "value"))


def zones_of(path: Path, raster: Path) -> Any:
    return sites_at(list(gpd.read_file(path).geometry), crs_of(raster))


def crs_of(path: Path) -> pyproj.CRS:
    with rasterio.open(path) as dataset:
        return pyproj.CRS.from_user_input(dataset.crs)


# --- codes nobody declares


@pytest.mark.parametrize("tag", ["m9999", "m3e38", "m99", "zero"])
def test_codes_of_the_shared_files_are_missing_once_stated(built: Any, tag: str) -> None:
    folder = built("F55_undeclared_nodata.py")
    path = folder / f"F55_{tag}_undeclared.tif"
    code = {"m9999": -9999.0, "m3e38": -3.4028234663852886e38, "m99": -99.0, "zero": 0.0}[tag]
    sites = zones_of(folder / "F55_zones.gpkg", path)
    for params in BOTH:
        table = sampled(sites, described(path, nodata=code), params)
        assert table["value"].iloc[0] == 5
        assert table["value_coverage"].iloc[0] == pytest.approx(0.75)
        assert np.isnan(table["value"].iloc[1])
    told = [note.code for note in described(path).notes]
    assert told == ["suspected_nodata"]


def test_nan_beside_a_declared_code_in_the_shared_file(built: Any) -> None:
    folder = built("F55_undeclared_nodata.py")
    path = folder / "F55_nan_and_declared_m9999.tif"
    table = sampled(zones_of(folder / "F55_zones.gpkg", path), described(path))
    np.testing.assert_array_equal(table["value"], [5, np.nan])


@pytest.mark.parametrize(
    ("dtype", "code"), [("float32", -32768), ("float64", -1e30), ("int32", -2147483648), ("float32", 99999)],
    ids=["F55 -32768", "F55 -1e30", "F55 least integer", "F55 99999"],
)  # fmt: skip
def test_further_undeclared_codes_are_told_and_missing_once_stated(tmp_path: Path, dtype: str, code: float) -> None:
    values = np.arange(16, dtype=dtype).reshape(4, 4) % 3 + 4
    values[0, 0] = code
    path = grid(tmp_path, values, rasterio.Affine(10, 0, 500_000, 0, -10, 5_500_000))
    (note,) = described(path).notes
    assert (note.code, note.count) == ("suspected_nodata", 1)
    assert "options: {nodata: [" in note.message
    raster = described(path, nodata=code)
    assert raster.notes == ()
    site = sites_at(points([(500_005, 5_499_995)]), UTM)
    assert sampled(site, raster)["value_how"].tolist() == ["no_data"]


# --- zones without one value


@pytest.mark.parametrize("tag", ["u8", "i16"])
@pytest.mark.parametrize("params", BOTH)
def test_a_zone_all_missing_of_the_shared_files_has_no_statistic(built: Any, tag: str, params: Any) -> None:
    folder = built("F56_integer_all_missing.py")
    path = folder / f"F56_{tag}.tif"
    table = sampled(zones_of(folder / "F56_zones.gpkg", path), described(path), params)
    assert (table["value"].iloc[0], table["value_sd"].iloc[0]) == (5, 0)
    assert table[["value", "value_sd"]].iloc[1].isna().all()
    assert (table["value_coverage"].iloc[1], table["value_how"].iloc[1]) == (0, "no_data")


@pytest.mark.parametrize(
    ("dtype", "code"), [("uint8", 0), ("uint16", 65535), ("int8", -128)], ids=lambda one: f"F56 {one}"
)
def test_further_integers_all_missing(tmp_path: Path, dtype: str, code: int) -> None:
    values = np.full((4, 4), 5, dtype)
    values[2:, 2:] = code
    for params in BOTH:
        table = sampled(sites_at(ZONES, UTM), described(grid(tmp_path, values, nodata=code)), params)
        np.testing.assert_array_equal(table["value"], [5, np.nan])


# --- off the grid


@pytest.mark.parametrize(("name", "inside"), [("F57_no_nodata.tif", 5), ("F57_nodata_0_is_real.tif", 55)])
def test_sites_off_the_shared_grids_are_missing_and_said_so(built: Any, name: str, inside: float) -> None:
    folder = built("F57_sites_off_the_raster.py")
    table = pd.read_csv(folder / "F57_sites.csv")
    found = sampled(sites_at(points(table[["longitude", "latitude"]])), described(folder / name))
    np.testing.assert_array_equal(found["value"], [inside, np.nan, np.nan, np.nan])
    assert found["value_how"].tolist() == ["point", "off_raster", "off_raster", "off_raster"]


def test_no_site_at_all_on_the_grid_stops_with_its_extent(tmp_path: Path) -> None:
    raster = described(grid(tmp_path, np.full((10, 10), 5, "float32"), DEGREES, "EPSG:4326"))
    table = sample_rasters(sites_at(points([(-118, 55.5), (-110, 50)])), (raster,), BOTH[0])
    with pytest.raises(
        StageError, match=r"none of 2 sites lies on 1 of 1 rasters: 'g' covers x -120\.\.-119, y 55\.\.56"
    ):
        require_overlap(table, (raster,))


@pytest.mark.parametrize(
    "shape",
    [shapely.Point(-118, 55.5), shapely.box(-118, 55, -117, 56), shapely.Point(-160, 55.5)],
    ids=["F57 point", "F57 outline", "F57 far away"],
)
def test_nothing_off_the_grid_is_zero(tmp_path: Path, shape: Any) -> None:
    raster = described(grid(tmp_path, np.zeros((10, 10), "float32"), DEGREES, "EPSG:4326"))
    for params in BOTH:
        table = sampled(sites_at([shapely.Point(-119.45, 55.45), shape]), raster, params)
        np.testing.assert_array_equal(table["value"], [0, np.nan])
        assert table["value_how"].tolist()[1] == "off_raster"


# --- another CRS


def test_sites_in_degrees_meet_the_shared_grid_in_metres(built: Any) -> None:
    folder = built("F58_raster_vector_crs_differ.py")
    table = pd.read_csv(folder / "F58_sites.csv")
    found = sampled(sites_at(points(table[["longitude", "latitude"]])), described(folder / "F58_utm10.tif"))
    np.testing.assert_array_equal(found["value"], [7, np.nan])


@pytest.mark.parametrize(
    "of_grid",
    ["EPSG:26910", "EPSG:3157", UTM.to_wkt("WKT1_ESRI")],
    ids=["F58 code", "F58 other datum", "F58 ESRI text"],
)
@pytest.mark.parametrize("of_sites", ["EPSG:4326", "EPSG:3979", "EPSG:3005"])
def test_sites_of_any_crs_get_the_value_under_them(tmp_path: Path, of_grid: str, of_sites: str) -> None:
    values = np.zeros((100, 100), "float32")
    values[47:55, 45:55] = 7
    raster = described(
        grid(tmp_path, values, rasterio.Affine(1000, 0, 450_000, 0, -1000, 6_050_000), of_grid, nodata=-1)
    )
    assert sampled(sites_at(points([(-123.0, 54.14)])).to_crs(of_sites), raster)["value"].tolist() == [7]


# --- longitudes round the globe


def test_the_shared_grid_of_0_to_360_is_met(built: Any) -> None:
    folder = built("F62_longitudes_0_to_360.py")
    raster = described(folder / "F62_lon_0_360.tif")
    assert sampled(sites_at(points([(-120, 55)])), raster)["value"].tolist() == [7]
    assert [note.code for note in raster.notes] == [
        "constant_raster",  # its cells are all 7
        "coarse_cells",
        "longitude_0_360",
    ]
    assert "Longitudes run 230..250" in raster.notes[2].message


@pytest.mark.parametrize(
    ("west", "width"), [(0, 360), (170, 100), (-190, 100)], ids=["F62 whole globe", "F62 over 180", "F62 below -180"]
)
def test_further_grids_round_the_globe(tmp_path: Path, west: int, width: int) -> None:
    values = np.tile(np.arange(width, dtype="float32"), (10, 1))
    raster = described(grid(tmp_path, values, rasterio.Affine(1, 0, west, 0, -1, 60), "EPSG:4326"))
    lon = np.array([-179.5, 179.5, -120.5])
    expected = [(one - west) % 360 - 0.5 if (one - west) % 360 < width else np.nan for one in lon]
    np.testing.assert_array_equal(sampled(sites_at(points([(one, 55.5) for one in lon])), raster)["value"], expected)


# --- one bad outline among many


def test_five_zones_of_the_shared_file_give_five_rows(built: Any) -> None:
    folder = built("F63_bad_geometries_in_zonal_batch.py")
    zones = gpd.read_parquet(folder / "F63_zones.parquet")
    sites = sites_at(points([(5, 35)] * len(zones)), zones.crs, ids=list(zones["id"]))
    sites = sites.set_geometry(zones.geometry.to_numpy()).set_crs(zones.crs, allow_override=True)
    for params in BOTH:
        table = sampled(sites, described(folder / "F63.tif"), params).set_index("site_id")
        assert table.loc[["good", "point", "tiny"], "value"].tolist() == [5, 5, 5]
        assert table.loc[["null", "empty"], "value"].isna().all()
        assert len(table) == 5


@pytest.mark.parametrize(
    ("shape", "value", "how"),
    [
        (shapely.box(2, 32, 2.5, 32.5), 0, None),
        (shapely.LineString([(15, 35), (16, 36)]), 1, "point"),
        (shapely.MultiPolygon([shapely.box(0, 30, 10, 40), shapely.box(30, 0, 40, 10)]), 7.5, "zone"),
        (shapely.Polygon(shapely.box(0, 0, 40, 40).exterior, [shapely.box(10, 10, 30, 30).exterior]), 7.5, "zone"),
        (shapely.Polygon([(0, 20), (20, 40), (20, 20), (0, 40)]), None, None),
        (shapely.Polygon(), np.nan, "off_raster"),
    ],
    ids=["F63 tiny", "F63 line", "F63 two parts", "F63 hole", "F63 bow-tie", "F63 empty"],
)  # fmt: skip
def test_an_odd_outline_stops_no_other(tmp_path: Path, shape: Any, value: float | None, how: str | None) -> None:
    raster = described(grid(tmp_path, np.arange(16, dtype="float32").reshape(4, 4)))
    for params in BOTH:
        table = sampled(sites_at([ZONES[0], shape, ZONES[1]], UTM), raster, params)
        assert table["value"].iloc[[0, 2]].tolist() == [2.5, 12.5]
        if value is not None:
            np.testing.assert_allclose(table["value"].iloc[1], value)
        if how is not None:
            assert table["value_how"].iloc[1] == how


# --- pixel is point


@pytest.mark.parametrize("name", ["F65_area.tif", "F65_point.tif"])
def test_cells_of_the_shared_files_stay_where_they_are(built: Any, name: str) -> None:
    folder = built("F65_pixel_is_point.py")
    table = pd.read_csv(folder / "F65_sites.csv")
    assert sampled(sites_at(points(table[["x", "y"]]), crs_of(folder / name)), described(folder / name))[
        "value"
    ].tolist() == [5, 5]


@pytest.mark.parametrize("transform", [TEN, rasterio.Affine(10, 0, 0, 0, 10, 0)], ids=["F65 north up", "F65 south up"])
@pytest.mark.parametrize("tag", ["Point", "Area"])
def test_the_middle_of_every_cell_has_the_cells_value(tmp_path: Path, tag: str, transform: Any) -> None:
    values = np.arange(16, dtype="float32").reshape(4, 4)
    raster = described(grid(tmp_path, values, transform, tags={"AREA_OR_POINT": tag}))
    middles = [(10 * column + 5, transform.f + transform.e * (row + 0.5)) for row in range(4) for column in range(4)]
    assert sampled(sites_at(points(middles), UTM), raster)["value"].tolist() == list(range(16))
