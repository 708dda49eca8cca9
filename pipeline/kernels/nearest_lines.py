"""The nearest part of many lines to many places: short pieces in a tree, true metres to choose, geodesics to tell.

A projection stretches directions differently, so the nearest line on the plane need not be the nearest on the ground.
The plane is therefore used only to collect candidates, generously; the choice is made with the local metric of the
projection at the place, and what is told is the geodesic to the foot of the perpendicular (Karney 2013).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from layers.crs import geodesic_km
from layers.datums import GreenwichDegrees
from layers.geometry import blocks_of_corners
from pipeline.kernels.number_runs import runs_from

_NODE_M = 50_000.0
"""Spacing of the nodes where the metric of the projection is computed; `_CLOSE` allows for how it changes between them."""

_CLOSE = 1.01
"""Candidates within this factor of the shortest by the local metric are measured again on the ellipsoid."""

_EQUATOR_M, _ECCENTRICITY_SQUARED = 6_378_137.0, 0.00669437999014
"""WGS 84 (NIMA 2000, TR8350.2); other ellipsoids differ by about 2e-4 at most, far less than `_CLOSE` allows for."""

_PER_CHUNK = 5_000
"""Points searched for at once."""

_PER_BLOCK = 2_000
"""Pairs whose segments are worked on together."""


@dataclass(frozen=True)
class Pieces:
    """Lines cut into short pieces.

    Parameters
    ----------
    points : ndarray
        Vertices of the lines, shape (n, 2).
    start, stop : ndarray of int
        Piece i runs from vertex ``start[i]`` to vertex ``stop[i]``, both included; neighbours share one.
    owner : ndarray of int
        Which line a piece was cut from.
    box : ndarray
        West, south, east, north per piece, shape (n, 4).
    """

    points: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    owner: np.ndarray
    box: np.ndarray

    def __len__(self) -> int:
        return len(self.owner)

    def shapes(self, which: np.ndarray) -> np.ndarray:
        """Return pieces as LineStrings."""
        lengths = self.stop[which] - self.start[which] + 1
        lines: np.ndarray = shapely.linestrings(
            self.points[runs_from(self.start[which], lengths)], indices=np.repeat(np.arange(len(which)), lengths)
        )
        return lines

    def boxes(self) -> shapely.STRtree:
        """Return a tree of the pieces' boxes."""
        return shapely.STRtree(shapely.box(*self.box.T))


