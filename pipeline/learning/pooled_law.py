r"""What wastes measured in other regions say of a waste here: one linear law over what every inventory tells.

What the host tables expect is moved by a law in the commodities, the type of deposit and the kind of waste,
:math:`y = m + \beta_0 + \beta_1 (m - \bar m) + \sum_w \beta_w + u_r + e`, with *m* the expectation of the tables, *w* its
words, :math:`u_r` what a region has of its own and :math:`e` the scatter of wastes. All effects are normal about 0, so that
where nothing was measured the tables stay. Their spreads are those of the greatest posterior.

References
----------
Gelman et al. (2013), *Bayesian Data Analysis*, chapters 5 and 15. Gneiting & Raftery (2007), Strictly proper scoring rules,
*J. Am. Stat. Assoc.* 102 (the logarithmic score of `judge_law`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

LEVEL_SD, SLOPE_SD = 0.5, 0.5
"""Spread of the common shift of the tables, log10 of ppm, and of the factor their differences are off by."""

USUAL_SPREADS = (0.3, 0.25, 0.4)
"""Usual spread of the effect of a word, of regions and of wastes alike in all words, log10 of ppm: judgement, which data move."""

SPREAD_FACTOR = 0.7
"""Natural logarithm of the factor by which those usual spreads may be off, one standard deviation."""

LEAST_OF_A_WORD = 3
"""Wastes that must hold a word before it has an effect."""

LEAST_WASTES, LEAST_REGIONS = 6, 2
"""Wastes of a region from which the law is tested on it, and regions it must be tested on."""

FEW_REGIONS = 5
"""Regions tested below which the law must do better on each of them, since their scatter cannot be told."""

PERMUTATIONS, LEVEL = 999, 0.05
"""Of measured grades within their regions and of effects among the words, and the share of either that may order as well."""


@dataclass(frozen=True)
class PooledWastes:
    """Wastes in the terms that every region has.

    Parameters
    ----------
    region : ndarray of str, shape (n,)
    expected_log10, expected_sd : ndarray of float, shape (n,)
        What the host tables expect, decimal logarithm of ppm.
    words : tuple of frozenset of str
        Of each waste: commodities, type of deposit, kind of waste.
    grade_log10, grade_variance : ndarray of float, shape (n,)
        Measured, with the variance of its error; NaN where nothing was measured.
    """

    region: np.ndarray
    expected_log10: np.ndarray
    expected_sd: np.ndarray
    words: tuple[frozenset[str], ...]
    grade_log10: np.ndarray
    grade_variance: np.ndarray

    def rows(self, mask: np.ndarray) -> PooledWastes:
        """Return the wastes of a mask."""
        return PooledWastes(
            self.region[mask],
            self.expected_log10[mask],
            self.expected_sd[mask],
            tuple(words for words, kept in zip(self.words, mask, strict=True) if kept),
            self.grade_log10[mask],
            self.grade_variance[mask],
        )


@dataclass(frozen=True)
class PooledLaw:
    """A fitted law.

    Parameters
    ----------
    words : tuple of str
        Words with an effect.
    centre_log10 : float
        Mean of what the tables expect of the wastes that taught it.
    coef : ndarray of float, shape (2 + len(words),)
        Shift, slope and effects.
    covariance : ndarray of float
        Of the same.
    region_sd, scatter_sd : float
        Spread of regions and of wastes, log10 of ppm.
    """

    words: tuple[str, ...]
    centre_log10: float
    coef: np.ndarray
    covariance: np.ndarray
    region_sd: float
    scatter_sd: float

    def predict(self, wastes: PooledWastes) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and spread of the grade of wastes of one further region.

        Those of them that were measured speak for the others, through the effects and through what the region has of its own;
        none speaks for itself, since its own assay is counted elsewhere.

        Parameters
        ----------
        wastes : PooledWastes
            Of one region.

        Returns
        -------
        mean, sd : ndarray of float, shape (n,)
            Decimal logarithm of ppm.
        """
        design = _design(wastes, self.words, self.centre_log10)
        mean = wastes.expected_log10 + design @ self.coef
        lever = design @ self.covariance
        variance = np.einsum("ij,ij->i", lever, design) + self.region_sd**2 + self.scatter_sd**2
        known = np.isfinite(wastes.grade_log10)
        if not known.any():
            return mean, np.sqrt(variance)
        among = lever[known] @ design[known].T + self.region_sd**2
        among[np.diag_indices_from(among)] += self.scatter_sd**2 + wastes.grade_variance[known]
        factor = cho_factor(among, lower=True)
        across = lever[~known] @ design[known].T + self.region_sd**2
        excess = wastes.grade_log10[known] - mean[known]
        mean[~known] += across @ cho_solve(factor, excess)
        variance[~known] -= np.einsum("ij,ji->i", across, cho_solve(factor, across.T))
        return mean, np.sqrt(np.maximum(variance, self.scatter_sd**2))


