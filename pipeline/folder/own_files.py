"""Single files that a person names for a command to write: replaced only where the same command wrote what stands there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from layers.errors import SourceError
from pipeline.folder.run_folder import LIST


def require_new_or_own(path: Path, option: str, holds: str, is_own: Callable[[Path], bool]) -> None:
    """Stop before a file is overwritten that this command did not write.

    Parameters
    ----------
    path : Path
        The file to write.
    option : str
        Of the command that names it, for the message.
    holds : str
        What the command writes, e.g. ``a former comparison``.
    is_own : callable
        Says of a file that is there whether it holds that.

    Raises
    ------
    SourceError
        If the path is a folder, a pipe or a device, lies in the folder of a run, or holds something else.
    """
    if path.is_dir():
        raise SourceError(f"{path}: is a folder, where the name of a file is needed. Give a file with {option}.")
    if path.exists() and not path.is_file():
        raise SourceError(
            f"{path}: is a pipe or a device, where the name of a file is needed. Give a file with {option}."
        )
    run = next((folder for folder in path.absolute().parents if (folder / LIST).exists()), None)
    if run is not None:
        raise SourceError(
            f"{path}: lies in the folder of a run ({run.name}), which only runs write. Give another {option}."
        )
    if path.exists() and not is_own(path):
        raise SourceError(f"{path}: holds something else than {holds}. Give another name with {option}.")


def begins_with(path: Path, start: bytes) -> bool:
    """Say whether a file begins with some bytes."""
    with path.open("rb") as file:
        return file.read(len(start)) == start
