"""Files inside zip and gzip."""

from __future__ import annotations

import gzip
import re
import shutil
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.archive_members import is_folder, member_path, members_trouble
from layers.files.scratch import scratch_folder
from layers.files.vector_layers import is_companion

_ABOUT = re.compile(
    r"(?i)(?:read[\W_]?me|lisez[\W_]?moi|l[eé]ame|leia[\W_]?me|licen[cs]e?|licencia|terms|changelog|citation|metadata|disclaimer)"
    r"[^/]*\.(?:txt|dat)$"
)
"""Texts about the data of an archive, beside them."""
MOST_BYTES = 8 << 30
ALWAYS_BYTES = 256 << 20
MOST_RATIO = 150
MOST_MEMBERS = 10_000
MOST_LEVELS = 3
LONGEST_NAME = 240
"""Limits of an archive: bytes in all; bytes any archive may hold; times its own size; files; zips in zips; letters of a name."""


@contextmanager
def unpacked(source: Source, path: Path, suffixes: Collection[str]) -> Iterator[Path]:
    """Give the file itself, or its content unpacked in a temporary folder."""
    suffix = path.suffix.lower()
    if suffix in (".gz", ".zip"):
        with scratch_folder() as folder:
            yield (_gunzip if suffix == ".gz" else _unzip)(source, path, folder, suffixes)
    else:
        yield path


def _gunzip(source: Source, path: Path, folder: Path, suffixes: Collection[str]) -> Path:
    target = folder / path.stem
    try:
        with gzip.open(path) as packed, target.open("wb") as plain:
            Budget(f"{source.id} ({path.name})", path, folder).copy(packed, plain)
    except (OSError, EOFError, zlib.error) as failure:
        raise SourceError(
            f"{source.id} ({path.name}): the gzip file is damaged or cut off ({failure}). Fetch it again."
        ) from None
    return _unzip(source, target, folder, suffixes) if target.suffix.lower() == ".zip" else target


def _unzip(source: Source, path: Path, folder: Path, suffixes: Collection[str]) -> Path:
    """Unpack a zip (with zips inside) and choose the table in it."""
    _extract(source, path, folder, Budget(f"{source.id} ({path.name})", path, folder), depth=0)
    members = sorted(
        member
        for member in folder.rglob("*")
        if member.suffix.lower() in suffixes
        and member != path
        and not is_companion(member)
        and not any(part.suffix.lower() == ".gdb" for part in member.parents)
    )
    names = {member: PurePosixPath(member.relative_to(folder)).as_posix() for member in members}
    where = f"{source.id} ({path.name})"
    if not members:
        held = ", ".join(sorted(path.name for path in folder.rglob("*") if path.is_file())[:8]) or "nothing"
        raise SourceError(f"{where}: the zip holds no table that can be read (it holds {held}).")
    wanted = source.layer
    if wanted is not None:
        matching = [member for member in members if wanted in (names[member], member.name, member.stem)]
        if len(matching) == 1:
            return matching[0]
    data = [member for member in members if not _ABOUT.match(member.name)] if len(members) > 1 else members
    if len(data) == 1:
        return data[0]
    raise SourceError(
        f"{where}: the zip holds {len(members)} tables: {', '.join(names.values())}. Name one in the run file with 'layer:'."
    )


def _extract(source: Source, path: Path, folder: Path, budget: Budget, depth: int) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            trouble = members_trouble(packed.infolist())
            if trouble:
                raise SourceError(
                    f"{budget.where}: the zip is not unpacked: {trouble}. If it is your own, pack the files again without it."
                )
            members = [
                member for member in packed.infolist() if not is_folder(member) and "__MACOSX" not in member.filename
            ]
            budget.expect(len(members), sum(member.file_size for member in members))
            for member in members:
                target = folder / member_path(member.filename)
                _require_fresh(budget.where, target, member.filename)
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(member) as inner, target.open("wb") as plain:
                    budget.copy(inner, plain)
                if target.suffix.lower() == ".zip" and depth < MOST_LEVELS:
                    _extract(source, target, target.with_suffix(""), budget, depth + 1)
                    target.unlink()
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError) as failure:
        raise SourceError(
            f"{source.id} ({path.name}): the zip file cannot be opened ({failure}). Fetch it again."
        ) from None


def _require_fresh(where: str, target: Path, name: str) -> None:
    """Stop at names no file system takes, and at two members of one name: which of them is meant is not said."""
    if max(len(part.encode("utf-8", "replace")) for part in target.parts) > LONGEST_NAME:
        raise SourceError(f"{where}: the zip holds a name of {len(name)} letters ('{name[:40]}…'). Pack it again.")
    if target.exists() or any(parent.is_file() for parent in target.parents):
        raise SourceError(
            f"{where}: the zip holds '{name[:80]}' twice, as two files or as a file and a folder. Pack it again."
        )


class Budget:
    """How much one archive may unpack to, in all.

    Parameters
    ----------
    where : str
        What to call the archive in messages.
    path : Path
        The archive; a small one may not hold a very large file.
    folder : Path
        Where it is unpacked.
    """

    def __init__(self, where: str, path: Path, folder: Path) -> None:
        self.where = where
        self._free = shutil.disk_usage(folder).free
        self.most = min(MOST_BYTES, max(ALWAYS_BYTES, MOST_RATIO * path.stat().st_size))
        self._used = 0
        self._members = 0

    def expect(self, members: int, size: int) -> None:
        """Stop before anything is unpacked when an archive says itself that it holds too much."""
        self._members += members
        if self._members > MOST_MEMBERS:
            raise SourceError(
                f"{self.where}: the archive holds {self._members:,} files; {MOST_MEMBERS:,} are unpacked at most."
            )
        self._require(self._used + size)

    def copy(self, packed: IO[bytes] | gzip.GzipFile, plain: IO[bytes]) -> None:
        """Copy a member, and stop once all of them are more than may be."""
        while block := packed.read(1 << 20):
            self._used += len(block)
            self._require(self._used)
            plain.write(block)

    def _require(self, size: int) -> None:
        if size > self.most:
            raise SourceError(
                f"{self.where}: the archive unpacks to more than {self.most / 1e6:,.0f} MB, which is more than such an archive "
                "may hold. If the file is right, unpack it yourself and give the unpacked file."
            )
        if size > self._free:
            raise SourceError(
                f"{self.where}: unpacking needs {size / 1e6:,.0f} MB and the temporary folder has "
                f"{self._free / 1e6:,.0f} MB left. Make room, set TMPDIR to another disk, or give the unpacked file."
            )