@dataclass(frozen=True)
class RegionTrial:
    """How the law of the other regions did on one region."""

    region: str
    n: int
    gain: float
    concordance: float
    table_concordance: float


@dataclass(frozen=True)
class LawTrial:
    """The test of a law on regions left out.

    Parameters
    ----------
    regions : tuple of RegionTrial
        ``gain``: mean log score of a waste less that of the host tables; ``concordance``: share of its pairs of wastes in the
        right order, ``table_concordance`` by the tables.
    concordance, table_concordance : float
        Of the pairs of all regions.
    p_value : float
        Share of shuffled grades, or of laws with their effects dealt to other words, that order as well: the larger.
    reason : str
        ``skill``, or why the law is not used: ``regions`` (too few have enough wastes), ``chance`` (orders no better than
        shuffled grades), ``dealt`` (better than these, no better than the same effects dealt to other words), ``one_region``
        (no better than chance on one of few regions), ``tables`` (not shown to do better than the host tables).
    """

    regions: tuple[RegionTrial, ...]
    concordance: float
    table_concordance: float
    p_value: float
    reason: str

    @property
    def used(self) -> bool:
        """Whether the law showed skill."""
        return self.reason == "skill"


def fit_law(wastes: PooledWastes) -> PooledLaw:
    """Fit the law to the measured ones among the wastes of some regions."""
    known = wastes.rows(np.isfinite(wastes.grade_log10))
    words = _words(known)
    centre = float(known.expected_log10.mean())
    design = _design(known, words, centre)
    excess = known.grade_log10 - known.expected_log10
    alike = (known.region[:, None] == known.region[None, :]).astype(float)

    def covariance(spreads: np.ndarray) -> np.ndarray:
        prior = _prior(spreads[0], len(words))
        total: np.ndarray = (design * prior) @ design.T + spreads[1] ** 2 * alike
        total[np.diag_indices_from(total)] += spreads[2] ** 2 + known.grade_variance
        return total

    def loss(logs: np.ndarray) -> float:
        factor = cho_factor(covariance(np.exp(logs)), lower=True)
        fit = 0.5 * excess @ cho_solve(factor, excess) + np.log(np.diag(factor[0])).sum()
        return float(fit + 0.5 * (((logs - np.log(USUAL_SPREADS)) / SPREAD_FACTOR) ** 2).sum())

    fitted = minimize(loss, np.log(USUAL_SPREADS), method="L-BFGS-B", bounds=[(-5.0, 1.0)] * 3)
    spreads = np.exp(fitted.x)
    prior = _prior(spreads[0], len(words))
    factor = cho_factor(covariance(spreads), lower=True)
    held = prior[:, None] * design.T
    return PooledLaw(
        words=words,
        centre_log10=centre,
        coef=held @ cho_solve(factor, excess),
        covariance=np.diag(prior) - held @ cho_solve(factor, held.T),
        region_sd=float(spreads[1]),
        scatter_sd=float(spreads[2]),
    )


def laws_without(wastes: PooledWastes) -> dict[str, PooledLaw]:
    """Return, by region, the law of all other regions; none for a region beside which nothing was measured."""
    known = np.isfinite(wastes.grade_log10)
    others = {str(name): known & (wastes.region != name) for name in np.unique(wastes.region[known])}
    return {name: fit_law(wastes.rows(mask)) for name, mask in others.items() if mask.any()}


