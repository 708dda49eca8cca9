"""Small maps as SVG, drawn from the run's own layers, fit for black-and-white print."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import geopandas as gpd
import numpy as np
import shapely
from markupsafe import Markup

from layers.crs import KM_PER_DEGREE
from maps import words
from maps.labels import Box, Labels, Spot
from maps.publication import Publication

SIZE_PX = 300
HALF_KM = 30.0
"""From the site to each edge of the map of a sheet."""

OTHER_SITES = 200
"""Further sites drawn at most."""

TOWNS = 6
"""Towns of the background named at most; the most peopled come first."""

NAME_COVERS = 2
"""A name is left out where it would lie on more sites than this."""

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
}
_AREA_DASHES = ("10 3 2 3", "4 2", "12 3", "7 2 1 2 1 2", "3 3")
"""Kinds of area are told apart by their dashes, in the order of their names."""

AREA = "area:"
"""Begins the kind of an area; the name of its layer follows."""

_KEY_WORDS = {
    "lake": "backdrop_lake", "province": "backdrop_province", "protected": "backdrop_protected", "road": "line_road",
    "rail": "line_rail", "power": "line_power", "water": "line_water",
}  # fmt: skip
_SIGNS = {
    "this_site": '<circle cx="11" cy="6" r="4" fill="#fff" stroke="#000"/><path d="M4 6h14M11 0v12" stroke="#000"/>',
    "other_site": '<circle cx="11" cy="6" r="2.2" fill="none" stroke="#333"/>',
    "sampled_site": '<circle cx="11" cy="6" r="3" fill="#000" stroke="#000"/>',
    "unsampled_site": '<circle cx="11" cy="6" r="3" fill="#fff" stroke="#000"/>',
    "this_area": '<path d="M0 6h22" stroke="#000" stroke-width="4.6"/><path d="M0 6h22" stroke="#fff" stroke-width="2"/>',
    "this_community": '<rect x="5.5" y=".5" width="11" height="11" fill="#000"/>',
    "community": '<rect x="7.5" y="2.5" width="7" height="7" fill="#fff" stroke="#000" stroke-width="1.5"/>',
    "town": '<path d="M11 2l4.5 8h-9z" fill="#666"/>',
}


@dataclass(frozen=True)
class Frame:
    """A part of the ground on a sheet of paper, degrees of longitude shortened as they are in its middle.

    Parameters
    ----------
    west, south, east, north : float
        Degrees.
    width_px, height_px : int
        Of the drawing.
    """

    west: float
    south: float
    east: float
    north: float
    width_px: int
    height_px: int

    @classmethod
    def around(cls, points: np.ndarray, width_px: int, height_px: int, least_km: float, margin: float = 0.08) -> Frame:
        """Return the frame of a given shape that holds all points ``[longitude, latitude]`` with a margin.

        Parameters
        ----------
        points : ndarray, shape (n, 2)
            Degrees.
        width_px, height_px : int
            Of the drawing.
        least_km : float
            The frame is at least so wide and tall.
        margin : float
            Free share on every side.
        """
        west, south = points.min(axis=0)
        east, north = points.max(axis=0)
        squeeze = max(math.cos(math.radians((south + north) / 2)), 0.05)
        least = least_km / KM_PER_DEGREE
        wide, tall = (max(span, least) / (1 - 2 * margin) for span in ((east - west) * squeeze, north - south))
        wide, tall = max(wide, tall * width_px / height_px), max(tall, wide * height_px / width_px)
        middle = ((west + east) / 2, (south + north) / 2)
        half = (wide / squeeze / 2, tall / 2)
        return cls(
            middle[0] - half[0], middle[1] - half[1], middle[0] + half[0], middle[1] + half[1], width_px, height_px
        )

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return self.west, self.south, self.east, self.north

    @property
    def px_per_km(self) -> float:
        """Pixels of a kilometre from south to north."""
        return self.height_px / ((self.north - self.south) * KM_PER_DEGREE)

    def pixels(self, points: np.ndarray) -> np.ndarray:
        """Return points ``[longitude, latitude]`` as ``[x, y]`` from the upper left corner."""
        scale = np.array([self.width_px / (self.east - self.west), -self.height_px / (self.north - self.south)])
        return (np.asarray(points, dtype=float) - [self.west, self.north]) * scale

    def holds(self, points: np.ndarray) -> np.ndarray:
        """Say which points lie inside."""
        return np.asarray(((points > self.box[:2]) & (points < self.box[2:])).all(axis=1))


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
        areas = publication.territories
        titles = areas["layer"].map(lambda layer: words.layer(str(layer), "en"))
        for title in sorted(titles.unique()):
            own = areas.geometry[(titles == title).to_numpy()].to_numpy()
            layer = str(areas["layer"][titles == title].iloc[0])
            self._layers.append((f"{AREA}{layer}", own, shapely.STRtree(own)))
        self._area_kinds = [kind for kind, _, _ in self._layers if kind.startswith(AREA)]
        for kind in ("water", "power", "rail", "road"):
            self._add(publication.lines, kind)
        near = publication.communities
        self._communities = near["community"].to_numpy(), near[["longitude", "latitude"]].to_numpy(dtype=float)
        self._towns = _by_people(publication.backdrop, set(near["community"]))
        self._sites = publication.sites[["longitude", "latitude"]].to_numpy(dtype=float)

    def _add(self, table: gpd.GeoDataFrame, kind: str) -> None:
        chosen = table.geometry[(table["kind"] == kind).to_numpy()].to_numpy()
        if len(chosen):
            self._layers.append((kind, chosen, shapely.STRtree(chosen)))

    def draw(self, longitude: float, latitude: float, label: str) -> tuple[Markup, list[str]]:
        """Return the SVG of a square of twice `HALF_KM` around a site, and the kinds of things in it.

        ``label`` says what it is to those who cannot see it.
        """
        frame = Frame.around(np.array([[longitude, latitude]]), SIZE_PX, SIZE_PX, 2 * HALF_KM, margin=0.0)
        drawn, kinds = self.ground(frame)
        points = self.other_sites(frame)
        others = [f'<circle cx="{x:.0f}" cy="{y:.0f}" r="2.2" fill="none" stroke="#333"/>' for x, y in points]
        middle = SIZE_PX / 2
        drawn += [
            *others,
            f'<circle cx="{middle}" cy="{middle}" r="6" fill="#fff" stroke="#000" stroke-width="2"/>',
            f'<path d="M{middle - 11} {middle}h22M{middle} {middle - 11}v22" stroke="#000" stroke-width="1.6"/>',
        ]
        mark = (middle - 11, middle - 11, middle + 11, middle + 11)
        labels = Labels(SIZE_PX, SIZE_PX, [mark, bar_box(frame, 10)], points, 2.2)
        near, towns = self.communities(frame, (middle, middle), labels), self.towns(frame, labels)
        signs = {"other_site": len(others) > 1, "community": near, "town": towns}
        kinds = ["this_site", *(sign for sign, there in signs.items() if there), *kinds]
        return as_svg(frame, [*drawn, *near, *towns, scale_bar(frame, 10)], label), kinds

    def ground(self, frame: Frame) -> tuple[list[str], list[str]]:
        """Return what lies in a frame below all points, and which kinds that is."""
        drawn, kinds = [], []
        for kind, shapes, tree in self._layers:
            paths = _paths(shapes, tree, frame, _POLYGONS.get(kind, "none"), self._stroke(kind))
            drawn += paths
            kinds += [kind] if paths and (kind in _KEY_WORDS or kind.startswith(AREA)) else []
        return drawn, kinds

    def key_of(self, kinds: Sequence[str], lang: str) -> list[tuple[Markup, str]]:
        """Return the key of a map: a sign as SVG and its words, for every kind that is drawn; areas by their own kind."""
        around = '<svg viewBox="0 0 22 12" width="22" height="12" aria-hidden="true">{}</svg>'
        key = []
        for kind in kinds:
            sign = _SIGNS.get(kind) or _sample(kind, self._stroke(kind))
            area = words.layer(kind.removeprefix(AREA), lang) if kind.startswith(AREA) else ""
            text = area or words.word(f"key_{kind}" if kind in _SIGNS else _KEY_WORDS[kind], lang)
            key.append((Markup(around.format(sign)), text))  # noqa: S704 - our own signs
        return key

    def _stroke(self, kind: str) -> str:
        if not kind.startswith(AREA):
            return _STROKES[kind]
        dashes = _AREA_DASHES[self._area_kinds.index(kind) % len(_AREA_DASHES)]
        return f'stroke="#4d4466" stroke-width="1.1" stroke-dasharray="{dashes}"'

    def other_sites(self, frame: Frame) -> np.ndarray:
        """Return the pixels of all sites in a frame, `OTHER_SITES` at most."""
        return frame.pixels(self._sites[frame.holds(self._sites)][:OTHER_SITES])

    def communities(self, frame: Frame, middle: tuple[float, float], labels: Labels) -> list[str]:
        """Return squares of the communities in a frame, and the names for which there is room, the nearest to ``middle`` first.

        The name of a community in the middle is never left out.
        """
        names, points = self._communities
        inside = frame.holds(points)
        shown = list(zip(names[inside], frame.pixels(points[inside]), strict=True))
        shown.sort(key=lambda community: math.dist(community[1], middle))
        drawn = [
            f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="#fff" stroke="#000" stroke-width="1.5"/>'
            for _, (x, y) in shown
        ]
        labels.keep(*((x - 4.5, y - 4.5, x + 4.5, y + 4.5) for _, (x, y) in shown if math.dist((x, y), middle) >= 1.0))
        for name, (x, y) in shown:
            own = math.dist((x, y), middle) < 1.0
            spots = _beside(name, x, y, 7)
            spot = labels.put(spots, math.inf if own else NAME_COVERS) or (spots[0] if own else None)
            drawn += [] if spot is None else [_name(name, spot, x, 700 if own else 400, "#000")]
        return drawn

    def towns(self, frame: Frame, labels: Labels) -> list[str]:
        """Return marks and names of the most peopled towns in a frame for whose names there is room, `TOWNS` at most."""
        names, points = self._towns
        drawn: list[str] = []
        taken = 0
        for at in np.flatnonzero(frame.holds(points)).tolist():
            x, y = frame.pixels(points[at : at + 1])[0].tolist()
            spot = labels.put(_beside(names[at], x, y, 5), NAME_COVERS)
            if spot is None:
                continue
            drawn += [f'<path d="M{x:.1f} {y - 4:.1f}l4 7h-8z" fill="#666"/>', _name(names[at], spot, x, 400, "#555")]
            taken += 1
            if taken == TOWNS:
                break
        return drawn


def _by_people(backdrop: gpd.GeoDataFrame, named: set[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return names and points of the towns of a background, the most peopled first, none twice and none of those ``named``."""
    towns = backdrop[((backdrop["kind"] == "town") & backdrop["name"].notna()).to_numpy()]
    if "people" in towns:
        towns = towns.sort_values("people", ascending=False, na_position="last", kind="stable")
    towns = towns[~towns["name"].isin(named)].drop_duplicates("name")
    return towns["name"].to_numpy(), shapely.get_coordinates(towns.geometry.to_numpy()).reshape(-1, 2)


