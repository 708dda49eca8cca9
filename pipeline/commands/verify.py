"""Say whether a run folder is what its run wrote, and whether the inputs are still those it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layers.errors import SourceError
from layers.files.located import leads_out, locate
from layers.files.signatures import require_own_parts
from pipeline.folder.fingerprints import code_fingerprint, file_fingerprint, side_cars, versions
from pipeline.folder.manifest import BESIDE_SOURCES, key_of, own_digest, read_manifest
from pipeline.folder.run_folder import LOCK, has_later_run
from pipeline.folder.writing import json_text, read_bounded

WITH_SIDE_CARS = (".gpkg", ".tif", ".csv")
"""Endings of a run's files that other programs read together with what stands beside them."""

SHOWN = 10
"""Names shown of each kind; how many there are is always told."""


@dataclass(frozen=True)
class Verified:
    """What differs between a run folder, its inputs and its manifest; all empty where nothing does.

    Parameters
    ----------
    altered, missing : tuple of str
        Files of the run folder whose bytes are no longer those that were written, and files that are gone.
    strange : tuple of str
        Files of the run folder that the run did not write; they do not speak against it.
    beside : tuple of str
        Files that stand beside one of the run and change what programs show of it (a journal, a second header); no run writes
        them.
    inputs : tuple of str
        Sources whose file or side-cars differ, each with what differs.
    unseen : tuple of str
        Sources whose path leads out of the data folder: a manifest is the word of whoever gave it, so they are not opened.
    inputs_checked : int
        Sources that were looked at; 0 without a data folder.
    other_code : bool
        Whether the run was made by another state of the code.
    other_versions : tuple of str
        Libraries of another version here.
    """

    altered: tuple[str, ...]
    missing: tuple[str, ...]
    strange: tuple[str, ...]
    beside: tuple[str, ...]
    inputs: tuple[str, ...]
    unseen: tuple[str, ...]
    inputs_checked: int
    other_code: bool
    other_versions: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every file is, and is shown, as written, and every input that was looked at is as read."""
        return not (self.altered or self.missing or self.beside or self.inputs)


def verify_run(run_folder: Path, data_dir: Path | None = None) -> Verified:
    """Hold a run folder, and its inputs where their folder is given, against its manifest.

    Parameters
    ----------
    run_folder : Path
        Folder of a finished run.
    data_dir : Path or None
        Folder where relative source paths start. Private sources are not named in a manifest and cannot be checked.

    Returns
    -------
    Verified

    Raises
    ------
    SourceError
        If the folder is no run folder, or its run did not finish.
    """
    manifest = read_manifest(run_folder)
    if not manifest.get("finished"):
        raise SourceError(
            f"{run_folder}: its last run did not finish, so its files may be those of two runs. Run it again: what was "
            "finished is kept."
        )
    written: dict[str, str] = manifest["files"]
    known = {*written, "manifest.json", LOCK}
    missing = [name for name in written if not (run_folder / name).is_file()]
    as_written = read_bounded(run_folder / "manifest.json") == json_text(manifest).encode()
    altered = [] if as_written and manifest.get("sha256") == own_digest(manifest) else ["manifest.json"]
    altered += [
        name
        for name, digest in written.items()
        if name not in missing and (_is_linked(run_folder, name) or file_fingerprint(run_folder / name) != digest)
    ]
    there = {
        path.relative_to(run_folder).as_posix()
        for path in run_folder.rglob("*")
        if path.is_file() or (path.is_dir() and not any(path.iterdir()))
    }
    beside = {
        car.relative_to(run_folder).as_posix()
        for name in written
        if name not in missing and Path(name).suffix in WITH_SIDE_CARS
        for car in side_cars(run_folder / name)
    } - known
    now = versions()
    stated = {} if data_dir is None else _stated_paths(manifest)
    inside = {owner: path for owner, path in stated.items() if not leads_out(path)}
    return Verified(
        altered=tuple(altered),
        missing=tuple(missing),
        strange=tuple(sorted(there - known - beside)),
        beside=tuple(sorted(beside)),
        inputs=() if data_dir is None else tuple(_inputs(manifest, data_dir, inside)),
        unseen=tuple(owner for owner in stated if owner not in inside),
        inputs_checked=len(inside),
        other_code=manifest.get("code_sha256") != code_fingerprint(),
        other_versions=tuple(
            f"{name} {then} (here {now.get(name, 'none')})"
            for name, then in manifest["versions"].items()
            if now.get(name) != then
        ),
    )


def in_words(verified: Verified, run_folder: Path) -> str:
    """Return what was found as lines for a screen."""
    lines = []
    for names, words in (
        (verified.altered, "files are not as the run wrote them"),
        (verified.missing, "files of the run are gone"),
        (verified.beside, "files beside those of the run change what programs show of them; remove them"),
        (verified.inputs, "inputs are not as they were read"),
    ):
        if names:
            lines.append(f"{len(names)} {words}:")
            lines += [f"  {name}" for name in names[:SHOWN]]
            lines += [f"  … and {len(names) - SHOWN} more"] if len(names) > SHOWN else []
    if verified.holds:
        lines.append(f"{run_folder}: every file is as the run wrote it.")
    if has_later_run(run_folder):
        lines.append("A later run was begun in this folder and has not ended; run the run file again, or wait for it.")
    if verified.inputs_checked or verified.unseen:
        same = verified.inputs_checked - len(verified.inputs)
        lines.append(
            f"{same} of {verified.inputs_checked} inputs are as they were read; private ones are not named and not checked."
        )
    else:
        lines.append("Inputs were not looked at: give the folder where their paths start with --data.")
    if verified.unseen:
        lines.append(
            f"Not looked at, for their paths lead out of the data folder: {', '.join(verified.unseen[:SHOWN])}. Give a --data "
            "folder that holds them, or compare their sha256 with the manifest's."
        )
    if verified.strange:
        lines.append(f"Not written by the run: {', '.join(verified.strange[:SHOWN])}")
    if verified.other_code:
        lines.append("Made by another state of the code than the one here; a new run may give other figures.")
    if verified.other_versions:
        lines.append(f"Made with other versions: {', '.join(verified.other_versions)}")
    return "\n".join(lines)


def _is_linked(run_folder: Path, name: str) -> bool:
    """Say whether a file of the folder, or a folder on the way to it, is a link, so that its bytes lie elsewhere."""
    parts = Path(name).parts
    return any((run_folder / Path(*parts[:depth])).is_symlink() for depth in range(1, len(parts) + 1))


def _stated_paths(manifest: dict[str, Any]) -> dict[str, str]:
    """Return the paths of the sources, and of the files beside them that the run read, by what names them."""
    paths = {source["id"]: source["path"] for source in manifest["config"]["sources"]}
    named = {entry["id"]: paths[entry["id"]] for entry in manifest["inputs"]}
    for name in BESIDE_SOURCES:
        if name in manifest["fingerprints"]:
            section, key = key_of(name).split(".")
            named[key_of(name)] = str(manifest["config"].get(section, {}).get(key))
    return named


def _inputs(manifest: dict[str, Any], data_dir: Path, stated: dict[str, str]) -> list[str]:
    """Name the sources whose files are not those the run read, one line each; those without a stated path are not opened."""
    differing = []
    for entry in manifest["inputs"]:
        if entry["id"] not in stated:
            continue
        path = data_dir / stated[entry["id"]]
        if not (path.is_file() or path.is_dir()):
            differing.append(f"{entry['id']}: {path.name} is not there, or no file")
            continue
        try:
            locate(entry["id"], stated[entry["id"]], data_dir)
            require_own_parts(f"{entry['id']} ({path.name})", path)
        except SourceError as refusal:
            differing.append(str(refusal))
            continue
        words = [f"{path.name} has other bytes"] if file_fingerprint(path) != entry["sha256"] else []
        beside = {car.name: file_fingerprint(car) for car in side_cars(path)}
        if beside != entry["side_cars"]:
            then = entry["side_cars"]
            names = sorted(name for name in beside.keys() | then.keys() if beside.get(name) != then.get(name))
            words.append(f"beside it, {', '.join(names)} differ")
        if words:
            differing.append(f"{entry['id']}: {'; '.join(words)}")
    for name in BESIDE_SOURCES:
        if key_of(name) in stated:
            path = data_dir / stated[key_of(name)]
            if not path.is_file():
                differing.append(f"{key_of(name)}: {path.name} is not there")
            elif file_fingerprint(path) != manifest["fingerprints"][name]:
                differing.append(f"{key_of(name)}: {path.name} has other bytes")
    return differing
