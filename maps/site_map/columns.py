"""Columns of a table as lists for a page: few digits, missing as None, every repeated text kept once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

_EXACT_TENS = 22
"""Largest power of ten that a double holds exactly, so that a product with a short whole number is rounded once."""

_NEAR_HALF = 1e-3


class Listed:
    """A list of distinct values and the number of each."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._at: dict[Hashable, int] = {}

    def number(self, value: Any) -> int:
        """Return the number of a value, adding it when it is new."""
        key = tuple(value) if isinstance(value, list) else value
        if key not in self._at:
            self._at[key] = len(self.values)
            self.values.append(value)
        return self._at[key]

    def of_column(self, column: pd.Series) -> list[int | None]:
        """Return the number of each text of a column; missing as None."""
        codes, distinct = pd.factorize(column)
        known = [self.number(str(value)) for value in distinct]
        return np.array([*known, None], dtype=object)[codes].tolist()


def numbers(values: Iterable[Any], digits: int) -> list[float | int | None]:
    """Return numbers with so many significant digits, whole ones as integers, missing and infinite as None.

    The same as rounding the decimal text of each, without writing it: only what lies next to the middle between two short
    numbers, or is very large or small, is written out.
    """
    given = np.asarray(pd.to_numeric(pd.Series(values), errors="coerce"), dtype=float)
    known = np.isfinite(given)
    size = np.abs(np.where(known & (given != 0), given, 1.0))
    exponent = np.floor(np.log10(size)).astype(int) - (digits - 1)
    tens = 10.0 ** np.minimum(np.abs(exponent), _EXACT_TENS)
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.where(exponent < 0, given * tens, given / tens)
        whole = np.rint(scaled)
        short = np.where(exponent < 0, whole / tens, whole * tens)
        off = np.abs(scaled - whole)
    doubtful = known & ((np.abs(off - 0.5) < _NEAR_HALF) | (np.abs(exponent) > _EXACT_TENS))
    if doubtful.any():
        short[doubtful] = [float(f"{number:.{digits}g}") for number in given[doubtful].tolist()]
    table = np.full(len(given), None, dtype=object)
    table[known] = short[known]
    integral = known & (np.rint(short) == short)
    exact = integral & (np.abs(short) < 2.0**53)
    table[exact] = short[exact].astype(np.int64)
    for row in np.flatnonzero(integral & ~exact):
        table[row] = int(short[row])
    return table.tolist()


def scaled(values: pd.Series, factor: float) -> list[int | None]:
    """Return numbers times a factor as integers; missing and infinite as None."""
    given = values.to_numpy(dtype=float)
    known = np.isfinite(given)
    table = np.full(len(given), None, dtype=object)
    table[known] = np.rint(given[known] * factor).astype(np.int64)
    return table.tolist()


def thousandths(chances: pd.Series) -> list[int | None]:
    """Return chances from 0 to 1 times a thousand as integers that round to the same two decimals as the chances do.

    Of 0.9454, which pages print as 0.95, 945 would be left and be printed as 0.94 or 0.95 by the turn of a bit: it becomes 946.
    """
    given = chances.to_numpy(dtype=float)
    kept = np.rint(given * 1000)
    half = np.isfinite(given) & (kept % 10 == 5)
    hundredths = np.array([float(f"{chance:.2f}") for chance in given[half]])
    kept[half] += np.where(hundredths * 1000 > kept[half], 1, -1)
    return scaled(pd.Series(kept), 1)


def texts(values: Iterable[Any]) -> list[str | None]:
    """Return texts as they are; missing as None."""
    given = pd.Series(values)
    return [str(text) if there else None for text, there in zip(given.tolist(), given.notna().tolist(), strict=True)]


def places_in(values: pd.Series, order: tuple[str, ...]) -> list[int | None]:
    """Return where each text stands in a list of known ones; missing as None.

    Raises
    ------
    ValueError
        If a text is not in the list.
    """
    codes, distinct = pd.factorize(values)
    at = [order.index(str(value)) for value in distinct]
    return np.array([*at, None], dtype=object)[codes].tolist()


def grouped(count: int, at: np.ndarray, *columns: list[Any]) -> list[list[Any]]:
    """Return per owner the values of its rows, flat: one value of each column per row, in the order of the rows.

    Parameters
    ----------
    count : int
        Number of owners.
    at : ndarray of int
        Owner of each row, from 0.
    *columns : list
        As long as ``at``.
    """
    order = np.argsort(at, kind="stable")
    flat = np.empty((len(at), len(columns)), dtype=object)
    for index, column in enumerate(columns):
        flat[:, index] = np.array(column, dtype=object)[order]
    values = flat.reshape(-1).tolist()
    ends = (np.cumsum(np.bincount(at, minlength=count)) * len(columns)).tolist()
    return [values[start:end] for start, end in zip([0, *ends], ends, strict=False)]
