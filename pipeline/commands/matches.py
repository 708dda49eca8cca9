"""What the tables of a run share: assays found at their sites, ids one inventory quotes of another, samples near sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from layers.catalogue.source import Source
from layers.crs import EARTH_RADIUS_KM, unit_vectors

NEAR_KM = 25.0
APART_DEGREES = 2.0
_SAME_PLACE_DEGREES, _ALIKE = 0.1, 0.1


def count_matches(sources: Sequence[Source], layers: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return sentences on what the tables share.

    Parameters
    ----------
    sources : sequence of Source
        Of the run file.
    layers : mapping of str to DataFrame
        What was read, by source id; sources that may not be named are left out by the caller.

    Returns
    -------
    list of str
    """
    inventories = {
        source.id: layers[source.id] for source in sources if source.role == "inventory" and source.id in layers
    }
    chemistry = {
        source.id: layers[source.id] for source in sources if source.role == "geochemistry" and source.id in layers
    }
    sentences = []
    for name, samples in chemistry.items():
        sentences += _site_keys(name, samples, inventories)
        sentences += _near(name, samples, inventories)
    sentences += _apart({**inventories, **chemistry})
    sentences += _quoted(inventories)
    sentences += _same_names(inventories)
    sentences += _keys_of_several(chemistry, inventories)
    sentences += _same_samples(chemistry)
    return sentences


def _site_keys(name: str, samples: pd.DataFrame, inventories: Mapping[str, pd.DataFrame]) -> list[str]:
    keys = set(samples["site_key"].dropna().str.casefold())
    if not keys or not inventories:
        return []
    ids = {text for inventory in inventories.values() for text in inventory["official_id"].dropna().str.casefold()}
    names = pd.concat([inventory["name"].dropna().str.casefold() for inventory in inventories.values()]).value_counts()
    by_id = keys & ids
    by_name = (keys - by_id) & set(names.index)
    several = sum(int(names[name]) > 1 for name in by_name)
    lost = sorted(keys - by_id - by_name)
    text = (
        f"{name}: of {len(keys)} sites that were assayed, {len(by_id)} are found by id and {len(by_name)} by exact name"
    )
    text += f" ({several} of these names stand for several records)" if several else ""
    return [f"{text}; {len(lost)} by neither{': ' + ', '.join(lost[:5]) if lost else ''}."]


def _near(name: str, samples: pd.DataFrame, inventories: Mapping[str, pd.DataFrame]) -> list[str]:
    here = _sphere(samples)
    sites = [inventory for inventory in map(_sphere, inventories.values()) if len(inventory)]
    if not len(here) or not sites:
        return []
    distance, _ = cKDTree(here).query(np.vstack(sites))
    near = float(np.mean(2 * EARTH_RADIUS_KM * np.arcsin(np.clip(distance / 2, 0, 1)) <= NEAR_KM))
    return [f"{name}: {near:.0%} of all inventory records have one of its {len(here)} samples within {NEAR_KM:g} km."]


def _sphere(table: pd.DataFrame) -> np.ndarray:
    """Return located rows as unit vectors."""
    located = table[["longitude", "latitude"]].dropna()
    return unit_vectors(located["longitude"], located["latitude"])


def _quoted(inventories: Mapping[str, pd.DataFrame]) -> list[str]:
    """Count ids that stand in more than one inventory, scheme by scheme."""
    sentences = []
    held = {
        name: set(inventory["cross_ids"].dropna().str.split("; ").explode()) for name, inventory in inventories.items()
    }
    names = list(held)
    for index, first in enumerate(names):
        for second in names[index + 1 :]:
            shared = held[first] & held[second]
            if shared:
                sentences.append(f"{first} and {second}: {len(shared)} ids stand in both (e.g. {min(shared)}).")
    return sentences


def _same_names(inventories: Mapping[str, pd.DataFrame]) -> list[str]:
    sentences = []
    held = {name: set(inventory["name"].dropna().str.casefold().str.strip()) for name, inventory in inventories.items()}
    names = list(held)
    for index, first in enumerate(names):
        for second in names[index + 1 :]:
            shared = held[first] & held[second]
            if shared:
                sentences.append(
                    f"{first} and {second}: {len(shared)} names stand in both. Equal names are often different mines: records "
                    "are only linked where id, or name, distance and commodity agree."
                )
    return sentences


def _keys_of_several(chemistry: Mapping[str, pd.DataFrame], inventories: Mapping[str, pd.DataFrame]) -> list[str]:
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
    sentences = []
    for name, samples in chemistry.items():
        keys = sorted(set(samples["site_key"].dropna().str.casefold()) & unclear)
        if keys:
            sentences.append(
                f"{name}: {len(keys)} of its keys are ids of different places in more than one inventory "
                f"({', '.join(keys[:5])}). Samples without a place of their own find no site by them: use names as keys."
            )
    return sentences


def _same_samples(chemistry: Mapping[str, pd.DataFrame]) -> list[str]:
    """Tell samples that stand in two laboratory tables under one id and place, with results that differ."""
    sentences = []
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
                sentences.append(
                    f"{first} and {second}: {len(shared)} samples stand in both under one id, {int(differ.sum())} of them "
                    f"with another {element.removesuffix('_ppm')} (e.g. {shared[at]}: {first_results.iloc[at]:g} and "
                    f"{second_results.iloc[at]:g} ppm). Both count as samples of their own; leave one out if they are one."
                )
                break
    return sentences


def _by_sample(name: str, samples: pd.DataFrame) -> pd.DataFrame:
    """Return samples by their own id, without those whose id stands more than once."""
    ids = samples["sample_id"].astype("str").str.removeprefix(f"{name}:")
    return samples.drop(columns="geometry", errors="ignore").set_index(ids)[~ids.duplicated(keep=False).to_numpy()]


def _apart(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Say which table lies far from all others, and whether the other sign of its longitudes would bring it among them."""
    boxes = {}
    for name, table in tables.items():
        points = table[["longitude", "latitude"]].dropna()
        if len(points):
            boxes[name] = (*points.quantile(0.02).tolist(), *points.quantile(0.98).tolist())
    sentences = []
    for name, (west, south, east, north) in boxes.items():
        others = [box for other, box in boxes.items() if other != name]
        if not others or any(_touch((west, south, east, north), box) for box in others):
            continue
        mirrored = any(_touch((-east, south, -west, north), box) for box in others)
        hint = "; with the other sign of its longitudes it would lie among them" if mirrored else ""
        sentences.append(
            f"{name}: lies more than {APART_DEGREES:g} degrees from all other tables{hint}. Is its coordinate system right?"
        )
    return sentences


def _touch(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    across = a[0] - APART_DEGREES <= b[2] and b[0] - APART_DEGREES <= a[2]
    return across and a[1] - APART_DEGREES <= b[3] and b[1] - APART_DEGREES <= a[3]
