"""Read all sources of a run file, one by one, and say what was understood; run nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd

from layers.accounting import Reading
from layers.catalogue import Source, resolve
from layers.errors import LayerError, MinewasteError, SourceError
from layers.rasters import Raster, describe_raster
from pipeline.config import RunConfig
from pipeline.inputs import READERS, is_private, read_source

MAX_REASONS = 8


def check_sources(config: RunConfig, data_dir: Path, out: Path | None, *, show_private: bool = False) -> str:
    """Read every source and describe it.

    Parameters
    ----------
    config : RunConfig
        Run file.
    data_dir : Path
        Folder where relative source paths start.
    out : Path or None
        Reserved for the page; None writes nothing.
    show_private : bool
        Describe private sources like the others. Otherwise only their rows are counted, since what a terminal shows may end
        in a log.

    Returns
    -------
    str
        One paragraph per source, for a terminal.

    Raises
    ------
    SourceError
        After all sources were tried, if some could not be read; all are named.
    """
    paragraphs, failures = [], []
    for source in (resolve(one) for one in config.sources):
        try:
            paragraphs.append(_describe(source, data_dir, show_private=show_private))
        except (SourceError, LayerError) as error:
            failures.append(error)
            paragraphs.append(f"{source.id} ({source.role}): cannot be read\n  {error}")
    text = "\n\n".join(paragraphs)
    if failures:
        raise _all_failures(text, failures, len(config.sources))
    return text


def _all_failures(text: str, failures: Sequence[MinewasteError], n_sources: int) -> SourceError:
    return SourceError(f"{len(failures)} of {n_sources} sources cannot be read.\n\n{text}")


def _describe(source: Source, data_dir: Path, *, show_private: bool) -> str:
    if source.role == "raster":
        return _describe_raster(source, describe_raster(source, data_dir))
    open_here = show_private and is_private(source)
    reading = READERS[source.role][1](source, data_dir) if open_here else read_source(source, data_dir)
    counts = (
        f"{reading.rows_read} rows read, {len(reading.layer)} kept, {reading.rows_merged} merged, "
        f"{reading.rows_withheld} withheld, {len(reading.rejected)} rejected"
    )
    lines = [f"{source.id} ({source.role}): {counts}"]
    if is_private(source) and not show_private:
        return "\n".join(
            [*lines, "  publish   no: used on this machine only; --show-private says more, on your own screen"]
        )
    lines += [
        f"  file      {source.path}",
        f"  licence   {source.licence or 'not stated'}",
    ]
    if is_private(source):
        lines.append("  publish   no: used on this machine only, appears in nothing that is written")
    lines += _extent(reading) + _elements(reading.layer)
    for (code, reason), rows in reading.rejected.groupby(["reason_code", "reason"], sort=False):
        if len([line for line in lines if line.startswith("  rejected")]) < MAX_REASONS:
            lines.append(f"  rejected  {len(rows)} × {code}: {reason}")
    lines += [f"  note      {note.count} × {note.code}: {note.message}" for note in reading.notes]
    return "\n".join(lines)


def _describe_raster(source: Source, raster: Raster) -> str:
    lines = [
        f"{source.id} (raster): {raster.width} × {raster.height} cells, {raster.crs}",
        f"  file      {source.path}",
    ]
    return "\n".join(lines + [f"  note      {note.code}: {note.message}" for note in raster.notes])


def _extent(reading: Reading[pd.DataFrame]) -> list[str]:
    layer = reading.layer
    if not isinstance(layer, gpd.GeoDataFrame) or layer.geometry.isna().all():
        return []
    west, south, east, north = layer.total_bounds
    return [f"  extent    {west:.3f} … {east:.3f} °E, {south:.3f} … {north:.3f} °N"]


def _elements(layer: pd.DataFrame) -> list[str]:
    """Say per element how many values there are, how many of them below a limit, and which limits."""
    lines = []
    for column in layer.columns:
        if not str(column).endswith("_censored"):
            continue
        element = str(column).removesuffix("_censored")
        flag, limit = layer[column], layer[f"{element}_limit_ppm"]
        measured = int(layer[f"{element}_ppm"].notna().sum())
        below, above = int((flag < 0).sum()), int((flag > 0).sum())
        if measured + below + above:
            limits = ", ".join(f"{value:g}" for value in sorted(limit[flag < 0].dropna().unique())[:4])
            lines.append(
                f"  {element:<3} {measured} measured, {below} below a limit"
                + (f" ({limits} ppm)" if limits else "")
                + (f", {above} above one" if above else "")
            )
    return lines
