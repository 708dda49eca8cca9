"""`minewaste learn` on finished runs, and a run that takes what it wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from layers.errors import SourceError
from pipeline.commands.cli import main
from pipeline.commands.learn import card_of, pool, read_region
from pipeline.folder.learned_file import save_learned
from pipeline.learning.learned_laws import PooledRegion

COLUMNS = {name: name for name in ("official_id", "name", "commodities", "waste_type", "latitude", "longitude")}
COMMODITIES = ("gold", "silver", "copper", "zinc", "lead", "tin")
"""From the richest to the poorest."""

SHARES = {"La": 0.25, "Ce": 0.5, "Nd": 0.2, "Sm": 0.03, "Y": 0.1}


def write_region(folder: Path, name: str, seed: int, assayed: int = 24, **train_model: Any) -> Path:
    """Write a region in which wastes of each commodity hold 2.5 times what those of the next do, and return its run file."""
    folder.mkdir()
    rng = np.random.default_rng(seed)
    kind = np.arange(30) % len(COMMODITIES)
    place = {"latitude": (50 + rng.uniform(0, 1, 30)).round(4), "longitude": (-90 + rng.uniform(0, 1, 30)).round(4)}
    mines = pd.DataFrame(
        {
            "official_id": [f"{name}-{at}" for at in range(30)],
            "name": [f"Invented {name} {at}" for at in range(30)],
            "commodities": np.array(COMMODITIES)[kind],
            "waste_type": "tailings",
            **place,
        }
    )
    mines.to_csv(folder / "mines.csv", index=False)
    level = 3.8 - 0.4 * kind + rng.normal(0, 0.15, 30)
    assays = {f"{element}_ppm": (10**level * share).round(2)[:assayed] for element, share in SHARES.items()}
    keys = {"sample_id": [f"W{at}" for at in range(assayed)], "site_key": mines["official_id"][:assayed]}
    sources: list[dict[str, Any]] = [
        {"id": "mines", "role": "inventory", "path": "mines.csv", "crs": "EPSG:4326", "columns": COLUMNS}
    ]
    if assayed:
        pd.DataFrame(keys | assays).to_csv(folder / "wastes.csv", index=False)
        sources.append(
            {"id": "wastes", "role": "geochemistry", "path": "wastes.csv", "defaults": {"medium": "waste"},
             "columns": {"sample_id": "sample_id", "site_key": "site_key"}}
        )  # fmt: skip
    run_file = {
        "name": name,
        "title": f"Invented {name}",
        "sources": sources,
        "train_model": {"min_positives": 1000} | train_model,
        "publish": {"max_sheets": 0},
    }
    (folder / "run.yml").write_text(json.dumps(run_file))
    return folder / "run.yml"


def minewaste(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result.output


def run(folder: Path, *arguments: Any, **options: Any) -> Path:
    config = write_region(folder, *arguments, **options)
    minewaste("run", config, "--out", folder / "run", "--quiet")
    return folder / "run"


@pytest.fixture(scope="module")
def pooled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the run of one region, and the model of it and of a second one that shares its law."""
    folder = tmp_path_factory.mktemp("learn")
    north = run(folder / "north", "north", 1)
    table, region = read_region(north)
    noise = 10 ** np.random.default_rng(2).normal(0, 0.1, len(table))
    south = table.assign(waste_treo_ppm=table["waste_treo_ppm"] * noise)
    laws = pool([table, south], [region, region.model_copy(update={"name": "south", "inputs": ("other",)})])
    assert laws.laws["REE"].trial.used
    save_learned(laws, folder / "learned.skops")
    (folder / "learned.md").write_text(card_of(laws))
    return folder


def test_a_third_region_without_assays_takes_the_law_and_says_so(pooled: Path, tmp_path: Path) -> None:
    west = run(tmp_path / "west", "west", 3, assayed=0, learned=str(pooled / "learned.skops"))
    ranked = pd.read_parquet(west / "sites.parquet").sort_values("rank")
    assert set(ranked.head(5)["commodities"]) == {"gold"}
    assert ranked.head(10)["score"].min() > 0.7
    assert ranked.tail(10)["score"].max() < 0.3
    notes = pd.read_parquet(west / "stages" / "published" / "notes.parquet").set_index("code")["message"]
    assert "in place of the host tables for REE" in notes["laws_of_other_regions"]
    verified = minewaste("verify", west, "--data", tmp_path / "west")
    assert "1 of 1 inputs are as they were read" in verified
    assert "lead out of the data folder: train_model.learned." in verified


