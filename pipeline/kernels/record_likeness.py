"""What two records of inventories say alike or otherwise: names with their facilities, commodities, kinds, amounts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from layers.cells.commodities import group_of
from layers.cells.site_names import NameKey, name_key

RELATED = -0.5
"""Agreement of commodities that differ but belong to one family of metals."""
_SAME_AMOUNT_RATIO = 1.1


def amounts_differ(records: pd.DataFrame, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Say which pairs state different masses, volumes or areas: in one source, two bodies of waste at one mine."""
    differ = np.zeros(len(a), dtype=bool)
    for name in ("mass_t", "volume_m3", "area_m2"):
        amount = records[name].to_numpy(dtype=float)
        with np.errstate(invalid="ignore"):
            differ |= np.maximum(amount[a], amount[b]) > _SAME_AMOUNT_RATIO * np.minimum(amount[a], amount[b])
    return differ


def kinds_differ(records: pd.DataFrame, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Say which pairs are two kinds of waste, where both say one."""
    kind = records["waste_type"].to_numpy(dtype=object)
    is_telling = ~np.isin(kind, ("unknown", "none", "mixed"))
    differ: np.ndarray = (kind[a] != kind[b]) & is_telling[a] & is_telling[b]
    return differ


def telling_names(records: pd.DataFrame) -> pd.Series:
    """Return name and aliases of each record, without aliases that other records of its source share (owners, camps)."""
    aliases = records["aliases"].str.split("; ").explode().dropna().astype("str")
    keys = aliases.map(lambda name: name_key(name).joined)
    source = records["source"].reindex(keys.index)
    holders = pd.DataFrame({"source": source, "key": keys, "record": keys.index}).drop_duplicates()
    shared = holders.groupby(["source", "key"])["record"].transform("size")
    names = pd.DataFrame({"source": records["source"], "key": [_joined(record) for record in records["name"]]})
    own = set(names.itertuples(index=False, name=None))
    common = set(holders.loc[shared > 1, ["source", "key"]].itertuples(index=False, name=None))
    parts = zip(aliases, source, keys, strict=True)
    telling = aliases[[key != "" and (where, key) not in common and (where, key) not in own for _, where, key in parts]]
    kept = telling.groupby(level=0).agg("; ".join).reindex(records.index)
    generic = records["name"].notna() & (names["key"] == "")
    kept = kept.where(~generic, _with_facility(records, aliases))
    both = records["name"].str.cat(kept, sep="; ", na_rep="").str.strip("; ")
    return both.where(both.str.len() > 0)


def _with_facility(records: pd.DataFrame, aliases: pd.Series) -> pd.Series:
    """Return each alias with the record's name behind it: "tailings 2" says which one only with the name of its plant."""
    named = (aliases + " " + records["name"].fillna("").reindex(aliases.index)).str.strip()
    return named.groupby(level=0).agg("; ".join).reindex(records.index)


def _joined(name: Any) -> str:
    return "" if pd.isna(name) else name_key(str(name)).joined


def agreement(commodities: pd.Series, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return 1 where commodities (or their families of metals) overlap, -1 where they differ, 0 where either is unknown."""
    sets = [frozenset() if pd.isna(cell) else frozenset(str(cell).split("; ")) for cell in commodities]
    families = [frozenset(filter(None, map(group_of, kinds))) for kinds in sets]
    shared = np.zeros(len(a))
    for at, (left, right) in enumerate(zip(a, b, strict=True)):
        if sets[left] and sets[right]:
            exact = not sets[left].isdisjoint(sets[right])
            shared[at] = 1.0 if exact else (RELATED if not families[left].isdisjoint(families[right]) else -1.0)
    return shared


def own_names(records: pd.DataFrame) -> tuple[list[NameKey], np.ndarray]:
    """Return each record's own name taken apart, and whether it says nothing of its own ("tailings dam", "unknown", none)."""
    keys = [name_key("" if pd.isna(name) else str(name)) for name in records["name"]]
    return keys, np.array([not key.core for key in keys], dtype=bool)
