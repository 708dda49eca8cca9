"""Repair of areas and lines as they are read: antimeridian, crossing rings, mixed types, nothing there; every repair is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pyproj
import shapely

from layers.accounting import Note

_GEOD = pyproj.Geod(ellps="WGS84")
_POLYGONAL = (3, 6)
_LINEAR = (1, 2, 5)
_COLLECTION = 7
_THREADS = 2
LONGEST_EDGE_DEGREES = 0.25
"""Longer edges get vertices between: an edge of EPSG:4326 runs straight in degrees (RFC 7946), e.g. along the 49th parallel,
and must still do so in the working CRS. What is left at 60 N is under 10 m."""

NAMED_REPAIRS = 3
"""Features one note names; it counts all of them and holds their rows."""


@dataclass
class Repaired:
    """Geometry ready for use, and what was done to it.

    Parameters
    ----------
    geometry : ndarray of shapely.Geometry
        EPSG:4326, valid, longitudes -180..180, no edge longer than 0.25 degrees; None where the row has a problem.
    problems : dict of int to tuple of str
        Position of a row that must be rejected -> (reason code, reason).
    notes : list of Note
        One per repaired feature (the first 50 of a kind), with area before and after.
    """

    geometry: np.ndarray
    problems: dict[int, tuple[str, str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def repair_areas(source: str, names: list[str], geometry: np.ndarray, rows: Sequence[int] | None = None) -> Repaired:
    """Make polygons valid, keep their polygon part, and cut them at the antimeridian.

    A ring that steps more than 180 degrees of longitude at once is taken to cross the antimeridian the short way, and longitudes
    beyond 180 are counted back (RFC 7946, section 3.1.9). Crossing rings are repaired so that every part they enclose stays, and
    parts that overlap are united; lines and points left over are dropped.

    Parameters
    ----------
    source : str
        Id of the source, for notes.
    names : list of str
        What to call each feature in notes.
    geometry : ndarray of shapely.Geometry
        EPSG:4326; may hold None, empty and non-polygon geometry.
    rows : sequence of int, optional
        Row of the file of each feature, for notes; by default counted from 1.

    Returns
    -------
    Repaired
        Polygons and MultiPolygons. Rows without geometry, without a polygon part, or without area carry a problem.
    """
    result = Repaired(_absent(geometry))
    log = _Log(source, names, rows)
    _reject_absent(result)
    untouched = _are_plain(result.geometry, _POLYGONAL) & _are_valid(result.geometry)
    for row in map(int, np.flatnonzero(~shapely.is_missing(result.geometry) & ~untouched)):
        closed = areas_of_lines(result.geometry[row : row + 1])[0]
        if closed is not result.geometry[row]:
            log.add("line_closed", row, "is a line that ends where it begins: it was taken for the area it encloses")
            result.geometry[row] = closed
        shape = _part_of_type(result.geometry[row], _POLYGONAL)
        if shape is None:
            kind = result.geometry[row].geom_type
            result.problems[row] = ("not_an_area", f"the feature is a {kind}, where an area is expected")
            continue
        if shape is not result.geometry[row]:
            log.add("mixed_geometry", row, "is a collection: its polygon part was kept, the rest dropped")
        shape = _unwrapped(shape)
        if not shapely.is_valid(shape):
            shape = _valid(shape, log, row)
        if shapely.is_empty(shape):
            result.problems[row] = ("no_area", "the outline encloses no area")
            continue
        result.geometry[row] = _within_180(shape, log, row)
    _blank(result)
    _densify(result.geometry)
    result.notes += log.notes()
    return result


def areas_of_lines(geometry: np.ndarray) -> np.ndarray:
    """Return the areas that closed lines enclose; all other geometry as it is.

    A line of several parts is taken for areas when its parts, joined end to end, all close.
    """
    shapes = np.array(geometry, dtype=object)
    for row in np.flatnonzero(np.isin(shapely.get_type_id(shapes), _LINEAR)):
        joined = shapes[row] if shapely.get_type_id(shapes[row]) in (1, 2) else shapely.line_merge(shapes[row])
        parts = [part for part in shapely.get_parts(joined) if not shapely.is_empty(part)]
        if parts and all(shapely.is_closed(part) and shapely.get_num_coordinates(part) >= 4 for part in parts):
            rings = [shapely.polygons(shapely.get_coordinates(part)) for part in parts]
            shapes[row] = rings[0] if len(rings) == 1 else shapely.multipolygons(rings)
    return shapes


def repair_lines(source: str, names: list[str], geometry: np.ndarray, rows: Sequence[int] | None = None) -> Repaired:
    """Keep the line part of features, cut it at the antimeridian, and turn outlines of areas into lines.

    Parameters
    ----------
    source, names, geometry, rows
        As for `repair_areas`.

    Returns
    -------
    Repaired
        LineStrings and MultiLineStrings. Rows without geometry, points, and lines of no length carry a problem.
    """
    result = Repaired(_absent(geometry))
    log = _Log(source, names, rows)
    _reject_absent(result)
    untouched = _are_plain(result.geometry, _LINEAR) & _have_length(result.geometry)
    for row in map(int, np.flatnonzero(~shapely.is_missing(result.geometry) & ~untouched)):
        shape = result.geometry[row]
        if shapely.get_type_id(shape) in _POLYGONAL:
            shape = shapely.boundary(shape)
            log.add("outline_taken", row, "is an area: its outline is used as a line")
        part = _part_of_type(shape, _LINEAR)
        if part is None:
            result.problems[int(row)] = (
                "not_a_line",
                f"the feature is a {shape.geom_type}, where a line is expected",
            )
            continue
        parts = shapely.get_parts(part)
        long = parts[shapely.length(parts) > 0]
        if len(long) == 0:
            result.problems[row] = ("no_length", "the line begins and ends at one point")
            continue
        if len(long) < len(parts):
            part = shapely.multilinestrings(long)
            log.add("no_length_parts", row, "has parts of no length, which were dropped")
        result.geometry[row] = _within_180(_unwrapped(part), log, row)
    _blank(result)
    _densify(result.geometry)
    result.notes += log.notes()
    return result


def blocks_of_corners(geometry: np.ndarray, corners: int = 1_000_000) -> list[slice]:
    """Return rows of shapes, one block after another, so that no block but one of a single row has many more corners.

    Parameters
    ----------
    geometry : ndarray of shapely.Geometry
        None counts as one corner.
    corners : int
        About so many in a block.
    """
    share = np.cumsum(shapely.get_num_coordinates(geometry) + 1) // corners
    ends = [0, *(np.flatnonzero(np.diff(share)) + 1).tolist(), len(geometry)]
    return [slice(*pair) for pair in pairwise(ends)]


def polygon_area_km2(shape: shapely.Geometry) -> float:
    """Return the area on the WGS 84 ellipsoid, as the rings run: halves of a bow-tie cancel out."""
    total = 0.0
    for polygon in shapely.get_parts(shape):
        for number, ring in enumerate(shapely.get_rings(polygon)):
            points = shapely.get_coordinates(ring)
            if len(points) >= 4 and np.ptp(points, axis=0).any():
                drawn = shapely.get_coordinates(shapely.segmentize(shapely.linestrings(points), LONGEST_EDGE_DEGREES))
                area = abs(float(_GEOD.polygon_area_perimeter(drawn[:, 0], drawn[:, 1])[0])) / 1e6
                total += area if number == 0 else -area
    return abs(total)


class _Log:
    """Repairs by kind: one note for all features repaired in one way."""

    def __init__(self, source: str, names: list[str], rows: Sequence[int] | None) -> None:
        self.source, self.names = source, names
        self.rows = range(1, len(names) + 1) if rows is None else rows
        self.texts: dict[str, dict[int, str]] = {}

    def add(self, code: str, row: int, text: str) -> None:
        self.texts.setdefault(code, {})[row] = f"'{self.names[row]}' {text}."

    def notes(self) -> list[Note]:
        notes = []
        for code, texts in self.texts.items():
            shown = list(texts.values())[:NAMED_REPAIRS]
            more = [f"So were {len(texts) - len(shown)} further features."] if len(texts) > len(shown) else []
            notes.append(
                Note(
                    self.source,
                    code,
                    " ".join([*shown, *more]),
                    len(texts),
                    rows=tuple(self.rows[row] for row in texts),
                )
            )
        return notes


def _absent(geometry: np.ndarray) -> np.ndarray:
    copied = np.array(geometry, dtype=object)
    copied[shapely.is_empty(copied)] = None
    tall = shapely.has_z(copied)
    copied[tall] = shapely.force_2d(copied[tall])
    return copied


def _reject_absent(result: Repaired) -> None:
    for row in np.flatnonzero(shapely.is_missing(result.geometry)):
        result.problems[int(row)] = ("no_geometry", "the feature has no geometry, so it is nowhere")


def _blank(result: Repaired) -> None:
    for row in result.problems:
        result.geometry[row] = None


def _are_plain(geometry: np.ndarray, types: tuple[int, ...]) -> np.ndarray:
    """Return which geometry is of the given types and far from the antimeridian."""
    west, _, east, _ = shapely.bounds(geometry).T
    plain: np.ndarray = np.isin(shapely.get_type_id(geometry), types) & (west >= -180) & (east <= 180)
    return plain & (east - west <= 180)


def _have_length(geometry: np.ndarray) -> np.ndarray:
    """Return which geometry has no part that begins and ends at one point."""
    parts, owner = shapely.get_parts(geometry, return_index=True)
    whole = np.ones(len(geometry), dtype=bool)
    whole[owner[~(shapely.length(parts) > 0)]] = False
    return whole


def _are_valid(geometry: np.ndarray) -> np.ndarray:
    """Return which geometry is valid; GEOS works without holding the interpreter, so two threads share it."""
    parts = [geometry[start::_THREADS] for start in range(_THREADS)]
    sound = np.zeros(len(geometry), dtype=bool)
    with ThreadPoolExecutor(max_workers=_THREADS) as pool:
        for start, valid in enumerate(pool.map(shapely.is_valid, parts)):
            sound[start::_THREADS] = valid
    return sound


def _densify(geometry: np.ndarray) -> None:
    """Put vertices into the edges that are too long, in place; what has none stays as it is."""
    for some in blocks_of_corners(geometry):
        points, owner = shapely.get_coordinates(geometry[some], return_index=True)
        steps = np.abs(np.diff(points[:, 0])) + np.abs(np.diff(points[:, 1]))
        long = some.start + np.unique(owner[1:][(steps > LONGEST_EDGE_DEGREES) & (owner[1:] == owner[:-1])])
        geometry[long] = shapely.segmentize(geometry[long], LONGEST_EDGE_DEGREES)


def _part_of_type(shape: shapely.Geometry, types: tuple[int, ...]) -> shapely.Geometry | None:
    """Return the part of a geometry of the given types; the geometry itself where it is of them altogether."""
    if shapely.get_type_id(shape) in types:
        return shape
    if shapely.get_type_id(shape) != _COLLECTION:
        return None
    parts = [part for part in _flat(shape) if shapely.get_type_id(part) in types]
    if not parts:
        return None
    return shapely.union_all(parts) if types == _POLYGONAL else shapely.multilinestrings(parts)


def _flat(shape: shapely.Geometry) -> list[shapely.Geometry]:
    parts = list(shapely.get_parts(shape))
    if len(parts) == 1 and parts[0] is shape:
        return parts
    return [inner for part in parts for inner in (_flat(part) if shapely.get_type_id(part) > 3 else [part])]


def _valid(shape: shapely.Geometry, log: _Log, row: int) -> shapely.Geometry:
    reason = shapely.is_valid_reason(shape).split("[")[0].strip().lower()
    mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    polygons = _part_of_type(mended, _POLYGONAL)
    if polygons is None:
        return shapely.Polygon()
    before, after = polygon_area_km2(shape), polygon_area_km2(polygons)
    areas = f"area {before:,.1f} km² before, {after:,.1f} km² after"
    log.add("repaired_geometry", row, f"was invalid ({reason}) and was repaired; {areas}")
    return polygons


def _unwrapped(shape: shapely.Geometry) -> shapely.Geometry:
    """Make longitudes run on across the antimeridian (179, 181 instead of 179, -179), ring by ring.

    Rings that go round a pole cannot be unwrapped and stay as they are.
    """
    x = shapely.get_coordinates(shape)[:, 0]
    if x.max() - x.min() <= 180:
        return shape
    if shapely.get_type_id(shape) in _POLYGONAL:
        parts = [_unwrapped_polygon(part) for part in shapely.get_parts(shape)]
        return parts[0] if shapely.get_type_id(shape) == 3 else shapely.multipolygons(parts)
    return shapely.multilinestrings([_run_on(part) for part in shapely.get_parts(shape)])


def _unwrapped_polygon(polygon: shapely.Polygon) -> shapely.Polygon:
    rings = [_run_on(ring) for ring in shapely.get_rings(polygon)]
    west, _, east, _ = shapely.bounds(rings[0])
    for number in range(1, len(rings)):
        middle = np.mean(shapely.bounds(rings[number])[[0, 2]])
        turns = np.round(((west + east) / 2 - middle) / 360)
        rings[number] = _shifted(rings[number], 360.0 * turns) if turns else rings[number]
    return shapely.polygons(rings[0], rings[1:] or None)


def _run_on(line: shapely.Geometry) -> shapely.Geometry:
    points = shapely.get_coordinates(line)
    steps = np.diff(points[:, 0])
    jumps = (np.abs(steps) > 180) & (np.abs(steps) < 360 - 1e-9)
    turns = np.concatenate([[0], np.cumsum(np.where(jumps, -np.sign(steps), 0.0))])
    closed = shapely.get_type_id(line) == 2 or shapely.is_closed(line)
    if not jumps.any() or (closed and turns[-1] != 0):
        return line
    moved = points.copy()
    moved[:, 0] += 360.0 * turns
    return shapely.set_coordinates(shapely.force_2d(line), moved)


def _within_180(shape: shapely.Geometry, log: _Log, row: int) -> shapely.Geometry:
    """Cut a shape whose longitudes run beyond 180 at the antimeridian, and count them back."""
    west, _, east, _ = shapely.bounds(shape)
    if west >= -180 and east <= 180:
        return shape
    polygonal = shapely.get_type_id(shape) in _POLYGONAL
    pieces = []
    for turn in range(int(np.floor((west + 180) / 360)), int(np.ceil((east + 180) / 360))):
        window = shapely.box(360.0 * turn - 180, -90.1, 360.0 * turn + 180, 90.1)
        piece = _part_of_type(shapely.intersection(shape, window), _POLYGONAL if polygonal else _LINEAR)
        if piece is not None and not shapely.is_empty(piece):
            pieces += list(shapely.get_parts(_shifted(piece, -360.0 * turn)))
    log.add("antimeridian", row, "reaches beyond 180 degrees of longitude and was cut there")
    join: Callable[..., shapely.Geometry] = shapely.multipolygons if polygonal else shapely.multilinestrings
    joined = pieces[0] if len(pieces) == 1 else join(pieces)
    return shapely.union_all(pieces) if polygonal and not shapely.is_valid(joined) else joined


def _shifted(shape: shapely.Geometry, degrees: float) -> shapely.Geometry:
    return shapely.transform(shape, lambda points: points + np.array([degrees, 0.0]))
