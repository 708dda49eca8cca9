"""Requests are followed before anything else is read: a run that stops at once leaves no old page of what they ask for."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from layers import schema
from layers.errors import SourceError
from pipeline.commands.check import check_sources
from pipeline.commands.screen import screen_run
from pipeline.folder.published import load_publication
from pipeline.folder.run_folder import RunFolder
from pipeline.purge import forget_withheld
from pipeline.request_keys import RequestsTold
from pipeline.withhold import read_as_asked
from tests.faults.small_region import SmallRun, run_small, small_config

ASKED = {"id": "requests", "role": "exclusions", "path": "requests.csv", "columns": {"key": "key"}}


def with_request(small_run: SmallRun, folder: Path, key: str) -> tuple[dict[str, Any], Path]:
    """Copy a finished run and its data, ask for a site, and damage the inventory that is read next."""
    data = shutil.copytree(small_run.data, folder / "data")
    shutil.copytree(small_run.folder, folder / "run")
    (data / "requests.csv").write_text(f"key\n{key}\n")
    raw = copy.deepcopy(small_run.raw)
    raw["sources"].append(ASKED)
    (data / "mines.csv").write_text("nothing")
    return raw, data


def test_a_run_that_stops_at_the_first_file_shows_nothing_of_what_is_asked(small_run: SmallRun, tmp_path: Path) -> None:
    raw, data = with_request(small_run, tmp_path, "K-101")
    assert "k-101" in (tmp_path / "run" / "ranking.csv").read_text()
    with pytest.raises(SourceError, match=r"mines\.csv"):
        run_small(raw, data, tmp_path / "run")
    left = {path.relative_to(tmp_path / "run").as_posix() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    assert {name for name in left if not name.startswith("stages/read_")} == {"stages/written.txt"}
    assert not {name for name in left if "mines" in name or "assays" in name}


def test_a_request_that_touches_nothing_shown_clears_nothing(small_run: SmallRun, tmp_path: Path) -> None:
    raw, data = with_request(small_run, tmp_path, "K-9999")
    with pytest.raises(SourceError, match=r"mines\.csv"):
        run_small(raw, data, tmp_path / "run")
    assert (tmp_path / "run" / "map.html").is_file()


def test_a_list_without_requests_runs_and_is_told(small_run: SmallRun, tmp_path: Path) -> None:
    data = shutil.copytree(small_run.data, tmp_path / "data")
    (data / "requests.csv").write_text("key,reason\n")
    raw = copy.deepcopy(small_run.raw)
    raw["sources"].append(ASKED)
    summary = run_small(raw, data, tmp_path / "run")
    told = "No requests: 'requests' can be read and holds no row."
    assert told in summary.in_words()
    assert summary.as_json()["lists_without_requests"] == ["requests"]
    assert "Lists of requests of stewards hold no request" in (tmp_path / "run" / "report.html").read_text()
    assert told in check_sources(small_config(raw), data, None)
    place = {"community": None, "nation": None, "area": None, "site": "mines-k-102", "within_km": 60.0, "lang": "en"}
    screened = screen_run(tmp_path / "run", **place, out=None, exclusions=data / "requests.csv")
    assert "The list of requests can be read and holds none" in screened


def test_texts_of_layers_that_quote_what_is_withheld_are_told_by_their_row(small_run: SmallRun, tmp_path: Path) -> None:
    data = shutil.copytree(small_run.data, tmp_path / "data")
    (data / "requests.csv").write_text("key\nK-101\n")
    for name in ("roads.shp", "lakes.gpkg", "areas.geojson"):
        layer = gpd.read_file(data / name)
        more = layer.iloc[[0, 0]].assign(name=["Haul way of k 101", "Way of K-1012"])
        pd.concat([layer, more], ignore_index=True).to_file(data / name)
    communities = pd.read_csv(data / "communities.csv")
    pd.concat([communities, communities.assign(name="Camp K-101")]).to_csv(data / "communities.csv", index=False)
    (data / "links.csv").write_text(
        'record_a,record_b,same_site,reason\nmines:K-102,mines:K-103,no,K-103 is the "shaft" of K-101\n'
        "mines:K-104,mines:K-101,no,far\n"
    )
    raw = copy.deepcopy(small_run.raw)
    raw["sources"].append(ASKED)
    inputs = read_as_asked(small_config(raw), data, None).after
    assert set(inputs.quoting_layers) == {"roads:2", "lakes:2", "areas:3", "communities:3", "links:2"}
    words = " ".join(RequestsTold.of(inputs).in_words())
    assert "row 2 of 'roads'; row 2 of 'lakes'" in words
    assert "101" not in words


def test_a_private_layer_in_the_file_of_a_published_one_is_told(small_run: SmallRun, tmp_path: Path) -> None:
    data = shutil.copytree(small_run.data, tmp_path / "data")
    for name in ("areas", "private"):
        gpd.read_file(data / f"{name}.geojson").to_file(data / "both.gpkg", layer=name)
    raw = copy.deepcopy(small_run.raw)
    own = {source["id"]: source for source in raw["sources"]}
    said = "A private source shares its file with one that is published: 'private' with 'areas'."
    assert said not in check_sources(small_config(raw), data, None)
    for name in ("areas", "private"):
        own[name] |= {"path": "both.gpkg", "layer": name}
    assert said in check_sources(small_config(raw), data, None)


@pytest.mark.parametrize("name", ["wastes", "mines"])
def test_check_refuses_what_a_run_refuses_to_keep_private(name: str, small_run: SmallRun) -> None:
    raw = copy.deepcopy(small_run.raw)
    next(source for source in raw["sources"] if source["id"] == name)["publish"] = "never"
    with pytest.raises(
        SourceError, match=rf"1 of 12 sources cannot be read[\s\S]*'{name}' \(\w+\) is marked `publish: never`"
    ):
        check_sources(small_config(raw), small_run.data, None)


def requests(key: str | None, area: shapely.Geometry | None) -> gpd.GeoDataFrame:
    row = schema.empty(schema.Exclusions).reindex([0])
    return gpd.GeoDataFrame(row.assign(key=key), geometry=[area], crs="EPSG:4326")


@pytest.mark.parametrize(
    ("key", "area", "cleared"),
    [
        ("LAB:S1", None, True), ("lab:s9", None, False), (None, shapely.box(-91, 49, -89, 51), True),
        (None, shapely.box(-80, 49, -79, 51), False),
    ],
)  # fmt: skip
def test_samples_shown_earlier_that_are_asked_for_clear_the_folder(
    tmp_path: Path, key: str | None, area: shapely.Geometry | None, cleared: bool
) -> None:
    names = ("stages/predict_samples.parquet", "samples.csv", "report.html")
    RunFolder(tmp_path / "run").claim(*names)
    for name in names:
        (tmp_path / "run" / name).write_text("x")
    table = pd.DataFrame({"sample_id": ["lab:S1"], "longitude": [-90.0], "latitude": [50.0]})
    table.to_parquet(tmp_path / "run" / names[0])
    assert (forget_withheld(tmp_path / "run", requests(key, area)) is not None) is cleared
    assert (tmp_path / "run" / "report.html").exists() is not cleared


def test_a_damaged_table_of_what_was_shown_clears_the_folder(tmp_path: Path) -> None:
    names = ("stages/merge_sites.parquet", "map.html")
    RunFolder(tmp_path / "run").claim(*names)
    for name in names:
        (tmp_path / "run" / name).write_text("x")
    assert forget_withheld(tmp_path / "run", requests("K-1", None))
    assert not (tmp_path / "run" / "map.html").exists()


def test_a_screening_says_how_many_later_requests_fit_no_site(small_run: SmallRun, tmp_path: Path) -> None:
    run = Path(shutil.copytree(small_run.folder, tmp_path / "run"))
    places = load_publication(run).sites
    site, other = places["site_id"].iloc[0], places["site_id"].iloc[1]
    later = tmp_path / "later.csv"
    lists = {(other,): None, (other, "K-9999"): "One of the requests names", ("x", "y"): "2 of the requests name"}
    for keys, sentence in lists.items():
        later.write_text("key\n" + "".join(f"{key}\n" for key in keys))
        nowhere: dict[str, Any] = {"community": None, "nation": None, "area": None, "out": None}
        answer = screen_run(run, site=site, within_km=500.0, lang="en", exclusions=later, **nowhere)
        assert ("of the requests name" in answer) == (sentence is not None)
        assert sentence is None or sentence in answer
        assert "K-9999" not in answer


@pytest.mark.parametrize("content", ["SITE,WHY\nK-100,s3cret\n", "s3cret", "{", ""])
def test_a_list_of_later_requests_that_cannot_be_read_says_what_is_wanted(
    small_run: SmallRun, tmp_path: Path, content: str
) -> None:
    later = tmp_path / "later.csv"
    later.write_text(content)
    site = load_publication(small_run.folder).sites["site_id"].iloc[0]
    chosen: dict[str, Any] = {"community": None, "nation": None, "area": None, "out": None, "site": site}
    with pytest.raises(SourceError, match=r"later\.csv: cannot be read.*in a column headed 'key'") as stopped:
        screen_run(small_run.folder, within_km=500.0, lang="en", exclusions=later, **chosen)
    assert "s3cret" not in str(stopped.value)
    with pytest.raises(SourceError, match=r"none\.csv: is not there.*--exclusions"):
        screen_run(small_run.folder, within_km=500.0, lang="en", exclusions=tmp_path / "none.csv", **chosen)


@pytest.mark.parametrize("units", ["sites", "samples"])
def test_a_run_and_a_screening_after_it_count_the_same_requests_that_fit_nothing(
    small_run: SmallRun, tmp_path: Path, units: str
) -> None:
    """Ids and areas, those that fit and those that do not, in any spelling of letters; rows that say nothing of either."""
    raw, data = copy.deepcopy(small_run.raw), Path(shutil.copytree(small_run.data, tmp_path / "data"))
    (data / "keys.csv").write_text("key,reason\nk-105,fits\n mines:K-106 ,fits\nK-9999,fits nothing\n,says nothing\n")
    tables = [pd.read_csv(data / name) for name in ("mines.csv", "till.csv")]
    fits = shapely.union_all([shapely.Point(one["longitude"][9], one["latitude"][9]).buffer(0.01) for one in tables])
    corners = {"fits": fits.bounds, "fits nothing": (-70.0, 50.1, -69.9, 50.2)}
    areas = gpd.GeoDataFrame(
        {"reason": list(corners)}, geometry=[shapely.box(*box) for box in corners.values()], crs=4326
    )
    areas.to_file(data / "outlines.geojson", driver="GeoJSON")
    files = {"keys": "keys.csv", "outlines": "outlines.geojson"}
    raw["sources"] += [{"id": name, "role": "exclusions", "path": path} for name, path in files.items()]
    if units == "samples":
        raw = {"name": "chemistry", "title": "Chemistry", "units": units, "sources": raw["sources"]}
        raw["sources"] = [one for one in raw["sources"] if one["id"] in ("till", *files)]
    summary = run_small(raw, data, tmp_path / "run")
    assert summary.n_unheeded == (3 if units == "sites" else 5)  # no row of till has an id of a mine
    assert f"{summary.n_unheeded} requests of stewards name and cover nothing of this run" in summary.in_words()
    rows = "rows 4, 5" if units == "sites" else "rows 2, 3, 4, 5"
    assert f"Requests not followed: {rows} of 'keys'; row 2 of 'outlines'." in summary.in_words()
    if units == "sites":
        nowhere: dict[str, Any] = {"community": None, "nation": None, "area": None, "out": None}
        whole = Path(shutil.copytree(small_run.folder, tmp_path / "whole"))
        site = load_publication(whole).sites["site_id"].iloc[-1]
        for path, missed in (("keys.csv", "2 of the requests name"), ("outlines.geojson", "One of the requests names")):
            answer = screen_run(whole, site=site, within_km=500.0, lang="en", exclusions=data / path, **nowhere)
            assert missed in answer
            assert f"Not followed: row {'4, 5' if path == 'keys.csv' else '2'} of the list." in answer
