"""What must go when a run is stopped in the middle: locks, half-written files and the temporary folder of this process."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from layers.files.scratch import Scratch

_TO_DO: list[Callable[[], None]] = []


@contextmanager
def cleaned(task: Callable[[], None]) -> Iterator[None]:
    """Do a task when the block ends, also when the process is stopped before the block can end."""
    _TO_DO.append(task)
    try:
        yield
    finally:
        _TO_DO.remove(task)
        task()


def clean_up() -> None:
    """Do what is left to do, the last first; called when the process is about to end without leaving its blocks."""
    for task in reversed(_TO_DO):
        with suppress(Exception):
            task()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Let everything this process unpacks lie in one temporary folder, and remove it at the end.

    Folders that a killed process left behind are removed first, since they may hold parts of private files.
    """
    former = tempfile.tempdir
    scratch = Scratch(Path(tempfile.gettempdir()))
    folder = scratch.path
    changed = {"TMPDIR": str(folder)}  # processes that this one starts follow it there
    if not _keeps_caches():
        changed["MPLCONFIGDIR"] = str(folder)
    asked = {name: os.environ.get(name) for name in changed}

    def remove() -> None:
        tempfile.tempdir = former
        for name, value in asked.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        scratch.remove()

    with cleaned(remove):
        tempfile.tempdir = str(folder)
        os.environ.update(changed)
        yield folder


def _keeps_caches() -> bool:
    """Say whether libraries can keep caches in the home of this user.

    Where they cannot, matplotlib makes a temporary folder, and fails to remove it once that of this process is gone.
    """
    if "MPLCONFIGDIR" in os.environ:
        return True
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.expanduser fails where nobody has a home
    for variable, usual in (("XDG_CONFIG_HOME", ".config"), ("XDG_CACHE_HOME", ".cache")):
        place = Path(os.environ.get(variable) or home / usual)
        there = next((path for path in (place, *place.parents) if path.is_dir()), place)
        try:
            tempfile.TemporaryFile(dir=there).close()
        except OSError:
            return False
    return True


def sweep_half_written(folder: Path) -> None:
    """Remove what an interrupted run left half written in its folder."""
    for path in [*folder.glob(".writing-*"), *folder.glob("*/.writing-*"), *folder.glob("*/*/.writing-*")]:
        shutil.rmtree(path, ignore_errors=True)
