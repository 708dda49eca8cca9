"""The map of a screening: the place, the sites around it, and numbers that stand in the tables below it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup

from maps import words
from maps.labels import Labels, Spot
from maps.nearby import Place
from maps.publication import Publication
from maps.rows import assayed
from maps.sheets.mini_map import Frame, MiniMaps, as_svg, bar_box, outline, scale_bar

WIDTH_PX, HEIGHT_PX = 560, 350
LEAST_KM = 15.0
"""A map shows at least so much ground."""

BARS_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500)
HALF_TEXT_PX = 6.0
GRID_PX = 2.0
"""Corners of an outline that somebody brought lie on a grid of so many pixels of this map."""

RINGS_PX = (4.0, 13.0, 24.0, 36.0, 50.0)
"""From a site to its number: beside it, or farther with a line between them."""

AROUND = tuple(
    (math.cos(turn), math.sin(turn)) for turn in np.radians([-45, 45, 225, 135, 270, 90, 0, 180, -20, 20, 160, 200])
)
DOT_PX, SMALL_DOT_PX, MANY = 3.0, 2.1, 80
"""Half a dot; of more than so many sites those without a number are small."""

_PLACE = ('stroke="#000" stroke-width="4.6"', 'stroke="#fff" stroke-width="2"')
"""A double line: no road, railway or other outline is drawn so."""


def area_map(
    publication: Publication, place: Place, table: pd.DataFrame, numbered: Mapping[str, int], label: str
) -> tuple[Markup, dict[str, list[tuple[Markup, str]]]]:
    """Return the map as SVG, and by language its key.

    Parameters
    ----------
    publication : Publication
        Layers in EPSG:4326.
    place : Place
        A community is marked; the areas of a Nation are drawn, and an outline that somebody brought as coarsely as
        `coarse_outline` makes it. Where that is to be hidden the map shows the ground around the sites.
    table : DataFrame
        From `maps.screening.screening.screen`.
    numbered : mapping of str to int
        Sites of the tables, which get their number.
    label : str
        What the map is, to those who cannot see it.
    """
    points = table[["longitude", "latitude"]].to_numpy(dtype=float)
    frame = _frame(place, points)
    maps = MiniMaps(publication)
    drawn, kinds = maps.ground(frame)
    own_outline = place.kind == "nation" or (place.kind == "area" and not place.hidden)
    if own_outline:
        shape = np.array([coarse_outline(place, points)], dtype=object)
        drawn += [path for stroke in _PLACE for path in outline(shape, frame, "none", stroke)]
    sampled, at = assayed(table).to_numpy(), frame.pixels(points)
    with_number = table["site_id"].isin(list(numbered)).to_numpy()
    small = SMALL_DOT_PX if len(table) > MANY else DOT_PX
    for k in [*np.flatnonzero(~with_number).tolist(), *np.flatnonzero(with_number).tolist()]:
        r = DOT_PX if with_number[k] else small
        drawn.append(
            f'<circle cx="{at[k, 0]:.1f}" cy="{at[k, 1]:.1f}" r="{r:g}" fill="{"#000" if sampled[k] else "#fff"}" stroke="#000"/>'
        )
    bar = max([km for km in BARS_KM if km * frame.px_per_km <= WIDTH_PX / 4], default=BARS_KM[0])
    labels = Labels(WIDTH_PX, HEIGHT_PX, [bar_box(frame, bar)], at, small)
    middle, square = (WIDTH_PX / 2, HEIGHT_PX / 2), ""
    if place.kind == "community":
        x, y = frame.pixels(np.array([[place.geometry.x, place.geometry.y]]))[0].tolist()
        middle, square = (x, y), f'<rect x="{x - 6:.1f}" y="{y - 6:.1f}" width="12" height="12" fill="#000"/>'
        labels.keep((x - 7, y - 7, x + 7, y + 7))
    communities = maps.communities(frame, middle, labels)
    drawn += [*communities, square, *_numbers(dict(zip(table["site_id"], at.tolist(), strict=True)), numbered, labels)]
    towns = maps.towns(frame, labels)
    squares = sum(shape.startswith("<rect") for shape in communities)
    signs = {
        "this_community": bool(square), "this_area": own_outline,
        "sampled_site": sampled.any(), "unsampled_site": not sampled.all(),
        "community": squares > bool(square), "town": towns,
    }  # fmt: skip
    shown = [*(sign for sign, there in signs.items() if there), *kinds]
    key = {lang: maps.key_of(shown, lang) for lang in words.LANGUAGES}
    return as_svg(frame, [*drawn, *towns, scale_bar(frame, bar)], label), key


def coarse_outline(place: Place, points: np.ndarray) -> shapely.Geometry:
    """Return the outline of a place as maps draw it: one that somebody brought has its corners on a grid of `GRID_PX` pixels.

    Nothing finer than this picture leaves the file it came in; ``points`` are the sites around it, degrees.
    """
    if place.kind != "area" or place.hidden:
        return place.geometry
    step = step_degrees(place, points)
    return shapely.make_valid(shapely.transform(place.geometry, lambda at: np.round(at / step) * step))


def step_degrees(place: Place, points: np.ndarray) -> float:
    """Return the step of the grid of `coarse_outline`, degrees: two digits of it, so that the grid tells no corner of its own."""
    frame = _frame(place, points)
    return float(f"{GRID_PX * (frame.north - frame.south) / frame.height_px:.1e}")


def _frame(place: Place, points: np.ndarray) -> Frame:
    return Frame.around(_extent(place, points), WIDTH_PX, HEIGHT_PX, LEAST_KM)


def _extent(area: Place, points: np.ndarray) -> np.ndarray:
    """Return the points a map must hold: sites, and the place where it may be shown."""
    if area.hidden:
        return points
    own = (
        [[area.geometry.x, area.geometry.y]]
        if area.kind == "community"
        else shapely.get_coordinates(shapely.box(*area.geometry.bounds))
    )
    return np.vstack([points, own])


def _numbers(at: Mapping[str, list[float]], numbered: Mapping[str, int], labels: Labels) -> list[str]:
    """Return the numbers of sites, each at the spot around its site that is free and covers the fewest other sites.

    Beside the site comes first, then rings farther away, from which a line leads to the site.
    """
    lines, drawn = [], []
    for site, number in numbered.items():
        x, y = at[site]
        half = (7.5 * len(str(number)) + 4) / 2
        spots = [_spot(x, y, across, down, half, ring) for ring in range(len(RINGS_PX)) for across, down in AROUND]
        spot = labels.put(spots) or spots[0]
        left, top, right, low = spot.box
        cx, cy = (left + right) / 2, (top + low) / 2
        if spot.ring:
            lines.append(f'<path d="M{x:.1f} {y:.1f}L{cx:.1f} {cy:.1f}" stroke="#000" stroke-width=".8"/>')
        drawn.append(
            f'<text x="{cx:.1f}" y="{low - 1.5:.1f}" text-anchor="middle" font-size="13" font-weight="700" '
            f'stroke="#fff" stroke-width="3.5" paint-order="stroke">{number}</text>'
        )
    return lines + drawn


def _spot(x: float, y: float, across: float, down: float, half: float, ring: int) -> Spot:
    """Return the box of a number in a direction from its site; the nearest ring is as near as the box allows."""
    far = RINGS_PX[ring]
    cx, cy = x + across * (far + half + DOT_PX), y + down * (far + HALF_TEXT_PX + DOT_PX)
    return Spot((cx - half, cy - HALF_TEXT_PX, cx + half, cy + HALF_TEXT_PX), ring)
