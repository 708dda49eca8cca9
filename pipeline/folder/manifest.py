"""The manifest of a run folder, read back and held against what lies there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from layers.errors import SourceError
from pipeline.folder.fingerprints import file_fingerprint
from pipeline.folder.run_folder import read_list

FORMAT = 2


def read_manifest(run_folder: Path) -> dict[str, Any]:
    """Return the manifest of a run folder.

    Raises
    ------
    SourceError
        If the folder is no run folder, or its manifest is missing, broken or of another version.
    """
    read_list(run_folder)
    path = run_folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SourceError(
            f"{run_folder}: holds no manifest.json, so no run has finished there. Run it again."
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise SourceError(f"{path}: cannot be read ({error}). Run it again: what was finished is kept.") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise SourceError(f"{path}: is not a manifest of this version (format {FORMAT}). Run it again.")
    wrong = [
        name
        for name, kind in (("config", dict), ("inputs", list), ("fingerprints", dict), ("versions", dict))
        if not isinstance(manifest.get(name), kind)
    ]
    if wrong:
        raise SourceError(f"{path}: {', '.join(wrong)} is missing or no longer what was written. Run it again.")
    return manifest


def file_digests(run_folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the sha256 of files of a run folder, by name."""
    return {name: file_fingerprint(run_folder / name) for name in names if (run_folder / name).is_file()}
