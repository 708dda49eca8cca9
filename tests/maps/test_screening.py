"""What lies near a place: distances, relations, names, files safe for spreadsheets."""

from __future__ import annotations

import csv
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from layers import schema
from layers.crs import geodesic_km
from layers.errors import StageError
from layers.schema import conform
from maps import words
from maps.nearby import areas_in_short, distance_to_place_km, search_key
from maps.screening.area_map import coarse_outline, step_degrees
from maps.screening.brief import Brief
from maps.screening.page import html_pages, write_screening
from maps.screening.roads import RoadNetwork
from maps.screening.screening import around_site, place_of_area, place_of_community, place_of_nation, screen, whole_list
from maps.screening.workbook import (
    columns_in_words,
    harmless,
    in_words,
    write_csv,
    write_list,
    write_ranking_workbook,
    write_xlsx,
)
from maps.site_map.payload import map_payload


def part(page: str, lang: str) -> str:
    parts = re.split(r'<div class="(?=(?:en|fr)" lang)', page)
    return "".join(text for text in parts if text.startswith(f'{lang}"'))


def test_distance_to_a_point_is_geodesic() -> None:
    km = distance_to_place_km(shapely.Point(0, 60), np.array([1.0, 0.0, 40.0]), np.array([60.0, 61.0, 10.0]), 200)
    assert km[:2] == pytest.approx([55.8, 111.4], abs=0.05)
    assert km[2] == np.inf


def test_distance_to_an_area_is_zero_inside_and_to_the_nearest_side_outside() -> None:
    area = shapely.box(-91, 50, -90, 51)
    km = distance_to_place_km(area, np.array([-90.5, -89.0, -90.5]), np.array([50.5, 50.5, 52.0]), 300)
    assert km[0] == 0
    assert km[1] == pytest.approx(70.97, abs=0.15)
    assert km[2] == pytest.approx(111.3, abs=0.1)


def test_sites_near_a_community_best_rank_first_unscored_last(made_up: ModuleType) -> None:
    made = made_up.publication(40)
    place = place_of_community(made, "Community 1")
    table = screen(made, place, within_km=400)
    assert (table["distance_km"] <= 400).all()
    ranks = table["rank"].dropna().tolist()
    assert ranks == sorted(ranks)
    assert table["rank"].isna().sum() == 2
    assert table["rank"].tail(2).isna().all()
    row = table.iloc[0]
    expected = distance_to_place_km(place.geometry, np.array([row["longitude"]]), np.array([row["latitude"]]), 400)[0]
    assert row["distance_km"] == pytest.approx(expected, abs=0.01)


def test_every_area_is_listed_alphabetically(made_up: ModuleType) -> None:
    made = made_up.publication(40)
    table = screen(made, place_of_nation(made, "Area B"), within_km=0)
    assert len(table) > 3
    both = table[table["areas"].str.contains("Area A")]
    assert (both["areas"].str.index("Area A") < both["areas"].str.index("Area B")).all()
    assert table["areas"].str.contains(r"Area B \(Historic treaty\): inside").all()


def test_names_are_found_without_accents_and_case_and_kept_as_they_are(made_up: ModuleType) -> None:
    made = made_up.publication(5)
    assert place_of_community(made, "KAHNAWA:KE").name == "Kahnawà:ke"
    assert place_of_nation(made, "area b").name == "Area B"
    assert place_of_nation(made, "Area B").key == "T1"
    assert search_key("Wetʼsuwetʼen") == search_key("wet'suwet'en")
    assert search_key("Tŝideldel") == "tsideldel"


NAMES = {
    "Wetʼsuwetʼen First Nation": ["Wet'suwet'en", "Wetsuweten FN", "wetsuweten first nation", "We\u0074\u2019suwet'en"],
    "Tŝideldel": ["Tsideldel", "TS\u0302IDELDEL", "Ts\u0302ideldel First Nation"],
    "Première Nation de l'Île": ["premiere nation de l’ile", "L'Île First Nation de"],
    "ʔaq̓am": ["ʔaq\u0313am", "ʔAQAM"],
    "Long Lake No.58 First Nation": ["Long Lake 58", "long lake no. 58"],
    "Aundeck-Omni-Kaning": ["Aundeck Omni Kaning"],
    "SPRUCE CREEK INDIAN RESERVE NO. 7": ["Spruce Creek", "Spruce Creek First Nation", "spruce creek ir 7"],
}


