"""Records grouped by their links, with a guard against chains; and the names of the groups."""

from __future__ import annotations

import hashlib
import re
import unicodedata

import numpy as np
import pandas as pd

from layers.crs import geodesic_km

_APART_RULES = ("known", "names_differ", "location_conflict")
_FREE_RULES = ("known", "parent_child")
_ORDER = {"known": 0, "parent_child": 1, "official_id": 2}


def group_records(
    records: pd.DataFrame, links: pd.DataFrame, max_diameter_km: float
) -> tuple[np.ndarray, np.ndarray, dict[int, float]]:
    """Follow links, firmest first, and number the groups that result.

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
    enemies: dict[int, set[int]] = {}
    for a, b in zip(apart["record_a"].map(position), apart["record_b"].map(position), strict=True):
        enemies.setdefault(a, set()).add(b)
        enemies.setdefault(b, set()).add(a)
    lat, lon = (records[name].to_numpy(dtype=float) for name in ("latitude", "longitude"))
    members: dict[int, list[int]] = {at: [at] for at in range(len(records))}
    owner = np.arange(len(records))
    weakest: dict[int, float] = {}
    for link in _firmest_first(here, position):
        a, b = int(owner[link.a]), int(owner[link.b])
        if a == b:
            continue
        a, b = min(a, b), max(a, b)
        joined = members[a] + members[b]
        mates = set(members[b])
        if any(not enemies.get(one, set()).isdisjoint(mates) for one in members[a]):
            continue
        if link.rule not in _FREE_RULES and diameter_km(lon[joined], lat[joined]) > max_diameter_km:
            continue
        members[a] = joined
        owner[members.pop(b)] = a
        weakest[a] = min(link.confidence, weakest.get(a, 1.0), weakest.pop(b, 1.0))
    spread = np.zeros(len(records))
    for mine in members.values():
        if len(mine) > 1:
            spread[mine] = diameter_km(lon[mine], lat[mine])
    return owner, spread, weakest


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
    ids = ordered.groupby("group", sort=True)["record_id"].agg(sorted)
    digests = {group: hashlib.sha256("\n".join(own).encode()).hexdigest()[:10] for group, own in ids.items()}
    counts = pd.Series(slugs, dtype=object).value_counts()
    names = []
    for group in ids.index:
        own = slugs.get(group)
        if own is None:
            names.append(f"s-{digests[group]}")
        else:
            names.append(own if counts[own] == 1 else f"{own}-{digests[group][:6]}")
    return pd.Series(names, index=ids.index)


def slug(text: str) -> str:
    """Return a text as lower-case ASCII letters, digits and hyphens, at most 60 long."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:60].rstrip("-") or "s"


def _firmest_first(links: pd.DataFrame, position: dict[str, int]) -> list:
    """Return the same-site links in the order to follow them; ties by distance, then by the records' order."""
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
        }
    )
    return list(table.sort_values(["step", "less", "distance_km", "a", "b"], kind="stable").itertuples(index=False))
