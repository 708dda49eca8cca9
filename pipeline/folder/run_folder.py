"""A run folder: marked as one, held by one writer at a time, with a list of the files that were written into it.

``stages/written.txt`` is both mark and list: its first line says what the folder is, every other line names a file of it, put
down before the file is written. What is not on the list is never overwritten and never removed.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from layers.errors import SourceError
from layers.files.json_text import parse_json
from layers.files.located import require_text_path
from layers.process_locks import is_gone, lock_file, this_process
from pipeline.folder.leftovers import cleaned, sweep_half_written
from pipeline.folder.writing import read_bounded, unheld, unwritable, write_text

MARK = "minewaste run folder, format 1"
LIST = "stages/written.txt"
LOCK = "stages/lock"
UNREAD = "stages/requests_unread"
"""Lies there from the beginning of a run that is to follow requests of stewards until what they ask for is out of the folder."""
LONGEST_LOCK = 4096
"""Letters of a lock that are read."""

INNER = ("stages", "stages/published", "sheets", "model")
"""Folders inside a run folder."""

FILES = frozenset({
    "accounting.csv", "manifest.json", "map.html", "ranking.csv", "ranking.gpkg", "ranking.xlsx", "rejected.csv", "report.html",
    "samples.csv", "samples.gpkg", "site_territories.csv", "sites.parquet", "surface.tif", "targets.csv",
})  # fmt: skip
"""Files that runs write beside these folders. Another name on the list was put there by somebody else, and is not removed."""


class RunFolder:
    """The folder of one run.

    Parameters
    ----------
    path : Path
        Made when missing. A folder with files in it must be one that an earlier run made.

    Raises
    ------
    SourceError
        If it holds files and is no run folder, is a file, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.used: set[str] = set()
        self._list = path / LIST
        self._one_at_a_time = threading.Lock()
        require_place(path)
        if not self._list.is_file():
            self._begin_list()
        self.written = read_list(path)

    def _begin_list(self) -> None:
        """Mark the folder, unless another run that begins at the same time has just done it: its list must not be lost."""
        try:
            self._list.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unheld(self.path, error) from None
        with suppress(OSError), tempfile.TemporaryDirectory(prefix=".writing-", dir=self._list.parent) as fresh:
            (Path(fresh) / self._list.name).write_text(f"{MARK}\n", encoding="utf-8")
            os.link(Path(fresh) / self._list.name, self._list)
        if not self._list.is_file():  # a file system without links
            write_list(self.path, set())

    def claim(self, *names: str) -> None:
        """Put files on the list before they are written.

        Parameters
        ----------
        *names : str
            Relative to the folder, with ``/``.

        Raises
        ------
        SourceError
            If such a file lies there and no run wrote it.
        """
        with self._one_at_a_time:
            self.used.update(names)
            fresh = [name for name in names if name not in self.written]
            strangers = [name for name in fresh if (self.path / name).exists()]
            if strangers:
                raise SourceError(
                    f"{self.path}: {', '.join(strangers[:3])} lies there and was not written by minewaste, so it is not "
                    "overwritten. Move it elsewhere, then run it again."
                )
            if fresh:
                try:
                    if has_other_names(self._list):  # a list in two folders: each goes on by itself
                        write_list(self.path, read_list(self.path))
                    with self._list.open("a", encoding="utf-8") as stream:
                        stream.write(
                            "\n" + "".join(f"{name}\n" for name in fresh)
                        )  # the line before may be half a line
                except OSError as error:
                    raise unwritable(self._list, error) from None
                self.written.update(fresh)

    def reload(self) -> None:
        """Read the list again after others have removed files."""
        self.written = read_list(self.path)

    def remove(self, *names: str) -> None:
        """Remove files that a run wrote, and folders that are empty then; others are left alone."""
        for name in names:
            if name in self.written:
                with suppress(FileNotFoundError):
                    (self.path / name).unlink()
                with suppress(OSError):
                    (self.path / name).parent.rmdir()

    def remove_unused(self) -> None:
        """Remove what earlier runs wrote and this one did not, and shorten the list."""
        self.remove(*(self.written - self.used))
        self.written &= self.used
        write_list(self.path, self.written)


