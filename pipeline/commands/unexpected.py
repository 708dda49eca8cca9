"""What the command says of an exception that nobody foresaw."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBUG = "MINEWASTE_DEBUG"
"""Name of the environment variable that, set to anything, lets an unexpected exception through with its traceback."""


def unexpected(error: Exception) -> str:
    """Return what to say of an exception that nobody foresaw: what it was, where in the program, and what to report.

    Parameters
    ----------
    error : Exception
        As it was caught.

    Returns
    -------
    str
        Names the innermost line of this project that was on the way; never a path of the machine.
    """
    root = Path(__file__).resolve().parents[2]
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(root)]
    own = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    at = (
        f" in {Path(own[-1].filename).relative_to(root).as_posix()}, line {own[-1].lineno} ({own[-1].name})"
        if own
        else ""
    )
    text = " ".join(str(error).split())[:300] or "no message"
    return (
        f"minewaste: an unexpected {type(error).__name__}{at}: {text}. This is a fault of minewaste: nothing can be trusted that "
        "this command was about to write. Please report this line with the command and the output of `minewaste --version`; "
        f"{DEBUG}=1 before the command shows all there is to know. `minewaste check` tells which source it comes from."
    )


@contextmanager
def quiet_callbacks() -> Iterator[None]:
    """Let no warning of a library, nor a traceback of what it failed at beside the work, reach the terminal.

    rasterio hands on what GDAL says of a damaged file and fails where that is no UTF-8; what the file is refused for is told
    all the same, by the exception of the call itself. Anything else that was passed over is told in one line.
    """

    def passed_over(event: sys.UnraisableHookArgs) -> None:
        if not isinstance(event.exc_value, UnicodeError):
            text = " ".join(str(event.exc_value).split())[:300]
            sys.stderr.write(f"minewaste: passed over: {event.exc_type.__name__} {text}\n")

    former, shown = sys.unraisablehook, warnings.showwarning
    if not os.environ.get(DEBUG):
        sys.unraisablehook, warnings.showwarning = passed_over, _shown_to_nobody
    try:
        yield
    finally:
        sys.unraisablehook, warnings.showwarning = former, shown


def _shown_to_nobody(*_: object, **__: object) -> None:
    """Stand in for what prints the warnings of libraries: they quote what files hold, and what people need is told by notes."""
