"""The run file: what is misspelt, mistyped or missing is named with its place and its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from layers.errors import ConfigError
from pipeline.commands.cli import main
from pipeline.config import load_config

GOOD = """\
name: region
title: A region
sources:
  - {id: sites, role: inventory, path: sites.csv, where: {province: [ON, QC, NO]}}
"""


def refused(tmp_path: Path, content: str) -> str:
    path = tmp_path / "run.yml"
    path.write_text(content)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return str(caught.value)


def test_province_codes_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "run.yml"
    path.write_text(GOOD)
    assert load_config(path).sources[0].where == {"province": ["ON", "QC", "NO"]}


def test_a_key_spelt_on_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "run.yml"
    path.write_text(GOOD.replace("where: {province: [ON, QC, NO]}", "values: {status: {ON: Ontario, yes: open}}"))
    assert load_config(path).sources[0].values == {"status": {"ON": "Ontario", "yes": "open"}}


@pytest.mark.parametrize("word", ["true", "False"])
def test_a_truth_value_where_text_is_expected_is_named(tmp_path: Path, word: str) -> None:
    message = refused(tmp_path, GOOD.replace("[ON, QC, NO]", f"[ON, {word}]"))
    assert (
        f"sources[0].where.province[1]: is {word.lower()}, a truth value, where a text is expected; quote it."
        in message
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD + "assign_samples: {radius_kn: 20}\n", "assign_samples.radius_kn: unknown key. Did you mean radius_km?"),
        (GOOD + "region: {bboxx: null}\n", "region.bboxx: unknown key. Did you mean bbox?"),
        (GOOD + "train_modle: {}\n", "train_modle: unknown key. Did you mean train_model?"),
        (GOOD.replace("path:", "pth:"), "sources[0].pth: unknown key. Did you mean path?"),
        (GOOD.replace("title: A region\n", ""), "title: this key is needed and not given."),
        (GOOD + "seed: minus one\n", "seed: "),
        (
            GOOD + "label_sites: {threshold_ppm: 1000000}\n",
            "label_sites.threshold_ppm: must be less than 1000000",
        ),
        (GOOD + "rank_sites: {grade_ppm: 2.0e+6}\n", "rank_sites.grade_ppm: must be less than 1000000"),
        (GOOD + "region: {bbox: [10, 0, 5, 1]}\n", "bbox [10.0, 0.0, 5.0, 1.0] is not west < east"),
        (GOOD.replace("role: inventory", "role: lines"), "none has the role 'inventory'"),
        (GOOD + GOOD.splitlines()[3] + "\n", "the id 'sites' is given 2 times"),
    ],
)
def test_every_mistake_is_named_with_its_place(tmp_path: Path, content: str, said: str) -> None:
    assert said in refused(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (GOOD.replace("[ON, QC, NO]", "[ON, 105]"), "sources[0].where.province[1]: is the number 105, where a text is"),
        (GOOD.replace("role: inventory", "role: inventry"), "sources[0].role: must be "),
        ("name: a\ntitle: b\nsources: {id: s}\n", "sources: is keys with values, where a list is expected; begin each"),
        (GOOD + "region: [1, 2]\n", "region: is a list, where keys with values are expected; write each as `key: value`"),
        (GOOD + "seed: minus one\n", "seed: is 'minus one', where a whole number is expected."),
        (GOOD + "train_model: {buffer_km: far}\n", "train_model.buffer_km: is 'far', where a number is expected."),
    ],
)  # fmt: skip
def test_a_mistake_is_said_once_in_words_of_the_run_file(tmp_path: Path, content: str, line: str) -> None:
    message = refused(tmp_path, content)
    assert message.startswith("run.yml: 1 thing to mend:\n  " + line)
    assert "tuple" not in message.lower()


def test_a_run_file_without_sources_says_that_one_is_needed(tmp_path: Path) -> None:
    assert "sources: " in refused(tmp_path, "name: a\ntitle: b\nsources: []\n")


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    message = refused(tmp_path, GOOD + "sed: 3\nregion: {bboxx: null}\n")
    assert message.startswith("run.yml: 2 things to mend:")


def test_tabs_are_named_with_their_line(tmp_path: Path) -> None:
    message = refused(tmp_path, GOOD + "region:\n\tbbox: null\n")
    assert "run.yml: line 6 is indented with a tab (1 such lines)." in message


def test_a_key_given_twice_is_not_silently_the_last(tmp_path: Path) -> None:
    assert "line 5: not valid YAML: the key 'name' is given twice" in refused(tmp_path, GOOD + "name: other\n")


def test_broken_yaml_names_its_line(tmp_path: Path) -> None:
    assert "run.yml: line 2: not valid YAML" in refused(tmp_path, "name: [a\nb: }\n")


def test_an_empty_file_says_what_a_run_file_is(tmp_path: Path) -> None:
    assert "holds no keys" in refused(tmp_path, "")


def test_a_missing_run_file_offers_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "ontario.yml").write_text(GOOD)
    with pytest.raises(ConfigError, match=r"there is no such run file\. Did you mean ontario\.yml\?"):
        load_config(tmp_path / "ontaro.yml")


def test_stages_carry_the_seed_unless_they_set_their_own(tmp_path: Path) -> None:
    path = tmp_path / "run.yml"
    path.write_text(GOOD + "seed: 11\nrank_sites: {random_state: 5}\n")
    config = load_config(path)
    assert config.train_model.random_state == 11
    assert config.rank_sites.random_state == 5


def test_both_scores_rank_for_one_target(tmp_path: Path) -> None:
    path = tmp_path / "run.yml"
    path.write_text(GOOD + "label_sites: {target: Co}\n")
    assert load_config(path).score_companion.target == "Co"
    path.write_text(GOOD + "label_sites: {target: Co}\nscore_companion: {target: Co, weight_metal: 0.6}\n")
    assert load_config(path).score_companion.weight_metal == 0.6
    path.write_text(GOOD + "label_sites: {target: Co}\nscore_companion: {target: REE}\n")
    with pytest.raises(ConfigError, match=r"score_companion\.target is 'REE' and label_sites\.target is 'Co'"):
        load_config(path)


@pytest.mark.parametrize(
    ("files", "content", "said"),
    [
        ({}, GOOD, "sites.csv"),
        ({"sites.csv": ""}, GOOD, "empty"),
        ({"sites.csv": "name,tonnes\nOld pit,3\n"}, GOOD, "sites"),
        ({"sites.csv": "name,latitude,longitude\nA,50,-90\n"}, GOOD.replace("title", "titel"), "Did you mean title?"),
        ({"sites.csv": "name,latitude,longitude\nA,50,-90\n"}, GOOD + "region:\n\tcrs: null\n", "tab"),
    ],
    ids=["wrong path", "empty file", "no coordinates", "misspelt key", "tabs"],
)
def test_the_command_ends_with_one_message_and_code_one(tmp_path: Path, files, content: str, said: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "run.yml").write_text(content.replace(", where: {province: [ON, QC, NO]}", ""))
    result = CliRunner().invoke(main, ["run", str(tmp_path / "run.yml"), "--out", str(tmp_path / "out"), "--quiet"])
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_bad_usage_is_code_two(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["run"]).exit_code == 2
    assert CliRunner().invoke(main, ["screen", str(tmp_path)]).exit_code == 2


@pytest.mark.parametrize(
    ("section", "remedy"),
    [
        ("label_sites: {threshold_ppm: 0.05}", "write threshold_ppm: 500"),
        ("flag_constraints: {npr_acid: 3.0, npr_possible: 1.0}", "exchange them (1, 3)"),
        ("flag_constraints: {npr_acid: 2.5}", "npr_acid must not exceed npr_possible"),
    ],
)
def test_limits_in_another_unit_or_exchanged_are_refused_with_the_spelling(
    tmp_path: Path, section: str, remedy: str
) -> None:
    assert remedy in refused(tmp_path, f"{GOOD}{section}\n")


def test_limits_in_their_unit_and_order_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "run.yml"
    path.write_text(
        f"{GOOD}label_sites: {{target: Au, threshold_ppm: 0.5}}\nflag_constraints: {{npr_acid: 1, npr_possible: 1}}\n"
    )
    assert load_config(path).label_sites.threshold_ppm == 0.5
