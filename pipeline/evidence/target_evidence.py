"""What a mine's commodities, minerals and deposit type say about a target metal in its waste.

For rare earths the tables of `rare_earth_hosts` answer, each entry with a range and a source; for another target its own
name among the commodities. Only the companion score and the rule labels read them, never the learned model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from layers.cells.commodities import mentions
from pipeline.evidence.assay_spread import LEAST_SHARE_OF_LIMIT, MOST_OPEN_DEX, where_undetected
from pipeline.evidence.mined_first import mined_first
from pipeline.evidence.rare_earth_hosts import (
    COMMODITIES,
    DEPOSITS,
    GOLD_GRAVELS,
    MINERALS,
    NAME_WORDS,
    NAMED_AFTER_WATER,
    NO_HOST,
    PATHFINDERS,
    Host,
)
from pipeline.evidence.worked_sites import site_kinds

SYMBOL_NAMES = {
    "Li": "lithium", "Be": "beryllium", "Co": "cobalt", "Ni": "nickel", "Cu": "copper", "Zn": "zinc", "Ga": "gallium",
    "Ge": "germanium", "In": "indium", "Sn": "tin", "Sb": "antimony", "Te": "tellurium", "Bi": "bismuth",
    "W": "tungsten", "Mo": "molybdenum", "Nb": "niobium",
    "Ta": "tantalum", "Cs": "cesium", "V": "vanadium", "Ti": "titanium",
    "Cr": "chromium", "Mn": "manganese", "Mg": "magnesium", "P": "phosphorus", "U": "uranium", "Sc": "scandium",
    "Zr": "zirconium", "Ba": "barium", "Al": "aluminum", "Se": "selenium", "As": "arsenic", "Hf": "hafnium",
    "Rb": "rubidium", "Th": "thorium", "Y": "yttrium", "Ag": "silver", "Pb": "lead", "Re": "rhenium", "B": "boron",
}  # fmt: skip

RARE_EARTHS = frozenset(["La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y", "Sc"])
"""What a rare-earth label is made of, with Sc, which follows them in assays."""

REE_DEPOSITS: tuple[tuple[str, str, float], ...] = tuple(
    (deposit.name, deposit.pattern, deposit.utility) for deposit in DEPOSITS
)
"""Deposit groups for rare earths: name, pattern, utility."""

REE_LABEL_FLOOR = 0.75
"""A commodity or deposit type from this utility upward makes a rule label."""

OTHER_UTILITY = 0.05
"""Utility of a mine whose commodities or deposit type are known and point to no source of the target."""

SOLE_WORD = (0.3, 0.02, 0.9)
"""Utility, with its range, of one word at a place of which no inventory says that anything was worked or that a waste lies there:
somebody found some of it once."""

LEAD_AND_ZINC = (0.05, 0.0, 0.2)
"""Of a mine that sold lead and zinc and has no type of deposit: as of deposits of base metals, whose ores hold none."""

MAIN_MINERAL = 0.5
"""A mineral below this utility is an accessory of common rocks: beside a deposit type without a host mineral it says nothing."""

OTHER_HIGH = 0.3
"""The most such a mine may still be worth: host minerals of no value were seldom recorded."""


def target_commodities(target: str, given: Sequence[str] | None) -> tuple[tuple[str, float], ...]:
    """Return (pattern, utility) of the commodities that stand for a target.

    Parameters
    ----------
    target : str
        ``REE``, an element symbol, or a commodity name.
    given : sequence of str or None
        Commodity names that replace the built-in ones; each counts fully.

    Returns
    -------
    tuple of (str, float)
    """
    if given is not None:
        return tuple((rf"\b{re.escape(name)}\b", 1.0) for name in given)
    if target == "REE":
        return tuple((commodity.pattern, commodity.utility) for commodity in COMMODITIES)
    name = SYMBOL_NAMES.get(target, target)
    return ((rf"\b{re.escape(name)}\b", 1.0),)


def target_deposits(target: str, given: Sequence[str] | None) -> tuple[tuple[str, float], ...]:
    """Return (pattern, utility) of the deposit types that stand for a target; see `target_commodities`."""
    if given is not None:
        return tuple((re.escape(name), 1.0) for name in given)
    return tuple((pattern, utility) for _, pattern, utility in REE_DEPOSITS) if target == "REE" else ()


def best_match(texts: pd.Series, patterns: Sequence[tuple[str, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Find per text the matching pattern of the highest utility.

    Parameters
    ----------
    texts : Series of str
        May be missing.
    patterns : sequence of (str, float)
        Regular expressions, case ignored, and their utilities. A group named ``word`` is what counts as matched.

    Returns
    -------
    utility : ndarray of float, shape (n,)
        NaN where the text is missing, `OTHER_UTILITY` where nothing matches.
    matched : ndarray of object, shape (n,)
        The matched words in lower case, or None.
    """
    entries = [Host("", pattern, utility, utility, utility, "") for pattern, utility in patterns]
    ends, matched = _best_hosts(texts, entries)
    utility = ends[:, 0]
    unknown = np.isnan(utility) & np.array([isinstance(text, str) and bool(text.strip()) for text in texts], dtype=bool)
    return np.where(unknown, OTHER_UTILITY, utility), matched


