"""A demo that is killed again and again, at any moment, goes on to the same bytes after each of the kills (`make faults`)."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.faults.processes import Command
from tests.faults.small_region import differing

FULL = os.environ.get("MINEWASTE_FAULTS") == "full"
WALKS, KILLS_EACH = 10, 5
DAY = "2026-01-01"

pytestmark = pytest.mark.skipif(not FULL, reason="a demo takes twenty seconds: make faults")


class Demo(NamedTuple):
    """A finished demo."""

    folder: Path
    seconds: float


def demo(out: Path, temporary: Path) -> Command:
    return Command(["demo", "--out", out, "--date", DAY], temporary)


def finish(out: Path, temporary: Path) -> None:
    code, said = demo(out, temporary).end()
    assert code == 0, said


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    home = tmp_path_factory.mktemp("demo")
    began = time.monotonic()
    finish(home / "run", home / "temporary")
    return Demo(home / "run", time.monotonic() - began)


@pytest.mark.parametrize("walk", range(WALKS))
def test_a_demo_goes_on_after_every_kill_to_the_same_bytes(finished: Demo, walk: int, tmp_path: Path) -> None:
    """Each kill hits a run that takes up what the one before left; a copy of what is then on disk is finished and compared."""
    chance = random.Random(walk)
    out, temporary = tmp_path / "run", tmp_path / "temporary"
    kill = 0
    while kill < KILLS_EACH:
        process = demo(out, temporary)
        time.sleep(chance.uniform(0, 1.6 * finished.seconds / KILLS_EACH))
        if process.running():
            process.signal(signal.SIGKILL)
        code, _ = process.end()
        if code != -signal.SIGKILL:  # it was done before: begin afresh
            assert code == 0
            shutil.rmtree(out)
            continue
        kill += 1
        copy = tmp_path / f"copy_{kill}"
        for name in ("run", "run_region"):
            if (tmp_path / name).exists():
                shutil.copytree(tmp_path / name, copy / name, symlinks=True)
        finish(copy / "run", copy / "temporary")
        assert differing(copy / "run", finished.folder) == []
        assert differing(copy / "run_region", finished.folder.with_name("run_region")) == []
        shutil.rmtree(copy)
