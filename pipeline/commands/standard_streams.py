"""Standard streams that were closed before the command began, as some daemons start commands."""

from __future__ import annotations

import os
import sys

_ERRORS = 2


def part_standard_error() -> None:
    """Let Python write to standard error through a descriptor of its own, so that lines libraries write past it can be caught."""
    try:
        if sys.stderr.fileno() != _ERRORS:
            return
    except (AttributeError, OSError, ValueError):  # a stream that is no file, or none
        return
    sys.stderr.flush()
    own = os.dup(_ERRORS)
    sys.stderr = os.fdopen(own, "w", 1, encoding=sys.stderr.encoding, errors=sys.stderr.errors)


def keep_standard_streams() -> None:
    """Put nothing in the place of a standard stream that was closed before the command began.

    Without it the next file that is opened becomes the stream, and what libraries say is written into it.
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
