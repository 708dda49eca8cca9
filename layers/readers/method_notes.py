"""Methods of a laboratory table: those of single elements kept, and what is to be said of several in one table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note
from layers.cells.assay_columns import METHOD_ORDER, method_named
from layers.cells.heading_grammar import parse_headings
from layers.cells.heading_spellings import sieved_below_um


def keep_own_methods(
    source_id: str, columns: dict[str, Any], ranks: Mapping[str, npt.NDArray[np.int8]], best: npt.NDArray[np.int8]
) -> list[Note]:
    """Keep the method of each element that has another one than its row, and say so.

    Parameters
    ----------
    source_id : str
        Id of the source.
    columns : dict of str to array
        Gets ``X_method`` (categorical) of such an element X.
    ranks : mapping of str to ndarray of int8
        Element -> place in `METHOD_ORDER` of the method of each row; ``len(METHOD_ORDER)`` where there is no result.
    best : ndarray of int8
        The same of the row.
    """
    others: dict[str, list[str]] = {}
    rows = np.zeros(len(best), dtype=bool)
    for element, rank in ranks.items():
        there = rank < len(METHOD_ORDER)
        differs = there & (rank != best)
        if not differs.any():
            continue
        codes = np.where(there, rank, -1)
        columns[f"{element}_method"] = pd.Categorical.from_codes(codes, categories=pd.Index(METHOD_ORDER))
        rows |= differs
        for method_rank in np.unique(rank[differs]):
            others.setdefault(METHOD_ORDER[method_rank], []).append(element)
    if not others:
        return []
    shown = "; ".join(f"{method.replace('_', ' ')}: {', '.join(elements)}" for method, elements in others.items())
    message = (
        f"Elements of one sample come from several methods (beside the one of its rare earths {shown}). Each element is compared "
        "with others by its own method only; a total of rare earths adds up what each was measured by."
    )
    return [Note(source_id, "methods_per_element", message, int(rows.sum()))]


def method_of_rows(
    source_id: str, cells: pd.DataFrame, own_words: Mapping[str, str], passed_over: Collection[str], *, of_columns: bool
) -> tuple[str, npt.NDArray[np.object_], list[Note]]:
    """Return the column that says by which method each row was analysed, the methods, and a note where it is not read.

    Parameters
    ----------
    source_id : str
        Id of the source.
    cells : DataFrame
        Raw cells, n rows.
    own_words : mapping of str to str
        Further words for methods, lower case -> method.
    passed_over : collection of str
        Columns that are mapped or ignored.
    of_columns : bool
        Whether the headings of the results say methods; then those count, and a column that says others is told.

    Returns
    -------
    column : str
        Empty where no column says methods.
    methods : ndarray of str, shape (n,)
        Of `METHOD_ORDER`; ``unknown`` where a cell says none.
    notes : list of Note
        ``method_column_unread``.
    """
    named: dict[str, dict[str, str]] = {}
    for heading in parse_headings([str(name) for name in cells.columns]):
        if heading.kind != "method" or heading.unknown or heading.text in passed_over:
            continue
        if not pd.api.types.is_string_dtype(cells[heading.text]):
            continue
        words = {str(word): method_named(str(word), own_words) for word in cells[heading.text].dropna().unique()}
        known = {word: method for word, method in words.items() if method not in (None, "unknown")}
        if known:
            named[heading.text] = {word: str(method) for word, method in known.items()}
    none = np.full(len(cells), "unknown", dtype=object)
    if not named:
        return "", none, []
    if len(named) == 1 and not of_columns:
        [(column, known)] = named.items()
        return column, np.asarray(cells[column].map(known).fillna("unknown"), dtype=object), []
    unread = [column for column, known in named.items() if len(set(known.values())) > 1]
    if not unread:
        return "", none, []
    why = "the headings of the results say methods, too" if of_columns else "which of them counts is not known"
    message = (
        f"{', '.join(unread)} says by row how the samples were analysed and was not read, since {why}. Make a source of each "
        "method with 'where:', and say it under options.default_method."
    )
    return "", none, [Note(source_id, "method_column_unread", message, len(cells), tuple(unread))]


def method_notes(source_id: str, method: npt.NDArray[np.object_]) -> list[Note]:
    """Say when methods that see different shares of an element stand in one table."""
    notes = []
    methods, counts = np.unique(method.astype(str), return_counts=True)
    if len(methods) > 1:
        shown = ", ".join(f"{method} {count}" for method, count in zip(methods, counts, strict=True))
        message = (
            f"The samples were analysed by several methods ({shown}); they are standardised apart and never averaged."
        )
        notes.append(Note(source_id, "several_methods", message, int(counts.sum())))
    partial = int((method == "aqua_regia").sum())
    if partial:
        message = "Aqua regia dissolves only part of the rare earths (least of the heavy ones): compare within the method only."
        notes.append(Note(source_id, "partial_digestion", message, partial))
    return notes


_WHOLE_UM = 2000.0
"""Soil and sediment are sieved to 2 mm before anything else (ISO 11464), so that this is the sample."""


def sieved_notes(source_id: str, headings: Iterable[str], waste: npt.NDArray[np.bool_]) -> list[Note]:
    """Tell results of waste whose headings say that only a fine part of it was analysed (``sieved_fraction``).

    Parameters
    ----------
    source_id : str
        Id of the source.
    headings : iterable of str
        Of the columns that are used.
    waste : ndarray of bool
        Rows that are samples of waste; a survey analyses the fine part of its sediments and soils on purpose.
    """
    sizes = {heading: size for heading in headings if (size := sieved_below_um(heading)) is not None}
    fine = [heading for heading, size in sizes.items() if size < _WHOLE_UM]
    if not fine or not waste.any():
        return []
    message = (
        f"{', '.join(fine[:4])}{' …' if len(fine) > 4 else ''}: what passed a sieve of {min(sizes.values()):,.0f} µm was "
        "analysed."
        " Coarser parts of a waste may hold less, and the results are taken for the whole of it."
    )
    return [Note(source_id, "sieved_fraction", message, int(waste.sum()), tuple(fine))]
