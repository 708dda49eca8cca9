"""Coordinates that stand beside those of a row a second time, mapped or not, are compared with them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cells.other_places import other_place
from layers.cells.utm import as_metres
from layers.crs import geodesic_km
from layers.errors import ConfigError, SourceError
from layers.jurisdictions import fold
from layers.readers.columns import as_text, mapped_columns
from layers.readers.coordinates import read_points
from layers.readers.hemispheres import zones_without_side
from layers.readers.placed_rows import PlacedRows, coordinate_columns
from layers.readers.points import precision_of
from layers.transformer import transformer

_GRID = {
    "easting": r"(?:utm_?)?east(?:ing)?s?(?:_m)?|utm_?(?:e|x)|utm_?east(?:ing)?(?:_m)?|x_utm",
    "northing": r"(?:utm_?)?north(?:ing)?s?(?:_m)?|utm_?(?:n|y)|utm_?north(?:ing)?(?:_m)?|utm_nort|y_utm",
    "utm_zone": r"(?:utm_?)?zone|utm_?zone(?:_no)?|zone_utm|fuseau|huso",
}
_BESIDE = r"(?:_?(?:dd|dec|decdeg|deg|degrees?|d|wgs_?84|nad_?83))?_?"
_DEGREES = {
    "latitude": rf"(?:y_|dd_|dec_)?lat(?:itude?|itud)?s?{_BESIDE}",
    "longitude": rf"(?:x_|dd_|dec_)?lon(?:g|gitude?|gitud)?s?{_BESIDE}",
}
_COMPARED = 5000
_DISAGREE_KM = 2.0
_FEWEST, _MOSTLY, _SOME = 5, 0.6, 0.4


def second_places(table: PlacedRows) -> list[Note]:
    """Compare the places of rows with the degrees, and the eastings, northings and zones, in their columns.

    Returns
    -------
    list of Note
        ``coordinates_disagree`` and ``place_of_another``, with the rows.
    """
    return [*_compared(table, _GRID), *_compared(table, _DEGREES), *_of_something_else(table)]


def _of_something_else(table: PlacedRows) -> list[Note]:
    """Tell all rows where headings of their coordinates name the place of something else, as ``mill_lat`` does."""
    spread = {name: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name) for name in coordinate_columns(table.source)}
    words = {name: other_place(fold(text).replace(" ", "_")) for name, text in spread.items()}
    named = {name: word for name, word in words.items() if word is not None and table.source.role == "inventory"}
    if not named:
        return []
    name, word = next(iter(named.items()))
    text = (
        f"The rows lie where {', '.join(named)} say, and '{word}' in {name} is not the waste. Map the coordinates of the site, "
        "or take the rows as near theirs only."
    )
    return [table.note("place_of_another", text, table.placed, tuple(named))]


def _compared(table: PlacedRows, patterns: Mapping[str, str]) -> list[Note]:
    source, cells = table.source, table.cells
    columns = {name: _one_column(source, cells, name, pattern) for name, pattern in patterns.items()}
    if patterns is _GRID and not columns["utm_zone"] and columns["easting"] and columns["northing"]:
        return _compared_without_zone(table, columns["easting"], columns["northing"])
    if not all(columns.values()):
        return []
    pair = {name: column for name, column in columns.items() if column}
    if set(pair.values()) == set(coordinate_columns(source)):  # nothing beside the place itself
        return []
    first = next(iter(pair.values()))
    given = np.flatnonzero(np.isfinite(table.longitude) & as_text(cells[first]).notna().to_numpy())
    given = given[:: max(1, -(-len(given) // _COMPARED))]
    beside, sides = _with_sides(table, pair)
    changed: dict[str, object] = {"columns": {**pair, **sides}, "defaults": {}, "options": {}}
    if "latitude" in pair:
        changed["crs"] = "EPSG:4326"
    probe = source.model_copy(update=changed)
    try:
        other = read_points(probe, table.where, beside.iloc[given].reset_index(drop=True), table.rows[given])
    except (SourceError, ConfigError):  # the second coordinates may be of another grid; the first ones stand
        return []
    away = geodesic_km(*table.degrees(given), other.longitude, other.latitude)
    wrong = given[np.nan_to_num(away) > _DISAGREE_KM + np.nan_to_num(precision_of(other))]
    if not len(wrong):
        return []
    names = tuple(pair.values())
    primary = coordinate_columns(source)
    used = ", ".join(primary) if primary and not set(names) & set(primary) else "the place of the file itself"
    text = (
        f"The place of a row and {', '.join(names)} beside it lie up to {np.nanmax(away):,.0f} km apart "
        f"(e.g. row {table.rows[wrong[0]]}); {used} was taken. Check their coordinates."
    )
    return [table.note("coordinates_disagree", text, wrong, names)]


def _compared_without_zone(table: PlacedRows, easting: str, northing: str) -> list[Note]:
    """Compare places with eastings and northings of which nothing says the zone: UTM in the zone of the row, or its neighbour.

    They count as UTM where most rows agree in the easting, or many in both; grids of narrower zones have like northings only.
    """
    source = table.source
    if {"easting", "northing"} & set(source.columns) or not {"latitude", "latitude_degrees"} & set(source.columns):
        return []
    texts = [as_text(table.cells[name]).fillna("").to_numpy(dtype=object) for name in (easting, northing)]
    x, y = (as_metres(axis, source.decimal_mark) for axis in texts)
    given = table.placed[np.isfinite(x[table.placed]) & np.isfinite(y[table.placed])]
    given = given[:: max(1, -(-len(given) // _COMPARED))]
    if len(given) < _FEWEST:
        return []
    longitude, latitude = table.degrees(given)
    away = np.full((2, len(given)), np.inf)
    own = np.floor((longitude + 180.0) / 6.0).astype(int) % 60 + 1
    for zone in sorted({(int(number) + step - 1) % 60 + 1 for number in np.unique(own) for step in (-1, 0, 1)}):
        near = np.abs((zone - own + 30) % 60 - 30) <= 1
        for south in (False, True):
            chosen = near & ((latitude < 0) == south)
            if chosen.any():
                to_grid = transformer(4326, (32700 if south else 32600) + zone)
                east, north = to_grid.transform(longitude[chosen], latitude[chosen])
                apart = np.abs(np.array([east - x[given[chosen]], north - y[given[chosen]]])) / 1000.0
                closer = apart.min(axis=0) < away[:, chosen].min(axis=0)
                away[:, chosen] = np.where(closer, apart, away[:, chosen])
    far = np.hypot(*away)
    if (away[0] < _DISAGREE_KM).mean() < _MOSTLY and (far < _DISAGREE_KM).mean() < _SOME:
        return []
    odd = far > _DISAGREE_KM
    if not odd.any():
        return []
    wrong = given[odd]
    text = (
        f"The place of a row and {easting}, {northing} beside it lie up to {far[odd].max():,.0f} km apart "
        f"(e.g. row {table.rows[wrong[0]]}), read as UTM; {', '.join(coordinate_columns(source))} was taken. Check them."
    )
    return [table.note("coordinates_disagree", text, wrong, (easting, northing))]


def _with_sides(table: PlacedRows, pair: Mapping[str, str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the cells with what says in which half of the earth the second coordinates lie, and the columns that say it.

    That is what the source says of the axes. Zones of which nothing says it lie on the side of their own row.
    """
    source, cells = table.source, table.cells
    names = ["utm_hemisphere"] if "utm_zone" in pair else ["latitude_hemisphere", "longitude_hemisphere"]
    sides: dict[str, str] = {}
    beside = cells.copy(deep=False)
    for name in names:
        mapped = mapped_columns(source, cells, name)
        if mapped:
            sides[name] = mapped[0]
        elif name in source.defaults or name == "utm_hemisphere":
            sides[name] = f"minewaste {name}"
            default = source.defaults.get(name)
            beside[sides[name]] = np.where(table.latitude < 0, "S", "N") if default is None else str(default)
    if "utm_zone" in pair and "minewaste utm_hemisphere" in beside.columns and "utm_hemisphere" not in source.defaults:
        lettered = ~zones_without_side(as_text(cells[pair["utm_zone"]]).fillna("").to_numpy(dtype=object))
        beside.loc[lettered, "minewaste utm_hemisphere"] = None
    return beside, sides


def _one_column(source: Source, cells: pd.DataFrame, name: str, pattern: str) -> str | None:
    """Return the column mapped to a layer column, else the only one whose heading says that it is one."""
    mapped = mapped_columns(source, cells, name)
    if mapped:
        return mapped[0]
    fitting = [str(column) for column in cells.columns if re.fullmatch(pattern, fold(str(column)).replace(" ", "_"))]
    return fitting[0] if len(fitting) == 1 and fitting[0] not in source.ignore else None
