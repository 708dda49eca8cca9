"""Records grouped by their links, with a guard against chains; and the names of the groups."""

from __future__ import annotations

import hashlib
import re
from itertools import combinations

import numpy as np
import pandas as pd

from layers.crs import geodesic_km
from layers.text import fold
from pipeline.kernels.record_pairs import registered, told_apart

_APART_RULES = ("known", "names_differ", "ids_differ", "location_conflict")
_FREE_RULES = ("known", "parent_child")
_ORDER = {"known": 0, "parent_child": 1, "official_id": 2}


def group_records(
    records: pd.DataFrame, links: pd.DataFrame, max_diameter_km: float
) -> tuple[np.ndarray, np.ndarray, dict[int, float]]:
    """Follow links, firmest first, and number the groups that result.

    Records that one register numbers differently come together by a person's word or as part and parent, and in no other way:
    not through a third record either.

    Parameters
    ----------
    records : DataFrame[Records]
        Located or not; also gains the column ``spread_km``: widest distance inside the record's group (0 for one
        record).
    links : DataFrame[Links]
        Links to records that are not here are left aside.
    max_diameter_km : float
        Widest a group may become by links other than a person's and a parent's.

    Returns
    -------
    group : ndarray of int
        Per record, in order of the group's first record.
    spread_km : ndarray of float
        Per record, the widest distance inside its group; 0 for one record.
    confidence : dict
        Per group of several records, the confidence of the weakest link followed.
    """
    position = {record: at for at, record in enumerate(records["record_id"])}
    here = links[links["record_a"].isin(position) & links["record_b"].isin(position)]
    apart = here[~here["same_site"].astype(bool) & here["rule"].isin(_APART_RULES)]
    # Pairs said or found to be two sites keep whole groups apart, through whatever third record.
    enemies: dict[int, set[int]] = {}
    for a, b in zip(apart["record_a"].map(position), apart["record_b"].map(position), strict=True):
        enemies.setdefault(a, set()).add(b)
        enemies.setdefault(b, set()).add(a)
    lat, lon = (records[name].to_numpy(dtype=float) for name in ("latitude", "longitude"))
    members: dict[int, list[int]] = {at: [at] for at in range(len(records))}
    owner = np.arange(len(records))
    weakest: dict[int, float] = {}
    numbers = dict(enumerate(registered(records)))
    for link in _firmest_first(here, position):
        a, b = int(owner[link.a]), int(owner[link.b])
        if a == b:
            continue
        # The group keeps the number of its first record: the answer does not depend on the order of links.
        a, b = min(a, b), max(a, b)
        joined = members[a] + members[b]
        mates = set(members[b])
        if any(not enemies.get(member, set()).isdisjoint(mates) for member in members[a]):
            continue
        if link.rule not in _FREE_RULES:
            if told_apart(numbers[a], numbers[b]):
                continue
            # Chains of short links must not join the two ends of a district.
            wide = link.distance_km if len(joined) == 2 else diameter_km(lon[joined], lat[joined])
            if wide > max_diameter_km:
                continue
        members[a] = joined
        for scheme, own in numbers.pop(b).items():
            numbers[a][scheme] = numbers[a].get(scheme, set()) | own
        owner[members.pop(b)] = a
        weakest[a] = min(link.confidence, weakest.get(a, 1.0), weakest.pop(b, 1.0))
    return owner, _spreads_km(lon, lat, members, owner), weakest


def _spreads_km(lon: np.ndarray, lat: np.ndarray, members: dict[int, list[int]], owner: np.ndarray) -> np.ndarray:
    """Return, per record, the widest distance inside its group, measured for all groups at once."""
    pairs = [(group, a, b) for group, own in members.items() if len(own) > 1 for a, b in combinations(own, 2)]
    widest = np.zeros(len(owner))
    if pairs:
        group, a, b = np.array(pairs).T
        np.maximum.at(widest, group, np.nan_to_num(geodesic_km(lon[a], lat[a], lon[b], lat[b])))
    return widest[owner]


def diameter_km(lon: np.ndarray, lat: np.ndarray) -> float:
    """Return the widest geodesic distance between any two located points; 0 for fewer than two."""
    located = np.isfinite(lon) & np.isfinite(lat)
    lon, lat = lon[located], lat[located]
    if len(lon) < 2:
        return 0.0
    first, second = np.triu_indices(len(lon), k=1)
    return float(geodesic_km(lon[first], lat[first], lon[second], lat[second]).max())


def site_names(ordered: pd.DataFrame) -> pd.Series:
    """Name each group: ``<source>-<official id>`` of its first record that has one, else a hash of its record ids.

    Parameters
    ----------
    ordered : DataFrame
        Records with their ``group``, in the order in which they are believed.

    Returns
    -------
    Series of str
        Per group, sorted; ASCII, lower case, unique without regard to case.
    """
    numbered = ordered[ordered["official_id"].notna()].drop_duplicates("group").set_index("group")
    slugs = {
        group: slug(f"{source} {official}")
        for group, source, official in zip(numbered.index, numbered["source"], numbered["official_id"], strict=True)
    }
    ids: dict[int, list[str]] = {}
    for group, record in zip(ordered["group"], ordered["record_id"], strict=True):
        ids.setdefault(group, []).append(record)
    digests = {
        group: hashlib.sha256("\n".join(sorted(own)).encode()).hexdigest()[:10] for group, own in sorted(ids.items())
    }
    counts = pd.Series(slugs, dtype=object).value_counts()
    names = []
    for group, digest in digests.items():
        own = slugs.get(group)
        if own is None:
            names.append(f"s-{digest}")
        else:
            names.append(own if counts[own] == 1 else f"{own}-{digest[:6]}")
    return pd.Series(names, index=list(digests))


def slug(text: str) -> str:
    """Return a text as lower-case ASCII letters, digits and hyphens, at most 60 long."""
    letters = fold(text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:60].rstrip("-") or "s"


def _firmest_first(links: pd.DataFrame, position: dict[str, int]) -> list:
    """Return the same-site links in the order to follow them; ties by distance, then by record ids."""
    same = links[links["same_site"].astype(bool)]
    table = pd.DataFrame(
        {
            "a": same["record_a"].map(position).astype(int),
            "b": same["record_b"].map(position).astype(int),
            "rule": same["rule"],
            "confidence": same["confidence"].astype(float),
            "step": same["rule"].map(_ORDER).fillna(len(_ORDER)),
            "less": -same["confidence"].astype(float),
            "distance_km": same["distance_km"].astype(float).fillna(0.0),
            "first": np.minimum(same["record_a"].astype(object), same["record_b"].astype(object)),
            "second": np.maximum(same["record_a"].astype(object), same["record_b"].astype(object)),
        }
    )
    return list(
        table.sort_values(["step", "less", "distance_km", "first", "second"], kind="stable").itertuples(index=False)
    )
