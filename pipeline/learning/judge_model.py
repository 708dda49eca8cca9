"""Choose the method that orders the list, and test it against space, chance and simpler lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd

from layers.findings import Finding
from layers.validation import (
    DistrictFigures,
    Division,
    Figures,
    LabelBasis,
    Method,
    Question,
    QuestionCode,
    RuleFigures,
    Validation,
)
from pipeline.kernels.fold_distances import fold_nearest_km, matched_folds, misfit_km, nearest_km
from pipeline.kernels.spatial_blocks import random_folds
from pipeline.learning.alarms import alarms, auc_of_features, strongest_column
from pipeline.learning.bagging import NEGATIVE, UNLABELLED
from pipeline.learning.candidates import Task
from pipeline.learning.compare import within_fold_auc
from pipeline.learning.division import Folds, complements
from pipeline.learning.evidence_table import evidence_table
from pipeline.learning.figures import Measured, last, measure, of_one_list, rule_figures, where_scored
from pipeline.learning.fold_scores import Choice, FoldScores, choose_method, score_folds
from pipeline.learning.methods import ONE_COLUMN, fit_of
from pipeline.learning.null_test import spatial_null
from pipeline.learning.skill import decide, simpler_than
from pipeline.learning.validation import prediction_rate, reliability

REFERENCE_ROWS = 5_000
"""Rows among whose scores a held-out score is placed; all where there are no more."""


class JudgeParams(Protocol):
    """The settings of training that testing needs."""

    @property
    def n_bags_validation(self) -> int: ...  # noqa: D102
    @property
    def n_folds(self) -> int: ...  # noqa: D102
    @property
    def n_permutations(self) -> int: ...  # noqa: D102
    @property
    def random_state(self) -> int: ...  # noqa: D102


@dataclass(frozen=True)
class Region:
    """How the sites were divided for a test.

    Parameters
    ----------
    folds : Folds
        Training and test rows.
    districts : ndarray of str, shape (n,)
        District per row.
    block_km, range_km : float
        Edge of a block, and the distance over which what a simple model leaves is alike.
    by : {"blocks", "given"}
        Whether the folds are blocks or the user's own.
    buffer_km : float or None
        Training rows nearer to a test row were left out.
    unknown : int
        Ids of the user's folds that no site has.
    """

    folds: Folds
    districts: np.ndarray
    block_km: float
    range_km: float
    by: Any = "blocks"
    buffer_km: float | None = None
    unknown: int = 0


@dataclass(frozen=True)
class Judgement:
    """What testing found.

    Parameters
    ----------
    code : str
        The method that orders.
    validation : Validation
        The content of ``validation.json``, but for what only the final fit tells.
    diagnostics : dict
        Curves for the report.
    single : ndarray of float, shape (k, n)
        Scores of the method by each fold's model.
    held_out : DataFrame
        Per row ``fold, held_out_score`` (0 to 1), ``held_out_method``, ``near_fold, near_score`` and ``question``: which of the
        two tests fits the row's distance to an assay.
    """

    code: str
    validation: Validation
    diagnostics: dict[str, Any]
    single: np.ndarray
    held_out: pd.DataFrame


def judge_model(
    task: Task, table: pd.DataFrame, region: Region, codes: tuple[str, ...], params: JudgeParams
) -> Judgement:
    """Choose among methods and measure the choice in spatial folds, districts, random folds and under unrelated labels.

    All methods are fitted on the same folds and pairs of folds. The figures published are those of the procedure: for every fold
    the method chosen without it. AUC and Brier score are taken over the judged rows (measured sites, or all when the unlabelled
    stand for negatives, which is conservative); capture over the list of all sites.

    Parameters
    ----------
    task : Task
        Rows by ``site_id``, with places.
    table : DataFrame
        The same rows with ``tonnage_t``, ``companion_blind_score``, ``label_rule``, ``target``, place.
    region : Region
        Folds and districts.
    codes : tuple of str
        Methods, the simplest first.
    params : JudgeParams
        Sizes and seed.
    """
    folds, reference = region.folds, _reference(task, params.random_state)
    tested = folds.tests & task.judged
    scores = {code: score_folds(fit_of(task, code, params.n_bags_validation), folds, reference) for code in codes}
    choice = choose_method(scores, tested, task.positive)
    model = measure(task, folds, choice.scores)
    inside = within_fold_auc(tested, task.positive, choice.scores.single)
    spatial = _changed(model.figures, auc_within_folds=inside)
    fit = fit_of(task, choice.code, params.n_bags_validation)
    anyhow = complements(random_folds(len(task.y), params.n_folds, params.random_state))
    by_chance = measure(task, anyhow, score_folds(fit, anyhow, reference, pairs=False), interval=False)
    district, lost = _by_district(task, fit, region.districts, reference)
    rule = ONE_COLUMN.get(choice.code)
    fixed = None if rule is None else last(task.features[rule].to_numpy(float))
    null, null_values = spatial_null(task, folds, params.n_permutations, fixed, choice.code if rule else "ridge")
    baselines, curves = _baselines(task, table, folds, scores, choice, model)
    plain = choice.code != "grade_field"
    told = (spatial.auc, by_chance.figures.auc) if plain else auc_of_features(task, folds, anyhow)
    warned = tuple(alarms(task, folds, *told))
    valid = _is_validated(task, model) and task.positive[lost].sum() <= task.positive.sum() / 2
    status: Literal["validated", "not validated"] = "validated" if valid else "not validated"
    questions, near = _questions(task, region, fit, spatial, params)
    validation = Validation(
        target=str(table["target"].iloc[0]),
        kind="supervised" if task.supervised else "pu_bagging",
        status=status,
        n_sites=len(task.y),
        n_positive=int(task.positive.sum()),
        n_negative=int((task.y == NEGATIVE).sum()),
        blocks=len(set(task.blocks)),
        block_km=region.block_km,
        division=Division(
            by=region.by,
            folds=len(folds),
            folds_with_both=folds.both(task.positive, task.judged),
            range_km=region.range_km,
            buffer_km=region.buffer_km,
            buffer_lost=folds.lost,
        ),
        model=choice.code,
        methods=_methods(choice),
        auc_over="measured" if task.supervised else "all",
        spatial=spatial if valid else Figures(),
        random=by_chance.figures,
        district=district,
        questions=questions,
        null=null,
        baselines=baselines,
        weights_of_evidence=evidence_table(task),
        verdict=decide(status, spatial, null, baselines, warned, basis_of(table)),
        alarms=warned,
        notes=tuple(_notes(task, region, scores[choice.code], valid=bool(valid))),
    )
    diagnostics = _diagnostics(task, table, folds, model, by_chance, curves) | {"null_auc": null_values}
    return Judgement(
        choice.code, validation, diagnostics, scores[choice.code].single, _held_out(model, near, choice, folds)
    )


def _reference(task: Task, seed: int) -> np.ndarray:
    """Return the rows that every fold's model scores: all, or the judged few and some thousand others."""
    n = len(task.y)
    if n <= REFERENCE_ROWS:
        return np.ones(n, dtype=bool)
    rows = np.zeros(n, dtype=bool)
    rows[np.random.default_rng([seed, 47]).choice(n, REFERENCE_ROWS, replace=False)] = True
    return rows


