"""Rare earths of one sample, and columns of them, against each other: a suite is smooth but for cerium and europium."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.accounting import Note, rows_at, rows_in_words
from layers.elements import ATOMIC_NUMBER, CHONDRITE_PPM, LANTHANIDES, UPPER_CRUST_PPM

OUTLIER_TIMES = 10.0
"""From how many times off its neighbours a rare earth is implausible; cerium and europium anomalies are not judged."""
_BLOCK = 100_000
_YTTRIUM_AT = 67.5
"""Yttrium, as large as holmium, stands between it and erbium; so in all rocks, whose Y/Ho is 20 to 150."""
_LAST_TIMES, _STEEP_DOWN, _STEEP_UP = 30.0, 3.0, 2.0
"""The first and the last of a suite have one neighbour: times they may be off it, or times per step of atomic number."""
_COLUMN_TIMES, _COLUMN_LAST_TIMES = 8.0, 6.0
"""The same for the medians of whole columns, which no single result moves."""
_NEARLY = 0.1
_FEWEST_ROWS, _MOST_WRONG, _MOST_COVERED, _MOST_ROWS = 3, 2, 0.5, 0.9


def _drop_wrong_columns(
    source_id: str,
    columns: MutableMapping[str, Any],
    headings: Mapping[str, Sequence[str]],
    rows: npt.NDArray[np.int64] | None,
) -> tuple[list[Note], set[str]]:
    """Tell whole columns of a rare earth that contradict those beside them, and take those ten times off as missing.

    Parameters are those of `drop_outliers`; also returns the elements that need no look by row.
    """
    notes = []
    wrong = wrong_columns({element: columns[f"{element}_ppm"] for element in headings})
    for element, times in wrong.items():
        if times == 1.0:
            continue
        value = columns[f"{element}_ppm"]
        there = np.flatnonzero(np.isfinite(value))
        far = abs(np.log10(times)) >= np.log10(OUTLIER_TIMES) - _NEARLY
        message = (
            f"{element}: the whole column is about {max(times, 1 / times):.0f} times too {'high' if times > 1 else 'low'} "
            f"(10^{round(np.log10(times))}) against the rare earths beside it, e.g. {value[there[0]]:g} ppm. No rock does that: "
            "another unit, or another element stands in the column. "
            f"{'Its results were taken as missing' if far else 'They were kept'}: check the file, and state the unit under "
            "options.units."
        )
        notes.append(
            Note(
                source_id, "implausible_rare_earth", message, len(there), tuple(headings[element]), rows_at(rows, there)
            )
        )
        if far:
            value[there] = np.nan
    return notes, set(wrong)


def drop_outliers(
    source_id: str,
    columns: MutableMapping[str, Any],
    headings: Mapping[str, Sequence[str]],
    rows: npt.NDArray[np.int64] | None,
) -> list[Note]:
    """Take a rare earth as missing where the ones beside it say it cannot be, whole columns first, and name columns and rows.

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
    notes, settled = _drop_wrong_columns(source_id, columns, headings, rows)
    rest = {element: columns[f"{element}_ppm"] for element in headings if element not in settled}
    for element, outliers in suite_outliers(rest).items():
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

    A suite is smooth in atomic number but for Ce and Eu. In each row the element is blamed without which the others agree best,
    and the rest judged again, so that a neighbour of a wrong value is not blamed for it.

    Parameters
    ----------
    values_ppm : mapping of str to ndarray of shape (n,)
        Element -> values in ppm, NaN where there is none; elements other than lanthanides are not judged.

    Returns
    -------
    dict of str to Outliers
        Only elements with at least one such row.
    """
    smooth = [element for element in _smooth(values_ppm) if element in LANTHANIDES]
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


def wrong_columns(values_ppm: Mapping[str, npt.NDArray[np.float64]]) -> dict[str, float]:
    """Find the fewest rare earths without whose columns the medians of the others make a suite.

    Parameters
    ----------
    values_ppm : mapping of str to ndarray of shape (n,)
        Element -> values in ppm, NaN where there is none or one below a limit.

    Returns
    -------
    dict of str to float
        Element -> how many times too high (below 1: too low) its column is, against those beside it; two that were exchanged,
        which their order tells (see `layers.readers.rare_earth_order`), have 1.
    """
    smooth = _smooth(values_ppm)
    counts = {element: int((values_ppm[element] > 0).sum()) for element in smooth}
    names = [element for element in smooth if counts[element] > _MOST_COVERED * max(counts.values())]
    if len(names) < 3:
        return {}
    values = np.column_stack([values_ppm[element] / CHONDRITE_PPM[element] for element in names])
    values = values[(values > 0).all(axis=1)]
    if len(values) < _FEWEST_ROWS:
        return {}
    logs, z = np.median(np.log(values), axis=0)[None, :], _atomic_numbers(names)
    limits = _COLUMN_TIMES, _COLUMN_LAST_TIMES
    if np.nanmax(_strain(logs, z, *limits)) <= 1:
        return {}
    exchanged = _exchange_that_explains(logs, names, limits)
    if exchanged:
        return dict.fromkeys(exchanged, 1.0)
    level = logs[0] - np.log([UPPER_CRUST_PPM[element] / CHONDRITE_PPM[element] for element in names])
    for count in range(1, _MOST_WRONG + 1):
        explaining: list[tuple[float, tuple[int, ...]]] = []
        for chosen in combinations(range(len(names)), count):
            rest = logs.copy()
            rest[0, list(chosen)] = np.nan
            if np.isfinite(rest).sum() >= 2 and not np.nanmax(_strain(rest, z, *limits), initial=0) > 1:
                usual = float(np.median(np.delete(level, chosen)))
                explaining.append((float(np.abs(level[list(chosen)] - usual).sum()), chosen))
        if explaining:
            return _in_most_rows(np.log(values), logs[0], names, max(explaining)[1])
    return {}


def _exchange_that_explains(
    logs: npt.NDArray[np.float64], names: Sequence[str], limits: tuple[float, float]
) -> tuple[str, ...]:
    """Return two columns beside each other, of which the odd one holds more, that make a suite once they are exchanged."""
    z = _atomic_numbers(names)
    for first, second in pairwise(range(len(names))):
        if "Y" in (names[first], names[second]) or (z[first] + z[second]) % 2 == 0:
            continue
        apart = np.log(CHONDRITE_PPM[names[second]] / CHONDRITE_PPM[names[first]])
        more = logs[0, first] - apart - logs[0, second]  # of the first than of the second, by mass
        if (more > 0) != (z[first] % 2 == 1):
            continue
        swapped = logs.copy()
        swapped[0, [first, second]] = logs[0, second] + apart, logs[0, first] - apart
        if np.nanmax(_strain(swapped, z, *limits)) <= 1:
            return names[first], names[second]
    return ()


def _in_most_rows(
    by_row: npt.NDArray[np.float64], medians: npt.NDArray[np.float64], names: Sequence[str], chosen: Sequence[int]
) -> dict[str, float]:
    """Return how many times off chosen columns are, those that are so in most rows: a part of a column is told by row."""
    z = _atomic_numbers(names)
    rest = np.delete(np.arange(len(names)), chosen)
    times = {}
    for at in chosen:
        line = [np.interp(z[at], z[rest], row[rest]) for row in (medians, *by_row)]
        off = np.array([medians[at], *by_row[:, at]]) - line
        if (off[1:] / off[0] > 1 / 2).mean() >= _MOST_ROWS:
            times[names[at]] = float(np.exp(off[0]))
    return times


def _smooth(values_ppm: Mapping[str, Any]) -> list[str]:
    """Return the rare earths of which a suite is smooth, in the order of their sizes."""
    there = [element for element in LANTHANIDES if element not in ("Ce", "Eu") and element in values_ppm]
    if "Y" not in values_ppm:
        return there
    lighter = sum(ATOMIC_NUMBER[element] < _YTTRIUM_AT for element in there)
    return [*there[:lighter], "Y", *there[lighter:]]


def _atomic_numbers(names: Sequence[str]) -> npt.NDArray[np.float64]:
    return np.array([_YTTRIUM_AT if name == "Y" else ATOMIC_NUMBER[name] for name in names], dtype="float64")


def _outliers_of_block(
    values_ppm: Mapping[str, npt.NDArray[np.float64]],
) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
    """Give elements and the rows in which they are off."""
    names = list(values_ppm)
    z = _atomic_numbers(names)
    values = np.column_stack([value / CHONDRITE_PPM[element] for element, value in values_ppm.items()])
    candidates = np.flatnonzero((values > 0).sum(axis=1) >= 3)
    values = values[candidates]
    logs = np.log(values, out=np.full(values.shape, np.nan), where=values > 0)
    for _ in range(3):
        with np.errstate(invalid="ignore"):
            bad = np.flatnonzero((_strain(logs, z, OUTLIER_TIMES, _LAST_TIMES) > 1).any(axis=1))
        candidates, logs = candidates[bad], logs[bad]
        if not len(bad):
            return
        worst = _to_blame(logs, z)
        for position in np.unique(worst):
            yield names[position], candidates[worst == position]
        logs[np.arange(len(logs)), worst] = np.nan


def _to_blame(logs: npt.NDArray[np.float64], z: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return for each row the element without which the others are least strained; of equal ones the most strained."""
    own = np.nan_to_num(_strain(logs, z, OUTLIER_TIMES, _LAST_TIMES))
    left = np.full(logs.shape, np.inf)
    for position in range(logs.shape[1]):
        without = logs.copy()
        without[:, position] = np.nan
        strain = np.nan_to_num(_strain(without, z, OUTLIER_TIMES, _LAST_TIMES))
        left[:, position] = np.maximum(strain - 1, 0).sum(axis=1)
    left[np.isnan(logs)] = np.inf
    best = np.isclose(left, left.min(axis=1, keepdims=True))
    return np.where(best, own, -1.0).argmax(axis=1)


def _strain(
    logs: npt.NDArray[np.float64], z: npt.NDArray[np.float64], times: float, last_times: float
) -> npt.NDArray[np.float64]:
    """Return how far each value lies off what is beside it, as a share of how far it may.

    Between two measured ones it may lie ``times`` off the line between them; the first and the last ``last_times`` off the only
    one beside it, or as far as the steepest rocks lead.
    """
    deviation, left, left_z, right, right_z = _beside(logs, z)
    strain = np.abs(deviation) / np.log(times)
    for beside, beside_z, sign in ((left, left_z, 1.0), (right, right_z, -1.0)):
        alone = np.isnan(deviation) & np.isfinite(beside)
        up = sign * (logs - beside)  # heavy over light
        steps = np.abs(z - beside_z)
        most = np.maximum(np.log(last_times), steps * np.log(np.where(up > 0, _STEEP_UP, _STEEP_DOWN)))
        strain = np.where(alone, np.abs(up) / most, strain)
    return strain


def _beside(logs: npt.NDArray[np.float64], z: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], ...]:
    """Return how far each value lies off the line between the nearest measured ones, NaN without both, and those two."""
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
    return logs - (left * (1 - share) + right * share), left, left_z, right, right_z
