"""Training and its honesty: planted skill is found, noise is called noise, leaks ring, thin data is said to be thin."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from layers import schema
from maps.report import methods
from pipeline.learning.trained_model import held_out_table
from pipeline.stages.build_features import BuildFeaturesParams, build_features
from pipeline.stages.explain_sites import ExplainSitesParams, explain_sites
from pipeline.stages.label_sites import LabelSitesParams, label_sites
from pipeline.stages.score_companion import ScoreCompanionParams, score_companion
from pipeline.stages.train_model import TrainModelParams, train_model

QUICK = TrainModelParams(candidates=("grade_field",), n_bags=40, n_bags_validation=12, n_permutations=8, n_folds=6)


def learn(frames, params=QUICK, label_from="assays", labels=None, features=None):
    if labels is None:
        labels = label_sites(frames.sites, frames.site_samples, LabelSitesParams(label_from=label_from))
    if features is None:
        layers = (frames.site_samples, frames.site_rasters, frames.site_access, frames.site_tonnage)
        features = build_features(frames.sites, *layers, labels, BuildFeaturesParams())
    companion = score_companion(
        frames.sites, frames.site_samples, frames.site_access, frames.site_tonnage, ScoreCompanionParams()
    )
    model = train_model(features, labels, companion, frames.site_tonnage, frames.sites, params)
    return model, features, labels, companion


def test_planted_skill_is_found_and_told_in_the_agreed_form(planted) -> None:
    model, *_ = learn(planted(240, assayed=0.6, signal=1.6))
    v = model.validation
    assert model.kind == "supervised"
    assert set(v.baselines) == {"tonnage", "commodity", "near_known", "one_column", "companion"}
    assert set(v.spatial.capture) == {"5", "10", "20"}
    assert v.spatial.auc > 0.85
    assert v.spatial.brier < v.spatial.brier_of_base_rate
    assert v.null.auc_low < 0.5 < v.null.auc_high
    assert v.verdict.outcome in ("better", "as_good")
    assert v.verdict.label_basis == "assay"
    json.dumps(v.model_dump(mode="json"), allow_nan=False)
    assert type(v).model_validate_json(v.model_dump_json()) == v
    json.dumps(model.diagnostics, allow_nan=False)


@pytest.mark.parametrize("assayed", [0.6, 1.0])
def test_what_is_told_can_be_counted_from_the_table_of_scores(assayed: float, planted) -> None:
    """AUC, shares found and Brier score of every question follow from the rows of ``held_out.csv``."""
    model, *_ = learn(planted(160, assayed=assayed, signal=1.2))
    table = held_out_table(model)
    assert set(table["question"]) == {question.code for question in model.validation.questions}
    assert ("near_assays" in set(table["question"])) == (assayed < 1.0)  # there must be wastes to be predicted
    for question in model.validation.questions:
        rows = table[table["question"] == question.code]
        judged = rows.dropna(subset="label")
        assert judged["won"].sum() / judged["compared"].sum() == pytest.approx(question.figures.auc, abs=1e-6)
        positive = judged[judged["label"] == 1]
        for share, found in question.figures.capture.items():
            within = positive["list_place"] <= np.ceil(int(share) / 100 * model.validation.n_sites)
            assert within.mean() == pytest.approx(found, abs=1.5 / len(positive))
        brier = ((judged["score"] - judged["label"].astype(float)) ** 2).mean()
        assert brier == pytest.approx(question.figures.brier, abs=1e-5)


def test_shuffled_labels_are_called_no_skill(planted) -> None:
    frames = planted(240, assayed=0.6)
    labels = label_sites(frames.sites, frames.site_samples, LabelSitesParams(label_from="assays"))
    known = labels["label"].notna().to_numpy()
    mixed = np.random.default_rng(11).permutation(labels.loc[known, "label"].to_numpy())
    labels.loc[known, "label"] = mixed
    labels = labels.assign(measured_ppm=np.nan)
    model, *_ = learn(frames, QUICK.model_copy(update={"candidates": ("logistic",)}), labels=labels)
    spatial = model.validation.spatial
    assert spatial.auc_low < 0.5 < spatial.auc_high
    assert model.validation.verdict.outcome == "no_skill"
    assert model.rests_on_companion


def test_a_leaking_column_rings_the_alarm(planted) -> None:
    frames = planted(200, assayed=0.6)
    rasters = frames.site_rasters.assign(raster_answer=frames.rich.astype(float))
    model, *_ = learn(replace(frames, site_rasters=rasters))
    alarms = {notice.code: notice.values for notice in model.validation.alarms}
    assert alarms["column_tells_label"]["feature"] == "raster_answer"
    assert not model.validation.verdict.model_used


def block_noise(n_blocks=24, size=12):
    """Labels by coin toss per block, features that give the block away."""
    rng = np.random.default_rng(3)
    block = np.repeat(np.arange(n_blocks), size)
    label = rng.permutation(np.arange(n_blocks) % 2)[block]
    x = (block % 6) * 150e3 + rng.uniform(0, 20e3, len(block))
    y = (block // 6) * 150e3 + rng.uniform(0, 20e3, len(block))
    la, ce = rng.uniform(-3, 3, n_blocks)[block], rng.uniform(-3, 3, n_blocks)[block]
    return block, label, x, y, la + rng.normal(0, 0.01, len(block)), ce + rng.normal(0, 0.01, len(block))


def frames_of(planted, n, x, y, label, columns):
    """Return labels, features and the rest for hand-made rows."""
    frames = planted(max(n, 60))
    cut = {name: getattr(frames, name).iloc[:n].copy() for name in ("site_samples", "site_access", "site_tonnage")}
    sites = frames.sites.iloc[:n].copy()
    sites = schema.conform(sites.set_geometry(gpd.points_from_xy(x, y, crs="EPSG:3978")), schema.Sites)
    ids = sites["site_id"]
    labels = pd.DataFrame({"site_id": ids, "label": label, "label_rule": "assay: x", "evidence": "measured"})
    features = pd.DataFrame({"site_id": ids, **columns})
    return (
        replace(frames, sites=sites, **cut),
        schema.conform(labels, schema.Labels),
        schema.conform(features, schema.Features),
    )


def test_block_noise_has_no_skill_in_blocks(planted) -> None:
    _, label, x, y, la, ce = block_noise()
    frames, labels, features = frames_of(planted, len(x), x, y, label.astype(float), {"near_La_z": la, "near_Ce_z": ce})
    params = QUICK.model_copy(update={"candidates": ("weights_of_evidence", "logistic")})
    model, *_ = learn(frames, params, labels=labels, features=features)
    v = model.validation
    assert 0.25 < v.spatial.auc < 0.75
    assert v.verdict.outcome == "no_skill"


def test_one_class_per_region_is_not_validated(planted) -> None:
    n = 24
    west = np.arange(n) < 12
    x = np.where(west, 0.0, 600e3) + np.arange(n) * 1e3
    frames, labels, features = frames_of(
        planted, n, x, np.zeros(n), (~west).astype(float), {"near_La_z": np.where(west, 0.0, 1.0) + np.arange(n) * 0.01}
    )
    sites = frames.sites.assign(district=np.where(west, "west", "east"))
    model, *_ = learn(replace(frames, sites=sites), QUICK, labels=labels, features=features)
    v = model.validation
    assert v.status == "not validated"
    assert v.spatial.auc is None
    assert v.verdict.outcome == "not_validated"
    assert {"fold_of_one_class", "fold_untrained"} & {notice.code for notice in v.notes}


def test_a_column_missing_in_training_is_dropped_by_name_and_shifts_no_credit(planted) -> None:
    rng = np.random.default_rng(0)
    n = 60
    label = (np.arange(n) % 2).astype(float)
    columns = {
        "near_La_z": rng.normal(size=n),
        "near_Sc_z": np.full(n, np.nan),
        "near_Y_z": label * 2 + rng.normal(0, 0.9, n),
    }
    x, y = rng.uniform(0, 300e3, n), rng.uniform(0, 300e3, n)
    frames, labels, features = frames_of(planted, n, x, y, label, columns)
    model, *_ = learn(frames, QUICK.model_copy(update={"candidates": ("logistic",)}), labels=labels, features=features)
    assert "near_Sc_z" in model.dropped_features
    reasons = explain_sites(features, model, ExplainSitesParams())
    strength = reasons.groupby("feature")["contribution"].apply(lambda one: one.abs().mean())
    assert strength.idxmax() == "near_Y_z"
    later = features.assign(near_Sc_z=5.0)
    assert explain_sites(later, model, ExplainSitesParams())["contribution"].equals(reasons["contribution"])


def test_presence_that_tells_the_label_is_not_used(planted) -> None:
    model, *_ = learn(planted(240, assayed=0.5))
    assert model.dropped_features["waste_Th_ppm"] == "tells"
    assert "waste_Th_ppm" not in model.feature_names


def test_a_map_made_of_the_assays_is_named_and_not_learned_from(planted) -> None:
    frames = planted(160, assayed=0.5, signal=1.6)
    held = frames.site_samples["waste_n"].to_numpy() > 0
    kriged = np.where(held, np.log10(frames.treo_ppm), 2.4)
    frames = replace(frames, site_rasters=frames.site_rasters.assign(raster_kriged=kriged))
    model, *_ = learn(frames)
    assert "raster_kriged" not in model.feature_names
    assert "raster_magnetics" in model.feature_names
    assert model.validation.dropped_features["raster_kriged"] == "silent"
    first = model.validation.notes[0]
    assert (first.code, first.values) == ("silent_elsewhere", {"features": ("raster_kriged",)})
    for lang, start in (("en", "Not learned from: kriged"), ("fr", "Écartés de l'apprentissage")):
        assert methods.warnings(model.validation, lang)[0].startswith(start)
    trusted, *_ = learn(frames, QUICK.model_copy(update={"trust_features": ("raster_kriged",)}))
    assert trusted.validation.dropped_features.get("raster_kriged") != "silent"


def test_without_chemistry_the_order_rests_on_the_companion_and_says_so(planted) -> None:
    frames = planted(80)
    frames = replace(
        frames,
        sites=frames.sites.assign(commodities=np.where(np.arange(80) % 9 == 0, "thorium; yttrium", "copper; zinc")),
        site_samples=frames.site_samples.iloc[:, :11].assign(
            waste_n=0, waste_treo_ppm=np.nan, waste_treo_low_ppm=np.nan, waste_treo_high_ppm=np.nan, near_n=0
        ),
        site_rasters=frames.site_rasters[["site_id"]],
        site_access=frames.site_access.assign(structure_km=np.nan),
    )
    model, features, *_ = learn(frames, label_from="auto")
    assert model.kind == "companion_only"
    assert model.validation.verdict.outcome == "not_learned"
    assert [notice.code for notice in model.validation.verdict.reasons] == ["no_features"]
    assert model.validation.spatial.auc is None
    reasons = explain_sites(features, model, ExplainSitesParams())
    assert set(reasons["feature"]) <= {"part_metal", "part_amount", "part_amount_known"}


def test_few_measured_negatives_make_positive_unlabelled_bags(planted) -> None:
    frames = planted(200, assayed=0.0)
    frames = replace(
        frames, sites=frames.sites.assign(commodities=np.where(frames.rich, "rare earth elements", "gold"))
    )
    model, features, *_ = learn(
        frames, QUICK.model_copy(update={"candidates": ("weights_of_evidence", "logistic")}), "rules"
    )
    assert model.kind == "pu_bagging"
    assert model.validation.baselines["commodity"] is None
    assert "type_affinity" not in features.columns
    assert model.validation.spatial.auc > 0.8
    assert model.validation.verdict.outcome == "words_only"


def test_order_of_rows_and_threads_change_nothing(planted) -> None:
    frames = planted(70, assayed=0.7)
    quicker = QUICK.model_copy(update={"n_bags": 12, "n_bags_validation": 6, "n_folds": 4, "max_districts": 4})
    first, features, labels, companion = learn(frames, quicker)
    order = np.random.default_rng(1).permutation(70)
    again = train_model(
        features.iloc[order].reset_index(drop=True),
        labels.iloc[order[::-1]].reset_index(drop=True),
        companion.iloc[order].reset_index(drop=True),
        frames.site_tonnage.iloc[order].reset_index(drop=True),
        frames.sites.iloc[order].reset_index(drop=True),
        quicker.model_copy(update={"workers": 2}),
    )
    assert again.validation == first.validation
    assert again.sites.equals(first.sites)
    assert (again.bag_log_odds(features)[0] == first.bag_log_odds(features)[0]).all()


def test_the_shared_tables_of_one_class_folds_are_not_validated(planted, shared_faults: Path) -> None:
    with (shared_faults / "F75_single_class_fold.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    n = len(rows)
    x = np.array([float(row["longitude"]) for row in rows]) * 71e3
    y = np.array([float(row["latitude"]) for row in rows]) * 111e3
    columns = {f"near_{one}_z": np.array([float(row[f"{one}_ppm"]) for row in rows]) for one in ("La", "Ce")}
    label = np.array([float(row["is_prospect"]) for row in rows])
    frames, labels, features = frames_of(planted, n, x, y, label, columns)
    sites = frames.sites.assign(district=[row["region"] for row in rows])
    model, *_ = learn(replace(frames, sites=sites), labels=labels, features=features)
    assert model.validation.status == "not validated"


def test_sums_are_cut_the_same_way_whatever_threads_are_asked_for(planted, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = planted(60, assayed=0.0)
    threads = []
    real = train_model.__globals__["_train"]

    def watched(*args: Any) -> Any:
        threads.extend(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
        return real(*args)

    monkeypatch.setitem(train_model.__globals__, "_train", watched)
    with threadpool_limits(limits=2, user_api="blas"):
        learn(frames, QUICK.model_copy(update={"workers": 4}))
    assert threads
    assert set(threads) == {1}
