"""The one boundary at which what a library raises becomes a `SourceError` that names the file and says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from layers.errors import MinewasteError, SourceError

REMEDY = (
    "Check that the file is complete and of the format its name says; open it in its own program and save it again."
)
UNFORESEEN = "Nobody foresaw such a file: please report it with a few of its rows, and leave the source out until then."
_LONGEST = 240

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
    except MinewasteError:
        raise
    except MemoryError:
        raise SourceError(
            f"{where}: the file does not fit into the memory that is left. Keep the rows of the region and the columns that are "
            "needed, or read it on a machine with more memory."
        ) from None
    except Exception as failure:  # noqa: BLE001 - any library may raise anything at a damaged file; people see one sentence
        raise SourceError(f"{where}: the file cannot be read ({in_short(failure)}). {remedy}") from None


def in_short(failure: BaseException) -> str:
    """Return what an exception says on one short line; its kind where it says nothing."""
    if isinstance(failure, LOST_IN_THE_FILE):
        return "its parts do not fit together"
    text = " ".join(str(failure).split())
    kind = type(failure).__name__
    text = f"{kind}: {text}" if text and not isinstance(failure, OSError | ValueError | RuntimeError) else text or kind
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
