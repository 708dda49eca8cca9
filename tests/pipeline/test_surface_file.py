"""The surface a cluster writes is the one this process writes, byte for byte, and is written here where workers cannot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
import rasterio

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.rasters.cog import Rectangle, Surface, write_cog
from layers.rasters.raster import Raster
from layers.rasters.reader import describe_raster
from pipeline.executor import Executor
from pipeline.learning.applicability import measure_applicability
from pipeline.learning.candidates import Task, fit_pipeline
from pipeline.learning.trained_model import TrainedModel
from pipeline.stages.score_surface import ScoreSurfaceParams, score_surface
from pipeline.surface_file import Scored, _part_edge, write_surface


def raster(path: Path, values: np.ndarray, cell_m: float) -> Raster:
    with rasterio.open(
        path, "w", driver="GTiff", width=values.shape[1], height=values.shape[0], count=1, dtype="float32",
        crs="EPSG:3978", transform=rasterio.Affine(cell_m, 0, 0, 0, -cell_m, 240e3), nodata=-9999.0,
    ) as dataset:  # fmt: skip
        dataset.write(values.astype("float32"), 1)
    return describe_raster(Source(id=path.stem, role="raster", path=path.name), path.parent)


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    """A model of two rasters of unlike cells, one of them without values in places."""
    folder, rng = tmp_path_factory.mktemp("rasters"), np.random.default_rng(5)
    fine = rng.normal(size=(75, 90))
    fine[:40, :33] = fine[60:, 50:] = -9999.0
    rasters = (
        raster(folder / "fine.tif", fine, 1_000.0),
        raster(folder / "coarse.tif", rng.normal(size=(9, 8)), 9_000.0),
    )
    features = pd.DataFrame(rng.normal(size=(80, 2)), columns=["raster_fine", "raster_coarse"])
    task = Task(
        features=features,
        y=np.where(features["raster_fine"] + rng.normal(0, 0.3, 80) > 0.6, 1, -1),
        supervised=False,
        blocks=np.array([f"b{number % 20:02d}" for number in range(80)]),
        random_state=7,
    )
    pipeline = fit_pipeline(task, "logistic", 30)
    prepared = pipeline[:-1].transform(features)
    model = TrainedModel(
        kind="pu_bagging", target="REE", threshold_ppm=1000.0, feature_names=(), dropped_features={}, pipeline=None,
        site_blocks={}, slope=1.0, intercept=0.0, validation=cast("Any", {}), diagnostics={}, sites=pd.DataFrame(),
        surface=(pipeline, tuple(features.columns)),
        surface_applicability=measure_applicability(prepared, pipeline[-1].contributions(prepared)[1], task),
        surface_calibration=(0.7, -0.4),
    )  # fmt: skip
    return Scored(model, rasters, ScoreSurfaceParams(window_cells=16, min_known_share=0.6))


def surface_of(scored: Scored) -> Surface:
    surface = score_surface(*scored)
    assert surface is not None
    return surface


@pytest.fixture(scope="module")
def written_here(scored: Scored, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("here") / "surface.tif"
    write_cog(surface_of(scored), path)
    with rasterio.open(path) as dataset:
        score = dataset.read(1)
    assert np.isnan(score[:32, :32]).all()
    assert np.isfinite(score).sum() > 2_000
    return path.read_bytes()


@pytest.mark.cluster
def test_a_cluster_writes_the_same_bytes(
    scored: Scored, written_here: bytes, dask_cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.surface_file.write_cog", None)  # nothing may be scored here
    monkeypatch.chdir(tmp_path)  # workers start elsewhere: a relative path must do
    with Executor(scheduler=dask_cluster) as executor:
        write_surface(surface_of(scored), scored, Path("surface.tif"), executor)
    assert (tmp_path / "surface.tif").read_bytes() == written_here
    assert [path.name for path in tmp_path.iterdir()] == ["surface.tif"]


class Elsewhere:
    """Stands for a cluster one of whose workers has another file system."""

    cluster_workers = 2

    def __init__(self, blind: str) -> None:
        self.blind = blind

    def on_workers(self, work: Any, shared: Any, parts: Sequence[Any], name: str, remedy: str) -> list[bool]:
        """Move the folder away for the last part of the work that is blind."""
        done = []
        for number, part in enumerate(parts):
            if work.__name__ == self.blind and number == len(parts) - 1:
                shared, part = (moved(one) for one in (shared, part))
            done.append(work(shared, part))
        return done


def moved(value: Any) -> Any:
    if isinstance(value, Path):
        return Path("/not/seen/from/here") / value.name
    return (moved(value[0]), value[1]) if type(value) is tuple else value


@pytest.mark.parametrize("blind", ["_write_part", "_write_whole", "nobody"])
def test_where_a_worker_does_not_see_the_folder_it_is_written_here(
    scored: Scored, written_here: bytes, blind: str, tmp_path: Path
) -> None:
    write_surface(surface_of(scored), scored, tmp_path / "surface.tif", cast("Executor", Elsewhere(blind)))
    assert (tmp_path / "surface.tif").read_bytes() == written_here
    assert [path.name for path in tmp_path.iterdir()] == ["surface.tif"]


def test_what_a_worker_cannot_do_is_the_message_of_the_run(scored: Scored, tmp_path: Path) -> None:
    """A raster that changed while a run is on is told as it is told here; nothing half-written is left."""
    changed = scored._replace(rasters=(raster(tmp_path / "fine.tif", np.ones((3, 4)), 1_000.0), *scored.rasters[1:]))
    raster(tmp_path / "fine.tif", np.ones((4, 4)), 1_000.0)
    surface = surface_of(changed)
    (tmp_path / "out").mkdir()
    with pytest.raises(SourceError, match="but was 4 × 3 when the run began"):
        write_surface(surface, changed, tmp_path / "out" / "surface.tif", cast("Executor", Elsewhere("nobody")))
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("cells", "window", "workers", "windows_along"),
    [
        ((20_480, 20_480), 512, 2, 4),
        ((20_480, 20_480), 512, 16, 3),
        ((2_048, 2_048), 512, 2, 1),
        ((100, 9), 512, 64, 1),
    ],
)
def test_parts_are_whole_windows_and_as_many_as_workers_can_share(
    cells: tuple[int, int], window: int, workers: int, windows_along: int
) -> None:
    assert _part_edge(Rectangle(0, 0, *cells), window, workers) == window * windows_along
