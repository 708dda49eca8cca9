"""A made-up publication for the tests of pages."""

from __future__ import annotations

import importlib.util
import pickle
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import maps.report.figures


def _made_up() -> ModuleType:
    spec = importlib.util.spec_from_file_location("made_up_publication", Path(__file__).with_name("made_up.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def made_up() -> ModuleType:
    """Module that makes publications."""
    return _made_up()


@pytest.fixture(scope="session")
def _kept_figures() -> dict[tuple[str, bytes], str]:
    return {}


@pytest.fixture
def drawn_once(monkeypatch: pytest.MonkeyPatch, _kept_figures: dict[tuple[str, bytes], str]) -> dict[Any, str]:
    """Draw a figure of the report once for all tests that give it the same data; the figures kept, to be cleared at will.

    Ten figures are most of the time a report takes, and few tests of its words change what they are drawn from.
    """
    real = maps.report.figures.draw_svg

    def draw_svg(draw: Callable[..., Any], data: Any) -> str:
        key = f"{draw.__module__}.{draw.__qualname__}", pickle.dumps(data)
        if key not in _kept_figures:
            _kept_figures[key] = real(draw, data)
        return _kept_figures[key]

    monkeypatch.setattr(maps.report.figures, "draw_svg", draw_svg)
    return _kept_figures
