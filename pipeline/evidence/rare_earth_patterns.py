"""Complete patterns of rare earths by host mineral, and what the missing elements of a partial suite add to its total.

Shares of the oxides of concentrates of one mineral each, rounded: USGS Minerals Yearbook, *Rare earths* (Hedrick, several
years, table of the contents of major source minerals); peralkaline granite and apatite after Verplanck et al. 2014 (USGS SIR
2010-5070-J) and Emsbo et al. 2015 (Gondwana Research 27).
"""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from layers.elements import OXIDE_OF, REE, UPPER_CRUST_PPM, oxide_factor

Array = NDArray[np.float64]

ORDER = ("La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y")

OXIDE_PERCENT = {
    "bastnaesite": (33.2, 49.1, 4.3, 12.0, 0.8, 0.12, 0.17, 0.016, 0.03, 0.005, 0.01, 0.002, 0.01, 0.001, 0.1),
    "bastnaesite_monazite": (23.0, 50.0, 6.2, 18.5, 0.8, 0.2, 0.7, 0.1, 0.1, 0.02, 0.03, 0.005, 0.02, 0.003, 0.4),
    "monazite": (23.9, 46.0, 5.0, 17.4, 2.5, 0.05, 1.5, 0.04, 0.7, 0.05, 0.2, 0.02, 0.1, 0.01, 2.4),
    "monazite_heavier": (23.0, 42.7, 4.1, 17.0, 3.0, 0.1, 2.0, 0.7, 0.8, 0.12, 0.3, 0.1, 2.4, 0.14, 2.4),
    "loparite": (25.0, 50.5, 5.0, 15.0, 0.7, 0.09, 0.6, 0.08, 0.6, 0.1, 0.3, 0.04, 0.2, 0.03, 1.3),
    "apatite": (19.0, 38.0, 4.5, 17.5, 3.2, 0.6, 3.0, 0.4, 2.1, 0.4, 1.0, 0.13, 0.7, 0.1, 9.5),
    "peralkaline": (12.5, 28.0, 3.1, 11.5, 2.6, 0.15, 2.6, 0.55, 3.6, 0.8, 2.6, 0.4, 2.4, 0.33, 29.0),
    "xenotime": (1.2, 3.1, 0.5, 1.6, 1.1, 0.1, 3.5, 0.9, 8.3, 2.0, 6.4, 1.1, 6.8, 1.0, 61.0),
    "adsorbed_light": (43.4, 2.4, 9.0, 31.7, 3.9, 0.5, 3.0, 0.1, 0.4, 0.1, 0.2, 0.05, 0.3, 0.1, 8.0),
    "adsorbed_heavy": (1.8, 0.4, 0.7, 3.0, 2.8, 0.1, 6.9, 1.3, 6.7, 1.6, 4.9, 0.7, 2.5, 0.4, 65.0),
}  # fmt: skip
"""Oxides in the order of `ORDER`, per cent of all of them."""

LIGHT = ("bastnaesite", "bastnaesite_monazite", "monazite", "monazite_heavier", "loparite", "apatite")
HEAVY = ("peralkaline", "xenotime", "adsorbed_heavy")

WORDS = (
    (re.compile(r"carbonatite|monazite|bastn|phosph|apatite|kiruna|\bIOA\b|loparite", re.IGNORECASE), LIGHT),
    (re.compile(r"peralkaline|xenotime|eudialyte|nepheline syenite|ion[ -]adsorption", re.IGNORECASE), HEAVY),
)
"""Words of deposit type and commodities, and the patterns they speak for."""

FAVOURED = 4.0
"""How many times likelier a pattern is that the words speak for: enough to tell where the measured elements do not."""

SCATTER_LOG10 = 0.15
"""Of single elements about the pattern of their mineral, log10: wastes mix minerals, and laboratories differ."""

RARELY_BELOW = 0.1
"""Chance that is left to a total in which nothing is detected."""

