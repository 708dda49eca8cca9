"""Wastes that the name of a record tells, and wastes that its status contradicts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cell_search import cells_like
from layers.cells.commodities import mentions
from layers.cells.hedges import is_only_found
from layers.cells.waste_names import LIKE_WASTE_NAME, ore_of_residue, waste_in_name
from layers.cells.waste_words import waste_type_in_words
from layers.readers.columns import mapped_columns

_OF_PLANTS = ("tailings", "slag", "heap_leach", "residue")
"""What is left where ore was treated; rock beside a trench is left at showings too."""
_AMOUNTS = ("mass_t", "volume_m3", "area_m2", "milled_t", "mined_t")


def with_named_wastes(source: Source, cells: pd.DataFrame, fields: dict[str, Any], rows: np.ndarray) -> list[Note]:
    """Fill the kind of waste from the name of the record where its columns and remarks do not say it, and tell these rows.

    A slag or a residue by its name (`waste_in_name`), or a slag that is sold, is no tailings, as registers call any waste of a
    plant.

    Parameters
    ----------
    source : Source
        Its id and columns stand in the note.
    cells : DataFrame
        Raw cells.
    fields : dict of str to Series
        Columns of the layer; ``waste_type`` of such rows is changed.
    rows : ndarray of int
        Row numbers in the file.

    Returns
    -------
    list of Note
        ``waste_type_from_names``, where there are such rows.
    """
    names, kinds = fields["name"], fields["waste_type"]
    kind_by_name = {name: waste_in_name(name) for name in _like_wastes(names)}
    named = names.map(kind_by_name).astype(object)
    named = named.where(named.notna() | ~mentions(fields["commodities"], ("slag",)), "slag")
    finer = named.isin(["slag", "residue"]) & (kinds == "tailings")
    changed = (named.notna() & ((kinds == "unknown") | finer)).to_numpy(dtype=bool)
    if not changed.any():
        return []
    fields["waste_type"] = kinds.mask(changed, named).astype("str")
    example = str(names[changed].iloc[0])[:80]
    text = f"The kind of waste was read from names (e.g. '{example}') of rows whose other columns do not say it."
    columns = tuple(mapped_columns(source, cells, "name"))
    return [Note(source.id, "waste_type_from_names", text, int(changed.sum()), columns, tuple(rows[changed]))]


def _like_wastes(names: pd.Series) -> list[str]:
    """Return the different names that may be those of wastes, by a look that is quicker than `waste_in_name`."""
    distinct = pd.Series(names.dropna().unique())
    return [str(name) for name in distinct[cells_like(distinct, LIKE_WASTE_NAME)]]


def with_ores_of_residues(source: Source, cells: pd.DataFrame, fields: dict[str, Any], rows: np.ndarray) -> list[Note]:
    """Fill commodities, and the type of deposit, of records without any whose name tells what was treated, and tell these rows.

    Parameters
    ----------
    source : Source
        Its id and columns stand in the note.
    cells : DataFrame
        Raw cells.
    fields : dict of str to Series
        Columns of the layer; ``commodities`` and ``deposit_type`` of such rows are changed.
    rows : ndarray of int
        Row numbers in the file.

    Returns
    -------
    list of Note
        ``ore_from_names``, where there are such rows.
    """
    names, mined = fields["name"], fields["commodities"]
    ores = {name: ore for name in _like_wastes(names) if (ore := ore_of_residue(name)) is not None}
    unnamed = (names.isin(list(ores)) & mined.isna()).to_numpy(dtype=bool)
    if not unnamed.any():
        return []
    treated, of_ore = (names.map({name: ore[part] for name, ore in ores.items()}) for part in (0, 1))
    fields["commodities"] = mined.where(~unnamed, treated).astype("str")
    deposits = fields["deposit_type"]
    fields["deposit_type"] = deposits.where(~unnamed | deposits.notna(), of_ore).astype("str")
    example, ore = str(names[unnamed].iloc[0])[:80], treated[unnamed].iloc[0]
    text = f"What was treated was read from names of residues (e.g. '{example}': {ore}) of rows that name no commodity."
    columns = tuple(mapped_columns(source, cells, "name"))
    return [Note(source.id, "ore_from_names", text, int(unnamed.sum()), columns, tuple(rows[unnamed]))]


def without_unworked(source: Source, cells: pd.DataFrame, fields: dict[str, Any], rows: np.ndarray) -> list[Note]:
    """Take back wastes of a plant at places that their status, read whole, calls a showing or a prospect, and tell these rows.

    A row that states an amount, a way of disposal, or the waste itself in its name, type of deposit or remarks keeps it.

    Parameters
    ----------
    source : Source
        Its id and columns stand in the note.
    cells : DataFrame
        Raw cells.
    fields : dict of str to Series
        Columns of the layer; ``waste_type`` of such rows becomes ``unknown``.
    rows : ndarray of int
        Row numbers in the file.

    Returns
    -------
    list of Note
        ``waste_at_showing``, where there are such rows.
    """
    status = fields["status"]
    shown = status.isin([text for text in status.dropna().unique() if is_only_found(str(text))])
    held = shown & fields["waste_type"].isin(_OF_PLANTS) & (fields["disposal"] == "unknown")
    for name in _AMOUNTS:
        if name in fields:
            held &= ~fields[name].gt(0)
    for name in ("name", "deposit_type", "remarks"):
        reader = waste_in_name if name == "name" else waste_type_in_words
        texts = fields[name]
        held &= ~texts.isin([text for text in texts[held].dropna().unique() if reader(str(text)) in _OF_PLANTS])
    contradicted = held.to_numpy(dtype=bool)
    if not contradicted.any():
        return []
    fields["waste_type"] = fields["waste_type"].mask(contradicted, "unknown")
    text = (
        "Rows that record a waste of a plant are showings or prospects by their status (e.g. "
        f"'{status[contradicted].iloc[0]}'), with no amount, nothing mined or milled and no way of disposal: the row contradicts "
        "itself, and its kind of waste was read as unknown. If ore was treated there, translate the word under "
        "'values: {status: …}'."
    )
    columns = tuple(mapped_columns(source, cells, "status") + mapped_columns(source, cells, "waste_type"))
    return [Note(source.id, "waste_at_showing", text, int(contradicted.sum()), columns, tuple(rows[contradicted]))]
