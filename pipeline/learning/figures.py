"""Figures of a method from the scores of its fold models."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from layers.validation import Figures
from pipeline.learning.candidates import Task
from pipeline.learning.compare import PairTable, block_interval, pair_table, percentiles, won_by_row
from pipeline.learning.fold_scores import FoldScores, comparisons
from pipeline.learning.folds import Folds
from pipeline.learning.validation import captures, platt

MANY = 40
"""Folds from which only pairs within a fold are compared."""


@dataclass(frozen=True)
class Measured:
    """A method on some folds.

    Parameters
    ----------
    figures : Figures
        What is published.
    pairs : PairTable
        Its won pairs by block, to compare it with others.
    order : ndarray of float, shape (n,)
        Percentile of each tested row among the same model's scores, 0 to 1; NaN where not tested.
    chance : ndarray of float, shape (n,)
        Chance of each tested row by a calibration on the other folds; NaN where not tested.
    place : ndarray of float, shape (n,)
        Place of every row in the list whose first 5, 10 and 20 % are looked at, from 1; ties share their mean.
    compared, won : ndarray of float, shape (n,)
        Negatives each positive was compared with, and those it stands above: together the AUC.
    """

    figures: Figures
    pairs: PairTable
    order: np.ndarray
    chance: np.ndarray
    place: np.ndarray
    compared: np.ndarray
    won: np.ndarray


def measure(task: Task, folds: Folds, scores: FoldScores, *, interval: bool = True) -> Measured:
    """Return figures that never compare scores of two models: AUC of pairs, percentiles for lists, calibrated chances.

    Parameters
    ----------
    task : Task
        Labels and blocks.
    folds : Folds
        Test rows.
    scores : FoldScores
        By each fold's model and, where there are, by the models of pairs of folds.
    interval : bool
        Whether the interval is wanted.
    """
    from scipy.stats import rankdata

    _, block = np.unique(task.blocks, return_inverse=True)
    single = scores.single
    compared_pairs = comparisons(scores, folds.tests & task.judged, task.positive)
    pairs = pair_table(compared_pairs, block)
    low, high = block_interval(pairs, task.random_state) if interval else (float("nan"), float("nan"))
    order = tested_mean(folds.tests, np.array([_placed(score) for score in single]))
    standard = tested_mean(folds.tests, np.array([_standardised(score) for score in single]))
    chance = np.full(len(order), np.nan)
    usable = np.isfinite(standard) & task.judged
    judged_positive, fold = task.positive[usable], folds.fold
    if judged_positive.any() and not judged_positive.all():
        chance = calibrated(standard, task.positive, usable, fold)
    judged = usable & np.isfinite(chance)
    both = (
        0 < task.positive[judged].sum() < judged.sum()
    )  # where one fold holds all of a class, its rows have no chance
    brier = float(np.mean((chance[judged] - task.positive[judged]) ** 2)) if both else float("nan")
    base = float(task.positive[judged].mean()) if both else float("nan")
    whole = last(_whole_list(order, single))
    shares: dict[str, Any] = dict(captures(task.positive, whole))
    figures = Figures(
        auc=pairs.auc,
        auc_low=low,
        auc_high=high,
        auc_by="leave_pair_out" if scores.pairs else "within_folds",
        brier=brier,
        brier_of_base_rate=base * (1 - base),
        **shares,
    )
    return Measured(figures, pairs, order, chance, rankdata(-whole), *won_by_row(compared_pairs, len(whole)))


def _whole_list(order: np.ndarray, single: np.ndarray) -> np.ndarray:
    """Return the order with the rows that no fold tests at their mean place in the lists of all folds' models.

    A share of sites looked at is one of all sites: if only tested rows had a place, they would fill the top of the list.
    """
    untested = ~np.isfinite(order)
    if not untested.any():
        return order
    placed = np.array([_placed(score) for score in single])
    return np.where(untested, tested_mean(np.ones(placed.shape, dtype=bool), placed), order)


def calibrated(standard: np.ndarray, positive: np.ndarray, judged: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Return chances of all rows with a score, each calibrated on the judged rows of the other folds."""
    chance = np.full(len(standard), np.nan)
    known = np.isfinite(standard)
    for name in np.unique(fold[known]):
        held, others = known & (fold == name), judged & (fold != name)
        if positive[others].any() and not positive[others].all():
            slope, intercept = platt(standard[others], positive[others])
            chance[held] = 1.0 / (1.0 + np.exp(-(slope * standard[held] + intercept)))
    return chance


def where_scored(rule: FoldScores, model: FoldScores) -> FoldScores:
    """Return the scores of a rule where the model has scores, too: a lead is over the same pairs."""
    pairs = {
        key: np.where(np.isfinite(model.pairs[key]), rule.pairs[key], np.nan)
        for key in rule.pairs
        if key in model.pairs
    }
    return FoldScores(np.where(np.isfinite(model.single), rule.single, np.nan), pairs)


def of_one_list(folds: Folds, score: np.ndarray) -> FoldScores:
    """Return a score fitted to nothing, the same for every fold and pair of folds; missing values stand behind all others."""
    whole = last(score)
    count = len(folds)
    return FoldScores(
        np.broadcast_to(whole, folds.tests.shape),
        dict.fromkeys(combinations(range(count), 2), whole) if count < MANY else {},
    )


def last(score: np.ndarray) -> np.ndarray:
    """Return scores with the missing ones behind all others."""
    known = score[np.isfinite(score)]
    return np.where(np.isfinite(score), score, (known.min() if len(known) else 0.0) - 1.0)


def tested_mean(tests: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the mean of each row's values over the folds that test it; NaN where none does."""
    used = tests & np.isfinite(values)
    count = used.sum(axis=0)
    total = np.where(used, values, 0.0).sum(axis=0)
    return np.divide(total, count, out=np.full(tests.shape[1], np.nan), where=count > 0)


def _placed(score: np.ndarray) -> np.ndarray:
    return percentiles(score, np.arange(len(score))) if np.isfinite(score).any() else score


def _standardised(score: np.ndarray) -> np.ndarray:
    """Return scores in units of the spread of all that one model gave: level and scale of fold models differ."""
    known = score[np.isfinite(score)]
    if len(known) == 0:
        return score
    spread = float(known.std())
    standard: np.ndarray = (score - known.mean()) / (spread if spread > 0 else 1.0)
    return standard