@pytest.mark.parametrize(("name", "written"), [(name, one) for name, several in NAMES.items() for one in several])
def test_a_name_is_known_in_any_spelling(name: str, written: str, made_up: ModuleType) -> None:
    made = made_up.publication(5)
    pad = [f"Other {at}" for at in range(len(NAMES))]
    names = [name, *pad[: len(made.communities) - 1]]
    known = replace(made, communities=made.communities.assign(community=names))
    assert place_of_community(known, written).name == name


def test_a_name_that_two_could_mean_is_offered_and_not_taken(made_up: ModuleType) -> None:
    made = made_up.publication(5)
    names = ["Spruce Creek No. 7", "Spruce Creek No. 9", "Birch Lake", "Pine Falls"]
    known = replace(made, communities=made.communities.assign(community=names))
    with pytest.raises(StageError, match=r"Did you mean 'Spruce Creek No\. 7', 'Spruce Creek No\. 9'"):
        place_of_community(known, "Spruce Creek")
    with pytest.raises(StageError, match="There is a community 'Birch Lake': use --community"):
        place_of_nation(known, "birch lake first nation")


def test_an_unknown_name_lists_close_ones(made_up: ModuleType) -> None:
    made = made_up.publication(5)
    with pytest.raises(StageError, match=r"knows no community 'Comunity 1' among 4\. Did you mean 'Community 1'"):
        place_of_community(made, "Comunity 1")
    with pytest.raises(StageError, match=r"knows no nation 'Aera A' among 4\. Did you mean 'Area A'"):
        place_of_nation(made, "Aera A")
    with pytest.raises(StageError, match=r"None of its names is like it; map\.html of the run lists them all"):
        place_of_community(made, "Zxqv")
    others = replace(made, communities=made.communities.assign(community=["Anderton Brow", "A B", "C D", "E F"]))
    with pytest.raises(
        StageError, match="None of its names is like it"
    ):  # more than half of the letters alike is chance
        place_of_community(others, "Wandering Brook Hills")
    with pytest.raises(StageError, match="published no layer that names a nation"):
        place_of_nation(made_up.nothing(), "Area A")
    with pytest.raises(StageError, match="within_km is -1"):
        screen(made, place_of_community(made, "Community 1"), within_km=-1)


def test_two_communities_of_one_name_ask_for_the_id(made_up: ModuleType) -> None:
    made = made_up.publication(5)
    twice = replace(made, communities=made.communities.assign(community=["Twin", "Twin", "X", "Y"]))
    with pytest.raises(StageError, match=r"2 communities are called 'Twin': C1 .* C2 .* Give the id of one\."):
        place_of_community(twice, "Twin")
    assert place_of_community(twice, "C2").geometry.x == -88.1


MARKED = gpd.GeoDataFrame(
    {"name": ["Marker Name"]}, geometry=[shapely.box(-91.234567, 51.345678, -89.2, 53.1)], crs=4326
)


def _written(made: Any, place: Any, folder: Path) -> dict[str, bytes]:
    write_screening(made, place, screen(made, place, within_km=50), folder, within_km=50, lang="en")
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}


@pytest.mark.parametrize("hidden", [True, False])
def test_no_corner_and_no_name_of_an_outline_is_written(made_up: ModuleType, tmp_path: Path, *, hidden: bool) -> None:
    written = _written(made_up.publication(20), place_of_area(MARKED, hidden=hidden), tmp_path / "out")
    for name, content in written.items():
        for mark in (b"Marker Name", b"91.2345", b"51.3456", b"91,2345", b"-912346", b"513457"):
            assert mark not in content, name
    page = written["index.html"].decode()
    assert "your outline" in page
    assert (words.word("key_this_area", "en") in page) is not hidden
    assert ("--hide-outline" in page) is not hidden


