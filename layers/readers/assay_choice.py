"""Which of several columns of one element counts in a row: decided by what they mean, never by their names or order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations, product

import numpy as np
import numpy.typing as npt

from layers.cells.assay_columns import METHOD_ORDER, AssayColumn
from layers.cells.assays import Cells
from layers.errors import SourceError

_ROLES = ("best", "over_range", "first", "repeat")
"""A publisher's own choice first; an over-range repeat is made only where the first result is beyond its limit."""
SAME = 0.05
"""Relative difference up to which two columns of one meaning agree."""
_REACHED = 0.9


def preference(column: AssayColumn, parsed: Mapping[str, Cells]) -> tuple[int, float, int, bool, int]:
    """Order columns of one element by meaning.

    First by role, then those that found the element in most samples, total before partial methods, the element before its
    oxide, and the column with more results.
    """
    column_cells = parsed[column.name]
    censored, measured = int((column_cells.censored != 0).sum()), int(np.isfinite(column_cells.value).sum())
    unseen = censored / (censored + measured) if censored > measured and column.role == "first" else 0.0
    return (
        _ROLES.index(column.role),
        unseen,
        METHOD_ORDER.index(column.method),
        column.form != column.element,
        -measured,
    )


def choose(
    columns: Sequence[AssayColumn], parsed: Mapping[str, Cells]
) -> tuple[npt.NDArray[np.int8], dict[str, npt.NDArray[np.generic]]]:
    """Take one result per row, in ppm.

    A measured value beats a censored one of the same sample, unless it lies below a limit the sample is known to exceed by a
    method that is preferred.

    Parameters
    ----------
    columns : sequence of AssayColumn
        Of one element, the preferred first.
    parsed : mapping of str to Cells
        Cells of each column.

    Returns
    -------
    rank : ndarray of int8
        Place in `METHOD_ORDER` of the method taken; ``len(METHOD_ORDER)`` where there is no result.
    chosen : dict of str to ndarray
        ``ppm``, ``limit_ppm``, ``censored``.
    """
    n = len(parsed[columns[0].name].value)
    value, limit, censored = np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, dtype=np.int8)
    rank = np.full(n, len(METHOD_ORDER), dtype=np.int8)
    exceeded = np.zeros(n)
    for column in columns:
        column_cells, factor = parsed[column.name], float(column.to_ppm or np.nan)
        with np.errstate(invalid="ignore"):
            here = np.isnan(value) & (column_cells.value * factor >= _REACHED * exceeded)
        value[here] = column_cells.value[here] * factor
        rank[here] = METHOD_ORDER.index(column.method)
        beyond = (column_cells.censored > 0) & np.isfinite(column_cells.limit)
        exceeded[beyond] = np.fmax(exceeded[beyond], column_cells.limit[beyond] * factor)
    open_rows = np.isnan(value)
    for sign, with_limit in product((1, -1), (True, False)):
        for column in columns:
            column_cells, factor = parsed[column.name], float(column.to_ppm or np.nan)
            # a mark may stand for several columns, some of them empty: the limit is where a number is
            here = open_rows & (column_cells.censored == sign) & (np.isfinite(column_cells.limit) == with_limit)
            limit[here], censored[here] = column_cells.limit[here] * factor, column_cells.censored[here]
            rank[here] = METHOD_ORDER.index(column.method)
            open_rows &= ~here
    return rank, {"ppm": value, "limit_ppm": limit, "censored": censored}


def _spelt_alike(first: str, second: str) -> bool:
    """Say whether two names are alike but for case and a reader's number (`layers.readers.column_fates` judges them)."""
    stems = {re.sub(r"\.\d+$", "", name).strip().casefold() for name in (first, second)}
    return len(stems) == 1


def refuse_twins(where: str, columns: Sequence[AssayColumn], parsed: Mapping[str, Cells]) -> None:
    """Stop when two columns mean the same and hold different results: nobody can tell which is right.

    Raises
    ------
    SourceError
        Naming all such pairs and how many rows differ.
    """
    groups: dict[tuple[str, str, str, str, str], list[AssayColumn]] = {}
    for column in columns:
        key = (column.element, column.form, column.method, column.role, column.method_text.casefold())
        groups.setdefault(key, []).append(column)
    doubts = []
    for same in groups.values():
        for first, second in combinations([column for column in same if column.role != "repeat"], 2):
            if _spelt_alike(first.name, second.name):
                continue
            a = parsed[first.name].value * float(first.to_ppm or np.nan)
            b = parsed[second.name].value * float(second.to_ppm or np.nan)
            with np.errstate(invalid="ignore"):
                rows = int((np.abs(a - b) > SAME * np.maximum(a, b)).sum())
            if rows:
                doubts.append(f"{first.name} and {second.name} ({rows} rows)")
    if doubts:
        raise SourceError(
            f"{where}: columns that mean the same hold different results: {', '.join(doubts[:8])}. Which one counts is not told. "
            "List the others under options.ignore, or state their method under options.column_methods."
        )
