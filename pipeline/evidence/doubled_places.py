"""Sites that may be one place under two ids, and places that look mistyped by a degree: told as cautions, never merged."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from layers.cells.site_names import NameKey, contradict, name_key
from layers.crs import EARTH_RADIUS_KM, geodesic_km, unit_vectors
from layers.findings import Finding, Value
from pipeline.evidence.shared_works import works_pairs

NEAR_KM = 0.5
"""Sites of one name within this of each other may be one place, unless each knows another amount of a waste or other metals."""

CLOSE_KM = 0.15
"""Within this of each other sites of one name and a common commodity may be one place whatever else is known of them."""

REGISTERS_KM = 2.0
"""The same for records of two registers that share a commodity: each measures from its own part of the works."""

EQUAL_KM = 0.3
"""Sites of whatever names with the same recorded amount and a common commodity within this of each other may be one waste."""

AMOUNTS = ("mass_t", "volume_m3", "area_m2")
"""Amounts of a waste itself; ore milled is often that of a whole mine, noted at each of its wastes."""

LEAST_DIGITS = 3
"""Significant digits from which an equal amount is no round number that two wastes share by chance."""

SPOT_KM = 0.001
"""Coordinates this near to each other are the same."""

MOST_ALIKE = 12
"""More sites than these at one spot stand at a placeholder; more than these of one name bear a usual one."""

WHOLE_DEGREES = (1.0, 10.0)
"""By these a digit of the degrees is mistyped."""

ABOUT_DEGREES = 0.02
"""What may be left between two places after such a digit is put right: some 2 km."""

NAMED = 3
"""Others named per site, nearest first."""

_FACILITIES = frozenset(
    ("facility", "plant", "smelter", "concentrator", "refinery", "adit", "shaft", "quarry", "pit", "project", "projects",
     "operation", "operations", "development", "works", "projet", "exploitation", "proyecto", "operacion", "operaciones")
)  # fmt: skip
_COLUMNS = ("same_place", "mistyped_place")


def with_doubles(sites: pd.DataFrame) -> pd.DataFrame:
    """Add to sites which others may be the same place, and which lie a whole degree from one of their name.

    Two may be one where their coordinates are the same and they share a commodity or the distinctive words of a name, or where
    they bear one name within `NEAR_KM`, or within `REGISTERS_KM` in two registers with a common commodity; names that tell
    themselves apart by number or marker are two, and so are wastes with an amount each and records of one name that name
    different commodities. So may two of any names within
    `EQUAL_KM` that share a commodity and, to the digit, the mass, volume or area of their waste, and one without an amount
    beside one with an amount that bears a common name of works (`works_pairs`). Places of one name with a
    common commodity that differ by one or ten degrees along one axis, and otherwise by less than `ABOUT_DEGREES`, are doubted.

    Parameters
    ----------
    sites : DataFrame
        ``site_id, name, commodities, latitude, longitude`` (degrees), and ``sources`` and `AMOUNTS` where there are.

    Returns
    -------
    DataFrame
        With ``same_place`` and ``mistyped_place``: JSON lists of values for the findings of `place_findings`; missing where there
        is nothing to say.
    """
    doubles: dict[str, dict[int, list[dict[str, Value]]]] = {column: defaultdict(list) for column in _COLUMNS}
    keys, metals = _keys(sites), [frozenset(str(cell).split("; ")) - {""} for cell in sites["commodities"].fillna("")]
    degrees = sites[["latitude", "longitude"]].to_numpy(float)
    amounts = sites[[name for name in AMOUNTS if name in sites]].to_numpy(float)
    named = _named_alike(sites, keys, metals, degrees, amounts)
    for (a, b), km in named.items():
        _tell(doubles["same_place"], sites, a, b, m=round(1000 * km, 1))
    for a, b, km in _near_pairs(degrees):
        alike, shared = _alike(keys[a], keys[b]), bool(metals[a] & metals[b])
        at_one_spot = km <= SPOT_KM and not contradict(keys[a], keys[b])
        if (a, b) in named:
            continue
        if (alike or shared) if at_one_spot else (km <= CLOSE_KM and alike and shared):
            _tell(doubles["same_place"], sites, a, b, m=round(1000 * km, 1))
        elif shared and _equal(amounts[a], amounts[b]):
            _tell(doubles["same_place"], sites, a, b, m=round(1000 * km, 1), equal=1)
    for (a, b), km in works_pairs(sites, metals, degrees).items():
        if (a, b) not in named and km > EQUAL_KM:
            _tell(doubles["same_place"], sites, a, b, m=round(1000 * km, 1), works=1)
    for a, b in _of_one_name(keys):
        apart = _degrees_apart(degrees[a], degrees[b])
        if apart is not None and metals[a] & metals[b]:
            _tell(doubles["mistyped_place"], sites, a, b, **apart)
    for column, rows in doubles.items():
        cells = [json.dumps(_nearest(rows[row]), sort_keys=True) if row in rows else None for row in range(len(sites))]
        sites[column] = pd.array(np.array(cells, dtype=object), dtype="str")
    return sites


def place_findings(sites: pd.DataFrame) -> Iterator[tuple[int, str, Finding]]:
    """Yield row, caution and finding of every site that may be recorded twice or whose place looks mistyped."""
    for column in _COLUMNS:
        cells = sites[column] if column in sites else pd.Series(None, index=sites.index)
        for row, cell in enumerate(cells):
            for values in json.loads(cell) if isinstance(cell, str) else ():
                if column == "same_place":
                    near = "same_amount_near" if values.pop("equal", 0) else "same_name_near"
                    near = "same_works_near" if values.pop("works", 0) else near
                    code = "same_spot" if values["m"] <= 1000 * SPOT_KM else near
                    yield row, "same_place", Finding(code=code, values=values)
                else:
                    axis = values.pop("axis")
                    yield row, "place_doubtful", Finding(code=f"mistyped_{axis}", values=values)


def tell_sampled(flags: pd.DataFrame, site_samples: pd.DataFrame) -> pd.DataFrame:
    """Return the cautions, with those on a site whose double was sampled saying so.

    Parameters
    ----------
    flags : DataFrame[SiteFlags]
        All of a run.
    site_samples : DataFrame
        ``site_id, waste_n``.
    """
    sampled = set(site_samples.loc[site_samples["waste_n"].fillna(0) > 0, "site_id"])
    rows = flags["flag"].eq("same_place").to_numpy(bool)
    of_sampled = [rows[at] and json.loads(values)["site"] in sampled for at, values in enumerate(flags["values"])]
    return flags.assign(
        finding=flags["finding"].where(~np.array(of_sampled, dtype=bool), flags["finding"] + "_sampled")
    )


def _keys(sites: pd.DataFrame) -> list[NameKey]:
    """Take the names apart; other names are left aside, for in registers of wastes they are those of the whole works."""
    return [name_key(name) for name in sites["name"].fillna("")]


def _bare(key: NameKey) -> str:
    """Return the distinctive words of a name without those of a kind of works."""
    return " ".join(word for word in key.core.split() if word not in _FACILITIES)


def _alike(first: NameKey, second: NameKey) -> bool:
    """Say whether two sites share a name, with its numbers and markers."""
    return (
        bool(_bare(first))
        and _bare(first) == _bare(second)
        and (first.numbers, first.markers) == (second.numbers, second.markers)
    )


def _named_alike(
    sites: pd.DataFrame,
    keys: list[NameKey],
    metals: list[frozenset[str]],
    degrees: np.ndarray,
    amounts: np.ndarray,
) -> dict[tuple[int, int], float]:
    """Return pairs of rows that may be one place by their name -> km; those at one spot are left to their coordinates."""
    registers = [frozenset(str(cell).split("; ")) for cell in sites.get("sources", pd.Series("", index=sites.index))]
    pairs = [(a, b) for a, b in _of_one_name(keys) if _alike(keys[a], keys[b])]
    if not pairs:
        return {}
    first, second = degrees[[a for a, _ in pairs]], degrees[[b for _, b in pairs]]
    apart_km = geodesic_km(first[:, 1], first[:, 0], second[:, 1], second[:, 0])
    named = {}
    for (a, b), km in zip(pairs, apart_km.tolist(), strict=True):
        shared = bool(metals[a] & metals[b])
        fits = km <= NEAR_KM and (shared or not (metals[a] and metals[b])) and not _two_wastes(amounts[a], amounts[b])
        fits |= km <= REGISTERS_KM and shared and not registers[a] & registers[b]
        if fits and km > SPOT_KM:
            named[(a, b)] = float(km)
    return named


def _two_wastes(first: np.ndarray, second: np.ndarray) -> bool:
    """Say whether two records know an amount of waste each, and none is the same: tailings areas bear the name of the mine."""
    known = np.isfinite(first).any() and np.isfinite(second).any()
    return bool(known and not (first == second).any())


def _equal(first: np.ndarray, second: np.ndarray) -> bool:
    """Say whether two wastes share an amount that is known to several digits."""
    return any(
        a == b and len(f"{a:.12g}".replace(".", "").strip("0")) >= LEAST_DIGITS
        for a, b in zip(first, second, strict=True)
    )


def _near_pairs(degrees: np.ndarray) -> Iterator[tuple[int, int, float]]:
    """Yield rows and kilometres of all pairs within `EQUAL_KM`, placeholders aside."""
    spots = np.round(degrees, 6)
    _, inverse, counts = np.unique(spots, axis=0, return_inverse=True, return_counts=True)
    rows = np.flatnonzero((counts[inverse.ravel()] <= MOST_ALIKE) & np.isfinite(degrees).all(axis=1))
    tree = cKDTree(unit_vectors(degrees[rows, 1], degrees[rows, 0]))
    pairs = rows[tree.query_pairs(1.01 * EQUAL_KM / EARTH_RADIUS_KM, output_type="ndarray").reshape(-1, 2)]
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    apart_km = geodesic_km(
        degrees[pairs[:, 0], 1], degrees[pairs[:, 0], 0], degrees[pairs[:, 1], 1], degrees[pairs[:, 1], 0]
    )
    for (a, b), km in zip(pairs.tolist(), apart_km, strict=True):
        if km <= EQUAL_KM:
            yield a, b, float(km)


def _of_one_name(keys: list[NameKey]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of sites whose names share their distinctive words, usual names aside."""
    bare = [_bare(own) for own in keys]
    counts = Counter(bare)
    of_name: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(bare):
        if name and counts[name] <= MOST_ALIKE:
            of_name[name].append(row)
    for rows in of_name.values():
        for a, b in combinations(rows, 2):
            if not contradict(keys[a], keys[b]):
                yield a, b


def _degrees_apart(first: np.ndarray, second: np.ndarray) -> dict[str, Value] | None:
    """Return the axis along which two places differ by a whole degree and hardly otherwise; None where they do not."""
    apart = np.abs(first - second)
    for axis, name in enumerate(("latitude", "longitude")):
        for step in WHOLE_DEGREES:
            if abs(apart[axis] - step) <= ABOUT_DEGREES and apart[1 - axis] <= ABOUT_DEGREES:
                return {"axis": name, "degrees": step}
    return None


def _tell(rows: dict[int, list[dict[str, Value]]], sites: pd.DataFrame, a: int, b: int, **values: Value) -> None:
    for own, other in ((a, b), (b, a)):
        name: Any = sites["name"].iloc[other]
        site = str(sites["site_id"].iloc[other])
        rows[own].append({"site": site, "name": name if isinstance(name, str) else site, **values})


def _nearest(others: list[dict[str, Value]]) -> list[dict[str, Value]]:
    return sorted(others, key=lambda other: (other.get("m", 0), other["site"]))[:NAMED]
