from __future__ import annotations

import gzip
import re

import numpy as np
import pytest
import rasterio

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.rasters.cog import GridWindow, Surface, write_cog
from layers.rasters.reader import describe_raster, open_raster, read_window

GRID = rasterio.Affine(10, 0, 500_000, 0, -10, 6_000_000)


def write(path, values, crs="EPSG:26910", transform=GRID, **profile):
    values = np.asarray(values)
    values = values if values.ndim == 3 else values[None]
    size = {"count": len(values), "height": values.shape[1], "width": values.shape[2]}
    with rasterio.open(
        path, "w", driver="GTiff", dtype=values.dtype, crs=crs, transform=transform, **size, **profile
    ) as dataset:
        dataset.write(values)
    return path


def described(path, **facts):
    return describe_raster(Source(id="grid", role="raster", path=path.name, **facts), path.parent)


def everything(raster):
    with open_raster(raster) as dataset:
        return read_window(raster, dataset, 0, 0, raster.height, raster.width)


def refusal(text):
    return pytest.raises(SourceError, match=re.escape(text))


def test_a_raster_is_described(tmp_path) -> None:
    values = np.arange(12, dtype="int16").reshape(3, 4)
    raster = described(
        write(tmp_path / "a.tif", np.stack([values, values * 2]), nodata=0), options={"band": 2, "name": "mag"}
    )
    assert (raster.name, raster.width, raster.height, raster.dtype, raster.band) == ("mag", 4, 3, "int16", 2)
    assert raster.transform == (10, 0, 500_000, 0, -10, 6_000_000)
    assert raster.bounds == (500_000, 5_999_970, 500_040, 6_000_000)
    assert raster.nodata == (0.0,)
    assert raster.extent_text() == "x 500000..500040, y 5999970..6000000 (EPSG:26910)"
    assert raster.cells(np.array([500_005]), np.array([5_999_985])) == (0.5, 1.5)
    np.testing.assert_array_equal(everything(raster), np.where(values == 0, np.nan, values * 2))
    assert everything(raster).dtype == np.float32


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("<GeoTransform>0,nan,0,0,0,inf</GeoTransform>", "its georeference is (nan, 0.0"),
        ("<GeoTransform>inf,1,0,0,0,-1</GeoTransform>", "its georeference is ("),
        ("<GeoTransform>1e308,1e308,0,0,0,-1</GeoTransform>", "its extent is ("),
        ("<GeoTransform>1e300,1,0,0,0,-1</GeoTransform>", "lies nowhere on Earth"),
        ("<GeoTransform>4e9,10,0,4e9,0,-10</GeoTransform>", "lies nowhere on Earth"),
        ('<SRS>LOCAL_CS["mine grid",UNIT["metre",1]]</SRS>', "its coordinate system ('mine grid') is one of its own"),
        ("<GeoTransform>0,0,0,0,0,0</GeoTransform>", "says nothing of where it lies"),
        ('<PAMRasterBand band="1"><Scale>0</Scale></PAMRasterBand>', "its scale is 0"),
        ('<PAMRasterBand band="1"><Scale>nan</Scale></PAMRasterBand>', "its scale and offset is (nan"),
        ('<PAMRasterBand band="1"><Offset>inf</Offset></PAMRasterBand>', "its scale and offset is ("),
    ],
)
def test_a_place_or_a_scale_that_is_no_number_is_refused(tmp_path, words: str, reason: str) -> None:
    write(tmp_path / "a.tif", np.ones((3, 4), dtype="float32"))
    (tmp_path / "a.tif.aux.xml").write_text(f"<PAMDataset>{words}</PAMDataset>")
    with refusal(reason):
        described(tmp_path / "a.tif")


def test_codes_of_the_run_file_add_to_the_files_own(tmp_path) -> None:
    values = np.array([[1, -5, -9, np.inf, -1]], dtype="float64")
    raster = described(write(tmp_path / "a.tif", values, nodata=-1), options={"nodata": [-5]}, missing=["-9"])
    assert raster.nodata == (-1.0, -5.0, -9.0)
    np.testing.assert_array_equal(everything(raster), [[1, np.nan, np.nan, np.nan, np.nan]])
    with refusal("grid (a.tif): 'none' is no number, so it cannot be a missing code of a raster."):
        described(tmp_path / "a.tif", options={"nodata": "none"})


