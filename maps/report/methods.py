"""Which method orders and why, and the table of weights of evidence, in words."""

from __future__ import annotations

from layers.validation import Validation
from maps import words
from maps.reasons import phrase_feature
from maps.verdict import remark, rule_name

WARNINGS = (
    "silent_elsewhere",
    "features_untold",
    "place_tried_too",
    "too_few_parts",
    "blocks_below_range",
    "column_tells_much",
)
"""Remarks that stand under the verdict on the first page."""


def why_this_method(validation: Validation | None, lang: str) -> str:
    """Return how the method was chosen, and whether it orders the list; empty where none was tried."""
    if validation is None or not validation.methods or validation.model is None:
        return ""
    name = rule_name(validation.model, lang)
    if len(validation.methods) == 1:
        return words.phrase("methods_one", lang, method=name)
    key = "methods_why" if validation.verdict.model_used else "methods_why_unused"
    return words.phrase(key, lang, count=len(validation.methods), method=name)


def method_rows(validation: Validation | None, lang: str) -> list[list[str]]:
    """Return the methods, the simplest first: name, AUC, distance from the best with its error, times chosen."""
    if validation is None or len(validation.methods) < 2:
        return []
    table = []
    for method in validation.methods:
        orders = method.chosen and validation.verdict.model_used
        name = rule_name(method.code, lang)
        behind = words.number(method.behind, lang, 3)
        if method.behind_se is not None:
            behind += f" ± {words.number(method.behind_se, lang, 3)}"
        table.append(
            [
                f"{name} ({words.word('methods_this', lang)})" if orders else name,
                words.number(method.auc, lang, 2),
                behind,
                words.number(method.chosen_in_folds, lang, 0),
            ]
        )
    return table


def warnings(validation: Validation | None, lang: str) -> list[str]:
    """Return the remarks of the test that belong on the first page."""
    if validation is None:
        return []
    return [remark("remark", notice, lang) for notice in validation.notes if notice.code in WARNINGS]


def evidence_rows(validation: Validation | None, lang: str) -> list[list[str]]:
    """Return the contrasts, the strongest first: pattern, cut, known sites inside, W+, W-, contrast."""
    table = None if validation is None else validation.weights_of_evidence
    if table is None:
        return []
    return [
        [
            phrase_feature(contrast.feature, lang),
            words.number(contrast.cut, lang),
            f"{words.number(contrast.positives_inside, lang, 0)} / {words.number(contrast.n_inside, lang, 0)}",
            words.number(contrast.w_plus, lang, 2),
            words.number(contrast.w_minus, lang, 2),
            f"{words.number(contrast.contrast, lang, 2)} ({words.number(contrast.studentised, lang, 1)})",
        ]
        for contrast in table.contrasts
    ]


def evidence_ratio(validation: Validation | None, lang: str) -> str:
    """Return what the sum of all chances says of independence; empty where it was not measured."""
    table = None if validation is None else validation.weights_of_evidence
    return "" if table is None or table.ratio is None else words.phrase("evidence_ratio", lang, ratio=table.ratio)
