"""Learn which wastes resemble the known positives, and measure honestly how well."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.findings import Finding
from layers.schema import Companion, Features, GeoDataFrame, Labels, Sites, SiteTonnage
from layers.validation import Proxies, Validation
from pipeline.evidence.assay_spread import USUAL_ASSAYS, AssaySpread
from pipeline.evidence.late_words import COLUMN
from pipeline.evidence.proxy_grades import ProxyParams
from pipeline.kernels.blas_threads import one_blas_thread
from pipeline.kernels.spatial_blocks import choose_block_km, grid_blocks
from pipeline.learning.applicability import fit_grade_line, means_of_wastes, measure_applicability, weigh_waste
from pipeline.learning.attempts import Attempt, attempt, place_instead
from pipeline.learning.candidates import Task, rows_looked_at, threshold_distance
from pipeline.learning.fold_scores import out_of_fold
from pipeline.learning.grade_model import with_grades
from pipeline.learning.judge_model import Judgement, weight_tornado
from pipeline.learning.labels import UNLABELLED, evidence_group
from pipeline.learning.methods import final_model
from pipeline.learning.skill import nothing_learned, place_tried
from pipeline.learning.surface_model import SurfaceModel, surface_model
from pipeline.learning.trained_model import PARTS, Kind, TrainedModel
from pipeline.learning.trials import basis_of
from pipeline.learning.usable_columns import SILENT, WORDS, usable_columns
from pipeline.learning.validation import as_json, platt

Candidate = Literal["grade_field", "pathfinder", "affinity", "logistic", "weights_of_evidence"]


class TrainModelParams(BaseModel):
    """How the ranking is learned and tested."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    candidates: tuple[Candidate, ...] = Field(
        default=("grade_field", "pathfinder", "affinity", "logistic", "weights_of_evidence"),
        min_length=1,
        description="methods tried, in this order: of those within one standard error of the best in held-out folds the first "
        "orders the list; grade_field, one regression of the measured grade with a map of what it leaves, where enough was "
        "measured",
    )
    min_positives: int = Field(default=8, ge=4, description="positives below which nothing is learned")
    min_negatives: int = Field(
        default=8, ge=4, description="measured negatives from which they replace the unlabelled as the other class"
    )
    n_bags: int = Field(default=150, ge=10, description="bags of the surface, a third of them")
    n_bags_validation: int = Field(default=30, ge=5, description="bags of every model fitted to test the surface")
    n_folds: int = Field(default=8, ge=2, description="spatial folds, and random ones beside them")
    n_permutations: int = Field(
        default=199,
        ge=0,
        description="label fields of each null (moved over the map; random with the labels' variogram); at least 99 are always "
        "drawn, for without them no skill can be claimed",
    )
    block_km: float | None = Field(
        default=None,
        gt=0,
        description="edge of a spatial block; null: the correlation length of what a simple model leaves, at least twice "
        "feature_radius_km, smaller where too few folds would hold both classes",
    )
    feature_radius_km: float | None = Field(
        default=None, gt=0, description="within which samples speak for a site; null: assign_samples.radius_km"
    )
    splits: Path | None = Field(
        default=None, description="CSV with your own folds: site_id, fold, optional role (test, train, omit)"
    )
    learned: Path | None = Field(
        default=None,
        description="model file of `minewaste learn`, made of runs of other regions: where no model orders the list, its laws "
        "take the place of the host tables if they showed skill on regions left out; null: none",
    )
    buffer_km: float | None = Field(
        default=None, gt=0, description="training sites nearer than this to a site held out are left out of its fold"
    )
    max_districts: int = Field(default=20, ge=2, description="most districts for leave-one-district-out")
    unequal_coverage: float = Field(
        default=0.4,
        gt=0,
        le=1,
        description="a column is not used where its share of values differs by more than this between the classes, or "
        "between training and all sites: its mere presence would give the label away",
    )
    trust_features: tuple[str, ...] = Field(
        default=(),
        description="columns that are older than the assays: used although they follow these and are one and the same at nearly "
        "all other wastes, as what was made of the assays is",
    )
    max_unlabelled: int = Field(
        default=2000,
        ge=100,
        description="unlabelled sites that training looks at, drawn at random; all labelled ones are; bounds the cost",
    )
    workers: int = Field(default=1, ge=1, description="most threads used at once; the result does not depend on it")
    assay_sd_log10: float = Field(
        default=USUAL_ASSAYS.sample_sd_log10,
        gt=0,
        description="usual spread of single samples of one waste, log10 of ppm; wastes sampled more than once move it; shrinks "
        "by the root of the number of samples",
    )
    assay_bias_log10: float = Field(
        default=USUAL_ASSAYS.bias_sd_log10,
        ge=0,
        description="what more samples of one waste do not take away, log10 of ppm",
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
    *,
    splits: pd.DataFrame | None = None,
    learned: pd.DataFrame | None = None,
) -> TrainedModel:
    """Fit and test the model; where the labels cannot carry one, say so and rank by the companion score.

    With enough measured negatives the classes are the measured ones; otherwise positives stand against unlabelled
    sites drawn afresh for every bag. Blocks are as wide as what a simple model leaves
    correlates. All rows are sorted by ``site_id``
    first, so that the result depends neither on their order nor on the number of threads.

    Parameters
    ----------
    features, labels, companion, site_tonnage
        Layers of one region, one row per site, any row order.
    sites : GeoDataFrame[Sites]
        In the projected working CRS, metres. A column ``district``, where present, names mining districts.
    params : TrainModelParams
        See there.
    splits : DataFrame, optional
        A user's own folds: ``site_id, fold, role``.
    learned : DataFrame, optional
        What laws of other regions expect: ``site_id, learned_log10, learned_sd`` of the target.

    Returns
    -------
    TrainedModel
        Of kind ``supervised``, ``pu_bagging`` or ``companion_only``.
    """
    from sklearn import config_context

    table = _together(features, labels, companion, site_tonnage, sites)
    if learned is not None:
        columns = ["site_id", "learned_log10", "learned_sd"]
        table = table.merge(learned[columns], on="site_id", how="left", validate="one_to_one")
    # Hundreds of small fits: what scikit-learn checks of its own parameters and of tables made here takes a tenth of them.
    with one_blas_thread(params.workers), config_context(assume_finite=True, skip_parameter_validation=True):
        model = _train(table, [name for name in features.columns if name != "site_id"], splits, params)
    late = COLUMN in labels and bool(pd.DataFrame(labels)[COLUMN].any())
    return _with_silent(model, late=late)


