"""Pages of hostile or odd data: everything is shown as text, missing is missing, and nothing is fetched from outside."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layers.catalogue.source import Source, resolve
from layers.readers.geochemistry import read_geochemistry
from layers.readers.inventory import read_inventory
from maps.assets import safe_link, strict_json
from maps.report.report import write_report
from maps.sheets.sheet import write_sheets
from maps.site_map.site_map import write_map
from pipeline.folder.writing import plain
from tests.maps.made_up import publication
from tests.maps.test_site_map import Elements, payload_of

NAMED = {"official_id": "site_id", "name": "name", "latitude": "latitude", "longitude": "longitude"}


def names_of(path: Path) -> list[str]:
    layer = read_inventory(Source(id="s", role="inventory", path=path.name, columns=NAMED), path.parent).layer
    return [str(name) for name in layer["name"]]


def page_of(folder: Path, made: Any, **options: Any) -> str:
    write_map(made, folder / "map.html", **options)
    return (folder / "map.html").read_text(encoding="utf-8")


def pages_of(folder: Path, made: Any) -> list[str]:
    write_report(made, folder / "report.html")
    write_sheets(made, folder / "sheets", max_sheets=12)
    sheets = sorted((folder / "sheets").glob("*.html"))
    return [page_of(folder, made), *(path.read_text(encoding="utf-8") for path in [folder / "report.html", *sheets])]


def without_data(page: str) -> str:
    return re.sub(r'<script type="application/json".*?</script>', "", page, flags=re.DOTALL)


# --- names that break scripts


def test_names_of_the_shared_file_are_shown_exactly(shared_faults: Path, tmp_path: Path) -> None:
    names = names_of(shared_faults / "F83_names_that_break_maps.csv")
    assert names == ["back`tick", "C:\\data\\2019\\x", "${1+1}", 'O\'Brien "Big" & Sons', "two\nlines", "Lac Ć̣ – ᐃᓄᒃ"]
    page = page_of(tmp_path, publication(8, unscored=0, names=names))
    assert payload_of(page)["sites"]["columns"]["name"][:6] == names
    scripts = re.findall(r"<script(?! type=\"application/json\").*?</script>", page, re.DOTALL)
    assert not [name for name in names for script in scripts if name in script]


def test_further_names_are_data_in_every_page(tmp_path: Path) -> None:
    names = ["`${alert`1`}`", "a\\", "line\u2028separator", "\\u003cb\\u003e", "'; x = 1; //", "]]>"]
    first, *others = pages_of(tmp_path, publication(8, unscored=0, names=names))
    assert payload_of(first)["sites"]["columns"]["name"][: len(names)] == names
    for name in names:
        assert any(
            html.escape(name, quote=False) in page or html.escape(name) in page or name in html.unescape(page)
            for page in others
        )


# --- markup in names


def test_markup_of_the_shared_file_is_text_in_every_page(shared_faults: Path, tmp_path: Path) -> None:
    names = names_of(shared_faults / "F84_markup_in_names.csv")
    assert len(names) == 4
    made = publication(6, unscored=0, names=names)
    for page in pages_of(tmp_path, made):
        found = Elements()
        found.feed(page)
        assert found.handlers == []
        assert "<img src=x" not in page
        assert "<script>document.title" not in page
        assert "<b>bold</b>" not in page


def test_further_markup_is_text_in_title_names_and_layers(tmp_path: Path) -> None:
    names = ["<svg onload=alert(1)>", "<!--", "</title><script>x()</script>", "<iframe src=//a.example>",
             "<a href='javascript:x()'>go</a>"]  # fmt: skip
    made = publication(8, unscored=0, names=names)
    areas = made.territories["territory"]
    assert len(areas) >= 1
    territories = made.territories.assign(territory=[(names * len(areas))[at] for at in range(len(areas))])
    made = replace(made, title=" ".join(names), territories=territories)
    for page in pages_of(tmp_path, made):
        found = Elements()
        found.feed(page)
        assert found.handlers == []
        assert "iframe" not in found.tags
        assert not [name for name in names if name in without_data(page) and name != "<!--"]
    assert safe_link("javascript:x()") is None
    assert safe_link("data:text/html,x") is None


# --- missing and infinite


def test_missing_is_null_and_infinite_is_refused_in_the_shared_file(shared_faults: Path) -> None:
    columns = {"sample_id": "site_id", "latitude": "latitude", "longitude": "longitude"}
    spec = {"id": "lab", "role": "geochemistry", "path": "F85_missing_numbers.csv", "defaults": {"medium": "till"}}
    reading = read_geochemistry(resolve({**spec, "columns": columns}), shared_faults)
    assert reading.rejected["reason"].tolist() == ["row 4: La_ppm is 'inf', which is no result"]
    assert reading.layer["La_ppm"].isna().tolist() == [False, True]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf], ids=["F85 NaN", "F85 inf", "F85 -inf"])
def test_no_page_holds_what_is_not_json(tmp_path: Path, value: float) -> None:
    made = publication(5, unscored=0)
    ranking = made.ranking.assign(tonnage_t=value, treo_ppm=np.nan, contained_treo_t=value)
    page = page_of(tmp_path, replace(made, ranking=ranking))
    assert payload_of(page)["sites"]["columns"]["t"] == [None] * 5
    with pytest.raises(ValueError, match="Out of range float values"):
        strict_json({"x": value})
    assert plain({"x": value}) == {"x": None}


# --- dates, integers, lists


def test_dates_integers_and_lists_of_the_shared_file_are_plain(shared_faults: Path, tmp_path: Path) -> None:
    columns = {**NAMED, "remarks": "inspected", "commodities": "commodities"}
    path = shared_faults / "F87_dates_ints_lists.csv"
    layer = read_inventory(Source(id="s", role="inventory", path=path.name, columns=columns), path.parent).layer
    assert layer["remarks"].fillna("").tolist() == ["2019-05-04", ""]
    table = pd.read_csv(path, parse_dates=["inspected"])
    content = plain(
        {"inspected": table["inspected"].iloc[0].date(), "shafts": np.int64(3), "set": {"La", "Ce"}, "none": pd.NaT}
    )
    assert json.loads(strict_json(content)) == {
        "inspected": "2019-05-04",
        "shafts": 3,
        "set": ["Ce", "La"],
        "none": None,
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [(np.int64(3), 3), (np.float64(3.5), 3.5), (np.bool_(0), False), (pd.NA, None), ((1, 2), [1, 2]), (np.array(["a"]), ["a"])],
    ids=["F87 integer", "F87 float", "F87 truth", "F87 NA", "F87 tuple", "F87 array"],
)  # fmt: skip
def test_further_values_become_plain(value: Any, expected: Any) -> None:
    assert plain([value]) == [expected]


def test_years_are_whole_and_missing_years_blank(tmp_path: Path) -> None:
    made = publication(4, unscored=0)
    sites = made.sites.assign(first_year=[1912.0, np.nan, 1920.0, np.nan], inspected=pd.Timestamp("2019-05-04"))
    page = page_of(tmp_path, replace(made, sites=sites))
    assert payload_of(page)["sites"]["columns"]["first"] == [1912, None, 1920, None]
    assert "1912.0" not in page


# --- huge pages


def test_many_sites_stay_under_half_a_kilobyte_each_and_are_counted(tmp_path: Path) -> None:
    made = publication(8_000, unscored=0)
    made = replace(made, sites=made.sites.assign(remarks="worked 1905-1931; " * 12))
    page = page_of(tmp_path, made)
    assert len(page.encode()) < 8_000 * 500  # 25 MB for 50 000 sites
    data = payload_of(page)
    assert data["meta"]["n"] == 8_000
    assert len(data["sites"]["columns"]["id"]) + sum(cell[2] for cell in data["cells"]) == 8_000


@pytest.mark.parametrize("single", [10, 59], ids=lambda one: f"F88 {one} alone")
def test_sites_beyond_the_limit_are_thinned_with_their_count(tmp_path: Path, single: int) -> None:
    data = payload_of(page_of(tmp_path, publication(60, unscored=0), single_sites=single))
    assert len(data["sites"]["columns"]["id"]) == single
    assert sum(cell[2] for cell in data["cells"]) == 60 - single


# --- no network


def test_no_page_asks_the_network_for_anything(tmp_path: Path) -> None:
    for page in pages_of(tmp_path, publication(4)):
        found = Elements()
        found.feed(page)
        assert [one for one in found.fetched if not one.startswith(("data:", "#")) and "://" in one] == []
        assert not re.findall(r"@import|url\(\s*['\"]?https?:", page)
        assert not re.findall(r"<(?:script|img|link|iframe)[^>]+(?:src|href)=['\"]?(?:https?:)?//", page)


def test_the_map_says_where_its_ground_comes_from(tmp_path: Path) -> None:
    data = payload_of(page_of(tmp_path, publication(4)))
    assert len(data["base"]["backdrop"]) > 0
    assert all(one["title"] for one in data["sources"])


# --- not scored


def test_the_unscored_site_of_the_shared_file_is_never_a_zero(shared_faults: Path, tmp_path: Path) -> None:
    table = pd.read_csv(shared_faults / "F91_unscored_sites.csv")
    scored = table[table["expected"].str.startswith("scored")]
    made = publication(len(scored), unscored=1)
    score = scored["La_ppm"].to_numpy() / 310
    ranking = made.ranking.assign(score=score, score_low=score, score_high=score, evidence="inferred")
    columns = payload_of(page_of(tmp_path, replace(made, ranking=ranking)))["sites"]["columns"]
    assert columns["score"] == [1000, 0, None]  # thousandths
    assert columns["rank"] == [1, 2, None]


@pytest.mark.parametrize("unscored", [0, 1, 5], ids=lambda one: f"F91 {one} without score")
def test_unscored_sites_are_kept_last_and_without_rank(tmp_path: Path, unscored: int) -> None:
    made = publication(4, unscored=unscored)
    made = replace(
        made, ranking=made.ranking.assign(evidence="inferred")
    )  # of an assayed waste the map tells the assay alone
    columns = payload_of(page_of(tmp_path, made))["sites"]["columns"]
    assert [one is None for one in columns["score"]] == [False] * 4 + [True] * unscored
    assert [one is None for one in columns["rank"]] == [False] * 4 + [True] * unscored
