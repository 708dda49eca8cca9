"""Words that name what was looked for follow the main target: rare earths, or the element in their place, in both languages."""

from __future__ import annotations

import math
import re

import pytest

from maps import words
from maps.reasons import phrase_reason
from maps.sheets.site_score import score_rows
from maps.word_file import looking_for

OF_RARE_EARTHS = re.compile(
    r"samples_|figure_samples|figure_patterns|figure_risk|recovery_|counted_|payable_counted|treo|contained|axis_contained|"
    r"brief_contained|heading_treo|heading_contained|grade_rule_|grade_large|sheet_pattern|note_patterns|note_measured|note_proxies|"
    r"report_grade_head|analysed_of_fifteen"
)
"""Words of columns and figures that are of rare earths whatever the order is for."""


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(("symbol", "names"), [("Co", ("cobalt", "cobalt")), ("Au", ("gold", "or"))])
def test_no_word_of_the_order_names_rare_earths_where_another_element_is_looked_for(
    symbol: str, names: tuple[str, str], lang: str
) -> None:
    with looking_for(symbol):
        table = words.all_words()["words"]
        stray = [
            key for key, text in table.items() if re.search(r"rare.earth|oxide|terres rares|oxyde", text[lang], re.I)
        ]
        assert [key for key in stray if not OF_RARE_EARTHS.match(key)] == []
        assert not [key for key, text in table.items() if re.search("<[a-z_]*metal>", text[lang], re.I)]
        assert names[lang == "fr"] in words.word("evidence_measured", lang)
    assert "cobalt" not in words.word("evidence_measured", lang)


def test_french_puts_the_article_and_of_before_the_name() -> None:
    expected = {
        "Co": ("pour le cobalt", "t de cobalt"),
        "Au": ("pour l'or", "t d'or"),
        "Sn": ("pour l'étain", "t d'étain"),
    }
    for symbol, (sought, amount) in expected.items():
        with looking_for(symbol):
            assert words.word("evidence_measured", "fr").endswith(sought)
            assert amount in words.word("plan_reason", "fr")
    assert words.word("evidence_measured", "fr").endswith("pour les terres rares")


def test_a_commodity_of_the_main_target_is_among_the_very_elements_looked_for() -> None:
    assert "the very elements" in phrase_reason("part_metal", 1.0, 1.0, "en", "cobalt; silver", target="Co")


def test_a_sheet_for_another_element_names_no_oxides_of_rare_earths() -> None:
    ranked = {"treo_ppm": math.nan, "treo_low_ppm": math.nan, "treo_high_ppm": math.nan, "treo_inferred_low_ppm": math.nan,
              "treo_inferred_high_ppm": math.nan, "contained_treo_low_t": math.nan, "contained_treo_high_t": math.nan,
              "tonnage_t": 1e5, "tonnage_low_t": 8e4, "tonnage_high_t": 1.2e5, "score": 0.9, "score_low": 0.8, "score_high": 0.95,
              "evidence": "measured", "grade_rule": "assay", "site_kind": "waste", "payable_t": 50.0, "payable_low_t": 20.0,
              "payable_high_t": 90.0, "chance_payable": 0.7, "order_contained_t": 10.0,
              "order_cap_t": 1e4, "order_by": "payable"}  # fmt: skip
    with looking_for("Co"):
        labels = [label for label, _ in score_rows(ranked, "score_companion", 200.0, "en")]
    assert len(labels) == 3
    assert labels[2] == "Payable cobalt (in waste whose grade reaches 200 ppm)"
    assert not [label for label in labels if "oxide" in label.casefold()]
