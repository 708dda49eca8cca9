"""Steps between features and score: columns are taken by name, wherever they stand and whatever stands beside them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.learning.feature_steps import KnownColumns

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
