"""Areas a column states beside the outlines of the same rows: two answers to one question, and what is said where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note
from layers.cells.quantities import unit_factor
from layers.errors import SourceError
from layers.readers.amount_units import CHOICES

_APART = 3.0
"""Outlines drawn for maps and areas out of reports differ by less; units by more."""
_FEWEST, _MOST = 3, 0.8
_CLOSE = 0.05
_LIKELY_UNITS = ("ha", "km2", "acre", "ft2", "sq mi", "m2")


def settle_areas(
    where: str,
    source: str,
    stated: pd.Series,
    drawn: npt.NDArray[np.float64],
    rows: npt.NDArray[np.int64],
    columns: Sequence[str],
    units: Mapping[str, str],
    latitude: npt.NDArray[np.float64],
) -> tuple[pd.Series, list[Note]]:
    """Return one area per row, the stated one where there is one, else that of the outline; tell rows whose two differ grossly.

    Parameters
    ----------
    where : str
        Source and file, for messages.
    source : str
        Its id, for notes.
    stated : Series of float
        m2 as read from a column; NaN where none is stated.
    drawn : ndarray of float
        m2 within the outline of each row; NaN where there is none.
    rows : ndarray of int
        Row numbers in the file.
    columns : sequence of str
        Headings mapped to the area.
    units : mapping of str to str
        ``options.units``: what is stated under ``area_m2`` settles a whole column, which is told then.

    latitude : ndarray of float
        Degrees of each row: Web Mercator draws areas too large by one over the square of its cosine.

    Returns
    -------
    areas : Series of float
        m2.
    notes : list of Note
        ``area_against_outline``, with the rows.

    Raises
    ------
    SourceError
        If most rows differ from their outlines by one factor, as in another unit, and the run file does not state the unit.
    """
    areas = stated.fillna(pd.Series(drawn, index=stated.index))
    ratio = np.full(len(stated), np.nan)
    both = stated.gt(0).to_numpy(dtype=bool) & (drawn > 0)
    ratio[both] = stated.to_numpy(dtype=float)[both] / drawn[both]
    apart = both & (np.abs(np.log(ratio, where=both, out=np.zeros(len(ratio)))) > np.log(_APART))
    stretched = _as_in_web_mercator(ratio[both], latitude[both])
    if stretched:
        text = (
            f"The areas of {', '.join(columns)} are {stretched:.3g} times those of the outlines, as Web Mercator (EPSG:3857) "
            "draws them at this latitude: they were reckoned in it and are too large. The stated ones were taken; map no column "
            "to area_m2, and the outlines count."
        )
        return areas, [Note(source, "area_against_outline", text, int(both.sum()), tuple(columns), tuple(rows[both]))]
    if not apart.any():
        return areas, []
    first = int(np.flatnonzero(apart)[0])
    example = f"row {rows[first]}: {stated.iloc[first]:,.6g} m2 stated, {drawn[first]:,.6g} m2 drawn"
    heading = ", ".join(columns)
    middle = float(np.median(ratio[both]))
    alike = both & (np.abs(np.log(ratio / middle, where=both, out=np.zeros(len(ratio)))) < np.log(_APART))
    whole = apart.sum() >= _FEWEST and min(alike.sum(), apart.sum()) >= _MOST * both.sum()
    if whole and "area_m2" not in units:
        raise SourceError(
            f"{where}: the areas of {heading} are about {middle:.3g} times those of the outlines in the same rows, in "
            f"{apart.sum()} of {both.sum()} ({example}){_guess(middle)}. State the unit of the column under "
            f"options.units.area_m2 ({CHOICES['m2']}), or map no column to area_m2: the outlines count then."
        )
    text = (
        f"The area that {heading} states and that of the outline differ by more than {_APART:g} times ({example}); the stated "
        "one was taken. See which is right: the number, its unit, or the outline."
    )
    return areas, [Note(source, "area_against_outline", text, int(apart.sum()), tuple(columns), tuple(rows[apart]))]


def _as_in_web_mercator(ratio: npt.NDArray[np.float64], latitude: npt.NDArray[np.float64]) -> float:
    """Return how many times stated areas are those drawn, if nearly all are so by what Web Mercator stretches; else 0."""
    if len(ratio) < _FEWEST:
        return 0.0
    as_stretched = np.abs(ratio * np.cos(np.radians(latitude)) ** 2 - 1.0) < _CLOSE
    middle = float(np.median(ratio))
    return middle if middle > 1.0 + 3 * _CLOSE and as_stretched.mean() >= _MOST else 0.0


def _guess(middle: float) -> str:
    """Say which unit would bring the stated areas to those drawn, had they been read as m2."""
    for unit in _LIKELY_UNITS:
        _, factor = unit_factor(unit)
        if abs(np.log(middle * factor)) < np.log(1.5):
            return f", as if they were in {unit}"
    return ""
