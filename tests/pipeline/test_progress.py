"""Progress: plain lines for a file, a live bar on a terminal, silence when asked."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from layers.invented import write_region
from pipeline.config import load_config
from pipeline.progress import STEPS, Progress
from pipeline.run import run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_plain_lines_tell_step_and_seconds() -> None:
    stream = io.StringIO()
    with Progress(stream=stream) as progress, progress.step("reading the sources"):
        pass
    assert stream.getvalue().startswith("reading the sources … 0.")


def test_a_terminal_gets_a_bar_with_the_count() -> None:
    stream = Terminal()
    with Progress(steps=2, stream=stream) as progress:
        with progress.step("first"):
            pass
        with progress.step("second"):
            pass
    assert "second" in stream.getvalue()
    assert "2/2" in stream.getvalue()


def test_quiet_is_silent() -> None:
    stream = io.StringIO()
    with Progress(quiet=True, stream=stream) as progress, progress.step("reading"):
        progress.say("a line")
    assert stream.getvalue() == ""


@pytest.fixture(scope="module")
def small_region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_region(tmp_path_factory.mktemp("small"), sites=60, seed=5)


def test_the_bar_is_as_long_as_a_run(small_region: Path, tmp_path: Path) -> None:
    with Progress(quiet=True) as progress:
        run(load_config(small_region), small_region.parent, tmp_path / "out", progress)
    assert progress.taken == STEPS
