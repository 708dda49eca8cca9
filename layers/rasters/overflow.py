"""Numbers that ran over the ends of their type: wrapped to the other end, cut off, or outside what the file declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

import numpy as np

from layers.accounting import Note
from layers.rasters.raster import Raster

_FAR, _NEAR = 0.75, 0.25
"""Neighbours that differ by more than this share of what a type can hold stand at its two ends."""
_FEWEST_STEPS, _LEAST_VALUES, _END = 4, 3, 0.125
_ROUGH = 0.1
_LEAST_SHARE, _OFTEN, _LEAST_DISTINCT = 0.01, 10, 20
_SLACK = 0.01
_DECLARED = (
    ("STATISTICS_MINIMUM", "STATISTICS_MAXIMUM"), ("valid_min", "valid_max"), ("actual_range",), ("valid_range",),
    ("TIFFTAG_MINSAMPLEVALUE", "TIFFTAG_MAXSAMPLEVALUE"),
)  # fmt: skip
"""Names under which files declare the least and the greatest of their values."""


def overflow_notes(source: str, raster: Raster, values: np.ndarray, tags: Mapping[str, str]) -> list[Note]:
    """Tell cells that cannot hold what was meant, where neighbours, the type or what the file declares make it plain.

    Parameters
    ----------
    source : str
        Id of the source.
    raster : Raster
        Its description.
    values : ndarray
        Cells of some blocks, as stored, block by block and row by row.
    tags : mapping of str to str
        What the file says of the band and of itself.

    Returns
    -------
    list of Note
        ``values_wrapped``, ``values_cut_off`` and ``outside_declared_range`` as they apply.
    """
    if raster.classes or values.dtype.kind not in "iuf" or not len(values):
        return []
    whole = values.dtype.kind in "iu"
    notes = (
        [note for note in (_wrapped(source, raster, values), _cut_off(source, raster, values)) if note] if whole else []
    )
    return [*notes, *_outside(source, raster, values, tags)]


def _known(raster: Raster, values: np.ndarray) -> np.ndarray:
    known = np.isfinite(values) if values.dtype.kind == "f" else np.ones(len(values), dtype=bool)
    for code in raster.nodata:
        known &= ~np.isclose(values.astype(float), code, rtol=1e-5, atol=0.0)
    return known


def _wrapped(source: str, raster: Raster, values: np.ndarray) -> Note | None:
    """Notice neighbours at the two ends of the type where the surface is smooth otherwise: 32767 is followed by -32768.

    A lone number at an end is what programs fill with; values that wrapped come up to both ends in several steps.
    """
    if raster.masked or values.dtype.itemsize > 4:
        return None
    limits = np.iinfo(values.dtype)
    holds = float(limits.max) - float(limits.min) + 1
    numbers = values.astype(float)
    known = _known(raster, values)
    lows = np.unique(numbers[known & (numbers < limits.min + _END * holds)])
    highs = np.unique(numbers[known & (numbers > limits.max - _END * holds)])
    if min(len(lows), len(highs)) < _LEAST_VALUES:
        return None
    below = max(1, min(raster.block[1], 512, raster.width))
    steps, between, example = 0, 0, ""
    for lag in (1, below):
        beside = known[:-lag] & known[lag:]
        if lag == 1:
            beside[below - 1 :: below] = False  # the end of a row and the start of the next
        step = np.where(beside, np.abs(numbers[:-lag] - numbers[lag:]), 0.0)
        far = step > _FAR * holds
        steps += int(far.sum())
        between += int(((step > _NEAR * holds) & ~far).sum())
        if far.any() and not example:
            at = int(np.argmax(far))
            example = f"{numbers[at]:g} beside {numbers[at + lag]:g}"
    if steps < _FEWEST_STEPS or between > _ROUGH * steps:
        return None
    text = (
        f"Cells beside each other hold numbers from both ends of what {values.dtype} can hold ({example}; {steps} times), and "
        "few lie between: the numbers ran over and wrapped. Export the grid again as int32 or float32."
    )
    return Note(source, "values_wrapped", text, steps)


def _cut_off(source: str, raster: Raster, values: np.ndarray) -> Note | None:
    """Notice the greatest number a type can hold, or the least below 0, where it stands far more often than those beside it."""
    limits = np.iinfo(values.dtype)
    known = values[_known(raster, values)]
    distinct, counts = np.unique(known, return_counts=True)
    if len(distinct) < _LEAST_DISTINCT:
        return None
    for end in (limits.max, *((limits.min,) if limits.min < 0 else ())):
        at = distinct == end
        count = int(counts[at].sum())
        rest = distinct[~at].astype(float)
        gap = min(abs(float(end) - rest.min()), abs(float(end) - rest.max()))
        often = count >= _LEAST_SHARE * len(known) and count >= _OFTEN * int(counts[~at].max())
        if often and gap <= 0.03 * (rest.max() - rest.min()):
            text = (
                f"{count / len(known):.0%} of the cells looked at hold {end}, the last number {values.dtype} can hold, and "
                "others come up to it: what lies beyond was cut off. Export the grid again as int32 or float32, or state "
                f"`options: {{nodata: [{end}]}}` if it means missing."
            )
            return Note(source, "values_cut_off", text, count)
    return None


def _outside(source: str, raster: Raster, values: np.ndarray, tags: Mapping[str, str]) -> Iterator[Note]:
    """Notice cells outside what the file declares as its least and greatest value."""
    known = values[_known(raster, values)].astype(float)
    if not len(known):
        return
    scaled = known * raster.scale + raster.offset
    for names in _DECLARED:
        declared = _range(names, tags)
        if declared is None:
            continue
        low, high = declared
        slack = (high - low) * (1.0 if _is_rough(names, tags) else _SLACK)
        outside = [(cells < low - slack) | (cells > high + slack) for cells in (known, scaled)]
        count = min(int(beyond.sum()) for beyond in outside)
        if count and high > low:
            text = (
                f"{' and '.join(names)} of the file say that its values run {low:g}..{high:g}; {count} of {len(known)} cells "
                f"looked at lie beyond (they run {known.min():g}..{known.max():g}). The values, or what is said of them, were "
                "changed; export the grid again, or state `options: {nodata: […]}` if some mean missing."
            )
            yield Note(source, "outside_declared_range", text, count)
            return


def _is_rough(names: tuple[str, ...], tags: Mapping[str, str]) -> bool:
    return names[0].startswith("STATISTICS") and tags.get("STATISTICS_APPROXIMATE", "").upper() == "YES"


def _range(names: tuple[str, ...], tags: Mapping[str, str]) -> tuple[float, float] | None:
    texts = [tags[name] for name in names if name in tags]
    if len(names) == 1 and texts:
        texts = texts[0].strip("{}[] ").replace(",", " ").split()
    with suppress(ValueError):
        low, high = map(float, texts)
        return (low, high) if np.isfinite([low, high]).all() else None
    return None
