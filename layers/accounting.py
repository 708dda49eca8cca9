"""What a reader hands over: kept rows, rejected rows, and everything it noticed, counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import pandas as pd
from pandera.typing import DataFrame

from layers.errors import LayerError
from layers.schema import Rejected, conform

LayerT = TypeVar("LayerT", bound=pd.DataFrame)


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
    """

    source: str
    code: str
    message: str
    count: int = 1


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
    """

    source: str
    layer: LayerT
    rejected: DataFrame[Rejected]
    rows_read: int
    rows_withheld: int = 0
    rows_merged: int = 0
    notes: Sequence[Note] = field(default=())

    def __post_init__(self) -> None:
        kept = len(self.layer)
        total = kept + self.rows_merged + self.rows_withheld + len(self.rejected)
        if total != self.rows_read:
            raise LayerError(
                f"{self.source}: {self.rows_read} rows were read but {total} are accounted for "
                f"({kept} kept, {self.rows_merged} merged, {self.rows_withheld} withheld, {len(self.rejected)} rejected). "
                "This is a fault in minewaste: please report it with the file."
            )


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
    return conform(pd.DataFrame(list(records), columns=list(Rejected.to_schema().columns)), Rejected)
