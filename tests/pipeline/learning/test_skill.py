"""What a method must lead to be called better."""

from __future__ import annotations

import pytest

from pipeline.learning.skill import nothing_learned, simpler_than


def test_a_textbook_regression_is_simpler_wherever_it_stands_in_the_ladder() -> None:
    assert "logistic" in simpler_than("grade_field", ("grade_field", "pathfinder", "logistic"))
    assert "grade_field" not in simpler_than("logistic", ("grade_field", "logistic"))
    assert "grade_field" in simpler_than("later", ("grade_field", "logistic", "later"))
    assert "logistic" not in simpler_than("weights_of_evidence", ("logistic", "weights_of_evidence"))


@pytest.mark.parametrize(
    ("n_positive", "n_others", "has_features", "code", "n"),
    [(3, 40, True, "few_positives", 3), (10, 4, True, "few_others", 4), (10, 4, False, "no_features", None)],
)
def test_where_nothing_is_learned_the_reason_is_the_class_that_is_short(
    n_positive: int, n_others: int, has_features: bool, code: str, n: int | None
) -> None:
    (reason,) = nothing_learned(n_positive, n_others, 8, "assay", has_features=has_features).reasons
    assert reason.code == code
    assert reason.values.get("n") == n
