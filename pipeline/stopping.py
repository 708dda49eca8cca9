"""Stop within two seconds when asked to (SIGINT, SIGTERM, SIGHUP, SIGQUIT), leave nothing behind, and say how to go on.

Python hands a signal to a program only between two steps of its own, and a long step of a compiled library may take minutes. A
thread therefore waits for signals beside the run: where the run has not ended by itself after a moment, the thread clears up and
ends the process. Files are put in place whole and marked last, so no moment is a wrong one.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from pipeline.folder.leftovers import clean_up

GRACE_S = 1.0
"""How long a run may take to leave its blocks by itself."""

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name))
"""An interruption, a request to end, a terminal that is closed, and the hard interruption of a keyboard."""

SHOW_CURSOR = "\x1b[?25h"


class Stopped(BaseException):
    """The process was asked to stop; not an `Exception`, so that nothing on the way takes it for a failure of its own."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = signal.Signals(number)


@contextmanager
def stoppable() -> Iterator[None]:
    """Let `SIGNALS` end the process in good order; does nothing outside the main thread.

    A closed terminal that is ignored already stays so: ``nohup`` lets a run outlive it.

    Raises
    ------
    Stopped
        At the next step of the program after a signal; `end` ends the process then.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    asked = threading.Event()

    def stop(number: int, _frame: object) -> None:
        if not asked.is_set():
            asked.set()
            raise Stopped(number)

    heeded = [number for number in SIGNALS if number.name != "SIGHUP" or signal.getsignal(number) is not signal.SIG_IGN]
    former = {number: signal.signal(number, stop) for number in heeded}
    former_writer = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_wait, args=(reader,), daemon=True, name="stopping").start()
    try:
        yield
    finally:
        if not asked.is_set():
            signal.set_wakeup_fd(former_writer)
            for number, handler in former.items():
                signal.signal(number, handler)
            os.close(writer)  # the thread reads the end of the pipe and ends


def _wait(reader: int) -> None:
    """Wait for a signal, give the run a moment, and end the process if it is still there."""
    while content := os.read(reader, 1):
        if content[0] in SIGNALS:
            threading.Event().wait(GRACE_S)
            end(signal.Signals(content[0]))
    os.close(reader)


_ENDING = threading.Lock()


def end(received: signal.Signals) -> NoReturn:
    """Clear up, say how to go on, and end the process with the code of the signal."""
    end_with(
        f"minewaste: stopped by {received.name}. What was finished is kept: run it again to go on.",
        128 + received,  # as shells have it
    )


def end_with(message: str, code: int) -> NoReturn:
    """Clear up, say something, and end the process from whatever thread this is."""
    with _ENDING:
        for child in multiprocessing.active_children():
            with suppress(OSError):
                child.kill()
        clean_up()
        with suppress(OSError, ValueError):
            start = SHOW_CURSOR if sys.stderr.isatty() else ""
            sys.stderr.write(f"{start}{message}\n")
            sys.stderr.flush()
            sys.stdout.flush()
        os._exit(code)
