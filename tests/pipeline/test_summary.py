"""What is said at the end of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.summary import NO_CONTACT, RunSummary


@pytest.mark.parametrize("units", ["sites", "samples"])
@pytest.mark.parametrize("contact", [None, "", "office@example.org"])
def test_pages_that_name_nobody_to_write_to_are_told_at_the_end(units: str, contact: str | None) -> None:
    summary = RunSummary(Path("run"), units, 3, 0, "verdict", 0, 1.0, contact=contact)
    assert (NO_CONTACT in summary.in_words()) is (not contact)
    assert summary.in_words().count("No contact") == (0 if contact else 1)
