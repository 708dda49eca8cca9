"""What a method must lead to be called better."""

from __future__ import annotations

from pipeline.learning.skill import simpler_than


def test_a_textbook_regression_is_simpler_wherever_it_stands_in_the_ladder() -> None:
    assert "logistic" in simpler_than("grade_field", ("grade_field", "pathfinder", "logistic"))
    assert "grade_field" not in simpler_than("logistic", ("grade_field", "logistic"))
    assert "grade_field" in simpler_than("later", ("grade_field", "logistic", "later"))
    assert "logistic" not in simpler_than("weights_of_evidence", ("logistic", "weights_of_evidence"))
