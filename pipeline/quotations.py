"""Which rows that stay quote a withheld site: its number, id or name in a remark or another text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import is_object_dtype, is_string_dtype

from layers.catalogue.source import Source
from layers.files.tables import read_table
from layers.text import as_key

SHORTEST = 4
"""Letters of an id or a name of one word below which it is a word or a number of other things too."""
IDS_OF_ROWS = frozenset(
    ("record_id", "official_id", "cross_ids", "source", "sample_id", "source_row", "reason", "code")
)
"""Columns that are no free text; numbers of other registers (``cross_ids``) are compared with their register elsewhere."""

LAYERS = ("territories", "communities", "lines", "backdrop", "links")
"""Roles whose rows stay whatever is asked, and whose texts pages and tables show."""

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


def quoting_rows(
    table: pd.DataFrame, texts: Set[str], shown: str | None = None, apart: Set[str] = IDS_OF_ROWS
) -> np.ndarray:
    """Mark the rows in which a text holds an id or a name.

    Parameters
    ----------
    table : DataFrame
        Records, samples or rejected rows; all its columns of texts but those ``apart`` are looked through.
    texts : set of str
        Ids and names. Signs between their parts, zeros in front of a number and case do not count; an id in another word or
        number is none.
    shown : str, optional
        Folded; texts that do not stand in it do not count.

    Returns
    -------
    ndarray of bool
    """
    pattern = _pattern(texts)
    quotes = np.zeros(len(table), dtype=bool)
    if pattern is None or table.empty:
        return quotes
    for column in _texts(table, apart):
        cells = table[column]
        worded = cells.notna().to_numpy()
        codes, different = pd.factorize(cells[worded].astype("str"))
        keys = (as_key(str(text)) for text in different)
        quoting = [bool(pattern.search(key)) and (shown is None or key in shown) for key in keys]
        quotes[worded] |= np.array(quoting, dtype=bool)[codes]
    return quotes


def rows_of_layers(
    layers: Mapping[str, pd.DataFrame], sources: Sequence[Source], texts: Set[str], data_dir: Path
) -> tuple[str, ...]:
    """Return the rows of roads, areas, lakes, communities and links whose texts hold an id or a name, as ``source:row``.

    Parameters
    ----------
    layers : mapping of str to DataFrame
        Role -> what a run keeps of it. Only the files of those that hold such a text are read again, for the numbers of rows.
    sources : sequence of Source
        Those that may be published.
    texts : set of str
        As `quoting_rows` takes them.
    data_dir : Path
        Folder where relative source paths start.
    """
    rows: list[str] = []
    for source in sources:
        layer = layers[source.role] if source.role in LAYERS else None
        if layer is None or layer.empty:
            continue
        own = layer[layer["source"].eq(source.id)] if "source" in layer.columns else layer
        quoting = own[quoting_rows(own, texts)]
        if len(quoting):
            raw, words = read_table(source, data_dir), (quoting[name].dropna() for name in _texts(quoting))
            shown = as_key("\n".join(str(cell) for cells in words for cell in cells).replace('\\"', '"'))
            kept = quoting_rows(raw.cells, texts, shown, frozenset())
            numbers = raw.rows[kept if kept.any() else quoting_rows(raw.cells, texts, apart=frozenset())]
            rows += [f"{source.id}:{number}" for number in numbers]
    return tuple(rows)


def _texts(table: pd.DataFrame, apart: Set[str] = IDS_OF_ROWS) -> Iterator[str]:
    for column in table.columns:
        of_texts = is_string_dtype(table[column].dtype) or is_object_dtype(table[column].dtype)
        if of_texts and column not in apart and column != "geometry":
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
