"""A run's pages, made up, and a browser whose network is cut."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from maps.report.report import write_report
from maps.screening.page import write_screening
from maps.screening.screening import place_of_community, screen
from maps.sheets.sheet import write_sheets
from maps.site_map.site_map import write_map
from tests.browser.watched import ARGUMENTS, CHROMIUM, Watched
from tests.conftest import made_once


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pages are not tried in a browser"
    )
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: pages are not tried in a browser")
    with playwright.sync_playwright() as tool:
        running = tool.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def run(made_up: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(folder: Path) -> None:
        made = made_up.publication(150)
        write_map(made, folder / "map.html")
        write_sheets(made, folder / "sheets", max_sheets=25)
        write_report(made, folder / "report.html")
        place = place_of_community(made, "Community 1")
        write_screening(made, place, screen(made, place, within_km=200), folder / "screen", within_km=200, lang="en")

    return made_once(tmp_path_factory, "pages", make)


@pytest.fixture
def watched(browser: Any) -> Iterator[Watched]:
    one = Watched(browser)
    yield one
    one.check()
    one.context.close()


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
