"""Compare rankings without ever comparing scores of two different fitted models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 1_000
"""Draws of whole blocks behind an interval."""

LEAST_CLUSTERS = 6
"""Blocks with positives below which no interval is given."""


def fold_aucs(tests: np.ndarray, positive: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return the AUC inside every fold.

    Parameters
    ----------
    tests : ndarray of bool, shape (k, n)
        Rows each fold is tested on.
    positive : ndarray of bool, shape (n,)
        Classes.
    scores : ndarray of float, shape (k, n)
        Scores by the model that saw nothing of the fold.

    Returns
    -------
    ndarray of float, shape (k,)
        NaN where a fold holds one class or was not scored.
    """
    from pipeline.learning.validation import area_under_curve

    aucs = np.full(len(tests), np.nan)
    for fold, (test, score) in enumerate(zip(tests, scores, strict=True)):
        if test.any() and np.isfinite(score[test]).all():
            aucs[fold] = area_under_curve(positive[test], score[test])
    return aucs


def within_fold_auc(tests: np.ndarray, positive: np.ndarray, scores: np.ndarray) -> float:
    """Return the mean of the AUC inside folds, each weighted by its pairs of a positive and a negative.

    Folds of one class weigh nothing. Parameters as in `fold_aucs`; NaN where no fold holds both classes.
    """
    aucs = fold_aucs(tests, positive, scores)
    weights = (tests & positive).sum(axis=1) * (tests & ~positive).sum(axis=1) * np.isfinite(aucs)
    return float(np.nansum(aucs * weights) / weights.sum()) if weights.sum() else float("nan")


def one_standard_error(aucs: np.ndarray) -> tuple[int, np.ndarray, np.ndarray]:
    """Return the simplest candidate that is not clearly worse than the best.

    Parameters
    ----------
    aucs : ndarray of float, shape (c, k)
        AUC of each candidate, the simplest first, in each fold; folds where any is NaN are left out.

    Returns
    -------
    chosen : int
        The first whose mean distance to the best is at most one standard error of that distance.
    behind, behind_se : ndarray of float, shape (c,)
        Mean distance to the best and its standard error over folds; NaN where fewer than two folds count.

    References
    ----------
    Breiman et al. (1984), *Classification and Regression Trees*, section 3.4.3.
    """
    usable = aucs[:, np.isfinite(aucs).all(axis=0)]
    if usable.shape[1] < 2:
        nothing = np.full(len(aucs), np.nan)
        return 0, nothing, nothing
    distance = usable[int(np.argmax(usable.mean(axis=1)))] - usable
    behind = distance.mean(axis=1)
    error = distance.std(axis=1, ddof=1) / np.sqrt(usable.shape[1])
    return int(np.flatnonzero(behind <= error + 1e-12)[0]), behind, error


Comparison = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Scores of one model with the positives and the negatives it may compare: float (n,), bool (n,), bool (n,)."""


@dataclass(frozen=True)
class PairTable:
    """Won and compared pairs of a positive and a negative, by the blocks both lie in; each pair by one model.

    Parameters
    ----------
    won, pairs : ndarray of float, shape (b, b)
        Row: block of the positive; column: block of the negative.
    """

    won: np.ndarray
    pairs: np.ndarray

    @property
    def auc(self) -> float:
        """Share of pairs won."""
        return float(self.won.sum() / self.pairs.sum()) if self.pairs.sum() else float("nan")

    @property
    def clusters(self) -> int:
        """Blocks that hold a positive which is compared with anything."""
        return int((self.pairs.sum(axis=1) > 0).sum())


def within_folds(tests: np.ndarray, positive: np.ndarray, scores: np.ndarray) -> list[Comparison]:
    """Return the comparisons inside every fold; parameters as in `fold_aucs`."""
    return [(score, test & positive, test & ~positive) for test, score in zip(tests, scores, strict=True)]


def pair_table(comparisons: Iterable[Comparison], blocks: np.ndarray) -> PairTable:
    """Return the pairs of all comparisons, summed by block.

    Parameters
    ----------
    comparisons : iterable of Comparison
        Rows whose score is not finite are not compared.
    blocks : ndarray of int, shape (n,)
        Block per row, from 0.
    """
    count = int(blocks.max()) + 1
    won, pairs = np.zeros((count, count)), np.zeros((count, count))
    for score, positive, negative in comparisons:
        known = np.isfinite(score)
        high, low = np.flatnonzero(positive & known), np.flatnonzero(negative & known)
        if not len(high) or not len(low):
            continue
        low = low[np.argsort(score[low], kind="stable")]
        sorted_score, of_block = score[low], blocks[low]
        in_all = np.bincount(of_block, minlength=count)
        first = np.searchsorted(sorted_score, score[high], "left")
        behind = np.searchsorted(sorted_score, score[high], "right")
        for row, start, stop in zip(high, first, behind, strict=True):
            below = np.bincount(of_block[:start], minlength=count)
            level = np.bincount(of_block[start:stop], minlength=count)
            won[blocks[row]] += below + 0.5 * level
            pairs[blocks[row]] += in_all
    return PairTable(won, pairs)


def won_by_row(comparisons: Iterable[Comparison], n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return for every row how many negatives it was compared with as a positive, and how many of them it won against.

    Parameters
    ----------
    comparisons : iterable of Comparison
        As `pair_table` takes them.
    n : int
        Rows.

    Returns
    -------
    compared, won : ndarray of float, shape (n,)
        A tie is half won; the sum of the one over that of the other is the AUC of the same pairs.
    """
    compared, won = np.zeros(n), np.zeros(n)
    for score, positive, negative in comparisons:
        known = np.isfinite(score)
        high, low = np.flatnonzero(positive & known), np.sort(score[negative & known])
        compared[high] += len(low)
        won[high] += (np.searchsorted(low, score[high], "left") + np.searchsorted(low, score[high], "right")) / 2
    return compared, won


