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
from pipeline.commands.screen import screen_run
from pipeline.folder.published import load_publication
from pipeline.folder.run_folder import RunFolder
from pipeline.purge import forget_withheld
from tests.faults.small_region import SmallRun, run_small

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
