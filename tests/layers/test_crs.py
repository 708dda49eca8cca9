"""The working CRS, distances, sameness of CRS, and the check of the PROJ environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from layers import crs
from layers.errors import ConfigError, SourceError
from layers.working_crs import working_crs

CANADA = (-141.0, 41.7, -52.6, 83.1)
BC = (-139.1, 48.2, -114.0, 60.0)


@pytest.mark.parametrize(
    "bounds", [CANADA, BC, (-80, 44, -79, 45), (-72.7, -46.9, -68.6, -20.6), (170, 50, 190, 60), (23, 67, 25, 68)]
)
def test_working_crs_keeps_areas(bounds: tuple[float, float, float, float]) -> None:
    west, south, east, north = bounds
    chosen = working_crs(bounds)
    assert chosen.is_projected
    assert {axis.unit_name for axis in chosen.axis_info} == {"metre"}
    size = min(0.5, (north - south) / 4, (east - west) / 4)
    corners = [(west, south), (east - size, north - size), ((west + east) / 2, (south + north) / 2)]
    for lon, lat in corners:
        cell = shapely.segmentize(shapely.box(lon, lat, lon + size, lat + size), 0.02)
        true = abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(cell)[0])
        measured = gpd.GeoSeries([cell], crs="EPSG:4326").to_crs(chosen).area.iloc[0]
        assert measured == pytest.approx(true, rel=1e-3)


def test_working_crs_is_the_same_for_the_same_extent() -> None:
    assert working_crs(BC) == working_crs(BC)
    assert "Albers" in working_crs(CANADA).coordinate_operation.method_name
    assert "Azimuthal" in working_crs(BC).coordinate_operation.method_name


def test_configured_crs_is_used_or_refused() -> None:
    assert working_crs(BC, "EPSG:3005").to_epsg() == 3005
    with pytest.raises(ConfigError, match=r"region\.crs: EPSG:4326 \(WGS 84\) is not a projected CRS in metres"):
        working_crs(BC, "EPSG:4326")
    with pytest.raises(ConfigError, match="not a projected CRS in metres"):
        working_crs(BC, "EPSG:2264")
    with pytest.raises(ConfigError, match="'EPSG:0' is no known coordinate system"):
        working_crs(BC, "EPSG:0")
    with pytest.raises(ConfigError, match="is not west, south, east, north in degrees"):
        working_crs((float("nan"), 0, 1, 1))


def test_geodesic_distances() -> None:
    # One degree of longitude at 68 N, one of latitude at the equator (Karney's GeodSolve), and the antimeridian.
    assert crs.geodesic_km(0, 68, 1, 68) == pytest.approx(41.8206, abs=0.01)
    assert crs.geodesic_km(0, 0, 0, 1) == pytest.approx(110.5744, abs=0.001)
    assert crs.geodesic_km(179.9, 50, -179.9, 50) == pytest.approx(14.34, abs=0.02)
    many = crs.geodesic_km(np.array([0.0, 1.0]), 68, np.array([[0.0], [1.0]]), 68)
    assert many.shape == (2, 2)
    assert many[0, 0] == 0
    assert np.isnan(crs.geodesic_km(np.nan, 1, 2, 3))


@pytest.mark.parametrize("code", [4269, 4326, 3978, 3347, 26910, 3005])
@pytest.mark.parametrize("version", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_one_crs_in_several_spellings_is_one(code: int, version: str) -> None:
    assert crs.same_crs(code, pyproj.CRS(pyproj.CRS(code).to_wkt(version)))


def test_heights_and_bound_shifts_are_no_difference() -> None:
    assert crs.same_crs("EPSG:4326+5773", 4326)
    bound = pyproj.CRS("+proj=utm +zone=10 +datum=NAD83 +towgs84=0,0,0,0,0,0,0 +units=m +type=crs")
    assert crs.flat(bound).is_projected


def test_different_crs_differ() -> None:
    assert not crs.same_crs(4269, 4267)
    assert not crs.same_crs(26910, 26911)
    assert crs.same_crs(4979, 4326)


def test_degrees_and_metres_are_not_confused() -> None:
    with pytest.raises(
        SourceError, match=r"x: coordinates outside -180\.\.180 / -90\.\.90 for EPSG:4326: x 500000\.\.510000"
    ):
        crs.check_range("x", pyproj.CRS(4326), (500000, 6000000, 510000, 6010000))
    with pytest.raises(SourceError, match="cannot be EPSG:3005 metres; did you mean EPSG:4326"):
        crs.check_range("x", pyproj.CRS(3005), (-120, 50, -119, 51))
    crs.check_range("x", pyproj.CRS(4326), (-189.8, -56, 178.5, 83))
    crs.check_range("x", pyproj.CRS(4326), (np.nan,) * 4)


def test_layers_in_an_old_datum_are_shifted_with_a_note() -> None:
    moved, notes = crs.to_wgs84("s", "s (t)", gpd.GeoSeries([shapely.Point(-120, 55), None], crs="EPSG:4267"))
    assert moved.iloc[0].distance(shapely.Point(-120.00119, 54.99999)) < 1e-5
    assert moved.iloc[1] is None
    assert [note.code for note in notes] == ["datum_shift"]
    same, none = crs.to_wgs84("s", "s (t)", gpd.GeoSeries([shapely.Point(-120, 55)], crs="EPSG:4269"))
    assert same.iloc[0].equals(shapely.Point(-120, 55))
    assert none == []
    with pytest.raises(SourceError, match="only a ballpark shift"):
        crs.to_wgs84("s", "s (t)", gpd.GeoSeries([shapely.Point(-170, 60)], crs="EPSG:4267"))


OWN = 'GEOGCS["Own",DATUM["{}",SPHEROID["s",{}]],PRIMEM["{}",{}],UNIT["{}",{}]]'
MODERN = ("D_WGS_1984", "6378137.0,298.257223563")


@pytest.mark.parametrize(
    ("system", "x", "y", "longitude", "latitude"),
    [
        (OWN.format(*MODERN, "Paris", 2.33722917, "Degree", 0.0174532925199433), -83.0, 48.0, -80.66277, 48.0),
        (OWN.format(*MODERN, "Greenwich", 0.0, "Grad", 0.015707963267949), 10.0, 50.0, 9.0, 45.0),
        ("EPSG:4807", 0.07, 48.0, 2.3996, 43.2),  # Paris, grads
        ("EPSG:4806", -3.9, 39.3, 8.552, 39.3006),  # Rome
        ("EPSG:4805", 32.5, 47.5, 14.8324, 47.4995),  # Ferro
        ("EPSG:4817", -1.2, 62.5, 9.5178, 62.5005),  # Oslo
        ("EPSG:4813", 0.1, -6.2, 106.9092, -6.1998),  # Jakarta
        ("EPSG:27573", 600_000.0, 3_200_000.0, 2.33657, 44.1),  # Lambert zone III, from Paris
    ],
)
def test_degrees_count_from_their_own_meridian_and_in_their_own_unit(
    system: str, x: float, y: float, longitude: float, latitude: float
) -> None:
    lon, lat, accuracy, _ = crs.points_to_wgs84(system, np.array([x]), np.array([y]))
    assert (lon[0], lat[0]) == pytest.approx((longitude, latitude), abs=1e-4)
    assert np.isfinite(accuracy[0])
    moved, _ = crs.to_wgs84("s", "s (t)", gpd.GeoSeries([shapely.Point(x, y)], crs=system))
    assert (moved.iloc[0].x, moved.iloc[0].y) == pytest.approx((longitude, latitude), abs=1e-4)


@pytest.mark.parametrize(
    ("ellipsoid", "known"),
    [
        ("6378206.4,294.9786982", False),
        ("6378388.0,297.0", False),
        ("6378137.0,298.257222101", True),
        ("6371000.0,0.0", True),
    ],
)
def test_an_unknown_datum_is_taken_for_that_of_wgs84_by_its_ellipsoid_alone(ellipsoid: str, known: bool) -> None:
    system = OWN.format("D_Not_specified", ellipsoid, "Greenwich", 0.0, "Degree", 0.0174532925199433)
    system = system.replace('"Own"', '"GCS_Unknown_datum"')
    assert crs.nearly_wgs84(pyproj.CRS(system)) == known
    if not known:
        with pytest.raises(SourceError, match=r"names no datum.*EPSG:4267 for NAD27"):
            crs.to_wgs84("s", "s (t)", gpd.GeoSeries([shapely.Point(-80, 48)], crs=system))


@pytest.mark.parametrize("variable", ["PROJ_DATA", "PROJ_LIB"])
@pytest.mark.parametrize("first", ["rasterio", "pyproj", "layers.crs"])
def test_a_stray_proj_variable_is_named(tmp_path: Path, variable: str, first: str) -> None:
    code = f"import {first}\nfrom layers.crs import check_proj\ncheck_proj()\n"
    environment = {
        **os.environ,
        "PROJ_DATA": "",
        "PROJ_LIB": "",
        variable: str(tmp_path),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    environment = {name: value for name, value in environment.items() if value}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    last = run.stderr.strip().splitlines()[-1]
    assert last.startswith(
        f"layers.errors.SourceError: environment: {variable} is '{tmp_path}', which holds no proj.db."
    )


def test_the_environment_of_the_tests_is_sound() -> None:
    crs.check_proj.cache_clear()
    crs.check_proj()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("EPSG:102001", r"Did you mean ESRI:102001 \(Canada_Albers_Equal_Area_Conic\)\?"),
        ("102001", r"Did you mean ESRI:102001"),
        ("epsg26910", r"Did you mean EPSG:26910 \(NAD83 / UTM zone 10N\)\?"),
        ("NAD83 / UTM zone 10", r"Did you mean (?:EPSG:26910|'NAD83 / UTM zone 10N')"),
        ("somewhere", r"Write a code such as EPSG:4269"),
        ("EPSG:4978", r"no system of degrees .* but a Geocentric CRS"),
        ("EPSG:5773", r"no system of degrees .* but a Vertical CRS"),
        ("x" * 20_000, "it is too long, or names files"),
        ("+proj=longlat +nadgrids=/etc/passwd", "it is too long, or names files"),
    ],
)
def test_an_unknown_code_offers_the_one_that_may_be_meant(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        crs.parse_crs("s", text)


def test_a_working_crs_that_distorts_areas_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"EPSG:3857 .* makes areas up to 4\.00 times as large as they are"):
        working_crs(BC, "EPSG:3857")
    with pytest.raises(ConfigError, match="Use an equal-area CRS made for the region"):
        working_crs(CANADA, "EPSG:26910")
    for code in ("EPSG:3979", "EPSG:3347", "ESRI:102001"):
        assert working_crs(CANADA, code) is not None


def test_exchanged_degrees_are_called_so_and_not_metres() -> None:
    with pytest.raises(SourceError, match="axes look exchanged"):
        crs.check_range("s (a.geojson)", pyproj.CRS(4326), (49.1, -118.7, 49.6, -118.2))
    with pytest.raises(SourceError, match="metres of a projected system"):
        crs.check_range("s (a.geojson)", pyproj.CRS(4326), (492000.0, 5400000.0, 493000.0, 5410000.0))
