"""What lies around the sites: lines to measure distances to, and areas drawn under the map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pandera.pandas import DataFrameModel

from layers.accounting import Reading, rejected_rows
from layers.catalogue.source import Source
from layers.geometry import Repaired, repair_areas, repair_lines
from layers.readers.named_features import Features, read_named, unique_ids
from layers.schema import LINE_KINDS, Backdrop, GeoDataFrame, Lines, conform

BACKDROP_KINDS = ("lake", "land", "province", "protected")
"""What a backdrop polygon may be."""


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
    return _layer(source, features, repaired, Lines, "line_id", LINE_KINDS)


def read_backdrop(source: Source, root: Path) -> Reading[GeoDataFrame[Backdrop]]:
    """Read lakes, land, provinces or protected areas.

    Parameters
    ----------
    source : Source
        With role ``backdrop``. ``options.kind`` says what all rows are (lake, land, province, protected), or ``columns`` maps
        ``kind`` and ``values`` translates its words.
    root : Path
        Folder where a relative path starts.

    Returns
    -------
    Reading[GeoDataFrame[Backdrop]]
        EPSG:4326; valid polygons.

    Raises
    ------
    SourceError
        If the file has no geometry, or nothing says what its rows are.
    """
    features = read_named(source, root, "name", "backdrop_id", ("kind",))
    repaired = repair_areas(source.id, features.labels, features.geometry, list(features.rows))
    return _layer(source, features, repaired, Backdrop, "backdrop_id", BACKDROP_KINDS)


def _layer(
    source: Source,
    features: Features,
    repaired: Repaired,
    model: type[DataFrameModel],
    id_column: str,
    kinds: Sequence[str],
) -> Reading[Any]:
    """Put kept features into a layer and account for the others."""
    kind = features.kind(kinds)
    problems = dict(repaired.problems)
    for row in np.flatnonzero(~kind.isin(kinds).to_numpy()):
        shown = "empty" if pd.isna(kind.iloc[row]) else f"'{kind.iloc[row]}'"
        problems.setdefault(int(row), ("unknown_kind", f"kind is {shown}, not one of {', '.join(kinds)}"))
    keep = np.array([index not in problems for index in range(len(kind))], dtype=bool)
    table = gpd.GeoDataFrame(
        {id_column: unique_ids(source.id, features), "name": features.names, "kind": kind, "source": source.id},
        geometry=repaired.geometry,
        crs="EPSG:4326",
    )
    rejected = rejected_rows([*features.rejects, *features.reject(problems)])
    return Reading(
        source.id,
        conform(table[keep], model),
        rejected,
        features.rows_read,
        rows_withheld=features.withheld,
        notes=[*features.notes, *repaired.notes],
        fates=features.fates,
    )
