"""Laboratory cells: value, limit and flag, kept apart.

A cell below detection is not a small number: it is a limit and a flag. Nothing is substituted here; that is a later, recorded
choice (`layers.samples.standardise`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.cells.missing_words import MISSING_WORDS

FloatArray = npt.NDArray[np.float64]
Negative = Literal["error", "below_limit", "missing"]

NO_RESULT = MISSING_WORDS | {"l.n.r.", "lnr", "i.s.", "is", "ns", "n.s.", "nss", "not analysed", "not analyzed", "*"}
"""Texts in a number column, lower case, that mean: there is no result; a star is what a mapping program writes for none."""
BELOW_WORDS = frozenset(
    {
        "nd", "n.d.", "n.d", "lod", "<bdl",
        "bdl", "b.d.l.", "bd", "b.d.", "dl", "<dl", "<lod", "<ld", "<ldd", "<lld", "<mdl", "<lq", "lld",
        "tr", "trace", "traces", "<", "<l.d.", "below detection", "not detected", "non détecté", "no detectado",
    }
)  # fmt: skip
"""Texts that mean: below a limit which the cell does not tell."""
MISSING_NUMBERS = (-9999.0, -999.0, -99999.0, -9999.9, -999.9, -8888.0, -7777.0)
"""Numbers that mean missing wherever they stand; so does anything below -1e20."""

MOST = 1e12
"""The whole sample in parts per trillion: no unit of a laboratory gives a larger number, so 1e30 is a code and no result."""

_CENSORED = re.compile(r"^([<>≤≥])=?\s*(.+)$")
_LESS = re.compile(r"^(?:＜|‹|﹤|&lt;|&#60;|lt(?=\s?[\d.])|less than\s)\s*")
_MORE = re.compile(r"^(?:＞|›|﹥|&gt;|&#62;|gt(?=\s?[\d.])|(?:more|greater) than\s)\s*")
"""Other spellings of the signs of a limit."""
_NUMBER = re.compile(r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$")


@dataclass(frozen=True)
class Cells:
    """A parsed laboratory column.

    Parameters
    ----------
    value : ndarray of float
        Measured numbers in the unit of the column; NaN where censored, missing or unreadable.
    limit : ndarray of float
        Limit of censored cells; NaN elsewhere, and where the cell tells none.
    censored : ndarray of int8
        -1 below a limit, +1 above one, 0 else.
    unreadable : ndarray of int
        Positions of cells that are neither number, censored result nor missing word.
    negatives : int
        Negative numbers met under ``negative="error"``; they are in ``unreadable`` too.
    """

    value: FloatArray
    limit: FloatArray
    censored: npt.NDArray[np.int8]
    unreadable: npt.NDArray[np.int64]
    negatives: int = 0


def parse_cells(
    column: pd.Series,
    *,
    negative: Negative = "error",
    missing_words: Sequence[str] = (),
    missing_numbers: Sequence[float] = (),
    decimal_mark: str = ".",
) -> Cells:
    """Parse the cells of one laboratory column.

    Parameters
    ----------
    column : Series
        Text as in the file, or numbers where the format is typed.
    negative : {"error", "below_limit", "missing"}
        What a negative number means: the publisher must say. ``below_limit``: below its absolute value.
    missing_words, missing_numbers : sequence
        Further texts and numbers that mean missing, beside `NO_RESULT` and `MISSING_NUMBERS`.
    decimal_mark : {".", ","}
        Of numbers written as text.

    Returns
    -------
    Cells
        Arrays as long as the column.
    """
    if pd.api.types.is_numeric_dtype(column):
        numbers = column.to_numpy(dtype="float64", na_value=np.nan).copy()
        limit, censored = np.full(len(numbers), np.nan), np.zeros(len(numbers), dtype=np.int8)
        unreadable: list[int] = []
    else:
        words = NO_RESULT | {word.strip().casefold() for word in missing_words}
        numbers, limit, censored, unreadable = _texts(column, words, decimal_mark)
    numbers[np.isin(numbers, [*MISSING_NUMBERS, *missing_numbers]) | (numbers < -1e20)] = np.nan
    impossible = (np.abs(numbers) > MOST) | (np.nan_to_num(limit) > MOST)
    numbers[impossible], limit[impossible], censored[impossible] = np.nan, np.nan, 0
    unreadable = sorted({*unreadable, *np.flatnonzero(impossible).tolist()})
    below = numbers < 0
    if negative == "below_limit":
        limit[below], censored[below] = -numbers[below], -1
    elif negative == "error":
        unreadable = sorted({*unreadable, *np.flatnonzero(below).tolist()})
    counted = int(below.sum()) if negative == "error" else 0
    numbers[below] = np.nan
    return Cells(numbers, limit, censored, np.array(unreadable, dtype=np.int64), counted)


def _texts(
    column: pd.Series, missing: frozenset[str], decimal_mark: str
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.int8], list[int]]:
    """Return number, limit and flag of text cells, each distinct text read once, and the places that make no sense."""
    codes, distinct = pd.factorize(column)
    texts = pd.Series(distinct, dtype="str")
    if decimal_mark == ",":
        grouped = texts.str.fullmatch(r"[<>≤≥]?=?\s*[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?")
        texts = texts.where(~grouped, texts.str.replace(".", "", regex=False))
        stray = texts.str.fullmatch(r"[<>≤≥]?=?\s*[+-]?[\d,]*\.[\d.,]*")  # a point that parts no thousands
        texts = texts.where(~stray, texts + "?")
        texts = texts.str.replace(",", ".", regex=False)
    numbers = np.append(pd.to_numeric(texts, errors="coerce").to_numpy(dtype="float64", na_value=np.nan), np.nan)
    numbers[~np.isfinite(numbers)] = np.nan
    limits, flags = np.full(len(numbers), np.nan), np.zeros(len(numbers), dtype=np.int8)
    lost = np.zeros(len(numbers), dtype=bool)
    for row in np.flatnonzero(np.isnan(numbers[:-1])):
        verdict = _interpret(str(texts.iloc[row]), missing)
        lost[row] = verdict is None
        flags[row], limits[row] = verdict or (0, np.nan)
    return (
        numbers[codes],
        limits[codes],
        flags[codes],
        np.flatnonzero(lost[codes]).tolist(),
    )  # an empty cell has the code -1


def _interpret(text: str, missing: frozenset[str]) -> tuple[int, float] | None:
    """Return flag and limit of a text cell; None where it cannot be told."""
    word = text.replace("\u00a0", " ").replace("\u202f", " ").strip().casefold()
    if word in missing:
        return 0, np.nan
    if word in BELOW_WORDS or word.replace(" ", "") in BELOW_WORDS:
        return -1, np.nan
    word = _MORE.sub(">", _LESS.sub("<", word))
    censored = _CENSORED.match(word)
    if censored and _NUMBER.match(censored[2].replace(" ", "")):
        return (-1 if censored[1] in "<≤" else 1), abs(float(censored[2].replace(" ", "")))
    return None


@dataclass(frozen=True)
class Suspicion:
    """Something odd about a column as a whole: its kind, the column, how many rows share which value."""

    code: str
    name: str
    count: int
    value: float


def suspicions(name: str, cells: Cells) -> list[Suspicion]:
    """Look for half-limit plateaus, limits written as plain values, and upper limits typed as results.

    A lowest value is most likely a substituted limit if it is shared and all others, and the limits of results marked as
    censored, lie far above it; where nothing is marked, also if a tenth or more of all results (at least five) share it; of five
    to seven results, if half share it. A highest value that is a power of ten and repeated is most likely an upper limit.
    """
    value = cells.value[np.isfinite(cells.value)]
    if len(value) < _FEWEST:
        return _plateaus(name, cells, value)
    suspects = []
    low, high = value.min(), value.max()
    at_low = int((value == low).sum())
    below = cells.censored < 0
    if low > 0 and at_low >= 2 and not (cells.limit[below] <= low).any():
        next_lowest = float(value[value > low].min(initial=np.inf))
        many = not below.any() and len(value) >= _SEVERAL and at_low >= max(5, 0.1 * len(value))
        if many or (np.isfinite(next_lowest) and next_lowest >= _APART[min(at_low, 3)] * low):
            suspects.append(Suspicion("lowest_value_repeated", name, at_low, float(low)))
    at_high = int((value == high).sum())
    enough = len(value) >= _SEVERAL
    if (
        enough
        and at_high >= 3
        and high >= 100
        and float(np.log10(high)).is_integer()
        and not (cells.censored > 0).any()
    ):
        suspects.append(Suspicion("highest_value_round", name, at_high, float(high)))
    return suspects


def _plateaus(name: str, cells: Cells, value: FloatArray) -> list[Suspicion]:
    """Look for ends that most of a few results share: five rows tell too little of anything less."""
    if len(value) < _FEW or (cells.censored != 0).any():
        return []
    low, high = float(value.min()), float(value.max())
    at_low, at_high = int((value == low).sum()), int((value == high).sum())
    others = value[value > low]
    if 0 < low < high and at_low >= _MAJORITY * len(value) and others.min() >= _APART[3] * low:
        return [Suspicion("lowest_value_repeated", name, at_low, low)]
    if high > low and high >= 1000 and float(np.log10(high)).is_integer() and at_high >= _MAJORITY * len(value):
        return [Suspicion("highest_value_round", name, at_high, high)]
    return []


_FEW, _MAJORITY = 5, 0.5
_FEWEST, _SEVERAL = 8, 20
_APART = {2: 4.0, 3: 2.5}
"""How often the lowest value stands -> how many times as high the next one is, for the lowest to be a limit or half of one."""
