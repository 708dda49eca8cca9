"""What stewards keep to themselves, or asked to leave out, is in no byte of anything written or said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import yaml

KINDS = ("never", "undeclared", "community", "generalised", "requests", "withheld", "brought")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_written_holds_a_trace(kind: str, region: Any, working_crs: str, traces: ModuleType) -> None:
    wanted = traces.Traces(region.names.get(kind, []), region.points.get(kind, []), working_crs)
    assert traces.search_folders(region.written, wanted) == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_said_holds_a_trace(kind: str, region: Any, traces: ModuleType) -> None:
    ids = {
        "never_area",
        "unsaid_area",
        "never_place",
        "asked_areas",
        "asked_sites",
    }  # the run file's own words, told by check
    wanted = traces.Traces([one for one in region.names.get(kind, []) if one not in ids], region.points.get(kind, []))
    for command, said in region.said.items():
        assert [f"{command}{one}" for one in traces.search(said, wanted)] == []


def test_the_temporary_folder_is_left_empty(region: Any) -> None:
    assert [path.name for path in region.temporary.rglob("*") if path.is_file()] == []


def test_what_may_be_seen_is_seen(region: Any, traces: ModuleType) -> None:
    found = traces.search_folders([region.run], traces.Traces(["Area Gxilm", "Community Gxilm"]))
    assert any(one.startswith("map.html") for one in found)
    assert any(one.startswith("stages/read_coarse_area.parquet") for one in found)
    assert any(one.startswith("ranking.gpkg") for one in found)


def test_the_accounts_close_and_count_what_was_withheld(region: Any) -> None:
    accounts = pd.read_csv(region.run / "accounting.csv").set_index("source")
    parts = accounts[["rows_kept", "rows_merged", "rows_withheld", "rows_rejected"]].sum(axis=1)
    assert (parts == accounts["rows_read"]).all()
    assert accounts.loc["inventory_c", "rows_withheld"] == 2
    assert accounts.loc["inventory_a", "rows_withheld"] >= 3
    assert accounts.loc["waste_assays", "rows_withheld"] >= 3
    assert "local_only" not in set(accounts["role"])
    rejected = pd.read_csv(region.run / "rejected.csv")
    assert len(rejected) == accounts["rows_rejected"].sum()
    manifest = json.loads((region.run / "manifest.json").read_text())
    assert manifest["local_only_sources"] is True


def test_the_pages_say_how_many_were_withheld(region: Any) -> None:
    for page in ("report.html", "map.html"):
        assert "features were withheld at the request of a steward" in (region.run / page).read_text(encoding="utf-8")
    assert "4 features were withheld at the request of a steward" in (region.run / "report.html").read_text(
        encoding="utf-8"
    )


def test_check_counts_private_rows_and_says_no_more(region: Any) -> None:
    said = region.said["check"].decode()
    assert "never_area (territories): 2 rows read, 1 kept, 0 merged, 0 withheld, 1 rejected" in said
    assert "vault.zip" not in said
    shown = region.command("check", str(region.run_file), "--show-private").decode()
    region.said.pop("check")
    region.said["check"] = said.encode()
    assert "areas/vault.zip" in shown


def test_an_unreadable_private_source_is_named_and_not_quoted(region: Any, tmp_path: Path) -> None:
    config = yaml.safe_load(region.run_file.read_text(encoding="utf-8"))
    (tmp_path / "broken.csv").write_text("Wxumble\nWxumble one\n", encoding="utf-8")
    broken = {"id": "broken", "role": "exclusions", "path": str(tmp_path / "broken.csv")}
    config["sources"].append(broken)
    path = region.folder / "broken.yml"
    path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    said = region.command("run", str(path), "--out", str(tmp_path / "run"), code=1).decode()
    assert "broken (exclusions): this source cannot be read. It is kept private" in said
    assert "wxumble" not in said.lower()


def test_a_later_request_is_followed_when_screening(region: Any, tmp_path: Path, traces: ModuleType) -> None:
    ranking = pd.read_csv(region.run / "ranking.csv").set_index("site_id")
    site = ranking["community_km"].idxmin()
    arguments = ["screen", str(region.run), "--community", ranking.loc[site, "nearest_community"], "--within-km", "300"]
    region.command(*arguments, "--out", str(tmp_path / "all"))
    assert traces.search_folders([tmp_path / "all"], traces.Traces([site]))
    (tmp_path / "late.csv").write_text(f"key\n{site.upper()}\n", encoding="utf-8")
    region.command(*arguments, "--out", str(tmp_path / "fewer"), "--exclusions", str(tmp_path / "late.csv"))
    assert traces.search_folders([tmp_path / "fewer"], traces.Traces([site])) == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("coarse_area", ["Area Gxilm", "coarse_area"]),
        ("communities", ["Community 3"]),
        ("inventory_b", ["inventory_b", "Lieu inventé"]),
    ],
)
def test_purge_leaves_nothing_of_a_source(
    source: str, names: list[str], region: Any, tmp_path: Path, traces: ModuleType
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(region.run, copy)
    shutil.copytree(region.run.with_name("run_screen_outline"), tmp_path / "run_screen_outline")
    (copy / "my notes.txt").write_text("mine")
    assert traces.search_folders([tmp_path], traces.Traces(names))
    said = region.command("purge", str(copy), "--source", source).decode()
    assert "run/map.html" in said
    assert "run_screen_outline" in said
    assert "run/my notes.txt" in said
    assert traces.search_folders([tmp_path], traces.Traces(names)) == []
    kept = {path.stem for path in (copy / "stages").glob("read_*")}
    assert kept == {path.stem for path in (region.run / "stages").glob("read_*")} - {f"read_{source}"}


def test_purge_offers_close_names(region: Any) -> None:
    said = region.command("purge", str(region.run), "--source", "comunities", code=1).decode()
    assert "holds nothing of a source 'comunities'" in said
    assert "Did you mean communities" in said
    assert (region.run / "map.html").is_file()


@pytest.fixture(scope="module")
def moved(region: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run after all areas and communities have moved by half a degree, and one area has turned private."""
    home = tmp_path_factory.mktemp("moved")
    folder = home / "region"
    shutil.copytree(region.folder, folder)
    shutil.copytree(region.run, home / "run")
    for path in (folder / "areas").glob("areas_*.geojson"):
        areas = gpd.read_file(path)
        areas.set_geometry(areas.translate(0.5, 0.3)).to_file(path, driver="GeoJSON")
    places = pd.read_csv(folder / "areas" / "communities.csv")
    places.assign(LATITUDE=places["LATITUDE"] + 0.3, LONGITUDE=places["LONGITUDE"] - 0.4).to_csv(
        folder / "areas" / "communities.csv", index=False
    )
    path = folder / region.run_file.name
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    for source in config["sources"]:
        if source["id"] in ("coarse_area", "coarse_place"):
            source["publish"] = "never"
    path.write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), encoding="utf-8")
    region.command("run", str(path), "--out", str(home / "run"))
    return home / "run"