AT_ONCE = 2000
"""Samples weighed together."""

_STEPS = np.array([-1.645, -0.9, -0.3, 0.3, 0.9, 1.645])
_STEP_WEIGHTS = np.array([0.08, 0.17, 0.25, 0.25, 0.17, 0.08])


@cache
def pattern_library() -> tuple[Array, list[frozenset[str]]]:
    """Return patterns as shares of the elements, shape (k, 15), and the minerals in each.

    The minerals, average upper crust, and halves of every two: wastes seldom hold one mineral alone.
    """
    factors = np.array([oxide_factor(OXIDE_OF[element]) for element in REE])
    crust = np.array([UPPER_CRUST_PPM[element] for element in REE])
    pure = {"crust": crust / (crust * factors).sum()}
    for name, percent in OXIDE_PERCENT.items():
        of = dict(zip(ORDER, percent, strict=True))
        oxides = np.array([of[element] for element in REE])
        pure[name] = oxides / oxides.sum() / factors
    names = [frozenset([name]) for name in pure] + [frozenset(pair) for pair in combinations(pure, 2)]
    rows = [sum(pure[name] for name in minerals) / len(minerals) for minerals in names]
    return np.array(rows), names


def host_priors(words: pd.Series) -> Array:
    """Return how likely each pattern is at each site before anything was measured, shape (n, k).

    Parameters
    ----------
    words : Series of str
        Deposit type and commodities of the sites; missing where nothing is known.
    """
    _, names = pattern_library()
    prior = np.ones((len(words), len(names)))
    text = words.fillna("").astype(str)
    for pattern, minerals in WORDS:
        mentioned = text.str.contains(pattern).to_numpy(bool)
        favoured = np.array([len(assemblage & set(minerals)) / len(assemblage) for assemblage in names])
        prior[mentioned] *= 1.0 + (FAVOURED - 1.0) * favoured
    whole: Array = prior / prior.sum(axis=1, keepdims=True)
    return whole


