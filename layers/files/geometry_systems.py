"""Geometry of a text column in degrees, each row from the coordinate system that its own cell states."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.crs import parse_crs
from layers.errors import SourceError
from layers.files.geometry_text import GeometryColumn
from layers.files.vectors import to_degrees

_SHOWN = 5


def column_to_degrees(
    source: Source, where: str, column: GeometryColumn, rows: np.ndarray
) -> tuple[gpd.GeoSeries, list[Note]]:
    """Bring the geometry of a text column to EPSG:4326.

    One system of all cells may be overruled by the run file. Where cells state different ones, each is read in its own, as the
    run file has one crs for all; it then serves those that state none.

    Parameters
    ----------
    source, where
        Whose ``crs`` is meant, and what to call the file in messages.
    column : GeometryColumn
        Of which at least one cell or the run file states a system.
    rows : ndarray of int
        Row numbers of the file, one per shape.

    Raises
    ------
    SourceError
        If some cells state a system and others none, and neither does the run file.
    """
    placed = ~shapely.is_missing(column.shapes)
    stated = sorted({int(code) for code in np.unique(column.srids[placed])}) or [0]
    if len(stated) == 1:
        known = f"EPSG:{stated[0]}" if stated[0] else None
        shapes = gpd.GeoSeries(column.shapes, crs=None if known is None else parse_crs(where, known))
        geometry, notes = to_degrees(source, where, shapes)
        text = f"Positions were read from the column {column.name} ({column.form}, {source.crs or known})."
        return geometry, [*notes, Note(source.id, "geometry_read", text)]
    if 0 in stated and source.crs is None:
        bare = _rows(rows[placed & (column.srids == 0)])
        raise SourceError(
            f"{where}: cells of the column {column.name} state no coordinate system beside others that do ({bare}). State theirs "
            "in the run file, e.g. 'crs: EPSG:4326'; the others are read in their own."
        )
    moved = np.full(len(rows), None, dtype=object)
    in_words, notes = [], []
    for code in stated:
        system = f"EPSG:{code}" if code else str(source.crs)
        chosen = placed & (column.srids == code)
        of_system = column.shapes.copy()
        of_system[~chosen] = None
        shapes = gpd.GeoSeries(of_system, crs=parse_crs(where, system))
        geometry, of_these = to_degrees(source.model_copy(update={"crs": None}), where, shapes)
        moved[chosen] = geometry.to_numpy()[chosen]
        notes += of_these
        in_words.append(f"{system} in {_rows(rows[chosen])}")
    text = (
        f"The cells of the column {column.name} ({column.form}) state different coordinate systems; each was read in its own: "
        f"{'; '.join(in_words)}."
    )
    return gpd.GeoSeries(moved, crs="EPSG:4326"), [*notes, Note(source.id, "geometry_read", text)]


def _rows(rows: np.ndarray) -> str:
    """Return row numbers in words, the first few of many."""
    shown = ", ".join(map(str, rows[:_SHOWN]))
    return f"{'row' if len(rows) == 1 else 'rows'} {shown}{', …' if len(rows) > _SHOWN else ''}"
