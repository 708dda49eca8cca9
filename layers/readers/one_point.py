"""Records of an inventory that share one point: one waste counted year by year, or several sites under one place; and lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
import shapely

from layers.accounting import Note
from layers.readers.columns import as_text
from layers.text import fold

_YEAR = re.compile(r"(?<!\d)(?:18|19|20)\d\d(?!\d)")
_AMOUNTS = ("mass_t", "volume_m3", "area_m2")
_FEWEST_YEARS = 2
_LINES = (1, 2, 5)
"""Lines, rings and bundles of lines."""


def one_point_notes(source_id: str, layer: pd.DataFrame, cells: pd.DataFrame, used: Collection[str]) -> list[Note]:
    """Tell records on one identical point: of one name in several years, and of several names.

    Parameters
    ----------
    source_id : str
        Id of the source.
    layer : DataFrame
        Records, with ``official_id``, ``name``, ``latitude`` and ``longitude`` (degrees), ``source_row`` and amounts.
    cells : DataFrame
        Raw cells of the same rows; columns nobody mapped may hold years.
    used : collection of str
        Columns that are mapped.

    Returns
    -------
    list of Note
        ``records_by_year``, where one name stands on one point once for each of several years; ``sites_on_one_point``, where
        several names do. At most one of each, with the rows.
    """
    placed = layer["latitude"].notna() & layer["longitude"].notna()
    if not placed.any():
        return []
    point = layer.loc[placed, "latitude"].astype(str) + " " + layer.loc[placed, "longitude"].astype(str)
    shared = point[point.duplicated(keep=False)]
    if shared.empty:
        return []
    own = layer.loc[shared.index, "name"]
    names = pd.Series([None if pd.isna(name) else fold(str(name)) for name in own], index=own.index, dtype="str")
    notes = _by_year(source_id, layer, cells, used, shared, names)
    known = names[names.notna()]
    several = known.groupby(shared[known.index]).transform("nunique") > 1
    rows = layer.loc[several[several].index, "source_row"].astype(int)
    if len(rows):
        first = shared[rows.index[0]]
        text = (
            f"Sites of different names stand on one identical point (e.g. {', '.join(_shown(layer, shared, first))}): the middle "
            "of a district, or one site under several names? Each counts as a site; see whether the places are their own."
        )
        notes.append(Note(source_id, "sites_on_one_point", text, len(rows), rows=tuple(rows)))
    return notes


def _shown(layer: pd.DataFrame, shared: pd.Series, point: str) -> list[str]:
    return [f"'{name}'" for name in layer.loc[shared[shared == point].index, "name"].dropna().unique()[:3]]


def _by_year(
    source_id: str,
    layer: pd.DataFrame,
    cells: pd.DataFrame,
    used: Collection[str],
    shared: pd.Series,
    names: pd.Series,
) -> list[Note]:
    """Tell records of one name on one point whose ids differ by a year alone, or that a column of years tells apart."""
    ids = layer.loc[shared.index, "official_id"].astype("str")
    stems = ids.str.replace(_YEAR, "", regex=True)
    dated = (ids != stems) & ids.notna()
    key = shared + " " + names.fillna(stems.where(dated, ids))
    groups = key[key.duplicated(keep=False)]
    if groups.empty:
        return []
    by_id = dated[groups.index] & stems[groups.index].groupby(groups).transform(lambda stem: stem.nunique() == 1)
    columns = ["official_id"] if by_id.any() else []
    by_year = pd.Series(data=False, index=groups.index)
    for column in (str(name) for name in cells.columns if str(name) not in used):
        years = as_text(cells[column]).loc[groups.index].astype("str").str.strip()
        years = years.where(years.str.fullmatch(r"(?:18|19|20)\d\d(?:\.0)?"))
        own = years.groupby(groups).transform(
            lambda year: year.notna().all() and year.is_unique and len(year) >= _FEWEST_YEARS
        )
        if own.astype(bool).any():
            by_year |= own.astype(bool)
            columns.append(column)
    amounts = layer.loc[groups.index, list(_AMOUNTS)].gt(0).any(axis=1)
    hits = (by_id.astype(bool) | by_year) & amounts.groupby(groups).transform("sum").gt(1)
    rows = layer.loc[hits[hits].index, "source_row"].astype(int)
    if rows.empty:
        return []
    text = (
        f"Records of one name stand on one point once for each of several years (e.g. row {rows.iloc[0]}: "
        f"'{layer.loc[rows.index[0], 'name']}'): one waste, counted year by year? Each counts as a site with its own amount; "
        "keep the last year alone with 'where:'."
    )
    return [Note(source_id, "records_by_year", text, len(rows), tuple(columns), tuple(rows))]


def line_notes(source_id: str, shapes: Sequence[object] | np.ndarray, rows: np.ndarray) -> list[Note]:
    """Tell features that are lines: roads, paths and dams are drawn so, and a point on each stands for it.

    Parameters
    ----------
    source_id : str
        Id of the source.
    shapes : ndarray of geometry, shape (n,)
    rows : ndarray of int, shape (n,)
        Their numbers in the file.
    """
    lines = np.flatnonzero(np.isin(shapely.get_type_id(np.asarray(shapes, dtype=object)), _LINES))
    if not len(lines):
        return []
    text = (
        f"{len(lines)} of {len(rows)} features are lines (first row {rows[lines[0]]}): a path, a road or the crest of a dam? A "
        "point on each stands for it. Leave them out with 'where:' if they are no places of their own."
    )
    return [Note(source_id, "lines_as_places", text, len(lines), rows=tuple(rows[lines].tolist()))]
