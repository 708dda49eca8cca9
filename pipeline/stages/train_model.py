"""Learn which wastes resemble the known positives, and measure honestly how well."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.schema import Companion, Features, GeoDataFrame, Labels, Sites, SiteTonnage
from layers.validation import Method, Proxies, SurfaceTest, Validation, finite
from pipeline.evidence.proxy_grades import ProxyParams
from pipeline.kernels.spatial_blocks import (
    Variogram,
    camp_districts,
    choose_block_km,
    fit_variogram,
    grid_blocks,
    group_folds,
)
from pipeline.learning.applicability import AssaySpread, fit_grade_line, measure_applicability, weigh_waste
from pipeline.learning.bagging import UNLABELLED
from pipeline.learning.candidates import Task, bagged_fit, choose, fit_pipeline
from pipeline.learning.feature_steps import evidence_group
from pipeline.learning.grade_model import with_grades
from pipeline.learning.judge_model import Judgement, basis_of, judge_model, weight_tornado
from pipeline.learning.skill import nothing_learned
from pipeline.learning.trained_model import PARTS, Applicability, Kind, TrainedModel
from pipeline.learning.validation import as_json, held_out_scores, platt

Candidate = Literal[
    "logistic",
    "logistic_strict",
    "forest",
    "extra_trees",
    "boosting",
    "blend",
    "grade_panel",
    "grade_ridge",
    "grade_ridge_strict",
    "grade_blend",
    "grade_mix",
]


class TrainModelParams(BaseModel):
    """How the ranking is learned and tested."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    candidates: tuple[Candidate, ...] = Field(
        default=("grade_panel", "logistic", "blend"),
        min_length=1,
        description="models tried, the first preferred; the choice falls inside spatial folds; grade_* learn from "
        "measured concentrations and are alone tried where enough were measured",
    )
    min_positives: int = Field(default=8, ge=4, description="positives below which nothing is learned")
    min_negatives: int = Field(
        default=8, ge=4, description="measured negatives from which they replace the unlabelled as the other class"
    )
    n_bags: int = Field(default=150, ge=10, description="bags of the final model")
    n_bags_validation: int = Field(default=30, ge=5, description="bags of every model fitted for testing")
    n_folds: int = Field(default=8, ge=2, description="spatial folds, and random ones beside them")
    inner_folds: int = Field(default=3, ge=2, description="folds inside a fold, for choosing the model")
    n_permutations: int = Field(default=20, ge=0, description="trainings on shuffled labels; 0 leaves the null out")
    block_km: float | None = Field(
        default=None, gt=0, description="edge of a spatial block; null: the correlation length of the labels"
    )
    max_districts: int = Field(default=20, ge=2, description="most districts for leave-one-district-out")
    leave_pair_out_below: int = Field(
        default=30, ge=0, description="positives below which the AUC is by leave-pair-out"
    )
    unequal_coverage: float = Field(
        default=0.4,
        gt=0,
        le=1,
        description="a column is not used where its share of values differs by more than this between the classes, or "
        "between training and all sites: its mere presence would give the label away",
    )
    max_unlabelled: int = Field(
        default=2000,
        ge=100,
        description="unlabelled sites that training looks at, drawn at random; all labelled ones are; bounds the cost",
    )
    min_leaf: int = Field(default=3, ge=1, description="fewest training sites in a leaf of a tree")
    centred_log_ratios: bool = Field(default=False, description="concentrations as centred log-ratios, not logarithms")
    workers: int = Field(default=1, ge=1, description="most threads used at once; the result does not depend on it")
    assay_sd_log10: float = Field(
        default=0.28,
        gt=0,
        description="usual spread of single samples of one waste, log10 of ppm; wastes sampled more than once move it; shrinks "
        "by the root of the number of samples",
    )
    assay_bias_log10: float = Field(
        default=0.1, ge=0, description="what more samples of one waste do not take away, log10 of ppm"
    )
    proxies: ProxyParams = Field(default=ProxyParams(), description="prediction from other elements of the same waste")
    random_state: int = Field(default=7, ge=0, description="seed")


