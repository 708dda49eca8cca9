"""Read one source as it may be used, here or on a worker of a cluster, and keep what was read for the next run."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pandera.pandas import DataFrameModel

from layers import schema
from layers.accounting import ColumnFate, Note, Reading, rejected_rows
from layers.catalogue.source import Source
from layers.errors import MinewasteError, SourceError
from layers.files.boundary import UNFORESEEN, named_failure
from layers.files.json_text import parse_json
from layers.readers.context import read_backdrop, read_lines
from layers.readers.exclusions import read_exclusions, read_known_links
from layers.readers.geochemistry import read_geochemistry
from layers.readers.inventory import read_inventory
from layers.readers.territories import read_communities, read_territories
from maps.sovereignty import generalise_communities, generalise_territories
from pipeline.executor import Executor
from pipeline.folder.fingerprints import source_files
from pipeline.folder.writing import plain, read_bounded, read_parquet, write_parquet, write_text

READERS: dict[str, tuple[type[DataFrameModel], Callable[[Source, Path], Reading[Any]]]] = {
    "inventory": (schema.Records, read_inventory),
    "geochemistry": (schema.Samples, read_geochemistry),
    "territories": (schema.Territories, read_territories),
    "communities": (schema.Communities, read_communities),
    "lines": (schema.Lines, read_lines),
    "backdrop": (schema.Backdrop, read_backdrop),
    "links": (schema.Links, read_known_links),
    "exclusions": (schema.Exclusions, read_exclusions),
}
"""The schema and the reader of each role; rasters are described, not read."""

REMEDY = "leave out what lies outside the region"


def is_private(source: Source) -> bool:
    """Say whether a source may appear in nothing that is written.

    Layers about Nations need a clear ``publish: allowed`` or ``generalised``; steward's requests are always private; other
    sources are published unless they say ``never``.
    """
    if source.role in ("territories", "communities"):
        return source.publish not in ("allowed", "generalised")
    return source.role == "exclusions" or source.publish == "never"


def words_of_shared_files(sources: Sequence[Source]) -> str | None:
    """Return what to say where a private source lies in the same file as a published one, whose digest a run gives; else None."""
    published = {Path(source.path): source.id for source in sources if not is_private(source)}
    shared = [
        f"'{source.id}' with '{published[Path(source.path)]}'"
        for source in sources
        if is_private(source) and Path(source.path) in published
    ]
    if not shared:
        return None
    return (
        f"A private source shares its file with one that is published: {', '.join(shared)}. The manifest gives the digest of the "
        "whole file, which tells whoever holds two runs that it changed. Keep the private layer in a file of its own."
    )


def read_source(source: Source, data_dir: Path) -> Reading[Any]:
    """Read one source as it may be used: a private one tells nothing of itself, a generalised one is made coarse at once.

    Raises
    ------
    SourceError, LayerError
        From the reader. Of a private source only its id is told: whatever a message would quote must not reach a log.
    """
    reader = READERS[source.role][1]
    if is_private(source):
        try:
            return reader(source, data_dir)
        except Exception:  # noqa: BLE001 - no message, trace or value of a private file may be shown
            raise SourceError(
                f"{source.id} ({source.role}): this source cannot be read. It is kept private, so nothing of it is told here. "
                "See why on your own screen with `minewaste check --show-private`."
            ) from None
    with named_failure(f"{source.id} ({Path(source.path).name})", UNFORESEEN):
        reading = reader(source, data_dir)
    return _generalised(reading, source.role) if source.publish == "generalised" else reading


def _generalised(reading: Reading[Any], role: str) -> Reading[Any]:
    """Replace exact outlines and points, before anything is kept or computed; rejected rows and notes keep only their kind."""
    if role not in ("territories", "communities"):
        return reading
    coarsen: Any = generalise_territories if role == "territories" else generalise_communities
    untold = "details are not shown, since the source is published in generalised form only"
    return replace(
        reading,
        layer=coarsen(reading.layer),
        rejected=schema.conform(reading.rejected.assign(raw=None, reason=untold), schema.Rejected),
        notes=tuple(replace(note, message=f"{untold.capitalize()}.", columns=(), rows=()) for note in reading.notes),
        fates=(),
    )


def keep_reading(reading: Reading[Any], table: Path, account: Path) -> None:
    """Write what was read: the layer as Parquet, and beside it the account of its rows, notes and the fates of its columns."""
    write_parquet(reading.layer, table)
    content = {
        "rows_read": reading.rows_read,
        "rows_withheld": reading.rows_withheld,
        "rows_merged": reading.rows_merged,
        "rejected": reading.rejected.to_dict(orient="records"),
        "notes": [vars(note) for note in reading.notes],
        "fates": [vars(fate) for fate in reading.fates],
    }
    write_text(account, json.dumps(plain(content), ensure_ascii=False))


def kept_reading(source: Source, table: Path, account: Path) -> Reading[Any]:
    """Return what `keep_reading` wrote of a source."""
    content = parse_json(read_bounded(account).decode())
    return Reading(
        source.id,
        schema.conform(read_parquet(table), READERS[source.role][0]),
        rejected_rows(content["rejected"]),
        content["rows_read"],
        content["rows_withheld"],
        content["rows_merged"],
        tuple(Note(**note) for note in content["notes"]),
        tuple(ColumnFate(**fate) for fate in content["fates"]),
    )


def read_by_worker(
    source: Source, data_dir: Path, digests: list[list[str]], files: Sequence[Path], executor: Executor
) -> bool:
    """Let a worker of a cluster read a source and write what is kept of it.

    The worker reads the whole source with the same reader, so that every promise of the reader holds: no row, note or refusal
    depends on where it was read. A source published in generalised form is not sent, since a
    worker would hold it as it is.

    Parameters
    ----------
    source : Source
        One that may be kept.
    data_dir : Path
        Folder where relative source paths start.
    digests : list
        `source_files` of the source as this process sees it.
    files : sequence of Path
        Table and account as `keep_reading` takes them; replaced at once when the worker is done.
    executor : Executor

    Returns
    -------
    bool
        False without a cluster, or where the worker sees other files or not the run folder: then nothing was read.

    Raises
    ------
    MinewasteError
        What the reader raises.
    """
    if executor.cluster_workers == 0 or source.publish == "generalised":
        return False
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=files[0].parent.resolve()) as name:
        fresh = [Path(name) / path.name for path in files]
        work = (source, data_dir.absolute(), digests, fresh)
        (outcome,) = executor.on_workers(_read_and_keep, None, [work], f"read_{source.id}", REMEDY)
        if isinstance(outcome, MinewasteError):
            raise outcome
        for own, path in zip(fresh, files, strict=True) if outcome else ():
            own.replace(path)
    return bool(outcome)


def _read_and_keep(_shared: None, work: tuple[Source, Path, list[list[str]], list[Path]]) -> bool | MinewasteError:
    """Read on a worker; False where its files are not those of the process that asks."""
    source, data_dir, digests, files = work
    if not files[0].parent.is_dir() or not _are_seen(digests, data_dir / source.path):
        return False
    try:
        keep_reading(read_source(source, data_dir), *files)
    except MinewasteError as refusal:
        return refusal
    return True


def _are_seen(digests: list[list[str]], path: Path) -> bool:
    """Say whether a source's files are here what they are elsewhere, to the last byte."""
    try:
        return source_files(path) == digests
    except SourceError:
        return False