def block_interval(table: PairTable, seed: int) -> tuple[float, float]:
    """Return the 95 % interval of the AUC when whole blocks are drawn anew.

    Parameters
    ----------
    table : PairTable
        Of the model.
    seed : int
        Of the draws.

    Returns
    -------
    low, high : float
        NaN where fewer than `LEAST_CLUSTERS` blocks hold positives, or more than a twentieth of the draws hold no pair.
    """
    drawn = _redrawn(table, [table.won], seed)
    if not len(drawn):
        return float("nan"), float("nan")
    low, high = np.quantile(drawn[0], [0.025, 0.975])
    return float(low), float(high)


def lead_intervals(table: PairTable, others: Sequence[PairTable], seed: int) -> list[tuple[float, float]]:
    """Return intervals of the lead over several other lists that all hold together in 95 % of such tests.

    The list that leads a model most was picked among many: an interval made for it alone would call a sound model worse in far
    more than one test of twenty. The half width is the same multiple of each lead's spread, such that in 95 % of the draws no
    lead lies farther from its mean.

    Parameters
    ----------
    table : PairTable
        Of the model.
    others : sequence of PairTable
        Of the other lists; those that compared other pairs have no interval.
    seed : int
        Of the draws.

    Returns
    -------
    list of (float, float)
        NaN where there is none, as in `block_interval`.

    References
    ----------
    Hothorn, Bretz & Westfall (2008), Simultaneous inference in general parametric models, *Biometrical Journal* 50.
    """
    ends = [(float("nan"), float("nan"))] * len(others)
    alike = [at for at, other in enumerate(others) if np.array_equal(table.pairs, other.pairs)]
    drawn = _redrawn(table, [table.won - others[at].won for at in alike], seed)
    if not alike or not len(drawn):
        return ends
    spread = drawn.std(axis=1)
    away = np.abs(drawn - drawn.mean(axis=1)[:, None]) / np.maximum(spread, 1e-12)[:, None]
    width = float(np.quantile(away.max(axis=0), 0.95)) * spread
    for at, half in zip(alike, width.tolist(), strict=True):
        lead = table.auc - others[at].auc
        ends[at] = (lead - half, lead + half)
    return ends


def _redrawn(table: PairTable, won: list[np.ndarray], seed: int) -> np.ndarray:
    """Return won shares of all pairs with whole blocks drawn anew, shape (len(won), draws); empty where none can be told."""
    if table.clusters < LEAST_CLUSTERS:
        return np.empty((0, 0))
    count = len(table.pairs)
    rng = np.random.default_rng([seed, 23])
    times = rng.multinomial(count, np.full(count, 1.0 / count), size=DRAWS).astype(float)
    pairs = ((times @ table.pairs) * times).sum(axis=1)
    usable = pairs > 0
    if usable.mean() < 0.95:
        return np.empty((0, 0))
    return np.array([((times @ of_list) * times).sum(axis=1)[usable] / pairs[usable] for of_list in won])


def percentiles(score: np.ndarray, rows: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return for some rows the share of all rows that one model scores lower, ties counting half: 0 to 1."""
    from scipy.stats import rankdata

    known = np.isfinite(score)
    percentile = np.full(len(score), np.nan)
    percentile[known] = (rankdata(score[known]) - 0.5) / known.sum()
    return percentile[rows]
