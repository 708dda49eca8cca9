"""Numbers in the cells of an unknown file, and which mark parts their decimals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.readers.columns import as_text

SAMPLE_ROWS = 2000
"""Rows of a column of texts that are looked at."""


def as_numbers(column: pd.Series, decimal_mark: str = ".") -> np.ndarray:
    """Return a column as floats, row by row; NaN where a cell is no plain number."""
    if decimal_mark == "," and not pd.api.types.is_numeric_dtype(column):
        column = as_text(column).str.replace(",", ".", regex=False)
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)


def numbers(column: pd.Series, decimal_mark: str = ".") -> np.ndarray:
    """Return the cells of a column that read as plain numbers, as floats; others are left out."""
    if pd.api.types.is_numeric_dtype(column):
        return column.dropna().to_numpy(dtype=float)
    text = as_text(column.head(SAMPLE_ROWS)).dropna()
    if decimal_mark == ",":
        grouped = text.str.fullmatch(r"\s*-?\d{1,3}(?:[.\s]\d{3})+(?:,\d+)?\s*")
        text = text.where(~grouped, text.str.replace(r"[.\s]", "", regex=True)).str.replace(",", ".", regex=False)
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float)
    return values[np.isfinite(values)]


def share_of_numbers(column: pd.Series, decimal_mark: str = ".") -> float:
    """Return which share of the filled cells reads as plain numbers (0 where none is filled)."""
    rows = column if pd.api.types.is_numeric_dtype(column) else column.head(SAMPLE_ROWS)
    filled = int(rows.notna().sum())
    return len(numbers(column, decimal_mark)) / filled if filled else 0.0


def decimal_mark_of(cells: pd.DataFrame) -> tuple[str | None, int]:
    """Return the decimal mark of numbers written as text, and in how many cells it is seen; None where no cell tells."""
    commas = points = 0
    for name in cells.columns:
        column = cells[name]
        if pd.api.types.is_numeric_dtype(column):
            continue
        text = as_text(column.head(SAMPLE_ROWS)).dropna()
        with_comma, with_point = (text[text.str.contains(mark, regex=False)] for mark in ",.")
        decimal = r"[<>]?\s*-?(?:\d{1,6},(?:\d{1,2}|\d{4,})|\d{1,3}(?:\.\d{3})+,\d+)"
        commas += int(with_comma.str.fullmatch(decimal).sum())
        grouped = with_point.str.fullmatch(r"[<>]?\s*-?\d{1,3}(?:\.\d{3})+")
        points += int((with_point.str.fullmatch(r"[<>]?\s*-?\d+\.\d+") & ~grouped).sum())
    if commas and commas > 20 * points:
        return ",", commas
    return (".", points) if points else (None, 0)


def mark_in_doubt(cells: pd.DataFrame) -> str | None:
    """Return a number with a point that speaks against a decimal comma seen in fewer cells of the file; None where none does.

    ``1.234`` beside a lone ``0,5`` is one, or a thousand times as much. Millions (``1.234.567``) and ``1.234,5`` leave no doubt.
    """
    commas, pointed = 0, []
    for name in cells.columns:
        column = cells[name]
        if pd.api.types.is_numeric_dtype(column):
            continue
        text = as_text(column.head(SAMPLE_ROWS)).dropna().str.strip()
        if text.str.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}").any():
            return None
        commas += int(text.str.fullmatch(r"[<>≤≥]?\s*-?\d{1,6},\d+").sum())
        pointed += text[text.str.fullmatch(r"[<>≤≥]?\s*-?\d*\.\d+\D?")].tolist()
    return str(pointed[0]) if len(pointed) >= commas > 0 else None
