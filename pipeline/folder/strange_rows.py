"""Rows of published tables that no run writes: twice, missing, numbers without measure, codes nobody knows.

A run folder that was given away may have been altered together with its digests, and a schema holds one column at a time. What is
told here names the table and the kind; the rest is `pipeline.folder.published`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from layers.cells.years import FIRST_YEAR, LAST_YEAR
from layers.errors import MinewasteError
from layers.files.json_text import parse_json
from layers.rasters.reader import HUGE
from maps.publication import Publication
from maps.words import finding, known

ROWS_PER_SITE = 1_000
"""Rows of a table for each site, on average: areas around it, reasons, cautions, targets."""
FARTHEST_KM = 20_100.0
"""Half way round the Earth."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "site_territories": ("site_id", "territory_id"),
    "reasons": ("site_id", "position"),
    "targets": ("site_id", "target"),
    "flags": ("site_id", "flag", "finding", "values", "source"),
    "sources": ("source_id",),
}
"""Columns that together name a row, where no single column of the schema does."""

OF_EVERY_SITE = ("ranking", "companion", "access")
"""Tables that have one row for each site."""

_RANKS = ("rank", "rank_low", "rank_high", "companion_rank", "order")
_YEARS = ("first_year", "last_year")
_KILOMETRES = {
    "access": ("road_km", "rail_km", "power_km", "water_km", "structure_km", "community_km"),
    "site_territories": ("distance_km",),
    "ranking": ("community_km",),
}


def too_many_rows(folder: Path) -> str | None:
    """Return what is strange in the numbers of rows, told by the footers of the tables alone.

    Parameters
    ----------
    folder : Path
        With one Parquet file per table of a `Publication`.
    """
    import pyarrow.parquet as pq

    rows = {name: int(pq.read_metadata(folder / f"{name}.parquet").num_rows) for name in Publication.PER_SITE}
    for name, count in rows.items():
        if count > ROWS_PER_SITE * max(rows["sites"], 1):
            return f"{name}.parquet holds {count:,} rows for {rows['sites']:,} sites"
    for name in OF_EVERY_SITE:
        if rows[name] != rows["sites"]:
            return (
                f"{name}.parquet holds {rows[name]:,} rows for {rows['sites']:,} sites, and a run writes one for each"
            )
    return None


def strange_rows(name: str, table: pd.DataFrame, sites: int) -> str | None:
    """Return what is strange in the rows of a table that keeps its schema; None where nothing is.

    Parameters
    ----------
    name : str
        Of the table in a `Publication`.
    table : DataFrame
        As it was read.
    sites : int
        How many sites the run ranked.
    """
    return next(iter(_strange(name, table, sites)), None)


def _strange(name: str, table: pd.DataFrame, sites: int) -> Iterator[str]:
    if name in KEYS:
        twice = int(table.duplicated(list(KEYS[name])).sum())
        if twice:
            yield f"{twice:,} of its {len(table):,} rows stand there twice ({', '.join(KEYS[name])})"
    for column in table.select_dtypes("number").columns:
        values = table[column].to_numpy(dtype=float, na_value=np.nan)
        beyond = _beyond(name, str(column), values, sites)
        if beyond.any():
            yield f"{column} holds {values[beyond][0]:g} ({int(beyond.sum()):,} rows), which no run writes"
    if name == "flags":
        unknown = _unworded(table)
        if unknown:
            yield f"its cautions are not those of minewaste ('{unknown[:60]}')"


def _beyond(name: str, column: str, values: np.ndarray, sites: int) -> np.ndarray:
    """Return which numbers are beyond all measure; what is missing is not."""
    beyond: np.ndarray = np.isinf(values) | (np.abs(values) > HUGE)
    if column in _RANKS:
        beyond |= values > sites
    if column in _YEARS:
        beyond |= (values < FIRST_YEAR) | (values > LAST_YEAR + 100)
    if column in _KILOMETRES.get(name, ()):
        beyond |= values > FARTHEST_KM
    return beyond


def _unworded(table: pd.DataFrame) -> str | None:
    """Return the first code of a caution or its finding that cannot be put into words."""
    for code in table["flag"].unique():
        if not known(f"flag_{code}"):
            return str(code)
    for code, values in table[["finding", "values"]].drop_duplicates().itertuples(index=False):
        try:
            finding(code, parse_json(values), "en")
        except (MinewasteError, LookupError, TypeError, ValueError, AttributeError):
            return str(code)
    return None
