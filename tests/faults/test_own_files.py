"""Commands that write a single file where a person says: nothing that another program wrote is replaced."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from layers.errors import ConfigError, SourceError
from pipeline.commands.compare import Comparison, write_moves
from pipeline.commands.learn import TITLE, learn
from pipeline.commands.plan import draw_plan
from pipeline.config import load_config, parse_config
from pipeline.folder.screening_folder import alone_in
from pipeline.folder.writing import read_bounded
from tests.faults.small_region import SmallRun

SAID = {
    "something else": "holds something else than",
    "a folder": "is a folder",
    "a pipe": "is a pipe or a device",
    "a device": "is a pipe or a device",
    "a link to something else": "holds something else than",
    "in a run folder": "lies in the folder of a run",
}
NAMES = {"compare": "file.csv", "learn": "file.skops", "plan": "file.svg", "card": "file.md"}


def write(command: str, path: Path, run: Path) -> None:
    if command == "compare":
        write_moves(Comparison((), pd.DataFrame({"site_id": ["a"], "moved": [1]}), ()), path)
    elif command == "plan":
        draw_plan(parse_config(yaml.safe_load((run / "plan.yml").read_text()), "plan.yml"), path)
    else:
        learn([run], path.with_suffix(".skops"))


@pytest.fixture(scope="module")
def run(small_run: SmallRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("own")
    shutil.copytree(small_run.folder, home / "run")
    (home / "run" / "plan.yml").write_text(yaml.safe_dump(small_run.raw))
    return home / "run"


@pytest.mark.parametrize("command", NAMES)
@pytest.mark.parametrize("there", SAID)
def test_what_another_program_wrote_is_not_replaced(command: str, there: str, run: Path, tmp_path: Path) -> None:
    path, precious = tmp_path / NAMES[command], tmp_path / "precious.txt"
    precious.write_text("mine")
    if there == "something else":
        path.write_text("mine")
    elif there == "a folder":
        path.mkdir()
    elif there == "a pipe":
        os.mkfifo(path)
    elif there == "a device":
        path.symlink_to("/dev/null")
    elif there == "a link to something else":
        path.symlink_to(precious)
    else:
        path = run / NAMES[command]
    before = {file: file.lstat().st_ino for file in (*tmp_path.iterdir(), *run.iterdir())}
    with pytest.raises(SourceError, match=SAID[there]):
        write(command, path, run)
    assert {file: file.lstat().st_ino for file in (*tmp_path.iterdir(), *run.iterdir())} == before
    assert precious.read_text() == "mine"


def test_a_model_file_is_not_named_as_its_card(run: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is the name of the card"):
        learn([run], tmp_path / "law.md")


def test_what_the_same_command_wrote_is_replaced(run: Path, tmp_path: Path) -> None:
    (tmp_path / "file.md").write_text(f"{TITLE}\nof before\n")
    for command in ("compare", "learn", "plan"):
        write(command, tmp_path / NAMES[command], run)
        first = (tmp_path / NAMES[command]).read_bytes()
        write(command, tmp_path / NAMES[command], run)
        assert (tmp_path / NAMES[command]).read_bytes() == first
    assert "of before" not in (tmp_path / "file.md").read_text()
    (tmp_path / "file.skops").write_bytes(b"")
    with pytest.raises(SourceError, match="holds something else"):
        write("learn", tmp_path / "file.skops", run)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_run_file_that_is_a_pipe_without_a_writer_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.folder.writing.PIPE_WAIT_S", 0.1)
    os.mkfifo(tmp_path / "region.yml")
    with pytest.raises(ConfigError, match="it is a pipe into which nobody writes"):
        load_config(tmp_path / "region.yml")
    ends = os.pipe()
    os.write(ends[1], b"name: t\ntitle: T\n")
    os.close(ends[1])
    assert read_bounded(Path(f"/dev/fd/{ends[0]}")) == b"name: t\ntitle: T\n"


def test_a_second_screening_into_a_folder_is_told_of_the_first(tmp_path: Path) -> None:
    with alone_in(tmp_path / "pages"):
        with pytest.raises(SourceError, match="another screening writes this folder"), alone_in(tmp_path / "pages"):
            pass
        assert (tmp_path / "pages").is_dir()
    assert not (tmp_path / "pages").exists()
    with alone_in(tmp_path / "pages"):
        (tmp_path / "pages" / "a").touch()
    assert (tmp_path / "pages" / "a").exists()
