"""The ground of the map: clipped, named, and never water where the layers only end."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.schema import Backdrop, Lines, conform
from maps.site_map.base_map import base_map, ground_box
from maps.site_map.tiers import shared_ranks, tiers


def backdrop(*rows: tuple[str, str | None, shapely.Geometry], people: list[float] | None = None) -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame(
        {
            "backdrop_id": [f"B{at}" for at in range(len(rows))],
            "name": pd.Series([row[1] for row in rows], dtype="str"),
            "kind": [row[0] for row in rows],
            "source": "ground",
            "people": people if people is not None else [np.nan] * len(rows),
        },
        geometry=[row[2] for row in rows],
        crs="EPSG:4326",
    )
    return conform(table, Backdrop)


def test_the_ground_is_cut_to_the_sites_and_their_margin(made_up: ModuleType) -> None:
    made = made_up.publication(30)
    west, south, east, north = ground_box(made)
    bounds = made.sites.total_bounds
    assert west < bounds[0] < bounds[2] < east
    assert south < bounds[1] < bounds[3] < north
    wide = replace(made, backdrop=backdrop(("land", "Land", shapely.box(-170, -60, 170, 80))))
    (land,) = base_map(wide)["backdrop"]
    x = np.cumsum(land["paths"][0][0::2]) * 1e-4
    y = np.cumsum(land["paths"][0][1::2]) * 1e-4
    assert [x.min(), y.min(), x.max(), y.max()] == pytest.approx([west, south, east, north], abs=1e-4)


def test_what_no_land_covers_is_water_only_where_the_land_is_known(made_up: ModuleType) -> None:
    made = made_up.publication(40)
    assert base_map(made)["sea"] == 1  # land is given
    whole = shapely.box(-96, 48, -84, 57)
    assert base_map(replace(made, backdrop=backdrop(("province", "P", whole))))["sea"] == 1
    half = shapely.box(-96, 48, -90, 57)  # the other half of the sites lies on land that no layer holds
    assert base_map(replace(made, backdrop=backdrop(("province", "P", half))))["sea"] == 0
    assert base_map(replace(made, backdrop=backdrop(("lake", "L", half))))["sea"] == 0


def test_towns_near_sites_come_first_then_the_most_peopled_and_none_twice(made_up: ModuleType) -> None:
    made = made_up.publication(30)
    x, y = made.sites[["longitude", "latitude"]].to_numpy()[0]
    west, south, _, _ = ground_box(made)
    rows = [
        ("town", "Far City", shapely.Point(west + 0.01, south + 0.01)),
        ("town", "Hamlet", shapely.Point(x, y)),
        ("town", "Hamlet", shapely.Point(x + 0.2, y)),
        ("town", "Village", shapely.Point(x, y + 0.1)),
        ("town", None, shapely.Point(x, y)),
        ("town", "Abroad", shapely.Point(0, 0)),
    ]
    towns = base_map(replace(made, backdrop=backdrop(*rows, people=[1e6, 500, 400, 900, 5, 5])))["towns"]
    assert towns["name"] == ["Village", "Hamlet", "Far City"]
    assert towns["people"] == [900, 500, 1000000]


def test_names_stand_on_the_largest_part_and_in_the_middle_of_the_longest_run(made_up: ModuleType) -> None:
    made = made_up.publication(30)
    lake = shapely.MultiPolygon([shapely.box(-92, 51, -91, 52), shapely.box(-90, 51, -89.9, 51.1)])
    pieces = [[(-92, 52), (-91, 52)], [(-91, 52), (-90, 52)], [(-89, 50), (-88.9, 50)]]
    lines = gpd.GeoDataFrame(
        {"line_id": ["a", "b", "c"], "name": "River One", "kind": "water", "source": "ground"},
        geometry=[shapely.LineString(one) for one in pieces],
        crs="EPSG:4326",
    )
    made = replace(made, backdrop=backdrop(("lake", "Lake One", lake)), lines=conform(lines, Lines))
    names = base_map(made)["names"]
    assert [names["kinds"][kind] for kind in names["kind"]] == ["water", "lake"]
    assert names["name"] == ["River One", "Lake One"]
    assert names["size"] == [2, 1]
    assert names["paths"] == [3, 0]
    assert (names["x"][0], names["y"][0]) == (-910000, 520000)
    assert -920000 < names["x"][1] < -910000


def test_the_paths_of_a_named_river_are_found_by_the_place_of_its_name(made_up: ModuleType) -> None:
    made = made_up.publication(30)
    x = [-92.0, -91.0, -90.0, -89.0]
    rivers = {
        "a": [(None, "water", 50.0), ("Short", "water", 50.5), ("Long", "road", 50.7), ("Long", "water", 51.0)],
        "b": [("Long", "water", 52.0), (None, "water", 52.5)],
    }
    rows = [(name, kind, x[: 4 if name == "Long" else 2], y) for part in rivers.values() for name, kind, y in part]
    lines = gpd.GeoDataFrame(
        {"line_id": [str(k) for k in range(6)], "name": [row[0] for row in rows], "kind": [row[1] for row in rows]},
        geometry=[shapely.LineString([(at, y) for at in along]) for _, _, along, y in rows],
        crs="EPSG:4326",
    )
    base = base_map(replace(made, lines=conform(lines.assign(source="ground"), Lines)))
    [water] = [one["paths"] for one in base["lines"] if one["kind"] == "water"]
    names, at = base["names"], 0
    starts: dict[str, list[float]] = {}
    for name, n in zip(names["name"], names["paths"], strict=True):
        starts[name] = [path[1] / 1e4 for path in water[at : at + n]]
        at += n
    assert (starts["Long"], starts["Short"]) == ([51.0, 52.0], [50.5])
    assert sorted(path[1] / 1e4 for path in water[at:]) == [50.0, 52.5]


def test_what_is_tied_shares_its_ranks_and_its_colour(made_up: ModuleType) -> None:
    ranking = made_up.publication(100).ranking.copy()
    ranking.loc[5:24, ["payable_t", "score"]] = [10.0, 0.5]
    ranking["tied_with"] = [19 if 5 <= at <= 24 else 0 for at in range(100)]
    ends = shared_ranks(ranking)
    assert ends.loc[4].tolist() == [5, 5]
    assert ends.loc[5].tolist() == ends.loc[24].tolist() == [6, 25]
    found = tiers(ranking, 100)
    assert found[:5].tolist() == [0] * 5
    assert set(found[5:25].tolist()) == {2}  # the middle of 6 to 25 is beyond the first tenth of a hundred