def _best_hosts(texts: pd.Series, hosts: Sequence[Host]) -> tuple[np.ndarray, np.ndarray]:
    """Return utility, low and high of the best host of each text, and the words that matched; NaN and None where none does."""
    compiled = sorted(
        ((re.compile(host.pattern, re.IGNORECASE), host) for host in hosts), key=lambda host: -host[1].utility
    )
    best: dict[str, tuple[tuple[float, float, float], str | None]] = {}
    ends, matched = np.full((len(texts), 3), np.nan), np.full(len(texts), None, dtype=object)
    for row, words in enumerate(texts):
        if not isinstance(words, str) or not words.strip():
            continue
        if words not in best:
            hits = (
                ((host.utility, host.low, host.high), (hit.groupdict().get("word") or hit.group(0)).lower())
                for pattern, host in compiled
                if (hit := pattern.search(words))
            )
            best[words] = next(hits, ((np.nan, np.nan, np.nan), None))
        ends[row], matched[row] = best[words]
    return ends, matched


def type_affinity(sites: pd.DataFrame, target: str) -> np.ndarray:
    """Return what commodities and deposit type alone suggest, 0-1; NaN where neither is known. See `affinity_range`."""
    return affinity_range(sites, target)[0]


def affinity_range(sites: pd.DataFrame, target: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what commodities and deposit type together suggest of the target in the waste, with the range left open.

    Minerals that the records name count like what was sold. Whichever says more counts. But where the deposit is of a type
    without a host mineral (`NO_HOST`: gold veins, massive sulphides, nickel in mafic rocks; without a type, lead beside zinc) and
    a commodity still speaks for the target, the two contradict each other: the mean counts, and the range reaches from one to
    the other.

    Parameters
    ----------
    sites : DataFrame
        `Sites`.
    target : str
        ``REE``, an element symbol, or a commodity name.

    A sole word without sign of work counts little (`SOLE_WORD`). A worked mine that says little takes part in what the nearest
    like mine says (`describe_camps`), with the chance that the two agree.

    Returns
    -------
    value, low, high : ndarray of float, shape (n,)
        Utilities, 0-1. NaN where neither commodities nor deposit type are known; where they are and point to no source of
        the target, `OTHER_UTILITY` from 0 to `OTHER_HIGH`.
    """
    own = _own_range(sites, target)
    if "camp_chance" not in sites:
        return own
    value, low, high = own
    base = np.where(np.isnan(value), OTHER_UTILITY, value)
    for words, chance_name in (("camp_common", "camp_chance"), ("camp_commodities", "camp_rare_chance")):
        like = sites[[words, "camp_deposit_type"]].set_axis(["commodities", "deposit_type"], axis=1)
        likeness, _, most = _own_range(like, target)
        chance = np.nan_to_num(sites[chance_name].to_numpy(float))
        moved = base + chance * (np.nan_to_num(likeness) - base)
        better = (chance > 0) & (moved > np.where(np.isnan(value), OTHER_UTILITY, value))
        value, high = np.where(better, moved, value), np.where(better, np.fmax(high, most), high)
    return value, low, high


def moved_by_camp(sites: pd.DataFrame, target: str) -> np.ndarray:
    """Say at which sites the nearest like mine raises what commodities and deposit type of the site itself suggest."""
    if "camp_chance" not in sites:
        return np.zeros(len(sites), dtype=bool)
    own = np.nan_to_num(_own_range(sites, target)[0], nan=OTHER_UTILITY)
    moved: np.ndarray = np.nan_to_num(type_affinity(sites, target), nan=OTHER_UTILITY) > own
    return moved


def lonely_words(sites: pd.DataFrame) -> np.ndarray:
    """Say which sites have one commodity, no type of deposit and no sign that anything was worked or left there."""
    if not {"mass_t", "waste_type", "status", "name"} <= set(sites.columns):
        return np.zeros(len(sites), dtype=bool)
    sole = (
        sites["commodities"].notna() & ~sites["commodities"].fillna("").str.contains(";") & sites["deposit_type"].isna()
    )
    idle = np.isin(site_kinds(sites), ("unclear", "showing"))
    lonely: np.ndarray = sole.to_numpy(bool) & idle
    return lonely


def gold_gravels(sites: pd.DataFrame) -> np.ndarray:
    """Say which sites are placers that were washed for gold or platinum (`GOLD_GRAVELS`), by their name or type of deposit."""
    name, deposit, words = (
        (sites[column] if column in sites else pd.Series(None, index=sites.index)).astype("string").fillna("")
        for column in ("name", "deposit_type", "commodities")
    )
    placer = (name + "; " + deposit).str.contains(GOLD_GRAVELS.pattern, case=False, regex=True)
    placer |= (
        name.str.contains(NAMED_AFTER_WATER, case=False, regex=True)
        & words.str.match("gold|platinum")
        & (deposit == "")
    )
    other = deposit.str.contains("beach|heavy mineral", case=False, regex=True)
    mineral = re.compile(rf"{COMMODITIES[0].pattern}|monazite|thorium", re.IGNORECASE)
    mineral_first = np.array([bool(mineral.match(cell)) for cell in words], dtype=bool)
    washed = mentions(sites["commodities"], ("gold", "platinum", "platinum group elements"))
    gravels: np.ndarray = (placer & ~other & washed).to_numpy(bool) & ~mineral_first
    return gravels


def _lead_and_zinc(sites: pd.DataFrame) -> np.ndarray:
    both = [mentions(sites["commodities"], (metal,)).to_numpy(bool) for metal in ("lead", "zinc")]
    return np.all(both, axis=0) & sites["deposit_type"].isna().to_numpy(bool)


def named_minerals(sites: pd.DataFrame) -> pd.Series:
    """Return the minerals that the records of each site name, joined with ``"; "``; missing where none does."""
    return sites["minerals"] if "minerals" in sites else pd.Series(None, index=sites.index, dtype="str")


def described(sites: pd.DataFrame) -> np.ndarray:
    """Say of which sites a commodity, a type of deposit or a mineral is known."""
    known: np.ndarray = (
        sites[["commodities", "deposit_type"]].notna().any(axis=1).to_numpy() | named_minerals(sites).notna().to_numpy()
    )
    return known


def by_second_type(sites: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    """Return which sites have a second type of deposit beside the first, and these with the second in the place of the first."""
    if "second_deposit_type" not in sites:
        return np.zeros(len(sites), dtype=bool), sites.head(0)
    two = sites[["deposit_type", "second_deposit_type"]].notna().all(axis=1).to_numpy(bool)
    return two, sites[two].assign(deposit_type=sites.loc[two, "second_deposit_type"])


def _own_range(sites: pd.DataFrame, target: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what the words of each site itself suggest; of a site with two types of deposit the mean, and both ranges."""
    value, low, high = _range_of_type(sites, target)
    two, other = by_second_type(sites)
    if two.any():
        of_other, lowest, highest = _range_of_type(other, target)
        value[two] = (value[two] + of_other) / 2
        low[two], high[two] = np.minimum(low[two], lowest), np.maximum(high[two], highest)
    return value, low, high


def _range_of_type(sites: pd.DataFrame, target: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what the words of each site suggest, of its types of deposit by the first."""
    if target != "REE":
        own, _ = best_match(sites["commodities"], target_commodities(target, None))
        deposit, _ = best_match(sites["deposit_type"], target_deposits(target, None))
        value = np.fmax(own, deposit)
        return value, np.clip(value - 0.25, 0.0, 1.0), np.clip(value + 0.25, 0.0, 1.0)
    sold, _ = _best_hosts(mined_first(sites), COMMODITIES)
    minerals, _ = _best_hosts(named_minerals(sites), MINERALS)
    held, _ = _best_hosts(sites["deposit_type"], DEPOSITS)
    weak = lonely_words(sites) & (np.nan_to_num(sold[:, 0]) > SOLE_WORD[0])
    sold[weak] = SOLE_WORD
    minerals[(held[:, 0] <= NO_HOST) & (minerals[:, 0] < MAIN_MINERAL)] = np.nan
    sold = np.where((minerals[:, 0] > np.nan_to_num(sold[:, 0], nan=-1.0))[:, None], minerals, sold)
    sold[gold_gravels(sites) & (np.nan_to_num(sold[:, 0]) > GOLD_GRAVELS.utility)] = GOLD_GRAVELS[2:5]
    held[_lead_and_zinc(sites) & (np.nan_to_num(sold[:, 0]) < REE_LABEL_FLOOR)] = LEAD_AND_ZINC
    known = described(sites)
    better = np.where((np.nan_to_num(held[:, 0], nan=-1.0) > np.nan_to_num(sold[:, 0], nan=-1.0))[:, None], held, sold)
    at_odds = (held[:, 0] <= NO_HOST) & (sold[:, 0] > NO_HOST)
    between = np.column_stack([(held[:, 0] + sold[:, 0]) / 2, np.fmin(held[:, 1], sold[:, 1]), sold[:, 2]])
    ends = np.where(at_odds[:, None], between, better)
    nothing = known & np.isnan(ends[:, 0])
    ends[nothing] = (OTHER_UTILITY, 0.0, OTHER_HIGH)
    ends[:, 0] = _less_by_name(ends[:, 0], sites)
    return ends[:, 0], ends[:, 1], ends[:, 2]


def _less_by_name(value: np.ndarray, sites: pd.DataFrame) -> np.ndarray:
    """Return utilities from the label's floor on less what the words of a name take (`NAME_WORDS`), down to that floor."""
    if "name" not in sites:
        return value
    name = sites["name"].astype("string").fillna("")
    spoken = (np.nan_to_num(value) > REE_LABEL_FLOOR) & sites["deposit_type"].isna().to_numpy(bool)
    for pattern, less in NAME_WORDS:
        bears = spoken & name.str.contains(pattern, case=False, regex=True).to_numpy(bool)
        value = np.where(bears, np.maximum(value - less, REE_LABEL_FLOOR), value)
    return value


def pathfinder_z(site_samples: pd.DataFrame, target: str) -> np.ndarray:
    """Return the mean robust z-score, around each site, of the elements that go with the target; NaN where none is known."""
    elements = PATHFINDERS if target == "REE" else (target_symbol(target),)
    names = [name for name in (f"near_{element}_z" for element in elements) if name in site_samples]
    z = site_samples[names].to_numpy(float) if names else np.full((len(site_samples), 1), np.nan)
    count = np.isfinite(z).sum(axis=1)
    return np.divide(np.nansum(z, axis=1), count, out=np.full(len(z), np.nan), where=count > 0)


def target_symbol(target: str) -> str:
    """Return the element symbol of a target (a symbol or a commodity name), or the name itself."""
    return next((symbol for symbol, name in SYMBOL_NAMES.items() if name == target.lower()), target)


def defining_elements(target: str) -> frozenset[str]:
    """Return the element symbols whose concentration in the waste defines a target's labels."""
    return RARE_EARTHS if target == "REE" else frozenset({target_symbol(target)})


def measured_values(site_samples: pd.DataFrame, target: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return what the waste of each row holds of the target, NaN where it was not measured.

    Returns
    -------
    value, low, high : ndarray of float, shape (n,)
        In ppm; a value in which nothing was detected is the middle of what its limits leave open (`where_undetected`).
    open_dex : ndarray of float, shape (n,)
        How far limits and missing elements leave one sample open, log10 of high over low; NaN where it was not reckoned.
    """
    nothing = np.full(len(site_samples), np.nan)
    if target == "REE":
        value, low, high, open_dex = (
            site_samples[name].to_numpy(float, na_value=np.nan) if name in site_samples else nothing
            for name in (f"waste_treo_{end}" for end in ("ppm", "low_ppm", "high_ppm", "open_dex"))
        )
        low, high = np.where(np.isnan(low), value, low), np.where(np.isnan(high), value, high)
        return where_undetected(value, high, open_dex), low, high, open_dex
    name = f"waste_{target_symbol(target)}"
    value = site_samples[f"{name}_ppm"].to_numpy(float) if f"{name}_ppm" in site_samples else nothing
    flags = site_samples[f"{name}_censored"] if f"{name}_censored" in site_samples else pd.Series(0, site_samples.index)
    sign = flags.to_numpy(float, na_value=0.0)
    low = np.where(sign < 0, 0.0, value)
    high = np.where(sign < 0, value / LEAST_SHARE_OF_LIMIT, np.where(sign > 0, np.nan, value))
    open_dex = np.where((sign < 0) & np.isfinite(value), MOST_OPEN_DEX, np.nan)
    return where_undetected(value, high, open_dex), low, high, open_dex
