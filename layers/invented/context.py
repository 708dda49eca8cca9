"""What surrounds the sites of the invented region: areas of invented Nations, communities, lines, lakes, the province."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist

from layers.invented.geology import Array, Region, Waves, stream

AREAS = {
    "allowed": ("Area A", "Area B", "Area C", "Area D", "Area E"),
    "generalised": ("Area P", "Area Q"),
    "never": ("Area Kept Private 1", "Area Kept Private 2"),
}
"""Names of the areas by what their invented stewards allow; none could be taken for a real Nation's."""


def _blob(
    rng: np.random.Generator, x_km: float, y_km: float, radius_km: float, wobble: float = 0.22
) -> shapely.Polygon:
    """Return a round area with a wavy edge."""
    angle = np.linspace(0, 2 * np.pi, 73)[:-1]
    radius = np.ones(72)
    for wave in range(2, 7):
        radius += wobble / wave * np.cos(wave * angle + rng.uniform(0, 2 * np.pi)) * rng.uniform(0.5, 1.5)
    return shapely.Polygon(
        np.column_stack([x_km + radius_km * radius * np.cos(angle), y_km + radius_km * radius * np.sin(angle)])
    )


def _degrees(region: Region, shapes: list[shapely.Geometry], **columns: object) -> gpd.GeoDataFrame:
    """Put shapes of the plane on the globe, with coordinates of about a metre."""
    table = gpd.GeoDataFrame(columns, geometry=shapes, crs=region.plane).to_crs("EPSG:4326")
    table.geometry = shapely.set_precision(table.geometry.to_numpy(), 1e-5)
    return table


def territories(region: Region, publish: str) -> gpd.GeoDataFrame:
    """Return the areas with one publish status; areas of all statuses overlap one another.

    Parameters
    ----------
    region : Region
        Size and seed.
    publish : {'allowed', 'generalised', 'never'}
        What the steward of the layer allows.

    Returns
    -------
    GeoDataFrame
        ``NAME, NOTE``, EPSG:4326.
    """
    rng = stream(region.seed, f"areas {publish}")
    half, names = region.side_km / 2, AREAS[publish]
    size = {"allowed": 0.42, "generalised": 0.3, "never": 0.22}[publish] * region.side_km
    shapes = [
        _blob(rng, rng.uniform(-0.7, 0.7) * half, rng.uniform(-0.7, 0.7) * half, size * rng.uniform(0.6, 1.0))
        for _ in names
    ]
    return _degrees(region, shapes, NAME=list(names), NOTE="Invented; stands for no real Nation, territory or right.")


def community_points(region: Region) -> Array:
    """Return where the communities are, km on the plane, shape (n, 2), set apart from one another."""
    rng = stream(region.seed, "communities")
    half, count = region.side_km / 2 * 0.9, max(6, round(region.side_km / 24))
    points = rng.uniform(-half, half, (1, 2))
    while len(points) < count:
        offered = rng.uniform(-half, half, (12, 2))
        points = np.vstack([points, offered[cdist(offered, points).min(axis=1).argmax()]])
    return points


def communities(region: Region) -> pd.DataFrame:
    """Return the community table: one administrative office each."""
    points = community_points(region)
    lon, lat = region.to_crs(points[:, 0], points[:, 1])
    return pd.DataFrame(
        {
            "COMMUNITY": [f"Community {i}" for i in range(1, len(points) + 1)],
            "KIND": "office",
            "LATITUDE": lat.round(4),
            "LONGITUDE": lon.round(4),
        }
    )


def _bent(rng: np.random.Generator, start: Array, end: Array) -> shapely.LineString:
    """Return a line from start to end that wanders like a road."""
    steps = np.linspace(0, 1, 12)[:, None]
    length = float(np.hypot(*(end - start)))
    sway = np.sin(np.pi * steps) * rng.normal(0, 0.04 * length + 0.2, (12, 2)) * 0.5
    return shapely.LineString(start + (end - start) * steps + sway)


