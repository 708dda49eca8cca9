"""What `minewaste check` says of files a run file names beside its sources: a list of folds, a model of other regions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from layers.errors import SourceError
from layers.readers.splits import KEY, read_splits
from maps.report.check_page import SourceCheck
from pipeline.config import RunConfig
from pipeline.folder.manifest import LEARNED, key_of
from pipeline.other_regions import notes_of_laws, read_laws


def beside_sources(config: RunConfig, data_dir: Path) -> list[SourceCheck]:
    """Read the files that are no sources as a run does, and describe them.

    Parameters
    ----------
    config : RunConfig
        Run file.
    data_dir : Path
        Folder where relative paths start.

    Returns
    -------
    list of SourceCheck
        One for each that the run file names, roles ``splits`` and ``learned``; ``failure`` says why one cannot be read.
    """
    checks = []
    if config.train_model.splits is not None:
        checks.append(_tried(KEY, "splits", lambda: _of_splits(config, data_dir)))
    if config.train_model.learned is not None:
        checks.append(_tried(key_of(LEARNED), "learned", lambda: _of_laws(config, data_dir)))
    return checks


def _tried(key: str, role: str, read: Callable[[], SourceCheck]) -> SourceCheck:
    try:
        return read()
    except SourceError as error:
        return SourceCheck(key, role, failure=str(error))


def _of_splits(config: RunConfig, data_dir: Path) -> SourceCheck:
    path = config.train_model.splits
    assert path is not None  # noqa: S101 - the caller looked
    table = read_splits(path, data_dir)
    counts = table["role"].value_counts()
    tested = table.loc[table["role"] == "test", "fold"].nunique()
    contents = (
        f"{table['site_id'].nunique():,} sites, {tested} folds tested, {counts.get('test', 0):,} rows of role test"
    )
    contents += (
        f", {counts['train']:,} of role train: every fold trains on exactly those"
        if "train" in counts
        else "; every fold trains on the sites of the others"
    )
    return SourceCheck(KEY, "splits", facts=[("File", str(path)), ("Details", contents)])


def _of_laws(config: RunConfig, data_dir: Path) -> SourceCheck:
    notes = notes_of_laws(config, read_laws(config, data_dir, None))
    return SourceCheck(
        key_of(LEARNED),
        "learned",
        facts=[("File", str(config.train_model.learned))],
        noticed=[(note.count, note.code, note.message) for note in notes],
    )
