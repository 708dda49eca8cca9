"""Intervals below the end of their hole, where a table or its collars say how deep each hole is."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.readers.drill_intervals import Intervals

_DEPTH = re.compile(
    r"(?:(?:hole|bh|ddh|borehole|bore|drill(?:ed)?|total|final|max(?:imum)?|end) ){0,2}(?:depth|length)|depth of (?:bore)?hole|"
    r"eoh(?: depth)?|td|end of hole|(?:end)?teufe|bohrtiefe|profondeur(?: (?:totale|finale|du (?:trou|sondage|forage)))?|"
    r"profundidad(?: (?:total|final|del? (?:sondaje|sondeo|pozo)))?|profundidade(?: (?:total|final|do furo))?"
)
_UNIT = re.compile(r" (?:m|metres?|meters?|mts?|ft|feet)$")
_SLACK, _SLACK_SHARE = 0.5, 0.02
"""Rounding of depths by which an interval may reach below its hole."""
_FEET = 0.3048


def past_the_end(
    source_id: str, cells: pd.DataFrame, columns: Intervals, rows: np.ndarray
) -> tuple[dict[int, tuple[str, str]], list[Note]]:
    """Return the rows whose interval reaches below the end of its hole, and a note instead where that is so of most holes.

    Parameters
    ----------
    source_id : str
        Where the rows are from.
    cells : DataFrame
        Intervals, with the columns of their collars.
    columns : Intervals
        Columns of hole, start and end, both in the unit of their headings.
    rows : ndarray of int
        Row of the file at each position.

    Returns
    -------
    reasons : dict of int to tuple of str
        Position -> reason code and reason.
    notes : list of Note
        Where most holes are shallower than their intervals the depth is another one, or in another unit.
    """
    stated = [str(name) for name in cells.columns if _is_depth(str(name))]
    if len(stated) != 1 or stated[0] in (columns.start, columns.end):
        return {}, []
    name, hole = stated[0], cells[columns.hole]
    depth = np.array(pd.to_numeric(cells[name], errors="coerce"), dtype="float64")
    if (pd.Series(depth).groupby(hole.to_numpy()).nunique() > 1).any():  # a depth of each sample
        return {}, []
    depth = depth * _in_metres(name) / _in_metres(columns.end)
    end = np.array(pd.to_numeric(cells[columns.end], errors="coerce"), dtype="float64")
    with np.errstate(invalid="ignore"):
        past = np.flatnonzero((depth > 0) & (end > depth * (1 + _SLACK_SHARE) + _SLACK))
    if hole.iloc[past].nunique() > hole.nunique() / 2:
        text = (
            f"Most holes are said to end above their intervals ({name}, {columns.end}; e.g. row {rows[past[0]]}): the depths are "
            "in another unit or of something else. The intervals count as they stand; check both columns."
        )
        where = (columns.hole, columns.end, name)
        return {}, [Note(source_id, "hole_depths_contradicted", text, len(past), where, tuple(rows[past].tolist()))]
    return {
        int(row): (
            "interval_below_hole",
            (
                f"{columns.end} '{cells[columns.end].iloc[row]}' lies below the end of hole {hole.iloc[row]} "
                f"({name} '{cells[name].iloc[row]}')"
            ),
        )
        for row in past
    }, []


def _is_depth(name: str) -> bool:
    words = re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).strip().casefold()
    return _DEPTH.fullmatch(_UNIT.sub("", words)) is not None


def _in_metres(name: str) -> float:
    """Return how many metres the unit of a heading is; without one, metres."""
    return _FEET if re.search(r"(?i)(?<![a-z])(?:ft|feet)(?![a-z])", name.replace("_", " ")) else 1.0
