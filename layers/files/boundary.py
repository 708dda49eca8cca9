"""The one boundary at which what a library raises becomes a `SourceError` that names the file and says what to do."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from layers.errors import MinewasteError, SourceError

REMEDY = (
    "Check that the file is complete and of the format its name says; open it in its own program and save it again."
)
UNFORESEEN = "Nobody foresaw such a file: please report it with a few of its rows, and leave the source out until then."
_LONGEST = 240
_LOOKED_AT = 2_000
_NO_MEMORY = re.compile(
    r"out of memory|bad_alloc|cannot (?:re)?allocate|unable to allocate|(?:m|re)alloc of size|can't start new thread",
    re.IGNORECASE,
)

LOST_IN_THE_FILE = (LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, NameError)
"""What a library raises where a damaged file leads it astray: words about its own code, which say nothing of the file."""


@contextmanager
def named_failure(where: str, remedy: str = REMEDY) -> Iterator[None]:
    """Turn any failure of a library inside the block into a `SourceError`; a `MinewasteError` passes as it is.

    Parameters
    ----------
    where : str
        What to call the file, and its layer where it has several: ``roads (roads.gpkg, layer 'main')``.
    remedy : str
        What a person can do about it, as a sentence.

    Raises
    ------
    SourceError
        With the library's own words, shortened, and the remedy.
    """
    try:
        yield
    except Exception as failure:
        if lacks_memory(failure):
            raise SourceError(
                f"{where}: the file does not fit into the memory that is left. Keep the rows of the region and the columns that "
                "are needed, or read it on a machine with more memory."
            ) from None
        if isinstance(failure, MinewasteError):
            raise
        raise SourceError(f"{where}: the file cannot be read ({in_short(failure)}). {remedy}") from None


def lacks_memory(failure: BaseException | None) -> bool:
    """Say whether an exception, or one that it took the place of, is of a library that got no memory: the file may be whole."""
    while failure is not None:
        no_more = isinstance(failure, OSError) and failure.errno == errno.ENOMEM
        words = not isinstance(failure, MinewasteError) and _NO_MEMORY.search(str(failure)[:_LOOKED_AT]) is not None
        if isinstance(failure, MemoryError) or no_more or words:
            return True
        failure = failure.__context__
    return False


def in_short(failure: BaseException) -> str:
    """Return what an exception says on one short line; its kind where it says nothing."""
    if isinstance(failure, LOST_IN_THE_FILE):
        return "its parts do not fit together"
    text = " ".join(str(failure).split())
    kind = type(failure).__name__
    text = f"{kind}: {text}" if text and not isinstance(failure, OSError | ValueError | RuntimeError) else text or kind
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
