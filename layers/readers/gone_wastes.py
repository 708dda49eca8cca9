"""Wastes that are said to be gone and of which nothing is left by their amount: no footprint tells how much lies there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cells.hedges import is_only_gone
from layers.cells.waste_words import says_waste_is_gone
from layers.readers.columns import mapped_columns
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
