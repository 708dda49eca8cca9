"""What surrounds every command: it can be stopped, unpacks where nothing stays, watches its memory and is given paths of text."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from layers.errors import SourceError
from layers.files.located import require_text_path
from pipeline.commands.unexpected import quiet_callbacks
from pipeline.folder.leftovers import temporary_folder
from pipeline.memory_watch import watched_memory
from pipeline.stopping import stoppable

SOUGHT_AFTER = (50_000, 20, 20)
"""New objects until Python seeks dead ones that hold each other, and searches of the young until it looks among the older.

With Python's own 700 a demo sought 1,600 times, a tenth of its processor seconds; the peak of its memory is the same.
"""


@contextmanager
def cycles_sought_seldom() -> Iterator[None]:
    """Let Python seek dead objects that hold each other every `SOUGHT_AFTER` new ones within the block."""
    former = gc.get_threshold()
    gc.set_threshold(*SOUGHT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*former)


LONGEST_WORD = 1_000
WORD_SHOWN = 200
"""Letters of a word of a message (no path is longer), and how many are shown of a longer one."""

_ENDLESS = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_FRAMES = "dask.dataframe"


@contextmanager
def without_dask_frames() -> Iterator[None]:
    """Let dask's frames pass for not installed within the block, unless they are loaded already.

    pandera loads them to learn that no table is one: half a processor second of every command, and no command needs them.
    """
    modules = cast("dict[str, Any]", sys.modules)
    modules.setdefault(_FRAMES, None)
    try:
        yield
    finally:
        if modules.get(_FRAMES) is None:
            modules.pop(_FRAMES, None)


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
    with (
        stoppable(),
        temporary_folder(),
        watched_memory(),
        quiet_callbacks(),
        cycles_sought_seldom(),
        without_dask_frames(),
    ):
        for name, value in arguments.items():
            if isinstance(value, Path):
                require_text_path(name, value)
        yield


def without_endless_words(text: str) -> str:
    """Return a text with words (values, keys and names that files hold) of more letters than `LONGEST_WORD` cut."""
    return _ENDLESS.sub(lambda word: f"{word[0][:WORD_SHOWN]}… ({len(word[0]):,} letters)", text)


def _require_working_folder() -> None:
    try:
        Path.cwd()
    except FileNotFoundError:
        raise SourceError(
            "the folder in which this command was started is no longer there. Change to one that is (cd), and start it again."
        ) from None