def cut_lines(shapes: np.ndarray, segments: int) -> Pieces:
    """Cut lines, or the outlines of areas, into pieces of a few segments.

    Parameters
    ----------
    shapes : ndarray of shapely.Geometry
        LineStrings, LinearRings, Polygons and Multis of them in a projected CRS; missing ones give no piece.
    segments : int
        At most so many per piece.
    """
    points = np.empty((int(shapely.get_num_coordinates(shapes).sum()), 2))
    owners, lengths, filled = [], [], 0
    # By blocks: `get_parts` and `boundary` copy, and a country's outlines need not be in memory twice.
    for some in blocks_of_corners(shapes):
        lines = shapes[some].copy()
        areal = np.isin(shapely.get_type_id(lines), (3, 6))
        lines[areal] = shapely.boundary(lines[areal])
        parts, owner = shapely.get_parts(lines, return_index=True)
        corners = shapely.get_coordinates(parts)
        points[filled : filled + len(corners)] = corners
        filled += len(corners)
        owners.append(owner + some.start)
        lengths.append(shapely.get_num_coordinates(parts))
    owner, sizes = np.concatenate(owners), np.concatenate(lengths)
    ends = np.cumsum(sizes)
    counts = -(-(sizes - 1) // segments)
    # A line of v vertices has v - 1 segments, so ceil((v - 1) / segments) pieces; the last one is cut short below.
    start = np.repeat(ends - sizes, counts) + segments * runs_from(np.zeros(len(counts), dtype=np.int64), counts)
    stop = np.minimum(start + segments, np.repeat(ends - 1, counts))
    # `reduceat` takes the least of start[i] to start[i + 1] - 1: `points[stop]` adds the shared vertex.
    if len(start) == 0:
        return Pieces(points, start, stop, start, np.zeros((0, 4)))
    low = np.minimum(np.minimum.reduceat(points, start, axis=0), points[stop])
    high = np.maximum(np.maximum.reduceat(points, start, axis=0), points[stop])
    return Pieces(points, start, stop, np.repeat(owner, counts), np.hstack([low, high]))


class Ground:
    """Places in a projected CRS, with what a metre of the plane is worth on the ground there.

    Parameters
    ----------
    crs : pyproj.CRS
        Projected, metres.
    xy : ndarray
        Shape (n, 2).
    """

    def __init__(self, crs: pyproj.CRS, xy: np.ndarray) -> None:
        self.xy = xy
        self._to_degrees = GreenwichDegrees(crs)
        self.longitude, self.latitude = self.degrees(xy)
        node = np.round(xy / _NODE_M).astype(np.int64)
        # Many points share a node; one whole number per node lets `unique` sort numbers in place of rows.
        key, group = np.unique((node[:, 0] << 32) + node[:, 1], return_inverse=True)
        # Half of 2**32 is added before the shift, so that a negative row does not borrow from the column.
        column = (key + 2**31) >> 32
        metric = self._metric(np.column_stack([column, key - (column << 32)]) * _NODE_M)
        stretch = np.linalg.svd(metric, compute_uv=False) if len(xy) else np.ones((0, 2))
        self.metric, self.longest, self.shortest = metric[group], stretch[group, 0], stretch[group, 1]

    def degrees(self, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return longitudes and latitudes of places of the plane."""
        return self._to_degrees.of(xy[:, 0], xy[:, 1])

    def slack(self, places: np.ndarray, metres: np.ndarray) -> np.ndarray:
        """Return the factor by which a search must exceed a distance found on the plane to miss nothing nearer.

        The local stretch of directions counts, and 5 % per 100 km for how it changes on the way.
        """
        changing: np.ndarray = 1.01 + metres / 2.0e6
        return self.longest[places] / self.shortest[places] * changing

    def plane_per_metre(self, places: np.ndarray) -> np.ndarray:
        """Return the most metres of the plane that one metre of the ground takes."""
        longest: np.ndarray = 1.0 / self.shortest[places]
        return longest

    def _metric(self, nodes: np.ndarray) -> np.ndarray:
        """Return matrices that turn offsets of the plane into metres east and north, shape (n, 2, 2)."""
        # Central differences over a kilometre: small against the curvature of any projection, large against rounding.
        step = 500.0
        latitude = np.radians(self.degrees(nodes)[1])
        wave = 1 - _ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
        parallel_m = _EQUATOR_M / np.sqrt(wave) * np.cos(latitude)
        meridian_m = _EQUATOR_M * (1 - _ECCENTRICITY_SQUARED) / wave**1.5
        metric = np.empty((len(nodes), 2, 2))
        for axis, offset in enumerate(np.eye(2) * step):
            ahead, behind = self.degrees(nodes + offset), self.degrees(nodes - offset)
            # A step across the date line is a degree, not 359.
            turned = (ahead[0] - behind[0] + 180.0) % 360.0 - 180.0
            metric[:, 0, axis] = np.radians(turned) * parallel_m / (2 * step)
            metric[:, 1, axis] = np.radians(ahead[1] - behind[1]) * meridian_m / (2 * step)
        # Beyond the projection's domain nothing is known; the plane is taken as it is.
        metric[~np.isfinite(metric).all(axis=(1, 2))] = np.eye(2)
        return metric


def lines_in_question(ground: Ground, lines: np.ndarray) -> np.ndarray:
    """Return the lines that could be the nearest of any place; all where finding out would cost more than cutting them all.

    A few places have most lines far away. Each place measures whole lines here, so many places, or long lines, do not pay.

    Parameters
    ----------
    ground : Ground
        Places.
    lines : ndarray of shapely.Geometry
        In the same CRS.
    """
    sizes = shapely.get_num_coordinates(lines).astype(float)
    # Whole lines cost points x vertices each; beyond this balance cutting them all is cheaper.
    if 8 * len(ground.xy) * (sizes**2).sum() > sizes.sum() ** 2:
        return lines
    near = _near(ground, shapely.STRtree(lines), np.arange(len(ground.xy)))
    chosen: np.ndarray = lines[np.unique(near[1])]
    return chosen


def nearest_km(ground: Ground, pieces: Pieces, threads: int) -> np.ndarray:
    """Return the geodesic distance in kilometres from each place to the nearest piece; NaN where there is none.

    Parameters
    ----------
    ground : Ground
        Places.
    pieces : Pieces
        In the same CRS.
    threads : int
        Searches at once; the tree searches without holding the interpreter.
    """
    result = np.full(len(ground.xy), np.nan)
    if len(pieces) == 0:
        return result
    search = _by_plane(ground, pieces)
    for rows, nearest in in_chunks(ground.xy, search, threads):
        result[rows] = nearest
    return result


def _by_plane(ground: Ground, pieces: Pieces) -> Callable[[np.ndarray], np.ndarray]:
    """Return a search that takes the nearest on the plane, and all that could be nearer on the ground."""
    tree = shapely.STRtree(pieces.shapes(np.arange(len(pieces))))

    def search(rows: np.ndarray) -> np.ndarray:
        near, piece = _near(ground, tree, rows)
        order = np.lexsort((piece, near))
        return shortest_km(ground, pieces, near[order], piece[order], rows[near[order]], len(rows))

    return search


def _near(ground: Ground, tree: shapely.STRtree, rows: np.ndarray) -> np.ndarray:
    """Return pairs of place and what in the tree could be the nearest on the ground to it."""
    points = shapely.points(ground.xy[rows])
    (point, _), planar = tree.query_nearest(points, return_distance=True, all_matches=False)
    reach = np.zeros(len(rows))
    reach[point] = planar
    reach = reach * ground.slack(rows, reach)
    # A millimetre more, so that the nearest itself is not lost to rounding.
    pairs: np.ndarray = tree.query(points, predicate="dwithin", distance=reach + 1e-3)
    return pairs


def in_chunks(
    xy: np.ndarray, work: Callable[[np.ndarray], np.ndarray], threads: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Do some work for chunks of places that lie near one another, several at once."""
    # In strips, so that the points of a chunk look at the same branches of the tree.
    order = np.lexsort((xy[:, 1], np.floor(xy[:, 0] / _NODE_M)))
    count = max(1, min(-(-len(order) // 2000), max(threads, -(-len(order) // _PER_CHUNK))))
    chunks = [rows for rows in np.array_split(order, count) if len(rows)]
    if len(chunks) <= 1 or threads == 1:
        return [(rows, work(rows)) for rows in chunks]
    with ThreadPoolExecutor(max_workers=threads) as pool:
        return list(zip(chunks, pool.map(work, chunks), strict=True))


def shortest_km(
    ground: Ground, pieces: Pieces, group: np.ndarray, piece: np.ndarray, point: np.ndarray, count: int
) -> np.ndarray:
    """Return the shortest geodesic of each group of candidate pieces.

    Parameters
    ----------
    ground, pieces
        See `nearest_km`.
    group : ndarray of int
        Group of each candidate, ascending.
    piece, point : ndarray of int
        Piece and place of each candidate.
    count : int
        Number of groups.

    Returns
    -------
    ndarray
        Kilometres per group; NaN for one without a candidate.
    """
    result = np.full(count, np.nan)
    if len(group) == 0:
        return result
    blocks = [feet(ground, pieces, point[cut], piece[cut]) for cut in _blocks(len(piece))]
    metres, foot = (np.concatenate(part) for part in zip(*blocks, strict=True))
    heads = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]]))
    best = np.repeat(np.minimum.reduceat(metres, heads), np.diff(np.append(heads, len(group))))
    # The metric is that of the point; it is off by about 1 % per 80 km on the way to the line.
    close = metres <= best * (_CLOSE + best / 8.0e6) + 1e-6
    lon, lat = ground.degrees(foot[close])
    km = np.full(len(group), np.inf)
    km[close] = geodesic_km(ground.longitude[point[close]], ground.latitude[point[close]], lon, lat)
    result[group[heads]] = np.minimum.reduceat(km, heads)
    return result


def _blocks(count: int) -> list[slice]:
    """Return slices that keep the segments of a block of pieces in the processor's cache."""
    return [slice(begin, begin + _PER_BLOCK) for begin in range(0, max(count, 1), _PER_BLOCK)]


def feet(ground: Ground, pieces: Pieces, point: np.ndarray, piece: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return per pair of place and piece the metres of the ground between them, and the piece's nearest point."""
    counts = pieces.stop[piece] - pieces.start[piece]
    offsets = np.concatenate([[0], np.cumsum(counts)])
    if offsets[-1] == 0:
        return np.zeros(0), np.zeros((0, 2))
    start = runs_from(pieces.start[piece], counts)
    owner = np.repeat(point, counts)
    (xx, xy), (yx, yy) = ground.metric[owner].transpose(1, 2, 0)
    origin = ground.xy[owner]
    head, span = pieces.points[start] - origin, pieces.points[start + 1] - pieces.points[start]
    head_x, head_y = xx * head[:, 0] + xy * head[:, 1], yx * head[:, 0] + yy * head[:, 1]
    span_x, span_y = xx * span[:, 0] + xy * span[:, 1], yx * span[:, 0] + yy * span[:, 1]
    length = span_x**2 + span_y**2
    along = -(head_x * span_x + head_y * span_y) / np.where(length > 0, length, 1.0)
    along = np.clip(np.where(length > 0, along, 0.0), 0.0, 1.0)
    squared = (head_x + along * span_x) ** 2 + (head_y + along * span_y) ** 2
    least = np.minimum.reduceat(squared, offsets[:-1])
    # Of several segments at the same distance the first is taken, as in a search from the start of the line.
    hit = np.flatnonzero(squared == np.repeat(least, counts))
    pair = np.repeat(np.arange(len(piece)), counts)[hit]
    chosen = hit[np.unique(pair, return_index=True)[1]]
    foot = origin[chosen] + head[chosen] + along[chosen, None] * span[chosen]
    return np.sqrt(least), foot