def test_check_opens_the_model_of_other_regions(pooled: Path, tmp_path: Path) -> None:
    config = write_region(tmp_path / "west", "west", 3, assayed=0, learned=str(pooled / "learned.skops"))
    checked = minewaste("check", config)
    assert "train_model.learned (learned)" in checked
    assert "in place of the host tables for REE" in checked
    (tmp_path / "west" / "none.skops").write_bytes(b"none")
    raw = json.loads(config.read_text())
    raw["train_model"]["learned"] = "none.skops"
    config.write_text(json.dumps(raw))
    checked = minewaste("check", config, code=1)
    assert "1 of 2 sources cannot be read" in checked
    assert "train_model.learned (none.skops): this is no model file of `minewaste learn`" in checked


def test_the_card_tells_the_test_and_names_no_site(pooled: Path) -> None:
    card = (pooled / "learned.md").read_text()
    assert "| north | 24 |" in card
    assert "commodity gold" in card
    assert "Invented north 1" not in card


def test_one_region_cannot_be_tested_and_twice_the_same_is_refused(pooled: Path, tmp_path: Path) -> None:
    north = pooled / "north" / "run"
    said = minewaste("learn", north, "--out", tmp_path / "one.skops")
    assert "fewer than 2 regions have 6 measured wastes" in said
    assert "No law could be tested" in said
    assert "showed skill" not in said.partition("cannot be tested")[0]
    assert (tmp_path / "one.md").is_file()
    assert "are of one region" in minewaste("learn", north, north, "--out", tmp_path / "two.skops", code=1)
    assert not (tmp_path / "two.skops").exists()


def test_a_waste_that_two_runs_hold_under_other_ids_and_in_other_tables_is_counted_once(pooled: Path) -> None:
    table, region = read_region(pooled / "north" / "run")
    noise = 10 ** np.random.default_rng(5).normal(0, 0.1, len(table))
    south = table.assign(waste_treo_ppm=table["waste_treo_ppm"] * noise, latitude=table["latitude"] - 20.0)
    some = table[table["waste_treo_ppm"] > 0].head(7).assign(site_id=[f"x{at}" for at in range(7)])
    near, far = some.assign(latitude=some["latitude"] + 0.005), some.assign(latitude=some["latitude"] + 2.0)
    other = region.model_copy(update={"name": "south", "inputs": ("other",)})
    plain, shared, apart = (
        pool([table, pd.concat([south, more], ignore_index=True)], [region, other])
        for more in (some.head(0), near, far)
    )
    assert [law.regions[1].measured["REE"] for law in (plain, shared, apart)] == [24, 24, 31]
    assert shared.laws["REE"].law.coef.tolist() == plain.laws["REE"].law.coef.tolist()
    assert "counted once" in card_of(shared)


def test_regions_without_measured_wastes_teach_nothing() -> None:
    bare = pd.DataFrame({"site_id": ["a"], "commodities": ["gold"], "deposit_type": [None], "waste_type": ["tailings"],
                         "site_kind": ["waste"], "companion_commodity": [0.05]})  # fmt: skip
    with pytest.raises(SourceError, match=r"fewer than 6 measured wastes of any target in these runs \(bare 0\)"):
        pool([bare], [PooledRegion(name="bare", inputs=(), measured={})])


def test_another_target_is_refused_beside_laws_of_rare_earths(tmp_path: Path) -> None:
    config = write_region(tmp_path / "co", "co", 5, learned="m.skops")
    raw = json.loads(config.read_text()) | {"label_sites": {"target": "Co"}}
    config.write_text(json.dumps(raw))
    assert "train_model.learned holds laws of rare earths" in minewaste(
        "run", config, "--out", tmp_path / "out", code=1
    )
