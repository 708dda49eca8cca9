"""The one UTM zone in which all points of a table lie where it says they do: proposed in questions, never taken."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd

from layers import jurisdictions as known
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.columns import as_text
from layers.readers.placed_rows import coordinate_columns
from layers.transformer import transformer

Box = tuple[float, float, float, float]
_ZONES, _MOST_NAMES, _KNOWN = 60, 200, 0.6
_NEAR_KM = 5.0
_MOST_POINTS = 500
_LAST_AMERICAN, _LEAST_NORTH = 23, 14.0
Inside = Callable[[np.ndarray, np.ndarray], bool]


def only_zone(
    cells: pd.DataFrame,
    x: np.ndarray,
    y: np.ndarray,
    *,
    path: str,
    other_columns: Collection[str] = (),
    extent: Box | None = None,
) -> str:
    """Say which UTM zone alone puts all points into the states, provinces or countries that are named.

    Parameters
    ----------
    cells : DataFrame
        Raw cells, n rows.
    x, y : ndarray of float, shape (n,)
        Metres; rows without finite numbers are not looked at.
    path : str
        Of the file, whose folders may name a country or state; it counts where no column does.
    other_columns : collection of str
        Columns that are known to hold something else than places.
    extent : tuple of float, optional
        West, south, east and north of the other files, degrees; it counts where nothing is named.

    Returns
    -------
    str
        A sentence that begins with a blank; empty where no zone, or several, do so.
    """
    given = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & ((x != 0) | (y != 0)))
    rows = given[:: max(1, len(given) // _MOST_POINTS)]
    tests = _named(cells.iloc[rows], other_columns) or _of_path(path) or _of_extent(extent)
    if not len(rows) or not tests:
        return ""
    fitting: list[str] = []
    for zone in range(1, _ZONES + 1):
        for first in (32600, 32700):
            degrees = transformer(first + zone, 4326).transform(x[rows], y[rows])
            longitude, latitude = (np.asarray(axis, dtype=float) for axis in degrees)
            if not np.isfinite(longitude).all() or not all(inside(longitude, latitude) for _, inside in tests):
                continue
            american = first == 32600 and zone <= _LAST_AMERICAN and float(np.median(latitude)) > _LEAST_NORTH
            fitting.append(
                f"EPSG:{26900 + zone if american else first + zone} ({zone}{'N' if first == 32600 else 'S'})"
            )
    if len(fitting) != 1:
        return ""
    places = " and ".join(words for words, _ in tests)
    return f" Of all UTM zones only {fitting[0]} puts all points where {places}: state it if the publisher agrees."


def zone_wanted(source: Source, where: str, cells: pd.DataFrame, x: np.ndarray, y: np.ndarray) -> SourceError:
    """Return the error of metres of which nothing says the zone; parameters are those of `only_zone`."""
    mapped = [name for value in source.columns.values() for name in np.atleast_1d(value)]
    others = {*mapped, *source.ignore, *coordinate_columns(source)} - {
        *np.atleast_1d(source.columns.get("jurisdiction", []))
    }
    hint = only_zone(cells, x, y, path=source.path, other_columns=others)
    return SourceError(
        f"{where}: easting and northing are mapped but neither utm_zone nor a projected crs is. Map 'utm_zone' or state e.g. "
        f"'crs: EPSG:26910'; no zone is ever taken for granted.{hint}"
    )


def _named(cells: pd.DataFrame, other_columns: Collection[str]) -> list[tuple[str, Inside]]:
    """Return the columns that name states and the like, each with a test of places."""
    tests: list[tuple[str, Inside]] = []
    for column in map(str, cells.columns):
        texts = as_text(cells[column])
        words = texts.dropna().unique()
        if column in other_columns or not 0 < len(words) <= _MOST_NAMES:
            continue
        codes = {word: known.meanings(str(word)) for word in words if len(str(word)) > 1}
        if sum(map(bool, codes.values())) >= _KNOWN * len(words):
            of_rows = [codes.get(text, ()) if isinstance(text, str) else () for text in texts]
            tests.append((f"{column} says", _within(of_rows)))
    return tests


def _within(of_rows: list[tuple[str, ...]]) -> Inside:
    groups = {codes: np.array([at for at, own in enumerate(of_rows) if own == codes]) for codes in {*of_rows} - {()}}

    def inside(longitude: np.ndarray, latitude: np.ndarray) -> bool:
        return all(
            bool((known.km_outside(codes, longitude[at], latitude[at]) <= _NEAR_KM).all())
            for codes, at in groups.items()
        )

    return inside


def _of_path(path: str) -> list[tuple[str, Inside]]:
    named = known.named_in(path)
    if len(named) != 1:
        return []
    [(name, codes)] = named
    return [
        (
            f"the path says ({name})",
            lambda longitude, latitude: bool((known.km_outside(codes, longitude, latitude) <= _NEAR_KM).all()),
        )
    ]


def _of_extent(extent: Box | None) -> list[tuple[str, Inside]]:
    if extent is None:
        return []
    west, south, east, north = extent
    return [
        (
            "the other files lie",
            lambda longitude, latitude: bool(
                ((longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)).all()
            ),
        )
    ]
