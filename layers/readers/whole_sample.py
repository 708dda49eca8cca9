"""Results that together make up more than the sample: shares of something else, such as of its rare earths."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.accounting import Note, rows_at
from layers.elements import OXIDE_OF, REE, oxide_factor
from layers.errors import SourceError

_MOST_OXIDES_PPM = 8e5
"""The richest minerals, bastnaesite and monazite, hold 70 to 75 % of rare-earth oxides; no rock and no waste holds more."""
_MOST_PPM = 1.05e6
"""All elements of a sample and what analyses of them err by."""
_MAIN_OXIDES = {
    "Si": "SiO2", "Al": "Al2O3", "Fe": "Fe2O3", "Ca": "CaO", "Mg": "MgO", "K": "K2O", "Na": "Na2O",
    "Ti": "TiO2", "P": "P2O5", "Mn": "MnO",
}  # fmt: skip
_MOST_MAIN_OXIDES_PPM = 1.25e6
"""Metal in slag weighs less than the oxides it is stated as, and analyses of black sands err: real ones add up to 116 %."""
_MOSTLY = 0.5
_FEWEST_PARTS, _FEWEST_SUMS, _SAME_SUM, _VARIED = 4, 5, 0.004, 0.05
"""Sums of four and more rare earths that agree within rounding in five and more rows, where the parts do not."""


def refuse_shares(
    source_id: str, where: str, columns: MutableMapping[str, Any], rows: npt.NDArray[np.int64] | None
) -> list[Note]:
    """Stop where rare earths, or all elements, add up to more than the sample can hold in most rows; drop single such rows.

    Tables of a distribution (each oxide as a share of the sum of rare earths) look like assays.

    Parameters
    ----------
    source_id : str
        Id of the source.
    where : str
        Names the file in messages.
    columns : mapping of str to ndarray
        ``X_ppm`` per element, NaN where there is no result; ``X_censored`` beside it. Changed in place: a sum that no sample
        holds says that any of its parts may be wrong, so that all of them are missing in that row.
    rows : ndarray of int or None
        Row of the file at each position; None names no rows.

    Raises
    ------
    SourceError
        If it is so in more than half of the rows that have such results, or if the rare earths of all rows add up to one sum.
    """
    values = {
        name.removesuffix("_ppm"): ppm for name, ppm in columns.items() if name.endswith("_ppm") and "limit" not in name
    }
    rare = {element: oxide_factor(OXIDE_OF[element]) for element in values if element in REE}
    main = {element: oxide_factor(form) for element, form in _MAIN_OXIDES.items() if element in values}
    _refuse_parts_of_one_sum(where, {element: values[element] for element in rare}, rare)
    notes = []
    for kind, factors, most in (
        ("rare-earth oxides", rare, _MOST_OXIDES_PPM),
        ("elements", dict.fromkeys(values, 1.0), _MOST_PPM),
        ("oxides of the main elements", main, _MOST_MAIN_OXIDES_PPM),
    ):
        if not factors:
            continue
        total = np.zeros(len(values[next(iter(factors))]))
        for element, factor in factors.items():  # what an earlier sum made missing is told once
            total += np.nan_to_num(values[element]) * factor
        above = np.flatnonzero(total > most)
        if not len(above):
            continue
        text = (
            f"the {kind} of {len(above)} rows add up to more than {most / 1e4:g} % of the sample (e.g. "
            f"{total[above[0]] / 1e4:.0f} %). No sample holds that: another unit, or shares of their sum (a distribution) "
            "instead of contents."
        )
        if len(above) > _MOSTLY * int((total > 0).sum()):
            raise SourceError(
                f"{where}: {text} Ask the publisher, and state the unit under options.units, or leave the columns out."
            )
        for element in factors:
            values[element][above] = np.nan
            if f"{element}_censored" in columns:
                columns[f"{element}_censored"][above] = 0
        message = f"{text[0].upper()}{text[1:]} These results were taken as missing: check the file."
        notes.append(Note(source_id, "more_than_the_sample", message, len(above), tuple(factors), rows_at(rows, above)))
    return notes


def _refuse_parts_of_one_sum(
    where: str, ppm: Mapping[str, npt.NDArray[np.float64]], to_oxide: Mapping[str, float]
) -> None:
    """Stop where rare earths that differ from row to row add up to the same in each, as elements or as oxides."""
    if len(ppm) < _FEWEST_PARTS:
        return
    table = np.array(list(ppm.values()))
    whole = np.isfinite(table).all(axis=0)
    if whole.sum() < _FEWEST_SUMS or np.ptp(table[:, whole], axis=1).max() <= _VARIED * np.median(table[:, whole]):
        return
    for factors, kind in (
        (np.ones(len(ppm)), "elements"),
        (np.array([to_oxide[element] for element in ppm]), "oxides"),
    ):
        total = factors @ table[:, whole]
        if np.ptp(total) <= _SAME_SUM * total.min():
            raise SourceError(
                f"{where}: the rare earths ({', '.join(ppm)}) of {len(total)} rows all add up to {np.median(total):.4g} ppm of "
                f"{kind}, though they differ: shares of their sum (a distribution) instead of contents. Map a total and leave "
                "the columns out, or ask the publisher."
            )


def drop_whole_totals(
    source_id: str, column: str | None, total_ppm: npt.NDArray[np.float64], rows: npt.NDArray[np.int64] | None
) -> list[Note]:
    """Take totals of rare earths above what a sample can hold as missing, in place, and name their column and rows.

    Parameters
    ----------
    source_id : str
        Id of the source.
    column : str or None
        Column of the file that holds the totals; None where there is none.
    total_ppm : ndarray of float
        Totals; changed.
    rows : ndarray of int or None
        Row of the file at each position; None names no rows.
    """
    with np.errstate(invalid="ignore"):
        above = np.flatnonzero(total_ppm > _MOST_OXIDES_PPM)
    if column is None or not len(above):
        return []
    message = (
        f"{len(above)} totals of rare earths are more than {_MOST_OXIDES_PPM / 1e4:g} % of the sample (e.g. "
        f"{total_ppm[above[0]] / 1e4:.0f} %). No sample holds that: another unit, or a decimal point that moved. They were "
        "taken as missing: check the file."
    )
    total_ppm[above] = np.nan
    return [Note(source_id, "more_than_the_sample", message, len(above), (column,), rows_at(rows, above))]
