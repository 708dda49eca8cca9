"""What is written goes to its own place: a file with a second name elsewhere, by a link of either kind, stays as it is there."""

from __future__ import annotations

import copy
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from layers.errors import SourceError
from pipeline.commands.check import check_sources
from pipeline.commands.init import init_region
from pipeline.commands.plan import START, planned
from pipeline.commands.screen import screen_run
from pipeline.folder.published import load_publication
from pipeline.folder.run_folder import LIST, LOCK, held
from pipeline.folder.screening_folder import LIST as SCREENING_LIST
from pipeline.purge import purge
from tests.faults.small_region import SmallRun, run_small, small_config


def linked_copy(folder: Path, to: Path) -> Path:
    """Copy a folder as ``cp -al`` does: every file is the very same one under a second name."""
    return Path(shutil.copytree(folder, to, copy_function=os.link))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def backed_up(small_run: SmallRun, tmp_path: Path) -> tuple[Path, Path]:
    """Return a finished run folder, and a copy of it by links."""
    run = Path(shutil.copytree(small_run.folder, tmp_path / "run"))
    return run, linked_copy(run, tmp_path / "backup")


@pytest.mark.parametrize("change", ["another key", "a source less", "purged", "a lock left behind"])
def test_a_copy_of_a_run_folder_by_links_stays_as_it_was(
    small_run: SmallRun, backed_up: tuple[Path, Path], change: str
) -> None:
    run, backup = backed_up
    raw = copy.deepcopy(small_run.raw)
    if change == "a lock left behind":
        (run / LOCK).write_text("keep this")
        os.link(run / LOCK, backup / LOCK)
    before = contents(backup)
    if change == "purged":
        purge(run, "till")
    else:
        raw["rank_sites"]["n_draws"] = 60 if change == "another key" else 50
        raw["sources"] = [one for one in raw["sources"] if change != "a source less" or one["role"] != "raster"]
        run_small(raw, small_run.data, run)
    assert contents(backup) == before
    assert not (run / LOCK).exists()
    shared = {path.stat().st_ino for path in backup.rglob("*") if path.is_file()}
    assert (run / LIST).stat().st_ino not in shared


def test_a_folder_that_is_held_under_another_name_of_its_lock_is_held(tmp_path: Path) -> None:
    with held(tmp_path / "run"):
        linked_copy(tmp_path / "run", tmp_path / "backup")
        with pytest.raises(SourceError, match="another run writes this folder"), held(tmp_path / "backup"):
            pass
        assert json.loads((tmp_path / "run" / LOCK).read_text())["pid"] == os.getpid()
    with held(tmp_path / "backup"):
        assert (tmp_path / "backup" / LOCK).stat().st_nlink == 1


@pytest.mark.parametrize("kind", ["hard", "symbolic"])
def test_pages_of_a_screening_and_a_check_are_written_through_no_link(
    small_run: SmallRun, tmp_path: Path, kind: str
) -> None:
    site = load_publication(small_run.folder).sites["site_id"].iloc[0]
    screened = tmp_path / "screened"
    words: dict[str, Any] = {"community": "Community 1", "nation": None, "area": None, "site": None, "lang": "en"}
    screen_run(small_run.folder, **words, within_km=500.0, out=screened)
    check_sources(small_config(small_run.raw), small_run.data, screened)
    names = sorted(str(path.relative_to(screened)) for path in screened.rglob("*") if path.is_file())
    names.remove(SCREENING_LIST)
    assert {"index.html", "map.html", "sites.xlsx", f"sheets/{site}.html", "check.html"} <= {
        *names,
        f"sheets/{site}.html",
    }
    (tmp_path / "own").mkdir()
    for number, name in enumerate(names):
        other = tmp_path / "own" / f"{number}.txt"
        other.write_text("keep this")
        (screened / name).unlink()
        (os.link if kind == "hard" else os.symlink)(other, screened / name)
    screen_run(small_run.folder, **words, within_km=500.0, out=screened)
    with pytest.raises(SourceError, match="holds something else than a former page"):
        check_sources(small_config(small_run.raw), small_run.data, screened)
    assert {path.read_text() for path in (tmp_path / "own").iterdir()} == {"keep this"}
    (screened / "check.html").unlink()
    check_sources(small_config(small_run.raw), small_run.data, screened)
    assert {path.read_text() for path in (tmp_path / "own").iterdir()} == {"keep this"}
    assert not [name for name in names if (screened / name).is_symlink()]
    assert [name for name in names if (screened / name).read_bytes() == b"keep this"] == []


def test_a_run_file_and_a_plan_are_written_through_no_link(small_run: SmallRun, tmp_path: Path) -> None:
    data = Path(shutil.copytree(small_run.data, tmp_path / "data"))
    (data / "region.yml").symlink_to(tmp_path / "elsewhere.yml")
    init_region(data, None)
    assert (data / "region.yml").is_file()
    assert not (tmp_path / "elsewhere.yml").exists()
    drawing = f"{START} keep this"
    (tmp_path / "keep.svg").write_text(drawing)
    for link in (os.link, os.symlink):
        link(tmp_path / "keep.svg", tmp_path / "plan.svg")
        planned(small_run.data / "run.yml", small_run.data, tmp_path / "plan.svg")
        assert (tmp_path / "keep.svg").read_text() == drawing
        assert (tmp_path / "plan.svg").read_text().startswith(START)
        (tmp_path / "plan.svg").unlink()
