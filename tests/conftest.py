"""Fixtures shared by all tests: where the folders of real public files and of faults lie, if they are there at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(tempfile.gettempdir()) / "minewaste-hypothesis"))
hypothesis.settings.register_profile("minewaste", database=None, derandomize=True, deadline=None)
hypothesis.settings.load_profile("minewaste")

FAR_FROM_LINES = {
    "shared_realdata",
    "shared_headings",
    "shared_faults",
    "shared_cases",
    "browser",
    "cluster",
    "dask_cluster",
}
"""Fixtures of tests that try much at once on real files, in browsers and on clusters: which lines they pass says little."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Count no lines in tests of the whole, which would take twice as long; tests of parts pass the same lines."""
    if not config.pluginmanager.hasplugin("_cov"):
        return
    for item in items:
        if FAR_FROM_LINES & set(getattr(item, "fixturenames", ())) or item.path.parent.name in (
            "sovereignty",
            "mutations",
        ):
            item.add_marker("no_cover")


def _shared(part: str) -> Path:
    """Return a folder of shared test files, or skip the test with the reason in sight."""
    home = Path(os.environ.get("MINEWASTE_SHARED") or Path(__file__).parents[1] / "../shared").resolve()
    folder = home / part
    if not folder.is_dir():
        pytest.skip(f"{part}: the folder of shared test files is absent (set MINEWASTE_SHARED)")
    return folder


@pytest.fixture(scope="session")
def shared_realdata() -> Path:
    """Folder of real public files."""
    return _shared("realdata")


@pytest.fixture(scope="session")
def shared_headings() -> Path:
    """Folder of real column headings with what they mean."""
    return _shared("headings")


@pytest.fixture(scope="session")
def shared_faults() -> Path:
    """Folder of fault inputs."""
    return _shared("faults")


@pytest.fixture(scope="session")
def shared_cases() -> Path:
    """Folder of small inputs that show problems people report."""
    return _shared("cases")


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the demo, made once for all tests that only read it; its region lies beside it in ``run_region``."""
    from click.testing import CliRunner

    from pipeline.commands.cli import main

    out = tmp_path_factory.mktemp("demo") / "run"
    result = CliRunner().invoke(main, ["demo", "--out", str(out), "--quiet"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return out
