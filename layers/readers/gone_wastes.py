"""Wastes that are said to be gone, or not to be there at all, and what their amounts say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cells.hedges import is_only_gone
from layers.cells.waste_words import says_waste_is_gone
from layers.readers.columns import as_text, mapped_columns
from layers.readers.planned_wastes import make_none

_LYING = ("area_m2", "height_m")
"""What was measured of the waste while it lay there."""


def rows_said_gone(fields: Mapping[str, Any], among: np.ndarray) -> np.ndarray:
    """Return which rows say by status, remarks or name that their waste is gone; shape (n,), looked at only where ``among``."""
    gone = np.zeros(len(among), dtype=bool)
    for name in ("status", "remarks", "name"):
        texts = pd.Series(fields[name])
        says = [
            text
            for text in texts[among].dropna().unique()
            if says_waste_is_gone(str(text)) or (name == "status" and is_only_gone(str(text)))
        ]
        gone |= among & texts.isin(says).to_numpy(dtype=bool)
    return gone


def without_gone(source: Source, cells: pd.DataFrame, fields: dict[str, Any], rows: np.ndarray) -> list[Note]:
    """Make the kind of wastes ``none`` that are said to be gone with an amount of 0, and tell their rows.

    Parameters
    ----------
    source : Source
        Its id and columns stand in the note.
    cells : DataFrame
        Raw cells.
    fields : dict of str to Series
        Columns of the layer; ``waste_type``, ``disposal``, ``area_m2`` (m2) and ``height_m`` (m) of such rows are changed.
    rows : ndarray of int
        Row numbers in the file.

    Returns
    -------
    list of Note
        ``waste_gone``, at most one.
    """
    mass, volume = (fields[name].to_numpy(dtype=float) for name in ("mass_t", "volume_m3"))
    gone = rows_said_gone(fields, ((mass == 0) | (volume == 0)) & ~(mass > 0) & ~(volume > 0))
    if not gone.any():
        return []
    make_none(fields, gone, _LYING)
    text = (
        "Wastes are said to be gone, and 0 is stated of them: their kind was read as none, and areas and heights were left out. "
        "If they are there, correct the amount or the words."
    )
    columns = [column for name in ("mass_t", "volume_m3", "status") for column in mapped_columns(source, cells, name)]
    return [Note(source.id, "waste_gone", text, int(gone.sum()), tuple(columns), tuple(rows[gone]))]


def amounts_of_none(source: Source, cells: pd.DataFrame, fields: Mapping[str, Any], rows: np.ndarray) -> list[Note]:
    """Tell rows whose cell of the kind says that there is no waste, while a mass or volume is stated; both are kept.

    Parameters are those of `without_gone`.
    """
    filled = np.logical_or.reduce(
        [np.zeros(len(rows), dtype=bool)]
        + [
            as_text(cells[column]).notna().to_numpy(dtype=bool)
            for column in mapped_columns(source, cells, "waste_type")
        ]
    )
    amounts = {name: np.asarray(fields[name].gt(0), dtype=bool) for name in ("mass_t", "volume_m3")}
    held = filled & fields["waste_type"].eq("none").to_numpy(dtype=bool) & (amounts["mass_t"] | amounts["volume_m3"])
    if not held.any():
        return []
    columns = [
        *mapped_columns(source, cells, "waste_type"),
        *(
            column
            for name, there in amounts.items()
            if (held & there).any()
            for column in mapped_columns(source, cells, name)
        ),
    ]
    text = (
        f"Rows say that there is no waste of any kind, and state an amount of it (first row {rows[held][0]}): which of the two "
        "is meant? Both were kept; correct the cell, or say under 'values: {waste_type: …}' what the word means."
    )
    return [Note(source.id, "amount_of_none", text, int(held.sum()), tuple(columns), tuple(rows[held]))]
