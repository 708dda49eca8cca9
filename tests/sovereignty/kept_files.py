"""Loaded by workers of a cluster: what they remove stays in a folder, so that a search sees what lay there for a moment."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

FOLDER = "MINEWASTE_TEST_KEPT_FILES"
"""Variable of the environment that names the folder; on the same disk as what is removed."""


def dask_setup(_worker: object) -> None:
    """Put every file aside before it is removed."""
    folder, numbers = Path(os.environ[FOLDER]), itertools.count()

    def keeping(remove: Callable[..., None]) -> Callable[..., None]:
        def put_aside_and_remove(path: Any, *, dir_fd: int | None = None) -> None:
            aside = folder / f"{os.getpid()}-{next(numbers)}-{Path(os.fsdecode(path)).name}"
            with suppress(OSError):
                os.link(path, aside, src_dir_fd=dir_fd)
            remove(path, dir_fd=dir_fd)

        return put_aside_and_remove

    os.remove, os.unlink = keeping(os.remove), keeping(os.unlink)
