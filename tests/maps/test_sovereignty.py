"""The gate in front of every page, and outlines made coarse in the data."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.errors import StageError
from maps.publication import Publication
from maps.report.report import write_report
from maps.sheets.sheet import write_sheets
from maps.site_map.site_map import write_map
from maps.sovereignty import generalise_communities, generalise_territories, publishable, without_sites
from pipeline.folder.published import TABLES

pytestmark = pytest.mark.usefixtures("drawn_once")


@pytest.mark.parametrize("write", [write_map, write_report, write_sheets], ids=lambda one: one.__name__)
def test_no_page_is_written_when_an_area_is_closed(write: object, made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(5)
    closed = made.territories.copy()
    closed.loc[1, "publish"] = "never"
    with pytest.raises(StageError, match="1 of 4 rows of territories may not be published") as refused:
        write(replace(made, territories=closed), tmp_path / "page")  # type: ignore[operator]
    assert "Area B" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_every_table_with_sites_is_listed_as_such(made_up: ModuleType) -> None:
    made = made_up.publication(5)
    tables = {name: table for name, table in vars(made).items() if isinstance(table, pd.DataFrame)}
    assert set(Publication.PER_SITE) == {name for name, table in tables.items() if "site_id" in table.columns}
    assert set(TABLES) == set(tables)
    gone = list(made.sites["site_id"].head(2))
    left = without_sites(made, gone)
    assert not any(getattr(left, name)["site_id"].isin(gone).any() for name in Publication.PER_SITE)


def test_closed_communities_and_stray_relations_are_refused(made_up: ModuleType) -> None:
    made = made_up.publication(5)
    communities = made.communities.assign(publish=["allowed", "never", "allowed", "allowed"])
    with pytest.raises(StageError, match="1 of 4 rows of communities"):
        publishable(replace(made, communities=communities))
    relations = made.site_territories.assign(territory_id="unknown")
    with pytest.raises(StageError, match="relations between sites and areas name an area that is not among those"):
        publishable(replace(made, site_territories=relations))
    assert publishable(made) is made


def test_generalised_outlines_lie_on_the_grid_and_the_exact_one_is_gone(made_up: ModuleType) -> None:
    made = made_up.publication(5)
    coarse = generalise_territories(made.territories)
    exact = made.territories.geometry[2]
    corners = shapely.get_coordinates(coarse.geometry[2])
    assert np.allclose(corners, np.round(corners, 1))
    off_grid = [tuple(one) for one in shapely.get_coordinates(exact) if not np.allclose(one, np.round(one, 1))]
    assert len(off_grid) > 40
    assert not set(off_grid) & set(map(tuple, corners))
    assert coarse.geometry.is_valid.all()
    assert coarse.geometry[2].intersection(exact).area > 0.7 * exact.area
    assert coarse.geometry[0].equals(made.territories.geometry[0])
    assert made.territories.geometry[2].equals(exact)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3979"])
def test_an_area_smaller_than_the_grid_becomes_a_cell(crs: str, made_up: ModuleType) -> None:
    tiny = made_up.publication(5).territories.iloc[[3]].assign(publish="generalised")
    tiny = (
        tiny.set_geometry([shapely.Point(-88.512, 51.004).buffer(0.001)]).set_crs(4326, allow_override=True).to_crs(crs)
    )
    coarse = generalise_territories(tiny.reset_index(drop=True))
    side = 0.1 if crs == "EPSG:4326" else 10_000
    assert coarse.geometry[0].area == pytest.approx(side**2)


def test_generalised_points_move_to_the_grid(made_up: ModuleType) -> None:
    communities = made_up.publication(5).communities
    exact = communities.assign(
        latitude=communities["latitude"] + 0.0123, publish=["generalised", "allowed", "allowed", "allowed"]
    )
    exact = exact.set_geometry(gpd.points_from_xy(exact["longitude"], exact["latitude"], crs=4326))
    moved = generalise_communities(exact)
    assert moved["latitude"][0] == 51.3
    assert moved.geometry[0].y == 51.3
    assert moved["latitude"][1] == exact["latitude"][1]


def test_a_withheld_site_is_named_by_no_other_as_double_neighbour_or_caution(made_up: ModuleType) -> None:
    made = made_up.publication(5)
    gone, stays, third = made.sites["site_id"].head(3)
    named = [{"m": 0.0, "name": "Gone Mine", "site": gone}, {"m": 1.0, "name": "Third", "site": third}]
    rest = [None] * (len(made.sites) - 3)
    sites = made.sites.assign(
        same_place=[None, json.dumps(named), json.dumps(named[:1]), *rest],
        mistyped_place=None,
        camp_site_id=[None, gone, third, *rest],
        camp_name=[None, "Gone Mine", "Third", *rest],
        camp_km=[np.nan, 1.0, 2.0, *rest],
    )
    cautions = [{**made.flags.iloc[0].to_dict(), "site_id": stays, "flag": "same_place", "finding": "same_spot",
                 "values": json.dumps(one)} for one in named]  # fmt: skip
    flags = pd.concat([made.flags, pd.DataFrame(cautions)], ignore_index=True)
    left = without_sites(replace(made, sites=sites, flags=flags), [gone])
    kept = left.sites.set_index("site_id")
    assert json.loads(kept.loc[stays, "same_place"]) == named[1:]
    assert pd.isna(kept.loc[third, "same_place"])
    assert pd.isna(kept.loc[stays, ["camp_name", "camp_site_id", "camp_km"]].to_numpy()).all()
    assert kept.loc[third, "camp_name"] == "Third"
    assert [json.loads(values)["name"] for values in left.flags.loc[left.flags["flag"] == "same_place", "values"]] == [
        "Third"
    ]
    written = " ".join(table.astype(str).to_csv() for table in (left.sites.drop(columns="geometry"), left.flags))
    assert "Gone Mine" not in written
