from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely

from layers.catalogue.source import Source
from layers.errors import StageError
from layers.rasters.reader import describe_raster, require_overlap
from pipeline.stages.per_site.sample_rasters import SampleRastersParams, sample_rasters
from tests.pipeline.stages.site_tables import in_any_slices, points, sites_at


def from_origin(west: float, north: float, width: float, height: float) -> rasterio.Affine:
    return rasterio.Affine(width, 0, west, 0, -height, north)


LAMBERT = pyproj.CRS.from_epsg(3978)
GRID = from_origin(0, 40, 10, 10)
CENTRES, EXACT = SampleRastersParams(), SampleRastersParams(method="exact")


def write(path, values, transform=GRID, crs="EPSG:3978", tags=None, **profile):
    values = np.asarray(values)
    values = values if values.ndim == 3 else values[None]
    options = {"driver": "GTiff", "count": len(values), "height": values.shape[1], "width": values.shape[2]}
    with rasterio.open(path, "w", **options, dtype=values.dtype, crs=crs, transform=transform, **profile) as dataset:
        dataset.write(values)
        dataset.update_tags(**(tags or {}))
    return path


def described(path, **options):
    crs = options.pop("crs", None)
    return describe_raster(Source(id="grid", role="raster", path=path.name, crs=crs, options=options), path.parent)


def sampled(sites, raster, params=CENTRES):
    return in_any_slices(sample_rasters, sites, (raster,), params).rename(
        columns=lambda name: name.replace("raster_grid", "value")
    )


def two_zones(crs=LAMBERT):
    return sites_at([shapely.box(0, 20, 20, 40), shapely.box(20, 0, 40, 20)], crs, ids=["part", "all"])


# ---- missing codes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [-9999, np.float32(-3.4028234663852886e38), -99, 0, -32768, 1e30])
@pytest.mark.parametrize("params", [CENTRES, EXACT])
def test_a_code_stated_in_the_run_file_is_missing(tmp_path, code, params) -> None:
    values = np.full((4, 4), 5, "float32")
    values[0, 0] = code
    values[2:, 2:] = code
    table = sampled(two_zones(), described(write(tmp_path / "a.tif", values), nodata=float(code)), params)
    assert table["value"].iloc[0] == 5
    assert table["value_coverage"].iloc[0] == pytest.approx(0.75)
    assert np.isnan(table["value"].iloc[1])
    assert list(table["value_how"]) == ["zone", "no_data"]
    assert table["value_coverage"].iloc[1] == 0
    assert table["value_sd"].iloc[0] == 0
    assert np.isnan(table["value_sd"].iloc[1])


@pytest.mark.parametrize(
    ("code", "warned"),
    [(-9999, True), (np.float32(-3.4028234663852886e38), True), (-99, True), (-99999, True), (0, True)],
)
def test_an_undeclared_code_is_told(tmp_path, code, warned) -> None:
    values = np.full((4, 4), 5, "float32")
    values[0, 0] = code
    notes = described(write(tmp_path / "a.tif", values)).notes
    assert [note.code for note in notes] == (["suspected_nodata"] if warned else [])
    if warned:
        assert f"options: {{nodata: [{float(code):g}]}}" in notes[0].message


def test_nan_is_missing_beside_a_declared_code(tmp_path) -> None:
    values = np.full((4, 4), 5, "float32")
    values[0, 0] = -9999
    values[2:, 2:] = np.nan
    raster = described(write(tmp_path / "a.tif", values, nodata=-9999))
    assert not raster.notes
    for params in (CENTRES, EXACT):
        table = sampled(two_zones(), raster, params)
        assert table["value"].iloc[0] == 5
        assert np.isnan(table["value"].iloc[1])


@pytest.mark.parametrize(
    ("dtype", "code"), [("uint8", 255), ("int16", -9999), ("int32", -2147483648), ("uint16", 0), ("int8", -128)]
)
@pytest.mark.parametrize("params", [CENTRES, EXACT])
def test_an_integer_raster_with_a_zone_all_missing(tmp_path, dtype, code, params) -> None:
    values = np.full((4, 4), 5, dtype)
    values[2:, 2:] = code
    table = sampled(two_zones(), described(write(tmp_path / "a.tif", values, nodata=code)), params)
    assert table["value"].tolist()[0] == 5
    assert np.isnan(table["value"].iloc[1])
    assert table["value_how"].iloc[1] == "no_data"


