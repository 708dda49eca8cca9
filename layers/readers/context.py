"""What lies around the sites: lines to measure distances to, and areas drawn under the map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pandera.pandas import DataFrameModel

from layers.accounting import ColumnFate, Reading
from layers.catalogue.source import Source
from layers.geometry import Repaired, repair_areas, repair_lines
from layers.readers.feature_points import fates_with_coordinates, points_from_columns
from layers.readers.in_use import not_in_use_notes
from layers.readers.named_features import Features, read_named, unique_ids
from layers.schema import LINE_KINDS, Backdrop, GeoDataFrame, Lines

BACKDROP_KINDS = ("lake", "land", "province", "protected", "town")
"""What a feature of the background may be: towns are points, all others polygons."""


def read_lines(source: Source, root: Path) -> Reading[GeoDataFrame[Lines]]:
    """Read roads, railways, power lines, rivers or geological structures.

    Parameters
    ----------
    source : Source
        With role ``lines``. ``options.kind`` says what all rows are (road, rail, power, water, structure), or ``columns`` maps
        ``kind`` and ``values`` translates its words.
    root : Path
        Folder where a relative path starts.

    Returns
    -------
    Reading[GeoDataFrame[Lines]]
        EPSG:4326; LineStrings and MultiLineStrings.

    Raises
    ------
    SourceError
        If the file has no geometry, or nothing says what its rows are.
    """
    features = read_named(source, root, "name", "line_id", ("kind",))
    repaired = repair_lines(source.id, features.labels, features.geometry, list(features.rows))
    repaired.notes.extend(not_in_use_notes(features, features.kind(LINE_KINDS)))
    return _layer(source, features, repaired, Lines, "line_id", LINE_KINDS)


def read_backdrop(source: Source, root: Path) -> Reading[GeoDataFrame[Backdrop]]:
    """Read lakes, land, provinces, protected areas or towns.

    Parameters
    ----------
    source : Source
        With role ``backdrop``. ``options.kind`` says what all rows are (lake, land, province, protected, town), or ``columns``
        maps ``kind`` and ``values`` translates its words. Of towns ``columns`` may map ``people``: the more, the earlier a map
        names them; where ``options.kind`` is town, their coordinates may stand in columns.
    root : Path
        Folder where a relative path starts.

    Returns
    -------
    Reading[GeoDataFrame[Backdrop]]
        EPSG:4326; valid polygons, and points of towns with a further column ``people`` (missing where it is not a number).

    Raises
    ------
    SourceError
        If the file has no geometry, or nothing says what its rows are.
    """
    in_columns = source.options.get("kind") == "town"
    features = read_named(source, root, "name", "backdrop_id", ("kind",), geometry=not in_columns)
    if in_columns and shapely.is_missing(features.geometry).all():
        return _towns_in_columns(source, features)
    towns = (features.kind(BACKDROP_KINDS) == "town").to_numpy()
    if not towns.any():
        repaired = repair_areas(source.id, features.labels, features.geometry, list(features.rows))
        return _layer(source, features, repaired, Backdrop, "backdrop_id", BACKDROP_KINDS)
    repaired = _areas_and_towns(source, features, towns)
    people = pd.to_numeric(features.text("people"), errors="coerce").where(towns).to_numpy(float)
    return _layer(source, features, repaired, Backdrop, "backdrop_id", BACKDROP_KINDS, people=people)


def _towns_in_columns(source: Source, features: Features) -> Reading[GeoDataFrame[Backdrop]]:
    """Read towns whose coordinates stand in columns."""
    longitude, latitude, problems, notes = points_from_columns(features)
    people = pd.to_numeric(features.text("people"), errors="coerce").to_numpy(float)
    repaired = Repaired(shapely.points(longitude, latitude), problems, notes)
    fates = fates_with_coordinates(features)
    return _layer(source, features, repaired, Backdrop, "backdrop_id", BACKDROP_KINDS, fates, people=people)


def _areas_and_towns(source: Source, features: Features, towns: np.ndarray) -> Repaired:
    """Repair the areas among features and keep the points of towns as they are."""
    x, y = shapely.get_x(features.geometry), shapely.get_y(features.geometry)
    points = towns & (np.abs(x) <= 180) & (np.abs(y) <= 90)
    shapes = np.where(points, shapely.box(0, 0, 1, 1), features.geometry)
    repaired = repair_areas(source.id, features.labels, shapes, list(features.rows))
    repaired.geometry[points] = features.geometry[points]
    for row in np.flatnonzero(towns & ~points & ~shapely.is_missing(features.geometry)):
        repaired.problems[int(row)] = (
            "not_a_point",
            "a town is drawn as a point, and this feature is none on the globe",
        )
    return repaired


def _layer(
    source: Source,
    features: Features,
    repaired: Repaired,
    model: type[DataFrameModel],
    id_column: str,
    kinds: Sequence[str],
    fates: tuple[ColumnFate, ...] | None = None,
    **more: np.ndarray,
) -> Reading[Any]:
    """Put kept features into a layer and account for the others."""
    kind = features.kind(kinds)
    problems = dict(repaired.problems)
    features.refuse_kinds(kind, kinds, problems)
    table = gpd.GeoDataFrame(
        {id_column: unique_ids(source.id, features), "name": features.names, "kind": kind, "source": source.id, **more},
        geometry=repaired.geometry,
        crs="EPSG:4326",
    )
    return features.reading(table, model, problems, repaired.notes, fates)
