"""The map as a browser sees it, with the network cut: lists, search, cards, links, downloads, tools, keyboard, phone, print."""
# ruff: noqa: E501

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from maps import words
from maps.nearby import distance_to_place_km
from maps.reasons import phrase_reason
from maps.site_map.site_map import write_map
from tests.browser.watched import PHONE, Watched

pytestmark = pytest.mark.browser

ENDS = [(0.12, 0.98), (0.0, 0.98), (0.12, 1.0)]
"""Bands of a chance: no end is told as certain."""


@pytest.fixture(scope="module")
def opened(browser: Any, run: Path) -> Iterator[Watched]:
    one = Watched(browser, accept_downloads=True)
    one.open(run / "map.html")
    yield one
    one.check()
    one.context.close()


@pytest.fixture
def page(opened: Watched) -> Iterator[Any]:
    """The one map that most tests share, as it was when it was opened."""
    yield opened.page
    opened.page.evaluate(
        "() => { if (way) measure(false); closeCard(false); lang = 'en'; listed = 'inferred'; readFields(new URLSearchParams());"
        " for (const one of started) if (!on.has(one)) toggle(one, true); showTab('sites'); byId('filters').open = false; speak(); apply(); showAll(); }"
    )
    wrong, opened.wrong = opened.wrong, []
    assert wrong == []


def wait(page: Any, condition: str) -> None:
    """Wait until an expression holds; the page's policy lets no script of a string run in it, so it is asked again and again."""
    for _ in range(400):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"never true: {condition}")


def settle(page: Any) -> None:
    wait(page, "soon === 0")


def search(page: Any, text: str) -> None:
    page.fill("#search", text)
    settle(page)


def count(page: Any) -> str:
    settle(page)
    return str(page.inner_text("#count"))


def names(page: Any) -> list[str]:
    return list(page.eval_on_selector_all("#list .name", "nodes => nodes.map((one) => one.textContent)"))


def click_map(page: Any, longitude: float, latitude: float) -> None:
    at = page.evaluate(
        "([x, y]) => { const p = map.latLngToContainerPoint([y, x]), b = map.getContainer().getBoundingClientRect(); return [p.x + b.left, p.y + b.top]; }",
        [longitude, latitude],
    )
    page.mouse.click(*at)


def test_sampled_and_unsampled_wastes_are_two_lists(page: Any, made_up: ModuleType) -> None:
    made = made_up.publication(150)
    measured = made.ranking[made.ranking["evidence"] == "measured"]
    assert page.inner_text("#list-measured") == f"Grade sampled ({len(measured)})"
    assert page.inner_text("#list-inferred") == f"Grade not sampled ({152 - len(measured)})"
    page.click("#list-measured")
    assert page.evaluate("order.length") == len(measured)
    first = measured.iloc[0]
    assert page.inner_text("#list .score >> nth=0").strip() == f"{float(f'{first.treo_ppm:.2g}'):,.0f}\u00a0ppm"
    assert page.inner_text("#list .rank >> nth=0") == str(first["rank"])
    assert "mean between" in page.inner_text("#list .about >> nth=0")
    page.evaluate("choose(order[0], false)")
    card = page.inner_text("#card")
    assert "ppm" in card
    assert "Chance that the grade is reached" not in card
    page.keyboard.press("Escape")
    page.click("#list-plan")
    assert page.evaluate("order") == page.evaluate("data.plan")
    assert page.evaluate("data.plan.map((i) => planned.get(i))") == list(made.sampling_plan["order"])
    assert "expected per cost of a visit" in page.inner_text("#list-about")


def test_the_card_of_a_showing_tells_of_no_waste_and_lists_count_kinds(page: Any) -> None:
    page.evaluate("choose(S.id.findIndex((_, i) => mere(i) && !assayed(i) && ranked(i)), false)")
    card = page.inner_text("#card")
    assert "nothing dug as far as is known" in card
    for barred in ("this waste", "Payable", "Kind of waste", "Amount of waste", "amount of waste", "Commodities mined"):
        assert barred not in card, barred
    page.keyboard.press("Escape")
    page.click("#list-inferred")
    counted = page.evaluate(
        "Object.fromEntries(data.sites.kinds.map((kind) => [kind, order.filter((i) => kindOf(i) === kind).length]))"
    )
    assert counted["showing"] > 0
    assert f"mine waste on record {counted['waste']}" in page.inner_text("#list-about")
    assert f"nothing dug as far as is known {counted['showing']}" in page.inner_text("#list-about")
    assert page.evaluate("csv([order[0]]).split('\\r\\n')[0].split(',')")[1:11] == [
        "rank_shared_with_first", "rank_shared_with_last", "rank_low", "rank_high", "sampling_order", "payable_t",
        "chance_payable", "site_id", "name", "site_kind"
    ]  # fmt: skip


