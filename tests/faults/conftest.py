"""Files of troubles people have met, written afresh for each test."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import made_once
from tests.faults.small_region import SmallRun, run_small, write_small_region


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the k-th of n parts of these tests where ``MINEWASTE_FAULTS_PART`` is ``k/n`` (``make faults PART=k/n``)."""
    part = os.environ.get("MINEWASTE_FAULTS_PART")
    if part:
        which, parts = map(int, part.split("/"))
        ours = [item for item in items if Path(__file__).parent in item.path.parents]
        left_out = {id(item) for at, item in enumerate(ours) if at % parts != which - 1}
        items[:] = [item for item in items if id(item) not in left_out]


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    """A finished run of the small region, made once for all tests that read it or spoil a copy of it."""

    def make(home: Path) -> None:
        raw: dict[str, Any] = write_small_region(home / "data")
        (home / "data" / "run.yml").write_text(yaml.safe_dump(raw), encoding="utf-8")
        run_small(raw, home / "data", home / "run")

    home = made_once(tmp_path_factory, "small", make)
    return SmallRun(
        home / "data", home / "run", yaml.safe_load((home / "data" / "run.yml").read_text(encoding="utf-8"))
    )
