"""Files of troubles people have met, written afresh for each test; builders of the shared folder run into a fresh folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

BUILDER = Callable[[str], Path]


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
