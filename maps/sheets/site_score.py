"""What a sheet tells of the chance, the grade and the oxides of a site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layers.elements import REE
from maps import words
from maps.amounts import rests_on_little
from maps.list_order import expected_grade
from maps.rows import grade_rule_told, present, rare_earths_analysed
from maps.word_file import looked_for

Row = Mapping[Any, Any]
"""One row of a table by column."""

OF_SUITE = ("waste_estimated_fraction", "waste_elements")
"""What a site tells of how complete its suite of rare earths is, as `score_rows` takes it."""


def score_rows(
    ranked: Row | None,
    score_key: str,
    grade_ppm: float,
    lang: str,
    estimated_fraction: float | None = None,
    elements: str | None = None,
) -> list[tuple[str, str]]:
    """Return what a site is expected to hold and how sure that is: label and text.

    Parameters
    ----------
    ranked : mapping or None
        Its row of the ranking; None where it has none.
    score_key : str
        Key of the words for its chance.
    grade_ppm : float
        From which oxides count as payable.
    lang : {"en", "fr"}
        Language.
    estimated_fraction : float, optional
        ``waste_estimated_fraction`` of the site (0 to 1).
    elements : str, optional
        ``waste_elements`` of the site.
    """
    if ranked is None:
        return [(words.word(score_key, lang), words.word("not_scored", lang))]
    measured = present(ranked["treo_ppm"])
    low, high = (ranked[f"treo_{end}_ppm" if measured else f"treo_inferred_{end}_ppm"] for end in ("low", "high"))
    contained = words.span(ranked["contained_treo_low_t"], ranked["contained_treo_high_t"], "t", lang)
    unknown = "contained_unknown_grade" if present(ranked["tonnage_high_t"]) else "contained_unknown_amount"
    sampled = words.measured_grade(ranked["treo_ppm"], low, high, lang) if measured else ""
    analysed = len(rare_earths_analysed(elements))
    if measured and 0 < analysed < len(REE):
        sampled = words.phrase("analysed_of_fifteen", lang, grade=sampled, n=analysed)
    oxides = [
        (
            f"grade_rule_{grade_rule_told(ranked['grade_rule'], estimated_fraction, elements)}",
            sampled if measured else words.grade(low, high, lang),
        ),
        (
            "contained",
            contained if present(ranked["contained_treo_high_t"]) else words.word(unknown, lang),
        ),
    ]
    if looked_for() != "REE":  # the chance is of another element, and of the rare earths only an assay is told
        oxides = [("treo_measured", oxides[0][1])] if measured else []
    rows = [
        (score_key, words.banded_chance("score_range", ranked, lang)),
        ("evidence", words.word(f"evidence_{ranked['evidence']}", lang)),
        *oxides,
        (_payable_label(ranked, grade_ppm, lang), _payable(ranked, lang)),
    ]
    expected = expected_grade(ranked, lang)
    rows += [("expected_grade", expected)] if expected else []
    if ranked["site_kind"] == "showing":
        rows = rows[:2]  # no grade and no amount of a waste that does not exist
    if measured and looked_for() == "REE":
        rows = rows[1:]  # a chance of a measured grade says less than the grade
    if score_key != "score":
        return [(words.word(key, lang), value) for key, value in rows]
    simple = {"score": float(ranked["companion_score"]), "rank": int(ranked["companion_rank"])}
    rows.append(("companion", words.phrase("companion_line", lang, **simple)))
    if isinstance(ranked.get("applicability"), str):
        rows.append(("applicability", words.word(f"applicability_{ranked['applicability']}", lang)))
    return [(words.word(key, lang), value) for key, value in rows]


def _payable_label(ranked: Row, grade_ppm: float, lang: str) -> str:
    label, counted = words.phrase("payable", lang, grade=grade_ppm), ranked.get("order_counted", "all")
    return label if counted == "all" else f"{label}, {words.word(f'payable_counted_{counted}', lang)}"


def _payable(ranked: Row, lang: str) -> str:
    """Say what a site is expected to hold of metal that could pay, and the chance that it is worth a visit."""
    mean, high, cap = (float(ranked[f"{name}_t"]) for name in ("payable", "payable_high", "order_cap"))
    ends = {"mean": words.rounded(mean, lang), "high": words.rounded(high, lang)}
    if mean < words.PRACTICALLY_NONE_T:
        tonnes = words.phrase("payable_tonnes_none", lang, least=words.number(words.PRACTICALLY_NONE_T, lang))
    elif rests_on_little(mean, high):
        tonnes = words.phrase("payable_tonnes_rare", lang, **ends)
    else:
        tonnes = words.phrase("payable_tonnes_capped" if reaches(high, cap) else "payable_tonnes", lang, **ends)
    key = "payable_range" if present(ranked["tonnage_t"]) else "payable_supposed"
    enough = words.rounded(float(ranked["order_contained_t"]), lang)
    chance = words.percent(float(ranked["chance_payable"]), lang)
    return words.phrase(key, lang, tonnes=tonnes, enough=enough, chance=chance)


def reaches(high_t: float, cap_t: float) -> bool:
    """Say whether the upper end of an amount, as printed, is the most that is counted of one waste."""
    return float(f"{high_t:.1e}") >= float(f"{cap_t:.1e}")
