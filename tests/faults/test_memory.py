"""Memory: a message before it runs out, and never a library's last word."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from layers.errors import SourceError, StageError
from layers.files.boundary import named_failure
from pipeline import memory_watch
from pipeline.commands import cli
from pipeline.folder import memory
from pipeline.progress import Progress
from pipeline.run import run
from tests.faults.processes import Command
from tests.faults.small_region import SmallRun, differing, small_config


def test_a_command_that_takes_all_memory_stops_with_a_message(small_run: SmallRun, tmp_path: Path) -> None:
    """The limit of the process stands for the machine's memory; the file needs several times as much."""
    lines = (small_run.data / "mines.csv").read_text().splitlines()
    rows = [line.replace("K-", f"K{number}-") for number in range(20_000) for line in lines[1:]]
    (tmp_path / "mines.csv").write_text("\n".join([lines[0], *rows]))
    source = "{id: mines, role: inventory, path: mines.csv, crs: 'EPSG:4326'}"
    (tmp_path / "run.yml").write_text(f"name: a\ntitle: a\nsources: [{source}]\n")
    code, told = Command(["check", tmp_path / "run.yml"], tmp_path / "temporary", more_memory=250 << 20).end()
    assert code == 1, told
    assert "Traceback" not in told
    assert "memory" in told.splitlines()[-1]
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("command", ["run", "check"])
def test_what_cannot_be_read_in_the_memory_that_is_left_is_not_begun(
    small_run: SmallRun, tmp_path: Path, command: str
) -> None:
    """Said before a file is opened: this one is a hole in the disk, and nobody has looked at it."""
    with (tmp_path / "mines.csv").open("wb") as hole:
        hole.truncate(180_000_000)
    source = "{id: mines, role: inventory, path: mines.csv, crs: 'EPSG:4326'}"
    (tmp_path / "run.yml").write_text(f"name: a\ntitle: a\nsources: [{source}]\n")
    out = ["--out", tmp_path / "out"] if command == "run" else []
    code, told = Command([command, tmp_path / "run.yml", *out], tmp_path / "temporary", more_memory=400 << 20).end()
    assert code == 1, told
    assert re.search(
        r"the sources may take 2\.\d\d GB of memory, 2\.52 GB of it for mines, and 0\.\d\d GB are left", told
    )
    assert "Traceback" not in told
    assert not (tmp_path / "out" / "ranking.csv").exists()


def test_a_run_that_is_tight_says_so_and_gives_the_same_folder(
    small_run: SmallRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a small region reading and the model take the most, 126 and 117 MB at most."""
    config = small_config(small_run.raw | {"dask": {"memory_gb": 0.1, "mode": "serial"}})
    run(config, small_run.data, tmp_path / "run", Progress())
    told = capsys.readouterr().err.splitlines()
    for words in ("Reading the sources may take 0.13 GB of memory", "Train model: with 36 records, 84 samples and"):
        assert [line for line in told if line.startswith(words)], told
    assert [name for name in differing(tmp_path / "run", small_run.folder) if name != "manifest.json"] == []
    with pytest.raises(StageError, match=r"are left\. Close other programs"):
        run(
            small_config(small_run.raw | {"dask": {"memory_gb": 0.03}}),
            small_run.data,
            tmp_path / "none",
            Progress(quiet=True),
        )


def test_less_memory_than_needed_ends_the_process_with_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    left, told = iter([4_000_000_000, 3_000_000_000, 100_000_000, 100_000_000]), []
    monkeypatch.setattr(memory_watch, "available_bytes", lambda: next(left, 3_000_000_000))
    monkeypatch.setattr(memory_watch, "LOOK_EVERY_S", 0.001)
    monkeypatch.setattr(memory_watch, "end_with", lambda message, code: told.append((message, code)))
    with memory_watch.watched_memory():
        while not told:
            pass
    assert told[0][1] == 1
    assert told[0][0].startswith(
        "minewaste: only 100 MB of memory are left, so it stopped before they ran out. What was finished"
    )


def test_a_machine_that_does_not_say_what_is_left_is_not_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_watch, "available_bytes", lambda: None)
    with memory_watch.watched_memory():
        pass


def test_the_least_of_machine_group_and_limit_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (
        ("memory.max", "1000\n"),
        ("memory.current", "900\n"),
        ("memory.stat", "anon 600\ninactive_file 250\n"),
    ):
        (tmp_path / name).write_text(text)
    assert memory._of_group(tmp_path) == 350
    (tmp_path / "memory.max").write_text("max\n")
    assert memory._of_group(tmp_path) is None
    for machine, group, process, least in ((9, None, 5, 5), (9, 3, None, 3), (None, None, None, None)):
        for name, value in (("machine", machine), ("groups", group), ("process", process)):
            monkeypatch.setattr(memory, f"_of_{name}", lambda value=value: value)
        assert memory.available_bytes() == least


@pytest.mark.parametrize(
    ("line", "group"),
    [("4:memory:/a/b", "memory/a"), ("0::/a/b", "a"), ("0::/a/b", "unified/a/b"), ("4:memory:/x", "memory")],
)
def test_groups_of_either_version_count_also_those_above(tmp_path: Path, line: str, group: str) -> None:
    (tmp_path / "listed").write_text(f"9:name=systemd:/\n{line}\n1:cpu:/c\n")
    first = group.startswith("memory")
    files = ("memory.limit_in_bytes", "memory.usage_in_bytes") if first else ("memory.max", "memory.current")
    folder = tmp_path / group
    folder.mkdir(parents=True)
    for name, text in zip(
        (*files, "memory.stat"), ("1000", "900", "inactive_file 50\ntotal_inactive_file 250"), strict=True
    ):
        (folder / name).write_text(f"{text}\n")
    assert memory._of_groups(tmp_path / "listed", tmp_path) == (350 if first else 150)
    assert memory._of_groups(tmp_path / "nothing", tmp_path) == (350 if group == "memory" else None)


def test_memory_that_ran_out_all_the_same_is_one_message(small_run: SmallRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_memory(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("pipeline.commands.verify.verify_run", without_memory)
    result = CliRunner().invoke(cli.main, ["verify", str(small_run.folder)])
    assert result.exit_code == 1
    assert "ran out. Close other programs" in result.stderr
    with (
        pytest.raises(SourceError, match=r"^a \(a\.csv\): the file does not fit into the memory that is left\."),
        named_failure("a (a.csv)"),
    ):
        raise MemoryError
