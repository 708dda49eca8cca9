"""Remove everything a run folder holds of one source: what was read of it, and all that was computed or drawn with it."""

from __future__ import annotations

import glob
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd

from layers.errors import LayerError, SourceError
from layers.files.json_text import parse_json
from layers.schema import Exclusions, conform
from layers.text import as_key, did_you_mean
from pipeline.folder.run_folder import LIST, LOCK, held, read_list, write_list
from pipeline.folder.screening_folder import LIST as SCREENING_LIST
from pipeline.folder.screening_folder import listed
from pipeline.folder.writing import read_bounded, read_parquet
from pipeline.request_keys import ids_of_sites, spelt_as_known
from pipeline.stages.withhold_sites import WithholdSitesParams, withhold_sites

PUBLISHED = "stages/published/publication.json"
"""Without it no command takes the folder for that of a finished run."""

SIDE_FILES = (
    *(f"{name}.gpkg{end}" for name in ("ranking", "samples") for end in ("-wal", "-shm", "-journal")),
    *(f"{name}{end}" for name in ("surface.tif", "sites.parquet") for end in (".aux.xml", ".ovr", ".msk")),
    "surface.tfw",
)
"""What a GIS leaves beside the files it opened: no run wrote these copies of their content, and they go all the same."""


@dataclass(frozen=True)
class Purged:
    """What was removed, and what lies there that minewaste did not write."""

    removed: tuple[str, ...]
    left: tuple[str, ...]


def purge(run_folder: Path, source_id: str) -> Purged:
    """Remove a source from a run folder.

    Every rank, page and table of a run depends on all its sources, so all of them go, and with them the screenings that lie
    beside the run under their usual names. What was read of the other sources stays, so that the next run, without the source,
    need not read them again. Nothing is removed of the source's own file, and nothing that no run or screening wrote.

    Parameters
    ----------
    run_folder : Path
        Folder of a run, finished or not.
    source_id : str
        Id of the source in the run file.

    Returns
    -------
    Purged
        Names relative to the folder that holds the run folder; ``left`` are files of the run folder, and of folders beside it
        that are called like its screenings, that minewaste did not write and therefore did not touch.

    Raises
    ------
    SourceError
        If the folder is no run folder, another run writes it, or it holds nothing of such a source.
    """
    read_list(run_folder)
    with held(run_folder, "Wait for it, or stop it, then purge again."):
        return remove_source(run_folder, source_id)


def remove_source(run_folder: Path, source_id: str) -> Purged:
    """Do what `purge` does in a run folder that is held already."""
    ids = sources_held(run_folder)
    if source_id not in ids:
        hint = did_you_mean(source_id, ids, least_likeness=0.6)
        raise SourceError(
            f"{run_folder}: holds nothing of a source '{source_id}'; it holds {', '.join(sorted(ids)) or 'none at all'}."
            f"{hint} Sources that may not be published are never kept."
        )
    return cleared(run_folder, {f"read_{other_id}" for other_id in ids - {source_id}})


def cleared(run_folder: Path, others: set[str]) -> Purged:
    """Do what `clear` does, and name what lies there and beside that no run or screening wrote."""
    removed = clear(run_folder, others)
    ours = {run_folder / name for name in read_list(run_folder)} | {run_folder / LIST, run_folder / LOCK}
    there = [
        *sorted(run_folder.rglob("*")),
        *(path for folder in _screenings(run_folder) for path in _files_of(folder)),
    ]
    left = [
        path.relative_to(run_folder.parent).as_posix()
        for path in there
        if (path.is_file() or path.is_symlink()) and path not in ours
    ]
    return Purged(tuple(removed), tuple(left))


def words_of_left(purged: Purged) -> str:
    """Return what a person must look after: files that stay, screenings and copies nobody here knows of."""
    lines = ["Not written by minewaste, so left; look through them yourself:", *(f"  {name}" for name in purged.left)]
    elsewhere = "Screenings written elsewhere with --out, and copies made by hand, are not known here."
    return "\n".join([*(lines if purged.left else []), elsewhere])


def forget_withheld(run_folder: Path, exclusions: gpd.GeoDataFrame) -> Purged | None:
    """Clear a run folder in which an earlier run shows a site or sample that stewards now ask to leave out.

    Done before anything else is read, so that a run that stops half way, or at a file it cannot read, leaves no old page of it.

    Parameters
    ----------
    run_folder : Path
        Folder of the run about to start.
    exclusions : GeoDataFrame[Exclusions]
        The requests, in any CRS.

    Returns
    -------
    Purged or None
        What was removed, screenings beside the run among it, and what stays of others; None where nothing had to go. What was
        read of the sources stays.
    """
    stages = run_folder / "stages"
    earlier = [path for name in ("merge_sites", "predict_samples") if (path := stages / f"{name}.parquet").is_file()]
    if len(exclusions) == 0 or not any(_shows(path, exclusions) for path in earlier):
        return None
    return cleared(run_folder, {path.stem for path in stages.glob("read_*")})


