"""Distances to lines and waters as pages tell them."""

from __future__ import annotations

from maps.nearby import line_in_words, water_in_words


def test_water_is_told_no_finer_than_outlines_are_drawn() -> None:
    assert water_in_words(0.0, "en") == "in water or beside it, as coarsely as the layer draws it"
    assert water_in_words(0.3, "fr").startswith("0,3")
    assert water_in_words(251.0, "en") == "not known: the mapped waters of this run are too coarse here"
    assert water_in_words(float("nan"), "en") == line_in_words(float("nan"), "en") == "not known"
    assert line_in_words(0.0, "en").startswith("0.0")