def _changed(figures: Figures, **values: Any) -> Figures:
    return Figures(**(figures.model_dump() | values))


def _methods(choice: Choice) -> tuple[Method, ...]:
    best = max(choice.auc.values(), default=float("nan"))
    return tuple(
        Method(
            code=code,
            auc=auc,
            behind=choice.behind[code],
            behind_se=choice.behind_se[code],
            within_one_se=bool(auc == best or choice.behind[code] <= choice.behind_se[code]),
            chosen=code == choice.code,
            chosen_in_folds=choice.by_fold.count(code),
        )
        for code, auc in choice.auc.items()
    )


def _by_district(
    task: Task, fit: Any, districts: np.ndarray, reference: np.ndarray
) -> tuple[DistrictFigures, np.ndarray]:
    """Return figures with whole districts held out, and the rows of districts that could not be scored."""
    _, district = np.unique(districts, return_inverse=True)
    folds = complements(district)
    scores = score_folds(fit, folds, np.zeros_like(reference), pairs=False)
    untrained = np.flatnonzero(~np.isfinite(scores.single).any(axis=1))
    found = measure(task, folds, scores, interval=False).figures
    count = {"districts": len(folds), "untrained": len(untrained)}
    return DistrictFigures(**(found.model_dump() | count)), np.isin(district, untrained)


