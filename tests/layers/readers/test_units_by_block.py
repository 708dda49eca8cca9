"""A part of the rows in another unit: blocks of rows, groups by a column, and what only looks like it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from layers.accounting import Note
from layers.readers.units_by_block import units_by_block


def notes(values: list[float], element: str = "Fe", **more: Any) -> list[Note]:
    """Return the notes of one element; further columns hold words."""
    cells = pd.DataFrame({f"{element}_ppm": [str(value) for value in values], **more})
    used = {f"{element}_ppm": f"{element}_ppm"}
    return units_by_block("lab", {f"{element}_ppm": np.array(values)}, cells, np.arange(2, 2 + len(values)), used)


def usual(count: int, median: float, seed: int = 1, spread: float = 0.4) -> list[float]:
    """Return log-normal results."""
    return (median * np.exp(spread * np.random.default_rng(seed).standard_normal(count))).tolist()


@pytest.mark.parametrize(("median", "factor"), [(40000.0, 1e-4), (30.0, 1e3), (8.0, 1e-3)])
def test_a_block_in_another_unit_is_told_with_its_rows(median: float, factor: float) -> None:
    [note] = notes([*usual(20, median), *[factor * value for value in usual(7, median, 2)]])
    assert (note.code, note.columns, note.rows) == ("units_by_block", ("Fe_ppm",), tuple(range(22, 29)))


def test_rows_of_another_unit_are_told_by_the_column_that_tells_them() -> None:
    lab, values = ["A", "A", "B"] * 7, usual(21, 30.0)
    [note] = notes([1000 * value if at == "B" else value for value, at in zip(values, lab, strict=True)], Lab=lab)
    assert note.rows == tuple(range(4, 25, 3))
    assert "the rows whose Lab is B" in note.message


@pytest.mark.parametrize(
    "values",
    [
        usual(60, 30.0, spread=2.0),  # one wide population
        [*usual(20, 30.0), *usual(20, 600.0, 2)],  # two grounds, twenty times apart
        [*usual(20, 1.0), 2000.0, 1500.0],  # two rich samples
        [value * (1000 if at % 3 == 0 else 1) for at, value in enumerate(usual(30, 30.0))],  # no block and no group
        [np.nan] * 8,
    ],
)
def test_grounds_that_differ_are_not_told(values: list[float]) -> None:
    assert notes(values) == []
