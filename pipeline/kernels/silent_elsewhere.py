"""Whether a clue that follows the grades of assayed wastes is silent at the others, as what was made of the assays is."""

from __future__ import annotations

import numpy as np

LEAST_WASTES = 20
"""Assayed wastes with a value, and others, from which the two are compared."""

MOST_CHANCE = 1e-4
"""Of so many assayed wastes outside the band of the others, were both alike (Fisher's exact test)."""

BAND = 0.95
"""Share of the wastes to be predicted that the narrowest band holds."""

LEAST_OUTSIDE = 0.1
"""Share of assayed wastes outside it, where alike ones have 5 %."""

ONE_VALUE, TIMES_SELDOMER = 0.02, 10.0
"""Width of the band over the range of nine in ten assayed wastes up to which all others have one value, and how much seldomer
they leave it: who assays wastes for a clue leaves some out."""

NARROW, LEAST_EITHER_SIDE = 0.6, 0.1
"""The same of a band beyond which assayed wastes lie on either side: who chooses wastes by a clue takes one end of it."""

FOLLOWS = 0.85
"""Share of pairs of assayed wastes that a clue orders as their assays do, from which it may be made of them: a map of the grade
itself, beside single assays that scatter twofold, orders nine in ten."""


def is_silent_elsewhere(values: np.ndarray, grade: np.ndarray) -> bool:
    """Return whether a clue differs among assayed wastes, and with their grades, but not among the others.

    What is written or drawn after the assays says of all other wastes the same, or nearly: a model learns from it that these are
    all alike. A clue by which wastes were chosen for assays differs on both sides, or goes less closely with the grades.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        The clue, NaN where it is not known; 0 and 1 for a word.
    grade : ndarray of float, shape (n,)
        Assayed grade in any monotonous scale, NaN where the waste was not assayed.
    """
    from scipy.stats import fisher_exact

    known, assayed = np.isfinite(values), np.isfinite(grade)
    own, others = values[known & assayed], np.sort(values[known & ~assayed])
    if min(len(own), len(others)) < LEAST_WASTES:
        return False
    count = int(np.ceil(BAND * len(others)))
    start = int(np.argmin(others[count - 1 :] - others[: len(others) - count + 1]))
    low, high = others[start], others[start + count - 1]
    below, above, beyond = (own < low).mean(), (own > high).mean(), int(((others < low) | (others > high)).sum())
    outside = round(float(below + above) * len(own))
    if outside < LEAST_OUTSIDE * len(own):
        return False
    width = (high - low) / max(float(np.subtract(*np.quantile(own, [0.95, 0.05]))), 1e-12)
    one_value = width <= ONE_VALUE and beyond / len(others) <= float(below + above) / TIMES_SELDOMER
    if not one_value and not (width <= NARROW and min(below, above) >= LEAST_EITHER_SIDE):
        return False
    counts = [[outside, len(own) - outside], [beyond, len(others) - beyond]]
    if fisher_exact(counts, alternative="greater").pvalue > MOST_CHANCE:
        return False
    order = _share_alike(own, grade[known & assayed])
    return max(order, 1.0 - order) >= FOLLOWS


def _share_alike(first: np.ndarray, second: np.ndarray) -> float:
    """Return the share of pairs, of those that the first tells apart, that the second orders the same; ties count half."""
    alike, compared = 0.0, 0
    for row in range(1, len(first)):
        sides = np.sign(first[:row] - first[row])
        alike += float((sides * np.sign(second[:row] - second[row])).sum())
        compared += int((sides != 0).sum())
    return (alike / compared + 1.0) / 2.0 if compared else 0.5
