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
    QuestionCode,
    Validation,
)
from pipeline.kernels.spatial_blocks import random_folds
from pipeline.learning.alarms import alarms, figures_of_features, strongest_column
from pipeline.learning.candidates import Task
from pipeline.learning.compare import within_fold_auc
from pipeline.learning.evidence_table import evidence_table
from pipeline.learning.figures import Measured, last, measure
from pipeline.learning.fold_scores import score_folds
from pipeline.learning.folds import Folds, complements
from pipeline.learning.labels import NEGATIVE, UNLABELLED
from pipeline.learning.methods import ONE_COLUMN, fit_of
from pipeline.learning.null_test import place_null, spatial_null
from pipeline.learning.questions import answer, row_results
from pipeline.learning.skill import LEVEL, decide
from pipeline.learning.trials import Trial, basis_of, try_methods
from pipeline.learning.validation import area_under_curve, prediction_rate, reliability

REFERENCE_ROWS = 5_000
"""Rows among whose scores a held-out score is placed; all where there are no more."""


class JudgeParams(Protocol):
    """The settings of training that testing needs."""

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
    main : Trial
        On the question that most sites without an assay ask; its method orders.
    other : str or None
        The method of the other question, where it is another one.
    asked : str
        Code of the main question.
    validation : Validation
        The content of ``validation.json``, but for what only the final fit tells.
    diagnostics : dict
        Curves for the report.
    held_out : DataFrame
        Per row what `row_results` returns of the first question (``fold``, the others with ``held_out_`` before their names) and
        of the second (``near_``), and ``question``: which of the two fits the row's distance to an assay.
    """

    main: Trial
    other: str | None
    asked: QuestionCode
    validation: Validation
    diagnostics: dict[str, Any]
    held_out: pd.DataFrame


def judge_model(
    task: Task, table: pd.DataFrame, region: Region, codes: tuple[str, ...], params: JudgeParams, level: float = LEVEL
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
    level : float
        Share of unrelated labels that may do as well before skill is denied.
    """
    folds, reference = region.folds, _reference(task, params.random_state)
    first = try_methods(task, table, folds, codes, reference)
    inside = within_fold_auc(folds.tests & task.judged, task.positive, first.choice.scores.single)
    spatial = _changed(first.model.figures, auc_within_folds=inside)
    answers = answer(task, table, first, spatial, codes, reference, by=region.by, n_folds=params.n_folds)
    main = answers.trials[answers.main]
    fit = fit_of(task, main.code)
    anyhow = complements(random_folds(len(task.y), params.n_folds, params.random_state))
    by_chance = measure(task, anyhow, score_folds(fit, anyhow, reference, pairs=False), interval=False)
    district, lost = _by_district(task, fit, region.districts, reference)
    rule = ONE_COLUMN.get(main.code)
    fixed = None if rule is None else last(task.features[rule].to_numpy(float))
    judged, tested, division = spatial, first.model, folds
    if task.is_of_place:  # far from all assays it knows nothing, and claims nothing: its test is that of most sites
        judged, tested, division = answers.questions[answers.main].figures, main.model, main.folds
        null, null_values = place_null(task, division, params.n_permutations)
    else:
        null, null_values = spatial_null(task, folds, params.n_permutations, fixed, main.code if rule else "ridge")
    plain = main.code != "grade_field"
    valid = _is_validated(task, tested) and task.positive[lost].sum() <= task.positive.sum() / 2
    aucs = (spatial, by_chance.figures) if plain else figures_of_features(task, folds, anyhow, first.scores)
    untested = (Figures(), Figures())  # what is not published as tested is no ground for an alarm either
    warned = tuple(alarms(task, division, *(aucs if valid else untested), of_columns=not plain))
    status: Literal["validated", "not validated"] = "validated" if valid else "not validated"
    asked = answers.questions[answers.main].code
    validation = Validation(
        target=str(table["target"].iloc[0]),
        kind="supervised" if task.supervised else "pu_bagging",
        status=status,
        n_sites=len(task.y),
        n_positive=int(task.positive.sum()),
        n_negative=int((task.y == NEGATIVE).sum()),
        n_assayed=int(table["measured_ppm"].notna().sum()),
        blocks=len(set(task.blocks)),
        block_km=region.block_km,
        division=Division(
            by=region.by,
            folds=len(folds),
            folds_with_both=folds.both(task.positive, task.judged),
            names=folds.names,
            range_km=region.range_km,
            buffer_km=region.buffer_km,
            buffer_lost=folds.lost,
        ),
        model=main.code,
        methods=main.methods,
        auc_over="measured" if task.supervised else "all",
        spatial=spatial if valid else Figures(),
        random=by_chance.figures,
        district=district,
        questions=answers.questions,
        null=null,
        baselines=main.baselines,
        weights_of_evidence=evidence_table(task),
        verdict=decide(status, judged, null, main.baselines, warned, basis_of(table), asked, level),
        alarms=warned,
        notes=tuple(_notes(task, region, first.single, valid=bool(valid))),
    )
    diagnostics = _diagnostics(task, table, first, by_chance) | {"null_auc": null_values}
    others = [trial.code for trial in answers.trials if trial.code != main.code]
    other = others[0] if others and task.grade is not None else None
    return Judgement(main, other, asked, validation, diagnostics, _held_out(first, answers.near()))


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


