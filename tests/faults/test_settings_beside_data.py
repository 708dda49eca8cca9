"""Files of settings that libraries look for in the working folder, often a stranger's: none changes a page or starts one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from layers.errors import SourceError
from pipeline.kernels import sample_grid

DRAW = """
from maps.report.figures import draw_svg
from layers.errors import SourceError
def _line(axes, data):
    axes.plot(data, data)
    axes.set_xlabel("[[axis]]")
try:
    print(draw_svg(_line, [1, 2, 3]))
except SourceError as failure:
    print(failure)
"""


def _drawn(folder: Path, settings: bytes | None) -> str:
    folder.mkdir()
    if settings is not None:
        (folder / "matplotlibrc").write_bytes(settings)
    done = subprocess.run([sys.executable, "-c", DRAW], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_settings_of_figures_in_the_working_folder_change_no_figure_and_start_no_tex(tmp_path: Path) -> None:
    plain = _drawn(tmp_path / "plain", None)
    assert plain.startswith("<svg")
    assert _drawn(tmp_path / "red", b"font.size: 30\naxes.facecolor: red\n") == plain
    assert _drawn(tmp_path / "tex", b"text.usetex: True\ntext.latex.preamble: \\input{somebody}\n") == plain


def test_settings_of_figures_that_are_no_text_are_one_message(tmp_path: Path) -> None:
    assert "matplotlibrc" in _drawn(tmp_path / "bytes", b"\xff\xfe\x00")


def test_settings_of_the_compiler_in_the_working_folder_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".numba_config.yaml").write_text("cache_dir: somebodys\n")
    monkeypatch.chdir(tmp_path)
    sample_grid._compiled_pass.cache_clear()
    with pytest.raises(SourceError, match=r"\.numba_config\.yaml"):
        sample_grid._compiled_pass()