def _sample(kind: str, stroke: str) -> str:
    """Return a sample of a line, or of an area's filling."""
    if kind == "lake":
        return f'<rect x="1" y="1" width="20" height="10" fill="{_POLYGONS[kind]}" {stroke}/>'
    return f'<path d="M0 6h22" fill="none" {stroke}/>'


def as_svg(frame: Frame, drawn: Sequence[str], label: str) -> Markup:
    """Return a drawing with a frame around it; ``drawn`` are elements made of numbers and escaped names."""
    wide, tall = frame.width_px, frame.height_px
    return Markup(  # noqa: S704 - numbers and escaped names only
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" width="{wide}" height="{tall}" '
        f'role="img" aria-label="{escape(label, quote=True)}">'
        f'<rect width="{wide}" height="{tall}" fill="#fff"/>{"".join(drawn)}'
        f'<rect x=".5" y=".5" width="{wide - 1}" height="{tall - 1}" fill="none" stroke="#000"/></svg>'
    )


def bar_box(frame: Frame, km: float) -> Box:
    """Return what `scale_bar` covers."""
    return 0.0, frame.height_px - 22.0, frame.px_per_km * km + 62.0, float(frame.height_px)


def scale_bar(frame: Frame, km: float) -> str:
    """Return a bar of so many kilometres in the lower left corner."""
    length, low = frame.px_per_km * km, frame.height_px
    return (
        f'<rect x="4" y="{low - 20}" width="{length + 52:.0f}" height="17" fill="#fff" fill-opacity=".8"/>'
        f'<path d="M8 {low - 10}h{length:.0f}m0-4v8m-{length:.0f}-8v8" stroke="#000" fill="none"/>'
        f'<text x="{12 + length:.0f}" y="{low - 6}" font-size="11">{km:g} km</text>'
    )