def _with_silent(model: TrainedModel, *, late: bool) -> TrainedModel:
    """Return a model that names what was not learned from because it is silent at the wastes to be predicted."""
    dropped = dict(model.dropped_features) | ({WORDS: SILENT} if late else {})
    silent = tuple(name for name, why in dropped.items() if why == SILENT)
    if not silent:
        return model
    note = Finding(code="silent_elsewhere", values={"features": silent})
    changed = {"notes": (note, *model.validation.notes), "dropped_features": dropped}
    return replace(model, dropped_features=dropped, validation=model.validation.model_copy(update=changed))


def _together(
    features: pd.DataFrame, labels: pd.DataFrame, companion: pd.DataFrame, tonnage: pd.DataFrame, sites: pd.DataFrame
) -> pd.DataFrame:
    """Join the layers, sorted by ``site_id``, with positions in metres."""
    point = sites.geometry.representative_point()
    positions = pd.DataFrame(
        {
            "site_id": sites["site_id"].to_numpy(),
            "x_m": point.x.to_numpy(),
            "y_m": point.y.to_numpy(),
            "longitude": sites["longitude"].to_numpy(float),
            "latitude": sites["latitude"].to_numpy(float),
            "district": sites["district"].to_numpy() if "district" in sites else pd.NA,
        }
    )
    kept: dict[str, Any] = {"target": "REE", "threshold_ppm": 500.0, "measured_n": 1, "measured_below_n": 1}
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
        positions = positions.merge(part, on="site_id", how="left", validate="one_to_one", suffixes=("", "_again"))
    return positions.sort_values("site_id", kind="stable").reset_index(drop=True)


