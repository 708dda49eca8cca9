"""Run folders under trouble: kills, signals, two writers, full and read-only disks, damaged and foreign files."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
import yaml
from click.testing import CliRunner

from layers.errors import SourceError
from pipeline.commands.cli import main
from pipeline.commands.compare import compare_runs
from pipeline.commands.verify import verify_run
from pipeline.folder.run_folder import LIST, LOCK, RunFolder, held
from tests.faults.processes import Command
from tests.faults.small_region import PRIVATE, PRIVATE_CORNERS, SmallRun, differing, run_small
from tests.sovereignty.traces import Traces, search_folders

ROOT = Path(__file__).parents[2]
FULL = os.environ.get("MINEWASTE_FAULTS") == "full"


@pytest.fixture
def region(small_run: SmallRun) -> tuple[Path, Path]:
    """The run file of a small region and a finished run of it."""
    return small_run.data / "run.yml", small_run.folder


@pytest.fixture
def copy(region: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of the finished run, free to be spoilt."""
    return Path(shutil.copytree(region[1], tmp_path / "run"))


def started(run_file: Path, out: Path, temporary: Path, **options: Any) -> Command:
    return Command(["run", run_file, "--out", out], temporary, **options)


def command(*arguments: object) -> Any:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def refused(*arguments: object) -> str:
    result = command(*arguments)
    assert result.exit_code == 1, result.output
    assert any(line.startswith("minewaste: ") for line in result.stderr.splitlines())  # steps may be told before it
    assert "Traceback" not in result.output
    return str(result.stderr)


def leftovers(out: Path, temporary: Path) -> list[str]:
    return (
        [path.name for path in out.rglob(".writing-*")]
        + [one.name for one in out.rglob("lock")]
        + [one.name for one in temporary.iterdir()]
    )


def kill_somewhere(run_file: Path, out: Path, temporary: Path, chance: random.Random) -> None:
    """Start a run and kill it after some of its steps, a moment into the next."""
    began = time.monotonic()
    process = started(run_file, out, temporary)
    wanted = chance.randrange(0, 27)
    while process.running() and len(list(out.glob("stages/*.mark"))) < wanted:
        time.sleep(0.01)
    time.sleep(chance.uniform(0, 0.2 + 0.02 * (time.monotonic() - began)))
    process.signal(signal.SIGKILL)
    process.end()


@pytest.mark.parametrize("seed", range(50 if FULL else 1))
def test_a_run_that_was_killed_goes_on_to_the_same_bytes(region: tuple[Path, Path], seed: int, tmp_path: Path) -> None:
    run_file, finished = region
    out, temporary = tmp_path / "run", tmp_path / "temporary"
    kill_somewhere(run_file, out, temporary, random.Random(seed))
    assert search_folders([out, temporary], Traces([PRIVATE], PRIVATE_CORNERS)) == []
    code, told = started(run_file, out, temporary).end()
    assert code == 0, told
    assert differing(out, finished) == []
    assert leftovers(out, temporary) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_asked_to_stop_says_how_to_go_on(
    region: tuple[Path, Path], number: signal.Signals, code: int, tmp_path: Path
) -> None:
    out, temporary = tmp_path / "run", tmp_path / "temporary"
    process = started(region[0], out, temporary)
    while process.running() and not (out / "stages" / "merge_sites.mark").is_file():
        time.sleep(0.01)
    process.signal(number)
    ended, told = process.end()
    assert ended == code
    assert (
        told.splitlines()[-1]
        == f"minewaste: stopped by {number.name}. What was finished is kept: run it again to go on."
    )
    assert leftovers(out, temporary) == []


def test_another_process_machine_setting_cutting_and_private_outline_give_the_same_bytes(
    small_run: SmallRun, tmp_path: Path
) -> None:
    """Another seed of hashes, time zone and language, an interpreter that takes text for ASCII, two threads and eight slices.

    The private area has another name and lies elsewhere, so nothing of it can be inferred from any file.
    """
    data = Path(shutil.copytree(small_run.data, tmp_path / "data"))
    other_area = gpd.GeoDataFrame(
        {"name": ["Invented Other"]}, geometry=[shapely.box(-89.2, 50.8, -89.0, 51.1)], crs=4326
    )
    other_area.to_file(data / "private.geojson", driver="GeoJSON")
    raw = small_run.raw | {"dask": {"mode": "threads", "workers": 2, "partitions": 8}}
    (tmp_path / "run.yml").write_text(yaml.safe_dump(raw))
    day = json.loads((small_run.folder / "manifest.json").read_text())["run_date"]
    other = {"PYTHONHASHSEED": "77", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "tr_TR.UTF-8"}
    other |= {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TMPDIR": str(tmp_path)}
    words = ["run", "run.yml", "--data", str(data), "--out", "run", "--date", day, "--quiet"]
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *words], cwd=tmp_path, env=os.environ | other | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert differing(tmp_path / "run", small_run.folder) == []


