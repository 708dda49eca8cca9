"""Test a ranking against space, chance and simpler rankings."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from layers.validation import DistrictFigures, Division, Figures, LabelBasis, Notice, Null, RuleFigures, Validation
from pipeline.kernels.spatial_blocks import group_folds, random_folds
from pipeline.learning.bagging import NEGATIVE, UNLABELLED
from pipeline.learning.candidates import Task, bagged_fit, chosen_fit, plain_logistic_fit
from pipeline.learning.skill import decide
from pipeline.learning.validation import (
    Fit,
    area_under_curve,
    block_bootstrap,
    captures,
    cross_calibrated,
    held_out_scores,
    leave_pair_out,
    prediction_rate,
    reliability,
)

LEAKAGE_GAP = 0.15
"""AUC by which random folds may exceed spatial ones before the alarm; pure block noise gives 0.4 and more."""

SEPARATES_ALONE = 0.99
"""AUC of a single column from which it is suspected of stating the label."""


class JudgeParams(Protocol):
    """The settings of training that testing needs."""

    @property
    def candidates(self) -> Any: ...  # noqa: D102
    @property
    def n_bags_validation(self) -> int: ...  # noqa: D102
    @property
    def n_folds(self) -> int: ...  # noqa: D102
    @property
    def inner_folds(self) -> int: ...  # noqa: D102
    @property
    def n_permutations(self) -> int: ...  # noqa: D102
    @property
    def leave_pair_out_below(self) -> int: ...  # noqa: D102
    @property
    def workers(self) -> int: ...  # noqa: D102
    @property
    def random_state(self) -> int: ...  # noqa: D102


@dataclass(frozen=True)
class Judgement:
    """What testing found.

    Parameters
    ----------
    validation : Validation
        The content of ``validation.json``, but for what only the final fit tells.
    diagnostics : dict
        Curves for the report.
    folds, held_out, districts : ndarray, shape (n,)
        Spatial fold, held-out log-odds and district per row.
    """

    validation: Validation
    diagnostics: dict[str, Any]
    folds: np.ndarray
    held_out: np.ndarray
    districts: np.ndarray


def judge_model(
    task: Task, table: pd.DataFrame, districts: np.ndarray, block_km: float, params: JudgeParams
) -> Judgement:
    """Measure a ranking procedure in spatial blocks, districts, random folds and under shuffled labels.

    The choice between candidates is part of the procedure: it is made again inside the training part of every fold.
    AUC and Brier score are taken over the judged rows (measured sites, or all when the unlabelled stand for
    negatives, which is conservative); capture over the list of all sites, as a reader of the ranking would find them.

    Parameters
    ----------
    task : Task
        Rows by ``site_id``.
    table : DataFrame
        The same rows with ``tonnage_t``, ``companion_blind_score``, ``part_metal``, ``label_rule``, ``target``,
        place.
    districts : ndarray of str, shape (n,)
        District per row.
    block_km : float
        Edge of a block.
    params : JudgeParams
        Sizes and seed.

    Returns
    -------
    Judgement
    """
    fit = chosen_fit(task, params.candidates, params.n_bags_validation, params.inner_folds)
    simple = bagged_fit(task, params.candidates[0], max(10, params.n_bags_validation // 2))
    folds = group_folds(task.blocks, task.positive, params.n_folds)
    spatial, scores, notes = _figures(task, fit, folds, params)
    by_chance_folds = random_folds(len(folds), params.n_folds, params.random_state)
    random, random_scores, _ = _figures(task, fit, by_chance_folds, params, pairs=False)
    _, district = np.unique(districts, return_inverse=True)
    by_camp = bagged_fit(task, params.candidates[0], params.n_bags_validation)
    district_scores, untrained = held_out_scores(by_camp, district)
    by_district = _measure(task, district_scores, district)
    null, null_values = _null(task, folds, spatial.auc, params)
    baselines, curves = _baselines(task, table, folds, scores, params.random_state)
    alarms = _alarms(task, spatial.auc, random.auc)
    lost = np.isin(district, untrained)
    valid = _is_validated(task, scores, spatial.auc) and task.positive[lost].sum() <= task.positive.sum() / 2
    if not valid:
        notes.append(Notice(code="too_few_parts"))
    label_basis = basis_of(table)
    validation = Validation(
        target=str(table["target"].iloc[0]),
        kind="supervised" if task.supervised else "pu_bagging",
        status="validated" if valid else "not validated",
        n_sites=len(task.y),
        n_positive=int(task.positive.sum()),
        n_negative=int((task.y == NEGATIVE).sum()),
        blocks=len(set(task.blocks)),
        block_km=block_km,
        division=Division(folds=int(folds.max()) + 1, folds_with_both=_folds_with_both(task, folds)),
        auc_over="measured" if task.supervised else "all",
        spatial=spatial if valid else Figures(),
        random=random,
        district=DistrictFigures(
            **by_district.model_dump(), districts=int(district.max()) + 1, untrained=len(untrained)
        ),
        null=null,
        baselines=baselines,
        verdict=decide("validated" if valid else "not validated", spatial, null, baselines, alarms, label_basis),
        alarms=tuple(alarms),
        notes=tuple(notes),
    )
    diagnostics = {
        "prediction_rate": {
            "spatial": _curve(task, scores),
            "random": _curve(task, random_scores),
            **curves,
        },
        "reliability": _reliability(task, scores, folds),
        "null_auc": null_values,
        "blocks": {
            "site_id": table["site_id"].tolist(),
            "longitude": table["longitude"].tolist(),
            "latitude": table["latitude"].tolist(),
            "block": task.blocks.tolist(),
            "fold": folds.tolist(),
            "label": [None if one == UNLABELLED else int(one) for one in task.y],
        },
        "top_ten_stability": _stability(task, simple, scores),
    }
    return Judgement(validation, diagnostics, folds, scores, districts)


def _figures(
    task: Task, fit: Fit, folds: np.ndarray, params: JudgeParams, *, pairs: bool = True
) -> tuple[Figures, np.ndarray, list[Notice]]:
    """Return AUC with interval, Brier score and captures of held-out scores, the scores, and what was not judged."""
    scores, untrained = held_out_scores(fit, folds)
    figures = _measure(task, scores, folds)
    usable = np.isfinite(scores) & task.judged
    low, high = block_bootstrap(task.positive[usable], scores[usable], task.blocks[usable], params.random_state)
    changes: dict[str, Any] = {"auc_low": low, "auc_high": high}
    if pairs and 0 < task.positive.sum() < params.leave_pair_out_below:
        where = np.flatnonzero(task.judged)
        trial = bagged_fit(task, params.candidates[0], params.n_bags_validation)

        def on_judged(mask: np.ndarray) -> Any:
            return trial(np.isin(folds, np.unique(folds[where][mask])))

        pooled, _ = held_out_scores(trial, folds, task.judged)
        inner = {one: spot for spot, one in enumerate(where)}
        changes["auc_leave_pair_out"] = leave_pair_out(
            lambda mask: _renumbered(on_judged(mask), where), folds[where], task.positive[where], pooled[list(inner)]
        )
    notes = [Notice(code="fold_untrained", values={"fold": fold}) for fold in untrained]
    for fold in np.unique(folds):
        held = (folds == fold) & task.judged
        if len(np.unique(task.positive[held])) == 1:
            notes.append(Notice(code="fold_of_one_class", values={"fold": int(fold)}))
    return Figures(**(figures.model_dump() | changes)), scores, notes


def _renumbered(scorer: Any, where: np.ndarray) -> Any:
    """Return a scorer that takes places among the judged rows."""
    return None if scorer is None else (lambda rows: scorer(where[rows]))


def _folds_with_both(task: Task, folds: np.ndarray) -> int:
    """Return how many folds hold judged rows of both classes."""
    return sum(len(set(task.positive[(folds == fold) & task.judged])) == 2 for fold in np.unique(folds))


def basis_of(table: pd.DataFrame) -> LabelBasis:
    """Return what makes the positives positive: analyses of the waste, words of an inventory, or both."""
    rules = set(table.loc[table["label"] == 1, "label_rule"].astype(str).str.split(":").str[0])
    if "assay" not in rules:
        return "words"
    return "both" if rules & {"commodity", "deposit"} else "assay"


def _measure(task: Task, scores: np.ndarray, folds: np.ndarray) -> Figures:
    usable = np.isfinite(scores) & task.judged
    probability = cross_calibrated(scores[usable], task.positive[usable], folds[usable])
    brier = float(np.mean((probability - task.positive[usable]) ** 2)) if usable.any() else float("nan")
    base = float(task.positive[usable].mean()) if usable.any() else float("nan")
    return Figures(
        auc=area_under_curve(task.positive[usable], scores[usable]),
        auc_by="one_list",
        brier=brier,
        brier_of_base_rate=base * (1 - base),
        **_shares(task.positive, _last(scores)),
    )


def _shares(positive: np.ndarray, score: np.ndarray) -> dict[str, Any]:
    """Return the captures as fields of `Figures`."""
    return dict(captures(positive, score))


def _last(scores: np.ndarray) -> np.ndarray:
    """Return scores with the missing ones behind all others."""
    known = scores[np.isfinite(scores)]
    return np.where(np.isfinite(scores), scores, (known.min() if len(known) else 0.0) - 1.0)


def _curve(task: Task, scores: np.ndarray) -> dict[str, list[float]]:
    return prediction_rate(task.positive, _last(scores))


def _reliability(task: Task, scores: np.ndarray, folds: np.ndarray) -> dict[str, list[float]]:
    usable = np.isfinite(scores) & task.judged
    probability = cross_calibrated(scores[usable], task.positive[usable], folds[usable])
    return reliability(task.positive[usable], probability)


def _null(task: Task, folds: np.ndarray, auc: float | None, params: JudgeParams) -> tuple[Null, list[float]]:
    """Return the AUC of the simplest candidate on shuffled labels: what chance alone gives with these blocks."""
    judged = np.flatnonzero(task.judged)

    def shuffled(draw: int) -> float:
        rng = np.random.default_rng([params.random_state, 31, draw])
        y = task.y.copy()
        mixed = rng.permutation(judged)
        y[judged] = task.y[mixed]
        grade = None
        if task.grade is not None:
            grade = task.grade.copy()
            grade[judged] = task.grade[mixed]
        other = replace(task, y=y, grade=grade)
        scores, _ = held_out_scores(bagged_fit(other, params.candidates[0], 10), folds, other.judged)
        usable = np.isfinite(scores) & other.judged
        return area_under_curve(other.positive[usable], scores[usable])

    with ThreadPoolExecutor(params.workers) as pool:
        values = np.array(list(pool.map(shuffled, range(params.n_permutations))), dtype=float)
    values = values[np.isfinite(values)]
    if len(values) == 0 or auc is None:
        return Null(), []
    low, high = np.quantile(values, [0.025, 0.975])
    null = Null(
        auc=values.mean(),
        auc_low=low,
        auc_high=high,
        p_value=(1 + (values >= auc).sum()) / (1 + len(values)),
        n=len(values),
        statistic=str(params.candidates[0]),
    )
    return null, values.tolist()


def _baselines(
    task: Task, table: pd.DataFrame, folds: np.ndarray, model: np.ndarray, seed: int
) -> tuple[dict[str, RuleFigures | None], dict[str, Any]]:
    """Return the figures of four simpler rankings; None where a baseline reads what defines the labels."""
    by_rule = table["label_rule"].astype(str).str.startswith(("commodity", "deposit")).any()
    logistic, _ = held_out_scores(plain_logistic_fit(task), folds)
    orders: dict[str, np.ndarray | None] = {
        "tonnage": table["tonnage_t"].to_numpy(float),
        "commodity": None if by_rule else _column(table, "companion_commodity"),
        "logistic": logistic,
        "companion": None if by_rule else _column(table, "companion_blind_score"),
    }
    figures: dict[str, RuleFigures | None] = {}
    curves = {}
    for name, order in orders.items():
        if order is None or not np.isfinite(order).any():
            figures[name] = None
            continue
        figures[name] = _beside(task, order, model, seed)
        curves[name] = prediction_rate(task.positive, _last(order))
    return figures, curves


def _beside(task: Task, order: np.ndarray, model: np.ndarray, seed: int) -> RuleFigures:
    """Return AUC and captures of another ranking, and by how much the model leads it, with the interval of that lead."""
    judged, score = task.judged, _last(order)
    auc = area_under_curve(task.positive[judged], score[judged])
    both = judged & np.isfinite(model)
    low, high = block_bootstrap(task.positive[both], model[both], task.blocks[both], seed, score[both])
    lead = area_under_curve(task.positive[both], model[both]) - area_under_curve(task.positive[both], score[both])
    shares = _shares(task.positive, score)
    return RuleFigures(auc=auc, auc_by="one_list", **shares, lead=lead, lead_low=low, lead_high=high)


def _column(table: pd.DataFrame, name: str) -> np.ndarray | None:
    return table[name].to_numpy(float) if name in table else None


def _alarms(task: Task, spatial_auc: float | None, random_auc: float | None) -> list[Notice]:
    """Return what smells of leakage: a flattering random split, or a column that states the label."""
    alarms = []
    if spatial_auc is not None and random_auc is not None and random_auc - spatial_auc > LEAKAGE_GAP:
        alarms.append(Notice(code="random_folds_flatter", values={"random": random_auc, "spatial": spatial_auc}))
    positive = task.positive[task.judged]
    for name in task.features.columns:
        value = task.features[name].to_numpy(float)[task.judged]
        known = np.isfinite(value)
        if known.sum() < 10:
            continue
        auc = area_under_curve(positive[known], value[known])
        if max(auc, 1 - auc) >= SEPARATES_ALONE:
            values: dict[str, float | int | str] = {"feature": str(name), "auc": round(max(auc, 1 - auc), 3)}
            alarms.append(Notice(code="column_tells_label", values=values))
    return alarms


def _is_validated(task: Task, scores: np.ndarray, auc: float | None) -> bool:
    """Return whether both classes lie in at least three blocks each and most positives could be scored."""
    positive, judged = task.positive, task.judged
    spread = min(len(set(task.blocks[positive])), len(set(task.blocks[judged & ~positive])))
    scored = np.isfinite(scores[positive]).mean() if positive.any() else 0.0
    return bool(spread >= 3 and scored >= 2 / 3 and auc is not None)


def _stability(task: Task, simple: Fit, scores: np.ndarray) -> float:
    """Return the overlap (Jaccard) of the top ten held out and the top ten of a model that saw everything."""
    scorer = simple(np.ones(len(task.y), dtype=bool))
    if scorer is None:
        return float("nan")
    again = scorer(np.arange(len(task.y)))
    first = set(np.argsort(-_last(scores), kind="stable")[:10])
    second = set(np.argsort(-again, kind="stable")[:10])
    return len(first & second) / max(1, len(first | second))


def weight_tornado(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Return how many of the companion's top ten change when each weight is halved or raised by half."""
    parts = ["metal", "amount", "access", "liability"]
    if not {f"weight_{one}" for one in parts} <= set(table.columns) or len(table) == 0:
        return {"part": [], "halved": [], "raised": []}
    utility = table[[f"part_{one}" for one in parts]].fillna(0.5).to_numpy(float)
    weights = table[[f"weight_{one}" for one in parts]].iloc[0].to_numpy(float)

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
