"""Numbers on the map of a screening stand apart from each other and from the name of the place."""

from __future__ import annotations

import re
from dataclasses import replace
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.schema import Backdrop, conform
from maps.labels import Box, Labels, Spot
from maps.nearby import Place
from maps.screening.area_map import HEIGHT_PX, WIDTH_PX, area_map
from maps.screening.screening import place_of_community, screen
from maps.sheets.mini_map import HALF_KM, SIZE_PX, Frame, MiniMaps


@pytest.fixture(scope="module")
def crowd(made_up: ModuleType) -> tuple[str, Place]:
    """Fifteen numbered sites within a few kilometres of a community, and others fifty kilometres away."""
    made = made_up.publication(60)
    place = place_of_community(made, "Community 1")
    table = screen(made, place, within_km=1000).head(40).reset_index(drop=True)
    around = np.random.default_rng(4).normal(0, 0.01, (15, 2))
    table.loc[:14, ["longitude", "latitude"]] = np.array([place.geometry.x, place.geometry.y]) + around
    numbered = {site: k + 1 for k, site in enumerate(table["site_id"].head(15))}
    return str(area_map(made, place, table, numbered, "map")[0]), place


def _number_boxes(svg: str) -> list[Box]:
    texts = re.findall(r'<text x="([\d.-]+)" y="([\d.-]+)" text-anchor="middle"[^>]*>(\d+)<', svg)
    return [(float(x) - 3.7 * len(text), float(y) - 9, float(x) + 3.7 * len(text), float(y)) for x, y, text in texts]


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def test_every_number_is_drawn_apart_and_on_the_paper(crowd: tuple[str, Place]) -> None:
    boxes = _number_boxes(crowd[0])
    assert len(boxes) == 15
    assert not [(a, b) for k, a in enumerate(boxes) for b in boxes[:k] if _overlap(a, b)]
    assert all(left >= 0 and top >= 0 and right <= WIDTH_PX and low <= HEIGHT_PX for left, top, right, low in boxes)


def test_no_number_covers_the_name_of_the_place(crowd: tuple[str, Place]) -> None:
    svg, place = crowd
    text = re.search(rf'<text x="([\d.-]+)" y="([\d.-]+)" text-anchor="(start|end)"[^>]*>{place.name}<', svg)
    assert text is not None
    x, y = float(text[1]), float(text[2])
    wide = 5.5 * len(place.name)
    name = (x, y - 8, x + wide, y) if text[3] == "start" else (x - wide, y - 8, x, y)
    assert not [box for box in _number_boxes(svg) if _overlap(box, name)]


def test_a_number_far_from_its_site_is_led_to_it(crowd: tuple[str, Place]) -> None:
    leads = re.findall(r'<path d="M[\d.-]+ [\d.-]+L[\d.-]+ [\d.-]+" stroke="#000" stroke-width=".8"/>', crowd[0])
    assert 0 < len(leads) < 15


def test_of_many_communities_the_place_and_the_nearest_are_named_apart(made_up: ModuleType) -> None:
    made = made_up.publication(60)
    around = np.random.default_rng(5).normal(0, 0.8, (40, 2))
    around[0] = 0.0
    first = made.communities.iloc[0]
    names = pd.Series([f"Township {k}" for k in range(40)], dtype="str")
    many = pd.DataFrame(
        {
            "community_id": [f"D{k}" for k in range(40)],
            "community": names,
            "kind": "place",
            "longitude": first["longitude"] + around[:, 0],
            "latitude": first["latitude"] + around[:, 1],
            "source": first["source"],
            "publish": first["publish"],
        }
    )
    made = replace(made, communities=many)
    place = place_of_community(made, "D0")
    drawn, keys = area_map(made, place, screen(made, place, within_km=150), {}, "map")
    written = re.findall(
        r'<text x="([\d.-]+)" y="([\d.-]+)" text-anchor="(start|end)"[^>]*>(Township \d+)<', str(drawn)
    )
    wide = {text: 5.5 * len(text) for _, _, _, text in written}
    boxes = [
        (float(x) - wide[text] * (anchor == "end"), float(y) - 9, float(x) + wide[text] * (anchor == "start"), float(y))
        for x, y, anchor, text in written
    ]
    assert written[0][3] == "Township 0"
    assert len(written) > 5
    assert not [(a, b) for k, a in enumerate(boxes) for b in boxes[:k] if _overlap(a, b)]
    assert next(text for _, text in keys["en"]) == "this community"
    assert "cette communauté" in [text for _, text in keys["fr"]]


def test_the_key_names_the_kinds_of_area_that_are_drawn(made_up: ModuleType) -> None:
    made = made_up.publication(60)
    kinds = made.territories["layer"].to_numpy().copy()
    kinds[::2] = "reserve"
    made = replace(made, territories=made.territories.assign(layer=kinds))
    place = place_of_community(made, "Community 1")
    drawn, keys = area_map(made, place, screen(made, place, within_km=2000), {}, "map")
    texts = [text for _, text in keys["en"]]
    assert {"Indian Reserve (IR)", "Historic treaty"} <= set(texts)
    assert "Réserve indienne (RI)" in [text for _, text in keys["fr"]]
    areas = {
        text: re.findall(r'dasharray="([^"]+)"', str(sign))[0] for sign, text in keys["en"] if "#4d4466" in str(sign)
    }
    assert len(set(areas.values())) == len(areas) == 2
    assert all(f'stroke-dasharray="{dash}"' in str(drawn) for dash in areas.values())


