"""The model on disk: the same scores back, and a named error for everything that does not fit."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from layers import schema
from layers.errors import SourceError
from pipeline.folder.model_store import load_model, save_model
from pipeline.stages.explain_sites import ExplainSitesParams, explain_sites
from pipeline.stages.train_model import TrainModelParams, train_model

QUICK = TrainModelParams(candidates=("grade_field",), n_bags=14, n_bags_validation=8, n_permutations=2, n_folds=4)


def trained(n_positive=30):
    rng = np.random.default_rng(0)
    n = 90
    ids = [f"S{i:03d}" for i in range(n)]
    label = (np.arange(n) < n_positive).astype(float)
    x, y = rng.uniform(0, 300e3, n), rng.uniform(0, 300e3, n)
    columns = {name: pd.NA for name in schema.Sites.to_schema().columns if name not in ("site_id", "geometry")}
    sites = gpd.GeoDataFrame({"site_id": ids, **columns}, geometry=gpd.points_from_xy(x, y, crs="EPSG:3978")).assign(
        record_ids=ids, sources="a", latitude=50.0, longitude=-90.0, waste_type="tailings", disposal="unknown"
    )
    numbers = [name for name, one in schema.Sites.to_schema().columns.items() if str(one.dtype) == "float64"]
    sites[numbers] = sites[numbers].apply(pd.to_numeric, errors="coerce").astype(float)
    features = pd.DataFrame(
        {
            "site_id": ids,
            "near_Th_z": label * 2 + rng.normal(size=n),
            "raster_magnetics": label * 2 + rng.normal(size=n),
        }
    )
    labels = pd.DataFrame(
        {"site_id": ids, "label": label, "label_rule": "assay: x", "evidence": "measured", "target": "REE",
         "threshold_ppm": 500.0, "measured_ppm": 10 ** (2.2 + label + rng.normal(0, 0.2, n)), "measured_n": 1}
    ).assign(measured_low_ppm=lambda t: t["measured_ppm"], measured_high_ppm=lambda t: t["measured_ppm"])  # fmt: skip
    tonnage = pd.DataFrame(
        {"site_id": ids, "site_kind": "waste", "tonnage_t": 1e5, "tonnage_low_t": 1e4, "tonnage_high_t": 1e6}
    )
    companion = pd.DataFrame(
        {"site_id": ids, "companion_score": 0.5, "companion_low": 0.0, "companion_high": 1.0, "companion_rank": 1,
         "companion_blind_score": 0.5, "companion_commodity": 0.1}
    )  # fmt: skip
    for part in ("metal", "amount", "access", "liability"):
        companion[f"part_{part}"], companion[f"weight_{part}"] = 0.5, 0.25
    model = train_model(
        schema.conform(features, schema.Features),
        schema.conform(labels, schema.Labels),
        schema.conform(companion, schema.Companion),
        schema.conform(tonnage.assign(tonnage_rule="x"), schema.SiteTonnage),
        schema.conform(sites, schema.Sites),
        QUICK,
    )
    return model, schema.conform(features, schema.Features)


@pytest.fixture(scope="module")
def model_and_features():
    return trained()


@pytest.fixture
def folder(model_and_features, tmp_path: Path) -> Path:
    save_model(model_and_features[0], tmp_path / "model")
    return tmp_path / "model"


def test_what_comes_back_scores_and_explains_the_same(model_and_features, folder: Path) -> None:
    model, features = model_and_features
    again = load_model(folder, model.feature_names)
    assert (again.bag_log_odds(features)[0] == model.bag_log_odds(features)[0]).all()
    assert explain_sites(features, again, ExplainSitesParams()).equals(
        explain_sites(features, model, ExplainSitesParams())
    )
    assert again.validation == model.validation
    assert again.diagnostics == model.diagnostics
    assert again.applicability.threshold == model.applicability.threshold
    assert again.surface[1] == ("raster_magnetics",)
    pd.testing.assert_frame_equal(again.sites, model.sites, check_dtype=False)


def test_a_model_that_learned_nothing_comes_back_too(tmp_path: Path) -> None:
    model, features = trained(n_positive=3)
    assert model.kind == "companion_only"
    save_model(model, tmp_path)
    again = load_model(tmp_path)
    assert again.validation == model.validation
    reasons = explain_sites(features, again, ExplainSitesParams())
    pd.testing.assert_frame_equal(reasons, explain_sites(features, model, ExplainSitesParams()))
    assert set(reasons["feature"]) == {"waste_measured_ppm"}  # each waste's own assay, and nothing of the features


def test_another_version_is_a_named_error_unless_overridden(folder: Path) -> None:
    facts = json.loads((folder / "model.json").read_text())
    facts["versions"]["scikit-learn"] = "0.1"
    (folder / "model.json").write_text(json.dumps(facts))
    with pytest.raises(
        SourceError, match=r"trained with scikit-learn 0\.1 \(here .*Train again, or load with any_version"
    ):
        load_model(folder)
    assert load_model(folder, any_version=True).kind == "supervised"


def test_a_changed_file_is_a_named_error(folder: Path) -> None:
    (folder / "model.skops").write_bytes((folder / "model.skops").read_bytes() + b"x")
    with pytest.raises(SourceError, match="was changed or damaged"):
        load_model(folder)


def test_other_features_are_named(folder: Path) -> None:
    with pytest.raises(SourceError, match="missing: near_Th_z; unknown: near_Zn_z"):
        load_model(folder, ("near_Zn_z", "raster_magnetics"))


def test_a_strangers_file_is_not_loaded(folder: Path) -> None:
    import hashlib

    import skops.io
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer

    content = skops.io.dumps({"pipeline": Pipeline([("x", FunctionTransformer(print))]), "surface": None})
    (folder / "model.skops").write_bytes(content)
    facts = json.loads((folder / "model.json").read_text())
    facts["sha256"] = hashlib.sha256(content).hexdigest()
    (folder / "model.json").write_text(json.dumps(facts))
    with pytest.raises(SourceError, match="types this product does not write"):
        load_model(folder)


def test_a_missing_file_is_a_named_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no such model file"):
        load_model(tmp_path)


def test_no_pickle_is_written(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {"model.skops", "model.json"}
    assert b"\x80\x04\x95" not in (folder / "model.skops").read_bytes()
