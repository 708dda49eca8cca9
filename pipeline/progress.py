"""Tell a person where a run is: a live bar on a terminal, plain lines elsewhere, nothing when asked to be quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

STEPS = 21
"""Steps of a run (`pipeline.run`), for the length of the bar; a test counts them."""


class Progress:
    """Report the steps of a run on a stream.

    Parameters
    ----------
    quiet : bool
        Report nothing.
    steps : int
        How many steps there will be.
    stream : text stream, optional
        Default standard error, so that standard output stays for results.
    """

    def __init__(self, *, quiet: bool = False, steps: int = STEPS, stream: TextIO | None = None) -> None:
        self.quiet = quiet
        self.steps = steps
        self.taken = 0
        self.stream = stream or sys.stderr
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        if not self.quiet and self.stream.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=Console(file=self.stream),
            )
            self._bar.start()
            self._task = self._bar.add_task("starting", total=self.steps)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """Report one step while it runs."""
        started = time.perf_counter()
        if self._bar is not None:
            self._bar.update(self._task, description=f"{words:<44}")
        yield
        self.taken += 1
        if self._bar is not None:
            self._bar.advance(self._task)
        else:
            self.say(f"{words} … {time.perf_counter() - started:.1f} s")

    def mention(self, words: str | None) -> None:
        """Print what a person should know before the next step, unless quiet or there is nothing."""
        if words is not None and self._bar is not None:
            self._bar.console.print(words, markup=False)
        elif words is not None:
            self.say(words)

    def say(self, line: str) -> None:
        """Print a line unless quiet."""
        if not self.quiet:
            print(line, file=self.stream, flush=True)
