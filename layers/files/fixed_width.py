"""Text laid out in columns of fixed width, or parted by runs of blanks, as a grid of text cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from layers.accounting import Note
from layers.errors import SourceError
from layers.files.delimited import DELIMITERS, Grid

_LEAST_COLUMNS = 3
_LEAST_LINES = 3
_LOOKED_AT = 2000
_RULE = re.compile(r"\s*(?:[-=]{2,}\s+){2,}[-=]{2,}\s*")
_RUN = re.compile(r"\S {2,}\S")


def laid_out(source: str, where: str, text: str, notes: tuple[Note, ...]) -> Grid | None:
    """Cut text that holds no delimiter into cells: by columns of fixed width, else at runs of blanks.

    Parameters
    ----------
    source, where : str
        Source id, and what to call the file in messages.
    text : str
        The whole file.
    notes : tuple of Note
        Of decoding, handed on.

    Returns
    -------
    Grid or None
        None where the text holds delimiters, or one column only.

    Raises
    ------
    SourceError
        If the text is laid out with blanks and its columns cannot be told apart.
    """
    lines = text.splitlines()
    ruled = under_a_rule(lines)
    if ruled is not None:
        words = f"The text was cut where the line of dashes under its headings is, into {len(ruled[0][0])} columns."
        return Grid(*ruled, (*notes, Note(source, "fixed_width", words)))
    if any(mark in line for line in lines[:_LOOKED_AT] for mark in DELIMITERS):
        return None
    numbers = [number for number, line in enumerate(lines, 1) if line.strip()]
    filled = [lines[number - 1].rstrip() for number in numbers]
    if len(filled) < _LEAST_LINES or len(filled[0].split()) < _LEAST_COLUMNS:
        return None
    edges = column_edges(filled)
    rows = cut(filled, edges) if edges is not None else split_blanks(filled)
    if rows is None:
        if not any(_RUN.search(line) for line in filled[:_LEAST_LINES]):
            return None
        raise SourceError(
            f"{where}: the text has no delimiter; it is laid out in columns of fixed width or parted by blanks, and the columns "
            "cannot be told apart for sure. Export it with ';' or tabs between the cells, or state 'delimiter:'."
        )
    how = "columns of fixed width" if edges is not None else "blanks between the cells"
    note = Note(source, "fixed_width", f"The text has no delimiter; it was cut by {how} into {len(rows[0])} columns.")
    return Grid(rows, numbers, (*notes, note))


def under_a_rule(lines: Sequence[str]) -> tuple[list[list[str]], list[int]] | None:
    """Return the cells, and the numbers of their lines, of text whose second line is dashes over each column; else None.

    Delimiters in the cells (``Copper, Zinc``) part nothing there. The blanks between the dashes must be blank in every line.
    """
    numbers = [number for number, line in enumerate(lines, 1) if line.strip()]
    if len(numbers) < _LEAST_LINES or not _RULE.fullmatch(lines[numbers[1] - 1]):
        return None
    starts = [dashes.start() for dashes in re.finditer(r"[-=]+", lines[numbers[1] - 1])]
    kept = [numbers[0], *numbers[2:]]
    if any(lines[number - 1][start - 1 : start].strip() for number in kept for start in starts[1:]):
        return None
    edges = list(zip(starts, [*starts[1:], 0], strict=True))
    return cut([lines[number - 1] for number in kept], edges), kept


def column_edges(lines: Sequence[str]) -> list[tuple[int, int]] | None:
    """Return where the columns of fixed-width text begin and end, None where the text is not laid out so.

    A column is a run of positions at which some line holds a letter, between positions at which all lines, the heading among
    them, are blank. Every column must have a heading of its own, and the cells under it must lie within the column.

    Parameters
    ----------
    lines : sequence of str
        Heading first, blank lines left out.

    Returns
    -------
    list of tuple of int, or None
        First position of a column and of the next, the last to the end of the longest line.
    """
    width = max(len(line) for line in lines)
    filled = np.zeros(width, dtype=bool)
    for line in lines[:_LOOKED_AT]:
        filled[: len(line)] |= np.frombuffer(line.encode("utf-32-le"), dtype=np.uint32) != ord(" ")
    starts = np.flatnonzero(filled & ~np.r_[False, filled[:-1]])
    if len(starts) < _LEAST_COLUMNS:
        return None
    edges = [(int(start), int(end)) for start, end in zip(starts, [*starts[1:], width], strict=True)]
    heads = [lines[0][start:end].strip() for start, end in edges]
    if not all(heads) or any(" " in head for head in heads):
        return None
    return edges


def cut(lines: Sequence[str], edges: Sequence[tuple[int, int]]) -> list[list[str]]:
    """Cut lines at the edges of columns; the last column runs to the end of the line."""
    last = edges[-1][0]
    return [[*(line[start:end].strip() for start, end in edges[:-1]), line[last:].strip()] for line in lines]


def split_blanks(lines: Sequence[str]) -> list[list[str]] | None:
    """Split lines at runs of blanks where all fall into equally many cells, None where they do not."""
    rows = [line.split() for line in lines]
    widths = {len(row) for row in rows}
    return rows if len(widths) == 1 and widths.pop() >= _LEAST_COLUMNS else None
