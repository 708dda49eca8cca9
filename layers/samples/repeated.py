"""Samples that stand in two sources, two sheets of a workbook or two files of one batch: counted once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note, Reading
from layers.cell_search import among

_SAME_ID, _SAME_PLACE = 2, 8
"""Measured results that must be equal where the ids are the same, and where only the place is."""
_EXACTLY, _ROUNDED, _ALIKE = 1e-6, 0.005, 0.1
"""Relative difference of results that are equal; that are so under one id, written as an oxide or to fewer digits; and that
may be one sample analysed again."""
_NEAR_DEG = 0.01
_EXACT_DEG = 5
_MOST_PAIRS = 2_000_000


def merge_repeated(readings: Mapping[str, Reading[Any]]) -> dict[str, Reading[Any]]:
    """Take out the rows of one source whose sample another source holds with at least the same results.

    Two rows are one sample if their ids are the same and at least two measured results are equal, but for what is lost when they
    are written as oxides or to fewer digits, or if they lie at the same point and at least eight are; in both cases no result
    they share may differ. The row that says less goes, of two that say the same the one of the later source. Where each says
    something the other does not, or results under one id differ by a tenth at most, both stay and a note tells it.

    Parameters
    ----------
    readings : mapping of str to Reading
        Source id -> samples, in the order of the run file.

    Returns
    -------
    dict of str to Reading
        The same sources; rows taken out are counted as merged and told in a note of their source.
    """
    merged = dict(readings)
    names = list(merged)
    for index, first in enumerate(names):
        for second in names[index + 1 :]:
            merged[first], merged[second] = _of_two(merged[first], merged[second])
    return merged


def twins_of(readings: Mapping[str, Reading[Any]], rows: Mapping[str, Set[int]]) -> dict[str, set[int]]:
    """Return the rows of other sources that hold the samples of some rows, in whole or in part.

    Parameters
    ----------
    readings : mapping of str to Reading
        Source id -> samples as read, before anything is merged.
    rows : mapping of str to set of int
        Source id -> numbers of rows in the file.

    Returns
    -------
    dict of str to set of int
        Source id -> numbers of rows; sources without any are left out.
    """
    twins: dict[str, set[int]] = {}
    for source, wanted in rows.items():
        if source not in readings:
            continue
        layer = readings[source].layer
        mine = layer[layer["source_row"].isin(wanted)]
        for other, reading in readings.items():
            if other != source and (right := np.unique(_pairs(mine, reading.layer)[0].right)).size:
                twins.setdefault(other, set()).update(reading.layer["source_row"].to_numpy()[right].tolist())
    return twins


@dataclass(frozen=True)
class _Pairs:
    """Rows of two tables that hold one sample: positions in both, and which of them says all that the other does."""

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    left_has_all: npt.NDArray[np.bool_]
    right_has_all: npt.NDArray[np.bool_]


def _of_two(first: Reading[Any], second: Reading[Any]) -> tuple[Reading[Any], Reading[Any]]:
    pairs, alike = _pairs(first.layer, second.layer)
    if not len(pairs.left) and not len(alike):
        return first, second
    gone_right = np.unique(pairs.right[pairs.left_has_all])
    rest = ~pairs.left_has_all & pairs.right_has_all & ~np.isin(pairs.right, gone_right)
    gone_left = np.unique(pairs.left[rest])
    both = ~np.isin(pairs.right, gone_right) & ~np.isin(pairs.left, gone_left)
    in_part = np.setdiff1d(np.concatenate([pairs.right[both], alike]), gone_right)
    return _without(first, gone_left, second.source, in_part[:0]), _without(second, gone_right, first.source, in_part)


def _without(
    reading: Reading[Any], gone: npt.NDArray[np.int64], other: str, partly: npt.NDArray[np.int64]
) -> Reading[Any]:
    """Return a reading without some rows, which are counted and told; rows that are the same in part are told only."""
    rows = reading.layer["source_row"].to_numpy()
    notes: list[Note] = []
    if len(gone):
        message = (
            f"{len(gone)} samples stand in {other} too (e.g. row {rows[gone[0]]}), with the same id or place and the same "
            f"results but for what is lost by rounding; they count once, as {other} has them."
        )
        notes.append(Note(reading.source, "samples_of_another_source", message, len(gone), (), tuple(rows[gone])))
    if len(partly):
        message = (
            f"{len(partly)} samples seem to stand in {other} too (e.g. row {rows[partly[0]]}), and each table says something of "
            "them that the other does not, or their results differ a little; both are kept and count twice. Bring the two tables "
            "together, or leave one of them out."
        )
        notes.append(Note(reading.source, "samples_in_part_of_another", message, len(partly), (), tuple(rows[partly])))
    if not notes:
        return reading
    kept = np.ones(len(reading.layer), dtype=bool)
    kept[gone] = False
    return Reading(
        reading.source,
        reading.layer[kept].reset_index(drop=True),
        reading.rejected,
        reading.rows_read,
        reading.rows_withheld,
        reading.rows_merged + len(gone),
        (*reading.notes, *notes),
        reading.fates,
    )


def _pairs(left: pd.DataFrame, right: pd.DataFrame) -> tuple[_Pairs, npt.NDArray[np.int64]]:
    """Return the rows of two tables that hold one sample, and those of the second that may hold one analysed again."""
    elements = [
        name.removesuffix("_censored")
        for name in left.columns
        if str(name).endswith("_censored") and name in right.columns
    ]
    nothing = np.empty(0, dtype=np.int64)
    none = _Pairs(nothing, nothing, nothing.astype(bool), nothing.astype(bool)), nothing
    if not elements or not len(left) or not len(right):
        return none
    by_id = _joined(_ids(left), _ids(right))
    by_place = _joined(*_spots(left, right, elements))
    a = np.concatenate([by_id[0], by_place[0]])
    b = np.concatenate([by_id[1], by_place[1]])
    if not len(a):
        return none
    of_id = np.repeat([True, False], [len(by_id[0]), len(by_place[0])])
    within = np.where(of_id, _ROUNDED, _EXACTLY)
    fits = _compatible(left, right, a, b)
    is_pair = fits & _agree(left, right, a, b, elements, within, np.where(of_id, _SAME_ID, _SAME_PLACE))
    again = of_id & fits & ~is_pair & _agree(left, right, a, b, elements, _ALIKE + 0 * within, _SAME_ID + 0 * a)
    first, second = a[is_pair], b[is_pair]
    pairs = _Pairs(first, second, _has_all(left, right, first, second), _has_all(right, left, second, first))
    return pairs, np.setdiff1d(b[again], second)


def _ids(samples: pd.DataFrame) -> pd.DataFrame:
    """Return ids as the file has them and media, with positions."""
    ids = (
        samples["sample_id"].astype("str").str.replace(r"^[^:]*:", "", regex=True)
    )  # `split` makes a list of every row
    same_row = ids == samples["source_row"].astype("str")
    ids = ids.str.replace(r"#\d+$", "", regex=True).str.strip().str.casefold()
    table = pd.DataFrame({"id": ids, "medium": samples["medium"].astype("str"), "at": np.arange(len(samples))})
    return table[(~same_row & ids.ne("")).to_numpy(dtype=bool)]


def _spots(left: pd.DataFrame, right: pd.DataFrame, elements: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return rounded places and media and the first results of both tables, with positions; where there is a place in both."""
    first, second = _places(left), _places(right)
    first = first[first["lat"].isin(second["lat"])]
    second = second[second["lat"].isin(first["lat"])]
    for element in elements[:3]:
        first, second = _with_text(first, left, element), _with_text(second, right, element)
    return first, second


