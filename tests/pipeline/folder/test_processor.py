"""The kind of processor is part of what makes a step current: last digits differ from one kind to another."""

from __future__ import annotations

import os
import subprocess
import sys

from pipeline.folder.fingerprints import processor, versions


def test_another_kind_of_processor_is_another_version() -> None:
    assert versions()["processor"] == processor()
    asked = [sys.executable, "-c", "from pipeline.folder.fingerprints import processor; print(processor())"]
    for change in ({}, {"OPENBLAS_CORETYPE": "Nehalem"}):
        there = subprocess.run(
            asked, env=os.environ | change, capture_output=True, text=True, check=True
        ).stdout.strip()
        assert (there == processor()) is (not change)
