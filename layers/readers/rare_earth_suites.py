"""Rare earths of one sample against each other: a suite is smooth but for cerium and europium."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.accounting import Note, rows_at, rows_in_words
from layers.elements import ATOMIC_NUMBER, CHONDRITE_PPM, LANTHANIDES

OUTLIER_TIMES = 10.0
"""From how many times off its neighbours a rare earth is implausible; cerium and europium anomalies are not judged."""
_BLOCK = 100_000


def drop_outliers(
    source_id: str,
    columns: MutableMapping[str, Any],
    headings: Mapping[str, Sequence[str]],
    rows: npt.NDArray[np.int64] | None,
) -> list[Note]:
    """Take a rare earth as missing where the ones beside it say it cannot be, and name its columns and rows.

    Parameters
    ----------
    source_id : str
        Id of the source.
    columns : mapping of str to ndarray
        ``X_ppm`` per element, NaN where there is no result; changed in place.
    headings : mapping of str to sequence of str
        Rare earth -> its columns in the file.
    rows : ndarray of int or None
        Row of the file at each position; None names no rows.
    """
    if len(headings) < 3:
        return []
    notes = []
    for element, outliers in suite_outliers({element: columns[f"{element}_ppm"] for element in headings}).items():
        value = columns[f"{element}_ppm"]
        worst = float(np.max(value[outliers.rows]))
        value[outliers.rows] = np.nan
        numbers = rows_at(rows, outliers.rows)
        named = rows_in_words(numbers) or f"{len(outliers.rows)} rows"
        message = (
            f"{element}: results are more than {outliers.times:g} times off what the rare earths beside them suggest (up to "
            f"{worst:g} ppm; {named}). No rock does that: another element, another unit or a limit stands in the column. "
            "They were taken as missing: check the file."
        )
        notes.append(
            Note(source_id, "implausible_rare_earth", message, len(outliers.rows), tuple(headings[element]), numbers)
        )
    return notes


@dataclass(frozen=True)
class Outliers:
    """Rows in which one rare earth contradicts those beside it, and the factor from which that is said."""

    rows: npt.NDArray[np.int64]
    times: float


def suite_outliers(values_ppm: Mapping[str, npt.NDArray[np.float64]]) -> dict[str, Outliers]:
    """Find rare earths that lie far off the line between their neighbours, chondrite-normalised.

    A suite is smooth in atomic number but for Ce and Eu. In each row the worst element is taken out and the rest judged again, so
    that a neighbour of a wrong value is not blamed for it.

    Parameters
    ----------
    values_ppm : mapping of str to ndarray of shape (n,)
        Element -> values in ppm, NaN where there is none; elements other than lanthanides are not judged.

    Returns
    -------
    dict of str to Outliers
        Only elements with at least one such row.
    """
    smooth = [lanthanide for lanthanide in LANTHANIDES if lanthanide not in ("Ce", "Eu") and lanthanide in values_ppm]
    if len(smooth) < 3:
        return {}
    rows_by_element: dict[str, list[npt.NDArray[np.int64]]] = {}
    for start in range(0, len(values_ppm[smooth[0]]), _BLOCK):
        block = {value: values_ppm[value][start : start + _BLOCK] for value in smooth}
        for element, rows in _outliers_of_block(block):
            rows_by_element.setdefault(element, []).append(rows + start)
    return {
        element: Outliers(np.sort(np.concatenate(rows)), OUTLIER_TIMES) for element, rows in rows_by_element.items()
    }


def _outliers_of_block(
    values_ppm: Mapping[str, npt.NDArray[np.float64]],
) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
    """Give elements and the rows in which they are off."""
    z = np.array([ATOMIC_NUMBER[element] for element in values_ppm], dtype="float64")
    values = np.column_stack([value / CHONDRITE_PPM[element] for element, value in values_ppm.items()])
    candidates = np.flatnonzero((values > 0).sum(axis=1) >= 3)
    values = values[candidates]
    logs = np.log(values, out=np.full(values.shape, np.nan), where=values > 0)
    names = list(values_ppm)
    for _ in range(3):
        off = np.abs(_deviation(logs, z))
        off[np.isnan(off)] = 0
        worst = off.argmax(axis=1)
        bad = np.flatnonzero(off[np.arange(len(off)), worst] > np.log(OUTLIER_TIMES))
        for position in np.unique(worst[bad]):
            yield names[position], candidates[bad[worst[bad] == position]]
        logs[bad, worst[bad]] = np.nan
        candidates, logs = candidates[bad], logs[bad]


def _deviation(logs: npt.NDArray[np.float64], z: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return how far each value lies off the line between the nearest measured ones on both sides; NaN without both."""
    rows, width = logs.shape
    left, left_z = np.full((rows, width), np.nan), np.full((rows, width), np.nan)
    right, right_z = left.copy(), left.copy()
    for target, target_z, order, step in (
        (left, left_z, range(1, width), -1),
        (right, right_z, range(width - 2, -1, -1), 1),
    ):
        for position in order:
            beside = logs[:, position + step]
            known = np.isfinite(beside)
            target[:, position] = np.where(known, beside, target[:, position + step])
            target_z[:, position] = np.where(known, z[position + step], target_z[:, position + step])
    share = (z - left_z) / (right_z - left_z)
    return logs - (left * (1 - share) + right * share)
