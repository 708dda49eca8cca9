"""The folder of a screening: marked as one, with a list of what was written into it; nothing else in it is touched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from layers.errors import SourceError
from layers.process_locks import lock_file
from pipeline.folder.run_folder import is_own
from pipeline.folder.writing import read_bounded, write_text

MARK = "minewaste screening, format 1"
LIST = ".minewaste_screening.txt"


def listed(folder: Path) -> set[str] | None:
    """Return the names of the files that screenings wrote into a folder; None where it is no folder of one, or a link to it."""
    path = folder / LIST
    if folder.is_symlink() or path.is_symlink() or not path.is_file():
        return None
    with suppress(OSError, ValueError):
        mark, *names = read_bounded(path).decode().splitlines()
        return {name for name in names if is_own(folder, name)} if mark == MARK else None
    return None


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other screenings out of a folder within the block, where the system has such locks; it is made where it is not there.

    Raises
    ------
    SourceError
        If another screening is at work there.
    """
    if folder.exists() and not folder.is_dir():  # `put_in_place` says so
        yield
        return
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # not every system opens folders
        yield
        return
    try:
        if lock_file(handle) is False:
            raise SourceError(
                f"{folder}: another screening writes this folder at the moment. Wait until it has ended, or give another --out."
            )
        yield
    finally:
        os.close(handle)
        if made:
            with suppress(OSError):  # it holds pages now
                folder.rmdir()


def put_in_place(fresh: Path, folder: Path) -> None:
    """Replace what an earlier screening wrote by what a new one did.

    Every file takes the place of its name: what a link of that name leads to stays as it is.

    Parameters
    ----------
    fresh : Path
        Folder that holds the new pages and nothing else.
    folder : Path
        New, empty, or that of an earlier screening.

    Raises
    ------
    SourceError
        If the folder is a file or holds files and no screening, or a file or folder that no screening wrote bears the name of
        one to be written.
    """
    if folder.exists() and not folder.is_dir():
        raise SourceError(f"{folder}: is a file, where a folder for the pages is needed. Give another --out.")
    there = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    former = listed(folder)
    if there and ((folder / "stages").exists() or former is None):
        raise SourceError(
            f"{folder}: holds {len(there)} files and folders ({', '.join(there[:3])} …) and no earlier screening, so nothing is "
            "written there. Give a new or an empty folder with --out."
        )
    former = former or set()
    names = {path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file()}
    strangers = sorted(name for name in names - former if (folder / name).exists() or (folder / name).is_symlink())
    linked = sorted({name.split("/")[0] for name in names if not is_own(folder, name) or _in_a_file(folder / name)})
    if strangers or linked:
        raise SourceError(
            f"{folder}: {', '.join((strangers or linked)[:3])} lies there and was not written by a screening, so it is not "
            "overwritten. Move it elsewhere, or give another --out."
        )
    folder.mkdir(parents=True, exist_ok=True)
    _write_list(folder, former | names)
    remove(folder, former - names)
    for name in sorted(names):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).unlink(missing_ok=True)
        shutil.move(fresh / name, folder / name)
    _write_list(folder, names)


def remove(folder: Path, names: set[str]) -> None:
    """Remove files of the list, and folders in which nothing is left then."""
    for name in sorted(names):
        (folder / name).unlink(missing_ok=True)
        if (folder / name).parent != folder:
            with suppress(OSError):
                (folder / name).parent.rmdir()


def _write_list(folder: Path, names: set[str]) -> None:
    write_text(folder / LIST, "".join(f"{line}\n" for line in [MARK, *sorted(names)]))


def _in_a_file(path: Path) -> bool:
    """Say whether what should be the folder of a file is none."""
    return path.parent.exists() and not path.parent.is_dir()
