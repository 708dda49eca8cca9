"""What testing a ranking found, as one typed value: the content of ``validation.json``.

It holds codes and numbers, never a sentence: both languages are worded from it in ``maps``. Whether the model showed skill,
by how much it leads and why it is not used are decided once, in ``pipeline.learning.skill``, and stored in `Verdict`.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from layers.findings import Finding


def finite(value: Any) -> Any:
    """Return a number to six digits; None where it is not finite, which JSON does not know."""
    if value is None:
        return None
    number = float(value)
    return round(number, 6) if math.isfinite(number) else None


Number = Annotated[float | None, BeforeValidator(finite)]
Share = dict[str, Number]
"""A figure at the best 5, 10 and 20 % of a list; keys ``5``, ``10``, ``20``."""

Outcome = Literal[
    "better", "as_good", "words_only", "worse", "alarmed", "no_skill", "too_few", "not_validated", "not_learned"
]
UNMEASURED = ("no_interval", "no_null")
"""Reasons of a verdict that tell of a test that could not be made; the others tell of one that was made."""

LabelBasis = Literal["assay", "words", "both"]
QuestionCode = Literal["new_camp", "near_assays", "given"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Figures(_Frozen):
    """How well a list does: all between 0 and 1, None where it could not be measured.

    ``auc`` compares only scores of one and the same fitted model: ``auc_by`` says whether all pairs are compared, those of two
    folds by the model that saw neither, or only pairs within a fold, whose AUC alone is ``auc_within_folds``; ``one_list``
    compares places that fold models gave among all sites.
    """

    auc: Number = None
    auc_low: Number = None
    auc_high: Number = None
    auc_by: Literal["within_folds", "leave_pair_out", "one_list", "none"] = "none"
    auc_within_folds: Number = None
    brier: Number = None
    brier_of_base_rate: Number = None
    capture: Share = {}
    capture_low: Share = {}
    capture_high: Share = {}


class DistrictFigures(Figures):
    """The same with whole districts held out."""

    districts: int
    untrained: int


class RuleFigures(Figures):
    """Another list beside the model: by how much the model leads it, with the 95 % interval of that lead.

    ``simpler`` says whether it is simpler than the model; only simpler rules are held against it in the verdict.
    """

    lead: Number = None
    lead_low: Number = None
    lead_high: Number = None
    simpler: bool = True


class Null(_Frozen):
    """What labels that know nothing of the features give, kept as clustered in space as the true ones.

    ``p_value`` is the larger of ``p_shift`` (labels moved over the map as a whole) and ``p_field`` (a random field of the
    labels' own variogram); ``statistic`` names the method whose AUC was compared. For ``place`` it is of the same assays dealt
    out to the wastes at random, and the two others are None.
    """

    auc: Number = None
    auc_low: Number = None
    auc_high: Number = None
    p_value: Number = None
    p_shift: Number = None
    p_field: Number = None
    n: int = 0
    statistic: str = ""


class Method(_Frozen):
    """A candidate for the order: its AUC on the common folds, its distance from the best, and its fate."""

    code: str
    auc: Number = None
    behind: Number = None
    behind_se: Number = None
    within_one_se: bool = False
    chosen: bool = False
    chosen_in_folds: int = 0


class Division(_Frozen):
    """How the sites were divided for testing; ``names`` are those of folds that were given, in the order of their numbers."""

    by: Literal["blocks", "given"] = "blocks"
    folds: int = 0
    folds_with_both: int = 0
    names: tuple[str, ...] = ()
    range_km: Number = None
    buffer_km: Number = None
    buffer_lost: int = 0


class Lead(_Frozen):
    """Lead of the model over the best simpler rule, in AUC; its interval is one of those that all hold in 95 % of such tests."""

    rule: str
    auc: Number
    low: Number = None
    high: Number = None


class Question(_Frozen):
    """One of the questions a test answers.

    ``misfit_km`` is the mean absolute difference between the distances to the nearest training site in the test and in use;
    ``farther_km`` is positive where the test asks for longer reaches than the use.
    """

    code: QuestionCode
    figures: Figures
    folds: int
    misfit_km: Number = None
    farther_km: Number = None
    sites: int = 0
    method: str | None = None
    lead: Lead | None = None


class Contrast(_Frozen):
    """Weights of evidence of one pattern (Bonham-Carter 1994): feature at or above a cut."""

    feature: str
    cut: Number
    n_inside: int
    positives_inside: int
    w_plus: Number
    w_minus: Number
    contrast: Number
    studentised: Number
    used: bool


class WeightsTable(_Frozen):
    """The contrasts, with the test of conditional independence: positives over summed chances, and the omnibus z."""

    contrasts: tuple[Contrast, ...] = ()
    ratio: Number = None
    omnibus_z: Number = None


class Proxies(_Frozen):
    """How well other elements of the same waste told its rare earths, on held-out blocks and in random folds."""

    proxies: tuple[str, ...] = ()
    n: int = 0
    r2_spatial: Number = None
    r2_random: Number = None
    sd_log10: Number = None
    applied_to: int = 0


class SurfaceTest(_Frozen):
    """How the surface of rasters alone did on held-out blocks, and whether it is published."""

    auc: Number = None
    auc_low: Number = None
    auc_high: Number = None
    published: bool = False
    reasons: tuple[Finding, ...] = ()
    features: tuple[str, ...] = ()


class Verdict(_Frozen):
    """What the test amounts to.

    Parameters
    ----------
    outcome : str
        ``better``: the interval of the lead over the best simpler rule excludes zero; ``as_good``: better than chance, not
        shown to be better than a simpler rule; ``words_only``: finds again what words of an inventory call rich, which no
        analysis confirms; ``worse``: better than chance, but the interval of the lead over a simpler rule lies below zero;
        ``alarmed``: seemingly better than chance, but the test may flatter; ``no_skill``: tested, and not told from chance;
        ``too_few``: its AUC has no interval or no null beside it, so that nothing can be said of its skill;
        ``not_validated``: could not be tested; ``not_learned``: there was nothing to learn from.
    label_basis : str
        What makes the positives positive: assays, words of an inventory, or both.
    model_used : bool
        Whether the model orders the list; else assays and the tables of hosts do.
    question : str
        On whose folds the simpler rules were compared: that of most sites without an assay.
    lead : Lead or None
        Over the best simpler rule.
    reasons : tuple of Finding
        Why the outcome is no better, the weightiest first.
    """

    outcome: Outcome
    label_basis: LabelBasis
    model_used: bool
    question: QuestionCode = "new_camp"
    lead: Lead | None = None
    reasons: tuple[Finding, ...] = ()


class Validation(_Frozen):
    """The content of ``validation.json`` of a run on sites."""

    target: str
    kind: Literal["supervised", "pu_bagging", "companion_only"]
    status: Literal["validated", "not validated"]
    n_sites: int
    n_positive: int
    n_negative: int = 0
    n_assayed: int = 0
    blocks: int
    block_km: Number
    division: Division = Division()
    model: str | None = None
    methods: tuple[Method, ...] = ()
    auc_over: Literal["measured", "all", "none"] = "none"
    spatial: Figures = Figures()
    random: Figures = Figures()
    district: DistrictFigures | None = None
    questions: tuple[Question, ...] = ()
    null: Null = Null()
    baselines: dict[str, RuleFigures | None] = {}
    weights_of_evidence: WeightsTable | None = None
    surface: SurfaceTest | None = None
    verdict: Verdict
    alarms: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()
    dropped_features: dict[str, str] = {}
    proxies: Proxies = Proxies()