def test_a_run_that_stopped_half_way_is_one_message(copy: Path, region: tuple[Path, Path]) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    for name in ("files", "steps", "timings_s", "reused", "sha256", "censored_results"):
        del manifest[name]
    (copy / "manifest.json").write_text(json.dumps(manifest | {"finished": False}))
    (copy / "stages" / "published" / "publication.json").unlink()
    for arguments in (
        ["screen", copy, "--community", "Community 1"],
        ["explain", copy, "mines-k-100"],
        ["verify", copy],
        ["compare", copy, region[1]],
        ["compare", region[1], copy],
    ):
        assert "again" in refused(*arguments)
    assert command("purge", copy, "--source", "mines").exit_code == 0


def test_a_folder_that_is_no_run_folder_is_left_alone(region: tuple[Path, Path], tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    (mine / "stages").mkdir(parents=True)
    (mine / "map.html").write_text("mine")
    (mine / "stages" / "notes.txt").write_text("mine")
    assert "is not the folder of a run, so nothing is written there" in refused("run", region[0], "--out", mine)
    for arguments in (
        ["screen", mine, "--site", "x"],
        ["explain", mine, "x"],
        ["purge", mine, "--source", "x"],
        ["verify", mine],
        ["compare", mine, region[1]],
        ["compare", region[1], mine],
    ):
        assert "is not the folder of a run" in refused(*arguments)
    assert (mine / "map.html").read_text() == "mine"
    assert sorted(path.name for path in mine.rglob("*")) == ["map.html", "notes.txt", "stages"]


def test_files_of_others_in_a_run_folder_are_neither_removed_nor_overwritten(
    region: tuple[Path, Path], copy: Path
) -> None:
    (copy / "sheets" / "mine.txt").write_text("mine")
    assert command("run", region[0], "--out", copy, "--quiet").exit_code == 0
    assert (copy / "sheets" / "mine.txt").read_text() == "mine"
    names = (copy / LIST).read_text().replace("report.html\n", "")
    (copy / LIST).write_text(names)
    assert "report.html lies there and was not written by minewaste" in refused("run", region[0], "--out", copy)
    assert command("purge", copy, "--source", "mines").exit_code == 0
    assert sorted(path.name for path in copy.rglob("*.*") if "stages" not in path.parts) == ["mine.txt", "report.html"]


def test_what_a_run_no_longer_writes_goes(region: tuple[Path, Path], copy: Path, tmp_path: Path) -> None:
    raw = yaml.safe_load(region[0].read_text()) | {"publish": {"max_sheets": 0}}
    raw["sources"] = [one for one in raw["sources"] if one["role"] != "raster"]
    (tmp_path / "less.yml").write_text(yaml.safe_dump(raw))
    data = region[0].parent
    assert command("run", tmp_path / "less.yml", "--data", data, "--out", copy, "--quiet").exit_code == 0
    assert not (copy / "surface.tif").exists()
    assert not list(copy.glob("sheets/*"))


def test_a_second_writer_is_told_who_is_first(region: tuple[Path, Path], copy: Path) -> None:
    with held(copy):
        message = refused("run", region[0], "--out", copy)
        assert f"another run writes this folder (process {os.getpid()} on " in message
        purged = refused("purge", copy, "--source", "mines")
        assert "another run writes this folder" in purged
        assert "--out" in message
        assert "--" not in purged  # what it names, `purge` has not
    assert not (copy / LOCK).exists()


@pytest.mark.parametrize(
    ("owner", "goes_on"),
    [
        ({"pid": 2**22 + 1}, True),
        ({"pid": 1}, True),
        ({"pid": 1, "boot": "another start"}, True),
        ({"pid": 1, "boot": "another start", "host": "another machine"}, False),
    ],
    ids=["ended", "number used anew", "machine started anew", "another machine"],
)
def test_a_lock_left_behind_is_taken_over_where_that_can_be_known(
    copy: Path, owner: dict[str, Any], *, goes_on: bool
) -> None:
    with held(copy):
        own = json.loads((copy / LOCK).read_text())
    (copy / LOCK).write_text(json.dumps(own | owner))
    if goes_on:
        with held(copy):
            assert json.loads((copy / LOCK).read_text())["pid"] == os.getpid()
    else:
        with pytest.raises(SourceError, match=r"process 1 on another machine.*delete lock"), held(copy):
            pass


def test_a_file_in_place_of_the_folder_is_a_message(region: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    assert "is a file, where the folder of a run is needed" in refused("run", region[0], "--out", tmp_path / "out")
    assert "cannot be written" in refused("run", region[0], "--out", tmp_path / "out" / "below")


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/sys/firmware").is_dir(), reason="no read-only place is known here")
def test_a_place_where_nothing_can_be_written_is_a_message(region: tuple[Path, Path]) -> None:
    assert "cannot be written" in refused("run", region[0], "--out", Path("/proc/minewaste"))


@pytest.mark.parametrize("limit_bytes", [2_000 * 2**step for step in range(9)] if FULL else [20_000])
def test_a_full_disk_is_a_message_and_the_run_goes_on_later(
    region: tuple[Path, Path], limit_bytes: int, tmp_path: Path
) -> None:
    """A limit on the size of files stands for the full disk: the system refuses to write in the same way."""
    run_file, finished = region
    out, temporary = tmp_path / "run", tmp_path / "temporary"

    code, said = started(run_file, out, temporary, file_bytes=limit_bytes).end()
    if code:  # a generous limit stops nothing
        assert code == 1, said
        assert "Traceback" not in said
        assert said.splitlines()[-1].startswith("minewaste: "), said
        assert not [line for line in said.splitlines() if "riteProc" in line or line.startswith("ERROR")], said
    assert leftovers(out, temporary) == []
    code, said = started(run_file, out, temporary).end()
    assert code == 0, said
    assert differing(out, finished) == []


DAMAGES = [
    (name, damage)
    for name in ("merge_sites.parquet", "read_till.json", "read_till.parquet", "rank_sites.mark", "rank_sites.parquet")
    for damage in ("cut", "changed")
]


@pytest.mark.parametrize("damages", [[one] for one in DAMAGES] if FULL else [DAMAGES[0:4:3]])
def test_damaged_stage_files_are_computed_again(
    region: tuple[Path, Path], copy: Path, damages: list[tuple[str, str]]
) -> None:
    for name, damage in damages:
        path = copy / "stages" / name
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2] if damage == "cut" else content[:-9] + b"\0" * 9)
    result = command("run", region[0], "--out", copy, "--quiet")
    assert result.exit_code == 0, result.output
    assert differing(copy, region[1]) == []


