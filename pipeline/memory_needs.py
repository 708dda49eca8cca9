"""How much memory a run needs, told from what it is given, and what becomes of it where less is left.

The laws are those of the documentation (``docs/howto/cluster.md``, a test compares them); ``python -m tests.benchmarks.memory``
holds every step of a run to them.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from layers.catalogue.source import Source
from layers.errors import StageError
from layers.gdal import CACHE_MIB
from layers.rasters.raster import Raster
from pipeline.config import DaskConfig
from pipeline.executor import fitting_workers
from pipeline.folder.memory import available_bytes
from pipeline.input_layers import Inputs

MIB, KIB = 1 << 20, 1 << 10

READ_AT_ONCE = 2
"""Sources read at once: more would wait for the interpreter, and all of them take memory."""

READING_MIB = 120
"""What reading takes whatever the files hold: libraries and their tables."""

TEXT, WORKBOOK, PARQUET, JSON, SHAPES = 14.0, 40.0, 30.0, 5.5, 12.0
PER_BYTE = {
    ".csv": TEXT, ".tsv": TEXT, ".txt": TEXT, ".tab": TEXT, ".dat": TEXT, ".xlsx": WORKBOOK, ".xlsm": WORKBOOK,
    ".parquet": PARQUET, ".geojson": JSON, ".json": JSON,
}  # fmt: skip
"""Bytes of memory for each byte of a file once unpacked, by its ending; ``SHAPES`` for other formats of vector layers."""

HELD = 0.6
"""Share of what the reading of a file takes that stays held; the rest is given back before the next file is read."""

STRIP_BYTES = 40
"""For each cell of a row of stored blocks: two readers, each with cells as stored, as numbers and marked."""

LEAST_SHARE = 1 / 3
"""No file and no decisive step that was measured took less of its bound. Where not even that is left, nothing is begun."""

REMEDY = (
    "Close other programs, keep the rows of the region, or take a machine with more memory. Where you know better, say with "
    "dask.memory_gb in the run file what it may take."
)


class Amounts(NamedTuple):
    """What decides over the memory of the steps.

    Records of sites, samples, corners of areas, lines and backgrounds, and the bytes of rasters that are held at once.
    """

    sites: int
    samples: int
    corners: int
    raster_bytes: int


@dataclass(frozen=True)
class Need:
    """The most a step takes beside what is held when it begins."""

    fixed_mib: float
    site_kib: float = 0.0
    sample_kib: float = 0.0
    corner_bytes: float = 0.0
    raster_share: float = 0.0

    def total_bytes(self, amounts: Amounts) -> int:
        """Return the bound for a region."""
        growing = self.site_kib * amounts.sites + self.sample_kib * amounts.samples
        large = self.corner_bytes * amounts.corners + self.raster_share * amounts.raster_bytes
        return int(self.fixed_mib * MIB + growing * KIB + large)


NEEDS = {
    "assign samples": Need(30, site_kib=5.0, sample_kib=0.6),
    "sample rasters": Need(80, site_kib=5.0, raster_share=1.0),
    "overlay territories": Need(30, site_kib=8.0, corner_bytes=45.0),
    "measure access": Need(30, site_kib=10.0, corner_bytes=6.0),
    "train model": Need(110, site_kib=40.0),
    "score surface": Need(80, raster_share=1.0),
    "writing the run folder": Need(90, site_kib=20.0, corner_bytes=40.0),
}
"""By step, as a run names it; the surface of a region without rasters takes what `OTHERS` do."""

OTHERS = Need(40, site_kib=15.0)
"""Every step that is not named."""


class Plan(NamedTuple):
    """What comes next may take so many bytes; words for a person where that is more than is left."""

    needed: int
    words: str | None


class ReadingPlan(NamedTuple):
    """As `Plan`, with how many sources are read at once."""

    needed: int
    words: str | None
    at_once: int


def plan_reading(sources: Sequence[Source], data_dir: Path, dask: DaskConfig) -> ReadingPlan:
    """Say how many sources may be read at once: one after the other where the memory is tight.

    Parameters
    ----------
    sources : sequence of Source
        Of a run file; rasters are described, not read.
    data_dir : Path
        Folder where relative source paths start.
    dask : DaskConfig

    Raises
    ------
    StageError
        If not even a third of what they may take one after the other is left.
    """
    sizes = {source.id: memory_of(data_dir / source.path) for source in sources if source.role != "raster"}
    at_once = 1 if dask.mode == "serial" else min(READ_AT_ONCE, dask.workers or fitting_workers())

    def needed(count: int) -> int:
        largest = sorted(sizes.values(), reverse=True)[:count]
        return int(READING_MIB * MIB + HELD * sum(sizes.values()) + (1 - HELD) * sum(largest))

    left = _left(dask)
    if left is None or needed(at_once) <= left:
        return ReadingPlan(needed(at_once), None, at_once)
    largest = max(sizes, key=lambda name: sizes[name])
    what = f"reading the sources may take {_gb(needed(1))} of memory, {_gb(sizes[largest])} of it for {largest}"
    return ReadingPlan(*_tight(what, needed(1), left, " They are read one after the other."), 1)


def plan_steps(inputs: Inputs, dask: DaskConfig) -> Plan:
    """Say what the steps after reading may take at most.

    Raises
    ------
    StageError
        If not even a third of it is left.
    """
    amounts = amounts_of(inputs)
    needs = {name: need.total_bytes(amounts) for name, need in NEEDS.items() if inputs.rasters or not need.raster_share}
    step = max(needs, key=lambda name: needs[name])
    left = _left(dask)
    if left is None or needs[step] <= left:
        return Plan(needs[step], None)
    given = f"{amounts.sites:,} records, {amounts.samples:,} samples and {amounts.corners:,} corners of areas and lines"
    return _tight(f"{step}: with {given} it may take {_gb(needs[step])} of memory", needs[step], left, "")


def _tight(what: str, needed: int, left: float, further: str) -> Plan:
    """Return what is told where a bound is more than is left; stop where a third of it is."""
    if LEAST_SHARE * needed > left:
        raise StageError(f"{what}, and {_gb(left)} are left. {REMEDY}")
    return Plan(needed, f"{what[0].upper()}{what[1:]}, and {_gb(left)} are left.{further}")


def amounts_of(inputs: Inputs) -> Amounts:
    """Count what decides over the memory of the steps."""
    shapes = sum(corners(inputs.layers[role]) for role in ("territories", "lines", "backdrop"))
    return Amounts(len(inputs["inventory"]), len(inputs["geochemistry"]), shapes, bytes_at_once(inputs.rasters))


def corners(layer: gpd.GeoDataFrame) -> int:
    """Return how many corners the shapes of a layer have."""
    return int(shapely.get_num_coordinates(layer.geometry.to_numpy()).sum())


def bytes_at_once(rasters: Sequence[Raster]) -> int:
    """Return how much of rasters is held at once: what GDAL keeps of all, and a row of blocks of the widest."""
    kept = sum(raster.width * raster.height * np.dtype(raster.dtype).itemsize for raster in rasters)
    strips = [STRIP_BYTES * raster.width * min(raster.block[0], raster.height) for raster in rasters]
    return min(CACHE_MIB * MIB, kept) + max(strips, default=0)


def memory_of(path: Path) -> float:
    """Return the bytes of memory that reading a file may take; 0 for one that is not there, which its reader tells."""
    with suppress(OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        if path.is_dir():
            return SHAPES * sum(member.stat().st_size for member in path.rglob("*") if member.is_file())
        size, name = path.stat().st_size, path.name.lower()
        if name.endswith(".zip"):
            with zipfile.ZipFile(path) as packed:
                return sum(_per_byte(member.filename) * member.file_size for member in packed.infolist())
        if name.endswith(".gz") and path.is_file():
            with path.open("rb") as stream:
                stream.seek(-4, 2)
                size = max(size, int.from_bytes(stream.read(4), "little"))  # as gzip states it
            name = name.removesuffix(".gz")
        parts = [path.with_suffix(".dbf")] if name.endswith(".shp") else []
        return _per_byte(name) * (size + sum(part.stat().st_size for part in parts if part.is_file()))
    return 0.0


def _per_byte(name: str) -> float:
    return PER_BYTE.get(PurePosixPath(name.lower()).suffix, SHAPES)


def _left(dask: DaskConfig) -> float | None:
    """Return the bytes a run may take: what the run file grants it, else what is left here."""
    return available_bytes() if dask.memory_gb is None else dask.memory_gb * 1e9


def _gb(size: float) -> str:
    return f"{size / 1e9:,.2f} GB"