def roads(region: Region) -> gpd.GeoDataFrame:
    """Return roads: a tree that joins the communities, and a spur to two camps in three."""
    rng = stream(region.seed, "roads")
    towns = community_points(region)
    tree = minimum_spanning_tree(cdist(towns, towns)).tocoo()
    shapes = [_bent(rng, towns[i], towns[j]) for i, j in zip(tree.row, tree.col, strict=True)]
    camps = region.camps[["x_km", "y_km"]].to_numpy()
    nearest = cdist(camps, towns).argmin(axis=1)
    spurs = np.flatnonzero(rng.random(len(camps)) < 0.66)
    shapes += [_bent(rng, camps[i], towns[nearest[i]]) for i in spurs]
    table = _degrees(region, shapes, ROAD=[f"Invented road {i}" for i in range(1, len(shapes) + 1)])
    return table.assign(CLASS=["trunk"] * len(tree.row) + ["resource"] * len(spurs)).to_crs("EPSG:26916")


def rail(region: Region) -> gpd.GeoDataFrame:
    """Return one railway from edge to edge through the middle communities."""
    rng = stream(region.seed, "rail")
    towns = community_points(region)
    order = np.argsort(towns[:, 0])[:: max(1, len(towns) // 5)]
    shapes = [_bent(rng, towns[i], towns[j]) for i, j in itertools.pairwise(order)]
    return _degrees(region, shapes, NAME=[f"Invented railway {i}" for i in range(1, len(shapes) + 1)])


def power(region: Region) -> gpd.GeoDataFrame:
    """Return power lines: straight along half of the trunk roads."""
    towns = community_points(region)
    tree = minimum_spanning_tree(cdist(towns, towns)).tocoo()
    shapes = [shapely.LineString([towns[i], towns[j]]) for i, j in zip(tree.row, tree.col, strict=True)][::2]
    return _degrees(region, shapes, NAME=[f"Invented line {i}" for i in range(1, len(shapes) + 1)])


def structures(region: Region) -> gpd.GeoDataFrame:
    """Return the major faults of the invented geology."""
    shapes = [shapely.LineString(line) for line in region.structures]
    return _degrees(region, shapes, NAME=[f"Invented fault {i}" for i in range(1, len(shapes) + 1)])


def lakes(region: Region) -> gpd.GeoDataFrame:
    """Return lakes, a few of them large."""
    rng = stream(region.seed, "lakes")
    half, count = region.side_km / 2, min(400, round(region.side_km / 6))
    radius = np.exp(rng.normal(0.7, 0.7, count))
    centres = rng.uniform(-half, half, (count, 2))
    shapes = [_blob(rng, x, y, r, 0.4).buffer(0) for (x, y), r in zip(centres, radius, strict=True)]
    return _degrees(region, shapes, NAME=[f"Invented lake {i}" for i in range(1, count + 1)])


def parks(region: Region) -> gpd.GeoDataFrame:
    """Return protected areas; some sites lie in them."""
    rng = stream(region.seed, "parks")
    half, count = region.side_km / 2, max(2, round(region.side_km / 90))
    centres = rng.uniform(-0.8, 0.8, (count, 2)) * half
    shapes = [_blob(rng, x, y, rng.uniform(8, 20)) for x, y in centres]
    return _degrees(region, shapes, NAME=[f"Invented park {i}" for i in range(1, count + 1)])


def province(region: Region) -> gpd.GeoDataFrame:
    """Return the invented province: an island a little larger than the region, with a wavy coast."""
    rng = stream(region.seed, "province")
    half = region.side_km / 2 + 6
    t = np.linspace(-1, 1, 61)[:-1]
    sides = [(t, -np.ones(60)), (np.ones(60), t), (-t, np.ones(60)), (-np.ones(60), -t)]
    x, y = (np.concatenate([side[axis] for side in sides]) * half for axis in (0, 1))
    out = 1 + 0.04 + 0.03 * Waves.draw(rng, half / 4).at(x, y).clip(-1, 1)
    return _degrees(
        region, [shapely.Polygon(np.column_stack([x * out, y * out]))], NAME=["Invented Province"], CODE=["IP"]
    )