def test_a_name_half_written_on_the_list_is_harmless(region: tuple[Path, Path], copy: Path) -> None:
    with (copy / LIST).open("a") as stream:
        stream.write("sheets/half a na")
    folder = RunFolder(copy)
    folder.claim("targets.csv")
    assert "targets.csv" in RunFolder(copy).written


def test_a_name_that_no_run_writes_is_nobodys_to_remove_whoever_put_it_on_the_list(copy: Path) -> None:
    mine = copy / "my_notes.txt"
    mine.write_text("mine")
    with (copy / LIST).open("a") as stream:
        stream.write("my_notes.txt\n")
    folder = RunFolder(copy)
    folder.remove_unused()
    assert mine.read_text() == "mine"
    assert "my_notes.txt" not in folder.written
    assert not (copy / "ranking.csv").exists()


PUBLISHED = ("manifest.json", "stages/published/publication.json", "stages/published/sites.parquet")


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("content", ["", "{", "[]", '{"finished": true}', "[" * 100_000])
def test_a_broken_file_of_the_folder_is_one_message(
    region: tuple[Path, Path], copy: Path, name: str, content: str
) -> None:
    (copy / name).write_text(content)
    if name == "manifest.json":
        refused("verify", copy)
        refused("compare", copy, region[1])
    else:
        refused("screen", copy, "--community", "Community 1", "--out", copy.with_name("near"))
        refused("explain", copy, "mines-k-100")


@pytest.mark.parametrize("names", [[name] for name in PUBLISHED] if FULL else [PUBLISHED])
def test_the_next_run_mends_broken_files(region: tuple[Path, Path], copy: Path, names: list[str]) -> None:
    for name in names:
        (copy / name).write_text("{")
    assert command("run", region[0], "--out", copy, "--quiet").exit_code == 0
    assert differing(copy, region[1]) == []


