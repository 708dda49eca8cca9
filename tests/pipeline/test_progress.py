"""Progress: plain lines for a file, a live bar on a terminal, silence when asked."""

from __future__ import annotations

import io

from pipeline.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_plain_lines_tell_step_and_seconds() -> None:
    stream = io.StringIO()
    with Progress(stream=stream) as progress, progress.step("reading the sources"):
        pass
    assert stream.getvalue().startswith("reading the sources … 0.")


def test_a_terminal_gets_a_bar_with_the_count() -> None:
    stream = Terminal()
    with Progress(steps=2, stream=stream) as progress:
        with progress.step("first"):
            pass
        with progress.step("second"):
            pass
    assert "second" in stream.getvalue()
    assert "2/2" in stream.getvalue()


def test_quiet_is_silent() -> None:
    stream = io.StringIO()
    with Progress(quiet=True, stream=stream) as progress, progress.step("reading"):
        progress.say("a line")
    assert stream.getvalue() == ""
