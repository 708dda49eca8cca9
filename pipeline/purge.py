"""Remove everything a run folder holds of one source: what was read of it, and all that was computed or drawn with it."""

from __future__ import annotations

import difflib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd

from layers.errors import SourceError
from pipeline.folder.store import read_parquet
from pipeline.stages.withhold_sites import WithholdSitesParams, withhold_sites

OUTPUTS = (
    "map.html",
    "report.html",
    "ranking.csv",
    "ranking.gpkg",
    "site_territories.csv",
    "sites.parquet",
    "accounting.csv",
    "rejected.csv",
    "surface.tif",
    "samples.csv",
    "samples.gpkg",
    "sheets",
    "model",
)
"""What every source goes into; the manifest, which names the sources, goes last."""

SIDE_FILES = (
    "ranking.gpkg-*",
    "samples.gpkg-*",
    "surface.tif.*",
    "surface.tfw",
    "sites.parquet.*",
    ".writing-*",
    ".surface-*",
)
"""What a GIS leaves beside the files it opened, and what an interrupted run left."""


@dataclass(frozen=True)
class Purged:
    """What was removed, and what lies there that minewaste did not write."""

    removed: tuple[str, ...]
    left: tuple[str, ...]


def purge(run_folder: Path, source_id: str) -> Purged:
    """Remove a source from a run folder.

    Every rank, page and table of a run depends on all its sources, so all of them go, and with them the screenings that lie
    beside the run under their usual names. What was read of the other sources stays, so that the next run, without the source,
    need not read them again. Nothing is removed of the source's own file.

    Parameters
    ----------
    run_folder : Path
        Folder of a run, finished or not.
    source_id : str
        Id of the source in the run file.

    Returns
    -------
    Purged
        Names relative to the folder that holds the run folder; ``left`` are files of the run folder that minewaste did not
        write and therefore did not touch.

    Raises
    ------
    SourceError
        If the folder is no run folder, or holds nothing of such a source.
    """
    stages = run_folder / "stages"
    if not stages.is_dir():
        raise SourceError(
            f"{run_folder}: is not the folder of a run (no stages in it). Give the folder that `minewaste run` wrote."
        )
    held = sources_held(run_folder)
    if source_id not in held:
        near = difflib.get_close_matches(source_id, held, n=3)
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        raise SourceError(
            f"{run_folder}: holds nothing of a source '{source_id}'; it holds {', '.join(sorted(held)) or 'none at all'}.{hint} "
            "Sources that may not be published are never kept."
        )
    others = {f"read_{one}" for one in held - {source_id}}
    removed = _clear(run_folder, others)
    left = [
        one.relative_to(run_folder.parent).as_posix()
        for one in sorted(run_folder.rglob("*"))
        if one.is_file() and not (one.parent == stages and one.stem in others)
    ]
    return Purged(tuple(removed), tuple(left))


def forget_withheld(run_folder: Path, exclusions: gpd.GeoDataFrame) -> bool:
    """Clear a run folder in which an earlier run shows a site that stewards now ask to leave out.

    Done before anything is computed, so that a run that stops half way leaves no old page of it.

    Parameters
    ----------
    run_folder : Path
        Folder of the run about to start.
    exclusions : GeoDataFrame[Exclusions]
        The requests, in any CRS.

    Returns
    -------
    bool
        Whether the folder was cleared; what was read of the sources stays.
    """
    earlier = run_folder / "stages" / "merge_sites.parquet"
    if len(exclusions) == 0 or not earlier.is_file():
        return False
    sites: Any = read_parquet(earlier)
    kept: Any = withhold_sites(sites, exclusions.to_crs(sites.crs), WithholdSitesParams())
    if len(kept) == len(sites):
        return False
    _clear(run_folder, {path.stem for path in earlier.parent.glob("read_*")})
    return True


def _clear(run_folder: Path, others: set[str]) -> list[str]:
    """Remove everything but the readings named, and return what was removed."""
    removed = []
    parts = [*_derived(run_folder), *_screenings(run_folder), *_stage_files(run_folder / "stages", others)]
    for path in [*parts, run_folder / "manifest.json"]:
        if path.exists():
            removed.append(path.relative_to(run_folder.parent).as_posix())
            _remove(path)
    return removed


def sources_held(run_folder: Path) -> set[str]:
    """Return the ids of the sources the folder holds something of."""
    held = {path.stem.removeprefix("read_") for path in (run_folder / "stages").glob("read_*")}
    manifest = run_folder / "manifest.json"
    if manifest.is_file():
        held |= {one["id"] for one in json.loads(manifest.read_text(encoding="utf-8"))["inputs"]}
    return held


def _derived(run_folder: Path) -> Iterator[Path]:
    for name in OUTPUTS:
        yield run_folder / name
    for pattern in SIDE_FILES:
        yield from sorted(run_folder.glob(pattern))


def _stage_files(stages: Path, others: set[str]) -> list[Path]:
    """Return all of ``stages`` but what was read of other sources.

    The source's own reading comes last, so that a purge that was interrupted can be done again.
    """
    gone = [path for path in sorted(stages.iterdir()) if path.stem not in others]
    return sorted(gone, key=lambda path: path.name.startswith("read_"))


def _screenings(run_folder: Path) -> list[Path]:
    """Return the screenings beside the run: folders of its name that hold a screening and no run."""
    beside = sorted(run_folder.parent.glob(f"{run_folder.name}_screen_*"))
    return [one for one in beside if (one / "index.html").is_file() and not (one / "stages").exists()]


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
