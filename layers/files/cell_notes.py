"""Notes on a file brought down to the cells they are about: guessed encodings, damaged letters, dates among other things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.cell_search import ascii_cells, cells_matching
from layers.cells.heading_grammar import parse_headings
from layers.files.text_encoding import MISREAD
from layers.formulas import formula_cells

_DAMAGED = re.compile("\ufffd")
_MOSTLY = 0.5


def notes_on_cells(
    source: str,
    notes: Sequence[Note],
    cells: pd.DataFrame,
    rows: np.ndarray,
    dated: Sequence[tuple[int, int]] = (),
    errors: Sequence[tuple[int, int]] = (),
    put_aside: Sequence[tuple[int, int]] = (),
    percents: Sequence[tuple[int, int]] = (),
) -> tuple[Note, ...]:
    """Return notes with the columns and rows they are about, and further notes on cells.

    Parameters
    ----------
    source : str
        Id of the source.
    notes : sequence of Note
        Of the file as a whole; those about letters get columns and rows.
    cells : DataFrame
        Text cells.
    rows : ndarray of int
        1-based row number of each row of ``cells``.
    dated : sequence of tuple of int
        Row number and column position of cells a workbook keeps as dates.
    errors : sequence of tuple of int
        The same of cells that show an error of a workbook.
    put_aside : sequence of tuple of int
        The same of cells that are struck out, or filled and shown as if they were empty.
    percents : sequence of tuple of int
        The same of cells shown with a sign of per cent.

    Returns
    -------
    tuple of Note
        Further codes: ``damaged_letters`` (a letter was lost before the file was saved), ``dates_among_others`` (a column of
        other things holds dates: a workbook turns ids such as 3-15 into them), ``code_of_nines`` (a number of nines stands
        several times, ten times above the other numbers of its column), ``formula_cells`` (a
        spreadsheet program would calculate them).
    """
    located = [_located(note, cells, rows) for note in notes]
    located += _code_notes(source, cells, rows)
    located += _damage_notes(source, cells, rows)
    located += _formulas(source, cells, rows)
    located += _errors(source, cells, rows, errors)
    located += _put_aside(source, cells, rows, put_aside)
    located += _percents(source, cells, rows, percents)
    for at in sorted({column for _, column in dated if column < len(cells.columns)}):
        heading = str(cells.columns[at])
        inside = np.isin(rows, [row for row, column in dated if column == at])
        filled = int(cells.iloc[:, at].notna().sum())
        if 0 < inside.sum() < _MOSTLY * filled:
            text = (
                f"{int(inside.sum())} of {filled} cells of '{heading}' are dates in the workbook, the others are not: a workbook "
                "turns ids such as 3-15 into dates. See what they were."
            )
            located.append(
                Note(source, "dates_among_others", text, int(inside.sum()), (heading,), tuple(rows[inside].tolist()))
            )
    return tuple(located)


def _formulas(source: str, cells: pd.DataFrame, rows: np.ndarray) -> list[Note]:
    """Warn of cells that a spreadsheet program would calculate."""
    hits = {str(name): formula_cells(cells.iloc[:, at]) for at, name in enumerate(cells.columns)}
    hits = {name: hit for name, hit in hits.items() if hit.any()}
    if not hits:
        return []
    name, first = next(iter(hits.items()))
    shown = str(cells[name][first].iloc[0])[:40]
    text = (
        f"Cells start like formulas of a spreadsheet program (the first, in '{name}': {shown!r}). They are kept as text; the CSV "
        "files of a run have an apostrophe in front of them."
    )
    return [_at(Note(source, "formula_cells", text), hits, rows)]


def _put_aside(source: str, cells: pd.DataFrame, rows: np.ndarray, put_aside: Sequence[tuple[int, int]]) -> list[Note]:
    """Name the columns and rows in which a workbook shows cells as struck out, or as if they were empty."""
    sentence = (
        "{n} cells are struck out in the workbook, or hold something and look empty (the first in {first}); they count like all "
        "others. If they were put aside, take them out of the file."
    )
    return _of_workbook(source, cells, rows, put_aside, "struck_out", sentence)


def _percents(source: str, cells: pd.DataFrame, rows: np.ndarray, percents: Sequence[tuple[int, int]]) -> list[Note]:
    """Name the columns whose heading says another unit than the per cent that their format shows."""
    shown = {column for _, column in percents if column < len(cells.columns)}
    headings = parse_headings([str(name) for name in cells.columns]) if shown else []
    other = {at for at in shown if headings[at].unit not in (None, "pct")}
    sentence = (
        "The format of {n} cells shows per cent, and their heading says another unit (the first in {first}); the numbers "
        "that are shown were read in the unit of the heading. Correct the heading or the format."
    )
    wrong = [(row, column) for row, column in percents if column in other]
    return _of_workbook(source, cells, rows, wrong, "percent_by_format", sentence)


def _errors(source: str, cells: pd.DataFrame, rows: np.ndarray, errors: Sequence[tuple[int, int]]) -> list[Note]:
    """Name the columns and rows in which a workbook shows errors instead of numbers."""
    sentence = (
        "{n} cells show an error of the workbook (#N/A, #REF! and the like; the first in {first}) and were read as empty. "
        "Correct them there and save it again."
    )
    return _of_workbook(source, cells, rows, errors, "excel_error_cells", sentence)


def _of_workbook(
    source: str, cells: pd.DataFrame, rows: np.ndarray, marked: Sequence[tuple[int, int]], code: str, sentence: str
) -> list[Note]:
    """Return a note of the marked cells (row of the file, column by position) that are still there; none where no one is.

    ``sentence`` has slots ``n``, how many they are, and ``first``, where the first stands.
    """
    there = set(rows.tolist())
    inside = [(row, column) for row, column in marked if row in there and column < len(cells.columns)]
    if not inside:
        return []
    names = tuple(dict.fromkeys(str(cells.columns[column]) for _, column in inside))
    row, column = inside[0]
    text = sentence.format(n=len(inside), first=f"row {row}, '{cells.columns[column]}'")
    return [Note(source, code, text, len(inside), names, tuple(dict.fromkeys(row for row, _ in inside)))]


def _code_notes(source: str, cells: pd.DataFrame, rows: np.ndarray) -> list[Note]:
    """Return ``code_of_nines`` for every column in which one stands."""
    notes = []
    for name in map(str, cells.columns):
        nines = _nines(cells[name])
        if nines is None and (nines := _mostly_nines(cells[name])) is not None:
            text = (
                f"{int(nines.sum())} cells of '{name}' are {cells[name][nines].iloc[0]}, more than all others together: a code "
                "for not known? They were taken as they stand; if they mean it, list the code under 'missing:'."
            )
            notes.append(Note(source, "code_of_nines", text, int(nines.sum()), (name,), tuple(rows[nines].tolist())))
        elif nines is not None:
            text = (
                f"{int(nines.sum())} cells of '{name}' are {cells[name][nines].iloc[0]}, far above most others: a code for not "
                "known? Amounts of that sort are left missing, all else is taken as it stands; list the code under 'missing:'."
            )
            notes.append(Note(source, "code_of_nines", text, int(nines.sum()), (name,), tuple(rows[nines].tolist())))
    return notes


def _damage_notes(source: str, cells: pd.DataFrame, rows: np.ndarray) -> list[Note]:
    """Return ``damaged_letters`` with the columns and rows in which letters were lost before the file was saved."""
    damaged = _holding(cells, _DAMAGED)
    text = "Letters were lost before the file was saved (they show as \ufffd); they are kept so. Ask for the file in UTF-8."
    return [_at(Note(source, "damaged_letters", text), damaged, rows)] if damaged else []


def _located(note: Note, cells: pd.DataFrame, rows: np.ndarray) -> Note:
    if note.code == "double_encoded_text":
        return _at(note, _holding(cells, MISREAD), rows)
    if note.code == "encoding_guessed":
        foreign = {str(name): ~ascii_cells(cells[name]) for name in cells.columns}
        return _at(note, {name: hits for name, hits in foreign.items() if hits.any()}, rows)
    return note


def _at(note: Note, places: dict[str, np.ndarray], rows: np.ndarray) -> Note:
    """Return a note with the columns and rows where something stands."""
    if not places:
        return note
    inside = np.logical_or.reduce(list(places.values()))
    count = max(note.count, int(sum(position.sum() for position in places.values()))) if note.count == 1 else note.count
    return replace(note, count=count, columns=tuple(places), rows=tuple(rows[inside].tolist()))


def _nines(column: pd.Series) -> np.ndarray | None:
    """Return which cells are a number of nothing but nines that is repeated and far above most others; None where none is."""
    if pd.api.types.is_numeric_dtype(column):
        hit = column.isin(_ALL_NINES).to_numpy(dtype=bool)
    elif pd.api.types.is_string_dtype(column):
        hit = cells_matching(column, _NINES_IN_GROUPS, first_look=None, any_of=["999"])
        if hit.any():
            column = column.str.replace(_GROUPED, "", regex=True)
    else:
        return None
    if hit.sum() < 2 or column[hit].nunique() > 1:
        return None
    others = pd.to_numeric(column[~hit], errors="coerce").dropna().abs()
    return hit if len(others) and float(column[hit].iloc[0]) > 10 * float(others.quantile(0.9)) else None


def _mostly_nines(column: pd.Series) -> np.ndarray | None:
    """Return which cells are one number of nothing but nines, where that is most of a column; None elsewhere."""
    head = [str(cell) for cell in column.iloc[:_LOOKED_AT].dropna().tolist()]
    if len(head) < _FEWEST or sum("99" in cell and _ONLY_NINES.fullmatch(cell) is not None for cell in head) <= (
        _MOSTLY / 2 * len(head)
    ):
        return None
    texts = column.astype("str").where(column.notna(), "")
    hit = texts.str.fullmatch(_ONLY_NINES).to_numpy(dtype=bool)
    alike = texts[hit].nunique() == 1
    return hit if alike and hit.sum() > _MOSTLY * int(column.notna().sum()) else None


_LOOKED_AT, _FEWEST = 200, 5
_ONLY_NINES = re.compile(r"\s*9{2,}0*(?:\.[09]+)?\s*")
_NINES_IN_GROUPS = re.compile(r"\s*(?:9{4,}|9{1,3}(?:[ \u00a0\u202f,'\u2019]999)+)(?:\.0+)?\s*$")
_GROUPED = r"(?<=\d)[ \u00a0\u202f,'\u2019](?=\d{3}(?:\D|$))"
"""What parts thousands."""
_ALL_NINES = [10**digits - 1 for digits in range(4, 13)]


def _holding(cells: pd.DataFrame, mark: re.Pattern[str]) -> dict[str, np.ndarray]:
    """Return, per column in which a mark stands, which cells hold it."""
    holding = {}
    for name in cells.columns:
        hits = ~ascii_cells(cells[name])
        hits[hits] = [mark.search(text) is not None for text in cells[name].array[hits]]
        if hits.any():
            holding[str(name)] = hits
    return holding
