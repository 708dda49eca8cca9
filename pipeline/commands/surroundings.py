"""What surrounds every command: it can be stopped, unpacks where nothing stays, watches the memory and is given paths of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from layers.errors import SourceError
from layers.files.located import require_text_path
from pipeline.commands.unexpected import quiet_callbacks
from pipeline.folder.leftovers import temporary_folder
from pipeline.memory_watch import watched_memory
from pipeline.stopping import stoppable


@contextmanager
def surroundings(arguments: Mapping[str, object]) -> Iterator[None]:
    """Let a command run inside the block.

    Parameters
    ----------
    arguments : mapping of str to object
        What it was given, by name.

    Raises
    ------
    SourceError
        If a path among the arguments is no text.
    Stopped
        As `stoppable` does.
    """
    _require_working_folder()
    with stoppable(), temporary_folder(), watched_memory(), quiet_callbacks():
        for name, value in arguments.items():
            if isinstance(value, Path):
                require_text_path(name, value)
        yield


def _require_working_folder() -> None:
    try:
        Path.cwd()
    except FileNotFoundError:
        raise SourceError(
            "the folder in which this command was started is no longer there. Change to one that is (cd), and start it again."
        ) from None
