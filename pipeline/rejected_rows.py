"""Rejected rows and what stewards asked to leave out: which rows tell of it, and which requests a row alone answers."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from itertools import permutations
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.catalogue.source import Source
from layers.text import as_key
from pipeline.input_layers import Inputs
from pipeline.kernels.record_groups import slug

SHORT_ID = 3
"""Ids of so many letters or fewer are words and numbers of other columns too."""


class RejectedRow(NamedTuple):
    """A rejected row: its cells, the ids it states, all that a request may call it (both folded), and where it may lie."""

    source: str
    cells: dict[str, object]
    stated: frozenset[str]
    ids: frozenset[str]
    points: tuple[shapely.Point, ...]


def rows_that_tell(
    rejected: Sequence[RejectedRow], inputs: Inputs, ids: Set[str], names: Set[str], samples: pd.Series
) -> np.ndarray:
    """Mark rejected rows of which nothing may be told.

    Parameters
    ----------
    rejected : sequence of RejectedRow
        From `rejected_rows_of` the inputs.
    inputs : Inputs
        Their layer ``exclusions`` holds the areas asked for.
    ids, names : set of str
        Of withheld sites and from requests, folded.
    samples : Series of str
        ``sample_id`` of the withheld samples.

    Returns
    -------
    ndarray of bool
        Rows with a cell that is such an id or name or the id of such a sample, rows a request names by what their record or site
        would be called, and rows whose coordinates, as given or turned round, lie inside an area asked for. A short id such
        as 12 is only looked for in the columns of ids, since it would be found in every other row.
    """
    assays = [source for source in inputs.sources if source.role == "geochemistry"]
    of_samples = {source.id: columns_of(source, ("sample_id",)) for source in assays}
    sample_ids = _folded(samples.astype("str").str.split(":", n=1).str[-1].str.replace(r"#\d+$", "", regex=True))
    sampled = {sample_id for sample_id in sample_ids if len(sample_id) > SHORT_ID}
    long = {record_id for record_id in ids if len(record_id) > SHORT_ID} | names
    area = _area(inputs["exclusions"])
    marks = [
        bool(long & _parts(row.cells.values()))
        or bool(ids & row.ids)
        or bool(sampled & _parts(row.cells.get(name) for name in of_samples.get(row.source, ())))
        or _lies_in(area, row)
        for row in rejected
    ]
    return np.array(marks, dtype=bool)


def requests_of_rows(rejected: Sequence[RejectedRow], exclusions: gpd.GeoDataFrame) -> frozenset[str]:
    """Return the requests, by ``exclusion_id``, that name or cover a rejected row: following them took that row out."""
    keys = exclusions["key"].astype("str").map(as_key, na_action="ignore")
    named = keys.isin({row_id for row in rejected for row_id in row.ids}).to_numpy(dtype=bool)
    points = np.array([point for row in rejected for point in row.points], dtype=object)
    covers = [bool(shapely.intersects(area, points).any()) for area in exclusions.geometry.to_crs(4326)]
    return frozenset(exclusions.loc[named | np.array(covers, dtype=bool), "exclusion_id"])


def places_asked_for(rejected: Sequence[RejectedRow], inputs: Inputs, known_ids: Set[str]) -> frozenset[str]:
    """Name the rejected rows of inventories that requests name or cover and that belong to no site which could be read.

    Parameters
    ----------
    rejected, inputs
        As for `rows_that_tell`.
    known_ids : set of str
        What the withheld sites and their records are called, folded.

    Returns
    -------
    frozenset of str
        One text per place: rows of one official id are one.
    """
    inventories = {source.id for source in inputs.sources if source.role == "inventory"}
    keys = _folded(inputs["exclusions"]["key"])
    area = _area(inputs["exclusions"])
    return frozenset(
        min(row.stated or row.ids)
        for row in rejected
        if row.source in inventories and not row.ids & known_ids and (row.ids & keys or _lies_in(area, row))
    )


def stated_ids(inputs: Inputs) -> frozenset[str]:
    """Return the ids that rejected rows state, folded."""
    return frozenset(own for row in rejected_rows_of(inputs) for own in row.stated)


def columns_of(source: Source, names: Sequence[str]) -> list[str]:
    """Return the columns of a source's file that some layer columns are taken from."""
    mapped = [source.columns.get(name, name) for name in names]
    return [
        column for column_name in mapped for column in ([column_name] if isinstance(column_name, str) else column_name)
    ]


def rejected_rows_of(inputs: Inputs) -> Iterator[RejectedRow]:
    """Yield the rejected rows with what a request may call them and where they may lie; parsed anew at each call."""
    keys = {source.id: columns_of(source, ("official_id", "site_key", "record_id")) for source in inputs.sources}
    places = {source.id: columns_of(source, ("latitude", "longitude")) for source in inputs.sources}
    looked_for = inputs["exclusions"].geometry.notna().any()
    table = inputs.rejected
    for source, number, raw in zip(table["source"], table["source_row"], table["raw"], strict=True):
        cells = json.loads(raw) if isinstance(raw, str) else {}
        stated = frozenset(_parts(cells.get(name) for name in keys.get(source, ())))
        coordinates = _numbers(cells.get(name) for name in places.get(source, ())) if looked_for else []
        points = tuple(shapely.Point(first, other) for first, other in permutations(coordinates, 2))
        yield RejectedRow(source, cells, stated, _called(source, number, stated), points)


def _numbers(values: Iterable[object]) -> list[float]:
    numbers = []
    for value in values:
        with suppress(ValueError):
            numbers.append(float(str(value)))
    return [number for number in numbers if math.isfinite(number)]


def _lies_in(area: shapely.Geometry, row: RejectedRow) -> bool:
    return any(area.intersects(point) for point in row.points)


def _called(source: str, number: int, stated: Set[str]) -> frozenset[str]:
    """Return the ids a row states, and those its record and its site would have borne."""
    records = {as_key(f"{source}:{own}") for own in stated} | {as_key(f"{source}:row {number}")}
    repeated = {as_key(f"{source}:{own}#{number}") for own in stated}
    return frozenset(stated | records | repeated | {slug(f"{source} {own}") for own in stated})


def _area(exclusions: gpd.GeoDataFrame) -> shapely.Geometry:
    return exclusions.geometry.dropna().to_crs(4326).union_all()


def _folded(cells: pd.Series) -> set[str]:
    return _parts(cells.dropna())


def _parts(values: Iterable[object]) -> set[str]:
    parts = {as_key(part) for value in values if value is not None for part in str(value).split("; ")}
    return parts - {""}