def test_people_are_no_feature_of_the_model(region: Any, moved: Path) -> None:
    before, after = (pd.read_parquet(run / "stages" / "build_features.parquet") for run in (region.run, moved))
    people = ("communit", "territor", "nation", "steward", "area_p", "office")
    assert [column for column in before if any(word in column for word in people)] == []
    pd.testing.assert_frame_equal(before, after)


def test_moving_all_communities_and_areas_changes_no_score(region: Any, moved: Path) -> None:
    before, after = (pd.read_csv(run / "ranking.csv").set_index("site_id") for run in (region.run, moved))
    assert not np.allclose(before["community_km"], after["community_km"].loc[before.index])
    same = ["rank", "score", "score_low", "score_high", "rank_low", "rank_high", "companion_score", "companion_rank"]
    pd.testing.assert_frame_equal(before[same], after[same])
    pd.testing.assert_frame_equal(
        *(pd.read_parquet(run / "stages" / "score_companion.parquet") for run in (region.run, moved))
    )
    surfaces = [
        run / "surface.tif" for run in (region.run, moved)
    ]  # written only where the test of the surface lets it
    assert surfaces[0].is_file() == surfaces[1].is_file()
    assert not surfaces[0].is_file() or surfaces[0].read_bytes() == surfaces[1].read_bytes()


def test_a_source_that_turns_private_leaves_the_run_folder(moved: Path, traces: ModuleType) -> None:
    assert traces.search_folders([moved], traces.Traces(["Gxilm", "coarse_area", "coarse_place"])) == []