def _lakes(
    made: Any, *shapes: shapely.Geometry, towns: list[tuple[str, float, float]] | None = None
) -> gpd.GeoDataFrame:
    rows = [("lake", f"Lake {at}", shape) for at, shape in enumerate(shapes)]
    rows += [("town", name, shapely.Point(x, y)) for name, x, y in towns or []]
    table = gpd.GeoDataFrame(
        {
            "backdrop_id": [f"B{at}" for at in range(len(rows))],
            "name": pd.Series([row[1] for row in rows], dtype="str"),
            "kind": [row[0] for row in rows],
            "source": "ground",
            "people": 1000.0,
        },
        geometry=[row[2] for row in rows],
        crs="EPSG:4326",
    )
    return conform(table, Backdrop)


def _winding(path: str, x: float, y: float) -> int:
    """Return how often the rings of an SVG path turn around a point."""
    turns = 0
    for ring in re.findall(r"M([^Mz]+)z", path):
        corners = np.array(ring.split(), dtype=float).reshape(-1, 2)
        for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
            turns += int(y1 <= y < y2 and side > 0) - int(y2 <= y < y1 and side < 0)
    return turns


def test_where_two_lakes_overlap_there_is_water_and_their_islands_stay_land(made_up: ModuleType) -> None:
    made = made_up.publication(20)
    x, y = made.sites[["longitude", "latitude"]].to_numpy(float)[0]
    lake = shapely.Polygon(
        shapely.box(x - 0.3, y - 0.2, x + 0.3, y + 0.2).exterior,
        [shapely.box(x - 0.02, y - 0.02, x + 0.02, y + 0.02).exterior],
    )
    bay = shapely.box(x + 0.1, y - 0.1, x + 0.25, y + 0.1)
    for shapes in ((lake, bay), (lake, shapely.reverse(bay)), (shapely.reverse(lake), bay)):
        maps = MiniMaps(replace(made, backdrop=_lakes(made, *shapes)))
        drawn, kinds = maps.draw(x, y, "map")
        path = re.search(r'<path d="([^"]+)" fill="#d9dee2" fill-rule="nonzero"', str(drawn))
        assert path is not None
        assert "lake" in kinds
        frame = Frame.around(np.array([[x, y]]), SIZE_PX, SIZE_PX, 2 * HALF_KM, margin=0.0)
        at = frame.pixels(np.array([[x + 0.2, y], [x - 0.2, y], [x, y], [x, y + 0.25]]))
        assert [_winding(path[1], *point) != 0 for point in at] == [True, True, False, False]


def test_towns_are_named_where_there_is_room_and_an_area_around_it_all_is_not_in_the_key(made_up: ModuleType) -> None:
    made = made_up.publication(20)
    x, y = made.sites[["longitude", "latitude"]].to_numpy(float)[0]
    made = replace(made, territories=made.territories.iloc[:1].set_geometry([shapely.box(x - 9, y - 9, x + 9, y + 9)]))
    towns = [("Town One", x + 0.2, y + 0.1), ("Town Two", x + 0.2, y + 0.1), ("Community 1", x - 0.2, y)]
    maps = MiniMaps(replace(made, backdrop=_lakes(made, towns=towns)))
    drawn, kinds = maps.draw(x, y, "map")
    assert ">Town One<" in str(drawn)
    assert str(drawn).count('fill="#666"') == str(drawn).count(">Town ")
    assert str(drawn).count(">Community 1<") <= 1
    assert "town" in kinds
    assert not [kind for kind in kinds if kind.startswith("area:")]
    assert tuple(maps.key_of(["town"], lang)[0][1] for lang in ("en", "fr")) == ("town", "ville")


def test_numbers_lie_on_fewer_sites_than_they_would_beside_their_own(made_up: ModuleType) -> None:
    spot = Labels(100, 100, marks=np.array([[30.0, 20.0], [32.0, 22.0]])).put(
        [Spot((28, 18, 36, 26), 0), Spot((28, 60, 36, 68), 2)]
    )
    assert spot is not None
    assert spot.ring == 2
    labels = Labels(100, 100, [(0, 0, 50, 50)])
    assert labels.put([Spot((40, 40, 60, 60), 0)]) is None
    assert labels.put([Spot((60, 60, 101, 80), 0)]) is None
    assert labels.put([Spot((60, 60, 90, 80), 0)]) is not None
    assert labels.put([Spot((60, 60, 90, 80), 0)]) is None
    crowded = Labels(100, 100, marks=np.full((5, 2), 20.0))
    assert crowded.put([Spot((10, 10, 30, 30), 0)], most=2) is None