def _questions(
    task: Task, region: Region, fit: Any, spatial: Figures, params: JudgeParams
) -> tuple[tuple[Question, ...], pd.DataFrame]:
    """Return both questions with their reaches, and fold and chance of every assayed row in the second."""
    n = len(task.y)
    empty = pd.DataFrame({"near_fold": np.full(n, -1), "near_score": np.full(n, np.nan), "question": "new_camp"})
    code: QuestionCode = "given" if region.by == "given" else "new_camp"
    first = Question(code=code, figures=spatial, folds=len(region.folds), sites=n)
    if task.x_km is None or task.y_km is None or not task.supervised or task.judged.all():
        return (first,), empty.assign(question=code)
    use = nearest_km(task.x_km, task.y_km, ~task.judged, task.judged)
    folds = complements(matched_folds(task.x_km, task.y_km, task.judged, task.positive, params.n_folds))
    near = measure(task, folds, score_folds(fit, folds, task.judged))
    reaches = [
        fold_nearest_km(task.x_km, task.y_km, one.trains & task.judged, one.tests & task.judged)
        for one in (region.folds, folds)
    ]
    middles = [max(float(np.nanmedian(reach)), 1e-3) if np.isfinite(reach).any() else np.inf for reach in reaches]
    reach = np.maximum(nearest_km(task.x_km, task.y_km, np.ones(n, dtype=bool), task.judged), 1e-3)
    nearer = np.abs(np.log(reach / middles[1])) <= np.abs(np.log(reach / middles[0]))
    open_sites = ~task.judged
    fields = [misfit_km(reach, use) for reach in reaches]
    questions = (
        replace_question(first, fields[0], int((open_sites & ~nearer).sum())),
        replace_question(
            Question(code="near_assays", figures=near.figures, folds=len(folds)),
            fields[1],
            int((open_sites & nearer).sum()),
        ),
    )
    told = empty.assign(near_fold=folds.fold, near_score=near.chance, question=np.where(nearer, "near_assays", code))
    return questions, told


def replace_question(question: Question, misfit: tuple[float, float], sites: int) -> Question:
    """Return a question with its misfit (km), how much farther it reaches than the use, and the sites it fits."""
    told = {"misfit_km": misfit[0], "farther_km": misfit[1], "sites": sites}
    return Question(**(question.model_dump() | told))


def _baselines(
    task: Task,
    table: pd.DataFrame,
    folds: Folds,
    scores: dict[str, FoldScores],
    choice: Choice,
    model: Measured,
) -> tuple[dict[str, RuleFigures | None], dict[str, Any]]:
    """Return the figures of simpler lists; None where one reads what defines the labels."""
    by_rule = basis_of(table) != "assay"
    tested = np.asarray(folds.tests.any(axis=0))
    lists: dict[str, FoldScores | None] = {
        "tonnage": _one_list(table, "tonnage_t", folds),
        **{code: score_folds(fit_of(task, code, 1), folds, tested) for code in ("near_known", "one_column")},
        "commodity": None if by_rule else _one_list(table, "companion_commodity", folds),
        "companion": None if by_rule else _one_list(table, "companion_blind_score", folds),
    }
    ladder = list(choice.auc)
    simpler = simpler_than(choice.code, tuple(ladder))
    for code in ladder:
        if code != choice.code:
            lists[code] = scores[code]
    figures: dict[str, RuleFigures | None] = {}
    curves = {}
    for name, single in lists.items():
        if single is None or not np.isfinite(single.single).any():
            figures[name] = None
            continue
        rule = measure(task, folds, where_scored(single, choice.scores), interval=False)
        figures[name] = rule_figures(task, rule, model, simpler=name in simpler)
        curves[name] = prediction_rate(task.positive, last(rule.order))
    return figures, curves


def _one_list(table: pd.DataFrame, name: str, folds: Folds) -> FoldScores | None:
    if name not in table or not table[name].notna().any():
        return None
    return of_one_list(folds, table[name].to_numpy(float))


