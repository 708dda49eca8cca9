"""Values of a run file that YAML reads as something nobody means are refused with the spelling to use."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from layers.catalogue.yaml_text import ShippedLoader, TextLoader
from layers.errors import ConfigError
from pipeline.config import load_config, read_yaml


def written(folder: Path, value: str) -> Path:
    path = folder / "run.yml"
    path.write_text(f"name: a\ntitle: b\nvalue: {value}\n")
    return path


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (
            "0123",
            "line 3: not valid YAML: YAML takes 0123 for an octal number: write '0123' in quotes for a text, 123 for a number",
        ),
        ("12:30", "YAML takes 12:30 for a number to the base 60: write '12:30' in quotes for a text"),
        ("190:20:30.15", "a number to the base 60"),
        (".inf", "YAML takes .inf for infinity: no setting takes it"),
        ("-.Inf", "infinity"),
        (".nan", "no number at all"),
        ("0x1F", "a hexadecimal number"),
        ("0b11", "a binary number"),
        ("[1, [02]]", "an octal number"),
    ],
)
def test_surprising_numbers_are_refused(tmp_path: Path, value: str, told: str) -> None:
    with pytest.raises(ConfigError) as failure:
        read_yaml(written(tmp_path, value))
    assert told in str(failure.value)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("0", 0), ("-12", -12), ("1_000", 1000), ("1.50", 1.5), (".5", 0.5), ("1.0e-3", 0.001), ("'0123'", "0123"), ("ON", "ON"),
        ("NO", "NO"), ("2020-01-02", "2020-01-02"), ("31E05", "31E05"), ("08", "08"), ("true", True), ("~", None),
        ("1.2.3", "1.2.3"), ("12:75", "12:75"), ("-", None),
    ],
)  # fmt: skip
def test_all_else_means_what_it_looks_like(tmp_path: Path, value: str, meant: object) -> None:
    if value == "-":
        value = ""
    assert read_yaml(written(tmp_path, value))["value"] == meant


@pytest.mark.parametrize(
    ("value", "told"), [("12", "is the number 12, where a text is expected"), ("null", "is empty or null")]
)
def test_a_number_or_nothing_for_a_text_says_to_quote_it(tmp_path: Path, value: str, told: str) -> None:
    path = tmp_path / "run.yml"
    path.write_text(
        "name: a\ntitle: b\nsources:\n- {id: s, role: inventory, path: s.csv, missing: [%s]}\n" % value  # noqa: UP031
    )
    with pytest.raises(ConfigError) as failure:
        load_config(path)
    assert told in str(failure.value)


def test_the_quick_reader_of_the_catalogue_reads_what_that_of_run_files_does() -> None:
    entries = sorted((files("layers") / "catalogue").glob("*.yml"))  # type: ignore[attr-defined]
    texts = [entry.read_text(encoding="utf-8") for entry in entries]
    texts += ["a: [1, 1.5, 012, yes, ON, true, 2020-01-01, 1e3, '5', ~]", "a: 0x1F", "a: 1\na: 2"]
    for text in texts:
        answers = []
        for loader in (TextLoader, ShippedLoader):
            try:
                answers.append(repr(yaml.load(text, Loader=loader)))
            except yaml.YAMLError as failure:
                answers.append(str(getattr(failure, "problem", failure)))
        assert answers[0] == answers[1]
