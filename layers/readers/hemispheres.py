"""Which half of the earth degrees lie in: what a heading says of it, and tables in which nothing says it at all."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from layers import jurisdictions as known
from layers.accounting import Note
from layers.catalogue.source import Source
from layers.crs import parse_crs
from layers.readers.columns import mapped_columns, text_column
from layers.readers.lone_places import USUAL_MISTAKES
from layers.readers.placed_rows import PlacedRows

_SOUTH = (
    r"(?:^|[^A-Za-z])(?:[Ss]outh|SOUTH|[Ss]ud|SUD|[Ss]ur|SUR|[Ss]ul|SUL|S)(?:$|[^A-Za-z])|(?<=[a-z])(?:South|Sud|Sur)$"
)
_WEST = r"(?:^|[^A-Za-z])(?:[Ww]est|WEST|[Oo]uest|OUEST|[Oo]este|OESTE|[Ww])(?:$|[^A-Za-z])|(?<=[a-z])(?:W|West|Ouest|Oeste)$"
_SIDES = {"latitude": re.compile(_SOUTH), "longitude": re.compile(_WEST)}
"""Words of a heading that say south or west."""
_BOTH = re.compile(r"(?i)\bE\s*[/|-]\s*W\b|\bW\s*[/|-]\s*E\b|\bN\s*[/|-]\s*S\b|\bS\s*[/|-]\s*N\b|[-+]\s*[WS]\b")
"""A heading that names both sides, or says how its signs are meant."""
_SIGNED = re.compile(r"[-+−–—A-Za-z]")
_MOST = 0.8
_FEW = 0.1
_STRADDLED_DEGREES = 15.0
"""Signs in fewer rows than this share, all of them farther than this from the line, are slips: they do not vouch for the rest."""
_LOOKED_AT = 200
_EMPTY_LANDS = frozenset(["GL", "IS"])
_ANTARCTIC = -60.0
"""Where nobody mined: a place that lands there once a sign is changed is no doubt."""


def said_by_heading(source: Source, cells: pd.DataFrame, axis: str, texts: np.ndarray) -> bool:
    """Say whether the heading of an axis says south or west while none of its cells has a sign or a letter.

    Parameters
    ----------
    source : Source
        Its ``columns`` map the axis.
    cells : DataFrame
        Raw cells.
    axis : {"latitude", "longitude"}
        Which.
    texts : ndarray of str
        Cells of the axis.
    """
    mapped = _heads(source, cells, axis)
    if not mapped or not all(_SIDES[axis].search(name) and not _BOTH.search(name) for name in mapped):
        return False
    filled = [str(text) for text in texts if text]
    return bool(filled) and not any(_SIGNED.search(text.replace("e", "").replace("E", "")) for text in filled)


def _heads(source: Source, cells: pd.DataFrame, axis: str) -> list[str]:
    """Return the columns of an axis, or of its degrees where the parts of the angle stand apart."""
    return [*(mapped_columns(source, cells, axis) or mapped_columns(source, cells, f"{axis}_degrees"))]


def heading_note(source: Source, axis: str, cells: pd.DataFrame, count: int) -> Note:
    """Say that the numbers of an axis were taken as south or west because their heading says so."""
    columns = tuple(_heads(source, cells, axis))
    side = "south" if axis == "latitude" else "west"
    text = f"The heading {', '.join(columns)} says {side} and its numbers have no sign: they were taken as {side}."
    return Note(source.id, "heading_hemisphere", text, count, columns)


def unsigned_throughout(table: PlacedRows, confirmed: bool) -> list[Note]:
    """Notice a table without a sign or a letter in its coordinates, whose places would be on land with a sign as well.

    A few rows with a sign, far from the line, say nothing of the others.
    Then nothing says in which half of the earth they lie: all of them may be right, and all of them may be wrong. At most one
    note, ``hemisphere_unstated``; none if ``confirmed``: a name beside the rows, or in the path of the file, says where they lie.
    """
    placed = table.placed
    if confirmed or not len(placed) or _signed(table.longitude[placed]) or _signed(table.latitude[placed]):
        return []
    if _stated(table.source, table.cells):
        return []
    longitude, latitude = table.degrees(placed[:: max(1, len(placed) // _LOOKED_AT)])
    lands = []
    for mistake, undone in USUAL_MISTAKES:
        if "exchanged" in mistake:
            continue
        lon, lat = undone(longitude, latitude)
        dry = ~known.nowhere(lon, lat, margin_degrees=0.0)
        middle = known.may_lie_in(float(np.median(lon)), float(np.median(lat)))
        there = [code for code in middle if code not in _EMPTY_LANDS]
        if dry.mean() >= _MOST and there and np.median(lat) > _ANTARCTIC:
            lands.append(f"{mistake} in {known.names_of(there[:2])}")
    if not lands:
        return []
    now = known.names_of(known.may_lie_in(float(np.median(longitude)), float(np.median(latitude)))[:2])
    text = (
        "Hardly a coordinate has a sign or a letter and nothing else says where the rows lie: "
        f"as they stand in {now or 'no country'}, "
        f"{'; '.join(lands)}. Make sure that no minus was lost."
    )
    return [table.note("hemisphere_unstated", text, placed)]


def _stated(source: Source, cells: pd.DataFrame) -> bool:
    """Say whether the degrees of a source tell their half of the earth, or are no degrees."""
    stated = parse_crs(source.id, source.crs) if source.crs else None
    if stated is not None and stated.is_projected:
        return True
    if "latitude" not in source.columns and {"easting", "latitude_degrees"} & set(source.columns):
        return True
    if any(f"{axis}_hemisphere" in {*source.columns, *source.defaults} for axis in ("latitude", "longitude")):
        return True
    for axis in ("latitude", "longitude"):
        column = text_column(source, cells, axis)
        if column is not None and column.dropna().astype("str").head(_LOOKED_AT).str.contains(_SIGNED).mean() > _FEW:
            return True
    return False


def _signed(degrees: np.ndarray) -> bool:
    """Say whether an axis has signs that are meant: in many rows, or in a few close to the line where a table may cross it."""
    negative = degrees < 0
    return bool(negative.any()) and (negative.mean() > _FEW or -degrees[negative].max() < _STRADDLED_DEGREES)
