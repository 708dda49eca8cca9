"""What is said of a file that cannot be written: the remedy is that of its cause."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from layers.errors import SourceError
from pipeline.folder.writing import atomic, remedy_of


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.EMFILE, "ulimit -n"),
        (errno.ENFILE, "close other programs"),
        (errno.EFBIG, "ulimit -f"),
        (errno.ENOSPC, "make room"),
    ],
)
def test_the_remedy_is_that_of_the_cause(number: int, remedy: str, tmp_path: Path) -> None:
    failure = OSError(number, os.strerror(number))
    assert remedy in remedy_of(failure)
    assert ("disk" in remedy_of(failure)) is (number == errno.ENOSPC)
    with pytest.raises(SourceError, match=remedy), atomic(tmp_path / "a.csv"):
        raise failure