def _by_district(
    task: Task, fit: Any, districts: np.ndarray, reference: np.ndarray
) -> tuple[DistrictFigures, np.ndarray]:
    """Return figures with whole districts held out, and the rows of districts that could not be scored.

    A district seldom holds both classes, so its sites are placed among all sites by the model that did not see it, and the
    places are compared.
    """
    _, district = np.unique(districts, return_inverse=True)
    folds = complements(district)
    scores = score_folds(fit, folds, reference, pairs=False)
    untrained = np.flatnonzero(~np.isfinite(scores.single).any(axis=1))
    figures = measure(task, folds, scores, interval=False)
    placed = task.judged & np.isfinite(figures.order)
    auc = area_under_curve(task.positive[placed], figures.order[placed]) if placed.any() else float("nan")
    judged = figures.figures.model_dump() | {"auc": auc, "auc_by": "one_list"}
    return DistrictFigures(**judged, districts=len(folds), untrained=len(untrained)), np.isin(district, untrained)


def _is_validated(task: Task, model: Measured) -> bool:
    """Return whether both classes lie in at least three blocks each and most positives could be scored."""
    positive, judged = task.positive, task.judged
    spread = min(len(set(task.blocks[positive])), len(set(task.blocks[judged & ~positive])))
    scored = np.isfinite(model.order[positive]).mean() if positive.any() else 0.0
    return bool(spread >= 3 and scored >= 2 / 3 and model.figures.auc is not None)


def _notes(task: Task, region: Region, single: np.ndarray, *, valid: bool) -> list[Finding]:
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
        name = folds.names[fold] if folds.names else fold
        if not np.isfinite(single[fold]).any():
            notes.append(Finding(code="fold_untrained", values={"fold": name}))
        elif len(set(task.positive[test & task.judged])) == 1:
            notes.append(Finding(code="fold_of_one_class", values={"fold": name}))
    return notes


def _held_out(first: Trial, near: pd.DataFrame) -> pd.DataFrame:
    rows = row_results(first)
    return near.assign(**{name if name == "fold" else f"held_out_{name}": rows[name] for name in rows})


def _diagnostics(task: Task, table: pd.DataFrame, first: Trial, by_chance: Measured) -> dict[str, Any]:
    """Return the curves behind the report's figures."""
    model, folds = first.model, first.folds
    judged = np.isfinite(model.chance) & task.judged
    return {
        "prediction_rate": {
            "spatial": prediction_rate(task.positive, last(model.order)),
            "random": prediction_rate(task.positive, last(by_chance.order)),
            **first.curves,
        },
        "reliability": reliability(task.positive[judged], model.chance[judged]),
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
