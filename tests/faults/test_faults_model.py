"""Training on awkward tables: nothing is called validated, credited, loaded or ranked that should not be."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layers.errors import SourceError
from layers.invented import write_region
from pipeline.config import parse_config, read_yaml
from pipeline.folder.model_store import load_model, save_model
from pipeline.progress import Progress
from pipeline.run import run
from pipeline.stages.explain_sites import ExplainSitesParams, explain_sites
from tests.pipeline.stages.conftest import planted_frames
from tests.pipeline.stages.test_train_model import QUICK, frames_of, learn

FAST = QUICK.model_copy(update={"n_bags": 12, "n_bags_validation": 6, "n_permutations": 2})
CLASSES = FAST.model_copy(update={"candidates": ("logistic",)})


def rows_of(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8") as handle:
        return pd.DataFrame(list(csv.DictReader(handle))).replace("", None)


def trained(table: pd.DataFrame, elements: list[str], params: Any = FAST, district: Any = None) -> tuple[Any, Any]:
    """Train on a table of places, concentrations and labels."""
    x, y = (table[axis].astype(float).to_numpy() * scale for axis, scale in (("longitude", 71e3), ("latitude", 111e3)))
    columns = {f"near_{one}_z": table[f"{one}_ppm"].astype(float).to_numpy() for one in elements}
    label = table["is_prospect"].astype(float).to_numpy()
    frames, labels, features = frames_of(planted_frames, len(table), x, y, label, columns)
    ids = table["site_id"].to_numpy()
    own = {
        name: getattr(frames, name).assign(site_id=np.sort(ids))
        for name in ("site_samples", "site_access", "site_tonnage")
    }
    sites = frames.sites.assign(site_id=ids, name=ids, record_ids=ids, area_m2=1e5, first_year=1950.0)
    frames = replace(frames, sites=sites if district is None else sites.assign(district=np.asarray(district)), **own)
    features, labels = features.assign(site_id=ids), labels.assign(site_id=ids)
    return learn(frames, params, labels=labels, features=features)[0], features


# --- one class in a fold


def test_one_class_per_region_of_the_shared_file_is_not_validated(shared_faults: Path) -> None:
    table = rows_of(shared_faults / "F75_single_class_fold.csv")
    v = trained(table, ["La", "Ce"], district=table["region"])[0].validation
    assert (v.status, v.spatial.auc, v.verdict.outcome) == ("not validated", None, "not_validated")
    assert {"fold_of_one_class", "fold_untrained"} & {notice.code for notice in v.notes}


@pytest.mark.parametrize("regions", [2, 3], ids=lambda one: f"F75 {one} regions")
def test_regions_of_one_class_each_invent_no_score(regions: int) -> None:
    n = 30
    region = np.arange(n) * regions // n
    label = (region == 0).astype(int)
    table = pd.DataFrame(
        {
            "site_id": [f"S{i:02d}" for i in range(n)],
            "latitude": 50 + np.arange(n) * 0.01,
            "longitude": -120.0 + 9 * region,
            "La_ppm": 10 + 90 * label + np.arange(n) % 7,
            "is_prospect": label,
        }
    )
    v = trained(table, ["La"], district=[f"region {one}" for one in region])[0].validation
    assert v.status == "not validated"
    assert v.spatial.auc is None
    json.dumps(v.model_dump(mode="json"), allow_nan=False)


# --- a feature without a value


def test_the_empty_feature_of_the_shared_file_takes_no_credit_from_its_neighbour(shared_faults: Path) -> None:
    table = rows_of(shared_faults / "F76_all_missing_feature.csv")
    model, features = trained(table, ["La", "Sc", "Y"], CLASSES)
    assert "near_Sc_z" in model.dropped_features
    assert "near_Y_z" in model.feature_names
    strength = (
        explain_sites(features, model, ExplainSitesParams())
        .groupby("feature")["contribution"]
        .apply(lambda one: one.abs().sum())
    )
    assert "near_Sc_z" not in strength.index
    later = features.assign(near_Sc_z=7.0)
    assert (model.bag_log_odds(later)[0] == model.bag_log_odds(features)[0]).all()


@pytest.mark.parametrize("empty", ["first", "last"], ids=lambda one: f"F76 {one} column")
def test_credit_stays_with_the_telling_feature_wherever_the_empty_one_stands(empty: str) -> None:
    rng = np.random.default_rng(2)
    n = 60
    label = np.arange(n) % 2
    given = {"La_ppm": rng.normal(size=n), "Y_ppm": label * 2 + rng.normal(0, 0.9, n)}
    gone = {"Sc_ppm": np.full(n, np.nan)}
    values = gone | given if empty == "first" else given | gone
    table = pd.DataFrame(
        {
            "site_id": [f"S{i:02d}" for i in range(n)],
            "latitude": rng.uniform(50, 53, n),
            "longitude": rng.uniform(-120, -116, n),
            **values,
            "is_prospect": label,
        }
    )
    model, features = trained(table, [name.removesuffix("_ppm") for name in values], CLASSES)
    strength = (
        explain_sites(features, model, ExplainSitesParams())
        .groupby("feature")["contribution"]
        .apply(lambda one: one.abs().mean())
    )
    assert strength.idxmax() == "near_Y_z"
    assert "near_Sc_z" in model.dropped_features


# --- labels that are noise by block


def judged(table: pd.DataFrame) -> Any:
    v: Any = trained(table, ["La", "Ce"], CLASSES)[0].validation
    assert v.spatial.auc_low < 0.5 < v.spatial.auc_high or 0.25 < v.spatial.auc < 0.75
    assert v.verdict.outcome in ("no_skill", "too_few", "not_validated")
    assert v.block_km > 0
    return v


def test_block_noise_of_the_shared_builder_has_no_skill(built: Any) -> None:
    table = rows_of(built("F78_block_noise.py") / "F78_block_noise.csv")
    assert not judged(table).verdict.model_used


@pytest.mark.parametrize("seed", [5, 6], ids=lambda one: f"F78 seed {one}")
def test_further_block_noise_has_no_skill(seed: int) -> None:
    rng = np.random.default_rng(seed)
    block = np.repeat(np.arange(20), 8)
    label = rng.permutation(np.arange(20) % 2)[block]
    la, ce = rng.uniform(5, 500, (2, 20))
    table = pd.DataFrame(
        {
            "site_id": [f"B{i:03d}" for i in range(160)],
            "latitude": 48 + 2.0 * (block // 5) + rng.uniform(0, 0.2, 160),
            "longitude": -130 + 6.0 * (block % 5) + rng.uniform(0, 0.2, 160),
            "La_ppm": la[block] + rng.normal(0, 1, 160),
            "Ce_ppm": ce[block] + rng.normal(0, 1, 160),
            "is_prospect": label,
        }
    )
    judged(table)


# --- files of models


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    save_model(learn(planted_frames(90, assayed=0.7), FAST)[0], folder)
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    for name in ("model.skops", "model.json"):
        (tmp_path / name).write_bytes((saved / name).read_bytes())
    return tmp_path


def edit(folder: Path, **changes: Any) -> None:
    facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps({**facts, **changes}), encoding="utf-8")


@pytest.mark.parametrize("library", ["scikit-learn", "numpy", "skops"], ids=lambda one: f"F79 {one}")
def test_a_model_of_another_version_is_named_and_needs_an_explicit_word(folder: Path, library: str) -> None:
    facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    edit(folder, versions={**facts["versions"], library: "0.0.1"})
    with pytest.raises(SourceError, match=rf"model\.json: trained with {library} 0\.0\.1 \(here "):
        load_model(folder)
    assert load_model(folder, any_version=True).feature_names == tuple(facts["feature_names"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"format": 99}, "format 99, expected"), ({"sha256": "0" * 64}, "was changed or damaged")],
    ids=["F79 format", "F79 checksum"],
)
def test_a_model_that_is_not_what_it_says_is_refused(folder: Path, changes: dict[str, Any], said: str) -> None:
    edit(folder, **changes)
    with pytest.raises(SourceError, match=said):
        load_model(folder)


def test_a_pickle_of_a_stranger_is_never_opened(folder: Path) -> None:
    marker = folder / "opened"
    content = f"cos\nsystem\n(S'touch {marker}'\ntR.".encode()
    (folder / "model.skops").write_bytes(content)
    edit(folder, sha256=hashlib.sha256(content).hexdigest())
    with pytest.raises(Exception) as stop:  # noqa: PT011
        load_model(folder)
    assert isinstance(stop.value, SourceError)
    assert not marker.exists()


# --- order


def test_the_shared_shuffled_copies_give_one_model(built: Any) -> None:
    results = []
    for order in range(3):
        table = rows_of(built("F81_shuffled_copies.py") / f"F81_order_{order}.csv")
        model, features = trained(table, ["La", "Ce"], district=table["region"])
        ids = np.argsort(features["site_id"].to_numpy())
        reasons = explain_sites(features.iloc[ids], model, ExplainSitesParams())
        results.append((model.validation.model_dump_json(), reasons.to_csv(index=False)))
    assert len(set(results)) == 1


def test_row_order_slices_and_a_second_run_give_the_same_ranking_byte_for_byte(tmp_path: Path) -> None:
    path = write_region(tmp_path / "region", sites=60, seed=3)
    raw = read_yaml(path)
    raw["train_model"] = FAST.model_dump(exclude={"random_state"}) | {"candidates": list(FAST.candidates)}
    rng = np.random.default_rng(0)
    rankings = []
    for number, dask in enumerate(
        ({"mode": "serial", "partitions": 1}, {"mode": "threads", "workers": 2, "partitions": 8})
    ):
        if number:
            for name in [
                source["path"] for source in raw["sources"] if source["role"] in ("inventory", "geochemistry")
            ]:
                shuffle(tmp_path / "region" / name, rng)
        out = tmp_path / f"run{number}"
        with Progress(quiet=True) as progress:
            run(parse_config({**raw, "dask": dask}, path.name), tmp_path / "region", out, progress)
        rankings.append((out / "ranking.csv").read_bytes())
    assert rankings[0] == rankings[1]


def shuffle(path: Path, rng: np.random.Generator) -> None:
    """Bring the data rows of a CSV of one line per row into another order; workbooks and packed files stay."""
    if path.suffix != ".csv":
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines[1:] if re.match(r"^[^,;]+[,;]", line)]
    if len(rows) != len(lines) - 1 or any(line.count('"') % 2 for line in lines):
        return
    path.write_text("\n".join([lines[0], *rng.permutation(np.array(rows, dtype=object))]) + "\n", encoding="utf-8")