def missing_part(
    filled: Array, known_ppm: Array, prior: Array, factors: Array, limits_ppm: Array | None = None
) -> tuple[Array, Array]:
    """Return what the elements that were neither analysed nor interpolated add to a total: its median and 95 % quantile.

    Every pattern is scaled to the analysed elements and weighs by how well it follows them; the missing elements are read from
    it, with the scatter of single elements about a pattern. At least they add nothing: no library holds every mineral.

    Parameters
    ----------
    filled, known_ppm : ndarray of float, shape (n, 15)
        ppm with gaps inside the analysed range filled, and as analysed; NaN where not.
    prior : ndarray of float, shape (n, k)
        Of the patterns of `pattern_library`.
    factors : ndarray of float, shape (15,)
        What a ppm of each element counts in the total: 1, or its oxide factor.
    limits_ppm : ndarray of float, shape (n, 15), optional
        Limits that missing elements lie below, NaN where there is none: a pattern counts by its chance to stay below all of them.

    Returns
    -------
    middle, high : ndarray of float, shape (n,)
        0 where nothing is missing, NaN where nothing was analysed.
    """
    library, _ = pattern_library()
    known = np.isfinite(known_ppm) & (known_ppm > 0)
    gaps = ~np.isfinite(filled)
    middle, high = (np.where(known.any(axis=1), 0.0, np.nan) for _ in range(2))
    open_rows = np.flatnonzero(known.any(axis=1) & gaps.any(axis=1))
    suites, suite_of = np.unique(np.hstack([known, gaps])[open_rows], axis=0, return_inverse=True)
    for number, suite in enumerate(suites):
        there, lost = suite[: len(REE)], suite[len(REE) :]
        rows = open_rows[suite_of.ravel() == number]
        for some in np.array_split(rows, len(rows) // AT_ONCE + 1):
            ratio = np.log10(known_ppm[some][:, None, there]) - np.log10(library[None, :, there])
            scale = ratio.mean(axis=2)
            misfit = ((ratio - scale[:, :, None]) ** 2).sum(axis=2)
            weight = prior[some] * np.exp(-0.5 * (misfit - misfit.min(axis=1, keepdims=True)) / SCATTER_LOG10**2)
            parts = library[:, lost] * factors[lost]
            total = parts.sum(axis=1)
            own = (parts**2).sum(axis=1) / total**2  # scatter of single elements averages out in their sum
            spread = SCATTER_LOG10 * np.sqrt(1.0 / there.sum() + own)
            values = (10.0**scale * total)[:, :, None] * 10.0 ** (spread[None, :, None] * _STEPS)
            weights = weight[:, :, None] * _STEP_WEIGHTS
            if limits_ppm is not None:
                error = SCATTER_LOG10 * np.sqrt(1.0 + 1.0 / there.sum())
                below = weight * _chance_below(limits_ppm[some], 10.0**scale, error)
                weights = np.maximum(below, below.max(axis=1, keepdims=True) * 1e-12)[:, :, None] * _STEP_WEIGHTS
                values = np.minimum(values, _within_limits(limits_ppm[some], lost, factors))
            for row, value, shares in zip(some, values, weights, strict=True):
                middle[row], high[row] = _quantiles(value.ravel(), shares.ravel(), (0.5, 0.95))
    return middle, high


def most_below(limits_ppm: Array, prior: Array) -> Array:
    """Return the most rare-earth oxides, ppm, of samples in which nothing was detected, shape (n,), as their patterns allow.

    A total of so much lies below all limits with a chance of `RARELY_BELOW`, the patterns of the host taken together: cerium
    below 40 ppm leaves no light mineral more than some 130 ppm, whatever the limits of fifteen elements add up to.

    Parameters
    ----------
    limits_ppm : ndarray of float, shape (n, 15)
        NaN where an element was not analysed.
    prior : ndarray of float, shape (n, k)
        Of the patterns of `pattern_library`.
    """
    most = np.full(len(limits_ppm), np.nan)
    cases, case = np.unique(np.hstack([limits_ppm, prior]), axis=0, return_inverse=True)
    for number, row in enumerate(cases):
        limits, weight = row[None, : len(REE)], row[len(REE) :]
        if not np.isfinite(limits).any():
            continue
        totals = np.geomspace(np.nanmin(limits), 1e6, 400)
        chance = _chance_below(np.repeat(limits, len(totals), axis=0), totals[:, None], SCATTER_LOG10) @ weight
        enough = np.flatnonzero(chance >= RARELY_BELOW)
        most[case.ravel() == number] = totals[enough[-1]] if len(enough) else totals[0]
    return most


def _chance_below(limits_ppm: Array, scale: Array, error: float) -> Array:
    """Return the chance that no element of each pattern passes its limit, shape (n, k), at totals of shape (n, k) or (n, 1)."""
    library, _ = pattern_library()
    chance = np.ones((len(limits_ppm), len(library)))
    for column, shares in enumerate(library.T):
        limit = limits_ppm[:, [column]]
        with np.errstate(invalid="ignore"):
            chance *= np.where(np.isfinite(limit), ndtr((np.log10(limit) - np.log10(scale * shares)) / error), 1.0)
    return chance


def _within_limits(limits_ppm: Array, lost: NDArray[np.bool_], factors: Array) -> Array:
    """Return what the missing elements add at most, shape (n, 1, 1): infinite where one of them has no limit."""
    room = np.where(np.isfinite(limits_ppm), limits_ppm, np.inf)[:, lost] @ factors[lost]
    most: Array = room[:, None, None]
    return most


def _quantiles(values: Array, weights: Array, at: tuple[float, ...]) -> Array:
    order = np.argsort(values, kind="stable")
    share = (np.cumsum(weights[order]) - 0.5 * weights[order]) / weights.sum()
    quantiles: Array = np.interp(at, share, values[order])
    return quantiles
