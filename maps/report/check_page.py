"""The page of `minewaste check`: one section per source, what was understood, refused and suspicious."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from markupsafe import Markup

from layers.accounting import ColumnFate, Fate
from maps import pages, words
from maps.report import source_facts
from maps.report.source_facts import FactValue

WIDTH_PX, HEIGHT_PX = 420, 260
MAX_POINTS = 1500
FATES: tuple[Fate, ...] = ("asked", "used", "kept", "ignored")
"""Fates of columns in the order they are shown."""

TOTAL = "TREE"
"""Stands as element for the total of rare earths that a file states."""

EXCHANGED = "swapped"
"""Code of rows refused because their coordinates look exchanged: a page with them does not say that nothing is suspicious."""

Extent = tuple[float, float, float, float]


@dataclass(frozen=True)
class ElementCheck:
    """Results of one element in one source.

    Parameters
    ----------
    element : str
        Symbol.
    measured, below, above : int
        Results, and results below and above a limit.
    limits : str
        The limits stated, in ppm.
    median_ppm, highest_ppm : float
        Of measured results; NaN where there is none.
    origin : str
        Headings of the file with unit and method.
    """

    element: str
    measured: int
    below: int
    above: int
    limits: str
    median_ppm: float
    highest_ppm: float
    origin: str = ""

    @property
    def censored_share(self) -> float:
        """Share of results below a limit; the page shows it."""
        total = self.measured + self.below + self.above
        return self.below / total if total else 0.0


@dataclass(frozen=True)
class SourceCheck:
    """What is known of one source after reading it.

    Parameters
    ----------
    id, role : str
        Of the run file, or the key of a file beside the sources and ``splits`` or ``learned``; a source that is used on this
        machine only is called ``local_only_1`` and shows nothing else.
    facts : sequence of (str, FactValue)
        Name and value of what was understood.
    counts : dict of str to int
        ``read``, ``kept``, ``merged``, ``withheld``, ``rejected``; empty for rasters.
    rejected : sequence of tuple
        Number of rows, reason code, an example.
    suspicious, noticed : sequence of tuple
        Number, code and sentence.
    fates : sequence of ColumnFate
        What becomes of every column of the file.
    elements : sequence of ElementCheck
        Of geochemistry.
    shapes : ndarray
        Geometry in degrees, for the small map.
    extent : tuple of float or None
        West, south, east, north in degrees.
    failure : str or None
        Why the source cannot be read.
    private : bool
        Used on this machine only.
    """

    id: str
    role: str
    facts: Sequence[tuple[str, FactValue]] = ()
    counts: dict[str, int] = field(default_factory=dict)
    rejected: Sequence[tuple[int, str, str]] = ()
    suspicious: Sequence[tuple[int, str, str]] = ()
    noticed: Sequence[tuple[int, str, str]] = ()
    fates: Sequence[ColumnFate] = ()
    elements: Sequence[ElementCheck] = ()
    shapes: Any = None
    extent: Extent | None = None
    failure: str | None = None
    private: bool = False

    def columns_with(self, fate: Fate) -> list[ColumnFate]:
        """Return the columns of one fate, in file order."""
        return [column_fate for column_fate in self.fates if column_fate.fate == fate]


def write_check(
    title: str, checks: Sequence[SourceCheck], matches: Sequence[tuple[str, Mapping[str, object]]], path: Path
) -> None:
    """Write the page.

    Parameters
    ----------
    title : str
        Of the run file.
    checks : sequence of SourceCheck
        In the order of the run file.
    matches : sequence of (str, mapping)
        Sentences on what the tables share: keys of the words, and what fills them.
    path : Path
        File to write; its folder is made if absent.
    """
    region = _joined([check.extent for check in checks if check.role == "inventory" and check.extent])
    ground = _ground(checks)
    totals = {
        name: sum(check.counts.get(name, 0) for check in checks)
        for name in ("read", "kept", "merged", "withheld", "rejected")
    }
    page = pages.render(
        "report/templates/check.html",
        title=title,
        checks=[(check, {lang: drawing(check, region, ground, lang) for lang in words.LANGUAGES}) for check in checks],
        totals=totals,
        matches=list(matches),
        failures=sum(check.failure is not None for check in checks),
        doubts=sum(len(check.suspicious) for check in checks),
        exchanged=sum(any(code == EXCHANGED for _, code, _ in check.rejected) for check in checks),
        fates=FATES,
        fact=source_facts.in_words,
        code_note=words.code_note,
        element=words.element,
        total=TOTAL,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def _ground(checks: Sequence[SourceCheck]) -> np.ndarray:
    """Return the outlines of areas of the background, on which sources are recognised."""
    shapes = [
        check.shapes for check in checks if check.role == "backdrop" and check.shapes is not None and not check.private
    ]
    areas = np.concatenate(shapes) if shapes else np.array([], dtype=object)
    return np.asarray(shapely.boundary(areas[shapely.get_dimensions(areas) == 2]), dtype=object)


def drawing(check: SourceCheck, region: Extent | None, ground: np.ndarray, lang: str) -> Markup | None:
    """Return a small map of a source, the extent of all inventories as a frame in it; None where it has no place."""
    if check.extent is None or check.shapes is None or not len(check.shapes):
        return None
    west, south, east, north = _grown(check.extent)
    narrow = max(np.cos(np.radians((south + north) / 2)), 0.05)
    scale = min((WIDTH_PX - 20) / ((east - west) * narrow), (HEIGHT_PX - 40) / (north - south))
    shift = np.array([(west + east) / 2, (south + north) / 2])
    middle = np.array([WIDTH_PX / 2, HEIGHT_PX / 2 - 8])

    def pixels(points: Any) -> Any:
        return (np.asarray(points, dtype=float) - shift) * np.array([narrow * scale, -scale]) + middle

    edges = shapely.clip_by_rect(shapely.simplify(ground, 1.0 / scale), *_grown(check.extent))
    edges = shapely.get_parts(edges[~shapely.is_empty(edges)])
    drawn = [_outlines(pixels, edges, "#b4bcc4")] if len(edges) and check.role != "backdrop" else []
    drawn += [_frame(pixels, region)] if region is not None else []
    shapes = np.asarray(check.shapes, dtype=object)
    if len(shapes) > MAX_POINTS:
        shapes = shapes[np.linspace(0, len(shapes) - 1, MAX_POINTS).astype(int)]
    points = shapes[shapely.get_type_id(shapes) == 0]
    others = shapely.simplify(shapes[shapely.get_type_id(shapes) > 0], 1.0 / scale)
    drawn += [_outlines(pixels, others)] if len(others) else []
    drawn += [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.7"/>'
        for x, y in (pixels(shapely.get_coordinates(points)) if len(points) else [])
    ]
    ends = dict(zip(("west", "south", "east", "north"), check.extent, strict=True))
    corners = words.phrase("check_corners", lang, **ends)
    label = f"{check.id}{words.word('colon', lang)}{corners}"
    return Markup(  # noqa: S704 - numbers and a source id of [a-z0-9_]
        f'<svg viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}" width="{WIDTH_PX}" height="{HEIGHT_PX}" role="img" '
        f'aria-label="{label}"><rect x=".5" y=".5" width="{WIDTH_PX - 1}" height="{HEIGHT_PX - 1}" '
        f'fill="#fff" stroke="#777"/><g fill="#0b5a7d" stroke="none">{"".join(drawn)}</g>'
        f'<text x="8" y="{HEIGHT_PX - 8}" font-size="12">{corners}</text></svg>'
    )


def _frame(axes: Any, region: Extent) -> str:
    west, south, east, north = region
    (left, top), (right, bottom) = axes([[west, north], [east, south]])
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{max(right - left, 1):.1f}" height="{max(bottom - top, 1):.1f}" fill="none" '
        'stroke="#b3470b" stroke-width="1.2" stroke-dasharray="5 3"/>'
    )


def _outlines(axes: Any, shapes: Any, colour: str = "#0b5a7d") -> str:
    commands = []
    for part in shapely.get_parts(shapes):
        rings = shapely.get_rings(part) if part.geom_type == "Polygon" else [part]
        for ring in rings:
            points = axes(shapely.get_coordinates(ring))
            if len(points) > 1:
                commands.append("M" + " ".join(f"{x:.1f} {y:.1f}" for x, y in points))
    return f'<path d="{"".join(commands)}" fill="none" stroke="{colour}" stroke-width=".8"/>'


def _grown(extent: Extent) -> Extent:
    west, south, east, north = extent
    wide, tall = max((east - west) * 0.05, 0.02), max((north - south) * 0.05, 0.02)
    return west - wide, south - tall, east + wide, north + tall


def _joined(extents: Sequence[Extent]) -> Extent | None:
    if not extents:
        return None
    west, south, east, north = zip(*extents, strict=True)
    return min(west), min(south), max(east), max(north)