def test_the_list_of_files_leads_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("x")
    folder = RunFolder(tmp_path / "run")
    with (tmp_path / "run" / LIST).open("a") as stream:
        stream.write(f"../precious.txt\n{tmp_path / 'precious.txt'}\n")
    folder.reload()
    folder.remove_unused()
    assert (tmp_path / "precious.txt").read_text() == "x"


def test_verify_names_what_was_altered(region: tuple[Path, Path], copy: Path) -> None:
    data = region[0].parent
    assert verify_run(copy, data).holds
    with (copy / "ranking.csv").open("a") as stream:
        stream.write("\n")
    (copy / "report.html").unlink()
    (copy / "mine.txt").write_text("x")
    shutil.copytree(data, copy.with_name("data"))
    (copy.with_name("data") / "till.csv").write_text("other")
    (copy.with_name("data") / "roads.dbf").write_bytes(b"")
    (copy.with_name("data") / "links.csv").unlink()
    verified = verify_run(copy, copy.with_name("data"))
    assert not verified.holds
    assert verified.altered == ("ranking.csv",)
    assert verified.missing == ("report.html",)
    assert verified.strange == ("mine.txt",)
    assert verified.inputs == (
        "till: till.csv has other bytes",
        "roads: beside it, roads.dbf differ",
        "links: links.csv is not there, or no file",
    )
    assert command("verify", copy).exit_code == 1


def test_a_manifest_repeats_the_run(region: tuple[Path, Path], tmp_path: Path) -> None:
    """The private layer is not named, and nothing of it is in the results."""
    run_file, finished = region
    day = json.loads((finished / "manifest.json").read_text())["run_date"]
    arguments = [finished / "manifest.json", "--data", run_file.parent, "--out", tmp_path / "again", "--date", day]
    result = command("run", *arguments, "--quiet", "--without-private")
    assert result.exit_code == 0, result.output
    assert set(differing(finished, tmp_path / "again")) <= {
        "accounting.csv", "manifest.json", "report.html", "stages/published/accounting.parquet",
        "stages/published/publication.json",
    }  # fmt: skip


def test_compare_says_what_moved_and_why(region: tuple[Path, Path], tmp_path: Path) -> None:
    run_file, finished = region
    data = Path(shutil.copytree(run_file.parent, tmp_path / "data"))
    lines = (data / "mines.csv").read_text().splitlines()
    (data / "mines.csv").write_text("\n".join(lines[:-1]) + "\n")
    raw = yaml.safe_load(run_file.read_text())
    raw["estimate_tonnage"] = {"reported_factor": 3.0}
    run_small(raw, data, tmp_path / "run")
    same = compare_runs(finished, finished)
    assert (same.causes, same.steps, (same.sites["moved"] == 0).all()) == ((), (), True)
    comparison = compare_runs(finished, tmp_path / "run")
    assert comparison.causes == (
        "parameter estimate_tonnage.reported_factor: 1.25 -> 3.0",
        "input mines: other bytes; 30 rows read in A, 29 in B",
    )
    assert "estimate_tonnage" in comparison.steps
    sites = comparison.sites.set_index("site_id")
    assert (sites["moved"].abs() > 0).any()
    assert sites["rank_b"].isna().sum() == 1
    assert sites["changed"].str.contains("amount").any()
    said = command("compare", finished, tmp_path / "run", "--csv", tmp_path / "moves.csv")
    assert said.exit_code == 0
    assert "A: " in said.output
    assert (tmp_path / "moves.csv").is_file()


@pytest.mark.parametrize("name", ["ranking.csv", "sites.parquet", "stages/published/publication.json"])
def test_compare_names_a_folder_whose_tables_are_not_as_its_run_wrote_them(
    name: str, region: tuple[Path, Path], tmp_path: Path
) -> None:
    _, finished = region
    edited = Path(shutil.copytree(finished, tmp_path / "run"))
    assert "not as its run wrote it" not in command("compare", finished, edited).output
    (edited / name).write_bytes((edited / name).read_bytes() + b"\n")
    said = command("compare", finished, edited)
    assert said.exit_code == 0
    assert f"B is not as its run wrote it: {name}. See `minewaste verify`" in " ".join(said.output.split())
    assert "A is not" not in said.output
