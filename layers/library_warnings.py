"""What libraries say beside their answers: warnings about conditions that are checked elsewhere, lines past Python."""

from __future__ import annotations

import errno
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_ONE_AT_A_TIME = threading.RLock()
_ONE_CATCHER = threading.Lock()
_ERRORS = 2
_MOST_BYTES = 100_000
_CAUSES = {
    "No space left on device": errno.ENOSPC,
    "disk is full": errno.ENOSPC,
    "File too large": errno.EFBIG,
    "Disk quota exceeded": errno.EDQUOT,
}
"""Words of GDAL and the libraries under it for why a file cannot be written, which their exceptions do not say."""


@contextmanager
def quiet(category: type[Warning] = Warning) -> Iterator[None]:
    """Ignore warnings of a kind. Python keeps one list of filters for all threads, so only one thread may change it at a time."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore", category)
        yield


@contextmanager
def writing_with_gdal() -> Iterator[None]:
    """Keep lines that GDAL writes past Python off the terminal within the block, and heed what they say.

    Where Python itself writes to the same descriptor, as in workers and where streams were not parted, they are let through.

    Raises
    ------
    OSError
        If a line or the failure inside the block says that the disk or a quota is full: also where GDAL reports no failure.
    """
    if _python_writes_there() or not _ONE_CATCHER.acquire(blocking=False):
        yield
        return
    try:
        with _caught() as caught:
            try:
                yield
            except Exception as failure:
                number = _cause(f"{_read(caught)}\n{failure}")
                if number is None:
                    raise
                raise OSError(number, os.strerror(number)) from failure
            number = _cause(_read(caught))
            if number is not None:
                raise OSError(number, os.strerror(number))
    finally:
        _ONE_CATCHER.release()


@contextmanager
def _caught() -> Iterator[int]:
    """Put a file in memory in the place of standard error, where the system has such files, else nothing."""
    kept = os.dup(_ERRORS)
    caught = os.memfd_create("lines") if hasattr(os, "memfd_create") else os.open(os.devnull, os.O_RDWR)
    try:
        os.dup2(caught, _ERRORS)
        yield caught
    finally:
        os.dup2(kept, _ERRORS)
        os.close(kept)
        os.close(caught)


def _read(caught: int) -> str:
    os.lseek(caught, 0, os.SEEK_SET)
    return os.read(caught, _MOST_BYTES).decode("utf-8", "replace")


def _cause(text: str) -> int | None:
    return next((number for words, number in _CAUSES.items() if words in text), None)


def _python_writes_there() -> bool:
    try:
        return sys.stderr.fileno() == _ERRORS
    except (AttributeError, OSError, ValueError):  # a stream that is no file, or none
        return False
