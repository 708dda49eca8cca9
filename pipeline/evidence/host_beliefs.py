"""What is believed of the grade of a target in every waste: from the kind of its host, updated by measured wastes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from pipeline.evidence.assay_spread import (
    LEAST_SHARE_OF_LIMIT,
    MOST_OPEN_DEX,
    USUAL_ASSAYS,
    WIDTH90,
    as_limit,
    mean_above,
    near_own_assay,
    near_own_limit,
    where_undetected,
)
from pipeline.evidence.host_shares import HostShares, as_the_region, host_shares
from pipeline.evidence.kind_grades import KindGrades, KindsLearner, MeasuredWastes
from pipeline.evidence.targets import TargetFacts
from pipeline.kernels.censored_field import limit_as_observation
from pipeline.kernels.rank_draws import GRADE_SCORES

PRIOR_WASTES = 4.0
"""Wastes the judged chance counts for when measured ones update it."""

LEAST_SHARE = 0.01
"""Chance of a host that better knowledge may start from where no word points to one, for the interval alone."""

TURNS, SAME_MEMBERS = 12, 1e-4
"""Most times that measured wastes are told apart by what they taught before, and the change from which it is done no more."""

LEAST_SD_LOG10, MOST_SD_LOG10 = 0.1, 2.0


@dataclass(frozen=True)
class HostBelief:
    """The belief about one target at every site.

    Parameters
    ----------
    grade_log10, grade_sd : ndarray of float, shape (n,)
        Normal belief about log10 ppm of the element that has the mean of the mixture of host and common rock, and its chance to
        reach the threshold.
    grade_quantiles : ndarray of float, shape (n, 129)
        log10 ppm at `GRADE_SCORES` by the mixture itself, nowhere above what the richest mineral holds; normal where the
        waste was assayed or a law of other regions speaks.
    chance, chance_low, chance_high : ndarray of float, shape (n,)
        Chance that the threshold is reached, and what better knowledge of hosts could still make of it.
    measured_ppm : ndarray of float, shape (n,)
        NaN where the waste was not assayed for it; where ``undetected`` the middle of what its limits leave open.
    undetected : ndarray of bool, shape (n,)
        Whether the waste was assayed for it and nothing was found.
    host : ndarray of object, shape (n,)
        Code of the kind of host that counts, None where nothing points to one.
    speaks : ndarray of bool, shape (n,)
        Whether a word of the site or its camp, or an assay of its waste, gives more reason to expect the target than common rock.
    learned : dict of str to int
        Measured wastes that moved each kind, ``background`` among them.
    """

    grade_log10: np.ndarray
    grade_sd: np.ndarray
    grade_quantiles: np.ndarray
    chance: np.ndarray
    chance_low: np.ndarray
    chance_high: np.ndarray
    measured_ppm: np.ndarray
    undetected: np.ndarray
    host: np.ndarray
    speaks: np.ndarray
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

    A waste is of the kind of a host with the chance :math:`p_h` of its clues (`host_shares`) and of common rock else, so that its
    grade is :math:`\sum p_h N(m_h, s_h^2) + (1 - \sum p_h) N(m_b, s_b^2)` in log10 ppm. Measured wastes update both: level and
    spread of each kind (`KindsLearner`), by which a further one has a wider law than a normal, and :math:`\sum p_h`, a Beta of
    `PRIOR_WASTES`, by the chance of each measured one to belong to a host (Gelman et al. 2013, *Bayesian Data Analysis*, 2.4 and
    3.3). A waste of which nothing is known may be of any kind, as often as those of the region are.

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
    of_words = host_shares(facts, sites, kinds)
    measured, open_dex = measured_ppm(facts, symbol, site_samples)
    counts = site_samples["waste_n"].to_numpy(float) if "waste_n" in site_samples else np.ones(len(sites))
    y = np.log10(np.where(measured > 0, measured, np.nan))
    known = np.isfinite(y)
    log_g = float(np.log10(facts.threshold_ppm))
    grades, members, shares, strength = _taught(facts, of_words, _as_observations(y, counts, open_dex, known), known)
    shares = as_the_region(shares, of_words.described)
    above = grades.reaching(log_g)
    middle, variances = grades.moments()
    parts = np.column_stack([1.0 - shares.sum(axis=1), shares])
    passes, mean = parts @ above, parts @ middle
    low, high = _chance_ends(parts, strength, above, grades.reaching_ends(log_g))
    variance = parts @ (variances + middle**2) - mean**2
    sd = _reaching(mean, np.sqrt(variance), passes, log_g)
    if elsewhere is not None:
        mean, sd = elsewhere
        part = np.sqrt(0.5) * sd  # half of the variance is taken for what better knowledge could tell
        low, passes, high = (ndtr((mean + side * 1.645 * part - log_g) / (part if side else sd)) for side in (-1, 0, 1))
    mean, sd = _with_assay(mean, sd, y, counts, open_dex)
    quantiles = mean[:, None] + sd[:, None] * GRADE_SCORES
    if elsewhere is None:
        quantiles[~known] = grades.quantiles(parts[~known])
    of_assay, of_low, of_high = (
        ndtr((mean + side * 1.645 * sd - log_g) / (USUAL_ASSAYS.bias_sd_log10 if side else sd)) for side in (0, -1, 1)
    )
    return HostBelief(
        grade_log10=mean,
        grade_sd=sd,
        grade_quantiles=np.minimum(quantiles, np.log10(facts.most_ppm)),
        chance=np.where(known, of_assay, passes),
        chance_low=np.where(known, of_low, np.minimum(low, passes)),
        chance_high=np.where(known, of_high, np.maximum(high, passes)),
        measured_ppm=measured,
        undetected=known & (open_dex >= MOST_OPEN_DEX),
        host=_host_codes(facts, np.where(of_words.described[:, None], shares, 0.0), of_words.shown),
        speaks=(np.where(known, of_assay, passes) > above[0]) & (of_words.speaks | known | (elsewhere is not None)),
        learned=_moved_by(facts, members),
    )


def _as_observations(y: np.ndarray, counts: np.ndarray, open_dex: np.ndarray, known: np.ndarray) -> MeasuredWastes:
    """Return the measured wastes alone, limits in place of the middles that stand for them."""
    value, error, undetected = (part[known] for part in _observed(y, counts, open_dex))
    return MeasuredWastes(value, np.sqrt(error), undetected)


def _taught(
    facts: TargetFacts, of_words: HostShares, wastes: MeasuredWastes, known: np.ndarray
) -> tuple[KindGrades, np.ndarray, np.ndarray, np.ndarray]:
    """Return the grades of all kinds, the kinds of measured wastes, and the shares of all, each moved by the others in turns."""
    learner = KindsLearner((facts.background, *facts.hosts), wastes)
    shares, strength = of_words.shares, np.full(len(known), PRIOR_WASTES)
    grades = learner.learn(np.zeros((len(wastes.y), len(facts.hosts) + 1)))
    members = np.zeros((len(wastes.y), len(facts.hosts) + 1))
    if known.any():
        for _ in range(TURNS):
            parts = np.column_stack([1.0 - shares.sum(axis=1), shares])[known]
            before, members = members, learner.members(parts, grades)
            grades = learner.learn(members)
            of_hosts = np.zeros(len(known))
            of_hosts[known] = members[:, 1:].sum(axis=1)
            shares, strength = _taught_shares(of_words.shares, of_hosts, of_words.clues, known)
            if np.abs(members - before).max() < SAME_MEMBERS:
                break
    return grades, members, shares, strength


def _moved_by(facts: TargetFacts, members: np.ndarray) -> dict[str, int]:
    weight = members.sum(axis=0)
    codes = ("background", *(host.code for host in facts.hosts))
    return {code: round(float(of_kind)) for code, of_kind in zip(codes, weight, strict=True) if of_kind > 0}


def _taught_shares(
    shares: np.ndarray, member: np.ndarray, clues: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of sites with as many clues, moved by the measured among them, and for how many wastes they count."""
    chance, strength = shares.sum(axis=1), np.full(len(shares), PRIOR_WASTES)
    moved, some = chance.copy(), chance > 0
    for clue in np.unique(clues[known & some]):
        alike = some & (clues == clue)
        taught = known & alike
        moved[alike] = (PRIOR_WASTES * chance[alike] + member[taught].sum()) / (PRIOR_WASTES + taught.sum())
        strength[alike] += taught.sum()
    return shares * np.divide(moved, chance, out=np.ones_like(chance), where=some)[:, None], strength