def _train(
    table: pd.DataFrame, names: list[str], splits: pd.DataFrame | None, params: TrainModelParams
) -> TrainedModel:
    y = table["label"].fillna(UNLABELLED).to_numpy(int)
    supervised = int((y == 0).sum()) >= params.min_negatives
    judged = y >= 0 if supervised else np.ones(len(y), dtype=bool)
    used, dropped = usable_columns(
        table[names],
        y,
        judged,
        table["measured_ppm"].to_numpy(float),
        params.unequal_coverage,
        params.trust_features,
    )
    spread = AssaySpread(params.assay_sd_log10, params.assay_bias_log10)
    table = means_of_wastes(table, spread)
    few = int((y == 1).sum()) < params.min_positives or len(table) - int((y == 1).sum()) < params.min_positives
    grade = threshold_distance(table, supervised=supervised)
    has_other_evidence = any(evidence_group(name) != "form" for name in used)
    is_of_place = not has_other_evidence and grade is not None and "grade_field" in params.candidates
    x_m, y_m = table["x_m"].to_numpy(), table["y_m"].to_numpy()
    if few or not (has_other_evidence or is_of_place):
        edge = params.block_km or choose_block_km(x_m, y_m, float("nan"), params.n_folds)
        blocks = grid_blocks(x_m, y_m, edge)
        waste, proxy_facts = weigh_waste(table, names, blocks, spread, params.proxies)
        table = pd.concat([table, waste], axis=1)
        return _companion_only(table, blocks, edge, dropped, proxy_facts, has_other_evidence, params)
    task = Task(
        features=table[[] if is_of_place else used].astype(float),
        y=y,
        supervised=supervised,
        blocks=np.zeros(len(table), dtype=str),
        random_state=params.random_state,
        grade=grade,
        learned=rows_looked_at(y, params.max_unlabelled, params.random_state),
        x_km=x_m / 1000.0,
        y_km=y_m / 1000.0,
    )
    first = attempt(task, table, names, splits, spread, params)
    if is_of_place and not first.verdict.model_used:
        tried = place_tried(first.judgement.validation)
        block_km = first.region.block_km
        return _companion_only(
            first.table, first.task.blocks, block_km, dropped, first.proxies, has_other_evidence, params, tried
        )
    best = place_instead(first, task, table, names, splits, spread, params)
    if best.task.is_of_place:
        dropped = dropped | dict.fromkeys(task.features.columns, "untold")
    surface = surface_model(
        first.task, first.region.folds, params.n_bags, params.n_bags_validation, params.n_permutations
    )
    return _finish(best, surface, dropped)


def _companion_only(
    table: pd.DataFrame,
    blocks: np.ndarray,
    block_km: float,
    dropped: dict[str, str],
    proxy_facts: dict[str, Any],
    has_features: bool,
    params: TrainModelParams,
    tried: Finding | None = None,
) -> TrainedModel:
    """Return the honest answer where nothing can be learned, or nothing was: then with what was ``tried``."""
    n_positive = int((table["label"] == 1).sum())
    validation = Validation(
        target=str(table["target"].iloc[0]) if len(table) else "REE",
        kind="companion_only",
        status="not validated",
        n_sites=len(table),
        n_positive=n_positive,
        n_negative=int((table["label"] == 0).sum()),
        n_assayed=int(table["measured_ppm"].notna().sum()),
        blocks=len(set(blocks)),
        block_km=block_km,
        verdict=nothing_learned(
            n_positive,
            len(table) - n_positive,
            params.min_positives,
            basis_of(table),
            has_features=has_features,
            tried=tried,
        ),
        dropped_features=dropped,
        proxies=Proxies.model_validate(proxy_facts),
    )
    model = TrainedModel(
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
        sites=_kept_columns(table).assign(block=blocks, district="", fold=-1, log_odds=np.nan),
    )
    return with_grades(model, table)


