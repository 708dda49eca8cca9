"""Guards of the run folder and its neighbours, each tried alone: digests, side-cars, the list of files, folders of others."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import skops.io
from click.testing import CliRunner

from layers.errors import MinewasteError, SourceError
from layers.invented import write_region
from pipeline.commands.check import check_sources
from pipeline.commands.cli import main
from pipeline.commands.compare import Comparison, compare_runs, write_moves
from pipeline.commands.screen import screen_run
from pipeline.commands.unexpected import quiet_callbacks
from pipeline.commands.verify import in_words, verify_run
from pipeline.folder.fingerprints import file_fingerprint, side_cars
from pipeline.folder.manifest import SPLITS, own_digest
from pipeline.folder.model_store import load_model
from pipeline.folder.run_folder import LIST, LOCK, RunFolder, read_list
from pipeline.folder.screening_folder import LIST as SCREENING_LIST
from pipeline.folder.screening_folder import MARK as SCREENING_MARK
from pipeline.folder.writing import json_text
from pipeline.purge import purge
from tests.faults.small_region import SmallRun, run_small, small_config


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
    (run / "manifest.json").write_text(json_text(manifest | {"sha256": own_digest(manifest)}))
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


def test_blanks_in_a_manifest_and_links_in_place_of_files_are_told(copy: Path, tmp_path: Path) -> None:
    content = (copy / "manifest.json").read_text()
    for changed in (content + " ", content.replace("\n", "\n ")):
        (copy / "manifest.json").write_text(changed)
        assert verify_run(copy).altered == ("manifest.json",)
    for changed in (content.replace("\n", "\r\n"), content.replace("\n", "\r"), "\ufeff" + content):
        (copy / "manifest.json").write_bytes(changed.encode())
        assert "manifest.json" in refused_or_altered(copy)
    (copy / "manifest.json").write_text(content)
    (copy / "report.html").rename(tmp_path / "elsewhere.html")
    (copy / "report.html").symlink_to(tmp_path / "elsewhere.html")
    assert verify_run(copy).altered == ("report.html",)


def refused_or_altered(run: Path) -> str:
    try:
        return " ".join(verify_run(run).altered)
    except SourceError as refusal:
        return str(refusal)


@pytest.mark.parametrize("inner", ["sheets", "model", "stages/published"])
def test_a_folder_of_a_run_that_lies_elsewhere_is_told(copy: Path, tmp_path: Path, inner: str) -> None:
    names = {path.relative_to(copy).as_posix() for path in (copy / inner).rglob("*") if path.is_file()}
    (copy / inner).rename(tmp_path / "elsewhere")
    (copy / inner).symlink_to(tmp_path / "elsewhere")
    assert set(verify_run(copy).altered) == names != set()


@pytest.mark.parametrize(
    "name",
    [
        "ranking.gpkg-wal",
        "ranking.gpkg-journal",
        "surface.tif.aux.xml",
        "surface.tif.ovr",
        "surface.tfw",
        "ranking.csvt",
    ],
)
def test_a_file_beside_a_result_that_changes_what_is_shown_of_it_is_told(copy: Path, name: str) -> None:
    (copy / "surface.tif").is_file() or pytest.fail("the run has no surface")
    (copy / name).write_text("x")
    (copy / "notes").mkdir()
    verified = verify_run(copy)
    assert (verified.beside, verified.strange, verified.altered, verified.holds) == ((name,), ("notes",), (), False)
    assert name in in_words(verified, copy)


def test_an_input_that_has_become_a_link_out_of_the_data_folder_is_told(
    copy: Path, small_run: SmallRun, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(small_run.data, tmp_path / "data"))
    for name in ("mines.csv", "roads.prj", "thorium.tif"):
        (data / name).rename(tmp_path / name)
        (data / name).symlink_to(tmp_path / name)
    inputs = verify_run(copy, data).inputs
    assert [line.split(":")[0].split(" ")[0] for line in inputs] == ["mines", "roads", "thorium"]
    assert all("link" in line for line in inputs)


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
    for name in ("withheld-since.html", "mine.html"):
        (tmp_path / "near" / "sheets" / name).write_text("a site that is left out by now, and notes of somebody else")
    with (tmp_path / "near" / SCREENING_LIST).open("a") as written:
        written.write("sheets/withheld-since.html\n")
    before = (tmp_path / "near" / "sites.xlsx").read_bytes()
    time.sleep(1.1)  # times in workbooks are in whole seconds
    screened(copy, tmp_path / "near")
    assert (tmp_path / "near" / "sites.xlsx").read_bytes() == before
    assert not (tmp_path / "near" / "sheets" / "withheld-since.html").exists()
    assert len(list((tmp_path / "near" / "sheets").iterdir())) > 1
    assert (tmp_path / "near" / "sheets" / "mine.html").is_file()
    (tmp_path / "near" / SCREENING_LIST).write_text(f"{SCREENING_MARK}\n../outside.html\n")
    with pytest.raises(
        SourceError, match=r"index\.html, map\.html, .* was not written by a screening, so it is not overwritten"
    ):
        screened(copy, tmp_path / "near")


def test_a_screening_empties_no_folder_a_link_leads_to(copy: Path, tmp_path: Path) -> None:
    screened(copy, tmp_path / "near")
    shutil.rmtree(tmp_path / "near" / "sheets")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "thesis.html").write_text("kept")
    (tmp_path / "near" / "sheets").symlink_to(tmp_path / "theirs")
    with pytest.raises(SourceError, match="near: sheets lies there and was not written by a screening"):
        screened(copy, tmp_path / "near")
    assert (tmp_path / "theirs" / "thesis.html").read_text() == "kept"


def test_a_purge_takes_of_screenings_what_they_wrote_and_nothing_else(copy: Path, tmp_path: Path) -> None:
    """Notes in a screening, a folder made by hand under such a name, a copy with remarks, a link to a screening elsewhere."""
    ours, hand, noted = (tmp_path / f"run_screen_{name}" for name in ("near", "plans", "noted"))
    screened(copy, ours)
    names = {path.relative_to(ours).as_posix() for path in ours.rglob("*") if path.is_file()} - {SCREENING_LIST}
    shutil.copytree(ours, noted)
    shutil.copytree(ours, tmp_path / "elsewhere")
    (tmp_path / "run_screen_link").symlink_to(tmp_path / "elsewhere")
    shutil.copytree(ours, hand)
    (hand / SCREENING_LIST).unlink()
    own = [noted / "mine.txt", noted / "sheets" / "mine.html", *(hand / name for name in names)]
    (copy / "surface.tif.d").mkdir()
    own += [copy / "surface.tif.d" / "mine.txt", copy / "sites.parquet.notes"]
    for path in own:
        path.write_text("mine")
    purged = purge(copy, "till")
    assert not ours.exists()
    assert {path for path in noted.rglob("*") if path.is_file()} == set(own[:2])
    assert [path.read_text() for path in own] == ["mine"] * len(own)
    left = {path.relative_to(tmp_path).as_posix() for path in own} | {"run_screen_link"}
    assert set(purged.left) == left
    assert {f"run_screen_near/{name}" for name in names} <= set(purged.removed)
    assert len(list((tmp_path / "elsewhere").iterdir())) > 4


@pytest.mark.no_cover  # whole runs, whose lines tests of parts pass
@pytest.mark.parametrize(
    "name", [LOCK, LIST, "manifest.json", "stages/merge_sites.mark", "stages/published/publication.json"]
)
def test_a_file_of_a_run_folder_of_any_length_is_one_message_or_mended_at_once(
    copy: Path, small_run: SmallRun, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A hole in the disk of two gigabytes travels as kilobytes. Nothing reads more of it than such a file can have."""
    with (copy / name).open("wb") as hole:
        hole.truncate(2 << 30)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + (3 << 29), limits[1]))
    try:
        for look in (
            lambda: verify_run(copy),
            lambda: screened(copy, copy.parent / "near"),
            lambda: purge(copy, "till"),
        ):
            with suppress(SourceError):
                look()
        if name == LIST:
            with pytest.raises(SourceError, match="is not the folder of a run"):
                run_small(small_run.raw, small_run.data, copy)
        else:
            run_small(small_run.raw, small_run.data, copy)
            assert verify_run(copy).holds
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


