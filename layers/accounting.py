"""What a reader hands over: kept rows, rejected rows, and everything it noticed, counted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Generic, Literal, TypeVar

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from layers.errors import LayerError
from layers.schema import Rejected, conform, empty

LayerT = TypeVar("LayerT", bound=pd.DataFrame)

NAMED_ROWS = 50
"""A note names so many rows; ``count`` says how many there are."""


@dataclass(frozen=True)
class Note:
    """One thing a reader repaired, guessed or found suspicious.

    Parameters
    ----------
    source : str
        Id of the source in the run file.
    code : str
        Short stable reason, e.g. ``double_encoded_text`` or ``datum_shift``.
    message : str
        One sentence for a person, with the value, and what to do where something can be done.
    count : int
        Number of rows (or features, or columns) concerned.
    columns : tuple of str
        File columns concerned, as their headings stand in the file; empty where the note is about the file as a whole.
    rows : tuple of int
        1-based rows of the file concerned (feature numbers of vector files), the first `NAMED_ROWS` of them; empty where the
        note is about whole columns.
    """

    source: str
    code: str
    message: str
    count: int = 1
    columns: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(str(column) for column in self.columns))
        object.__setattr__(self, "rows", tuple(int(row) for row in self.rows[:NAMED_ROWS]))


Fate = Literal["used", "kept", "ignored", "asked"]
"""What becomes of a column: interpreted; carried along as text; left out because the run file, the catalogue or its own meaning
says so; or left out because nobody says what it is."""


@dataclass(frozen=True)
class ColumnFate:
    """What became of one column of a file.

    Parameters
    ----------
    column : str
        Heading as in the file.
    fate : str
        One of `Fate`.
    meaning : str
        Layer columns it was used or kept for, or a short code of why it was not: ``named_ignored``, ``empty``,
        ``not_understood``, ``detection_limit`` ...
    """

    column: str
    fate: Fate
    meaning: str = ""


@dataclass(frozen=True)
class Reading(Generic[LayerT]):
    """A layer read from one source, with its rows accounted for.

    Parameters
    ----------
    source : str
        Id of the source in the run file.
    layer : DataFrame
        The rows kept, conforming to the role's schema. Geometry is in EPSG:4326.
    rejected : DataFrame[Rejected]
        The rows turned away, with reason and raw cells.
    rows_read : int
        Data rows in the file (header, unit and title rows are not data).
    rows_withheld : int
        Rows left out because the run file or a steward said so (``where:``, exclusions, ``publish: never``).
    rows_merged : int
        Rows folded into a kept row by a stated rule (identical duplicates, replicate samples).
    notes : sequence of Note
        Repairs, guesses and suspicions.
    fates : sequence of ColumnFate
        What became of every column of the file, in file order.
    """

    source: str
    layer: LayerT
    rejected: DataFrame[Rejected]
    rows_read: int
    rows_withheld: int = 0
    rows_merged: int = 0
    notes: Sequence[Note] = field(default=())
    fates: Sequence[ColumnFate] = field(default=())

    def __post_init__(self) -> None:
        kept = len(self.layer)
        total = kept + self.rows_merged + self.rows_withheld + len(self.rejected)
        if total != self.rows_read:
            raise LayerError(
                f"{self.source}: {self.rows_read} rows were read but {total} are accounted for "
                f"({kept} kept, {self.rows_merged} merged, {self.rows_withheld} withheld, {len(self.rejected)} rejected). "
                "This is a fault in minewaste: please report it with the file."
            )

    def without_all(self, rows: Set[int]) -> Reading[LayerT]:
        """Return the reading of a file all of whose rows kept are left out: reread, it would be taken for a broken one."""
        rejected = self.rejected[~self.rejected["source_row"].isin(list(rows))]
        empty, gone = self.layer.iloc[:0], self.rows_read - len(rejected)
        return replace(self, layer=empty, rejected=rejected, notes=(), rows_merged=0, rows_withheld=gone)


def rejected_rows(records: Sequence[dict[str, Any]]) -> DataFrame[Rejected]:
    """Build the table of rejected rows from plain records.

    Parameters
    ----------
    records : sequence of dict
        Each with ``source, source_row, reason_code, reason, raw`` (``raw`` is the row's cells as JSON text).

    Returns
    -------
    DataFrame[Rejected]
        In the order given; empty but with all columns when there are none.
    """
    if not records:
        return _none_rejected().copy()
    return conform(pd.DataFrame(list(records), columns=list(Rejected.to_schema().columns)), Rejected)


_ROWS_NAMED = 6


@lru_cache(maxsize=1)
def _none_rejected() -> DataFrame[Rejected]:
    return empty(Rejected)


def rows_at(rows: np.ndarray | None, positions: Sequence[int] | np.ndarray) -> tuple[int, ...]:
    """Return the rows of the file at some positions, for a note; none where it is not known which they are."""
    return () if rows is None else tuple(int(rows[position]) for position in positions)


def rows_in_words(rows: Sequence[int] | np.ndarray) -> str:
    """Return row numbers for a message: ``row 4``, ``rows 4, 7 and 12 more``; nothing where there are none."""
    if not len(rows):
        return ""
    more = f" and {len(rows) - _ROWS_NAMED:,} more" if len(rows) > _ROWS_NAMED else ""
    return f"row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows[:_ROWS_NAMED]))}{more}"


def raw_json(row: Mapping[str, Any] | pd.Series) -> str:
    """Return a row's cells as JSON text for the table of rejected rows: strict JSON, names and letters as in the file."""
    return json.dumps({str(name): _plain(value) for name, value in row.items()}, ensure_ascii=False, allow_nan=False)


def reject(
    source: str, row: int, code: str, reason: str, cells: Mapping[str, Any] | pd.Series | None = None
) -> dict[str, Any]:
    """Return one record for `rejected_rows`."""
    raw = None if cells is None else raw_json(cells)
    return {"source": source, "source_row": int(row), "reason_code": code, "reason": reason, "raw": raw}


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if np.isfinite(value) else (None if np.isnan(value) else str(value))
    return value if isinstance(value, str | int | bool) else str(value)


def reject_all(
    source: str, rows: Sequence[int] | np.ndarray, cells: pd.DataFrame, problems: Mapping[int, tuple[str, str]]
) -> list[dict[str, Any]]:
    """Return the records for `rejected_rows` of code and reason by position; each reason begins with the row's number."""
    return [
        reject(
            source,
            rows[position],
            code,
            reason if reason.startswith("row ") else f"row {rows[position]}: {reason}",
            cells.iloc[position],
        )
        for position, (code, reason) in sorted(problems.items())
    ]