def judge_law(wastes: PooledWastes, without: Mapping[str, PooledLaw], seed: int = 7) -> LawTrial:
    """Test the law on every region with enough wastes by that of all others, as `laws_without` returns them.

    It shows skill where it puts the wastes within regions in no worse order than the host tables do, and in a better one than all
    but one in twenty of shuffled grades would and of laws with the same effects dealt to other words. The latter is needed, for
    wastes that share a word are not independent: a law of another region orders far better or far worse than shuffled grades
    let expect, either half of the time; and with fewer than four words nothing can be shown. Its log score must be the better
    one on average by more than 1.645 standard errors over regions; of fewer than `FEW_REGIONS` each must be ordered better
    than by chance and have the better score.
    """
    known = wastes.rows(np.isfinite(wastes.grade_log10))
    names, counts = np.unique(known.region, return_counts=True)
    tested = [str(name) for name, count in zip(names, counts, strict=True) if count >= LEAST_WASTES]
    if len(tested) < LEAST_REGIONS:
        return LawTrial((), float("nan"), float("nan"), float("nan"), "regions")
    trials, signs, tables, grades = [], [], [], []
    for name in tested:
        inside = known.region == name
        held = known.rows(inside)
        mean, sd = without[name].predict(_unmeasured(held))
        gain = _log_score(held, mean, sd) - _log_score(held, held.expected_log10, held.expected_sd)
        pairs = [_signs(values) for values in (mean, held.expected_log10, held.grade_log10)]
        agree = [_agreement(pairs[row], pairs[2]) for row in (0, 1)]
        trials.append(RegionTrial(name, len(mean), float(gain.mean()), *(float(won / of) for won, of in agree)))
        signs.append(pairs[0])
        tables.append(pairs[1])
        grades.append(held.grade_log10)
    own, table = _concordance(signs, grades), _concordance(tables, grades)
    rng = np.random.default_rng([seed, 57])
    shuffled = [_concordance(signs, [rng.permutation(values) for values in grades]) for _ in range(PERMUTATIONS)]
    dealt = [_concordance(_dealt_signs(known, tested, without, rng), grades) for _ in range(PERMUTATIONS)]
    p_shuffled, p_dealt = (
        (1 + sum(value >= own for value in values)) / (1 + PERMUTATIONS) for values in (shuffled, dealt)
    )
    reason = "chance" if p_shuffled > LEVEL else "dealt" if p_dealt > LEVEL else _reason(trials, own, table)
    return LawTrial(tuple(trials), own, table, max(p_shuffled, p_dealt), reason)


def _dealt_signs(
    known: PooledWastes, tested: list[str], without: Mapping[str, PooledLaw], rng: np.random.Generator
) -> list[np.ndarray]:
    """Return the order of each region's wastes by the law of the others, with its effects dealt to other words."""
    signs = []
    for name in tested:
        law, held = without[name], known.rows(known.region == name)
        coef = np.concatenate([law.coef[:2], rng.permutation(law.coef[2:])])
        signs.append(_signs(held.expected_log10 + _design(held, law.words, law.centre_log10) @ coef))
    return signs


def _reason(trials: list[RegionTrial], own: float, table: float) -> str:
    """Return what decides over a law that orders better than shuffled grades and than dealt effects."""
    gains = np.array([trial.gain for trial in trials])
    if len(gains) < FEW_REGIONS:
        if any(trial.concordance <= 0.5 for trial in trials):
            return "one_region"
        better = bool((gains > 0).all())
    else:
        better = bool(gains.mean() > 1.645 * gains.std(ddof=1) / np.sqrt(len(gains)))
    return "skill" if better and own >= table else "tables"


def _words(wastes: PooledWastes) -> tuple[str, ...]:
    """Return the words that enough wastes hold and not all do, in order."""
    counts: dict[str, int] = {}
    for words in wastes.words:
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    return tuple(sorted(word for word, count in counts.items() if LEAST_OF_A_WORD <= count < len(wastes.words)))


def _design(wastes: PooledWastes, words: tuple[str, ...], centre: float) -> np.ndarray:
    held = np.array([[word in own for word in words] for own in wastes.words], dtype=float).reshape(
        len(wastes.words), len(words)
    )
    return np.column_stack([np.ones(len(held)), wastes.expected_log10 - centre, held])


def _prior(word_sd: float, count: int) -> np.ndarray:
    return np.array([LEVEL_SD**2, SLOPE_SD**2, *[word_sd**2] * count])


def _unmeasured(wastes: PooledWastes) -> PooledWastes:
    nothing = np.full(len(wastes.grade_log10), np.nan)
    return PooledWastes(wastes.region, wastes.expected_log10, wastes.expected_sd, wastes.words, nothing, nothing)


def _log_score(wastes: PooledWastes, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    variance = sd**2 + wastes.grade_variance
    score: np.ndarray = -0.5 * ((wastes.grade_log10 - mean) ** 2 / variance + np.log(2.0 * np.pi * variance))
    return score


def _signs(values: np.ndarray) -> np.ndarray:
    """Return the sign of every pair's difference, the first less the second; differences beyond nine digits are none."""
    rounded = np.round(values, 9)
    first, second = np.triu_indices(len(rounded), 1)
    return np.sign(rounded[first] - rounded[second])


def _agreement(predicted: np.ndarray, measured: np.ndarray) -> tuple[float, float]:
    """Return pairs in the right order, ties of the prediction counting half, and pairs that differ."""
    differ = measured != 0
    return float((0.5 + 0.5 * predicted * measured)[differ].sum()), float(max(differ.sum(), 1))


def _concordance(signs: list[np.ndarray], grades: list[np.ndarray]) -> float:
    won, of = np.sum([_agreement(sign, _signs(values)) for sign, values in zip(signs, grades, strict=True)], axis=0)
    return float(won / of)
