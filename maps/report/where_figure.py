"""The map of the report: the best of both lists by their ranks, on the ground that the run has."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from maps.labels import Labels, Spot
from maps.publication import Publication
from maps.rows import assayed, rank_labels, rows

BEST = 10
"""Sites of each list that are numbered."""

CELLS = 160
"""Of other sites, one is drawn in each of so many columns and rows."""

MARGIN = 0.06
"""Free share of the frame around the sites."""

LEAST_DEGREES = 0.2
"""A frame is at least so wide and tall."""

HALF_GLOBE = 180.0
"""Degrees of longitude beyond which sites are taken to lie on both sides of the 180th meridian."""

GROUND, WATER = ("land", "province"), "lake"
EDGE, WATER_EDGE = "#b4bcc4", "#9dbccb"


SIZE_PT, LETTER_PT, MARK_PT = 7.5, 4.4, 2.6
"""Height of a label, width of one of its letters, half of a mark: points."""

RINGS, TURNS = 5, tuple(np.radians([30, 150, -30, 210, 90, -90, 0, 180]).tolist())
"""How far from its mark, and in which directions, a label may stand."""


@dataclass(frozen=True)
class Where:
    """What the map shows.

    Parameters
    ----------
    box : tuple of float
        West, south, east, north, degrees.
    borders, shores : list of ndarray
        Lines ``[longitude, latitude]`` of coasts and provinces, and of lakes.
    others : ndarray, shape (n, 2)
        Sites that are not numbered.
    sampled, unsampled : DataFrame
        ``longitude, latitude, rank, label`` of those that are.
    """

    box: tuple[float, float, float, float]
    borders: list[np.ndarray]
    shores: list[np.ndarray]
    others: np.ndarray
    sampled: pd.DataFrame
    unsampled: pd.DataFrame


def where_data(publication: Publication) -> Where | None:
    """Return what the map shows; None for a run without ranked sites."""
    ranking = publication.ranking
    if ranking.empty:
        return None
    ranking = ranking.assign(longitude=one_side(ranking["longitude"].to_numpy(float)))
    points = ranking[["longitude", "latitude"]].to_numpy(float)
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.maximum((high - low) * MARGIN, LEAST_DEGREES / 2)
    west, south, east, north = (float(end) for end in (*(low - margin), *(high + margin)))
    box = (west, south, east, north)
    sampled = assayed(ranking)
    numbered = ranking[["longitude", "latitude", "rank"]].assign(label=rank_labels(ranking))
    best = {kind: numbered[sampled == kind].head(BEST) for kind in (True, False)}
    cells = np.floor((points - low) / np.maximum(high - low, LEAST_DEGREES) * CELLS)
    _, one_a_cell = np.unique(cells, axis=0, return_index=True)
    return Where(
        box,
        borders(publication, GROUND, box),
        borders(publication, (WATER,), box),
        points[np.sort(one_a_cell)],
        best[True],
        best[False],
    )


def one_side(longitude: np.ndarray) -> np.ndarray:
    """Return the longitudes of a region across the 180th meridian on the side where most lie: no map spans the globe."""
    if np.ptp(longitude) <= HALF_GLOBE:
        return longitude
    east = longitude > 0
    turn = -360.0 if east.mean() < 0.5 else 360.0
    return np.where(east == (turn < 0), longitude + turn, longitude)


def borders(
    publication: Publication, kinds: tuple[str, ...], box: tuple[float, float, float, float]
) -> list[np.ndarray]:
    """Return the outlines of backdrops of some kinds inside a box, as coarse as a small figure needs them."""
    backdrop = publication.backdrop
    chosen = backdrop.geometry[backdrop["kind"].isin(kinds).to_numpy()].to_numpy()
    chosen = chosen[shapely.intersects(chosen, shapely.box(*box))] if len(chosen) else chosen
    edges = shapely.clip_by_rect(shapely.boundary(chosen), *box) if len(chosen) else chosen
    pixel = max(box[2] - box[0], box[3] - box[1]) / 400
    parts = shapely.get_parts(shapely.simplify(edges, pixel))
    long_enough = parts[shapely.length(parts) > 4 * pixel] if len(parts) else parts
    return [shapely.get_coordinates(part) for part in long_enough]


def draw_where(axes: Any, where: Where) -> None:
    """Draw the map."""
    draw_ground(axes, where.borders, where.shores)
    axes.scatter(*where.others.T, s=5, color="#9aa5ae", lw=0, label="[[where_other]]")
    marks = ((where.unsampled, "o", "#0b5a7d", "mark_unsampled"), (where.sampled, "s", "#1b2530", "mark_sampled"))
    for table, marker, colour, key in marks:
        if len(table):
            axes.scatter(
                table["longitude"],
                table["latitude"],
                s=26,
                marker=marker,
                color=colour,
                ec="white",
                lw=0.5,
                label=f"[[{key}]]",
            )
    frame(axes, where.box)
    numbered = pd.concat([where.sampled, where.unsampled]).sort_values("rank")
    _annotate(axes, _by_place(numbered, where.box), numbered[["longitude", "latitude"]].to_numpy(float))
    axes.legend(
        fontsize=8.5, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=3, handletextpad=0.2, columnspacing=1
    )


def _annotate(axes: Any, labels: dict[tuple[float, float], str], marks: np.ndarray) -> None:
    """Write labels beside their places so that none lies on another; a line leads to one for which there was no room there."""
    axes.apply_aspect()
    points_per_px = 72 / axes.get_figure().dpi
    _, _, wide, tall = np.asarray(axes.bbox.bounds) * points_per_px
    pixels = (axes.transData.transform(np.vstack([marks, *labels])) - axes.bbox.p0) * points_per_px
    pixels[:, 1] = tall - pixels[:, 1]
    room = Labels(int(wide), int(tall), marks=pixels[: len(marks)], mark_px=MARK_PT)
    for (place, names), (x, y) in zip(labels.items(), pixels[len(marks) :].tolist(), strict=True):
        half = (len(names) * LETTER_PT / 2, SIZE_PT / 2)
        spots = [_spot(x, y, turn, ring, half) for ring in range(RINGS) for turn in TURNS]
        spot = room.put(spots) or spots[0]
        left, top, right, low = spot.box
        far = (
            {"arrowprops": {"arrowstyle": "-", "lw": 0.5, "color": "#1b2530", "shrinkA": 0, "shrinkB": 2}}
            if spot.ring
            else {}
        )
        offset = ((left + right) / 2 - x, y - (top + low) / 2)
        axes.annotate(
            names, place, fontsize=SIZE_PT, xytext=offset, textcoords="offset points", ha="center", va="center", **far
        )


def _spot(x: float, y: float, turn: float, ring: int, half: tuple[float, float]) -> Spot:
    """Return the box of a label in a direction from its mark; ring 0 touches the mark, each further one lies a line farther."""
    far = MARK_PT + 1 + ring * 1.4 * SIZE_PT
    cx, cy = x + math.cos(turn) * (far + half[0]), y - math.sin(turn) * (far + half[1])
    return Spot((cx - half[0], cy - half[1], cx + half[0], cy + half[1]), ring)


def draw_ground(axes: Any, outlines: list[np.ndarray], shores: list[np.ndarray]) -> None:
    """Draw outlines beneath what a map shows."""
    from matplotlib.collections import LineCollection

    for lines, colour in ((outlines, EDGE), (shores, WATER_EDGE)):
        if lines:
            axes.add_collection(LineCollection(lines, colors=colour, linewidths=0.6, zorder=0.5), autolim=False)


def frame(axes: Any, box: tuple[float, float, float, float]) -> None:
    """Set the frame of a map, degrees of longitude shortened as they are in its middle."""
    west, south, east, north = box
    axes.set(xlabel="[[axis_longitude]]", ylabel="[[axis_latitude]]", xlim=(west, east), ylim=(south, north))
    axes.set_aspect(1 / max(np.cos(np.radians((south + north) / 2)), 0.2))


def _by_place(numbered: pd.DataFrame, box: tuple[float, float, float, float]) -> dict[tuple[float, float], str]:
    """Return ranks by place; sites whose marks touch share one label at the first of them."""
    near = max(box[2] - box[0], box[3] - box[1]) / 22
    labels: dict[tuple[float, float], list[str]] = {}
    for row in rows(numbered):
        close = [at for at in labels if abs(at[0] - row.longitude) < near and abs(at[1] - row.latitude) < near / 1.6]
        labels.setdefault(close[0] if close else (row.longitude, row.latitude), []).append(row.label)
    return {at: ", ".join(dict.fromkeys(ranks)) for at, ranks in labels.items()}
