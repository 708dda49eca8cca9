"""What a result below a limit counts as: by hand, and told per element."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from layers.errors import StageError
from layers.samples.censoring import (
    CensoringParams,
    below_in_group,
    censoring_notes,
    censoring_table,
    counted_below,
    replace_multiplicatively,
)
from layers.samples.standardise import LEAST_SAMPLES, standardise_samples
from tests.pipeline.stages.sample_tables import samples_at

ROS = CensoringParams(method="ros")
HELSEL = ["<1"] * 6 + ["<10"] * 3 + [3, 7, 9, 12, 15, 20, 27, 33, 50]


def waste(cells: list[object], **columns: object):
    return samples_at([None] * len(cells), {"La": cells}, medium="waste", **columns)


@pytest.mark.parametrize(
    ("params", "counts"),
    [
        (CensoringParams(), 0.5),
        (CensoringParams(substitution_fraction=0.7), 0.7),
        (CensoringParams(method="multiplicative"), 0.65),
        (CensoringParams(method="ros", ros_min_detected=10), 0.5),
        (CensoringParams(method="ros", ros_min_detected=9, ros_max_censored_share=0.4), 0.5),
    ],
)
def test_a_share_of_the_limit_or_too_little_for_a_regression(params: CensoringParams, counts: float) -> None:
    value = np.array([np.nan] * 9 + HELSEL[9:], dtype=float)
    limit = np.array([1.0] * 6 + [10.0] * 3 + [np.nan] * 9)
    flag = np.array([-1] * 9 + [0] * 9, dtype=np.int8)
    found = below_in_group(value, limit, flag, params)
    np.testing.assert_allclose(found[:9], limit[:9] * counts)
    assert np.isnan(found[9:]).all()


def test_a_limit_nobody_states_and_a_missing_result_are_never_a_number() -> None:
    value, limit = np.array([np.nan, np.nan, 4.0]), np.array([np.nan, np.nan, np.nan])
    flag = np.array([-1, 0, 0], dtype=np.int8)
    for method in ("substitution", "ros", "multiplicative"):
        assert np.isnan(below_in_group(value, limit, flag, CensoringParams(method=method, ros_min_detected=3))).all()


def test_waste_by_regression_on_order_statistics() -> None:
    params = CensoringParams(method="ros", ros_min_detected=9)
    fitted = standardise_samples(waste(HELSEL), params)
    counts = counted_below(fitted, "La", params)
    published = {1: (0.47, 0.85, 1.27, 1.76, 2.34, 3.03), 10: (1.11, 2.50, 4.80)}  # as printed by Helsel & Cohn (1988)
    assert np.exp(np.log(published[1]).mean()) > 1
    assert counts[:6].tolist() == [1.0] * 6  # what is below 1 counts as no more than 1
    assert counts[8] == pytest.approx(float(np.exp(np.log(published[10]).mean())), rel=0.01)
    assert np.isnan(counts[9:]).all()


def test_methods_of_waste_are_fitted_apart() -> None:
    cells = ["<10"] * 10 + [*range(11, 31)] + ["<10"] * 10 + [*range(110, 310, 10)]
    method = ["fusion"] * 30 + ["aqua_regia"] * 30
    counts = counted_below(standardise_samples(waste(cells, method=method), ROS), "La", ROS)
    one = counted_below(standardise_samples(waste(cells[:30]), ROS), "La", ROS)
    np.testing.assert_array_equal(counts[:30], one)
    assert counts[0] != counts[30]


def test_a_slice_of_the_waste_without_the_fit_is_refused() -> None:
    with pytest.raises(StageError, match="censoring: 9 results of La are below a limit and none was fitted"):
        counted_below(waste(HELSEL), "La", ROS)


def test_multiplicative_replacement_by_hand() -> None:
    parts, limits = (
        np.array([[60.0, np.nan, 40.0], [50.0, 30.0, 20.0]]),
        np.array([[np.nan, 2.0, np.nan], [np.nan] * 3]),
    )
    found = replace_multiplicatively(parts, limits, fraction=0.65, whole=100.0)
    np.testing.assert_allclose(found[0], [60 * 0.987, 1.3, 40 * 0.987])
    np.testing.assert_array_equal(found[1], parts[1])
    np.testing.assert_allclose(found.sum(axis=1), 100)
    assert found[0, 0] / found[0, 2] == pytest.approx(60 / 40)  # what a constant added to all would change


def test_the_table_tells_what_was_done_about_what() -> None:
    n = LEAST_SAMPLES + 10
    cells = {
        "La": ["<5"] * 3 + [*range(10, 10 + n - 3)],
        "Th": ["<2"] * (n - 4) + [3, 4, 5, None],
        "U": [*range(1, n + 1)],
        "Ce": [">1000", "<", *range(10, 10 + n - 2)],
    }
    table = samples_at([(-80.0, 50.0)] * n, cells, medium=["till"] * n)
    found = censoring_table(table, CensoringParams(), LEAST_SAMPLES).set_index("element")
    assert found.index.tolist() == ["La", "Ce", "Th"]
    assert found.loc["La", ["measured", "below", "above", "limit_untold", "score"]].tolist() == [
        n - 3,
        3,
        0,
        0,
        "median",
    ]
    assert found.loc["La", "counts_as"] == "0.5 of the limit"
    assert found.loc["Th", ["measured", "below", "score"]].tolist() == [3, n - 4, "none"]
    assert found.loc["Ce", ["above", "below", "limit_untold", "counts_as"]].tolist() == [1, 1, 1, "nothing"]
    notes = censoring_notes("lab", censoring_table(table, ROS, LEAST_SAMPLES), ROS)
    assert notes[0].message == (
        "Till, fusion: a result below a limit counts as regression on order statistics gives; scored by median and "
        "spread. Share below a limit: La 10 %."
    )
    assert {one.code for one in notes} == {"below_limits_ros"}
    assert "counts as nothing; not scored, since too little was measured" in notes[2].message
    assert [one.count for one in notes] == [3, 2, n - 4]


def test_nothing_is_told_where_nothing_is_censored() -> None:
    table = censoring_table(samples_at([(-80.0, 50.0)], {"La": [5]}), CensoringParams(), LEAST_SAMPLES)
    assert table.empty
    assert censoring_notes("lab", table, ROS) == []


@pytest.mark.parametrize(
    "wrong", [{"method": "zero"}, {"substitution_fraction": 0}, {"max_censored_share": 1.5}, {"half": 1}]
)
def test_wrong_choices_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CensoringParams(**wrong)
