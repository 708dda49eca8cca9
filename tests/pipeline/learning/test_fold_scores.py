"""Choice among methods on folds none of them saw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.learning.candidates import Task
from pipeline.learning.compare import pair_table, within_fold_auc
from pipeline.learning.figures import measure, where_scored
from pipeline.learning.fold_scores import FoldScores, choose_method, comparisons, score_folds
from pipeline.learning.folds import buffered, complements, given_folds
from pipeline.learning.methods import final_model, fit_of, one_column_fit
from pipeline.learning.validation import area_under_curve
from tests.benchmarks.skill import camps_aucs

N = 240
RNG = np.random.default_rng(3)
POSITIVE = RNG.random(N) < 0.3
FOLDS = complements(np.arange(N) % 8)
EVERY = np.ones(N, dtype=bool)


def fixed(score: np.ndarray):
    return lambda train: lambda rows: score[rows]


def shifted(score: np.ndarray):
    """A score whose level depends on the training rows, as that of a fold model does."""
    return lambda train: lambda rows: score[rows] + 7.0 * POSITIVE[train].sum()


GOOD = POSITIVE * 1.5 + RNG.normal(size=N)
NOISE = RNG.normal(size=N)


def test_leave_pair_out_of_a_fixed_score_is_its_auc_and_levels_of_models_do_not_matter() -> None:
    plain = area_under_curve(POSITIVE, GOOD)
    for fit in (fixed(GOOD), shifted(GOOD)):
        table = pair_table(comparisons(score_folds(fit, FOLDS, EVERY), FOLDS.tests, POSITIVE), np.arange(N))
        assert table.auc == pytest.approx(plain)
        assert table.pairs.sum() == POSITIVE.sum() * (~POSITIVE).sum()


def test_the_choice_takes_the_good_method_and_the_simpler_of_two_alike() -> None:
    scores = {name: score_folds(fixed(score), FOLDS, EVERY) for name, score in (("noise", NOISE), ("good", GOOD))}
    choice = choose_method(scores, FOLDS.tests, POSITIVE)
    assert choice.code == "good"
    assert set(choice.by_fold) == {"good"}
    again = choose_method({"simple": scores["good"], "complex": scores["good"]}, FOLDS.tests, POSITIVE)
    assert again.code == "simple"
    assert again.behind == {"simple": 0.0, "complex": 0.0}


def test_the_choice_for_a_fold_does_not_look_at_it() -> None:
    """A method that is right only in fold 0 and wrong elsewhere is not chosen for fold 0."""
    cheat = np.where(FOLDS.tests[0], POSITIVE * 9.0, POSITIVE * -1.0) + RNG.normal(size=N) * 0.1
    scores = {name: score_folds(fixed(score), FOLDS, EVERY) for name, score in (("noise", NOISE), ("cheat", cheat))}
    assert choose_method(scores, FOLDS.tests, POSITIVE).by_fold[0] == "noise"


def test_a_model_of_a_pair_of_folds_never_sees_either() -> None:
    seen: list[np.ndarray] = []

    def fit(train: np.ndarray):
        seen.append(train)
        return lambda rows: GOOD[rows]

    scores = score_folds(fit, FOLDS, ~EVERY)
    assert len(seen) == 8 + 28
    for (first, second), train in zip(scores.pairs, seen[8:], strict=True):
        assert not (train & (FOLDS.tests[first] | FOLDS.tests[second])).any()


def test_a_buffer_gives_up_training_rows_near_those_held_out() -> None:
    x = np.arange(10.0)
    folds = complements(np.repeat([0, 1], 5), x, np.zeros(10), 2.5)
    assert np.flatnonzero(folds.trains[0]).tolist() == [7, 8, 9]
    assert np.flatnonzero(folds.trains[1]).tolist() == [0, 1, 2]
    assert folds.lost == 4


def test_given_folds_train_on_all_others_or_on_exactly_what_is_listed() -> None:
    ids = pd.Series(["a", "b", "c", "d"])
    plain = pd.DataFrame({"site_id": ["a", "b", "c", "x"], "fold": ["1", "1", "2", "2"], "role": "test"})
    folds = given_folds(plain, ids)
    assert folds.tests.tolist() == [[True, True, False, False], [False, False, True, False]]
    assert folds.trains.tolist() == [[False, False, True, False], [True, True, False, False]]
    listed = pd.DataFrame({"site_id": ["a", "b", "c"], "fold": "1", "role": ["test", "train", "omit"]})
    folds = given_folds(listed, ids)
    assert folds.trains.tolist() == [[False, True, False, False]]
    assert folds.fold.tolist() == [0, -1, -1, -1]


def test_a_share_of_sites_looked_at_is_one_of_all_sites_where_only_some_are_tested() -> None:
    """Of 100 sites 20 are tested, ten of them rich; all 20 lie in the middle of every model's list, behind 40 others."""
    place = np.arange(100)
    tested = (place >= 40) & (place < 60)
    y = np.where(tested, (place % 2).astype(int), -1)
    blocks = (place // 5).astype(str)
    task = Task(pd.DataFrame({"a": -place}), y, supervised=True, blocks=blocks, random_state=1)
    folds = complements(np.where(tested, place % 4 // 2, -1))
    figures = measure(task, folds, score_folds(fixed(-place.astype(float)), folds, np.ones(100, dtype=bool))).figures
    assert figures.capture == {"5": 0.0, "10": 0.0, "20": 0.0}
    first = measure(
        task, folds, score_folds(fixed(np.where(tested, 9.0, 0.0) - place / 100.0), folds, np.ones(100, dtype=bool))
    )
    assert first.figures.capture["10"] == pytest.approx(0.5)
    assert first.figures.capture["20"] == pytest.approx(1.0)


def test_within_fold_auc_of_the_procedure_equals_that_of_the_method_where_all_folds_chose_it() -> None:
    scores = {"good": score_folds(shifted(GOOD), FOLDS, EVERY)}
    choice = choose_method(scores, FOLDS.tests, POSITIVE)
    assert within_fold_auc(FOLDS.tests, POSITIVE, choice.scores.single) == pytest.approx(
        within_fold_auc(FOLDS.tests, POSITIVE, np.tile(GOOD, (8, 1)))
    )


def test_a_buffer_is_kept_around_given_folds_too() -> None:
    splits = pd.DataFrame({"site_id": ["a", "b", "c", "d"], "fold": ["1", "1", "2", "2"], "role": "test"})
    x_km = np.array([0.0, 10.0, 12.0, 40.0])
    found = buffered(given_folds(splits, pd.Series(["a", "b", "c", "d"])), x_km, np.zeros(4), 5.0)
    assert found.trains.tolist() == [[False, False, False, True], [True, False, False, False]]
    assert found.lost == 2


def test_the_single_best_column_is_chosen_and_turned_on_training_rows_alone() -> None:
    positive = np.array([True, False] * 8)
    wrong = np.where(positive, 0.0, 1.0) + np.linspace(0, 0.1, 16)
    later = np.where(np.arange(16) < 8, 0.0, positive * 5.0)
    features = pd.DataFrame({"a": wrong, "b": later, "c": np.nan})
    task = Task(
        features=features, y=positive.astype(int), supervised=True, blocks=np.arange(16).astype(str),
        random_state=1,
    )  # fmt: skip
    scorer = one_column_fit(task)(np.arange(16) < 8)
    assert scorer is not None
    assert area_under_curve(positive, scorer(np.arange(16))) == 1.0
    np.testing.assert_array_equal(scorer(np.array([3, 9])), -wrong[[3, 9]])


def test_a_rule_is_compared_where_the_model_has_scores() -> None:
    model = FoldScores(np.array([[1.0, np.nan], [np.nan, np.nan]]), {(0, 1): np.array([np.nan, 2.0])})
    rule = where_scored(FoldScores(np.array([[3.0, 4], [5, 6]]), {(0, 1): np.array([7.0, 8])}), model)
    np.testing.assert_array_equal(rule.single, [[3.0, np.nan], [np.nan, np.nan]])
    np.testing.assert_array_equal(rule.pairs[0, 1], [np.nan, 8.0])


def test_with_positives_in_three_camps_the_choice_loses_nothing_worth_naming_to_the_best_fixed_method() -> None:
    """Few parts then hold positives, and the first method within one standard error may be far behind: it must be a good one."""
    regions = [camps_aucs(seed, (24, 20)) for seed in range(4)]
    mean = {name: float(np.mean([aucs[name] for aucs in regions])) for name in regions[0]}
    assert mean["chosen, nested"] >= max(auc for name, auc in mean.items() if name.startswith("fixed")) - 0.02


@pytest.mark.parametrize("known", [0, 1, 7, 8, 40])
@pytest.mark.parametrize("same", [False, True])
def test_a_single_column_is_scored_in_folds_as_its_final_model_scores_it(known: int, *, same: bool) -> None:
    """Few values, an even and an odd number of them, all missing, and one value for all."""
    rng = np.random.default_rng(known)
    column = np.where(np.arange(40) < known, 3.0 if same else rng.normal(size=40), np.nan)
    table = pd.DataFrame({"type_affinity": column, "other": rng.normal(size=40)})
    task = Task(table, np.arange(40) % 2, supervised=True, blocks=np.zeros(40, dtype=str), random_state=1)
    scorer = fit_of(task, "affinity")(np.ones(40, dtype=bool))
    pipeline, names = final_model(task, "affinity")
    assert scorer is not None
    assert scorer(np.arange(40)).tolist() == pipeline.decision_function(table[list(names)]).tolist()
