"""The exception tree: each leaf names the thing a person has to edit."""

from __future__ import annotations


class MinewasteError(Exception):
    """Something a user can put right; the command prints it without a traceback.

    Messages read ``where: what, with the value and the count. What was expected. What to do.``
    """


class ConfigError(MinewasteError):
    """The run file is wrong: edit the YAML."""


class SourceError(MinewasteError):
    """A file is missing, unreadable or barred: see the file or its catalogue entry."""


class NoRowsError(SourceError):
    """A file is whole and holds no row: a fault of most sources, and an answer where a list may be empty.

    Parameters
    ----------
    message : str
        As of any `SourceError`.
    columns : tuple of str
        Names of the columns that have no cells.
    placed : bool
        Whether the format holds geometry.
    """

    def __init__(self, message: str, columns: tuple[str, ...] = (), *, placed: bool = False) -> None:
        super().__init__(message)
        self.columns = columns
        self.placed = placed


class LayerError(MinewasteError):
    """A table breaks its schema: fix the rows or the column mapping."""


class StageError(MinewasteError):
    """No honest answer follows from valid inputs: change a parameter."""
