"""Wastes richer than any on record, and samples of one waste that lie far apart, are told as suspicious."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.readers.suspicious import suspicious_values
from pipeline.commands.check import SUSPICIOUS

ODD = ("waste_too_rich", "waste_samples_apart")


def samples(la_ppm, site, medium="waste"):
    n = len(la_ppm)
    return pd.DataFrame(
        {
            "sample_id": [f"s:{at}" for at in range(n)], "medium": medium, "site_key": site, "source_row": np.arange(2, n + 2),
            "La_ppm": np.asarray(la_ppm, dtype=float), "Ce_ppm": 2.0 * np.asarray(la_ppm, dtype=float),
        }
    )  # fmt: skip


def odd(layer):
    return {note.code: note.rows for note in suspicious_values("s", layer) if note.code in ODD}


@pytest.mark.parametrize("medium", ["waste", "rock"])
def test_of_wastes_alone_a_grade_no_waste_has_is_told(medium: str) -> None:
    layer = samples([100.0, 1.1e5, 120.0], ["a", "b", "c"], medium)
    assert odd(layer) == ({"waste_too_rich": (3,)} if medium == "waste" else {})


def test_samples_of_one_waste_a_thousandfold_apart_are_told_and_usual_ones_are_not() -> None:
    layer = samples([10.0, 10.0, 1e4, 1e4, 100.0, 400.0, 30.0], ["a", "a", "a", "a", "b", "b", "c"])
    assert odd(layer) == {"waste_samples_apart": (2, 3, 4, 5)}


def test_both_stand_among_what_looks_suspicious() -> None:
    assert set(ODD) <= SUSPICIOUS
