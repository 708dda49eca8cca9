"""Files inside zip and gzip."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.vector_layers import is_companion


@contextmanager
def unpacked(source: Source, path: Path, suffixes: Collection[str]) -> Iterator[Path]:
    """Give the file itself, or its content unpacked in a temporary folder."""
    suffix = path.suffix.lower()
    if suffix in (".gz", ".zip"):
        with tempfile.TemporaryDirectory(prefix="minewaste-") as folder:
            yield (_gunzip if suffix == ".gz" else _unzip)(source, path, Path(folder), suffixes)
    else:
        yield path


def _gunzip(source: Source, path: Path, folder: Path, suffixes: Collection[str]) -> Path:
    target = folder / path.stem
    try:
        with gzip.open(path) as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain)
    except (OSError, EOFError) as failure:
        raise SourceError(
            f"{source.id} ({path.name}): the gzip file is damaged or cut off ({failure}). Fetch it again."
        ) from None
    return _unzip(source, target, folder, suffixes) if target.suffix.lower() == ".zip" else target


def _unzip(source: Source, path: Path, folder: Path, suffixes: Collection[str]) -> Path:
    """Unpack a zip (with zips inside) and choose the table in it."""
    _extract(source, path, folder, depth=0)
    found = sorted(
        one
        for one in folder.rglob("*")
        if one.suffix.lower() in suffixes
        and one != path
        and not is_companion(one)
        and not any(part.suffix.lower() == ".gdb" for part in one.parents)
    )
    names = {one: PurePosixPath(one.relative_to(folder)).as_posix() for one in found}
    where = f"{source.id} ({path.name})"
    if not found:
        held = ", ".join(sorted(one.name for one in folder.rglob("*") if one.is_file())[:8]) or "nothing"
        raise SourceError(f"{where}: the zip holds no table that can be read (it holds {held}).")
    wanted = source.layer
    if wanted is not None:
        matching = [one for one in found if wanted in (names[one], one.name, one.stem)]
        if len(matching) == 1:
            return matching[0]
    if len(found) == 1:
        return found[0]
    raise SourceError(
        f"{where}: the zip holds {len(found)} tables: {', '.join(names.values())}. Name one in the run file with 'layer:'."
    )


def _extract(source: Source, path: Path, folder: Path, depth: int) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            for member in packed.infolist():
                target = (folder / member.filename).resolve()
                if member.is_dir() or not target.is_relative_to(folder.resolve()) or "__MACOSX" in member.filename:
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(member) as inner, target.open("wb") as plain:
                    shutil.copyfileobj(inner, plain)
                if target.suffix.lower() == ".zip" and depth < 3:
                    _extract(source, target, target.with_suffix(""), depth + 1)
                    target.unlink()
    except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError) as failure:
        raise SourceError(
            f"{source.id} ({path.name}): the zip file cannot be opened ({failure}). Fetch it again."
        ) from None
