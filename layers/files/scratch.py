"""Folders for what is unpacked for a moment, which only their user can read and which do not outlive their process.

However it ends: a shell waits beside the process for its end and removes the folder. Where that is ended as well (no power, a
whole container), the next command, or the next process that unpacks something, removes the folder: its lock, which the system
keeps as long as the process lives, is free.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from layers.files.json_text import parse_json
from layers.process_locks import is_gone, lock_file, this_process

_START = "minewaste-scratch-"
_NAME = re.compile(rf"{_START}\d+-\w+")
_LOCK = "lock"
_LONGEST_LOCK = 4096
_WAIT_AND_REMOVE = 'read -r line; rm -rf -- "$1"'


class Scratch:
    """A folder that ends with this process.

    Parameters
    ----------
    home : Path
        The folder for temporary files it lies in; what processes that are no more left there is removed first.
    """

    def __init__(self, home: Path) -> None:
        sweep_scratch(home)
        self.path, self._lock = _locked(home)
        self._owner = os.getpid()
        self._waiting: subprocess.Popen[bytes] | None = None
        with suppress(OSError):  # a system without a shell: the next process removes it
            self._waiting = subprocess.Popen(  # noqa: S603 - a text of this file and a path of its own
                ["/bin/sh", "-c", _WAIT_AND_REMOVE, "sh", str(self.path.resolve())],
                stdin=subprocess.PIPE,  # ends with this process, and with those that it forked
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.defpath},
                cwd="/",
                start_new_session=True,  # a signal to all of a terminal or group is not for the shell
            )

    def remove(self) -> None:
        """Remove the folder now; does nothing in a process that was forked from its own."""
        if os.getpid() != self._owner:
            return
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()
        if self._waiting is not None:
            assert self._waiting.stdin is not None  # noqa: S101 - narrowed for mypy; it was asked for
            self._waiting.stdin.close()
            self._waiting.wait()
            self._waiting = None


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give an empty folder for what must not stay, and remove it at the end of the block."""
    with tempfile.TemporaryDirectory(dir=scratch_home()) as folder:
        yield Path(folder)


_OF_PROCESS: dict[int, Scratch] = {}


def scratch_home() -> Path:
    """Return where this process unpacks: the folder of the command it belongs to, else one of its own."""
    temporary = Path(tempfile.gettempdir())
    if _NAME.fullmatch(temporary.name) and (temporary / _LOCK).is_file():
        return temporary
    own = _OF_PROCESS.get(os.getpid())
    if own is None or not own.path.is_dir():
        own = _OF_PROCESS[os.getpid()] = Scratch(temporary)
        atexit.register(own.remove)
    return own.path


def sweep_scratch(home: Path) -> None:
    """Remove the scratch folders of processes of this user that are no more."""
    for folder in home.glob(f"{_START}*"):
        with suppress(OSError):
            mine = not hasattr(os, "getuid") or folder.lstat().st_uid == os.getuid()
            if mine and _NAME.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink():
                _remove_if_left(folder)


def _remove_if_left(folder: Path) -> None:
    if not (folder / _LOCK).exists():
        folder.rmdir()  # of a process that ended, or is, between making it and locking it; the latter then makes another
        return
    with (folder / _LOCK).open("r+", encoding="utf-8", errors="replace") as lock:
        alone = lock_file(lock)
        if alone is False:
            return
        text = lock.read(_LONGEST_LOCK)
        owner: object = None
        with suppress(ValueError):
            owner = parse_json(text)
        unsaid = (
            alone is True and not text
        )  # ended before it could say who it is, or is about to see that this has its lock
        if unsaid or is_gone(owner if isinstance(owner, dict) else {}, freed=alone is True):
            shutil.rmtree(folder, ignore_errors=True)


def _locked(home: Path) -> tuple[Path, IO[str]]:
    """Make a folder and hold it, again where another process swept it between the two."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"{_START}{os.getpid()}-", dir=home))
        try:
            lock = (folder / _LOCK).open("x", encoding="utf-8")
        except FileNotFoundError:
            continue
        if lock_file(lock) is not False and (folder / _LOCK).is_file():
            lock.write(json.dumps(this_process()))
            lock.flush()
            return folder, lock
        lock.close()
