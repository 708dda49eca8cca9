"""``python -m tests.benchmarks.skill``: how often skill is claimed where there is none, and what the choice among methods costs.

Four questions, each with a planted answer:

* ``fields``: smooth label fields that have nothing to do with smooth features. Share called skill; a test at 5 % gives at most 9
  of a hundred but for bad luck (2.8 %). The fields have other covariances than the one that the null fits.
* ``power``: the same with a feature that makes half of what is smooth in the grade: how often skill is seen.
* ``noise``: labels of the invented region against thirty columns of noise.
* ``camps``: 3,570 cells, 70 positives in three camps, blocks of 250 km. AUC within folds of every fixed method, of the choice and
  of the former way, which chose inside three folds and pooled scores of different models.
"""

from __future__ import annotations

import argparse
from collections import Counter

import numpy as np
import pandas as pd

from pipeline.kernels.spatial_blocks import grid_blocks, group_folds
from pipeline.kernels.spatial_nulls import best_share
from pipeline.learning.candidates import Task
from pipeline.learning.compare import within_fold_auc
from pipeline.learning.figures import measure
from pipeline.learning.fold_scores import FoldScores, choose_method, score_folds
from pipeline.learning.folds import Folds, complements
from pipeline.learning.methods import applicable, fit_of
from pipeline.learning.null_test import spatial_null
from pipeline.learning.skill import LEVEL, skill_missing
from pipeline.learning.validation import area_under_curve
from pipeline.stages.train_model import TrainModelParams

LADDER = TrainModelParams().candidates


def smooth_field(points: np.ndarray, scale_km: float, rng: np.random.Generator, kind: str = "gaussian") -> np.ndarray:
    """Return a random field of a Gaussian, exponential or periodic covariance."""
    waves = rng.standard_normal((2, 300)) / scale_km
    if kind == "exponential":
        waves /= np.abs(rng.standard_normal(300))
    if kind == "periodic":
        angle = rng.uniform(0, 2 * np.pi, 300)
        waves = np.vstack([np.cos(angle), np.sin(angle)]) * 2.0 / scale_km
    return np.cos(points @ waves + rng.uniform(0, 2 * np.pi, 300)).sum(axis=1) / np.sqrt(150.0)