@pytest.mark.parametrize("place", ["stages/x", "sheets", "new/below"])
def test_a_run_and_a_check_are_written_into_no_run_folder(copy: Path, small_run: SmallRun, place: str) -> None:
    before = sorted(copy.rglob("*"))
    with pytest.raises(SourceError, match=rf"run/{place}: lies inside .*run, which is the folder of another run"):
        run_small(small_run.raw, small_run.data, copy / place)
    with pytest.raises(SourceError, match=r"run: is the folder of a run, which holds what the run wrote and nothing"):
        check_sources(small_config(small_run.raw), small_run.data, copy)
    assert sorted(copy.rglob("*")) == before


def test_a_demo_that_cannot_be_written_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    result = CliRunner().invoke(main, ["demo", "--out", str(tmp_path / "out")])
    assert (result.exit_code, "is a file, where the folder of a run is needed" in result.stderr) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_is_none_of_a_run_is_not_walked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be the whole disk: a look at its mark, and at no more than the first of its files, is enough."""
    for number in range(50):
        (tmp_path / f"mine{number}.txt").write_text("mine")
    whole, walked = Path.rglob, []

    def counted(path: Path, pattern: str) -> Iterator[Path]:
        for member in whole(path, pattern):
            walked.append(member)
            yield member

    monkeypatch.setattr(Path, "rglob", counted)
    with pytest.raises(SourceError, match="is not the folder of a run"):
        read_list(tmp_path)
    assert walked == []
    with pytest.raises(SourceError, match=r"holds files \((mine\d+\.txt,? ){3}…\) and is not the folder of a run"):
        RunFolder(tmp_path)
    assert 3 <= len(walked) < 10


def test_a_name_that_is_no_text_is_a_name_nobody_has(copy: Path) -> None:
    for place in ({"community": "\udcc9vreux"}, {"nation": "\udcff"}, {"site": "\udcfe"}):
        words: dict[str, Any] = {"community": None, "nation": None, "area": None, "site": None} | place
        with pytest.raises(MinewasteError):
            screen_run(copy, **words, within_km=60.0, lang="en", out=copy.parent / "near")


def test_a_table_of_moves_calculates_nothing_and_goes_into_no_run_folder(copy: Path, tmp_path: Path) -> None:
    sites = pd.DataFrame({"site_id": ["a"], "name": ["=cmd|'/C calc'!A0"]})
    moves = Comparison(causes=(), sites=sites, steps=())
    write_moves(moves, tmp_path / "moves.csv")
    assert pd.read_csv(tmp_path / "moves.csv")["name"].tolist() == ["'=cmd|'/C calc'!A0"]
    before = (copy / "ranking.csv").read_bytes()
    for path in (copy / "ranking.csv", copy / "sheets" / "moves.csv"):
        with pytest.raises(SourceError, match=r"lies in the folder of a run \(run\)"):
            write_moves(moves, path)
    assert (copy / "ranking.csv").read_bytes() == before
    with pytest.raises(SourceError, match="is a folder, where the name of a file is needed"):
        write_moves(moves, tmp_path)
    (tmp_path / "requests.csv").write_text("site_id\nA-1\n")
    with pytest.raises(SourceError, match="holds something else than a former comparison"):
        write_moves(moves, tmp_path / "requests.csv")
    assert (tmp_path / "requests.csv").read_text() == "site_id\nA-1\n"
    (tmp_path / "link.csv").symlink_to(tmp_path / "moves.csv")
    write_moves(Comparison(causes=(), sites=sites.head(0), steps=()), tmp_path / "link.csv")
    assert len(pd.read_csv(tmp_path / "moves.csv")) == 1


@pytest.mark.parametrize("content", [[1], {"pipeline": 5, "surface": None}, "x"])
def test_a_model_of_another_kind_with_the_right_mark_is_none(copy: Path, content: Any) -> None:
    """Digest and mark are as somebody would make them who knows how; a run trains again then."""
    written = skops.io.dumps(content)
    facts = json.loads((copy / "model" / "model.json").read_text())
    (copy / "model" / "model.skops").write_bytes(written)
    facts["sha256"] = hashlib.sha256(written).hexdigest()
    (copy / "model" / "model.json").write_text(json.dumps(facts))
    with pytest.raises(SourceError, match=r"model\.skops: is no model this product wrote .*Train again"):
        load_model(copy / "model")


class Ending:
    """Fails where nobody can catch it, as a callback of a library does."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __del__(self) -> None:
        raise self.error


def test_what_fails_beside_the_work_prints_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with quiet_callbacks():
        Ending(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"))
        Ending(RuntimeError("the file was\nclosed"))
    assert capsys.readouterr().err == "minewaste: passed over: RuntimeError the file was closed\n"


def test_an_invented_region_overwrites_nothing_of_others(tmp_path: Path) -> None:
    (tmp_path / "region.yml").write_text("mine")
    with pytest.raises(SourceError, match="and no invented region, so nothing is written there"):
        write_region(tmp_path, sites=20)
    assert [one.name for one in tmp_path.iterdir()] == ["region.yml"]
