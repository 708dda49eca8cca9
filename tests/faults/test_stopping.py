"""A command that is asked to stop, in whatever way, removes what it has unpacked and says how to go on."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

WAITING = """
import signal, sys, time
from pathlib import Path
from pipeline.folder.leftovers import temporary_folder
from pipeline.stopping import Stopped, end, stoppable

if "ignored" in sys.argv:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
try:
    with stoppable(), temporary_folder() as folder:
        (folder / "private.geojson").write_text("unpacked")
        print("ready", flush=True)
        deadline = time.monotonic() + (2 if "ignored" in sys.argv else 60)
        while time.monotonic() < deadline:
            sum(range(10_000_000)) if "busy" in sys.argv else time.sleep(0.05)
except Stopped as stopped:
    end(stopped.signal)
"""


def stopped_by(number: signal.Signals, temporary: Path, *words: str) -> tuple[int, str]:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"TMPDIR": str(temporary), "PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)},
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert list(temporary.rglob("private.geojson"))
        process.send_signal(number)
        _, told = process.communicate(timeout=60)
    return process.returncode, told


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])
@pytest.mark.parametrize("state", ["idle", "busy"])
def test_what_was_unpacked_goes_with_a_command_that_is_stopped(tmp_path: Path, name: str, state: str) -> None:
    number = signal.Signals[name]
    code, told = stopped_by(number, tmp_path, state)
    assert code == 128 + number
    assert told == f"minewaste: stopped by {name}. What was finished is kept: run it again to go on.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_ignores_a_closed_terminal_goes_on(tmp_path: Path) -> None:
    assert stopped_by(signal.SIGHUP, tmp_path, "ignored") == (0, "")
    assert list(tmp_path.iterdir()) == []
