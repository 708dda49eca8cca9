"""Rows whose place is odd beside the other rows: in the sea, far from all, or among them once a usual mistake is undone."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from layers import jurisdictions as known
from layers.accounting import Note
from layers.crs import parse_crs
from layers.errors import SourceError
from layers.lengths_of_axes import other_units
from layers.readers.placed_rows import Confirmed, PlacedRows, points_km

USUAL_MISTAKES: tuple[tuple[str, Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]], ...] = (
    ("with a minus before the longitudes", lambda lon, lat: (-lon, lat)),
    ("with latitude and longitude exchanged", lambda lon, lat: (lat, lon)),
    ("with a minus before the latitudes", lambda lon, lat: (lon, -lat)),
    ("with both signs changed", lambda lon, lat: (-lon, -lat)),
)
"""What undoes the mistakes that are made most with degrees: how to say it, and longitude and latitude after it."""

_ALONE_KM = 350.0
_NEAR_KM = 100.0
_COMPANY_KM, _CELLS = _ALONE_KM / 3**0.5, 100
"""Edge of the cells in which rows have company, and more of them than the earth is wide."""
_ENOUGH = 5_000
"""Rows whose distances tell what is usual."""
_FEWEST = 3
_FEWEST_ALONE = 5
_MOST = 0.8
_MOSTLY = 0.6
_FEW = 0.1
_THINNED_KM = 50.0
_MANY = 200_000
_ANTARCTIC = -60.0
_SAME_DEGREES = 1e-7


def mistakes_of(
    table: PlacedRows,
) -> list[tuple[str, Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]]]:
    """Return the usual mistakes, and for eastings and northings those of their unit, as `USUAL_MISTAKES`."""
    gridded = table.system or (table.source.crs if table.source.columns.get("easting") else None)
    crs = parse_crs(table.where, gridded) if gridded else None
    units = [] if crs is None else other_units(crs)
    return [*((f"with eastings and northings in {unit}", change) for unit, change in units), *USUAL_MISTAKES]


def in_the_sea(table: PlacedRows) -> list[Note]:
    """Notice rows in no country at all, or in Antarctica, where nobody mined (``in_no_country``).

    Raises
    ------
    SourceError
        If four rows in five, and at least three, lie there.
    """
    lost = np.flatnonzero(known.nowhere(table.longitude, table.latitude) | (table.latitude < _ANTARCTIC))
    placed = int(np.isfinite(table.longitude).sum())
    if not len(lost):
        return []
    hint = _land_after(table, lost)
    if len(lost) >= max(_FEWEST, _MOST * placed):
        grid = ""
        if {"easting", "northing"} <= set(table.source.columns):
            grid = (
                " Eastings and northings of another grid were read as UTM (MTM zones of Quebec and Ontario have numbers too: "
                "EPSG:32180 + zone; Gauss-Krüger; a national grid)?"
            )
        raise SourceError(
            f"{table.where}: {len(lost)} of {placed} rows lie in the open sea or in Antarctica ({table.listed(lost)})."
            f"{hint}{grid} State the coordinate system with 'crs:' or correct the columns of coordinates."
        )
    text = (
        f"Rows lie in no country, province or state, far out at sea{table.by_columns} ({table.listed(lost)}).{hint} "
        "Check them."
    )
    return [table.note("in_no_country", text, lost)]


def copied_axes(table: PlacedRows) -> list[Note]:
    """Notice rows whose latitude and longitude are the same number, but for its sign: one was typed into both cells.

    At most one note, ``same_number_twice``. Whole degrees may agree by chance and are not told.
    """
    same = np.abs(np.abs(table.latitude) - np.abs(table.longitude)) < _SAME_DEGREES
    hundredths = table.latitude * 100
    copied = np.flatnonzero(same & (np.abs(hundredths - np.round(hundredths)) > _SAME_DEGREES))
    if not len(copied) or not {"latitude", "longitude"} <= set(table.source.columns):
        return []
    text = (
        f"Rows have one number for latitude and longitude{table.by_columns} ({table.listed(copied)}): it was typed into "
        "both cells? Check them."
    )
    return [table.note("same_number_twice", text, copied)]


def _land_after(table: PlacedRows, rows: np.ndarray) -> str:
    """Say which usual mistakes, undone, would bring most of some rows to land."""
    longitude, latitude = table.degrees(rows)
    fitting = []
    for text, undone in mistakes_of(table):
        lon, lat = undone(longitude, latitude)
        legal = np.abs(lat) <= 90
        dry = legal & ~known.nowhere(lon, np.where(legal, lat, np.nan)) & (lat >= _ANTARCTIC)
        if legal.all() and dry.mean() >= _MOST:
            lands = known.names_of(known.may_lie_in(float(lon[0]), float(lat[0]))[:2])
            fitting.append(f"{text} they would lie in {lands or 'no country, near a coast'}")
    return " " + (sentence := "; ".join(fitting))[0].upper() + sentence[1:] + "." if fitting else ""


def among_the_others(table: PlacedRows, confirmed: Confirmed) -> list[Note]:
    """Notice the few rows that lie among the others only once a sign or the order of the axes is changed.

    Most rows must share both signs, so that it is clear which are the few. Three rows are enough, for the mistake itself is
    the evidence: by chance a mirrored place seldom falls among the others. One ``far_from_all`` per mistake; ``confirmed`` says
    of the index of a row whether the row names the place where it lies, and not that where it would lie.
    """
    placed = table.placed
    if not _FEWEST <= len(placed) <= _MANY:
        return []
    side = (table.longitude[placed] < 0) * 2 + (table.latitude[placed] < 0)
    usual = int(np.bincount(side).argmax())
    most, few = placed[side == usual], placed[side != usual]
    if not len(few) or len(most) < _MOSTLY * len(placed):
        return []
    points = points_km(*table.degrees(most))
    tree = cKDTree(points)
    near = min(max(_NEAR_KM, 3.0 * float(np.median(tree.query(points, k=2)[0][:, 1]))), _ALONE_KM)
    left = few[tree.query(points_km(*table.degrees(few)))[0] > _ALONE_KM]
    notes = []
    for text, undone in USUAL_MISTAKES:
        if not len(left):
            break
        lon, lat = undone(*table.degrees(left))
        legal = np.abs(lat) <= 90
        away = tree.query(points_km(lon, np.where(legal, lat, 0.0)))[0]
        fitting = legal & (away < near)
        spots = zip(left[fitting].tolist(), lon[fitting].tolist(), lat[fitting].tolist(), strict=True)
        lone = np.array([at for at, *spot in spots if not confirmed(at, (spot[0], spot[1]))], dtype=int)
        if len(placed) < _FEWEST_ALONE:  # too few to tell: a country may lie on both sides of a meridian
            lone = lone[[not _of_one_land(table, at, most) for at in lone.tolist()]]
        if not len(lone):
            continue
        left = np.setdiff1d(left, lone)
        message = (
            f"Rows lie more than {_ALONE_KM:g} km from all others{table.by_columns} ({table.listed(lone)}); {text} they would "
            "lie among them. Check their coordinates."
        )
        notes.append(table.note("far_from_all", message, lone))
    return notes


def _of_one_land(table: PlacedRows, row: int, others: np.ndarray) -> bool:
    """Say whether a row lies in a land in which all of some others lie."""
    lands = set(known.may_lie_in(float(table.longitude[row]), float(table.latitude[row])))
    for lon, lat in zip(*table.degrees(others), strict=True):
        lands &= set(known.may_lie_in(float(lon), float(lat)))
    return bool(lands)


def far_from_all(table: PlacedRows, confirmed: Confirmed, already: Collection[int]) -> list[Note]:
    """Notice single rows far from all others (``far_from_all``): a lost or an added digit, a wrong zone.

    Far is twenty times what is usual between rows, or farther than all the others lie from each other; a few rows that have
    each other for company are far in the second way only.

    Parameters
    ----------
    table : PlacedRows
    confirmed : callable
        Says of the index of a row whether the row names the place where it lies.
    already : collection of int
        Row numbers that another note tells of.

    Returns
    -------
    list of Note
        None where more than a tenth of the rows (one row of fewer than ten) would be told.
    """
    placed = table.placed[~np.isin(table.rows[table.placed], list(already))]
    if not _FEWEST_ALONE <= len(placed) <= _MANY:
        return []
    points = points_km(*table.degrees(placed))
    tree = cKDTree(points)

    def nearest_km(rows: np.ndarray) -> np.ndarray:
        """Return distances to the second nearest: two rows of one wrong place are no company."""
        distances: np.ndarray = tree.query(points[rows], k=3)[0][:, 2]
        return distances

    # the lower of two neighbours: a tenth of the rows far off must not be what is usual
    looked_at = np.arange(0, len(placed), max(1, len(placed) // _ENOUGH))
    usual = float(np.percentile(nearest_km(looked_at), 90 if len(placed) >= 10 else 50, method="lower"))
    across_cells = (points // _COMPANY_KM).astype(np.int64) + _CELLS // 2
    cell = (across_cells[:, 0] * _CELLS + across_cells[:, 1]) * _CELLS + across_cells[:, 2]
    company = np.bincount(cell)[cell]
    sparse = np.flatnonzero(company < 3)  # three of one cell are no farther from each other than _ALONE_KM
    nearest = np.zeros(len(placed))
    nearest[sparse] = nearest_km(sparse)
    far = nearest > _ALONE_KM
    others = points[~far]
    across = float(np.linalg.norm(np.ptp(others, axis=0))) if len(others) else np.inf
    lonely = far & ((nearest > 20 * max(usual, 1.0)) | (nearest > across))
    if not lonely.any():
        lonely = _far_together(points)
    alone = np.array([at for at in placed[lonely] if not confirmed(int(at), None)], dtype=int)
    if not len(alone) or len(alone) > max(1.0, _FEW * len(placed)):
        return []
    text = (
        f"Rows lie more than {_ALONE_KM:g} km from all others{table.by_columns} ({table.listed(alone)}): a lost digit, a wrong "
        "zone? Check them."
    )
    return [table.note("far_from_all", text, alone)]


def _far_together(points: np.ndarray) -> np.ndarray:
    """Return the few rows that have only each other near, farther off than all the others lie from each other."""
    cells, cell = np.unique((points // _THINNED_KM).astype(np.int64), axis=0, return_inverse=True)
    middles = (cells + 0.5) * _THINNED_KM
    linked = cKDTree(middles).query_pairs(_ALONE_KM, output_type="ndarray")
    links = coo_array((np.ones(len(linked)), linked.T), shape=(len(cells), len(cells)))
    group = connected_components(links, directed=False)[1][cell.ravel()]
    few = np.bincount(group)[group] <= _FEW * len(points)
    if not few.any() or few.all():
        return few & False
    others = points[~few]
    far = np.zeros(len(points), dtype=bool)
    far[few] = cKDTree(others).query(points[few])[0] > max(_ALONE_KM, float(np.linalg.norm(np.ptp(others, axis=0))))
    return far
