"""Results that together make up more than the sample: shares of something else, such as of its rare earths."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from layers.accounting import Note, rows_at
from layers.elements import OXIDE_OF, REE, oxide_factor
from layers.errors import SourceError

_MOST_OXIDES_PPM = 8e5
"""The richest minerals, bastnaesite and monazite, hold 70 to 75 % of rare-earth oxides; no rock and no waste holds more."""
_MOST_PPM = 1.05e6
"""All elements of a sample and what analyses of them err by."""
_MOSTLY = 0.5


def refuse_shares(
    source_id: str, where: str, columns: Mapping[str, npt.NDArray[np.float64]], rows: npt.NDArray[np.int64] | None
) -> list[Note]:
    """Stop where rare earths, or all elements, add up to more than the sample can hold in most rows; tell of single ones.

    Tables of a distribution (each oxide as a share of the sum of rare earths) look like assays.

    Parameters
    ----------
    source_id : str
        Id of the source.
    where : str
        Names the file in messages.
    columns : mapping of str to ndarray
        ``X_ppm`` per element, NaN where there is no result.
    rows : ndarray of int or None
        Row of the file at each position; None names no rows.

    Raises
    ------
    SourceError
        If it is so in more than half of the rows that have such results.
    """
    values = {
        name.removesuffix("_ppm"): ppm for name, ppm in columns.items() if name.endswith("_ppm") and "limit" not in name
    }
    rare = {element: ppm * oxide_factor(OXIDE_OF[element]) for element, ppm in values.items() if element in REE}
    notes = []
    for kind, parts, most in (("rare-earth oxides", rare, _MOST_OXIDES_PPM), ("elements", values, _MOST_PPM)):
        if not parts:
            continue
        total = np.zeros(len(next(iter(parts.values()))))
        for ppm in parts.values():
            total += np.nan_to_num(ppm)
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
        names = tuple(f"{element}" for element in parts)
        notes.append(
            Note(source_id, "more_than_the_sample", text[0].upper() + text[1:], len(above), names, rows_at(rows, above))
        )
    return notes
