"""Commands without standard streams or with streams of few letters, lines of libraries, names too long, values without end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from layers.catalogue.source import Source
from layers.files.vectors import read_features
from pipeline.commands.cli import main
from pipeline.commands.verify import verify_run
from tests.faults.processes import Command
from tests.faults.small_region import SmallRun

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_command_runs_without_its_standard_streams(closed: str, small_run: SmallRun, tmp_path: Path) -> None:
    command = (
        f"'{sys.executable}' -m pipeline check '{small_run.data / 'run.yml'}' --out '{tmp_path / 'checked'}' {closed}"
    )
    ended = subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, check=False, capture_output=True)
    assert ended.returncode == 0
    assert (tmp_path / "checked" / "check.html").is_file()


@pytest.mark.parametrize("closed", ["2>&-", ">&-"])
def test_a_run_ends_with_its_code_without_its_standard_streams(
    closed: str, small_run: SmallRun, tmp_path: Path
) -> None:
    command = f"'{sys.executable}' -m pipeline run '{small_run.data / 'run.yml'}' --out '{tmp_path / 'run'}' --date 2026-01-01"
    ended = subprocess.run(["/bin/sh", "-c", f"{command} {closed}"], cwd=ROOT, check=False, capture_output=True)
    assert ended.returncode == 0, ended.stderr
    assert verify_run(tmp_path / "run").holds
    (tmp_path / "file").write_text("x")
    refused = subprocess.run(
        ["/bin/sh", "-c", f"{command.replace(str(tmp_path / 'run'), str(tmp_path / 'file'))} {closed}"],
        cwd=ROOT, check=False, capture_output=True,
    )  # fmt: skip
    assert refused.returncode == 1
    assert (b"is a file, where the folder of a run is needed" in refused.stderr) is (closed == ">&-")


@pytest.mark.parametrize("words", [["run", "run.yml"], ["check", "run.yml"], ["verify"], ["explain"]])
def test_a_name_too_long_is_told_as_that(words: list[str], small_run: SmallRun, tmp_path: Path) -> None:
    long = str(tmp_path / ("y" * 300))
    given = [words[0], long] if len(words) == 1 else [words[0], str(small_run.data / words[1]), "--out", long]
    answer = CliRunner().invoke(main, [*given, "mines-k-101"] if words == ["explain"] else given)
    assert answer.exit_code == 1
    assert "The name is too long: give a shorter one" in answer.output


@pytest.mark.parametrize(
    "text",
    [f"seed: 0x{'f' * 100_000}", f"? {'k' * 100_000}\n: 1", f"seed: {'x' * 100_000}", f"sources: {'s' * 100_000}"],
)
def test_a_word_without_end_is_cut_in_the_message(text: str, tmp_path: Path) -> None:
    (tmp_path / "run.yml").write_text(f"{text}\n")
    answer = CliRunner().invoke(main, ["check", str(tmp_path / "run.yml")])
    assert answer.exit_code == 1
    assert len(answer.output) < 3_000
    assert "letters)" in answer.output


def _area_of_text(folder: Path) -> Path:
    """Write an area with a corner of texts, of which GDAL says more than may be told."""
    corners = [["-86.39561", "59.51353N"], [-86.2, 59.5], [-86.2, 59.6], ["-86.39561", "59.51353N"]]
    good = [[-86.0, 59.0], [-85.9, 59.0], [-85.9, 59.1], [-86.0, 59.0]]
    features = [
        {"type": "Feature", "properties": {"NAME": "Kept"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for ring in (corners, good)
    ]
    path = folder / "areas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_no_line_of_gdal_reaches_a_terminal_from_a_script(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = Source(id="areas", role="territories", path="areas.geojson", columns={"territory": "NAME"})
    read: list[int] = []

    def reading() -> None:
        read.append(len(read_features(source, "areas", _area_of_text(tmp_path))[0]))

    thread = threading.Thread(target=reading)  # the main thread is spared by pyogrio itself
    thread.start()
    thread.join()
    assert read == [2]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("words", [["check"], ["run", "--quiet"], ["run", "--json"]])
def test_no_line_of_gdal_reaches_a_terminal_from_a_command(
    words: list[str], small_run: SmallRun, tmp_path: Path
) -> None:
    _area_of_text(tmp_path)
    area = {
        "id": "areas",
        "role": "territories",
        "path": "areas.geojson",
        "publish": "never",
        "columns": {"territory": "NAME"},
    }
    mines = next(source for source in small_run.raw["sources"] if source["role"] == "inventory")
    (tmp_path / "mines.csv").write_bytes((small_run.data / mines["path"]).read_bytes())
    run_file = {"name": "a", "title": "A", "sources": [mines | {"path": "mines.csv"}, area]}
    (tmp_path / "run.yml").write_text(json.dumps(run_file))
    out = ["--out", tmp_path / "out"] if words[0] == "run" else []
    code, answer = Command([words[0], tmp_path / "run.yml", *words[1:], *out], tmp_path / "temporary").end()
    assert "59.51353" not in answer
    assert "Coordinate" not in answer
    assert code == 0, answer


@pytest.mark.parametrize("encoding", ["latin-1", "cp437"])
def test_a_stream_without_a_code_for_a_letter_gets_a_question_mark(encoding: str) -> None:
    saying = (
        "from pipeline.commands.cli import _say, main\nimport atexit\n"
        "atexit.register(_say, '2010\\u20132015 \\u0100')\nmain(['sources'])"
    )
    command = [sys.executable, "-c", saying]
    ended = subprocess.run(
        command, cwd=ROOT, check=False, capture_output=True, env=os.environ | {"PYTHONIOENCODING": encoding}
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.endswith(b"\n2010?2015 ?\n")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_command_that_is_still_loading_is_stopped_in_a_line(name: str) -> None:
    number = signal.Signals[name]
    loading = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever starts tests may ignore it\n"
        "import pipeline.__main__\n"
        "class Finder:\n"
        "    def find_spec(name, *_):\n"
        f"        if name == 'pipeline.commands.cli': os.kill(os.getpid(), {int(number)})\n"
        "sys.meta_path.insert(0, Finder)\n"
        "pipeline.__main__.main()"
    )
    ended = subprocess.run([sys.executable, "-c", loading], cwd=ROOT, check=False, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (128 + number, f"minewaste: stopped by {name}.\n")
