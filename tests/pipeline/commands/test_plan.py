"""The graph of a run: what it shows is what a run does, and what may not be published is named nowhere."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import pipeline.run
from layers.site_layers import SiteLayers
from pipeline.commands.cli import main
from pipeline.commands.plan import Step, levels, plan_in_words, plan_svg, steps_of
from pipeline.folder.store import RunStore
from pipeline.progress import STEPS, Progress
from tests.faults.small_region import small_config, write_small_region

MADE_BETWEEN = {
    "locate_assays": {"geochemistry"},
    "assign_samples": {"geochemistry", "locate_assays"},
    "measure_access": {"lines", "backdrop"},
    "score_surface": {"raster"},
    "sample_rasters": {"raster"},
}
"""What steps take in a form that is made between the steps: wastes alone, samples with their sites, lines with shores."""


def test_the_plan_and_the_bar_are_those_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = small_config(write_small_region(tmp_path / "data") | {"targets": ["REE", "Co"]})
    origins: dict[int, str] = {}
    kept: list[Any] = []  # so that no number is given twice
    taken: dict[str, set[str]] = {}
    remember, fingerprint, read = RunStore.remember, RunStore.fingerprint, pipeline.run.read_and_withhold

    def remembered(self: RunStore, value: Any, known: str) -> None:
        remember(self, value, known)
        if known in self.contents.values():
            kept.append(value)
            origins[id(value)] = next(name for name, content in self.contents.items() if content == known)

    def noted(self: RunStore, name: str, arguments: Any) -> str:
        flat = [part for one in arguments for part in (one.tables() if isinstance(one, SiteLayers) else [one])]
        taken[name] = {origins[id(value)] for value in flat if id(value) in origins}
        return fingerprint(self, name, arguments)

    def layers(*arguments: Any) -> Any:
        inputs = read(*arguments)
        for role, layer in inputs.layers.items():
            kept.append(layer)
            origins[id(layer)] = role
        return inputs

    monkeypatch.setattr(RunStore, "remember", remembered)
    monkeypatch.setattr(RunStore, "fingerprint", noted)
    monkeypatch.setattr(pipeline.run, "read_and_withhold", layers)
    with Progress(quiet=True) as progress:
        pipeline.run.run(config, tmp_path / "data", tmp_path / "run", progress)
    assert progress.taken == STEPS + 1  # further targets are a step more
    planned = {step.name: set(step.takes) for step in steps_of(config) if step.name != "publish"}
    done = {name: takes for name, takes in taken.items() if not name.startswith("read_")}
    assert list(planned) == list(done)
    for name, takes in done.items():
        assert takes <= planned[name], name
        assert planned[name] - takes <= MADE_BETWEEN.get(name, set()), name


def test_a_step_stands_below_all_it_takes() -> None:
    steps = (Step("a", ("inventory",)), Step("b", ("a",)), Step("c", ("inventory",)), Step("d", ("b", "c")))
    assert levels(steps) == {"a": 0, "b": 1, "c": 0, "d": 2}


def test_it_is_drawn_and_told_without_running_and_names_nothing_private(tmp_path: Path) -> None:
    raw = write_small_region(tmp_path / "data")
    config = small_config(raw)
    drawn = ElementTree.fromstring(plan_svg(config))
    texts = [part.text for part in drawn.iter() if part.tag.endswith("text")]
    assert {"train_model", "publish", "raster", "thorium, magnetics"} <= set(texts)
    assert "rank_targets" not in texts
    assert "private, areas" not in str(texts)
    words = plan_in_words(config)
    assert "territories: areas, 1 kept private" in words
    assert "   4. locate_assays takes geochemistry, describe_camps" in words


def test_the_command_writes_the_drawing_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "run.yml").write_text("name: r\ntitle: R\nsources: [{id: s, role: inventory, path: t.csv}]\n")
    arguments = ["run", str(tmp_path / "run.yml"), "--out", str(tmp_path / "out"), "--plan"]
    told = CliRunner().invoke(main, [*arguments, str(tmp_path / "plan.svg")], catch_exceptions=False)
    assert told.exit_code == 0
    assert "score_surface" not in told.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.svg", "run.yml"]
    refused = CliRunner().invoke(main, [*arguments, str(tmp_path / "plan.png")])
    assert (refused.exit_code, "does not end in .svg" in refused.stderr) == (1, True)
