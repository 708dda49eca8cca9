"""Runs of whole numbers, one after another, without a loop."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]


def runs_from(start: IntArray, lengths: IntArray) -> IntArray:
    """Return ``start, start + 1, ...`` of each run, one run after another.

    Parameters
    ----------
    start, lengths : ndarray of int, shape (n,)
        First number of each run, and how many numbers it has.
    """
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    numbers: IntArray = np.arange(total) + np.repeat(start - (ends - lengths), lengths)
    return numbers