def _chance_ends(
    parts: np.ndarray, strength: np.ndarray, above: np.ndarray, above_ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return what better knowledge could still make of the chance to reach the threshold, 5 and 95 %.

    Of the kind of each waste (`_ends`), and of the grades of every kind; as probits, in which each shifts the chance by what it
    would alone, the squares of the shifts add up.
    """
    passes = parts @ above
    ends = []
    for side, of_kind, of_grades in zip((-1, 1), _ends(parts[:, 1:], strength, above), above_ends, strict=True):
        alone = np.column_stack([of_kind, passes[:, None] + parts * (of_grades - above)])
        shift = side * (_probit(alone) - _probit(passes)[:, None])
        ends.append(ndtr(_probit(passes) + side * np.sqrt((np.maximum(shift, 0.0) ** 2).sum(axis=1))))
    return ends[0], ends[1]


def _probit(chance: np.ndarray) -> np.ndarray:
    value: np.ndarray = ndtri(np.clip(chance, 1e-12, 1.0 - 1e-12))
    return value


def _ends(shares: np.ndarray, strength: np.ndarray, above: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what better knowledge of hosts could still make of the chance to reach the threshold, 5 and 95 %."""
    from scipy.stats import beta

    chance = shares.sum(axis=1)
    any_host = np.full(len(chance), above[1:].mean())
    of_hosts = np.divide(shares @ above[1:], chance, out=any_host, where=chance > 0)
    p = np.clip(chance, LEAST_SHARE, 1.0 - LEAST_SHARE)
    low, high = (beta.ppf(q, strength * p, strength * (1.0 - p)) for q in (0.05, 0.95))
    return low * of_hosts + (1.0 - low) * above[0], high * of_hosts + (1.0 - high) * above[0]


def _host_codes(facts: TargetFacts, shares: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """Return the host to be shown, else that of the greatest share, the poorest of those alike; None where there is none."""
    poorest = np.argsort([host.median_ppm for host in facts.hosts], kind="stable")
    codes = np.array([*(facts.hosts[row].code for row in poorest), None], dtype=object)
    greatest = np.where(shown >= 0, np.argsort(poorest)[shown], np.argmax(shares[:, poorest], axis=1))
    best = np.where(shares.sum(axis=1) > 0, greatest, len(poorest))
    host: np.ndarray = codes[best]
    return host


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
    y, error, undetected = _observed(y, n, open_dex)
    limit, of_sample = y, np.sqrt(error)
    value, of_limit = limit_as_observation(y, error, mean, sd**2)
    y, error = np.where(undetected, value, y), np.where(undetected, of_limit, error)
    wide = np.where(undetected, sd, np.maximum(sd, 0.5)) ** 2
    weight = np.where(known, wide / (wide + error), 0.0)
    middle, spread = mean + weight * (np.where(known, y, mean) - mean), np.sqrt(weight * error)
    middle, spread = near_own_assay(np.where(undetected, np.nan, y), np.sqrt(error), middle, spread)
    middle, spread = near_own_limit(limit, of_sample, undetected, middle, spread)
    return middle, np.where(known, spread, sd)


def _observed(y: np.ndarray, n: np.ndarray, open_dex: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return means of wastes, or limits where nothing was detected, their error variances, and where that is."""
    y = y + np.where(
        open_dex >= MOST_OPEN_DEX, 0.0, mean_above(USUAL_ASSAYS.sample_sd_log10**2)
    )  # of a middle of samples
    error = USUAL_ASSAYS.variance(np.maximum(n, 1.0)) + (open_dex / WIDTH90) ** 2
    undetected = np.isfinite(y) & (open_dex >= MOST_OPEN_DEX)
    return *as_limit(y, error, undetected), undetected
