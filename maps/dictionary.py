"""The data dictionary: every column of every table a run writes, in words and in both languages."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from layers import schema
from layers.own_tables import own_table

PLACEHOLDERS = {"<El>": "[A-Z][a-z]?", "<name>": "[A-Za-z0-9_]+?", "<amount>": "[a-z]+_(?:t|m|m2|m3)"}
"""What stands for a part of a name in a family of columns."""

TABLES: dict[str, tuple[str, type[Any] | None, tuple[str, ...]]] = {
    "ranking.csv": ("One row per ranked site, best first.", schema.Ranking, ()),
    "sites.parquet": (
        "One row per site, everything known; also the layer `sites` of `ranking.gpkg`.",
        schema.Sites,
        ("families",),
    ),
    "targets.csv": ("One row per target and ranked site, where several targets are asked for.", schema.Targets, ()),
    "site_territories.csv": ("One row per relation of a site to an area.", schema.SiteTerritories, ()),
    "accounting.csv": (
        "One row per source; what was read equals what was kept, merged, withheld and rejected.",
        None,
        ("source", "role", "rows_read", "rows_kept", "rows_merged", "rows_withheld", "rows_rejected"),
    ),
    "rejected.csv": ("One row per row that was turned away.", schema.Rejected, ()),
    "stages/links.csv": (
        "One row per pair of records that was compared and decided.",
        None,
        ("record_a", "record_b", "same_site", "confidence", "rule", "name_similarity", "distance_km", "reason"),
    ),
    "model/held_out.csv": (
        "Scores of sites by models that have not seen them.",
        None,
        ("site_id", "question", "fold", "label", "score", "method", "list_place", "compared", "won"),
    ),
    "samples.csv": ("One row per sample of a run on samples.", schema.SamplePredictions, ()),
}
"""File of a run: what a row is, the schema it must satisfy, further columns."""


@lru_cache(maxsize=1)
def _entries() -> dict[str, Any]:
    return own_table("maps", "dictionary.yml")


@lru_cache(maxsize=1)
def _families() -> list[tuple[re.Pattern[str], dict[str, str]]]:
    patterns = []
    for name, entry in _entries()["families"].items():
        pattern = re.escape(name)
        for placeholder, meant in PLACEHOLDERS.items():
            pattern = pattern.replace(re.escape(placeholder), meant)
        patterns.append((re.compile(pattern), entry))
    # `raster_x_sd` is also of the form `raster_<name>`: the longer family is the one that is meant.
    return sorted(patterns, key=lambda pair: -len(pair[0].pattern))


def entry_of(column: str) -> dict[str, str] | None:
    """Return what the dictionary says of a column (``en, fr, missing_en, missing_fr``), None where it says nothing."""
    known: dict[str, str] | None = _entries()["columns"].get(column)
    if known is not None:
        return known
    return next((entry for pattern, entry in _families() if pattern.fullmatch(column)), None)


def meaning(column: str, lang: str) -> str:
    """Return what a column means.

    Raises
    ------
    KeyError
        If the dictionary does not hold the column.
    """
    return _fact(column, lang)


def missing(column: str, lang: str) -> str:
    """Return what an empty cell of a column says.

    Raises
    ------
    KeyError
        If the dictionary does not hold the column.
    """
    return _fact(column, f"missing_{lang}")


def tables() -> dict[str, tuple[str, list[str]]]:
    """Return per file of a run what a row is, and its columns; families of columns by their pattern."""
    listed = {}
    for name, (title, model, further) in TABLES.items():
        columns = [] if model is None else list(model.to_schema().columns)
        columns += [column for column in further if column != "families"]
        if "families" in further:
            columns += list(_entries()["families"])
        listed[name] = (title, columns)
    return listed


def _fact(column: str, key: str) -> str:
    entry = _entries()["families"].get(column) or entry_of(column)
    if entry is None:
        raise KeyError(f"{column}: the data dictionary does not hold this column")
    return str(entry[key])
