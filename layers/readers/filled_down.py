"""Coordinates that count on from row to row while the other axis does not: a cell that a spreadsheet dragged down."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layers.accounting import Note
from layers.cell_search import cells_like
from layers.readers.columns import as_numbers, as_text, mapped_columns
from layers.readers.placed_rows import PlacedRows

_PAIRS = (("latitude", "longitude"), ("easting", "northing"))
_FEWEST = 4
"""Rows that make a run: three steps that are the same."""
_EXACT = 1e-9
_PLAIN = r"^[-+]?[0-9]+(?:\.[0-9]*)?$"
_FINE = {"latitude": 1e-3, "easting": 10.0}
"""What the numbers of the other axis must be finer than, by the first axis: places rounded to tenths meet by chance."""


def filled_down(table: PlacedRows) -> list[Note]:
    """Notice runs of rows in which one coordinate grows by exactly 1 from row to row and the other follows no rule.

    A spreadsheet makes such rows of one cell that is dragged down: 48.4 goes on as 49.4, 50.4. Profiles and grids, in which the
    other coordinate stands still or counts on as well, are none.

    Returns
    -------
    list of Note
        At most one, ``filled_down``, with the rows of the runs.
    """
    for pair in _PAIRS:
        columns = [mapped_columns(table.source, table.cells, axis)[:1] for axis in pair]
        if not all(columns):
            continue
        names = tuple(name for [name] in columns)
        first, second = (_numbers(table, name) for name in names)
        fine = _FINE[pair[0]]
        hits = [_runs(first, second, fine), _runs(second, first, fine)]
        rows = np.flatnonzero(hits[0] | hits[1])
        if len(rows):
            which = " and ".join(name for name, hit in zip(names, hits, strict=True) if hit.any())
            text = (
                f"{which} counts on by 1 from row to row ({table.listed(rows)}), while the other coordinate follows no rule: a "
                "cell was dragged down in a spreadsheet, and the places are made up. Enter the coordinates again."
            )
            return [table.note("filled_down", text, rows, names)]
    return []


def _numbers(table: PlacedRows, name: str) -> npt.NDArray[np.float64]:
    texts = as_text(table.cells[name]).str.replace(",", ".", regex=False)
    if (cells_like(texts, _PLAIN) | texts.isna().to_numpy()).all():
        return as_numbers(texts)
    numbers = texts.where(texts.str.fullmatch(r"\s*[-+]?\d+(?:\.\d*)?\s*"), None).astype("float64")
    return np.asarray(numbers.to_numpy(dtype="float64", na_value=np.nan), dtype="float64")


def _runs(axis: npt.NDArray[np.float64], other: npt.NDArray[np.float64], fine: float) -> npt.NDArray[np.bool_]:
    """Return the rows of runs in which ``axis`` goes by one step of 1, up or down, and ``other`` is fine and irregular."""
    hits = np.zeros(len(axis), dtype=bool)
    steps = np.diff(axis)
    rounded = np.round(other / fine) * fine
    whole = np.abs(other - rounded) < _EXACT * np.maximum(1.0, np.abs(other))
    for step in (-1.0, 1.0):
        on = np.abs(steps - step) < _EXACT * np.maximum(1.0, np.abs(axis[1:]))
        edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8)))
        for start, end in edges.reshape(-1, 2):
            if end - start + 1 < _FEWEST:
                continue
            beside = np.diff(other[start : end + 1])
            if np.ptp(beside) > fine and not whole[start : end + 1].all():
                hits[start : end + 1] = True
    return hits
