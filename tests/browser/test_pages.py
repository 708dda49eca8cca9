"""Report, sheets and screenings as a browser sees them, with the network cut: language, print, accessibility."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.watched import PHONE, Watched

pytestmark = pytest.mark.browser


def test_the_phone_page_does_not_scroll_sideways(browser: Any, run: Path) -> None:
    for name in ("report.html", "sheets/S00004.html", "screen/index.html"):
        one = Watched(browser, size=PHONE)
        page = one.open(run / name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 391, name
        one.check()
        one.context.close()


@pytest.mark.parametrize("name", ["report.html", "screen/index.html", "screen/sites.html"])
def test_on_a_phone_no_cell_of_a_table_lies_out_of_sight(browser: Any, run: Path, name: str) -> None:
    one = Watched(browser, size=PHONE)
    page = one.open(run / name)
    cells, hidden = page.evaluate(
        """() => { const cells = [...document.querySelectorAll('table.stack td')].filter((one) => one.offsetParent);
        const out = cells.filter((one) => one.getBoundingClientRect().right > 391);
        return [cells.length, out.map((one) => one.innerText)]; }"""
    )
    assert cells > 20
    assert hidden == []
    labels = page.evaluate(
        "[...document.querySelectorAll('table.stack td')].filter((one) => one.offsetParent).map((one) => one.dataset.label ?? '')"
    )
    assert sum(map(bool, labels)) >= len(labels) / 2, "a cell says what it is, since the heading is not shown"
    one.check()
    one.context.close()


def test_on_a_phone_a_row_is_as_high_as_its_label(browser: Any, run: Path) -> None:
    one = Watched(browser, size=PHONE)
    page = one.open(run / "screen" / "sites.html")
    before, after = page.evaluate(
        """() => { const cell = [...document.querySelectorAll('table.stack td[data-label]')].find((one) => one.offsetParent);
        cell.textContent = '1'; cell.dataset.label = 'A'; const before = cell.offsetHeight;
        cell.dataset.label = 'Status in the inventory '.repeat(4); return [before, cell.offsetHeight]; }"""
    )
    assert after >= 3 * before
    one.context.close()


def test_no_number_of_a_table_of_the_report_is_parted_in_print(watched: Watched, run: Path) -> None:
    page = watched.open(run / "report.html")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 710, "height": 1000})
    cells, parted = page.evaluate(
        """() => { const cells = [...document.querySelectorAll('.narrow td:nth-child(n+3)')].filter((one) => one.offsetParent);
        const tall = (one) => { const range = document.createRange(); range.selectNodeContents(one);
        return range.getClientRects().length; };
        return [cells.length, cells.filter((one) => tall(one) > 1).map((one) => one.innerText)]; }"""
    )
    assert cells > 8
    assert parted == []


@pytest.mark.parametrize("name", ["report.html", "sheets/S00004.html", "screen/index.html", "screen/sites.html"])
def test_pages_turn_dark_where_the_reader_wishes_it(browser: Any, run: Path, name: str) -> None:
    for scheme, low in (("light", False), ("dark", True)):
        one = Watched(browser, color_scheme=scheme)
        page = one.open(run / name)
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", paper)[:3])) < 200) is low, (scheme, paper)
        papers = page.evaluate(
            "[...document.querySelectorAll('svg')].map((one) => getComputedStyle(one).backgroundColor)"
        )
        assert not low or set(papers) <= {"rgb(255, 255, 255)"}  # drawings stay ink on paper
        one.check()
        one.context.close()


@pytest.mark.parametrize("after", ["", "#fr"])
def test_a_sheet_prints_on_two_pages_at_most_in_the_language_chosen(watched: Watched, run: Path, after: str) -> None:
    page = watched.open(run / "sheets" / "S00004.html", after)
    text = page.inner_text("main")
    assert ("Ce que l'on ne sait pas" in text) == (after == "#fr")
    assert ("What is not known" in text) == (after == "")
    for paper in ("A4", "Letter"):
        pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format=paper)))
        assert pages <= 2, paper


def test_the_switch_of_sheets_works_without_javascript(browser: Any, run: Path) -> None:
    one = Watched(browser, java_script_enabled=False)
    one.page.goto((run / "sheets" / "S00004.html").as_uri())
    one.page.click("label[for=lang-fr]")
    assert one.page.is_visible("text=Questions à poser")
    assert not one.page.is_visible("text=Questions to ask")
    one.context.close()


@pytest.mark.parametrize("name", ["report.html", "sheets/S00004.html", "screen/index.html", "screen/sites.html"])
def test_no_serious_accessibility_findings(watched: Watched, run: Path, name: str) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed: accessibility is not scanned"
    )
    page = watched.open(run / name)
    found = axe.Axe().run(page).response["violations"]
    barriers = [
        (rule["id"], [node["html"][:120] for node in rule["nodes"][:3]])
        for rule in found
        if rule["impact"] in ("moderate", "serious", "critical")
    ]
    assert barriers == []


def test_pages_follow_the_language_chosen_and_that_of_the_browser(browser: Any, run: Path) -> None:
    french, english = Watched(browser, "fr-CA"), Watched(browser)
    for name in ("report.html", "sheets/S00004.html", "screen/index.html"):
        assert french.open(run / name).evaluate("document.documentElement.lang") == "fr", name
        assert english.open(run / name).evaluate("document.documentElement.lang") == "en", name
    page = english.open(run / "map.html")
    page.click("button[data-lang=fr]")
    assert page.get_attribute(".to-report", "href") == "report.html#fr"
    with page.expect_navigation(wait_until="load"):
        page.click("a.to-report")
    assert page.evaluate("document.documentElement.lang") == "fr"
    french.open(run / "report.html", "#en")
    assert french.page.evaluate("document.documentElement.lang") == "en"
    for one in (french, english):
        one.check()
        one.context.close()
