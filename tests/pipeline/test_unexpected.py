"""An exception that nobody foresaw is one clear message; the traceback is there for who asks for it."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands import check
from pipeline.commands.cli import main

RUN_FILE = "name: t\ntitle: T\nsources:\n  - {id: mines, role: inventory, path: mines.csv, columns: {name: name}}\n"


def broken(*_: object, **__: object) -> str:
    raise ZeroDivisionError("no such\nluck")


def test_an_unforeseen_exception_is_one_message_and_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "check_sources", broken)
    monkeypatch.delenv("MINEWASTE_DEBUG", raising=False)
    (tmp_path / "region.yml").write_text(RUN_FILE)
    answer = CliRunner().invoke(main, ["check", str(tmp_path / "region.yml")])
    assert answer.exit_code == 1
    assert isinstance(answer.exception, SystemExit)
    assert answer.output.count("\n") == 1
    assert "unexpected ZeroDivisionError in tests/pipeline/test_unexpected.py, line" in answer.output
    assert "no such luck" in answer.output
    assert "MINEWASTE_DEBUG=1" in answer.output
    assert str(tmp_path) not in answer.output


def test_a_warning_of_a_library_is_shown_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def warned(*_: object, **__: object) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("Glyph 27 (\x1b) missing from font(s)", UserWarning, stacklevel=1)
        return "checked"

    monkeypatch.setattr(check, "check_sources", warned)
    (tmp_path / "region.yml").write_text(RUN_FILE)
    answer = CliRunner().invoke(main, ["check", str(tmp_path / "region.yml")])
    assert answer.output == "checked\n"


def test_the_traceback_is_shown_to_who_asks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "check_sources", broken)
    monkeypatch.setenv("MINEWASTE_DEBUG", "1")
    (tmp_path / "region.yml").write_text(RUN_FILE)
    answer = CliRunner().invoke(main, ["check", str(tmp_path / "region.yml")])
    assert isinstance(answer.exception, ZeroDivisionError)


def test_wrong_options_are_still_told_by_the_command_line_itself() -> None:
    answer = CliRunner().invoke(main, ["check", "--no-such-option"])
    assert answer.exit_code == 2
    assert "No such option" in answer.output
