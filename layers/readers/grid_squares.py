"""Places that are references of a square (``columns.grid_reference``): the middle of the square, as precise as it is wide."""

from __future__ import annotations

import numpy as np

from layers import crs as crs_rules
from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cells.grid_references import BRITISH, IRISH, Square, square_of
from layers.datums import nearly_wgs84
from layers.errors import SourceError
from layers.readers.placed_rows import coordinate_columns
from layers.readers.points import Points

_WIDE_M = 1000.0
_SHOWN = 3


def read_squares(source: Source, where: str, texts: np.ndarray, rows: np.ndarray, places: np.ndarray) -> Points:
    """Read references of the British, the Irish or the military grid.

    Parameters
    ----------
    source : Source
        Its ``crs`` must not be another system than that of the letters.
    where : str
        Names the file in messages.
    texts : ndarray of str, shape (n,)
        Cells; ``""`` where one is empty.
    rows : ndarray of int, shape (n,)
        Row numbers in the file.
    places : ndarray of int
        Positions of the rows to read.

    Returns
    -------
    Points
        n points, degrees; NaN with a problem where a cell names no square.

    Raises
    ------
    SourceError
        If the source states another system, or most cells name no square.
    """
    nothing = np.full(len(texts), np.nan)
    points = Points(nothing.copy(), nothing.copy(), nothing.copy(), {}, np.array(texts == "", dtype=bool), [])
    given = [int(row) for row in places if texts[row]]
    read = {row: square_of(str(texts[row])) for row in given}
    squares = {row: square for row, square in read.items() if square is not None}
    bad = [row for row in given if row not in squares]
    if given and len(bad) > len(given) / 2:
        shown = ", ".join(f"'{str(texts[row])[:40]}'" for row in bad[:_SHOWN])
        raise SourceError(
            f"{where}: {len(bad)} of {len(given)} grid references name no square that is known ({shown}). Read are two letters "
            "of the British grid, one of the Irish, or zone, band and two letters of the military grid, with as many digits for "
            "the easting as for the northing. Write easting and northing in metres, a column each, and state 'crs:'."
        )
    for row in bad:
        reason = (
            f"row {rows[row]}: '{str(texts[row])[:40]}' names no square of 100 km with as many digits east as north"
        )
        points.problems[row] = ("bad_coordinate", reason)
    _require_own_system(source, where, squares)
    for system in sorted({square.system for square in squares.values()}):
        chosen = np.array([row for row, square in squares.items() if square.system == system], dtype=int)
        x, y = (np.array([getattr(squares[row], axis) for row in chosen]) for axis in ("easting", "northing"))
        crs = crs_rules.parse_crs(where, system)
        points.longitude[chosen], points.latitude[chosen], accuracy, operations = crs_rules.points_to_wgs84(
            system, x, y
        )
        widths = np.array([squares[row].size_m for row in chosen]) / 1000
        points.precision_km[chosen] = np.fmax(widths, np.nan_to_num(accuracy) / 1000)
        for name, metres in sorted(operations.items()):
            if metres > 0:
                points.notes.append(crs_rules.datum_note(source.id, crs, metres, name, len(chosen)))
    wide = np.array([row for row, square in squares.items() if square.size_m >= _WIDE_M], dtype=int)
    if len(wide):
        text = (
            f"{len(wide)} grid references name squares of {max(squares[row].size_m for row in wide) / 1000:g} km or less and at "
            "least 1 km: their places are the middle of the square, and no more precise than it is wide."
        )
        columns_and_rows = coordinate_columns(source), tuple(rows[wide].tolist())
        points.notes.append(Note(source.id, "low_precision", text, len(wide), *columns_and_rows))
    return points


def _require_own_system(source: Source, where: str, squares: dict[int, Square]) -> None:
    """Stop where the source states another system than the letters: one of the two is wrong."""
    if source.crs is None:
        return
    declared = crs_rules.parse_crs(where, source.crs)
    systems = sorted({square.system for square in squares.values()})
    if declared.is_geographic:  # of degrees beside the references; letters of the military grid have its datum
        systems = [] if nearly_wgs84(declared) else [code for code in systems if code not in (BRITISH, IRISH)]
    others = [code for code in systems if not crs_rules.same_crs(declared, code)]
    if others:
        raise SourceError(
            f"{where}: crs is {source.crs} but the letters of the grid references say {', '.join(others)}. Take 'crs:' away, or "
            "write easting and northing in metres."
        )
