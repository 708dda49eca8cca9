"""Commands in processes of their own, forked from one that has loaded the libraries once, so that a start costs little."""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["pipeline.commands.cli", "pipeline.commands.configured", "pipeline.run", "skops.io"])


class Command:
    """A command of minewaste that has been started.

    Parameters
    ----------
    arguments : sequence
        As behind ``minewaste`` in a terminal.
    temporary : Path
        Folder its temporary files go to; made when missing.
    environment : mapping of str to str, optional
        Variables that differ from those of this process.
    file_bytes : int, optional
        Size no file it writes may have, as on a disk that is full.
    more_memory : int, optional
        Bytes of data it may take beside those it has at the start.
    """

    def __init__(
        self,
        arguments: Sequence[object],
        temporary: Path,
        environment: Mapping[str, str] | None = None,
        file_bytes: int | None = None,
        more_memory: int | None = None,
    ) -> None:
        temporary.mkdir(exist_ok=True)
        self._messages, theirs = _FORKING.Pipe(duplex=False)
        words = [str(one) for one in arguments]
        changed = {"TMPDIR": str(temporary), **(environment or {})}
        self._process = _FORKING.Process(target=_command, args=(words, theirs, changed, file_bytes, more_memory))
        self._process.start()
        theirs.close()

    def running(self) -> bool:
        """Say whether it goes on."""
        return self._process.is_alive()

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def children(self) -> list[int]:
        """Return the processes it has started."""
        listed = Path(f"/proc/{self._process.pid}/task").glob("*/children")
        return [int(one) for path in listed for one in path.read_text(encoding="ascii").split()]

    def end(self) -> tuple[int, str]:
        """Wait for its end; return its exit code (less than 0: the signal that ended it) and what it told its user."""
        told = b""
        while part := os.read(self._messages.fileno(), 65536):
            told += part
        self._messages.close()
        self._process.join()
        assert self._process.exitcode is not None
        return self._process.exitcode, told.decode()


def _command(
    words: list[str], messages: Connection, environment: dict[str, str], file_bytes: int | None, more_memory: int | None
) -> None:
    _count_no_lines()
    os.dup2(messages.fileno(), 1)
    os.dup2(messages.fileno(), 2)
    messages.close()
    os.environ.update(environment)
    tempfile.tempdir = None
    limits = {}
    if file_bytes is not None:
        limits[resource.RLIMIT_FSIZE] = file_bytes
    if more_memory is not None:
        taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5]) * resource.getpagesize()
        limits[resource.RLIMIT_DATA] = taken + more_memory
    sys.argv = ["minewaste", *words]
    from pipeline.commands.cli import main

    # The limits are those of the command alone: what measures the tests writes its own file behind it.
    before = {kind: resource.getrlimit(kind) for kind in limits}
    for kind, most in limits.items():
        resource.setrlimit(kind, (most, before[kind][1]))
    try:
        main()
    finally:
        for kind, ends in before.items():
            resource.setrlimit(kind, ends)


def _count_no_lines() -> None:
    """Leave the lines of commands uncounted: a signal that comes while the counter holds its lock would block it for ever."""
    coverage = sys.modules.get("coverage")
    measured = coverage and coverage.Coverage.current()
    if measured:
        measured.stop()
