"""Read all sources of a run, keep what lies in its region, and keep apart what must not be published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pandera.pandas import DataFrameModel
from pyproj import CRS

from layers import schema
from layers.accounting import Reading
from layers.catalogue.source import Source, resolve
from layers.errors import ConfigError, LayerError, SourceError
from layers.geometry import blocks_of_corners
from layers.rasters.raster import Raster
from layers.rasters.reader import describe_raster
from layers.samples.censoring import CensoringParams
from layers.samples.repeated import merge_repeated
from layers.samples.standardise import standardise_samples
from layers.working_crs import metric_crs, working_crs
from pipeline.config import RunConfig
from pipeline.executor import Executor
from pipeline.extent import extent_of, within
from pipeline.folder.fingerprints import file_fingerprint, source_files
from pipeline.folder.manifest import key_of
from pipeline.folder.memory import give_back_memory
from pipeline.folder.store import RunStore
from pipeline.input_layers import Account, Inputs
from pipeline.memory_needs import plan_reading
from pipeline.purge import remove_source, sources_held
from pipeline.source_reading import READERS, is_private, keep_reading, kept_reading, read_by_worker, read_source
from pipeline.unheeded_requests import empty_lists, unheeded_requests

DRAWN = ("territories", "communities", "lines", "backdrop")
"""What pages draw beside the sites."""

WITHHOLDABLE = ("inventory", "geochemistry", "links")
"""Roles whose rows a steward's request may take out; with such a request in the run they are read afresh and not kept."""

PRIVATE_ROLES = ("territories", "communities", "exclusions")
"""Roles a `publish: never` source may have; the others shape the ranking, so they cannot leave no trace."""


@dataclass(frozen=True)
class Readings:
    """What the readers gave, before anything is known of the region: by id, and the files behind it."""

    sources: tuple[Source, ...]
    by_id: Mapping[str, Reading[Any]]
    files: Mapping[str, list[list[str]]]
    rasters: tuple[Raster, ...]

    @property
    def public(self) -> list[Source]:
        """The sources that may be published."""
        return [source for source in self.sources if not is_private(source)]


def read_sources(
    config: RunConfig, data_dir: Path, store: RunStore | None, executor: Executor | None = None
) -> Readings:
    """Read every source of a run file.

    Parameters
    ----------
    config : RunConfig
        The run file.
    data_dir : Path
        Folder where relative source paths start.
    store : RunStore or None
        Keeps what was read for the next run; None reads afresh and writes nothing.
    executor : Executor, optional
        With a cluster, its workers read what may be kept (`read_by_worker`).

    Raises
    ------
    ConfigError
        If a source that shapes the ranking is marked ``publish: never`` or ``generalised``.
    StageError
        If what is left of the memory does not do for reading them.
    SourceError, LayerError
        From the readers.
    """
    sources = [resolve(source) for source in config.sources]
    refuse_private(sources)
    if config.region.crs is not None:
        metric_crs(config.region.crs)  # before anything is read
    public = [source for source in sources if not is_private(source)]
    asked = any(source.role == "exclusions" for source in sources)
    if store is not None:
        for withdrawn in sources_held(store.folder) & {source.id for source in sources if is_private(source)}:
            remove_source(store.folder, withdrawn)
            store.run_folder.reload()
        _forget_others(store, [source.id for source in public if not (asked and source.role in WITHHOLDABLE)])
    tables = [source for source in sources if source.role != "raster"]
    keep = {table.id: not (is_private(table) or (asked and table.role in WITHHOLDABLE)) for table in tables}
    at_once = plan_reading(sources, data_dir, config.dask).at_once
    here, waiting = BoundedSemaphore(at_once), executor.cluster_workers if executor is not None else 0
    with ThreadPoolExecutor(max(at_once, waiting)) as pool:
        read = pool.map(lambda source: _read(source, data_dir, store, executor, here, keep=keep[source.id]), tables)
        readings = {source.id: reading for source, reading in zip(tables, read, strict=True)}
    files = {source.id: source_files(data_dir / source.path) for source in public}
    if store is not None:
        for reading_source in public:
            if reading_source.role == "raster":
                store.fingerprint(f"read_{reading_source.id}", [files[reading_source.id], reading_source])
    rasters = [
        part for source in sources if source.role == "raster" for part in describe_raster(source, data_dir).parts()
    ]
    return Readings(tuple(sources), readings, files, tuple(rasters))


def read_requests(config: RunConfig, data_dir: Path) -> gpd.GeoDataFrame:
    """Read what stewards ask to leave out, and nothing else."""
    asked = [source for source in map(resolve, config.sources) if source.role == "exclusions"]
    return _stack([read_source(source, data_dir).layer for source in asked], schema.Exclusions)


