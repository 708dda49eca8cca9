"""Stop in good order before the memory is gone: the system would end the process without a word."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from pipeline.folder.memory import available_bytes
from pipeline.stopping import end_with

LEAST_BYTES = 150 << 20
"""With less left, the next step of any library may be the last."""
LOOK_EVERY_S = 0.2

OF_A_RUN = (
    "What was finished is kept: run it again to go on. Close other programs, lower dask.workers, raise dask.partitions so that "
    "slices become smaller, keep the rows of the region, or take a machine with more memory."
)
OF_OTHERS = "Close other programs, raise the limit set for this user (ulimit -v), or take a machine with more memory."


def more_memory() -> str:
    """Return what helps where memory is short: a run goes on where it stopped, other commands have no parts."""
    context = click.get_current_context(silent=True)
    return OF_OTHERS if context is not None and context.info_name not in ("run", "demo") else OF_A_RUN


@contextmanager
def watched_memory() -> Iterator[None]:
    """End the process with a message, half-written files removed, when less than `LEAST_BYTES` of memory are left.

    Looks five times a second, so that a gigabyte cannot be filled in between; where less was left from the start, a quarter of
    that is the limit. Does nothing where the system does not say how much is left.
    """
    at_first = available_bytes()
    if at_first is None:
        yield
        return
    advice = more_memory()
    least, over = min(LEAST_BYTES, at_first // 4), threading.Event()

    def watch() -> None:
        while not over.wait(LOOK_EVERY_S):
            left = available_bytes()
            if left is not None and left < least:
                end_with(
                    f"minewaste: only {left / 1e6:,.0f} MB of memory are left, so it stopped before they ran out. {advice}",
                    1,
                )

    thread = threading.Thread(target=watch, daemon=True, name="memory")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
