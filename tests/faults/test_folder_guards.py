"""Guards of the run folder and its neighbours, each tried alone: digests, side-cars, the list of files, folders of others."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from layers.errors import SourceError
from layers.invented import write_region
from pipeline.commands.compare import compare_runs
from pipeline.commands.screen import screen_run
from pipeline.commands.verify import verify_run
from pipeline.folder.fingerprints import file_fingerprint, side_cars
from pipeline.folder.manifest import SPLITS, own_digest
from pipeline.folder.run_folder import LIST, RunFolder, read_list
from tests.faults.small_region import SmallRun


@pytest.fixture
def finished(small_run: SmallRun) -> Path:
    """A finished run of the small region; its data lie beside it."""
    return small_run.folder


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "run"))


def rewritten(run: Path, **more: Any) -> dict[str, Any]:
    """Change parts of a manifest as a run would have written them."""
    manifest = json.loads((run / "manifest.json").read_text()) | more
    (run / "manifest.json").write_text(json.dumps(manifest | {"sha256": own_digest(manifest)}))
    return manifest


def test_a_file_of_the_same_size_and_time_has_another_digest(tmp_path: Path) -> None:
    path = tmp_path / "mines.csv"
    path.write_text("gold")
    before, times = file_fingerprint(path), path.stat()
    path.write_text("zinc")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert path.stat().st_size == times.st_size
    assert file_fingerprint(path) != before


def test_what_stands_beside_the_target_of_a_virtual_raster_counts(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for name in ("grid.tif", "grid.tfw", "grid.tif.aux.xml", "other.tif"):
        (tmp_path / "below" / name).write_text("x")
    (tmp_path / "inner.vrt").write_text("<SourceFilename relativeToVRT='1'>below/grid.tif</SourceFilename>")
    (tmp_path / "outer.vrt").write_text("<SourceFilename relativeToVRT='1'>inner.vrt</SourceFilename>")
    found = [one.name for one in side_cars(tmp_path / "outer.vrt")]
    assert sorted(found) == ["grid.tfw", "grid.tif", "grid.tif.aux.xml", "inner.vrt"]


def test_virtual_rasters_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a.vrt").write_text("<SourceFilename>b.vrt</SourceFilename>")
    (tmp_path / "b.vrt").write_text("<SourceFilename>a.vrt</SourceFilename>")
    assert {one.name for one in side_cars(tmp_path / "a.vrt")} <= {"a.vrt", "b.vrt"}


def test_a_run_that_begins_at_the_same_time_leaves_the_list_of_the_first(tmp_path: Path) -> None:
    first = RunFolder(tmp_path / "run")
    first.claim("ranking.csv")
    first._begin_list()  # as by a second run that looked before the first wrote
    assert read_list(tmp_path / "run") == {"ranking.csv"}


def test_every_byte_of_a_run_folder_is_guarded(copy: Path) -> None:
    names = [one.relative_to(copy).as_posix() for one in sorted(copy.rglob("*")) if one.is_file()]
    assert LIST in names
    for name in names:
        content = (copy / name).read_bytes()
        at = len(content) // 2
        (copy / name).write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        try:
            altered = verify_run(copy).altered
        except SourceError:  # the manifest cannot be read any more
            altered = ("manifest.json",)
        assert altered == (name,)
        (copy / name).write_bytes(content)
    assert verify_run(copy).holds


def test_strangers_among_the_stages_are_named(copy: Path) -> None:
    (copy / "stages" / "mine.txt").write_text("mine")
    verified = verify_run(copy)
    assert (verified.strange, verified.holds) == (("stages/mine.txt",), True)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("files", 5), ("files", {"../data/mines.csv": "0"}), ("inputs", [{}]), ("inputs", []), ("config", {"sources": [1]}),
        ("versions", {"numpy": []}), ("steps", []), ("fingerprints", None),
    ],
)  # fmt: skip
def test_a_manifest_of_other_kinds_is_one_message(copy: Path, finished: Path, part: str, value: Any) -> None:
    rewritten(copy, **{part: value})
    for look in (lambda: verify_run(copy, finished.parent / "data"), lambda: compare_runs(finished, copy)):
        with pytest.raises(SourceError, match=rf"manifest\.json: {part}.* is missing or no longer what was written"):
            look()


def test_the_list_of_folds_is_an_input(copy: Path, finished: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(finished.parent / "data", tmp_path / "data"))
    (data / "folds.csv").write_text("site_id,fold\na,1\n")
    manifest = json.loads((copy / "manifest.json").read_text())
    config = manifest["config"] | {"train_model": manifest["config"]["train_model"] | {"splits": "folds.csv"}}
    digests = manifest["fingerprints"] | {SPLITS: file_fingerprint(data / "folds.csv")}
    rewritten(copy, config=config, fingerprints=digests)
    other = Path(shutil.copytree(copy, tmp_path / "other"))
    assert verify_run(copy, data).holds
    (data / "folds.csv").write_text("site_id,fold\na,2\n")
    assert verify_run(copy, data).inputs == ("train_model.splits: folds.csv has other bytes",)
    (data / "folds.csv").unlink()
    assert verify_run(copy, data).inputs == ("train_model.splits: folds.csv is not there",)
    rewritten(other, fingerprints=digests | {SPLITS: "0"})
    assert compare_runs(copy, other).causes == ("input train_model.splits: other bytes",)


def screened(run: Path, out: Path) -> None:
    screen_run(run, community="Community 1", nation=None, area=None, site=None, within_km=60.0, lang="en", out=out)


def test_a_screening_overwrites_nothing_of_others(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.html").write_text("mine")
    for out in (copy, tmp_path / "mine"):
        before = sorted(one.name for one in out.rglob("*"))
        with pytest.raises(SourceError, match="and no earlier screening, so nothing is written there"):
            screened(copy, out)
        assert sorted(one.name for one in out.rglob("*")) == before
    with pytest.raises(SourceError, match="is a file, where a folder"):
        screened(copy, copy / "map.html")


def test_a_second_screening_leaves_no_sheet_of_the_first(copy: Path, tmp_path: Path) -> None:
    screened(copy, tmp_path / "near")
    (tmp_path / "near" / "sheets" / "withheld-since.html").write_text("a site that is left out by now")
    screened(copy, tmp_path / "near")
    assert not (tmp_path / "near" / "sheets" / "withheld-since.html").exists()
    assert list((tmp_path / "near" / "sheets").iterdir())


def test_an_invented_region_overwrites_nothing_of_others(tmp_path: Path) -> None:
    (tmp_path / "region.yml").write_text("mine")
    with pytest.raises(SourceError, match="and no invented region, so nothing is written there"):
        write_region(tmp_path, sites=20)
    assert [one.name for one in tmp_path.iterdir()] == ["region.yml"]
