"""What the tables of a run share: assays found at their sites, ids one inventory quotes of another, samples near sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from layers.catalogue.source import Source
from layers.crs import EARTH_RADIUS_KM, unit_vectors

NEAR_KM = 25.0
APART_DEGREES = 2.0


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