def _kept_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Return what ranking and explaining need of the sites."""
    waste = ["waste_log10", "waste_sd_log10", "waste_undetected", "waste_limit_log10", "waste_rule"]
    companion = ["companion_score", "companion_low", "companion_high"]
    parts = [f"{kind}_{part}" for kind in ("part", "weight") for part in PARTS]
    return table.reindex(columns=["site_id", "label", *waste, *companion, *parts, "amount_rule", "metal_rule"])


def _finish(best: Attempt, surface: SurfaceModel, dropped: dict[str, str]) -> TrainedModel:
    """Fit the chosen model on everything, calibrate it on held-out scores, and gather what the report shows."""
    task, table, judgement, region, variogram = best.task, best.table, best.judgement, best.region, best.variogram
    main = judgement.main
    pipeline, feature_names = final_model(task, main.code)
    bags = pipeline[-1]
    prepared = pipeline[:-1].transform(task.features)
    outside = bags.unseen(task.blocks)
    raw = (bags.bag_scores(prepared) * outside).sum(axis=1) / outside.sum(axis=1)
    apart = raw if len(outside[0]) > 1 else out_of_fold(raw, main.single, main.folds, task.judged)
    slope, intercept = platt(apart[task.judged], task.positive[task.judged])
    _, parts = bags.contributions(prepared, outside)
    kept = pipeline[0].kept_
    importance = dict(zip(kept, slope * np.abs(parts).mean(axis=0), strict=True))
    applicability = measure_applicability(prepared, parts, task) if kept else None
    held = {str(name): column for name, column in judgement.held_out.items()}
    sites = _kept_columns(table).assign(
        block=task.blocks, district=region.districts, log_odds=intercept + slope * apart, **held
    )
    kind: Kind = "supervised" if task.supervised else "pu_bagging"
    dropped = dropped | dict.fromkeys(pipeline[0].dropped_, "constant")
    diagnostics = judgement.diagnostics | {
        "variogram": {"lag_km": variogram.lag_km, "semivariance": variogram.semivariance, "pairs": variogram.pairs,
                      "range_km": variogram.range_km, "nugget": variogram.nugget, "sill": variogram.sill},
        "importance": dict(sorted(importance.items(), key=lambda entry: -entry[1])),
        "tornado": weight_tornado(table),
    }  # fmt: skip
    before = judgement.validation
    validation = before.model_copy(
        update={
            "dropped_features": dropped,
            "proxies": Proxies.model_validate(best.proxies),
            "surface": surface.test,
        }
    )
    model = TrainedModel(
        kind=kind,
        target=str(table["target"].iloc[0]),
        threshold_ppm=float(table["threshold_ppm"].iloc[0]),
        feature_names=feature_names,
        dropped_features=dropped,
        pipeline=pipeline,
        site_blocks=dict(zip(table["site_id"], task.blocks, strict=True)),
        slope=slope,
        intercept=intercept,
        validation=validation,
        diagnostics=as_json(diagnostics),
        sites=sites,
        applicability=applicability,
        grade_line=fit_grade_line(table["measured_ppm"].to_numpy(float), intercept + slope * apart),
        surface=surface.model,
        surface_applicability=surface.applicability,
        surface_calibration=surface.calibration,
    )
    return with_grades(model, table, _other_trend(task, judgement))


def _other_trend(task: Task, judgement: Judgement) -> tuple[str, np.ndarray] | None:
    """Return the method of the question that fewer sites ask, where it is another one, with its columns for all sites."""
    if judgement.other is None:
        return None
    pipeline, names = final_model(task, judgement.other)
    return judgement.other, pipeline[:-1].transform(task.features[list(names)])
