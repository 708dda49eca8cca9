"""What `minewaste check` says of sources: counts, reasons, suspicions and matches; nothing of what is private."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.errors import MinewasteError, SourceError
from layers.readers.suspicious import suspicious_values
from maps import words
from maps.report.check_page import SourceCheck, write_check
from pipeline.commands.check import check_sources
from pipeline.config import parse_config
from pipeline.progress import Progress
from pipeline.run import run
from pipeline.stages.link_records import link_records
from pipeline.stages.locate_assays import locate_assays
from pipeline.stages.merge_sites import merge_sites
from pipeline.withhold import read_and_withhold


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sites = pd.DataFrame(
        {
            "ID": [f"S{n}" for n in range(40)],
            "Name": [f"Mine {n}" for n in range(40)],
            "Lat": [*(50 + np.arange(39) / 100), np.nan],
            "Lon": -90.0,
            "Commodity": "gold; QX",
        }
    )
    sites.to_csv(tmp_path / "sites.csv", index=False)
    assays = pd.DataFrame(
        {
            "Sample": [f"A{n}" for n in range(30)],
            "Mine": [*(f"S{n}" for n in range(28)), "Nowhere", "Nowhere"],
            "La_FUS_ppm": ["<5", *map(str, np.linspace(20, 40, 27).round(1)), "9000", "30"],
            "Ce_FUS_ppm": np.linspace(40, 90, 30).round(1),
        }
    )
    assays.to_csv(tmp_path / "assays.csv", index=False)
    areas = gpd.GeoDataFrame({"NAME": ["Area Quartzite"]}, geometry=[shapely.box(-91, 49, -89, 51)], crs=4326)
    areas.to_file(tmp_path / "areas.geojson")
    return tmp_path


SOURCES = [
    {"id": "sites", "role": "inventory", "path": "sites.csv", "crs": "EPSG:4326", "licence": "CC0-1.0",
     "columns": {"official_id": "ID", "name": "Name", "latitude": "Lat", "longitude": "Lon", "commodities": "Commodity"}},
    {"id": "assays", "role": "geochemistry", "path": "assays.csv", "defaults": {"medium": "waste"},
     "columns": {"sample_id": "Sample", "site_key": "Mine"}},
    {"id": "quiet_areas", "role": "territories", "path": "areas.geojson", "publish": "never", "steward": "Council 1"},
]  # fmt: skip


def check(folder: Path, sources: list[dict[str, object]]) -> tuple[str, str]:
    config = parse_config({"name": "test", "title": "A test", "sources": sources}, "test.yml")
    text = check_sources(config, folder, folder / "page")
    return text, (folder / "page" / "check.html").read_text(encoding="utf-8")


def test_a_source_is_described_with_counts_reasons_and_doubts(folder: Path) -> None:
    text, page = check(folder, SOURCES)
    assert "sites (inventory): 40 rows read, 39 kept, 0 merged, 0 withheld, 1 rejected" in text
    assert "rejected    1 × half_coordinate: row 41: one of latitude and longitude is missing" in text
    assert "suspicious  40 × unknown_commodity" in text
    assert "La  29 measured, 1 below a limit (5 ppm)" in text
    assert re.search(
        r"suspicious  1 × decimal_shift: La is 9000 ppm in assays:A28, the next lower value is 40 ppm", text
    )
    for shown in (
        "A test: what was understood",
        "half_coordinate",
        "La_FUS_ppm (ppm, fusion)",
        "CC0-1.0",
        "decimal_shift",
        "<svg",
    ):
        assert shown in page


def test_tables_are_matched(folder: Path) -> None:
    text, page = check(folder, SOURCES)
    sentence = "assays: of 29 sites that were assayed, a run finds 28: 28 by id, 0 by name"
    assert sentence in text
    assert sentence in page
    assert "Not found: 1 (Nowhere) of no site here, 0 that may be several sites." in text
    assert "une exécution en trouve 28" in page


def keyed_sources(folder: Path) -> list[dict[str, object]]:
    """Write a register and assays whose keys are ids, names in other spelling, translated keys, and none of these."""
    register = {"ID": ["A1", "A2", "A3", "A4", "A5"], "Name": ["Grey Cup", "Old Spur Mine", "Twin", "Twin", "Far Bell"]}
    register |= {"Lat": [50.0, 50.1, 50.2, 51.4, 54.0], "Lon": [-90.0, -90.1, -90.2, -90.3, -84.0]}
    sites = pd.DataFrame(register).assign(Commodity=["gold", "zinc", "gold", "iron", "tin"])
    sites.to_csv(folder / "register.csv", index=False)
    keys = ["A1", "Grey Cup", "OLD SPUR", "the first one", "Twin", "Far Bell", "Lost"]
    assays = pd.DataFrame(
        {"Sample": [f"B{n}" for n in range(7)], "Mine": keys, "TREE_ppm": range(90, 97), "La_ppm": range(10, 17)}
    )
    assays.to_csv(folder / "lab.csv", index=False)
    lake = pd.DataFrame({"Sample": ["L1", "L2"], "La_ppm": [3, 4], "Lat": [50.0, 57.0], "Lon": [-90.0, -70.0]})
    lake.to_csv(folder / "lake.csv", index=False)
    place = {"latitude": "Lat", "longitude": "Lon"}
    return [
        {"id": "register", "role": "inventory", "path": "register.csv", "crs": "EPSG:4326",
         "columns": {"official_id": "ID", "name": "Name", "commodities": "Commodity", **place}},
        {"id": "lab", "role": "geochemistry", "path": "lab.csv", "defaults": {"medium": "waste"},
         "columns": {"sample_id": "Sample", "site_key": "Mine", "tree_ppm": "TREE_ppm"},
         "values": {"site_key": {"the first one": "register:A1"}}},
        {"id": "lake", "role": "geochemistry", "path": "lake.csv", "crs": "EPSG:4326", "defaults": {"medium": "lake_sediment"},
         "columns": {"sample_id": "Sample", **place}},
    ]  # fmt: skip


def test_a_key_whose_site_lies_far_from_the_sample_is_told_as_such(tmp_path: Path) -> None:
    sources = keyed_sources(tmp_path)[:2]
    (tmp_path / "lab.csv").write_text("Sample,Mine,La_ppm,Lat,Lon\nB1,A1,10,51.0,-88.0\nB2,A2,20,,\n", encoding="utf-8")
    columns = {"sample_id": "Sample", "site_key": "Mine", "latitude": "Lat", "longitude": "Lon"}
    text, _ = check(tmp_path, [sources[0], {**sources[1], "crs": "EPSG:4326", "columns": columns, "values": {}}])
    assert "Not found: 0 of no site here, 0 that may be several sites." in text
    assert "lab: 1 keys (A1) name a site that lies more than" in text


@pytest.mark.parametrize("bbox", [None, [-91.0, 49.0, -89.0, 52.0]])
def test_check_counts_rows_and_keys_as_a_run_does(tmp_path: Path, bbox: list[float] | None) -> None:
    raw = {"name": "t", "title": "A test", "sources": keyed_sources(tmp_path), "region": {"bbox": bbox}}
    config = parse_config(raw, "test.yml")
    text = check_sources(config, tmp_path, tmp_path / "page")
    inputs = read_and_withhold(config, tmp_path, None)
    for account in inputs.accounts:
        counts = f"{account.rows_read} rows read, {account.rows_kept} kept, {account.rows_merged} merged"
        assert f"{account.source} ({account.role}): {counts}, {account.rows_withheld} withheld" in text
    records, samples = inputs["inventory"], inputs["geochemistry"]
    sites = merge_sites(records, link_records(records, inputs["links"], config.link_records), config.merge_sites)
    located = locate_assays(samples, sites, config.locate_assays)
    own = located[located["source"] == "lab"].drop_duplicates("site_key")
    expected = 5 if bbox is None else 4  # both ids, a name, a name in other spelling; Far Bell lies outside the box
    assert own["site_id"].notna().sum() == expected
    assert f"lab: of 7 sites that were assayed, a run finds {expected}: 2 by id" in text
    assert "1 (Twin) that may be several sites" in text
    assert ("outside_region: 1 of 5 rows lie outside the region" in text) is (bbox is not None)
    page = (tmp_path / "page" / "check.html").read_text(encoding="utf-8")
    assert ("hors de la région du fichier d'exécution" in page) is ("outside_region" in text)


def test_a_stated_total_of_rare_earths_stands_among_the_elements(tmp_path: Path) -> None:
    sources = keyed_sources(tmp_path)
    text, page = check(tmp_path, sources)
    assert "TREE 7 measured" in text
    assert (
        "coordinates" not in text[text.index("lab (geochemistry)") : text.index("lake (geochemistry)")]
    )  # it has none
    row = re.search(r'<th scope="row">TREE.*?</tr>', page, flags=re.DOTALL)
    assert row is not None
    assert "96" in row[0]
    assert "total rare earths" in row[0]


def test_the_page_names_nothing_none(folder: Path) -> None:
    """A table without a place has no map, and the page says nothing in its stead."""
    _, page = check(folder, SOURCES)
    assert not re.search(r">\s*None\s*<", page)


def test_a_private_source_is_counted_and_nothing_else(folder: Path) -> None:
    text, page = check(folder, SOURCES)
    assert "quiet_areas (territories): 1 rows read, 1 kept" in text
    assert "local_only_1" in page
    [row] = [line for line in page.splitlines() if 'href="#en-local_only_1"' in line]
    assert ">1<" not in row
    for secret in ("quiet_areas", "Quartzite", "Council 1", "areas.geojson"):
        assert secret not in page
    assert "Quartzite" not in text


def test_what_cannot_be_read_is_said_after_everything_was_tried(folder: Path) -> None:
    broken = [*SOURCES, {"id": "lost", "role": "lines", "path": "roads.gpkg", "options": {"kind": "road"}}]
    with pytest.raises(SourceError, match=r"1 of 4 sources cannot be read") as caught:
        check(folder, broken)
    assert "the file 'roads.gpkg' is not in" in str(caught.value)
    assert "sites (inventory): 40 rows read" in str(caught.value)
    page = (folder / "page" / "check.html").read_text(encoding="utf-8")
    assert "This source cannot be read." in page


def test_the_page_holds_no_control_letters_and_no_folder_of_this_machine(folder: Path) -> None:
    paths = ["lost.gpkg", "nowhere/a.gpkg", "a\x00b\x1b[31m.geojson", "broken.geojson"]
    (folder / "broken.geojson").write_text('{"type": "ESRIJSON"}')
    broken = [{"id": f"lost{number}", "role": "lines", "path": path} for number, path in enumerate(paths)]
    with pytest.raises(SourceError, match=r"4 of 7 sources cannot be read") as caught:
        check(folder, [*SOURCES, *broken])
    assert f"is not in '{folder}'" in str(caught.value)  # on the screen of whoever runs it
    page = (folder / "page" / "check.html").read_text(encoding="utf-8")
    assert page.count("is not in 'the data folder'") >= 2
    assert str(folder) not in page
    assert not [letter for letter in page if not letter.isprintable() and letter not in "\n\t\u00a0\u202f\u2009"]


def test_the_page_needs_no_network_and_says_its_language(folder: Path) -> None:
    _, page = check(folder, SOURCES)
    assert '<html lang="en">' in page
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    assert page.count("<script") == 1, "the switch of languages"


def test_the_page_says_in_french_what_codes_mean(folder: Path) -> None:
    _, page = check(folder, SOURCES)
    french = page[page.index('<div class="fr"') :]
    for text in (
        "ce qui a été compris",
        "Lignes lues",
        "L'une des deux coordonnées manque. Que faire",
        "Étendue",
        "inventaire",
    ):
        assert words.unbroken(text) in french, text
    assert "Rows read" not in french
    shown = re.sub(r'<(?:span|p|ul)[^>]* lang="en">.*?</(?:span|p|ul)>', "", french, flags=re.DOTALL)
    assert "row 41" in french
    assert "row 41" not in shown


def test_markup_in_a_file_is_text_on_the_page(folder: Path) -> None:
    sites = pd.read_csv(folder / "sites.csv")
    sites["Commodity"] = "<script>alert(1)</script>"
    sites.to_csv(folder / "sites.csv", index=False)
    _, page = check(folder, SOURCES)
    assert "<script>alert" not in page


def samples(count: int = 40) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sample_id": [f"x:{n}" for n in range(count)],
            "latitude": 50 + np.arange(count) * 0.0137,
            "longitude": -90 - np.arange(count) * 0.0173,
            **{
                f"{one}_ppm": np.linspace(10 + place, 30 + place, count)
                for place, one in enumerate(("La", "Ce", "Nd", "Y"))
            },
            "La_limit_ppm": np.nan,
        }
    )


def codes(layer: pd.DataFrame) -> list[str]:
    return [one.code for one in suspicious_values("x", layer)]


def test_an_ordinary_table_raises_no_suspicion() -> None:
    assert codes(samples()) == []


def test_copied_rows_shifted_decimals_minutes_and_defaults_are_seen() -> None:
    copied = samples()
    copied.loc[7, ["La_ppm", "Ce_ppm", "Nd_ppm", "Y_ppm"]] = copied.loc[3, ["La_ppm", "Ce_ppm", "Nd_ppm", "Y_ppm"]]
    shifted = samples()
    shifted.loc[5, "Nd_ppm"] *= 100
    minutes = samples(80)
    minutes["latitude"] = 49 + np.arange(80) % 60 / 100
    minutes["longitude"] = -(90 + (np.arange(80) * 7) % 60 / 100) - np.arange(80) // 60
    standing = samples()
    standing.loc[:7, ["latitude", "longitude"]] = [50.0, -90.0]
    assert codes(copied) == ["same_results"]
    assert codes(shifted) == ["decimal_shift"]
    assert "minutes_as_decimals" in codes(minutes)
    assert codes(standing) == ["same_place"]


def test_missing_results_are_no_copies() -> None:
    layer = samples()
    layer.loc[:9, ["La_ppm", "Ce_ppm", "Nd_ppm", "Y_ppm"]] = np.nan
    assert codes(layer) == []


@pytest.mark.parametrize(
    ("rows", "told", "stops"),
    [
        (
            ["S1,a,", "S2,a,", "S3,b,"],
            "3 sites, 2 folds tested, 3 rows of role test; every fold trains on the sites of",
            False,
        ),
        (["S1,a,test", "S2,b,test", "S3,a,train"], "1 of role train: every fold trains on exactly those", False),
        (["S1,a,test", "S1,a,train"], "a site stands more than once in a fold (rows 2, 3)", True),
        (["S1,a,"], "1 folds test anything", True),
    ],
)
def test_a_file_of_folds_is_read(folder: Path, rows: list[str], told: str, stops: bool) -> None:
    (folder / "folds.csv").write_text("\n".join(["site_id,fold,role", *rows]), encoding="utf-8")
    raw = {"name": "t", "title": "A test", "sources": SOURCES[:1], "train_model": {"splits": "folds.csv"}}
    config = parse_config(raw, "test.yml")
    if stops:
        with pytest.raises(SourceError) as refused:
            check_sources(config, folder, None)
        assert told in str(refused.value)
        assert "1 of 2 sources" in str(refused.value)
    else:
        assert told in check_sources(config, folder, None)


def test_a_page_with_exchanged_coordinates_does_not_say_that_nothing_is_suspicious(tmp_path: Path) -> None:
    for code, said in (("swapped", "coordinates look exchanged"), ("half_coordinate", "Nothing looks suspicious")):
        write_check(
            "A test", [SourceCheck("a", "inventory", rejected=[(3, code, "row 2")])], [], tmp_path / "check.html"
        )
        page = (tmp_path / "check.html").read_text(encoding="utf-8")
        assert said in page
        assert ("Nothing looks suspicious" in page) == (code != "swapped")
        assert "later in a run" in page


@pytest.mark.parametrize(("shift", "key"), [(0.0003, "15"), (3.0, None)])
def test_links_of_two_registers_are_those_of_a_run(folder: Path, shift: float, key: str | None) -> None:
    first = pd.read_csv(folder / "sites.csv").dropna().iloc[:15]
    first.assign(ID=[f"B{n}" for n in range(15)], Lat=first["Lat"] + shift).to_csv(folder / "more.csv", index=False)
    more = {**SOURCES[0], "id": "more", "path": "more.csv"}
    config = parse_config({"name": "x", "title": "X", "sources": [SOURCES[0], more]}, "x.yml")
    text = check_sources(config, folder, None)
    inputs = read_and_withhold(config, folder, None)
    links = link_records(inputs["inventory"], inputs["links"], config.link_records)
    made = merge_sites(inputs["inventory"], links, config.merge_sites)
    assert f"{len(made)} sites" in text
    assert (f"(more + sites: {key})" in text) is (key is not None)


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda lon, lat: (lon - 6, lat), "One UTM zone farther east they would lie in it."),
        (lambda lon, lat: (-lon, lat), "With a minus before the longitudes they would lie in it."),
        (lambda lon, lat: (lon + 30, lat), ""),
        (lambda lon, lat: (lon, lat), None),
    ],
)
def test_a_layer_of_which_nothing_lies_in_the_region_is_told(tmp_path: Path, change: Any, hint: str | None) -> None:
    spots = [(-117.5 - number / 20, 48.2 + number / 20) for number in range(8)]
    pd.DataFrame(
        {"id": [f"S{n}" for n in range(8)], "Lon": [lon for lon, _ in spots], "Lat": [lat for _, lat in spots]}
    ).to_csv(tmp_path / "sites.csv", index=False)
    sampled = [change(*spot) for spot in spots]
    pd.DataFrame({
        "id": [f"T{n}" for n in range(8)], "La_ppm": [30 + n for n in range(8)],
        "Lon": [lon for lon, _ in sampled], "Lat": [lat for _, lat in sampled],
    }).to_csv(tmp_path / "lab.csv", index=False)  # fmt: skip
    place = {"latitude": "Lat", "longitude": "Lon"}
    sources = [
        {"id": "sites", "role": "inventory", "path": "sites.csv", "crs": "EPSG:4326", "columns": {"official_id": "id", **place}},
        {"id": "lab", "role": "geochemistry", "path": "lab.csv", "crs": "EPSG:4326", "columns": {"sample_id": "id", **place},
         "defaults": {"medium": "till"}},
    ]  # fmt: skip
    text = check_sources(parse_config({"name": "t", "title": "A test", "sources": sources}, "test.yml"), tmp_path, None)
    assert ("nothing_in_region: None of 8 rows" in text) is (hint is not None)
    assert (hint or "") in text


def test_a_row_outside_that_a_minus_would_bring_into_the_region_is_told(tmp_path: Path) -> None:
    sources = keyed_sources(tmp_path)[:1]
    towns = pd.DataFrame({"N": ["Aa", "Bb", "Cc"], "Lat": [50.1, 50.2, 50.3], "Lon": [-90.1, 90.2, -90.3]})
    towns.to_csv(tmp_path / "towns.csv", index=False)
    columns = {"community": "N", "latitude": "Lat", "longitude": "Lon"}
    facts = {"crs": "EPSG:4326", "publish": "allowed", "columns": columns, "defaults": {"kind": "office_point"}}
    text, _ = check(tmp_path, [*sources, {"id": "towns", "role": "communities", "path": "towns.csv", **facts}])
    assert "outside_by_mistake: 1 rows lie outside the region (Bb)" in text
    assert "with a minus before the longitudes they would lie in it" in text


ALL_SITES = "\n".join(["key", *(f"S{n}" for n in range(40))])
REQUESTS = {"id": "asked", "role": "exclusions", "path": "asked.csv", "columns": {"key": "key"}}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"region": {"crs": "EPSG:32633"}}, "region.crs: EPSG:32633"),
        ({"region": {"bbox": [10, 10, 11, 11]}}, "merge_sites: none of 0 inventory records became a site"),
        ({"merge_sites": {"precedence": ["nobody"]}}, "merge_sites.precedence: 'nobody'"),
        ({"sources": [SOURCES[0], SOURCES[1] | {"path": "other.csv"}]}, "locate_assays: none of 2 site keys"),
        ({"sources": [*SOURCES, REQUESTS]}, "requests of stewards name or cover every row with a place"),
    ],
)
def test_what_would_stop_a_run_is_foretold_and_ends_the_check(folder: Path, changes: dict[str, Any], why: str) -> None:
    (folder / "other.csv").write_text("Sample,Mine,La_FUS_ppm\nA1,Nowhere,5\nA2,Elsewhere,6\n")
    (folder / "asked.csv").write_text(ALL_SITES)
    config = parse_config({"name": "t", "title": "A test", "sources": SOURCES, **changes}, "test.yml")
    with pytest.raises(SourceError, match=f"(?s)^A run would stop: .*{re.escape(why)}.*\n\nsites"):
        check_sources(config, folder, folder / "page")
    with pytest.raises(MinewasteError, match=re.escape(why)):
        run(config, folder, folder / "run", Progress(quiet=True))


def test_a_page_of_somebody_else_stays_as_it_is(folder: Path) -> None:
    (folder / "page").mkdir()
    (folder / "page" / "check.html").write_text("precious")
    with pytest.raises(SourceError, match=r"check\.html: holds something else than a former page"):
        check(folder, SOURCES)
    assert (folder / "page" / "check.html").read_text() == "precious"
    (folder / "page" / "check.html").unlink()
    assert check(folder, SOURCES)[1] == check(folder, SOURCES)[1]
