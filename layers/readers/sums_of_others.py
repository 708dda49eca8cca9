"""A row whose amount is the sum of all others: a total that is called like a site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from layers.accounting import Note

_FEWEST, _FEWEST_DIGITS = 4, 3
"""Other rows, and digits of the sum, from which the two are the same by no accident."""
_EXACTLY = 1e-9


def sums_of_others(
    source_id: str, fields: Mapping[str, Any], rows: np.ndarray, counting: Sequence[int], columns: Mapping[str, str]
) -> list[Note]:
    """Tell the row whose amount is to its last digit the sum of the amounts of all other rows; it counts as it stands.

    Parameters
    ----------
    source_id : str
        Where the rows are from.
    fields : mapping of str to Series
        Columns of the layer.
    rows : ndarray of int
        Row of the file at each position.
    counting : sequence of int
        Positions of the rows that are kept.
    columns : mapping of str to str
        Layer column of an amount that can be added up -> its column in the file.
    """
    notes = []
    for name, column in columns.items():
        amount = np.asarray(fields[name], dtype="float64")[list(counting)]
        known = np.flatnonzero(amount > 0)
        if len(known) <= _FEWEST:
            continue
        largest = known[int(amount[known].argmax())]
        others = float(amount[known].sum() - amount[largest])
        digits = len(f"{amount[largest]:.12g}".replace(".", "").split("e")[0].strip("0"))
        if digits < _FEWEST_DIGITS or abs(amount[largest] - others) > _EXACTLY * others:
            continue
        row = int(rows[counting[int(largest)]])
        text = (
            f"{column} of row {row} is the sum of those of all {len(known) - 1} other rows: a total, perhaps, that would count "
            "them twice. It counts as it stands. Take the row out of the file if it is no site of its own."
        )
        notes.append(Note(source_id, "sum_of_the_others", text, 1, (column,), (row,)))
    return notes
