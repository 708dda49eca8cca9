"""The map of the report."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from maps.report.where_figure import BEST, one_side, where_data
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


def test_a_region_across_the_180th_meridian_is_drawn_on_the_side_where_most_sites_lie() -> None:
    assert one_side(np.array([-170.0, -150.0, 172.0])).tolist() == [-170.0, -150.0, -188.0]
    assert one_side(np.array([178.0, 170.0, -179.0])).tolist() == [178.0, 170.0, 181.0]
    assert one_side(np.array([-30.0, 60.0])).tolist() == [-30.0, 60.0]
    whole = publication()
    turned = whole.ranking["longitude"].where(whole.ranking["rank"] > 3, 175.0)
    where = where_data(replace(whole, ranking=whole.ranking.assign(longitude=turned)))
    assert where is not None
    assert where.box[2] - where.box[0] < 120
    assert pd.concat([where.sampled, where.unsampled])["longitude"].max() < 0
