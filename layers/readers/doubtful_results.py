"""Results a person should see: above the whole sample, under marks nobody knows, with marks that may part thousands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note, rows_at
from layers.catalogue.source import Source
from layers.cell_search import cells_like
from layers.cells.assay_columns import AssayColumn, factor_of
from layers.cells.assays import Cells
from layers.cells.result_marks import of_a_validation, unknown_marks
from layers.errors import SourceError
from layers.readers.columns import as_text
from layers.readers.inner_headings import refuse_units

_MOSTLY, _FEW = 0.8, 2
_FEWEST_MEASURED, _CODE_TIMES = 3, 2.0
_ONE_DIGIT = re.compile(r"([1-9])\1{2,}")
"""Limits are round numbers, as coarse as they may be."""
_WHOLE_PPM = 1.02e6
"""The whole sample and what an analysis of its main component may err by: quartz sand is reported with 100.6 % SiO2."""


def refuse_other_units(
    where: str,
    columns: Sequence[AssayColumn],
    parsed: Mapping[str, Cells],
    cells: pd.DataFrame,
    rows: npt.NDArray[np.int64] | None,
) -> None:
    """Stop where a cell among results is nothing but another unit than theirs; see `layers.readers.inner_headings`.

    Parameters are those of `drop_impossible`, and ``cells``, all columns as they stand in the file.

    Raises
    ------
    SourceError
        Naming the row and the column.
    """
    for column in columns:
        at = parsed[column.name].unreadable
        if not len(at) or column.to_ppm is None:
            continue

        def differs(unit: str, column: AssayColumn = column) -> bool:
            return factor_of(unit, column.form) not in (None, column.to_ppm)

        refuse_units(where, column.name, cells[column.name].iloc[at], at + 1 if rows is None else rows[at], differs)


def drop_impossible(
    source_id: str,
    columns: Sequence[AssayColumn],
    parsed: Mapping[str, Cells],
    rows: npt.NDArray[np.int64] | None,
) -> list[Note]:
    """Take results above the whole sample as missing, in place, and name their columns and rows.

    Parameters
    ----------
    source_id : str
        Id of the source.
    columns : sequence of AssayColumn
        Columns of results; those without a unit are passed over.
    parsed : mapping of str to Cells
        Cells of each column, in its own unit; changed.
    rows : ndarray of int or None
        Row of the file at each position; None names no rows.
    """
    hits: dict[str, npt.NDArray[np.int64]] = {}
    example = ""
    for column in columns:
        if column.to_ppm is None:
            continue
        cells = parsed[column.name]
        of_form = column.to_ppm / (factor_of("ppm", column.form) or 1.0)
        with np.errstate(invalid="ignore"):
            above = np.flatnonzero(cells.value * of_form > _WHOLE_PPM)
        if len(above):
            example = example or f"{column.name} {cells.value[above[0]]:g}"
            hits[column.name] = above
            cells.value[above] = np.nan
    if not hits:
        return []
    places = np.unique(np.concatenate(list(hits.values())))
    message = (
        f"Results above 100 % of the sample were taken as missing ({example}): another unit, or a decimal point that moved. "
        f"Columns: {', '.join(f'{name} ({len(above_rows)})' for name, above_rows in hits.items())}."
    )
    count = sum(map(len, hits.values()))
    return [Note(source_id, "above_the_whole", message, count, tuple(hits), rows_at(rows, places))]


def drop_codes_among_limits(
    source_id: str, parsed: Mapping[str, Cells], rows: npt.NDArray[np.int64] | None
) -> list[Note]:
    """Take limits of one digit three times and more, beyond every result, as missing, in place: codes such as -1111 and -5555.

    Parameters
    ----------
    source_id : str
        Id of the source.
    parsed : mapping of str to Cells
        Cells of each column, negative numbers read as limits; changed.
    rows : ndarray of int or None
        Row of the file at each position; None names no rows.
    """
    hits: dict[str, npt.NDArray[np.int64]] = {}
    example = ""
    for name, cells in parsed.items():
        measured = cells.value[np.isfinite(cells.value)]
        if len(measured) < _FEWEST_MEASURED:
            continue
        with np.errstate(invalid="ignore"):
            codes = np.flatnonzero((cells.censored < 0) & (cells.limit > _CODE_TIMES * measured.max()))
        codes = np.array([at for at in codes if _ONE_DIGIT.fullmatch(f"{cells.limit[at]:g}")], dtype=np.int64)
        if len(codes):
            example = example or f"{name} -{cells.limit[codes[0]]:g}, where the greatest result is {measured.max():g}"
            hits[name] = codes
            cells.limit[codes], cells.censored[codes] = np.nan, 0
    if not hits:
        return []
    places = np.unique(np.concatenate(list(hits.values())))
    message = (
        f"Negative numbers of one digit beyond all results were taken as codes for missing, not as limits ({example}). List them "
        "under options.missing_numbers, or correct them if they are limits."
    )
    count = sum(map(len, hits.values()))
    return [Note(source_id, "code_among_limits", message, count, tuple(hits), rows_at(rows, places))]


def mark_notes(
    source_id: str,
    marks: Mapping[str, str],
    mark_cells: Mapping[str, pd.Series],
    cells: pd.DataFrame,
    rows: npt.NDArray[np.int64] | None,
) -> list[Note]:
    """Name the marks beside results that say a result is unusable, and those nobody knows, whose results are kept.

    Parameters
    ----------
    source_id : str
        Id of the source.
    marks : mapping of str to str
        Column of results -> column of marks beside it.
    mark_cells : mapping of str to Series
        Column of results -> the marks beside it, by `layers.cells.result_marks.as_marks`.
    cells : DataFrame
        All columns.
    rows : ndarray of int or None
        Row of the file at each position; None names no rows.
    """
    texts = {
        "result_unusable": "Results marked as rejected were taken as missing",
        "mark_unknown": "Marks beside results are not known; the results were kept as they stand",
    }
    hits: dict[str, tuple[dict[str, None], set[str], set[int]]] = {code: ({}, set(), set()) for code in texts}
    validated = of_a_validation(mark_cells.values())
    for result, own in mark_cells.items():
        name = marks[result]
        for code, mark, places in unknown_marks(own, cells[result], validated=validated):
            columns, words, positions = hits[code]
            columns |= {result: None, name: None}
            words.add(mark)
            positions |= set(places)
    notes = []
    for code, (columns, words, positions) in hits.items():
        if positions:
            shown = ", ".join(sorted(words)[:6])
            file_rows = rows_at(rows, sorted(positions))
            notes.append(Note(source_id, code, f"{texts[code]} ({shown}).", len(positions), tuple(columns), file_rows))
    return notes


def refuse_parted_thousands(
    source: Source, where: str, columns: Sequence[AssayColumn], cells: pd.DataFrame
) -> list[Note]:
    """Tell results whose points may part thousands; stop where other columns of the file have decimal commas.

    Raises
    ------
    SourceError
        If results such as ``1.250`` stand beside coordinates such as ``67,8501``: the points part thousands there.
    """
    names = [column.name for column in columns]
    texts, pointed = {}, {}
    for name in names:
        if pd.api.types.is_numeric_dtype(cells[name]):
            continue
        texts[name] = text = as_text(cells[name]).dropna()
        pointed[name] = text[text.str.contains(".", regex=False)]
        if not pointed[name].str.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+").all():
            return []  # ordinary decimals, as in the first column of most tables
    grouped = [name for name, text in pointed.items() if len(text)]
    if sum(map(len, pointed.values())) < _FEW:
        return []
    example = pointed[grouped[0]].iloc[0]
    for other in cells.columns.difference(names):
        text = as_text(cells[other]).dropna()
        if len(text) and text.str.fullmatch(r"-?\d{1,7},\d+").mean() > _MOSTLY:
            raise SourceError(
                f"{where}: {', '.join(grouped)} hold numbers such as '{example}', and '{other}' has decimal commas "
                f"('{text.iloc[0]}'): do points part thousands, or are they decimals? State decimal_mark."
            )
    whole = pd.concat(list(texts.values()))
    if not whole.str.fullmatch(r"\d+").any():  # a laboratory that prints three decimals prints them everywhere
        return []
    message = (
        f"All numbers of {', '.join(grouped)} have three digits behind a point, such as '{example}'; they were read as decimals. "
        "If the point parts thousands, state decimal_mark: ','."
    )
    return [Note(source.id, "points_may_part_thousands", message, len(grouped), tuple(grouped))]


def decimal_comma(where: str, cells: pd.DataFrame, parsed: Mapping[str, Cells]) -> str | None:
    """Return an unreadable cell with a comma, where commas are decimal ones beyond doubt, None where no cell holds one.

    Parameters
    ----------
    where : str
        Names the file in messages.
    cells : DataFrame
        All columns as they stand in the file.
    parsed : mapping of str to Cells
        Cells of each column of results.

    Raises
    ------
    SourceError
        Where a comma may part thousands.
    """
    commas: dict[str, list[str]] = {}
    for name, column_cells in parsed.items():
        if len(column_cells.unreadable):
            texts = cells[name].iloc[column_cells.unreadable].astype("str").str.strip()
            commas[name] = texts[texts.str.fullmatch(r"[<>≤≥]?=?\s*[+-]?\d+,\d+")].tolist()
    commas = {name: texts for name, texts in commas.items() if texts}
    if not commas:
        return None
    points = any(cells[name].dropna().astype("str").str.contains(r"\d\.\d").any() for name in parsed)
    sure = any(not _parts_thousands(text) for texts in commas.values() for text in texts)
    doubtful = next((name for name, texts in commas.items() if _of_two_kinds(texts, cells[name])), None)
    if points or not sure or doubtful is not None:
        name = doubtful or next(iter(commas))
        text = next((text for text in commas[name] if _parts_thousands(text)), commas[name][0])
        beside = " beside others with a point" if points else ""
        raise SourceError(
            f"{where}: {sum(map(len, commas.values()))} results hold a comma (e.g. {name} '{text}'){beside}. Whether it is a "
            "decimal comma or parts thousands cannot be told. State decimal_mark: ',' or correct the file."
        )
    return next(text for texts in commas.values() for text in texts if not _parts_thousands(text))


def _parts_thousands(text: str) -> bool:
    """Say whether a comma stands where it would part thousands: three digits behind, and no 0 alone before."""
    before, _, behind = text.lstrip("<>≤≥= +-").partition(",")
    return len(behind) == 3 and before != "0" and len(before) <= 3


def _of_two_kinds(texts: Sequence[str], column: pd.Series) -> bool:
    """Say whether the commas of a column may part thousands although those of another do not: all or most stand so.

    Whole numbers beside them say that the laboratory does not print three decimals throughout.
    """
    thousands = sum(map(_parts_thousands, texts))
    if any(text.lstrip("<>≤≥= +-").startswith("0,") for text in texts) or not thousands:
        return False
    if thousands == len(texts):
        return bool(column.astype("str").str.strip().str.fullmatch(r"\d{1,3}").any())
    return thousands > 1 and 2 * thousands >= len(texts)


_OWN_UNIT = re.compile(r"^(?P<number>.*\d)\s*(?P<unit>[^\d\s.,;()]+)\s*$")


def without_own_unit(texts: pd.Series, column: AssayColumn) -> pd.Series:
    """Return the cells of a column without the unit behind their numbers, where it is that of the column: ``1.2%``."""
    if (
        column.to_ppm is None
        or not pd.api.types.is_string_dtype(texts)
        or not cells_like(texts, r"\d\s*(?:%|pp[mb]|pct|[mgu]?g/k?[gt]|µg/k?g)\s*$").any()
    ):
        return texts

    def bare(text: str) -> str:
        match = _OWN_UNIT.match(text)
        if match is None or factor_of(match["unit"], column.form) != column.to_ppm:
            return text
        return match["number"]

    return texts.map(bare, na_action="ignore")