def test_large_integers_keep_their_digits(tmp_path) -> None:
    values = np.array([[2_147_483_646, -2_147_483_648]], dtype="int32")
    raster = described(write(tmp_path / "a.tif", values, nodata=-2_147_483_648))
    np.testing.assert_array_equal(everything(raster), [[2_147_483_646.0, np.nan]])


def test_a_declared_code_among_the_values_is_told(tmp_path) -> None:
    values = np.array([[100, 200, 150, 150]], dtype="float32")
    notes = described(write(tmp_path / "a.tif", values, nodata=150)).notes
    assert [note.code for note in notes] == ["nodata_within_values"]
    assert notes[0].message == "The declared missing code 150 lies within the values 100..200; it may hide real cells."
    assert notes[0].count == 2


def test_what_cannot_be_used_is_refused(tmp_path) -> None:
    values = np.ones((2, 2), "float32")
    with refusal("grid (a.tif): the raster states no coordinate system."):
        described(write(tmp_path / "a.tif", values, crs=None))
    assert described(tmp_path / "a.tif", crs="EPSG:26910").crs == "EPSG:26910"
    with refusal("grid (a.tif): there is no band 3; the file has 1."):
        described(tmp_path / "a.tif", crs="EPSG:26910", options={"band": 3})
    with refusal("grid: unknown options bands. Rasters know: name, band, nodata, kind."):
        described(tmp_path / "a.tif", options={"bands": 1})
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        write(tmp_path / "b.tif", values, transform=rasterio.Affine(1, 0, 0, 0, 1, 0))
    with refusal("grid (b.tif): the raster says nothing of where it lies."):
        described(tmp_path / "b.tif")
    (tmp_path / "c.tif").write_text("no raster")
    with refusal("grid (c.tif): this is no .tif file"):
        described(tmp_path / "c.tif")
    with refusal("for EPSG:4326: x 500000..500020"):
        described(write(tmp_path / "d.tif", values, crs="EPSG:4326"))
    degrees = write(tmp_path / "e.tif", values, transform=rasterio.Affine(0.1, 0, -120, 0, -0.1, 55))
    with refusal("cannot be EPSG:26910 metres; did you mean EPSG:4326"):
        described(degrees)
    with refusal("the file 'f.tif' is not in"):
        described(tmp_path / "f.tif")


def test_a_raster_changed_during_a_run_is_noticed(tmp_path) -> None:
    raster = described(write(tmp_path / "a.tif", np.ones((2, 2), "float32")))
    write(tmp_path / "a.tif", np.ones((3, 2), "float32"))
    with refusal("grid (a.tif): the raster is 2 × 3 cells but was 2 × 2 when the run began."), open_raster(raster):
        pass


def test_a_gzipped_grid_is_unpacked_elsewhere(tmp_path, monkeypatch) -> None:
    folder, cache = tmp_path / "in", tmp_path / "cache"
    folder.mkdir()
    cache.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(cache))
    text = "ncols 3\nnrows 2\nxllcenter 500\nyllcenter 600\ncellsize 100\nnodata_value -1\n1 2 3\n4 -1 6\n"
    with gzip.open(folder / "a.asc.gz", "wt") as packed:
        packed.write(text)
    raster = described(folder / "a.asc.gz", crs="EPSG:26910")
    assert "unpacked" in [note.code for note in raster.notes]
    assert raster.bounds == (450, 550, 750, 750)
    np.testing.assert_array_equal(everything(raster), [[1, 2, 3], [4, np.nan, 6]])
    assert [file.name for file in folder.iterdir()] == ["a.asc.gz"]
    (folder / "b.asc.gz").write_bytes((folder / "a.asc.gz").read_bytes()[:40])
    with refusal("grid (b.asc.gz): the gzip file is damaged or cut off"):
        described(folder / "b.asc.gz", crs="EPSG:26910")


def test_a_surface_is_written_window_by_window(tmp_path) -> None:
    rng = np.random.default_rng(0)
    whole = rng.normal(size=(2, 1300, 900)).astype("float32")
    whole[:, :100] = np.nan

    def windows():
        for row in range(100, 1300, 400):
            yield GridWindow(row, 0, whole[:, row : row + 400])

    surface = Surface(900, 1300, tuple(GRID)[:6], "EPSG:3979", ("score", "spread"), windows())
    write_cog(surface, tmp_path / "surface.tif")
    assert [file.name for file in tmp_path.iterdir()] == ["surface.tif"]
    with rasterio.open(tmp_path / "surface.tif") as dataset:
        np.testing.assert_array_equal(dataset.read(), whole)
        assert dataset.crs.to_epsg() == 3979
        assert tuple(dataset.transform)[:6] == tuple(GRID)[:6]
        assert np.isnan(dataset.nodata)
        assert dataset.descriptions == ("score", "spread")
        assert dataset.block_shapes[0] == (512, 512)
        assert dataset.overviews(1)
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.tags(ns="IMAGE_STRUCTURE")["COMPRESSION"] == "DEFLATE"