def words_of_forgotten(run_folder: Path, forgotten: Purged) -> str:
    """Return what to tell when a request since the last run had this folder, and the screenings beside it, cleared."""
    beside = {Path(name).parts[0] for name in forgotten.removed} - {run_folder.name}
    screenings = f" and of {len(beside)} screenings beside it ({', '.join(sorted(beside))})" if beside else ""
    return (
        f"A request of a steward covers what the last run here showed, so its pages and tables{screenings} were removed first. "
        f"{words_of_left(forgotten)}"
    )


def _shows(earlier: Path, exclusions: gpd.GeoDataFrame) -> bool:
    """Say whether a table of sites or samples holds one that is asked for; of a damaged one nobody can tell, so it may."""
    try:
        shown: Any = read_parquet(earlier)
        if "site_id" in shown.columns:
            asked = conform(spelt_as_known(exclusions.to_crs(shown.crs), ids_of_sites(shown)), Exclusions)
            return len(withhold_sites(shown, asked, WithholdSitesParams())) < len(shown)
        points = gpd.points_from_xy(shown["longitude"], shown["latitude"], crs="EPSG:4326")
        areas = exclusions.geometry.dropna().to_crs("EPSG:4326")
        keys = {as_key(key) for key in exclusions["key"].dropna().astype(str)}
        named = shown["sample_id"].astype(str).map(as_key).isin(keys).any()
        return bool(named or (len(areas) and points.intersects(areas.union_all()).any()))
    except (OSError, ValueError, KeyError, LayerError):
        return True


def clear(run_folder: Path, others: set[str]) -> list[str]:
    """Remove all that runs wrote into a folder but the readings named, and what was made of it beside the folder.

    Parameters
    ----------
    run_folder : Path
        Marked as one.
    others : set of str
        Names of readings (``read_<source id>``) that stay.

    Returns
    -------
    list of str
        What was removed, relative to the folder that holds the run folder. The readings go last but for the manifest, so that
        a removal that was interrupted can be done again; what makes the folder one to screen or explain goes first.
    """
    ours = [run_folder / name for name in read_list(run_folder) if not _is_kept(name, others)]
    ours.sort(key=lambda path: (path.name == "manifest.json", path.name.startswith("read_"), path.as_posix()))
    beside = [run_folder / name for name in SIDE_FILES]
    for folder in _screenings(run_folder):
        names = listed(folder)
        if names is not None:
            beside += [folder / name for name in sorted(names)] + [folder / SCREENING_LIST]
    removed = []
    for path in [run_folder / PUBLISHED, *beside, *ours]:
        if path.is_symlink() or path.is_file():
            removed.append(path.relative_to(run_folder.parent).as_posix())
            path.unlink()
            for folder in [path.parent, path.parent.parent]:
                if folder not in (run_folder, *run_folder.parents):
                    with suppress(OSError):
                        folder.rmdir()
    write_list(run_folder, {name for name in read_list(run_folder) if (run_folder / name).exists()})
    return removed


def _is_kept(name: str, others: set[str]) -> bool:
    return name.startswith("stages/") and Path(name).stem in others


def sources_held(run_folder: Path) -> set[str]:
    """Return the ids of the sources the folder holds something of; a manifest that cannot be read names none."""
    held_ids = {path.stem.removeprefix("read_") for path in (run_folder / "stages").glob("read_*")}
    with suppress(OSError, ValueError, KeyError, TypeError):
        manifest = parse_json(read_bounded(run_folder / "manifest.json").decode())
        held_ids |= {str(entry["id"]) for entry in manifest["inputs"]}
    return held_ids


def _screenings(run_folder: Path) -> list[Path]:
    """Return what lies beside the run under the usual names of its screenings."""
    return sorted(run_folder.parent.glob(f"{glob.escape(run_folder.name)}_screen_*"))


def _files_of(folder: Path) -> list[Path]:
    """Return a folder's files; of a link only the link, for what it leads to lies elsewhere."""
    return [folder] if folder.is_symlink() or folder.is_file() else sorted(folder.rglob("*"))
