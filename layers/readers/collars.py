"""Drill holes in two tables: intervals with results, and collars that say where each hole is or to which site it belongs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.tables import read_table
from layers.readers.assay_options import Collars
from layers.readers.columns import as_text, match_column
from layers.readers.drill_intervals import interval_columns
from layers.text import composed

_SAID = 6


def join_collars(
    source: Source, root: Path, where: str, cells: pd.DataFrame, collars: Collars
) -> tuple[pd.DataFrame, list[Note]]:
    """Give every interval the columns of the collar of its hole.

    Parameters
    ----------
    source : Source
        The table of intervals; file settings such as ``encoding`` hold for the collars too.
    root : Path
        Folder where relative paths start.
    where : str
        Names the table of intervals in messages.
    cells : DataFrame
        Intervals.
    collars : Collars
        File of the collars and the key.

    Returns
    -------
    cells : DataFrame
        With the columns of the collars that the intervals do not have themselves, empty where a hole has no collar.
    notes : list of Note
        Holes without a collar.

    Raises
    ------
    SourceError
        If the key is not in both tables, or a hole has two collars.
    """
    table = read_table(
        source.model_copy(update={"path": collars.path, "sheet": collars.sheet, "layer": None}), root
    ).cells
    keys = []
    for name, side in ((where, cells), (f"{source.id} ({Path(collars.path).name})", table)):
        column = match_column([str(heading) for heading in side.columns], collars.key)
        if column is None:
            shown = ", ".join(map(str, side.columns))
            raise SourceError(
                f"{name}: there is no column '{collars.key}' to join intervals and collars by. It has: {shown}."
            )
        keys.append(as_text(side[column]).map(composed, na_action="ignore"))
    intervals, holes = keys
    twice = sorted(set(holes[holes.duplicated() & holes.notna()]))
    if twice:
        raise SourceError(
            f"{source.id} ({Path(collars.path).name}): {len(twice)} holes have several collars, e.g. {', '.join(twice[:_SAID])}. "
            "Which one is right cannot be told; correct the file."
        )
    own = {str(heading).casefold() for heading in cells.columns}
    wanted = table[[column for column in table.columns if str(column).casefold() not in own]]
    wanted = wanted[holes.notna().to_numpy()].set_axis(pd.Index(holes.dropna()), axis=0)
    joined = pd.concat([cells, wanted.reindex(intervals).set_axis(cells.index, axis=0)], axis=1)
    lost = sorted(set(intervals.dropna()) - set(holes.dropna()))
    if not lost:
        return joined, []
    message = f"{len(lost)} holes have no collar in {Path(collars.path).name}: {', '.join(lost[:_SAID])}."
    return joined, [Note(source.id, "hole_without_collar", message, len(lost), (collars.key,))]


def collars_wanted(cells: pd.DataFrame) -> str:
    """Return what to do where the rows of a table are intervals of holes without a place; empty where they are none."""
    columns = interval_columns([str(name) for name in cells.columns])
    if columns is None:
        return ""
    answer = f"options.collars: {{path: <file>, key: {columns.hole}}}"
    return (
        f" The rows are intervals of holes ({columns.hole}, {columns.start}, {columns.end}): where a table of collars says "
        f"where the holes are, state {answer} and map its columns as if they stood here."
    )
