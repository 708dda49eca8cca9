"""What looks wrong about a raster's values: missing codes nobody declared, and declared ones that may be real values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from rasterio.windows import Window

from layers.accounting import Note
from layers.crs import KM_PER_DEGREE, flat
from layers.rasters.raster import Raster

KNOWN_CODES = (-9999.0, -99999.0, -999.0, -99.0, -9999.99, -999.999, -32768.0, -2147483648.0, 9999.0, 99999.0, -1.0e9,
               -999.25, -9999.25, -999.9, -9999.9, -999.99, -99.99, -8888.0, -7777.0, -999999.0, 999999.0, -32767.0,
               -1.0e10)  # fmt: skip
"""Numbers that publishers write for missing; each may also be a value, so they are told and not masked."""

_COARSE_KM = 20.0
_HUGE = 1.0e30
_NAMED = 6
_LOOKS = 24
_LEAST_FILL = 0.01
_FILL_GAP = 0.5
_FAR_FILL = 10.0
_FEWEST = 16
_MOST_CODES = 4
_STEPS, _STEP_GAP = 20, 0.03
_SPIKE, _MOST_SPIKES, _LEAST_FOR_SPIKES = 100.0, 0.005, 400
"""How many times the spread of all others spikes lie beyond them, their greatest share, and the cells needed to say so."""
_MIXED, _MOST_MIXED = 20.0, 0.1
"""How many times the spread of most cells those with a part of a missing code lie beyond them, and their greatest share."""
_OFTEN, _RUNS = 10, 0.45
"""How many times as often as any other value a filling one stands, and how many of its cells have it beside or below."""


def class_notes(source: str, raster: Raster, why: str | None) -> list[Note]:
    """Tell that numbers were taken for codes of classes, and how to say otherwise; and that they are scaled."""
    if raster.classes and why == "stated":
        return []
    if raster.classes:
        names = [f"{code:g}" if word == f"{code:g}" else f"{code:g} {word}" for code, word in raster.classes]
        shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        signs = {
            "table": "a table of classes belongs to it",
            "colours": "it has a table of colours",
            "few": f"it holds {len(names)} different whole numbers only",
        }
        text = f"The numbers are codes of {len(names)} classes ({shown}), since {signs[why or 'table']}: "
        text += "the share of each is used. If they are amounts, state `options: {kind: amounts}`."
        return [Note(source, "suspected_classes" if why == "few" else "classes", text, len(names))]
    if raster.scale != 1.0 or raster.offset != 0.0:
        text = f"Values are the stored numbers times {raster.scale:g} plus {raster.offset:g}, as the file says."
        return [Note(source, "scaled", text)]
    return []


_FACTOR = re.compile(r"(?i)(?:^|[#_ :])(?:scale_?factor|scale|slope|gain|multiplier|multiplication_?factor)$")
_ADDED = re.compile(r"(?i)(?:^|[#_ :])(?:add_?offset|offset|intercept)$")


_TIMES_TEN = re.compile(
    r"(?i)(?<![\d.])(?<!\d\s)(?:(?<![a-z])x|[×*/])\s?10{1,5}(?![\d.]|\s*(?:k?m|deg|px|pixels?|cells?)\b)"
    r"|(?:times|multiplied by|divided by|scaled (?:by|to))\s+10{1,5}\b|\b(?:tenths?|hundredths?|thousandths?) of\b"
)
"""``eTh ppm x 10``, ``eTh_x100``: multiples in words; ``10 x 10 m`` is the size of cells."""
_PART_OF_UNIT = re.compile(r"(?i)^\s*(?:0?\.0*1|1?0\s?\^?\s?-\d|1e-?\d+)\s*\D")
_LONGEST_WORDS = 200


def scale_notes(
    source: str, raster: Raster, tags: Mapping[str, str], name: str | None = None, unit: str | None = None
) -> list[Note]:
    """Tell a scale or an offset that stands in the words of a raster only, where no program follows it.

    Parameters
    ----------
    source : str
        Id of the source.
    raster : Raster
        Its description.
    tags : mapping of str to str
        Words of file and band.
    name, unit : str, optional
        Description and unit of the band.
    """
    if raster.classes or raster.scale != 1.0 or raster.offset != 0.0:
        return []
    stated = []
    for pattern, nothing in ((_FACTOR, 1.0), (_ADDED, 0.0)):
        for tag, text in tags.items():
            with suppress(ValueError):
                if pattern.search(tag) and float(text) != nothing:
                    stated.append(f"{tag}={text}")
    for text in (*tags.values(), name or "", unit or ""):
        if len(text) <= _LONGEST_WORDS and _TIMES_TEN.search(text.replace("_", " ")):
            stated.append(f"'{text.strip()}'")
    if unit and np.dtype(raster.dtype).kind in "iu" and _PART_OF_UNIT.search(unit):
        stated.append(f"unit '{unit.strip()}'")
    if not stated:
        return []
    text = (
        f"The words of the file name a scale or an offset ({', '.join(stated[:4])}) that its bands do not declare; the numbers "
        "were taken as stored. If they are to be scaled, write it into the band (gdal_edit -scale … -offset …)."
    )
    return [Note(source, "scale_in_words", text)]


def suspicions(source: str, raster: Raster, values: np.ndarray) -> list[Note]:
    """Tell what should be checked by a person about a raster.

    Parameters
    ----------
    source : str
        Id of the source.
    raster : Raster
        Its description.
    values : ndarray
        Cells of some blocks, as stored (see `some_values`).

    Returns
    -------
    list of Note
        ``constant_raster``, ``suspected_nodata``, ``nodata_within_values``, ``longitude_0_360``, ``nonsquare_cells`` as they
        apply.
    """
    fills = [*_undeclared(source, raster, values), *_filled(source, raster, values)]
    return [
        *(fills or _in_one_piece(source, raster, values)),
        *_constant(source, raster, values),
        *([] if fills else _mixed_with_code(source, raster, values) or _far_off(source, raster, values)),
        *_not_storable(source, raster),
        *_shape(source, raster),
    ]


def some_values(raster: Raster, dataset: Any) -> np.ndarray:
    """Return the cells of up to 24 blocks spread evenly over the raster, first and last among them."""
    rows = max(1, min(raster.block[0], 512))
    columns = max(1, min(raster.block[1], 512))
    across, down = -(-raster.width // columns), -(-raster.height // rows)
    chosen = np.unique(np.linspace(0, across * down - 1, min(_LOOKS, across * down)).round().astype(int))
    parts = []
    for number in chosen:
        row, column = (number // across) * rows, (number % across) * columns
        size = Window(int(column), int(row), min(columns, raster.width - column), min(rows, raster.height - row))
        cells = dataset.read(raster.band, window=size)
        parts.append(cells[dataset.read_masks(raster.band, window=size) != 0] if raster.masked else cells.ravel())
    return np.concatenate(parts)


def _code_note(source: str, value: float, count: int, rest: np.ndarray) -> Note:
    """Tell a number that means missing by all signs, and that the file does not declare."""
    if abs(value) >= _HUGE:
        text = (
            f"The raster holds {value:g} without declaring it; no measured value is so large, so it is taken as missing. "
            f"State `options: {{nodata: [{value:g}]}}` to settle it."
        )
    else:
        text = (
            f"The raster holds {value:g}, which often means missing, but does not declare it; other values run "
            f"{rest.min():g}..{rest.max():g}. If it means missing, state `options: {{nodata: [{value:g}]}}`."
        )
    return Note(source, "suspected_nodata", text, count)


def _constant(source: str, raster: Raster, values: np.ndarray) -> list[Note]:
    """Tell a raster that holds one value: it says the same of every site, or its values were lost."""
    known = np.ones(len(values), dtype=bool) if values.dtype.kind != "f" else np.isfinite(values)
    for code in raster.nodata:
        known &= values != code
    valid = values[known]
    if len(values) and not len(valid):
        text = "All cells looked at are missing: the raster says nothing of any place. Was it cut off the map, or a code lost?"
        return [Note(source, "no_values", text, len(values))]
    if len(valid) < _FEWEST or (valid != valid[0]).any():
        return []
    held = f"{float(valid[0]):g}"
    text = f"All cells looked at hold {held}: the raster says the same of every place. Were its values lost on the way?"
    return [Note(source, "constant_raster", text, len(valid))]


def _undeclared(source: str, raster: Raster, values: np.ndarray) -> list[Note]:
    notes: list[Note] = []
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    declared = [code for code in raster.nodata if not np.isnan(code)]
    coded = np.zeros(len(finite), dtype=bool)
    for code in declared:
        coded |= np.isclose(finite.astype(float), code, rtol=1e-2 if abs(code) >= _HUGE else 1e-5, atol=0.0)
    valid = finite[~coded].astype(float)
    if len(valid) == 0:
        return notes
    low, high = float(valid.min()), float(valid.max())
    for lowest in (True, False):
        rest = valid
        for _ in range(_MOST_CODES):
            value = float(rest.min() if lowest else rest.max())
            known = abs(value) >= _HUGE or any(np.isclose(value, code, rtol=1e-6) for code in KNOWN_CODES)
            others = rest[rest != value]
            if not known or len(others) == 0 or not _apart(value, others):
                break
            rest = others
            notes.append(_code_note(source, value, int((valid == value).sum()), rest))
    for code in declared:
        if coded.any() and low < code < high and abs(code) < _HUGE:
            notes.append(
                Note(
                    source,
                    "nodata_within_values",
                    f"The declared missing code {code:g} lies within the values {low:g}..{high:g}; it may hide real cells.",
                    int(coded.sum()),
                )
            )
    return notes


def _filled(source: str, raster: Raster, values: np.ndarray) -> list[Note]:
    """Notice a number that fills many cells and stands apart from all others: zeros, the ends of the type, a lone minus one."""
    kind = values.dtype
    if raster.classes or kind.kind not in "iuf" or len(values) == 0:
        return []
    finite = values[np.isfinite(values)] if kind.kind == "f" else values
    coded = np.zeros(len(finite), dtype=bool)
    for code in (code for code in raster.nodata if not np.isnan(code)):
        coded |= np.isclose(finite.astype(float), code, rtol=1e-2 if abs(code) >= _HUGE else 1e-5, atol=0.0)
    valid = finite[~coded].astype(float)
    valid = valid[np.abs(valid) < _HUGE]  # larger ones are told as missing already
    if not len(valid):
        return []
    ends = [] if kind.kind == "f" else [float(np.iinfo(kind).min), float(np.iinfo(kind).max)]
    usual = dict.fromkeys([0.0, -1.0, *ends])
    for fill in dict.fromkeys([*usual, float(valid.min()), float(valid.max())]):
        rest = valid[valid != fill]
        count = len(valid) - len(rest)
        if fill in KNOWN_CODES or count < _LEAST_FILL * len(valid) or not len(rest) or rest.min() < fill < rest.max():
            continue
        if _stands_out(fill, rest, usual=fill in usual):
            text = (
                f"{count / len(valid):.0%} of the cells looked at hold {fill:g}, far from all others "
                f"({rest.min():g}..{rest.max():g}), and no missing code says so. "
                f"If it means missing, state `options: {{nodata: [{fill:g}]}}`."
            )
            return [Note(source, "suspected_nodata", text, count)]
    return []


def _in_one_piece(source: str, raster: Raster, values: np.ndarray) -> list[Note]:
    """Notice zeros, or an end of the values, that fill pieces of a raster without a missing code among values that vary.

    Where nothing was measured programs write 0 or the least value they have; a measured surface repeats no value so often.
    """
    known = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if raster.classes or raster.nodata or raster.masked or values.dtype.kind not in "iuf" or len(known) < _FEWEST:
        return []
    distinct, counts = np.unique(known, return_counts=True)
    if len(distinct) < _STEPS:
        return []
    for fill in dict.fromkeys([0.0, float(distinct[0]), float(distinct[-1])]):
        at = distinct == fill
        count = int(counts[at].sum())
        if count < _LEAST_FILL * len(known) or count < _OFTEN * int(counts[~at].max()):
            continue
        same = values == fill
        below = max(1, min(raster.block[1], 512, raster.width))
        if any((same[:-lag] & same[lag:]).sum() > _RUNS * count for lag in (1, below) if lag < len(same)):
            text = (
                f"{count / len(known):.0%} of the cells looked at hold {fill:g}, next to each other, among values that vary "
                f"({distinct[~at].min():g}..{distinct[~at].max():g}), and the raster declares no missing code. If it means "
                f"missing, state `options: {{nodata: [{fill:g}]}}`."
            )
            return [Note(source, "suspected_nodata", text, count)]
    return []


def _mixed_with_code(source: str, raster: Raster, values: np.ndarray) -> list[Note]:
    """Notice cells between a declared missing code and all others: warping mixed the code with values along an edge."""
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    codes = [code for code in raster.nodata if np.isfinite(code) and abs(code) < _HUGE]
    valid = finite[~np.isin(finite, np.array(codes, dtype=float))].astype(float)
    if raster.classes or not codes or len(valid) < _LEAST_FOR_SPIKES:
        return []
    low, high = np.quantile(valid, (_MOST_MIXED, 1 - _MOST_MIXED))
    reach = _MIXED * float(high - low)
    for code in codes:
        between = (
            valid[(valid > code) & (valid < low - reach)]
            if code < low
            else valid[(valid < code) & (valid > high + reach)]
        )
        if reach > 0 and len(between):
            text = (
                f"{len(between)} of {len(valid)} cells looked at lie between the missing code {code:g} and all others (e.g. "
                f"{between[0]:g}; most run {low:g}..{high:g}): the code was mixed with values when the grid was warped or "
                "resampled. Warp it anew with its missing code declared, or take the nearest cell."
            )
            return [Note(source, "cells_far_off", text, len(between))]
    return []


def _far_off(source: str, raster: Raster, values: np.ndarray) -> list[Note]:
    """Notice a few cells far beyond all others: spikes of an instrument, or a code that stands in few cells."""
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    coded = np.isin(finite, np.array(raster.nodata, dtype=float))
    valid = np.sort(finite[~coded].astype(float))
    valid = valid[np.abs(valid) < _HUGE]
    few = int(_MOST_SPIKES * len(valid))
    if raster.classes or few < 1 or len(valid) < _LEAST_FOR_SPIKES:
        return []
    middle = valid[few : len(valid) - few]
    spread = float(middle[-1] - middle[0])
    spikes = valid[(valid > middle[-1] + _SPIKE * spread) | (valid < middle[0] - _SPIKE * spread)]
    if not len(spikes) or spread == 0.0 or spread <= 1e-9 * abs(float(middle[-1])):
        return []
    text = (
        f"{len(spikes)} of {len(valid)} cells looked at lie far beyond all others (e.g. {spikes[-1]:g}; the others run "
        f"{middle[0]:g}..{middle[-1]:g}): spikes, or a code for missing? If so, state `options: {{nodata: [{spikes[-1]:g}]}}`."
    )
    return [Note(source, "cells_far_off", text, len(spikes))]


def _stands_out(fill: float, rest: np.ndarray, *, usual: bool) -> bool:
    """Say whether a number below or above all others is no end of theirs: by its distance, or by their steps at that end."""
    low, high = float(rest.min()), float(rest.max())
    spread = max(high - low, 1e-9 * abs(high))
    gap = min(abs(fill - low), abs(fill - high))
    steps = np.unique(rest)
    if not usual:
        return len(steps) >= _STEPS and gap > _FAR_FILL * spread
    if gap > _FILL_GAP * spread or (fill == -1.0 and low >= 0.0):
        return True
    near = steps[:_STEPS] if fill < low else steps[-_STEPS:]
    return len(near) == _STEPS and gap > _STEP_GAP * spread and gap > 4.0 * float(near[-1] - near[0]) / (_STEPS - 1)


def _not_storable(source: str, raster: Raster) -> list[Note]:
    """Notice a missing code that cells of this type cannot hold: what stands in its place is not known."""
    kind = np.dtype(raster.dtype)
    if kind.kind not in "iu":
        return []
    limits = np.iinfo(kind)
    lost = [code for code in raster.nodata if not (limits.min <= code <= limits.max and float(code).is_integer())]
    if not lost:
        return []
    text = (
        f"The missing code {lost[0]:g} cannot stand in cells of type {raster.dtype} ({limits.min}..{limits.max}): missing "
        f"cells may hold {limits.min} or {limits.max} instead. Look, and state `options: {{nodata: […]}}`."
    )
    return [Note(source, "nodata_not_storable", text)]


def _apart(value: float, rest: np.ndarray) -> bool:
    """Return whether a value stands apart from all others by more than they spread."""
    gap = min(abs(value - float(rest.min())), abs(value - float(rest.max())))
    return gap > max(float(rest.max() - rest.min()), 1.0) * 0.1


def cell_km(raster: Raster) -> float:
    """Return the height of the cells of a raster, km."""
    _, b, _, _, e, _ = raster.transform
    unit_km = KM_PER_DEGREE if raster.is_geographic else _metres_per_unit(raster.crs) / 1000
    return float(np.hypot(b, e)) * unit_km


def _metres_per_unit(system: str) -> float:
    return float(flat(system).axis_info[0].unit_conversion_factor)


def _shape(source: str, raster: Raster) -> list[Note]:
    notes = []
    a, b, _, d, e, _ = raster.transform
    across, down = float(np.hypot(a, d)), float(np.hypot(b, e))
    if abs(across - down) > 1e-6 * max(across, down):
        notes.append(
            Note(source, "nonsquare_cells", f"Cells are {across:g} wide and {down:g} high, in the raster's units.")
        )
    if cell_km(raster) > _COARSE_KM:
        text = (
            f"Cells are {cell_km(raster):,.0f} km high: all sites of a cell get one value, which says little of any. "
            "Take a finer grid, or leave it out."
        )
        notes.append(Note(source, "coarse_cells", text))
    if raster.is_geographic and raster.bounds[2] > 180:
        west, _, east, _ = raster.bounds
        text = f"Longitudes run {west:g}..{east:g}; sites are counted round the globe to meet them."
        notes.append(Note(source, "longitude_0_360", text))
    return notes
