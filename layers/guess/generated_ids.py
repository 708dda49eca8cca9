"""Ids that software made (``gml_id``, ``OBJECTID``, uuids, ``layer name.12``), which tell rows apart and mean nothing."""

from __future__ import annotations

import re

import pandas as pd

from layers.guess.words import plain
from layers.readers.columns import as_text

_HEADINGS = re.compile(
    r"(?:gml|fme|fdo|ogr|ogc|oid|sde|esri|global|object|feature|row|geo|u|gu|uu)_?id(?:_?\d+)?|(?:ogc|ogr|sde)_fid|fid(?:_\w+)?|"
    r"gid|oid(?:_?\d+)?|index|unnamed_0|rid"
)
_UUID = r"\{?[0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}\}?"
_NUMBERED = r"([^\W\d][\w .:/-]*)[._:-](?:fid-)?-?[0-9A-Fa-f_-]*\d[0-9A-Fa-f_-]*"
_LOOKED_AT, _NEARLY_ALL = 200, 0.95
_LONGEST = 500
"""Letters of an id."""
_IDS = frozenset(["official_id", "parent_id", "sample_id", "site_key", "territory_id", "community_id", "key"])
_NAMES = frozenset(["name", "aliases", "territory", "territory_other_names", "community"])


def headed_by_software(name: str) -> bool:
    """Say whether software gave a column its heading, as it does to the ids it makes."""
    return _HEADINGS.fullmatch(plain(name)) is not None


def is_generated(name: str, column: pd.Series) -> bool:
    """Say whether a column holds ids that software gave to the rows when it wrote the file.

    Parameters
    ----------
    name : str
        Heading.
    column : Series
        Cells: uuids, or one text with a different number in each row (``slag_heaps_2019.0``), as GML and web services make them.
    """
    if headed_by_software(name):
        return True
    if pd.api.types.is_numeric_dtype(column):
        return False
    text = as_text(column.dropna().head(_LOOKED_AT)).dropna().str.strip()
    if len(text) < 2 or (text.str.len() > _LONGEST).any() or text.nunique() < _NEARLY_ALL * len(text):
        return False
    if text.str.fullmatch(_UUID).mean() > _NEARLY_ALL:
        return True
    stem = text.str.extract(rf"^{_NUMBERED}$")[0].dropna()
    return len(stem) > _NEARLY_ALL * len(text) and stem.nunique() == 1


def may_mean(layer_column: str, name: str, column: pd.Series) -> bool:
    """Say whether a column may hold what its heading says.

    An id that software made serves as an id, for want of another. Names may be numbered (``TSF-1``), where their heading calls
    them names; no other layer column has one value per row that differs by a number alone.
    """
    if layer_column in _IDS:
        return True
    return not (headed_by_software(name) if layer_column in _NAMES else is_generated(name, column))
