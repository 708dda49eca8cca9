"""CSV that every program cuts into the same cells: the one way in which tables are written as text."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import pandas as pd

from layers.formulas import OTHER_BREAKS, without_formulas

BREAKS = "\n" + OTHER_BREAKS
"""The end of a row for Python's writer, which puts quotes around cells that hold a sign of it."""


class _Text(Protocol):
    def write(self, text: str, /) -> int: ...


class Rows:
    """Takes the rows of Python's writer of CSV, made with `BREAKS` as their end, and gives each the end it is to have."""

    def __init__(self, text: _Text, end: str) -> None:
        self._text, self._end = text, end

    def write(self, row: str) -> int:
        """Take one row, or several rows after each other."""
        return self._text.write(row.replace(BREAKS, self._end))

    def __iter__(self) -> Iterable[str]:
        """Nothing is read; pandas asks of whatever it writes to that it could be."""
        raise NotImplementedError


def write_csv(table: pd.DataFrame, path: Path, *, encoding: str = "utf-8", end: str = "\n") -> None:
    """Write a table as CSV in which no cell is calculated, and none that holds a line break stands without quotes.

    Parameters
    ----------
    table : DataFrame
        Without its index.
    path : Path
        Is overwritten.
    encoding : str
        Of Python, e.g. ``utf-8-sig`` with a mark in front.
    end : str
        Of a row.
    """
    with path.open("w", encoding=encoding, newline="") as text:
        without_formulas(table).to_csv(Rows(text, end), index=False, lineterminator=BREAKS)  # type: ignore[call-overload]
