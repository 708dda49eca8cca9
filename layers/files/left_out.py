"""Rows that a steward asked to leave out, blanked in the text of a file before anything is understood from it.

What a reader notices, counts and infers from a column as a whole is then what it would be if the rows had never been in the file;
the other rows keep their numbers.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Set

import numpy as np

from layers.catalogue.source import Source
from layers.csv_text import BREAKS, Rows
from layers.files.delimited import sniff_delimiter
from layers.files.text_encoding import text_and_encoding

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|$)")


def text_left(source: Source, where: str, data: bytes) -> bytes:
    """Return the bytes of a text table without the cells of the rows a source leaves out."""
    if not source.left_out:
        return data
    text, encoding = text_and_encoding(where, data, source.encoding)
    delimiter = source.delimiter or sniff_delimiter(where, text)
    return blanked(text, delimiter, source.left_out).encode(encoding)


def blanked(text: str, delimiter: str, rows: Set[int]) -> str:
    """Return the text of a table with the cells of some rows emptied.

    Parameters
    ----------
    text : str
        Decoded text.
    delimiter : str
        Of the cells.
    rows : set of int
        1-based numbers of records (lines, where no cell is quoted).

    Returns
    -------
    str
        As many records, each with as many cells.
    """
    if '"' not in text:
        lines = _LINE.findall(text)
        return "".join(_emptied(line, delimiter) if at in rows else line for at, line in enumerate(lines, 1))
    made = io.StringIO()
    writer = csv.writer(Rows(made, "\n"), delimiter=delimiter, lineterminator=BREAKS)
    for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
        writer.writerow([""] * len(cells) if number in rows else cells)
    whole = made.getvalue()
    return whole if text.endswith(("\n", "\r")) else whole.removesuffix("\n")


def numbers_left(count: int, left_out: Set[int]) -> np.ndarray:
    """Return the numbers of ``count`` rows that remain of a file numbered from 1 when some are left out."""
    numbers = np.arange(1, count + len(left_out) + 1)
    return numbers[~np.isin(numbers, list(left_out))][:count]


def _emptied(line: str, delimiter: str) -> str:
    bare = line.rstrip("\r\n")
    return delimiter * bare.count(delimiter) + line[len(bare) :]