def test_maps_hold_an_outline_as_coarsely_as_they_draw_it_and_a_hidden_one_not_at_all(
    made_up: ModuleType, tmp_path: Path
) -> None:
    made = made_up.publication(20)
    points = screen(made, place_of_area(MARKED), within_km=50)[["longitude", "latitude"]].to_numpy(dtype=float)
    step = step_degrees(place_of_area(MARKED), points)
    assert 0.002 < step < 0.05
    moved = MARKED.set_geometry(
        gpd.GeoSeries([shapely.box(-91.234567 + step / 9, 51.345678, -89.2, 53.1 - step / 9)], crs=4326)
    )
    drawn = [coarse_outline(place_of_area(one), points) for one in (MARKED, moved)]
    corners = shapely.get_coordinates(drawn[0])
    assert np.abs(corners / step - np.round(corners / step)).max() < 1e-6
    assert drawn[0].equals(drawn[1])
    far = MARKED.set_geometry(gpd.GeoSeries([shapely.box(-91.2, 51.35, -89.21, 53.11)], crs=4326))
    first, second = (
        _written(made, place_of_area(one, hidden=True), tmp_path / name) for one, name in ((MARKED, "a"), (far, "b"))
    )
    assert first["map.html"] == second["map.html"]


def test_a_brief_of_an_outline_without_sites_or_all_hidden_is_written(made_up: ModuleType, tmp_path: Path) -> None:
    empty = gpd.GeoDataFrame(geometry=[shapely.box(-60, 45, -59.9, 45.1)], crs=4326)
    for hidden in (True, False):
        assert "index.html" in _written(
            made_up.publication(12), place_of_area(empty, hidden=hidden), tmp_path / str(hidden)
        )


def test_the_largest_amounts_of_a_brief_are_those_of_its_tables_and_doubts_stand_beside_them(
    made_up: ModuleType,
) -> None:
    made = made_up.publication(40)
    place = place_of_community(made, "Community 1")
    table = screen(made, place, within_km=2000).dropna(subset="rank")  # amounts come from the ranking
    low = 1e3 * np.arange(1.0, len(table) + 1)
    table = table.assign(
        tonnage_low_t=low, tonnage_high_t=2 * low, contained_treo_low_t=np.nan, contained_treo_high_t=np.nan
    )
    central = dict(zip(table["site_id"], 1.5 * low, strict=True))
    made = replace(made, ranking=made.ranking.assign(tonnage_t=made.ranking["site_id"].map(central)))
    shown = list(Brief(made, place, table, 2000).numbered)
    first = table.loc[table["site_id"].isin(shown), "tonnage_high_t"].idxmax()
    odd = pd.DataFrame(
        {"site_id": [table["site_id"][first]], "flag": ["amount_doubtful"], "finding": ["mass_large"],
         "values": ['{"mass_t": 5e9}'], "source": ["inventory"]}
    )  # fmt: skip
    made = replace(made, flags=pd.concat([made.flags, odd], ignore_index=True))
    brief = Brief(made, place, table, 2000)
    named = set(table["name"].dropna()) - set(table.loc[table["site_id"].isin(shown), "name"].dropna())
    for lang in words.LANGUAGES:
        told = brief.amounts(lang)[0]
        assert not [name for name in named if name in told]
        assert f"(#{brief.numbered[table['site_id'][first]]})" in told
        assert words.span(None, float(table["tonnage_high_t"].max()), "t", lang) in told
        assert words.word("doubt_amount_doubtful", lang) in told
        rows = [
            row
            for _, own in brief.tables(lang, set())
            for row in own
            if words.word("doubt_amount_doubtful", lang) in row["amount"]
        ]
        assert {row["number"] for row in rows} == {brief.numbered[table["site_id"][first]]}
    unseen = table.assign(
        **{column: table[column].mask(table["site_id"].isin(shown)) for column in ("tonnage_low_t", "tonnage_high_t")}
    )
    only = Brief(made, place, unseen, 2000).amounts("en")[0]
    assert "all of them in the annex" in only
    assert not [name for name in table["name"].dropna() if name in only]


