"""What may be one place under two ids is one visit of a plan."""

from __future__ import annotations

import json

import pandas as pd

from pipeline.stages.plan_sampling import _doubles, _one_of_each_place

FAR_M = 1_900.0


def test_two_ids_of_what_may_be_one_place_are_one_visit() -> None:
    """The stronger of a pair 1.9 km apart stays; a third waste between them that is nobody's double stays, too."""
    table = pd.DataFrame(
        {"site_id": ["a", "b", "c"], "x_m": [0.0, FAR_M, FAR_M / 2], "y_m": 0.0, "payable_t": [5.0, 9.0, 1.0]}
    )
    same = {"a": ["b"], "b": ["a"]}
    cells = [
        json.dumps([{"site": other, "m": FAR_M} for other in same[site]]) if site in same else None for site in "abc"
    ]
    doubles = _doubles(pd.DataFrame({"site_id": list("abc"), "same_place": cells}))
    assert doubles == same
    kept, left = _one_of_each_place(table, 0.3, doubles)
    assert (kept["site_id"].tolist(), left) == (["b", "c"], 1)
    assert _one_of_each_place(table, 0.0, doubles)[1] == 0
    assert _one_of_each_place(table, 0.3, {})[1] == 0
