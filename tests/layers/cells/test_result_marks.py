"""Marks beside results: yes and no by what their heading asks."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from layers.cells.result_marks import as_marks, mark_signs, unknown_marks

ANSWERS = [("Y", "N"), ("yes", "no"), ("TRUE", "FALSE"), ("1", "0"), ("oui", "non"), ("Sí", "No")]


@pytest.mark.parametrize(
    ("heading", "answers"),
    list(
        itertools.product(
            ["U_BDL", "La below DL", "La_nondetect", "La_censored", "La not detected", "La_lt", "La ND"], ANSWERS
        )
    ),
)
def test_yes_means_a_limit_where_the_heading_asks_for_one(heading: str, answers: tuple[str, str]) -> None:
    assert mark_signs(as_marks(pd.Series([*answers, None]), heading)).tolist() == ["<", "", ""]


@pytest.mark.parametrize(
    ("heading", "answers"), list(itertools.product(["La detected", "La_detect_flag", "La hit", "Detect?"], ANSWERS))
)
def test_no_means_a_limit_where_the_heading_asks_for_a_result(heading: str, answers: tuple[str, str]) -> None:
    assert mark_signs(as_marks(pd.Series([*answers, None]), heading)).tolist() == ["", "<", ""]


@pytest.mark.parametrize("answers", ANSWERS)
def test_answers_to_no_question_are_named_both(answers: tuple[str, str]) -> None:
    marks = as_marks(pd.Series(answers), "La_flag")
    assert mark_signs(marks).tolist() == ["", ""]
    assert [code for code, *_ in unknown_marks(marks, pd.Series([1.0, 2.0]))] == ["mark_unknown", "mark_unknown"]


def test_marks_of_a_survey_stay() -> None:
    assert mark_signs(as_marks(pd.Series(["N", None, "N"]), "La_Q")).tolist() == ["<", "", "<"]
    assert mark_signs(as_marks(pd.Series(["N", "L", "G"]), "La_BDL")).tolist() == ["<", "<", ">"]
