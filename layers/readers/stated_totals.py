"""A total of rare earths that a file gives as one number: in its own unit, of elements or of oxides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note, rows_at
from layers.catalogue.source import Source
from layers.cells.assay_columns import factor_of
from layers.cells.assays import parse_cells
from layers.cells.heading_grammar import parse_heading, parse_headings
from layers.elements import OXIDE_OF, REE, UPPER_CRUST_PPM, oxide_factor, treo_per_tree
from layers.errors import SourceError
from layers.readers.assay_options import GeochemistryOptions
from layers.readers.columns import mapped_columns
from layers.readers.whole_sample import drop_whole_totals

_OF_OXIDES = re.compile(
    r"(?i)(?<![a-z])[tlhmc]?reo(?![a-z])|oxides?(?![a-z])|oxydes?(?![a-z])|[óo]xidos?(?![a-z])|oxid[eo](?![a-z])"
)
_OF_A_PART = re.compile(
    r"(?i)(?<![a-z])(?:[lhmc]ree?[oe]?s?|minus|less|excl\w*|without|except|w/?o|ohne|sans|sin|light|heavy|middle|critical|magnet\w*|"
    r"lourdes?|l[ée]g[eè]res?|pesadas?|livianas?|ligeras?|leichte?|schwere?)(?![a-z])"
)

_OF_ALL = re.compile(
    r"(?i)(?<![a-z])(?:t|total|sum|somme|suma|Σ|∑)?\s*(?:of\s+)?(?:ree|reo|rees|tr|ree2o3|rare earths?)(?![a-z])|tr2o3|re2o3"
)
_NO_TOTALS = ("result", "detection_limit", "upper_limit", "error", "qualifier", "ratio", "normalised")
_OF_A_CUT = re.compile(r"(?i)cut[\s_-]*off|teneur de coupure|ley de corte|grenzgehalt")
_FEW_ALONE = 5
_MORE = 1.5
"""How many times a total its parts may be: oxides for elements make a fifth, rounding some per cent."""
_MOST_OF_IT, _MUCH_MORE = 0.6, 3.0
"""Rare earths that make so much of the crust's are most of any total; one several times what they foretell is another's."""


def total_of_rare_earths(
    source: Source,
    where: str,
    options: GeochemistryOptions,
    cells: pd.DataFrame,
    captions: Mapping[str, str],
    rows: npt.NDArray[np.int64] | None,
) -> tuple[npt.NDArray[np.float64], list[Note]]:
    """Return the totals of rare earths that a column states, ppm of the elements.

    The unit is that of ``options.units``, of the heading, of a row of units, or ``default_unit``. A total of oxides becomes one
    of elements by the usual ratio of the two, within some per cent whatever the pattern.

    Parameters
    ----------
    source, where, options, cells
        As in `layers.readers.laboratory_columns.read_suites`.
    captions : mapping of str to str
        Column -> unit in a row under the headings.
    rows : ndarray of int or None
        Row of the file at each position.

    Raises
    ------
    SourceError
        If no unit is stated, the heading speaks of some of the rare earths only, or totals are negative.
    """
    names = mapped_columns(source, cells, "tree_ppm")
    if not names:
        return np.full(len(cells), np.nan), _unmapped_totals(source, options, cells)
    name = names[0]
    if _OF_A_PART.search(name):
        raise SourceError(
            f"{where}: columns.tree_ppm maps '{name}', which speaks of some of the rare earths only. Map a total of all of "
            "them, or give the column another heading if it is one."
        )
    heading = parse_heading(name)
    if heading.kind in _NO_TOTALS or _OF_A_CUT.search(name):
        raise SourceError(
            f"{where}: columns.tree_ppm maps '{name}', which is no total of all rare earths"
            + (f" but of {heading.element}" if heading.element else "")
            + ". Map a column of totals, or leave tree_ppm out."
        )
    unit = options.units.get(name) or heading.unit or captions.get(name) or options.default_unit
    factor = factor_of(unit, "La")
    if factor is None:
        raise SourceError(
            f"{where}: nothing says in which unit the total '{name}' is. State it: options.units: {{{name}: ppm}} (or pct, g/t)."
        )
    read = parse_cells(
        cells[name],
        negative=options.negative,
        missing_numbers=options.missing_numbers,
        decimal_mark=source.decimal_mark or ".",
    )
    if read.negatives:
        raise SourceError(
            f"{where}: {read.negatives} totals in '{name}' are negative. No concentration is. Ask the publisher, and state "
            "options.negative: below_limit (below the absolute value) or missing."
        )
    total_ppm = read.value * factor
    notes = []
    if len(read.unreadable):
        example = cells[name].iloc[read.unreadable[0]]
        text = f"Totals in '{name}' that are no number were left missing (e.g. '{example}')."
        notes.append(
            Note(source.id, "unread_total", text, len(read.unreadable), (name,), rows_at(rows, read.unreadable))
        )
    if _OF_OXIDES.search(name.replace("_", " ")):
        total_ppm = total_ppm / treo_per_tree()[1]
        text = f"'{name}' is a total of oxides; it was divided by {treo_per_tree()[1]:.3f} to be one of elements."
        notes.append(Note(source.id, "total_of_oxides", text, int(np.isfinite(total_ppm).sum()), (name,)))
    return total_ppm, [*notes, *drop_whole_totals(source.id, name, total_ppm, rows)]


def _unmapped_totals(source: Source, options: GeochemistryOptions, cells: pd.DataFrame) -> list[Note]:
    """Tell totals of all rare earths that are not read where hardly any of them stands in the table for itself."""
    headings = parse_headings([str(name) for name in cells.columns])
    alone = {heading.symbol for heading in headings if heading.kind == "result"} & set(REE)
    left_out = {*source.ignore, *options.ignore}
    totals = [
        heading.text
        for heading in headings
        if heading.kind == "total"
        and _OF_ALL.search(heading.text.replace("_", " "))
        and not _OF_A_PART.search(heading.text.replace("_", " "))
        and heading.text not in left_out
    ]
    if not totals or len(alone) >= _FEW_ALONE:
        return []
    text = (
        f"{', '.join(totals)} {'is a total' if len(totals) == 1 else 'are totals'} of rare earths and not read; of single ones "
        f"the table holds {', '.join(sorted(map(str, alone))) or 'none'}. Map one: columns: {{tree_ppm: {totals[0]}}}."
    )
    return [Note(source.id, "total_not_mapped", text, len(totals), tuple(totals))]


def totals_against_parts(
    source: Source,
    options: GeochemistryOptions,
    cells: pd.DataFrame,
    columns: Mapping[str, npt.NDArray[Any]],
    rows: npt.NDArray[np.int64] | None,
) -> list[Note]:
    """Tell a column of totals of all rare earths that most rows contradict: the parts are more, or a whole suite is far less.

    Parameters
    ----------
    source, options, cells, rows
        As in `total_of_rare_earths`.
    columns : mapping of str to ndarray
        ``X_ppm`` per element, NaN where there is no result.
    """
    parts = {element: columns[f"{element}_ppm"] for element in REE if f"{element}_ppm" in columns}
    if not parts:
        return []
    known_parts = np.isfinite(list(parts.values()))
    measured = known_parts.sum(axis=0)
    share = np.array([UPPER_CRUST_PPM[element] for element in parts]) @ known_parts
    share = share / sum(UPPER_CRUST_PPM[element] for element in REE)
    notes = []
    for heading in parse_headings([str(name) for name in cells.columns]):
        words = heading.text.replace("_", " ")
        if heading.kind != "total" or not _OF_ALL.search(words) or _OF_A_PART.search(words):
            continue
        factor = factor_of(options.units.get(heading.text) or heading.unit, "La")
        if factor is None or heading.text in {*source.ignore, *options.ignore}:
            continue
        mark = source.decimal_mark or "."
        stated = parse_cells(cells[heading.text], negative="missing", decimal_mark=mark).value * factor
        of_oxides = _OF_OXIDES.search(words) is not None
        summed = np.nansum(
            [ppm * (oxide_factor(OXIDE_OF[element]) if of_oxides else 1.0) for element, ppm in parts.items()], axis=0
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            times = np.where(measured > 0, summed / stated, np.nan)
            too_little = (times < 1 / _MORE) & (measured == len(REE))
            too_little |= (share >= _MOST_OF_IT) & (times < share / _MUCH_MORE)
            wrong = np.flatnonzero((times > _MORE) | too_little)
        known = int(np.isfinite(times).sum())
        if not len(wrong) or len(wrong) <= known / 2:
            continue
        text = (
            f"The rare earths of {len(wrong)} of {known} rows add up to {summed[wrong[0]]:g} ppm and the like, where "
            f"{heading.text} says {stated[wrong[0]]:g} ppm: one of them is in another unit. Check the file."
        )
        notes.append(Note(source.id, "total_against_parts", text, len(wrong), (heading.text,), rows_at(rows, wrong)))
    return notes
