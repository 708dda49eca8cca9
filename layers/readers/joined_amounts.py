"""Amounts that stand in a table of their own, by feature or by site, joined to an inventory of places by a key."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.tables import RawTable, read_table
from layers.readers.columns import as_text, match_column
from layers.readers.joined_options import AmountTable
from layers.text import composed

_SHOWN = 6


def join_amounts(
    source: Source, root: Path, where: str, cells: pd.DataFrame, amounts: AmountTable
) -> tuple[pd.DataFrame, list[Note]]:
    """Give every place the columns of its rows in another table.

    Numbers under ``add`` of several rows of one key are added up, those that are no positive number left out; of every other
    column the distinct words are joined with ``"; "``. Columns the places have themselves are kept as they are.

    Parameters
    ----------
    source : Source
        The places; file settings such as ``encoding`` hold for the other table too.
    root : Path
        Folder where relative paths start.
    where : str
        Names the places in messages.
    cells : DataFrame
        Places.
    amounts : AmountTable
        File, key and columns that are added up.

    Returns
    -------
    cells : DataFrame
    notes : list of Note
        How many places found amounts, rows whose key is no place, and numbers left out.

    Raises
    ------
    SourceError
        If the key, or a column to be added up, is not there.
    """
    path = Path(amounts.path).name
    raw = read_table(source.model_copy(update={"path": amounts.path, "sheet": amounts.sheet, "layer": None}), root)
    table = raw.cells
    own = _key(where, cells, amounts.key)
    theirs = _key(f"{source.id} ({path})", table, amounts.table_key or amounts.key)
    names = {str(name).casefold() for name in cells.columns}
    wanted = [column for column in map(str, table.columns) if column.casefold() not in names]
    added = {_column(f"{source.id} ({path})", table, name) for name in amounts.add}
    joined: dict[str, list[str | None]] = {}
    left_out = 0
    for column in wanted:
        if column in added:
            number = pd.to_numeric(table[column], errors="coerce")
            left_out += int((number <= 0).sum())
            total = number.where(number > 0).groupby(theirs).sum(min_count=1)
            joined[column] = [None if np.isnan(value) else f"{value:.10g}" for value in own.map(total).to_numpy(float)]
        else:
            words = as_text(table[column]).groupby(theirs).agg(_distinct_words)
            joined[column] = [word if isinstance(word, str) and word else None for word in own.map(words)]
    matched = own.isin(set(theirs.dropna())).to_numpy()
    lost = sorted(set(theirs.dropna()) - set(own.dropna()))
    notes = [
        Note(
            source.id,
            "amounts_joined",
            f"{int(matched.sum())} of {len(cells)} places have rows in {path}, joined by {amounts.key}; {left_out} numbers "
            "that are no positive amount were left out.",
            int(matched.sum()),
            (amounts.key,),
        )
    ]
    if lost:
        text = f"{len(lost)} keys of {path} are no place here ({', '.join(lost[:_SHOWN])}); their amounts are not used."
        notes.append(Note(source.id, "amounts_without_place", text, len(lost), (amounts.key,)))
    notes += _equal_rows(source.id, path, raw, theirs, added)
    arrays = {name: pd.array(np.asarray(values, dtype=object), dtype="str") for name, values in joined.items()}
    texts = pd.DataFrame(arrays, index=cells.index)
    return pd.concat([cells, texts], axis=1), notes


def _equal_rows(source_id: str, path: str, table: RawTable, keys: pd.Series, added: Set[str]) -> list[Note]:
    """Tell rows of one key that are the same in every cell: two wastes of one size, or one that stands twice."""
    again = np.flatnonzero((table.cells.duplicated() & keys.notna()).to_numpy(dtype=bool))
    if not len(again):
        return []
    counted = f"{', '.join(sorted(added))} was added up over all of them" if added else "one of them counts"
    listed = ", ".join(map(str, table.rows[again[:_SHOWN]]))
    text = (
        f"Rows of {path} are the same in every cell as another of their key (row {listed}): "
        f"{counted}. If they are two wastes, state the amount under options.amounts.add; if one stands twice, take it out."
    )
    return [Note(source_id, "amounts_alike", text, len(again), (str(keys.name),))]


def _distinct_words(cells: pd.Series) -> str:
    return "; ".join(dict.fromkeys(cells.dropna()))


def _key(where: str, table: pd.DataFrame, name: str) -> pd.Series:
    return as_text(table[_column(where, table, name)]).map(composed, na_action="ignore")


def _column(where: str, table: pd.DataFrame, name: str) -> str:
    column = match_column([str(heading) for heading in table.columns], name)
    if column is None:
        raise SourceError(
            f"{where}: there is no column '{name}' (options.amounts). It has: {', '.join(map(str, table.columns))}."
        )
    return column
