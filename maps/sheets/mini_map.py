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
from maps.publication import Publication

SIZE_PX = 300
HALF_KM = 30.0
"""From the site to each edge of the map of a sheet."""

OTHER_SITES = 200
"""Further sites drawn at most."""

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
    "this_community": '<rect x="5.5" y=".5" width="11" height="11" fill="#000"/>',
    "community": '<rect x="7.5" y="2.5" width="7" height="7" fill="#fff" stroke="#000" stroke-width="1.5"/>',
}


Box = tuple[float, float, float, float]
"""Left, top, right and bottom, pixels."""


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
        towns = publication.communities
        self._towns = towns["community"].to_numpy(), towns[["longitude", "latitude"]].to_numpy(dtype=float)
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
        others = self.other_sites(frame)
        middle = SIZE_PX / 2
        drawn += [
            *others,
            f'<circle cx="{middle}" cy="{middle}" r="6" fill="#fff" stroke="#000" stroke-width="2"/>',
            f'<path d="M{middle - 11} {middle}h22M{middle} {middle - 11}v22" stroke="#000" stroke-width="1.6"/>',
        ]
        mark = (middle - 11, middle - 11, middle + 11, middle + 11)
        towns, _ = self.towns(frame, (middle, middle), [mark])
        kinds = ["this_site", *(["other_site"] if len(others) > 1 else []), *(["community"] if towns else []), *kinds]
        return as_svg(frame, [*drawn, *towns, scale_bar(frame, 10)], label), kinds

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

    def other_sites(self, frame: Frame) -> list[str]:
        """Return rings at all sites in a frame, `OTHER_SITES` at most."""
        points = frame.pixels(self._sites[frame.holds(self._sites)][:OTHER_SITES])
        return [f'<circle cx="{x:.0f}" cy="{y:.0f}" r="2.2" fill="none" stroke="#333"/>' for x, y in points]

    def towns(
        self, frame: Frame, middle: tuple[float, float], taken: Sequence[Box] = ()
    ) -> tuple[list[str], list[Box]]:
        """Return squares and names of communities in a frame, and where the names stand.

        The nearest to ``middle`` are named first; a name that would touch another, or what is ``taken``, or leave the paper is
        left out, but that of the middle never.
        """
        names, points = self._towns
        inside = frame.holds(points)
        shown = list(zip(names[inside], frame.pixels(points[inside]), strict=True))
        shown.sort(key=lambda town: math.dist(town[1], middle))
        drawn = [
            f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="#fff" stroke="#000" stroke-width="1.5"/>'
            for _, (x, y) in shown
        ]
        boxes: list[Box] = []
        for name, (x, y) in shown:
            box = name_box(frame, name, x, y)
            free = within(box, frame) and not any(touch(box, other) for other in (*taken, *boxes))
            if free or math.dist((x, y), middle) < 1.0:
                boxes.append(box)
                drawn.append(_name(frame, name, x, y))
        return drawn, boxes


def within(box: Box, frame: Frame) -> bool:
    """Say whether a box lies on the paper."""
    return box[0] >= 0 and box[1] >= 0 and box[2] <= frame.width_px and box[3] <= frame.height_px


def touch(a: Box, b: Box) -> bool:
    """Say whether two boxes overlap."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


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


def scale_bar(frame: Frame, km: float) -> str:
    """Return a bar of so many kilometres in the lower left corner."""
    length, low = frame.px_per_km * km, frame.height_px
    return (
        f'<rect x="4" y="{low - 20}" width="{length + 52:.0f}" height="17" fill="#fff" fill-opacity=".8"/>'
        f'<path d="M8 {low - 10}h{length:.0f}m0-4v8m-{length:.0f}-8v8" stroke="#000" fill="none"/>'
        f'<text x="{12 + length:.0f}" y="{low - 6}" font-size="11">{km:g} km</text>'
    )


def name_box(frame: Frame, name: str, x: float, y: float) -> Box:
    """Return about where the name of a community at ``x, y`` stands."""
    wide = 6.2 * len(name)
    left = x - 7 - wide if _leftward(frame, x) else x + 7
    return left, y - 6, left + wide, y + 6


def _leftward(frame: Frame, x: float) -> bool:
    return x > frame.width_px * 0.6


def _name(frame: Frame, name: str, x: float, y: float) -> str:
    left = _leftward(frame, x)
    return (
        f'<text x="{x + (-7 if left else 7):.1f}" y="{y + 4:.1f}" text-anchor="{"end" if left else "start"}" font-size="11" '
        f'stroke="#fff" stroke-width="3" paint-order="stroke">{escape(name, quote=False)}</text>'
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
    commands = []
    for part in shapely.get_parts(clipped):
        if part.is_empty:
            continue
        for ring in shapely.get_rings(part) if part.geom_type == "Polygon" else [part]:
            points = frame.pixels(shapely.get_coordinates(ring))
            if len(points) > 1:
                text = " ".join(map(str, np.round(points, 1).ravel().tolist()))
                commands.append(f"M{text}{'z' if part.geom_type == 'Polygon' else ''}")
    return [f'<path d="{"".join(commands)}" fill="{fill}" fill-rule="evenodd" {stroke}/>'] if commands else []
