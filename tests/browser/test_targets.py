"""The map switches between targets: lists, colours, legend, cards, downloads and links."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from maps.site_map.site_map import write_map
from tests.browser.watched import Watched

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def path(made_up: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file: Path = tmp_path_factory.mktemp("targets") / "map.html"
    write_map(made_up.with_targets(made_up.publication(150)), file)
    return file


@pytest.fixture(scope="module")
def opened(browser: Any, path: Path) -> Iterator[Watched]:
    one = Watched(browser)
    one.open(path)
    yield one
    one.check()
    one.context.close()


def choose(page: Any, value: str) -> None:
    page.select_option("#f-target", value)
    for _ in range(200):
        if page.evaluate("soon === 0 && target") == value:
            return
        page.wait_for_timeout(25)
    raise AssertionError("the target never changed")


def test_another_target_has_its_own_list_colours_and_link(opened: Watched) -> None:
    page = opened.page
    before = page.inner_text("#list")
    choose(page, "Co")
    first = page.evaluate("S.id[order[0]]")
    assert first == page.evaluate("S.id[G.top.Co[0][0]]")
    assert "assayed" in page.inner_text("#list li button >> nth=0")
    assert page.evaluate("S.tier[order[0]]") == 0
    assert "cobalt" in page.inner_text("#legend-content")
    assert "300" in page.inner_text("#list-about")
    assert "target=Co" in page.evaluate("location.hash")
    assert not page.is_visible("#filtered"), "a target is no filter"
    table = list(csv.DictReader(line for line in page.evaluate("csv()").splitlines() if line))
    assert (table[0]["target"], table[0]["target_rank"], table[0]["site_id"]) == ("Co", "1", first)
    choose(page, "")
    assert page.inner_text("#list") == before
    assert page.evaluate("S.tier === mainTier")


def test_rings_are_those_of_wastes_assayed_for_the_target(opened: Watched) -> None:
    page = opened.page
    ringed = "() => S.id.filter((_, i) => ranked(i) && ringed(i))"
    usual = page.evaluate(ringed)
    assert usual == page.evaluate("() => S.id.filter((_, i) => ranked(i) && assayed(i))")
    assert usual
    choose(page, "Co")
    assayed = page.evaluate("() => G.top.Co.filter((row) => row[ROW.measured]).map((row) => S.id[row[ROW.site]])")
    assert sorted(page.evaluate(ringed)) == sorted(assayed)
    assert ("grade sampled" in page.inner_text("#legend-content").split("grade not sampled")[0]) == bool(assayed)
    choose(page, "combined")
    assert page.evaluate(ringed) == []
    choose(page, "")


def test_the_combined_view_orders_by_the_number_of_targets(opened: Watched) -> None:
    page = opened.page
    choose(page, "combined")
    counts = page.evaluate("order.map((i) => worth[i])")
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == 3
    assert counts[-1] >= 1
    assert "Two or three targets" in page.inner_text("#legend-content")
    choose(page, "")


def test_a_card_leads_from_one_target_to_another(opened: Watched) -> None:
    page = opened.page
    page.evaluate("choose(G.top.Sb[0][0], false)")
    assert "antimony: rank 1" in page.inner_text("#card")
    page.click("#card button:text-is('antimony')")
    assert page.evaluate("target") == "Sb"
    card = page.inner_text("#card")
    assert card.index("antimony: rank 1") < card.index("Rare earths") < card.index("in this run for follow-up sampling")
    page.evaluate("closeCard(false)")
    choose(page, "")


def test_a_link_opens_the_target_in_french(browser: Any, path: Path) -> None:
    one = Watched(browser)
    one.open(path, "#target=Sb&lang=fr")
    assert one.page.evaluate("target") == "Sb"
    assert "antimoine" in one.page.inner_text("#legend-content")
    one.check()
    one.context.close()


def test_the_count_says_that_only_the_first_sites_of_a_target_are_listed(opened: Watched) -> None:
    page = opened.page
    choose(page, "Co")
    listed, worth = page.evaluate("[G.top.Co.length, G.worth_n.Co]")
    for text in (page.inner_text("#count"), "\n".join(page.evaluate("caveats()"))):
        assert f"{listed} of the first {listed} sites" in text
        assert f"{worth} are worth a sample" in text
    choose(page, "")
    assert "first" not in page.inner_text("#count")
