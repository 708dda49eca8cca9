"""Numbers on the map of a screening stand apart from each other and from the name of the place."""

from __future__ import annotations

import re
from dataclasses import replace
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from maps.nearby import Place
from maps.screening.area_map import HEIGHT_PX, WIDTH_PX, area_map
from maps.screening.screening import place_of_community, screen
from maps.sheets.mini_map import Box


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