def _beside(name: str, x: float, y: float, gap: float) -> list[Spot]:
    """Return where the name of a place at ``x, y`` may stand: right or left of it, level, higher or lower."""
    wide = 6.2 * len(name)
    lefts = (x + gap, x - gap - wide)
    return [Spot((left, y + up - 6, left + wide, y + up + 6), 0) for up in (0, -8, 8) for left in lefts]


def _name(name: str, spot: Spot, x: float, weight: int, colour: str) -> str:
    left, _, right, low = spot.box
    start = left >= x
    return (
        f'<text x="{left if start else right:.1f}" y="{low - 2:.1f}" text-anchor="{"start" if start else "end"}" font-size="11" '
        f'font-weight="{weight}" fill="{colour}" stroke="#fff" stroke-width="3" paint-order="stroke">'
        f"{escape(name, quote=False)}</text>"
    )


def _paths(shapes: np.ndarray, tree: shapely.STRtree, frame: Frame, fill: str, stroke: str) -> list[str]:
    """Return SVG paths of what lies in a frame."""
    near = np.sort(tree.query(shapely.box(*frame.box), predicate="intersects"))
    return outline(shapes[near], frame, fill, stroke) if len(near) else []


def outline(shapes: np.ndarray, frame: Frame, fill: str, stroke: str) -> list[str]:
    """Return areas or lines as one path, cut to a frame and as fine as it can show."""
    west, south, east, north = frame.box
    margin, cell = (east - west) * 0.05, (east - west) / frame.width_px
    clipped = shapely.clip_by_rect(shapes, west - margin, south - margin, east + margin, north + margin)
    clipped = shapely.simplify(clipped, cell / 2, preserve_topology=False)
    if fill == "none":
        clipped = clipped[_edge_in_sight(clipped, frame)]
    commands = []
    for part in shapely.orient_polygons(
        shapely.get_parts(clipped)
    ):  # areas of one layer may overlap, see `encode_paths`
        if part.is_empty:
            continue
        for ring in shapely.get_rings(part) if part.geom_type == "Polygon" else [part]:
            points = frame.pixels(shapely.get_coordinates(ring))
            if len(points) > 1:
                text = " ".join(map(str, np.round(points, 1).ravel().tolist()))
                commands.append(f"M{text}{'z' if part.geom_type == 'Polygon' else ''}")
    return [f'<path d="{"".join(commands)}" fill="{fill}" fill-rule="nonzero" {stroke}/>'] if commands else []


def _edge_in_sight(shapes: np.ndarray, frame: Frame) -> np.ndarray:
    """Say which lines, and which areas by their outline, are seen in a frame: an area around it all has nothing to draw."""
    edges = shapely.boundary(shapes)
    is_area = np.isin(shapely.get_type_id(shapes), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    return np.asarray(shapely.intersects(np.where(is_area, edges, shapes), shapely.box(*frame.box)))
