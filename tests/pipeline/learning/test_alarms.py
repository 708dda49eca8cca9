"""What counts as a sign of leakage, and what does not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.validation import Figures
from pipeline.learning.alarms import alarms, figures_of_features, parts_with_positives
from pipeline.learning.candidates import Task
from pipeline.learning.fold_scores import score_folds
from pipeline.learning.folds import complements
from pipeline.learning.methods import fit_of


def test_two_folds_of_one_positive_are_one_part() -> None:
    """Seven folds: two of two positives, four of one, one without a negative: 2 + 4 / 2 parts."""
    positives = [2, 2, 1, 1, 1, 1, 3]
    negatives = [1, 1, 1, 1, 1, 1, 0]
    fold = np.repeat(np.arange(7), [p + n for p, n in zip(positives, negatives, strict=True)])
    positive = np.concatenate([np.arange(p + n) < p for p, n in zip(positives, negatives, strict=True)])
    tested = fold == np.arange(7)[:, None]
    assert parts_with_positives(tested, positive) == 4


def test_a_column_is_suspected_only_where_enough_of_both_classes_have_a_value() -> None:
    """A column that equals the label is told; the same column known of two positives alone is not."""
    rng = np.random.default_rng(3)
    y = (np.arange(60) % 3 == 0).astype(int)
    table = pd.DataFrame({"noise": rng.normal(size=60), "other": rng.normal(size=60)})
    fold = rng.permutation(60) % 4

    def told(known: np.ndarray) -> set[str]:
        columns = table.assign(answer=np.where(known, y.astype(float), np.nan))
        task = Task(columns, y, supervised=True, blocks=fold.astype(str), random_state=1)
        return {notice.code for notice in alarms(task, complements(fold), Figures(auc=0.8), Figures(auc=0.8))}

    assert "column_tells_label" in told(np.ones(60, dtype=bool))
    few = (y == 0) | (np.cumsum(y) <= 2)
    assert "column_tells_label" not in told(few)


@pytest.mark.parametrize(
    ("spatial", "rings"),
    [
        (Figures(auc=0.7, auc_low=0.6, auc_high=0.8), True),
        (Figures(auc=0.7, auc_low=0.45, auc_high=0.92), False),
        (Figures(auc=0.8, auc_low=0.78, auc_high=0.82), False),
        (Figures(auc=0.6), True),
        (Figures(auc=0.2, auc_low=0.1, auc_high=0.3), True),
    ],
)
def test_random_folds_flatter_only_beyond_what_few_positives_leave_open(spatial: Figures, rings: bool) -> None:
    rng = np.random.default_rng(4)
    fold, y = np.arange(60) % 4, (rng.random(60) < 0.4).astype(int)
    columns = pd.DataFrame(rng.normal(size=(60, 3)), columns=["a", "b", "c"])
    task = Task(columns, y, supervised=True, blocks=fold.astype(str), random_state=1)
    for of_columns, code in ((False, "random_folds_flatter"), (True, "random_folds_flatter_columns")):
        raised = alarms(task, complements(fold), spatial, Figures(auc=0.9), of_columns=of_columns)
        assert (code in {notice.code for notice in raised}) is rings
        at_chance = alarms(task, complements(fold), spatial, Figures(auc=0.6), of_columns=of_columns)
        assert code not in {notice.code for notice in at_chance}


@pytest.mark.parametrize(("copied", "rings"), [("all", True), ("without assays", False), ("none", False)])
def test_wastes_that_stand_twice_are_twins_wherever_the_copy_lies(copied: str, rings: bool) -> None:
    """Forty wastes and their copies in other blocks: what lies around differs, their own facts and assays are the same."""
    rng = np.random.default_rng(6)
    names = ["first_year", "last_year", "tonnage_log10"]
    own = pd.DataFrame(rng.normal(size=(40, 3)), columns=names)
    other = own if copied != "none" else pd.DataFrame(rng.normal(size=(40, 3)), columns=names)
    table = pd.concat([own, other], ignore_index=True)
    table = table.assign(near_La_z=rng.normal(size=80), raster_mag=rng.normal(size=80))
    grade = np.tile(rng.normal(size=40), 2)
    if copied != "all":
        grade[40:] = rng.normal(size=40)
    y, fold = (grade > 0).astype(int), np.repeat([0, 1], 40) * 2 + rng.permutation(80) % 2
    task = Task(table, y, supervised=True, blocks=fold.astype(str), random_state=1, grade=grade)
    raised = alarms(task, complements(fold), Figures(auc=0.8), Figures(auc=0.8))
    assert ("twins_across_folds" in {notice.code for notice in raised}) is rings


def test_the_textbook_regression_is_not_fitted_again_on_folds_it_was_tried_on() -> None:
    """Its figures are those of the fits that were there: of other columns, so that they can be told apart."""
    rng = np.random.default_rng(5)
    fold, y = np.arange(80) % 4, (rng.random(80) < 0.4).astype(int)
    told = pd.DataFrame({"a": y + rng.normal(size=80), "b": rng.normal(size=80)})
    task, other = (
        Task(table, y, supervised=True, blocks=fold.astype(str), random_state=1) for table in (told, told[["b"]])
    )
    folds, none = complements(fold), np.zeros(80, dtype=bool)
    tried = {"logistic": score_folds(fit_of(other, "logistic"), folds, none)}
    fresh, again = (figures_of_features(task, folds, folds, before)[0].auc for before in ({}, tried))
    assert again == figures_of_features(other, folds, folds, {})[0].auc != fresh
    assert (
        fresh
        == figures_of_features(task, folds, folds, {"logistic": score_folds(fit_of(task, "logistic"), folds, ~none)})[
            0
        ].auc
    )
