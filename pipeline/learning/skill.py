"""Decide, once, what a validation amounts to: whether the model showed skill, leads simpler rules and orders the list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layers.findings import Finding
from layers.validation import (
    UNMEASURED,
    Figures,
    LabelBasis,
    Lead,
    Null,
    Outcome,
    QuestionCode,
    RuleFigures,
    Validation,
    Verdict,
)

LEVEL = 0.05
"""Share of unrelated labels that may do as well before skill is denied."""

LISTS = ("tonnage", "near_known", "one_column", "commodity", "companion", "pathfinder", "affinity")
"""Lists fitted to nothing or to places alone: simpler than any method."""

TEXTBOOK = ("pathfinder", "affinity", "weights_of_evidence", "logistic")
"""Textbook methods, the simplest first."""


def simpler_than(code: str, ladder: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a method must lead to be called better: simpler lists and methods, whatever order they were tried in."""
    if code in TEXTBOOK:
        return (*LISTS, *TEXTBOOK[: TEXTBOOK.index(code)])
    return (*LISTS, *TEXTBOOK, *ladder[: ladder.index(code)])


def decide(
    status: str,
    figures: Figures,
    null: Null,
    baselines: Mapping[str, RuleFigures | None],
    alarms: Iterable[Finding],
    label_basis: LabelBasis,
    question: QuestionCode = "new_camp",
    level: float = LEVEL,
) -> Verdict:
    """Return the verdict on a model that was trained.

    Parameters
    ----------
    status : str
        ``validated``, or anything else where too few parts of the region hold both classes.
    figures : Figures
        Of the model on spatial folds.
    null : Null
        What unrelated labels give.
    baselines : mapping of str to RuleFigures or None
        Simpler rules with the model's lead over each; None where a rule reads what defines the labels.
    alarms : iterable of Finding
        Signs that the test flatters; any of them keeps the model from ordering the list.
    label_basis : {"assay", "words", "both"}
        What makes the positives positive. Labels from words never give ``better``: what was tested is whether words are found
        again, not whether wastes are rich.
    question : {"new_camp", "near_assays", "given"}
        On whose folds the simpler rules were compared: that of most sites without an assay.
    level : float
        Share of unrelated labels that may do as well before skill is denied.

    Returns
    -------
    Verdict
    """
    alarms = tuple(alarms)
    if status != "validated":
        return Verdict(outcome="not_validated", label_basis=label_basis, model_used=False, reasons=alarms)
    missing = skill_missing(figures, null, level)
    if missing:
        unmeasured = any(notice.code in UNMEASURED for notice in missing)
        return Verdict(
            outcome="too_few" if unmeasured else "no_skill",
            label_basis=label_basis,
            model_used=False,
            reasons=(*missing, *alarms),
        )
    lead = lead_over_best(baselines)
    outcome: Outcome = "as_good"
    if alarms:
        outcome = "alarmed"
    elif lead is not None and loses(lead):
        outcome = "worse"
    elif label_basis != "assay":
        outcome = "words_only"
    elif lead is not None and lead.low is not None and printed(lead.low) > 0:
        outcome = "better"
    used = outcome not in ("alarmed", "worse")
    return Verdict(
        outcome=outcome, label_basis=label_basis, model_used=used, question=question, lead=lead, reasons=alarms
    )


def loses(lead: Lead) -> bool:
    """Return whether the interval of a lead lies wholly below zero, as printed."""
    return lead.high is not None and printed(lead.high) < 0


def printed(figure: float) -> float:
    """Return a figure to the two digits of every page: a verdict must be true to the interval that stands beside it."""
    return round(figure, 2)


def skill_missing(figures: Figures, null: Null, level: float = LEVEL) -> tuple[Finding, ...]:
    """Return what is missing to claim skill: an AUC interval above 0.5, and unrelated labels that seldom do as well."""
    missing = []
    if figures.auc is None or figures.auc_low is None:
        missing.append(Finding(code="no_interval"))
    elif figures.auc_high is not None and printed(figures.auc_high) < 0.5:
        missing.append(Finding(code="below_chance", values={"high": figures.auc_high}))
    elif printed(figures.auc_low) <= 0.5:
        missing.append(Finding(code="interval_holds_chance", values={"low": figures.auc_low}))
    if null.p_value is None:
        missing.append(Finding(code="no_null"))
    elif null.p_value > level + 1e-9:
        missing.append(Finding(code="unrelated_labels_do_as_well", values={"p": null.p_value, "n": null.n}))
    return tuple(missing)


def lead_over_best(baselines: Mapping[str, RuleFigures | None]) -> Lead | None:
    """Return the smallest lead over a simpler rule, of those below zero with their whole interval where there are any."""
    leads = [
        Lead(rule=name, auc=rule.lead, low=rule.lead_low, high=rule.lead_high)
        for name, rule in baselines.items()
        if rule is not None and rule.simpler and rule.lead is not None
    ]
    lost = [lead for lead in leads if loses(lead)]
    return min(lost or leads, key=lambda lead: (lead.auc or 0.0, lead.rule), default=None)


def place_tried(validation: Validation) -> Finding:
    """Return what is to be said where the place was all there is to learn from, and a test did not bear it."""
    figures = max(
        validation.questions, key=lambda question: question.sites
    ).figures  # what most wastes without an assay ask
    if figures.auc is None or figures.auc_low is None or figures.auc_high is None:
        return Finding(code="place_untold")
    return Finding(code="place_alone", values={"auc": figures.auc, "low": figures.auc_low, "high": figures.auc_high})


def nothing_learned(
    n_positive: int,
    n_others: int,
    needed: int,
    label_basis: LabelBasis,
    *,
    has_features: bool,
    tried: Finding | None = None,
) -> Verdict:
    """Return the verdict where there was nothing to learn from.

    Parameters
    ----------
    n_positive, n_others, needed : int
        Positives there are, all other sites, and the fewest of either to learn from.
    label_basis : {"assay", "words", "both"}
        What makes the positives positive.
    has_features : bool
        Whether there was any chemistry, raster or the like that does not itself define the labels.
    tried : Finding, optional
        Of the place, where that was all there is to learn from: see `place_tried`.
    """
    if tried is not None:
        why = tried
    elif not has_features:
        why = Finding(code="no_features")
    elif n_positive < needed:
        why = Finding(code="few_positives", values={"n": n_positive, "needed": needed})
    else:
        why = Finding(code="few_others", values={"n": n_others, "needed": needed})
    return Verdict(outcome="not_learned", label_basis=label_basis, model_used=False, reasons=(why,))
