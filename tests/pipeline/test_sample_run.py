"""A run on samples alone: its folder, its report, what it refuses and what it leaves out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from layers.errors import ConfigError, SourceError
from pipeline.commands.cli import main
from pipeline.config import load_config
from pipeline.folder.published import load_publication
from pipeline.purge import purge

COLUMNS = {"sample_id": "ID", "latitude": "LAT", "longitude": "LON"}


def soils(folder: Path, n: int = 160) -> None:
    rng = np.random.default_rng(2)
    hidden = rng.normal(0, 0.3, n)
    table = pd.DataFrame({"ID": np.arange(n), "LAT": rng.uniform(60, 64, n), "LON": rng.uniform(20, 30, n)})
    for name, level, noise in (
        ("La", 1.3, 0.03),
        ("Ce", 1.6, 0.03),
        ("Nd", 1.2, 0.03),
        ("Th", 0.8, 0.1),
        ("P", 2.8, 0.2),
    ):
        table[f"{name}_ppm"] = (10 ** (level + hidden + rng.normal(0, noise, n))).round(2)
    table.to_csv(folder / "soils.csv", index=False)


def run_file(folder: Path, sources: list[dict[str, Any]] | None = None, **more: Any) -> Path:
    soil = {
        "id": "soils", "role": "geochemistry", "path": "soils.csv", "crs": "EPSG:4326", "columns": COLUMNS,
        "defaults": {"medium": "soil"}, "licence": "CC BY", "title": "Invented soils",
    }  # fmt: skip
    content = {
        "name": "soils",
        "title": "Invented soils",
        "units": "samples",
        "sources": [soil, *(sources or [])],
        **more,
    }
    content |= {"predict_samples": {"n_trees": 20}}
    path = folder / "run.yml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("soils")
    soils(folder)
    result = CliRunner().invoke(
        main, ["run", str(run_file(folder)), "--out", str(folder / "run")], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    assert "160 samples judged" in result.output
    assert "sites ranked" not in result.output
    return folder / "run"


def test_the_folder_holds_the_test_and_nothing_of_wastes(done: Path) -> None:
    names = {path.name for path in done.iterdir()}
    assert names == {
        "accounting.csv", "manifest.json", "model", "rejected.csv", "report.html", "samples.csv", "samples.gpkg", "stages",
    }  # fmt: skip
    validation = json.loads((done / "model" / "validation.json").read_text())
    assert validation["proxies"][0]["r2_spatial"] > 0.6
    assert {"r2_random", "blocks", "n", "baselines"} <= set(validation["proxies"][0])
    table = pd.read_csv(done / "samples.csv")
    assert len(table) == 160
    assert (table["low_ppm"] <= table["high_ppm"]).all()
    account = pd.read_csv(done / "accounting.csv").iloc[0]
    assert account["rows_read"] == account["rows_kept"] == 160
    assert json.loads((done / "manifest.json").read_text())["config"]["units"] == "samples"


def test_the_report_says_what_was_tested_and_what_it_does_not_say(done: Path) -> None:
    page = (done / "report.html").read_text()
    assert "Other elements of the same sample tell the sum of rare earths: R² 0." in page
    assert (
        "D'autres éléments du même échantillon permettent d'estimer la somme des terres rares\u00a0: R² de 0," in page
    )
    assert "The units are samples, not wastes" in page
    assert "Les unités sont des échantillons, non des résidus" in page
    assert page.count("<svg") == 4  # scatter and map, in two languages
    assert "[[" not in page
    assert "must be tested again on wastes" in page
    for word in ("Companion", "companion", "best-ranked", "tonnage_t"):
        assert word not in page


def test_a_second_run_takes_up_what_has_not_changed(done: Path) -> None:
    before = (done / "samples.csv").read_bytes()
    arguments = ["run", str(done.parent / "run.yml"), "--out", str(done), "--json", "--quiet"]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert json.loads(result.output)["stages_reused"] == 2
    assert json.loads(result.output)["units"] == "samples"
    assert (done / "samples.csv").read_bytes() == before


def test_commands_on_sites_say_that_there_are_none(done: Path) -> None:
    with pytest.raises(SourceError, match="is a run on samples"):
        load_publication(done)


@pytest.mark.parametrize("role", ["inventory", "territories", "communities", "lines"])
def test_sources_that_belong_to_sites_are_refused(tmp_path: Path, role: str) -> None:
    other = {"id": "other", "role": role, "path": "other.csv", "publish": "allowed"}
    with pytest.raises(ConfigError, match=rf"there are no sites that other \({role}\) could belong to"):
        load_config(run_file(tmp_path, [other]))


def test_without_an_inventory_the_run_file_is_told_of_samples(tmp_path: Path) -> None:
    path = run_file(tmp_path)
    path.write_text(path.read_text().replace("units: samples", "units: sites"))
    with pytest.raises(ConfigError, match="For samples alone say `units: samples`"):
        load_config(path)


def test_what_a_steward_asked_to_leave_out_is_not_in_the_folder(tmp_path: Path) -> None:
    soils(tmp_path)
    area = {
        "type": "FeatureCollection",
        "features": [{
            "type": "Feature", "properties": {},
            "geometry": {"type": "Polygon", "coordinates": [[[20, 60], [25, 60], [25, 62], [20, 62], [20, 60]]]},
        }],
    }  # fmt: skip
    (tmp_path / "asked.geojson").write_text(json.dumps(area))
    path = run_file(tmp_path, [{"id": "asked", "role": "exclusions", "path": "asked.geojson"}])
    arguments = ["run", str(path), "--out", str(tmp_path / "run"), "--quiet"]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    table = pd.read_csv(tmp_path / "run" / "samples.csv")
    inside = table["longitude"].between(20, 25) & table["latitude"].between(60, 62)
    account = pd.read_csv(tmp_path / "run" / "accounting.csv").set_index("source").loc["soils"]
    assert not inside.any()
    assert len(table) == account["rows_kept"] < 160
    assert account["rows_withheld"] == 160 - len(table)


def test_coordinates_are_as_coarse_as_asked_and_a_purge_takes_all(tmp_path: Path) -> None:
    soils(tmp_path)
    path = run_file(tmp_path, publish={"coordinate_precision_km": 50})
    out = tmp_path / "run"
    assert CliRunner().invoke(main, ["run", str(path), "--out", str(out), "--quiet"]).exit_code == 0
    places = pd.read_csv(out / "samples.csv")[["longitude", "latitude"]].drop_duplicates()
    assert len(places) < 120
    assert purge(out, "soils").left == ()
    assert not (out / "samples.gpkg").exists()
