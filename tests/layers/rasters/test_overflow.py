"""Cells that cannot hold what was meant: wrapped, cut off, outside what the file declares; and surfaces that are only rough."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio

from layers.catalogue.source import Source
from layers.rasters.reader import describe_raster

_SIDE = 60
_DRAW = np.random.default_rng(5)
_SMOOTH = np.add.outer(np.arange(_SIDE), 2 * np.arange(_SIDE)) + _DRAW.normal(0, 1, (_SIDE, _SIDE))


def told(
    folder: Path,
    values: np.ndarray,
    tags: dict[str, str] | None = None,
    name: str = "",
    unit: str = "",
    **profile: object,
) -> set[str]:
    place = {"crs": "EPSG:26917", "transform": rasterio.Affine(10, 0, 500_000, 0, -10, 5_300_000)}
    size = {"count": 1, "height": values.shape[0], "width": values.shape[1], "dtype": values.dtype}
    with rasterio.open(folder / "g.tif", "w", driver="GTiff", **place, **size, **profile) as dataset:
        dataset.write(values, 1)
        dataset.update_tags(1, **(tags or {}))
        if name:
            dataset.descriptions = (name,)
        if unit:
            dataset.units = (unit,)
    return {note.code for note in describe_raster(Source(id="g", role="raster", path="g.tif"), folder).notes}


@pytest.mark.parametrize(
    ("dtype", "shift"),
    [("int16", 32_700), ("uint16", 65_480), ("uint16", -50), ("uint8", 150), ("int8", 30), ("int32", 2**31 - 60)],
)  # fmt: skip
def test_numbers_that_run_over_the_end_of_their_type_are_told(tmp_path: Path, dtype: str, shift: int) -> None:
    assert "values_wrapped" in told(tmp_path, (_SMOOTH + shift).astype("int64").astype(dtype))


@pytest.mark.parametrize("tiled", [False, True])
def test_a_wrapped_grid_with_missing_cells_in_tiles_is_told(tmp_path: Path, tiled: bool) -> None:
    values = (_SMOOTH + 32_700).astype("int64").astype("int16")
    values[:20, :20] = -9999
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16} if tiled else {}
    assert "values_wrapped" in told(tmp_path, values, nodata=-9999, **tiles)


@pytest.mark.parametrize(
    "values",
    [
        _DRAW.integers(0, 256, (_SIDE, _SIDE)).astype("uint8"),
        np.clip(_SMOOTH, 0, 250).astype("uint8"),
        (_SMOOTH + 300).astype("int16"),
        _DRAW.integers(0, 65_536, (_SIDE, _SIDE)).astype("uint16"),
        (_SMOOTH * 300).astype("uint16"),
    ],
    ids=["a picture", "smooth bytes", "heights", "noise", "the whole of a type"],
)
def test_rough_or_wide_surfaces_are_no_wrapped_ones(tmp_path: Path, values: np.ndarray) -> None:
    assert not told(tmp_path, values) & {"values_wrapped", "values_cut_off", "outside_declared_range"}


def test_missing_cells_at_the_end_of_a_type_are_not_wrapped(tmp_path: Path) -> None:
    values = (_SMOOTH + 300).astype("int16")
    values[10:30, 10:30] = -32_768
    assert told(tmp_path, values, nodata=-32_768) == set()
    assert "values_wrapped" not in told(tmp_path, values)


def test_values_cut_off_at_the_end_of_a_type_are_told_beside_a_declared_code(tmp_path: Path) -> None:
    values = np.clip(_SMOOTH + 120, 0, 255).astype("uint8")
    values[:5] = 0
    assert "values_cut_off" in told(tmp_path, values, nodata=0)


@pytest.mark.parametrize(
    "tags",
    [
        {"STATISTICS_MINIMUM": "900", "STATISTICS_MAXIMUM": "1200"},
        {"valid_range": "{900,1200}"},
        {"valid_min": "900", "valid_max": "1200"},
    ],
)
def test_cells_outside_the_range_that_is_declared_are_told(tmp_path: Path, tags: dict[str, str]) -> None:
    assert "outside_declared_range" in told(tmp_path, (_SMOOTH + 300).astype("float32"), tags)


@pytest.mark.parametrize("tags", [{}, {"STATISTICS_APPROXIMATE": "YES"}])
def test_cells_within_the_range_that_is_declared_are_not(tmp_path: Path, tags: dict[str, str]) -> None:
    values = (_SMOOTH + 300).astype("float32")
    beyond = 30 if tags else 0
    low, high = float(values.min()) + beyond, float(values.max()) - beyond
    stated = {"STATISTICS_MINIMUM": f"{low:.3f}", "STATISTICS_MAXIMUM": f"{high:.3f}"} | tags
    assert told(tmp_path, values, stated) == set()


def test_a_scale_that_stands_in_words_only_is_told(tmp_path: Path) -> None:
    values = (_SMOOTH + 300).astype("int16")
    assert told(tmp_path, values, {"scale_factor": "0.1", "add_offset": "5"}) == {"scale_in_words"}
    assert told(tmp_path, values, {"scale_factor": "1.0", "add_offset": "0", "units": "nT"}) == set()


@pytest.mark.parametrize(
    ("words", "is_told"),
    [("eTh ppm x 10", True), ("eTh_ppm_x100", True), ("K % *1000", True), ("values multiplied by 10", True),
     ("U in tenths of ppm", True),
     ("resampled to 10 x 10 m", False), ("eTh ppm", False), ("window 3x3, 1:100 000", False), ("10x10", False)],
)  # fmt: skip
def test_multiples_in_the_words_of_a_file_or_a_band_are_told(tmp_path: Path, words: str, is_told: bool) -> None:
    values = (_SMOOTH + 300).astype("int16")
    assert (told(tmp_path, values, {"TIFFTAG_IMAGEDESCRIPTION": words}) == {"scale_in_words"}) is is_told
    assert (told(tmp_path, values, {}, name=words) == {"scale_in_words"}) is is_told


@pytest.mark.parametrize(("unit", "is_told"), [("0.01 ppm", True), ("10^-3 SI", True), ("ppm", False), ("1/s", False)])
def test_a_part_of_a_unit_in_whole_numbers_is_told(tmp_path: Path, unit: str, is_told: bool) -> None:
    assert (told(tmp_path, (_SMOOTH + 300).astype("int16"), {}, unit=unit) == {"scale_in_words"}) is is_told
    assert told(tmp_path, (_SMOOTH + 300).astype("float32"), {}, unit=unit) == set()


def test_a_few_cells_far_beyond_all_others_are_told(tmp_path: Path) -> None:
    values = (_SMOOTH + 300).astype("float32")
    assert told(tmp_path, values) == set()
    values[10:13, 10:12] = 1e6
    assert told(tmp_path, values) == {"cells_far_off"}


@pytest.mark.parametrize("code", [-9999.0, 99_999.0])
def test_cells_in_which_a_missing_code_was_mixed_with_values_are_told(tmp_path: Path, code: float) -> None:
    values = (_SMOOTH / 20).astype("float32")
    values[:10] = code
    assert told(tmp_path, values, nodata=code) == set()
    values[10:13] = values[10:13] * 0.5 + code * 0.5
    assert told(tmp_path, values, nodata=code) == {"cells_far_off"}


def test_a_skewed_surface_has_no_spikes(tmp_path: Path) -> None:
    assert told(tmp_path, (10 ** _DRAW.normal(1, 0.5, (_SIDE, _SIDE))).astype("float32")) == set()


def test_a_grid_of_missing_cells_only_is_told(tmp_path: Path) -> None:
    assert told(tmp_path, np.full((_SIDE, _SIDE), -9999.0, dtype="float32"), nodata=-9999) == {"no_values"}


def test_codes_of_classes_stored_as_fractions_are_codes(tmp_path: Path) -> None:
    codes = (np.add.outer(np.arange(_SIDE) // 9 * 7, np.arange(_SIDE) // 8 * 3) % 6 + 11).astype("float32")
    assert told(tmp_path, codes) == {"suspected_classes"}


def test_a_gentle_slope_below_0_without_a_sign_is_told(tmp_path: Path) -> None:
    slope = np.add.outer(np.arange(_SIDE) // 6 - 4, np.arange(_SIDE) // 5 - 2)
    assert "values_wrapped" in told(tmp_path, slope.astype("int64").astype("uint16"))
