"""What is said at the end of a run."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipeline.summary import NO_CONTACT, RunSummary


@pytest.mark.parametrize("units", ["sites", "samples"])
@pytest.mark.parametrize("contact", [None, "", "office@example.org"])
def test_pages_that_name_nobody_to_write_to_are_told_at_the_end(units: str, contact: str | None) -> None:
    summary = RunSummary(Path("run"), units, 3, 0, "verdict", 0, 1.0, contact=contact)
    assert (NO_CONTACT in summary.in_words()) is (not contact)
    assert summary.in_words().count("No contact") == (0 if contact else 1)


@pytest.mark.parametrize(
    ("evidence", "told"), [("inferred", "First five of the list:"), ("measured", "all of them assayed")]
)
def test_wastes_that_were_all_assayed_are_not_called_ones_to_sample(evidence: str, told: str) -> None:
    row = {
        "rank_label": "1",
        "name": "Tin Bell",
        "site_id": "a",
        "treo_low_ppm": 90.0,
        "treo_ppm": 100.0,
        "treo_high_ppm": 110.0,
    }
    top = pd.DataFrame([row | {"score": 0.1, "rank_low": 1, "rank_high": 1, "evidence": evidence}])
    assert told in RunSummary(Path("run"), "sites", 1, 0, "verdict", 0, 1.0, top=top).in_words()
