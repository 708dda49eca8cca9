"""Fit every method once per fold and once per pair of folds, and choose among methods from those fits alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pipeline.learning.compare import Comparison, fold_aucs, one_standard_error, pair_table, within_folds
from pipeline.learning.folds import Folds
from pipeline.learning.validation import Fit


@dataclass(frozen=True)
class FoldScores:
    """Scores of one method.

    Parameters
    ----------
    single : ndarray of float, shape (k, n)
        By the model trained for each fold, for its test rows and the rows of reference; NaN elsewhere.
    pairs : dict of (int, int) to ndarray of float, shape (n,)
        By the model that saw neither of two folds, for the test rows of both; NaN elsewhere.
    """

    single: np.ndarray
    pairs: Mapping[tuple[int, int], np.ndarray]

    def inner(self, fold: int) -> np.ndarray:
        """Return scores of every fold by the model that saw neither it nor ``fold``, shape (k, n); NaN for ``fold`` itself."""
        table = np.full(self.single.shape, np.nan)
        for other in range(len(table)):
            if other != fold:
                table[other] = self.pairs[min(fold, other), max(fold, other)]
        return table


def score_folds(fit: Fit, folds: Folds, reference: np.ndarray, *, pairs: bool = True) -> FoldScores:
    """Fit on every fold's training rows and, for the choice among methods, on those common to every two folds.

    Parameters
    ----------
    fit : callable
        See `Fit`.
    folds : Folds
        Training and test rows.
    reference : ndarray of bool, shape (n,)
        Rows every fold's model scores besides its test rows, so that its scores can be placed among them.
    pairs : bool
        Whether pairs of folds are wanted; k (k - 1) / 2 fits more.
    """
    count, n = folds.tests.shape
    single = np.full((count, n), np.nan)
    for fold in range(count):
        _score(fit, folds.trains[fold], folds.tests[fold] | reference, single[fold])
    both = {}
    for first, second in combinations(range(count), 2) if pairs else ():
        tested = folds.tests[first] | folds.tests[second]
        both[first, second] = np.full(n, np.nan)
        _score(fit, folds.trains[first] & folds.trains[second] & ~tested, tested, both[first, second])
    return FoldScores(single, both)


def _score(fit: Fit, train: np.ndarray, wanted: np.ndarray, into: np.ndarray) -> None:
    scorer = fit(train)
    rows = np.flatnonzero(wanted)
    if scorer is not None and len(rows):
        into[rows] = scorer(rows)


@dataclass(frozen=True)
class Choice:
    """Which method orders, and how the choice did on folds it was not made on.

    Parameters
    ----------
    code : str
        The method chosen on all folds.
    by_fold : tuple of str, length k
        The method chosen for each fold without looking at it.
    scores : FoldScores
        Of the procedure as a whole: each fold, and each pair of folds, by the method chosen without it.
    auc, behind, behind_se : dict of str to float
        Mean over folds of the AUC of their positives, distance to the best and its standard error.
    """

    code: str
    by_fold: tuple[str, ...]
    scores: FoldScores
    auc: dict[str, float]
    behind: dict[str, float]
    behind_se: dict[str, float]


def choose_method(scores: Mapping[str, FoldScores], tests: np.ndarray, positive: np.ndarray) -> Choice:
    """Choose the simplest method within one standard error of the best, once for the list and once without every fold.

    For the list, the AUC of a fold is that of its positives against all negatives, each pair by the model that saw neither
    fold. For the test of fold k the choice rests on how the models that saw neither j nor k order fold j, for all j: fold k has
    no part in it. For a pair of folds, both choices are averaged; its models saw one of the two folds, never its order.

    Parameters
    ----------
    scores : mapping of str to FoldScores
        The simplest method first.
    tests : ndarray of bool, shape (k, n)
        Judged rows each fold is tested on.
    positive : ndarray of bool, shape (n,)
        Classes.
    """
    codes, count = list(scores), len(tests)
    aucs = np.array([_aucs_of_positives(scores[code], tests, positive) for code in codes])
    chosen, behind, error = one_standard_error(aucs)
    inner = np.full((count, len(codes), count), np.nan)
    for fold in range(count) if len(codes) > 1 else ():
        inner[fold] = [fold_aucs(tests, positive, scores[code].inner(fold)) for code in codes]
    by_fold = [codes[one_standard_error(score)[0]] if len(codes) > 1 else codes[0] for score in inner]
    single = np.array([scores[code].single[fold] for fold, code in enumerate(by_fold)])
    pairs = {}
    for first, second in scores[codes[0]].pairs:
        code = codes[one_standard_error((inner[first] + inner[second]) / 2)[0]] if len(codes) > 1 else codes[0]
        pairs[first, second] = scores[code].pairs[first, second]
    usable = np.isfinite(aucs).all(axis=0)
    means = aucs[:, usable].mean(axis=1) if usable.any() else np.full(len(codes), np.nan)
    return Choice(
        codes[chosen],
        tuple(by_fold),
        FoldScores(single, pairs),
        dict(zip(codes, means.tolist(), strict=True)),
        dict(zip(codes, behind.tolist(), strict=True)),
        dict(zip(codes, error.tolist(), strict=True)),
    )


def comparisons(scores: FoldScores, tests: np.ndarray, positive: np.ndarray) -> list[Comparison]:
    """Return all pairs of a positive and a negative, each to be compared by the model that saw neither's fold.

    Parameters
    ----------
    scores : FoldScores
        With or without pairs of folds; without, only pairs within a fold are compared.
    tests : ndarray of bool, shape (k, n)
        Judged rows each fold is tested on.
    positive : ndarray of bool, shape (n,)
        Classes.

    References
    ----------
    Airola et al. (2019), The spatial leave-pair-out cross-validation method, *Data Mining and Knowledge Discovery* 33.
    """
    pairs = within_folds(tests, positive, scores.single)
    for (first, second), score in scores.pairs.items():
        only_first, other = tests[first] & ~tests[second], tests[second] & ~tests[first]
        pairs += [(score, only_first & positive, other & ~positive), (score, other & positive, only_first & ~positive)]
    return pairs


def _aucs_of_positives(scores: FoldScores, tests: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """Return for every fold the AUC of its positives against all negatives, shape (k,); NaN where there are none."""
    fold = np.where(tests.any(axis=0), tests.argmax(axis=0), len(tests))
    table = pair_table(comparisons(scores, tests, positive), fold)
    pairs = table.pairs.sum(axis=1)
    aucs = np.divide(table.won.sum(axis=1), pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    return np.append(aucs, np.full(len(tests), np.nan))[: len(tests)]


def out_of_fold(score: np.ndarray, single: np.ndarray, folds: Folds, judged: np.ndarray) -> np.ndarray:
    """Return a final model's scores, with judged rows scored by the models that did not see them, on the final model's scale.

    Parameters
    ----------
    score : ndarray of float, shape (n,)
        By the model fitted on everything.
    single : ndarray of float, shape (k, n)
        By each fold's model.
    folds : Folds
        Test rows.
    judged : ndarray of bool, shape (n,)
        Rows the final model learned from.
    """
    centre, spread = score.mean(), max(float(score.std()), 1e-12)
    chances = score.copy()
    for model, test in zip(single, folds.tests, strict=True):
        known = np.isfinite(model)
        rows = test & judged & known
        if rows.any():
            level, scale = model[known].mean(), max(float(model[known].std()), 1e-12)
            chances[rows] = centre + spread * (model[rows] - level) / scale
    return chances
