"""Commands that are started without standard streams, with names too long, or given values without end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands.cli import main
from pipeline.commands.verify import verify_run
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
