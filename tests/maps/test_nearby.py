"""Distances to lines and waters as pages tell them."""

from __future__ import annotations

from maps.nearby import line_in_words, water_in_words


def test_water_is_told_no_finer_than_outlines_are_drawn() -> None:
    assert water_in_words(0.0, "en") == "in water or beside it, as coarsely as the layer draws it"
    assert water_in_words(0.3, "fr").startswith("0,3")
    assert water_in_words(251.0, "en") == "not known: the mapped waters of this run are too coarse here"
    assert water_in_words(float("nan"), "en") == line_in_words(float("nan"), "en") == "not known"
    assert line_in_words(0.0, "en").startswith("less than 0.1")


def test_a_road_nearer_than_a_tenth_of_a_kilometre_is_told_as_less_than_that() -> None:
    assert line_in_words(0.04, "en") == "less than 0.1 km (straight line)"
    assert line_in_words(0.04, "fr").replace("\u00a0", " ") == "moins de 0,1 km (à vol d'oiseau)"
    assert line_in_words(0.1, "en") == "0.1 km (straight line)"
    assert line_in_words(float("nan"), "en") == "not known"
