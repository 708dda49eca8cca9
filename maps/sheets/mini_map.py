"""A small map of one site's surroundings as SVG, drawn from the run's own layers, fit for black-and-white print."""

from __future__ import annotations

import math
from html import escape

import geopandas as gpd
import numpy as np
import shapely
from markupsafe import Markup

from layers.crs import KM_PER_DEGREE
from maps.publication import Publication

SIZE_PX = 300
HALF_KM = 30.0
"""From the site to each edge of the map."""


_POLYGONS = {"land": "#fff", "province": "none", "lake": "#d9dee2", "protected": "none"}
_STROKES = {
    "lake": 'stroke="#888" stroke-width=".6"',
    "land": 'stroke="#888" stroke-width=".6"',
    "province": 'stroke="#555" stroke-width=".8" stroke-dasharray="6 3"',
    "protected": 'stroke="#666" stroke-width=".7" stroke-dasharray="1 2"',
    "road": 'stroke="#000" stroke-width="1.3"',
    "rail": 'stroke="#000" stroke-width="1" stroke-dasharray="7 3"',
    "power": 'stroke="#555" stroke-width=".8" stroke-dasharray="2 3"',
    "water": 'stroke="#8a9aa5" stroke-width=".9"',
    "area": 'stroke="#4d4466" stroke-width="1.1" stroke-dasharray="10 3 2 3"',
}


class MiniMaps:
    """Draws the surroundings of sites; layers are indexed once for all of them.

    Parameters
    ----------
    publication : Publication
        Layers in EPSG:4326.
    """

    def __init__(self, publication: Publication) -> None:
        self._layers: list[tuple[str, np.ndarray, shapely.STRtree]] = []
        for kind in ("land", "lake", "protected", "province"):
            self._add(publication.backdrop, kind)
        for kind in ("water", "power", "rail", "road"):
            self._add(publication.lines, kind)
        areas = publication.territories.geometry.to_numpy()
        self._layers.insert(-4 if len(self._layers) > 4 else len(self._layers), ("area", areas, shapely.STRtree(areas)))
        towns = publication.communities
        self._towns = towns["community"].to_numpy(), towns[["longitude", "latitude"]].to_numpy(dtype=float)
        self._sites = publication.sites[["longitude", "latitude"]].to_numpy(dtype=float)

    def _add(self, table: gpd.GeoDataFrame, kind: str) -> None:
        chosen = table.geometry[(table["kind"] == kind).to_numpy()].to_numpy()
        if len(chosen):
            self._layers.append((kind, chosen, shapely.STRtree(chosen)))

    def draw(self, longitude: float, latitude: float, label: str) -> Markup:
        """Return the SVG of a square of twice `HALF_KM` around a site; ``label`` says what it is to those who cannot see it."""
        tall = HALF_KM / KM_PER_DEGREE
        wide = tall / max(math.cos(math.radians(latitude)), 0.05)
        box = (longitude - wide, latitude - tall, longitude + wide, latitude + tall)
        scale = SIZE_PX / 2 / np.array([wide, -tall])
        shift = np.array([longitude, latitude])
        drawn = [path for kind, shapes, tree in self._layers for path in _paths(kind, shapes, tree, box, shift, scale)]
        drawn += self._other_sites(box, shift, scale)
        middle = SIZE_PX / 2
        drawn.append(f'<circle cx="{middle}" cy="{middle}" r="6" fill="#fff" stroke="#000" stroke-width="2"/>')
        drawn.append(
            f'<path d="M{middle - 11} {middle}h22M{middle} {middle - 11}v22" stroke="#000" stroke-width="1.6"/>'
        )
        drawn += self._places(box, shift, scale)
        ten = SIZE_PX / (2 * HALF_KM) * 10
        drawn.append(
            f'<path d="M8 {SIZE_PX - 10}h{ten:.0f}m0-4v8m-{ten:.0f}-8v8" stroke="#000" fill="none"/>'
            f'<text x="{12 + ten:.0f}" y="{SIZE_PX - 6}" font-size="11">10 km</text>'
        )
        return Markup(  # noqa: S704 - numbers and escaped names only
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE_PX} {SIZE_PX}" width="{SIZE_PX}" height="{SIZE_PX}" '
            f'role="img" aria-label="{escape(label, quote=True)}">'
            f'<rect width="{SIZE_PX}" height="{SIZE_PX}" fill="#fff"/>{"".join(drawn)}'
            f'<rect x=".5" y=".5" width="{SIZE_PX - 1}" height="{SIZE_PX - 1}" fill="none" stroke="#000"/></svg>'
        )

    def _other_sites(self, box: tuple[float, ...], shift: np.ndarray, scale: np.ndarray) -> list[str]:
        at = self._sites
        inside = (at[:, 0] > box[0]) & (at[:, 0] < box[2]) & (at[:, 1] > box[1]) & (at[:, 1] < box[3])
        points = (at[inside][:200] - shift) * scale + SIZE_PX / 2
        return [f'<circle cx="{x:.0f}" cy="{y:.0f}" r="2.2" fill="none" stroke="#333"/>' for x, y in points]

    def _places(self, box: tuple[float, ...], shift: np.ndarray, scale: np.ndarray) -> list[str]:
        drawn = []
        names, at = self._towns
        inside = (at > box[:2]).all(axis=1) & (at < box[2:]).all(axis=1)
        for name, (x, y) in zip(names[inside], (at[inside] - shift) * scale + SIZE_PX / 2, strict=True):
            left = x > SIZE_PX * 0.6
            anchor = "end" if left else "start"
            drawn.append(
                f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="#fff" stroke="#000" stroke-width="1.5"/>'
            )
            drawn.append(
                f'<text x="{x + (-7 if left else 7):.1f}" y="{y + 4:.1f}" text-anchor="{anchor}" font-size="11" '
                f'stroke="#fff" stroke-width="3" paint-order="stroke">{escape(name, quote=False)}</text>'
            )
        return drawn


def _paths(
    kind: str,
    shapes: np.ndarray,
    tree: shapely.STRtree,
    box: tuple[float, float, float, float],
    shift: np.ndarray,
    scale: np.ndarray,
) -> list[str]:
    """Return SVG paths of what lies in a box."""
    found = np.sort(tree.query(shapely.box(*box), predicate="intersects"))
    margin = (box[2] - box[0]) * 0.05
    if not len(found):
        return []
    clipped = shapely.clip_by_rect(shapes[found], box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)
    clipped = shapely.simplify(clipped, (box[2] - box[0]) / SIZE_PX / 2, preserve_topology=False)
    fill = _POLYGONS.get(kind, "none")
    commands = []
    for part in shapely.get_parts(clipped):
        rings = shapely.get_rings(part) if part.geom_type == "Polygon" else [part]
        for ring in rings:
            points = (shapely.get_coordinates(ring) - shift) * scale + SIZE_PX / 2
            if len(points) > 1:
                text = " ".join(map(str, np.round(points, 1).ravel().tolist()))
                commands.append(f"M{text}{'z' if part.geom_type == 'Polygon' else ''}")
    return [f'<path d="{"".join(commands)}" fill="{fill}" fill-rule="evenodd" {_STROKES[kind]}/>'] if commands else []
