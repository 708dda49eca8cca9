"""What cells mean: missing however it is written, codes of classes apart from amounts, the right band, and no pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.enums import ColorInterp

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.guess.file import guess_file
from layers.guess.recognise import Find
from layers.rasters.raster import Raster
from layers.rasters.reader import describe_raster, open_raster, read_window
from pipeline.stages.per_site.sample_rasters import SampleRastersParams, sample_rasters
from tests.pipeline.stages.site_tables import sites_at

LOWEST = float(np.finfo(np.float32).min)
SIDE = 40


def write(path: Path, values: Any, colours: dict[int, tuple[int, ...]] | None = None, **profile: Any) -> Path:
    cells = np.asarray(values)
    cells = cells if cells.ndim == 3 else cells[None]
    options = {
        "driver": "GTiff", "count": len(cells), "height": cells.shape[1], "width": cells.shape[2], "dtype": cells.dtype,
        "crs": "EPSG:26917", "transform": rasterio.Affine(10, 0, 500_000, 0, -10, 5_300_000),
    }  # fmt: skip
    with rasterio.open(path, "w", **{**options, **profile}) as dataset:
        dataset.write(cells)
        if colours:
            dataset.write_colormap(1, colours)
    return path


def described(path: Path, **options: Any) -> Raster:
    return describe_raster(Source(id="grid", role="raster", path=path.name, options=options), path.parent)


def cells_of(raster: Raster) -> np.ndarray:
    with open_raster(raster) as dataset:
        return read_window(raster, dataset, 0, 0, raster.height, raster.width)


def told(raster: Raster) -> list[str]:
    return [note.code for note in raster.notes]


@pytest.mark.parametrize(
    ("declared", "stored"),
    [(-3.4e38, LOWEST), (LOWEST, LOWEST), (-1e32, -1.0e32), (-9999.0, -9999.02), (-9999.0, -9999.0), (None, -3.4e38)],
)
def test_missing_codes_are_met_to_their_last_digits(tmp_path: Path, declared: float | None, stored: float) -> None:
    values = np.full((SIDE, SIDE), 57.5, dtype=np.float32)
    values[:, -1] = 58.5
    values[:, :7] = stored
    raster = described(write(tmp_path / "a.tif", values, nodata=declared))
    assert np.isnan(cells_of(raster)).sum() == 7 * SIDE
    assert told(raster) == ([] if declared else ["suspected_nodata"])


def test_values_near_a_code_but_not_it_are_kept(tmp_path: Path) -> None:
    values = np.array([[-9998.0, -10000.0, -9999.0, 0.0]], dtype=np.float32)
    assert np.isnan(cells_of(described(write(tmp_path / "a.tif", values, nodata=-9999)))).tolist() == [
        [False, False, True, False]
    ]


def test_scale_and_offset_are_applied_to_values_and_not_to_codes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.array([[100, 200, -999]], dtype=np.int16), nodata=-999)
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.1,), (-5.0,)
    raster = described(path)
    np.testing.assert_allclose(cells_of(raster), [[5.0, 15.0, np.nan]])
    assert told(raster) == ["scaled"]


@pytest.mark.parametrize("how", ["mask", "alpha"])
def test_masked_cells_are_missing(tmp_path: Path, how: str) -> None:
    values = np.arange(16, dtype=np.uint8).reshape(4, 4)
    hidden = np.zeros((4, 4), dtype=np.uint8)
    hidden[:2] = 255
    if how == "mask":
        path = write(tmp_path / "a.tif", values)
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as dataset:
            dataset.write_mask(hidden)
    else:
        path = write(tmp_path / "a.tif", np.stack([values, hidden]), photometric="MINISBLACK", alpha="YES")
    cells = cells_of(described(path))
    assert np.isnan(cells[2:]).all()
    assert cells[:2].ravel().tolist() == list(range(8))


def two_rocks(folder: Path, colours: bool = True) -> Path:
    values = np.full((SIDE, SIDE), 1, dtype=np.uint8)
    values[:, SIDE // 2 :] = 40
    values[0, 0] = 255
    return write(folder / "rocks.tif", values, {1: (255, 0, 0), 40: (0, 0, 255)} if colours else None, nodata=255)


@pytest.mark.parametrize("method", ["centres", "exact"])
def test_classes_give_shares_and_never_a_mean_of_codes(tmp_path: Path, method: Any) -> None:
    raster = described(two_rocks(tmp_path))
    assert raster.classes == ((1.0, "1"), (40.0, "40"))
    assert told(raster) == ["classes"]
    middle = 500_000 + SIDE * 5
    square = shapely.box(middle - 150, 5_299_850, middle + 50, 5_299_950)  # 15 columns of class 1 and 5 of class 40
    sites = sites_at(
        [square, shapely.Point(middle + 105, 5_299_905), shapely.Point(500_005, 5_299_995)], crs="EPSG:26917"
    )
    table = sample_rasters(sites, [raster], SampleRastersParams(method=method))
    np.testing.assert_allclose(table["raster_grid_1"], [0.75, 0.0, np.nan])
    np.testing.assert_allclose(table["raster_grid_40"], [0.25, 1.0, np.nan])
    assert "raster_grid" not in table.columns


def test_a_table_of_classes_beside_the_file_names_them(tmp_path: Path) -> None:
    path = two_rocks(tmp_path, colours=False)
    assert described(path).classes == ()  # two values: a mask, whose mean is a share already
    rows = "".join(
        f'<Row index="{n}"><F>{code}</F><F>{name}</F></Row>'
        for n, (code, name) in enumerate([(1, "Granite"), (40, "Gneiss, grey")])
    )
    (tmp_path / "rocks.tif.aux.xml").write_text(
        '<PAMDataset><PAMRasterBand band="1"><GDALRasterAttributeTable tableType="thematic">'
        '<FieldDefn index="0"><Name>Value</Name><Type>0</Type><Usage>5</Usage></FieldDefn>'
        '<FieldDefn index="1"><Name>Unit</Name><Type>2</Type><Usage>2</Usage></FieldDefn>'
        f"{rows}</GDALRasterAttributeTable></PAMRasterBand></PAMDataset>"
    )
    raster = described(path)
    assert [part.name for part in raster.parts()] == ["grid_granite", "grid_gneiss_grey"]


def test_a_value_table_of_another_gis_names_them(tmp_path: Path) -> None:
    path = two_rocks(tmp_path, colours=False)
    frame = gpd.GeoDataFrame(
        {"Value": [1, 40], "Count": [800, 799], "ROCK": ["Granite", "Gneiss"]},
        geometry=[shapely.Point(0, 0)] * 2,
        crs=4326,
    )
    frame.to_file(tmp_path / "t.shp")
    (tmp_path / "t.dbf").rename(tmp_path / "rocks.tif.vat.dbf")
    assert [word for _, word in described(path).classes] == ["granite", "gneiss"]


def test_few_whole_numbers_are_classes_until_the_run_file_says_amounts(tmp_path: Path) -> None:
    values = np.random.default_rng(1).choice([3, 7, 12, 20], (SIDE, SIDE)).astype(np.int16)
    path = write(tmp_path / "a.tif", values)
    raster = described(path)
    assert (len(raster.classes), told(raster)) == (4, ["suspected_classes"])
    amounts = described(path, kind="amounts")
    assert (amounts.classes, told(amounts)) == ((), [])
    with pytest.raises(SourceError, match=r"options\.kind is 'codes'. It must be amounts or classes"):
        described(path, kind="codes")
    guess, _ = guess_file(Find("a.tif", "raster"), tmp_path)
    assert guess.value("options.kind") == "classes"


@pytest.mark.parametrize("kind", [np.float32, np.int16])
def test_measured_amounts_are_no_classes(tmp_path: Path, kind: Any) -> None:
    values = np.random.default_rng(1).normal(200, 40, (SIDE, SIDE)).astype(kind)
    assert described(write(tmp_path / "a.tif", values)).notes == ()


def test_pictures_are_refused(tmp_path: Path) -> None:
    bands = np.random.default_rng(1).integers(0, 255, (3, SIDE, SIDE)).astype(np.uint8)
    path = write(tmp_path / "a.tif", bands, photometric="RGB")
    with pytest.raises(SourceError, match=r"grid \(a\.tif\): this is a picture"):
        described(path)
    guess, _ = guess_file(Find("a.tif", "raster"), tmp_path)
    assert str(guess.left_out).startswith("this is a picture")
    assert described(path, band=2).band == 2
    scanned = np.random.default_rng(1).integers(0, 200, (SIDE, SIDE)).astype(np.uint8)
    with pytest.raises(SourceError, match="a scanned map or picture"):
        described(write(tmp_path / "b.tif", scanned, {code: (code, code, code) for code in range(200)}))


def test_of_several_bands_one_must_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.random.default_rng(1).normal(0, 1, (2, SIDE, SIDE)).astype(np.float32))
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions = ("potassium", "thorium")
        dataset.colorinterp = (ColorInterp.gray, ColorInterp.undefined)
    with pytest.raises(
        SourceError, match=r"the file holds 2 bands: 1 \(potassium\), 2 \(thorium\). Name the one meant"
    ):
        described(path)
    assert described(path, band="Thorium").band == 2
    with pytest.raises(SourceError, match="there is no band uranium"):
        described(path, band="uranium")
    guess, _ = guess_file(Find("a.tif", "raster"), tmp_path)
    assert "1 (potassium), 2 (thorium)" in guess.questions["options.band"]


def test_a_code_that_cells_cannot_hold_is_told(tmp_path: Path) -> None:
    values = (np.arange(SIDE * SIDE) % 150).astype(np.uint8).reshape(SIDE, SIDE)
    raster = described(write(tmp_path / "a.tif", values), nodata=-9999)
    assert told(raster) == ["nodata_not_storable"]


def test_a_file_cut_short_is_a_named_stop_wherever_it_is_read(tmp_path: Path) -> None:
    values = np.random.default_rng(1).normal(0, 1, (400, 400)).astype(np.float32)
    path = write(tmp_path / "a.tif", values, tiled=True, blockxsize=16, blockysize=16)
    raster = described(path)
    path.write_bytes(path.read_bytes()[:300_000])
    sites = sites_at([shapely.Point(503_990, 5_296_010)], crs="EPSG:26917")
    with pytest.raises(SourceError, match=r"grid"):
        sample_rasters(sites, [raster], SampleRastersParams())


def test_shares_join_the_features_of_a_run(tmp_path: Path) -> None:
    raster = described(two_rocks(tmp_path))
    assert [part.name for part in raster.parts()] == ["grid_1", "grid_40"]
    assert [part.parts() for part in raster.parts()] == [(part,) for part in raster.parts()]
    assert sum(len(part.notes) for part in raster.parts()) == len(raster.notes) == 1


@pytest.mark.parametrize(
    ("kind", "fill", "expected"),
    [("float32", 0, 1), ("uint16", 65535, 1), ("int16", 0, 1), ("float32", 107, 0), ("uint8", 255, 1)],
)
def test_a_block_of_one_number_far_from_all_others_is_told(tmp_path: Path, kind: str, fill: int, expected: int) -> None:
    values = (100 + np.arange(3600).reshape(60, 60) % 37).astype(kind)
    values[:9] = fill
    raster = described(write(tmp_path / "field.tif", values))
    assert sum(note.code == "suspected_nodata" for note in raster.notes) == expected


def test_complex_cells_are_refused_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"field\.tif.*complex64, not plain numbers"):
        described(write(tmp_path / "field.tif", np.ones((8, 8), dtype="complex64")))
