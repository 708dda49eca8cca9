"""What is unpacked for a moment does not outlive its process, in whatever way that ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from layers.files.scratch import Scratch, scratch_home, sweep_scratch
from layers.process_locks import this_process

ROOT = Path(__file__).parents[2]

COMMAND = """
from pathlib import Path
from pipeline.folder.leftovers import temporary_folder
with temporary_folder() as folder:
    (folder / "private.geojson").write_text("unpacked")
    print(folder, flush=True)
    input()
"""
SCRIPT = """
import sys
from pathlib import Path
from layers.catalogue.source import Source
from layers.files.packed import unpacked
with unpacked(Source(id="a", role="territories", path="a.zip"), Path(sys.argv[1]), [".geojson"]) as member:
    print(member.parent, flush=True)
    input()
"""
FORKED = """
import os, sys
from layers.files.scratch import scratch_home
home = scratch_home()
if os.fork() == 0:
    sys.exit()
os.wait()
print(home if home.is_dir() else "gone", flush=True)
input()
"""


def begun(code: str, temporary: Path) -> tuple[subprocess.Popen[str], Path]:
    """Start a program that unpacks something; return it and where."""
    temporary.mkdir(exist_ok=True)
    packed = temporary.parent / "a.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("private.geojson", "unpacked")
    process = subprocess.Popen(
        [sys.executable, "-c", code, packed],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"TMPDIR": str(temporary), "PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=ROOT,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def shell_of(process: subprocess.Popen[str]) -> int:
    """Return the process that waits for the end of a program."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    assert len(children) == 1
    return int(children[0])


def is_empty_soon(folder: Path) -> bool:
    deadline = time.monotonic() + 20
    while any(folder.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(folder.iterdir())


@pytest.mark.parametrize("code", [COMMAND, SCRIPT, FORKED], ids=["command", "script", "forked script"])
@pytest.mark.parametrize("ending", ["killed", "ends"])
def test_what_was_unpacked_goes_with_its_process(tmp_path: Path, code: str, ending: str) -> None:
    """Without any other command."""
    process, folder = begun(code, tmp_path / "temporary")
    with process:
        assert folder.is_relative_to(tmp_path / "temporary")
        assert {path.stat().st_mode & 0o777 for path in (tmp_path / "temporary").iterdir()} == {0o700}
        process.send_signal(signal.SIGKILL) if ending == "killed" else process.communicate("\n")
    assert is_empty_soon(tmp_path / "temporary")


@pytest.mark.parametrize("code", [COMMAND, SCRIPT], ids=["command", "script"])
def test_the_next_process_removes_what_all_processes_of_a_killed_one_left(tmp_path: Path, code: str) -> None:
    process, _ = begun(code, tmp_path / "temporary")
    os.kill(shell_of(process), signal.SIGKILL)
    with process:
        process.kill()
    assert list((tmp_path / "temporary").rglob("private.geojson"))
    own = Scratch(tmp_path / "temporary")
    assert list((tmp_path / "temporary").iterdir()) == [own.path]
    own.remove()
    assert list((tmp_path / "temporary").iterdir()) == []


LEFT = {
    "another start of this machine": {"boot": "a former one"},
    "another container that has ended": {"host": "another"},
    "nobody who says so": None,
}
KEPT = {
    "another machine": {"boot": "its own", "host": "another"},
    "nobody known": {"boot": [], "host": {}},
}


def left_by(owner: dict[str, object] | None, home: Path) -> Path:
    folder = home / "minewaste-scratch-1-abcdefgh"
    folder.mkdir()
    (folder / "part.csv").write_text("of a private file")
    (folder / "lock").write_text("" if owner is None else json.dumps(this_process() | owner))
    return folder


@pytest.mark.parametrize("owner", LEFT)
def test_folders_of_processes_that_are_no_more_are_swept(tmp_path: Path, owner: str) -> None:
    folder = left_by(LEFT[owner], tmp_path)
    sweep_scratch(tmp_path)
    assert not folder.exists()


@pytest.mark.parametrize("owner", KEPT)
def test_folders_of_which_nobody_here_can_tell_are_kept(tmp_path: Path, owner: str) -> None:
    folder = left_by(KEPT[owner], tmp_path)
    sweep_scratch(tmp_path)
    assert (folder / "part.csv").exists()


def test_folders_that_are_no_scratch_folders_are_kept(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "lock").touch()
    (tmp_path / "minewaste-scratch-1-linked").symlink_to(tmp_path / "mine")
    for name in ("minewaste-scratch-of-mine", "minewaste-scratch-1-nolock", "minewaste"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "precious.csv").write_text("x")
    before = sorted(tmp_path.rglob("*"))
    sweep_scratch(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_processes_that_begin_together_keep_their_folders(tmp_path: Path) -> None:
    """Each sweeps what the others are about to lock."""

    def begin_and_end(_: int) -> bool:
        own = Scratch(tmp_path)
        (own.path / "part.csv").write_text("x")
        sweep_scratch(tmp_path)
        kept = (own.path / "part.csv").exists()
        own.remove()
        return kept

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(begin_and_end, range(80)))
    assert list(tmp_path.iterdir()) == []


def test_a_process_unpacks_in_the_folder_of_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Scratch(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(own.path))
    assert scratch_home() == own.path
    own.remove()
