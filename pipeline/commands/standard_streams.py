"""Standard streams of a command: closed before it began, of libraries that write past Python, in encodings of few letters."""

from __future__ import annotations

import io
import os
import sys

from layers.gdal import let_lines_be_caught
from pipeline.commands.unexpected import DEBUG

_ERRORS = 2


def part_standard_error() -> None:
    """Let Python write to standard error through a descriptor of its own; lines that libraries write past it go nowhere.

    Such lines quote what files hold, those of private layers too. Where they matter they are caught (`writing_with_gdal`).
    """
    try:
        if sys.stderr.fileno() != _ERRORS:
            return
    except (AttributeError, OSError, ValueError):  # a stream that is no file, or none
        return
    sys.stderr.flush()
    own = os.dup(_ERRORS)
    sys.stderr = os.fdopen(own, "w", 1, encoding=sys.stderr.encoding, errors=sys.stderr.errors)
    if not os.environ.get(DEBUG):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _ERRORS)
        os.close(nowhere)
    let_lines_be_caught()


def keep_standard_streams() -> None:
    """Put nothing in the place of a standard stream that was closed before the command began.

    Without it the next file that is opened becomes the stream, and what libraries say is written into it. A letter that a
    stream has no code for (a log in Latin-1) becomes a question mark: it ended a command whose work was done.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")


def writes_every_letter() -> bool:
    """Say whether standard output has a code for every letter."""
    return (sys.stdout.encoding or "").lower().startswith("utf")