def test_pages_and_lists_hold_every_name_as_text(made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(40)
    place = place_of_community(made, "Community 1")
    table = screen(made, place, within_km=2000)
    write_screening(made, place, table, tmp_path, within_km=2000, lang="fr")
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert page.count("<script") == 1
    assert words.unbroken("Ce qui se trouve à proximité : Community 1") in page
    assert 'id="lang-fr" aria-label="Français" checked' in page
    raw = (tmp_path / "sites.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines(keepends=True)))
    names = [row["Nom"] for row in rows]
    annex = (tmp_path / "sites.html").read_text(encoding="utf-8")
    for name in made_up.SPELLINGS:
        assert name in names
        assert name in annex
    assert "'=1+1" in names
    assert len(list((tmp_path / "sheets").glob("*.html"))) == len(table)
    book = openpyxl.load_workbook(tmp_path / "sites.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows(min_row=2) for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "=1+1" in [cell.value for cell in cells]
    assert "<b>bold</b> & <i>co</i>" in [cell.value for cell in cells]


def test_a_workbook_that_travels_alone_says_what_it_is(made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(40)
    place = place_of_community(made, "Community 1")
    write_list(made, screen(made, place, within_km=2000), tmp_path, title="What lies near", lang="fr")
    book = openpyxl.load_workbook(tmp_path / "sites.xlsx")
    assert book.sheetnames == ["Lisez-moi", "Liste des sites", "Colonnes", "Sources"]
    text = "\n".join(str(row[0].value) for row in book["Lisez-moi"].iter_rows() if row[0].value)
    for part in (
        "Il ne s'agit pas de ressources",
        "Adressez-vous à la Nation",
        "25 novembre 2026",
        "contact@example.org",
    ):
        assert part in text
    plain = (tmp_path / "read_me.txt").read_text(encoding="utf-8-sig")
    assert text.split("\n")[1:] == [line for line in plain.split("\n") if line]
    headings = [cell.value for cell in book["Liste des sites"][1]]
    assert headings[:3] == ["Rang", "Ex æquo du rang", "Ex æquo au rang"]
    assert [row[0].value for row in book["Colonnes"].iter_rows(min_row=2)] == headings
    meanings = {row[1].value: row[2].value for row in book["Colonnes"].iter_rows(min_row=2)}
    assert "le plus court chemin sur les routes" in meanings["road_km"]
    assert all(cell.value for row in book["Colonnes"].iter_rows(min_row=2) for cell in row)
    assert book["Sources"].max_row == len(made.sources) + 1
    amounts = [
        row[headings.index("Quantité de résidus, haute (t)")].value
        for row in book["Liste des sites"].iter_rows(min_row=2)
    ]
    assert all(float(f"{amount:.2g}") == amount for amount in amounts if amount is not None)
    kinds = {row[headings.index("Preuve")].value for row in book["Liste des sites"].iter_rows(min_row=2)}
    assert kinds <= {"mesurée", "déduite", "sans preuve", None}
    rows = list(csv.DictReader((tmp_path / "sites.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert all("ni ressource ni réserve" in row["Avis"] for row in rows)


def test_the_workbook_of_a_run_lists_every_site_and_the_plan_in_the_language_asked(
    made_up: ModuleType, tmp_path: Path
) -> None:
    made = made_up.publication(40)
    write_ranking_workbook(made, tmp_path / "ranking.xlsx", "fr")
    book = openpyxl.load_workbook(tmp_path / "ranking.xlsx")
    with zipfile.ZipFile(tmp_path / "ranking.xlsx") as archive:
        years = {part.date_time[0] for part in archive.infolist()} | {book.properties.modified.year}
    assert years == {2000}, "equal runs write equal bytes"
    assert book.sheetnames == ["Lisez-moi", "Liste des sites", "Colonnes", "Sources"]
    sheet = book["Liste des sites"]
    headings = [cell.value for cell in sheet[1]]
    assert "Distance à vol d'oiseau (km)" not in headings
    listed = [row[headings.index("Identifiant")].value for row in sheet.iter_rows(min_row=2)]
    assert sorted(listed) == sorted(made.sites["site_id"])
    orders = [row[headings.index("À échantillonner, ordre")].value for row in sheet.iter_rows(min_row=2)]
    assert {site: order for site, order in zip(listed, orders, strict=True) if order is not None} == dict(
        zip(made.sampling_plan["site_id"], made.sampling_plan["order"], strict=True)
    )
    chances = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.number_format.startswith("[>=0.995]")]
    assert {cell.number_format for cell in chances} == {'[>=0.995]"> 0,99";[<0.005]"< 0,01";0.00'}
    at = headings.index("Chance d'assez pour une visite (0 à 1)")
    shown = {row[headings.index("Identifiant")].value: row[at].value for row in sheet.iter_rows(min_row=2)}
    given = made.ranking.set_index("site_id")["chance_payable"].astype(float).round(3)
    told = {site: value for site, value in shown.items() if value is not None}  # of a showing none is told
    assert len(told) > 20
    assert told == given[list(told)].to_dict()
    large = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.data_type == "n" and cell.value]
    assert {cell.number_format for cell in large if abs(cell.value) >= 10_000} == {"#,##0"}
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type in ("f", "e")]


def test_a_brief_says_plainly_that_nothing_is_near(made_up: ModuleType) -> None:
    made = made_up.publication(12)
    place = place_of_area(gpd.GeoDataFrame(geometry=[shapely.box(-60, 45, -59.9, 45.1)], crs=4326))
    brief = Brief(made, place, screen(made, place, within_km=5), 5)
    page = html_pages(brief, [], "en")["index"]
    assert "No site of this run lies within 5 km of your outline." in page
    assert "Ask for a greater distance" in page
    assert "visit two or three sites" not in page
    assert "The nearest of this run lies" in page
    assert "<table" not in page
    for text in ("Look farther with --within-km", "Ontario: recovery permits", "Call in Ontario", "about 90 days"):
        assert text in page, text


def test_a_table_of_the_nearest_that_says_nothing_new_is_left_out(made_up: ModuleType) -> None:
    made = made_up.publication(40)
    place = place_of_area(gpd.GeoDataFrame(geometry=[shapely.box(-100, 40, -80, 60)], crs=4326))
    brief = Brief(made, place, screen(made, place, within_km=10), 10)
    assert set(brief.short) == {"brief_sampled", "brief_best"}
    assert "Nearest" not in "\n".join(brief.as_text("en"))
    town = place_of_community(made, "Community 1")
    table = screen(made, town, within_km=400)
    nearest = Brief(made, town, table, 400).short["brief_nearest"]
    assert list(nearest["distance_km"]) == sorted(table["distance_km"])[:5]


def test_a_brief_holds_what_a_partner_asks_for(made_up: ModuleType) -> None:
    made = made_up.publication(40)
    place = place_of_nation(made, "Area B")
    table = screen(made, place, within_km=50)
    brief = Brief(made, place, table, 50)
    page = part(html_pages(brief, [], "en")["index"], "en")
    for text in ("Measured first", "Grade not sampled, best ranked", "How much there may be", "Who answers for these sites",
                 "Ontario: recovery permits", "Call in Ontario", "With whom else to speak", "Questions to ask", "about 90 days",
                 "What is not known", ">inside<", "0123456789ab",
                 "Historic treaty, holding a site of this list: Area"):  # fmt: skip
        assert text in page, text
    assert "0.0\u00a0km" not in page
    assert page.count("<tr>") <= 3 * (1 + 5)
    assert set(brief.short["brief_sampled"]["evidence"]) == {"measured"}


def test_owners_that_the_files_name_are_printed(made_up: ModuleType) -> None:
    made = made_up.publication(12)
    made = replace(
        made,
        sites=made.sites.assign(
            owner=[
                "Landowner: Crown",
                "Landowner: Private; Operator: Old Mining Co.",
                "Landowner: Private",
                *[None] * (len(made.sites) - 3),
            ]
        ),
    )
    place = place_of_nation(made, "Area B")
    told = " ".join(Brief(made, place, screen(made, place, within_km=900), 900).liability("en"))
    assert "Landowner, as the files word it: Private 2, Crown 1." in told
    assert "Operator, as the files word it: Old Mining Co. 1." in told
    assert "no owner, operator or land tenure was recognised" not in told


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1"])
def test_no_cell_can_be_taken_for_a_formula(start: str, tmp_path: Path) -> None:
    assert harmless(start) == "'" + start
    assert harmless(-1.5) == -1.5
    table = pd.DataFrame({"name": [start, "x"], "score": [1.5, np.nan]})
    write_csv(table, tmp_path / "a.csv")
    write_xlsx({"a": table}, tmp_path / "a.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "a.xlsx").active["A2"]
    assert cell.data_type == "s"
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active["B3"].value is None


def test_the_other_way_round_every_area_and_community_around_a_site(made_up: ModuleType) -> None:
    made = made_up.publication(40)
    text = around_site(made, "S00001", 5000, "en")
    for name in made.communities["community"]:
        assert name in text
    areas = made.site_territories.loc[made.site_territories["site_id"] == "S00001", "territory"]
    assert all(area in text for area in areas)
    assert "Speak with the Nation." in text
    with pytest.raises(StageError, match="no site 'S0001' among 42"):
        around_site(made, "S0001", 10, "en")


def roads(*lines: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame(
        {"line_id": [str(at) for at in range(len(lines))], "name": None, "kind": "road", "source": "roads"},
        geometry=[shapely.LineString(one) for one in lines],
        crs=4326,
    )
    return conform(table, schema.Lines)


def test_road_kilometres_follow_the_road_and_crossings() -> None:
    network = RoadNetwork(roads([(0, 0), (1, 0)], [(0.5, -0.5), (0.5, 0.5)], [(10, 0), (11, 0)]))
    km = network.km_from(0, 0, np.array([1.0, 0.5, 10.5, 0.0]), np.array([0.0, 0.5, 0.0, 5.0]))
    assert km[0] == pytest.approx(111.32, abs=0.05)
    assert km[1] == pytest.approx(55.66 + 55.29, abs=0.05)
    assert np.isnan(km[2])
    assert np.isnan(km[3])


def test_no_way_by_road_is_shorter_than_the_straight_line() -> None:
    network = RoadNetwork(roads([(0, 0), (1, 0)]))
    at = np.array([[0.1, 0.15], [0.5, -0.2], [0.9, 0.05], [1.1, 0.1]])
    km = network.km_from(0.05, 0.1, at[:, 0], at[:, 1])
    straight = geodesic_km(0.05, 0.1, at[:, 0], at[:, 1])
    assert (km >= straight).all()
    assert km[1] == pytest.approx(11.06 + 50.1 + 22.1, abs=1.2)  # to the road, on it, and from it


def test_road_kilometres_from_an_area_start_where_a_road_leaves_it() -> None:
    network = RoadNetwork(roads([(0, 0), (2, 0)]))
    km = network.km_from_area(shapely.box(-0.5, -0.5, 1, 0.5), np.array([2.0, 0.5]), np.array([0.0, 0.0]))
    assert km[0] == pytest.approx(111.32, abs=2.1)
    assert km[1] == 0
    away = network.km_from_area(shapely.box(2.1, 0.05, 2.2, 0.15), np.array([0.0]), np.array([0.0]))
    assert away[0] == pytest.approx(222.64 + 12.4, abs=0.2)  # and the way from the area to the road


def test_no_roads_no_road_distance(made_up: ModuleType) -> None:
    made = made_up.nothing()
    assert np.isnan(RoadNetwork(made.lines).km_from(0, 0, np.array([1.0]), np.array([1.0]))).all()


def test_distances_to_a_coarse_outline_are_told_as_coarse_and_a_part_keeps_the_numbers_of_the_plan(
    made_up: ModuleType,
) -> None:
    made = made_up.publication(40)
    near = made.site_territories[made.site_territories["relation"] == "near"].head(1).assign(distance_km=12.4)
    coarse = made.territories.assign(
        publish=np.where(made.territories["territory_id"].isin(near["territory_id"]), "generalised", "allowed")
    )
    told = areas_in_short(replace(made, territories=coarse, site_territories=near), "en")
    assert list(told.values()) == [f"near: {near['territory'].iloc[0]} (about 10 km)"]
    exact = areas_in_short(replace(made, territories=coarse.assign(publish="allowed"), site_territories=near), "en")
    assert list(exact.values()) == [f"near: {near['territory'].iloc[0]} (12.4\u00a0km)"]
    later = made.sampling_plan.sort_values("order").iloc[2:]
    part = map_payload(replace(made, sampling_plan=later))
    assert part["plan_steps"] == list(later["order"])


def test_lists_for_spreadsheets_give_no_chance_of_a_grade_that_was_measured(made_up: ModuleType) -> None:
    listed = whole_list(made_up.publication(80), "en")
    shown = in_words(listed, "en")
    measured = (listed["evidence"] == "measured").to_numpy()
    assert 0 < measured.sum() < len(listed)
    for column in ("score", "score_low", "score_high"):
        assert shown.loc[measured, column].isna().all()
    assert shown.loc[~measured & listed["rank"].notna().to_numpy(), "score"].notna().all()


@pytest.mark.parametrize(("lang", "never"), [("en", "never"), ("fr", "jamais")])
def test_a_column_said_never_to_be_empty_is_never_empty_in_a_list(made_up: ModuleType, lang: str, never: str) -> None:
    made = made_up.publication(80)
    shown = in_words(whole_list(made, lang), lang)
    told = columns_in_words(list(shown.columns), lang, made.validation)
    full = [name for name, said in zip(told.iloc[:, 1], told.iloc[:, 3], strict=True) if said.startswith(never)]
    assert len(full) > 5
    assert not [name for name in full if shown[name].isna().any()]


def test_a_list_names_whom_to_speak_with_for_every_site_in_an_area(made_up: ModuleType) -> None:
    made = made_up.publication(80)
    listed = whole_list(made, "en").set_index("site_id")["speak_first_with"]
    inside = made.site_territories.query("relation in ('inside', 'overlaps')")
    assert len(inside) > len(made.sampling_plan), "not only the sites of the plan lie in areas"
    assert set(listed.dropna().index) == set(inside["site_id"])
    for site, area in zip(inside["site_id"], inside["territory"], strict=True):
        assert area in listed[site]


@pytest.mark.parametrize(("lang", "said"), [("en", "by central estimate"), ("fr", "selon l'estimation centrale")])
def test_the_largest_amounts_of_a_brief_are_those_of_the_central_estimate(
    made_up: ModuleType, lang: str, said: str
) -> None:
    made = made_up.publication(40)
    place = place_of_community(made, "Community 1")
    first = screen(made, place, within_km=400)["site_id"].iloc[0]
    ranking = made.ranking.copy()
    ranking[["tonnage_low_t", "tonnage_t", "tonnage_high_t"]] = [9_000.0, 10_000.0, 11_000.0]
    ranking.loc[ranking["site_id"] == first, ["tonnage_low_t", "tonnage_t", "tonnage_high_t"]] = [10.0, 1_000.0, 1e8]
    made = replace(made, ranking=conform(ranking, schema.Ranking))
    told = Brief(made, place, screen(made, place, within_km=400), 400).amounts(lang)[0]
    name = made.sites.set_index("site_id")["name"][first]
    assert said in told
    assert f"{name} (#" not in told, "what may be most is the least known, not the largest"


@pytest.mark.parametrize(("grade", "said"), [(1e9, "None of these analyses reaches"), (1e-9, "the analyses reach")])
def test_a_brief_says_whether_what_was_sampled_reaches_the_grade(made_up: ModuleType, grade: float, said: str) -> None:
    made = made_up.publication(80)
    made = replace(made, ranking=made.ranking.assign(order_grade_ppm=grade))
    town = place_of_community(made, made.communities["community"].iloc[0])
    brief = Brief(made, town, screen(made, town, within_km=20_000), 20_000)
    assert brief.n_sampled
    assert said in " ".join(brief.summary("en"))


def test_distances_of_a_brief_from_a_coarse_outline_are_told_in_steps(made_up: ModuleType) -> None:
    made = made_up.publication(80)
    coarse = replace(made, territories=made.territories.assign(publish="generalised"))
    name = str(made.territories["territory"].iloc[0])
    place = place_of_nation(coarse, name)
    table = screen(coarse, place, within_km=300)
    far = table.loc[table["distance_km"] > 0, "distance_km"]
    assert len(far)
    assert (far % 5 == 0).all()
    assert "about" in "\n".join(Brief(coarse, place, table, 300).as_text("en"))
    exact = screen(
        made,
        place_of_nation(replace(made, territories=made.territories.assign(publish="allowed")), name),
        within_km=300,
    )
    assert not (exact.loc[exact["distance_km"] > 0, "distance_km"] % 5 == 0).all()


def test_no_number_stands_for_limits_in_a_workbook(made_up: ModuleType) -> None:
    made = made_up.publication(12)
    measured = made.ranking["evidence"] == "measured"
    ranking = made.ranking.assign(treo_low_ppm=made.ranking["treo_low_ppm"].mask(measured, 0.0))
    shown = in_words(whole_list(replace(made, ranking=ranking), "en"), "en")
    assert measured.any()
    assert shown["treo_ppm"].isna().all()
    assert shown["treo_high_ppm"].notna().sum() == measured.sum()
    assert in_words(whole_list(made, "en"), "en")["treo_ppm"].notna().sum() == measured.sum()