# ---- off the raster -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("nodata", "expected"), [(None, 5.0), (-1.0, 5.0)])
def test_sites_off_the_raster_are_missing_not_zero(tmp_path, nodata, expected) -> None:
    path = write(
        tmp_path / "a.tif", np.full((10, 10), 5, "float32"), from_origin(-120, 56, 0.1, 0.1), "EPSG:4326", nodata=nodata
    )
    lonlat = [(-119.45, 55.45), (-118.0, 55.5), (-120.4, 55.5), (-119.5, 57.0), (-119.5, 54.0)]
    raster = described(path)
    table = sampled(sites_at(points(lonlat)), raster)
    assert table["value"].iloc[0] == expected
    assert table["value"].iloc[1:].isna().all()
    assert list(table["value_how"]) == ["point"] + ["off_raster"] * 4
    assert list(table["value_coverage"]) == [1, 0, 0, 0, 0]
    require_overlap(table.rename(columns={"value_how": "raster_grid_how"}), (raster,))


def test_a_true_zero_stays_zero(tmp_path) -> None:
    values = np.arange(100, dtype="float32").reshape(10, 10)
    raster = described(write(tmp_path / "a.tif", values, from_origin(-120, 56, 0.1, 0.1), "EPSG:4326"))
    table = sampled(sites_at(points([(-119.95, 55.95), (-119.45, 55.45), (-118, 55.5)])), raster)
    np.testing.assert_array_equal(table["value"], [0, 55, np.nan])


def test_no_site_on_the_raster_is_an_error_with_its_extent(tmp_path) -> None:
    raster = described(
        write(tmp_path / "a.tif", np.ones((10, 10), "float32"), from_origin(-120, 56, 0.1, 0.1), "EPSG:4326")
    )
    table = sample_rasters(sites_at(points([(-118.0, 55.5), (10, 10)])), (raster,), CENTRES)
    message = (
        "sample_rasters: none of 2 sites lies on 1 of 1 rasters: 'grid' covers x -120..-119, y 55..56 (EPSG:4326). "
        "Check the raster's crs in the run file and region.bbox, or leave the raster out."
    )
    with pytest.raises(StageError) as failure:
        require_overlap(table, (raster,))
    assert str(failure.value) == message


def test_the_edge_of_the_raster_belongs_to_it(tmp_path) -> None:
    raster = described(write(tmp_path / "a.tif", np.arange(16, dtype="float32").reshape(4, 4)))
    table = sampled(sites_at(points([(0, 40), (40, 0), (40, 40), (-0.001, 20), (20, 40.001)]), LAMBERT), raster)
    np.testing.assert_array_equal(table["value"], [0, 15, 3, np.nan, np.nan])


def test_coverage_counts_what_sticks_out(tmp_path) -> None:
    raster = described(write(tmp_path / "a.tif", np.full((4, 4), 7, "float32")))
    out = [
        shapely.box(-20, 10, 20, 30),
        shapely.box(10, 30, 30, 70),
        shapely.box(10, -100, 30, 20),
        shapely.box(60, 0, 80, 40),
    ]
    for params in (CENTRES, EXACT):
        table = sampled(sites_at(out, LAMBERT), raster, params)
        np.testing.assert_allclose(table["value"], [7, 7, 7, np.nan])
        np.testing.assert_allclose(table["value_coverage"], [0.5, 0.25, 2 / 12, 0])
        assert list(table["value_how"]) == ["zone", "zone", "zone", "off_raster"]


# ---- coordinate systems -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["EPSG:26910", "EPSG:3157", pyproj.CRS.from_epsg(26910).to_wkt("WKT1_ESRI")])
def test_sites_go_to_the_rasters_crs(tmp_path, written) -> None:
    path = write(
        tmp_path / "a.tif",
        np.full((100, 100), 7, "float32"),
        from_origin(450000, 6050000, 1000, 1000),
        written,
        nodata=-1,
    )
    sites = sites_at(points([(-123.0, 54.2), (-110.0, 54.2)]))
    for crs in ("EPSG:4326", "EPSG:3979", "EPSG:3005"):
        table = sampled(sites.to_crs(crs), described(path))
        np.testing.assert_array_equal(table["value"], [7, np.nan])
        assert list(table["value_how"]) == ["point", "off_raster"]


@pytest.mark.parametrize("west", [230, 0, -130])
def test_longitudes_are_counted_round_the_globe(tmp_path, west) -> None:
    width = 360 if west == 0 else 20
    values = np.tile(np.arange(width, dtype="float32"), (10, 1))
    raster = described(write(tmp_path / "a.tif", values, from_origin(west, 60, 1, 1), "EPSG:4326"))
    assert ("longitude_0_360" in [note.code for note in raster.notes]) == (west >= 0)
    expected = 240 if west == 0 else 10
    disc = sites_at(points([(-119.5, 55.5), (-119.5, 55.5)]), area_m2=[np.nan, 4e10])
    for params in (CENTRES, EXACT):
        table = sampled(disc, raster, params)
        assert table["value"].iloc[0] == expected
        assert table["value"].iloc[1] == pytest.approx(expected, abs=0.51)
        assert list(table["value_how"]) == ["point", "zone"]


