"""The map of a screening: the place, the sites around it, and numbers that stand in the tables below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup

from maps import words
from maps.nearby import Place
from maps.publication import Publication
from maps.rows import assayed
from maps.sheets.mini_map import Box, Frame, MiniMaps, as_svg, outline, scale_bar, touch, within

WIDTH_PX, HEIGHT_PX = 560, 350
LEAST_KM = 15.0
"""A map shows at least so much ground."""

BARS_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500)
HALF_TEXT_PX = 6.0
RINGS_PX = (4.0, 18.0, 34.0)
"""From a site to its number: beside it, or farther with a line between them."""

_AROUND = ((1, -1), (1, 1), (-1, -1), (-1, 1), (0, -1), (0, 1), (1, 0), (-1, 0))
_PLACE = 'stroke="#000" stroke-width="2.2"'


def area_map(
    publication: Publication, place: Place, table: pd.DataFrame, numbered: Mapping[str, int], label: str
) -> tuple[Markup, dict[str, list[tuple[Markup, str]]]]:
    """Return the map as SVG, and by language its key.

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
    middle = (frame.width_px / 2, frame.height_px / 2)
    square: list[Box] = []
    if place.kind == "community":
        x, y = frame.pixels(np.array([[place.geometry.x, place.geometry.y]]))[0]
        middle, square = (float(x), float(y)), [(x - 6, y - 6, x + 6, y + 6)]
    towns, names = maps.towns(frame, middle, square)
    drawn += towns
    drawn += [f'<rect x="{left:.1f}" y="{top:.1f}" width="12" height="12" fill="#000"/>' for left, top, _, _ in square]
    kept = [*square, *names]
    drawn += _numbers(frame, table, points, numbered, kept)
    bar = max([km for km in BARS_KM if km * frame.px_per_km <= WIDTH_PX / 4], default=BARS_KM[0])
    signs = ["this_community"] if square else []
    signs += ["sampled_site"] if sampled.any() else []
    signs += ["unsampled_site"] if not sampled.all() else []
    signs += ["community"] if len(towns) - len(names) > len(square) else []
    key = {lang: maps.key_of([*signs, *kinds], lang) for lang in words.LANGUAGES}
    return as_svg(frame, [*drawn, scale_bar(frame, bar)], label), key


def _extent(area: Place, points: np.ndarray) -> np.ndarray:
    """Return the points a map must hold: sites, and the place where it may be shown."""
    if area.kind == "area":
        return points
    corners = shapely.get_coordinates(shapely.box(*area.geometry.bounds)) if area.kind == "nation" else None
    own = np.array([[area.geometry.x, area.geometry.y]]) if corners is None else corners
    return np.vstack([points, own])


def _numbers(
    frame: Frame, table: pd.DataFrame, points: np.ndarray, numbered: Mapping[str, int], kept: Sequence[Box]
) -> list[str]:
    """Return the numbers of sites, each in the first place around its site that is still free.

    Places beside the site come first, then two rings farther away, from which a line leads to the site. ``kept`` stays free.
    """
    taken, lines, drawn = list(kept), [], []
    at = {site: point for site, point in zip(table["site_id"], frame.pixels(points), strict=True) if site in numbered}
    for site, number in numbered.items():
        x, y = at[site]
        half = (7.5 * len(str(number)) + 4) / 2
        middles = [
            (x + across * (far + half), y + down * (far + HALF_TEXT_PX)) for far in RINGS_PX for across, down in _AROUND
        ]
        boxes = [(cx - half, cy - HALF_TEXT_PX, cx + half, cy + HALF_TEXT_PX) for cx, cy in middles]
        free = (k for k, box in enumerate(boxes) if within(box, frame) and not any(touch(box, b) for b in taken))
        chosen = next(free, 0)
        taken.append(boxes[chosen])
        (cx, cy), low = middles[chosen], boxes[chosen][3]
        if chosen >= len(_AROUND):
            lines.append(f'<path d="M{x:.1f} {y:.1f}L{cx:.1f} {cy:.1f}" stroke="#000" stroke-width=".8"/>')
        drawn.append(
            f'<text x="{cx:.1f}" y="{low - 1.5:.1f}" text-anchor="middle" font-size="13" font-weight="700" '
            f'stroke="#fff" stroke-width="3.5" paint-order="stroke">{number}</text>'
        )
    return lines + drawn
