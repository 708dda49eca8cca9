"""From laboratory columns to one value, limit and flag per sample and element, in ppm of the element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source, recognise
from layers.cells.assay_headers import METHOD_ORDER, AssayColumn, method_named, parse_heading
from layers.cells.assays import Cells, apply_qualifiers, parse_cells, suspicions
from layers.elements import REE
from layers.errors import SourceError
from layers.readers.assay_checks import contradictions, level_notes, suite_outliers, suspicion_notes, zeros
from layers.readers.assay_options import GeochemistryOptions
from layers.readers.columns import mapped_columns
from layers.samples.columns import atomic_order


@dataclass
class Suites:
    """Results of all rows of a table.

    Parameters
    ----------
    columns : dict of str to ndarray
        ``X_ppm``, ``X_limit_ppm`` (float), ``X_censored`` (int8) per element, in order of atomic number; ``X_method``
        (categorical) where an element has another method than ``method`` says of its row.
    tree_ppm : ndarray of float
        Total of rare earths the file gives as one number.
    method : ndarray of str
        Per row the best method among its rare earths (among all elements where it has none).
    problems : dict of int to tuple of str
        Position of a row to reject -> (code, reason).
    notes : list of Note
    used : dict of str to str
        Column results or marks were read from -> layer column.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    tree_ppm: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    method: npt.NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))
    problems: dict[int, tuple[str, str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    used: dict[str, str] = field(default_factory=dict)


def read_suites(
    source: Source, where: str, options: GeochemistryOptions, cells: pd.DataFrame, said: Mapping[str, Mapping[str, str]]
) -> Suites:
    """Recognise the laboratory columns of a table and read them.

    Parameters
    ----------
    source : Source
        Its mapped columns are no laboratory columns, but for ``tree_ppm``.
    where : str
        Names the file in messages.
    options : GeochemistryOptions
        Units, methods and conventions.
    cells : DataFrame
        Raw cells.
    said : mapping
        Rows under the heading: ``unit``, ``method``, ``limit`` -> column -> text.

    Returns
    -------
    Suites
        Where several columns hold one element, each row takes the first result in the order of `METHOD_ORDER`, the element
        before its oxide. The order of the columns in the file changes nothing.

    Raises
    ------
    SourceError
        If no column is a result, a unit is missing, or undeclared negative numbers stand in the table. All columns at once.
    """
    found = laboratory_columns(source, where, options, cells, said)
    suites = Suites()
    for column in found:
        suites.used[column.name] = f"{column.element}_ppm"
        marks = _marks_of(column, options, cells)
        if marks is not None:
            suites.used.setdefault(marks, f"{column.element}_censored")
    parsed = {column.name: _read_column(source, options, column, cells, said) for column in found}
    if source.decimal_mark is None and _decimal_commas(where, cells, parsed):
        source = source.model_copy(update={"decimal_mark": ","})
        message = (
            "Numbers are written with a decimal comma (e.g. 3,88) and were read so. State decimal_mark to be sure."
        )
        suites.notes.append(Note(source.id, "decimal_comma", message))
        parsed = {column.name: _read_column(source, options, column, cells, said) for column in found}
    _refuse_negatives(where, parsed)
    odd = []
    for column in found:
        one = parsed[column.name]
        for place in one.unreadable.tolist():
            reason = f"{column.name} is '{cells[column.name].iloc[place]}', which is no result"
            suites.problems.setdefault(place, ("unreadable_result", reason))
        odd += [*suspicions(column.name, one), *zeros(column.name, one)]
    suites.notes += suspicion_notes(source.id, odd)
    rank_of_row = np.full(len(cells), len(METHOD_ORDER), dtype=np.int8)
    rank_of_any = rank_of_row.copy()
    one_method = len({column.method for column in found}) == 1
    ranks: dict[str, npt.NDArray[np.int8]] = {}
    for element in dict.fromkeys(column.element for column in found):
        mine = sorted(
            (column for column in found if column.element == element), key=lambda one: _preference(one, parsed)
        )
        suites.notes += contradictions(source.id, mine, parsed)
        rank = _choose(element, mine, parsed, suites)
        best_so_far = rank_of_row if element in REE else rank_of_any
        np.minimum(best_so_far, rank, out=best_so_far)
        if not one_method:
            ranks[element] = rank
        for column in mine:  # a large table's cells are not needed twice
            del parsed[column.name]
    best = np.where(rank_of_row < len(METHOD_ORDER), rank_of_row, np.minimum(rank_of_any, len(METHOD_ORDER) - 1))
    suites.method = np.array(METHOD_ORDER, dtype=object)[best]
    suites.notes += _keep_own_methods(source.id, suites, ranks, best)
    suites.notes += _drop_outliers(source.id, suites)
    suites.notes += level_notes(source.id, {element: suites.columns[f"{element}_ppm"] for element in _rare(suites)})
    suites.tree_ppm = _total(source, options, cells)
    _note_methods(source.id, suites)
    return suites


def laboratory_columns(
    source: Source, where: str, options: GeochemistryOptions, cells: pd.DataFrame, said: Mapping[str, Mapping[str, str]]
) -> list[AssayColumn]:
    """Return the columns that hold results, by atomic number and name; stop when one has no unit or there is none.

    Parameters are those of `read_suites`. The method of a column is what ``column_methods`` says of its heading, else what the
    heading says, else what ``column_methods`` says of its symbol, else what a row of methods or the source says.
    """
    taken = {name for layer_column in source.columns for name in mapped_columns(source, cells, layer_column)}
    taken |= set(options.ignore) | set(source.ignore) | set(source.where) | _coordinates(options, cells)
    found = []
    for name in map(str, cells.columns):
        if name in taken:
            continue
        column = parse_heading(
            name,
            default_unit=said.get("unit", {}).get(name) or options.default_unit,
            oxide_unit=options.oxide_unit,
            units=options.units,
            methods=options.methods,
            default_method="",
        )
        if column is not None:
            found.append(replace(column, method=_method_of(column, said.get("method", {}).get(name, ""), options)))
    unitless = [column.name for column in found if column.to_ppm is None]
    if unitless:
        raise SourceError(
            f"{where}: no unit is stated for {', '.join(unitless[:12])}{' …' if len(unitless) > 12 else ''} "
            f"({len(unitless)} columns). ppm and per cent differ by ten thousand, so this is not guessed. Give "
            "options.default_unit (and options.oxide_unit), options.units per column, or list columns that are no results under "
            "options.ignore."
        )
    if not found and not mapped_columns(source, cells, "tree_ppm"):
        raise SourceError(
            f"{where}: no column is a laboratory result (columns: {', '.join(map(str, cells.columns[:40]))}). Headings such as "
            "La_ppm or La2O3 (%) are recognised; a total goes under columns.tree_ppm; one result per row needs columns.analyte "
            f"and value.{_looks_like(cells)}"
        )
    return sorted(found, key=lambda one: (atomic_order(one.element), one.name))


def _coordinates(options: GeochemistryOptions, cells: pd.DataFrame) -> set[str]:
    """Return a bare ``Y`` beside an ``X``: a coordinate, not yttrium, unless its unit is stated."""
    names = {str(name) for name in cells.columns}
    if not {"X", "x"} & names:
        return set()
    return {name for name in ("Y", "y") if name in names and name not in options.units}


def _looks_like(cells: pd.DataFrame) -> str:
    """Say what a table without results is, where the catalogue knows it."""
    known = recognise(map(str, cells.columns))
    if known is None:
        return ""
    return f" These are the columns of '{known.entry.id}' ({known.entry.title}), which has the role {known.entry.role}."


def _method_of(column: AssayColumn, row_of_methods: str, options: GeochemistryOptions) -> str:
    """Return the method of a column; a heading such as ``Cu_ICP`` says the instrument only, which is no method."""
    own = options.column_methods
    of_symbol = own.get(column.form) or own.get(column.element)
    oxide = options.oxide_method if column.form != column.element else None
    words = {word.casefold(): method for word, method in options.methods.items()}
    rest = oxide or method_named(row_of_methods, words) or options.default_method
    said = None if column.method in ("", "unknown") else column.method
    return own.get(column.name) or said or of_symbol or column.method or rest


def _preference(column: AssayColumn, parsed: Mapping[str, Cells]) -> tuple[float, int, bool, str]:
    """Order columns of one element: those that found it in most samples first, then total before partial methods."""
    one = parsed[column.name]
    censored, measured = int((one.censored != 0).sum()), int(np.isfinite(one.value).sum())
    unseen = censored / (censored + measured) if censored > measured else 0.0
    return unseen, METHOD_ORDER.index(column.method), column.form != column.element, column.name


def _read_column(
    source: Source,
    options: GeochemistryOptions,
    column: AssayColumn,
    cells: pd.DataFrame,
    said: Mapping[str, Mapping[str, str]],
) -> Cells:
    """Read one column in its own unit, with its marks and substituted limits."""
    one = parse_cells(
        cells[column.name],
        negative=options.negative,
        missing_words=source.missing,
        missing_numbers=options.missing_numbers,
        decimal_mark=source.decimal_mark or ".",
    )
    limit = pd.to_numeric(pd.Series([said.get("limit", {}).get(column.name)]), errors="coerce").to_numpy(
        dtype="float64"
    )[0]
    if np.isfinite(limit):
        unknown = (one.censored < 0) & ~np.isfinite(one.limit)
        one.limit[unknown] = limit
    marks = _marks_of(column, options, cells)
    if marks is not None:
        one = apply_qualifiers(one, cells[marks], limit)
    substituted = options.substituted_below.get(column.name)
    if substituted is not None:
        low = one.value <= substituted
        one.limit[low] = one.value[low] * (2 if options.substituted_as == "half_limit" else 1)
        one.censored[low], one.value[low] = -1, np.nan
    if options.zero != "keep":
        nothing = one.value == 0
        one.censored[nothing] = -1 if options.zero == "below_limit" else 0
        one.value[nothing] = np.nan
    return one


def _marks_of(column: AssayColumn, options: GeochemistryOptions, cells: pd.DataFrame) -> str | None:
    """Return the column of marks beside a column of results: the same symbol with the publisher's ending."""
    if options.qualifier_suffix is None:
        return None
    alike = [
        str(name)
        for name in cells.columns
        if str(name).endswith(options.qualifier_suffix) and str(name).split("_")[0].casefold() == column.form.casefold()
    ]
    return alike[0] if len(alike) == 1 else None


def _decimal_commas(where: str, cells: pd.DataFrame, parsed: Mapping[str, Cells]) -> bool:
    """Say whether unreadable cells hold decimal commas beyond doubt; stop where a comma may part thousands."""
    commas, points = [], False
    for name, one in parsed.items():
        if len(one.unreadable):
            texts = cells[name].iloc[one.unreadable].astype("str").str.strip()
            hits = texts[texts.str.fullmatch(r"[<>≤≥]?=?\s*[+-]?\d+,\d+")]
            commas += [(name, text) for text in hits]
            points = points or bool(len(hits) and cells[name].str.contains(r"\d\.\d", na=False).any())
    if not commas:
        return False
    sure = any(len(text.rsplit(",", 1)[1]) != 3 or text.lstrip("<>≤≥= +-").startswith("0,") for _, text in commas)
    if points or not sure:
        name, text = commas[0]
        beside = " beside others with a point" if points else ""
        raise SourceError(
            f"{where}: {len(commas)} results hold a comma (e.g. {name} '{text}'){beside}. "
            "Whether it is a decimal comma or parts thousands cannot be told. State decimal_mark: ',' or correct the file."
        )
    return True


def _refuse_negatives(where: str, parsed: Mapping[str, Cells]) -> None:
    negative = {name: one.negatives for name, one in parsed.items() if one.negatives}
    if negative:
        most = sorted(negative.items(), key=lambda one: -one[1])[:8]
        shown = ", ".join(f"{name} {count}" for name, count in most)
        raise SourceError(
            f"{where}: {sum(negative.values())} results in {len(negative)} columns are negative ({shown}). No concentration is. "
            "Ask the publisher, and state options.negative: below_limit (below the absolute value) or missing."
        )


def _choose(
    element: str, columns: list[AssayColumn], parsed: Mapping[str, Cells], suites: Suites
) -> npt.NDArray[np.int8]:
    """Take per row the first column with a result, in ppm; return the place in `METHOD_ORDER` of its method."""
    n = len(parsed[columns[0].name].value)
    value, limit, censored = np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, dtype=np.int8)
    rank = np.full(n, len(METHOD_ORDER), dtype=np.int8)
    open_rows = np.ones(n, dtype=bool)
    for column in columns:
        one, factor = parsed[column.name], float(column.to_ppm or np.nan)
        here = open_rows & (np.isfinite(one.value) | (one.censored != 0))
        value[here], limit[here], censored[here] = (
            one.value[here] * factor,
            one.limit[here] * factor,
            one.censored[here],
        )
        rank[here] = METHOD_ORDER.index(column.method)
        open_rows &= ~here
    suites.columns[f"{element}_ppm"] = value
    suites.columns[f"{element}_limit_ppm"] = limit
    suites.columns[f"{element}_censored"] = censored
    return rank


def _keep_own_methods(
    source_id: str, suites: Suites, ranks: Mapping[str, npt.NDArray[np.int8]], best: npt.NDArray[np.int8]
) -> list[Note]:
    """Keep the method of each element that has another one than its row, and say so."""
    others: dict[str, list[str]] = {}
    rows = np.zeros(len(best), dtype=bool)
    for element, rank in ranks.items():
        there = rank < len(METHOD_ORDER)
        differs = there & (rank != best)
        if not differs.any():
            continue
        codes = np.where(there, rank, -1)
        suites.columns[f"{element}_method"] = pd.Categorical.from_codes(codes, categories=pd.Index(METHOD_ORDER))
        rows |= differs
        for one in np.unique(rank[differs]):
            others.setdefault(METHOD_ORDER[one], []).append(element)
    if not others:
        return []
    shown = "; ".join(f"{method.replace('_', ' ')}: {', '.join(elements)}" for method, elements in others.items())
    message = (
        f"Elements of one sample come from several methods (beside the one of its rare earths {shown}). Each element is compared "
        "with others by its own method only; a total of rare earths adds up what each was measured by."
    )
    return [Note(source_id, "methods_per_element", message, int(rows.sum()))]


def _rare(suites: Suites) -> list[str]:
    return [element for element in REE if f"{element}_ppm" in suites.columns]


def _drop_outliers(source_id: str, suites: Suites) -> list[Note]:
    """Take a rare earth as missing where the ones beside it say it cannot be."""
    rare = _rare(suites)
    if len(rare) < 3:
        return []
    notes = []
    for element, one in suite_outliers({element: suites.columns[f"{element}_ppm"] for element in rare}).items():
        value = suites.columns[f"{element}_ppm"]
        worst = float(np.max(value[one.rows]))
        value[one.rows] = np.nan
        message = (
            f"{element}: results are more than {one.times:g} times off what the rare earths beside them suggest (up to "
            f"{worst:g} ppm). No rock does that: another element, another unit or a limit stands in the column. They were "
            "taken as missing: check the file."
        )
        notes.append(Note(source_id, "implausible_rare_earth", message, len(one.rows)))
    return notes


def _total(source: Source, options: GeochemistryOptions, cells: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return a total of rare earths the file gives as one number, ppm."""
    names = mapped_columns(source, cells, "tree_ppm")
    if not names:
        return np.full(len(cells), np.nan)
    return parse_cells(cells[names[0]], negative=options.negative, decimal_mark=source.decimal_mark or ".").value


def _note_methods(source_id: str, suites: Suites) -> None:
    """Say when methods that see different shares of an element stand in one table."""
    methods, counts = np.unique(suites.method.astype(str), return_counts=True)
    if len(methods) > 1:
        shown = ", ".join(f"{method} {count}" for method, count in zip(methods, counts, strict=True))
        message = (
            f"The samples were analysed by several methods ({shown}); they are standardised apart and never averaged."
        )
        suites.notes.append(Note(source_id, "several_methods", message, int(counts.sum())))
    partial = int((suites.method == "aqua_regia").sum())
    if partial:
        message = "Aqua regia dissolves only part of the rare earths (least of the heavy ones): compare within the method only."
        suites.notes.append(Note(source_id, "partial_digestion", message, partial))
