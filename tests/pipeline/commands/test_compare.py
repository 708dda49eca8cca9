"""What is said of two runs at the terminal."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipeline.commands.compare import Comparison, in_words


def test_no_chance_of_a_site_that_moved_is_told_as_certain() -> None:
    moved = pd.DataFrame(
        {
            "site_id": ["a"], "name": ["Site 1"], "rank_a": [1.0], "rank_b": [198.0], "moved": [197.0],
            "score_a": [0.999], "score_b": [0.001], "changed": ["amount"],
        }
    )  # fmt: skip
    lines = in_words(Comparison((), moved, ()), Path("may"), Path("june"))
    assert "1 -> 198  Site 1  (a)  chance of the grade > 0.99 -> < 0.01; differs in: amount" in lines
