"""Run files as people type them: codes stay text and no key is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from layers.errors import ConfigError
from pipeline.commands.cli import main
from pipeline.config import RunConfig, load_config, read_yaml

SOURCE = "  - {id: sites, role: inventory, path: sites.csv"
HEAD = "name: region\ntitle: A region\nsources:\n"


def loaded(folder: Path, text: str) -> RunConfig:
    (folder / "run.yml").write_text(text, encoding="utf-8")
    return load_config(folder / "run.yml")


def refused(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, text)
    return str(caught.value)


# --- ON and NO


def test_province_codes_of_the_shared_file_stay_text(shared_faults: Path, tmp_path: Path) -> None:
    raw = read_yaml(shared_faults / "F92_province_codes.yaml")
    assert raw["filter"] == {"provinces": ["ON", "QC", "NB", "YT"], "skip": ["NO"]}
    assert raw["ON"] == {"label": "Ontario"}
    where = yaml.safe_dump({"province": raw["filter"]["provinces"]}, default_flow_style=True).strip()
    config = loaded(tmp_path, f"{HEAD}{SOURCE}, where: {where}}}\n")
    assert config.sources[0].where == {"province": ["ON", "QC", "NB", "YT"]}


@pytest.mark.parametrize("word", ["ON", "NO", "Off", "yes", "n", "Y", "2019-05-04"], ids=lambda one: f"F92 {one}")
def test_words_that_yaml_takes_for_something_else_stay_text_as_value_and_key(tmp_path: Path, word: str) -> None:
    config = loaded(tmp_path, f"{HEAD}{SOURCE}, where: {{p: [{word}]}}, values: {{status: {{{word}: x}}}}}}\n")
    assert config.sources[0].where == {"p": [word]}
    assert config.sources[0].values == {"status": {word: "x"}}


@pytest.mark.parametrize("word", ["true", "FALSE"], ids=lambda one: f"F92 {one}")
def test_a_real_truth_value_in_a_list_of_codes_is_named(tmp_path: Path, word: str) -> None:
    said = refused(tmp_path, f"{HEAD}{SOURCE}, where: {{p: [ON, {word}]}}}}\n")
    assert f"sources[0].where.p[1]: is {word.lower()}, a truth value, where a text is expected; quote it." in said


def test_a_number_in_a_list_of_codes_is_named(tmp_path: Path) -> None:
    assert "sources[0].where.sheet[0]" in refused(tmp_path, f"{HEAD}{SOURCE}, where: {{sheet: [31]}}}}\n")


# --- misspelt keys


def test_the_misspelt_section_of_the_shared_file_is_refused(shared_faults: Path, tmp_path: Path) -> None:
    text = (shared_faults / "F94_misspelt_key.yaml").read_text(encoding="utf-8")
    assert "join: unknown key" in refused(tmp_path, f"{HEAD}{SOURCE}}}\n{text}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("overlay_territories: {near_kn: 5}\n", "overlay_territories.near_kn: unknown key. Did you mean near_km?"),
        ("dask: {partition: 4}\n", "dask.partition: unknown key. Did you mean partitions?"),
        ("publish: {contct: a}\n", "publish.contct: unknown key. Did you mean contact?"),
        ("trian_model: {}\n", "trian_model: unknown key. Did you mean train_model?"),
        ("sead: 3\n", "sead: unknown key. Did you mean seed?"),
    ],
    ids=["F94 stage", "F94 dask", "F94 publish", "F94 section", "F94 top"],
)
def test_a_misspelt_key_is_refused_at_every_level_with_the_nearest_one(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(tmp_path, f"{HEAD}{SOURCE}}}\n{text}")


def test_misspelt_keys_of_a_source_are_refused(tmp_path: Path) -> None:
    assert "sources[0].colums: unknown key. Did you mean columns?" in refused(
        tmp_path, f"{HEAD}{SOURCE}, colums: {{}}}}\n"
    )
    (tmp_path / "sites.csv").write_text("id,lat,lon\n1,55.1,-120.1\n")
    (tmp_path / "run.yml").write_text(f"{HEAD}{SOURCE}, columns: {{latitude: lat, longitude: lon, nmae: id}}}}\n")
    result = CliRunner().invoke(main, ["check", str(tmp_path / "run.yml")])
    assert result.exit_code == 1
    assert "nmae" in result.stderr


def test_misspelt_reader_options_are_refused(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_text("id,lat,lon\n1,55.1,-120.1\n")
    (tmp_path / "run.yml").write_text(
        f"{HEAD}{SOURCE}, columns: {{latitude: lat, longitude: lon}}, options: {{keep_unlocatd: true}}}}\n"
    )
    result = CliRunner().invoke(main, ["check", str(tmp_path / "run.yml")])
    assert result.exit_code == 1
    assert "keep_unlocatd" in result.stderr
