"""What the tables of a run share: ids one inventory quotes of another, names of several, samples near sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from layers.catalogue.source import Source
from layers.crs import EARTH_RADIUS_KM, unit_vectors

NEAR_KM = 25.0
APART_DEGREES = 2.0
_SAME_PLACE_DEGREES, _ALIKE = 0.1, 0.1


Shared = tuple[str, dict[str, Any]]
"""A sentence on what tables share: its key in the words, and what fills it."""


def count_matches(sources: Sequence[Source], layers: Mapping[str, pd.DataFrame]) -> list[Shared]:
    """Return sentences on what the tables share.

    Parameters
    ----------
    sources : sequence of Source
        Of the run file.
    layers : mapping of str to DataFrame
        What was read, by source id; sources that may not be named are left out by the caller.

    Returns
    -------
    list of Shared
    """
    inventories = {
        source.id: layers[source.id] for source in sources if source.role == "inventory" and source.id in layers
    }
    chemistry = {
        source.id: layers[source.id] for source in sources if source.role == "geochemistry" and source.id in layers
    }
    sentences: list[Shared] = []
    for name, samples in chemistry.items():
        sentences += _near(name, samples, inventories)
    sentences += _apart({**inventories, **chemistry})
    sentences += _quoted(inventories)
    sentences += _same_names(inventories)
    sentences += _keys_of_several(chemistry, inventories)
    sentences += _same_samples(chemistry)
    return sentences


def _near(name: str, samples: pd.DataFrame, inventories: Mapping[str, pd.DataFrame]) -> list[Shared]:
    here = _sphere(samples)
    sites = [inventory for inventory in map(_sphere, inventories.values()) if len(inventory)]
    if not len(here) or not sites:
        return []
    distance, _ = cKDTree(here).query(np.vstack(sites))
    near = float(np.mean(2 * EARTH_RADIUS_KM * np.arcsin(np.clip(distance / 2, 0, 1)) <= NEAR_KM))
    return [("check_match_near", {"source": name, "percent": round(100 * near), "n": len(here), "km": NEAR_KM})]


def _sphere(table: pd.DataFrame) -> np.ndarray:
    """Return located rows as unit vectors."""
    located = table[["longitude", "latitude"]].dropna()
    return unit_vectors(located["longitude"], located["latitude"])


def _quoted(inventories: Mapping[str, pd.DataFrame]) -> list[Shared]:
    """Count ids that stand in more than one inventory, scheme by scheme."""
    sentences: list[Shared] = []
    held = {
        name: set(inventory["cross_ids"].dropna().str.split("; ").explode()) for name, inventory in inventories.items()
    }
    names = list(held)
    for index, first in enumerate(names):
        for second in names[index + 1 :]:
            shared = held[first] & held[second]
            if shared:
                sentences.append(
                    ("check_match_ids", {"first": first, "second": second, "n": len(shared), "example": min(shared)})
                )
    return sentences


def _same_names(inventories: Mapping[str, pd.DataFrame]) -> list[Shared]:
    sentences: list[Shared] = []
    held = {name: set(inventory["name"].dropna().str.casefold().str.strip()) for name, inventory in inventories.items()}
    names = list(held)
    for index, first in enumerate(names):
        for second in names[index + 1 :]:
            shared = held[first] & held[second]
            if shared:
                sentences.append(("check_match_names", {"first": first, "second": second, "n": len(shared)}))
    return sentences


def _keys_of_several(chemistry: Mapping[str, pd.DataFrame], inventories: Mapping[str, pd.DataFrame]) -> list[Shared]:
    """Name keys of assays that are ids of far places in several inventories: the number does not say which is meant."""
    listed = [
        inventory[["official_id", "longitude", "latitude"]].dropna().assign(inventory=name)
        for name, inventory in inventories.items()
    ]
    if len(listed) < 2 or not chemistry:
        return []
    records = pd.concat(listed)
    records["official_id"] = records["official_id"].str.casefold()
    spread = records.groupby("official_id").agg({"inventory": "nunique", "longitude": np.ptp, "latitude": np.ptp})
    apart = (spread["longitude"] > _SAME_PLACE_DEGREES) | (spread["latitude"] > _SAME_PLACE_DEGREES)
    unclear = set(spread.index[(spread["inventory"] > 1) & apart])
    sentences: list[Shared] = []
    for name, samples in chemistry.items():
        keys = sorted(set(samples["site_key"].dropna().str.casefold()) & unclear)
        if keys:
            sentences.append(("check_match_unclear", {"source": name, "n": len(keys), "keys": ", ".join(keys[:5])}))
    return sentences


def _same_samples(chemistry: Mapping[str, pd.DataFrame]) -> list[Shared]:
    """Tell samples that stand in two laboratory tables under one id and place, with results that differ."""
    sentences: list[Shared] = []
    for first, second in combinations(chemistry, 2):
        left, right = (_by_sample(name, chemistry[name]) for name in (first, second))
        elements = [name for name in map(str, left) if name.endswith("_ppm") and name in right]
        shared = left.index.intersection(right.index)
        alike = left["site_key"].loc[shared].fillna("") == right["site_key"].loc[shared].fillna("")
        shared = shared[alike.to_numpy(dtype=bool)]
        for element in elements if len(shared) else []:
            first_results, second_results = left[element].loc[shared], right[element].loc[shared]
            differ = ((first_results - second_results).abs() > _ALIKE * first_results.abs()).to_numpy(dtype=bool)
            if differ.any():
                at = int(np.flatnonzero(differ)[0])
                results = {
                    "element": element.removesuffix("_ppm"),
                    "example": str(shared[at]),
                    "a": float(first_results.iloc[at]),
                    "b": float(second_results.iloc[at]),
                }
                counted = {"first": first, "second": second, "n": len(shared), "differ": int(differ.sum())}
                sentences.append(("check_match_samples", {**counted, **results}))
                break
    return sentences


def _by_sample(name: str, samples: pd.DataFrame) -> pd.DataFrame:
    """Return samples by their own id, without those whose id stands more than once."""
    ids = samples["sample_id"].astype("str").str.removeprefix(f"{name}:")
    return samples.drop(columns="geometry", errors="ignore").set_index(ids)[~ids.duplicated(keep=False).to_numpy()]


def _apart(tables: Mapping[str, pd.DataFrame]) -> list[Shared]:
    """Say which table lies far from all others, and whether the other sign of its longitudes would bring it among them."""
    boxes = {}
    for name, table in tables.items():
        points = table[["longitude", "latitude"]].dropna()
        if len(points):
            boxes[name] = (*points.quantile(0.02).tolist(), *points.quantile(0.98).tolist())
    sentences: list[Shared] = []
    for name, (west, south, east, north) in boxes.items():
        others = [box for other, box in boxes.items() if other != name]
        if not others or any(_touch((west, south, east, north), box) for box in others):
            continue
        mirrored = any(_touch((-east, south, -west, north), box) for box in others)
        key = "check_match_mirrored" if mirrored else "check_match_apart"
        sentences.append((key, {"source": name, "degrees": APART_DEGREES}))
    return sentences


def _touch(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    across = a[0] - APART_DEGREES <= b[2] and b[0] - APART_DEGREES <= a[2]
    return across and a[1] - APART_DEGREES <= b[3] and b[1] - APART_DEGREES <= a[3]
