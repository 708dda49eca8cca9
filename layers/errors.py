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


class LayerError(MinewasteError):
    """A table breaks its schema: fix the rows or the column mapping."""


class StageError(MinewasteError):
    """No honest answer follows from valid inputs: change a parameter."""
