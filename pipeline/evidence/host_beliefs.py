"""What is believed of the grade of a target in every waste: from the kind of its host, updated by measured wastes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri
from scipy.stats import beta

from layers.cells.commodities import mentions, order_tells
from pipeline.evidence.assay_spread import (
    LEAST_SHARE_OF_LIMIT,
    MOST_OPEN_DEX,
    USUAL_ASSAYS,
    WIDTH90,
    as_limit,
    near_own_assay,
    where_undetected,
)
from pipeline.evidence.target_evidence import named_minerals
from pipeline.evidence.targets import Grades, HostKind, TargetFacts
from pipeline.kernels.censored_field import limit_as_observation

CHANCE_BY_CLUES = (0.03, 0.15, 0.4, 0.7)
"""Chance that a waste is one of its host's kind, by how many of three clues are there: type of deposit, companion that was mined,
kind of waste the target goes to. Judgement; measured wastes of a region move it."""

NAMED, MOST = 0.15, 0.85
"""What the target among the commodities, or in a mineral that is named, adds to that chance, and the most it may reach."""

MAIN = 0.05
"""What it adds that the target is the first commodity, where lists have an order of their own (`order_tells`): the mill was built
for it, so that its losses are those of a main product. Judgement."""

FEW_COMMODITIES = 2
"""Up to so many commodities a target that is one of them, at a worked mine, counts as two clues: it was what was mined there."""

PRIOR_WASTES = 4.0
"""Wastes the judged chance counts for when measured ones update it."""

LEAST_SD_LOG10, MOST_SD_LOG10 = 0.1, 2.0


@dataclass(frozen=True)
class HostBelief:
    """The belief about one target at every site.

    Parameters
    ----------
    grade_log10, grade_sd : ndarray of float, shape (n,)
        Normal belief about log10 ppm of the element that has the mean of the mixture of host and common rock, and its chance to
        reach the threshold.
    chance, chance_low, chance_high : ndarray of float, shape (n,)
        Chance that the threshold is reached, and what better knowledge of hosts could still make of it.
    measured_ppm : ndarray of float, shape (n,)
        NaN where the waste was not assayed for it.
    host : ndarray of object, shape (n,)
        Code of the kind of host that counts, None where nothing points to one.
    learned : dict of str to int
        Measured wastes that moved each kind, ``background`` among them.
    """

    grade_log10: np.ndarray
    grade_sd: np.ndarray
    chance: np.ndarray
    chance_low: np.ndarray
    chance_high: np.ndarray
    measured_ppm: np.ndarray
    host: np.ndarray
    learned: dict[str, int]


def believe(
    facts: TargetFacts,
    symbol: str,
    sites: pd.DataFrame,
    kinds: np.ndarray,
    site_samples: pd.DataFrame,
    elsewhere: tuple[np.ndarray, np.ndarray] | None = None,
) -> HostBelief:
    r"""Return what host, companions, kind of waste and assays let believe of a target.

    A waste is of its host's kind with the chance :math:`p` of its clues and of common rock else, so that its grade is
    :math:`p N(m_h, s_h^2) + (1 - p) N(m_b, s_b^2)` in log10 ppm. Measured wastes update both: a median of *n* published wastes
    moves to :math:`(n m + \sum y)/(n + k)`, judgement counting as one waste, and :math:`p`, a Beta of `PRIOR_WASTES`, by the
    chance of each of the *k* measured ones to belong to the host (Gelman et al. 2013, *Bayesian Data Analysis*, 2.4 and 2.6).

    Parameters
    ----------
    facts : TargetFacts
    symbol : str
        Of the target.
    sites : DataFrame
        `Sites`.
    kinds : ndarray of str, shape (n,)
        `site_kinds`.
    site_samples : DataFrame
        `SiteSamples`, in the order of the sites.
    elsewhere : tuple of ndarray, optional
        Mean and spread (log10 of ppm) by a law of other regions, which takes the place of the mixture.
    """
    clues, host = _clues(facts, sites, kinds)
    ordered = order_tells(sites["commodities"])
    chance, host = _with_camps(_chance(facts, clues, host, sites, ordered), host, facts, sites, kinds, ordered)
    measured, open_dex = measured_ppm(facts, symbol, site_samples)
    counts = site_samples["waste_n"].to_numpy(float) if "waste_n" in site_samples else np.ones(len(sites))
    y = np.log10(np.where(measured > 0, measured, np.nan))
    known = np.isfinite(y)
    parts = [_middle(facts.background), *(_middle(host_kind) for host_kind in facts.hosts)]
    middle, spread = (np.array([part[side] for part in parts]) for side in (0, 1))
    of = np.maximum(host, 0) + 1
    member = _member(y, chance, middle[of], spread[of], middle[0], spread[0])
    middle, moved_by = _taught_grades(middle, member, y, host, facts)
    chance, strength = _taught_chance(chance, member, clues, host, known)
    log_g = float(np.log10(facts.threshold_ppm))
    above = ndtr((middle - log_g) / spread)
    ends = [beta.ppf(q, strength * chance, strength * (1.0 - chance)) for q in (0.05, 0.95)]
    passes, low, high = (p * above[of] + (1 - p) * above[0] for p in (chance, *ends))
    mean = chance * middle[of] + (1 - chance) * middle[0]
    variance = (
        chance * spread[of] ** 2 + (1 - chance) * spread[0] ** 2 + chance * (1 - chance) * (middle[of] - middle[0]) ** 2
    )
    sd = _reaching(mean, np.sqrt(variance), passes, log_g)
    if elsewhere is not None:
        mean, sd = elsewhere
        part = np.sqrt(0.5) * sd  # half of the variance is taken for what better knowledge could tell
        low, passes, high = (ndtr((mean + side * 1.645 * part - log_g) / (part if side else sd)) for side in (-1, 0, 1))
    mean, sd = _with_assay(mean, sd, y, counts, open_dex)
    of_assay, of_low, of_high = (
        ndtr((mean + side * 1.645 * sd - log_g) / (USUAL_ASSAYS.bias_sd_log10 if side else sd)) for side in (0, -1, 1)
    )
    return HostBelief(
        grade_log10=mean,
        grade_sd=sd,
        chance=np.where(known, of_assay, passes),
        chance_low=np.where(known, of_low, np.minimum(low, passes)),
        chance_high=np.where(known, of_high, np.maximum(high, passes)),
        measured_ppm=measured,
        host=np.array([facts.hosts[row].code if row >= 0 else None for row in host], dtype=object),
        learned=moved_by,
    )


def _with_camps(
    own: np.ndarray, host: np.ndarray, facts: TargetFacts, sites: pd.DataFrame, kinds: np.ndarray, ordered: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return chance and host as the camp of each site would have them, where that speaks more for the target."""
    chance = own
    if "camp_chance" not in sites:
        return chance, host
    for words, chance_name in (("camp_common", "camp_chance"), ("camp_commodities", "camp_rare_chance")):
        like = sites.assign(commodities=sites[words], deposit_type=sites["camp_deposit_type"])
        of_camp, host_of_camp = _clues(facts, like, kinds)
        chance_of_camp = _chance(facts, of_camp, host_of_camp, like, ordered)
        agrees = np.nan_to_num(sites[chance_name].to_numpy(float))
        moved = own + agrees * (chance_of_camp - own)
        better = (moved > chance) & (agrees > 0)
        chance = np.where(better, moved, chance)
        host = np.where(better & (host < 0), host_of_camp, host)
    return chance, host


