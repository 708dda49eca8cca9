"""Give back to the system the memory that Python has freed and the C library still holds."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

import pyarrow


def give_back_memory() -> None:
    """Give freed memory back to the system: Arrow's, and that of the C library where it is glibc.

    Millions of small objects (texts, points) leave holes behind that glibc keeps for itself: a fifth of the memory of the process
    after a million samples are read.
    """
    pyarrow.default_memory_pool().release_unused()
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").malloc_trim(0)
