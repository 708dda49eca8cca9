"""The model over a grid: windows against the whole grid in one frame, and against a plain forest."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import rasterio

from layers.catalogue.source import Source
from layers.rasters.cog import write_cog
from layers.rasters.reader import describe_raster
from pipeline.learning.applicability import measure_applicability
from pipeline.learning.candidates import Task, fit_pipeline
from pipeline.learning.trained_model import TrainedModel
from pipeline.stages.score_surface import ScoreSurfaceParams, score_surface
from tests.benchmarks.step import Step
from tests.benchmarks.workload import Workload

GRIDS = 4
TRAINING_SITES = 600
BAGS = 50


def _load(work: Workload, variant: str) -> Any:
    """Train the raster model (half of its bags trees) on made-up labels of 600 places."""
    paths = [work.context / f"grid_{number}.tif" for number in range(GRIDS)]
    rasters = [
        describe_raster(Source(id=one.stem, role="raster", path=one.name), one.parent.resolve()) for one in paths
    ]
    rng = np.random.default_rng(31)
    rows, columns = rng.integers(0, work.size.grid_cells, (2, TRAINING_SITES))
    cells = np.stack([rasterio.open(path).read(1)[rows, columns] for path in paths], axis=1).astype(float)
    names = tuple(f"raster_grid_{number}" for number in range(GRIDS))
    rich = cells[:, 0] + rng.normal(0, 1, TRAINING_SITES) > np.quantile(cells[:, 0], 0.85)
    task = Task(
        features=pd.DataFrame(cells, columns=list(names)),
        y=np.where(rich, 1, -1),
        supervised=False,
        blocks=np.array([f"b{number % 60:02d}" for number in range(TRAINING_SITES)]),
        random_state=7,
    )
    pipeline = fit_pipeline(task, "logistic", BAGS)
    prepared = pipeline[:-1].transform(task.features)
    area = measure_applicability(prepared, pipeline[-1].contributions(prepared)[1], task)
    model = TrainedModel(
        kind="pu_bagging", target="REE", threshold_ppm=1000.0, feature_names=(), dropped_features={}, pipeline=None,
        site_blocks={}, slope=1.0, intercept=0.0, validation={}, diagnostics={}, sites=pd.DataFrame(), surface=(pipeline, names),
        surface_applicability=area,
    )  # fmt: skip
    folder = tempfile.TemporaryDirectory(prefix="bench-surface-")
    return SimpleNamespace(
        model=model,
        rasters=rasters,
        paths=paths,
        folder=folder,
        path=Path(folder.name) / "surface.tif",
        cells=cells,
        rich=rich,
    )


def _ours(state: Any) -> Path:
    surface = score_surface(state.model, state.rasters, ScoreSurfaceParams())
    write_cog(surface, state.path)
    return state.path


def _whole_frame(state: Any) -> Path:
    """Read all grids, make one frame of all cells, predict, write."""
    pipeline, names = state.model.surface
    grids = [rasterio.open(path) for path in state.paths]
    frame = pd.DataFrame({name: grid.read(1).ravel().astype(float) for name, grid in zip(names, grids, strict=True)})
    scores = pipeline.predict_proba(frame)[:, 1]
    return _write(state.path, grids[0], scores)


def _plain_forest(state: Any) -> Path:
    """Predict by a plain forest of 100 trees with both cores, in strips."""
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(100, n_jobs=2, random_state=7, min_samples_leaf=3).fit(state.cells, state.rich)
    grids = [rasterio.open(path) for path in state.paths]
    strips = []
    for row in range(0, grids[0].height, 512):
        window = rasterio.windows.Window(0, row, grids[0].width, min(512, grids[0].height - row))
        cells = np.stack([grid.read(1, window=window).ravel() for grid in grids], axis=1)
        strips.append(forest.predict_proba(cells)[:, 1])
    return _write(state.path, grids[0], np.concatenate(strips))


def _write(path: Path, like: Any, scores: np.ndarray) -> Path:
    with rasterio.open(path, "w", **{**like.profile, "compress": "deflate", "nodata": np.nan}) as target:
        target.write(scores.reshape(like.shape).astype(np.float32), 1)
        target.set_band_description(1, "score")
    return path


def _decode(state: Any) -> None:
    for path in state.paths:
        with rasterio.open(path) as grid:
            grid.read(1)


def _answer(outcome: Any, state: Any) -> dict[str, float]:
    if outcome is None:
        return {}
    with rasterio.open(outcome) as dataset:
        scores = dataset.read(1)
    state.folder.cleanup()
    return {"cells": np.isfinite(scores).sum(), "score": np.nanmean(scores), "sd": np.nanstd(scores)}


def _answer_of_same_model(outcome: Any, state: Any) -> dict[str, float]:
    told = _answer(outcome, state)
    return {} if getattr(state, "other_model", False) else told


def _forest_of_another_kind(state: Any) -> Path:
    state.other_model = True
    return _plain_forest(state)


SURFACE = Step(
    load=_load,
    variants={"ours": _ours, "naive": _whole_frame, "forest_in_strips": _forest_of_another_kind, "limit": _decode},
    answer=_answer_of_same_model,
    tolerance={"cells": 0.0, "score": 1e-5, "sd": 1e-5},
    once=frozenset(),
)