def clustered_places(n: int, extent_km: float, rng: np.random.Generator) -> np.ndarray:
    """Return sites in camps, as mines lie."""
    centres = rng.uniform(0, extent_km, (n // 8, 2))
    points = centres[rng.integers(0, len(centres), n)] + rng.normal(0, extent_km / 40.0, (n, 2))
    return np.clip(points, 0, extent_km)


def task_of(
    features: np.ndarray,
    positive: np.ndarray,
    points: np.ndarray,
    block_km: float,
    seed: int,
    grade: np.ndarray | None = None,
) -> Task:
    """Return a problem with plain columns and measured classes, or concentrations of which the classes are the best."""
    if grade is not None:
        grade = grade - (grade[positive].min() + grade[~positive].max()) / 2.0
    blocks = grid_blocks(points[:, 0] * 1000.0, points[:, 1] * 1000.0, block_km)
    table = pd.DataFrame(features, columns=[f"near_{at}_z" for at in range(features.shape[1])])
    return Task(
        features=table,
        y=positive.astype(int),
        supervised=True,
        blocks=blocks,
        random_state=seed,
        grade=grade,
        x_km=points[:, 0],
        y_km=points[:, 1],
    )


def folds_of(task: Task) -> Folds:
    """Return eight folds of whole blocks."""
    return complements(group_folds(task.blocks, task.positive, 8))


def claims_skill(task: Task, draws: int) -> tuple[bool, float]:
    """Return whether the product would claim skill, as `judge_model` decides it, and the p-value.

    Where unrelated labels do as well nothing else can give skill, so the methods are not even fitted.
    """
    folds = folds_of(task)
    null, _ = spatial_null(task, folds, draws)
    p = null.p_value or 1.0
    if p > LEVEL:
        return False, p
    every = np.ones(len(task.y), dtype=bool)
    scores = {code: score_folds(fit_of(task, code), folds, every) for code in applicable(task, LADDER)}
    choice = choose_method(scores, folds.tests, task.positive)
    return not skill_missing(measure(task, folds, choice.scores).figures, null), p


def called_fields(count: int, draws: int, kind: str, scale_km: float, *, share: float = 0.0, measured: bool) -> str:
    """Return how many of ``count`` label fields are called skill: unrelated ones, or with some of a feature in them.

    ``share`` is the weight of a feature beside a field of the same variance: at 1 the feature makes half of what is smooth.
    """
    claimed, small = 0, 0
    for seed in range(count):
        rng = np.random.default_rng([seed, 5])
        points = clustered_places(300, 200.0, rng)
        features = np.column_stack([smooth_field(points, scale_km, rng) for _ in range(5)])
        grade = smooth_field(points, scale_km, rng, kind) + share * features[:, 0] + rng.normal(0, 0.3, len(points))
        label = best_share(grade[:, None], 75)[:, 0]
        skill, p = claims_skill(task_of(features, label, points, 40.0, seed, grade if measured else None), draws)
        claimed, small = claimed + skill, small + (p <= 0.05)
    what = f"fields, {kind}, {scale_km:.0f} km, {'grades' if measured else 'classes'}, weight of a feature {share:g}"
    return f"{what}: called skill {claimed}, p <= 0.05 in {small}, of {count}"


def false_noise(count: int, draws: int, *, measured: bool) -> str:
    """Return how many of ``count`` draws of thirty columns of noise are called skill on clustered labels."""
    claimed, small = 0, 0
    for seed in range(count):
        rng = np.random.default_rng([seed, 6])
        points = clustered_places(300, 200.0, rng)
        grade = smooth_field(points, 30.0, rng, "exponential")
        label = best_share(grade[:, None], 40)[:, 0]
        noise = rng.normal(size=(300, 30))
        skill, p = claims_skill(task_of(noise, label, points, 40.0, seed, grade if measured else None), draws)
        claimed, small = claimed + skill, small + (p <= 0.05)
    what = f"noise, thirty columns, {'grades' if measured else 'classes'}"
    return f"{what}: called skill {claimed}, p <= 0.05 in {small}, of {count}"


SCALES_KM = (60, 80, 100, 120, 150, 200, 250, 300, 40, 400)


def camps_region(seed: int, cells: tuple[int, int] = (70, 51)) -> Task:
    """Return cells on 1,500 x 1,200 km with 70 positives in three camps, ten smooth columns."""
    rng = np.random.default_rng([seed, 8])
    east, north = np.meshgrid(np.linspace(0, 1500, cells[0]), np.linspace(0, 1200, cells[1]))
    points = np.column_stack([east.ravel(), north.ravel()])
    features = np.column_stack([smooth_field(points, float(scale), rng) for scale in SCALES_KM])
    affinity = 0.9 * features[:, 0] + 0.7 * features[:, 2] - 0.6 * features[:, 5]
    weight = np.exp(affinity)
    centres: list[np.ndarray] = []
    while len(centres) < 3:
        drawn = points[rng.choice(len(points), p=weight / weight.sum())]
        if all(np.hypot(*(drawn - other)) > 450 for other in centres):
            centres.append(drawn)
    near = sum(np.exp(-0.5 * ((points - centre) ** 2).sum(axis=1) / 75.0**2) for centre in centres)
    chance = np.exp(0.9 * affinity) * near
    label = np.zeros(len(points), dtype=bool)
    label[rng.choice(len(points), 70, replace=False, p=chance / chance.sum())] = True
    return task_of(features, label, points, 250.0, seed)


def camps_aucs(seed: int, cells: tuple[int, int] = (70, 51), chosen: Counter[str] | None = None) -> dict[str, float]:
    """Return the AUC within folds of every fixed method and of the choice in one region, and count what folds chose."""
    task = camps_region(seed, cells)
    folds, positive = folds_of(task), task.positive
    every = np.ones(len(task.y), dtype=bool)
    scores = {code: score_folds(fit_of(task, code), folds, every) for code in applicable(task, LADDER)}
    choice = choose_method(scores, folds.tests, positive)
    if chosen is not None:
        chosen.update(choice.by_fold)
    aucs = {f"fixed {code}": within_fold_auc(folds.tests, positive, found.single) for code, found in scores.items()}
    aucs["chosen, nested"] = within_fold_auc(folds.tests, positive, choice.scores.single)
    aucs["chosen, nested, all pairs"] = float(measure(task, folds, choice.scores).pairs.auc)
    return aucs


def camps(count: int) -> str:
    """Return the AUC of fixed methods, of the choice, and of the former way, mean over regions."""
    chosen: Counter[str] = Counter()
    regions = []
    for seed in range(count):
        aucs = camps_aucs(seed, chosen=chosen)
        task = camps_region(seed)
        folds = folds_of(task)
        former = former_way(task, folds)
        aucs["former way, within folds"] = within_fold_auc(folds.tests, task.positive, former.single)
        pooled = np.where(folds.tests, former.single, 0.0).sum(axis=0)
        aucs["former way, pooled"] = float(area_under_curve(task.positive, pooled))
        regions.append(aucs)
    table = pd.DataFrame(regions)
    lines = [f"camps, {count} regions, mean AUC (its standard error):"]
    lines += [f"  {name:28s} {mean:.3f} ({table[name].sem():.3f})" for name, mean in table.mean().items()]
    fixed = table.filter(like="fixed").mean()
    lost = table[fixed.idxmax()] - table["chosen, nested"]
    lines.append(f"  lost by choosing: {lost.mean():+.3f} ({lost.sem():.3f}); chosen for folds: {dict(chosen)}")
    return "\n".join(lines)


def former_way(task: Task, folds: Folds) -> FoldScores:
    """Return scores where each fold's method was chosen by the pooled AUC of three inner folds."""
    every = np.ones(len(task.y), dtype=bool)
    single = np.full(folds.tests.shape, np.nan)
    for fold, train in enumerate(folds.trains):
        inner_of = np.full(len(train), -1)
        inner_of[train] = group_folds(task.blocks[train], task.positive[train], 3)
        inner, pooled = complements(inner_of), {}
        for code in applicable(task, LADDER):
            found = score_folds(fit_of(task, code), inner, every & False, pairs=False).single
            score = np.where(inner.tests, found, 0.0).sum(axis=0)[train]
            pooled[code] = float(np.nan_to_num(area_under_curve(task.positive[train], score)))
        scorer = fit_of(task, max(pooled, key=lambda code: pooled[code]))(train)
        if scorer is not None:
            rows = np.flatnonzero(folds.tests[fold])
            single[fold, rows] = scorer(rows)
    return FoldScores(single, {})


def main() -> None:
    """Run the parts asked for and print what they give."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", default="fields,power,noise,camps")
    parser.add_argument("--count", type=int, default=100, help="draws of fields and noise")
    parser.add_argument("--regions", type=int, default=10, help="regions of the case of three camps")
    parser.add_argument("--draws", type=int, default=99, help="fields of each null")
    options = parser.parse_args()
    parts = options.parts.split(",")
    if "camps" in parts:
        print(camps(options.regions), flush=True)
    for measured in (True, False):
        if "noise" in parts:
            print(false_noise(options.count, options.draws, measured=measured), flush=True)
        if "power" in parts:
            print(
                called_fields(options.count, options.draws, "gaussian", 30.0, share=1.0, measured=measured), flush=True
            )
        if "fields" in parts:
            for kind, scale_km in (("gaussian", 30.0), ("exponential", 30.0), ("periodic", 30.0), ("gaussian", 60.0)):
                print(called_fields(options.count, options.draws, kind, scale_km, measured=measured), flush=True)


if __name__ == "__main__":
    main()
