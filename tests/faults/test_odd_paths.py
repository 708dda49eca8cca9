"""Files and folders whose names have bytes that are no text: one message that shows the name, and no file left behind."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.tables import read_table
from layers.guess.recognise import NO_TEXT, finds
from pipeline.commands.cli import main
from pipeline.commands.configured import configured
from pipeline.folder.run_folder import require_place
from tests.faults.small_region import SmallRun

ODD = os.fsdecode(b"odd\xff\xfe")
SHOWN = r"odd\xdcff\xdcfe"
ROWS = "id,name,latitude,longitude\n1,Mine,50.1,-90.1\n2,Pit,50.2,-90.2\n"


@pytest.mark.parametrize("place", [f"{ODD}.csv", f"{ODD}/mines.csv", f"below/{ODD}/mines.csv"])
def test_the_other_files_of_a_folder_are_looked_through(tmp_path: Path, place: str) -> None:
    folder = tmp_path / "folder"
    for name in ("mines.csv", place):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(ROWS)
    left_out = [find for find in finds(folder) if find.why == NO_TEXT]
    assert [find.path for find in left_out] == [place.replace(ODD, SHOWN)]
    answer = CliRunner().invoke(main, ["init", str(folder)])
    assert answer.exit_code == 0, answer.output
    written = (folder / "region.yml").read_text(encoding="utf-8")
    assert "path: mines.csv" in written
    assert NO_TEXT in written + answer.output


COMMANDS = {
    "run file": ["run", "{odd}/region.yml"],
    "run folder": ["run", "{here}/region.yml", "--out", "{odd}/run"],
    "data folder": ["run", "{here}/region.yml", "--data", "{odd}"],
    "check": ["check", "{odd}/region.yml"],
    "page of check": ["check", "{here}/region.yml", "--out", "{odd}/page"],
    "init": ["init", "{odd}"],
    "screen": ["screen", "{odd}"],
    "outline": ["screen", "{here}", "--area", "{odd}/area.geojson"],
    "explain": ["explain", "{odd}", "mine"],
    "demo": ["demo", "--out", "{odd}"],
    "verify": ["verify", "{odd}"],
    "compare": ["compare", "{here}", "{odd}"],
    "purge": ["purge", "{odd}", "--source", "mines"],
}


@pytest.mark.parametrize("way", COMMANDS)
def test_a_path_that_is_no_text_is_one_message(tmp_path: Path, way: str) -> None:
    (tmp_path / ODD).mkdir()
    words = [word.format(odd=tmp_path / ODD, here=tmp_path) for word in COMMANDS[way]]
    answer = CliRunner().invoke(main, words)
    assert answer.exit_code == 1
    assert SHOWN in answer.output
    assert "bytes in it that are no text (UTF-8)" in answer.output
    assert answer.output.count("\n") == 1
    assert list((tmp_path / ODD).iterdir()) == []


def test_a_working_folder_that_is_no_text_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ODD).mkdir()
    monkeypatch.chdir(tmp_path / ODD)
    answer = CliRunner().invoke(main, ["run", "region.yml"])
    assert (answer.exit_code, SHOWN in answer.output) == (1, True)


def test_a_script_is_told_the_same(small_run: SmallRun, tmp_path: Path) -> None:
    data = Path(shutil.copytree(small_run.data, tmp_path / ODD))
    with pytest.raises(SourceError, match=r"run folder: the path .* no text"):
        require_place(data / "run")
    with pytest.raises(SourceError, match=r"run file: the path .* no text"):
        configured(data / "region.yml", None)
    with pytest.raises(SourceError, match=r"mines: the path .* no text"):
        read_table(Source(id="mines", role="inventory", path=f"{ODD}/mines.csv"), tmp_path)
