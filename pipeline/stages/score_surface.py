"""Draw the model of the rasters alone over their grid, window by window."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field
from scipy.spatial import cKDTree
from scipy.special import expit

from layers.crs import same_crs
from layers.errors import StageError
from layers.rasters.cog import GridWindow, Rectangle, Surface
from layers.rasters.raster import Raster
from layers.rasters.reader import open_raster, read_window
from layers.transformer import transformer
from pipeline.kernels.blas_threads import one_blas_thread
from pipeline.learning.trained_model import Applicability, TrainedModel

METRES_PER_DEGREE = 111_320.0
BANDS = ("score", "spread", "applicability")

STEPS = 8_192.0
"""Scores are written in steps of 1 / 8,192: four digits, which pack to a third of the bytes of seven."""

_CELLS_AT_ONCE = 8_192
"""So many cells times the bags stay in the processor's cache."""

_ROUGHLY = 20.0


class ScoreSurfaceParams(BaseModel):
    """How the surface is cut and masked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    window_cells: int = Field(default=512, ge=16, description="edge of a window, cells; memory grows with its square")
    min_known_share: float = Field(
        default=0.5, gt=0, le=1, description="share of the rasters that must have a value for a cell to be scored"
    )
    threads: int = Field(default=2, ge=1, description="windows scored at once; the values do not depend on it")


def score_surface(
    model: TrainedModel, rasters: Sequence[Raster], params: ScoreSurfaceParams, part: Rectangle | None = None
) -> Surface | None:
    """Return the surface whose windows are scored as they are asked for.

    The surface shows what geology and geophysics alone suggest for a waste at a place, by a model trained on the sites with
    those columns only; it knows nothing of a site's own chemistry. Its grid is that of the finest raster; the others are
    read at the nearest cell. Memory does not depend on the size of the grid.

    Parameters
    ----------
    model : TrainedModel
        With a surface model; otherwise None is returned.
    rasters : sequence of Raster
        By the names the model was trained with.
    params : ScoreSurfaceParams
        Window and mask.
    part : Rectangle, optional
        Only these cells of the grid. Where its first row and column are multiples of ``window_cells``, they have the values they
        have in the whole to the last bit.

    Returns
    -------
    Surface or None
        Bands ``score`` (0-1), ``spread`` (standard deviation of the score between bags) and ``applicability`` (1 inside what
        was learned, 0 outside); NaN where too few rasters have a value.

    Raises
    ------
    StageError
        If a raster the model was trained with is not among those given.
    """
    if model.surface is None:
        return None
    by_name = {f"raster_{part.name}": part for raster in rasters for part in raster.parts()}
    missing = [name for name in model.surface[1] if name not in by_name]
    if missing:
        raise StageError(
            f"score_surface: {len(missing)} of {len(model.surface[1])} rasters the model was trained with are not given: "
            f"{', '.join(missing)}. Give them in the sources, or train again."
        )
    used = [by_name[name] for name in model.surface[1]]
    grid = min(used, key=lambda raster: (_cell_m(raster), raster.name))
    cells = part or Rectangle(0, 0, grid.height, grid.width)
    a, b, c, d, e, f = grid.transform
    corner = (a * cells.column + b * cells.row + c, d * cells.column + e * cells.row + f)
    return Surface(
        width=cells.width,
        height=cells.height,
        transform=(a, b, corner[0], d, e, corner[1]) if part else grid.transform,
        crs=grid.crs,
        bands=BANDS,
        windows=_windows(model, used, grid, cells, params),
    )


def _cell_m(raster: Raster) -> float:
    """Return the edge of a cell in metres, roughly."""
    a, b, _, d, e, _ = raster.transform
    return float(np.sqrt(abs(a * e - b * d))) * (METRES_PER_DEGREE if raster.is_geographic else 1.0)


def _windows(
    model: TrainedModel, used: list[Raster], grid: Raster, cells: Rectangle, params: ScoreSurfaceParams
) -> Iterator[GridWindow]:
    """Score cells of the grid window by window in the order of reading; files stay open only while it is walked."""
    score = partial(_score, model, _inside_of(model.surface_applicability), params.min_known_share)
    with ExitStack() as stack:
        handles = [stack.enter_context(open_raster(raster)) for raster in used]
        stack.enter_context(one_blas_thread())
        pool = stack.enter_context(ThreadPoolExecutor(max_workers=params.threads))
        ahead: deque[Any] = deque()
        for window in cells.cut(params.window_cells):
            stacked = np.stack(
                [_values(raster, handle, grid, window) for raster, handle in zip(used, handles, strict=True)]
            )
            if np.isfinite(stacked).any():
                ahead.append((window.row - cells.row, window.column - cells.column, pool.submit(score, stacked)))
            if len(ahead) > params.threads:
                yield _next_window(ahead)
        while ahead:
            yield _next_window(ahead)


def _next_window(ahead: deque[Any]) -> GridWindow:
    row, column, bands = ahead.popleft()
    return GridWindow(row, column, bands.result())


def _values(raster: Raster, handle: Any, grid: Raster, window: Rectangle) -> np.ndarray:
    """Return the raster's values at the cell centres of a window of the grid, NaN off the raster."""
    row, column, height, width = window
    same_cells = raster.transform == grid.transform and (raster.width, raster.height) == (grid.width, grid.height)
    if same_cells and same_crs(raster.crs, grid.crs):
        return read_window(raster, handle, row, column, height, width)
    a, b, c, d, e, f = grid.transform
    columns, rows = np.meshgrid(np.arange(column, column + width) + 0.5, np.arange(row, row + height) + 0.5)
    x, y = a * columns + b * rows + c, d * columns + e * rows + f
    if not same_crs(raster.crs, grid.crs):
        x, y = transformer(grid.crs, raster.crs).transform(x, y)
    x = np.where(np.isfinite(x), x, np.nan)
    place_x, place_y = raster.cells(x + raster.turn(x), np.where(np.isfinite(y), y, np.nan))
    inside = (place_x >= 0) & (place_x < raster.width) & (place_y >= 0) & (place_y < raster.height)
    values = np.full((height, width), np.nan)
    if not inside.any():
        return values
    at_x, at_y = place_x[inside].astype(int), place_y[inside].astype(int)
    left, top = int(at_x.min()), int(at_y.min())
    block = read_window(raster, handle, top, left, int(at_y.max()) - top + 1, int(at_x.max()) - left + 1)
    values[inside] = block[at_y - top, at_x - left]
    return values


