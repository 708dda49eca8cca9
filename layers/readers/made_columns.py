"""Columns of results that no laboratory measured so: copies of another, one value or a series filled down, one sorted alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.accounting import Note
from layers.elements import REE

Columns = Mapping[str, npt.NDArray[np.float64]]

_COPIED, _DISTINCT = 5, 3
"""Rows, and different values among them, from which two columns that agree throughout are no chance."""
_LOOK = 1000
"""First rows by which columns are told apart before they are compared whole."""
_CONSTANT = 8
_STEPS = 6
_SORTED = 8
"""Eight results stand in order by chance once in twenty thousand times, either way."""
_TOGETHER, _APART = 0.8, 0.4
"""Rank correlations of rare earths with each other: in rocks and wastes they go together."""


def made_column_notes(source_id: str, columns: Mapping[str, Any], used: Mapping[str, str]) -> list[Note]:
    """Tell columns of results that look copied, filled down or sorted by themselves; nothing is changed.

    Parameters
    ----------
    source_id : str
        Id of the source.
    columns : mapping of str to ndarray
        ``X_ppm`` per element, shape (n,), NaN where there is none; ``X_censored`` beside it.
    used : mapping of str to str
        Column of the file -> layer column.

    Returns
    -------
    list of Note
        Code ``made_results``: at most one per kind, with the columns of the file.
    """
    measured = {
        name.removesuffix("_ppm"): np.asarray(ppm, dtype=float)
        for name, ppm in columns.items()
        if name.endswith("_ppm") and not name.endswith("_limit_ppm") and np.isfinite(ppm).any()
    }
    kinds: tuple[tuple[Callable[[Columns], dict[str, str]], str], ...] = (
        (_copies, "are the same in every row as those beside them, as if a column was pasted twice"),
        (_constants, "are one and the same value in every row, as if it was filled down"),
        (_series, "rise or fall by one and the same step from row to row, as if a series was filled down"),
        (
            _sorted_alone,
            "stand in order from row to row and do not go with the other rare earths, as if the column was sorted alone",
        ),
    )
    notes = []
    for find, looks in kinds:
        found_in = find(measured)
        if found_in:
            names = tuple(name for name, layer_column in used.items() if layer_column.removesuffix("_ppm") in found_in)
            text = f"Results {looks}: {'; '.join(dict.fromkeys(found_in.values()))}. Check the file against its source."
            notes.append(Note(source_id, "made_results", text, len(found_in), names))
    return notes


def _copies(measured: Columns) -> dict[str, str]:
    alike: dict[bytes, list[str]] = {}
    for element, ppm in measured.items():
        results = ppm[np.isfinite(ppm)]
        if len(results) >= _COPIED and len(np.unique(results[:_LOOK])) >= _DISTINCT:
            alike.setdefault(ppm[:_LOOK].tobytes(), []).append(element)
    copied: dict[str, str] = {}
    for elements in alike.values():
        for first, second in combinations(elements, 2):
            if np.array_equal(measured[first], measured[second], equal_nan=True):
                copied |= dict.fromkeys((first, second), f"{first} and {second}")
    return copied


def _constants(measured: Columns) -> dict[str, str]:
    constant = {}
    for element, ppm in measured.items():
        results = ppm[np.isfinite(ppm)]
        if len(results) >= _CONSTANT and results[0] > 0 and np.all(results == results[0]):
            constant[element] = f"{element} {results[0]:g} ppm in {len(results)} rows"
    return constant


def _series(measured: Columns) -> dict[str, str]:
    filled = {}
    for element, ppm in measured.items():
        if len(ppm) <= _STEPS or not np.isfinite(ppm).all():
            continue
        steps = np.diff(ppm)
        if steps[0] != 0 and np.allclose(steps, steps[0], rtol=1e-6, atol=1e-9 * float(np.abs(ppm).max())):
            filled[element] = f"{element} {ppm[0]:g}, {ppm[1]:g}, {ppm[2]:g} …"
    return filled


def _sorted_alone(measured: Columns) -> dict[str, str]:
    from scipy.stats import rankdata

    rare = {element: ppm for element, ppm in measured.items() if element in REE and np.isfinite(ppm).all()}
    in_order = [element for element, ppm in rare.items() if len(ppm) >= _SORTED and _monotone(np.diff(ppm))]
    if len(rare) < 3 or not in_order:
        return {}
    with np.errstate(invalid="ignore", divide="ignore"):  # a constant column goes with none
        together = np.nan_to_num(np.corrcoef([rankdata(ppm) for ppm in rare.values()]))
    alone = {}
    for element in in_order:
        at = list(rare).index(element)
        others = [other for other in range(len(rare)) if other != at]
        among_others = together[np.ix_(others, others)][np.triu_indices(len(others), 1)]
        if np.median(together[at, others]) < _APART and np.median(among_others) > _TOGETHER:
            alone[element] = element
    return alone


def _monotone(steps: npt.NDArray[np.float64]) -> bool:
    return bool(steps.any() and ((steps >= 0).all() or (steps <= 0).all()))
