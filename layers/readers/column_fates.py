"""What becomes of every column of a file, and columns whose names do not tell them apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from layers.accounting import ColumnFate, Fate
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.columns import as_text, mapped_columns, match_column

KEPT_AS_TEXT = frozenset(["remarks", "url", "aliases", "territory_other_names", "reason", "date", "owner"])
"""Layer columns that carry a text along without reading it."""


def column_fates(
    source: Source,
    cells: pd.DataFrame,
    used: Mapping[str, str] | None = None,
    not_used: Mapping[str, tuple[Fate, str]] | None = None,
) -> tuple[ColumnFate, ...]:
    """Return the fate of every column.

    Parameters
    ----------
    source : Source
        Columns it maps, filters by or ignores are found by name.
    cells : DataFrame
        All columns of the file.
    used : mapping of str to str, optional
        Columns the reader recognised by itself -> layer column.
    not_used : mapping of str to tuple, optional
        Columns the reader understood and left out, or could not understand -> fate and why.

    Returns
    -------
    tuple of ColumnFate
        In file order. A column that is empty, or that nobody speaks for, is told as such.
    """
    headings = [str(name) for name in cells.columns]
    meaning: dict[str, list[str]] = {}
    for layer_column in source.columns:
        for name in mapped_columns(source, cells, layer_column):
            meaning.setdefault(name, []).append(layer_column)
    for name in source.where:
        column = match_column(headings, name)
        if column is not None:
            meaning.setdefault(column, []).append("where")
    for name, layer_column in (used or {}).items():
        if layer_column not in meaning.setdefault(name, []):
            meaning[name].append(layer_column)
    ignored = {column for name in source.ignore if (column := match_column(headings, name)) is not None}
    return tuple(
        _fate(name, cells[name], meaning.get(name, []), name in ignored, (not_used or {}).get(name))
        for name in headings
    )


_OF_KML = frozenset(["tessellate", "extrude", "visibility", "drawOrder", "altitudeMode"])
"""Columns that every KML file has; they say how to draw."""


def _fate(
    name: str, column: pd.Series, meanings: Sequence[str], ignored: bool, reader: tuple[Fate, str] | None
) -> ColumnFate:
    if meanings:
        kept = all(meaning in KEPT_AS_TEXT for meaning in meanings)
        return ColumnFate(name, "kept" if kept else "used", ", ".join(meanings))
    if ignored:
        return ColumnFate(name, "ignored", "named_ignored")
    if reader is not None:
        return ColumnFate(name, reader[0], reader[1])
    if not as_text(column).notna().any():
        return ColumnFate(name, "ignored", "empty")
    if name in _OF_KML:
        return ColumnFate(name, "ignored", "of_the_format")
    return ColumnFate(name, "asked", "not_understood")


def named_columns(source: Source, cells: pd.DataFrame) -> set[str]:
    """Return the columns a source maps or filters by."""
    headings = [str(name) for name in cells.columns]
    mapped = {name for layer_column in source.columns for name in mapped_columns(source, cells, layer_column)}
    return mapped | {column for name in source.where if (column := match_column(headings, name)) is not None}


def refuse_twins(
    source: Source,
    where: str,
    cells: pd.DataFrame,
    used: Collection[str],
    repeated: Mapping[str, str],
    exact: Collection[str] = (),
) -> None:
    """Stop where a column that is used has a twin with other contents.

    Twins are columns whose names differ by case, outer blanks or a number behind a point only, or are the same. A name the
    run file spells exactly, and that stands once, is a decision and not a doubt.

    Parameters
    ----------
    source : Source
        Its ``columns``, ``where`` and ``ignore`` spell names.
    where : str
        Names the file in the message.
    cells : DataFrame
        Every column under a name of its own.
    used : collection of str
        Columns whose contents are read.
    repeated : mapping of str to str
        Column that was given a name of its own -> its heading in the file.
    exact : collection of str
        Further names the run file spells (under ``options``).

    Raises
    ------
    SourceError
        All twins at once.
    """
    spelt = {*source.where, *exact} | {
        heading for mapped in source.columns.values() for heading in ([mapped] if isinstance(mapped, str) else mapped)
    }
    present = {str(name).strip().casefold() for name in cells.columns}
    families: dict[str, list[str]] = {}
    for name in map(str, cells.columns):
        if name not in source.ignore:
            families.setdefault(_family(repeated.get(name, name), present), []).append(name)
    doubts = []
    for members in families.values():
        ours = [name for name in members if name in used]
        if len(members) < 2 or not ours or all(_settled(name, members, spelt, repeated) for name in ours):
            continue
        texts = [as_text(cells[name]).fillna("").to_numpy(dtype=object) for name in members]
        other = next((text for text in texts[1:] if (text != texts[0]).any()), None)
        if other is not None:
            row = int((other != texts[0]).argmax())
            places = ", ".join(str(list(cells.columns).index(name) + 1) for name in members)
            doubts.append(
                f"{' and '.join(repr(repeated.get(name, name)) for name in members)} (columns {places}) differ, first in data "
                f"row {row + 1}: '{texts[0][row]}' and '{other[row]}'"
            )
    if doubts:
        raise SourceError(
            f"{where}: {len(doubts)} names stand for several columns with different contents: {'; '.join(doubts[:6])}. Which "
            "one is meant cannot be told. Map the spelling that is meant under 'columns:', list the others under 'ignore:', "
            "or rename one in the file."
        )


def _family(heading: str, present: Collection[str]) -> str:
    """Return what twins have in common: ``La_ppm.1`` is how a program saves a second ``La_ppm``, where that stands beside it."""
    own = heading.strip().casefold()
    stem = re.sub(r"\.\d+$", "", own)
    return stem if stem in present else own


def _settled(name: str, members: Sequence[str], spelt: Collection[str], repeated: Mapping[str, str]) -> bool:
    """Say whether the run file spells this column and no other of its family carries that spelling."""
    same = [member for member in members if repeated.get(member, member) == repeated.get(name, name)]
    return name in spelt and (len(same) == 1 or name in repeated)
