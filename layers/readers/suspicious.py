"""What looks wrong in a table that reads well: shifted decimals, minutes typed as decimals, samples that stand twice."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.elements import REE
from layers.readers.odd_wastes import odd_wastes

_MANY, _SEVERAL = 30, 10
_FEWEST_ALIKE = 3
"""Of one or two results a sample, rounded as they are, several agree by chance."""
_ROWS_TO_COMPARE, _TOGETHER = 8, 3
_FAR_DEX, _ALIKE_DEX = 2.4, 0.7
_SUITE, _SLIP_DEX, _SLIP_SPREADS, _OTHERS_DEX, _TO_DEVIATION = 4, 0.88, 6.0, 0.3, 1.4826
_PART_DEX, _MOST_OF_PART = 0.4, 0.8
"""Results of one row that are one factor off: how far at least, and how far that factor may differ between elements."""


def suspicious_values(source: str, layer: pd.DataFrame) -> list[Note]:
    """Look through a layer for values a person should see; nothing is changed.

    Parameters
    ----------
    source : str
        Id of the source.
    layer : DataFrame
        Records, Samples or Communities as read.

    Returns
    -------
    list of Note
        Codes ``decimal_shift``, ``row_of_another_unit``, ``minutes_as_decimals``, ``same_results``, ``same_place``,
        ``waste_too_rich``, ``waste_samples_apart``.
    """
    notes = [*_minutes(source, layer), *_same_place(source, layer)]
    results = [
        str(name) for name in layer.columns if str(name).endswith("_ppm") and not str(name).endswith("_limit_ppm")
    ]
    if results and "sample_id" in layer.columns:
        notes += [*_shifts(source, layer, results), *_same_results(source, layer, results)]
        notes += [*_shifted_rows(source, layer, results), *odd_wastes(source, layer)]
        notes += [] if any(note.code == "decimal_shift" for note in notes) else _slips_in_suites(source, layer)
    return notes


def _slips_in_suites(source: str, layer: pd.DataFrame) -> list[Note]:
    """Find a rare earth ten times off what the others of its sample suggest, in a table whose suites are alike otherwise."""
    names = [f"{element}_ppm" for element in REE if f"{element}_ppm" in layer.columns]
    ppm = layer[names].to_numpy(dtype=float)
    usable = (np.isfinite(ppm) & (ppm > 0)).sum(axis=0) >= _ROWS_TO_COMPARE
    if usable.sum() < _SUITE:
        return []
    names, ppm = [name for name, there in zip(names, usable, strict=True) if there], ppm[:, usable]
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        dex = np.log10(np.where(ppm > 0, ppm, np.nan))
        dex -= np.nanmedian(dex, axis=0)
        dex -= np.nanmedian(dex, axis=1, keepdims=True)
        dex -= np.nanmedian(dex, axis=0)
        spread = np.nanmedian(np.abs(dex), axis=0) * _TO_DEVIATION
        known = np.isfinite(dex).sum(axis=1)
    off = np.abs(dex) > np.maximum(_SLIP_DEX, _SLIP_SPREADS * spread)
    alone = (off.sum(axis=1) == 1) & (known >= _SUITE)
    alone &= np.nanmax(np.where(off, 0.0, np.abs(dex)), axis=1, initial=0.0) < _OTHERS_DEX
    if not alone.any():
        return []
    row = int(np.flatnonzero(alone)[0])
    at = int(np.argmax(off[row]))
    text = (
        f"{names[at].removesuffix('_ppm')} is {ppm[row, at]:g} ppm in {layer['sample_id'].iloc[row]}, about "
        f"{10 ** abs(dex[row, at]):.0f} times {'above' if dex[row, at] > 0 else 'below'} what the others of its "
        "rare earths suggest: a decimal point may have moved. Look at the laboratory's sheet."
    )
    return [Note(source, "decimal_shift", text, int(alone.sum()), rows=_rows(layer, alone))]


def _shifts(source: str, layer: pd.DataFrame, results: list[str]) -> list[Note]:
    """Find single values far above all others of their element: a decimal point may have moved.

    It moves in one cell: a sample that stands out by several elements is rich, or a row in another unit. Ten times where there
    are twenty results and more; a hundred times where there are eight, which say less of what is usual.
    """
    notes = []
    rows_out: list[int] = []
    for name in results:
        values = layer[name].to_numpy(dtype=float)
        known = np.sort(values[np.isfinite(values) & (values > 0)])
        if len(known) < 8 or known[-1] < (10 if len(known) >= 20 else 100) * known[-2]:
            continue
        rows_out.append(int(np.nanargmax(values)))
        sample = layer["sample_id"].iloc[rows_out[-1]]
        text = (
            f"{name.removesuffix('_ppm')} is {known[-1]:g} ppm in {sample}, the next lower value is {known[-2]:g} ppm: a decimal "
            "point may have moved. Look at the laboratory's sheet."
        )
        notes.append(Note(source, "decimal_shift", text, rows=_rows(layer, layer[name] == known[-1])))
    return [note for note, row in zip(notes, rows_out, strict=True) if rows_out.count(row) == 1]


def _shifted_rows(source: str, layer: pd.DataFrame, results: list[str]) -> list[Note]:
    """Find rows all of whose results lie off the others by one factor of some hundreds: pasted from a table in another unit.

    Each medium is looked at for itself: water holds a thousandth of what rock does.
    """
    media = layer["medium"].astype(str).to_numpy() if "medium" in layer.columns else np.full(len(layer), "")
    chosen, text = np.zeros(len(layer), dtype=bool), ""
    for medium in dict.fromkeys(media):
        own = np.flatnonzero(media == medium)
        rows, side, times = _in_another_unit(layer[results].to_numpy(dtype=float)[own])
        if not len(rows):
            continue
        chosen[own[rows]] = True
        text = text or (
            f"All results of a row lie about {times:.0f} times {side} those of the others (e.g. "
            f"{layer['sample_id'].iloc[own[rows[0]]]}): the row may stand in another unit. Look at the laboratory's sheet."
        )
    return [Note(source, "row_of_another_unit", text, int(chosen.sum()), rows=_rows(layer, chosen))] if text else []


def _in_another_unit(ppm: np.ndarray) -> tuple[np.ndarray, str, float]:
    """Return the rows, above or below the others, and the factor; of two parts the smaller one, the lower of equal ones."""
    nothing = np.array([], dtype=int), "", 0.0
    enough = (np.isfinite(ppm) & (ppm > 0)).sum(axis=0) >= _ROWS_TO_COMPARE
    if enough.sum() < _TOGETHER:
        return nothing
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        dex = np.log10(np.where(ppm > 0, ppm, np.nan)[:, enough])
        several = np.isfinite(dex).sum(axis=1) >= _TOGETHER
        level = np.nanmean(dex - np.nanmedian(dex, axis=0), axis=1)
        order = np.flatnonzero(several)[np.argsort(level[several], kind="stable")]
        if len(order) < _ROWS_TO_COMPARE:
            return nothing
        at = int(np.argmax(np.diff(level[order]))) + 1
        low, high = order[:at], order[at:]
        few, others = (low, high) if len(low) <= len(high) else (high, low)
        off = dex[few] - np.nanmedian(dex[others], axis=0)
        least, most = np.nanmin(off, axis=1), np.nanmax(off, axis=1)
        part_off = np.nanmedian(off, axis=0)
        alike = most - least <= _ALIKE_DEX
        if len(few) > 0.2 * len(ppm):  # a part of a table: its elements must be off together, each row near it
            alike &= np.nanmax(part_off) - np.nanmin(part_off) <= _PART_DEX
        rows = few[alike & ((least >= _FAR_DEX) | (most <= -_FAR_DEX))]
    if not len(rows) or (len(few) > 0.2 * len(ppm) and len(rows) < _MOST_OF_PART * len(few)):
        return nothing
    times = 10.0 ** abs(float(np.nanmedian(part_off)))
    return np.sort(rows), "above" if few is high else "below", times


def _same_results(source: str, layer: pd.DataFrame, results: list[str]) -> list[Note]:
    """Count samples that share all their results with a sample of another id: copied rows, or duplicates of the field."""
    if len(results) < _FEWEST_ALIKE:
        return []
    enough = layer[results].notna().sum(axis=1) >= min(4, len(results))
    same = layer.loc[enough, results].duplicated(keep=False)
    count = int(same.sum())
    if not count:
        return []
    ids = ", ".join(map(str, layer.loc[same[same].index, "sample_id"].head(4)))
    return [
        Note(
            source,
            "same_results",
            f"Samples with different ids have the same results throughout (e.g. {ids}).",
            count,
            rows=_rows(layer, same.reindex(layer.index, fill_value=False)),
        )
    ]


def _minutes(source: str, layer: pd.DataFrame) -> list[Note]:
    """Say when no decimal of a degree reaches .60: minutes were probably written behind the point (49.30 for 49°30')."""
    if not {"latitude", "longitude"} <= set(layer.columns):
        return []
    suspects = []
    for name in ("latitude", "longitude"):
        values = layer[name].dropna().to_numpy(dtype=float)
        part = np.abs(values) % 1
        if len(np.unique(values)) >= _MANY and part.max() < 0.6 and part.max() > 0.5:
            suspects.append(name)
    if len(suspects) < 2:
        return []
    text = "No decimal of a degree reaches .60, in latitude or longitude: minutes may stand behind the point (49.30 for 49°30')."
    return [Note(source, "minutes_as_decimals", text, len(layer))]


def _same_place(source: str, layer: pd.DataFrame) -> list[Note]:
    """Count rows that stand on the same point as five others or more: the middle of a county or a default."""
    if not {"latitude", "longitude"} <= set(layer.columns) or len(layer) < _SEVERAL:
        return []
    counts = layer[["latitude", "longitude"]].dropna().value_counts()
    crowded = counts[counts > 5]
    if crowded.empty:
        return []
    latitude, longitude = crowded.index[0]
    example = f"{crowded.iloc[0]} on {latitude:.5f}, {longitude:.5f}"
    text = f"More than five rows stand on one point, e.g. {example}: a default, or one site?"
    places = pd.MultiIndex.from_frame(layer[["latitude", "longitude"]])
    return [Note(source, "same_place", text, int(crowded.sum()), rows=_rows(layer, places.isin(crowded.index)))]


def _rows(layer: pd.DataFrame, chosen: pd.Series | np.ndarray) -> tuple[int, ...]:
    """Return the file rows of some rows of a layer; none where the layer does not know them."""
    if "source_row" not in layer.columns:
        return ()
    return tuple(layer.loc[np.asarray(chosen, dtype=bool), "source_row"].astype(int))