def _taught_grades(
    middle: np.ndarray, member: np.ndarray, y: np.ndarray, host: np.ndarray, facts: TargetFacts
) -> tuple[np.ndarray, dict[str, int]]:
    """Return the middle of each kind's grades, moved by measured wastes, and how many wastes moved it."""
    middle, known = middle.copy(), np.isfinite(y)
    moved_by: dict[str, int] = {}
    for row, host_kind in enumerate((facts.background, *facts.hosts)):
        weight = np.where(known & ((host == row - 1) if row else True), member if row else 1.0 - member, 0.0)
        if weight.sum() > 0:
            prior = max(host_kind.n, 1)
            middle[row] = (prior * middle[row] + float((weight * np.nan_to_num(y)).sum())) / (prior + weight.sum())
            moved_by["background" if row == 0 else facts.hosts[row - 1].code] = round(float(weight.sum()))
    return middle, moved_by


def _taught_chance(
    chance: np.ndarray, member: np.ndarray, clues: np.ndarray, host: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the chance of sites with as many clues, moved by the measured among them, and for how many wastes it counts."""
    chance, strength = chance.copy(), np.full(len(chance), PRIOR_WASTES)
    for clue in np.unique(clues[known & (host >= 0)]):
        alike = (host >= 0) & (clues == clue)
        taught = known & alike
        chance[alike] = (PRIOR_WASTES * chance[alike] + member[taught].sum()) / (PRIOR_WASTES + taught.sum())
        strength[alike] += taught.sum()
    return chance, strength


def measured_ppm(facts: TargetFacts, symbol: str, site_samples: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return what each waste holds of the target's elements, added up where it has several.

    Returns
    -------
    ppm : ndarray of float, shape (n,)
        NaN where one is missing; the middle of what limits leave open where nothing was detected (`where_undetected`).
    open_dex : ndarray of float, shape (n,)
        Decades that limits leave open.
    """
    elements = facts.elements if facts.elements is not None else (symbol,)
    columns = [f"waste_{element}_ppm" for element in elements]
    if not columns or not set(columns) <= set(site_samples.columns):
        return np.full(len(site_samples), np.nan), np.zeros(len(site_samples))
    total: np.ndarray = site_samples[columns].to_numpy(float).sum(axis=1)
    open_dex = _open_dex(facts, symbol, site_samples)
    return where_undetected(total, total / LEAST_SHARE_OF_LIMIT, open_dex), open_dex


def _open_dex(facts: TargetFacts, symbol: str, site_samples: pd.DataFrame) -> np.ndarray:
    """Return the decades that each measured amount is open: many where all its elements lie below their limits, else none."""
    elements = facts.elements if facts.elements is not None else (symbol,)
    flags = [f"waste_{element}_censored" for element in elements]
    if not flags or not set(flags) <= set(site_samples.columns):
        return np.zeros(len(site_samples))
    below = (site_samples[flags].to_numpy(float, na_value=0.0) < 0).all(axis=1)
    return np.where(below, MOST_OPEN_DEX, 0.0)


def _clues(facts: TargetFacts, sites: pd.DataFrame, kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many clues each site has of its best host, and the row of that host, -1 where there is none."""
    best, row = np.zeros(len(sites), dtype=int), np.full(len(sites), -1)
    score = np.zeros(len(sites))
    for number, host in enumerate(facts.hosts):
        clues = _clues_of(host, sites, kinds)
        weight = np.array(CHANCE_BY_CLUES)[clues] + 1e-6 * np.log10(host.median_ppm)
        better = (clues > 0) & (weight > score)
        best, row, score = np.where(better, clues, best), np.where(better, number, row), np.where(better, weight, score)
    alone = (row < 0) & _named(facts, sites)
    if alone.any():
        row = np.where(alone, _likeliest_host(facts, sites), row)
        few = sites["commodities"].astype("string").fillna("").str.count(";").to_numpy(int) < FEW_COMMODITIES
        few &= _sold(facts, sites)
        best = np.where(alone, 1 + (few & np.isin(kinds, ("waste", "worked"))), best)
    return best, row


def _sold(facts: TargetFacts, sites: pd.DataFrame) -> np.ndarray:
    return mentions(sites["commodities"], (facts.commodity, *facts.also)).to_numpy(bool)


def _named(facts: TargetFacts, sites: pd.DataFrame) -> np.ndarray:
    """Say which sites name the target, as what was sold or by a mineral of which it is a main part."""
    if not facts.minerals:
        return _sold(facts, sites)
    held = named_minerals(sites).astype("string").fillna("")
    return _sold(facts, sites) | held.str.contains(rf"\b(?:{'|'.join(facts.minerals)})\b", regex=True).to_numpy(bool)


def _likeliest_host(facts: TargetFacts, sites: pd.DataFrame) -> np.ndarray:
    """Return the host of a target that is named where neither deposit nor companions point to one.

    It is that with most of its companions sold, the poorest of those alike; hosts of slag alone are none.
    """
    rows = [number for number, host in enumerate(facts.hosts) if set(host.wastes) != {"slag"}]
    rows.sort(key=lambda number: facts.hosts[number].median_ppm)
    sold = [
        sum(mentions(sites["commodities"], (word,)).to_numpy(int) for word in facts.hosts[number].companions)
        + np.zeros(len(sites), dtype=int)
        for number in rows
    ]
    likeliest: np.ndarray = np.array(rows)[np.argmax(np.array(sold), axis=0)]
    return likeliest


def _clues_of(host: HostKind, sites: pd.DataFrame, kinds: np.ndarray) -> np.ndarray:
    deposit = (
        sites["deposit_type"].astype("string").fillna("").str.contains(f"(?:{host.deposit})", case=False, regex=True)
    )
    held = deposit.to_numpy(bool)
    if host.signature:
        named = [mentions(sites["commodities"], (word,)).to_numpy(bool) for word in host.signature]
        untyped = sites["deposit_type"].isna().to_numpy() & ~mentions(sites["commodities"], host.unless).to_numpy(bool)
        held = held | (np.all(named, axis=0) & untyped)
    sold = (
        mentions(sites["commodities"], host.companions).to_numpy(bool)
        if host.companions
        else np.zeros(len(sites), bool)
    )
    waste = sites["waste_type"].to_numpy(str)
    fits = np.isin(waste, host.wastes) | (np.isin(waste, ("unknown", "mixed")) & np.isin(kinds, ("waste", "worked")))
    if set(host.wastes) == {"slag"}:
        fits = waste == "slag"
        held, sold = held & fits, sold & fits
    some = held | (sold if host.needs is None else held)
    clues: np.ndarray = np.where(some, held.astype(int) + sold + fits, 0)
    return clues


def _chance(facts: TargetFacts, clues: np.ndarray, host: np.ndarray, sites: pd.DataFrame, ordered: bool) -> np.ndarray:
    """Return the chance that each waste is of its host's kind."""
    named = _named(facts, sites)
    chance = np.array(CHANCE_BY_CLUES)[clues]
    left = np.array([host_kind.carried_away for host_kind in facts.hosts])[np.maximum(host, 0)]
    slag = (sites["waste_type"] == "slag").to_numpy()
    chance = np.where((host >= 0) & ~slag, chance * left, chance)
    words = "|".join(map(re.escape, (facts.commodity, *facts.also)))
    main = sites["commodities"].astype("string").fillna("").str.match(rf"(?:{words})(?:;|$)").to_numpy(bool) & ordered
    chance_named: np.ndarray = np.minimum(chance + NAMED * named + MAIN * main, MOST)
    return chance_named


def _middle(grades: Grades) -> tuple[float, float]:
    return float(np.log10(grades.median_ppm)), float(np.log10(grades.gsd))


def _member(
    y: np.ndarray, chance: np.ndarray, middle: np.ndarray, spread: np.ndarray, common: float, common_sd: float
) -> np.ndarray:
    """Return the chance of each measured waste to be of its host's kind; 0 where nothing was measured."""
    host = chance * np.exp(-0.5 * ((y - middle) / spread) ** 2) / spread
    rock = (1 - chance) * np.exp(-0.5 * ((y - common) / common_sd) ** 2) / common_sd
    with np.errstate(invalid="ignore", divide="ignore"):
        membership = host / (host + rock)
    return np.nan_to_num(np.where(np.isfinite(y), membership, 0.0))


def _reaching(mean: np.ndarray, sd: np.ndarray, passes: np.ndarray, log_g: float) -> np.ndarray:
    """Return the spread with which a normal of this mean reaches the threshold with the mixture's chance, where one does."""
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = (mean - log_g) / ndtri(np.clip(passes, 1e-9, 1 - 1e-9))
    fits = np.isfinite(wanted) & (wanted > 0)
    return np.clip(np.where(fits, wanted, sd), LEAST_SD_LOG10, MOST_SD_LOG10)


def _with_assay(
    mean: np.ndarray, sd: np.ndarray, y: np.ndarray, n: np.ndarray, open_dex: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the belief updated by the assays of the waste itself; both are normal, limits count by their own likelihood."""
    known = np.isfinite(y)
    error = USUAL_ASSAYS.variance(np.maximum(n, 1.0)) + (open_dex / WIDTH90) ** 2
    undetected = known & (open_dex >= MOST_OPEN_DEX)
    y, error = as_limit(y, error, undetected)
    value, of_limit = limit_as_observation(y, error, mean, sd**2)
    y, error = np.where(undetected, value, y), np.where(undetected, of_limit, error)
    wide = np.where(undetected, sd, np.maximum(sd, 0.5)) ** 2
    weight = np.where(known, wide / (wide + error), 0.0)
    middle, spread = mean + weight * (np.where(known, y, mean) - mean), np.sqrt(weight * error)
    middle, spread = near_own_assay(np.where(undetected, np.nan, y), np.sqrt(error), middle, spread)
    return middle, np.where(known, spread, sd)
