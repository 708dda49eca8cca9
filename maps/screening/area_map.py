"""The map of a screening: the place, the sites around it, and numbers that stand in the tables below it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup

from maps.nearby import Place
from maps.publication import Publication
from maps.rows import assayed
from maps.sheets.mini_map import Frame, MiniMaps, as_svg, outline, scale_bar

WIDTH_PX, HEIGHT_PX = 560, 350
LEAST_KM = 15.0
"""A map shows at least so much ground."""

BARS_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_PLACE = 'stroke="#000" stroke-width="2.2"'


def area_map(
    publication: Publication, place: Place, table: pd.DataFrame, numbered: Mapping[str, int], label: str
) -> tuple[Markup, list[str]]:
    """Return the map as SVG and the kinds of things in it, for `maps.sheets.mini_map.key_of`.

    Parameters
    ----------
    publication : Publication
        Layers in EPSG:4326.
    place : Place
        A community is marked and the areas of a Nation are drawn. Nothing is drawn of an outline that somebody brought: the map
        shows the ground around the sites.
    table : DataFrame
        From `maps.screening.screening.screen`.
    numbered : mapping of str to int
        Sites of the tables, which get their number.
    label : str
        What the map is, to those who cannot see it.
    """
    points = table[["longitude", "latitude"]].to_numpy(dtype=float)
    frame = Frame.around(_extent(place, points), WIDTH_PX, HEIGHT_PX, LEAST_KM)
    maps = MiniMaps(publication)
    drawn, kinds = maps.ground(frame)
    if place.kind == "nation":
        drawn += outline(np.array([place.geometry], dtype=object), frame, "none", _PLACE)
    sampled = assayed(table).to_numpy()
    for (x, y), dark in zip(frame.pixels(points), sampled, strict=True):
        drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{"#000" if dark else "#fff"}" stroke="#000"/>')
    towns = maps.towns(frame)
    drawn += towns
    if place.kind == "community":
        x, y = frame.pixels(np.array([[place.geometry.x, place.geometry.y]]))[0]
        drawn.append(f'<rect x="{x - 6:.1f}" y="{y - 6:.1f}" width="12" height="12" fill="#000"/>')
    drawn += _numbers(frame, table, points, numbered)
    bar = max([km for km in BARS_KM if km * frame.px_per_km <= WIDTH_PX / 4], default=BARS_KM[0])
    signs = ["sampled_site"] if sampled.any() else []
    signs += ["unsampled_site"] if not sampled.all() else []
    return as_svg(frame, [*drawn, scale_bar(frame, bar)], label), [*signs, *(["community"] if towns else []), *kinds]


def _extent(area: Place, points: np.ndarray) -> np.ndarray:
    """Return the points a map must hold: sites, and the place where it may be shown."""
    if area.kind == "area":
        return points
    corners = shapely.get_coordinates(shapely.box(*area.geometry.bounds)) if area.kind == "nation" else None
    own = np.array([[area.geometry.x, area.geometry.y]]) if corners is None else corners
    return np.vstack([points, own])


def _numbers(frame: Frame, table: pd.DataFrame, points: np.ndarray, numbered: Mapping[str, int]) -> list[str]:
    """Return the numbers of sites, each in the first of eight positions around its site that is still free."""
    taken: list[tuple[float, float, float, float]] = []
    drawn = []
    at = {site: point for site, point in zip(table["site_id"], frame.pixels(points), strict=True) if site in numbered}
    for site, number in numbered.items():
        x, y = at[site]
        wide = 7.5 * len(str(number)) + 4
        spots = [
            (5, -14),
            (5, 2),
            (-5 - wide, -14),
            (-5 - wide, 2),
            (-wide / 2, -18),
            (-wide / 2, 6),
            (9, -6),
            (-9 - wide, -6),
        ]
        boxes = [(x + dx, y + dy, x + dx + wide, y + dy + 12) for dx, dy in spots]
        box = next((box for box in boxes if not any(_touch(box, other) for other in taken)), boxes[0])
        taken.append(box)
        drawn.append(
            f'<text x="{(box[0] + box[2]) / 2:.1f}" y="{box[3] - 1.5:.1f}" text-anchor="middle" font-size="13" font-weight="700" '
            f'stroke="#fff" stroke-width="3.5" paint-order="stroke">{number}</text>'
        )
    return drawn


def _touch(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
