"""Files of troubles people have met, written afresh for each test; builders of the shared folder run into a fresh folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.faults.small_region import SmallRun, run_small, write_small_region

BUILDER = Callable[[str], Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the k-th of n parts of these tests where ``MINEWASTE_FAULTS_PART`` is ``k/n`` (``make faults PART=k/n``)."""
    part = os.environ.get("MINEWASTE_FAULTS_PART")
    if part:
        which, parts = map(int, part.split("/"))
        ours = [item for item in items if Path(__file__).parent in item.path.parents]
        left_out = {id(item) for at, item in enumerate(ours) if at % parts != which - 1}
        items[:] = [item for item in items if id(item) not in left_out]


@pytest.fixture
def built(shared_faults: Path, tmp_path: Path) -> BUILDER:
    """Run a builder of the shared folder and give the folder it wrote to."""

    def build(name: str) -> Path:
        subprocess.run(
            [sys.executable, "-W", "ignore", str(shared_faults / name), str(tmp_path)],
            check=True,
            capture_output=True,
            cwd=shared_faults,
        )
        return tmp_path

    return build


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    """A finished run of the small region, made once for all tests that read it or spoil a copy of it."""
    home = tmp_path_factory.mktemp("small")
    raw: dict[str, Any] = write_small_region(home / "data")
    (home / "data" / "run.yml").write_text(yaml.safe_dump(raw), encoding="utf-8")
    run_small(raw, home / "data", home / "run")
    return SmallRun(home / "data", home / "run", raw)