def train_model(
    features: DataFrame[Features],
    labels: DataFrame[Labels],
    companion: DataFrame[Companion],
    site_tonnage: DataFrame[SiteTonnage],
    sites: GeoDataFrame[Sites],
    params: TrainModelParams,
) -> TrainedModel:
    """Fit and test the model; where the labels cannot carry one, say so and rank by the companion score.

    With enough measured negatives the classes are the measured ones; otherwise positives stand against unlabelled
    sites drawn afresh for every bag. Blocks are as wide as the labels correlate. All rows are sorted by ``site_id``
    first, so that the result depends neither on their order nor on the number of threads.

    Parameters
    ----------
    features, labels, companion, site_tonnage
        Layers of one region, one row per site, any row order.
    sites : GeoDataFrame[Sites]
        In the projected working CRS, metres. A column ``district``, where present, names mining districts.
    params : TrainModelParams
        See there.

    Returns
    -------
    TrainedModel
        Of kind ``supervised``, ``pu_bagging`` or ``companion_only``.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    table = _together(features, labels, companion, site_tonnage, sites)
    with threadpool_limits(limits=params.workers):
        model = _train(table, [name for name in features.columns if name != "site_id"], params)
        return with_grades(model, table)


def _together(
    features: pd.DataFrame, labels: pd.DataFrame, companion: pd.DataFrame, tonnage: pd.DataFrame, sites: pd.DataFrame
) -> pd.DataFrame:
    """Join the layers, sorted by ``site_id``, with positions in metres."""
    point = sites.geometry.representative_point()
    place = pd.DataFrame(
        {
            "site_id": sites["site_id"].to_numpy(),
            "x_m": point.x.to_numpy(),
            "y_m": point.y.to_numpy(),
            "longitude": sites["longitude"].to_numpy(float),
            "latitude": sites["latitude"].to_numpy(float),
            "district": sites["district"].to_numpy() if "district" in sites else pd.NA,
        }
    )
    kept: dict[str, Any] = {"target": "REE", "threshold_ppm": 500.0, "measured_n": 1}
    kept |= dict.fromkeys(
        ("measured_ppm", "measured_low_ppm", "measured_high_ppm", "measured_squares", "measured_open_dex"), np.nan
    )
    label = pd.DataFrame(labels)
    label = label.assign(**{name: value for name, value in kept.items() if name not in label})
    parts = [
        label[["site_id", "label", "label_rule", *kept]],
        pd.DataFrame(tonnage)[["site_id", "tonnage_t"]],
        pd.DataFrame(companion),
        pd.DataFrame(features),
    ]
    for part in parts:
        place = place.merge(part, on="site_id", how="left", validate="one_to_one", suffixes=("", "_again"))
    return place.sort_values("site_id", kind="stable").reset_index(drop=True)


def _train(table: pd.DataFrame, names: list[str], params: TrainModelParams) -> TrainedModel:
    y = table["label"].fillna(UNLABELLED).to_numpy(int)
    supervised = int((y == 0).sum()) >= params.min_negatives
    judged = y >= 0 if supervised else np.ones(len(y), dtype=bool)
    used, dropped = _usable(table[names], y, judged, params)
    variogram, block_km, blocks, districts = _divide(table, y, judged, params)
    spread = AssaySpread(params.assay_sd_log10, params.assay_bias_log10)
    waste, proxy_facts = weigh_waste(table, names, blocks, spread, params.proxies)
    table = pd.concat([table, waste], axis=1)
    few = int((y == 1).sum()) < params.min_positives
    told = any(evidence_group(name) != "form" for name in used)
    if few or not told or len(table) - int((y == 1).sum()) < params.min_positives:
        return _companion_only(table, blocks, block_km, dropped, proxy_facts, told, params)
    task = Task(
        features=table[used].astype(float),
        y=y,
        supervised=supervised,
        blocks=blocks,
        min_leaf=params.min_leaf,
        centred=params.centred_log_ratios,
        random_state=params.random_state,
        grade=_grade(table, supervised),
        learned=_learned(y, params.max_unlabelled, params.random_state),
        x_km=table["x_m"].to_numpy() / 1000.0,
        y_km=table["y_m"].to_numpy() / 1000.0,
        grade_variance=table["waste_sd_log10"].to_numpy(float) ** 2,
    )
    params = params.model_copy(update={"candidates": _fitting_candidates(params.candidates, task.grade is not None)})
    judgement = judge_model(task, table, districts, block_km, params)
    choice = choose(task, params.candidates, params.n_bags_validation, params.n_folds)
    return _finish(task, table, judgement, choice.name, choice.auc, variogram, dropped, proxy_facts, params)


def _fitting_candidates(candidates: tuple[Candidate, ...], measured: bool) -> tuple[Candidate, ...]:
    """Return the candidates that learn from concentrations where enough were measured, else the others."""
    by_grade = tuple(one for one in candidates if one.startswith("grade"))
    others = tuple(one for one in candidates if not one.startswith("grade"))
    return (by_grade if measured and by_grade else others) or ("logistic_strict",)


def _learned(y: np.ndarray, most: int, seed: int) -> np.ndarray | None:
    """Return the rows training looks at: the labelled ones and at most so many others; None for all."""
    others = np.flatnonzero(y == UNLABELLED)
    if len(others) <= most:
        return None
    rows = y != UNLABELLED
    rows[np.random.default_rng([seed, 41]).choice(others, size=most, replace=False)] = True
    return rows


def _grade(table: pd.DataFrame, supervised: bool) -> np.ndarray | None:
    """Return log10 of measured over threshold, where measured classes are learned."""
    value = table["measured_ppm"].to_numpy(float)
    known = np.isfinite(value) & (value > 0)
    if not supervised or known.sum() < 20:
        return None
    return np.log10(np.where(known, value, np.nan) / table["threshold_ppm"].to_numpy(float))


def _usable(
    features: pd.DataFrame, y: np.ndarray, judged: np.ndarray, params: TrainModelParams
) -> tuple[list[str], dict[str, str]]:
    """Return the columns to learn from, and for the others why not."""
    used, dropped = [], {}
    positive = y == 1
    for name in features.columns:
        known = features[name].notna().to_numpy()
        if not known[judged].any():
            dropped[name] = "empty"
            continue
        within = abs(known[positive].mean() - known[judged & ~positive].mean()) if positive.any() else 0.0
        beyond = abs(known[judged].mean() - known[~judged].mean()) if (~judged).any() else 0.0
        if max(within, beyond) > params.unequal_coverage:
            dropped[name] = "tells"
        else:
            used.append(name)
    return used, dropped


def _divide(
    table: pd.DataFrame, y: np.ndarray, judged: np.ndarray, params: TrainModelParams
) -> tuple[Variogram, float, np.ndarray, np.ndarray]:
    """Return the variogram of the labels, the block edge (km), and block and district of every site."""
    x_m, y_m = table["x_m"].to_numpy(), table["y_m"].to_numpy()
    variogram = fit_variogram(x_m, y_m, np.where(judged, (y == 1).astype(float), np.nan))
    block_km = params.block_km or choose_block_km(x_m, y_m, variogram.range_km, params.n_folds)
    blocks = grid_blocks(x_m, y_m, block_km)
    if table["district"].notna().any():
        districts = table["district"].astype("string").fillna("unknown").to_numpy(str)
    else:
        districts = camp_districts(x_m, y_m, 1.5 * block_km, params.max_districts).astype(str)
    return variogram, block_km, blocks, districts


def _companion_only(
    table: pd.DataFrame,
    blocks: np.ndarray,
    block_km: float,
    dropped: dict[str, str],
    proxy_facts: dict[str, Any],
    has_features: bool,
    params: TrainModelParams,
) -> TrainedModel:
    """Return the honest answer where nothing can be learned."""
    n_positive = int((table["label"] == 1).sum())
    validation = Validation(
        target=str(table["target"].iloc[0]) if len(table) else "REE",
        kind="companion_only",
        status="not validated",
        n_sites=len(table),
        n_positive=n_positive,
        n_negative=int((table["label"] == 0).sum()),
        blocks=len(set(blocks)),
        block_km=block_km,
        verdict=nothing_learned(n_positive, params.min_positives, basis_of(table), has_features=has_features),
        dropped_features=dropped,
        proxies=Proxies.model_validate(proxy_facts),
    )
    return TrainedModel(
        kind="companion_only",
        target=validation.target,
        threshold_ppm=float(table["threshold_ppm"].iloc[0]) if len(table) else float("nan"),
        feature_names=(),
        dropped_features=dropped,
        pipeline=None,
        site_blocks=dict(zip(table["site_id"], blocks, strict=True)),
        slope=1.0,
        intercept=0.0,
        validation=validation,
        diagnostics=as_json({"tornado": weight_tornado(table)}),
        sites=_kept_columns(table).assign(block=blocks, district="", fold=-1, held_out_log_odds=np.nan),
    )


def _kept_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Return what ranking and explaining need of the sites."""
    waste = ["waste_log10", "waste_sd_log10", "waste_rule"]
    companion = ["companion_score", "companion_low", "companion_high"]
    parts = [f"{kind}_{one}" for kind in ("part", "weight") for one in PARTS]
    return table.reindex(columns=["site_id", "label", *waste, *companion, *parts])


