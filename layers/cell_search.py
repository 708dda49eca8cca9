"""Find cells of text columns by patterns: a fast look by Arrow, and Python's own word on what it left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import reduce

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_FEW = 50
"""Cells that a pattern is tried on sooner than Arrow has made its first look ready."""


def cells_matching(
    column: pd.Series, pattern: re.Pattern[str], first_look: str | None, any_of: Sequence[str]
) -> np.ndarray:
    """Return which cells a pattern matches from their start, bool of the length of the column; cells that are no text do not.

    Parameters
    ----------
    column : Series
        Of any type.
    pattern : re.Pattern
        What decides.
    first_look : str or None
        For `cells_like`: finds at least all that the pattern matches.
    any_of : sequence of str
        Texts of which one stands in whatever matches.
    """
    if not _may_be_text(column):
        return np.zeros(len(column), dtype=bool)
    if len(column) <= _FEW:
        return np.array(
            [isinstance(cell, str) and pattern.match(cell) is not None for cell in column.tolist()], dtype=bool
        )
    hits = cells_like(column, first_look, any_of)
    left = np.asarray(column.array[hits], dtype=object)  # all at once: Arrow makes texts one by one slowly
    hits[hits] = [isinstance(cell, str) and pattern.match(cell) is not None for cell in left]
    return hits


def cells_like(column: pd.Series, first_look: str | None, any_of: Sequence[str] = ()) -> np.ndarray:
    """Return the cells of a column that are worth a look: all that a pattern fits, missing ones never.

    Parameters
    ----------
    column : Series
        Of texts; where some cells are none, all are worth a look.
    first_look : str or None
        Regular expression of Arrow (RE2), searched for anywhere in a cell; None: a cell is worth a look that holds a text of
        ``any_of``.
    any_of : sequence of str
        Texts of which one stands in whatever fits; a column without them is not searched.
    """
    sought = [text.encode() for text in any_of]

    def look(texts: pa.Array) -> pa.Array:
        content = texts.buffers()[2]
        if sought and (content is None or not any(text in content.to_pybytes() for text in sought)):
            return pa.nulls(len(texts), pa.bool_())
        if first_look is None:
            return reduce(pc.or_, [pc.match_substring(texts, text) for text in any_of])
        return pc.match_substring_regex(texts, first_look)

    return _all_text(column, look, empty=False)


def ascii_cells(column: pd.Series) -> np.ndarray:
    """Return which cells hold nothing but ASCII, bool of the length of the column; cells that are no text count as such."""
    if not _may_be_text(column):
        return np.ones(len(column), dtype=bool)
    plain = _all_text(column, pc.string_is_ascii, empty=True)
    plain[~plain] = [not isinstance(cell, str) or cell.isascii() for cell in column.array[~plain]]
    return plain


def among(column: pd.Series, texts: Iterable[object]) -> np.ndarray:
    """Return which cells stand among some texts, as `Series.isin` does, bool of the length of the column.

    That makes a Python object of every text sought, one by one: seconds where a million are.
    """
    if not isinstance(column.dtype, pd.StringDtype):
        return column.isin(texts).to_numpy(dtype=bool)
    whole = texts.array if isinstance(texts, pd.Series | pd.Index) else list(texts)
    try:
        sought = pa.array(whole, pa.large_string(), from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # numbers among them are no texts
        return column.isin(texts).to_numpy(dtype=bool)
    cells = pa.array(column.array, pa.large_string(), from_pandas=True)
    return np.array(pc.is_in(cells, value_set=sought).to_numpy(zero_copy_only=False), dtype=bool)


def _may_be_text(column: pd.Series) -> bool:
    return bool(pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column))


def _all_text(column: pd.Series, look: Callable[[pa.Array], pa.Array], *, empty: bool) -> np.ndarray:
    """Return the answers of Arrow, ``empty`` for missing cells; where some cells are no text, that all must be looked at."""
    try:
        texts = pa.array(column.array, type=pa.large_string(), from_pandas=True)
        answers = look(texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return np.array([not empty] * len(column), dtype=bool)
    return np.array(answers.fill_null(empty).to_numpy(zero_copy_only=False), dtype=bool)
