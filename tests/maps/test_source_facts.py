"""Facts of a source in both languages: codes, shares and corners are words and numbers of the language, texts of a file stay."""

from __future__ import annotations

import pytest

from layers.schema import COMMUNITY_KINDS, LINE_KINDS, MEDIA, METHODS, WASTE_TYPES
from maps.report.source_facts import NAMES, CodeCounts, Corners, FilledShares, in_words


def test_codes_are_words_with_grouped_counts() -> None:
    waste = CodeCounts("waste_type", {"unknown": 4531, "tailings": 20, "slag": 1})
    assert in_words(waste, "fr") == "inconnu 4\u202f531, rejets de concentrateur 20, scories 1"
    assert in_words(waste, "en") == "not known 4,531, tailings 20, slag 1"
    assert in_words(CodeCounts("status", {"abandoned": 4275, "Owner's own word": 3}), "fr") == (
        "abandonné 4\u202f275, Owner's own word 3"
    )


def test_codes_beyond_the_listed_are_counted() -> None:
    many = CodeCounts("status", {f"state {n}": 9 - n for n in range(8)})
    assert in_words(many, "en").endswith("state 5 4, 2 more")
    assert in_words(many, "fr").endswith("state 5 4, 2 autres")


def test_corners_and_shares_have_the_marks_of_the_language() -> None:
    corners = Corners(-95.148, 42.281, -74.787, 54.515)
    assert in_words(corners, "en") == "-95.148 to -74.787 °E, 42.281 to 54.515 °N"
    assert in_words(corners, "fr") == "de -95,148 à -74,787 °E, de 42,281 à 54,515 °N"
    filled = FilledShares({"name": 1.0, "official_id": 0.5, "mass_t": 0.0})
    assert [part.split("\u00a0")[0] for part in in_words(filled, "fr").split(", ")] == [
        "nom 100",
        "numéro officiel 50",
        "tonnage 0",
    ]


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(
    ("column", "codes"),
    [("waste_type", WASTE_TYPES), ("medium", MEDIA), ("method", METHODS), ("kind", LINE_KINDS + COMMUNITY_KINDS)],
)
def test_every_code_of_the_layers_has_its_word(column: str, codes: tuple[str, ...], lang: str) -> None:
    for code in codes:
        shown = in_words(CodeCounts(column, {code: 7}), lang)
        assert "_" not in shown
        if lang == "fr" and code not in ("till", "fusion"):
            assert shown != f"{code} 7"


def test_texts_of_a_file_stay_and_set_phrases_are_words() -> None:
    assert in_words("tailings.csv (Sheet 1)", "fr") == "tailings.csv (Sheet 1)"
    assert all(in_words(name, "en") == name for name in NAMES)
    assert in_words("none are declared", "fr") == "aucun n'est déclaré"
