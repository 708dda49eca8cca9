"""The pages as a browser sees them, with the network cut: search, filter, sort, card, language, keyboard, print, accessibility."""
# ruff: noqa: E501

from __future__ import annotations

import re
import shutil
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

pytestmark = pytest.mark.browser
playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: pages are not tried in a browser"
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--no-first-run",
]
DESKTOP, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: pages are not tried in a browser")
    with playwright.sync_playwright() as tool:
        running = tool.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def run(made_up: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    made = made_up.publication(150)
    write_map(made, folder / "map.html")
    write_sheets(made, folder / "sheets", max_sheets=25)
    write_report(made, folder / "report.html")
    place = place_of_community(made, "Community 1")
    write_screening(made, place, screen(made, place, within_km=200), folder / "screen", within_km=200, lang="en")
    return folder


class Watched:
    """A page that remembers what went wrong and what it asked for."""

    def __init__(self, browser: Any, locale: str = "en-CA", size: dict[str, int] | None = None, **options: Any) -> None:
        self.context = browser.new_context(viewport=size or DESKTOP, locale=locale, offline=True, **options)
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.asked: list[str] = []
        self.page.on(
            "console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, path: Path, after: str = "") -> Any:
        self.page.goto(path.as_uri() + after)
        if path.name == "map.html":
            self.page.wait_for_selector("html[data-ready]")
        return self.page

    def check(self) -> None:
        assert self.wrong == []
        assert [one for one in self.asked if not one.startswith(("file:", "data:"))] == []
        assert self.page.title() != "HIT"


@pytest.fixture
def watched(browser: Any) -> Iterator[Watched]:
    one = Watched(browser)
    yield one
    one.check()
    one.context.close()


def count(page: Any) -> str:
    while page.evaluate("soon") != 0:
        page.wait_for_timeout(50)
    return str(page.inner_text("#count"))


def test_search_finds_sites_with_folded_accents(watched: Watched, run: Path) -> None:
    page = watched.open(run / "map.html")
    assert count(page) == "152 of 152 sites"
    page.fill("#search", "TSIDELDEL")
    assert count(page) == "1 of 152 sites"
    assert page.inner_text("#list .name") == "Tŝideldel"
    page.fill("#search", "wet'suwet'en")
    assert count(page) == "2 of 152 sites"
    page.fill("#search", "no such place")
    assert count(page).startswith("No site fits.")


def test_search_offers_places_and_areas(watched: Watched, run: Path) -> None:
    page = watched.open(run / "map.html")
    page.fill("#search", "kahnawa:ke")
    page.wait_for_timeout(350)
    page.click("#places button >> nth=0")
    assert page.input_value("#f-near") == "2"
    assert page.inner_text("#filtered-text") == "Sites within 100 km of Kahnawà:ke"
    before = int(count(page).split(" ")[0])
    page.click("#filters summary")
    page.fill("#f-km", "300")
    assert int(count(page).split(" ")[0]) > before
    page.click("#reset")
    page.fill("#search", "area b")
    page.wait_for_timeout(350)
    assert "Sites in or near Area B (Historic treaty)" in page.inner_text("#places")
    page.click("#places button >> nth=0")
    assert page.input_value("#f-area") == "Area B"
    assert page.inner_text("#filtered-text") == "Sites in or near Area B"
    page.click("#reset-all")
    assert count(page) == "152 of 152 sites"


def test_the_map_says_how_sure_the_ranking_is(watched: Watched, run: Path) -> None:
    page = watched.open(run / "map.html")
    assert page.inner_text("#plain-verdict").startswith("Tested on sites it had not seen, this ranking finds")
    assert page.inner_text("#verdict").startswith("Better than the best simpler rule")
    page.click("button[data-lang=fr]")
    assert page.inner_text("#plain-verdict").startswith("Mis à l'épreuve sur des sites")


def test_the_page_and_a_screening_measure_the_same_distances(watched: Watched, run: Path) -> None:
    from layers.crs import geodesic_km

    page = watched.open(run / "map.html")
    pairs = [
        (-88.0, 60.0, -80.0, 45.0),
        (-88.3, 60.1, -88.2, 60.3),
        (-120.0, 49.0, -118.0, 49.0),
        (-79.5, 49.0, -79.5, 49.0),
    ]
    for pair in pairs:
        assert page.evaluate("(p) => km(...p)", list(pair)) == pytest.approx(geodesic_km(*pair), abs=0.02)


def test_filters_count_what_they_keep(watched: Watched, run: Path, made_up: ModuleType) -> None:
    made = made_up.publication(150)
    page = watched.open(run / "map.html")
    page.click("#filters summary")
    page.fill("#f-score", "0.5")
    assert count(page) == f"{int((made.ranking['score'].round(3) >= 0.5).sum())} of 152 sites"
    page.fill("#f-score", "0")
    page.uncheck(".f-evidence[value='1']")
    page.uncheck(".f-evidence[value='2']")
    assert count(page) == f"{int((made.ranking['evidence'] == 'measured').sum()) + 2} of 152 sites"
    page.click("#reset")
    page.select_option("#f-tonnage", "1000000")
    expected = int((made.ranking["tonnage_t"].map(lambda t: float(f"{t:.2g}")) >= 1e6).sum())
    in_list = int(count(page).split(" ")[0])
    assert expected <= in_list <= expected + 2
    page.click("#reset")
    page.select_option("#f-flag", label="waste put in a lake")
    lake = int((made.flags["flag"] == "lake_disposal").sum())
    assert count(page) == f"{lake} of 152 sites"


def test_the_list_sorts(watched: Watched, run: Path) -> None:
    page = watched.open(run / "map.html")
    page.select_option("#sort", "name")
    page.wait_for_timeout(350)
    names = page.eval_on_selector_all("#list .name", "nodes => nodes.map((one) => one.textContent)")
    assert names == page.evaluate("(names) => [...names].sort(new Intl.Collator('en').compare)", names)
    page.select_option("#sort", "tonnage")
    page.wait_for_timeout(350)
    assert page.evaluate("S.t[order[0]] >= S.t[order[1]] && S.t[order.at(-1)] === null")


def test_a_card_opens_from_the_list_and_from_the_map(watched: Watched, run: Path) -> None:
    page = watched.open(run / "map.html")
    page.click("#list button >> nth=3")
    assert page.inner_text("#card h2") == 'A "quoted" & Sons'
    text = page.inner_text("#card")
    for part in (
        "Ranks 4 of 150",
        "Not a mineral resource or reserve",
        "Absence from these public layers",
        "What moved the score",
    ):
        assert part in text
    assert "site=S00004" in page.url
    page.keyboard.press("Escape")
    assert page.is_visible("#finder")
    at = page.evaluate(
        "(() => { const p = map.latLngToContainerPoint([lat(60), lon(60)]); const b = map.getContainer().getBoundingClientRect(); return [p.x + b.left, p.y + b.top]; })()"
    )
    expected = page.evaluate("(() => siteAt(map.latLngToContainerPoint([lat(60), lon(60)])))()")
    page.mouse.click(*at)
    page.wait_for_timeout(400)
    assert page.evaluate("chosen") == expected


def test_a_link_to_a_site_opens_its_card(watched: Watched, run: Path) -> None:
    page = watched.open(run / "map.html", "#site=S00012&lang=fr")
    assert page.inner_text("#card h2") == "ʔaq̓am"
    assert "Classé 12 sur 150" in page.inner_text("#card")
    assert page.get_attribute("html", "lang") == "fr"


def test_every_hostile_and_every_special_name_is_shown_as_text(
    watched: Watched, run: Path, made_up: ModuleType
) -> None:
    page = watched.open(run / "map.html")
    shown = page.eval_on_selector_all("#list .name", "nodes => nodes.map((one) => one.textContent)")
    wanted = [*made_up.HOSTILE, *made_up.SPELLINGS]
    assert shown[: len(wanted)] == wanted
    for at in range(len(made_up.HOSTILE)):
        page.evaluate(f"choose({at}, false)")
        assert page.evaluate("document.querySelector('#card h2').textContent") == made_up.HOSTILE[at]
    page.evaluate("tip.setContent(el('span', {}, nameOf(5))).setLatLng([lat(5), lon(5)]).addTo(map)")
    assert page.evaluate("document.querySelector('.tip').textContent") == made_up.HOSTILE[5]
    assert page.title() == "Made-up region"
    assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0


def test_the_language_switch_changes_every_word(watched: Watched, run: Path) -> None:
    page = watched.open(run / "map.html")
    page.click("#list button >> nth=14")
    page.click("[data-lang=fr]")
    assert page.get_attribute("html", "lang") == "fr"
    text = page.inner_text("body")
    for english in (
        "Search",
        "Filters",
        "Sites by",
        "Back to the list",
        "Cautions",
        "Legend",
        "Speak with the Nation",
        "raises the score",
        "November",
    ):
        assert english not in text, english
    assert "Parlez à la Nation" in text
    assert "25 novembre 2026" in text
    assert "\u202f" in page.evaluate("document.body.textContent")
    page.click("[data-lang=en]")
    assert "Speak with the Nation" in page.inner_text("body")


def test_a_french_browser_is_greeted_in_french(browser: Any, run: Path) -> None:
    one = Watched(browser, locale="fr-CA")
    page = one.open(run / "map.html")
    assert count(page) == "152 sites sur 152"
    one.check()
    one.context.close()


def test_the_keyboard_reaches_everything(watched: Watched, run: Path) -> None:
    page = watched.open(run / "map.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                "document.activeElement.id || document.activeElement.dataset.lang || document.activeElement.dataset.site || document.activeElement.tagName"
            )
        )
    assert {"en", "fr", "search", "sort", "copy", "0", "1"} <= seen
    assert any("map_" in one for one in seen) or "sites" in " ".join(seen)
    page.focus("#list button >> nth=0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "card-title"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.site") == "0"


def test_csv_leaves_no_formula(watched: Watched, run: Path, made_up: ModuleType) -> None:
    import csv

    page = watched.open(run / "map.html")
    rows = list(csv.DictReader(page.evaluate("csv()").splitlines(keepends=True)))
    assert len(rows) == 152
    assert rows[10]["name"] == "'=1+1"
    assert rows[0]["name"] == "back`tick"
    assert rows[11]["name"] == made_up.SPELLINGS[0]
    assert float(rows[0]["longitude"]) < 0


def test_an_unscored_site_has_its_own_style(watched: Watched, run: Path) -> None:
    page = watched.open(run / "map.html")
    page.fill("#search", "S00151")
    page.wait_for_timeout(350)
    assert page.inner_text("#list .score").strip() == "not scored"
    assert page.evaluate("document.querySelector('#list .swatch').className") == "swatch none"
    assert "not scored" in page.inner_text("#legend")


def test_tiles_are_asked_for_only_by_the_viewer_and_fail_quietly(browser: Any, run: Path) -> None:
    one = Watched(browser)
    page = one.open(run / "map.html")
    page.wait_for_timeout(300)
    assert not [url for url in one.asked if url.startswith("http")]
    page.click("#layers summary")
    assert not page.is_checked("#layer-tiles")
    page.check("#layer-tiles")
    page.wait_for_selector("text=The background map cannot be reached")
    assert {url.split("/")[2] for url in one.asked if url.startswith("http")} == {"tile.openstreetmap.org"}
    assert page.inner_text("#count") == "152 of 152 sites"
    one.context.close()


def test_layers_can_be_switched_off(watched: Watched, run: Path) -> None:
    page = watched.open(run / "map.html")
    page.click("#layers summary")
    assert "First Nations and treaty areas (public layers, incomplete)" in page.inner_text("#layer-list")
    assert "Areas of treaties, 1 June 2025, Open licence 1.0" in page.inner_text("#layer-list")
    page.uncheck("#layer-area_0")
    assert not page.evaluate("map.hasLayer(layers.area_0)")
    assert "Historic treaty" not in page.inner_text("#legend")
    styles = page.evaluate(
        "[0, 1, 2, 3].map((i) => { const s = areaStyle(i); return [s.color, s.weight, s.opacity, s.fillOpacity].join(); })"
    )
    assert len(set(styles)) == 1


def test_the_phone_page_does_not_scroll_sideways(browser: Any, run: Path) -> None:
    for name in ("map.html", "report.html", "sheets/S00004.html", "screen/index.html"):
        one = Watched(browser, size=PHONE)
        page = one.open(run / name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 391, name
        one.check()
        one.context.close()


def test_without_javascript_there_is_a_table(browser: Any, run: Path) -> None:
    one = Watched(browser, java_script_enabled=False)
    one.page.goto((run / "map.html").as_uri())
    assert one.page.locator("noscript table tr").count() == 151
    one.context.close()


@pytest.mark.parametrize("after", ["", "#fr"])
def test_a_sheet_prints_on_one_page_in_the_language_chosen(watched: Watched, run: Path, after: str) -> None:
    page = watched.open(run / "sheets" / "S00004.html", after)
    text = page.inner_text("main")
    assert ("Ce que l'on ne sait pas" in text) == (after == "#fr")
    assert ("What is not known" in text) == (after == "")
    for paper in ("A4", "Letter"):
        pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format=paper)))
        assert pages == 1, paper


