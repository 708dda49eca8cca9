"""Fixtures shared by all tests: where the folders of real public files and of faults lie, if they are there at all."""

from __future__ import annotations

import fcntl
import gc
import os
import runpy
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

# Tests run side by side: threads of BLAS that wait for each other by turning made small fits seventy times slower. Before numpy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Runs that are compared byte by byte print one date, also where midnight lies between them.
os.environ.setdefault("SOURCE_DATE_EPOCH", str(int(time.time())))

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
WHOLE_RUNS = {"faults", "mutations", "sovereignty", "test_docs", "test_withheld_first"}
"""Folders and files of tests that run or read everything again and again."""


LONGEST_FIRST = (
    "test_guess_scored", "test_real_runs", "test_sovereignty", "test_cluster_faults", "test_mutations", "test_withheld_first",
)  # fmt: skip
"""Files of tests of minutes. Begun last, one of them would keep one process busy while the others have nothing to do."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest files; count lines in tests of parts, and of a test tried on many cases in the first one.

    Counting makes small tests of readers take up to half as long again, tests of the whole twice as long. They and further cases
    pass few lines that are not counted elsewhere: what is counted is the least that is passed.
    """
    items.sort(
        key=lambda item: LONGEST_FIRST.index(item.path.stem) if item.path.stem in LONGEST_FIRST else len(LONGEST_FIRST)
    )
    if not config.pluginmanager.hasplugin("_cov"):
        return
    tried = set()
    for item in items:
        whole = not WHOLE_RUNS.isdisjoint((item.path.parent.name, item.path.stem))
        test, bracket, _ = item.nodeid.partition("[")
        if whole or FAR_FROM_LINES & set(getattr(item, "fixturenames", ())) or (bracket and test in tried):
            item.add_marker("no_cover")
        tried.add(test)


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of every search for dead objects, and seek seldom, as a command does."""
    from pipeline.commands.surroundings import SOUGHT_AFTER

    gc.freeze()
    gc.set_threshold(*SOUGHT_AFTER)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Count no lines in what is made for a test that counts none; pytest-cov stops counting for the test itself alone."""
    counting = item.config.pluginmanager.getplugin("_cov")
    if counting is None or counting.cov_controller is None or item.get_closest_marker("no_cover") is None:
        return (yield)
    counting.cov_controller.pause()
    try:
        return (yield)
    finally:
        counting.cov_controller.resume()


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


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that the first test process to need it makes and all others read.

    Parameters
    ----------
    factory : pytest.TempPathFactory
        That of the process; its folder lies in that of all processes of one session (the recipe of pytest-xdist).
    name : str
        Name of the folder, the same in all processes.
    make : callable
        Takes the folder, which is there and empty.
    """
    own = factory.getbasetemp()
    common = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, made = common / f"shared_{name}", common / f"shared_{name}.made"
    with (common / f"shared_{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the demo, made once for all tests that only read it; its region lies beside it in ``run_region``."""

    def make(home: Path) -> None:
        from click.testing import CliRunner

        from pipeline.commands.cli import main

        result = CliRunner().invoke(main, ["demo", "--out", str(home / "run"), "--quiet"], catch_exceptions=False)
        assert result.exit_code == 0, result.output

    return made_once(tmp_path_factory, "demo", make) / "run"


@pytest.fixture
def built(shared_faults: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Run a builder of the shared folder and give the folder it wrote to; here, since a process of its own costs a start."""

    def build(name: str) -> Path:
        with monkeypatch.context() as patched, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            patched.chdir(shared_faults)
            patched.setattr(sys, "argv", [name, str(tmp_path)])
            patched.syspath_prepend(str(shared_faults))
            runpy.run_path(str(shared_faults / name), run_name="__main__")
        return tmp_path

    return build
