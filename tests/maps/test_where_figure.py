"""The map of the report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from maps.report.where_figure import BEST, draw_where, one_side, where_data
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


def box_of(axes: Any, text: Any) -> Any:
    """Return what the letters of an annotation cover, without the line to its mark."""
    from matplotlib.text import Text

    bare = Text.get_window_extent(text)
    middle = axes.transData.transform(text.xy) + np.array(text.xyann) * axes.get_figure().dpi / 72
    return bare.translated(*(middle - (bare.p0 + bare.p1) / 2))


def test_no_number_lies_on_another_however_close_the_sites_are() -> None:
    from matplotlib.figure import Figure

    whole = publication()
    for spread in (0.01, 0.3, 1.0):
        middle = whole.ranking[["longitude", "latitude"]].mean()
        crowd = whole.ranking[["longitude", "latitude"]].iloc[:20] * spread + middle * (1 - spread)
        ranking = whole.ranking.copy()
        ranking.loc[crowd.index, ["longitude", "latitude"]] = crowd
        where = where_data(replace(whole, ranking=ranking))
        assert where is not None
        figure = Figure(figsize=(5.6, 4.0))
        axes = figure.subplots()
        draw_where(axes, where)
        figure.canvas.draw()
        boxes = [box_of(axes, text) for text in axes.texts]
        assert len(boxes) > 1
        touching = [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
        assert not touching, spread
