"""A table with a known answer, as a mutation changes it and a reader finds it."""

from __future__ import annotations

import copy
import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Truth = dict[str, dict[str, Any]]
"""Id of a row -> field -> value: numbers in base units, texts in NFC, ``("<", limit)`` where a result is below a limit."""


@dataclass
class Sheet:
    """One table: headings and text cells, what they mean, and how they are written.

    Parameters
    ----------
    role : str
        ``inventory`` or ``geochemistry``.
    keys : list of str
        What each column holds, by a name that no mutation changes.
    headings : list of str
        As written; one per key.
    rows : list of list of str
        Cells as written.
    mapping : dict of str to str
        Layer column -> key, for a run file written by hand.
    truth : Truth
        What must be read. A mutation that changes facts changes this.
    more : dict
        Further words of a run file written by hand (defaults, options).
    touched : set of str
        Keys of columns a mutation changed: a note that names one of them has told.
    rows_touched : set of str
        Ids whose rows a mutation changed.
    ghosts : set of str
        Ids that stand in the file and are no rows of the thing; never to be read without a word.
    """

    role: str
    keys: list[str]
    headings: list[str]
    rows: list[list[str]]
    mapping: dict[str, str]
    truth: Truth
    more: dict[str, Any] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    rows_touched: set[str] = field(default_factory=set)
    ghosts: set[str] = field(default_factory=set)
    name: str = "table"
    suffix: str = ".csv"
    delimiter: str = ","
    encoding: str = "utf-8"
    quoting: Any = csv.QUOTE_MINIMAL
    newline: str = "\n"
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    under: list[list[str]] = field(default_factory=list)
    pack: Callable[[Sheet, bytes], dict[str, bytes]] | None = None

    def copy(self) -> Sheet:
        """Return an independent copy."""
        return copy.deepcopy(self)

    def place(self, key: str) -> int:
        """Return the position of a column."""
        return self.keys.index(key)

    def has(self, *keys: str) -> bool:
        """Say whether all these columns are there."""
        return set(keys) <= set(self.keys)

    def ids(self) -> list[str]:
        """Return the id cells in file order."""
        return [row[self.place("id")] for row in self.rows]

    def column(self, key: str) -> list[str]:
        """Return the cells of a column."""
        return [row[self.place(key)] for row in self.rows]

    def change(self, key: str, make: Callable[[str], str], rows: Iterable[int] | None = None) -> None:
        """Change cells of a column, in all rows or some of them."""
        place = self.place(key)
        self.touched.add(key)
        for number in range(len(self.rows)) if rows is None else rows:
            self.rows[number][place] = make(self.rows[number][place])
            if rows is not None:
                self.rows_touched.add(self.ids()[number])

    def rename(self, key: str, heading: str) -> None:
        """Give a column another heading."""
        self.headings[self.place(key)] = heading
        self.touched.add(key)

    def insert(self, key: str, heading: str, cells: list[str], at: int | None = None) -> None:
        """Put a further column in."""
        at = len(self.keys) if at is None else at
        self.keys.insert(at, key)
        self.headings.insert(at, heading)
        self.touched.add(key)
        for row, cell in zip(self.rows, cells, strict=True):
            row.insert(at, cell)

    def remove(self, key: str) -> None:
        """Take a column out of the file and of the mapping; what it held is known no more."""
        at = self.place(key)
        del self.keys[at], self.headings[at]
        for row in self.rows:
            del row[at]
        self.mapping = {layer: one for layer, one in self.mapping.items() if one != key}
        for facts in self.truth.values():
            facts.pop(key, None)

    def text(self) -> str:
        """Return the table as text."""
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=self.delimiter, lineterminator=self.newline, quoting=self.quoting)
        writer.writerows([self.headings, *self.under, *self.rows])
        head = "".join(line + self.newline for line in self.before)
        return head + stream.getvalue() + "".join(line + self.newline for line in self.after)

    def files(self) -> dict[str, bytes]:
        """Return the files to write, by name; the first is the one a run file names."""
        data = self.text().encode(self.encoding)
        if self.pack is not None:
            return self.pack(self, data)
        return {self.name + self.suffix: data}

    def source(self, path: str) -> dict[str, Any]:
        """Return the source a careful person would write by hand, from the headings as they stand."""
        columns = {layer: self.headings[self.place(key)] for layer, key in self.mapping.items()}
        return {"id": "table", "role": self.role, "path": path, "columns": columns, **self.more}
