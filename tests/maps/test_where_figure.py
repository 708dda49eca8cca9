"""The map of the report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maps.report.where_figure import BEST, where_data
from tests.maps.made_up import publication


@pytest.mark.parametrize("evidence", ["measured", "inferred"])
def test_only_the_best_of_each_list_are_numbered_and_none_of_a_list_that_is_empty(evidence: str) -> None:
    whole = publication()
    where = where_data(replace(whole, ranking=whole.ranking.assign(evidence=evidence)))
    assert where is not None
    counts = {"measured": len(where.sampled), "inferred": len(where.unsampled)}
    assert counts == {"measured": 0, "inferred": 0} | {evidence: BEST}
    numbered = where.sampled if evidence == "measured" else where.unsampled
    assert numbered["label"].tolist()[0].startswith("1")
    assert numbered.notna().all(axis=None)
