"""Sites without an amount beside one with an amount that bears the name of the same works: perhaps of one waste."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import combinations

import numpy as np
import pandas as pd

from layers.cells.site_names import contradict, name_key
from layers.crs import geodesic_km

WORKS_KM = 4.0
"""A mill's tailings lie this near to the openings that bear its name."""

AMOUNTS = ("mass_t", "volume_m3", "milled_t")
"""What tells how much waste there is, of whose tailings a record without them may speak."""

SIZES = (*AMOUNTS, "area_m2", "authorised_t", "mined_t")
"""A record with any of these speaks of a waste of its own: dams of one plant bear its name."""

MOST_OPENINGS = 12
"""More sites than these of one name bear a usual one."""

LEAST_SPREAD = 0.1
"""Of the tonnes above the middle where the amount beside a site bounds them, decimal logarithm."""


def works_pairs(sites: pd.DataFrame, metals: list[frozenset[str]], degrees: np.ndarray) -> dict[tuple[int, int], float]:
    """Return pairs of rows -> km with a common name and commodity, of which one knows an amount and one says no size.

    Parameters
    ----------
    sites : DataFrame
        ``name`` and, where there are, ``aliases`` and `SIZES`.
    metals : list of frozenset of str
        Commodities of each.
    degrees : ndarray of float, shape (n, 2)
        Latitude and longitude.
    """
    known, sized = (
        sites.reindex(columns=list(names)).gt(0).any(axis=1).to_numpy(dtype=bool) for names in (AMOUNTS, SIZES)
    )
    of_name: dict[str, set[int]] = defaultdict(set)
    own = [name_key(name) for name in sites["name"].fillna("")]
    others = sites["aliases"].fillna("") if "aliases" in sites else pd.Series("", index=sites.index)
    for row, (key, cell) in enumerate(zip(own, others, strict=True)):
        for core in {key.core, *(name_key(name).core for name in cell.split("; "))} - {""}:
            of_name[core].add(row)
    pairs = {
        (a, b)
        for rows in of_name.values()
        if 1 < len(rows) <= MOST_OPENINGS
        for a, b in combinations(sorted(rows), 2)
        if ((known[a] and not sized[b]) or (known[b] and not sized[a]))
        and metals[a] & metals[b]
        and not contradict(own[a], own[b])
    }
    if not pairs:
        return {}
    listed = sorted(pairs)
    first, second = degrees[[a for a, _ in listed]], degrees[[b for _, b in listed]]
    apart_km = geodesic_km(first[:, 1], first[:, 0], second[:, 1], second[:, 0])
    return {pair: float(km) for pair, km in zip(listed, apart_km.tolist(), strict=True) if km <= WORKS_KM}


def most_beside(table: pd.DataFrame, known: np.ndarray) -> np.ndarray:
    """Return the tonnes, as log10, of the largest known amount of a site that may be the same place; NaN where there is none.

    Parameters
    ----------
    table : DataFrame
        ``site_id``, ``tonnage_t`` and ``same_place`` of `with_doubles`.
    known : ndarray of bool, shape (n,)
        Where the tonnes are known.
    """
    tonnes = dict(zip(table["site_id"][known], np.log10(table["tonnage_t"][known]), strict=True))
    most = np.full(len(table), np.nan)
    for row, cell in enumerate(table["same_place"]):
        for values in json.loads(cell) if isinstance(cell, str) and not known[row] else ():
            most[row] = np.fmax(most[row], tonnes.get(values["site"], np.nan))
    return most