def require_place(path: Path) -> None:
    """Stop at a place where no run can be written; nothing is made there yet.

    Raises
    ------
    SourceError
        If it is a file, lies inside the folder of a run, or holds files and is no run folder.
    """
    require_text_path("run folder", path)
    above = next((folder for folder in path.resolve().parents if (folder / LIST).is_file()), None)
    if above is not None:
        raise SourceError(f"{path}: lies inside {above}, which is the folder of another run. Give another --out.")
    require_own_folder(path)
    if path.exists() and not path.is_dir():
        raise SourceError(f"{path}: is a file, where the folder of a run is needed. Give another --out.")
    if path.is_dir() and not (path / LIST).is_file():
        strangers = sorted(islice((file for file in _files(path) if ".writing-" not in file), 3))
        if strangers:
            raise SourceError(
                f"{path}: holds files ({', '.join(strangers)} …) and is not the folder of a run, so nothing is written there. "
                "Give a new or an empty folder with --out."
            )


def read_list(path: Path) -> set[str]:
    """Return the names of the files that runs wrote into a folder.

    Raises
    ------
    SourceError
        If the folder is no run folder.
    """
    _require_files(path)
    try:
        lines = read_bounded(path / LIST).decode("utf-8", "replace").splitlines()
    except (OSError, ValueError):
        lines = []
    if not lines or lines[0] != MARK:
        raise SourceError(
            f"{path}: is not the folder of a run ({LIST} is missing or of another version). Give the folder that "
            "`minewaste run` or `minewaste demo` wrote; a folder of an earlier version must be made anew."
        )
    return {line for line in lines[1:] if (line in FILES or line.partition("/")[0] in INNER) and is_own(path, line)}


def write_list(path: Path, names: set[str]) -> None:
    """Mark a folder as a run folder that holds these files."""
    write_text(path / LIST, "".join(f"{line}\n" for line in [MARK, *sorted(names)]))


@contextmanager
def held(path: Path, instead: str = "Wait for it, or give another --out.") -> Iterator[RunFolder]:
    """Hold a run folder against other writers while it is written, and clear what an interrupted run left half written.

    Parameters
    ----------
    path : Path
        The run folder.
    instead : str
        What a person can do while another run holds it.

    Raises
    ------
    SourceError
        If another run holds it (the message says which), or as `RunFolder` does.
    """
    folder = RunFolder(path)
    lock = _Lock(path / LOCK, instead)
    lock.take()
    with cleaned(lock.give_back), cleaned(lambda: sweep_half_written(path)):
        sweep_half_written(path)
        folder.reload()
        yield folder


@contextmanager
def requests_awaited(path: Path, *, asked: bool) -> Iterator[None]:
    """Mark a run folder until the requests of stewards are followed there; a block that stops half way leaves the mark.

    Parameters
    ----------
    path : Path
        The run folder.
    asked : bool
        Whether the run that begins is given requests; a mark of an earlier one that was given some goes at the end in any case.
    """
    if asked:
        write_text(path / UNREAD, "")
    yield
    (path / UNREAD).unlink(missing_ok=True)


def require_requests_read(path: Path) -> None:
    """Stop at a run folder where a later run was to follow requests of stewards and stopped before it had read them.

    Raises
    ------
    SourceError
        What the folder shows may be what they ask to leave out.
    """
    if (path / UNREAD).exists():
        raise SourceError(
            f"{path}: a later run that is to follow requests of stewards was begun there and has not come to them, so the "
            "folder may show what they ask to leave out. Run the run file again to its end."
        )


def has_later_run(path: Path) -> bool:
    """Say whether a later run was begun in the folder of a finished one and has not ended: it works, or was killed."""
    return (path / LOCK).exists()


