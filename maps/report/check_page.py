"""The page of `minewaste check`: one section per source, what was understood, refused and suspicious."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from markupsafe import Markup

from layers.accounting import ColumnFate, Fate
from maps import pages

WIDTH_PX, HEIGHT_PX = 420, 260
MAX_POINTS = 1500
FATE_WORDS: dict[Fate, str] = {
    "asked": "nobody says what these are, so they are not used: map them under columns:, or list them under ignore:",
    "used": "read as",
    "kept": "carried along as text, as",
    "ignored": "left out knowingly",
}
"""Fates in the order they are shown, with what they mean."""
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
        Of the run file; a source that is used on this machine only is called ``local_only_1`` and shows nothing else.
    facts : sequence of tuple of str
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
    facts: Sequence[tuple[str, str]] = ()
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


def write_check(title: str, checks: Sequence[SourceCheck], matches: Sequence[str], path: Path) -> None:
    """Write the page.

    Parameters
    ----------
    title : str
        Of the run file.
    checks : sequence of SourceCheck
        In the order of the run file.
    matches : sequence of str
        Sentences on what the tables share.
    path : Path
        File to write; its folder is made if absent.
    """
    region = _joined([check.extent for check in checks if check.role == "inventory" and check.extent])
    totals = {
        name: sum(check.counts.get(name, 0) for check in checks)
        for name in ("read", "kept", "merged", "withheld", "rejected")
    }
    page = pages.render(
        "report/templates/check.html",
        title=title,
        checks=[(check, drawing(check, region)) for check in checks],
        totals=totals,
        matches=list(matches),
        failures=sum(check.failure is not None for check in checks),
        doubts=sum(len(check.suspicious) for check in checks),
        fate_words=FATE_WORDS,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def drawing(check: SourceCheck, region: Extent | None) -> Markup | None:
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

    drawn = [_frame(pixels, region)] if region is not None else []
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
    corners = f"{west:.2f}° to {east:.2f}° east, {south:.2f}° to {north:.2f}° north"
    return Markup(  # noqa: S704 - numbers and a source id of [a-z0-9_]
        f'<svg viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}" width="{WIDTH_PX}" height="{HEIGHT_PX}" role="img" '
        f'aria-label="Where {check.id} lies: {corners}"><rect x=".5" y=".5" width="{WIDTH_PX - 1}" height="{HEIGHT_PX - 1}" '
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


def _outlines(axes: Any, shapes: Any) -> str:
    commands = []
    for part in shapely.get_parts(shapes):
        rings = shapely.get_rings(part) if part.geom_type == "Polygon" else [part]
        for ring in rings:
            points = axes(shapely.get_coordinates(ring))
            if len(points) > 1:
                commands.append("M" + " ".join(f"{x:.1f} {y:.1f}" for x, y in points))
    return f'<path d="{"".join(commands)}" fill="none" stroke="#0b5a7d" stroke-width=".8"/>'


def _grown(extent: Extent) -> Extent:
    west, south, east, north = extent
    wide, tall = max((east - west) * 0.05, 0.02), max((north - south) * 0.05, 0.02)
    return west - wide, south - tall, east + wide, north + tall


def _joined(extents: Sequence[Extent]) -> Extent | None:
    if not extents:
        return None
    west, south, east, north = zip(*extents, strict=True)
    return min(west), min(south), max(east), max(north)
