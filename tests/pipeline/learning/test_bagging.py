"""Bags: exact contributions, blocks left out, and the fast regression against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from pipeline.learning.bagging import BlockBaggedRanker
from pipeline.learning.ridge_logistic import fit_ridge_logistic


def problem(n=160, seed=0):
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(n, 5))
    y = (table[:, 0] + 0.5 * table[:, 1] + rng.normal(size=n) > 0.8).astype(int)
    blocks = np.repeat([f"B{i:02d}" for i in range(n // 8)], 8)
    return table, y, blocks


@pytest.mark.parametrize("penalty", [0.02, 0.3, 5.0])
def test_ridge_logistic_is_that_of_scikit_learn(penalty) -> None:
    table, y, _ = problem()
    ours, intercept = fit_ridge_logistic(table, y, penalty)
    theirs = LogisticRegression(C=penalty, class_weight="balanced", tol=1e-10, max_iter=5000).fit(table, y)
    assert ours == pytest.approx(theirs.coef_[0], abs=1e-4)
    assert intercept == pytest.approx(theirs.intercept_[0], abs=1e-4)


@pytest.mark.parametrize("base", ["logistic", "grade_ridge"])
def test_contributions_add_up_to_the_score(base) -> None:
    table, y, blocks = problem()
    grade = table[:, 0] - 0.8
    bags = BlockBaggedRanker(base, n_bags=12).fit(table, y, blocks=blocks, grade=grade)
    mask = bags.unseen(blocks)
    start, parts = bags.contributions(table, mask)
    scores = bags.bag_scores(table)
    assert start + parts.sum(axis=1) == pytest.approx((scores * mask).sum(axis=1) / mask.sum(axis=1), abs=1e-9)
    start, parts = bags.contributions(table)
    assert start + parts.sum(axis=1) == pytest.approx(bags.decision_function(table), abs=1e-9)
    assert bags.predict_proba(table).sum(axis=1) == pytest.approx(1.0)


def test_a_site_is_scored_by_bags_that_left_out_its_block() -> None:
    table, y, blocks = problem()
    bags = BlockBaggedRanker(n_bags=40).fit(table, y, blocks=blocks)
    mask = bags.unseen(blocks)
    for row in (0, 77, 159):
        column = list(bags.blocks_).index(blocks[row])
        assert (mask[row] == ~bags.kept_[:, column]).all()
    assert bags.unseen(np.array(["elsewhere"])).all()


def test_positive_unlabelled_bags_keep_measured_negatives_and_draw_the_others() -> None:
    _, y, _ = problem()
    y = np.where((y == 0) & (np.arange(len(y)) % 3 > 0), -1, y)
    bags = BlockBaggedRanker(n_bags=5)
    inside = np.ones(len(y), dtype=bool)
    rows, classes = bags._draw(np.random.default_rng(0), inside, y)
    again, _ = bags._draw(np.random.default_rng(1), inside, y)
    assert set(np.flatnonzero(y == 1)) == set(rows[classes == 1])
    assert set(np.flatnonzero(y == 0)) <= set(rows[classes == 0])
    assert (classes == 0).sum() == (y == 0).sum() + (y == 1).sum()
    assert set(rows) != set(again)


def test_only_the_telling_feature_gets_credit() -> None:
    table, _, blocks = problem()
    y = (table[:, 3] > 0.5).astype(int)
    bags = BlockBaggedRanker(n_bags=30, draw_unlabelled=False).fit(table, y, blocks=blocks)
    strength = np.abs(bags.contributions(table)[1]).mean(axis=0)
    assert strength.argmax() == 3
    assert strength[3] > 3 * np.delete(strength, 3).max()


def test_ridge_bags_solved_together_are_those_of_scikit_learn() -> None:
    table, y, blocks = problem()
    grade = table[:, 0] - 0.8 + np.random.default_rng(1).normal(0, 0.4, len(y))
    bags = BlockBaggedRanker("grade_ridge", n_bags=6, inverse_penalty=0.3).fit(table, y, blocks=blocks, grade=grade)
    for bag in range(6):
        rng = np.random.default_rng([7, bag])
        inside = bags._kept_blocks(rng, np.unique(blocks, return_inverse=True)[1], y)[
            np.unique(blocks, return_inverse=True)[1]
        ]
        rows = rng.choice(np.flatnonzero(inside), size=inside.sum())
        ridge = Ridge(alpha=1 / 0.3).fit(table[rows], grade[rows])
        spread = (grade[rows] - ridge.predict(table[rows])).std()
        assert bags.coef_[bag] == pytest.approx(ridge.coef_ * 1.702 / spread, rel=1e-8)
        assert bags.bag_scores(table)[:, bag] == pytest.approx(ridge.predict(table) * 1.702 / spread, abs=1e-8)
