"""What a validation amounts to, in one sentence and in one table, in both languages.

Nothing is decided here: outcome, lead and reasons come as codes from `layers.validation.Verdict`.
"""

from __future__ import annotations

from layers.findings import Finding
from layers.validation import Figures, Null, RuleFigures, Validation
from maps import words
from maps.reasons import phrase_feature

SCORE_WORDS = ("score", "score_note", "list_about_inferred", "axis_score_percent", "how_to_read_text")
"""Words that name the score; each has a twin for lists that are ordered by the companion score."""

UNSHOWN = ("no_skill", "too_few")
"""Outcomes of a test in which no skill was seen: because it was not told from chance, or because too few could be tested."""

SHARES = ("5", "10", "20")


def verdict(validation: Validation | None, lang: str) -> str:
    """Return the first line of the report: whether the ranking was tested, and with what result."""
    if validation is None:
        return words.word("report_not_validated", lang)
    if nothing_left(validation):
        return words.phrase("verdict_all_assayed", lang, n=validation.n_sites)
    outcome = validation.verdict.outcome
    alarms = "".join(f" {_alarm(notice, lang)}" for notice in validation.alarms[:1])
    if outcome == "not_learned":
        return _nothing_learned(validation, lang)
    given = "_given" if validation.division.by == "given" else ""
    basis = words.word("companion_assays", lang) if _some_assayed(validation) else ""
    if outcome == "not_validated":
        sentence = words.phrase(f"verdict_not_validated{given}", lang, n=validation.n_positive, basis=basis)
        return sentence + alarms
    if outcome in UNSHOWN:
        why = words.in_list((remark("reason", notice, lang) for notice in _causes(validation)), lang)
        return words.phrase(f"verdict_{outcome}", lang, auc=_auc(validation, lang), why=why, basis=basis) + alarms
    figures_found = _figures_in_words(validation, lang)
    if outcome == "alarmed":
        warned = words.in_list((remark("alarm", notice, lang) for notice in validation.alarms), lang)
        return words.phrase("verdict_alarmed", lang, alarm=warned, found=figures_found, basis=basis)
    if outcome == "words_only":
        key = "verdict_words_and_assays" if validation.verdict.label_basis == "both" else "verdict_words_only"
        return words.phrase(key, lang, found=figures_found)
    lead = validation.verdict.lead
    if lead is None:
        return words.phrase("verdict_alone", lang, found=figures_found)
    rule = rule_name(lead.rule, lang)
    if lead.low is None or lead.high is None:
        return words.phrase("verdict_as_good_untold", lang, rule=rule, found=figures_found)
    figures = {"lead": lead.auc or 0.0, "low": lead.low, "high": lead.high}
    ends = {name: round(value, 2) + 0.0 for name, value in figures.items()}  # never "-0.00"
    sentence = words.phrase(f"verdict_{outcome}", lang, rule=rule, found=figures_found, basis=basis, **ends)
    return sentence + _elsewhere(validation, lang)


def nothing_left(validation: Validation) -> bool:
    """Say whether every site was assayed for the target and no model orders the list: nothing is left to be predicted."""
    return 0 < validation.n_sites == validation.n_assayed and not validation.verdict.model_used


def _some_assayed(validation: Validation) -> bool:
    """Say whether any waste's own analysis made a class: without one, an order by assays is none."""
    return validation.verdict.label_basis != "words" or validation.n_negative > 0


def _causes(validation: Validation) -> list[Finding]:
    """Return the reasons of the verdict that are not alarms, which are told apart from them."""
    return [notice for notice in validation.verdict.reasons if notice not in validation.alarms]


def _alarm(notice: Finding, lang: str) -> str:
    return words.phrase("verdict_alarm", lang, alarm=remark("alarm", notice, lang))