def read_again(readings: Readings, data_dir: Path, left_out: Mapping[str, Set[int]]) -> Readings:
    """Read some sources again as if some of their rows were blank; these rows are counted as withheld.

    Parameters
    ----------
    readings : Readings
        From `read_sources`.
    data_dir : Path
        Folder where relative source paths start.
    left_out : mapping of str to set of int
        Source id -> row numbers, as readers count them.
    """
    by_id = dict(readings.by_id)
    for source in readings.sources:
        rows = left_out.get(source.id)
        if rows and readings.by_id[source.id].layer["source_row"].isin(list(rows)).all():
            by_id[source.id] = readings.by_id[source.id].without_all(rows)
        elif rows:
            reading = read_source(source.without_rows(rows), data_dir)
            by_id[source.id] = replace(
                reading,
                rows_read=reading.rows_read + len(rows),
                rows_withheld=reading.rows_withheld + len(rows),
            )
    return replace(readings, by_id=by_id)


def assembled(config: RunConfig, all_readings: Readings) -> Inputs:
    """Put what was read together: the region, its working CRS, what lies in it, and the account of every source."""
    sources, public, files, rasters = (
        all_readings.sources,
        all_readings.public,
        all_readings.files,
        all_readings.rasters,
    )
    readings = dict(all_readings.by_id)
    tables = [source for source in sources if source.role != "raster"]
    units = "inventory" if config.units == "sites" else "geochemistry"
    extent = extent_of(config.region, [readings[source.id].layer for source in sources if source.role == units], units)
    repeated = merge_repeated({source.id: readings[source.id] for source in public if source.role == "geochemistry"})
    readings |= repeated
    readings = {table.id: within(readings[table.id], table.role, extent, config.region, units) for table in tables}
    private = [source for source in sources if is_private(source)]
    notes = [note for source in public if source.role != "raster" for note in readings[source.id].notes]
    notes += [note for raster in rasters for note in raster.notes]
    unreadable = tuple(
        f"{source.id}:{row}"
        for source in sources
        if source.role == "exclusions"
        for row in readings[source.id].rejected["source_row"]
    )
    empty = tuple(source.id for source in sources if source.role == "exclusions" and not readings[source.id].rows_read)
    notes += [*unheeded_requests(len(unreadable)), *empty_lists(len(empty))]
    accounts = _accounts(public, private, readings)
    rejected = _stack([readings[source.id].rejected for source in public if source.role != "raster"], schema.Rejected)
    crs = working_crs(extent, config.region.crs)
    give_back_memory()
    layers, drawn = _layers(sources, readings, crs, config.assign_samples.censoring)
    give_back_memory()
    return Inputs(
        crs=crs,
        layers=layers,
        drawn=drawn,
        rasters=tuple(rasters),
        accounts=tuple(accounts),
        rejected=rejected,
        notes=tuple(notes),
        sources=tuple(public),
        sha256={name: digests[0][1] for name, digests in files.items()},
        side_cars={name: dict(digests[1:]) for name, digests in files.items()},
        local_only=tuple(source.id for source in private),
        unheeded=unreadable,
        empty_lists=empty,
    )


def assembled_again(config: RunConfig, readings: Readings) -> Inputs:
    """Do what `assembled` does with what requests of stewards leave, and say so where they leave nothing."""
    try:
        return assembled(config, readings)
    except LayerError:
        raise LayerError(
            "read: requests of stewards name or cover every row with a place that the run is about, so nothing is left to "
            "work on. See that their list is the one that is meant, and that its areas lie where they should."
        ) from None


def refuse_private(sources: Sequence[Source]) -> None:
    """Stop at sources that may not be published though what they hold shows in every rank.

    Raises
    ------
    ConfigError
        Naming the first.
    """
    for source in sources:
        if source.publish == "never" and source.role not in PRIVATE_ROLES:
            raise ConfigError(
                f"sources: '{source.id}' ({source.role}) is marked `publish: never`, but what it holds would show in every rank. "
                f"Only {', '.join(PRIVATE_ROLES)} can be kept local. Leave the source out, or ask its steward."
            )
        if source.publish == "generalised" and source.role not in ("territories", "communities", "exclusions"):
            raise ConfigError(
                f"sources: '{source.id}' ({source.role}) is marked `publish: generalised`, which only territories and "
                "communities can be. For sites round the coordinates in the file, or leave the source out."
            )


