"""Tables with one result per row: brought to one row per sample, each result with the unit, mark and limit of its own row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cells.assay_columns import unit_name
from layers.cells.assays import BELOW_WORDS
from layers.cells.heading_grammar import parse_heading, parse_headings
from layers.cells.result_marks import as_marks, holds_marks, mark_signs, of_a_validation
from layers.errors import SourceError
from layers.readers.columns import as_text, mapped_columns
from layers.readers.doubtful_results import mark_notes

_OF_MARKS = re.compile(r"(?i)qual(?:ifier|if)?(?![a-z])|flag")


@dataclass(frozen=True)
class WideTable:
    """A table of one row per sample made of one with a result per row.

    Parameters
    ----------
    cells : DataFrame
        One row per sample, a column per analyte and unit.
    rows : ndarray of int
        Row of the file each sample stands in first.
    folded : int
        Rows that went into another one.
    used : dict of str to str
        Columns of units, marks and limits that were read into the results.
    notes : list of Note
        Marks that make results unusable or that nobody knows.
    """

    cells: pd.DataFrame
    rows: np.ndarray
    folded: int
    used: dict[str, str]
    notes: list[Note] = field(default_factory=list)


def one_row_per_sample(source: Source, where: str, cells: pd.DataFrame, rows: np.ndarray) -> WideTable:
    """Turn a table with one result per row into one row per sample.

    The unit is that of the heading of the values, else that of the row; a method of the row goes with it, so that results of
    one element by two methods stay two. A mark such as ``<`` and a limit of the row go into the
    result, so that a limit never looks like a measurement.

    Raises
    ------
    SourceError
        If a result is given twice, or the heading of the values and the column of units tell different units.
    """
    if not mapped_columns(source, cells, "sample_id"):
        raise SourceError(
            f"{where}: every row holds one result, and no column says of which sample. Map sample_id under `columns:` "
            f"(columns: {', '.join(map(str, cells.columns))})."
        )
    [analyte], [value] = mapped_columns(source, cells, "analyte")[:1], mapped_columns(source, cells, "value")[:1]
    [sample] = mapped_columns(source, cells, "sample_id")[:1]
    beside, marks = _beside(source, cells)
    unit = parse_heading(value).unit
    heading = cells[analyte].astype("str").str.strip()
    units = as_text(cells[beside["unit"]]) if "unit" in beside else None
    if units is not None and unit is not None:
        _same_unit(where, value, unit, beside["unit"], units)
    if unit is not None:
        heading = heading + f"_{unit}"
    elif units is not None:
        heading = heading + ("_" + units).where(units.notna(), "")
    if "method" in beside:
        heading = heading + _methods(as_text(cells[beside["method"]]))
    mark_cells = {name: as_marks(cells[name], name) for name in marks}
    results = _marked(cells, value, [*mark_cells.values()], beside.get("detection_limit"))
    long = pd.DataFrame({"sample": cells[sample], "heading": heading, "value": results})
    twice = long.duplicated(["sample", "heading"])
    if twice.any():
        first = long[twice].iloc[0]
        raise SourceError(
            f"{where}: {int(twice.sum())} results are given more than once, e.g. {first['heading']} of sample {first['sample']}. "
            "Average them by a rule of your own, or leave one out."
        )
    wide = long.pivot(index="sample", columns="heading", values="value")
    first_row = ~cells[sample].duplicated().to_numpy()
    read = [*beside.values(), *marks]
    kept = cells[first_row].drop(columns=[analyte, value, *read]).reset_index(drop=True)
    joined = kept.merge(wide, left_on=sample, right_index=True, how="left", validate="one_to_one")
    notes = [
        note
        for name, own in mark_cells.items()
        for note in mark_notes(source.id, {value: name}, {value: own}, cells, rows)
    ]
    notes += _not_read(source, analyte, cells[analyte], heading, rows)
    return WideTable(joined, rows[first_row], len(cells) - len(joined), dict.fromkeys(read, "value"), notes)


def _beside(source: Source, cells: pd.DataFrame) -> tuple[dict[str, str], list[str]]:
    """Return the columns that hold the unit, the method and the limit of each row, the only one of their kind, and all of marks.

    A laboratory and whoever validates its results mark them in columns of their own; both count.
    """
    taken = {name for column in source.columns for name in mapped_columns(source, cells, column)}
    taken |= {*source.where, *source.ignore}
    companions: dict[str, list[str]] = {}
    for heading in parse_headings([str(name) for name in cells.columns]):
        lone = (
            heading.kind in ("unit", "qualifier", "detection_limit", "method")
            and heading.element is None
            and not heading.unknown
        )
        if lone and heading.text not in taken and heading.text in cells.columns:
            companions.setdefault(heading.kind, []).append(heading.text)
    marks = companions.pop("qualifier", [])
    rest = [
        str(name)
        for name in cells.columns
        if str(name) not in taken and str(name) not in sum(companions.values(), marks)
    ]
    marks += [name for name in rest if holds_marks(cells[name], sure=_OF_MARKS.search(name) is not None)]
    return {kind: names[0] for kind, names in companions.items() if len(names) == 1}, marks


def _not_read(source: Source, column: str, analytes: pd.Series, headings: pd.Series, rows: np.ndarray) -> list[Note]:
    """Name the analytes that are no element or oxide, such as sums of rare earths: their rows give no result."""
    stated = {*source.options.get("results", {}), *source.options.get("ignore", ())}
    kinds = {text: parse_heading(text).kind for text in headings.dropna().unique() if text not in stated}
    left = headings.isin([text for text, kind in kinds.items() if kind != "result"]).to_numpy(dtype=bool)
    if not left.any():
        return []
    counts = analytes[left].astype("str").str.strip().value_counts()
    shown = ", ".join(f"{name} ({count})" for name, count in counts.head(8).items())
    text = (
        f"Rows of analytes that are no element or oxide by their name give no result: {shown}"
        f"{' and others' if len(counts) > 8 else ''}. If one is, state it under options.results, e.g. {{Lanthanum_ppm: La}}."
    )
    return [Note(source.id, "analyte_not_read", text, int(left.sum()), (column,), tuple(rows[left].tolist()))]


def _methods(texts: pd.Series) -> pd.Series:
    """Return what to put behind the name of each analyte: its method, where it is understood as one behind a unit."""
    known = {}
    for text in texts.dropna().unique():
        heading = parse_heading(f"La_ppm_{text}")
        known[text] = f"_{text}" if heading.kind == "result" and heading.method and not heading.unknown else ""
    return texts.map(known).fillna("").astype("str")


def _same_unit(where: str, value: str, unit: str, column: str, units: pd.Series) -> None:
    others = [
        other_unit
        for other_unit in units.dropna().unique()
        if unit_name(str(other_unit)) not in (None, unit_name(unit))
    ]
    if others:
        raise SourceError(
            f"{where}: the heading '{value}' says {unit}, the column '{column}' says {others[0]}. Which is right cannot be told. "
            f"List '{column}' under 'ignore:', or rename the column of values."
        )


def _marked(cells: pd.DataFrame, value: str, marks: Sequence[pd.Series], limits: str | None) -> pd.Series:
    """Return the results with the signs of their marks, and with the limit of the row where the cell tells none."""
    if not marks and limits is None:
        return cells[value]
    text = as_text(cells[value]).fillna("")
    signs = np.full(len(cells), "", dtype=object)
    validated = of_a_validation(marks)
    for sign in ("b", ">", "<", "x"):  # the worst word of all that were said stands
        for column in marks:
            signs[mark_signs(column, validated=validated) == sign] = sign
    limit = as_text(cells[limits]).fillna("") if limits is not None else text.map(lambda _: "")
    plain = text.str.fullmatch(r"\d.*|\.\d.*").to_numpy(dtype=bool)
    numberless = pd.to_numeric(text, errors="coerce").fillna(0).eq(0) & ~text.str.contains(r"^[<>≤≥].*\d", na=False)
    unlimited = (text.str.casefold().isin(BELOW_WORDS).to_numpy() | (signs == "<")) & numberless.to_numpy(dtype=bool)
    read = text.to_numpy(dtype=object).copy()
    signed = plain & ((signs == "<") | (signs == ">"))
    read[signed] = signs[signed] + read[signed]
    read[unlimited] = ("<" + limit.str.lstrip("<≤ ")).to_numpy(dtype=object)[unlimited]
    read[(signs == "x") | ((signs == "b") & numberless.to_numpy(dtype=bool))] = ""
    column = pd.Series(read, index=text.index)
    return column.where(column != "", None)
