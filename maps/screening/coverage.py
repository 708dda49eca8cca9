"""Which share of what a brief is about lies where its run has no records: beyond its region, or in lands it does not cover."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
import shapely

from layers.crs import KM_PER_DEGREE
from maps import words
from maps.nearby import Place, search_key
from maps.publication import Publication

LEAST_SHARE = 0.01
"""A smaller share lies within what coarse outlines of provinces are worth, and is not told."""

COVERED_SITES, COVERED_SHARE = 20, 0.01
"""A province with so many sites, or so large a share of all of them, is covered; fewer are points beyond a border."""


@dataclass(frozen=True)
class Uncovered:
    """What of a place and its surroundings the run knows nothing of.

    Parameters
    ----------
    share : float
        Of the ground (0 to 1).
    lands : tuple of str
        Names of the provinces and states there, alphabetical; empty where no outline of them is drawn.
    """

    share: float
    lands: tuple[str, ...]


EARTH = (-540.0, -90.0, 540.0, 90.0)
"""West, south, east, north; outlines beyond 180 degrees lie in it."""

NOTHING = Uncovered(0.0, ())


def uncovered(publication: Publication, place: Place, within_km: float) -> Uncovered:
    """Return which part of a place and of the ground around it lies where the run has no records.

    That is what lies outside the box of its region, where it has one, and in provinces and states (of its backdrop) in which it
    has hardly a site. Waters and lands without an outline count as covered unless they lie outside the box.

    Parameters
    ----------
    publication : Publication
        ``diagnostics`` may hold ``region_bbox``: west, south, east, north in degrees.
    place : Place
        EPSG:4326.
    within_km : float
        Kilometres around the place.
    """
    middle = place.geometry.centroid.y
    squeeze = max(math.cos(math.radians(middle)), 0.02)
    flat = partial(shapely.transform, transformation=lambda corner: corner * [squeeze, 1.0])
    ground = shapely.make_valid(flat(place.geometry)).buffer(within_km / KM_PER_DEGREE)
    if not ground.area > 0:
        return NOTHING
    beyond = shapely.difference(ground, flat(_region(publication)))
    drawn = publication.backdrop[publication.backdrop["kind"] == "province"]
    near = [
        (str(name), shapely.make_valid(flat(shape))) for name, shape in zip(drawn["name"], drawn.geometry, strict=True)
    ]
    near = [(name, shape) for name, shape in near if shape.intersects(ground)]
    sites = publication.sites
    points = np.asarray(sites["longitude"], float) * squeeze, np.asarray(sites["latitude"], float)
    enough = min(COVERED_SITES, max(1.0, COVERED_SHARE * len(sites)))
    held: dict[str, int] = {}
    for name, shape in near:
        held[name] = held.get(name, 0) + int(shapely.intersects_xy(shape, *points).sum())
    bare = [shape for name, shape in near if held[name] < enough]
    missing = shapely.intersection(shapely.union_all([beyond, *bare]), ground)
    share = float(missing.area / ground.area)
    if share < LEAST_SHARE:
        return NOTHING
    lands = {name for name, shape in near if shapely.intersection(shape, missing).area >= LEAST_SHARE * ground.area}
    return Uncovered(share, tuple(sorted(lands, key=search_key)))


def _region(publication: Publication) -> shapely.Polygon:
    """Return the box a run kept to, in degrees; the whole Earth where it kept to none."""
    box = publication.diagnostics.get("region_bbox")
    if not (isinstance(box, list) and len(box) == len(EARTH) and all(isinstance(end, float) for end in box)):
        return shapely.box(*EARTH)
    return shapely.box(*box)


def coverage_told(gap: Uncovered, place: Place, within_km: float, lang: str) -> list[str]:
    """Return the sentence about ground that the run knows nothing of; nothing where there is none."""
    if gap.share <= 0:
        return []
    lands = f" ({', '.join(words.jurisdiction(name, lang) for name in gap.lands)})" if gap.lands else ""
    key = "brief_uncovered_inside" if within_km == 0 and place.kind != "community" else "brief_uncovered"
    return [words.phrase(key, lang, share=words.percent(gap.share, lang), km=float(within_km), lands=lands)]