class _Lock:
    """A file that names the process that writes the folder, locked by the system as long as that process lives."""

    def __init__(self, path: Path, instead: str) -> None:
        self.path = path
        self.instead = instead
        self._handle: Any = None

    def take(self) -> None:
        """Take the lock, or say who has it."""
        try:
            self._take()
        except OSError as error:
            raise unheld(self.path, error) from None

    def _take(self) -> None:
        while True:
            handle = self.path.open("a+", encoding="utf-8", errors="replace")
            alone = lock_file(handle)
            handle.seek(0)
            owner = _parsed(handle.read(LONGEST_LOCK))
            if alone is False or (owner and not is_gone(owner, freed=alone is True)):
                handle.close()
                raise SourceError(
                    f"{self.path.parent.parent}: another run writes this folder ({_who(owner)}). {self.instead} "
                    f"If that run is no more, delete {self.path.name} in {self.path.parent}."
                )
            with suppress(FileNotFoundError):
                if has_other_names(self.path):  # nobody holds it, and what it is elsewhere stays as it is
                    self.path.unlink()
                elif self.path.stat().st_ino == os.fstat(handle.fileno()).st_ino:
                    break
            handle.close()  # the file has just been removed: by the former holder, or here
        handle.truncate(0)
        handle.write(json.dumps(this_process()))
        handle.flush()
        self._handle = handle

    def give_back(self) -> None:
        """Remove the lock."""
        if self._handle is not None:
            self.path.unlink(missing_ok=True)
            self._handle.close()
            self._handle = None


def has_other_names(path: Path) -> bool:
    """Say whether a file has another name somewhere (a hard link): writing into it would change what stands there."""
    return path.stat().st_nlink > 1


def _who(owner: dict[str, Any]) -> str:
    if not owner:
        return "it does not say which"
    return f"process {owner.get('pid')} on {owner.get('host')}, since {owner.get('started')}"


def _parsed(text: str) -> dict[str, Any]:
    with suppress(ValueError):
        owner = parse_json(text)
        return owner if isinstance(owner, dict) else {}
    return {}


def _files(path: Path) -> Iterator[str]:
    return (member.relative_to(path).as_posix() for member in path.rglob("*") if member.is_file())


def is_inside(name: str) -> bool:
    """Say whether a name of a list stays inside the folder."""
    parts = Path(name).parts
    return "\x00" not in name and bool(parts) and not Path(name).is_absolute() and ".." not in parts


def is_own(path: Path, name: str) -> bool:
    """Say whether a name of the list is that of a file inside the folder, also where a folder on the way is a link."""
    parts = Path(name).parts
    linked = any((path / Path(*parts[:depth])).is_symlink() for depth in range(1, len(parts)))
    return is_inside(name) and not linked and ((path / name).is_symlink() or not (path / name).is_dir())


def _require_files(path: Path) -> None:
    """Stop at a run folder with pipes, sockets or devices in it: whoever opened one might wait for ever."""
    if not (path / LIST).exists():  # a folder of any other kind may be as large as the disk
        return
    strange = [
        entry.relative_to(path).as_posix()
        for entry in sorted(path.rglob("*"))
        if entry.exists() and not (entry.is_file() or entry.is_dir())
    ]
    if strange:
        raise SourceError(
            f"{path}: {', '.join(strange[:3])} is a pipe or a device, which no run writes; nothing is read there. Remove it."
        )


def require_own_folder(path: Path) -> None:
    """Stop at a run folder whose inner folders, list or lock are links, for what is written there lies elsewhere, or are none.

    Raises
    ------
    SourceError
        Naming the links.
    """
    _require_files(path)
    links = [name for name in (*INNER, LIST, LOCK, UNREAD) if (path / name).is_symlink()]
    if links:
        raise SourceError(
            f"{path}: {', '.join(links)} leads elsewhere by a link, which no run makes; nothing is read, written or "
            "removed there. Copy the folder with what the links lead to, or run the run file again into a new one."
        )
    folders = [name for name in (LIST, LOCK) if (path / name).is_dir()]
    if folders:
        raise SourceError(f"{path}: {', '.join(folders)} is a folder, where a run keeps a file. Remove it.")
