"""Tell at once that a table keeps the rules of its schema; why one does not is told by pandera, which takes ten times as long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import ParserError

_BOUNDS: dict[str, tuple[str, Callable[[np.ndarray, Any], np.ndarray]]] = {
    "greater_than_or_equal_to": ("min_value", np.less),
    "greater_than": ("min_value", np.less_equal),
    "less_than_or_equal_to": ("max_value", np.greater),
    "less_than": ("max_value", np.greater_equal),
}
"""Of every bound the name of its number, and the comparison that holds for a value beyond it."""


@dataclass(frozen=True)
class _Rule:
    """What one column must keep."""

    name: str
    kind: Any
    dtype: Any
    nullable: bool
    unique: bool
    beyond: tuple[tuple[Callable[[np.ndarray, Any], np.ndarray], Any], ...]
    allowed: tuple[Any, ...] | None

    def typed(self, column: pd.Series) -> pd.Series:
        """Return the column in its type, itself where it has it; raises `ParserError` where a value has no such form."""
        if column.dtype == self.dtype:
            return column
        typed: pd.Series = self.kind.try_coerce(column)
        return typed

    def holds(self, column: pd.Series) -> bool:
        """Say whether a column of the right type keeps the rule; what is missing is beyond no bound."""
        if column.dtype != self.dtype or (self.unique and not column.is_unique):
            return False
        if not self.nullable and bool(column.isna().any()):
            return False
        if self.beyond:
            values = column.to_numpy()
            if any(bool(compare(values, end).any()) for compare, end in self.beyond):
                return False
        return self.allowed is None or bool(column.dropna().isin(self.allowed).all())


def typed_and_checked(table: pd.DataFrame, model: type[pa.DataFrameModel]) -> pd.DataFrame | None:
    """Return a table in the types of its schema if it keeps all its rules, exactly as pandera would; None where it does not.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
        The columns the model names, in its order, and a plain index. Columns of another type are replaced in it.
    model : type of pandera.DataFrameModel
        The schema.

    Returns
    -------
    DataFrame, GeoDataFrame or None
        ``table`` itself; None also where the schema has rules of a kind that is not known here.
    """
    rules = _rules(model)
    if rules is None:
        return None
    replaced = {}
    for rule in rules:
        column = table[rule.name]
        try:
            typed = rule.typed(column)
        except ParserError:
            return None
        if not rule.holds(typed):
            return None
        if typed is not column:
            replaced[rule.name] = typed
    for name, typed in replaced.items():  # only now: a table that breaks a rule is told as it was
        table[name] = typed
    return table


@cache
def _rules(model: type[pa.DataFrameModel]) -> tuple[_Rule, ...] | None:
    """Return the rules of a schema column by column; None where it has one of a kind that is not known here."""
    schema = model.to_schema()
    if schema.checks or schema.parsers or schema.unique or schema.index is not None or not schema.coerce:
        return None
    rules = []
    for name, column in schema.columns.items():
        beyond, allowed = [], None
        for check in column.checks:
            if check.name in _BOUNDS and check.ignore_na:
                number, compare = _BOUNDS[check.name]
                beyond.append((compare, check.statistics[number]))
            elif check.name == "isin" and check.ignore_na:
                allowed = tuple(check.statistics["allowed_values"])
            else:
                return None
        if column.regex or column.parsers or not column.required or column.default is not None:
            return None
        kind = column.dtype
        rules.append(
            _Rule(str(name), kind, kind.type, bool(column.nullable), bool(column.unique), tuple(beyond), allowed)
        )
    return tuple(rules)