def _finish(
    task: Task,
    table: pd.DataFrame,
    judgement: Judgement,
    best: str,
    trials: dict[str, float],
    variogram: Variogram,
    dropped: dict[str, str],
    proxy_facts: dict[str, Any],
    params: TrainModelParams,
) -> TrainedModel:
    """Fit the chosen model on everything, calibrate it on held-out scores, and gather what the report shows."""
    pipeline = fit_pipeline(task, best, params.n_bags)
    bags = pipeline[-1]
    prepared = pipeline[:-1].transform(task.features)
    outside = bags.unseen(task.blocks)
    raw = (bags.bag_scores(prepared) * outside).sum(axis=1) / outside.sum(axis=1)
    slope, intercept = platt(raw[task.judged], task.positive[task.judged])
    _, parts = bags.contributions(prepared, outside)
    kept = pipeline[0].kept_
    importance = dict(zip(kept, slope * np.abs(parts).mean(axis=0), strict=True))
    applicability = measure_applicability(prepared, parts, task)
    sites = _kept_columns(table).assign(
        block=task.blocks, district=judgement.districts, fold=judgement.folds, held_out_log_odds=judgement.held_out
    )
    kind: Kind = "supervised" if task.supervised else "pu_bagging"
    dropped = dropped | dict.fromkeys(pipeline[0].dropped_, "constant")
    diagnostics = judgement.diagnostics | {
        "variogram": {"lag_km": variogram.lag_km, "semivariance": variogram.semivariance, "pairs": variogram.pairs,
                      "range_km": variogram.range_km, "nugget": variogram.nugget, "sill": variogram.sill},
        "importance": dict(sorted(importance.items(), key=lambda one: -one[1])),
        "tornado": weight_tornado(table),
    }  # fmt: skip
    surface, surface_area, surface_calibration, surface_auc = _surface_model(task, best, params)
    before = judgement.validation
    validation = before.model_copy(
        update={
            "model": best,
            "methods": tuple(Method(code=name, auc=auc, chosen=name == best) for name, auc in trials.items()),
            "division": before.division.model_copy(update={"range_km": finite(variogram.range_km)}),
            "dropped_features": dropped,
            "proxies": Proxies.model_validate(proxy_facts),
            "surface": SurfaceTest(auc=surface_auc, features=surface[1], published=True) if surface else None,
        }
    )
    return TrainedModel(
        kind=kind,
        target=str(table["target"].iloc[0]),
        threshold_ppm=float(table["threshold_ppm"].iloc[0]),
        feature_names=tuple(task.features.columns),
        dropped_features=dropped,
        pipeline=pipeline,
        site_blocks=dict(zip(table["site_id"], task.blocks, strict=True)),
        slope=slope,
        intercept=intercept,
        validation=validation,
        diagnostics=as_json(diagnostics),
        sites=sites,
        applicability=applicability,
        grade_line=fit_grade_line(table["measured_ppm"].to_numpy(float), intercept + slope * raw),
        surface=surface,
        surface_applicability=surface_area,
        surface_calibration=surface_calibration,
    )


def _surface_model(
    task: Task, best: str, params: TrainModelParams
) -> tuple[tuple[Any, tuple[str, ...]] | None, Applicability | None, tuple[float, float], float]:
    """Fit the model of the rasters alone, which can be drawn where there is no site; None without rasters."""
    from dataclasses import replace

    from pipeline.learning.validation import area_under_curve

    names = [name for name in task.features.columns if name.startswith("raster_") and not name.endswith("_sd")]
    if not names:
        return None, None, (1.0, 0.0), float("nan")
    part = replace(task, features=task.features[names])
    pipeline = fit_pipeline(part, best, max(30, params.n_bags // 3))
    folds = group_folds(task.blocks, task.positive, params.n_folds)
    scores, _ = held_out_scores(bagged_fit(part, best, params.n_bags_validation), folds)
    usable = np.isfinite(scores) & task.judged
    calibration = platt(scores[usable], task.positive[usable]) if task.positive[usable].any() else (0.05, 0.0)
    prepared = pipeline[:-1].transform(part.features)
    _, parts = pipeline[-1].contributions(prepared)
    auc = area_under_curve(task.positive[usable], scores[usable])
    return (pipeline, tuple(names)), measure_applicability(prepared, parts, part), calibration, auc
