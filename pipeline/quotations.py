"""Which rows that stay quote a withheld site: its number, id or name in a remark or another text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set

import numpy as np
import pandas as pd
from pandas.api.types import is_object_dtype, is_string_dtype

from layers.text import as_key

SHORTEST = 4
"""Letters of an id or a name of one word below which it is a word or a number of other things too."""
IDS_OF_ROWS = frozenset(
    ("record_id", "official_id", "cross_ids", "source", "sample_id", "source_row", "reason", "code")
)
"""Columns that are no free text; numbers of other registers (``cross_ids``) are compared with their register elsewhere."""

_PARTS = re.compile(r"[^\W_]+")


def quotations(known: pd.DataFrame, tables: Iterable[pd.DataFrame], texts: Set[str]) -> tuple[str, ...]:
    """Return the rows that quote a withheld site, as ``source:row``, each once.

    Parameters
    ----------
    known : DataFrame
        Records that are known to quote one by its number and register.
    tables : iterable of DataFrame
        What stays, with ``source`` and ``source_row``.
    texts : set of str
        As `quoting_rows` takes them.
    """
    quoting = (known, *(table[quoting_rows(table, texts)] for table in tables))
    rows = (f"{source}:{row}" for table in quoting for source, row in table[["source", "source_row"]].to_numpy())
    return tuple(dict.fromkeys(rows))


def quoting_rows(table: pd.DataFrame, texts: Set[str]) -> np.ndarray:
    """Mark the rows in which a text holds an id or a name.

    Parameters
    ----------
    table : DataFrame
        Records, samples or rejected rows; all its columns of texts but `IDS_OF_ROWS` are looked through.
    texts : set of str
        Ids and names. Signs between their parts, zeros in front of a number and case do not count; an id in another word or
        number is none.

    Returns
    -------
    ndarray of bool
    """
    pattern = _pattern(texts)
    quotes = np.zeros(len(table), dtype=bool)
    if pattern is None or table.empty:
        return quotes
    for column in _texts(table):
        cells = table[column]
        worded = cells.notna().to_numpy()
        quotes[worded] |= np.array([bool(pattern.search(as_key(str(cell)))) for cell in cells[worded]], dtype=bool)
    return quotes


def _texts(table: pd.DataFrame) -> Iterator[str]:
    for column in table.columns:
        of_texts = is_string_dtype(table[column].dtype) or is_object_dtype(table[column].dtype)
        if of_texts and column not in IDS_OF_ROWS and column != "geometry":
            yield str(column)


def _pattern(texts: Set[str]) -> re.Pattern[str] | None:
    """Return what finds any of some texts as words of their own; None where all are too short to tell them from others."""
    forms = {
        r"[\W_]*".join(_form(part) for part in parts)
        for text in texts
        if (parts := _PARTS.findall(as_key(text))) and len("".join(parts)) >= SHORTEST
    }
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(sorted(forms))})(?![^\W_])") if forms else None


def _form(part: str) -> str:
    return f"0*{re.escape(part.lstrip('0'))}" if part.isdigit() and part.strip("0") else re.escape(part)