def _read(
    source: Source,
    data_dir: Path,
    store: RunStore | None,
    executor: Executor | None,
    here: BoundedSemaphore,
    *,
    keep: bool,
) -> Reading[Any]:
    """Read one source, or take what an earlier run read from the same bytes with the same words.

    Private sources, and those a steward's request may shorten, are never kept; what an earlier run kept of them is removed.
    """
    if store is None or is_private(source):
        with here:
            return read_source(source, data_dir)
    name = f"read_{source.id}"
    files = [store.stages / f"{name}.parquet", store.stages / f"{name}.json"]
    digests = source_files(data_dir / source.path)
    fingerprint = store.fingerprint(name, [digests, source])
    if keep and store.is_marked(name, fingerprint, files):
        store.reused.append(name)
        with here:
            return kept_reading(source, *files)
    with store.timed(name):
        if keep and executor is not None and read_by_worker(source, data_dir, digests, files, executor):
            store.keep(name, files)
            with here:
                return kept_reading(source, *files)
        with here:
            reading = read_source(source, data_dir)
    if keep:
        keep_reading(reading, *files)
        store.keep(name, files)
    return reading


def _forget_others(store: RunStore, kept: Sequence[str]) -> None:
    """Remove what an earlier run kept of sources that have left the run file, turned private or may no longer be kept."""
    for name in sorted(store.run_folder.written):
        path = Path(name)
        if name.startswith("stages/read_") and path.stem.removeprefix("read_") not in kept:
            store.run_folder.remove(name)


def require_unchanged(
    inputs: Inputs, data_dir: Path, store: RunStore, beside: Mapping[str, Path | None] | None = None
) -> None:
    """Stop when a file of a source, or one ``beside`` them, is not what it was when the run began; what came of it goes.

    Raises
    ------
    SourceError
        Naming the sources.
    """
    changed = []
    for source in inputs.sources:
        began = store.fingerprints[f"read_{source.id}"]
        if store.fingerprint(f"read_{source.id}", [source_files(data_dir / source.path), source]) != began:
            changed.append(source.id)
    for name, path in (beside or {}).items():
        if path is not None and file_fingerprint(data_dir / path) != store.fingerprints[name]:
            changed.append(key_of(name))
    if changed:
        store.run_folder.remove(*(name for name in sorted(store.run_folder.written) if name.endswith(".mark")))
        raise SourceError(
            f"{', '.join(changed)}: the files changed while the run was on, so its results would be a mixture. Leave inputs "
            "alone while a run is on, and run it again."
        )


def _layers(
    sources: Sequence[Source], readings: dict[str, Reading[Any]], crs: CRS, censoring: CensoringParams
) -> tuple[dict[str, Any], dict[str, gpd.GeoDataFrame]]:
    """Return one layer per role in the working CRS, and those that are drawn in EPSG:4326. Empties ``readings``.

    A layer stacks what may be published of its role; all requests of stewards are heeded.
    """
    layers: dict[str, Any] = {}
    drawn: dict[str, gpd.GeoDataFrame] = {}
    for role, (model, _) in READERS.items():
        chosen = [
            source for source in sources if source.role == role and (role == "exclusions" or not is_private(source))
        ]
        layer = _stack([readings.pop(layer.id).layer for layer in chosen], model)
        if role == "geochemistry":
            layer = standardise_samples(_whole_flags(layer), censoring)
        if role in DRAWN:
            drawn[role] = layer
        layers[role] = _moved(layer, crs) if isinstance(layer, gpd.GeoDataFrame) else layer
    return layers, drawn


def _moved(layer: gpd.GeoDataFrame, crs: CRS) -> gpd.GeoDataFrame:
    """Return a layer in another CRS; some shapes after the other, since corners on the way take four times their memory."""
    shapes = layer.geometry
    moved = [shapes.iloc[some].to_crs(crs) for some in blocks_of_corners(shapes.to_numpy())]
    return layer.set_geometry(pd.concat(moved))


def _whole_flags(samples: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return flags as small integers again: those of an element that another file of samples lacks became fractions."""
    names = [name for name in samples.columns if str(name).endswith("_censored") and samples[name].dtype.kind == "f"]
    return samples.assign(**{name: samples[name].fillna(0).astype(np.int8) for name in names})


def _stack(tables: list[pd.DataFrame], model: type[DataFrameModel]) -> Any:
    filled = [table for table in tables if len(table)]
    return schema.conform(pd.concat(filled, ignore_index=True), model) if filled else schema.empty(model)


def _accounts(public: Sequence[Source], private: Sequence[Source], readings: dict[str, Reading[Any]]) -> list[Account]:
    accounts = []
    for source in public:
        if source.role != "raster":
            reading = readings[source.id]
            kept, merged, withheld = len(reading.layer), reading.rows_merged, reading.rows_withheld
            counts = (reading.rows_read, kept, merged, withheld, len(reading.rejected))
            accounts.append(Account(source.id, source.role, *counts))
    for number, source in enumerate(private, 1):
        rows = readings[source.id].rows_read
        accounts.append(Account(f"local_only_{number}", "local_only", rows, 0, 0, rows, 0))
    return accounts
