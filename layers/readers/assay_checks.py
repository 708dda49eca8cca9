"""What is odd about laboratory columns as a whole, said once per kind and not once per column."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise, permutations

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note, rows_at
from layers.cells.assay_columns import AssayColumn
from layers.cells.assays import Cells, Suspicion

DISAGREEMENT = 0.05
"""Relative difference from which an element and its oxide in one row are said to contradict each other."""
_AS_MUCH = 0.98
"""A repeat may come out a little below the round number the first result exceeds."""
_LIMIT_TIMES = 5.0
_FOLLOW_UPS = 0.5
_ALL_IRON = re.compile(r"(?i)fe2o3[\s_(*]*(?:t|tot|total)(?![a-z])")
_COMPARED = ("best", "first", "repeat")
_FAR_DEX, _UNLIKE_DEX, _FEWEST = 0.7, 0.18, 3
"""How far one pair of results of a sample may lie apart, and how far most may: a factor of five, and of one and a half."""

_SAYS: Mapping[str, str] = {
    "lowest_value_repeated": (
        "The lowest value stands in several rows, apart from all others or in many of them, and is not marked as below a limit: "
        "probably a limit, or half of one, written as a result. State it under options.substituted_below. Columns"
    ),
    "highest_value_round": (
        "The highest value is a round number and stands in several rows: probably an upper limit written as a result. Columns"
    ),
    "zero_results": (
        "Results are exactly 0, which no laboratory measures. They are kept but give no score. State options.zero: missing or "
        "below_limit. Columns"
    ),
}


def zeros(name: str, cells: Cells) -> list[Suspicion]:
    """Look for results of exactly 0."""
    count = int((cells.value == 0).sum())
    return [Suspicion("zero_results", name, count, 0.0)] if count else []


def suspicion_notes(source_id: str, suspicions: Iterable[Suspicion]) -> list[Note]:
    """Return one note per kind of suspicion, naming its columns, most rows first.

    Parameters
    ----------
    source_id : str
        Id of the source.
    suspicions : iterable of Suspicion
        Of all columns.

    Returns
    -------
    list of Note
        ``count`` is the number of columns.
    """
    kinds: dict[str, list[Suspicion]] = {}
    for suspicion in suspicions:
        kinds.setdefault(suspicion.code, []).append(suspicion)
    notes = []
    for code, ones in kinds.items():
        ones.sort(key=lambda suspicion: -suspicion.count)
        shown = ", ".join(
            f"{suspicion.name} ({suspicion.value:g} in {suspicion.count} rows)" for suspicion in ones[:12]
        )
        more = f" and {len(ones) - 12} more" if len(ones) > 12 else ""
        names = tuple(column.name for column in ones)
        notes.append(Note(source_id, code, f"{_SAYS[code]}: {shown}{more}.", len(ones), names))
    return notes


def _first_row(rows: npt.NDArray[np.int64] | None, places: Sequence[int]) -> str:
    return "" if rows is None else f" (first in row {rows[min(places)]})"


def contradictions(
    source_id: str,
    columns: Sequence[AssayColumn],
    parsed: Mapping[str, Cells],
    rows: npt.NDArray[np.int64] | None = None,
) -> list[Note]:
    """Note where elements and their oxides by the same method differ in one row: one note for all pairs, with the rows."""
    count: dict[tuple[str, str], int] = {}
    places: list[int] = []
    for first, second in pairwise(columns):
        if first.method != second.method or first.form == second.form or _total_and_part(first, second):
            continue
        a = parsed[first.name].value * float(first.to_ppm or np.nan)
        b = parsed[second.name].value * float(second.to_ppm or np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            differ = np.abs(a - b) > DISAGREEMENT * np.maximum(a, b)
        if differ.any():
            count[str(first.name), str(second.name)] = int(differ.sum())
            places += np.flatnonzero(differ).tolist()
    if not count:
        return []
    pairs_in_words = "; ".join(f"{' and '.join(both)} in {differing} rows" for both, differing in count.items())
    message = (
        f"Element and oxide differ by more than {DISAGREEMENT:.0%}: {pairs_in_words}{_first_row(rows, places)}. "
        "The first of each was taken."
    )
    names = tuple(name for both in count for name in both)
    return [
        Note(
            source_id,
            "element_and_oxide_differ",
            message,
            sum(count.values()),
            names,
            rows_at(rows, sorted(set(places))),
        )
    ]


def _total_and_part(first: AssayColumn, second: AssayColumn) -> bool:
    """Say whether two columns are all iron as its oxide (``Fe2O3T``) and the part of it that is ferrous (``FeO``)."""
    return {first.form, second.form} == {"Fe2O3", "FeO"} and any(
        _ALL_IRON.search(column.name) for column in (first, second)
    )


def limits_contradicted(
    source_id: str, columns: Sequence[AssayColumn], parsed: Mapping[str, Cells], rows: npt.NDArray[np.int64] | None
) -> list[Note]:
    """Note where one column holds much more of an element than the limit another says it lies below, or less than it exceeds.

    Parameters
    ----------
    source_id : str
        Id of the source.
    columns : sequence of AssayColumn
        Of one element, the preferred first.
    parsed : mapping of str to Cells
        Cells of each column.
    rows : ndarray of int or None
        Row of the file at each position; None names no rows.
    """
    notes = []
    for result, limited in permutations(columns, 2):
        value = parsed[result.name].value * float(result.to_ppm or np.nan)
        cells_of_limit = parsed[limited.name]
        if columns.index(result) < columns.index(
            limited
        ):  # else what is exceeded stands, see `layers.readers.assay_choice`
            notes += _less_than_exceeded(source_id, result, limited, value, cells_of_limit, rows)
        limit = np.where(cells_of_limit.censored < 0, cells_of_limit.limit, np.nan) * float(limited.to_ppm or np.nan)
        with np.errstate(invalid="ignore"):
            above = np.flatnonzero(value > _LIMIT_TIMES * limit)
        if not len(above):
            continue
        at = int(above[0])
        message = (
            f"{result.name} is more than {_LIMIT_TIMES:g} times the limit {limited.name} lies below, in {len(above)} rows (e.g. "
            f"{value[at]:g} against < {limit[at]:g} ppm). One method does not dissolve all of it, or the other sees something "
            f"else. The result was taken; list {result.name} under options.ignore if it is the wrong one."
        )
        names = (result.name, limited.name)
        notes.append(Note(source_id, "result_against_limit", message, len(above), names, rows_at(rows, above)))
    return notes


def _less_than_exceeded(
    source_id: str,
    result: AssayColumn,
    limited: AssayColumn,
    value: npt.NDArray[np.float64],
    limited_cells: Cells,
    rows: npt.NDArray[np.int64] | None,
) -> list[Note]:
    """Note where a column holds less, in ppm, than another of its element is known to exceed."""
    exceeded = np.where(limited_cells.censored > 0, limited_cells.limit, np.nan) * float(limited.to_ppm or np.nan)
    with np.errstate(invalid="ignore"):
        less = np.flatnonzero(value < _AS_MUCH * exceeded)
    if not len(less):
        return []
    at = int(less[0])
    message = (
        f"{result.name} is less than {limited.name} exceeds, in {len(less)} rows (e.g. {value[at]:g} against > {exceeded[at]:g} "
        "ppm). One of them is in another unit, dissolved less, or is of another sample. List the wrong one under options.ignore."
    )
    return [
        Note(source_id, "result_against_limit", message, len(less), (result.name, limited.name), rows_at(rows, less))
    ]


def repeats_taken(
    source_id: str, columns: Sequence[AssayColumn], parsed: Mapping[str, Cells], rows: npt.NDArray[np.int64] | None
) -> list[Note]:
    """Note where a repeat or check gave a result to samples whose first result is missing or lies below its limit.

    Parameters are those of `limits_contradicted`.
    """
    notes = []
    first = [column for column in columns if column.role == "first"]
    below = (
        np.logical_or.reduce([parsed[column.name].censored < 0 for column in first])
        if first
        else np.zeros(0, dtype=bool)
    )
    missing = (
        np.logical_and.reduce([np.isnan(parsed[c.name].value) & (parsed[c.name].censored == 0) for c in first])
        if first
        else below
    )
    for column in columns:
        if column.role != "repeat" or not len(below):
            continue
        taken = np.flatnonzero((below | missing) & np.isfinite(parsed[column.name].value))
        if len(taken):
            message = (
                f"{column.name} counts in {len(taken)} samples whose first result is missing or below its limit. List it under "
                "options.ignore if the first results are to stand."
            )
            names = (column.name, *(column.name for column in first))
            notes.append(Note(source_id, "repeat_taken", message, len(taken), names, rows_at(rows, taken)))
    return notes


def unlike_columns(
    source_id: str, columns: Sequence[AssayColumn], parsed: Mapping[str, Cells], rows: npt.NDArray[np.int64] | None
) -> list[Note]:
    """Note columns of one element that should agree and do not: repeats far from the first result, one digestion by two methods.

    What a weaker digestion leaves undissolved is no contradiction: only columns of the same kind of method, or of methods nobody
    knows, are compared. Parameters are those of `limits_contradicted`.
    """
    notes = []
    for first, second in combinations([column for column in columns if column.role in _COMPARED], 2):
        if first.method != second.method or first.form != second.form:
            continue
        a, b = (parsed[column.name].value * float(column.to_ppm or np.nan) for column in (first, second))
        with np.errstate(invalid="ignore", divide="ignore"):
            apart = np.abs(np.log10(np.where((a > 0) & (b > 0), a / b, np.nan)))
        known = int(np.isfinite(apart).sum())
        far = np.flatnonzero(apart > _FAR_DEX)
        if known >= _FEWEST and np.nanmedian(apart) > _UNLIKE_DEX:
            far = np.flatnonzero(apart > _UNLIKE_DEX)
        if not len(far):
            continue
        at = int(far[0])
        message = (
            f"{first.name} and {second.name} differ in {len(far)} of {known} rows by more than they may (e.g. {a[at]:g} and "
            f"{b[at]:g} ppm): another unit, or other samples? {first.name} was taken; list the wrong one under options.ignore."
        )
        names = (first.name, second.name)
        notes.append(Note(source_id, "results_differ", message, len(far), names, rows_at(rows, far)))
    return notes


def follow_ups_unread(
    source_id: str,
    element: str,
    above: npt.NDArray[np.bool_],
    cells: pd.DataFrame,
    used: Collection[str],
    rows: npt.NDArray[np.int64] | None,
) -> list[Note]:
    """Note columns that name an element, are not read, and hold numbers just where its results lie above their range.

    Parameters
    ----------
    source_id : str
        Id of the source.
    element : str
        Symbol.
    above : ndarray of bool, shape (n,)
        Rows whose result is only known to lie above a limit.
    cells : DataFrame
        All columns, n rows.
    used : collection of str
        Columns that are read.
    rows : ndarray of int or None
        Row of the file at each position; None names no rows.
    """
    if not above.any():
        return []
    notes = []
    named = re.compile(rf"(?<![A-Z]){element}(?![a-z])")
    for name in (str(column) for column in cells.columns if str(column) not in used and named.search(str(column))):
        numbers = pd.to_numeric(cells[name].astype("str").str.strip("<> "), errors="coerce").to_numpy(dtype="float64")
        there = np.isfinite(numbers)
        if there[above].any() and there.mean() <= max(_FOLLOW_UPS, 2 * above.mean()):
            at = np.flatnonzero(above & there)
            message = (
                f"'{name}' is not read, and holds numbers where {element} is only known to lie above its range: a repeat by "
                "another method? Say what it is under options.results (and options.units), or list it under options.ignore."
            )
            notes.append(Note(source_id, "follow_up_unread", message, len(at), (name,), rows_at(rows, at)))
    return notes


def words_first(
    source_id: str, columns: Sequence[AssayColumn], parsed: Mapping[str, Cells], cells: pd.DataFrame, row: int
) -> list[Note]:
    """Note a first row with words in every column of results: it may say what they hold, such as ``La2O3 ppm``."""
    if len(columns) < 2 or not all(0 in parsed[column.name].unreadable for column in columns):
        return []
    names = tuple(column.name for column in columns)
    shown = ", ".join(str(cells[name].iloc[0]) for name in names[:3])
    message = (
        f"Row {row} holds words in every column of results ({shown}) and was turned away. If they say what the columns hold, "
        "state it under options.results and options.units."
    )
    return [Note(source_id, "row_of_words", message, 1, names, (row,))]


def one_of_a_kind(notes: Sequence[Note]) -> list[Note]:
    """Put notes of one code together: the first is told whole, of the others the columns and how often."""
    kinds: dict[str, list[Note]] = {}
    for note in notes:
        kinds.setdefault(note.code, []).append(note)
    together = []
    for first, *others in kinds.values():
        if others:
            likewise = "; ".join(f"{' and '.join(option.columns)} ({option.count})" for option in others)
            columns = tuple(dict.fromkeys(name for option in (first, *others) for name in option.columns))
            rows = tuple(sorted({row for option in (first, *others) for row in option.rows}))
            count = first.count + sum(option.count for option in others)
            first = replace(
                first, message=f"{first.message} Likewise: {likewise}.", count=count, columns=columns, rows=rows
            )
        together.append(first)
    return together
