"""Rows of tables as plain values: what is missing is None."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd


def rows(table: pd.DataFrame) -> Iterator[Any]:
    """Yield rows with the columns as attributes."""
    yield from table.itertuples(index=False)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as dictionaries with None for missing cells."""
    filled = table.astype(object).where(table.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in filled.to_dict("records")]


def present(value: Any) -> bool:
    """Say whether a cell holds something."""
    return not bool(pd.isna(value))


def assayed(ranking: pd.DataFrame) -> pd.Series:
    """Say of every row of a ranking whether its waste was assayed for what is looked for: the split of the two lists."""
    return ranking["evidence"].eq("measured")
