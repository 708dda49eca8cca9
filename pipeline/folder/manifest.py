"""The manifest of a run folder, read back and held against what lies there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from layers.errors import SourceError
from layers.files.json_text import parse_json
from pipeline.folder.fingerprints import file_fingerprint
from pipeline.folder.run_folder import is_inside, read_list, require_requests_read
from pipeline.folder.writing import read_bounded

FORMAT = 3

SPLITS = "read_train_model.splits"
"""Name of the list of folds among the fingerprints; no source can have it, since ids have no dots."""

LEARNED = "read_train_model.learned"
"""Name of the model pooled over other regions among the fingerprints."""

BESIDE_SOURCES = (SPLITS, LEARNED)
"""Files of a run file that are no sources."""


def key_of(name: str) -> str:
    """Return the key of the run file that names such a file: ``train_model.splits``."""
    return name.removeprefix("read_")


class _Input(BaseModel):
    """A source as it was read."""

    id: str
    file: str
    sha256: str
    side_cars: dict[str, str]
    rows_read: int | None


class _Source(BaseModel):
    """A source of the run file, as far as others look it up."""

    id: str
    path: str


class _Config(BaseModel):
    """The run file, as far as others look it up."""

    sources: list[_Source]


class _Manifest(BaseModel):
    """The parts of a manifest that others look up, with their kinds."""

    finished: bool
    config: _Config
    inputs: list[_Input]
    fingerprints: dict[str, Any]
    versions: dict[str, str]
    files: dict[str, str] = {}
    steps: dict[str, str] = {}


def read_manifest(run_folder: Path) -> dict[str, Any]:
    """Return the manifest of a run folder.

    Raises
    ------
    SourceError
        If the folder is no run folder, or its manifest is missing, broken or of another version; or as `require_requests_read`.
    """
    read_list(run_folder)
    require_requests_read(run_folder)
    path = run_folder / "manifest.json"
    try:
        manifest = parse_json(read_bounded(path).decode())
    except FileNotFoundError:
        raise SourceError(
            f"{run_folder}: holds no manifest.json, so no run has finished there. Run it again."
        ) from None
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: cannot be read ({error}). Run it again: what was finished is kept.") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise SourceError(f"{path}: is not a manifest of this version (format {FORMAT}). Run it again.")
    wrong = _wrong_parts(manifest)
    if wrong:
        raise SourceError(f"{path}: {', '.join(wrong)} is missing or no longer what was written. Run it again.")
    return manifest


def _wrong_parts(manifest: dict[str, Any]) -> list[str]:
    """Name the parts that are not what a run writes."""
    try:
        known = _Manifest.model_validate(manifest)
    except ValidationError as error:
        return list(dict.fromkeys(".".join(str(part) for part in problem["loc"]) for problem in error.errors()))[:3]
    outside = [name for name in known.files if not is_inside(name)]
    strange = {input_table.id for input_table in known.inputs} ^ {source.id for source in known.config.sources}
    return [*(["files"] if outside else []), *(["inputs"] if strange else [])]


def own_digest(manifest: Mapping[str, Any]) -> str:
    """Return the sha256 of a manifest without the line that holds it."""
    content = {name: value for name, value in manifest.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def file_digests(run_folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the sha256 of files of a run folder, by name."""
    return {name: file_fingerprint(run_folder / name) for name in names if (run_folder / name).is_file()}
