"""Distances along mapped roads, by the shortest path through a network built from lines."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from layers.crs import KM_PER_DEGREE, geodesic_km

JOIN_DEGREES = 1e-4
"""Ends of lines nearer than this (about 10 m) are one junction."""

REACH_KM = 25.0
"""A place or site farther than this from every road has no road distance."""

STEP_KM = 2.0
"""Roads are cut into pieces of at most this length, so that the way on and off a road is not far from the true point."""


CROSSINGS_UP_TO = 200_000
"""Up to so many corners, roads that cross without a common corner are joined where they cross. Larger networks are taken as
their publisher joined them."""


class RoadNetwork:
    """Mapped roads as a graph whose edges carry geodesic kilometres.

    Parameters
    ----------
    roads : GeoDataFrame[Lines]
        Lines in EPSG:4326; only ``kind == "road"`` is used.
    """

    def __init__(self, roads: gpd.GeoDataFrame) -> None:
        import networkx as nx
        from scipy.spatial import cKDTree

        self.graph: Any = nx.Graph()
        self.nodes = np.empty((0, 2))
        lines = shapely.get_parts(roads.geometry[roads["kind"] == "road"].to_numpy()) if len(roads) else np.empty(0)
        lines = lines[shapely.get_num_coordinates(lines) > 1] if len(lines) else lines
        self.empty = not len(lines)
        if self.empty:
            return
        if int(shapely.get_num_coordinates(lines).sum()) <= CROSSINGS_UP_TO:
            lines = shapely.get_parts(shapely.node(shapely.multilinestrings(lines)))
        points, which = shapely.get_coordinates(shapely.segmentize(lines, STEP_KM / KM_PER_DEGREE), return_index=True)
        same = which[1:] == which[:-1]
        keys = np.round(points / JOIN_DEGREES).astype(np.int64)
        unique, node = np.unique(keys, axis=0, return_inverse=True)
        node = node.reshape(-1)
        self.nodes = unique * JOIN_DEGREES
        start, end = points[:-1][same], points[1:][same]
        lengths = geodesic_km(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
        self.graph.add_weighted_edges_from(
            zip(node[:-1][same].tolist(), node[1:][same].tolist(), lengths.tolist(), strict=True)
        )
        self._tree = cKDTree(self._scaled(self.nodes))

    def km_from(self, longitude: float, latitude: float, longitudes: np.ndarray, latitudes: np.ndarray) -> np.ndarray:
        """Return road kilometres from one point to others.

        The stretches without road, from the start to the nearest point of the network and from there to an end, count as straight
        lines, so that no way is shorter than the straight line.

        Parameters
        ----------
        longitude, latitude : float
            Start, degrees WGS84.
        longitudes, latitudes : ndarray, shape (n,)
            Ends, degrees WGS84.

        Returns
        -------
        ndarray, shape (n,)
            Kilometres; NaN where no road leads, or either end is farther than `REACH_KM` from every road.
        """
        if self.empty or not len(longitudes):
            return np.full(len(longitudes), np.nan)
        start, gap = self._nearest(np.array([longitude]), np.array([latitude]))
        starts = {int(start[0])} if gap[0] <= REACH_KM else set()
        return self._km_from_nodes(starts, longitudes, latitudes) + gap[0]

    def km_from_area(self, area: shapely.Geometry, longitudes: np.ndarray, latitudes: np.ndarray) -> np.ndarray:
        """Return road kilometres from the nearest road inside an area to points; 0 for points inside.

        Parameters
        ----------
        area : shapely.Geometry
            EPSG:4326. Where no road runs inside, the way starts at the road nearest to the area.
        longitudes, latitudes : ndarray, shape (n,)
            Ends, degrees WGS84.

        Returns
        -------
        ndarray, shape (n,)
            As from `km_from`.
        """
        if self.empty or not len(longitudes):
            return np.full(len(longitudes), np.nan)
        starts = set(np.flatnonzero(shapely.intersects_xy(area, self.nodes[:, 0], self.nodes[:, 1])).tolist())
        gap_km = 0.0
        if not starts:
            edge = shapely.get_coordinates(shapely.segmentize(area, STEP_KM / KM_PER_DEGREE))
            nodes, gaps = self._nearest(edge[:, 0], edge[:, 1])
            gap_km = float(gaps.min())
            starts = {int(nodes[gaps.argmin()])} if gap_km <= REACH_KM else set()
        km = self._km_from_nodes(starts, longitudes, latitudes) + gap_km
        inside = shapely.intersects_xy(area, np.asarray(longitudes, float), np.asarray(latitudes, float))
        return np.where(inside & np.isfinite(km), 0.0, km)

    def _km_from_nodes(self, starts: set[int], longitudes: np.ndarray, latitudes: np.ndarray) -> np.ndarray:
        """Return kilometres from the nearest of some junctions to points, without road to an end as a straight line."""
        import networkx as nx

        if not starts:
            return np.full(len(longitudes), np.nan)
        ends, gaps = self._nearest(np.asarray(longitudes, float), np.asarray(latitudes, float))
        lengths = nx.multi_source_dijkstra_path_length(self.graph, starts, weight="weight")
        km = np.array([lengths.get(int(end), np.nan) for end in ends])
        return np.where(gaps <= REACH_KM, km + gaps, np.nan)

    def _nearest(self, longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        _, node = self._tree.query(self._scaled(np.column_stack([longitude, latitude])))
        at = self.nodes[node]
        return node, np.asarray(geodesic_km(longitude, latitude, at[:, 0], at[:, 1]))

    @staticmethod
    def _scaled(points: np.ndarray) -> np.ndarray:
        """Place points on the unit sphere, where straight distances keep the order of distances on the ground."""
        longitude, latitude = np.radians(points[:, 0]), np.radians(points[:, 1])
        flat = np.cos(latitude)
        return np.column_stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)])