def remark(kind: str, notice: Finding, lang: str) -> str:
    """Return a coded remark in words; ``kind`` is ``alarm``, ``reason`` or ``remark``."""
    values: dict[str, object] = dict(notice.values)
    if "feature" in values:
        values["feature"] = phrase_feature(str(values["feature"]), lang)
    names = notice.values.get("features")
    if isinstance(names, tuple):
        values["features"] = ", ".join(phrase_feature(name, lang) for name in names)
    if "rule" in values:
        values["rule"] = rule_name(str(values["rule"]), lang)
    return words.phrase(f"{kind}_{notice.code}", lang, **values)


def rule_name(code: str, lang: str) -> str:
    """Return the name of a method or of a simpler rule."""
    key = f"method_{code}"
    return words.word(key if words.known(key) else f"baseline_{code}", lang)


def _nothing_learned(validation: Validation, lang: str) -> str:
    """Return the verdict where nothing was learned, with the reason and the basis of the order."""
    why = words.in_list((remark("reason", notice, lang) for notice in validation.verdict.reasons), lang)
    basis = words.word("companion_assays", lang) if _some_assayed(validation) else ""
    return words.phrase("verdict_companion", lang, why=why, basis=basis)


def rests_on_companion(validation: Validation | None) -> bool:
    """Say whether the verdict rules the model out for the order.

    A run without any validation says nothing about its model; its score is then called the model's.
    """
    return validation is not None and not validation.verdict.model_used


def score_key(validation: Validation | None, key: str = "score") -> str:
    """Return the key of the words for a score: those of the companion score where the order rests on it.

    Parameters
    ----------
    validation : Validation or None
        Of the run.
    key : str
        One of `SCORE_WORDS`, or another key with such a twin.
    """
    return f"{key}_companion" if rests_on_companion(validation) else key


def plain_verdict(validation: Validation | None, lang: str) -> str:
    """Return the verdict for somebody who reads no statistics, from the same code as the expert's sentence."""
    if validation is not None and nothing_left(validation):
        return words.word("plain_all_assayed", lang)
    outcome = "not_validated" if validation is None else validation.verdict.outcome
    both = outcome == "words_only" and validation is not None and validation.verdict.label_basis == "both"
    assayed = validation is None or _some_assayed(validation)
    basis = words.word("basis_samples" if assayed else "basis_kinds", lang)
    return words.phrase("plain_words_and_assays" if both else f"plain_{outcome}", lang, basis=basis)


def _main_figures(validation: Validation) -> Figures:
    """Return the figures of the question that most wastes without an analysis ask; skill itself is told from blocks."""
    verdict = validation.verdict
    if verdict.question != "near_assays" or verdict.outcome in UNSHOWN:
        return validation.spatial
    return next(question.figures for question in validation.questions if question.code == verdict.question)


def _elsewhere(validation: Validation, lang: str) -> str:
    """Return the AUC for a camp that nobody sampled, or in the folds given, where the verdict is about wastes near assays."""
    figures = validation.spatial
    if validation.verdict.question != "near_assays" or figures.auc is None or figures.auc_low is None:
        return ""
    n = sum(question.sites for question in validation.questions if question.code != "near_assays")
    ends = {"auc": figures.auc, "low": figures.auc_low, "high": figures.auc_high, "km": validation.block_km or 0.0}
    given = "_given" if validation.division.by == "given" else ""
    return " " + words.phrase(f"verdict_elsewhere{given}{'' if n else '_none'}", lang, n=n, **ends)


def _auc(validation: Validation, lang: str) -> str:
    figures = _main_figures(validation)
    if figures.auc is None:
        return words.word("verdict_no_auc", lang)
    key = "verdict_given_folds" if validation.division.by == "given" else "verdict_blocks"
    key = key if figures is validation.spatial else "verdict_near_assays"
    where = words.phrase(key, lang, km=validation.block_km or 0.0)
    if figures is validation.spatial and figures.auc_by == "leave_pair_out" and not validation.division.folds_with_both:
        where = f"{where}, {words.word('verdict_across_folds', lang)}"
    if figures.auc_low is None:
        return words.phrase("verdict_auc_alone", lang, auc=figures.auc, where=where)
    return words.phrase("verdict_auc", lang, auc=figures.auc, low=figures.auc_low, high=figures.auc_high, where=where)


