"""A made-up publication for the tests in a browser."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


def _made_up() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "made_up_publication", Path(__file__).parents[1] / "maps" / "made_up.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def made_up() -> ModuleType:
    """Module that makes publications."""
    return _made_up()
