"""Features of any vector file with their names, ids and kinds, before areas, lines or points are made of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.pandas import DataFrameModel

from layers.accounting import ColumnFate, Note, Reading, reject_all, rejected_rows
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.tables import read_table
from layers.readers.column_fates import column_fates, named_columns, refuse_twins
from layers.readers.columns import (
    check_mapping,
    mapped_columns,
    match_column,
    rows_wanted,
    text_column,
    text_or_default,
    translate,
)
from layers.schema import conform
from layers.text import fold

NAME_COLUMNS = (
    "name",
    "territory",
    "community",
    "name_en",
    "ename",
    "name_e",
    "english_name",
    "nom",
    "name_fr",
    "label",
    "title",
)
"""Columns tried for a name, whatever their case, where the run file maps none."""


@dataclass(frozen=True)
class Features:
    """Rows of a file that passed ``where``, with their names.

    Parameters
    ----------
    source : Source
        Where they come from.
    cells : DataFrame
        Raw cells, plain index.
    rows : ndarray of int
        1-based numbers in the file.
    geometry : ndarray
        EPSG:4326; None where missing.
    names : Series of str
        As in the file, in Unicode normal form C; NA where there is none.
    ids : Series of str
        The publisher's own ids where a column of them is mapped or called ``id``; else NA.
    rejects : tuple of dict
        Rows the table reader turned away.
    rows_read, withheld : int
        Rows in the file, and rows ``where`` left out.
    notes : tuple of Note
        Of the table reader.
    fates : tuple of ColumnFate
        What becomes of every column.
    """

    source: Source
    cells: pd.DataFrame
    rows: np.ndarray
    geometry: np.ndarray
    names: pd.Series
    ids: pd.Series
    rejects: tuple[dict[str, Any], ...]
    rows_read: int
    withheld: int
    notes: tuple[Note, ...]
    fates: tuple[ColumnFate, ...]

    @property
    def labels(self) -> list[str]:
        """What to call each feature in messages: its name, else its row."""
        return [f"row {row}" if pd.isna(name) else str(name) for name, row in zip(self.names, self.rows, strict=True)]

    def kind(self, kinds: Sequence[str]) -> pd.Series:
        """Return what each row is, as the run file or a column says.

        Raises
        ------
        SourceError
            If neither does, or ``options.kind`` is not one of ``kinds``.
        """
        stated = self.source.options.get("kind", self.source.defaults.get("kind"))
        if stated is not None and stated not in kinds:
            raise SourceError(f"{self.source.id}: options.kind is '{stated}'. It must be one of: {', '.join(kinds)}.")
        column = text_column(self.source, self.cells, "kind")
        if column is None and stated is None:
            raise SourceError(
                f"{self.source.id}: nothing says what the {len(self.cells)} rows are. State `options: {{kind: …}}` with one of "
                f"{', '.join(kinds)}, or map a column under `columns: {{kind: …}}`."
            )
        if column is None:
            return pd.Series([stated] * len(self.cells), index=self.cells.index, dtype="str")
        words = translate(self.source, column, "kind")
        known = words.str.casefold().where(words.str.casefold().isin(kinds), words)
        return known if stated is None else known.fillna(stated)

    def text(self, name: str) -> pd.Series:
        """Return another layer column as text, NA where missing."""
        return text_or_default(self.source, self.cells, name, keep_missing_words=True)

    def refuse_kinds(self, kind: pd.Series, kinds: Sequence[str], problems: dict[int, tuple[str, str]]) -> None:
        """Add the rows of no known kind to the problems, unless they have one already."""
        for row in np.flatnonzero(~kind.isin(kinds).to_numpy()):
            shown = "empty" if pd.isna(kind.iloc[row]) else f"'{kind.iloc[row]}'"
            problems.setdefault(int(row), ("unknown_kind", f"kind is {shown}, not one of {', '.join(kinds)}"))

    def reading(
        self,
        table: gpd.GeoDataFrame,
        model: type[DataFrameModel],
        problems: Mapping[int, tuple[str, str]],
        notes: Iterable[Note],
        fates: tuple[ColumnFate, ...] | None = None,
        again: npt.NDArray[np.bool_] | None = None,
    ) -> Reading[Any]:
        """Return the features without problems as a layer, and account for the others; ``again`` marks those that repeat one."""
        keep = np.array([index not in problems for index in range(len(self.rows))], dtype=bool)
        if again is not None:
            keep &= ~again
        return Reading(
            self.source.id,
            conform(table[keep], model),
            rejected_rows([*self.rejects, *reject_all(self.source.id, self.rows, self.cells, problems)]),
            self.rows_read,
            rows_withheld=self.withheld,
            rows_merged=0 if again is None else int(again.sum()),
            notes=[*self.notes, *notes],
            fates=self.fates if fates is None else fates,
        )


def read_named(
    source: Source, root: Path, name_column: str, id_column: str, options: Sequence[str], geometry: bool = True
) -> Features:
    """Read a file into features with names and ids.

    Parameters
    ----------
    source : Source
        ``columns`` may map ``name_column`` and ``id_column``; ``where`` is obeyed.
    root : Path
        Folder where a relative path starts.
    name_column, id_column : str
        The layer's columns of names and ids.
    options : sequence of str
        Keys ``source.options`` may hold.
    geometry : bool
        Whether a file without geometry is refused.

    Raises
    ------
    SourceError
        If the file has no geometry, the mapping does not fit, or an option is unknown.
    """
    unknown = sorted(set(source.options) - set(options))
    if unknown:
        raise SourceError(
            f"{source.id}: unknown options {', '.join(unknown)}. "
            f"Sources of role '{source.role}' know: {', '.join(options) or 'none'}."
        )
    raw = read_table(source, root)
    where = f"{source.id} ({raw.path.name})"
    if raw.geometry is None and geometry:
        raise SourceError(
            f"{where}: the file has no geometry (columns: {', '.join(map(str, raw.cells.columns))}). "
            f"A source of role '{source.role}' needs shapes: GeoPackage, shapefile or GeoJSON."
        )
    check_mapping(source, where, list(raw.cells.columns))
    recognised = _recognised(source, raw.cells, name_column, id_column)
    refuse_twins(source, where, raw.cells, named_columns(source, raw.cells) | set(recognised), raw.repeated)
    chosen, withheld = rows_wanted(source, where, raw.cells)
    cells = raw.cells.iloc[chosen].reset_index(drop=True)
    shapes = np.full(len(raw.cells), None) if raw.geometry is None else raw.geometry.to_numpy()
    return Features(
        source,
        cells,
        raw.rows[chosen],
        np.asarray(shapes, dtype=object)[chosen],
        _names(source, cells, name_column),
        _ids(source, cells, id_column),
        raw.rejects,
        raw.rows_read,
        withheld,
        raw.notes,
        column_fates(source, raw.cells, recognised),
    )


def unique_ids(source_id: str, features: Features) -> list[str]:
    """Return ``source:id`` per row; the row number stands in where the publisher gives no id or gives one twice."""
    repeated = features.ids.duplicated(keep=False) & features.ids.notna()
    return [
        f"{source_id}:row{row}" if pd.isna(own) else f"{source_id}:{own}@row{row}" if twice else f"{source_id}:{own}"
        for own, row, twice in zip(features.ids, features.rows, repeated, strict=True)
    ]


def plain_name(text: str) -> str:
    """Return a name in Unicode normal form C and otherwise as it stands."""
    return unicodedata.normalize("NFC", text)


def alphabetical_key(name: str) -> str:
    """Return what a name is sorted by: its letters without their marks, whatever their case. Never for display."""
    return fold(name)


def _recognised(source: Source, cells: pd.DataFrame, name_column: str, id_column: str) -> dict[str, str]:
    """Return the columns of names and ids that are taken without being mapped -> layer column."""
    headings = [str(name) for name in cells.columns]
    ids = mapped_columns(source, cells, id_column) if id_column in source.columns else [match_column(headings, "id")]
    names = dict.fromkeys(_name_columns(source, cells, name_column), name_column)
    return names | {column: id_column for column in ids if column is not None}


def _name_columns(source: Source, cells: pd.DataFrame, name_column: str) -> list[str]:
    """Return the columns of names: those mapped, else the first that is called so."""
    if name_column in source.columns:
        return mapped_columns(source, cells, name_column)
    headings = [str(name) for name in cells.columns]
    alike = [match_column(headings, name) for name in (name_column, *NAME_COLUMNS)]
    return [column for column in alike if column is not None][:1]


def _names(source: Source, cells: pd.DataFrame, name_column: str) -> pd.Series:
    """Return names byte for byte, in NFC; blanks alone are no name."""
    columns = _name_columns(source, cells, name_column)
    names = pd.Series([None] * len(cells), dtype="str")
    for column in columns:
        text = cells[column].astype("str").where(cells[column].notna(), None)
        names = names.fillna(text.where(text.str.strip() != "", None))
    default = source.defaults.get(name_column)
    names = names if default is None else names.fillna(str(default))
    return names.map(lambda text: plain_name(text) if isinstance(text, str) else None).astype("str")


def _ids(source: Source, cells: pd.DataFrame, id_column: str) -> pd.Series:
    """Return the publisher's ids: the mapped column, else one called ``id``."""
    mapped = source.columns.get(id_column, "id")
    own = text_column(source.model_copy(update={"columns": {"id": mapped}}), cells, "id", keep_missing_words=True)
    return pd.Series([None] * len(cells), dtype="str") if own is None else own