def test_a_card_names_what_is_on_record_as_the_sheet_does(browser: Any, made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(6)
    recorded = [
        "uranium; cerium; rare earths",
        "gold; silver; copper; zinc; lead",
        None,
        "yttrium",
        "quartz",
        "uranium; Odd {x} $& name",
    ]
    told = pd.Series(recorded, index=made.sites.index[:6], dtype=object).reindex(made.sites.index).astype("str")
    sites = made.sites.assign(commodities=told.where(told.notna() & (told != "nan") & (told != "None")))
    rows = [
        {"site_id": site_id, "position": position, "feature": feature, "value": value, "contribution": move}
        for site_id in sites["site_id"][:6]
        for position, (feature, value, move) in enumerate((("part_metal", 0.9, 1.0), ("part_amount", 0.5, 0.2)), 1)
    ]
    reasons = pd.DataFrame(rows)[list(made.reasons.columns)].astype(made.reasons.dtypes.to_dict())
    made = replace(made, sites=sites, reasons=reasons)
    write_map(made, tmp_path / "map.html")
    watched = Watched(browser)
    page = watched.open(tmp_path / "map.html")
    kinds = sites["site_kind"]
    for lang in ("en", "fr"):
        page.evaluate(f"lang = '{lang}'")
        for at in range(6):
            said = page.evaluate("(id) => reasonsOf(S.id.indexOf(id))", sites["site_id"].iloc[at])
            cell = sites["commodities"].iloc[at]
            metal, amount = (
                phrase_reason(feature, move, value, lang, cell, kinds.iloc[at])
                for feature, value, move in (("part_metal", 0.9, 1.0), ("part_amount", 0.5, 0.2))
            )
            assert said == [metal, amount]
    page.evaluate("lang = 'en'")
    first = page.evaluate("(id) => reasonsOf(S.id.indexOf(id))", sites["site_id"].iloc[0])
    assert first[0] == "cerium, rare earths recorded here, among the very elements looked for, which speaks for it"
    watched.check()
    watched.context.close()


def test_ties_are_shown_as_ties(browser: Any, made_up: ModuleType, tmp_path: Path) -> None:
    from dataclasses import replace

    made = made_up.publication(40, names=[f"Pit {at}" for at in range(40)])
    ranking = made.ranking.copy()
    ranking["evidence"] = "inferred"
    ranking.loc[2:6, ["payable_t", "score", "score_low", "score_high"]] = [5.0, 0.4, 0.3, 0.5]
    ranking["tied_with"] = [4 if 2 <= at <= 6 else 0 for at in range(40)]
    write_map(replace(made, ranking=ranking), tmp_path / "map.html")
    one = Watched(browser)
    tied = one.open(tmp_path / "map.html")
    assert tied.inner_text("#list .rank >> nth=1") == "2"
    assert tied.inner_text("#list .rank >> nth=2") == tied.inner_text("#list .rank >> nth=6") == "3–7"
    assert tied.inner_text("#list .about >> nth=2").startswith("tied")
    tied.evaluate("choose(4, false)")
    assert "Shares ranks 3–7 of 40 with 4 other sites" in tied.inner_text("#card")
    one.check()
    one.context.close()


def test_search_takes_names_in_any_spelling_order_and_part(page: Any) -> None:
    for text, found in (("TSIDELDEL", "Tŝideldel"), ("ōtautahi", "Ōtautahi"), ("'a\"quoted sons", 'A "quoted" & Sons')):
        search(page, text)
        assert page.evaluate("[...lists.inferred, ...lists.measured].map(nameOf)") == [found], text
    search(page, "wetsuweten")
    assert page.evaluate("lists.inferred.length + lists.measured.length") == 2
    search(page, "30 mine old")
    assert "Old Mine 30" in page.evaluate("[...lists.inferred, ...lists.measured].map(nameOf)")
    search(page, "Tsidelbel First Nation")  # one letter wrong, and a word that is no part of the name
    assert page.evaluate("[...lists.inferred, ...lists.measured].map(nameOf)") == ["Tŝideldel"]
    search(page, "no such place")
    assert count(page).startswith("No site fits.")


def test_search_knows_metals_towns_lakes_rivers_and_coordinates_and_the_map_follows(
    page: Any, made_up: ModuleType
) -> None:
    made = made_up.publication(150)
    search(page, "gold")
    mined = int((made.sites["commodities"] == "gold").sum())
    assert page.inner_text("#places").startswith(f"Sites with gold on record ({mined})")
    page.click("#places button >> nth=0")
    assert count(page) == f"{mined} of 152 sites"
    assert page.inner_text("#filtered-text") == "Commodity on record: gold"
    page.click("#reset-all")
    search(page, "Au")
    assert page.inner_text("#places").startswith(f"Sites with gold on record ({mined})")
    assert page.evaluate("lists.inferred.length + lists.measured.length") == mined
    for text, place, y, x in (
        ("town one", "Sites near Town One (town)", 51.6, -89.6),
        ("one lake", "Sites near Lake One (lake)", 51.9, -87.2),
        ("51.2, -90.5", "Go to 51.2000, -90.5000", 51.2, -90.5),
        ("51°12'N 90°30'W", "Go to 51.2000, -90.5000", 51.2, -90.5),
        ("51 12 00 N 90 30 00 W", "Go to 51.2000, -90.5000", 51.2, -90.5),
        ("51 12 N, 90 30 W", "Go to 51.2000, -90.5000", 51.2, -90.5),
        ("-90.5 51.2", "Go to 51.2000, -90.5000", 51.2, -90.5),
        ("N51.2 W90.5", "Go to 51.2000, -90.5000", 51.2, -90.5),
        ("W 90°30', N 51°12'", "Go to 51.2000, -90.5000", 51.2, -90.5),
        ("lat 51.2, long -90.5", "Go to 51.2000, -90.5000", 51.2, -90.5),
    ):
        search(page, text)
        assert page.inner_text("#places button >> nth=0") == place
        assert page.evaluate("[map.getCenter().lat, map.getCenter().lng]") == pytest.approx([y, x], abs=0.1), text
    assert page.inner_text("#filtered-text").startswith("Sites within 100 km of")
    far = page.evaluate("order.map((i) => away[i])")
    assert far == sorted(far)
    assert page.evaluate("coordinates('old mine 40')") is None
    assert page.evaluate("coordinates('2019 12')") is None
    assert page.evaluate("coordinates('N 5 East 7')") is None
    assert page.evaluate("coordinates('46.4 82.6 W')") == {"y": 46.4, "x": -82.6}
    turned = page.evaluate("placesFor('-84.5 51.2').map((one) => one.text)")
    assert turned == ["Go to 51.2000, -84.5000", "Go to -84.5000, 51.2000"]
    assert page.evaluate("placesFor('51.2 -84.5').map((one) => one.text)") == ["Go to 51.2000, -84.5000"]


def test_places_are_found_with_a_letter_wrong_or_a_word_cut_short(page: Any) -> None:
    page.evaluate("[base.towns.name[0], base.names.name[0]] = ['Sault Ste. Marie', 'Elliot Lake']")
    for text, place in (
        ("Eliot Lake", "Elliot Lake"),
        ("Sault Sainte Marie", "Sault Ste. Marie"),
        ("Sualt Ste Marie", "Sault Ste. Marie"),
    ):
        assert [one for one in page.evaluate(f"placesFor({text!r}).map((one) => one.text)") if place in one], text
    assert page.evaluate("placesFor('no such place')") == []
    page.evaluate("[base.towns.name[0], base.names.name[0]] = ['Town One', 'Lake One']")


def test_a_first_nation_comes_before_the_river_it_is_called_after(page: Any) -> None:
    page.evaluate("C.name[0] = 'Garden River First Nation'")
    page.evaluate("base.names.name[0] = 'Garden', base.names.kind[0] = base.names.kinds.indexOf('water')")
    assert page.evaluate("placesFor('garden river').map((one) => one.at.name)")[0] == "Garden River First Nation"
    assert page.evaluate("placesFor('garden').map((one) => one.at.name)")[0] == "Garden"


def test_words_cut_short_and_other_names_of_metals_are_found(page: Any) -> None:
    page.evaluate("base.towns.name[0] = 'Kirkland Lake'")
    assert page.evaluate("placesFor('Kirkland Lk').map((one) => one.at.name)") == ["Kirkland Lake"]
    page.evaluate("base.towns.name[0] = 'Town One'")
    page.evaluate("T[S.commodities[0]] = 'tungsten', hay = null")
    assert page.evaluate("siteTest('wolfram')(0)")


def test_the_legend_follows_what_a_search_leaves_on_the_map(page: Any) -> None:
    before = page.inner_text("#legend")
    assert "First tenth" in before
    search(page, page.evaluate("S.id.find((_, i) => S.tier[i] === 0)"))
    assert page.evaluate("lists.inferred.length + lists.measured.length") == 1
    left = page.inner_text("#legend")
    assert "Ranks 1 to 10" in left
    assert "First tenth" not in left
    measured = page.evaluate("lists.measured.length") == 1
    assert ("grade sampled" in left.split("grade not sampled")[0]) is measured
    assert ("grade not sampled" in left) is not measured
    search(page, "")
    assert page.inner_text("#legend") == before


def test_a_link_with_an_area_to_filter_by_opens_the_list_and_no_card(page: Any) -> None:
    area = page.evaluate("A.name[0]")
    page.evaluate(f"byId('f-area').value = {area!r}; apply(); writeHash()")
    assert "lies_in=" in page.url
    assert "area=" not in page.url
    page.evaluate("readSubject(new URLSearchParams(location.hash.slice(1)), false)")
    assert page.evaluate("byId('card').hidden")


def test_the_other_tongue_is_that_of_waters_and_no_town_stands_before_them(page: Any) -> None:
    page.evaluate("[base.towns.name[0], base.names.name[0]] = ['Superior', 'Lake Superior']")
    assert page.evaluate("placesFor('supérieur').map((one) => one.at.name)") == ["Lake Superior"]
    assert page.evaluate("placesFor('superior').map((one) => one.at.name)") == ["Superior", "Lake Superior"]


def test_whole_words_come_before_beginnings_and_what_is_not_offered_is_counted(page: Any) -> None:
    kept = page.evaluate("base.names.name.slice()")
    assert len(kept) >= 2
    page.evaluate("base.names.name.splice(0, 2, 'Old Lake 15', 'Old Lake 1')")
    offered = page.evaluate("placesFor('lake 1').map((one) => one.at.name)")
    assert offered.index("Old Lake 1") < offered.index("Old Lake 15")
    page.evaluate("(names) => { base.names.name = names; }", kept)
    many = page.evaluate("placesFor('on').length")
    search(page, "on")
    rest = page.locator("#places li").all_inner_texts()[8:]
    assert rest == ([f"and {many - 8} more"] if many > 8 else [])


def test_a_chosen_place_keeps_what_is_near_it_also_from_a_link(browser: Any, run: Path, page: Any) -> None:
    search(page, "lake one")
    page.click("#places button >> nth=0")
    assert page.input_value("#search") == "Lake One"
    assert page.inner_text("#filtered-text").startswith("Sites within 100 km of Lake One (of its outline on this map)")
    near = page.evaluate("[...lists.inferred, ...lists.measured].map((i) => [lon(i), lat(i), away[i]])")
    shore = shapely.Point(-87.2, 51.9).buffer(0.45)
    everywhere = np.array(page.evaluate("S.id.map((_, i) => [lon(i), lat(i)])"))
    km = distance_to_place_km(shore, everywhere[:, 0], everywhere[:, 1], 200)
    assert len(near) == int((km <= 100).sum()) > 10
    found = distance_to_place_km(shore, *np.array(near).T[:2], 200)
    assert np.array(near)[:, 2] == pytest.approx(found, abs=0.05)
    other = Watched(browser)
    again = other.open(Path(run / "map.html"), page.evaluate("location.hash"))
    assert again.evaluate("lists.inferred.length + lists.measured.length") == len(near)
    other.context.close()
    before = page.evaluate("base.towns.name.splice(0, 1, nameOf(30))")  # a town with the name of a site
    search(page, page.evaluate("nameOf(30)"))
    assert page.evaluate("[around.name, order.length > 1]") == [page.evaluate("nameOf(30)"), True]
    page.click("#namesakes-show")
    assert page.evaluate("[around, ...order.map(nameOf)]") == [None, page.evaluate("nameOf(30)")]
    town = page.locator("#places button", has_text="(town)")
    town.click()
    assert page.evaluate("around.name") == page.evaluate("nameOf(30)")
    assert page.evaluate("order.length") > 1
    page.evaluate("(names) => { base.towns.name.splice(0, 1, ...names); }", before)


def test_a_low_and_narrow_window_shows_every_tool_and_the_sites(browser: Any, run: Path) -> None:
    """As browser text at 200 % leaves of 1366 by 768: every tool can be reached, none covers the credits."""
    low = Watched(browser, size={"width": 683, "height": 384})
    page = low.open(Path(run / "map.html"))
    covered = """() => [...document.querySelectorAll("#tools button, .leaflet-control-attribution, #tabs button")].filter((one) => {
        const box = one.getBoundingClientRect(), hits = [[box.left + 2, box.top + 2], [box.right - 2, box.bottom - 2]];
        return box.height > 0 && hits.some(([x, y]) => { const hit = document.elementFromPoint(x, y); return !hit || !(one.contains(hit) || one === hit); });
    }).map((one) => one.id || one.className)"""
    assert page.evaluate(covered) == []
    held = page.evaluate("whole().isValid() && map.getBounds().contains(whole())")
    assert held
    north, south = page.evaluate(
        "[whole().getNorth(), whole().getSouth()].map((y) => map.latLngToContainerPoint([y, 0]).y)"
    )
    assert (south - north) * 2**0.5 > 0.6 * page.evaluate("map.getSize().y")  # half a zoom step more would not fit
    low.context.close()


def test_what_is_near_a_river_is_measured_from_its_lines(browser: Any, run: Path) -> None:
    """The middle of this river lies at 90° W: sites by its ends lie more than 250 km from it."""
    own = Watched(browser)
    page = own.open(run / "map.html")
    search(page, "river one")
    assert page.inner_text("#filtered-text").startswith(
        "Sites within 100 km of River One (river) (of the lines of that name on this map)"
    )
    x = np.linspace(-94, -86, 60)
    river = shapely.LineString(np.column_stack([x, 52.6 + 0.4 * np.cos(2 * x)]))
    everywhere = np.array(page.evaluate("S.id.map((_, i) => [lon(i), lat(i)])"))
    km = distance_to_place_km(river, everywhere[:, 0], everywhere[:, 1], 200)
    near = np.array(page.evaluate("[...lists.inferred, ...lists.measured].map((i) => [lon(i), lat(i), away[i]])"))
    assert len(near) == int((km <= 100).sum()) > 10
    found = distance_to_place_km(river, near[:, 0], near[:, 1], 200)
    assert near[:, 2] == pytest.approx(found, abs=0.05)
    assert near[:, 2].min() > 0  # no side of a line is inside
    own.check()
    own.context.close()


def test_a_place_named_in_full_lists_what_is_near_it_and_sites_of_its_name_stay_one_click_away(page: Any) -> None:
    """Towns, communities, lakes and rivers, with and without words of their kind, in any order and both languages."""
    page.evaluate(
        """() => { window.kept = [{ ...base.towns, name: [...base.towns.name] }, { ...base.names, name: [...base.names.name], kind: [...base.names.kind] }, [...C.name]];
        base.towns.name[0] = "Quiet"; C.name[0] = "Quiet First Nation"; base.names.name[0] = "Loud"; base.names.kind[0] = base.names.kinds.indexOf("water");
        window.keptNames = [...S.name]; S.name[40] = "Loud North Pit"; S.name[41] = "Quiet Shaft"; S.name[42] = "Quiet Adit"; hay = foldedNames = null; }"""
    )
    for text, place, names in (
        ("Quiet", "Quiet", 2),
        ("Quiet First Nation", "Quiet First Nation", 2),
        ("Première Nation de Quiet", "Quiet First Nation", 2),
        ("first nation quiet", "Quiet First Nation", 2),
        ("Loud", "Loud", 1),
        ("loud river", "Loud", 0),
        ("Rivière Loud", "Loud", 0),
        ("one lake", "Lake One", 0),
        ("Lac One", "Lake One", 0),
    ):
        search(page, text)
        assert page.evaluate("around?.name") == place, text
        near = page.evaluate("away.filter((far) => far <= 100).length")
        assert page.evaluate("lists.inferred.length + lists.measured.length") == near > 2, text
        assert page.evaluate("namesakes") == names, text
        assert page.is_visible("#namesakes") == (names > 0), text
    for text in ("Quiet Sh", "Quie", "gold"):
        search(page, text)
        assert page.evaluate("[taken, around]") == [None, None], text
        assert f"Name or record fits “{text}”" in page.inner_text("#filtered-text")
    shown = "[...lists.inferred, ...lists.measured].map(nameOf)"
    search(page, "Quiet")
    assert page.inner_text("#namesakes-text") == "2 sites fit by their own name or record."
    page.click("#namesakes-show")
    assert sorted(page.evaluate(shown)) == ["Quiet Adit", "Quiet Shaft"]
    assert page.evaluate("hashOf()").count("names=1") == 1
    link = page.evaluate("hashOf()")
    search(page, "Quiet First Nation")
    page.evaluate("(link) => { readFields(new URLSearchParams(link.slice(1))); apply(); }", link)
    assert sorted(page.evaluate(shown)) == ["Quiet Adit", "Quiet Shaft"]
    page.fill("#search", "Loud River")
    page.keyboard.press("Enter")  # at once, before the list has followed
    assert page.evaluate("[picked.name, picked.of, pin.text]") == ["Loud", "water", "Loud"]
    assert page.is_hidden("#card")
    assert "Loud (river)" in page.inner_text("#filtered-text")
    page.evaluate("base.towns.name[0] = 'Loud'; readFields(new URLSearchParams(hashOf().slice(1))); apply()")
    assert page.evaluate("picked.of") == "water"
    search(page, "Quiet First Nation")
    page.keyboard.press("Enter")
    assert page.inner_text("#card h2") == "Quiet First Nation"
    page.evaluate(
        "() => { Object.assign(base.towns, window.kept[0]); Object.assign(base.names, window.kept[1]); C.name.splice(0, C.name.length, ...window.kept[2]); S.name.splice(0, N, ...window.keptNames); hay = foldedNames = null; }"
    )


def test_a_place_without_outline_says_that_it_is_a_point(page: Any) -> None:
    page.evaluate("() => { outlinesAt.clear(); drawnRings.clear(); window.taken = base.backdrop.splice(0); }")
    search(page, "lake one")
    assert page.inner_text("#filtered-text").startswith("Sites within 100 km of a point in Lake One")
    page.evaluate("() => { base.backdrop.push(...window.taken); outlinesAt.clear(); drawnRings.clear(); }")


def test_search_offers_communities_and_areas_as_cards(page: Any) -> None:
    search(page, "kahnawake")
    page.click("#places button >> nth=0")
    assert page.inner_text("#card h2") == "Kahnawà:ke"
    page.click("text=Show them in the list")
    assert page.input_value("#f-near") == "2"
    assert page.inner_text("#filtered-text") == "Sites within 100 km of Kahnawà:ke"
    before = int(count(page).split(" ")[0])
    page.click("#filters summary")
    page.fill("#f-km", "300")
    assert int(count(page).split(" ")[0]) > before
    page.click("#reset")
    search(page, "area b")
    assert page.inner_text("#places button >> nth=0") == "Area B (Historic treaty)"
    assert page.is_hidden("#namesakes")  # sites that lie in an area are not named after it
    page.click("#places button >> nth=0")
    assert page.inner_text("#card h2") == "Area B"


def test_a_click_on_an_area_or_community_opens_its_card(page: Any, made_up: ModuleType) -> None:
    made = made_up.publication(150)
    inside = made.site_territories[
        (made.site_territories["territory_id"] == "T3") & (made.site_territories["relation"] == "inside")
    ]
    page.evaluate("chooseArea(3, true)")
    card = page.inner_text("#card")
    for part in (
        "ᐊᓂᔑᓈᐯ",
        "Areas of treaties",
        "Publisher 1",
        "1 June 2025",
        "Steward 1",
        "Open licence 1.0",
        "contact@example.org",
        f"Sites inside, wholly or in part: {len(inside)}",
        '--nation "ᐊᓂᔑᓈᐯ"',
        "Speak with the Nation",
    ):
        assert part in card, part
    assert "area=" in page.url
    page.keyboard.press("Escape")
    page.evaluate("map.setView([53.2, -88.1], 10, { animate: false })")
    click_map(page, -88.1, 53.2)
    page.wait_for_selector("#card h2")
    card = page.inner_text("#card")
    assert "Community 2" in card
    assert '--community "Community 2"' in card
    page.keyboard.press("Escape")
    page.evaluate(
        "for (let i = 0; i < N; i++) visible[i] = 0; layers.sites.draw(); map.setView([51.9, -89.5], 9, { animate: false })"
    )
    click_map(page, -89.5, 51.9)  # where A and B overlap: both, alike, by name
    page.wait_for_selector("#card h2")
    assert page.inner_text("#card h2") == "2 areas at this point"
    assert page.eval_on_selector_all("#card li button", "nodes => nodes.map((one) => one.textContent)") == [
        "Area A",
        "Area B",
    ]


def test_the_map_says_how_sure_the_ranking_is(page: Any) -> None:
    assert page.evaluate("byId('plain-verdict').textContent").startswith(
        "Tested on sites it had not seen, this ranking finds"
    )
    page.click("button[data-lang=fr]")
    assert page.evaluate("byId('plain-verdict').textContent").startswith("Mis à l'épreuve sur des sites")


def test_figures_of_the_verdict_stand_behind_a_fold_with_their_terms_and_on_paper_the_verdict_is_unfolded(
    page: Any,
) -> None:
    page.evaluate("byId('sure').open = false")
    page.click("#sure > summary")
    assert page.is_visible("#plain-verdict")
    assert not page.is_visible("#verdict")
    page.click("#figures > summary")
    assert "AUC: how often a rich waste stands before a poor one" in page.inner_text("#figures")
    page.evaluate("byId('sure').open = false; toPaper()")
    page.emulate_media(media="print")
    assert page.is_visible("#plain-verdict")
    listed = page.evaluate("[...document.querySelectorAll('#list li')].filter((one) => one.offsetParent).length")
    assert listed == page.evaluate("PAPER_ROWS")
    assert page.is_visible(".on-paper")
    page.emulate_media(media="screen")
    page.evaluate("fromPaper()")
    assert not page.evaluate("byId('sure').open")
    assert not page.is_visible(".on-paper")


def test_a_card_tells_what_was_found_with_a_caution_and_no_lines_the_run_has_not(
    browser: Any, made_up: ModuleType, tmp_path: Path
) -> None:
    made = made_up.publication(12)
    site = made.ranking["site_id"].iloc[0]
    findings = [
        ("hazard_class", "hazard", {"grade": "A"}),
        ("location_conflict", "apart", {"km": 22.1}),
        ("asbestos", "asbestos", {}),
    ]
    flags = pd.DataFrame(
        [
            {"site_id": site, "flag": flag, "finding": code, "values": json.dumps(values), "source": "x"}
            for flag, code, values in findings
        ]
    )
    access = made.access.assign(road_km=4.0, rail_km=np.nan, power_km=np.nan)
    sites = made.sites.drop(columns=["road_km", "rail_km", "power_km"], errors="ignore")
    write_map(replace(made, flags=flags, access=access, sites=sites), tmp_path / "map.html", lang="fr")
    one = Watched(browser)
    shown = one.open(tmp_path / "map.html")
    assert (
        shown.get_attribute("html", "lang") == "fr"
    )  # the language the page was made in, without a link that names one
    for lang, said in (
        ("en", "The inventory gives hazard class A, in Canada's national inventory"),
        ("fr", "L'inventaire donne la classe de danger A, dans l'inventaire national"),
    ):
        shown.click(f"button[data-lang={lang}]")
        shown.evaluate(f"choose(S.id.indexOf('{site}'), false)")
        card = shown.inner_text("#card")
        assert said in card
        assert ("22.1" if lang == "en" else "22,1") in card
    assert "Voie ferrée" not in card
    assert "Route la plus proche" in card
    one.check()
    one.context.close()


def test_the_page_and_a_screening_measure_the_same_distances(page: Any) -> None:
    from layers.crs import geodesic_km

    pairs = [(-88.0, 60.0, -80.0, 45.0), (-88.3, 60.1, -88.2, 60.3), (-120.0, 49.0, -118.0, 49.0), (-79.5, 49.0, -79.5, 49.0)]  # fmt: skip
    for pair in pairs:
        assert page.evaluate("(p) => km(...p)", list(pair)) == pytest.approx(geodesic_km(*pair), abs=0.02)


def test_filters_count_what_they_keep(page: Any, made_up: ModuleType) -> None:
    made = made_up.publication(150)
    measured = made.ranking["evidence"] == "measured"
    page.click("#filters summary")
    page.fill("#f-score", "0.5")
    assert count(page) == f"{int((measured | (made.ranking['score'].round(3) >= 0.5)).sum())} of 152 sites"
    page.fill("#f-score", "0")
    page.uncheck(".f-evidence[value='1']")
    page.uncheck(".f-evidence[value='2']")
    assert count(page) == f"{int(measured.sum()) + 2} of 152 sites"
    page.click("#reset")
    page.select_option("#f-tonnage", "1000000")
    expected = int((made.ranking["tonnage_t"].map(lambda t: float(f"{t:.2g}")) >= 1e6).sum())
    assert expected <= int(count(page).split(" ")[0]) <= expected + 2
    page.click("#reset")
    page.select_option("#f-flag", label="waste put in a lake")
    assert count(page) == f"{int((made.flags['flag'] == 'lake_disposal').sum())} of 152 sites"


def test_the_list_sorts(page: Any) -> None:
    page.select_option("#sort", "name")
    settle(page)
    shown = names(page)
    assert shown == page.evaluate("(names) => [...names].sort(new Intl.Collator('en').compare)", shown)
    page.select_option("#sort", "grade")
    settle(page)
    chances = [chance for chance in page.evaluate("order.map(scoreOf)") if chance is not None]
    assert len(chances) > 10
    assert chances == sorted(chances, reverse=True)
    page.select_option("#sort", "tonnage")
    settle(page)
    assert page.evaluate("S.t[order[0]] >= S.t[order[1]] && S.t[order.at(-1)] === null")


def test_a_card_opens_from_the_list_and_from_the_map(page: Any) -> None:
    page.evaluate("document.querySelector('#list button[data-site]').click()")
    for part in (
        "of 150",
        "Not a mineral resource or reserve",
        "Absence from these public layers",
        "What speaks for and against it",
        "Nearest of the towns on this map",
    ):
        assert part in page.inner_text("#card"), part
    assert "site=" in page.url
    page.keyboard.press("Escape")
    assert page.is_visible("#finder")
    click_map(page, *page.evaluate("[lon(60), lat(60)]"))
    here = page.evaluate("sitesAt(map.latLngToContainerPoint([lat(60), lon(60)]))")
    assert 60 in here
    if len(here) > 1:
        wait(page, "byId('card-title') && byId('card-title').textContent.includes('sites at this point')")
        page.click(f"#card li:nth-child({here.index(60) + 1}) button")
    wait(page, "chosen === 60")


def test_a_link_keeps_view_filters_card_and_language(browser: Any, run: Path, page: Any) -> None:
    page.evaluate("map.setView([52.5, -89.25], 8, { animate: false })")
    page.click("#filters summary")
    page.select_option("#f-near", label="Community 2")
    page.fill("#f-km", "250")
    page.select_option("#f-commodity", "gold")
    page.click("[data-lang=fr]")
    settle(page)
    page.evaluate("toggle('communities', false); choose(lists.inferred[0], false)")
    kept, shown = page.url, page.evaluate("[order, chosen, map.getZoom(), map.getCenter().lat.toFixed(2)]")
    one = Watched(browser)
    again = one.open(run / "map.html", kept[kept.index("#") :])
    assert again.evaluate("[order, chosen, map.getZoom(), map.getCenter().lat.toFixed(2)]") == shown
    assert again.get_attribute("html", "lang") == "fr"
    assert not again.evaluate("on.has('communities')")
    assert again.inner_text("#filtered-text") == page.evaluate("byId('filtered-text').textContent")
    one.check()
    one.context.close()


def test_a_link_to_what_is_not_here_says_so_and_a_file_says_it_is_one(browser: Any, run: Path) -> None:
    one = Watched(browser)
    lost = one.open(run / "map.html", "#site=S99999&lang=en")
    assert "names the site S99999, which is not on this page" in lost.inner_text("#missing")
    lost.click("#tool-link")
    wait(lost, "byId('status').textContent !== ''")
    assert "This page is a file on this computer" in lost.inner_text("#status")
    lost.goto((run / "map.html").as_uri() + "#site=S00012&lang=fr")
    wait(lost, "chosen >= 0")
    assert lost.inner_text("#card h2") == "ʔaq̓am"
    assert lost.evaluate("byId('missing').hidden")
    lost.goto((run / "map.html").as_uri() + "#site=S99999&lang=en")  # no card of another site stays open
    wait(lost, "!byId('missing').hidden")
    assert lost.evaluate("byId('card').hidden && chosen === -1")
    one.check()
    one.context.close()


def test_the_list_leaves_the_page_as_csv_and_geojson_with_its_notices(page: Any, made_up: ModuleType) -> None:
    with page.expect_download() as taken:
        page.click("#download-csv")
    text = Path(taken.value.path()).read_text(encoding="utf-8-sig")
    assert taken.value.suggested_filename == "minewaste_0123456789ab_inferred.csv"
    table = list(csv.DictReader(text.splitlines(keepends=True)))
    assert all("not a mineral resource or reserve" in one["notice"].lower() for one in table)
    for frame in (pd.read_csv(taken.value.path()), gpd.read_file(f"CSV:{taken.value.path()}")):
        assert list(frame["site_id"]) == [one["site_id"] for one in table]
        assert list(frame["latitude"].astype(float)) == [float(one["latitude"]) for one in table]
    with page.expect_download() as taken:
        page.click("#read-me")
    told = Path(taken.value.path()).read_text(encoding="utf-8-sig")
    assert taken.value.suggested_filename == "minewaste_0123456789ab_inferred.txt"
    for part in ("Not a mineral resource or reserve", "Open licence 1.0", "Speak with the Nation", "rank_low = "):
        assert part in told
    assert len(table) == page.evaluate("order.length")
    with page.expect_download() as taken:
        page.click("#download-geojson")
    found = json.loads(Path(taken.value.path()).read_text(encoding="utf-8"))
    assert [one["properties"]["site_id"] for one in found["features"]] == [one["site_id"] for one in table]
    assert found["metadata"]["run_id"] == "0123456789ab"
    assert "Speak with the Nation" in " ".join(found["metadata"]["notices"])
    search(page, "gold")
    page.click("#places button >> nth=0")
    page.evaluate("byId('f-score').value = '0.5'; apply()")
    asked = "This list: Grade not sampled; {} of 152 sites; Commodity on record: gold; Chance or share at least: 0.50".format(
        page.evaluate("order.length")
    )
    assert asked in page.evaluate("caveats()")
    assert asked in next(csv.DictReader(page.evaluate("csv()").splitlines(keepends=True)))["notice"]
    assert page.evaluate("JSON.parse(geojson()).metadata.list.join('; ')") == asked.removeprefix("This list: ")
    page.click("#reset-all")
    rows = list(csv.DictReader(page.evaluate("csv(S.id.map((_, i) => i))").splitlines(keepends=True)))
    assert len(rows) == 152
    assert rows[10]["name"] == "'=1+1"
    assert rows[11]["name"] == made_up.SPELLINGS[0]
    measured = [one for one in rows if one["evidence"] == "measured"]
    assert all(one["score"] == "" and one["treo_ppm"] for one in measured)


def test_what_takes_the_list_out_of_the_page_stands_above_it(page: Any) -> None:
    ends = page.evaluate(
        "[...document.querySelectorAll('.take button')].map((one) => one.getBoundingClientRect().bottom)"
    )
    assert len(ends) == 4
    assert max(ends) <= page.evaluate("byId('list').getBoundingClientRect().top")


def test_sites_taken_by_hand_are_a_list_that_links_and_files_keep(browser: Any, run: Path, page: Any) -> None:
    assert page.evaluate("byId('list-own').hidden")
    page.click("#list .star >> nth=2")
    page.click("#list .star >> nth=0")
    page.evaluate("choose(lists.measured[1], false)")
    page.click("#own-site")
    assert page.inner_text("#own-site") == "Take out of my list"
    wanted = page.evaluate("[lists.inferred[0], lists.inferred[2], lists.measured[1]]")
    page.keyboard.press("Escape")
    page.evaluate("byId('f-commodity').selectedIndex = 1; apply()")  # filters hide none of them
    page.click("#list-own")
    assert page.inner_text("#list-own") == "My list (3)"
    assert sorted(page.evaluate("order")) == sorted(wanted)
    with page.expect_download() as taken:
        page.click("#download-csv")
    text = Path(taken.value.path()).read_text(encoding="utf-8-sig")
    assert taken.value.suggested_filename.endswith("_own.csv")
    assert "This list: My list; 3 of 152 sites" in text.replace('"', "")
    assert "Commodity on record" not in text
    again = Watched(browser)
    kept = again.open(run / "map.html", page.url[page.url.index("#") :])
    assert kept.evaluate("[listed, order]") == page.evaluate("[listed, order]")
    kept.evaluate("byId('reset').click()")
    assert kept.inner_text("#list-own") == "My list (3)"
    for _ in range(3):
        kept.click("#list .star >> nth=0")
    assert kept.evaluate("byId('list-own').hidden && listed !== 'own' && order.length > 3")
    again.check()
    again.context.close()
    lost = Watched(browser)
    assert "names the site S99999" in lost.open(run / "map.html", "#own=S99999&lang=en").inner_text("#status")
    lost.check()
    lost.context.close()


def test_every_hostile_and_every_special_name_is_shown_as_text(page: Any, made_up: ModuleType) -> None:
    wanted = [*made_up.HOSTILE, *made_up.SPELLINGS]
    shown = set()
    for one in ("#list-measured", "#list-inferred"):
        page.click(one)
        shown |= set(names(page))
    assert set(wanted) <= shown
    for at in range(len(made_up.HOSTILE)):
        page.evaluate(f"choose({at}, false)")
        assert page.evaluate("document.querySelector('#card h2').textContent") == made_up.HOSTILE[at]
    page.evaluate("tip.setContent(el('span', {}, nameOf(5))).setLatLng([lat(5), lon(5)]).addTo(map)")
    assert page.evaluate("document.querySelector('.tip').textContent") == made_up.HOSTILE[5]
    page.evaluate("tip.remove()")
    assert page.title() == "Made-up region"
    assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0


def test_numbers_and_words_of_the_map_are_those_of_the_sheets(page: Any) -> None:
    for value, unit, reads in (
        (1884.9, "ppm", "1,900"),
        (5.5, "km", "5.5"),
        (0.123, "", "0.12"),
        (1234, "count", "1,234"),
    ):
        assert page.evaluate("([v, u]) => withUnit(v, u)", [value, unit]).split("\u00a0")[0] == reads
    assert page.evaluate("span(2.4, 19, 't')") == words.span(2.4, 19, "t", "en")
    bands = [
        words.banded_chance("score_band", {"score": 0.5, "score_low": low, "score_high": high}, "en")
        for low, high in ENDS
    ]
    told = page.evaluate("ends => ends.map(([low, high]) => `0.50 (${chanceBand(chance(low), chance(high))})`)", ENDS)
    assert told == bands == ["0.50 (0.12–0.98)", "0.50 (< 0.01 to 0.98)", "0.50 (0.12 to > 0.99)"]
    near = page.evaluate("[[10.7, 0], [10.7, 1], [7.5, 1], [0.4, 1]].map(([far, coarse]) => outlineKm(far, coarse))")
    assert near == ["10.7\u00a0km", "about 10 km", "about 10 km", "about 5 km"]
    counted = "fill('count_shown', { shown: number(1), n: number(152) })"
    assert page.evaluate(f"lang = 'fr', {counted}") == "1 site sur 152"
    assert page.evaluate(f"lang = 'en', {counted}") == "1 of 152 sites"


def test_the_language_switch_changes_every_word(page: Any) -> None:
    page.evaluate("choose(14, false)")
    page.click("[data-lang=fr]")
    assert page.get_attribute("html", "lang") == "fr"
    text = page.evaluate(
        "document.body.textContent.replace(document.getElementById('data').textContent, '').replace(document.querySelector('noscript').textContent, '')"
    )
    text = re.sub(r'"use strict";.*', "", text, flags=re.DOTALL)
    for english in ("Search", "Filters", "Sites by", "Back to the list", "Cautions", "Legend", "Speak with the Nation", "raises the score", "November", "Sampled", "Sample next", "Full screen", "Take this list"):  # fmt: skip
        assert english not in text, english
    assert "Adressez-vous à la Nation" in text
    assert "25 novembre 2026" in text
    assert "\u202f" in text
    assert page.get_attribute("#tool-measure", "aria-label") == "Mesurer une distance"
    page.click("[data-lang=en]")
    assert "Speak with the Nation" in page.evaluate("byId('notices').textContent")


def test_every_word_of_the_page_is_in_the_words(page: Any) -> None:
    used = page.evaluate(
        "[...document.querySelectorAll('script')].at(-1).textContent.matchAll(/\\b(?:w|fill|fact)\\(\"([a-z_0-9]+[a-z0-9])\"/g).map((one) => one[1]).toArray()"
    )
    used += page.evaluate(
        "[...document.querySelectorAll('[data-w], [data-w-label], [data-w-placeholder]')].map((one) => one.dataset.w ?? one.dataset.wLabel ?? one.dataset.wPlaceholder)"
    )
    assert len(used) > 100
    known = page.evaluate("Object.keys(data.words.en)")
    assert sorted(set(used) - set(known)) == []


def test_a_french_browser_is_greeted_in_french_and_a_dark_one_in_the_dark(browser: Any, run: Path) -> None:
    one = Watched(browser, locale="fr-CA", color_scheme="dark")
    dark = one.open(run / "map.html")
    assert count(dark) == "152 sites sur 152"
    assert dark.get_attribute("html", "data-theme") == "dark"
    dark.click("#tool-theme")
    assert dark.get_attribute("html", "data-theme") == "light"
    one.check()
    one.context.close()


def test_the_keyboard_reaches_everything(page: Any) -> None:
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    page.focus(".skip")
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                "document.activeElement.id || document.activeElement.dataset.lang || document.activeElement.dataset.site || document.activeElement.tagName"
            )
        )
    assert {"en", "fr", "tool-full", "tool-measure", "to-sites", "search", "list-measured", "sort"} <= seen
    assert any("map_" in one for one in seen)
    page.focus("#to-sites")
    page.keyboard.press("ArrowRight")
    assert page.is_visible("#tab-layers")
    assert page.evaluate("document.activeElement.id") == "to-layers"
    page.keyboard.press("ArrowLeft")
    page.focus("#list button >> nth=0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "card-title"
    first = page.evaluate("chosen")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.site") == str(first)
    page.evaluate("map.setView([lat(60), lon(60)], 12, { animate: false }); map.getContainer().focus()")
    page.keyboard.press("Enter")
    assert page.evaluate("chosen") == 60


def test_an_unscored_site_has_its_own_style(page: Any) -> None:
    search(page, "S00151")
    assert page.inner_text("#list .score").strip() == "not scored"
    assert page.evaluate("document.querySelector('#list .score .swatch').className") == "swatch none"
    assert "not scored" in page.inner_text("#legend")


def test_measuring_tells_kilometres(page: Any) -> None:
    page.click("#tool-measure")
    page.evaluate("addToWay(L.latLng(49, -120)); addToWay(L.latLng(49, -118))")
    expected = page.evaluate("number(km(-120, 49, -118, 49), 0)")
    assert page.inner_text("#measured").startswith(f"{expected}\u00a0km")
    page.keyboard.press("Escape")
    assert page.is_hidden("#measured")


def test_the_legend_tells_what_is_drawn_and_nothing_else(page: Any) -> None:
    said = page.inner_text("#legend")
    for part in (
        "Ranks 1 to 10",
        "sampled",
        "not sampled",
        "1,000,000\u00a0t",
        "Historic treaty",
        "Indian Reserve",
        "lake",
        "Roads",
        "town",
    ):
        assert part in said, part
    assert "the site chosen" not in said
    page.click("#to-layers")
    assert "First Nations and treaty areas (public layers, incomplete)" in page.inner_text("#layer-list")
    assert "Areas of treaties, 1 June 2025, Open licence 1.0" in page.inner_text("#layer-list")
    page.uncheck("#layer-area_0")
    assert not page.evaluate("map.hasLayer(layers.area_0)")
    assert "Historic treaty" not in page.inner_text("#legend")
    styles = page.evaluate(
        "[0, 1, 2, 3].map((i) => { const s = areaStyle(i); return [s.color, s.weight, s.opacity, s.fillOpacity].join(); })"
    )
    assert len(set(styles)) == 1
    legend, stage = page.evaluate(
        "['legend', 'stage'].map((id) => { const b = byId(id).getBoundingClientRect(); return [b.top, b.bottom]; })"
    )
    assert legend[0] >= stage[1] - 1  # never over sites


def test_names_give_way_to_marks_and_to_each_other(page: Any) -> None:
    room = """() => {
      const v = { width: 400, height: 200, pad: 0 }, room = new Room(v), pen = document.createElement('canvas').getContext('2d');
      pen.font = '12px sans-serif';
      const found = [write(pen, room, 'One', 200, 100, '#000', 5, 1)];
      const before = room.taken.reduce((sum, one) => sum + (one === HARD), 0);
      found.push(write(pen, room, 'One', 200, 100, '#000', 0, 1));
      room.stamp(0, 0, 400, 200, HARD);
      found.push(write(pen, room, 'Two', 50, 50, '#000', 5, 1), write(pen, room, 'Two', 50, 50, '#000', 5, 1, true), before > 0);
      return found;
    }"""
    assert page.evaluate(room) == [True, False, False, True, True]


def test_tiles_are_asked_for_only_by_the_viewer_and_fail_quietly(browser: Any, run: Path) -> None:
    one = Watched(browser)
    tiled = one.open(run / "map.html")
    assert not [url for url in one.asked if url.startswith("http")]
    tiled.click("#to-layers")
    assert not tiled.is_checked("#layer-tiles")
    tiled.check("#layer-tiles")
    tiled.wait_for_selector("text=The background map cannot be reached")
    assert {url.split("/")[2] for url in one.asked if url.startswith("http")} == {"tile.openstreetmap.org"}
    one.context.close()


def test_on_a_phone_the_list_is_a_sheet_and_targets_fit_a_finger(browser: Any, run: Path) -> None:
    one = Watched(browser, size=PHONE, has_touch=True, is_mobile=True)
    small = one.open(run / "map.html")
    assert small.evaluate("document.documentElement.scrollWidth") <= 391
    assert small.is_visible("#search")
    low = small.evaluate("byId('panel').getBoundingClientRect().height")
    assert small.inner_text("header .to-report") == "Report"
    small.fill("#search", "old mine")
    wait(
        small, "document.querySelector('#list button').getBoundingClientRect().bottom < innerHeight - 300"
    )  # the keyboard
    small.fill("#search", "")
    small.evaluate("sheetTo('low')")
    wait(small, f"byId('panel').getBoundingClientRect().height < {low + 1}")
    small.tap("#sheet-handle")
    wait(small, f"byId('panel').getBoundingClientRect().height > {low + 150}")
    small.tap("#to-layers")
    assert small.is_visible("#legend")
    small.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    small.evaluate("byId('layer-list').querySelector('.inline').textContent = 'A'")  # names may be short
    for there in (
        "showTab('layers')",
        "showTab('about')",
        "showTab('sites')",
        "choose(0, true)",
        "chooseArea(0, true)",
    ):
        small.evaluate(f"{there}; sheetTo('high')")
        sizes = small.evaluate(
            "[...document.querySelectorAll('button, select, summary, input[type=search], label.check, #panel a, header a, a.leaflet-control-zoom-in')].filter((one) => one.offsetParent && !one.closest('[hidden]'))"
            ".map((one) => [one, one.getBoundingClientRect()]).map(([one, box]) => [one.id || one.className || one.textContent, Math.round(box.height), Math.round(box.width)]).filter((one) => one[1] > 0 && (one[1] < 44 || one[2] < 44))"
        )
        assert sizes == [], there
    assert small.evaluate("document.querySelectorAll('#sources a').length") > 0
    assert small.evaluate("document.documentElement.scrollWidth") <= 391
    one.check()
    one.context.close()


def test_on_a_phone_what_a_card_or_list_leads_to_is_not_under_the_sheet(browser: Any, run: Path) -> None:
    one = Watched(browser, size=PHONE, has_touch=True, is_mobile=True)
    small = one.open(run / "map.html")
    seen = """(sites) => { const box = map.getContainer().getBoundingClientRect(), top = innerHeight * (1 - 0.54);
        return sites.every((i) => { const at = map.latLngToContainerPoint([lat(i), lon(i)]); return at.x > 0 && at.x < box.width && at.y > 0 && box.top + at.y < top; }); }"""
    small.evaluate("sheetTo('half')")
    for place in (0, 3, 7):
        small.evaluate("showAll()")
        site = small.evaluate("(k) => order[k]", place)
        small.evaluate("(i) => map.setView([lat(i) + 0.4, lon(i)], 8.5, { animate: false })", site)  # low on the map
        assert not small.evaluate(seen, [site])
        small.evaluate("(i) => document.querySelector(`#list button[data-site='${i}']`).click()", site)
        assert small.evaluate(seen, [site])
        small.locator("#card button", has_text="Zoom here").evaluate("(one) => one.click()")
        assert small.evaluate("map.getZoom()") == 11
        assert small.evaluate(seen, [site])
        small.evaluate("closeCard(true)")
    small.evaluate("chooseCommunity(1, true)")
    small.locator("#card button", has_text="Show them in the list").evaluate("(one) => one.click()")
    assert small.evaluate("order.length") > 1
    assert small.evaluate(seen, small.evaluate("[...lists.inferred, ...lists.measured]"))
    wait(small, f"Math.abs(byId('panel').getBoundingClientRect().top - {PHONE['height']} * (1 - 0.54)) < 1.5")
    one.check()
    one.context.close()


def test_without_javascript_there_is_a_table(browser: Any, run: Path) -> None:
    one = Watched(browser, java_script_enabled=False)
    one.page.goto((run / "map.html").as_uri())
    assert one.page.locator("noscript table tr").count() == 151
    one.context.close()


def test_the_printed_map_is_short_and_the_page_is_as_before(page: Any) -> None:
    before = page.evaluate("[map.getZoom(), map.getSize().x]")
    pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format="Letter", print_background=False)))
    assert 1 <= pages <= 4
    wait(page, "!document.documentElement.dataset.paper")
    wait(page, f"map.getSize().x === {before[1]}")