def basis_of(table: pd.DataFrame) -> LabelBasis:
    """Return what makes the positives positive: analyses of the waste, words of an inventory, or both."""
    rules = set(table.loc[table["label"] == 1, "label_rule"].astype(str).str.split(":").str[0])
    if "assay" not in rules:
        return "words"
    return "both" if rules & {"commodity", "deposit"} else "assay"


def _is_validated(task: Task, model: Measured) -> bool:
    """Return whether both classes lie in at least three blocks each and most positives could be scored."""
    positive, judged = task.positive, task.judged
    spread = min(len(set(task.blocks[positive])), len(set(task.blocks[judged & ~positive])))
    scored = np.isfinite(model.order[positive]).mean() if positive.any() else 0.0
    return bool(spread >= 3 and scored >= 2 / 3 and model.figures.auc is not None)


def _notes(task: Task, region: Region, scores: FoldScores, *, valid: bool) -> list[Finding]:
    """Return what a reader should know of the test, the weightiest first."""
    folds = region.folds
    notes = [] if valid else [Finding(code="too_few_parts")]
    if region.by == "blocks" and np.isfinite(region.range_km) and region.block_km < 0.95 * region.range_km:
        ends = {"block": round(region.block_km, 1), "range": round(region.range_km, 1)}
        notes.append(Finding(code="blocks_below_range", values=dict(ends)))
    notes += [notice for notice in [strongest_column(task)] if notice is not None]
    both = folds.both(task.positive, task.judged)
    notes.append(Finding(code="folds_with_both_classes", values={"both": both, "folds": len(folds)}))
    if folds.lost:
        notes.append(Finding(code="buffer_lost", values={"n": folds.lost, "km": region.buffer_km or 0.0}))
    if region.unknown:
        notes.append(Finding(code="splits_unknown", values={"n": region.unknown}))
    for fold, test in enumerate(folds.tests):
        if not np.isfinite(scores.single[fold]).any():
            notes.append(Finding(code="fold_untrained", values={"fold": fold}))
        elif len(set(task.positive[test & task.judged])) == 1:
            notes.append(Finding(code="fold_of_one_class", values={"fold": fold}))
    return notes


def _held_out(model: Measured, near: pd.DataFrame, choice: Choice, folds: Folds) -> pd.DataFrame:
    methods = np.array([*choice.by_fold, ""], dtype=object)
    return near.assign(fold=folds.fold, held_out_score=model.chance, held_out_method=methods[folds.fold])


def _diagnostics(
    task: Task, table: pd.DataFrame, folds: Folds, model: Measured, by_chance: Measured, curves: dict[str, Any]
) -> dict[str, Any]:
    """Return the curves behind the report's figures."""
    told = np.isfinite(model.chance) & task.judged
    return {
        "prediction_rate": {
            "spatial": prediction_rate(task.positive, last(model.order)),
            "random": prediction_rate(task.positive, last(by_chance.order)),
            **curves,
        },
        "reliability": reliability(task.positive[told], model.chance[told]),
        "blocks": {
            "site_id": table["site_id"].tolist(),
            "longitude": table["longitude"].tolist(),
            "latitude": table["latitude"].tolist(),
            "block": task.blocks.tolist(),
            "fold": folds.fold.tolist(),
            "label": [None if label == UNLABELLED else int(label) for label in task.y],
        },
    }


def weight_tornado(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Return how many of the companion's top ten change when each weight is halved or raised by half."""
    parts = ["metal", "amount", "access", "liability"]
    if not {f"weight_{part}" for part in parts} <= set(table.columns) or len(table) == 0:
        return {"part": [], "halved": [], "raised": []}
    utility = table[[f"part_{part}" for part in parts]].fillna(0.5).to_numpy(float)
    weights = table[[f"weight_{part}" for part in parts]].iloc[0].to_numpy(float)

    def top(changed: np.ndarray) -> set[int]:
        return set(np.argsort(-(utility @ changed), kind="stable")[:10].tolist())

    usual = top(weights)
    rows: dict[str, list[Any]] = {"part": parts, "halved": [], "raised": []}
    for index in range(4):
        for key, factor in (("halved", 0.5), ("raised", 1.5)):
            changed = weights.copy()
            changed[index] *= factor
            rows[key].append(len(usual - top(changed)))
    return rows