@pytest.mark.parametrize("tag", ["Area", "Point"])
def test_pixel_is_point_is_not_shifted_again(tmp_path, tag) -> None:
    path = write(tmp_path / "a.tif", np.arange(16, dtype="float32").reshape(4, 4), tags={"AREA_OR_POINT": tag})
    table = sampled(sites_at(points([(11, 29), (19, 21)]), LAMBERT), described(path))
    assert list(table["value"]) == [5, 5]


def test_oblong_and_rotated_cells(tmp_path) -> None:
    values = np.arange(12, dtype="float32").reshape(3, 4)
    oblong = described(write(tmp_path / "a.tif", values, from_origin(0, 60, 5, 20)))
    assert [note.code for note in oblong.notes] == ["nonsquare_cells"]
    zone = shapely.box(0, 20, 10, 60)
    table = sampled(sites_at([shapely.Point(12, 30), zone], LAMBERT), oblong)
    assert list(table["value"]) == [6, np.mean([0, 1, 4, 5])]
    assert table["value_sd"].iloc[1] == pytest.approx(np.std([0, 1, 4, 5]))
    cos, sin = 10 * np.cos(np.radians(30)), 10 * np.sin(np.radians(30))
    turned = rasterio.Affine(cos, sin, 100, sin, -cos, 100)
    rotated = described(write(tmp_path / "b.tif", values, turned))
    x, y = 100 + 2.5 * cos + 1.5 * sin, 100 + 2.5 * sin - 1.5 * cos
    assert sampled(sites_at(points([(x, y)]), LAMBERT), rotated)["value"].iloc[0] == 6
    south_up = described(write(tmp_path / "c.tif", values, rasterio.Affine(10, 0, 0, 0, 10, 0)))
    assert sampled(sites_at(points([(25, 15)]), LAMBERT), south_up)["value"].iloc[0] == 6


# ---- footprints ---------------------------------------------------------------------------------------------------------------


def test_bad_and_tiny_zones_do_not_stop_the_others(tmp_path) -> None:
    raster = described(write(tmp_path / "a.tif", np.full((4, 4), 5, "float32"), nodata=-1))
    shapes = [
        shapely.box(0, 20, 20, 40),
        shapely.Polygon(),
        shapely.Point(),
        shapely.Point(5, 35),
        shapely.box(12, 32, 12.5, 32.5),
    ]
    shapes += [shapely.LineString([(5, 35), (25, 35)]), shapely.Polygon([(0, 0), (20, 20), (20, 0), (0, 20)])]
    sites = sites_at(shapes, LAMBERT, ids=["good", "empty", "nowhere", "point", "tiny", "line", "bowtie"])
    table = sampled(sites, raster).set_index("site_id")
    assert table["value"].drop(["empty", "nowhere"]).tolist() == [5] * 5
    assert table.loc[["empty", "nowhere"], "value"].isna().all()
    assert table.loc["empty", "value_how"] == "off_raster"
    assert table.loc[["point", "tiny", "line"], "value_how"].tolist() == ["point"] * 3
    assert len(table) == 7


def test_a_missing_geometry_gives_a_row(tmp_path) -> None:
    raster = described(write(tmp_path / "a.tif", np.full((4, 4), 5, "float32"), nodata=-1))
    sites = sites_at(points([(5, 35), (5, 35)]), LAMBERT)
    sites.loc[1, "geometry"] = None
    table = sampled(sites, raster)
    np.testing.assert_array_equal(table["value"], [5, np.nan])


