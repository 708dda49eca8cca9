"""Weights from pairwise comparisons: two matrices of the textbook, the limit of consistency, and the run file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from layers.errors import ConfigError
from pipeline.config import load_config
from pipeline.evidence.pairwise_weights import RANDOM_INDEX, PairwiseComparisons, pairwise_weights
from pipeline.stages.score_companion import ScoreCompanionParams

CHAIRS = np.array([[1, 5, 6, 7], [1 / 5, 1, 4, 6], [1 / 6, 1 / 4, 1, 4], [1 / 7, 1 / 6, 1 / 4, 1]])
"""Brightness of four chairs seen from a lamp, judged in pairs: the example of Saaty (1980)."""

AGREEING = {
    "metal_over_amount": 3,
    "metal_over_access": 4,
    "metal_over_liability": 5,
    "amount_over_access": "3/2",
    "amount_over_liability": 2,
    "access_over_liability": 1,
}


def test_three_by_three_of_the_textbook() -> None:
    found = pairwise_weights(np.array([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]]))
    np.testing.assert_allclose(found.weights, [0.637, 0.258, 0.105], atol=5e-4)
    assert found.lambda_max == pytest.approx(3.0385, abs=1e-4)
    assert found.consistency_index == pytest.approx(0.0193, abs=1e-4)
    assert found.consistency_ratio == pytest.approx(0.0193 / 0.58, abs=2e-4)


def test_four_chairs_of_the_textbook_are_too_inconsistent() -> None:
    found = pairwise_weights(CHAIRS)
    np.testing.assert_allclose(found.weights, [0.61, 0.24, 0.10, 0.05], atol=0.01)
    assert found.lambda_max == pytest.approx(4.39, abs=0.005)
    assert found.consistency_ratio == pytest.approx(0.13 / 0.90, abs=0.005)


def test_weights_that_agree_come_back_with_a_ratio_of_nothing() -> None:
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    found = pairwise_weights(weights[:, None] / weights[None, :])
    np.testing.assert_allclose(found.weights, weights)
    assert found.consistency_ratio == pytest.approx(0.0, abs=1e-9)


def test_random_matrices_have_the_published_mean_index() -> None:
    """Entries drawn from 1/9 .. 9 as Saaty did; his table for four things says 0.90."""
    rng = np.random.default_rng(3)
    scale = np.array([1 / one for one in range(9, 1, -1)] + list(range(1, 10)))
    found = []
    for _ in range(400):
        upper = np.triu(rng.choice(scale, (4, 4)), 1)
        matrix = upper + np.eye(4) + np.divide(1.0, upper.T, out=np.zeros((4, 4)), where=upper.T > 0)
        found.append(pairwise_weights(matrix).consistency_index)
    assert np.mean(found) == pytest.approx(RANDOM_INDEX[4], abs=0.06)


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        (np.ones((2, 3)), "square"),
        (np.array([[1.0, 2.0], [2.0, 1.0]]), "reciprocal"),
        (np.array([[1.0, -1.0], [-1.0, 1.0]]), "positive"),
        (np.ones((11, 11)), "size 1 to 10"),
    ],
)
def test_other_matrices_are_refused(matrix: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        pairwise_weights(matrix)


def test_comparisons_give_the_weights_of_the_companion_score() -> None:
    weights, ratio = ScoreCompanionParams(pairwise=AGREEING).weights()
    assert weights.sum() == pytest.approx(1.0)
    assert list(np.argsort(-weights)[:2]) == [0, 1]
    assert weights[0] / weights[1] == pytest.approx(3, rel=0.15)
    assert 0 < ratio < 0.10
    direct, none = ScoreCompanionParams().weights()
    assert direct.tolist() == pytest.approx([0.55, 0.2, 0.15, 0.1])
    assert np.isnan(none)


def test_comparisons_that_contradict_each_other_are_refused_with_the_oddest_named() -> None:
    odd = {**AGREEING, "metal_over_liability": "1/9"}
    with pytest.raises(
        ValidationError, match=r"consistency ratio 0\.\d\d, at most 0\.10 .* Look again at metal_over_liability"
    ):
        PairwiseComparisons(**odd)


def test_the_run_file_takes_fractions_and_refuses_both_ways_at_once(tmp_path: Path) -> None:
    head = "name: a\ntitle: A\nsources: [{id: sites, role: inventory, path: sites.csv}]\nscore_companion:\n"
    lines = "".join(f"    {name}: {value}\n" for name, value in AGREEING.items())
    path = tmp_path / "run.yml"
    path.write_text(f"{head}  pairwise:\n{lines}")
    pairwise = load_config(path).score_companion.pairwise
    assert pairwise is not None
    assert pairwise.amount_over_access == 1.5
    path.write_text(f"{head}  weight_metal: 0.5\n  pairwise:\n{lines}")
    with pytest.raises(ConfigError, match="pairwise comparisons take the place of weight_metal: give one or the other"):
        load_config(path)
    path.write_text(f"{head}  pairwise:\n{lines.replace('3/2', 'much')}")
    with pytest.raises(ConfigError, match=r"score_companion\.pairwise\.amount_over_access"):
        load_config(path)
