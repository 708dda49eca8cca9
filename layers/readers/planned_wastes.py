"""Wastes that are proposed, authorised, being built or of 0 t: they are not there yet, and none of their amounts lies there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cells.hedges import is_named_a_plan, is_not_there_yet, is_only_planned
from layers.readers.columns import as_text, mapped_columns

_LYING = ("mass_t", "volume_m3", "area_m2", "height_m")
"""What is measured of a waste that lies there."""


def without_planned(source: Source, cells: pd.DataFrame, fields: dict[str, Any], rows: np.ndarray) -> list[Note]:
    """Make the kind of planned wastes ``none``, leave out what would lie there, and tell their rows.

    A row is planned where its status, read whole, says nothing else (`is_only_planned`), or its name or the cell of its kind
    begins with such a word, or the latter says that it was never built. Where ore was milled it is not.

    Parameters
    ----------
    source : Source
        Its id and columns stand in the note.
    cells : DataFrame
        Raw cells.
    fields : dict of str to Series
        Columns of the layer; ``waste_type``, ``disposal`` and amounts of such rows are changed.
    rows : ndarray of int
        Row numbers in the file.

    Returns
    -------
    list of Note
        ``waste_planned``, where such rows hold a kind or an amount of waste.
    """
    planned = np.zeros(len(rows), dtype=bool)
    columns: list[str] = []
    example = ""
    kinds = [("waste_type", as_text(cells[column])) for column in mapped_columns(source, cells, "waste_type")]
    for name, texts in [("status", fields["status"]), ("name", fields["name"]), *kinds]:
        says = {"status": is_only_planned, "name": is_named_a_plan}.get(name, _kind_is_planned)
        plans = [text for text in texts.dropna().unique() if says(str(text))]
        if plans:
            planned |= texts.isin(plans).to_numpy(dtype=bool)
            columns += mapped_columns(source, cells, name)
            example = example or str(plans[0])[:80]
    planned &= ~fields["milled_t"].gt(0).to_numpy(dtype=bool)
    amounts = np.logical_or.reduce([fields[name].gt(0).to_numpy(dtype=bool) for name in _LYING])
    held = planned & (amounts | ~fields["waste_type"].isin(["unknown", "none"]).to_numpy(dtype=bool))
    if not held.any():
        return []
    make_none(fields, held, _LYING)
    count = int((held & amounts).sum())
    text = (
        f"Wastes are planned, authorised, being built or not built (e.g. '{example}'), so they are not there: their kind was "
        f"read as none, and the amounts of {count} of them were left out. If they are there, translate the word under "
        "'values: {status: …}'."
    )
    return [Note(source.id, "waste_planned", text, int(held.sum()), tuple(dict.fromkeys(columns)), tuple(rows[held]))]


def without_nothing_there(
    source: Source, zero_is_known: Sequence[str], cells: pd.DataFrame, fields: dict[str, Any], rows: np.ndarray
) -> list[Note]:
    """Make the kind of wastes ``none`` of which an amount is stated as 0 where the run file says that 0 means none.

    The 0 stays, so that no other edition's amount takes its place; what a permit allows there is none that lies there.

    Parameters
    ----------
    source, cells, fields, rows
        Those of `without_planned`.
    zero_is_known : sequence of str
        Amounts where 0 means none, not unknown; ``mass_t`` and ``volume_m3`` are heeded.

    Returns
    -------
    list of Note
        ``waste_of_nothing``, at most one.
    """
    amounts = [name for name in ("mass_t", "volume_m3") if name in zero_is_known]
    none = np.zeros(len(rows), dtype=bool)
    for name in amounts:
        none |= fields[name].eq(0).to_numpy(dtype=bool)
    for name in ("mass_t", "volume_m3", "milled_t"):
        none &= ~fields[name].gt(0).to_numpy(dtype=bool)
    if not none.any():
        return []
    make_none(fields, none, [name for name in _LYING if name not in amounts])
    text = (
        "An amount of 0 is stated, which means none here (options.zero_is_known): nothing lies there, so the kind of waste was "
        "read as none, and areas and heights were left out."
    )
    columns = [column for name in amounts for column in mapped_columns(source, cells, name)]
    return [Note(source.id, "waste_of_nothing", text, int(none.sum()), tuple(columns), tuple(rows[none]))]


def make_none(fields: dict[str, Any], rows: np.ndarray, lying: Sequence[str]) -> None:
    """Make the kind of wastes ``none``, in place, and leave out what is stated of wastes that lie there.

    Parameters
    ----------
    fields : dict of str to Series
        Columns of the layer.
    rows : ndarray of bool, shape (n,)
    lying : sequence of str
        Columns that are left out, with their bounds.
    """
    fields["waste_type"] = fields["waste_type"].mask(rows, "none")
    fields["disposal"] = fields["disposal"].mask(rows, "unknown")
    for name in lying:
        fields[name] = fields[name].mask(rows)
        fields[f"{name}_bound"] = fields[f"{name}_bound"].mask(rows)


def _kind_is_planned(cell: str) -> bool:
    return is_named_a_plan(cell) or is_not_there_yet(cell)