def test_the_disc_of_a_known_area(tmp_path) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(100, 10, (200, 200)).astype("float32")
    raster = described(write(tmp_path / "a.tif", values, from_origin(0, 2000, 10, 10)))
    area = np.array([np.nan, 50_000.0, 400_000.0])
    sites = sites_at(points([(1000, 1000)] * 3), LAMBERT, area_m2=area)
    table = sampled(sites, raster)
    assert list(table["value_how"]) == ["point", "zone", "zone"]
    centre = np.hypot(*(np.indices((200, 200)) * 10 + 5 - 1000))
    for row in (1, 2):
        inside = values[centre <= np.sqrt(area[row] / np.pi)]
        assert table["value"].iloc[row] == pytest.approx(inside.mean(), abs=0.1)
    assert sampled(sites, raster, SampleRastersParams(footprint="point"))["value_how"].eq("point").all()
    wide = sampled(sites.iloc[:1], raster, SampleRastersParams(default_radius_m=200))
    assert list(wide["value_how"]) == ["zone"]


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of affine, inside rasterstats
def test_agrees_with_rasterstats_and_exactextract(tmp_path) -> None:
    from rasterstats import zonal_stats

    rng = np.random.default_rng(3)
    values = rng.gamma(2, 3, (300, 400)).astype("float32")
    values[rng.random(values.shape) < 0.1] = -1
    path = write(
        tmp_path / "a.tif", values, from_origin(0, 3000, 10, 10), nodata=-1, tiled=True, blockxsize=128, blockysize=64
    )
    shapes = []
    for centre in rng.uniform([100, 100], [3900, 2900], (60, 2)):
        angle = np.sort(rng.uniform(0, 2 * np.pi, 12))
        shapes.append(
            shapely.Polygon(
                centre + rng.uniform(20, 300, 12)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
            )
        )
    shapes.append(shapely.box(500, 500, 2500, 2500).difference(shapely.box(1000, 1000, 1500, 1500)))
    sites = sites_at(shapes, LAMBERT)
    table = sampled(sites, described(path))
    expected = pd.DataFrame(zonal_stats(sites, path, stats=["count", "mean", "std"]))
    zone = table["value_how"] == "zone"
    assert zone.sum() > 55
    np.testing.assert_allclose(table.loc[zone, "value"], expected.loc[zone, "mean"], rtol=1e-5)
    np.testing.assert_allclose(
        table.loc[zone & (expected["count"] > 1), "value_sd"],
        expected.loc[zone & (expected["count"] > 1), "std"],
        rtol=1e-4,
    )
    exact = sampled(sites, described(path), EXACT)
    wide = zone & (expected["count"] > 300)
    np.testing.assert_allclose(exact.loc[wide, "value"], table.loc[wide, "value"], rtol=0.02)


def test_what_a_site_gets_does_not_depend_on_the_other_sites_to_the_last_bit(tmp_path) -> None:
    rng = np.random.default_rng(8)
    values = rng.normal(0, 1, (320, 150))
    values[rng.random(values.shape) < 0.1] = np.nan
    for kind in ("float32", "float64"):
        raster = described(write(tmp_path / f"{kind}.tif", values.astype(kind), from_origin(0, 3200, 10, 10)))
        sites = sites_at(
            points(rng.uniform([-50, -50], [1550, 3250], (30, 2))), LAMBERT, area_m2=rng.uniform(1e3, 4e5, 30)
        )
        together = sample_rasters(sites, (raster,), CENTRES)
        alone = [sample_rasters(sites.iloc[[row]], (raster,), CENTRES) for row in range(len(sites))]
        pd.testing.assert_frame_equal(together, pd.concat(alone, ignore_index=True), check_exact=True)


@pytest.mark.parametrize(
    "profile", [{}, {"tiled": True, "blockxsize": 16, "blockysize": 32}, {"blockysize": 1}, {"blockysize": 77}]
)
@pytest.mark.parametrize("threads", [1, 3])
def test_the_result_does_not_depend_on_blocks_and_threads(tmp_path, profile, threads) -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(0, 1, (700, 90)).astype("float32")
    grid = from_origin(0, 7000, 10, 10)
    raster = described(write(tmp_path / "a.tif", values, grid, **profile))
    sites = sites_at(points(rng.uniform([0, 0], [900, 7000], (40, 2))), LAMBERT, area_m2=rng.uniform(0, 3e5, 40))
    reference = sample_rasters(sites, (described(write(tmp_path / "b.tif", values, grid)),), CENTRES)
    table = in_any_slices(sample_rasters, sites, (raster,), SampleRastersParams(threads=threads))
    pd.testing.assert_frame_equal(table, reference, rtol=1e-9)


def test_several_rasters_have_their_own_names(tmp_path) -> None:
    values = np.stack([np.full((4, 4), 1, "float32"), np.full((4, 4), 2, "float32")])
    path = write(tmp_path / "a.tif", values)
    one, two = described(path, name="th", band=1), described(path, name="mag", band=2)
    table = sample_rasters(sites_at(points([(5, 5)]), LAMBERT), (one, two), CENTRES)
    assert list(table.columns) == [
        "site_id",
        *(f"raster_th{part}" for part in ("", "_sd", "_coverage", "_how")),
        *(f"raster_mag{part}" for part in ("", "_sd", "_coverage", "_how")),
    ]
    assert table[["raster_th", "raster_mag"]].iloc[0].tolist() == [1, 2]
    assert pickle.loads(pickle.dumps(one)) == one
    with pytest.raises(StageError, match="1 names stand for more than one raster: th"):
        sample_rasters(sites_at(points([(5, 5)]), LAMBERT), (one, one), CENTRES)
    assert list(sample_rasters(sites_at([], LAMBERT), (one,), CENTRES)["site_id"]) == []
    assert list(sample_rasters(sites_at(points([(5, 5)]), LAMBERT), (), CENTRES).columns) == ["site_id"]