@pytest.mark.parametrize("after", ["", "#site=S00004&lang=fr", "#area=Area+A"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_accessibility_findings(browser: Any, run: Path, after: str, scheme: str) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed: accessibility is not scanned"
    )
    one = Watched(browser, color_scheme=scheme)
    scanned = one.open(run / "map.html", after)
    found = axe.Axe().run(scanned).response["violations"]
    if not after:
        for tab in ("layers", "about"):
            scanned.click(f"#to-{tab}")
            found += axe.Axe().run(scanned).response["violations"]
    assert [
        (rule["id"], [node["html"][:160] for node in rule["nodes"][:3]])
        for rule in found
        if rule["impact"] in ("moderate", "serious", "critical")
    ] == []
    one.check()
    one.context.close()


def test_fifty_thousand_sites_open_and_search(browser: Any, made_up: ModuleType, tmp_path: Path) -> None:
    write_map(made_up.publication(50_000, unscored=0), tmp_path / "map.html")
    assert (tmp_path / "map.html").stat().st_size < 12_000_000
    one = Watched(browser)
    many = one.open(tmp_path / "map.html")
    assert many.evaluate("crowded")
    assert "one mark for several sites" in many.inner_text("#legend")
    search(many, "old mine 4999")
    assert many.inner_text("#count") == "11 of 50,000 sites"
    one.check()
    one.context.close()


def test_a_waste_in_which_nothing_was_detected_is_shown_below_its_limit(
    made_up: ModuleType, browser: Any, tmp_path: Path
) -> None:
    made = made_up.publication(30)
    ranking = made.ranking.copy()
    first = ranking.index[ranking["evidence"] == "measured"][0]
    ranking.loc[first, ["treo_low_ppm", "treo_ppm", "treo_high_ppm"]] = 0.0, 702.0, 7_019.0
    write_map(replace(made, ranking=ranking), tmp_path / "map.html")
    watched = Watched(browser)
    page = watched.open(tmp_path / "map.html", f"#site={ranking.loc[first, 'site_id']}")
    assert "nothing detected; mean of the waste up to 7,000\u00a0ppm" in page.inner_text("#card")
    assert "702" not in page.inner_text("#card")
    watched.check()
    watched.context.close()


def test_lakes_and_rivers_are_found_in_the_other_language(watched: Watched, run: Path) -> None:
    page = watched.open(run / "map.html")
    asked = ["Lake Superior", "Lake Nipigon", "Birch River", "lac Huron"]
    names = page.evaluate("(asked) => Object.fromEntries(asked.map((one) => [one, otherTongue(one)]))", asked)
    assert "lac superieur" in names["Lake Superior"]
    assert "lac nipigon" in names["Lake Nipigon"]
    assert "riviere birch" in names["Birch River"]
    assert "lake huron" in names["lac Huron"]
    page.evaluate("base.names.name[0] = 'Lake Superior'")
    assert page.evaluate("placesFor('lac Supérieur').some((one) => one.at && one.at.name === 'Lake Superior')")


def test_what_a_list_goes_by_stands_over_it_on_the_cards_and_in_what_is_taken(
    browser: Any, made_up: ModuleType, tmp_path: Path
) -> None:
    made = made_up.publication(20)
    ranking = made.ranking.assign(
        order_by="grade", order_counted="magnet", expected_grade_ppm=1234.0 * 2.0 ** -np.arange(len(made.ranking))
    )
    write_map(replace(made, ranking=ranking), tmp_path / "map.html")
    one = Watched(browser)
    one.open(tmp_path / "map.html")
    about = one.page.inner_text("#list-about")
    assert "goes by the expected grade" in about
    assert "count Nd, Pr, Dy and Tb alone" in about
    first = one.page.evaluate("order[0]")
    rank = one.page.evaluate(f"S.rank[{first}]")
    grade = f"{float(f'{1234.0 * 2.0 ** (1 - rank):.2g}'):,g}\u00a0ppm"
    assert f"expected grade {grade}" in one.page.inner_text("#list .about >> nth=0")
    one.page.evaluate(f"choose({first}, false)")
    card = one.page.inner_text("#card")
    assert grade in card
    assert "Nd, Pr, Dy and Tb alone" in card
    row = next(csv.DictReader(one.page.evaluate("csv()").splitlines(keepends=True)))
    assert float(row["expected_grade_ppm"]) == float(f"{1234.0 * 2.0 ** (1 - rank):.2g}")
    assert "goes by the expected grade" in row["notice"]
    assert len(row) == len(set(row))
    one.check()
    one.context.close()