def _inside_of(applicability: Applicability | None) -> Callable[[np.ndarray], np.ndarray] | None:
    """Return a function that says which prepared rows lie inside what was learned.

    A training row found roughly decides most of them; only where it is too far is the nearest searched.
    """
    if applicability is None:
        return None
    tree = cKDTree(applicability.rows)
    reach = applicability.threshold * applicability.mean_distance * (1 + 1e-9)

    def inside(prepared: np.ndarray) -> np.ndarray:
        weighted = prepared * applicability.weights
        distance = tree.query(weighted, eps=_ROUGHLY, distance_upper_bound=reach)[0]
        far = np.flatnonzero(distance / applicability.mean_distance > applicability.threshold)
        distance[far] = tree.query(weighted[far], distance_upper_bound=reach)[0]
        near: np.ndarray = distance / applicability.mean_distance <= applicability.threshold
        return near

    return inside


def _score(
    model: TrainedModel,
    inside: Callable[[np.ndarray], np.ndarray] | None,
    min_known_share: float,
    stacked: np.ndarray,
) -> np.ndarray:
    """Return the three bands of a window."""
    assert model.surface is not None  # noqa: S101 - checked by the caller
    pipeline, names = model.surface
    slope, intercept = model.surface_calibration
    prepare = pipeline[:-1]
    flat = stacked.reshape(len(stacked), -1)
    known = np.flatnonzero(np.isfinite(flat).mean(axis=0) >= min_known_share)
    bands = np.full((len(BANDS), flat.shape[1]), np.nan, dtype=np.float32)
    for begin in range(0, len(known), _CELLS_AT_ONCE):
        cells = known[begin : begin + _CELLS_AT_ONCE]
        prepared = prepare.transform(pd.DataFrame(flat[:, cells].T.astype(float), columns=list(names)))
        log_odds = pipeline[-1].bag_scores(prepared)
        log_odds *= slope
        log_odds += intercept
        bands[0, cells] = expit(log_odds.mean(axis=1))
        bands[1, cells] = expit(log_odds.astype(np.float32)).std(axis=1)
        if inside is not None:
            bands[2, cells] = inside(prepared)
    bands[:2] = np.round(bands[:2] * STEPS) / STEPS
    return bands.reshape(len(BANDS), *stacked.shape[1:])
