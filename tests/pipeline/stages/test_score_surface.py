"""The surface: the same values however it is cut, missing where nothing is known, nothing without rasters."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio

from layers.catalogue.source import Source
from layers.errors import StageError
from layers.rasters.cog import Rectangle, write_cog
from layers.rasters.reader import describe_raster
from pipeline.stages.build_features import BuildFeaturesParams, build_features
from pipeline.stages.label_sites import LabelSitesParams, label_sites
from pipeline.stages.score_companion import ScoreCompanionParams, score_companion
from pipeline.stages.score_surface import BANDS, ScoreSurfaceParams, score_surface
from pipeline.stages.train_model import TrainModelParams, train_model

QUICK = TrainModelParams(candidates=("grade_field",), n_bags=30, n_bags_validation=8, n_permutations=0, n_folds=4)


@pytest.fixture(scope="module")
def model(planted):
    frames = planted(160, assayed=0.6, signal=2.0)
    labels = label_sites(frames.sites, frames.site_samples, LabelSitesParams())
    layers = (frames.site_samples, frames.site_rasters, frames.site_access, frames.site_tonnage)
    features = build_features(frames.sites, *layers, labels, BuildFeaturesParams())
    companion = score_companion(
        frames.sites, frames.site_samples, frames.site_access, frames.site_tonnage, ScoreCompanionParams()
    )
    return train_model(features, labels, companion, frames.site_tonnage, frames.sites, QUICK)


def write(path: Path, values: np.ndarray, cell_m: float, west: float = 0.0):
    with rasterio.open(
        path, "w", driver="GTiff", width=values.shape[1], height=values.shape[0], count=1, dtype="float32",
        crs="EPSG:3978", transform=rasterio.Affine(cell_m, 0, west, 0, -cell_m, 240e3), nodata=-9999.0,
    ) as dataset:  # fmt: skip
        dataset.write(values.astype("float32"), 1)
    return describe_raster(Source(id=path.stem, role="raster", path=path.name), path.parent)


@pytest.fixture
def rasters(tmp_path: Path):
    rng = np.random.default_rng(0)
    magnetics = rng.normal(size=(60, 60))
    magnetics[:, :6] = -9999.0
    gravity = rng.normal(size=(12, 9))
    return write(tmp_path / "magnetics.tif", magnetics, 4000.0), write(tmp_path / "gravity.tif", gravity, 20000.0)


def whole(surface) -> np.ndarray:
    out = np.full((len(surface.bands), surface.height, surface.width), np.nan)
    for one in surface.windows:
        height, width = one.values.shape[1:]
        out[:, one.row : one.row + height, one.column : one.column + width] = one.values
    return out


def test_the_grid_is_the_finest_and_cutting_changes_nothing(model, rasters) -> None:
    first = score_surface(model, rasters, ScoreSurfaceParams(window_cells=512))
    assert (first.width, first.height, first.bands) == (60, 60, BANDS)
    one = whole(first)
    many = whole(score_surface(model, rasters, ScoreSurfaceParams(window_cells=16)))
    assert np.allclose(one, many, equal_nan=True, atol=1e-6)
    assert np.nanmin(one[0]) >= 0
    assert np.nanmax(one[0]) <= 1
    assert set(np.unique(one[2][np.isfinite(one[2])])) <= {0.0, 1.0}


def test_more_magnetics_more_score_and_nothing_known_is_missing(model, rasters) -> None:
    table = whole(score_surface(model, rasters, ScoreSurfaceParams(min_known_share=1.0)))
    with rasterio.open(rasters[0].path) as dataset:
        magnetics = dataset.read(1)
    assert np.isnan(table[0][:, :6]).all()
    assert np.isnan(table[0][:, 46:]).all()
    known = np.isfinite(table[0])
    assert known[:, 6:45].all()
    assert np.corrcoef(magnetics[known], table[0][known])[0, 1] > 0.5


def test_it_is_written_as_a_cloud_optimised_geotiff(model, rasters, tmp_path: Path) -> None:
    path = tmp_path / "surface.tif"
    write_cog(score_surface(model, rasters, ScoreSurfaceParams()), path)
    with rasterio.open(path) as dataset:
        assert dataset.descriptions == BANDS
        assert np.isnan(dataset.nodata)


def test_a_missing_raster_is_named_and_no_raster_model_gives_nothing(model, rasters) -> None:
    with pytest.raises(StageError, match="1 of 2 rasters the model was trained with are not given: raster_gravity"):
        score_surface(model, rasters[:1], ScoreSurfaceParams())
    assert score_surface(replace(model, surface=None), rasters, ScoreSurfaceParams()) is None


@pytest.mark.parametrize("edge", [16, 48])
def test_a_part_holds_the_values_of_the_whole_to_the_last_bit(model, rasters, edge) -> None:
    params = ScoreSurfaceParams(window_cells=16)
    surface = score_surface(model, rasters, params)
    everything = whole(surface)
    for cells in Rectangle(0, 0, surface.height, surface.width).cut(edge):
        part = score_surface(model.of_surface(), rasters, params, cells)
        expected = everything[:, cells.row : cells.row + cells.height, cells.column : cells.column + cells.width]
        np.testing.assert_array_equal(whole(part), expected)
        assert part.transform[2] == surface.transform[2] + cells.column * surface.transform[0]
        assert part.transform[5] == surface.transform[5] + cells.row * surface.transform[4]


def test_what_is_sent_for_the_surface_holds_nothing_of_any_site(model) -> None:
    sent = pickle.dumps(model.of_surface())
    sites = [*model.sites["site_id"], *model.site_blocks]
    assert sites
    assert [site for site in sites if site.encode() in sent] == []
    assert any(site.encode() in pickle.dumps(model) for site in sites)
