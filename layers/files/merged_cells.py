"""Cells of a workbook that are merged over several rows: what they say holds for each of the rows."""

from __future__ import annotations

import re
from dataclasses import replace

from layers.accounting import Note
from layers.files.delimited import Grid
from layers.files.heading_rows import Heading
from layers.files.spelt_units import is_number

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
_SHOWN = 4


def merged_spans(sheet_xml: bytes) -> tuple[tuple[int, int, int], ...]:
    """Return first row, last row (1-based) and column (0-based) of cells that are merged over several rows."""
    from openpyxl.utils import column_index_from_string

    spans = [
        (int(first), int(last), column_index_from_string(left.decode()) - 1)
        for left, first, _, last in _MERGED.findall(sheet_xml)
    ]
    return tuple(span for span in spans if span[1] > span[0])


def fill_merged(source: str, grid: Grid, heading: Heading) -> tuple[Grid, tuple[Note, ...]]:
    """Give every row below the heading the words of cells that are merged over it; numbers are named, and stay where they are.

    A number over several rows may be a sum of theirs, so nobody but its author can part it.

    Parameters
    ----------
    source : str
        Id of the source.
    grid : Grid
        Of a workbook; cells that are merged stand in the first of their rows.
    heading : Heading
        Of the same rows.

    Returns
    -------
    Grid
        The same where nothing is merged.
    tuple of Note
        ``merged_cells`` for words, ``merged_numbers`` for numbers.
    """
    at_row = {number: index for index, number in enumerate(grid.numbers)}
    rows = list(grid.rows)
    by_code: dict[str, tuple[dict[str, None], set[int], str]] = {}
    for first, last, column in grid.merged:
        index = at_row.get(first)
        if index is None or index < heading.first_row or column >= len(heading.columns) or not rows[index][column]:
            continue
        text = rows[index][column]
        below = [at_row[number] for number in range(first + 1, last + 1) if number in at_row]
        code = "merged_numbers" if is_number(text) else "merged_cells"
        columns, numbers, _ = by_code.setdefault(code, ({}, set(), text))
        columns[heading.columns[column]] = None
        numbers |= {first, *(grid.numbers[position] for position in below)}
        for position in below if code == "merged_cells" else []:
            rows[position] = [*rows[position][:column], text, *rows[position][column + 1 :]]
    return replace(grid, rows=rows), tuple(_note(source, code, *parts) for code, parts in by_code.items())


def _note(source: str, code: str, columns: dict[str, None], numbers: set[int], text: str) -> Note:
    names = ", ".join(list(columns)[:_SHOWN])
    meaning = {
        "merged_cells": (
            f"Cells of {names} are merged over several rows (e.g. '{text[:40]}'); each of the rows was given their words."
        ),
        "merged_numbers": (
            f"Numbers of {names} are merged over several rows (e.g. {text}): one of all of them, or their sum? The first row has "
            "the number, the others have none. Part it in the file."
        ),
    }  # fmt: skip
    return Note(source, code, meaning[code], len(numbers), tuple(columns), tuple(sorted(numbers)))
