"""A brief says with whom else to speak, whom to ask, and what was found: true for whoever holds it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from layers.errors import StageError
from maps import words
from maps.rows import kinds_shown
from maps.screening.brief import Brief
from maps.screening.page import html_pages
from maps.screening.screening import place_of_area, place_of_community, place_of_nation, screen
from maps.screening.whom_to_ask import of_the_place


def renamed(made: Any, community: str, area: str) -> Any:
    """Return a publication whose first community and area bear other names, the area around the community."""
    towns, areas = made.communities.copy(), made.territories.copy()
    at = towns.index[towns["community"] == "Community 1"][0]
    towns.loc[at, "community"] = community
    around = shapely.Point(towns.loc[at, "longitude"], towns.loc[at, "latitude"]).buffer(0.01)
    areas.loc[areas.index[0], "territory"] = area
    areas = areas.set_geometry([around, *areas.geometry.iloc[1:]])
    return replace(made, communities=towns, territories=areas)


@pytest.mark.parametrize(
    ("community", "area", "own"),
    [
        ("Grey Heron", "GREY HERON INDIAN RESERVE NO. 7", True),
        ("Grey Heron First Nation", "RÉSERVE INDIENNE GREY HERON NO. 7A", True),
        ("Grey Heron", "GREY HERON LAKE INDIAN RESERVE NO. 7", False),
        ("Grey Heron", "Area of somebody else", False),
    ],
)
@pytest.mark.parametrize("kind", ["community", "nation"])
@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_a_brief_does_not_tell_a_nation_to_speak_with_itself(
    made_up: Any, community: str, area: str, own: bool, kind: str, lang: str
) -> None:
    made = renamed(made_up.publication(30), community, area)
    find = place_of_community if kind == "community" else place_of_nation
    place = find(made, community if kind == "community" else area)
    assert of_the_place(place, place.name)
    assert of_the_place(place, area if kind == "community" else community) is own
    brief = Brief(made, place, screen(made, place, within_km=300), 300)
    *whom, for_others = brief.speak_first(lang)
    assert for_others == words.phrase("brief_from_elsewhere", lang, place=place.name)
    assert not any(place.name in line for line in whom)
    other = area if kind == "community" else community
    assert any(other in line for line in whom) is not own
    page = html_pages(brief, [], lang)["index"]
    assert words.word("notice_nations_here", lang) in page
    assert words.word("notice_nations", lang)[-24:] not in page


def test_the_brief_of_an_outline_asks_to_speak_and_says_that_a_hidden_outline_is_not_drawn(made_up: Any) -> None:
    made = made_up.publication(30)
    place = place_of_area(gpd.GeoDataFrame(geometry=[shapely.box(-100, 40, -80, 60)], crs=4326), hidden=True)
    brief = Brief(made, place, screen(made, place, within_km=0), 0)
    page = html_pages(brief, [], "en")["index"]
    assert "Speak with the Nation." in page
    assert words.word("brief_outline_untold", "en") in page
    summary = brief.summary("en")[0]
    assert summary == f"{len(brief.table)} sites inside your outline."
    assert "0 km" not in " ".join(brief.summary("fr"))
    assert len(brief.short["brief_best"]) == 10  # all inside: no list of the nearest, more of the best


def test_whom_to_call_names_the_publishers_of_the_records_and_their_addresses(made_up: Any) -> None:
    made = made_up.publication(30)
    address = "https://example.org/inventory"
    made = replace(made, sources=made.sources.assign(address=[address, *[None] * (len(made.sources) - 1)]))
    made = replace(made, sites=made.sites.assign(sources=made.sources["source_id"].iloc[0]))
    place = place_of_community(made, "Community 1")
    calls = " ".join(Brief(made, place, screen(made, place, within_km=300), 300).permits("en"))
    assert f"({address})" in calls
    assert "Mining Lands Administration System (MLAS)" in calls
    unheld = Brief(
        replace(made, sites=made.sites.assign(sources="gone")), place, screen(made, place, within_km=300), 300
    )
    assert "published by" not in " ".join(unheld.permits("en"))


FINDINGS = [
    (
        "hazard_class",
        "hazard",
        {"grade": "A"},
        "hazard class in the inventory (A, in Canada's national inventory a possible risk to environment, public",
    ),
    ("recovery_host", "recovery_phosphate", {}, "(in phosphates: 2)"),
    ("location_conflict", "elsewhere", {"record": "none:1", "km": 22.14}, ", 22 km)"),
    ("location_conflict", "apart", {"km": 3.25}, ", 3.2 km)"),
    ("low_coordinate_precision", "coarse", {"km": 5.5}, ", 5.5 km)"),
]


@pytest.mark.parametrize(("flag", "finding", "values", "said"), FINDINGS, ids=[one[1] for one in FINDINGS])
def test_cautions_of_a_brief_say_what_was_found(
    made_up: Any, flag: str, finding: str, values: dict[str, Any], said: str
) -> None:
    made = made_up.publication(30)
    place = place_of_community(made, "Community 1")
    table = screen(made, place, within_km=3000)
    rows = [
        {"site_id": site, "flag": flag, "finding": finding, "values": json.dumps(values), "source": "x"}
        for site in table["site_id"][:2]
    ]
    brief = Brief(replace(made, flags=pd.DataFrame(rows)), place, table, 3000)
    [line] = brief.cautions("en")
    assert said in line
    assert f": {2} (" in line


def test_a_record_of_another_site_of_the_list_may_be_one_mine_twice(made_up: Any) -> None:
    made = made_up.publication(30)
    place = place_of_community(made, "Community 1")
    table = screen(made, place, within_km=3000)
    twin = table["site_id"].iloc[1]
    sites = made.sites.assign(record_ids=made.sites["site_id"].map(lambda site: f"a:{site}; b:{site}"))
    for record, twice in ((f"b:{twin}", True), ("b:lost", False)):
        flag = {
            "flag": "location_conflict",
            "finding": "elsewhere",
            "values": json.dumps({"record": record, "km": 9.0}),
            "source": "x",
        }
        flags = pd.DataFrame([{"site_id": table["site_id"].iloc[0], **flag}])
        lines = Brief(replace(made, sites=sites, flags=flags), place, table, 3000).cautions("en")
        assert (words.word("brief_one_mine_twice", "en") in lines) is twice


def test_worked_places_of_stone_alone_are_called_quarries(made_up: Any) -> None:
    made = made_up.publication(30)
    ids = list(made.sites["site_id"])
    kinds = dict(zip(ids, ["worked", "worked", "unclear", "showing", "waste"], strict=False))
    given = {
        name: getattr(made, name).assign(site_kind=lambda table: table["site_id"].map(kinds).fillna("worked"))
        for name in ("sites", "ranking")
    }
    flags = pd.DataFrame(
        [
            {
                "site_id": site,
                "flag": "quarry",
                "finding": "quarry",
                "values": '{"commodities": ["stone"]}',
                "source": "x",
            }
            for site in ids[1:5]
        ]
    )
    made = replace(made, flags=flags, **given)
    shown = kinds_shown(made.sites, made.flags).tolist()
    assert shown[:5] == ["worked", "quarry", "unclear", "showing", "waste"]
    place = place_of_community(made, "Community 1")
    summary = " ".join(Brief(made, place, screen(made, place, within_km=9000), 9000).summary("en"))
    assert "quarries or pits, mill tailings unlikely 1" in summary
    assert f"worked mines, waste likely {shown.count('worked')}" in summary


@pytest.mark.parametrize("find", [place_of_community, place_of_nation])
def test_a_town_or_a_site_that_is_asked_for_as_a_community_is_recognised(made_up: Any, find: Any) -> None:
    made = made_up.publication(30)
    town = gpd.GeoDataFrame(
        {"backdrop_id": ["t"], "name": ["Otterfalls"], "kind": ["town"], "source": ["x"]},
        geometry=[shapely.Point(-82, 46)],
        crs=4326,
    )
    sites = made.sites.assign(name=["Old Bell Mine", *made.sites["name"].iloc[1:]])
    made = replace(made, backdrop=pd.concat([made.backdrop, town], ignore_index=True), sites=sites)
    with pytest.raises(StageError, match=r"'Otterfalls' is a town of this run's map \(46.00, -82.00\).*--area"):
        find(made, "otterfalls")
    with pytest.raises(StageError, match=f"'Old Bell Mine' is a site: use --site {sites['site_id'].iloc[0]}"):
        find(made, "Old Bell mine")


def test_a_distance_is_rounded_once(made_up: Any) -> None:
    made = made_up.publication(30)
    place = place_of_community(made, "Community 1")
    table = screen(made, place, within_km=3000)
    finer = table["distance_km"] * 100
    assert (abs(finer - finer.round()) > 1e-6).any()


def outlined(made: Any, *, coarse: bool = False) -> Any:
    """Return an area of a Nation that holds some of the sites, as a place."""
    x, y = made.sites["longitude"].median(), made.sites["latitude"].median()
    area = made.territories.geometry.iloc[:1].map(lambda _: shapely.box(x - 60, y - 60, x, y + 60))
    areas = made.territories.set_geometry([area.iloc[0], *made.territories.geometry.iloc[1:]])
    areas = areas.assign(publish=["generalised" if coarse else "allowed", *areas["publish"].iloc[1:]])
    made = replace(made, territories=areas)
    return made, place_of_nation(made, areas["territory"].iloc[0])


def test_a_brief_of_an_area_lists_what_lies_inside_first_and_marks_its_outline(made_up: Any) -> None:
    made, place = outlined(made_up.publication(60))
    table = screen(made, place, within_km=3000)
    brief = Brief(made, place, table, 3000)
    inside = table.set_index("site_id")["distance_km"].eq(0)
    assert 5 < inside.sum() < len(table) - 5
    for key in ("brief_sampled", "brief_best"):
        within = inside[brief.short[key]["site_id"]].tolist()
        assert within == sorted(within, reverse=True)
        assert within[0]
    outside = brief.short["brief_outside"]
    assert len(outside) == 5
    assert not inside[outside["site_id"]].any()
    assert outside["rank"].is_monotonic_increasing
    for lang in words.LANGUAGES:
        page = html_pages(brief, [], lang)["index"]
        assert words.word("key_this_area", lang) in page
        assert words.word("brief_best", lang) + words.word("brief_inside_first", lang) in page
    town = place_of_community(made, "Community 1")
    assert (
        words.word("key_this_area", "en")
        not in html_pages(Brief(made, town, screen(made, town, within_km=300), 300), [], "en")["index"]
    )


def test_of_a_coarse_outline_no_distance_by_road_is_told(made_up: Any) -> None:
    for coarse in (True, False):
        made, place = outlined(made_up.publication(60), coarse=coarse)
        table = screen(made, place, within_km=3000)
        assert bool(table["road_km"].isna().all()) is coarse
        page = html_pages(Brief(made, place, table, 3000), [], "en")["index"]
        assert (words.word("screen_road_coarse", "en") in page) is coarse
        assert (words.word("screen_road_note_area", "en") in page) is not coarse


def test_cautions_name_only_sites_that_stand_in_a_table_by_their_number(made_up: Any) -> None:
    made = made_up.publication(60)
    place = place_of_community(made, "Community 1")
    table = screen(made, place, within_km=3000)
    brief = Brief(made, place, table, 3000)
    out = next(site for site in table["site_id"] if site not in brief.numbered)
    listed, number = next(iter(brief.numbered.items()))
    names = table.set_index("site_id")["name"]
    cases = {
        (out,): ": 1 (see the annex)",
        (listed,): f"{names[listed]} (#{number}))",
        (listed, out): f"(#{number}), 1 in the annex)",
    }
    for sites, end in cases.items():
        caution = {"flag": "asbestos", "finding": "asbestos", "values": "{}", "source": "x"}
        flags = pd.DataFrame([{"site_id": site, **caution} for site in sites])
        [line] = Brief(replace(made, flags=flags), place, table, 3000).cautions("en")
        assert line.endswith(end)
        assert str(names[out]) not in line


def test_a_few_sites_of_the_worst_class_of_hazards_are_named_on_the_two_pages(made_up: Any) -> None:
    made = made_up.publication(60)
    place = place_of_community(made, "Community 1")
    table = screen(made, place, within_km=3000)
    unnumbered = [site for site in table["site_id"] if site not in Brief(made, place, table, 3000).numbered]
    names = table.set_index("site_id")["name"]
    for worst, told in ((unnumbered[:2], True), (unnumbered[:9], False)):
        of_class = {**dict.fromkeys(unnumbered[:20], "B"), **dict.fromkeys(worst, "A")}
        rows = [
            {
                "site_id": site,
                "flag": "hazard_class",
                "finding": "hazard_class",
                "values": f'{{"grade": "{grade}"}}',
                "source": "x",
            }
            for site, grade in of_class.items()
        ]
        [line] = Brief(replace(made, flags=pd.DataFrame(rows)), place, table, 3000).cautions("en")
        assert f": {len(worst)}" in line
        assert all((str(names[site]) in line) == told for site in worst)
        assert not any(str(names[site]) in line for site in unnumbered[9:20])


def test_who_keeps_the_layers_of_nations_is_told_with_the_address(made_up: Any) -> None:
    made = made_up.publication(30)
    address = "https://example.org/nations"
    held = made.sources["source_id"].isin(made.territories["source"])
    assert held.any()
    made = replace(made, sources=made.sources.assign(address=held.map({True: address, False: None})))
    place = place_of_community(made, "Community 1")
    said = " ".join(Brief(made, place, screen(made, place, within_km=300), 300).speak_first("en"))
    assert f"({address})" in said
    assert "No address of a Nation's own office stands in these layers" in said


@pytest.mark.parametrize("lang", words.LANGUAGES)
@pytest.mark.parametrize("empty", [False, True], ids=["with sites", "without sites"])
def test_the_brief_of_a_community_names_the_communities_around_and_its_annex_names_all(
    made_up: Any, lang: str, empty: bool
) -> None:
    made = made_up.publication(30)
    own = made.communities[made.communities["community"] == "Community 1"].iloc[0]
    many = pd.concat([made.communities[made.communities["community"] == "Community 1"]] * 12, ignore_index=True)
    north = [own["latitude"] + 0.01 * k for k in range(12)]
    many = many.assign(
        community=[f"Community {k + 1}" for k in range(12)],
        community_id=[f"c{k + 1}" for k in range(12)],
        latitude=north,
        geometry=gpd.points_from_xy([own["longitude"]] * 12, north, crs=4326),
    )
    areas = made.territories.iloc[[0] * 11].reset_index(drop=True)
    around = shapely.Point(own["longitude"], own["latitude"]).buffer(0.01)
    areas = areas.assign(territory=[f"Land of {chr(65 + k)}" for k in range(11)]).set_geometry([around] * 11)
    made = replace(made, communities=many, territories=areas.set_crs(4326, allow_override=True))
    place = place_of_community(made, "Community 1")
    table = screen(made, place, within_km=300)
    pages = html_pages(Brief(made, place, table.iloc[:0] if empty else table, 300), [], lang)
    brief, annex = (pages[name].split(f'<div class="{lang}"')[1].split("</main>")[0] for name in ("index", "sites"))
    [line] = [one for one in Brief(made, place, table, 300).speak_first(lang) if "Community" in one and "km" in one]
    assert f"{words.word('communities_layer', lang)}{words.word('colon', lang)}Community 2 (1 km), " in line
    assert line.endswith(words.phrase("brief_more", lang, n=3))
    assert line.replace("\u00a0", " ") in brief.replace("\u00a0", " ")
    assert "Land of A" in brief
    for name in [*(f"Community {k}" for k in range(2, 13)), *(f"Land of {chr(65 + k)}" for k in range(11))]:
        assert re.search(rf"\b{name}\b", annex), name
