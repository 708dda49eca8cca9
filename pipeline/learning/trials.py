"""Test methods on one division into folds, beside lists that are simpler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from layers.validation import LabelBasis, Method, RuleFigures
from pipeline.learning.candidates import Task
from pipeline.learning.compare import lead_intervals
from pipeline.learning.figures import Measured, last, measure, of_one_list, where_scored
from pipeline.learning.fold_scores import Choice, FoldScores, choose_method, score_folds
from pipeline.learning.folds import Folds
from pipeline.learning.methods import fit_of
from pipeline.learning.skill import lead_over_best, loses, simpler_than
from pipeline.learning.validation import prediction_rate

SIMPLE = ("near_known", "one_column")
"""Lists that are fitted as methods are, and held against the choice alone."""


@dataclass(frozen=True)
class Trial:
    """What all methods did on the same folds.

    Parameters
    ----------
    folds : Folds
        Training and test rows.
    scores : dict of str to FoldScores
        Of every method, the simplest first.
    choice : Choice
        The method chosen, and the procedure that chose it.
    model : Measured
        Figures of the procedure.
    baselines : dict of str to RuleFigures or None
        Of simpler lists; None where one reads what defines the labels.
    curves : dict of str to any
        Their prediction rates.
    """

    folds: Folds
    scores: dict[str, FoldScores]
    choice: Choice
    model: Measured
    baselines: dict[str, RuleFigures | None]
    curves: dict[str, Any]

    @property
    def code(self) -> str:
        """The method chosen."""
        return self.choice.code

    @property
    def single(self) -> np.ndarray:
        """Scores of the method chosen by each fold's model, shape (k, n)."""
        return self.scores[self.code].single

    @property
    def methods(self) -> tuple[Method, ...]:
        """Every candidate with its distance from the best."""
        choice = self.choice
        best = max(choice.auc.values(), default=float("nan"))
        return tuple(
            Method(
                code=code,
                auc=auc,
                behind=choice.behind[code],
                behind_se=choice.behind_se[code],
                within_one_se=bool(auc == best or choice.behind[code] <= choice.behind_se[code]),
                chosen=code == choice.code,
                chosen_in_folds=choice.by_fold.count(code),
            )
            for code, auc in choice.auc.items()
        )


def try_methods(task: Task, table: pd.DataFrame, folds: Folds, codes: tuple[str, ...], reference: np.ndarray) -> Trial:
    """Fit all methods on the same folds and pairs of folds, choose one, and hold the choice against simpler lists.

    Where the choice loses to a simpler candidate beyond doubt, that candidate alone is tried instead: what orders a list must
    not lose to what it was chosen from.

    Parameters
    ----------
    task : Task
        Labels and blocks.
    table : DataFrame
        The same rows with what the simpler lists read.
    folds : Folds
        Training and test rows.
    codes : tuple of str
        Methods, the simplest first.
    reference : ndarray of bool, shape (n,)
        Rows every fold's model scores besides its own.
    """
    fitted = {code: score_folds(fit_of(task, code), folds, reference) for code in (*codes, *SIMPLE)}
    return _chosen(task, table, folds, codes, fitted)


def _chosen(
    task: Task, table: pd.DataFrame, folds: Folds, codes: tuple[str, ...], fitted: dict[str, FoldScores]
) -> Trial:
    """Choose among methods that are fitted; where the choice loses to a simpler one, that one alone."""
    scores = {code: fitted[code] for code in codes}
    choice = choose_method(scores, folds.tests & task.judged, task.positive)
    model = measure(task, folds, choice.scores)
    simple = {code: fitted[code] for code in SIMPLE}
    baselines, curves = _baselines(task, table, folds, scores, choice, model, simple)
    lead = lead_over_best(baselines)
    if lead is not None and lead.rule in codes and loses(lead):
        return _chosen(task, table, folds, (lead.rule,), fitted)
    return Trial(folds, scores, choice, model, baselines, curves)


def _baselines(
    task: Task,
    table: pd.DataFrame,
    folds: Folds,
    scores: dict[str, FoldScores],
    choice: Choice,
    model: Measured,
    simple: dict[str, FoldScores],
) -> tuple[dict[str, RuleFigures | None], dict[str, Any]]:
    """Return the figures of simpler lists with the model's lead; None where one reads what defines the labels."""
    by_rule = basis_of(table) != "assay"
    lists: dict[str, FoldScores | None] = {
        "tonnage": _one_list(table, "tonnage_t", folds),
        **simple,
        "commodity": None if by_rule else _one_list(table, "companion_commodity", folds),
        "companion": None if by_rule else _one_list(table, "companion_blind_score", folds),
    }
    lists |= {code: group_scores for code, group_scores in scores.items() if code != choice.code}
    known = {
        name: measure(task, folds, where_scored(list_scores, choice.scores), interval=False)
        for name, list_scores in lists.items()
        if list_scores is not None and np.isfinite(list_scores.single).any()
    }
    ends = lead_intervals(model.pairs, [rule.pairs for rule in known.values()], task.random_state)
    simpler = simpler_than(choice.code, tuple(choice.auc))
    figures: dict[str, RuleFigures | None] = dict.fromkeys(lists)
    for (name, rule), (low, high) in zip(known.items(), ends, strict=True):
        alike = np.array_equal(model.pairs.pairs, rule.pairs.pairs)
        lead = model.pairs.auc - rule.pairs.auc if alike else float("nan")
        led = {"lead": lead, "lead_low": low, "lead_high": high, "simpler": name in simpler}
        figures[name] = RuleFigures(**(rule.figures.model_dump() | led))
    return figures, {name: prediction_rate(task.positive, last(rule.order)) for name, rule in known.items()}


def _one_list(table: pd.DataFrame, name: str, folds: Folds) -> FoldScores | None:
    if name not in table or not table[name].notna().any():
        return None
    return of_one_list(folds, table[name].to_numpy(float))


def basis_of(table: pd.DataFrame) -> LabelBasis:
    """Return what makes the positives positive: analyses of the waste, words of an inventory, or both."""
    rules = set(table.loc[table["label"] == 1, "label_rule"].astype(str).str.split(":").str[0])
    if "assay" not in rules:
        return "words"
    return "both" if rules & {"commodity", "deposit"} else "assay"
