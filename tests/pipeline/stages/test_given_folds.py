"""A user's own folds: they keep their names, and what is told can be counted even where one holds all of a class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from maps.verdict import remark, verdict
from pipeline.learning.trained_model import TrainedModel, held_out_table
from pipeline.stages.build_features import BuildFeaturesParams, build_features
from pipeline.stages.label_sites import LabelSitesParams, label_sites
from pipeline.stages.score_companion import ScoreCompanionParams, score_companion
from pipeline.stages.train_model import TrainModelParams, train_model

PARAMS = TrainModelParams(candidates=("grade_field",), n_bags=20, n_bags_validation=8, n_permutations=8, n_folds=5)
NAMES = ("west", "1", "7", "camp é", "10")


def learned(frames: Any, fold_of: Any, params: TrainModelParams = PARAMS) -> TrainedModel:
    """Train on folds that ``fold_of`` makes of the labels."""
    labels = label_sites(frames.sites, frames.site_samples, LabelSitesParams(label_from="assays"))
    tables = (frames.site_samples, frames.site_rasters, frames.site_access, frames.site_tonnage)
    features = build_features(frames.sites, *tables, labels, BuildFeaturesParams())
    companion = score_companion(
        frames.sites, frames.site_samples, frames.site_access, frames.site_tonnage, ScoreCompanionParams()
    )
    splits = pd.DataFrame({"site_id": labels["site_id"], "fold": fold_of(labels["label"]), "role": "test"})
    return train_model(features, labels, companion, frames.site_tonnage, frames.sites, params, splits=splits)


def by_chance(labels: pd.Series) -> np.ndarray:
    return np.random.default_rng(4).choice(NAMES, len(labels))


def rich_apart(labels: pd.Series) -> np.ndarray:
    return np.where(labels == 1, NAMES[0], np.random.default_rng(4).choice(NAMES[1:], len(labels)))


@pytest.mark.parametrize("fold_of", [by_chance, rich_apart])
def test_folds_given_keep_their_names_and_what_is_told_of_them_can_be_counted(fold_of: Any, planted: Any) -> None:
    frames = planted(160, assayed=0.6, signal=1.2)
    model = learned(frames, fold_of)
    table = held_out_table(model)
    given = table[table["question"] == "given"]
    assert set(given["fold"]) == set(NAMES)
    labels = model.sites.set_index("site_id")["label"]
    own = dict(zip(labels.index, fold_of(labels), strict=True))
    assert given["fold"].tolist() == [own[site] for site in given["site_id"]]
    spatial = model.validation.spatial if model.validation.status == "validated" else None
    figures = next(question.figures for question in model.validation.questions if question.code == "given")
    assert spatial is None or spatial.auc == figures.auc
    assert given["won"].sum() / given["compared"].sum() == pytest.approx(figures.auc, abs=1e-6)
    positive = given[given["label"] == 1]
    assert len(positive) == model.validation.n_positive
    within = positive["list_place"] <= np.ceil(0.2 * model.validation.n_sites)
    assert within.mean() == pytest.approx(figures.capture["20"], abs=1.5 / len(positive))
    if fold_of is by_chance:
        judged = given.dropna(subset="label")
        brier = ((judged["score"] - judged["label"].astype(float)) ** 2).mean()
        assert figures.brier == pytest.approx(brier, abs=1e-5)
    else:
        assert positive["score"].isna().all()
        assert (figures.brier, figures.brier_of_base_rate) == (None, None)


def test_where_one_fold_holds_all_rich_wastes_the_verdict_says_what_its_figure_compares(planted: Any) -> None:
    model = learned(planted(160, assayed=0.6, signal=1.2), rich_apart)
    assert model.validation.division.folds_with_both == 0
    assert not model.validation.verdict.model_used
    told = [remark("remark", notice, "en") for notice in model.validation.notes]
    assert "Fold west holds one class: within it there is no AUC." in told
    for lang, across in (("en", "none of which holds both classes"), ("fr", "dont aucun ne contient les deux classes")):
        assert across in verdict(model.validation, lang)
        assert across not in verdict(learned(planted(160, assayed=0.6, signal=1.2), by_chance).validation, lang)


def test_no_alarm_rests_on_a_figure_that_is_not_published_as_tested(planted: Any) -> None:
    """Two folds, the rich with a few poor in one, all else in the other: one rich waste is tested, and looks poor."""
    frames = planted(90, assayed=0.6, signal=1.2)
    looks_rich = (frames.site_samples["near_Th_z"] + frames.site_rasters["raster_magnetics"]).to_numpy(float)

    def classes_apart(labels: pd.Series) -> np.ndarray:
        rich, poor = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
        folds = np.full(len(labels), NAMES[1], dtype=object)
        folds[[*rich, *poor[:3]]] = NAMES[0]
        folds[rich[np.argmin(looks_rich[rich])]] = NAMES[1]
        return folds

    found = learned(frames, classes_apart, PARAMS.model_copy(update={"candidates": ("ridge",)})).validation
    assert found.status == "not validated"
    assert found.spatial.auc is None
    assert found.random.auc is not None
    assert found.random.auc > 0.75, "so that there is something that seems to flatter"
    assert not [notice for notice in found.alarms if notice.code.startswith("random_folds")]
    for lang, flatter in (("en", "flatter"), ("fr", "flattent")):
        assert flatter not in verdict(found, lang)
