"""Write the surface of a run: here, or in parts on the workers of a cluster that see the run folder."""

from __future__ import annotations

import math
import tempfile
import uuid
from pathlib import Path
from typing import NamedTuple

from layers.rasters.cog import Rectangle, Surface, join_drafts, pack_draft, write_cog, write_draft
from layers.rasters.raster import Raster
from pipeline.executor import Executor
from pipeline.learning.trained_model import TrainedModel
from pipeline.stages.score_surface import ScoreSurfaceParams, score_surface

PARTS_PER_WORKER = 8
"""So many parts for each worker, where there are cells enough: the last worker is then at work alone for a short while."""
MOST_WINDOWS = 4
"""Windows along the edge of a part: with more, losing a worker loses much."""

REMEDY = "lower score_surface.window_cells"


class Scored(NamedTuple):
    """What the cells are scored with, as `score_surface` takes it."""

    model: TrainedModel
    rasters: tuple[Raster, ...]
    params: ScoreSurfaceParams


def write_surface(surface: Surface, scored: Scored, path: Path, executor: Executor) -> None:
    """Score a surface and write it as a cloud-optimised GeoTIFF; the same bytes wherever it is scored.

    On a cluster the workers write parts into a folder beside ``path``, and one of them makes the file of these: no cell passes
    through this process. Where some worker does not see that folder, the surface is scored here.

    Parameters
    ----------
    surface : Surface
        From `score_surface`.
    scored : Scored
        What it was made of, for the workers.
    path : Path
        Target; overwritten.
    executor : Executor
        Says whether there is a cluster.

    Raises
    ------
    StageError
        When the cluster is lost.
    """
    if executor.cluster_workers == 0 or not _written_by_workers(surface, scored, path, executor):
        write_cog(surface, path)


def _written_by_workers(surface: Surface, scored: Scored, path: Path, executor: Executor) -> bool:
    """Let workers score and write; False where one of them does not see the folder."""
    whole = Rectangle(0, 0, surface.height, surface.width)
    edge = _part_edge(whole, scored.params.window_cells, executor.cluster_workers)
    one_thread = scored.params.model_copy(update={"threads": 1})
    sent = Scored(scored.model.of_surface(), scored.rasters, one_thread)
    with tempfile.TemporaryDirectory(prefix=".surface-", dir=path.parent.resolve()) as name:
        folder = Path(name)
        parts = {folder / f"part_{number}.tif": cells for number, cells in enumerate(whole.cut(edge))}
        if not all(executor.on_workers(_write_part, sent, list(parts.items()), "score_surface", REMEDY)):
            return False
        joined = join_drafts(surface, parts, folder)
        return all(executor.on_workers(_write_whole, joined, [path.resolve()], "score_surface", REMEDY))


def _part_edge(whole: Rectangle, window_cells: int, workers: int) -> int:
    """Return the edge of a part in cells, a multiple of the window's."""
    windows = math.ceil(whole.height / window_cells) * math.ceil(whole.width / window_cells)
    along = int(math.sqrt(windows / (PARTS_PER_WORKER * workers)))
    return window_cells * min(MOST_WINDOWS, max(1, along))


def _write_part(scored: Scored, part: tuple[Path, Rectangle]) -> bool:
    """Score and write one part on a worker; False where the folder is not seen.

    The part appears whole, and the same however often it is written.
    """
    path, cells = part
    if not path.parent.is_dir():
        return False
    surface = score_surface(scored.model, scored.rasters, scored.params, cells)
    assert surface is not None  # noqa: S101 - it was there in the process that sent the part
    unfinished = path.with_name(f"{uuid.uuid4().hex}.tif")
    write_draft(surface, unfinished)
    unfinished.replace(path)
    return True


def _write_whole(joined: Path, path: Path) -> bool:
    """Make the file of the joined parts on a worker; False where they are not seen.

    Like a part, it appears whole, so that a worker that was given up and still writes spoils nothing.
    """
    if not joined.is_file():
        return False
    unfinished = joined.with_name(f"{uuid.uuid4().hex}.tif")
    pack_draft(joined, unfinished)
    unfinished.replace(path)
    return True
