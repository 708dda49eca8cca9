"""Columns of marks: a trench, an adit, a shaft is there or not."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from layers.errors import SourceError
from layers.readers.columns import as_text, match_column

_SET = frozenset(["-1", "1", "x", "y", "yes", "true", "t", "oui", "vrai", "si", "sí"])
"""How files mark what is there; -1 is true in databases of Microsoft Access."""
_UNSET = frozenset(["0", "n", "no", "false", "f", "non", "faux"])


class MarkOptions(BaseModel):
    """Columns of marks of an inventory source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    marked: dict[str, str] = Field(
        default_factory=dict,
        description="column of marks (-1, 1, x, yes, true) -> word that is added to the remarks of the rows it marks",
    )


def marked_words(marked: Mapping[str, str], cells: pd.DataFrame, where: str, remarks: pd.Series) -> pd.Series:
    """Return the remarks of each row with the words of the columns that mark it.

    Parameters
    ----------
    marked : mapping of str to str
        Column -> word. A column the file lacks says nothing.
    cells : DataFrame
        All columns of the file.
    where : str
        Names the file in the message.
    remarks : Series of str
        Rows as in ``cells``.

    Raises
    ------
    SourceError
        A cell is neither a mark nor none.
    """
    for name, word in marked.items():
        column = match_column(map(str, cells.columns), name)
        if column is None:
            continue
        texts = as_text(cells[column]).str.strip().str.casefold()
        odd = texts.notna() & ~texts.isin(_SET | _UNSET)
        if odd.any():
            row, value = int(odd.to_numpy().argmax()) + 1, cells[column][odd].iloc[0]
            raise SourceError(
                f"{where}: column '{column}', data row {row}: '{value}' is no mark "
                "(-1, 1, 0, x, yes, no, true, false). Map the column under 'columns:' instead of 'options.marked'."
            )
        with_word = remarks.where(remarks.isna(), remarks.astype("string") + f"; {word}").fillna(word)
        remarks = remarks.where(~texts.isin(_SET), with_word)
    return remarks.astype("str")


def marked_columns(marked: Mapping[str, str], cells: pd.DataFrame) -> dict[str, str]:
    """Return the columns of marks of a file -> ``remarks``."""
    columns = (match_column(map(str, cells.columns), name) for name in marked)
    return {column: "remarks" for column in columns if column is not None}
