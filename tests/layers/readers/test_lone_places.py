"""Places that are wrong together: rows of a neighbouring zone, a few rows far off, coordinates that were dragged down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.readers.inventory import read_inventory

COLUMNS = {"official_id": "id", "latitude": "lat", "longitude": "lon"}


def notes(folder: Path, headings: str, rows: list[tuple[Any, ...]], code: str, **facts: Any) -> list[Note]:
    lines = [headings, *(",".join(map(str, row)) for row in rows)]
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    source = Source.model_validate({"id": "s", "role": "inventory", "path": "t.csv", "columns": COLUMNS, **facts})
    return [note for note in read_inventory(source, folder).notes if note.code == code]


def spots(count: int, seed: int = 1) -> list[tuple[float, float]]:
    drawn = np.random.default_rng(seed).uniform([48.1, -118.2], [48.9, -117.4], (count, 2)).round(5)
    return [(float(lat), float(lon)) for lat, lon in drawn]


@pytest.mark.parametrize("slips", [(4,), (4, 9), (3, 4, 9)])
def test_zones_that_slipped_are_told_although_their_state_reaches_so_far(
    tmp_path: Path, slips: tuple[int, ...]
) -> None:
    to_utm = pyproj.Transformer.from_crs(4326, 32611, always_xy=True)
    rows = []
    for number, (lat, lon) in enumerate(spots(24)):
        east, north = to_utm.transform(lon, lat)
        rows.append((f"A{number}", 10 if number in slips else 11, round(east), round(north), "WA"))
    columns = {"official_id": "id", "utm_zone": "zone", "easting": "e", "northing": "n", "jurisdiction": "state"}
    (note,) = notes(tmp_path, "id,zone,e,n,state", rows, "zone_of_a_neighbour", columns=columns)
    assert note.rows == tuple(number + 2 for number in slips)
    assert "zone 11" in note.message


def test_a_few_rows_far_off_that_have_each_other_for_company_are_told(tmp_path: Path) -> None:
    places = spots(60)
    for number in (7, 8, 30, 31):
        places[number] = (round(places[number][0] + 10, 5), places[number][1])
    rows = [(f"A{number}", *place) for number, place in enumerate(places)]
    (note,) = notes(tmp_path, "id,lat,lon", rows, "far_from_all", crs="EPSG:4326")
    assert note.rows == (9, 10, 32, 33)


def test_two_districts_and_camps_strung_out_over_a_country_are_not_told(tmp_path: Path) -> None:
    both = spots(30) + [(lat + 10, lon) for lat, lon in spots(30, 2)]
    assert not notes(
        tmp_path, "id,lat,lon", [(f"A{n}", *at) for n, at in enumerate(both)], "far_from_all", crs="EPSG:4326"
    )
    strung = spots(40) + [(lat + 2.5 * (n % 4 + 1), lon) for n, (lat, lon) in enumerate(spots(12, 2))]
    rows = [(f"A{n}", *at) for n, at in enumerate(strung)]
    assert not notes(tmp_path, "id,lat,lon", rows, "far_from_all", crs="EPSG:4326")


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize("count", [4, 19])
def test_a_coordinate_dragged_down_is_told_by_row(tmp_path: Path, axis: int, step: int, count: int) -> None:
    places = [list(place) for place in spots(22)]
    start = [48.5, -120.4][axis]
    for turn, place in enumerate(places[-count:]):
        place[axis] = round(start + step * turn, 1)
    if axis == 0 and count > 4:
        places = places[:12]
        count -= 10
    rows = [(f"A{number}", *place) for number, place in enumerate(places)]
    (note,) = notes(tmp_path, "id,lat,lon", rows, "filled_down", crs="EPSG:4326")
    assert note.rows == tuple(range(len(rows) - count + 2, len(rows) + 2))
    assert ("lat" if axis == 0 else "lon") in note.message


def test_metres_dragged_down_stand_close_together_and_are_told(tmp_path: Path) -> None:
    rows = [(f"A{n}", 413_024 + (n if n > 5 else 977 * n % 4001), 5_340_000 + 7919 * n % 50_021) for n in range(12)]
    columns = {"official_id": "id", "easting": "e", "northing": "n"}
    (note,) = notes(tmp_path, "id,e,n", rows, "filled_down", columns=columns, crs="EPSG:32611")
    assert note.rows == tuple(range(8, 14))


@pytest.mark.parametrize(
    "places",
    [
        [(48.5 + n, -117.5) for n in range(6)],  # a profile
        [(48.5 + n, -117.5 + 0.25 * n) for n in range(6)],  # a slanting one
        [(48 + n, -117.3 - n * n % 5) for n in range(6)],  # whole degrees
        [(45.1 + n, round(-117.3 - n * n % 7 / 10, 1)) for n in range(6)],  # tenths
    ],
)
def test_profiles_and_coarse_places_are_not_dragged_down(tmp_path: Path, places: list[tuple[float, float]]) -> None:
    rows = [(f"A{number}", *place) for number, place in enumerate(places)]
    assert not notes(tmp_path, "id,lat,lon", rows, "filled_down", crs="EPSG:4326")


@pytest.mark.parametrize(("lon", "told"), [(1.505, 0), (81.2, 1)])
def test_a_country_on_both_sides_of_a_meridian_is_no_slip_of_a_sign(tmp_path: Path, lon: float, told: int) -> None:
    west = [("F1", 48.508, -2.25), ("F3", 48.368, -3.745)] if told == 0 else [("C1", 46.5, -81.0), ("C3", 46.4, -81.4)]
    rows = [*west, ("F2", 45.833 if told == 0 else 46.45, lon)]
    assert len(notes(tmp_path, "id,lat,lon", rows, "far_from_all", crs="EPSG:4326")) == told