@pytest.mark.parametrize(
    ("name", "crs", "size", "nodata", "notes"),
    [
        ("Geophysics_Gravity_Isostatic_clipped_dilated_mini.tif", "ESRI:102008", (277, 202), (-1e9,), []),
        ("Geophysics_Mag_RTP_clipped_dilated_mini.tif", "ESRI:102008", (277, 202), (-1e9,), []),
        ("nonsquared_pixelsize_raster.tif", "EPSG:4326", (100, 100), (), ["nonsquare_cells"]),
        ("pysheds_dem.tif", "EPSG:4326", (367, 359), (-32768.0,), []),
        ("small_raster.tif", "EPSG:3067", (46, 56), (-999.999,), []),
        ("small_raster_qgis_kkj.tif", "EPSG:2393", (46, 56), (-999.999,), []),
    ],
)
def test_real_rasters(shared_realdata, name, crs, size, nodata, notes) -> None:
    raster = described(shared_realdata / "context" / "small_rasters" / name)
    assert raster.extent_text().endswith(f"({crs})")
    assert ((raster.width, raster.height), raster.nodata) == (size, nodata)
    assert [note.code for note in raster.notes] == notes
    values = everything(raster)
    assert np.isfinite(values).any()
    assert not np.isin(values, nodata).any()


@pytest.mark.parametrize(("name", "code"), [("area_mag", 1142.4056), ("area_grres", 23.5636), ("area_fd", 2145.10)])
def test_real_grids_without_a_crs(shared_realdata, name, code) -> None:
    path = shared_realdata / "context" / "bc_eskay" / f"{name}.asc.gz"
    with refusal("the raster states no coordinate system"):
        described(path)
    raster = described(path, crs="EPSG:26910")
    assert (raster.width, raster.height) in [(259, 304), (304, 259)]
    assert raster.nodata == (pytest.approx(code, rel=1e-6),)
    assert np.isfinite(everything(raster)).mean() > 0.05


@pytest.mark.parametrize(
    ("fill", "where"),
    [
        (0.0, np.s_[10:22, 8:30]),
        (0.0, np.s_[:, 12:18]),
        (0.0, np.s_[:, 12:14]),
        (0.0, np.s_[:, 20:21]),
        (-60.0, np.s_[:9, :9]),
        (70.0, np.s_[31:, :]),
    ],
)
def test_one_value_in_a_piece_of_a_raster_without_a_missing_code_is_told(tmp_path, fill, where) -> None:
    cells = np.random.default_rng(5).normal(0, 8, (40, 40)).astype("float32")
    cells[where] = fill
    write(tmp_path / "mag.tif", cells)
    notes = described(tmp_path / "mag.tif").notes
    assert [note.code for note in notes] == ["suspected_nodata"]
    write(tmp_path / "declared.tif", cells, nodata=-9999)
    assert not described(tmp_path / "declared.tif").notes


def test_single_cells_of_one_value_are_not_told(tmp_path) -> None:
    draw = np.random.default_rng(5)
    cells = draw.normal(0, 8, (40, 40)).astype("float32")
    cells[draw.random(cells.shape) < 0.06] = 0.0
    write(tmp_path / "mag.tif", cells)
    assert not described(tmp_path / "mag.tif").notes


@pytest.mark.parametrize("code", [-999.25, -9999.25, -99.99, -999.9, -8888.0, -7777.0, 999999.0, -32767.0])
def test_a_code_of_well_logs_and_databases_is_told_in_a_raster_of_few_levels(tmp_path, code: float) -> None:
    cells = (5 + np.random.default_rng(7).integers(0, 11, (40, 40)) / 2).astype("float32")
    cells[10:20, 10:30] = code
    write(tmp_path / "th.tif", cells)
    assert [note.code for note in described(tmp_path / "th.tif").notes] == ["suspected_nodata"]