def _with_text(spots: pd.DataFrame, samples: pd.DataFrame, element: str) -> pd.DataFrame:
    """Return places with the results of an element to six digits."""
    values = samples[f"{element}_ppm"].to_numpy(dtype="float64")[spots["at"].to_numpy()]
    return spots.assign(**{element: np.array([f"{value:.6g}" for value in values], dtype=object)})


def _places(samples: pd.DataFrame) -> pd.DataFrame:
    """Return rounded places and media, with positions; rows without a place are left out."""
    table = pd.DataFrame({
        "lat": samples["latitude"].astype("float64").round(_EXACT_DEG),
        "lon": samples["longitude"].astype("float64").round(_EXACT_DEG),
        "medium": samples["medium"].astype("str"),
        "at": np.arange(len(samples)),
    })  # fmt: skip
    return table[np.isfinite(table["lat"]).to_numpy() & np.isfinite(table["lon"]).to_numpy()]


def _joined(left: pd.DataFrame, right: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return positions of rows with equal keys; keys that stand in so many rows that nothing follows from them are left out."""
    keys = [name for name in left.columns if name != "at"]
    left, right = left[among(left[keys[0]], right[keys[0]])], right[among(right[keys[0]], left[keys[0]])]
    if left.empty or right.empty:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    sizes = left.groupby(keys).size().rename("a").to_frame().join(right.groupby(keys).size().rename("b"), how="inner")
    if int((sizes["a"] * sizes["b"]).sum()) > _MOST_PAIRS:
        sizes = sizes[(sizes["a"] == 1) & (sizes["b"] == 1)]
        left = left.merge(sizes.reset_index()[keys], on=keys)
    both = left.merge(right, on=keys, suffixes=("_a", "_b"))
    return both["at_a"].to_numpy(dtype=np.int64), both["at_b"].to_numpy(dtype=np.int64)


def _agree(
    left: pd.DataFrame,
    right: pd.DataFrame,
    a: npt.NDArray[np.int64],
    b: npt.NDArray[np.int64],
    elements: Sequence[str],
    within: npt.NDArray[np.float64],
    least: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    """Say of pairs of rows whether at least so many measured results are equal within a share, and no result of both differs."""
    equal, differ = np.zeros(len(a), dtype=np.int64), np.zeros(len(a), dtype=np.int64)
    for element in elements:
        x, y = (t[f"{element}_ppm"].to_numpy(dtype="float64")[at] for t, at in ((left, a), (right, b)))
        below_x, below_y = (t[f"{element}_censored"].to_numpy()[at] for t, at in ((left, a), (right, b)))
        with np.errstate(invalid="ignore"):
            same = np.abs(x - y) <= within * np.abs(y)
        equal += same
        there_x, there_y = np.isfinite(x) | (below_x != 0), np.isfinite(y) | (below_y != 0)
        differ += there_x & there_y & ~same & ~((below_x != 0) & (below_x == below_y))
    return np.asarray((equal >= least) & (differ == 0), dtype=bool)


def _compatible(
    left: pd.DataFrame, right: pd.DataFrame, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Say whether neither places nor keys of sites contradict that two rows are one sample."""
    fits = np.ones(len(a), dtype=bool)
    for axis in ("latitude", "longitude"):
        x, y = left[axis].to_numpy(dtype="float64")[a], right[axis].to_numpy(dtype="float64")[b]
        fits &= ~(np.abs(x - y) > _NEAR_DEG)
    x_key, y_key = (t["site_key"].fillna("").astype("str").to_numpy()[at] for t, at in ((left, a), (right, b)))
    return np.asarray(fits & ((x_key == "") | (y_key == "") | (x_key == y_key)), dtype=bool)


def _has_all(
    left: pd.DataFrame, right: pd.DataFrame, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Say whether the first row of each pair has a result, a place, a key and a total wherever the second has one."""
    complete = np.ones(len(a), dtype=bool)
    for name in right.columns:
        result = str(name).endswith("_censored")
        if not result and name not in ("site_key", "latitude", "tree_ppm"):
            continue
        there = right[name].notna().to_numpy()[b]
        mine = left[name].notna().to_numpy()[a] if name in left.columns else np.zeros(len(a), dtype=bool)
        if result:
            value = f"{str(name).removesuffix('_censored')}_ppm"
            there = right[value].notna().to_numpy()[b] | (right[name].fillna(0).to_numpy()[b] != 0)
            if name in left.columns:
                mine = left[value].notna().to_numpy()[a] | (left[name].fillna(0).to_numpy()[a] != 0)
        complete &= mine | ~there
    return complete
