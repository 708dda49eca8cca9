"""First and last year of a record, and what is told of years that cannot be."""

from __future__ import annotations

import datetime
from collections.abc import MutableMapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cells.years import is_bound, may_be_months, open_end, parse_years
from layers.readers.columns import mapped_columns, text_or_default

_PARTS = {"first_year": "first", "last_year": "last"}


def record_years(
    source: Source, cells: pd.DataFrame, rows: npt.NDArray[np.int64], fields: MutableMapping[str, Any]
) -> list[Note]:
    """Fill first and last year; one column of spans may serve both, and leaves one missing where a cell leaves it open.

    Parameters
    ----------
    source : Source
        Says which columns hold them.
    cells : DataFrame
        Raw cells, n rows.
    rows : ndarray of int, shape (n,)
        Row of the file of each.
    fields : mapping
        Receives ``first_year`` and ``last_year``, calendar years.

    Returns
    -------
    list of Note
        ``uncertain_year``, ``unread_year``, ``year_to_come`` and ``years_reversed``, each with columns and rows.
    """
    notes = []
    columns = {name: tuple(mapped_columns(source, cells, name)) for name in _PARTS}
    for name, part in _PARTS.items():
        texts = text_or_default(source, cells, name)
        read = parse_years(texts)
        if len(set(columns.values())) == 1:
            kept_open = {text for text in texts.dropna().unique() if open_end(str(text)) == part}
            read.loc[texts.isin(kept_open).to_numpy(dtype=bool), part] = np.nan
        elif name == "last_year" and (months := may_be_months(texts.dropna().unique())):
            unclear = texts.str.strip().isin(months).to_numpy(dtype=bool) & read[part].notna().to_numpy(dtype=bool)
            read.loc[unclear, part] = np.nan
            read.loc[unclear, "reason"] = [f"'{text}' may be a month or a span of years" for text in texts[unclear]]
        fields[name] = read[part]
        uncertain = (read["uncertainty_years"] > 0).to_numpy(dtype=bool)
        bounds = [text for text in texts.dropna().unique() if is_bound(str(text))]
        bounded = texts.isin(bounds).to_numpy(dtype=bool) & read[part].notna().to_numpy(dtype=bool)
        uncertain = uncertain & ~bounded
        before = f"says that it was before or after a year (e.g. '{bounds[0]}'); that year was taken." if bounds else ""
        refused = read["reason"].notna().to_numpy(dtype=bool)
        coming = (read[part] > datetime.datetime.now(tz=datetime.UTC).year).to_numpy(dtype=bool)
        reasons = "; ".join(read.loc[refused, "reason"].unique()[:3])
        latest = f"{read[part].max():.0f}" if coming.any() else ""
        for code, which, text in (
            ("uncertain_year", uncertain, "names a decade or an approximate year; its first year was taken."),
            ("uncertain_year", bounded, before),
            ("unread_year", refused, f"was left missing where it could not be read: {reasons}."),
            ("year_to_come", coming, f"lies in the future (up to {latest}): planned, or mistyped?"),
        ):
            if which.any():
                notes.append(
                    Note(source.id, code, f"{name} {text}", int(which.sum()), columns[name], tuple(rows[which]))
                )
    backwards = (fields["first_year"] > fields["last_year"]).to_numpy(dtype=bool)
    if backwards.any() and columns["first_year"] != columns["last_year"]:
        row = int(np.flatnonzero(backwards)[0])
        text = (
            f"The first year lies after the last (e.g. {fields['first_year'].iloc[row]:.0f} and "
            f"{fields['last_year'].iloc[row]:.0f}); both were kept. One of them is wrong."
        )
        both = (*columns["first_year"], *columns["last_year"])
        notes.append(Note(source.id, "years_reversed", text, int(backwards.sum()), both, tuple(rows[backwards])))
    return notes
