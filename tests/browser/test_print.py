"""What comes out of a printer: one page for every sheet, two for every brief, on both papers and in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from maps.screening.brief import Brief
from maps.screening.page import html_pages
from maps.screening.screening import place_of_community, screen
from pipeline.folder.published import load_publication

pytestmark = pytest.mark.browser
PX_PER_MM = 96 / 25.4
PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
MARGINS_MM = (22.0, 16.0)
"""Left and right, above and below, as in `print.css`."""


def pages_of(page: Any, paper: str) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format=paper)))


def test_every_sheet_of_the_demo_prints_on_one_page(browser: Any, demo_run: Path) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.emulate_media(media="print")
    fills = {}
    for sheet in sorted((demo_run / "sheets").glob("*.html")):
        page.goto(sheet.as_uri())
        for paper, (wide, tall) in PAPERS.items():  # a page of another width is laid out anew
            page.set_viewport_size({"width": round((wide - MARGINS_MM[0]) * PX_PER_MM), "height": 100})
            heights = page.evaluate(
                """() => Object.fromEntries(['en', 'fr'].map((lang) => {
                document.getElementById('lang-' + lang).checked = true; return [lang, document.body.scrollHeight]; }))"""
            )
            for lang, height in heights.items():
                fills[sheet, lang, paper] = height / ((tall - MARGINS_MM[1]) * PX_PER_MM)
    assert len(fills) >= 200
    over = {(sheet.stem, lang, paper): round(fill, 3) for (sheet, lang, paper), fill in fills.items() if fill > 1.0}
    assert over == {}
    fullest = sorted(fills, key=lambda key: -fills[key])[:3]
    for sheet, lang, paper in fullest:
        page.goto("about:blank")
        page.goto(f"{sheet.as_uri()}#{lang}")
        assert pages_of(page, paper) == 1, (sheet.stem, lang, paper)
    context.close()


def test_the_annex_leaves_out_what_no_site_has(made_up: Any, tmp_path: Path, browser: Any) -> None:
    made = made_up.publication(120)
    place = place_of_community(made, "Community 1")
    page = browser.new_context(offline=True).new_page()
    pages_by_amounts = []
    for known in (True, False):
        table = screen(made, place, within_km=9000)
        if not known:
            table = table.assign(
                tonnage_low_t=float("nan"), tonnage_high_t=float("nan"), contained_treo_high_t=float("nan")
            )
        annex = html_pages(Brief(made, place, table, 9000), [], "en")["sites"]
        (tmp_path / "sites.html").write_text(annex, encoding="utf-8")
        assert (">Contained oxides<" in annex) is known
        page.goto("about:blank")
        page.goto((tmp_path / "sites.html").as_uri())
        pages_by_amounts.append(pages_of(page, "A4"))
        assert page.evaluate(
            "[...document.querySelectorAll('.en td.rank')].every((one) => one.scrollWidth <= one.clientWidth + 1)"
        )
    assert len(table) >= 120
    assert max(pages_by_amounts) <= len(table) / 10
    page.context.close()


def test_the_brief_of_every_community_of_the_demo_prints_on_two_pages(
    browser: Any, demo_run: Path, tmp_path: Path
) -> None:
    publication = load_publication(demo_run)
    context = browser.new_context(offline=True)
    page = context.new_page()
    for community in publication.communities["community_id"]:
        place = place_of_community(publication, community)
        brief = Brief(publication, place, screen(publication, place, within_km=100), 100)
        (tmp_path / "brief.html").write_text(html_pages(brief, [], "en")["index"], encoding="utf-8")
        for lang, paper in (("en", "Letter"), ("fr", "Letter"), ("fr", "A4")):
            page.goto("about:blank")
            page.goto(f"{(tmp_path / 'brief.html').as_uri()}#{lang}")
            assert pages_of(page, paper) <= 2, (place.name, lang, paper)
    context.close()


def test_no_cell_of_a_short_table_runs_into_the_next_in_print(browser: Any, demo_run: Path, tmp_path: Path) -> None:
    publication = load_publication(demo_run)
    place = place_of_community(publication, str(publication.communities["community_id"].iloc[0]))
    table = screen(publication, place, within_km=1000)
    table["rank_first"], table["rank_last"] = 4596, 4673
    brief = Brief(publication, place, table, 1000)
    (tmp_path / "brief.html").write_text(html_pages(brief, [], "en")["index"], encoding="utf-8")
    page = browser.new_context(offline=True).new_page()
    page.emulate_media(media="print")
    for lang in ("en", "fr"):
        page.goto("about:blank")
        page.goto(f"{(tmp_path / 'brief.html').as_uri()}#{lang}")
        for paper, (wide, _) in PAPERS.items():
            page.set_viewport_size({"width": round((wide - MARGINS_MM[0]) * PX_PER_MM), "height": 1000})
            cells, over = page.evaluate(
                """(lang) => { const cells = [...document.querySelectorAll(`.${lang} .short td`)];
                const over = cells.filter((one) => one.scrollWidth > one.clientWidth + 1);
                return [cells.length, over.map((one) => one.innerText)]; }""",
                lang,
            )
            assert cells > 30, (lang, paper)
            assert over == [], (lang, paper)
            assert pages_of(page, paper) <= 2, (lang, paper)
    page.context.close()
