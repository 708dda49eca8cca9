"""Masses, volumes, areas and heights of inventory records, from raw cells to base units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cells.digit_groups import may_be_grouped
from layers.cells.quantities import ZERO_UNKNOWN, parse_quantities, unit_factor
from layers.errors import ConfigError, SourceError
from layers.readers.amount_units import (
    amounts_of_other_things,
    stated_against_headings,
    units_of_amounts,
    units_unstated,
)
from layers.readers.columns import mapped_columns, text_or_default
from layers.readers.gone_wastes import rows_said_gone
from layers.readers.inner_headings import refuse_units
from layers.readers.mixed_amounts import contradicting_notes, impossible_notes, mixed_notes, refuse_mixed
from layers.text import did_you_mean

QUANTITIES = {"mass_t": "t", "volume_m3": "m3", "milled_t": "t", "area_m2": "m2", "height_m": "m"}
"""Quantity columns of a record and the unit of bare numbers unless ``options.units`` or the heading says otherwise."""

RARE_QUANTITIES = {"mined_t": "t", "authorised_t": "t", "authorised_m3": "m3", "milled_t_per_day": "t"}
"""Quantities few files hold: ore mined, wherever it was milled, what a permit allows, and what a mill took in a day.
Records have what a source maps."""


class AmountOptions(Protocol):
    """The settings of an inventory that say how its amounts are read."""

    @property
    def units(self) -> dict[str, str]:
        """Quantity column of the layer -> unit of bare numbers."""

    @property
    def zero_is_known(self) -> list[str]:
        """Quantity columns where 0 means none."""


def record_amounts(
    source: Source,
    options: AmountOptions,
    cells: pd.DataFrame,
    rows: np.ndarray,
    fields: dict[str, Any],
    bad: dict[int, tuple[str, str]],
    notes: list[Note],
    row_of_units: Mapping[str, str] | None,
    words_above: Mapping[str, Sequence[str]] | None,
) -> pd.Series:
    """Fill the quantity columns and their bounds; return where the cells say the waste was put instead of how much there is.

    Parameters
    ----------
    source, options : Source, AmountOptions
        What the run file says.
    cells : DataFrame
        Raw cells.
    rows : ndarray of int
        Row numbers in the file.
    fields, bad, notes : dict, dict, list
        Columns of the layer, rows to reject by position, and notes so far; all are added to.
    row_of_units, words_above : mapping, optional
        What stands under and over the headings.

    Returns
    -------
    Series of str
        One of the layer's disposals, NA in most rows.

    Raises
    ------
    SourceError
        If units are not sure, or a column holds two quantities.
    """
    mapped = {name: mapped_columns(source, cells, name) for name in _wanted(source)}
    where = f"{source.id} ({source.path})"
    refuse_mixed(where, mapped, _wanted(source), cells)
    amounts = (*QUANTITIES, *RARE_QUANTITIES)
    for name in sorted(set(options.units).difference(amounts)):
        like = did_you_mean(name, amounts, least_likeness=0.4)
        known = ", ".join(amounts)
        raise SourceError(
            f"{where}: options.units names '{name}', which is no amount.{like} Units are stated for {known}."
        )
    units = units_of_amounts(where, mapped, _wanted(source), options.units, cells, row_of_units, words_above)
    notes += units_unstated(source.id, mapped, _wanted(source), options.units, cells, row_of_units)
    notes += amounts_of_other_things(source.id, mapped, ("mass_t", "volume_m3", "area_m2", "height_m"))
    for name, heading, own in stated_against_headings(mapped, _wanted(source), options.units):
        text = (
            f"The heading '{heading}' says {own}, the run file {options.units[name]} (options.units.{name}), which was taken. "
            "Make sure that it is meant."
        )
        notes.append(Note(source.id, "unit_against_heading", text, 1, (heading,)))
    disposal = _quantities(source, options, units, cells, rows, fields, bad, notes)
    notes += mixed_notes(source.id, mapped, _wanted(source), fields, rows)
    notes += impossible_notes(source.id, mapped, fields, rows)
    notes += contradicting_notes(source.id, mapped, fields, rows)
    return disposal


def _wanted(source: Source) -> dict[str, str]:
    """Return the quantities a source may hold with their base units, the rare ones only where they are mapped."""
    return QUANTITIES | {name: unit for name, unit in RARE_QUANTITIES.items() if name in source.columns}


def _quantities(
    source: Source,
    options: AmountOptions,
    units: Mapping[str, str],
    cells: pd.DataFrame,
    rows: np.ndarray,
    fields: dict[str, Any],
    bad: dict[int, tuple[str, str]],
    notes: list[Note],
) -> pd.Series:
    """Fill the quantity columns; return where the cells say the waste was put instead of how much there is."""
    disposal = pd.Series([None] * len(cells), index=cells.index, dtype="str")
    for name in _wanted(source):
        text = text_or_default(source, cells, name)
        if not text.notna().any():
            fields[name] = pd.Series(np.nan, index=cells.index)
            fields[f"{name}_bound"] = pd.Series(None, index=cells.index, dtype="str")
            continue
        infinite = (text.str.fullmatch(r"[-+]?inf(?:inity)?", case=False) == True).to_numpy(dtype=bool)  # noqa: E712
        for position in map(int, np.flatnonzero(infinite)):
            bad[position] = ("not_finite", f"{name} is '{text.iloc[position]}', which is no finite number")
        text = text.where(~infinite, None)
        read = parse_quantities(
            text, units[name], source.decimal_mark, zero_is_missing=name not in options.zero_is_known
        )
        fields[name] = read["value"].astype(float)
        if source.decimal_mark is None and may_be_grouped(text):
            pointed = text[text.str.contains(".", regex=False, na=False)]
            notes.append(
                Note(
                    source.id,
                    "points_may_part_thousands",
                    f"{name}: numbers have three digits behind a point, such as '{pointed.iloc[0]}'; they were read as "
                    "decimals. If the point parts thousands, state decimal_mark: ','.",
                    int(text.notna().sum()),
                    tuple(mapped_columns(source, cells, name)),
                )
            )
        fields[f"{name}_bound"] = read["bound"].where(read["bound"] != "", None).astype("str")
        disposal = disposal.fillna(read["disposal"].astype("str"))
        zero = (read["reason"] == ZERO_UNKNOWN).to_numpy(dtype=bool)
        if name in ("mass_t", "volume_m3"):
            none_left = rows_said_gone(fields, zero)
            fields[name] = fields[name].mask(none_left, 0.0)
            zero = zero & ~none_left
        if zero.any():
            explained = (
                f"{name} is stated as 0 and was read as not known, never as none. If 0 means none, state "
                f"options.zero_is_known: [{name}]."
            )
            columns = tuple(mapped_columns(source, cells, name))
            notes.append(Note(source.id, "zero_amount", explained, int(zero.sum()), columns, tuple(rows[zero])))
        refused = read["state"] == "rejected"
        if refused.any():
            odd = refused.to_numpy(dtype=bool)
            column = ", ".join(mapped_columns(source, cells, name))
            where = f"{source.id} ({source.path})"
            refuse_units(where, column, text[odd], rows[odd], partial(_other_unit, units[name]))
            reasons = "; ".join(read.loc[refused, "reason"].dropna().unique()[:3])
            notes.append(
                Note(
                    source.id,
                    "unread_quantity",
                    f"{name} was left missing where it could not be read: {reasons}.",
                    int(refused.sum()),
                    tuple(mapped_columns(source, cells, name)),
                    tuple(rows[refused.to_numpy(dtype=bool)]),
                )
            )
    return disposal


def _other_unit(own: str, unit: str) -> bool:
    """Say whether a unit measures what another does, and is not that one."""
    try:
        (kind, factor), (own_kind, own_factor) = unit_factor(unit), unit_factor(own)
    except ConfigError:
        return False
    return kind == own_kind and factor != own_factor