def test_the_switch_of_sheets_works_without_javascript(browser: Any, run: Path) -> None:
    one = Watched(browser, java_script_enabled=False)
    one.page.goto((run / "sheets" / "S00004.html").as_uri())
    one.page.click("label[for=lang-fr]")
    assert one.page.is_visible("text=Questions à poser")
    assert not one.page.is_visible("text=Questions to ask")
    one.context.close()


@pytest.mark.parametrize(
    "name", ["map.html", "map.html#site=S00004&lang=fr", "report.html", "sheets/S00004.html", "screen/index.html"]
)
def test_no_serious_accessibility_findings(watched: Watched, run: Path, name: str) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed: accessibility is not scanned"
    )
    path, _, after = name.partition("#")
    page = watched.open(run / path, f"#{after}" if after else "")
    if path == "map.html":
        page.click("#layers summary")
        page.click("#about summary")
        if not after:
            page.click("#filters summary")
    found = axe.Axe().run(page).response["violations"]
    serious = [
        (one["id"], [node["html"][:120] for node in one["nodes"][:3]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_fifty_thousand_sites_open_and_search(browser: Any, made_up: ModuleType, tmp_path: Path) -> None:
    write_map(made_up.publication(50_000, unscored=0), tmp_path / "map.html")
    assert (tmp_path / "map.html").stat().st_size < 12_000_000
    one = Watched(browser)
    page = one.open(tmp_path / "map.html")
    ready_ms = page.evaluate("performance.now()")
    page.fill("#search", "old mine 4999")
    page.wait_for_timeout(800)
    assert page.inner_text("#count") == "11 of 50,000 sites"
    assert ready_ms < 15_000
    one.check()
    one.context.close()
