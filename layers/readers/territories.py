"""Areas of Nations, treaties and reserves, and community points, with what their stewards allow."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.accounting import Note, Reading
from layers.catalogue.source import Source
from layers.geometry import repair_areas
from layers.readers.columns import mapped_columns
from layers.readers.feature_points import fates_with_coordinates, points_from_columns
from layers.readers.in_use import left_places_notes
from layers.readers.named_features import Features, plain_name, read_named, unique_ids
from layers.readers.odd_areas import drawn_again, middles, odd_places
from layers.schema import COMMUNITY_KINDS, Communities, GeoDataFrame, Territories


def read_territories(source: Source, root: Path) -> Reading[GeoDataFrame[Territories]]:
    """Read the areas of Nations, treaties, reserves or agreements from one source.

    Names stay as the source writes them (Unicode normal form C). An area without a name is shown under the publisher's own id;
    one without either is rejected: a name is never invented. Overlapping areas all stay.

    Parameters
    ----------
    source : Source
        With role ``territories``. ``columns`` may map ``territory``, ``territory_other_names`` (several are joined),
        ``territory_id``, ``layer`` and ``steward``; ``title``, ``steward`` and ``publish`` hold for all rows. Without
        ``publish`` nothing is published.
    root : Path
        Folder where a relative path starts.

    Returns
    -------
    Reading[GeoDataFrame[Territories]]
        EPSG:4326; valid polygons, cut at the antimeridian.

    Raises
    ------
    SourceError
        If the file cannot be read or has no geometry.
    """
    features = read_named(source, root, "territory", "territory_id", ())
    repaired = repair_areas(source.id, features.labels, features.geometry, list(features.rows))
    problems = dict(repaired.problems)
    unnamed = features.names.isna()
    for row in np.flatnonzero(unnamed & features.ids.isna()):
        problems.setdefault(
            int(row), ("no_name", "the area has neither a name nor an id, and a name is never invented")
        )
    good = np.array([row not in problems for row in range(len(features.rows))], dtype=bool)
    shapes = np.array(repaired.geometry, dtype=object)
    shapes[~good] = None
    again = drawn_again(features.names, shapes) & good
    layer = features.text("layer").fillna(source.title or source.id)
    table = gpd.GeoDataFrame(
        {
            "territory_id": unique_ids(source.id, features),
            "territory": features.names.fillna(features.ids),
            "territory_other_names": _other_names(features),
            "layer": layer,
            "source": source.id,
            "steward": _steward(features),
            "publish": source.publish or "never",
        },
        geometry=repaired.geometry,
        crs="EPSG:4326",
    )
    rows = np.asarray(features.rows)
    notes = [*repaired.notes, *odd_places(source, features.cells, rows, *middles(shapes))]
    if again.any():
        text = "Areas that repeat another one in name and outline count once."
        notes.append(Note(source.id, "identical_rows", text, int(again.sum()), rows=tuple(rows[again].tolist())))
    shown_by_id = int((unnamed.to_numpy() & good & ~again).sum())
    if shown_by_id:
        text = "Areas without a name are shown under the publisher's own id. Ask the steward."
        notes.append(Note(source.id, "no_name", text, shown_by_id))
    return features.reading(table, Territories, problems, notes, again=again)


def read_communities(source: Source, root: Path) -> Reading[GeoDataFrame[Communities]]:
    """Read community points from a table of coordinates or a file of point features.

    Parameters
    ----------
    source : Source
        With role ``communities``. ``options.kind`` is ``office_point`` (an administrative office) or ``place``, or ``columns``
        maps ``kind``; ``columns`` may map ``community``, ``community_id`` and the coordinates.
    root : Path
        Folder where a relative path starts.

    Returns
    -------
    Reading[GeoDataFrame[Communities]]
        EPSG:4326. Without ``publish`` in the source nothing is published.

    Raises
    ------
    SourceError
        If there are no coordinates, or nothing says whether the points are offices or places.
    """
    features = read_named(source, root, "community", "community_id", ("kind",), geometry=False)
    kind = features.kind(COMMUNITY_KINDS)
    longitude, latitude, problems, notes = _points(features)
    for row in np.flatnonzero(features.names.isna()):
        problems.setdefault(int(row), ("no_name", "the community has no name, and a name is never invented"))
    features.refuse_kinds(kind, COMMUNITY_KINDS, problems)
    table = gpd.GeoDataFrame(
        {
            "community_id": unique_ids(source.id, features),
            "community": features.names,
            "kind": kind,
            "source": source.id,
            "publish": source.publish or "never",
            "latitude": latitude,
            "longitude": longitude,
        },
        geometry=gpd.points_from_xy(longitude, latitude),
        crs="EPSG:4326",
    )
    good = np.array([row not in problems for row in range(len(features.rows))], dtype=bool)
    spots = np.where(good, longitude, np.nan), np.where(good, latitude, np.nan)
    notes = [
        *notes,
        *odd_places(source, features.cells, np.asarray(features.rows), *spots),
        *left_places_notes(features),
    ]
    return features.reading(table, Communities, problems, notes, fates_with_coordinates(features))


def _other_names(features: Features) -> pd.Series:
    """Return further names that differ from the first, joined by '; '."""
    columns = mapped_columns(features.source, features.cells, "territory_other_names")
    joined = []
    for index, name in enumerate(features.names):
        others: list[str] = []
        for column in columns:
            value = features.cells[column].iloc[index]
            text = plain_name(str(value)) if pd.notna(value) else ""
            if text.strip() and text != name and text not in others:
                others.append(text)
        joined.append("; ".join(others) or None)
    return pd.Series(joined, dtype="str")


def _steward(features: Features) -> pd.Series:
    stated = features.text("steward")
    return stated if features.source.steward is None else stated.fillna(features.source.steward)


def _points(features: Features) -> tuple[np.ndarray, np.ndarray, dict[int, tuple[str, str]], list[Note]]:
    """Return longitudes, latitudes, problems and notes, from geometry or from columns."""
    source, shapes = features.source, features.geometry
    if shapely.is_missing(shapes).all():
        return points_from_columns(features)
    problems: dict[int, tuple[str, str]] = {}
    notes: list[Note] = []
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    for row in np.flatnonzero(absent):
        problems[int(row)] = ("no_geometry", "the community has no geometry, so it is nowhere")
    single = shapely.get_type_id(shapes) == 0
    other = ~absent & ~single
    points = np.where(other, shapely.point_on_surface(shapes), shapes)
    if other.any():
        text = "Communities drawn as areas or several points are placed at a point on them."
        notes.append(Note(source.id, "point_taken", text, int(other.sum())))
    longitude, latitude = shapely.get_x(points), shapely.get_y(points)
    longitude = np.where(np.abs(longitude) > 180, (longitude + 180) % 360 - 180, longitude)
    for row in np.flatnonzero(~absent & ((longitude == 0) & (latitude == 0))):
        problems[int(row)] = ("placeholder", "latitude 0, longitude 0 is a placeholder, not a place")
    return longitude, latitude, problems, notes
