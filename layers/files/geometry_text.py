"""Geometry that stands in a text column: WKT, EWKT, and WKB as hexadecimal digits, as databases export it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

_WKT = re.compile(
    r"^\s*+(?:SRID\s*=\s*\d+\s*;\s*+)?(?:(?:MULTI)?(?:POINT|LINESTRING|POLYGON|CURVE|SURFACE)|GEOMETRYCOLLECTION|CIRCULARSTRING|"
    r"COMPOUNDCURVE|CURVEPOLYGON|TIN|TRIANGLE|POLYHEDRALSURFACE)\s*+(?:ZM|Z|M)?\s*+(?:\(|EMPTY)",
    re.IGNORECASE,
)
_WKB = re.compile(r"^(?:\\x|0x)?0[01][0-9A-Fa-f]{40,}$")
_SRID = re.compile(r"^\s*SRID\s*=\s*(\d+)\s*;", re.IGNORECASE)
_MOSTLY = 0.5
_HEAD = 40


@dataclass(frozen=True)
class GeometryColumn:
    """A text column read as geometry.

    Parameters
    ----------
    name : str
        Its heading.
    shapes : ndarray of shapely.Geometry
        One per row, None where the cell is empty or cannot be read.
    form : str
        ``WKT`` or ``WKB``.
    srids : ndarray of int
        EPSG code that stands in each cell; 0 where none does, also of empty and unread cells.
    unread : ndarray of bool
        Rows whose cell is filled and cannot be read.
    """

    name: str
    shapes: np.ndarray
    form: str
    srids: np.ndarray
    unread: np.ndarray


def geometry_column(cells: pd.DataFrame) -> GeometryColumn | None:
    """Return the first text column that holds geometry, None where none does."""
    for name in cells.columns:
        column = cells[name]
        if not (pd.api.types.is_string_dtype(column) or column.dtype == object):
            continue
        head = column.dropna().head(_HEAD)
        head = head[[isinstance(cell, str) for cell in head]]
        if not len(head):
            continue
        for form, pattern in (("WKT", _WKT), ("WKB", _WKB)):
            if head.str.match(pattern).mean() >= _MOSTLY:
                return _parsed(str(name), column, form)
    return None


def _parsed(name: str, column: pd.Series, form: str) -> GeometryColumn:
    texts = np.array(
        [cell.strip() if isinstance(cell, str) and cell.strip() else None for cell in column], dtype=object
    )
    filled = np.array([text is not None for text in texts], dtype=bool)
    srids = np.zeros(len(texts), dtype=int)
    if form == "WKT":
        srids[filled] = [int(code[1]) if (code := _SRID.match(text)) else 0 for text in texts[filled]]
        bare = np.array([_SRID.sub("", text) if text is not None else None for text in texts], dtype=object)
        shapes = _read(shapely.from_wkt, bare)
    else:
        bare = np.array([text.removeprefix("\\x").removeprefix("0x") if text else None for text in texts], dtype=object)
        shapes = _read(shapely.from_wkb, bare)
    missing = shapely.is_missing(shapes)
    if form == "WKB":
        srids[~missing] = shapely.get_srid(shapes[~missing])
    srids[missing] = 0
    return GeometryColumn(name, shapes, form, srids, filled & missing)


def _read(parse: Callable[..., np.ndarray], texts: np.ndarray) -> np.ndarray:
    """Parse all cells at once; one by one where the library stops at a kind of geometry it has no class for, e.g. a curve."""
    try:
        return parse(texts, on_invalid="fix")
    except (shapely.errors.ShapelyError, NotImplementedError):
        shapes = np.full(len(texts), None, dtype=object)
        for at, text in enumerate(texts):
            with suppress(shapely.errors.ShapelyError, NotImplementedError):
                shapes[at] = parse(text, on_invalid="fix")
        return shapes