def _figures_in_words(validation: Validation, lang: str) -> str:
    figures = _main_figures(validation)
    auc = _auc(validation, lang)
    shares = [figure.get("20") for figure in (figures.capture, figures.capture_low, figures.capture_high)]
    known = [100 * share for share in shares if share is not None]
    if len(known) < len(shares):
        return auc
    percent = dict(zip(("share", "low", "high"), known, strict=True))
    return words.phrase("verdict_found", lang, auc=auc, n=validation.n_positive, **percent)


def validation_rows(validation: Validation | None, lang: str) -> list[list[str]]:
    """Return the model beside simpler rules: name, AUC with interval, Brier score, capture at 5, 10 and 20 %."""
    if validation is None:
        return []
    given = validation.division.by == "given"
    figures: list[tuple[str, Figures]] = [("row_model_given" if given else "row_model", validation.spatial)]
    figures += [
        (f"row_{question.code}", question.figures)
        for question in validation.questions
        if question.code == "near_assays"
    ]
    figures += [("row_district", validation.district)] if validation.district else []
    figures += [("row_random", validation.random)]
    table = [_row(words.word(key, lang), figure, lang) for key, figure in figures]
    for name, rule in validation.baselines.items():
        label = rule_name(name, lang)
        table.append(_row(label, rule, lang) if rule else [label, words.word("not_measurable", lang), "", "", "", ""])
    null = validation.null
    if null.auc is not None:
        shuffled = Figures(auc=null.auc, auc_low=null.auc_low, auc_high=null.auc_high)
        table.append(_row(words.word(f"row_null{of_place(null)}", lang), shuffled, lang))
    return table


def of_place(null: Null) -> str:
    """Return what the keys of words of a null end in: what was drawn is another thing where the place alone was learned from."""
    return "_place" if null.statistic == "place" else ""


def capture_rows(validation: Validation | None, lang: str) -> list[list[str]]:
    """Return share of sites looked at, share of known sites found, and its 95 % Wilson interval."""
    if validation is None:
        return []
    figures = _main_figures(validation)
    table = []
    for share in SHARES:
        value = figures.capture.get(share)
        if value is not None:
            ends = (figures.capture_low.get(share), figures.capture_high.get(share))
            table.append([f"{share}\u00a0%", _percent(value, lang), "–".join(_percent(end, lang) for end in ends)])
    return table


def _row(label: str, figures: Figures, lang: str) -> list[str]:
    if figures.auc is None:
        return [label, words.word("not_validated_short", lang), "", "", "", ""]
    text = words.number(figures.auc, lang, 2)
    if figures.auc_low is not None:
        text += f" ({words.number(figures.auc_low, lang, 2)}–{words.number(figures.auc_high, lang, 2)})"
    if isinstance(figures, RuleFigures) and figures.lead_low is not None:
        lead, low, high = (
            words.number(value, lang, 2) for value in (figures.lead, figures.lead_low, figures.lead_high)
        )
        behind = figures.lead is not None and round(figures.lead, 2) < 0
        lead_words = {"behind": lead.lstrip("-\u2212")} if behind else {"lead": lead}
        text += words.phrase("model_trails" if behind else "model_leads", lang, low=low, high=high, **lead_words)
    captures = [figures.capture.get(share) for share in SHARES]
    return [
        label,
        text,
        "" if figures.brier is None else words.number(figures.brier, lang, 3),
        *("" if share is None else _percent(share, lang) for share in captures),
    ]


def _percent(share: float | None, lang: str) -> str:
    return words.word("not_known", lang) if share is None else f"{words.number(100 * share, lang, 0)}\u00a0%"
