"""Steps between features and score: columns are taken by name, wherever they stand and whatever stands beside them."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import RobustScaler

from pipeline.learning.feature_steps import KnownColumns, fitted_scaler

TABLE = pd.DataFrame({
    "a": [1.0, np.nan, 3.0],
    "same": [2.0, 2.0, 2.0],
    "b": [4.0, 5.0, np.nan],
    "none": np.nan,
    "c": [7, 8, 9],
})  # fmt: skip
KEPT = np.array([[1.0, 4.0, 7.0], [np.nan, 5.0, 8.0], [3.0, np.nan, 9.0]])


@pytest.mark.parametrize(
    "table",
    [
        TABLE,
        TABLE[["c", "none", "b", "a", "same"]],
        TABLE[["c", "b", "a"]],
        TABLE.assign(site_id=["x", "y", "z"]),
        TABLE.rename(columns={"same": "other"}),
    ],
    ids=["as learnt", "in another order", "without those left out", "beside texts", "beside another column"],
)
def test_columns_that_vary_are_kept_by_name(table: pd.DataFrame) -> None:
    known = KnownColumns().fit(TABLE)
    assert known.kept_ == ["a", "b", "c"]
    assert known.dropped_ == ["same", "none"]
    np.testing.assert_array_equal(known.transform(table), KEPT)


def test_rows_alone_are_what_they_are_among_others() -> None:
    known = KnownColumns().fit(TABLE)
    np.testing.assert_array_equal(known.transform(TABLE.iloc[[2, 0]]), KEPT[[2, 0]])


def test_a_column_that_was_learnt_and_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="b"):
        KnownColumns().fit(TABLE).transform(TABLE.drop(columns="b"))


@pytest.mark.parametrize("n", [1, 2, 3, 10, 11, 64, 601])
def test_the_scaler_is_the_one_scikit_learn_fits(n: int) -> None:
    """To the last bit: columns of few and many values, of one value, with ties, and one without any."""
    rng = np.random.default_rng(n)
    table = np.column_stack(
        [rng.normal(size=n), np.round(rng.normal(size=n), 1) + 0.0, np.full(n, 3.0), rng.lognormal(0, 9, n)]
    )
    table[1:, :2][rng.random((n - 1, 2)) < 0.3] = np.nan
    for values in (table, np.column_stack([table, np.full(n, np.nan)])):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            ours, theirs = fitted_scaler(values), RobustScaler(quantile_range=(10.0, 90.0)).fit(values)
        assert vars(ours).keys() == vars(theirs).keys()
        assert ours.center_.tobytes() == theirs.center_.tobytes()
        assert ours.scale_.tobytes() == theirs.scale_.tobytes()
