"""Pairs of records worth comparing: by shared official number, by parent, by nearness, by equal name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from layers.cells.site_names import name_key
from layers.crs import EARTH_RADIUS_KM, unit_vectors

_CROWD = 40
_SCHEMES = (
    ("minfile", re.compile(r"^\d{3}[A-P](?:[NS][EW]|[NSEW])?\d{3}$")),
    ("mdi", re.compile(r"^MDI(?:\d{2}[A-P]\d{2}(?:NE|NW|SE|SW)\d{5}|\d{12})$")),
    ("cmti", re.compile(r"^(?:AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT)\d{6}$")),
)


def plain_id(text: str) -> str:
    """Return an official number without blanks, plus signs and case: ``092F  084`` and ``092F++084`` are one."""
    return re.sub(r"[\s+]", "", text).upper()


def official_tokens(records: pd.DataFrame) -> list[set[tuple[str, str]]]:
    """Return, per record, its official numbers as (scheme, number).

    ``cross_ids`` name their scheme (``amis=73``); ``official_id`` may, is recognised by its form (MINFILE, MDI, CMTI), or counts
    within its own source and jurisdiction only.
    """
    tokens = []
    columns = zip(records["source"], records["jurisdiction"], records["official_id"], records["cross_ids"], strict=True)
    for source, jurisdiction, official, cross in columns:
        own: set[tuple[str, str]] = set()
        if not pd.isna(official):
            region = "" if pd.isna(jurisdiction) else str(jurisdiction)
            own.add(_token(str(official), f"{source} {region}"))
        if not pd.isna(cross):
            own |= {_token(part, str(source)) for part in str(cross).split("; ") if part.strip()}
        tokens.append({token for token in own if token[1]})
    return tokens


def registered(records: pd.DataFrame) -> list[dict[str, set[str]]]:
    """Return, per record, the numbers every register gives it: register -> numbers.

    A source is the register of its official ids, whatever their form; further numbers belong to the scheme they name or are
    recognised by. Two records of one register with different numbers are two things to the register.
    """
    pairs = []
    for source, official, tokens in zip(
        records["source"], records["official_id"], official_tokens(records), strict=True
    ):
        own: dict[str, set[str]] = {}
        for scheme, number in tokens:
            if not scheme.startswith(f"{source} "):
                own.setdefault(scheme, set()).add(number)
        if not pd.isna(official):
            own[f"source {source}"] = {plain_id(str(official).partition("=")[2] or str(official))}
        pairs.append(own)
    return pairs


def told_apart(first: Mapping[str, set[str]], second: Mapping[str, set[str]]) -> bool:
    """Say whether some register knows both and gives them no number in common."""
    return any(scheme in second and numbers.isdisjoint(second[scheme]) for scheme, numbers in first.items())


def pairs_by_id(records: pd.DataFrame) -> dict[tuple[int, int], str]:
    """Return positions of records that share an official number, with the number as text."""
    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, tokens in enumerate(official_tokens(records)):
        for token in sorted(tokens):
            holders[token].append(position)
    pairs: dict[tuple[int, int], str] = {}
    for (scheme, number), positions in holders.items():
        for pair in _pairs(positions):
            pairs.setdefault(pair, f"{scheme.split()[0]} {number}")
    return pairs


def pairs_by_parent(records: pd.DataFrame) -> list[tuple[int, int]]:
    """Return (parent, child) positions: ``parent_id`` is the record id or, in the same source, the official id of the parent."""
    by_record = {record: position for position, record in enumerate(records["record_id"])}
    by_official = {
        (source, plain_id(str(official))): position
        for position, (source, official) in enumerate(zip(records["source"], records["official_id"], strict=True))
        if not pd.isna(official)
    }
    pairs = []
    for child, (source, parent_id) in enumerate(zip(records["source"], records["parent_id"], strict=True)):
        if pd.isna(parent_id):
            continue
        parent = by_record.get(parent_id, by_official.get((source, plain_id(str(parent_id)))))
        if parent is not None and parent != child:
            pairs.append((parent, child))
    return pairs


def pairs_within(records: pd.DataFrame, radius_km: float) -> np.ndarray:
    """Return positions of all pairs of records at most ``radius_km`` apart, shape (n, 2), first before second.

    Points are put on the unit sphere and searched there, so it does not matter which CRS the table is in.
    """
    from scipy.spatial import cKDTree

    located = np.flatnonzero((records["latitude"].notna() & records["longitude"].notna()).to_numpy())
    if len(located) < 2:
        return np.empty((0, 2), dtype=np.int64)
    points = unit_vectors(*(records[name].to_numpy(dtype=float)[located] for name in ("longitude", "latitude")))
    chord = 2 * np.sin(min(radius_km * 1.01 / EARTH_RADIUS_KM, np.pi) / 2)
    pairs = cKDTree(points).query_pairs(chord, output_type="ndarray")
    pairs = np.sort(located[pairs], axis=1)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def pairs_by_name(records: pd.DataFrame, crowd: int) -> list[tuple[int, int]]:
    """Return pairs of records of different sources with equal names, save names carried by more than ``crowd`` records."""
    holders: dict[tuple[str, tuple[str, ...], frozenset[str]], list[int]] = defaultdict(list)
    for position, name in enumerate(records["name"]):
        if pd.isna(name):
            continue
        key = name_key(str(name))
        if key.joined:
            holders[(key.joined, key.numbers, key.markers)].append(position)
    source = records["source"].to_numpy()
    return [
        (a, b)
        for positions in holders.values()
        if len(positions) <= crowd
        for a, b in combinations(positions, 2)
        if source[a] != source[b]
    ]


def _token(text: str, own_scheme: str) -> tuple[str, str]:
    scheme, equals, number = text.partition("=")
    if equals:
        return scheme.strip().casefold(), plain_id(number)
    plain = plain_id(text)
    for name, pattern in _SCHEMES:
        if pattern.match(plain):
            return name, plain
    return own_scheme, plain


def _pairs(positions: list[int]) -> list[tuple[int, int]]:
    """Return all pairs of a small group; a large one is strung together, so that the count stays linear."""
    if len(positions) <= _CROWD:
        return list(combinations(positions, 2))
    return list(pairwise(positions))
