"""Lines that GDAL and the libraries under it write past Python: kept off the terminal, and heeded."""

from __future__ import annotations

import errno
import io
import os
import sys

import pytest

from layers.library_warnings import writing_with_gdal


@pytest.fixture
def parted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (b"_tiffWriteProc: File too large.\n", errno.EFBIG),
        (b"ERROR 3: Write error: No space left on device\n", errno.ENOSPC),
    ],
)
@pytest.mark.parametrize("raised", [True, False])
def test_a_full_disk_is_a_failure_that_says_so(
    line: bytes, number: int, raised: bool, parted: None, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OSError, match=os.strerror(number)) as failure, writing_with_gdal():  # noqa: PT012
        os.write(2, line)
        if raised:
            raise RuntimeError("Write failed. See previous exception for details.")
    assert failure.value.errno == number
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_other_lines_and_failures_are_what_they_are(parted: None, capfd: pytest.CaptureFixture[str]) -> None:
    with writing_with_gdal(), writing_with_gdal():
        os.write(2, b"Warning 1: something\n")
    with pytest.raises(KeyError), writing_with_gdal():
        raise KeyError("x")
    assert capfd.readouterr().err == ""


def test_where_python_writes_to_the_same_descriptor_all_is_let_through(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", os.fdopen(2, "w", closefd=False))
    with writing_with_gdal():
        os.write(2, b"a line\n")
    assert capfd.readouterr().err == "a line\n"
